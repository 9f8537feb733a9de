#!/usr/bin/python3
"""Makes the built-in videos and the pictures of the texts again: videos.py [--pictures] [TOPIC...]; --pictures: only those, out of the
videos that are there. Scripts (data/learning/scripts) drive the real program on the demo
department, in a home and on a display of its own; the program's own recorder records; captions and chapters are the
script's own words, at the moment at which they are done."""

import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.setdefault("NEGATOSCOPE_SOURCE", os.path.dirname(os.path.dirname(HERE)))
BUILD = os.environ.setdefault("NEGATOSCOPE_BUILD", os.path.join(SOURCE, "build"))
sys.path.insert(0, os.path.join(SOURCE, "tests", "ui"))
import pictures  # noqa: E402
import screen  # noqa: E402

SCRIPTS = os.path.join(SOURCE, "data", "learning", "scripts")
OUTPUT = os.path.join(SOURCE, "data", "learning")
BYTES_MAX = 1500000
SECONDS = (20, 60)
LANGUAGES = ("en", "de")
CHARACTERS_PER_S = 17  # so fast are captions read
CAPTION_S = 2.2


class Scene:
    """The program with somebody who speaks."""

    def __init__(self, program, home):
        self.program, self.home = program, home
        self.origin = None
        self.cues = []  # start, end, texts by language
        self.chapters = []
        self.pointer = (640, 420)

    def now(self):
        return time.time() - self.origin

    # Recording

    def draft(self):
        """The latest: its folder, what it says."""
        drafts = []
        for path in glob.glob(os.path.join(self.home, "data", "drafts", "*", "draft.json")):
            with open(path, encoding="utf-8") as file:
                drafts.append((os.path.dirname(path), json.load(file)))
        return max(drafts, key=lambda draft: draft[1]["made_us"], default=None)

    def start(self):
        before = self.draft()
        self.program.do("mousemove", "--window", self.program.window, *map(str, self.pointer))
        self.program.key("shift+F1")
        _, draft = screen.wait_until(lambda: (lambda now: now if now and now != before else None)(self.draft()), what="a draft")
        self.origin = draft["made_us"] / 1e6
        time.sleep(0.7)

    def stop(self):
        self.end_cue()
        time.sleep(0.5)
        assert self.draft()[1]["recording"], f"it has ended: {self.program.texts()}"
        self.program.key("shift+F1")
        return screen.wait_until(lambda: (lambda draft: draft if draft and not draft[1]["recording"] else None)(self.draft()),
                                 what="the end of the recording")[0]

    # Words

    def end_cue(self):
        if self.cues:
            start, _, texts = self.cues[-1]
            need = max(CAPTION_S, max(len(text) for text in texts.values()) / CHARACTERS_PER_S)
            time.sleep(max(0, start + need - self.now()))
            self.cues[-1] = (start, self.now(), texts)

    def say(self, english, german):
        self.end_cue()
        self.cues.append((self.now() + 0.05, None, {"en": english, "de": german}))
        time.sleep(0.6)

    def chapter(self, english, german):
        self.chapters.append((self.now() if self.chapters else 0, {"en": english, "de": german}))

    # Hands

    def wait(self, seconds):
        time.sleep(seconds)

    def key(self, *keys, pause=0.3):
        for key in keys:
            self.program.key(key)
            time.sleep(pause)

    def type(self, text):
        self.program.do("type", "--delay", "90", text)
        time.sleep(0.6)

    def move(self, x, y, steps=8):
        x0, y0 = self.pointer
        for step in range(1, steps + 1):
            self.program.point(x0 + (x - x0) * step / steps, y0 + (y - y0) * step / steps)
            time.sleep(0.025)
        self.pointer = (x, y)

    def click(self, x, y, button=1):
        self.move(x, y)
        self.program.do("click", str(button))
        time.sleep(0.4)

    def drag(self, button, x, y, dx, dy, steps=10):
        self.move(x, y)
        self.program.do("mousedown", str(button))
        time.sleep(0.15)
        self.move(x + dx, y + dy, steps)
        time.sleep(0.15)
        self.program.do("mouseup", str(button))
        time.sleep(0.4)

    def drag_from_to(self, x, y, to_x, to_y):
        self.drag(1, x, y, to_x - x, to_y - y, 16)

    def wheel(self, notches):
        for _ in range(abs(notches)):
            self.program.do("click", "5" if notches > 0 else "4")
            time.sleep(0.12)

    def find(self, role, name):
        return screen.comes(lambda: self.program.find(role, name), 10)

    def point_at(self, role, name):
        """A control by its name, with the pointer."""
        import pyatspi
        node = self.find(role, name)
        assert node is not None, f"no {role} “{name}”"
        box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        self.move(box.x + box.width / 2, box.y + box.height / 2)

    def press(self, role, name):
        self.point_at(role, name)
        self.program.do("click", "1")
        time.sleep(0.4)

    # Eyes

    def opened(self):
        """An image is there."""
        self.program.look_again()
        screen.wait_until(lambda: any("loading" not in (node.description or "") and node.name.startswith("image ")
                                      for node in self.program.viewports()), 60, "an image")
        time.sleep(0.5)

    def still(self, seconds):
        """What changes has changed, or so much time is over; a caption is shown meanwhile."""
        end, before = time.time() + seconds, None
        while time.time() < end:
            now = self.program.look()
            if before is not None and (now == before).all():
                break
            before = now
            time.sleep(0.5)


# --- A department ---

def run(*arguments, **more):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def make_home(folder):
    """Made once, kept for the next time."""
    if os.path.exists(os.path.join(folder, "done")):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "site.conf"), "w", encoding="utf-8") as file:
        file.write("[dicom]\nport=auto\n")
    run("demo", "--home", folder)
    run("import", "--home", folder, os.path.join(folder, "demo"))
    screen.end_agents(folder)
    screen.wait_until(lambda: not screen.agents_of(folder), what="the end of the agent")
    with open(os.path.join(folder, "done"), "w", encoding="utf-8"):
        pass


def write_settings(home, panes):
    """Which panes are open."""
    values = ", ".join(f"'{name}': <({str(is_open).lower()}, 320, false, 360, 720, false, false, '')>"
                       for name, is_open in {"quality": False, **panes}.items())
    with open(os.path.join(home, "settings.ini"), "w", encoding="utf-8") as file:
        file.write(f"[Negatoscope]\npanes={{{values}}}\n")


# --- A video ---

def load(topic):
    spec = importlib.util.spec_from_file_location(topic.replace("-", "_"), os.path.join(SCRIPTS, topic + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timestamp(seconds):
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 3600000:02}:{milliseconds // 60000 % 60:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def write_vtt(path, cues):
    with open(path, "w", encoding="utf-8") as file:
        file.write("WEBVTT\n")
        for start, end, text in cues:
            file.write(f"\n{timestamp(start)} --> {timestamp(end)}\n{text}\n")


def write_words(folder, scene, length):
    for language in LANGUAGES:
        write_vtt(os.path.join(folder, f"captions.{language}.vtt"),
                  [(start, min(end, length), texts[language]) for start, end, texts in scene.cues])
        ends = [start for start, _ in scene.chapters[1:]] + [length]
        write_vtt(os.path.join(folder, f"chapters.{language}.vtt"),
                  [(start, end, texts[language]) for (start, texts), end in zip(scene.chapters, ends)])


def cut(draft, path):
    done = subprocess.run([os.path.join(BUILD, "tests", "unit", "media", "cut-film"), os.path.join(draft, "take.webm"), path,
                           str(BYTES_MAX)], capture_output=True, text=True,
                          env=dict(os.environ, NEGATOSCOPE_TAKE=os.path.join(BUILD, "src", "media", "neg-take.so")))
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1000


def record(home, script):
    paths = [os.path.join(home, "demo", script.PATIENT)] if hasattr(script, "PATIENT") else []
    environment = {"NEGATOSCOPE_AGENT": None, "GSETTINGS_BACKEND": None}
    with screen.Program("--home", home, *paths, environment=environment) as program:
        scene = Scene(program, home)
        if paths:
            scene.opened()
        else:
            program.wait_find("list item")
        program.settled(60, whole=True)
        if hasattr(script, "prepare"):
            script.prepare(scene)
        scene.start()
        script.play(scene)
        return scene, scene.stop()


def make(topic, home):
    script = load(topic)
    folder = os.path.join(OUTPUT, topic)
    shutil.rmtree(os.path.join(home, "data", "drafts"), ignore_errors=True)
    write_settings(home, script.PANES)
    try:
        scene, draft = record(home, script)
    finally:
        screen.end_agents(home)
    os.makedirs(folder, exist_ok=True)
    film = os.path.join(home, "video.webm")
    length = cut(draft, film)
    print(f"{topic}: {length:.1f} s, {os.path.getsize(film)} bytes", file=sys.stderr, flush=True)
    assert SECONDS[0] <= length <= SECONDS[1], f"{topic} takes {length} s"
    shutil.copyfile(film, os.path.join(folder, "video.webm"))
    write_words(folder, scene, length)
    pictures.make(folder, script.PICTURES)


def main():
    only_pictures = "--pictures" in sys.argv[1:]
    topics = [name for name in sys.argv[1:] if name != "--pictures"]
    topics = topics or sorted(name[:-3] for name in os.listdir(SCRIPTS) if name.endswith(".py"))
    if only_pictures:
        for topic in topics:
            pictures.make(os.path.join(OUTPUT, topic), load(topic).PICTURES)
        return
    screen.with_session_bus()
    department = os.path.join(BUILD, "videos-home")
    display = screen.Display()
    try:
        make_home(department)
        for topic in topics:
            with tempfile.TemporaryDirectory() as folder:
                home = shutil.copytree(department, os.path.join(folder, "home"), symlinks=True)
                make(topic, home)
    finally:
        display.stop()


if __name__ == "__main__":
    main()
