#!/usr/bin/env python3
"""`demo`: the department it makes is what it says, is read by another library and by ourselves without a warning, and is
left alone, or made anew, when it should."""

import json
import os
import stat
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

LIMIT_BYTES = 400 << 20


def fill(home, *options):
    result = negtest.negatoscope("demo", "--home", home, "--json", *options, check=True, timeout=600)
    return json.loads(result.stdout)


def list_files(folder):
    return sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names
                  if name.endswith(".dcm"))


def check_counts(answer, files):
    size = sum(os.path.getsize(path) for path in files)
    patients = [name for name in os.listdir(answer["folder"]) if name.startswith("DEMO-")]
    series = {os.path.dirname(path) for path in files}
    studies = {os.path.dirname(path) for path in series}
    return (answer["instances"] == len(files) and answer["bytes"] == size and answer["patients"] == len(patients)
            and answer["series"] == len(series) and answer["studies"] == len(studies)) or answer


def check_modes(folder, files):
    wrong = [path for path in files if stat.S_IMODE(os.stat(path).st_mode) != 0o600]
    wrong += [where for where, _, _ in os.walk(folder) if stat.S_IMODE(os.stat(where).st_mode) != 0o700]
    return not wrong or wrong[:3]


def check_left_alone(home, answer, files):
    before = [os.stat(path).st_mtime_ns for path in files]
    again = fill(home)
    return again == answer and before == [os.stat(path).st_mtime_ns for path in files] or again


def check_pydicom(files):
    """Every header; of each series one image to its values."""
    import pydicom
    seen, series = set(), set()
    for path in files:
        data = pydicom.dcmread(path, stop_before_pixels=os.path.dirname(path) in series)
        if data.SOPInstanceUID in seen or data.file_meta.MediaStorageSOPInstanceUID != data.SOPInstanceUID:
            return f"{path}: {data.SOPInstanceUID} again"
        seen.add(data.SOPInstanceUID)
        tags = [element.tag for element in data]
        if tags != sorted(tags) or data.IssuerOfPatientID != "DEMO" or data.BurnedInAnnotation != "NO":
            return path
        if os.path.dirname(path) not in series:
            series.add(os.path.dirname(path))
            pixels = data.pixel_array
            if pixels.min() == pixels.max() or int(pixels.max()) >= 1 << data.BitsStored:
                return f"{path}: {pixels.min()} to {pixels.max()}"
    return True


EXPECTED_KINDS = {"CT": {"volume", "image"}, "MR": {"volume"}, "PT": {"volume"}, "CR": {"image"}, "MG": {"stack"},
                  "US": {"cine", "image"}, "XA": {"cine"}, "XC": {"image"}}


def read_info(folder):
    result = negtest.negatoscope("info", "--json", folder, check=True)
    return json.loads(result.stdout)


def check_info(info):
    for series in info["series"]:
        tilted = "tilted" in series["description"]
        if series["warnings"] or series["kind"] not in EXPECTED_KINDS[series["modality"]] or series["missing_after"]:
            return series
        if series["kind"] == "volume" and (not series["uniform"] or series["calibration"] != "patient"):
            return series
        if abs(series["tilt_deg"] - (16 if tilted else 0)) > 1e-3:
            return series
    return not info["objects"] or info["objects"]


def check_quality(folder):
    """A clean department: no check of the technologist's desk finds anything, not even a note."""
    result = negtest.negatoscope("check", "--json", "--home", os.path.join(folder, "nothing"), folder, check=True)
    return json.loads(result.stdout) == [] or result.stdout.decode()


def check_content(info):
    """What a department has: thin slices, priors, two b-values apart."""
    frames = {}
    for series in info["series"]:
        frames.setdefault(series["description"], []).append(series["frames"])
    return (frames["Chest 1.5 soft"] == [224] and frames["Head 0.8"] == [208] and len(frames["T2 axial"]) == 3
            and frames["DWI axial b0 b1000"] == [30, 30] and frames["Heart, four chambers"] == [40]
            and frames["Screening, four views"] == [4, 4]) or frames


def check_suv(folder):
    """Activity, dose and weight give the uptake that was meant for the lesion (PS3.3 C.8.9.1)."""
    import pydicom
    paths = [path for path in list_files(folder) if "DEMO-0005" in path and os.sep + "003" + os.sep in path]
    data = [pydicom.dcmread(path) for path in paths]
    dose = data[0].RadiopharmaceuticalInformationSequence[0]

    def seconds(time):
        return int(time[:2]) * 3600 + int(time[2:4]) * 60 + float(time[4:])

    waited = seconds(data[0].SeriesTime) - seconds(dose.RadiopharmaceuticalStartTime)
    left = float(dose.RadionuclideTotalDose) * 2 ** (-waited / float(dose.RadionuclideHalfLife))
    highest = max(int(one.pixel_array.max()) * float(one.RescaleSlope) for one in data)
    suv = highest * float(data[0].PatientWeight) * 1000 / left
    return 8.5 < suv < 12 or suv


def check_interrupted(home):
    """Without the version file nothing is taken for complete; what lies beside the demo stays."""
    small = os.path.join(home, "small")
    first = fill(small, "--patients", "1")
    stray = os.path.join(first["folder"], "DEMO-0004", "stray.dcm")
    own = os.path.join(small, "demo", "mine.txt")
    for path in (stray, own):
        with open(path, "w", encoding="utf-8") as file:
            file.write("x")
    os.remove(os.path.join(small, "demo.version"))
    second = fill(small, "--patients", "1")
    return first == second and not os.path.exists(stray) and os.path.exists(own) or (first, second)


def check_deleted(home):
    """The version file is not believed when what it speaks of is gone."""
    small = os.path.join(home, "deleted")
    first = fill(small, "--patients", "1")
    files = list_files(first["folder"])
    os.remove(files[7])
    second = fill(small, "--patients", "1")
    return first == second and list_files(first["folder"]) == files or (first, second)


def check_archive(home):
    """Orders and images of two patients: each study answers its order, and two orders wait for their images."""
    small = os.path.join(home, "archive")
    answer = fill(small, "--archive", "--patients", "2")
    rows = json.loads(negtest.negatoscope("orders", "--home", small, "--json", check=True, timeout=60).stdout)
    done = [row for row in rows if row["instances_here"] > 0]
    waiting = sorted(row["accession"] for row in rows if row["instances_here"] == 0)
    again = fill(small, "--archive", "--patients", "2")
    same = json.loads(negtest.negatoscope("orders", "--home", small, "--json", check=True, timeout=60).stdout)
    return (answer["orders"] == 5 and len(done) == answer["studies"] == 4 and waiting == ["DEMO-26-0140"]
            and again == answer and len(same) == len(rows)) or (answer, rows)


def check_usage():
    for arguments in (["demo"], ["demo", "--home", "x", "y"], ["demo", "--home", "x", "--patients", "-1"]):
        result = negtest.negatoscope(*arguments)
        if result.returncode != 2 or not result.stderr or result.stdout:
            return f"{arguments}: {result}"
    return True


def check_unwritable(home):
    path = os.path.join(home, "file")
    with open(path, "w", encoding="utf-8") as file:
        file.write("x")
    result = negtest.negatoscope("demo", "--home", path)
    return result.returncode == 1 and b"demo" in result.stderr or result


def main():
    tap = negtest.Tap()
    tap.run("wrong usage is refused", check_usage)
    with tempfile.TemporaryDirectory() as home:
        tap.run("a file is no home", check_unwritable, home)
        answer = fill(home)
        files = list_files(answer["folder"])
        info = read_info(answer["folder"])
        tap.run("counts are those of the files", check_counts, answer, files)
        tap.ok(answer["bytes"] <= LIMIT_BYTES, "no larger than its limit", answer["bytes"])
        tap.run("only the owner may read", check_modes, answer["folder"], files)
        tap.run("another library reads every object", check_pydicom, files)
        tap.run("our own reader warns of nothing", check_info, info)
        tap.run("what a department has", check_content, info)
        tap.run("nothing is wrong with its studies", check_quality, answer["folder"])
        tap.run("uptake of the lesion", check_suv, answer["folder"])
        tap.run("complete: left alone", check_left_alone, home, answer, files)
        tap.run("unfinished: made anew", check_interrupted, home)
        tap.run("deleted: made anew", check_deleted, home)
        tap.run("orders and images in the archive", check_archive, home)
    tap.done()


if __name__ == "__main__":
    main()
