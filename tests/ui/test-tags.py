#!/usr/bin/python3
"""The tag inspector on the demo department: opened, searched, compared, a series looked at, copied without the patient's name, all
by the keyboard."""

import os
import subprocess
import tempfile

import screen

N_PATIENTS = 1
REPORT_CLASS = "1.2.840.10008.5.1.4.1.1.88.11"

READ_CLIPBOARD = """
import gi
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk
Gtk.init()
loop = GLib.MainLoop()
def done(clipboard, result):
    print(clipboard.read_text_finish(result), end="")
    loop.quit()
clipboard = Gdk.Display.get_default().get_clipboard()
clipboard.read_text_async(None, done)
GLib.timeout_add_seconds(30, loop.quit)
loop.run()
"""


def clipboard():
    done = subprocess.run(["/usr/bin/python3", "-c", READ_CLIPBOARD], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, GDK_BACKEND="x11"))
    return done.stdout


class Inspector(screen.Program):
    """Looks at nothing but the window of the tags once it is there: the images' window has many more parts."""

    frame = None

    def application(self):
        if self.frame is not None:
            return self.frame
        return super().application()

    def look_at_tags(self):
        frame = screen.wait_until(lambda: next((node for node in super(Inspector, self).application()
                                                if node is not None and node.name == "Tags"), None), 30, "the window")
        self.enter_window("^Tags$")
        self.frame = frame

    def look_at_images(self):
        self.frame = None
        self.do("windowfocus", self.window)
        self.wait_focus("image ")


def wait_row(program, *parts):
    """A line of the list has a cell with each of the parts."""
    for part in parts:
        program.wait_text(part)


def reach(program, name):
    """By Tab alone."""
    for _ in range(40):
        if program.focused_name() == name:
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 5)
    raise AssertionError(f"“{name}” is not reached; the focus is on “{program.focused_name()}”")


def press(program, name):
    reach(program, name)
    program.key("space")


def search(program, text):
    program.key("ctrl+f")
    program.wait_focus("Search tag, name or value")
    program.key("ctrl+a", "Delete")
    program.do("type", "--delay", "15", text)


def opens(program):
    program.wait_image()
    program.key("ctrl+i")
    program.look_at_tags()
    wait_row(program, "(0010,0010)", "Patient Name", "(0008,0060)")
    program.wait_text("Remarks by the standard: none")
    program.wait_text("image 1 of ")


def finds(program):
    """Tag, keyword, name and value; from hit to hit."""
    search(program, "0028,0010")
    program.wait_text("1 of 1")
    search(program, "samplesperpixel")
    program.wait_text("1 of 1")
    search(program, "no such thing")
    program.wait_text("no hit")
    search(program, "instance uid")
    wanted = screen.wait_until(lambda: next((text for text in program.texts() if text.startswith("1 of ")), None), 20, "hits")
    n = int(wanted.split()[-1])
    assert n >= 3, wanted
    program.key("Return")
    program.wait_text(f"2 of {n}")
    program.key("shift+Return", "shift+Return")
    program.wait_text(f"{n} of {n}")


def copies_without(program, patient):
    press(program, "Copy all without patient data")
    program.wait_text("Copied without patient data")
    text = screen.wait_until(lambda: (lambda t: t if "(0028,0010)" in t else None)(clipboard()), 30, "the lines")
    assert "Rows" in text and "(left out)" in text, text[:300]
    for word in patient:
        assert word not in text, word


def asks_before_with(program, patient):
    """The safe answer has the focus; only who goes on copies who it is."""
    press(program, "With patient data…")
    program.wait_focus("Do not copy")
    program.key("space")
    screen.wait_until(lambda: "Do not copy" not in program.focused_name(), 10, "the end of the question")
    assert not any(word in clipboard() for word in patient)
    press(program, "With patient data…")
    program.wait_focus("Do not copy")
    press(program, "Copy all with patient data")
    program.wait_text("Copied with patient data")
    screen.wait_until(lambda: all(word in clipboard() for word in patient), 30, "the patient in the copy")


def choose(program, n, key):
    """That many entries further in the list of what can be compared with."""
    reach(program, "Compare with")
    program.key("space")
    screen.wait_until(lambda: program.focused_name() != "Compare with", 20, "the open list")
    program.key(*[key] * n, "Return")


def compares(program):
    choose(program, 3, "Down")
    wait_row(program, "Other object", "(0020,0013)")
    screen.wait_until(lambda: not any("(0010,0010)" in text for text in program.texts()), 30, "what differs alone")
    choose(program, 3, "Up")
    program.wait_text("(0010,0010)")


def write_report(dataset, path):
    """A report of the same study, which no viewport shows."""
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = REPORT_CLASS
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime",
                    "AccessionNumber", "SpecificCharacterSet"):
        if keyword in dataset:
            setattr(report, keyword, dataset[keyword].value)
    report.is_little_endian, report.is_implicit_VR = True, False
    report.SOPClassUID, report.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    report.SeriesInstanceUID, report.Modality, report.SeriesNumber, report.InstanceNumber = generate_uid(), "SR", 90, 1
    report.SeriesDescription, report.ContentDate, report.ContentTime = "Findings", "20261122", "140500"
    report.CompletionFlag, report.VerificationFlag = "COMPLETE", "UNVERIFIED"
    report.ValueType, report.ContinuityOfContent = "CONTAINER", "SEPARATE"
    code = pydicom.Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "18748-4", "LN", "Diagnostic Imaging Report"
    report.ConceptNameCodeSequence = [code]
    report.save_as(path, write_like_original=False)


def choose_object(program, n, key):
    """That many entries further in the list of objects."""
    reach(program, "Object")
    program.key("space")
    screen.wait_until(lambda: program.focused_name() != "Object", 20, "the open list")
    program.key(*[key] * n, "Return")


def without_images(program):
    """What no viewport shows has its lines here too, until the viewport is followed again."""
    choose_object(program, 1, "Down")
    program.wait_text(REPORT_CLASS)
    program.wait_text("Structured report: ")
    program.wait_text(" · 2026-11-22 · 14:05 · ")
    program.look_at_images()
    program.key("Down")
    program.wait_focus("image 2")
    program.look_at_tags()
    program.wait_text(REPORT_CLASS)
    press(program, "Follow the viewport")
    program.wait_text("image 2 of ")
    screen.wait_until(lambda: not any(REPORT_CLASS in text for text in program.texts()), 30, "the image alone")
    program.look_at_images()
    program.key("Up")
    program.look_at_tags()
    program.wait_text("image 1 of ")


def alone(program):
    """A report without any image beside it."""
    screen.wait_until(lambda: any("1 object without images" in text for text in program.texts()), 30, "what was read")
    program.key("ctrl+i")
    program.look_at_tags()
    program.wait_text("No image is shown")
    choose_object(program, 1, "Down")
    program.wait_text(REPORT_CLASS)


def varies(program):
    press(program, "What varies in the series")
    program.wait_text("objects compared")
    wait_row(program, "From … to", "(0020,0013)")
    screen.wait_until(lambda: any(text.startswith("1 … ") for text in program.texts()), 30, "from the first number to the last")
    assert not any("(0010,0010)" in text for text in program.texts())
    press(program, "What varies in the series")
    program.wait_text("(0010,0010)")


def follows(program):
    """The next image in the viewport is the next one here; then it does not follow."""
    program.key("Escape")
    program.back("^Tags$")
    program.look_at_images()
    program.key("ctrl+i")
    program.look_at_tags()
    program.wait_text("image 1 of ")
    program.look_at_images()
    program.key("Down", "Down")
    program.look_at_tags()
    program.wait_text("image 3 of ")
    press(program, "Follow the viewport")
    program.look_at_images()
    program.key("Down")
    program.wait_focus("image 4")
    program.look_at_tags()
    assert any("image 3 of " in text for text in program.texts())


def named(program):
    """Its title is nobody's name, and what has the focus has one."""
    assert program.windows("^Tags$")
    names = [name for role, name in map(program.role_and_name, program.walk())
             if role in ("push button", "toggle button", "check box", "combo box")]
    assert all(names), names


def main():
    screen.with_session_bus()
    import pydicom
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as home:
            subprocess.run([screen.negtest.PROGRAM, "demo", "--home", home, "--patients", str(N_PATIENTS)], check=True,
                           stdout=subprocess.DEVNULL)
            folder = os.path.join(home, "demo")
            first = next(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names
                         if name.endswith(".dcm"))
            dataset = pydicom.dcmread(first, stop_before_pixels=True)
            patient = [str(dataset.PatientName).split("^", maxsplit=1)[0], dataset.PatientID]
            write_report(dataset, os.path.join(os.path.dirname(first), "report.dcm"))
            with Inspector("--home", home, folder) as program:
                tap.run("one key opens it, with the elements of the image", opens, program)
                tap.run("a search goes from hit to hit", finds, program)
                tap.run("a copy says nothing of the patient", copies_without, program, patient)
                tap.run("a copy that does is asked about", asks_before_with, program, patient)
                tap.run("two objects side by side", compares, program)
                tap.run("an object without images", without_images, program)
                tap.run("what varies in the series", varies, program)
                tap.run("it follows the viewport, unless told not to", follows, program)
                tap.run("it has names for the ear", named, program)
        with tempfile.TemporaryDirectory() as home:
            write_report(dataset, os.path.join(home, "report.dcm"))
            with Inspector("--home", home, os.path.join(home, "report.dcm")) as program:
                tap.run("an object that has no image beside it", alone, program)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
