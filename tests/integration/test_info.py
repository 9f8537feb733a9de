#!/usr/bin/env python3
"""`info`: series geometry as the manifest states it; folders, single files, DICOMDIR, ZIP; what is no DICOM; exit
status."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402


def info(*paths):
    result = negtest.negatoscope("info", "--json", *paths)
    return json.loads(result.stdout.decode()), result.returncode


def path_of(name):
    path = os.path.join(negtest.CORPUS, name)
    if not os.path.exists(path):
        raise negtest.Skip("not in this corpus")
    return path


def close(a, b, tolerance=1e-3):
    return abs(a - b) <= tolerance


def series_of(entry):
    found, _ = info(path_of(entry["directory"]))
    return [series for series in found["series"] if series["series_uid"] == entry["series_instance_uid"]]


def volumes_of(entry, all_series):
    """Time points and orientations are series of their own here; the manifest counts them together."""
    return [series for series in all_series if series["frames"] > 1]


def check_series(entry):
    found = series_of(entry)
    frames = sum(series["frames"] for series in found)
    if frames != entry["images"]:
        return f"{frames} images, expected {entry['images']}"
    for series in found:
        if (series["rows"], series["columns"]) != (entry["rows"], entry["columns"]):
            return f"size {series['rows']} x {series['columns']}"
        if not all(close(a, b) for a, b in zip(series["spacing_mm"], entry["pixel_spacing"])):
            return f"spacing {series['spacing_mm']}"
    if entry["orientations"] > 1:
        planes = {series["orientation"] for series in found}
        return len(found) == entry["orientations"] and len(planes) > 1 or f"orientations {planes}"
    return check_geometry(entry, found)


def check_geometry(entry, found):
    low, high = entry["spacing_along_normal_min_max"]
    for series in volumes_of(entry, found):
        if series["frames"] != entry["positions"]:
            return f"{series['frames']} images at {entry['positions']} positions"
        if not low - 1e-3 <= series["slice_spacing_mm"] <= high + 1e-3:
            return f"slice spacing {series['slice_spacing_mm']}, expected {low} to {high}"
        if entry.get("frame_of_reference_uid") and not close(
                series["tilt_deg"], entry["angle_between_stacking_and_normal_deg"], 0.1):
            return f"tilt {series['tilt_deg']}"
        # The manifest calls uniform what is equal to the hundredth; 1 % of the spacing is uniform here.
        if entry["uniform"] and not series["uniform"]:
            return "not uniform"
        if high > 1.2 * low and series["uniform"]:
            return "uniform in spite of " + json.dumps(entry["spacing_histogram"])
    return True


def check_object_kinds():
    kinds = {
        "objects/encapsulated-pdf.dcm": "pdf", "objects/rt_dicompyler/rtstruct.dcm": "rtstruct",
        "objects/rt_dicompyler/rtplan.dcm": "rtplan", "objects/sr/highdicom-tid1500.dcm": "sr",
        "objects/pr_clunie-luts/pr.dcm": "pr", "objects/seg_dcmqi-liver/seg-liver.dcm": "seg",
        "objects/hanging-protocol_neurosurgery.dcm": "hanging-protocol",
        "photometric/bit32-uint_rtdose.dcm": "rtdose",
    }
    for name, kind in kinds.items():
        found, status = info(path_of(name))
        if status != 0 or [item["kind"] for item in found["objects"]] != [kind] or found["series"]:
            return f"{name}: {found}"
    return True


def check_dicomdir():
    found, status = info(path_of("dicomdir/pydicom-set/DICOMDIR"))
    images = sum(series["frames"] for series in found["series"])
    return (status, images) == (0, 31) or f"status {status}, {images} images, {found['unreadable']}"


def check_zip():
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "study.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            root = path_of("dicomdir/pydicom-set")
            for parent, _, names in os.walk(root):
                for name in names:
                    path = os.path.join(parent, name)
                    file.write(path, os.path.relpath(path, root))
        found, status = info(archive)
    images = sum(series["frames"] for series in found["series"])
    return (status, images) == (0, 31) or f"status {status}, {images} images, {found['unreadable']}"


def check_zip_that_lies():
    """An entry that names a way out is read like any other, from memory, and nothing is written anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        inner = os.path.join(folder, "inner")
        os.mkdir(inner)
        archive = os.path.join(inner, "study.zip")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("../escaped.dcm", open(path_of("transfer-syntax/explicit-le_ct-small.dcm"), "rb").read())
        found, status = info(archive)
        escaped = os.path.exists(os.path.join(folder, "escaped.dcm"))
    return (status, len(found["series"]), escaped) == (0, 1, False) or f"{status} {found} {escaped}"


def check_mixed_folder():
    """What is merely no DICOM is listed and fails nothing; a path that is named and missing fails."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path_of("transfer-syntax/explicit-le_ct-small.dcm"), os.path.join(folder, "a"))
        with open(os.path.join(folder, "README.txt"), "w", encoding="utf-8") as file:
            file.write("a leaflet that came with the disc\n" * 20)
        found, status = info(folder)
        if status != 0 or len(found["series"]) != 1 or len(found["unreadable"]) != 1:
            return f"{status}: {found}"
        if found["unreadable"][0]["error"]["code"] != "unreadable":
            return str(found["unreadable"])
        found, status = info(folder, os.path.join(folder, "missing"))
    return status == 1 and "not-found" in [item["error"]["code"] for item in found["unreadable"]] \
        or f"{status}: {found}"


def check_dicomdir_way_out():
    """A DICOMDIR whose references lead out of its folder, or to nothing, says so and opens nothing there."""
    import pydicom
    with tempfile.TemporaryDirectory() as folder:
        inner = os.path.join(folder, "disc")
        os.mkdir(inner)
        shutil.copy(path_of("transfer-syntax/explicit-le_ct-small.dcm"), os.path.join(folder, "OUTSIDE"))
        directory = pydicom.dcmread(path_of("dicomdir/pydicom-set/DICOMDIR"))
        for record in directory.DirectoryRecordSequence:
            if "ReferencedFileID" in record:
                record.ReferencedFileID = ["..", "OUTSIDE"]
        pydicom.dcmwrite(os.path.join(inner, "DICOMDIR"), directory, write_like_original=True)
        found, status = info(os.path.join(inner, "DICOMDIR"))
    codes = {item["error"]["code"] for item in found["unreadable"]}
    return (status, found["series"], codes) == (1, [], {"not-found"}) or f"{status}: {found}"


def check_nameless():
    """Files that name no series are not thrown together."""
    paths = [path_of(f"broken/no-preamble_jpegls-rgb-ilv{mode}.dcm") for mode in range(3)]
    found, status = info(*paths)
    return (status, [series["frames"] for series in found["series"]]) == (0, [1, 1, 1]) or f"{status}: {found}"


def check_missing():
    result = negtest.negatoscope("info", "--json", "/nonexistent/nothing.dcm")
    return result.returncode == 1 and b"not-found" in result.stdout or result.stdout.decode()


def check_usage():
    codes = [subprocess.run([negtest.PROGRAM, *args], capture_output=True).returncode
             for args in (["info"], ["info", "--wrong"], ["decode", "--frame", "0", "x"], ["render", "x"])]
    return codes == [2, 2, 2, 2] or str(codes)


def main():
    tap = negtest.Tap()
    manifest = negtest.manifest()
    tap.run("a missing path", check_missing)
    tap.run("wrong usage", check_usage)
    if manifest is None:
        tap.skip("info on the corpus", "no corpus")
    else:
        for entry in manifest["series"]:
            tap.run("series " + entry["directory"], check_series, entry)
        for name, function in (("kinds of objects", check_object_kinds), ("DICOMDIR", check_dicomdir),
                               ("ZIP", check_zip), ("ZIP with a way out", check_zip_that_lies),
                               ("folder with other files", check_mixed_folder),
                               ("DICOMDIR with a way out", check_dicomdir_way_out),
                               ("files that name no series", check_nameless)):
            tap.run(name, function)
    tap.done()


main()
