#!/usr/bin/python3
"""The panes round the images by a person's hands and for a screen reader (panes-window.c): who is listed, in which order,
what is marked, what a drag carries, what the header says, panes that become windows and come back."""

import os
import re
import subprocess
import tempfile

import screen

WINDOW = os.environ["NEGATOSCOPE_PANES_WINDOW"]


class Panes(screen.Program):
    def __init__(self, home, *paths, **options):
        super().__init__(**options)
        self.arguments = [WINDOW, home, *paths]

    def said(self):
        """What the session shows, viewport by viewport."""
        for node in self.walk():
            if node.getRoleName() == "label" and re.match(r"\d: ", node.name or ""):
                return node.name
        return ""

    def shows(self, text):
        screen.wait_until(lambda: text in self.said(), 10, f"“{text}” shown; it says “{self.said()}”")

    def names(self, start=""):
        return [node.name for node in self.walk() if (node.name or "").startswith(start)]

    def wait_name(self, part, seconds=10):
        def found():
            return next((node for node in self.walk() if part in (node.name or "")), None)
        return screen.wait_until(found, seconds, f"“{part}” among the names")

    def focused(self):
        import pyatspi
        for node in self.walk():
            if node.getState().contains(pyatspi.STATE_FOCUSED) and node.getRoleName() not in ("frame", "application"):
                return node.name or ""
        return ""

    def focus_on(self, part):
        screen.wait_until(lambda: part in self.focused(), 5, f"the focus on “{part}”; it is on “{self.focused()}”")

    def place(self, node):
        import pyatspi
        box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        return box.x + box.width / 2, box.y + box.height / 2

    def click(self, node, *options):
        self.point(*self.place(node))
        self.do("click", *options, "1")

    def windows(self):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Negatoscope – "], capture_output=True)
        return [line.decode() for line in found.stdout.split()]


def lists_patients(program):
    program.wait_name("Search patients")
    program.wait_name("Lamp, Ada, ID T-1 · 1970-01-15 · 54 y · O, 2 studies · 2024-09-12 · CT, same ID, other name, shown")
    program.wait_name("Other, Name, ID T-1 · 1970-01-15 · 54 y · O, 1 study · 2024-09-12 · CT, same ID, other name")
    mueller = program.wait_name("Müller, Jörg").name
    assert "same ID" not in mueller and "shown" not in mueller, mueller
    program.shows("CT 1: Thorax")


def timeline_in_order(program):
    program.wait_name("2022-06-11")
    names = program.names()
    order = [next(i for i, name in enumerate(names) if part in name)
             for part in ("2024-09-12 10:15 · CT · 54 y", "CT 1: Thorax", "CT 2: Lung", "2022-06-11 10:15 · CT · 52 y",
                          "CT 1: Old head", "Could not be read (1)", "notes.txt")]
    assert order == sorted(order), [names[i] for i in order]
    assert "2 y 3 m before" in names[order[3]], names[order[3]]


def marks_what_is_shown(program):
    program.wait_name("CT 1: Thorax, axial, 20 images, volume, shown in viewport 1")
    other = program.wait_name("CT 2: Lung").name
    assert "shown" not in other and "slices may be missing after slice 3" in other, other


def keys_among_thumbnails(program):
    program.key("F6")
    program.focus_on("CT 1: Thorax")
    program.key("Right")
    program.focus_on("CT 2: Lung")
    program.key("Right")
    program.focus_on("2022-06-11")
    program.key("Down")
    program.focus_on("CT 1: Old head")
    program.key("Up", "Left")
    program.focus_on("CT 2: Lung")
    program.key("Return")
    program.shows("1: CT 2: Lung")
    program.focus_on("image")
    program.wait_name("CT 2: Lung, axial, 7 images, volume, shown in viewport 1")
    program.key("F6", "Escape")
    program.focus_on("image")


def folds_by_key(program):
    program.key("F6", "Home")
    program.focus_on("2024-09-12")
    program.key("Return")
    screen.wait_until(lambda: not program.names("CT 2: Lung"), 5, "the study is folded")
    program.wait_name("folded")
    program.key("Return")
    program.wait_name("CT 2: Lung")
    program.key("Escape")


def click_selects_double_click_shows(program):
    program.click(program.wait_name("CT 1: Thorax"))
    program.focus_on("CT 1: Thorax")
    assert "CT 2: Lung" in program.said(), program.said()
    program.click(program.wait_name("CT 1: Thorax"), "--repeat", "2", "--delay", "60")
    program.shows("1: CT 1: Thorax")
    program.focus_on("image")


def drag_carries_the_series(program):
    x, y = program.place(program.wait_name("CT 2: Lung"))
    program.drag(1, x, y, 640 - x, 0)
    program.shows("1: CT 2: Lung")


def menu_opens_a_viewport(program):
    program.key("F6")
    program.focus_on("CT 2: Lung")
    program.key("Left")
    program.focus_on("CT 1: Thorax")
    program.key("Menu")
    program.wait_name("Show in a new viewport")
    program.key("Down", "Return")
    program.shows("2: CT 1: Thorax")
    program.wait_name("CT 1: Thorax, axial, 20 images, volume, shown in viewport 2")


def header_follows_the_image(program):
    program.wait_name("Image UID: 1.2.826.0.1.3680043.8.498.1.1.1")
    program.key("F8")
    program.wait_name("Image UID: 1.2.826.0.1.3680043.8.498.1.1.2")
    values = program.names()
    for text in ("Name: Lamp, Ada", "Position: 0, 0, 2.5 mm", "Pixel size: 1 × 1 mm (rows × columns)",
                 "Measured: in the patient", "Bits: 16 of 16, unsigned", "Stored: uncompressed", "Loss: no",
                 "Size: 256 columns × 256 rows", "Plane: axial, rows to L, columns to P"):
        assert text in values, (text, [value for value in values if ": " in value])


def header_is_filtered(program):
    entry = next(node for node in program.walk() if node.name == "Filter what the header says")
    program.click(entry)
    program.do("type", "--delay", "30", "transfer SIZE")
    program.wait_name("Nothing here matches.")
    program.key("Escape")
    program.do("type", "--delay", "30", "pixel size")
    screen.wait_until(lambda: not program.names("Thickness: 2") and program.names("Pixel size: 1"), 5,
                      "only what matches")
    program.key("Escape")
    program.wait_name("Thickness: 2.5 mm")
    program.key("Escape")
    program.focus_on("image")


def search_without_marks(program):
    entry = next(node for node in program.walk() if node.name == "Search patients")
    program.click(entry)
    program.do("type", "--delay", "30", "muller")
    screen.wait_until(lambda: not program.names("Wang"), 5, "only one patient is left")
    program.key("Return")
    program.shows("1: CT 1: Knee")
    program.wait_name("Müller, Jörg, ID M-9 · 1970-01-15 · 54 y · O, 1 study · 2024-09-12 · CT, shown")
    assert not program.names("CT 1: Thorax"), "a series of the other patient is still there"
    program.click(entry)
    program.key("ctrl+a")
    program.key("BackSpace")
    program.wait_name("Wang, XiaoDong")
    program.click(program.wait_name("Lamp, Ada"))
    program.shows("CT 1: Thorax")


def tools_by_name(program):
    import pyatspi
    window = program.wait_name("Left drag: window")
    assert window.getState().contains(pyatspi.STATE_PRESSED) or window.getState().contains(pyatspi.STATE_CHECKED)
    program.click(program.wait_name("Choose rows and columns"))
    program.wait_name("1 × 2 viewports") if "1 × 2 viewports" in program.names() else program.wait_name("× ")
    program.key("Right", "Down", "Return")
    screen.wait_until(lambda: "4: " in program.said(), 5, f"four viewports; {program.said()}")


def detaches_and_comes_back(program):
    program.click(program.wait_name("Context: As a window of its own"))
    window = screen.wait_until(program.windows, 10, "the pane's window")[0]
    title = subprocess.run(["xdotool", "getwindowname", window], capture_output=True).stdout.decode().strip()
    assert title == "Negatoscope – Context", title
    program.wait_name("Plane: axial, rows to L, columns to P")
    program.do("windowfocus", program.window)
    program.key("F10")
    screen.wait_until(lambda: not program.windows(), 5, "the window is closed")
    program.key("F10")
    screen.wait_until(program.windows, 5, "the window is open again")
    back = program.wait_name("Back into the main window")
    back.queryAction().doAction(0)
    screen.wait_until(lambda: not program.windows(), 5, "the pane is back")
    program.wait_name("Plane: axial, rows to L, columns to P")
    program.do("windowfocus", program.window)
    program.wait_name("Context: As a window of its own")
    program.click(program.wait_name("Context: As a window of its own"))
    screen.wait_until(program.windows, 10, "the pane's window")


def comes_back_as_a_window(home, path):
    with Panes(home, path) as program:
        screen.wait_until(program.windows, 10, "the pane's window, as it was left")
        program.wait_name("Lamp, Ada")
        program.do("windowfocus", program.window)
        program.key("F9")
        screen.wait_until(lambda: not program.names("Lamp, Ada, ID"), 5, "the pane is closed")


def one_patient_is_a_line(home, path):
    """walk() leaves out what is not visible, with all that is in it; lists_patients has seen the entry where there is one."""
    with Panes(home, path) as program:
        program.wait_name("Lamp, Ada · ID T-1 · born 1970-01-15 (54 y, O)")
        program.wait_no_name("Search patients", 5)
        assert not program.names("Lamp, Ada, ID T-1"), "a list of one patient"
        program.focus_on("image")


def empty_says_so(home):
    with Panes(home) as program:
        program.wait_name("The studies of the patient come here.")
        program.wait_name("What the header says of the image comes here")
        nameless = [node.getRoleName() for node in program.walk()
                    if node.getRoleName() in ("push button", "toggle button", "text", "entry") and not node.name]
        assert not nameless, nameless


def fill(folder):
    folder.add_series(20, number=1, SeriesDescription="Thorax")
    folder.add_series(10, number=2, SeriesDescription="Lung")
    for index in (3, 4, 5):
        os.remove(os.path.join(folder.path, f"s1-2-{index:04d}.dcm"))
    folder.add_series(4, number=1, study="2", SeriesDescription="Old head", StudyDate="20220611")
    folder.add_series(3, number=1, study="3", patient="Müller^Jörg", patient_id="M-9", SeriesDescription="Knee")
    folder.add_series(3, number=1, study="4", patient="Wang^XiaoDong=王^小东", patient_id="W-3")
    folder.add_series(3, number=1, study="5", patient="Other^Name", patient_id="T-1")
    folder.add_text("notes.txt", b"no DICOM at all")
    return folder.path


POINTS = (
    ("patients with what tells them apart", lists_patients),
    ("studies newest first", timeline_in_order),
    ("where a series is shown, and what to mind", marks_what_is_shown),
    ("keys move among thumbnails", keys_among_thumbnails),
    ("a study folds", folds_by_key),
    ("a click selects, two show", click_selects_double_click_shows),
    ("a drag carries the series", drag_carries_the_series),
    ("the menu opens a viewport", menu_opens_a_viewport),
    ("the header follows the image", header_follows_the_image),
    ("the header is filtered", header_is_filtered),
    ("search without case and marks; one patient at a time", search_without_marks),
    ("tools by their names; rows and columns by keys", tools_by_name),
    ("a pane becomes a window and comes back", detaches_and_comes_back),
)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder, screen.Folder() as single, tempfile.TemporaryDirectory() as home:
        path = fill(folder)
        single.add_series(3)
        with Panes(home, path, environment={"GSETTINGS_BACKEND": None}) as program:
            for name, function in POINTS:
                tap.run(name, function, program)
        tap.run("a pane that was a window is one again", comes_back_as_a_window, home, path)
        tap.run("one patient is a line", one_patient_is_a_line, home + "/single", single.path)
        tap.run("an empty pane says what comes there", empty_says_so, home + "/empty")
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
