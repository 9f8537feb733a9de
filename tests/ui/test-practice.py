#!/usr/bin/python3
"""Practice: a window on the demo department in a home of its own, exercises done by the keyboard, one that is done wrongly and not
taken, hints, and what counts in the person's own home."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import types

import screen

MAKING_S = 400
NODULE_MM = (-88, 14, 32)  # src/demo/neg-demo-phantom.h
OPEN = "Show the newest CT"
FIRST = ("A window for lung, not done yet", "A window for lung, done 1 time", "Show a hint", "Next exercise", "From the beginning")


class Practice(screen.Program):
    def find_window(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the program ended ({self.process.returncode}): {self.output()}")
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Negatoscope: practice$"], capture_output=True)
        return found.stdout.split()[-1].decode() if found.stdout.split() else None


def press(program, name):
    """A button of the page: a key goes to the page, Tab to the button."""
    program.wait_find("push button", name)
    program.do("windowfocus", program.window)
    for _ in range(3):
        program.key("ctrl+shift+e")
        if screen.comes(lambda: program.focused_name() in FIRST, 10):
            break
    for _ in range(20):
        if program.focused_name().startswith(name):
            program.key("Return")
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 5)
    raise AssertionError(f"Tab does not reach “{name}”; it is on “{program.focused_name()}”")


def to_images(program):
    program.key("Escape")
    program.wait_focus("image ")


def to_images_of(program):
    """Out of the planes again."""
    program.key("Escape")
    program.key("m")
    program.wait_focus("image ")


def begin(program, title):
    press(program, title)
    program.wait_name("Now: ")


def leave(program):
    press(program, "Other exercises")
    program.wait_find("push button", "A window for lung")


def made(program):
    program.wait_find("push button", "A window for lung, not done yet", MAKING_S)
    assert len([name for name in program.names() if name.endswith(", not done yet")]) >= 8


def opened(program):
    """The study comes from the reading list; the step is marked when its series is there."""
    begin(program, "A window for lung")
    program.wait_name("Now: " + OPEN)
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.do("type", "DEMO-26-0101")
    screen.wait_until(lambda: len([name for name in program.names() if "Beispiel" in name and "CT chest" in name]) >= 1, 60, "its row")
    program.key("Down")
    screen.wait_until(lambda: "Beispiel" in program.focused_name(), 60, "the focus on its row")
    program.key("Return")
    program.wait_name("Done: " + OPEN)
    to_images(program)


def window(program):
    for key in ["Right"] * 4 + ["Left"] * 8:  # any series may have come first
        if screen.comes(lambda: any("of 224" in name for name in program.names("image ")), 2):
            break
        program.key(key)
    program.wait_name("image 1 of 224")
    to_images(program)
    program.wait_name("Now: Give it a window for lung")
    program.key("2")
    program.wait_text("Done in ")
    program.wait_name("Done: Give it a window for lung")
    leave(program)
    program.wait_name("A window for lung, done 1 time")


def practise(program):
    """The button on the page of a topic, by Tab from its video."""
    program.wait_focus("Video")
    for _ in range(12):
        if program.focused_name() == "Practise":
            break
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 5)
    assert program.focused_name() == "Practise", program.focused_name()
    program.key("Return")


def topic_here(program):
    """Of the tool in hand: the first exercise of its topic that is not done yet."""
    program.key("F1")
    practise(program)
    program.wait_text("To an image")
    program.wait_name("Now: Scroll to the nodule")
    program.wait_focus("Show a hint")
    leave(program)


def turn(program):
    begin(program, "Invert, mirror, and back")
    to_images(program)
    for key, done in (("i", "Exchange black"), ("h", "Exchange left"), ("shift+r", "Bring everything")):
        program.key(key)
        program.wait_name("Done: " + done)
    program.wait_text("Done in ")
    leave(program)


def layout(program):
    begin(program, "Four viewports")
    to_images(program)
    for key, done in (("ctrl+4", "Show four"), ("y", "Let them scroll"), ("j", "Show the reference"), ("ctrl+1", "Go back to one")):
        program.key(key)
        program.wait_name("Done: " + done)
    program.wait_text("Done in ")
    to_images(program)
    program.key("y", "j")
    leave(program)


def drag_length(program, middle, long_mm):
    """From edge to edge of what lies at @middle, parts of the picture's side; 379 mm of the patient are in it."""
    x, y, width, height = program.viewport_box()
    side = min(width, height)
    left, top = x + (width - side) / 2, y + (height - side) / 2
    part = long_mm / (512 * 0.74)
    program.drag(1, left + (middle[0] - part / 2) * side, top + middle[1] * side, part * side, 0)


def to_nodule(program):
    program.key("End")
    program.wait_name("image 224 of 224")
    program.key(*["Page_Up"] * 5, *["Up"] * 7)
    program.wait_name("image 167 of 224")


def scroll(program):
    """By keys; that it is the image is seen only when one is there."""
    begin(program, "To an image")
    to_images(program)
    program.wait_name("Now: Scroll to the nodule")
    to_nodule(program)
    program.wait_name("Done: Scroll to the nodule")
    program.wait_text("Done in ")
    leave(program)


def measure(program):
    """A length that is not on the nodule is not taken, and said to be none; one through it is."""
    begin(program, "Measure the nodule")
    to_images(program)
    to_nodule(program)
    program.wait_name("Done: Scroll to the nodule")
    program.key("f", "l", "Insert")
    program.wait_text("This length is not on the nodule")
    program.wait_name("Now: Measure the largest diameter")
    assert not program.names("Done: Measure")
    program.key("Delete")
    screen.wait_until(lambda: not any("not on the nodule" in text for text in program.texts()), 60, "no remark")
    program.key("l")
    drag_length(program, (0.2676, 0.5205), 45)
    program.wait_text("This is not its largest diameter")
    program.key("Delete")
    screen.wait_until(lambda: not any("largest diameter. Take" in text for text in program.texts()), 60, "no remark")
    program.key("l")
    drag_length(program, (0.2676, 0.5205), 18)
    program.wait_text("Done in ")
    leave(program)


def key_image(program):
    begin(program, "A key image, saved")
    to_images(program)
    program.wait_name("Done: Scroll to the nodule")
    program.key("k")
    program.wait_name("Done: Mark this image")
    program.key("ctrl+s")
    program.wait_name("Done: Save it", 120)
    program.wait_text("Done in ")
    leave(program)


def prior(program):
    begin(program, "Find and compare")
    to_images(program)
    to_nodule(program)
    program.key("shift+c")
    program.wait_name("Done: Show the CT of the year before", 120)
    program.key("Tab")
    program.wait_focus("of 64")
    program.key("End")
    program.wait_name("image 64 of 64")
    program.key(*["Up"] * 16)
    program.wait_name("image 48 of 64")
    program.wait_text("Done in ")
    program.key("ctrl+1")
    leave(program)


def claim(program):
    """What was opened is claimed: released first, then claimed and released."""
    begin(program, "Claim a study")
    program.wait_name("Now: Nothing is claimed")
    program.key("F9")
    screen.wait_until(lambda: "Beispiel" in program.focused_name(), 60, "the focus on its row")
    for key, done in (("shift+c", "Nothing is claimed"), ("c", "Claim a study"), ("shift+c", "Release it")):
        program.key(key)
        program.wait_name("Done: " + done)
    program.wait_text("Done in ")
    leave(program)


def hints(program):
    """One that is asked for, one that comes after half a minute."""
    begin(program, "Three planes")
    program.wait_name("Now: Show the planes")
    assert not any("thin slices" in text for text in program.texts())
    press(program, "Show a hint")
    program.wait_text("thin slices")
    to_images(program)
    program.key("m")
    program.wait_name("Done: Show the planes", 120)
    program.wait_no_name("thin slices")
    program.wait_text("Scroll the axial plane", 120)
    leave(program)
    to_images_of(program)


def mm_of(program, plane):
    """Where it is, to the side of L, P, H."""
    found = re.search(r"([\d.]+) mm ([RLAPFH])", program.wait_find("image", plane).name)
    return float(found[1]) * (-1 if found[2] in "RAF" else 1) if found else 0.0


def click_in(program, plane, x, y):
    """Pixels from its middle. Two clicks are far enough apart to be no double click."""
    import pyatspi
    box = program.wait_find("image", plane).queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    program.point(box.x + box.width / 2 + x, box.y + box.height / 2 + y)
    program.do("click", "1")
    time.sleep(0.7)


def where(program, x, y):
    """What a click in the axial plane with the crosshair says: to the left, to the back."""
    click_in(program, "Axial, ", x, y)
    program.settled(whole=True)
    return mm_of(program, "Sagittal, "), mm_of(program, "Coronal, ")


def planes(program):
    """The point of the crosshair is put into the nodule by keys and clicks; how many pixels a millimetre has say two clicks."""
    begin(program, "Three planes")
    program.wait_name("Now: Show the planes")
    to_images(program)
    program.key("m")
    program.wait_name("Done: Show the planes", 120)
    program.wait_name("Now: Put the point")
    program.look_again()
    program.wait_focus("Axial, ")
    for _ in range(200):
        away_mm = NODULE_MM[2] - mm_of(program, "Axial, ")
        if abs(away_mm) < 1:
            break
        program.key("Down" if away_mm > 0 else "Up")
    assert abs(NODULE_MM[2] - mm_of(program, "Axial, ")) < 1, mm_of(program, "Axial, ")
    program.key("x")
    left, back = where(program, 0, 0)
    further_left, further_back = where(program, 40, 40)
    assert further_left > left and further_back > back, (left, back, further_left, further_back)
    program.wait_name("Now: Put the point")
    where(program, 40 * (NODULE_MM[0] - left) / (further_left - left), 40 * (NODULE_MM[1] - back) / (further_back - back))
    program.wait_text("Done in ")
    leave(program)
    program.key("Escape")
    to_images_of(program)


def counts(program, home):
    """In the person's own home, and nothing else has come there."""
    program.close()
    screen.wait_until(lambda: not screen.agents_of(program.arguments[2]), 60, "the end of its agent")
    report = subprocess.run([screen.negtest.PROGRAM, "training", "report", "--mine", "--json", "--home", home], check=True,
                            capture_output=True, text=True)
    practices = {line["exercise"]: line for line in json.loads(report.stdout)["practices"]}
    done = {name for name, line in practices.items() if line["done"] == 1}
    assert done == {"practice-window", "practice-scroll", "practice-turn", "practice-layout", "practice-measure", "practice-key-image",
                    "practice-planes", "practice-prior", "practice-claim"}, practices
    assert practices["practice-planes"]["tried"] == 2, practices
    assert os.listdir(home) == ["data"] and not [name for name in os.listdir(os.path.join(home, "data"))
                                                 if not name.startswith("reading.db")], os.listdir(os.path.join(home, "data"))


class Other(Practice):
    """The practice that another window has started."""

    def __init__(self, pid):
        self.process = types.SimpleNamespace(pid=pid, poll=lambda: None)


def find_all_started(own):
    """Processes and homes of what is practised that counts in @own."""
    started = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if "--practice-topic" in words and words[words.index("--practice") + 1] == os.path.join(own, "data"):
            started.append((int(pid), words[words.index("--home") + 1]))
    return started


def topic_elsewhere(program, own):
    """From the window of somebody's own home: another process, whose first exercise is that of the topic. All have been done."""
    program.do("windowfocus", program.window)
    program.key("ctrl+l")
    program.wait_focus("Search the topics")
    program.do("type", "measuring")
    screen.wait_until(lambda: len(program.names("Measuring. ")) == 1, what="the row of its topic")
    program.key("Return")
    practise(program)
    pid, home = screen.wait_until(lambda: find_all_started(own), what="a practice of its own")[0]
    try:
        other = Other(pid)
        other.wait_name("Measure the nodule", MAKING_S)
        other.wait_name("Now: Show the newest CT", MAKING_S)
        other.wait_focus("Show a hint")
        other.window = other.find_window()
        leave(other)
        # Asked again: the same process, from the beginning.
        program.do("windowfocus", program.window)
        program.wait_focus("Practise")
        program.key("Return")
        other.wait_name("Now: Show the newest CT")
        screen.wait_until(lambda: find_all_started(own) == [(pid, home)], 30, "one practice alone")
    finally:
        os.kill(pid, signal.SIGTERM)
        screen.end_agents(home)
        screen.comes(lambda: not screen.agents_of(home), 10)
    program.do("windowfocus", program.window)


def reaches_site(program, own, site):
    """The agent takes it to the site's folder; the record of everybody who has learned shows it."""
    import getpass
    program.key("F1")
    path = os.path.join(site, "progress", getpass.getuser() + ".jsonl")
    screen.wait_until(lambda: os.path.exists(path) and len(open(path, encoding="utf-8").readlines()) >= 5, 180, "lines at the site")
    assert not any(word in open(path, encoding="utf-8").read() for word in ("Beispiel", "DEMO-0001", "DEMO-26"))
    program.key("ctrl+shift+l")
    program.wait_text("My training")
    program.wait_text("practised, done 1 time")
    program.wait_text("What is required")
    report = subprocess.run([screen.negtest.PROGRAM, "training", "report", "--json", "--home", own], check=True, capture_output=True,
                            text=True)
    assert json.loads(report.stdout)["doubled"] == 0, report.stdout


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as own:
        try:
            with Practice("--home", home, "--practice", os.path.join(own, "data"), environment={"NEGATOSCOPE_AGENT": None}) as program:
                tap.run("the demo department is made, and there are exercises", made, program)
                tap.run("the study is opened from the reading list", opened, program)
                tap.run("a window for lung", window, program)
                tap.run("the exercise of a topic", topic_here, program)
                tap.run("inverted, mirrored, and back", turn, program)
                tap.run("four viewports", layout, program)
                tap.run("scrolled to an image", scroll, program)
                tap.run("the nodule is measured, and nothing else", measure, program)
                tap.run("a key image, saved", key_image, program)
                tap.run("hints", hints, program)
                tap.run("three planes through one point", planes, program)
                tap.run("the prior, with the nodule in both", prior, program)
                tap.run("claimed and released", claim, program)
                tap.run("what was done counts at home", counts, program, own)
            with tempfile.TemporaryDirectory() as site:
                with open(os.path.join(own, "site.conf"), "w", encoding="utf-8") as file:
                    file.write(f"[dicom]\nport=0\n[library]\nfolder={site}\n[training]\nrequired.radiologist=mpr by 2026-12-15\n")
                with screen.Program("--home", own, environment={"NEGATOSCOPE_AGENT": None}) as program:
                    tap.run("it reaches the site, and the report", reaches_site, program, own, site)
                    tap.run("the exercise of a topic, from another window", topic_elsewhere, program, own)
                screen.end_agents(own)
        finally:
            screen.end_agents(home)
            screen.end_agents(own)
            display.stop()
    tap.done()


if __name__ == "__main__":
    main()
