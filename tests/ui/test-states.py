#!/usr/bin/python3
"""What the reader sees is saved and comes back: measured, turned, inverted, windowed and marked on the demo department,
written as DICOM objects, read by others' programs, opened again in another home; saved before a study is finished."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import types

import numpy
import pydicom
import screen
from fault_homes import check_whole
from PIL import Image
from saving import GRAYSCALE_STATE, KEY_SELECTION, REPORT, Reader, command, n_read, new_home, objects, path_of


class Saved:
    """What was on screen when it was saved."""
    rows = says = picture = None


def prepare(program, saved):
    """In the middle of the chest: measured, turned, mirrored, inverted, windowed, marked. The whole image fits, so that
    its displayed area is of whole pixels and the picture comes back to the pixel."""
    program.open_first("Beispiel")
    program.to_series("of 224")
    program.key("Home", *["Page_Down"] * 4)
    program.wait_image("image 41 of 224")
    program.open_page()
    program.draw("l", -60, -40, 40, -10)
    program.wait_rows("Length, ")
    program.draw("r", -30, 30, 70, 90)
    program.wait_rows("Length, ", "Rectangle, ")
    program.key("Escape", "Escape", "bracketright", "h", "i", "ctrl+Right", "ctrl+Right", "ctrl+Up", "k")
    saved.rows = program.wait_rows("Length, ", "Rectangle, ", "Key image")
    program.point(*[part // 8 for part in program.centre()])
    saved.picture = program.settled()
    saved.says = program.says()
    assert all(word in saved.says for word in ("INVERTED", "MIRRORED", "left A, right P")), saved.says


def saves(program, saved):
    program.key("ctrl+s")
    program.wait_text("Saved: 1 view, 2 measurements, 1 key image", 60)
    studies = command(program.home, "studies")
    assert all(word in studies for word in ("KO", "PR", "SR")), studies
    for sop_class in (GRAYSCALE_STATE, REPORT, KEY_SELECTION):
        found = objects(program.home, sop_class)
        assert len(found) == 1, (sop_class, len(found))
        command_line = [screen.negtest.PROGRAM, "info", "--json", path_of(program.home, found[0].SOPInstanceUID)]
        described = subprocess.run(command_line, capture_output=True, timeout=400)
        assert described.returncode == 0 and b'"unreadable":[]' in described.stdout.replace(b" ", b""), described


def run_tool(*words):
    done = subprocess.run(words, capture_output=True, timeout=400)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def has_no_errors(home):
    """dciodvfy of dicom3tools: it prints Error for each thing that the standard forbids."""
    if shutil.which("dciodvfy") is None:
        raise screen.negtest.Skip("no dciodvfy here")
    for sop_class in (GRAYSCALE_STATE, REPORT, KEY_SELECTION):
        for item in objects(home, sop_class):
            _, said = run_tool("dciodvfy", path_of(home, item.SOPInstanceUID))
            assert "Error" not in said, said


def length_mm(rows):
    return next(re.match(r"Length, ([\d.]+) mm", row).group(1) for row in rows if row.startswith("Length"))


def report_is_read(home, saved):
    """DCMTK reads the same numbers as the page showed."""
    if shutil.which("dsrdump") is None:
        raise screen.negtest.Skip("no dsrdump here")
    status, said = run_tool("dsrdump", path_of(home, objects(home, REPORT)[0].SOPInstanceUID))
    assert status == 0, said
    lengths = re.findall(r'Length.*?="([\d.eE+-]+)" \(mm,UCUM', said)
    assert len(lengths) == 1 and f"{float(lengths[0]):.1f}" == length_mm(saved.rows), (lengths, saved.rows)
    mean = re.search(r"Mean ([\u2212\d.]+) HU", " ".join(saved.rows)).group(1).replace("\u2212", "-")
    means = [float(value) for value in re.findall(r'="([\d.eE+-]+)" \(\[hnsf\'U\],UCUM', said)]
    digits = len(mean.partition(".")[2])
    assert any(f"{value:.{digits}f}" == mean for value in means), (mean, means)


def window_of(says):
    """As the screen reader hears it."""
    return tuple(float(part.replace("\u2212", "-")) for part in re.search(r"C (\S+) W (\S+)", says).groups())


def state_says_what_was_seen(program, saved):
    """Window, polarity, turn, place and graphics, by pydicom."""
    state = objects(program.home, GRAYSCALE_STATE)[0]
    centre, width = window_of(saved.says)
    voi = state.SoftcopyVOILUTSequence[0]
    assert len(state.SoftcopyVOILUTSequence) == 1
    assert abs(float(voi.WindowCenter) - centre) <= 0.5 and abs(float(voi.WindowWidth) - width) <= 0.5, (voi, saved.says)
    assert state.PresentationLUTShape == "INVERSE"
    # Turned right by 90 degrees, then left and right exchanged on screen: so it is in the state's own order.
    assert (int(state.ImageRotation), state.ImageHorizontalFlip) == (90, "Y"), (state.ImageRotation,
                                                                                state.ImageHorizontalFlip)
    area = state.DisplayedAreaSelectionSequence[0]
    assert area.PresentationSizeMode == "SCALE TO FIT"
    corners = [list(map(int, area.DisplayedAreaTopLeftHandCorner)), list(map(int, area.DisplayedAreaBottomRightHandCorner))]
    # The whole image fits. Turned right and then mirrored, its first pixel is what is seen at the top left.
    assert corners == [[1, 1], [512, 512]], corners
    kinds = [(graphic.GraphicType, int(graphic.NumberOfGraphicPoints)) for item in state.GraphicAnnotationSequence
             for graphic in item.GraphicObjectSequence]
    assert kinds == [("POLYLINE", 2), ("POLYLINE", 5)], kinds
    texts = [text.UnformattedTextValue for item in state.GraphicAnnotationSequence for text in item.TextObjectSequence]
    assert any(text.startswith(length_mm(saved.rows)) for text in texts), texts
    line = state.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicData
    report = objects(program.home, REPORT)[0]
    assert any(numpy.allclose(line, points, atol=1e-3) for points in graphic_data(report)), line
    pixels = numpy.hypot(line[2] - line[0], line[3] - line[1])
    spacing = float(image_of(program.home, state).PixelSpacing[0])
    assert abs(pixels * spacing - float(length_mm(saved.rows))) < 0.06, (pixels, spacing)


def graphic_data(item):
    """All of it, wherever in the tree."""
    for element in item.iterall():
        if element.keyword == "GraphicData":
            yield list(element.value)


def image_of(home, state):
    uid = state.GraphicAnnotationSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID
    return pydicom.dcmread(path_of(home, uid))


def keys_are_named(home):
    selection = objects(home, KEY_SELECTION)[0]
    assert selection.ConceptNameCodeSequence[0].CodeValue == "113000"
    evidence = selection.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence
    marked = image_of(home, objects(home, GRAYSCALE_STATE)[0]).SOPInstanceUID
    assert [item.ReferencedSOPInstanceUID for item in evidence] == [marked]


def drawn_by_dcmtk(home):
    """dcmp2pgm knows the state and draws the window and polarity: dark air becomes white."""
    if shutil.which("dcmp2pgm") is None:
        raise screen.negtest.Skip("no dcmp2pgm here")
    state = objects(home, GRAYSCALE_STATE)[0]
    image = image_of(home, state)
    plain, out = os.path.join(home, "plain.dcm"), os.path.join(home, "out.pgm")
    if image.file_meta.TransferSyntaxUID.is_compressed:
        status, said = run_tool("dcmdrle", path_of(home, image.SOPInstanceUID), plain)
        assert status == 0, said
    else:
        shutil.copy(path_of(home, image.SOPInstanceUID), plain)
    status, said = run_tool("dcmp2pgm", "-p", path_of(home, state.SOPInstanceUID), plain, out)
    assert status == 0 and not re.search(r"^[EF]: ", said, re.M), said
    theirs = numpy.asarray(Image.open(out)).astype(int)
    rescaled = numpy.fliplr(numpy.rot90(image_values(image), -1))
    voi = state.SoftcopyVOILUTSequence[0]
    low = float(voi.WindowCenter) - 0.5 - (float(voi.WindowWidth) - 1) / 2
    grey = 255 - numpy.clip((rescaled - low) / (float(voi.WindowWidth) - 1) * 255, 0, 255)
    assert theirs.shape == grey.shape, theirs.shape
    drawn = numpy.abs(theirs - grey) > 2
    assert drawn.mean() < 0.01, f"{drawn.mean():.3f} of the pixels differ"


def image_values(image):
    if image.file_meta.TransferSyntaxUID.is_compressed:
        image.decompress()
    return image.pixel_array * float(image.RescaleSlope) + float(image.RescaleIntercept)


def comes_back(saved, program):
    """In another home: the measurements of the report, the mark, and after the state was chosen the same picture."""
    program.open_first("Beispiel")
    program.to_series("of 224")
    program.key("Home", *["Page_Down"] * 4)
    program.wait_image("image 41 of 224")
    program.open_page()
    rows = program.wait_rows("Length (of a report), ", "Rectangle (of a report), ", "Key image (of a report)")
    plain = [row.replace(" (of a report)", "").replace(", Of Interest", "").split(", series")[0] for row in rows]
    assert sorted(plain) == sorted(row.split(", series")[0] for row in saved.rows), (rows, saved.rows)
    before = program.settled()
    assert "PRESENTATION STATE" not in program.says()
    program.choose("CT 2")
    program.wait_says("PRESENTATION STATE")
    program.point(*[part // 8 for part in program.centre()])
    picture = program.settled()
    assert window_of(program.says()) == window_of(saved.says), (program.says(), saved.says)
    assert picture.shape == saved.picture.shape
    if os.environ.get("NEG_UI_PICTURES"):
        for name, each in (("saved", saved.picture), ("again", picture)):
            Image.fromarray(each.astype("uint8")).save(os.path.join(os.environ["NEG_UI_PICTURES"], name + ".png"))
    share, compared = compare(picture, saved.picture)
    assert share < 0.01, f"{share:.4f} of the pixels ({compared:.2f} of all) differ by more than 2 grey levels"
    assert compare(before, saved.picture)[0] > 0.2, "the state changes nothing: the picture proves nothing"


def compare(one, other):
    """Without corners and margins, where texts are, and without what is coloured in either (marks) and round it: the state
    writes its texts there in white."""
    high, wide = one.shape[0], one.shape[1]
    inner = numpy.zeros((high, wide), bool)
    inner[high // 5:high * 4 // 5, wide // 10:wide * 9 // 10] = True
    coloured = inner & ((numpy.ptp(one, axis=2) > 8) | (numpy.ptp(other, axis=2) > 8))
    rows, columns = numpy.nonzero(coloured)
    if len(rows):
        inner[max(rows.min() - 40, 0):rows.max() + 40, max(columns.min() - 40, 0):columns.max() + 80] = False
    assert inner.mean() > 0.1, "nothing is left to compare"
    return (numpy.abs(one - other).max(axis=2)[inner] > 2).mean(), inner.mean()


def comes_off(program):
    """By Everything as the file says, by another series; a state is offered for its own study only."""
    program.key("shift+r")
    screen.wait_until(lambda: "PRESENTATION STATE" not in program.says(), 60, "the image as its file says")
    program.choose("CT 2")
    program.wait_says("PRESENTATION STATE")
    program.key("Left")
    program.wait_image("image 1 of 1")
    assert "PRESENTATION STATE" not in program.says(), program.says()
    names = [item.name for item in program.menu()]
    program.key("Escape")
    assert not any(name.startswith("CT 2") for name in names), names


def predecessor(report):
    if "PredecessorDocumentsSequence" not in report:
        return None
    series = report.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    return series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID


def n_marked(home):
    """Reports that the operations say are whole (SAVED, with their series: "CHANGE SERIES CLASS"), which is the last step of
    saving."""
    with contextlib.closing(sqlite3.connect(os.path.join(home, "data", "reading.db"))) as database:
        rows = database.execute("SELECT text FROM annotation_operation WHERE operation = 2").fetchall()
    return sum(len(text.split(" ")[1]) > 0 for (text,) in rows)


def finishes(program):
    """What was measured since, and removed since, is in the archive when the study is read: three reports, each in the
    place of the one before."""
    program.key("l")
    program.look_again()
    program.draw("l", -80, 60, 0, 60)
    program.wait_rows("Length, ", "Length, ", "Rectangle, ", "Key image")
    assert n_read(program.home) == 0 and len(objects(program.home, REPORT)) == 1
    program.key("ctrl+s")
    screen.wait_until(lambda: len(objects(program.home, REPORT)) == 2, 60, "the second report")
    screen.wait_until(lambda: n_marked(program.home) == 2, 60,
                      lambda: f"the end of saving: {n_marked(program.home)} marked; {program.texts()[-6:]}")
    program.key("Delete")
    program.wait_rows("Length, ", "Rectangle, ", "Key image")
    program.key("Escape", "Escape", "ctrl+Return")
    screen.wait_until(lambda: n_read(program.home) == 1, 60, "a study that was read")
    reports = {report.SOPInstanceUID: predecessor(report) for report in objects(program.home, REPORT)}
    assert len(reports) == 3 and sum(old is None for old in reports.values()) == 1, reports
    newest = set(reports) - set(reports.values())
    assert len(newest) == 1 and reports[reports[newest.pop()]] is not None, reports


def round_trip(tap):
    saved = Saved()
    with tempfile.TemporaryDirectory() as demo, new_home() as home:
        command(demo, "demo", "--patients", "2")
        command(home, "import", demo)
        with Reader(home) as program:
            tap.run("a view is made", prepare, program, saved)
            tap.run("Ctrl+S: a state, a report, a key selection in the archive", saves, program, saved)
            tap.run("dciodvfy has nothing to say", has_no_errors, home)
            tap.run("DCMTK reads the numbers of the page", report_is_read, home, saved)
            tap.run("the state says what was seen", state_says_what_was_seen, program, saved)
            tap.run("the selection names the image", keys_are_named, home)
            tap.run("DCMTK draws the state's window", drawn_by_dcmtk, home)
            paths = [path_of(home, item.SOPInstanceUID) for sop_class in (GRAYSCALE_STATE, KEY_SELECTION)
                     for item in objects(home, sop_class)]
            tap.run("Ctrl+Enter saves first", finishes, program)
            tap.run("all of the archive is whole", check_whole, types.SimpleNamespace(home=home))
            paths += [path_of(home, item.SOPInstanceUID) for item in objects(home, REPORT)]
        with new_home() as other:
            command(other, "import", demo, *paths)
            with Reader(other) as program:
                tap.run("it comes back in another home", comes_back, saved, program)
                tap.run("it comes off again", comes_off, program)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        round_trip(tap)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
