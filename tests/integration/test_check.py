#!/usr/bin/env python3
"""`check`: each check on files that fail it and on files that do not; the fields of the contract, exit statuses, containers,
orders of the archive, what the desk found."""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402
import numpy  # noqa: E402
import pydicom  # noqa: E402
import synthetic  # noqa: E402
from hl7_peers import Hl7Home, order  # noqa: E402

FIELDS = ["study_uid", "check", "severity", "found", "expected", "action"]
ACTIONS = {"look", "match", "set", "merge", "split", "drop", "move", "reject", "fetch", "convert", "mask"}
RANDOM = numpy.random.default_rng(5)


def body(rows=128, columns=128, noise=8, darkest=200):
    """A smooth body with noise, of 12 bits."""
    y, x = numpy.mgrid[0:rows, 0:columns]
    smooth = 2000 + 1200 * numpy.cos(x * 0.03) * numpy.cos(y * 0.035)
    return numpy.clip(smooth + RANDOM.normal(0, noise, (rows, columns)), darkest, 4000).astype(numpy.uint16)


class Scene(synthetic.Folder):
    """Files of one good study of a patient of its own; what a test gives spoils them."""

    def __init__(self, index=0):
        super().__init__()
        self.count, self.index = 100 * index, index
        self.study = f"2.25.2{index:02}"

    def __enter__(self):
        return self

    def add(self, kind="CR", pixels=None, **attributes):
        given = {"StudyInstanceUID": self.study, "SeriesInstanceUID": f"2.25.3{self.index:02}", "PatientID": f"T-{self.index}",
                 "AccessionNumber": "A1", "StudyDate": "20260105", "StudyTime": "101500", "PatientBirthDate": "19700203",
                 "PatientSex": "F", "StationName": "ROOM1", "BurnedInAnnotation": "NO", "BodyPartExamined": "CHEST"}
        if kind == "CR":
            given.update(ViewPosition="PA", PatientOrientation=["L", "F"])
        return self.write(body() if pixels is None else pixels, kind, bits=8 if kind == "OT" else 12, **{**given, **attributes})

    def add_slices(self, n=8, without=None, **attributes):
        for i in range(1, n + 1):
            if i != without:
                self.add("CT", InstanceNumber=i, ImagePositionPatient=[-50, -50, 3 * i],
                         **{**dict(ImageOrientationPatient=synthetic.AXIAL, PatientPosition="HFS", PixelSpacing=[0.8, 0.8],
                                   FrameOfReferenceUID=f"2.25.4{self.index:02}", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"]),
                            **attributes})


def check(*paths, status=0, home=None, site=None):
    with tempfile.TemporaryDirectory() as empty:
        options = ["--home", home or empty]
        if site is not None:
            config = os.path.join(empty, "check.conf")
            with open(config, "w", encoding="utf-8") as file:
                file.write("[quality]\n" + site)
            options += ["--config", config]
        result = negtest.negatoscope("check", "--json", *options, *paths)
    assert result.returncode == status, (result.returncode, result.stderr, result.stdout)
    findings = json.loads(result.stdout)
    for finding in findings:
        assert all(isinstance(finding[field], str) and finding[field] for field in FIELDS if field != "study_uid"), finding
        assert finding["severity"] in ("note", "warning", "error") and finding["action"] in ACTIONS, finding
        assert {"series_uid", "objects", "why", "argument", "subject"} <= finding.keys(), finding
    return findings


def names(findings):
    return sorted((finding["check"], finding["severity"]) for finding in findings)


def mixed_patient(scene):
    scene.add()
    scene.add()
    scene.add(PatientID="O-2", PatientName="Other^Person", SeriesInstanceUID="2.25.31")


def mixed_orders(scene):
    scene.add()
    scene.add()
    scene.add(AccessionNumber="A2", SeriesInstanceUID="2.25.31")


def no_side(scene):
    scene.add(BodyPartExamined="HAND", ViewPosition=None, PatientOrientation=None)


def two_sides(scene):
    scene.add(BodyPartExamined="KNEE", ViewPosition=None, PatientOrientation=None, Laterality="R",
              SeriesDescription="Knie links ap")


def half_a_pair(scene):
    for number, (side, view) in enumerate([("R", "CC"), ("R", "MLO"), ("L", "CC")]):
        scene.add("CR", Modality="MG", SOPClassUID="1.2.840.10008.5.1.4.1.1.1.2", BodyPartExamined="BREAST", ImageLaterality=side,
                  ViewPosition=view, PatientOrientation=None, InstanceNumber=number + 1)


def doubled(scene):
    same = body()
    scene.add(pixels=same)
    scene.add(pixels=same)


def one_uid(scene):
    scene.add(SOPInstanceUID="2.25.77")
    scene.add(SOPInstanceUID="2.25.77")


def turned(scene):
    scene.add_slices(ImageOrientationPatient=[-1, 0, 0, 0, -1, 0])


def unknown_place(scene):
    scene.add("CT", PatientPosition="HFS")


def wrong_view(scene):
    scene.add(PatientOrientation=["P", "F"])


def plateau(value):
    def make(scene):
        pixels = body()
        pixels[30:90, 30:90] = value
        scene.add(pixels=pixels)
    return make


def noisy(scene):
    pixels = 2000 + RANDOM.normal(0, 300, (128, 128))
    scene.add(pixels=numpy.clip(pixels, 0, 4095).astype(numpy.uint16))


def moved(scene):
    pixels = body(256, 256, noise=300).astype(float)
    blurred = sum(numpy.roll(pixels, i, axis=1) for i in range(40)) / 40
    scene.add(pixels=(blurred + RANDOM.normal(0, 1, blurred.shape)).astype(numpy.uint16))


def collimated(told):
    def make(scene):
        pixels = body(256, 256)
        pixels[:70], pixels[180:], pixels[:, :60], pixels[:, 200:] = 4050, 4050, 4050, 4050
        scene.add(pixels=pixels, CollimatorShape="RECTANGULAR", CollimatorLeftVerticalEdge=told[0],
                  CollimatorRightVerticalEdge=told[1], CollimatorUpperHorizontalEdge=told[2], CollimatorLowerHorizontalEdge=told[3])
    return make


def written(scene):
    """Letters in the pixels of a screen copy."""
    from PIL import Image, ImageDraw
    picture = Image.fromarray((body(256, 256) >> 4).astype(numpy.uint8))
    draw = ImageDraw.Draw(picture)
    for line in range(2):
        draw.text((10, 20 + 20 * line), "MILLER ANNA 1970-02-03 ROOM 1", fill=255)
    scene.add("OT", numpy.asarray(picture))


def not_decoded(scene):
    path = scene.add()
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 5000)


def mangled_name(scene):
    scene.add(elements=[(0x00100010, "PN", "Muller^Ada")])
    for name in os.listdir(scene.name):
        with open(scene.path(name), "rb") as file:
            data = file.read()
        with open(scene.path(name), "wb") as file:
            file.write(data.replace(b"Muller", b"M\xfcller"))


def adder(kind="CR", **attributes):
    def make(scene):
        scene.add(kind, **attributes)
    return make


def slicer(**attributes):
    def make(scene):
        scene.add_slices(**attributes)
    return make


CASES = [
    ("patient-mixed", mixed_patient, [("patient-mixed", "error")]),
    ("study-mixed", mixed_orders, [("study-mixed", "error")]),
    ("laterality: missing", no_side, [("laterality", "warning")]),
    ("laterality: tag and words", two_sides, [("laterality", "warning"), ("laterality-marker", "note")]),
    ("view-pair", half_a_pair, [("view-pair", "warning")]),
    ("images-missing", slicer(without=4), [("images-missing", "error")]),
    ("images-doubled", doubled, [("images-doubled", "warning")]),
    ("uid-reused", one_uid, [("uid-reused", "error")]),
    ("orientation: turned", turned, [("orientation", "warning")]),
    ("orientation: missing", unknown_place, [("orientation", "warning")]),
    ("orientation: view", wrong_view, [("orientation", "warning")]),
    ("exposure-clipped", plateau(4095), [("exposure-clipped", "note")]),
    ("saturation", plateau(0), [("saturation", "note")]),
    ("noise", noisy, [("noise", "note")]),
    ("motion", moved, [("motion", "note")]),
    ("exposure-index", adder(ExposureIndex="30"), [("exposure-index", "warning")]),
    ("deviation-index", adder(ExposureIndex="1000", TargetExposureIndex="250", DeviationIndex="6"), [("deviation-index", "warning")]),
    ("dose: header", adder(ImageAndFluoroscopyAreaDoseProduct="250"), [("dose", "warning")]),
    ("field-of-view", slicer(PixelSpacing=[0.1, 0.1]), [("field-of-view", "warning")]),
    ("collimation: header", collimated([1, 256, 1, 256]), [("collimation", "note")]),
    ("character-set", mangled_name, [("character-set", "warning")]),
    ("private-tags: empty", adder(PatientID=""), [("private-tags", "warning")]),
    ("private-tags: too long", adder(AccessionNumber="12345678901234567"), [("private-tags", "warning")]),
    ("private-tags: no creator", adder(elements=[(0x00091001, "LO", "x")]), [("private-tags", "note")]),
    ("burned-in: said", adder(BurnedInAnnotation="YES"), [("burned-in", "warning")]),
    ("burned-in: seen", written, [("burned-in", "note")]),
    ("burned-in: nobody says", adder("US", BurnedInAnnotation=None), [("burned-in", "note")]),
    ("future-date", adder(StudyDate="20990101"), [("future-date", "error")]),
    ("future-date: before birth", adder(PatientBirthDate="20260106"), [("future-date", "error")]),
]

# What looks like a fault and is none.
CLEAN = [
    ("slices", slicer()),
    ("slices, odd numbers", lambda scene: [scene.add("CT", InstanceNumber=2 * i + 1, ImagePositionPatient=[0, 0, 2 * i],
                                                     ImageOrientationPatient=synthetic.AXIAL, PatientPosition="HFS") for i in range(8)]),
    ("prone", slicer(ImageOrientationPatient=[-1, 0, 0, 0, -1, 0], PatientPosition="HFP")),
    ("collimated as said", collimated([61, 200, 71, 180])),
    ("a name in its character set", adder(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Änne")),
    ("today", adder(StudyDate=time.strftime("%Y%m%d"))),
    ("good deviation", adder(ExposureIndex="250", TargetExposureIndex="250", DeviationIndex="0")),
    ("ultrasound that says no", adder("US")),
]


def run_cases(tap):
    """All in one run, each a study of its own."""
    cases = [("good", adder(), [])] + CASES + [("clean: " + name, make, []) for name, make in CLEAN]
    with contextlib.ExitStack() as stack:
        scenes = [stack.enter_context(Scene(index + 1)) for index in range(len(cases))]
        for scene, (_, make, _) in zip(scenes, cases):
            make(scene)
        findings = check(*[scene.name for scene in scenes], site="limit.exposure-index-low.CR=50\n")
        for scene, (name, _, expected) in zip(scenes, cases):
            found = [finding for finding in findings if finding["study_uid"] == scene.study]
            tap.ok(names(found) == sorted(expected), name, found)
        tap.ok({finding["study_uid"] for finding in findings} <= {scene.study for scene in scenes}, "of these studies alone")


def what_cannot_be_read():
    with Scene() as scene:
        not_decoded(scene)
        assert names(check(scene.name, status=1)) == [("unreadable", "error")]


def of_a_split_study():
    """One CT as three studies, each of which tells of the other two; two orders made in one go are none."""
    with Scene() as scene, Scene() as two:
        for i in range(3):
            scene.add_slices(StudyInstanceUID=f"2.25.2{i}", SeriesInstanceUID=f"2.25.3{i}", AccessionNumber="")
        found = check(scene.name)
        assert names(found) == [("study-split", "warning")] * 3, found
        assert {finding["study_uid"] for finding in found} == {"2.25.20", "2.25.21", "2.25.22"}, found
        assert set(found[0]["argument"].split("\\")) == {"2.25.21", "2.25.22"}, found
        for i in range(2):
            two.add_slices(StudyInstanceUID=f"2.25.2{i}", SeriesInstanceUID=f"2.25.3{i}", AccessionNumber=f"A{i}")
        assert check(two.name) == []


def report_of_dose():
    """The total of a dose report against the site's limit of the modality that it is about."""
    with Scene() as scene:
        scene.add_slices()
        path = scene.write(None, "KO", name="dose.dcm", Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.67",
                           StudyInstanceUID=scene.study, PatientID="T-0", SeriesInstanceUID="2.25.39", AccessionNumber="A1",
                           StudyDate="20260105")
        data = pydicom.dcmread(path)
        code = synthetic.item(CodeValue="113813", CodingSchemeDesignator="DCM", CodeMeaning="CT Dose Length Product Total")
        data.ContentSequence = pydicom.Sequence([synthetic.item(
            ValueType="NUM", RelationshipType="CONTAINS", ConceptNameCodeSequence=[code],
            MeasuredValueSequence=[synthetic.item(NumericValue="1250.5")])])
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
        data.save_as(path)
        found = check(scene.name, site="limit.dlp-mgycm.CT=1000\n")
        assert names(found) == [("dose", "warning")] and "1250 mGy" in found[0]["found"], found
        assert check(scene.name, site="limit.dlp-mgycm.CT=1300\n") == []


def containers():
    """A file, a folder within a folder, a ZIP; no DICOM beside them is no failure, and one that was named is."""
    with Scene() as scene, tempfile.TemporaryDirectory() as outer:
        path = scene.add(BurnedInAnnotation="YES")
        leaflet = os.path.join(outer, "README.TXT")
        with open(leaflet, "w", encoding="ascii") as file:
            file.write("nothing\n" * 100)
        os.makedirs(os.path.join(outer, "a", "b"))
        shutil.copy(path, os.path.join(outer, "a", "b", "IM1"))
        packed = os.path.join(outer, "disc.zip")
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(path, "IM1")
        for one in (path, os.path.join(outer, "a"), packed):
            assert names(check(one)) == [("burned-in", "warning")], one
        # As a folder and as a ZIP in it: the same object twice.
        assert ("images-doubled", "warning") in names(check(outer))
        assert names(check(leaflet, status=1)) == [("unreadable", "error")]
        assert names(check(os.path.join(outer, "nobody"), status=1)) == [("unreadable", "error")]


def site_file():
    with Scene() as scene:
        scene.add(BurnedInAnnotation="YES")
        assert check(scene.name, site="check.burned-in=off\n") == []
        assert names(check(scene.name, site="check.burned-in.CR=error\ncheck.burned-in=off\n")) == [("burned-in", "warning")]
        assert names(check(scene.name, site="check.burned-in=note\n")) == [("burned-in", "note")]
        with tempfile.TemporaryDirectory() as home:
            config = os.path.join(home, "bad.conf")
            for text, key in (("check.burned-in=perhaps", "check.burned-in"), ("limit.noise.CR=much", "limit.noise.CR")):
                with open(config, "w", encoding="utf-8") as file:
                    file.write(f"[quality]\n{text}\n")
                result = negtest.negatoscope("check", "--home", home, "--config", config, scene.name)
                assert result.returncode == 1, result
                assert all(word in result.stderr.decode() for word in ("bad.conf", "[quality]", key)), result.stderr
            with open(config, "w", encoding="utf-8") as file:
                file.write("[quality]\ncheck.burned=off\n")
            result = negtest.negatoscope("check", "--home", home, "--config", config, scene.name)
            assert result.returncode == 0 and b"check.burned" in result.stderr, result


def usage():
    for words in ((), ("--study", "1.2", "here"), ("--nothing",)):
        assert negtest.negatoscope("check", *words).returncode == 2, words
    with tempfile.TemporaryDirectory() as home:
        assert negtest.negatoscope("check", "--home", home, "--study", "1.2").returncode == 1


ORDER_CASES = [
    ({}, None),
    ({"PatientID": "PAT2"}, "patient-id"),
    ({"IssuerOfPatientID": "ELSEWHERE"}, "patient-id"),
    ({"PatientName": "SMITH^JOHN"}, "patient-name"),
    ({"PatientName": "TSET^ONE"}, "patient-name"),
    ({"PatientName": "Test^One"}, None),
    ({"PatientBirthDate": "19710101"}, "birth-date"),
    ({"PatientSex": "M"}, "sex"),
    ({"AccessionNumber": ""}, "accession"),
    ({"BodyPartExamined": "KNEE", "Laterality": "L"}, "body-part"),
    ({"RequestedProcedureDescription": "Knie links"}, "procedure"),
    ({"RequestedProcedureDescription": "CT brain"}, None),
    ({"Modality": "MR", "SOPClassUID": synthetic.CLASSES["MR"]}, "modality"),
]


def add_ordered(scene, number, attributes):
    """An image that says these beside what the order says."""
    given = {"PatientID": "PAT1", "IssuerOfPatientID": "ISS", "PatientName": "TEST^ONE", "PatientBirthDate": "19700101",
             "PatientSex": "F", "AccessionNumber": "AP1", "StudyDate": "20260103", "StudyTime": "080000",
             "BodyPartExamined": "HEAD", "StudyInstanceUID": f"2.25.6.{number}", "SeriesInstanceUID": f"2.25.7.{number}",
             "ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": synthetic.AXIAL, "PatientPosition": "HFS"}
    scene.add("CT", **{**given, **attributes})


def against_orders(folder):
    with Hl7Home() as agent, Scene() as scene:
        result = agent.run("hl7", "send", f"127.0.0.1:{agent.hl7_port}", write_order(folder), "--json")
        assert result.returncode == 0, result.stderr
        for number, (attributes, _) in enumerate(ORDER_CASES):
            add_ordered(scene, number, attributes)
        # One order for all of them: then they are one examination in many studies, too.
        findings = check(scene.name, home=agent.home, site="check.study-split=off\n")
        for number, (attributes, expected) in enumerate(ORDER_CASES):
            found = [finding for finding in findings if finding["study_uid"] == f"2.25.6.{number}"]
            assert [finding["check"] for finding in found] == ([expected] if expected else []), (attributes, found)
            assert not found or found[0]["action"] in ("match", "set"), found


def write_order(folder):
    path = os.path.join(folder, "order.hl7")
    with open(path, "wb") as file:
        file.write(order("M1", "P1"))
    return path


def of_the_desk():
    """An archived study: what its desk has found, once it has looked."""
    with Hl7Home() as agent, Scene() as scene:
        path = scene.add(BurnedInAnnotation="YES")
        result = agent.run("import", path)
        assert result.returncode == 0, result.stderr
        end = time.monotonic() + 60
        while time.monotonic() < end:
            result = agent.run("check", "--study", scene.study, "--json")
            found = json.loads(result.stdout) if result.returncode == 0 else []
            if found:
                break
            time.sleep(0.1)
        assert [(finding["check"], finding["study_uid"]) for finding in found] == [("burned-in", scene.study)], (found, result)
        assert agent.run("check", "--study", "2.25.999").returncode == 1


def main():
    tap = negtest.Tap()
    run_cases(tap)
    for function in (what_cannot_be_read, of_a_split_study, report_of_dose, containers, site_file, usage, of_the_desk):
        tap.run(function.__name__.replace("_", " "), function)
    with tempfile.TemporaryDirectory() as folder:
        tap.run("against orders", against_orders, folder)
    tap.done()


if __name__ == "__main__":
    main()
