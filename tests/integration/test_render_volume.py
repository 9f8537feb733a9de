#!/usr/bin/env python3
"""Planes and slabs out of volumes, as `render` draws them: a digital phantom whose balls and rods are at known places of the
patient, scanned with a tilted gantry, irregular and missing slices, in every patient position, as one multi-frame object
and with one rescale a slice; whole pictures against numpy; the corpus; usage."""

import math
import os
import shutil
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402
import phantom_volume as phantom  # noqa: E402
from phantom_volume import MIDDLE_MM, Plane, Reference, Scan  # noqa: E402
from synthetic import render, run_render  # noqa: E402

LOW, HIGH = -1100, 1100
WINDOW = ("--window", f"{(LOW + HIGH) / 2},{HIGH - LOW},linear-exact")
BLACK = ("--window", "30000,10,linear-exact")
VOXEL_MM = 1.0
CENTRE_MM = 0.05 * VOXEL_MM
PART = 1e-3  # of lengths and angles


def table(steps_mm, half_mm=80.0, without=None):
    """Where the table was: again and again the same steps; nothing between the two places of @without."""
    places = [-half_mm]
    while places[-1] < half_mm:
        places.append(places[-1] + steps_mm[len(places) % len(steps_mm)])
    return [at for at in places if without is None or not without[0] < at < without[1]]


class Scans:
    """Written when they are asked for; and what numpy reads of them."""

    IRREGULAR = (1.0, 1.5, 1.25, 1.1, 1.4)
    MADE = {
        "HFS": lambda: Scan(table(Scans.IRREGULAR, without=(-66, -61)), "HFS", tilt_deg=18),
        "HFP": lambda: Scan(table(Scans.IRREGULAR), "HFP", tilt_deg=-12),
        "HFDR": lambda: Scan(table((1.3,)), "HFDR", tilt_deg=9),
        "HFDL": lambda: Scan(table((1.2, 1.4)), "HFDL"),
        "FFS": lambda: Scan(table(Scans.IRREGULAR), "FFS", tilt_deg=15),
        "even": lambda: Scan(table((1.25,), 30), "HFS"),
    }

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="negatoscope-volume-")
        self.paths = {}

    def path(self, name):
        if name not in self.paths:
            self.paths[name] = os.path.join(self.folder, name)
            if name == "enhanced":
                self.MADE["HFS"]().write_enhanced(self.paths[name])
            else:
                os.mkdir(self.paths[name])
                self._write(name)
        return self.paths[name]

    def _write(self, name):
        if name == "PT":
            scan = self.MADE["HFDL"]()
            scan.values += 1000  # activity is never below 0
            scan.write(self.paths[name], "PT", [0.07 + 0.02 * (k % 7) for k in range(len(scan.values))])
        else:
            self.MADE[name]().write(self.paths[name])

    def close(self):
        shutil.rmtree(self.folder)


# --- Balls, distances, angles ---

def plane_of(group):
    """The plane of that name through the middles of its balls."""
    at = MIDDLE_MM.copy()
    axis = {"axial": 2, "coronal": 1, "sagittal": 0}[group]
    at[axis] = phantom.ball_middles(group)[0][axis]
    return Plane.named(group, at)


def find_balls(drawn, plane, middles):
    """Where they are in the picture, in the patient; none may be off."""
    found = [plane.centroid(drawn, middle, phantom.RADIUS_MM + 5) for middle in middles]
    off = [float(numpy.linalg.norm(there - middle)) for there, middle in zip(found, middles)]
    assert max(off) <= CENTRE_MM, f"{max(off):.3f} mm off"
    return found


def check_distances(found, middles):
    """Between all of them. How many."""
    pairs = [(i, j) for i in range(len(middles)) for j in range(i)]
    for i, j in pairs:
        wanted, measured = (numpy.linalg.norm(p[i] - p[j]) for p in (middles, found))
        assert abs(measured / wanted - 1) <= PART, f"{measured:.3f} mm, not {wanted:.3f}"
    return len(pairs)


def angle_deg(u, v):
    return math.degrees(math.acos(u @ v / numpy.linalg.norm(u) / numpy.linalg.norm(v)))


def check_angle(measured, wanted):
    assert abs(measured / wanted - 1) <= PART, f"{measured:.3f} degrees, not {wanted:.3f}"


def check_balls(path, options=WINDOW):
    """In the patient's three planes: all three coordinates of where each ball is are seen in one or two of them."""
    for group in phantom.BALLS_MM:
        plane = plane_of(group)
        middles = phantom.ball_middles(group)
        check_distances(find_balls(render(path, *plane.options(), *options), plane, middles), middles)


def check_distances_and_angles(path):
    n_distances = n_angles = 0
    planes = [(plane_of(group), phantom.ball_middles(group)) for group in phantom.BALLS_MM]
    planes.append((Plane.through(*phantom.oblique_middles(), (220, 220), (440, 440)), phantom.oblique_middles()))
    for plane, middles in planes:
        found = find_balls(render(path, *plane.options(), *WINDOW), plane, middles)
        n_distances += check_distances(found, middles)
        check_angle(*(angle_deg(p[0] - p[1], p[2] - p[1]) for p in (found, middles)))
        n_angles += 1
    assert n_distances >= 20 and n_angles == 4, (n_distances, n_angles)


def check_rods(path):
    """Three angles, each in the oblique plane of two rods; and each rod is straight, however the slices slip."""
    apex, ends = phantom.rods()
    for one, other in ((0, 1), (1, 2), (2, 0)):
        plane = Plane.through(apex, ends[one], ends[other], (140, 140), (350, 350))
        drawn = render(path, *plane.options(), *WINDOW)
        (u, bent), (v, bent_too) = (plane.rod(drawn, apex, ends[i]) for i in (one, other))
        assert max(bent, bent_too) < 0.1 * VOXEL_MM, f"bent by {max(bent, bent_too):.3f} mm"
        check_angle(angle_deg(u, v), angle_deg(ends[one] - apex, ends[other] - apex))


# --- Whole pictures, pixel by pixel ---

def layers(plane, thickness_mm, n):
    """The points of a slab, layer after layer: each in the middle of its part."""
    return [plane.points() + ((i + 0.5) / n - 0.5) * thickness_mm * plane.normal for i in range(n)]


PROJECTIONS = {"mip": numpy.max, "minip": numpy.min, "mean": numpy.mean}


def expected_picture(reference, plane, low, high, slab=None):
    """(Grey levels, what is missing, where rounding decides.)"""
    points = layers(plane, slab[0], slab[2]) if slab else [plane.points()]
    values, missing, doubtful = zip(*(reference.sample(p) for p in points))
    value = PROJECTIONS[slab[1]](values, axis=0) if slab else values[0]
    outside = numpy.isnan(values).any(0) & ~numpy.isnan(values).all(0)
    return phantom.grey(value, low, high), numpy.all(missing, 0), numpy.any(doubtful, 0) | outside


def compare(drawn, levels, unsure):
    """To half a level and what single precision leaves."""
    assert drawn.shape == levels.shape, drawn.shape
    assert unsure.mean() < 0.1, f"{unsure.mean():.3f} of it unsure"
    off = numpy.where(unsure, 0, abs(drawn - levels))
    assert off.max() <= 0.51, f"{off.max():.2f} levels at {numpy.unravel_index(off.argmax(), off.shape)}"


def check_picture(path, reference, plane, low=LOW, high=HIGH, options=(), slab=None):
    window = f"{(low + high) / 2},{high - low},linear-exact"
    thick = ["--slab-mm", str(slab[0]), "--projection", slab[1]] if slab else []
    drawn = render(path, *plane.options(), "--window", window, *thick, *options)
    levels, missing, doubtful = expected_picture(reference, plane, low, high, slab)
    compare(drawn, levels, doubtful | missing)


def oblique_plane(at, field_mm=(120, 90), size_px=(240, 180)):
    """Along no row, column or slice, pixels not square."""
    return Plane.through(at, at + numpy.array([3.0, 5, -20]), at + numpy.array([17.0, -12, 4]), field_mm, size_px)


def check_missing(scans):
    """Marked where slices are missing and nowhere else; a slice reaches half way to where the next would be, and nothing is
    interpolated across."""
    path, reference = scans.path("HFS"), Reference.of_folder(scans.path("HFS"))
    at = MIDDLE_MM + numpy.array(phantom.LOST_MM, float)
    assert reference.gaps.sum() == 1, reference.gaps
    for name in ("sagittal", "coronal"):
        plane = Plane.named(name, at, (60, 60), (240, 240))
        drawn = render(path, *plane.options(), *BLACK)
        _, missing, doubtful = expected_picture(reference, plane, LOW, HIGH)
        assert missing.mean() > 0.02, "the plane goes past the gap"
        wrong = ((drawn > 0) != missing) & ~doubtful
        assert not wrong.any(), f"{wrong.sum()} pixels"
        assert len(set(drawn[missing & ~doubtful])) >= 2, "no pattern"
        check_picture(path, reference, plane)


def check_padding():
    """What is padding is nothing, and its value is in no pixel beside it."""
    with tempfile.TemporaryDirectory() as folder:
        scan = Scan(table((1.25,), 30), "HFS", tilt_deg=10)
        blocks = numpy.random.default_rng(7).random((10, 24, 25)) < 0.3
        blocks = blocks.repeat(5, 0).repeat(6, 1).repeat(6, 2)[:len(scan.values), :scan.rows, :scan.columns]
        scan.values[blocks] = phantom.AIR - 24 + 9
        scan.write(folder, PixelPaddingValue=5, PixelPaddingRangeLimit=12)
        reference = Reference.of_folder(folder)
        for plane in (Plane.named("coronal", MIDDLE_MM + [0.3, 0.2, 0.1], (60, 60), (90, 90)), oblique_plane(MIDDLE_MM)):
            check_picture(folder, reference, plane)
            check_renderers(folder, [plane], *WINDOW)


def check_slabs(scans):
    """As many layers as there are slices or rows in it, each on one of them: exact."""
    path, reference = scans.path("even"), Reference.of_folder(scans.path("even"))
    # Half way between two slices, between two rows.
    axial = Plane.named("axial", MIDDLE_MM + [0.3, 0.2, 10.625], (100, 80), (150, 120))
    coronal = Plane.named("coronal", MIDDLE_MM + [0.3, -11 * 1.05, 0.2], (100, 40), (150, 60))
    for projection in PROJECTIONS:
        check_picture(path, reference, axial, slab=(5, projection, 4))
        check_picture(path, reference, coronal, slab=(8.4, projection, 8))
    thick, thin = (render(path, *axial.options(), *WINDOW, "--slab-mm", t) for t in ("5", "0"))
    assert (thick >= thin - 1).all() and (thick > thin + 5).any(), "a MIP is no brighter than the plane"


def check_renderers(path, planes, *options):
    for plane in planes:
        gl, cpu = (render(path, *plane.options(), "--renderer", name, *options) for name in ("gl", "cpu"))
        worst = int(abs(gl - cpu).max())
        assert gl.shape == cpu.shape and worst <= 1, f"{gl.shape} {cpu.shape}, differ by {worst}"


# --- Where and how large when nothing says so ---

def check_defaults(scans):
    """All of the volume in pixels of its finest spacing, its middle in the middle; a size alone fits it, square."""
    path = scans.path("even")
    reference = Reference.of_folder(path)
    # 150 columns of 1 mm, 144 rows of 1.05 mm, 50 slices of 1.25 mm; the finest is 1 mm.
    drawn = render(path, "--plane", "axial", *WINDOW)
    assert drawn.shape == (152, 150), drawn.shape
    assert (drawn > 0).all(), "not all of the volume"
    middle = (reference.origins[0] + reference.origins[-1]) / 2 + 149 / 2 * reference.row + 143 / 2 * 1.05 * reference.column
    coronal = render(path, "--plane", "coronal", *WINDOW)
    assert coronal.shape == (math.ceil(len(reference.origins) * 1.25), 150), coronal.shape
    explicit = Plane.named("coronal", middle, (150, coronal.shape[0]), (150, coronal.shape[0]))
    assert (render(path, *explicit.options(), *WINDOW) == coronal).all(), "not in the middle"
    wide = render(path, "--plane", "axial", "--size", "400x200", *WINDOW)
    lit = numpy.argwhere(wide > 0)
    size = lit.max(0) - lit.min(0) + 1
    assert wide.shape == (200, 400) and size[0] >= 199 and abs(size[1] - 200 * 150 / 151.2) <= 1.5, size
    field = render(path, "--plane", "axial", "--field-mm", "60x30", *WINDOW)
    assert field.shape == (30, 60), field.shape
    squeezed = Plane.named("axial", middle, (120, 60), (100, 200))
    check_picture(path, reference, squeezed)


def check_window(scans):
    """The object's own window where nothing else is said; --voi counts them."""
    path, plane = scans.path("even"), plane_of("axial")
    own = render(path, *plane.options())
    assert (own == render(path, *plane.options(), "--window", "0,2200,linear-exact")).all(), "not the object's window"
    assert (own == render(path, *plane.options(), "--voi", "1")).all(), "--voi 1 is another"
    result, _ = run_render(path, *plane.options(), "--voi", "2")
    assert result.returncode == 1 and b"not-found" in result.stderr, result.stderr


def check_annotations(scans):
    """In the corners, the middle untouched; without who it is when asked; letters of the plane."""
    path = scans.path("even")
    options = ("--plane", "coronal", "--size", "500x400", *WINDOW)
    plain = render(path, *options)

    def changed(*more):
        return render(path, *options, "--annotations", *more) != plain

    named, anonymous, thick = changed(), changed("--anonymous"), changed("--anonymous", "--slab-mm", "0.01")
    assert not named[100:300, 60:400].any(), "the middle is not as without annotations"
    assert named[:60, :240].sum() > 100 and named[-60:, :240].sum() > 100 and named[-60:, 260:].sum() > 50, "no texts"
    assert not anonymous[:60, :230].any() and not anonymous[:60, 270:].any(), "who it is"
    assert anonymous[:40, 230:270].any() and anonymous[-40:, 230:270].any() and anonymous[180:220, :30].any(), "no letters"
    assert anonymous[100:300, 400:].sum() > 60, "no scale bar"
    assert thick[-60:, :240].sum() > anonymous[-60:, :240].sum() + 50, "no thickness"
    squeezed = ("--plane", "coronal", "--field-mm", "150x40", "--size", "500x400", *WINDOW)
    bare, written = (render(path, *squeezed, *more) for more in ((), ("--annotations", "--anonymous")))
    assert not (bare != written)[100:170, 430:].any(), "a scale where there is none"


def check_phases(scans):
    """Two times at the same places are two volumes: the first is not mixed with the second."""
    wanted = render(scans.path("even"), *plane_of("axial").options(), *WINDOW)
    with tempfile.TemporaryDirectory() as folder:
        scan = Scans.MADE["even"]()
        scan.write(folder, AcquisitionNumber=1)
        os.mkdir(os.path.join(folder, "later"))
        scan.values = -scan.values
        scan.write(os.path.join(folder, "later"), first_number=1000, AcquisitionNumber=2)
        drawn = render(folder, *plane_of("axial").options(), *WINDOW)
    assert (drawn == wanted).all(), "the other time is in it"


def check_up(scans):
    """Up is made perpendicular to the normal."""
    path = scans.path("even")
    straight = render(path, "--normal=0,0,2", "--up=0,-3,0", *WINDOW)
    assert (straight == render(path, "--plane", "axial", *WINDOW)).all(), "not the axial plane"
    leaning = render(path, "--normal=0,0,2", "--up=0,-3,7", *WINDOW)
    assert (straight == leaning).all(), "leaning"


def check_bench(scans):
    """Medians, worst cases and memory are printed; not what they are."""
    path = scans.path("even")
    small = ("--size", "64x48", "--frames", "2", "--threads", "1")
    for name, more, times in (("mpr", small, ("median_ms", "worst_ms", "picture_median_ms", "picture_worst_ms")),
                              ("slab", (*small, "--slab-mm", "7"), ("median_ms", "worst_ms")),
                              ("open", (), ("first_image_s", "first_image_worst_s", "all_s", "all_worst_s")),
                              ("decode", (), ("wall_s", "wall_worst_s"))):
        result = negtest.negatoscope("bench", name, "--json", "--repeat", "1", *more, path, check=True)
        told = negtest.json_lines(result)[0]
        assert told["bench"] == name and told["repeat"] == 1 and told["peak_rss_mib"] > told["pss_mib"] > 0, told
        assert all(told[field] > 0 for field in times), told
        if more:
            assert (told["size"], told["frames"], told["threads"], told["slices"]) == ("64x48", 2, 1, 49), told
            assert told["way"] in ("none", "avx2", "avx512") and (told["samples"] > 1) == (name == "slab"), told


WRONG = (["--plane", "diagonal"], ["--plane", "axial", "--normal", "0,0,1", "--up", "0,1,0"], ["--normal", "0,0,1"],
         ["--up", "0,0,1"], ["--normal", "0,0,1", "--up", "0,0,2"], ["--normal", "0,0,0", "--up", "0,1,0"],
         ["--normal", "0,0", "--up", "0,1,0"], ["--at", "1,2,3"], ["--slab-mm", "3"], ["--plane", "axial", "--at", "1,2"],
         ["--plane", "axial", "--field-mm", "0x5"], ["--plane", "axial", "--field-mm", "5"],
         ["--plane", "axial", "--slab-mm", "-1"], ["--plane", "axial", "--slab-mm", "nan"],
         ["--plane", "axial", "--projection", "mip"], ["--plane", "axial", "--slab-mm", "5", "--projection", "sum"],
         ["--plane", "axial", "--frame", "2"], ["--plane", "axial", "--subtract"])


def check_usage(scans):
    for options in WRONG:
        result, drawn = run_render(scans.path("even"), *options)
        assert result.returncode == 2 and drawn is None, f"{options}: {result.returncode}"
        assert result.stderr.count(b"\n") == 1, result.stderr


def refused(path, *options):
    """Exit status 1, one line, no picture; the line."""
    result, drawn = run_render(path, "--plane", "axial", *options)
    assert result.returncode == 1 and drawn is None, f"{path}: {result.returncode}"
    assert result.stderr.count(b"\n") == 1, result.stderr
    return result.stderr.decode()


def check_refusals(scans):
    """What is no volume says why, and names nobody."""
    with tempfile.TemporaryDirectory() as folder:
        assert "not-found" in refused(folder)
        one = shutil.copy(os.path.join(scans.path("even"), "0001.dcm"), folder)
        for path in (one, folder):
            line = refused(path)
            assert "unsupported" in line and "Lamp" not in line, line
    line = refused(scans.path("even"), "--presentation-state", one)
    assert "presentation state" in line and "refused" in line, line
    assert "size-overflow" in refused(scans.path("even"), "--at", "1e7,0,0")


def check_damaged(scans):
    """A slice that cannot be decoded is missing in the picture, and the command has failed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(scans.path("even"), folder, dirs_exist_ok=True)
        path = os.path.join(folder, "0005.dcm")
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 5000)
        result, drawn = run_render(folder, "--plane", "coronal", *BLACK)
        assert result.returncode == 1 and result.stderr.count(b"\n") == 1, result.stderr
        assert drawn is not None and 0 < (drawn > 0).mean() < 0.1, "not marked"


# --- The corpus ---

def corpus(*names):
    path = os.path.join(negtest.CORPUS, *names)
    if not os.path.exists(path):
        raise negtest.Skip("not in the corpus")
    return path


def read_reference(path):
    import pydicom
    return Reference.of_folder(path) if os.path.isdir(path) else Reference([pydicom.dcmread(path)])


def check_corpus(*names, every_plane=False):
    """Planes near the middle, pixel by pixel; one of them by OpenGL too, and as a slab."""
    path = corpus(*names)
    reference = read_reference(path)
    rows, columns = reference.stored.shape[1:]
    middle = reference.origins[len(reference.origins) // 2] + (reference.origins[-1] - reference.origins[0]) * 0.013 \
        + (columns / 2 - 3.3) * reference.spacing[1] * reference.row \
        + (rows / 2 + 2.2) * reference.spacing[0] * reference.column
    low, high = reference.percentiles(1, 99.5)
    oblique = oblique_plane(middle)
    for name in phantom.PLANES if every_plane else ("sagittal",):
        check_picture(path, reference, Plane.named(name, middle, (160, 120), (200, 150)), low, high + 1)
    check_picture(path, reference, oblique, low, high + 1)
    check_renderers(path, [oblique])
    if every_plane:
        check_renderers(path, [oblique], "--slab-mm", "15", "--projection", "mean")


def check_tilt():
    """Slices that slip and lie at two distances: worked out from the headers in the sagittal plane, and its outline is the
    gantry's: straight lines, as steep as the positions say."""
    check_corpus("series", "ct-tilt-nonuniform-ge", every_plane=True)
    path = corpus("series", "ct-tilt-nonuniform-ge")
    reference = read_reference(path)
    drawn = render(path, "--plane", "sagittal", "--window", "-5000,10,linear-exact") > 0
    lit = numpy.flatnonzero(drawn.any(0))
    lit = lit[len(lit) // 5:-len(lit) // 5]
    lowest = numpy.array([numpy.flatnonzero(drawn[:, x]).max() for x in lit])
    slope, offset = numpy.polyfit(lit, lowest, 1)
    assert abs(lowest - slope * lit - offset).max() <= 1, "the edge is not straight"
    wanted = -reference.column[2] / reference.column[1]
    assert abs(slope - wanted) < 0.01 and abs(slope) > 0.1, f"{slope:.4f}, not {wanted:.4f}"


def check_no_volume(*names):
    line = refused(corpus(*names))
    assert "unsupported" in line, line


def check_phantoms(tap, scans):
    tap.run("20 distances and 4 angles: tilted, irregular, with missing slices", check_distances_and_angles,
            scans.path("HFS"))
    tap.run("rods are straight, and 3 angles of oblique planes", check_rods, scans.path("HFS"))
    for name in ("HFP", "HFDR", "HFDL", "FFS", "enhanced"):
        tap.run("balls are where they are: " + name, check_balls, scans.path(name))
    tap.run("balls are where they are: one rescale a slice", check_balls, scans.path("PT"),
            ("--window", "1000,2200,linear-exact"))
    tap.run("missing slices are marked and never interpolated", check_missing, scans)
    tap.run("padding takes no part", check_padding)
    tap.run("slabs: MIP, MinIP, mean", check_slabs, scans)
    tap.run("CPU and OpenGL agree", check_renderers, scans.path("HFS"),
            [plane_of("axial"), oblique_plane(MIDDLE_MM), Plane.named("sagittal", MIDDLE_MM + phantom.LOST_MM, (60, 60))],
            *WINDOW)
    tap.run("CPU and OpenGL agree on one rescale a slice", check_renderers, scans.path("PT"), [oblique_plane(MIDDLE_MM)])


def check_commands(tap, scans):
    for name, function in (("field and size", check_defaults), ("window", check_window), ("up", check_up),
                           ("annotations", check_annotations), ("two times", check_phases), ("bench", check_bench),
                           ("wrong usage", check_usage), ("no volume", check_refusals), ("damaged slice", check_damaged)):
        tap.run(name, function, scans)


def main():
    tap = negtest.Tap()
    scans = Scans()
    try:
        check_phantoms(tap, scans)
        check_commands(tap, scans)
    finally:
        scans.close()
    tap.run("corpus: tilted, not uniform", check_tilt)
    tap.run("corpus: CT of 1 mm", check_corpus, "series", "ct-head-philips-1mm")
    tap.run("corpus: PET, one rescale a slice", check_corpus, "series", "petct-sts001", "pt")
    tap.run("corpus: CT of a PET/CT", check_corpus, "series", "petct-sts001", "ct")
    for name in ("mr_enhanced_siemens-phantom-25frame.dcm", "mr_enhanced_sag-loc-15frame.dcm"):
        tap.run("corpus: " + name, check_corpus, "modality", name)
    for name in ("mr_enhanced_metabolite-map-256frame.dcm",):
        tap.run("corpus: no volume: " + name, check_no_volume, "modality", name)
    tap.done()


main()
