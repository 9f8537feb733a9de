#!/usr/bin/python3
"""Cine and export by the keyboard and the screen reader, in a window that has nothing else (export-window.c)."""

import os
import subprocess
import tempfile
import time

import screen
from PIL import Image

WINDOW = os.environ["NEGATOSCOPE_EXPORT_WINDOW"]


def wait_calmly(condition, seconds, what):
    """A file chooser that closes takes its part of the tree away while one looks: then one looks again."""
    from gi.repository import GLib

    def calm():
        try:
            return condition()
        except GLib.GError:
            return None
    return screen.wait_until(calm, seconds, what)


class Window(screen.Program):
    def __init__(self, folder, **options):
        super().__init__(**options)
        self.arguments = [WINDOW, folder]

    def press(self, name, role="push button"):
        wait_calmly(lambda: self.find(role, name), 10, name).queryAction().doAction(0)

    def said(self):
        """(image number, playing or not)"""
        for text in self.texts():
            if text.startswith("at "):
                number, _, how = text[3:].partition(", ")
                return int(number), how
        return None

    def wait_text(self, text, seconds=20):
        return wait_calmly(lambda: next((each for each in self.texts() if text in each), None), seconds, text)

    def is_on(self, role, name):
        import pyatspi
        return self.find(role, name).getState().contains(pyatspi.STATE_CHECKED)

    def is_sensitive(self, name):
        import pyatspi
        return self.find("push button", name).getState().contains(pyatspi.STATE_SENSITIVE)

    def focus_window(self, title):
        found = screen.wait_until(lambda: subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True).stdout.split(), 10, title)
        self.do("windowfocus", found[-1].decode())
        time.sleep(0.4)

    def export_to(self, path):
        """From the open dialog through the file chooser."""
        self.press("Export…")
        self.focus_window("^Where the ")
        self.key("ctrl+a")
        self.do("type", "--delay", "15", path)
        time.sleep(0.3)
        self.key("Return")


def plays(program):
    program.press("Run")
    screen.wait_until(lambda: program.said()[1] == "playing", 5, "it plays")
    seen = set()
    screen.wait_until(lambda: seen.add(program.said()[0]) or len(seen) > 5, 10, "several images")
    text = program.wait_text("/s shown")
    rate = float(text.split("/s")[0])
    assert 10 < rate <= 21, f"{rate} of 20 images per second are shown"
    program.press("Stop")
    screen.wait_until(lambda: program.said()[1] == "paused", 5, "it stops")
    number = program.said()[0]
    time.sleep(0.3)
    assert program.said()[0] == number


def the_hand_stops_it(program):
    program.press("Run")
    screen.wait_until(lambda: program.said()[1] == "playing", 5, "it plays")
    program.press("Scroll")
    screen.wait_until(lambda: program.said()[1] == "paused", 5, "scrolling stops it")


def asks_about_the_name(program):
    program.press("Export")
    program.focus_window("^Export$")
    program.wait_text("Put the patient's name and ID on the picture?")
    assert program.is_on("check box", "No: ") and not program.is_on("check box", "Yes: ")
    assert program.is_on("check box", "Measurements"), "measurements go with it unless asked not to"
    assert program.is_sensitive("Export…")


def exports(program, folder):
    path = os.path.join(folder, "one.png")
    program.export_to(path)
    said = program.wait_text("Done: 1 image")
    assert path in said, said
    image = Image.open(path)
    assert image.size == (400, 300) and image.mode == "L", (image.size, image.mode)
    assert set(image.text) == {"Software", "Disclaimer"}, image.text
    assert sorted(os.listdir(folder)) == ["one.png"], os.listdir(folder)


def makes_a_film(program, folder):
    program.focus_window("^Export$")
    program.press("What")
    time.sleep(0.4)
    program.key("Down", "Down", "Return")
    program.wait_text("A film (WebM), 20 images per second")
    path = os.path.join(folder, "film.webm")
    program.export_to(path)
    said = program.wait_text("Done: 40 images", 60)
    assert path in said, said
    with open(path, "rb") as file:
        assert file.read(4) == b"\x1a\x45\xdf\xa3", "EBML"
    assert sorted(os.listdir(folder)) == ["film.webm", "one.png"], os.listdir(folder)


def closes_by_escape(program):
    program.focus_window("^Export$")
    program.key("Escape")
    screen.wait_until(lambda: not subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Export$"],
                                                 capture_output=True).stdout.split(), 10, "the dialog has gone")
    program.do("windowfocus", program.window)


def copies(program):
    program.press("Copy")
    program.wait_text("copied")


def every_control_has_a_name(program):
    roles = ("push button", "toggle button", "combo box", "spin button", "check box", "radio button", "text", "entry")
    nameless = [node.getRoleName() for node in program.walk() if node.getRoleName() in roles and not node.name]
    assert not nameless, nameless


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder, tempfile.TemporaryDirectory() as out:
        with Window(folder.add_series(40), size=(700, 600)) as program:
            tap.run("it plays at its rate and stops", plays, program)
            tap.run("the hand stops it", the_hand_stops_it, program)
            tap.run("the dialog asks about the name, no by default", asks_about_the_name, program)
            tap.run("every control has a name", every_control_has_a_name, program)
            tap.run("an anonymous picture is written", exports, program, out)
            tap.run("a film is written", makes_a_film, program, out)
            tap.run("Escape closes the dialog", closes_by_escape, program)
            tap.run("the view is copied", copies, program)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
