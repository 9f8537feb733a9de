#!/usr/bin/python3
"""Keys, wheels, drags and clicks from the X server, faster than anybody, on a program that is loading: it lives, it
says nothing, and what a screen reader hears is of one patient. test-abuse-x11.py EVENTS; the seed is in
NEGATOSCOPE_ABUSE_SEED, else always the same."""

import os
import random
import subprocess
import sys

import screen

NAMES = ["Quillfeather", "Brambleworth", "Ptarmigan"]
ROUND = 250  # events for one start of the program
BATCH = 25   # events between two looks

# Not those that open a dialog of the desktop's (Ctrl+O), which nobody would close, or GTK's inspector.
KEYS = """Down Up Next Prior Home End c period comma 0 1 2 3 4 5 9 shift+w ctrl+Right ctrl+Left ctrl+Up ctrl+Down i f g
    shift+g plus minus alt+Left alt+Right alt+Up alt+Down h v bracketleft bracketright shift+r ctrl+z ctrl+y w s shift+p
    shift+z z x Escape Right Left ctrl+Next ctrl+Prior ctrl+shift+Next ctrl+shift+Prior space Tab shift+Tab Return y j o
    ctrl+1 ctrl+2 ctrl+3 ctrl+4 ctrl+6 ctrl+9 ctrl+0 F9 shift+F9 ctrl+F9 F6 shift+F6 F11 ctrl+c Menu shift+F10
    ctrl+Tab""".split()


class Hands:
    """One xdotool for all of it."""

    def __init__(self, program, rand):
        self.program, self.rand = program, rand
        self.process = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))

    def place(self):
        width, height = self.program.size
        x, y = self.rand.randrange(60, width), self.rand.randrange(60, height)
        return f"mousemove --window {self.program.window} {x} {y}"

    def event(self):
        rand = self.rand
        kind = rand.choices(["key", "wheel", "zoom", "drag", "click", "resize", "wait"], [50, 15, 3, 15, 8, 1, 8])[0]
        if kind == "key":
            self.say(*["key --delay 0 " + rand.choice(KEYS)] * rand.choice([1, 1, 1, 4]))
        elif kind == "wheel":
            self.say(self.place(), f"click --delay 0 --repeat {rand.randrange(1, 8)} {rand.choice([4, 5])}")
        elif kind == "zoom":
            self.say("keydown ctrl", f"click {rand.choice([4, 5])}", "keyup ctrl")
        elif kind == "drag":
            self.say(self.place(), f"mousedown {rand.choice([1, 1, 2, 3])}",
                     *[f"mousemove_relative -- {rand.randrange(-90, 90)} {rand.randrange(-90, 90)}"
                       for _ in range(rand.randrange(5))], "mouseup 1", "mouseup 2", "mouseup 3")
        elif kind == "click":
            self.say(self.place(), f"click --delay 0 --repeat {rand.randrange(1, 3)} {rand.choice([1, 1, 3])}")
        elif kind == "resize":
            self.say(f"windowsize {self.program.window} {rand.randrange(700, 1280)} {rand.randrange(500, 800)}")
        else:
            self.say(f"sleep {rand.random() * 0.1:.3f}")

    def rest(self):
        """Back to the window, whatever came up before it; all of what was said has been done."""
        self.say("key Escape", "key Escape", f"windowfocus {self.program.window}")
        self.process.stdin.close()
        assert self.process.wait(60) in (0, 1), self.process.returncode


def heard_names(text):
    return {name for name in NAMES if name in (text or "")}


def look(program):
    """Who is named in the header, and on images."""
    header, images = set(), set()
    for node in program.walk():
        name = node.name or ""
        if node.getRoleName() == "image" and name.startswith("image "):
            images |= heard_names(name)
        elif node.getRoleName() == "label" and " · ID T-" in name:
            header |= heard_names(name)
    return header, images


def agrees(program):
    header, images = look(program)
    return images <= header and len(header) <= 1


def abuse(folder, events, seed):
    rand, said_of, n_images = random.Random(seed), [], 0
    with screen.Program(folder) as program:
        for _ in range(0, events, BATCH):
            hands = Hands(program, rand)
            for _ in range(BATCH):
                hands.event()
            hands.rest()
            assert program.process.poll() is None, "it has ended"
            screen.wait_until(lambda: agrees(program), 20, "one patient everywhere", 0.02)
            said_of += look(program)[0]
            n_images += len(program.viewports())
        print(f"# {n_images} viewports looked at; the patients: {' '.join(said_of)}", flush=True)
        program.do("windowfocus", program.window)
        program.key("Escape", "ctrl+1", "Right")  # a viewport may have been left alone that is empty
        screen.wait_until(lambda: all(look(program)), 20, "a patient and an image")
        program.close()
        # GTK 4 itself miscounts buttons that are held while what they are on goes, and says so; it does no harm.
        said = "\n".join(line for line in program.output().splitlines()
                         if "Broken accounting of active state" not in line)
        for word in ("WARNING", "CRITICAL", "Sanitizer", "runtime error"):
            assert word not in said, said


def fill(folder):
    for patient, name in enumerate(NAMES):
        for series in (1, 2):
            folder.add_series(80, series, f"{name}^Una", f"T-{patient}", f"{patient + 1}", 64,
                              SeriesDescription=f"Ramp of {name}", StudyDescription=f"Study of {name}")


def main():
    screen.with_session_bus()
    events = int(sys.argv[1])
    seed = int(os.environ.get("NEGATOSCOPE_ABUSE_SEED", events))
    tap = screen.negtest.Tap()
    print(f"# NEGATOSCOPE_ABUSE_SEED={seed}", flush=True)
    display = screen.Display()
    try:
        with screen.Folder() as folder:
            fill(folder)
            for start in range(0, events, ROUND):
                tap.run(f"{min(ROUND, events - start)} events after a start", abuse, folder.path,
                        min(ROUND, events - start), seed + start)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
