#!/usr/bin/python3
"""kill -9 in the middle of it: the next start offers the same screen, and it is the same, be it files or a study of the
reading list. What was closed is offered too,
what was forgotten never again, what is gone is said, and two programs that run at once do not take each other's."""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import screen


def kept_screens(home):
    """What is on the disk: a screen of each program."""
    path = os.path.join(home, "data", "reading.db")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            return [json.loads(state) for state, in database.execute("SELECT state FROM screen")]
    except sqlite3.OperationalError:  # it is not there yet
        return []


class Home(screen.Program):
    """The program with a home of its own, and its settings in there."""

    def __init__(self, home, *arguments, **options):
        options.setdefault("environment", {"GSETTINGS_BACKEND": None})
        super().__init__("--home", home, *arguments, **options)
        self.home = home

    def kill(self):
        """As the kernel would: no time for last words."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.closed = True

    def wait_kept(self):
        """The images on screen are those on the disk, and nothing more comes there for a second (a quarter of it to decide,
        half of it to the disk)."""
        last = [None, 0.0]

        def is_kept():
            now = kept_screens(self.home)
            if now != last[0]:
                last[:] = now, time.monotonic()
            numbers = [re.match(r"image (\d+) of", node.name) for node in self.viewports()]
            shown = [int(number[1]) - 1 for number in numbers if number]
            kept = [[cell["index"] for cell in each["cells"] if "index" in cell] for each in now]
            return shown and shown in kept and time.monotonic() - last[1] > 1
        screen.wait_until(is_kept, what=lambda: f"what is on screen on the disk: {kept_screens(self.home)}")

    def question(self):
        return next((text for text in self.texts() if text.startswith("The program ended") or text.startswith("Go on where")),
                    None)

    def wait_question(self, crashed):
        screen.wait_until(self.question, 30, "the question")
        assert ("unexpectedly" in self.question()) == crashed, self.question()
        self.wait_focus("Go on")

    def no_question(self):
        self.wait_text("No images are open")
        time.sleep(1)
        assert self.question() is None, self.question()

    def toggled(self, name):
        return self.has_state(self.wait_find("push button", name), "pressed", "checked")


def what_is_on_screen(program):
    """Names, windows and sides of all viewports, the patient, links and the tool strip."""
    program.look_again()
    cells = [f"{node.name} | {node.description}" for node in program.viewports()]
    patient = next(text for text in program.texts() if "born" in text and " · ID " in text)
    links = [program.toggled(name) for name in ("Scroll together", "Reference lines")]
    active = program.focused_name()
    return cells, patient, links, active


def settle(program, n):
    program.look_again()
    screen.wait_until(lambda: len(program.viewports()) == n, 15, f"{n} viewports")
    screen.wait_until(lambda: not any("loading" in node.description for node in program.viewports()), 20, "all images")


def in_the_middle_of_it(home, path):
    """2×2 of the second patient: scrolled, windowed, turned, larger, texts without, linked."""
    with Home(home, path) as program:
        program.wait_image("image 1 of 20")
        program.key("ctrl+shift+Next")
        program.wait_says("of 9")
        program.key("ctrl+4")
        settle(program, 4)
        program.key("Down", "Down", "Down", "ctrl+Right", "ctrl+Up", "bracketright")
        program.wait_says("image 4 of 9")
        program.key("Tab")
        program.look_again()
        program.wait_says("of 12")
        program.key("Next", "3", "h", "plus", "alt+Left")
        program.wait_says("MIRRORED")
        program.key("y", "j", "o")
        screen.wait_until(lambda: program.toggled("Scroll together") and program.toggled("Reference lines"), 5, "links")
        program.wait_image("image 11 of 12")
        seen = what_is_on_screen(program)
        picture = program.settled(whole=True)
        program.wait_kept()
        program.kill()
    return seen, picture


def comes_back(home, path, kept):
    kept[:] = in_the_middle_of_it(home, path)
    seen, picture = kept
    assert len(seen[0]) == 4 and "Other, Person" in seen[1] and seen[2] == [True, True], seen
    assert "image 4 of 9" in seen[0][0] and "C 500" not in seen[0][0] and "image 11 of 12" in seen[3], seen
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.key("Return")
        settle(program, 4)
        screen.wait_until(lambda: what_is_on_screen(program) == seen, 15,
                          f"the same screen: {what_is_on_screen(program)} for {seen}")
        assert program.question() is None
        now = program.settled(whole=True)
        different = (abs(now - picture).max(axis=2) > 2)
        rows = different[60:-40]  # neither the header, whose buttons may be lit, nor the status line
        assert rows.mean() < 0.002, f"{rows.mean():.2%} of the screen is another"
        program.wait_kept()
        program.kill()


def restored_is_kept(home, kept):
    """A second crash loses nothing either, without anything having been touched."""
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.key("Return")
        settle(program, 4)
        screen.wait_until(lambda: what_is_on_screen(program) == kept[0], 15, "the same screen again")
        program.wait_kept()
        program.close()


def after_closing(home, kept):
    with Home(home) as program:
        program.wait_question(crashed=False)
        program.key("Return")
        settle(program, 4)
        screen.wait_until(lambda: what_is_on_screen(program) == kept[0], 15, "the same screen as last time")
        program.wait_kept()
        program.kill()


def opening_answers(home, path):
    """Whoever opens something else has answered: no question, and that is the last screen from now on."""
    with Home(home, path) as program:
        program.wait_image("image 1 of 20")
        assert program.question() is None
        program.key("Down")
        program.wait_says("image 2 of 20")
        program.wait_kept()
        program.kill()
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.key("Return")
        program.wait_image("image 2 of 20")
        program.wait_kept()
        program.kill()


def kept_bytes(home):
    content = b""
    for name in os.listdir(os.path.join(home, "data")):
        with open(os.path.join(home, "data", name), "rb") as file:
            content += file.read()
    return content


def forgets(home):
    assert b"neg-ui-" in kept_bytes(home), "nothing to forget"
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.key("Tab")
        program.wait_focus("Forget it")
        program.key("Return")
        program.no_question()
        program.wait_focus("Open a Folder")
        program.close()
    with Home(home) as program:
        program.no_question()
    assert b"neg-ui-" not in kept_bytes(home), "a path is left"


def closed_study_is_not_offered(home, path):
    with Home(home, path) as program:
        program.wait_image("image 1 of")
        program.key("Down")
        program.wait_says("image 2 of")
        program.wait_kept()
        program.key("ctrl+w")
        program.no_question()
        screen.wait_until(lambda: not kept_screens(home), what="nothing on the disk")
        program.kill()
    with Home(home) as program:
        program.no_question()


def files_are_gone(home):
    with screen.Folder() as folder:
        with Home(home, folder.add_series(5)) as program:
            program.wait_image("image 1 of 5")
            program.key("Down")
            program.wait_says("image 2 of 5")
            program.wait_kept()
            program.kill()
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.key("Return")
        program.wait_name("Could not be read (1)")
        program.wait_text("No images here")
        program.wait_text("could not be read")
        assert not program.viewports(), "an image of nothing"


def some_files_are_gone(home):
    """The screen of what is left, and no other image in the place of one that is missing without its number saying so."""
    with screen.Folder() as folder:
        folder.add_series(5)
        path = folder.add_series(6, number=2)
        with Home(home, path) as program:
            program.wait_image("image 1 of 5")
            program.key("ctrl+2")
            settle(program, 2)
            program.key("End")
            program.wait_says("image 5 of 5")
            program.wait_kept()
            program.kill()
        for index in range(6):
            os.remove(os.path.join(path, f"s1-2-{index:04d}.dcm"))
        with Home(home) as program:
            program.wait_question(crashed=True)
            program.key("Return")
            settle(program, 2)
            screen.wait_until(lambda: [node.name[:12] for node in program.viewports()] == ["image 5 of 5", "no image"], 15,
                              "what is left, in its place")
            program.wait_kept()
            program.kill()


def two_at_once(home, path, other_path):
    """What a program shows that still runs is offered to nobody; each of them leaves a screen of its own."""
    with Home(home, path) as first:
        first.wait_image("image 1 of 20")
        first.key("Down", "Down")
        first.wait_says("image 3 of 20")
        first.wait_kept()
        with Home(home) as second:
            time.sleep(1)
            question = second.question()
            assert question is None, question
            second.kill()
        with Home(home, other_path) as second:
            second.wait_image("image 1 of 7")
            second.key("End")
            second.wait_says("image 7 of 7")
            second.wait_kept()
            second.kill()
        first.look_again()
        assert "image 3 of 20" in first.says(), first.says()
        with Home(home) as third:
            third.wait_question(crashed=True)
            third.key("Return")
            third.wait_image("image 7 of 7")
            third.kill()
        first.kill()


def damaged_is_put_aside(home, path):
    """A file that is damaged is put away when a person says so, whole; then screens are kept again."""
    database = os.path.join(home, "data", "reading.db")
    for name in os.listdir(os.path.join(home, "data")):
        os.remove(os.path.join(home, "data", name))
    with open(database, "wb") as file:
        file.write(bytes(range(256)) * 32)
    with Home(home) as program:
        screen.wait_until(lambda: any("is damaged" in text for text in program.texts()), 15, "the question")
        program.key("Return")
        screen.wait_until(lambda: any("The damaged file is now" in text for text in program.texts()), 10, "the answer")
        program.kill()
    aside = [name for name in os.listdir(os.path.join(home, "data")) if name.startswith("reading.db.damaged")]
    assert len(aside) == 1, os.listdir(os.path.join(home, "data"))
    assert os.path.getsize(os.path.join(home, "data", aside[0])) == 8192
    with Home(home, path) as program:
        program.wait_image("image 1 of 20")
        program.wait_kept()
        program.kill()
    with Home(home) as program:
        program.wait_question(crashed=True)
        program.kill()


def nothing_of_a_patient(home):
    """Paths and numbers are kept for this, but no name and no ID; and for the owner alone."""
    assert not re.search(rb"Lamp|Other\^|Person|T-1|T-2", kept_bytes(home))
    folder = os.path.join(home, "data")
    for name in os.listdir(folder):
        mode = os.stat(os.path.join(folder, name)).st_mode
        assert mode & 0o077 == 0, (name, oct(mode))


def fill_archive(home):
    with tempfile.TemporaryDirectory() as folder:
        for words in (["demo", "--home", folder, "--patients", "2"], ["import", "--home", home, folder]):
            subprocess.run([screen.negtest.PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)


def entry_comes_back(program_of):
    with program_of() as program:
        program.wait_text("No images are open")
        program.wait_name("ID DEMO-", 15)
        program.key("F9")
        screen.wait_until(lambda: "ID DEMO-" in program.focused_name(), 5, "the focus on a row")
        program.key("Down")
        program.key("Return")
        program.wait_says("image 1 of", 30)
        program.key("ctrl+2", "Right", "bracketright")
        settle(program, 2)
        program.key("Tab", "End", "3")
        settle(program, 2)
        program.wait_name(", open")
        seen = what_is_on_screen(program)
        program.wait_kept()
        program.kill()
    with program_of() as program:
        program.wait_question(crashed=True)
        program.key("Return")
        settle(program, 2)
        screen.wait_until(lambda: what_is_on_screen(program) == seen, 15,
                          f"the same screen: {what_is_on_screen(program)} for {seen}")
        program.wait_name(", open")
        program.kill()


def entry_of_the_list():
    with tempfile.TemporaryDirectory(prefix="neg-ui-home-") as home:
        try:
            fill_archive(home)
            entry_comes_back(lambda: Home(home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}))
        finally:
            screen.end_agents(home)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    kept = []
    home = tempfile.mkdtemp(prefix="neg-ui-home-")
    with screen.Folder() as folder, screen.Folder() as other:
        folder.add_series(20)
        folder.add_series(9, study="2", patient="Other^Person", patient_id="T-2")
        path = folder.add_series(12, study="2", number=2, patient="Other^Person", patient_id="T-2")
        other_path = other.add_series(7, study="3")
        tap.run("killed, it comes back as it was", comes_back, home, path, kept)
        tap.run("killed again, untouched", restored_is_kept, home, kept)
        tap.run("closed as it should: offered as last time", after_closing, home, kept)
        tap.run("no name and no ID is kept", nothing_of_a_patient, home)
        tap.run("opening something else is an answer", opening_answers, home, path)
        tap.run("forgotten is forgotten", forgets, home)
        tap.run("what was closed is not offered", closed_study_is_not_offered, home, path)
        tap.run("files that are gone are said", files_are_gone, home)
        tap.run("some files that are gone", some_files_are_gone, home)
        tap.run("a damaged file is put aside by a person", damaged_is_put_aside, home, path)
        tap.run("two programs at once", two_at_once, home, path, other_path)
    tap.run("a study of the reading list comes back", entry_of_the_list)
    shutil.rmtree(home)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
