#!/usr/bin/python3
"""A person measures: every tool with the numbers that a known image must give, taken back and done again, moved, deleted,
and still there after kill -9."""

import contextlib
import os
import signal
import sqlite3
import time

import numpy
import screen

SPACING_MM = 0.7

# What another program would paste.
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
GLib.timeout_add_seconds(10, loop.quit)
loop.run()
"""


def halves(index):
    """Left 100, right 300: -900 and -700 HU."""
    values = numpy.full((256, 256), 100)
    values[:, 128:] = 300
    return values


class Reader(screen.Program):
    def rows(self):
        return [node.name for node in self.walk() if node.getRoleName() == "list item" and ", series" in (node.name or "")]

    def wait_rows(self, *expected):
        """Exactly these, each told by how it begins."""
        def there():
            rows = self.rows()
            return len(rows) == len(expected) and all(any(row.startswith(part) for row in rows) for part in expected)
        screen.wait_until(there, 60, f"the rows {expected}; there are {self.rows()}")

    def draw(self, dx, dy, to_x, to_y, keys=()):
        """Drags from one point to another, both from the middle of the image."""
        x, y = self.centre()
        for key in keys:
            self.do("keydown", key)
        self.drag(1, x + dx, y + dy, to_x - dx, to_y - dy)
        for key in keys:
            self.do("keyup", key)

    def click_at(self, dx, dy):
        x, y = self.centre()
        self.point(x + dx, y + dy)
        time.sleep(0.05)
        self.do("click", "1")
        time.sleep(0.3)  # two clicks are two points, not a double click

    def clean(self):
        """Nothing of this study is left, and the keys belong to the image."""
        for _ in range(12):
            rows = self.rows()
            if not rows:
                break
            self.click(self.find("list item", rows[0]))
            self.key("Delete")
            screen.wait_until(lambda: self.rows() != rows, 5, f"one row less than {rows}")
        self.key("Escape", "Escape")
        self.wait_focus("image 1 of")


def open_page(program):
    program.wait_image("image 1 of 4")
    program.key("ctrl+F9")
    program.click(program.wait_find("page tab", "Measurements"))
    program.wait_name("What is measured in this study comes here")
    program.key("Escape")
    program.look_again()
    program.key("g")
    program.settled()


def length(program):
    before = program.settled()
    program.key("l")
    program.draw(-60, -80, 40, -80)
    program.wait_rows(f"Length, {100 * SPACING_MM:.1f} mm, series 1, image 1")
    assert (program.settled() != before).any(), "nothing was drawn"
    # 30 and 40 pixels: 50, by two clicks.
    program.click_at(-100, 0)
    program.click_at(-70, 40)
    program.wait_rows("Length, 70.0 mm", f"Length, {50 * SPACING_MM:.1f} mm")
    program.key("ctrl+z")
    program.wait_rows("Length, 70.0 mm")
    program.key("ctrl+shift+z")
    program.wait_rows("Length, 70.0 mm", "Length, 35.0 mm")
    program.key("ctrl+z", "ctrl+z")
    program.wait_name("What is measured in this study comes here")
    program.key("ctrl+shift+z")
    program.wait_rows("Length, 70.0 mm")


def constrained(program):
    """Nearly level with Shift is level: as long as the hand went."""
    program.key("l")
    program.draw(-60, -40, 40, -38, keys=("shift",))
    program.wait_rows("Length, 70.0 mm")


def unfinished(program):
    program.key("l")
    program.click_at(-60, -80)
    program.point(*program.centre())
    time.sleep(0.2)
    program.key("Escape")
    time.sleep(0.3)
    assert program.rows() == [], program.rows()
    program.key("Escape")


def angles(program):
    program.key("a")
    program.click_at(80, -60)
    program.click_at(0, -60)
    program.click_at(0, 20)
    program.wait_rows("Angle, 90.0°")
    program.key("b")
    program.draw(-100, 40, -20, 40)
    program.draw(-100, 110, -40, 50)
    program.wait_rows("Angle, 90.0°", "Cobb angle, 45.0°")


def regions(program):
    """60 by 50 pixels in the right half: -700 HU everywhere."""
    program.key("r")
    program.draw(30, -90, 90, -40)
    area = 60 * 50 * SPACING_MM ** 2
    program.wait_rows(f"Rectangle, Area {area:.0f} mm² Mean \u2212700 HU SD 0.0 HU Min \u2212700 HU Max \u2212700 HU"
                      .replace("HU SD", "HU  SD").replace("HU Max", "HU  Max"))
    program.wait_find("image", "Histogram from")
    program.key("e")
    program.draw(-100, -90, -30, -10)
    area = numpy.pi / 4 * 70 * 80 * SPACING_MM ** 2
    program.wait_rows("Rectangle", f"Ellipse, Area {area:.0f} mm² Mean \u2212900 HU")
    program.key("d")
    x, y = program.centre()
    program.point(x + 30, y + 30)
    program.do("mousedown", "1")
    for dx, dy in ((60, 30), (90, 30), (90, 60), (90, 90), (60, 90), (30, 90), (30, 60), (30, 32)):
        program.point(x + dx, y + dy)
    program.do("mouseup", "1")
    program.wait_rows("Rectangle", "Ellipse", f"Freehand area, Area {60 * 60 * SPACING_MM ** 2:.0f} mm²")


def marks(program):
    program.key("t")
    program.draw(20, 20, 60, -30)
    program.wait_focus("Text of the arrow")
    program.do("type", "nodule")
    program.key("Return")
    program.wait_rows("Arrow, nodule, series 1")
    program.wait_focus("image 1 of")
    program.key("p")
    program.click_at(60, 60)
    program.wait_rows("Arrow, nodule", "Probe, \u2212700 HU")


def moves(program):
    """Handles, body, arrows: the numbers follow, and each is one step of undo."""
    program.key("l")
    program.draw(-50, 0, 50, 0)
    program.wait_rows("Length, 70.0 mm")
    program.draw(50, 0, 70, 0)  # its end
    program.wait_rows("Length, 84.0 mm")
    program.draw(0, 0, 0, 40)  # its body
    program.wait_rows("Length, 84.0 mm")
    moved = program.settled()
    program.key("ctrl+z")
    screen.wait_until(lambda: (program.settled() != moved).any(), 5, "it goes back")
    program.key("ctrl+z")
    program.wait_rows("Length, 70.0 mm")
    before = program.settled()
    program.key("Down")
    down = program.settled()
    assert (down != before).any() and "image 1 of" in program.says(), program.says()
    program.key("shift+Up")
    assert (program.settled() != down).any()
    program.key("ctrl+shift+Right")
    program.wait_rows(f"Length, {101 * SPACING_MM:.1f} mm")
    program.key("ctrl+z", "ctrl+z", "ctrl+z")
    program.wait_rows("Length, 70.0 mm")
    assert (program.settled() == before).all(), "undo does not bring back what was there"
    program.key("Delete")
    program.wait_name("What is measured in this study comes here")
    program.key("Escape", "Down")
    program.wait_says("image 2 of 4")
    program.key("Up")
    program.wait_image("image 1 of 4")


def by_keys(program):
    program.key("e", "Insert")
    program.wait_rows("Ellipse, Area")
    program.key("Delete")
    program.wait_name("What is measured in this study comes here")
    program.key("Escape")


def page_leads(program):
    """A row goes to its image, Delete deletes it there."""
    program.key("l")
    program.draw(-50, 0, 50, 0)
    program.wait_rows("Length, 70.0 mm, series 1, image 1")
    program.key("Escape", "Escape", "End")
    program.wait_image("image 4 of 4")
    program.click(program.find("list item", "Length"))
    program.wait_says("image 1 of 4")
    program.click(program.wait_find("push button", "Copy the numbers"))
    program.wait_text("in the clipboard, without the patient's name")
    text = screen.subprocess.run(["/usr/bin/python3", "-c", READ_CLIPBOARD], capture_output=True, check=True, timeout=60,
                                 env=dict(os.environ, GDK_BACKEND="x11")).stdout.decode()
    assert text == "Length (series 1, image 1)\nLength: 70.0 mm", text


def not_kept(path, data):
    """What the disk refuses is taken back at once, and said."""
    with Reader(path, environment={"XDG_DATA_HOME": data}) as program:
        open_page_with_rows(program)
        program.wait_rows("Length, 70.0 mm", "Rectangle")
        with contextlib.closing(sqlite3.connect(os.path.join(data, "negatoscope", "reading.db"))) as database:
            database.execute("CREATE TRIGGER full BEFORE INSERT ON annotation_operation"
                             " BEGIN SELECT raise (ABORT, 'no'); END")
            database.commit()
        program.key("Escape", "l")
        program.look_again()
        program.draw(-60, 60, 20, 60)
        program.wait_text("could not be kept and was taken back")
        program.wait_rows("Length, 70.0 mm", "Rectangle")


def comes_back(path, data):
    """kill -9 while the hand has just let go."""
    with Reader(path, environment={"XDG_DATA_HOME": data}) as program:
        open_page(program)
        program.key("l")
        program.draw(-60, -80, 40, -80)
        program.wait_rows("Length, 70.0 mm")
        program.key("r")
        program.draw(30, -60, 90, -10)
        program.wait_rows("Length, 70.0 mm", "Rectangle, Area")
        program.process.send_signal(signal.SIGKILL)
        program.process.wait()
        program.closed = True
    with Reader(path, environment={"XDG_DATA_HOME": data}) as program:
        open_page_with_rows(program)
        program.wait_rows("Length, 70.0 mm, series 1, image 1", "Rectangle, Area 1470 mm²")
        program.key("ctrl+z")  # yesterday's work is not taken back by a slip of the hand
        time.sleep(0.5)
        program.wait_rows("Length, 70.0 mm", "Rectangle, Area")


def finished_while_moved(path):
    """Ctrl+Enter with the button down, in the older of two studies: there is nothing in the newer one to wait for."""
    with Reader(path) as program:
        program.wait_image("image 1 of 2")
        program.key("ctrl+F9")
        program.click(program.wait_find("page tab", "Measurements"))
        program.key("Escape", "Right")
        program.wait_text("Older")
        program.look_again()
        program.settled()
        program.key("l")
        program.draw(-60, -80, 40, -80)
        program.wait_rows("Length")
        drawn = program.rows()
        x, y = program.centre()
        program.point(x + 40, y - 80)
        program.do("mousedown", "1")
        program.point(x + 50, y - 80)
        program.point(x + 60, y - 80)
        screen.wait_until(lambda: program.rows() != drawn, 10, "another length")
        program.settled()
        moved = program.rows()
        program.key("ctrl+Return")
        program.wait_text("Not saved")  # there is no agent
        program.do("mouseup", "1")
        screen.wait_until(lambda: program.rows() == moved, 10, f"{moved}; there is {program.rows()}")


def of_no_study(path):
    with Reader(path) as program:
        program.wait_image("image 1 of 2")
        program.key("ctrl+s")
        program.wait_text("Not saved: the image does not say which study it belongs to")


def open_page_with_rows(program):
    program.wait_image("image 1 of 4")
    program.key("ctrl+F9")
    program.click(program.wait_find("page tab", "Measurements"))


def fast_freehand(program):
    """Round a square of 120 pixels in one go, far faster than frames come: every place the hand passed counts."""
    x, y = program.centre()
    corners = [(-60, -60), (60, -60), (60, 60), (-60, 60), (-60, -60)]
    way = []
    for (from_x, from_y), (to_x, to_y) in zip(corners, corners[1:]):
        for part in range(1, 13):
            way += ["mousemove", "--window", program.window, str(int(x + from_x + (to_x - from_x) * part / 12)),
                    str(int(y + from_y + (to_y - from_y) * part / 12))]
    program.key("g", "d")
    program.point(x - 60, y - 60)
    program.do("mousedown", "1", *way, "mouseup", "1")
    program.wait_rows(f"Freehand area, Area {120 * 120 * SPACING_MM ** 2:.0f} mm²")


def large_region(path):
    """Millions of pixels are averaged by a thread: the numbers come after the outline, belong to the same step, and come
    again where it was moved by keys."""
    with Reader(path) as program:
        open_page(program)
        x, y, width, height = program.viewport_box()
        side = min(width, height)
        program.key("f", "r")
        program.draw(-side // 3, -side // 3, side // 3, side // 3)
        program.wait_rows("Rectangle, Area ")
        screen.wait_until(lambda: all("Mean 500 HU" in row for row in program.rows()), 60, f"a mean in {program.rows()}")
        program.wait_find("image", "Histogram from")
        program.key("Right")
        program.wait_rows("Rectangle, Area ")
        screen.wait_until(lambda: all("Mean 500 HU" in row for row in program.rows()), 60, f"a mean in {program.rows()}")
        program.key("ctrl+z", "ctrl+z")
        screen.wait_until(lambda: not program.rows(), 60, "nothing left after the move and the outline were taken back")
        program.key("ctrl+shift+z")
        screen.wait_until(lambda: program.rows() and "Mean 500 HU" in program.rows()[0], 60, "a mean that comes back")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        path = folder.add_series(4, pixels=halves, RescaleIntercept=-1000, WindowCenter=-800, WindowWidth=600,
                                 WindowCenterWidthExplanation="ALL", PixelSpacing=[SPACING_MM, SPACING_MM])
        with Reader(path) as program:
            tap.run("the page says what to do while it is empty", open_page, program)
            for name, function in (("lengths by drag and by clicks, undo and redo", length),
                                   ("Shift: by 45 degrees", constrained),
                                   ("Escape gives up what is unfinished", unfinished),
                                   ("angle and Cobb", angles),
                                   ("rectangle, ellipse, freehand: area and values", regions),
                                   ("freehand by a fast hand", fast_freehand),
                                   ("arrow with its text, probe", marks),
                                   ("handles, body, arrow keys, Delete", moves),
                                   ("placed by keys alone", by_keys),
                                   ("the page leads to the image, copies without a name", page_leads)):
                tap.run(name, function, program)
                program.clean()
        with screen.Folder() as data:
            tap.run("kill -9 loses nothing", comes_back, path, data.path)
            tap.run("what cannot be kept is not shown", not_kept, path, data.path)
    with screen.Folder() as folder:
        folder.add_series(2, study="1", StudyDate="20240912", StudyDescription="Newer")
        path = folder.add_series(2, study="2", StudyDate="20230101", StudyDescription="Older")
        tap.run("finishing while something is moved", finished_while_moved, path)
    with screen.Folder() as folder:
        path = folder.add_series(4, size=1600, pixels=lambda index: numpy.full((1600, 1600), 500),
                                 PixelSpacing=[SPACING_MM, SPACING_MM])
        tap.run("a region of a million pixels", large_region, path)
    with screen.Folder() as folder:
        path = folder.add_series(2, StudyInstanceUID=None)
        tap.run("an image of no study is not saved", of_no_study, path)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
