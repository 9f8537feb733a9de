#!/usr/bin/python3
"""What goes wrong in files and engines is said in its place, and the window stays."""

import glob
import os
import time

import screen


def bad_files(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of 5")
        program.wait_name("Could not be read (2)")
        for name in ("notes.txt", "cut.dcm"):
            said = program.wait_name(name).name
            assert len(said) > len(name) + 20, f"no reason: {said}"
        program.wait_text("2 files could not be read")
        program.key("Down")
        program.wait_image("image 2 of 5")


def nothing_readable(path):
    with screen.Program(path) as program:
        screen.wait_until(lambda: "No images here" in program.texts(), 10, "words for nothing")
        program.wait_name("Could not be read (1)")
        assert len(program.wait_name("notes.txt").name) > len("notes.txt") + 20, "no reason"
        assert not program.viewports(), "a viewport without anything to show"


def failed_frame(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of 5")
        good = program.middle()
        program.key("Down")
        program.wait_says("image 2 of 5")
        program.wait_says("cannot be shown: It ends before")
        picture = program.settled()
        assert good.std() > 20 and (picture.max(axis=2) < 30).mean() > 0.9, "something of another image is shown"
        assert picture.max() > 150, "no words in its place"
        import pyatspi
        box = program.find("slider").queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        beside = program.look()[box.y:box.y + box.height, box.x:box.x + box.width + 8]
        assert (abs(beside - (0xf0, 0x8a, 0x5d)).max(axis=2) <= 2).any(), "the bar does not mark the failed image"
        program.key("Down")
        program.wait_image("image 3 of 5")
        assert program.middle().std() > 20


def engines_killed(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of 150")
        killed = 0
        for _ in range(12):
            program.key("Next")
            killed += program.kill_engines()
            program.key("Down")
            time.sleep(0.05)
        assert killed > 0, "there was no engine to kill"
        print(f"# {killed} engines killed")
        for key, text in (("Home", "image 1 of 150"), ("End", "image 150 of 150")):
            program.key(key)
            program.wait_says(text)
            screen.wait_until(lambda: "loading" not in program.says(), 20, "an answer")
        assert "cannot be shown" not in program.says(), program.says()
        program.settled()
        assert program.middle().std() > 20


def two_patients(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of")
        program.wait_name("Lamp, Ada, ID T-1")
        program.wait_name("Other, Person, ID T-2")

        def is_shown(name, n_images):
            """By name in the header, in the list and by the images; nobody else anywhere but in the list."""
            other = "Lamp, Ada" if name == "Other, Person" else "Other, Person"
            header = [text for text in program.texts() if " · ID " in text and "born" in text]
            listed = [item for item in program.names() if item.startswith((name + ", ID", other + ", ID"))]
            return (header and all(text.startswith(name) for text in header)
                    and all(item.endswith(", shown") == item.startswith(name) for item in listed)
                    and f" of {n_images}," in program.says())

        first, then = ("Lamp, Ada", 3), ("Other, Person", 4)
        if not is_shown(*first):
            first, then = then, first
        assert is_shown(*first), (program.texts(), program.says())
        program.key("Right")  # the patient's last series: never on to somebody else
        program.wait_text("the patient's last series")
        assert is_shown(*first), (program.texts(), program.says())
        step = "ctrl+shift+Next" if program.names("Lamp, Ada, ID")[0].endswith("shown") else "ctrl+shift+Prior"
        program.key(step)
        screen.wait_until(lambda: is_shown(*then), 10, "the other patient everywhere")


def corpus(path):
    if not path or not os.path.isdir(path):
        raise screen.negtest.Skip("no corpus")
    with screen.Program(path) as program:
        program.wait_image("image 1 of")
        for key in ["Right"] * 5 + ["ctrl+shift+Next", "Right"] * 8:
            program.key(key)
            screen.wait_until(lambda: "loading" not in program.says(), 30, "an answer for every series")
        program.settled()


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        folder.add_series(5)
        folder.add_text("notes.txt", b"this is no DICOM object\n" * 100)
        with open(glob.glob(os.path.join(folder.path, "*0000.dcm"))[0], "rb") as file:
            folder.add_text("cut.dcm", file.read()[:300])
        tap.run("files that cannot be read are listed with the reason", bad_files, folder.path)
        tap.run("nothing readable is said", nothing_readable, os.path.join(folder.path, "notes.txt"))
    with screen.Folder() as folder:
        folder.add_series(5)
        path = glob.glob(os.path.join(folder.path, "*0001.dcm"))[0]
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 60000)
        tap.run("a frame that fails says why in its place", failed_frame, folder.path)
    with screen.Folder() as folder:
        folder.add_series(150, size=512)
        tap.run("engines killed in the middle of scrolling", engines_killed, folder.path)
    with screen.Folder() as folder:
        folder.add_series(3)
        folder.add_series(4, study="2", patient="Other^Person", patient_id="T-2")
        tap.run("two patients are never taken for one", two_patients, folder.path)
    broken = os.path.join(screen.negtest.CORPUS, "broken")
    tap.run("the broken files of the corpus", corpus, broken)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
