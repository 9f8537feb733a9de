"""Imaging pitfalls 28 to 34 but 31: SUV, lossy marks, text, incomplete objects, references, rejected images. Each test says
what other viewers did, and works out what is right from the clause. @folder is empty and goes away after the test."""

import os

import numpy
import pydicom

import negtest
from synthetic import (AXIAL, EXPLICIT, corpus, expect, info, item, measure, near, new_dataset, probe,
                       references, render, run_render, save, write_state)

U16 = numpy.dtype("uint16")


def write_pet(folder, units="BQML", correction="START", dose=370e6, **attributes):
    """70 kg, 370 MBq injected at 09:00, imaged at 10:00, half-life 6586.2 s; 1000 is stored, the slope is 2."""
    nuclide = item(RadiopharmaceuticalStartTime="090000", RadionuclideTotalDose=dose, RadionuclideHalfLife=6586.2)
    header = {"CorrectedImage": ["DECY", "ATTN"], "PatientWeight": 70, "SeriesDate": "20260101", "SeriesTime": "100000",
              "AcquisitionDate": "20260101", "AcquisitionTime": "100000", "RescaleSlope": 2, "RescaleIntercept": 0,
              "RadiopharmaceuticalInformationSequence": [nuclide], "Units": units, "DecayCorrection": correction}
    return folder.write(numpy.full((2, 2), 1000, U16), "PT", **{**header, **attributes})


def suv(folder):
    """Let the dose decay that was corrected to the injection, or guessed what was missing: up to a third wrong. Section J:
    2000 Bq/ml * 70000 g / (370e6 Bq * 2 ^ (-3600 / 6586.2)) = 0.552669; ADMIN: 2000 * 70000 / 370e6 = 0.378378;
    injected at 23:30, imaged at 00:30: 3600 s again. NONE, no dose and no weight: refused in words."""
    factor = 70000 / 370e6
    decayed = 2000 * factor / 2 ** (-3600 / 6586.2)
    near(decayed, 0.552669, "by hand", 1e-5)
    cases = ((write_pet(folder), decayed), (write_pet(folder, correction="ADMIN"), 2000 * factor),
             (write_pet(folder, units="GML"), 2000))
    for path, value in cases:
        near(probe(path, 0, 0)["suv"]["probe"], value, path)
    night = item(RadiopharmaceuticalStartTime="233000", RadionuclideTotalDose=370e6, RadionuclideHalfLife=6586.2)
    path = write_pet(folder, SeriesTime="003000", AcquisitionTime="003000",
                     RadiopharmaceuticalInformationSequence=[night])
    near(probe(path, 0, 0)["suv"]["probe"], decayed, "past midnight")
    for path in (write_pet(folder, correction="NONE"), write_pet(folder, dose=0), write_pet(folder, PatientWeight=None),
                 write_pet(folder, CorrectedImage=["ATTN"]), write_pet(folder, units="CNTS")):
        answer = probe(path, 0, 0)
        assert answer["suv"] is None and any("SUV" in note for note in answer["notes"]), answer


def suv_corpus(_folder):
    """Injected 10:35:00, series and acquisition 11:20:11: 2711 s; 71 kg, 388777472 Bq, half-life 6588 s: 71000 /
    (388777472 * 2 ^ (-2711 / 6588)) = 2.42903e-4 g/Bq; 32766 * 0.660542 Bq/ml give 5.25723 g/ml."""
    answer = measure(corpus("series/petct-sts001/pt/041.dcm"), "--probe", "76.5,67.5")
    near(answer["suv"]["factor"], 71000 / (388777472 * 2 ** (-2711 / 6588)), "factor")
    near(answer["suv"]["probe"], 5.25723, "SUV", 1e-5)


def marked(path):
    """What stands in the four corners, as the difference from the picture without."""
    return render(path, "--size", "500x400", "--annotations", "--anonymous") != render(path, "--size", "500x400")


def lossy(folder):
    """Forgot it when the object came uncompressed. C.7.6.1.1.5: once "01" it stays, with ratio and method: the picture
    says more than that of the same image with "00", where and how much is for the unit test of the words."""
    pixels = numpy.zeros((40, 50), numpy.uint8)
    plain = marked(folder.write(pixels, LossyImageCompression="00"))
    other = marked(folder.write(pixels, LossyImageCompression="01", LossyImageCompressionRatio=12.5,
                                LossyImageCompressionMethod="ISO_10918_1"))
    assert other.sum() > plain.sum() + 50, f"{plain.sum()}, {other.sum()}"


def lossy_corpus(_folder):
    path = corpus("transfer-syntax/jpeg-baseline_ct-misterct.dcm")
    assert pydicom.dcmread(path, stop_before_pixels=True).get("LossyImageCompression") == "01"
    same = corpus("transfer-syntax/implicit-le_ct-misterct.dcm")
    assert marked(path).sum() > marked(same).sum() + 50


def text(folder):
    """Split at a byte of a character, left an escape sequence standing, cut long UIDs, choked on a VR. Section L: GB18030
    has 5C and 5E as second bytes; ISO 2022 IR 87 kanji, too; an unknown set is U+FFFD for every byte from 80 on."""
    cases = ((["GB18030"], "刓俓 头".encode("gb18030"), "刓俓 头"),
             (["", "ISO 2022 IR 87"], b"Head \x1b$B;3ED\x1b(B", "Head 山田"), (["ISO_IR 192"], "Tête".encode(), "Tête"),
             (["ISO_IR 100"], "Tête".encode("latin-1"), "Tête"), (["KLINGON"], b"T\xeate", "T\ufffdte"))
    long_uid = "1.2." + "3" * 64
    for number, (charset, raw, expected) in enumerate(cases, 1):
        folder.write(numpy.zeros((2, 2), numpy.uint8), name=f"text/{number}.dcm", SeriesInstanceUID=f"{long_uid}.{number}",
                     SpecificCharacterSet=charset, SeriesNumber=number,
                     elements=[(0x0008103E, "UN", raw), (0x00091001, "UN", b"\1\2\3\4")])
    found = info(folder.path("text"))["series"]
    expect([series["description"] for series in found], [case[2] for case in cases])
    expect([series["series_uid"] for series in found], [f"{long_uid}.{number}" for number in range(1, 6)])


def identity(folder):
    """Put two patients with one ID into one study. Section L: identity is ID, issuer and name; one series UID of two
    patients is two series here."""
    for name, issuer in (("Lamp^Ada", "A"), ("Chair^Bob", "A"), ("Lamp^Ada", "B")):
        folder.write(numpy.zeros((2, 2), numpy.uint8), name=f"who/{folder.count}.dcm", PatientID="7", PatientName=name,
                     IssuerOfPatientID=issuer)
    expect([series["frames"] for series in info(folder.path("who"))["series"]], [1, 1, 1])


def text_corpus(folder):
    """The name as it is drawn is that of the same object in UTF-8 with the name that the manifest states."""
    if negtest.manifest() is None:
        raise negtest.Skip("no corpus here")
    names = {entry["path"]: entry.get("patient_name_utf8") for entry in negtest.manifest()["files"]}
    for name in ("german", "russian", "korean", "chinese-gb18030", "japanese-h31"):
        path = corpus(f"charset/{name}.dcm")
        drawn = render(path, "--size", "700x500", "--annotations")
        for patient, same in ((names[f"charset/{name}.dcm"], True), ("Lamp^Ada", False)):
            read = pydicom.dcmread(path)
            read.decode()
            read.SpecificCharacterSet, read.PatientName = "ISO_IR 192", patient
            other = render(save(read, folder.path(f"{name}.dcm")), "--size", "700x500", "--annotations")
            assert numpy.array_equal(drawn, other) == same, f"{name}: {patient}"


def incomplete(folder):
    """Measured before all was there: a mean of what had come. Here the pixels end early: no number, one line that says
    why, and no picture."""
    path = folder.write(numpy.full((64, 64), 7, U16), PixelSpacing=[1, 1])
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 4096)
    result = negtest.negatoscope("measure", path, "--json", "--rectangle", "0,0,10,10")
    assert result.returncode == 1 and not result.stdout and b"\n" in result.stderr, result
    result, drawn = run_render(path)
    assert result.returncode == 1 and drawn is None and result.stderr, result


def incomplete_corpus(_folder):
    path = corpus("broken/truncated-pixeldata_mr.dcm")
    result = negtest.negatoscope("measure", path, "--json", "--rectangle", "0,0,10,10")
    assert result.returncode == 1 and not result.stdout and result.stderr, result


def reference(folder):
    """Applied a state to whatever was open. Table C.11.11-1b, PS3.4 N.2: only to the frame it names of the image it
    names, of its own study. The state inverts: frame 2 of 0..3 over 0..255 becomes 255 - y."""
    pixels = numpy.array([[[0, 50, 100, 255]], [[10, 50, 100, 200]]], numpy.uint8)
    film = folder.write(pixels, "XA", NumberOfFrames=2, WindowCenter=128, WindowWidth=256)
    other = folder.write(pixels[0], "XA", WindowCenter=128, WindowWidth=256)
    state = write_state(folder, film, frames=2, PresentationLUTShape="INVERSE")
    expect(render(film, "--frame", "2", "--presentation-state", state), 255 - pixels[1].astype(int))
    foreign = write_state(folder, film, name="foreign.pr", StudyInstanceUID="2.25.77")
    for path, wrong, frame in ((film, state, "1"), (other, state, "1"), (film, foreign, "2")):
        result, drawn = run_render(path, "--frame", frame, "--presentation-state", wrong)
        assert result.returncode == 1 and drawn is None and b"presentation state" in result.stderr, result.stderr


def reference_corpus(_folder):
    result, drawn = run_render(corpus("objects/pr_clunie-luts/image.dcm"), "--presentation-state",
                               corpus("objects/pr_clunie-overlay/pr.dcm"))
    assert result.returncode == 1 and drawn is None and b"another study" in result.stderr, result.stderr


def write_note(folder, path, code, scheme="DCM", meaning="?", name="rejected/note.dcm"):
    """A Key Object Selection about the image at @path."""
    series, image = references(path)
    note = new_dataset(folder.path(name), "KO", 800, EXPLICIT)
    note.SeriesInstanceUID = "2.25.8"
    note.CurrentRequestedProcedureEvidenceSequence = [item(StudyInstanceUID=image.StudyInstanceUID,
                                                           ReferencedSeriesSequence=series)]
    note.ValueType, note.ContinuityOfContent = "CONTAINER", "SEPARATE"
    note.ConceptNameCodeSequence = [item(CodeValue=code, CodingSchemeDesignator=scheme, CodeMeaning=meaning)]
    note.ContentTemplateSequence = [item(MappingResource="DCMR", TemplateIdentifier="2010")]
    note.ContentSequence = [item(RelationshipType="CONTAINS", ValueType="IMAGE",
                                 ReferencedSOPSequence=list(series[0].ReferencedImageSequence))]
    return save(note, folder.path(name))


def rejected(folder):
    """Counted and showed what a technologist had rejected, or went by the meaning's wording. Section M: by scheme and
    value. Four slices; a note with one of four codes leaves three, one "Of Interest" or of another scheme four."""
    for index, (code, scheme, meaning, frames) in enumerate((
            ("113037", "DCM", "?", 3), ("113001", "DCM", "Of Interest", 3), ("113038", "DCM", "?", 3),
            ("113039", "DCM", "?", 3), ("113000", "DCM", "Rejected for Quality Reasons", 4),
            ("113001", "99TEST", "Rejected for Quality Reasons", 4))):
        root = f"{index}"
        paths = [folder.write(numpy.full((4, 4), z, U16), name=f"{root}/{z}.dcm", ImageOrientationPatient=AXIAL,
                              ImagePositionPatient=[0, 0, z], FrameOfReferenceUID="2.25.4") for z in range(4)]
        write_note(folder, paths[1], code, scheme, meaning, name=f"{root}/note.dcm")
        found = info(folder.path(root))["series"]
        expect([series["frames"] for series in found], [frames], f"{code} {scheme}")
        second = probe(folder.path(root), 0, 0, "--frame", "2")["stored"]
        expect(second, 2 if frames == 3 else 1, f"{code} {scheme}")


TESTS = [
    ("28 SUV", suv, suv_corpus),
    ("29 lossy mark", lossy, lossy_corpus),
    ("30 text", text, text_corpus),
    ("30 identity", identity, None),
    ("32 incomplete pixels", incomplete, incomplete_corpus),
    ("33 references", reference, reference_corpus),
    ("34 rejected images", rejected, None),
]
