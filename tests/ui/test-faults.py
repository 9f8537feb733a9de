#!/usr/bin/python3
"""What goes wrong in files and engines is said in its place, and the window stays."""

import glob
import os
import time

import screen


def bad_files(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of 5")
        def listed():
            texts = "\n".join(program.texts())
            return "notes.txt" in texts and "cut.dcm" in texts
        screen.wait_until(listed, 10, "the files that could not be read")
        texts = "\n".join(program.texts())
        assert "Could not be read (2)" in texts, texts
        assert "2 files could not be read" in texts, texts
        program.key("Down")
        program.wait_image("image 2 of 5")


def nothing_readable(path):
    with screen.Program(path) as program:
        screen.wait_until(lambda: "No images here" in program.texts(), 10, "words for nothing")
        assert any("notes.txt" in text for text in program.texts()), program.texts()


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
        beside = program.look()[:, -40:]
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
        count = lambda name: sum(text.startswith(name) for text in program.texts())
        screen.wait_until(lambda: count("Lamp, Ada") and count("Other, Person"), 10, "both in the list")
        # In the header and in the list: who is shown. In the list only: who is not.
        shown, other = ("Lamp, Ada", "Other, Person") if count("Lamp, Ada") == 2 else ("Other, Person", "Lamp, Ada")
        assert (count(shown), count(other)) == (2, 1), program.texts()
        program.key("Right" if "Ramp" in program.says() else "Left")
        screen.wait_until(lambda: (count(shown), count(other)) == (1, 2), 10, "the header names who is shown now")


def corpus(path):
    if not path or not os.path.isdir(path):
        raise screen.negtest.Skip("no corpus")
    with screen.Program(path) as program:
        program.wait_image("image 1 of")
        for _ in range(10):
            program.key("Right")
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
