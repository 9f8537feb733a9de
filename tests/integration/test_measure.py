#!/usr/bin/env python3
"""`measure`: against numpy on the stored values that pydicom reads, against numbers worked out by hand, usage."""

import json
import math
import os
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402


def measure(path, *options):
    return json.loads(negtest.negatoscope("measure", path, "--json", *options, check=True).stdout)


def text(points):
    return ",".join(repr(float(value)) for value in numpy.asarray(points).reshape(-1))


def groups(dataset, frame, name, within):
    """The item of a functional group: of the frame, else shared."""
    for sequence in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        if sequence in dataset:
            item = dataset[sequence][frame if sequence[0] == "P" else 0]
            if name in item and within in item[name][0]:
                return item[name][0]
    return None


def spacing_of(dataset, frame):
    """x and y in mm, or None."""
    source = groups(dataset, frame, "PixelMeasuresSequence", "PixelSpacing") or dataset
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        values = source.get(keyword)
        if values is not None and len(values) == 2:
            return float(values[1]), float(values[0])
    return None


def rescale_of(dataset, frame):
    source = groups(dataset, frame, "PixelValueTransformationSequence", "RescaleSlope") or dataset
    return float(source.get("RescaleSlope", 1)), float(source.get("RescaleIntercept", 0))


def inside_polygon(points, rows, columns):
    """Which centres have an odd number of edges to their right."""
    y, x = numpy.mgrid[0:rows, 0:columns] + 0.5
    inside = numpy.zeros((rows, columns), bool)
    for (x0, y0), (x1, y1) in zip(points, numpy.roll(points, -1, axis=0)):
        if y0 != y1:
            inside ^= ((y0 > y) != (y1 > y)) & (x < x0 + (x1 - x0) * (y - y0) / (y1 - y0))
    return inside


def inside_ellipse(corners, rows, columns):
    x0, y0, x1, y1 = corners
    y, x = numpy.mgrid[0:rows, 0:columns] + 0.5
    return ((x - (x0 + x1) / 2) / ((x1 - x0) / 2)) ** 2 + ((y - (y0 + y1) / 2) / ((y1 - y0) / 2)) ** 2 <= 1


def close(a, b, digits=1e-9):
    return a == b or (a is not None and b is not None and abs(a - b) <= digits * max(abs(a), abs(b), 1e-9))


def statistics(values):
    values = values.astype(numpy.longdouble)
    n = values.size
    return {"pixels": n, "mean": float(values.mean()) if n else None,
            "sd": float(values.std(ddof=1)) if n > 1 else None,
            "min": float(values.min()) if n else None, "max": float(values.max()) if n else None}


def compare(answer, expected, what):
    for name, value in expected.items():
        if not (name in answer and close(answer[name], value)):
            raise AssertionError(f"{what}: {name} {answer.get(name)}, expected {value}; {answer}")


def padding_of(dataset, stored):
    if dataset.get("PixelPaddingValue") is None or not isinstance(dataset.PixelPaddingValue, int):
        return numpy.zeros(stored.shape, bool)
    ends = sorted((dataset.PixelPaddingValue, dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue)))
    return (stored >= ends[0]) & (stored <= ends[1])


def expect_line(spacing, rows, columns):
    """Options and what they give: a line, and the angle at its end."""
    unit = "mm" if spacing else "px"
    x_mm, y_mm = spacing or (1, 1)
    points = numpy.array([[0.1, 0.7], [0.83, 0.21], [0.9, 0.9]]) * [columns, rows]
    one, other = (points[[0, 2]] - points[1]) * [x_mm, y_mm]
    lengths = numpy.linalg.norm(one), numpy.linalg.norm(other)
    angle = math.degrees(math.acos(one @ other / lengths[0] / lengths[1]))
    return ["--line", text(points[:2]), "--angle", text(points)], {f"length_{unit}": lengths[0], "angle_deg": angle}


def draw(path, frame):
    from PIL import Image
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.png")
        negtest.negatoscope("render", path, "--frame", str(frame + 1), "--output", output, check=True)
        return numpy.asarray(Image.open(output)).astype(int)


def check_probe(answer, x, y, stored, modality, left_out, drawn):
    """The display value is the one that `render` draws."""
    assert numpy.array_equal(answer["stored"], stored[y, x]), (answer, stored[y, x])
    assert numpy.array_equal(answer["display"], drawn[y, x]), (answer, drawn[y, x])
    expected = None if modality is None or left_out[y, x] else float(modality[y, x])
    assert close(answer["modality"], expected), (answer, expected)


def check_file(name, frame=0, units=None, has_color_above=None):
    import pydicom
    path = os.path.join(negtest.CORPUS, name)
    dataset = pydicom.dcmread(path)
    stored = dataset.pixel_array
    if dataset.get("NumberOfFrames", 1) > 1:
        stored = stored[frame]
    rows, columns = stored.shape[:2]
    spacing = spacing_of(dataset, frame)
    has_values = stored.ndim == 2 and dataset.PhotometricInterpretation.startswith("MONOCHROME")
    slope, intercept = rescale_of(dataset, frame)
    modality = stored.astype(float) * slope + intercept if has_values else None
    left_out = padding_of(dataset, stored) if has_values else None
    if has_values and has_color_above is not None:
        left_out |= stored >= has_color_above
    drawn = draw(path, frame)
    line, lengths = expect_line(spacing, rows, columns)
    unit, scale = ("mm2", spacing[0] * spacing[1]) if spacing else ("px", 1)
    star = [[0.5 + 0.4123 * math.sin(turn * 4 * math.pi / 5), 0.5 - 0.4123 * math.cos(turn * 4 * math.pi / 5)]
            for turn in range(5)] * numpy.array([columns, rows])
    box = numpy.array([0.3, 0.2, 0.71, 0.9]) * [columns, rows, columns, rows] + 0.123
    regions = [("--polygon", star, inside_polygon(star, rows, columns), None),
               ("--ellipse", box, inside_ellipse(box, rows, columns),
                math.pi / 4 * (box[2] - box[0]) * (box[3] - box[1]) * scale),
               ("--rectangle", [-7, -5, 9.2, 11.3],
                inside_polygon(numpy.array([[-7, -5], [9.2, -5], [9.2, 11.3], [-7, 11.3]]), rows, columns),
                16.2 * 16.3 * scale)]
    probes = (columns // 2, rows // 3), (0, 0), (columns - 1, rows - 1)
    for (option, points, inside, area), (x, y) in zip(regions, probes):
        answer = measure(path, "--frame", str(frame + 1), *line, option, text(points), "--probe",
                         f"{x + 0.25},{y + 0.75}")
        assert answer["units"] == units and (answer["calibration"] == "none") == (spacing is None), answer
        compare(answer, lengths, "line and angle")
        check_probe(answer, x, y, stored, modality, left_out, drawn)
        if area is not None:
            compare(answer, {f"area_{unit}": area}, option)
        if has_values:
            expected = statistics(modality[inside & ~left_out])
            expected["left_out"] = int((inside & left_out).sum())
            compare(answer, expected, option)
        else:
            assert all(answer[key] is None for key in ("mean", "sd", "min", "max", "pixels")), answer
            assert any("colors" in note for note in answer["notes"]), answer


def write_object(folder, stored, slopes=(1,), **attributes):
    """A signed 16-bit CT of our own; several frames, each with its own slope and spacing, make it an enhanced one."""
    import pydicom
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2" + (".1" if len(slopes) > 1 else "")
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    values = numpy.asarray(stored, dtype="<i2")
    path = os.path.join(folder, "image.dcm")
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "2.25.1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = "2.25.2", "2.25.3", "CT"
    dataset.Rows, dataset.Columns = values.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    if len(slopes) == 1:
        dataset.RescaleSlope, dataset.RescaleIntercept = slopes[0], 0
    else:
        dataset.NumberOfFrames = len(slopes)
        items = []
        for i, slope in enumerate(slopes):
            item, values_item, measures = Dataset(), Dataset(), Dataset()
            values_item.RescaleSlope, values_item.RescaleIntercept, values_item.RescaleType = slope, i, "MGML"
            measures.PixelSpacing = [1 + i, 2 + i]
            item.PixelValueTransformationSequence = [values_item]
            item.PixelMeasuresSequence = [measures]
            items.append(item)
        dataset.PerFrameFunctionalGroupsSequence = items
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = values.tobytes()
    pydicom.dcmwrite(path, dataset)
    return path


def check_by_hand():
    """1 2 / 3 4 on pixels 0.5 mm high and 0.25 mm wide: area 2 x 2 x 0.125 = 0.5 mm2, mean 2.5, sd = root of 5 / 3."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, [[1, 2, 9], [3, 4, 9]], PixelSpacing=[0.5, 0.25])
        answer = measure(path, "--rectangle", "0,0,2,2", "--line", "0,0,2,2", "--probe", "1.5,1.5")
    compare(answer, {"area_mm2": 0.5, "mean": 2.5, "sd": math.sqrt(5 / 3), "min": 1, "max": 4, "pixels": 4,
                     "length_mm": math.hypot(0.5, 1), "stored": 4, "modality": 4}, "by hand")
    assert answer["units"] == "HU" and answer["calibration"] == "unknown" and answer["notes"] == [], answer


def check_frames():
    """Each frame by its own slope, intercept and spacing (C.7.6.16.2.1, .9)."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, [[[10, 20]], [[10, 20]]], slopes=(1, 3))
        first = measure(path, "--rectangle", "0,0,2,1")
        second = measure(path, "--rectangle", "0,0,2,1", "--frame", "2")
    compare(first, {"mean": 15, "area_mm2": 2 * 1 * 2}, "first")
    compare(second, {"mean": 46, "area_mm2": 2 * 2 * 3}, "second")
    assert first["units"] == second["units"] == "mg/ml", first


def check_nulls():
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, [[-9, 1], [-9, -9]], PixelPaddingValue=-9)
        one = measure(path, "--rectangle", "0,0,2,2")
        none = measure(path, "--ellipse", "1.1,1.1,1.2,1.2")
        outside = measure(path, "--probe=-1,0")
        padding = measure(path, "--probe", "0,0")
        tie = measure(path, "--polygon", "0,0,2,2,2,0,0,2")
        point = measure(path, "--angle", "1,1,1,1,2,2")
    compare(one, {"pixels": 1, "left_out": 3, "mean": 1, "sd": None, "min": 1, "max": 1, "area_px": 4}, "one")
    compare(none, {"pixels": 0, "mean": None, "sd": None, "min": None, "max": None}, "none")
    compare(outside, {"stored": None, "modality": None, "display": None}, "outside")
    compare(padding, {"stored": -9, "modality": None, "display": 0}, "padding")
    compare(tie, {"area_px": 2}, "crossing")
    compare(point, {"angle_deg": None}, "no angle")
    for answer in (one, none, outside, padding, tie, point):
        assert answer["notes"] and answer["calibration"] == "none", answer
    assert any("crosses" in note for note in tie["notes"]), tie


def check_suv():
    """Slice 041 of the PET of petct-sts001 (J): BQML, START, corrected for ATTN and DECY. Series and acquisition are both
    of 11:20:11, the injection of 10:35:00: 2711 s. 71 kg, 388777472 Bq, half-life 6588 s.
    Left of the dose: 2 ^ -(2711 / 6588) = 0.751838 of it, 292297670 Bq; 71000 g / 292297670 Bq = 2.42903e-4 g/Bq.
    Column 76, row 67 stores 32766; times its slope 0.660542 that is 21643.3 Bq/ml, so 5.25723 g/ml."""
    folder = os.path.join(negtest.CORPUS, "series", "petct-sts001", "pt")
    answer = measure(os.path.join(folder, "041.dcm"), "--probe", "76.5,67.5", "--rectangle", "70,60,80,70")
    suv = answer["suv"]
    assert answer["stored"] == 32766 and answer["units"] == "Bq/ml", answer
    assert close(suv["probe"], 5.25723, 1e-5) and close(suv["factor"], 2.42903e-4, 1e-5), suv
    assert suv["decay_s"] == 2711 and suv["units"] == "g/ml" and suv["assumed"] is False, suv
    for name in ("mean", "sd", "min", "max"):
        assert close(suv[name], answer[name] * suv["factor"]), suv
    assert any("of one file" in note for note in answer["notes"]), answer
    of_series = measure(folder, "--frame", "5", "--probe", "60.5,60.5")
    assert close(of_series["suv"]["factor"], suv["factor"]) and of_series["notes"] == [], of_series
    other = measure(os.path.join(negtest.CORPUS, "series", "petct-sts001", "ct"), "--probe", "1,1")
    assert "suv" not in other, other


def check_ultrasound():
    """Pitfall 18. 100 pixels of 0.02622878766196998 cm; 0 cm is at column 120 + 340 and row 60 + 36 of the image. Below the
    picture there is a strip of 0.009642736608649534 s a pixel from column 176 - 176 on, whose height means nothing."""
    path = os.path.join(negtest.CORPUS, "photometric", "palette8_us-rle.dcm")
    line = measure(path, "--line", "200.5,200.5,300.5,200.5", "--probe", "560.5,196.5")
    compare(line, {"length_mm": 26.22878766196998}, "in the picture")
    assert line["calibration"] == "region", line
    for axis in "xy":
        compare(line["region"][axis], {"value": 2.622878766196998, "units": "cm"}, "depth")
    across = measure(path, "--line", "200.5,200.5,300.5,550.5", "--probe", "300.5,550.5")
    compare(across, {"length_px": math.hypot(100, 350)}, "across")
    compare(across["region"]["x"], {"value": 300 * 0.009642736608649534, "units": "s"}, "time")
    assert "y" not in across["region"], across
    assert across["calibration"] == "none" and any("no lengths" in note for note in across["notes"]), across
    outside = measure(path, "--line", "200.5,200.5,20.5,200.5")
    assert "length_px" in outside and any("outside" in note for note in outside["notes"]), outside
    twins = os.path.join(negtest.CORPUS, "photometric", "palette16_segmented-lut_us-aloka.dcm")
    one = measure(twins, "--line", "100.5,200.5,200.5,200.5")
    compare(one, {"length_mm": 38.26530650258064}, "one of two pictures")
    both = measure(twins, "--line", "300.5,200.5,400.5,200.5")
    assert "length_px" in both and any("side by side" in note for note in both["notes"]), both


def check_usage():
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, [[1, 2], [3, 4]])
        wrong = [[], ["--line", "0,0,1"], ["--line", "0,0,1,nan"], ["--line", "0,0,1,inf"], ["--line", "0,0,1,1e9"],
                 ["--line", "0,0,1,x"], ["--line", "0,0,1,1,"], ["--line", ""], ["--polygon", "0,0,1,1"],
                 ["--polygon", "0,0,1,1,2"], ["--probe", "1"], ["--frame", "0", "--probe", "1,1"],
                 ["--ellipse", "0,0,1,1", "--rectangle", "0,0,1,1"], [path, "--probe", "1,1"],
                 ["--polygon", ",".join(["1"] * 20000)]]
        for options in wrong:
            result = negtest.negatoscope("measure", path, *options)
            if result.returncode != 2 or result.stdout or not result.stderr:
                return f"{options}: exit status {result.returncode}, {result.stdout} {result.stderr}"
        for options in (["--frame", "2"], ["--frame", "2147483647"]):
            result = negtest.negatoscope("measure", path, "--probe", "1,1", *options)
            if result.returncode != 1 or b"not-found" not in result.stderr:
                return f"{options}: exit status {result.returncode}, {result.stderr}"
        people = negtest.negatoscope("measure", path, "--probe", "1,1", check=True).stdout.decode()
        return "modality" in people and "4" in people or people


FILES = [
    ("transfer-syntax/explicit-le_nema-ct1.dcm", {"units": "HU"}),
    ("transfer-syntax/explicit-be_mr-small.dcm", {}),
    ("photometric/mono2_16-14-signed.dcm", {"units": "HU"}),
    ("photometric/mono1_16-10_cr-chest.dcm", {}),
    ("photometric/mono1_8_dx-dog.dcm", {}),
    ("photometric/palette8_us-examples.dcm", {}),
    ("photometric/palette16lut_testpattern.dcm", {}),
    ("photometric/rgb_us.dcm", {}),
    ("photometric/bit32-uint_rtdose.dcm", {"frame": 7}),
    # A localizer: its numbers are no HU.
    ("dicomdir/pydicom-set/98892001/CT2N/6924", {}),
    ("series/ct-tilt-nonuniform-ge/014.dcm", {"units": "HU"}),
    ("modality/mr_enhanced_emri-10frame.dcm", {"frame": 4}),
    ("modality/mr_enhanced_metabolite-map-256frame.dcm", {"frame": 100}),
    ("modality/sm_grayscale16.dcm", {"frame": 12}),
    ("modality/ct_enhanced_supplemental-palette.dcm", {"frame": 1, "has_color_above": 1024}),
    ("photometric/float32_parametric-map.dcm", {}),
]


def main():
    tap = negtest.Tap()
    tap.run("a picture of four pixels by hand", check_by_hand)
    tap.run("each frame by its own numbers", check_frames)
    tap.run("what has no number is null and says why", check_nulls)
    tap.run("usage", check_usage)
    for name, check, path in (("SUV of a slice worked out by hand", check_suv, "series/petct-sts001"),
                              ("ultrasound by its regions", check_ultrasound, "photometric/palette8_us-rle.dcm")):
        if os.path.exists(os.path.join(negtest.CORPUS, path)):
            tap.run(name, check)
        else:
            tap.skip(name, "not in the corpus")
    for name, options in FILES:
        if os.path.exists(os.path.join(negtest.CORPUS, name)):
            tap.run("measure " + name, lambda: check_file(name, **options))
        else:
            tap.skip("measure " + name, "not in the corpus")
    tap.done()


main()
