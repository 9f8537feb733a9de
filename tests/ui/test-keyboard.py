#!/usr/bin/python3
"""Twenty studies of the corpus, and the demo, are opened, read and closed by the keyboard alone: no point here touches
the mouse. One of them with all that the window can do, the others with what every study is read with."""

import os
import re
import subprocess
import sys
import tempfile
import time

import screen

CORPUS = screen.negtest.CORPUS
STUDIES = ("series/ct-head-philips-1mm", "series", "dicomdir/pydicom-set", "modality/cr_rg3-jpegls.dcm",
           "modality/mg_pixelspacing.dcm", "modality/mr_enhanced_emri-10frame.dcm",
           "modality/mr_enhanced_siemens-phantom-25frame.dcm", "modality/nm_whole-body-nm1-jpegll.dcm",
           "modality/pt_acrin-flt-029.dcm", "modality/us_cine-140frame-ybr422-jpeg.dcm", "modality/xa_1024-10bit-rle.dcm",
           "modality/xa_8frame-jpegll.dcm", "photometric/mono1_16-10_cr-chest.dcm", "photometric/mono1_8_dx-dog.dcm",
           "photometric/mono2_8_ct-abdo.dcm", "photometric/mono2_linear-voi_ct-brain.dcm",
           "photometric/mono2_16-14-signed.dcm", "photometric/palette8_us-10frame-rle.dcm", "photometric/rgb_us.dcm",
           "photometric/voilut-sequence.dcm")
N_DEMO = 3


def said(program):
    """(image number, number of images)"""
    match = re.match(r"image (\d+) of (\d+)", program.says())
    return (int(match.group(1)), int(match.group(2))) if match else None


def changes(program, *keys):
    """The keys do something to the picture."""
    before = program.settled()
    program.key(*keys)
    screen.wait_until(lambda: (program.picture() != before).any(), 5, f"another picture after {keys}")
    return program.settled()


# --- Opening and closing

def choose(program, keys, title, path):
    """The file chooser, its place typed."""
    program.key(keys)
    program.enter_window(title)
    time.sleep(0.5)
    program.key("ctrl+l")
    time.sleep(0.3)
    program.key("ctrl+a")
    program.do("type", "--delay", "10", path)
    time.sleep(0.4)
    program.key("Return")
    if not screen.comes(lambda: not program.windows(title), 3):
        program.key("Return")
    program.back(title)


def open_by_keys(program, path):
    if os.path.isdir(path):
        choose(program, "ctrl+shift+o", "Open a Folder", path)
    else:
        choose(program, "ctrl+o", "Open Files", path)
    program.look_again()
    program.wait_says("image 1 of", 30)
    program.wait_text(" series, ", 30)
    screen.wait_until(lambda: "loading" not in program.says(), 30, "the first image")


def closes(program):
    program.key("ctrl+w")
    program.wait_text("No images are open")
    program.wait_text("Drop a folder, a DICOMDIR, a ZIP or DICOM files here")
    program.wait_focus("Open a Folder")
    assert not program.viewports(), "a viewport of nothing"
    assert not any("born" in text for text in program.texts()), "somebody is still in the header"


# --- What every study is read with

def scrolls(program):
    number, n = said(program)
    first = program.settled()
    program.key("End")
    program.wait_says(f"image {n} of {n}")
    screen.wait_until(lambda: "loading" not in program.says(), 20, "the last image")
    program.key("Home")
    program.wait_says(f"image 1 of {n}")
    screen.wait_until(lambda: (program.picture() == first).all(), 10, "the first image as it was")
    return first


def windows(program):
    """Only where there is one: colour has none."""
    match = re.search(r"C -?[\d.]+ W [\d.e+]+", program.says())
    if not match:
        return False
    changes(program, "ctrl+Right", "ctrl+Right")
    screen.wait_until(lambda: match.group(0) not in program.says(), 5, "another window is said")
    program.key("0")
    program.wait_says(match.group(0))
    return True


def turns(program):
    start = program.settled()
    changes(program, "bracketright")
    program.key("bracketleft", "h")
    program.wait_says("MIRRORED")
    program.key("h")
    screen.wait_until(lambda: (program.picture() == start).all(), 5, "as it was before turning")
    changes(program, "plus", "plus")
    program.key("f")
    screen.wait_until(lambda: (program.picture() == start).all(), 5, "the whole image again")


def inverts(program):
    start = program.settled()
    changes(program, "i")
    program.wait_says("INVERTED")
    program.key("i")
    screen.wait_until(lambda: (program.picture() == start).all(), 5, "as it was before")


def steps_through_series(program):
    title = program.says().split(" | ")[0].split(", ", 1)[1]
    program.key("Right")
    time.sleep(0.3)
    if title not in program.says():
        screen.wait_until(lambda: "loading" not in program.says(), 30, "the next series")
        program.key("Left")
        program.wait_says(title)
    else:
        program.wait_text("the patient's last series")


def reads(program):
    """What nobody has touched is as the file says, so are the same pixels after all that was done with it."""
    start = program.settled()
    program.key("shift+r")
    time.sleep(0.3)
    first = scrolls(program)
    assert (first == start).all(), f"an untouched view was not as the file says: {abs(first - start).max()}"
    assert first.std() > 1, "nothing is to be seen"
    if windows(program):
        inverts(program)
    turns(program)
    program.key("shift+r")
    screen.wait_until(lambda: (program.picture() == first).all(), 5,
                      f"everything as the file says ({program.says()}; {abs(program.picture() - first).max()})")
    steps_through_series(program)


def one_study(program, path):
    open_by_keys(program, path)
    reads(program)
    closes(program)


# --- What one study is read with: a CT of the demo, with a prior

def presets(program):
    heard = set()
    for key in "123456789":
        program.key(key)
        time.sleep(0.15)
        match = re.search(r"C -?[\d.]+ W [\d.]+", program.says())
        heard.add(match.group(0))
    assert len(heard) == 9 and "C 600 W 4000" in heard, heard
    program.key("0")
    screen.wait_until(lambda: "(" in program.says().split("|")[1], 5, "the file's own window by its name")


def window_alternatives(program):
    for there, back in (("ctrl+Right", "ctrl+Left"), ("ctrl+Up", "ctrl+Down")):
        program.settled()
        start = program.middle()
        changes(program, there)
        assert abs(program.middle() - start).mean() > 1, f"{there} does nothing to the pixels"
        program.key(back)
        screen.wait_until(lambda begun=start: abs(program.middle() - begun).max() <= 1, 5, f"{back} undoes {there}")
    changes(program, "shift+w")
    program.key("0")


def moves(program):
    program.key("plus", "plus", "plus")
    time.sleep(0.3)
    start = program.settled()
    for there, back in (("alt+Left", "alt+Right"), ("alt+Up", "alt+Down")):
        changes(program, there)
        program.key(back)
        screen.wait_until(lambda begun=start: (program.picture() == begun).all(), 5, f"{back} undoes {there}")
    program.key("minus")
    screen.wait_until(lambda: (program.picture() != start).any(), 5, "smaller")
    for key in ("g", "shift+g", "f"):
        program.key(key)
    program.settled()


def letters(program):
    steps = (("h", "left L, right R, top A, bottom P"), ("v", "left L, right R, top P, bottom A"),
             ("bracketright", "left A, right P, top L, bottom R"), ("bracketleft", "left L, right R, top P, bottom A"),
             ("shift+r", "left R, right L, top A, bottom P"))
    for key, sides in steps:
        program.key(key)
        program.wait_says(sides)


def undoes(program):
    start = program.settled()
    program.key("3")
    program.wait_says("C 400 W 1800")
    program.key("bracketright")
    program.wait_says("top R")
    changed = program.settled()
    program.key("ctrl+z", "ctrl+z")
    program.wait_says("top A")
    screen.wait_until(lambda: (program.picture() == start).all(), 5, "undone")
    program.key("ctrl+shift+z", "ctrl+y")
    program.wait_says("top R")
    screen.wait_until(lambda: (program.picture() == changed).all(), 5, "done again")
    program.key("ctrl+z", "ctrl+z")
    program.wait_says("top A")


def captions(program):
    everything = program.settled()
    some = changes(program, "o")
    none = changes(program, "o")
    count = lambda picture: int((picture.max(axis=2) > 190).sum())
    assert count(everything) > count(some) > count(none), [count(each) for each in (everything, some, none)]
    program.key("o")
    screen.wait_until(lambda: (program.picture() == everything).all(), 5, "all texts again")


def cine(program):
    program.key("Home", "c")
    seen = set()
    screen.wait_until(lambda: seen.add(said(program)[0]) or len(seen) > 3, 10, "it plays")
    program.wait_find("push button", "Stop")
    program.key("period", "comma", "c")
    program.wait_find("push button", "Run")
    number = said(program)
    time.sleep(0.4)
    assert said(program) == number, "it goes on"
    program.key("Home")
    program.wait_says("image 1 of")


def four_viewports(program):
    program.key("ctrl+4")
    screen.wait_until(lambda: len(program.viewports()) == 4, 5, "four viewports")
    visited = []
    for _ in range(4):
        visited.append([program.has_state(node, "focused") for node in program.viewports()].index(True))
        program.key("Tab")
        time.sleep(0.3)
    assert visited == [0, 1, 2, 3], visited
    program.key("shift+Tab")
    time.sleep(0.3)
    assert program.has_state(program.viewports()[3], "focused")
    program.key("Tab")
    program.look_again()
    program.wait_says("CT 2")
    program.key("y", "j")
    screen.wait_until(lambda: program.has_state(program.find("push button", "Scroll together"), "pressed", "checked"), 5,
                      "linked")
    third = program.viewports()[2].name
    program.key("Next")
    screen.wait_until(lambda: program.viewports()[2].name != third, 5, "the other one follows")
    program.key("y", "j", "Return")
    screen.wait_until(lambda: len(program.viewports()) == 1, 5, "one alone")
    program.key("Return")
    screen.wait_until(lambda: len(program.viewports()) == 4, 5, "all of them")
    program.key("ctrl+1")
    screen.wait_until(lambda: len(program.viewports()) == 1, 5, "one viewport")
    program.look_again()
    program.key("Home")


def grid_by_arrows(program):
    program.key("ctrl+0")
    program.wait_focus("1 × 1 viewports")
    program.key("Down", "Right", "Right")
    program.wait_focus("2 × 3 viewports")
    program.key("Return")
    screen.wait_until(lambda: len(program.viewports()) == 6, 5, "six viewports")
    program.wait_focus("image ")
    program.key("ctrl+1")
    screen.wait_until(lambda: len(program.viewports()) == 1, 5, "one viewport")
    program.look_again()


def other_tops(program):
    """Where what popped up begins."""
    tops = []
    for window in program.windows("."):
        found = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], capture_output=True, text=True)
        place = dict(line.split("=") for line in found.stdout.split())
        if window != program.window and place:
            tops.append(int(place["Y"]))
    return tops


def grid_in_a_low_window(program):
    """The button is scrolled out of sight; what it opens stands beside the window nevertheless, not far from it."""
    height = 520
    program.do("windowsize", "--sync", program.window, str(program.size[0]), str(height))
    program.settled(20, whole=True)
    program.key("ctrl+0")
    program.wait_focus("1 × 1 viewports")
    tops = screen.wait_until(lambda: other_tops(program), 5, "what pops up")
    assert max(tops) < height, f"it is below the window: {tops}"
    program.key("Escape")
    program.wait_focus("image ")
    program.do("windowsize", "--sync", program.window, *map(str, program.size))
    program.settled(20, whole=True)
    program.look_again()


def patients_pane(program):
    """A series of a study is shown by arrows and Enter; the pane closes and opens."""
    program.key("F6")
    program.wait_focus("Search the reading list")
    program.key("F6")
    for _ in range(8):
        time.sleep(0.3)
        if re.match(r"[A-Z]{2} \d+: ", program.focused_name()):
            break
        program.key("Tab")
    program.key("Right")
    time.sleep(0.3)
    name = program.focused_name()
    assert re.match(r"[A-Z]{2} \d+: ", name), f"no series has the focus: {name}"
    program.key("Return")
    program.look_again()
    program.wait_says(name.split(",")[0])
    program.wait_focus("image ")
    program.key("F6")
    screen.wait_until(lambda: not program.focused_name().startswith("image "), 5, "the focus in the pane")
    program.key("Escape")
    program.wait_focus("image ")
    program.key("shift+F9")
    program.wait_no_name("Studies of this patient")
    program.key("shift+F9")
    program.wait_name("Studies of this patient")
    program.key("Escape")
    program.wait_focus("image ")


def details_pane(program):
    program.key("ctrl+F9")
    program.wait_name("Image UID: ")
    program.key("ctrl+F9")
    program.wait_no_name("Image UID: ")
    program.key("Escape")
    program.wait_focus("image ")


def other_windows(program):
    for key, title in (("ctrl+comma", "^Preferences$"), ("ctrl+question", "^Keys and Mouse$"), ("ctrl+e", "^Export$")):
        program.key(key)
        program.enter_window(title)
        time.sleep(0.4)
        program.key("Escape")
        program.back(title)
        program.wait_focus("image ")


def patients_one_after_the_other(program):
    """Every patient of the demo is read: none is skipped, none shows what is another's."""
    seen = []
    for _ in range(N_DEMO):
        program.look_again()
        header = next(text for text in program.texts() if "born" in text and " · ID " in text)
        name = re.sub(r"^(.*?) · ID ([^ ]+) .*", r"\1, ID \2", header)
        assert name not in seen, seen
        assert next(item for item in program.names(name)).endswith("shown"), name
        seen.append(name)
        program.wait_says("image 1 of")
        screen.wait_until(lambda: "loading" not in program.says(), 30, "its first image")
        reads(program)
        program.key("ctrl+shift+Next")
        time.sleep(0.5)
    program.wait_text("the last patient")
    assert len(seen) == N_DEMO, seen


POINTS = (("customary windows and the file's own", presets), ("wider, brighter, and back", window_alternatives),
          ("larger, moved, true pixels", moves), ("letters are heard after every turn", letters), ("undo and redo", undoes),
          ("texts in three levels", captions), ("cine runs and stops", cine),
          ("four viewports: around, together, alone", four_viewports), ("rows and columns by arrows", grid_by_arrows),
          ("rows and columns in a low window", grid_in_a_low_window),
          ("the patients' pane", patients_pane), ("the details", details_pane),
          ("preferences, keys, export: open and closed", other_windows))


def all_of_the_demo(tap, home):
    with screen.Program(os.path.join(home, "demo")) as program:
        program.wait_says("image 1 of", 30)
        program.wait_text(" series, ", 30)
        tap.run("the demo's patients, one after the other", patients_one_after_the_other, program)
        program.key(*["ctrl+shift+Prior"] * N_DEMO)
        program.key("Right")  # past the localizer
        program.look_again()
        program.wait_says("CT 2")
        program.wait_image("image 1 of")
        for name, function in POINTS:
            tap.run("a CT: " + name, function, program)
        tap.run("Ctrl+W leaves an empty page that says what to do", closes, program)


def corpus(tap):
    with screen.Program() as program:
        program.wait_focus("Open a Folder")
        for study in sys.argv[2:] or STUDIES:
            path = os.path.join(CORPUS, study)
            if os.path.exists(path):
                tap.run(f"{study} is opened, read and closed", one_study, program, path)
            else:
                tap.skip(f"{study} is opened, read and closed", "it is not there")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    if sys.argv[1:2] == ["corpus"]:
        corpus(tap)
    else:
        with tempfile.TemporaryDirectory() as home:
            subprocess.run([screen.negtest.PROGRAM, "demo", "--home", home, "--patients", str(N_DEMO)], check=True,
                           stdout=subprocess.DEVNULL)
            all_of_the_demo(tap, home)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
