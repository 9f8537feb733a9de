#!/usr/bin/python3
"""A superuser records a demo: count-down, keys and clicks, a pause, the end; it lies there as a draft, is played by other
programs, gets a caption and a title, and is cut as others will see it. Nobody's name is in any of its files."""

import glob
import json
import os
import subprocess
import tempfile
import time

import screen

NAME = "Quadraxil^Verbena"


class Draft:
    def __init__(self, home):
        self.home = home

    def folder(self):
        found = glob.glob(os.path.join(self.home, "data", "drafts", "*"))
        return found[0] if found else None

    def says(self):
        try:
            with open(os.path.join(self.folder() or "", "draft.json"), encoding="utf-8") as file:
                return json.load(file)
        except OSError:
            return None

    def wait(self, condition, what):
        return screen.wait_until(lambda: (lambda said: said if said and condition(said) else None)(self.says()),
                                 what=lambda: f"{what}: {self.says()}")

    def path(self, name):
        return os.path.join(self.folder(), name)


def record(program, draft):
    program.key("shift+F1")
    program.wait_name("Recording begins")
    draft.wait(lambda said: said["recording"], "a recording")
    assert os.stat(draft.folder()).st_mode & 0o77 == 0
    assert os.stat(draft.path("take.webm")).st_mode & 0o77 == 0
    program.wait_name("● Recording")
    program.point(*program.centre())
    program.do("click", "1")
    for _ in range(5):
        program.key("Down")
        time.sleep(0.1)
    assert not any(NAME.split("^")[0] in name for name in program.names()), "the name is on the screen"
    program.key("ctrl+F1")
    program.wait_name("Recording paused")
    time.sleep(1.5)
    program.key("ctrl+F1")
    program.wait_name("● Recording")
    program.key("Up")
    time.sleep(1)
    program.key("shift+F1")
    draft.wait(lambda said: not said["recording"], "the end of the recording")
    screen.wait_until(lambda: any(NAME.split("^")[0] in name for name in program.names()), what="the patients again")


def played(path):
    """Its length and its pictures, by others."""
    done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames:format=duration",
                           "-of", "json", path], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    facts = json.loads(done.stdout)
    done = subprocess.run(["gst-play-1.0", "--no-interactive", "--videosink=fakesink", "--audiosink=fakesink", path],
                          capture_output=True, text=True, timeout=400)
    assert done.returncode == 0 and "Reached end of play list" in done.stdout, done.stdout + done.stderr
    frames = {stream["codec_name"]: int(stream["nb_read_frames"]) for stream in facts["streams"]}
    return float(facts["format"]["duration"]), frames


def check_take(draft):
    seconds, frames = played(draft.path("take.webm"))
    assert frames["vp8"] >= 4 and frames["opus"] > 20, frames
    assert abs(seconds - draft.says()["duration_us"] / 1e6) < 0.2, (seconds, draft.says())
    assert seconds > 1.5, seconds
    return seconds


def write_caption(program, draft):
    entry = program.wait_find("text", "New caption")
    program.click(entry)
    program.wait_focus("New caption")
    program.do("type", "--delay", "15", "Arrow down scrolls")
    program.key("Return")
    path = draft.path("captions.en.vtt")
    screen.wait_until(lambda: os.path.exists(path) and "Arrow down scrolls" in open(path, encoding="utf-8").read(), what="the caption")


def write_title(program, draft):
    entry = program.wait_find("text", "Title, English")
    program.click(entry)
    program.wait_focus("Title, English")
    program.do("type", "--delay", "15", "Scrolling for us")
    draft.wait(lambda said: said["title"].get("en") == "Scrolling for us" and said["topic"] == "scrolling-for-us", "the title")


def preview(program, draft):
    program.wait_find("push button", "As Others Will See It").queryAction().doAction(0)
    program.wait_find("push button", "Back to the Recording")
    final, frames = played(draft.path("final.webm"))
    take, _ = played(draft.path("take.webm"))
    assert abs(final - take) < 0.3, (final, take)
    assert frames["vp8"] >= 4, frames


def point_to(engine, program):
    os.symlink(program, engine + ".new")
    os.rename(engine + ".new", engine)


def is_vetted(program, draft, engine):
    """What no engine has played through is not shown, and nothing of it is left."""
    program.find("push button", "Back to the Recording").queryAction().doAction(0)
    button = program.wait_find("push button", "As Others Will See It")
    os.unlink(draft.path("final.webm"))
    point_to(engine, "/bin/false")
    button.queryAction().doAction(0)
    program.wait_text("Decoding it ended the decoder")
    assert program.find("push button", "Back to the Recording") is None
    left = [name for name in os.listdir(draft.folder()) if name.startswith("final")]
    assert not left, left


def check_bytes(draft):
    for name in os.listdir(draft.folder()):
        with open(draft.path(name), "rb") as file:
            data = file.read().lower()
        for part in NAME.lower().split("^"):
            assert part.encode() not in data, f"{part} in {name}"


def main():
    screen.with_session_bus()
    display = screen.Display()
    print("1..1", flush=True)
    with screen.Folder() as folder, tempfile.TemporaryDirectory() as home:
        folder.add_series(6, PatientName=NAME)
        engine = os.path.join(home, "engine")
        point_to(engine, os.path.join(screen.negtest.BUILD, "src", "engine", "negatoscope-engine"))
        try:
            with screen.Program("--home", home, folder.path, environment={"NEGATOSCOPE_TAKE_SOUND": "test", "NEGATOSCOPE_ENGINE": engine}) as program:
                draft = Draft(home)
                program.wait_image()
                record(program, draft)
                check_take(draft)
                write_caption(program, draft)
                write_title(program, draft)
                preview(program, draft)
                check_bytes(draft)
                is_vetted(program, draft, engine)
            print("ok 1 - a demo is recorded, played, captioned and cut")
        except AssertionError as error:
            print(f"not ok 1 - a demo is recorded, played, captioned and cut\n# {error}")
        finally:
            screen.end_agents(home)
            display.stop()


main()
