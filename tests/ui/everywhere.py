"""Every page and every window of the program by its keys, and which command opens which of them: the program's own table of commands
is held against the lists here, so that what is new is visited, too."""

import os
import re
import time

import screen
from unlikely import ANNOTATION, SECONDS, heard, shows, wait_shows

TABLE = os.path.join(screen.negtest.SOURCE, "src", "ui", "neg-command-table.c")

# A window of its own each: what its title says.
WINDOWS = {"worklist.settle": "^To settle$", "worklist.transfers": "^Transfers$", "worklist.cache": "^Cache$",
           "app.preferences": "^Preferences$", "app.reject-report": "^Rejected images$", "app.shortcuts": "^Keys and Mouse$",
           "app.display": "^Display$", "app.test-pattern": "^Test pattern$", "app.frame-times": "^Times of frames$",
           "support.feedback": "^Feedback$", "support.ask": "^Ask for Help$", "support.news": "^News$",
           "practice.training": "^Training$", "file.tags": "^Tags$", "file.open": "^Open Files$", "file.open-folder": "^Open a Folder$"}
CHOOSERS = ("file.open", "file.open-folder")  # show what is on the disk, whatever that is called

# Those that open no page: they change what is there, or go from one page to another.
ELSEWHERE = set("""
image.next image.previous image.page-next image.page-previous image.first image.last cine.faster cine.slower view.preset
view.auto-window view.window view.invert view.fit view.true-pixels view.true-size view.zoom-in view.zoom-out view.pan
view.flip-horizontal view.flip-vertical view.rotate-left view.rotate-right view.reset view.undo view.redo tool.window tool.scroll
tool.pan tool.zoom tool.magnifier tool.crosshair tool.none tool.length tool.angle tool.cobb tool.ellipse tool.rectangle tool.freehand
tool.probe annotation.remove state.save series.previous study.next study.previous patient.next patient.previous
worklist.next-unread worklist.finish list.open list.retrieve list.claim list.release list.ask volume.slab volume.projection
volume.turn volume.tilt layout.next-page layout.previous-page viewport.next viewport.previous view.synchronize view.lines
view.captions pane.next pane.previous window.fullscreen file.cancel file.close privacy.invent record.toggle record.pause
""".split())

# boxes() and refused(); practice is another program with a home of its own.
OTHERS = {"privacy.cover", "file.export", "file.copy", "practice.open"}


def read_table():
    """{command: its first key, as xdotool calls it}"""
    with open(TABLE, encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r'^  \{ "([^"(]+)[^"]*", N_ \("[^"]*"\), (?:N_ \("[^"]*"\)|NULL),\s+"([^"]*)"', text, re.MULTILINE)
    assert len(found) == len(re.findall(r'^  \{ "', text, re.MULTILINE)) > 100, "the table of commands has another form"
    keys = {}
    for command, accelerators in found:
        first = (accelerators.split() or [""])[0]
        words = [word.lower().replace("control", "ctrl") for word in re.findall(r"<(\w+)>", first)]
        keys.setdefault(command, "+".join([*words, re.sub(r"<\w+>", "", first)]))
    return keys


# X servers have other use for this one.
OTHER_KEYS = {"app.frame-times": ("<Control><Alt>t", "ctrl+alt+t")}
KEYS = {**read_table(), **{command: key for command, (_, key) in OTHER_KEYS.items()}}


def choose_keys(folder):
    """What a person would set in the preferences of the home @folder."""
    chosen = ", ".join(f"'{command}': ['{accelerator}']" for command, (accelerator, _) in OTHER_KEYS.items())
    with open(os.path.join(folder, "settings.ini"), "w", encoding="utf-8") as file:
        file.write(f"[Negatoscope]\nkeys={{{chosen}}}\n")


def press(program, *commands):
    program.key(*[KEYS[command] for command in commands])


def home(program):
    """The keys belong to the image."""
    program.do("windowfocus", program.window)
    program.key("Escape", "Escape")


def look(seconds=0.4):
    """As long as somebody would, at least: each page is in a picture of the film."""
    time.sleep(seconds)


# --- pages of the main window ---

def reading_list(program):
    press(program, "worklist.show")
    look()
    press(program, "list.details")
    screen.wait_until(lambda: shows(program, "sent by"), SECONDS, "details of the row")
    look()
    press(program, "list.details")
    press(program, "worklist.search")
    program.do("type", "--delay", "20", "Quorzam")
    look()
    program.key("ctrl+a", "BackSpace")
    home(program)


def patient(program):
    press(program, "pane.patient")
    look()
    press(program, "pane.patient")
    look()


def context(program):
    """Each of its pages."""
    press(program, "pane.context")
    if not screen.comes(lambda: tabs(program), 3):
        press(program, "pane.context")
    for tab in screen.wait_until(lambda: tabs(program), SECONDS, "the pages of the pane"):
        program.click(tab)
        look()
    home(program)


def tabs(program):
    return [node for node in program.walk() if program.role_and_name(node)[0] == "page tab" and program.role_and_name(node)[1]]


def report(program):
    press(program, "pane.report")
    wait_shows(program, "Invented text")
    look()
    home(program)


def desk(program):
    press(program, "quality.show")
    screen.wait_until(lambda: any("not released" in text for text in heard(program)), SECONDS, "a row of the desk")
    press(program, "quality.page")
    program.wait_find("list", "Findings", SECONDS)
    look()
    for command in ("quality.match", "quality.correct", "quality.reject", "quality.release"):
        press(program, command)
        look(0.8)
        program.key("Escape")
    home(program)
    press(program, "quality.show")
    home(program)


def measuring(program):
    home(program)
    press(program, "tool.arrow", "annotation.place")
    program.do("type", "--delay", "20", ANNOTATION)
    look()
    program.key("Return")
    look()
    press(program, "state.key-image")
    look()
    home(program)


def planes(program):
    press(program, "volume.show")
    program.wait_find("image", "Axial", SECONDS)
    look(0.6)
    press(program, "volume.fourth")
    look()
    press(program, "volume.page")
    look()
    home(program)
    press(program, "volume.fuse")
    look()
    press(program, "volume.show")
    home(program)


def learning(program):
    press(program, "learn.show")
    look()
    press(program, "learn.topics")
    program.wait_focus("Search the topics")
    look()
    home(program)


def demos(program):
    press(program, "record.page")
    program.wait_text("Drafts")
    look()
    home(program)


def viewports(program):
    press(program, "layout.choose")
    look()
    program.key("Escape")
    program.key("ctrl+2")
    look()
    press(program, "view.maximize")
    look()
    press(program, "view.maximize")
    program.key("ctrl+1")
    press(program, "worklist.compare")
    look()
    home(program)


def menus(program):
    for key in ("shift+F10", "F10"):
        program.key(key)
        look()
        program.key("Escape")
    home(program)


def letters(program):
    """In pixels: covered."""
    press(program, "series.next")
    program.look_again()
    program.wait_says("covered")
    look()
    press(program, "view.cine")
    look()
    press(program, "view.cine")
    home(program)
    press(program, "series.previous")
    program.look_again()


# A page of the main window each: who goes there, by which commands.
PAGES = {reading_list: ["worklist.show", "list.details", "worklist.search"],
         patient: ["pane.patient"], report: ["pane.report"],
         measuring: ["tool.arrow", "annotation.place", "state.key-image"], context: ["pane.context"],
         letters: ["series.next", "view.cine"],
         planes: ["volume.show", "volume.fourth", "volume.page", "volume.fuse"],
         viewports: ["layout.choose", "layout.grid", "view.maximize", "worklist.compare"], menus: [],
         learning: ["learn.show", "learn.topics"], demos: ["record.page"],
         desk: ["quality.show", "quality.page", "quality.match", "quality.correct", "quality.reject", "quality.release"]}
IMPORTANT = [reading_list, report, context, letters, planes, menus]


def check_lists():
    """Each command of the table is in one of the lists, and nothing else is."""
    lists = [set(WINDOWS), ELSEWHERE, OTHERS, {command for commands in PAGES.values() for command in commands}]
    twice = {command for number, one in enumerate(lists) for other in lists[number + 1:] for command in one & other}
    assert not twice, f"in two lists: {twice}"
    known = set.union(*lists)
    assert known == set(KEYS), f"new commands, or none any more: {sorted(known ^ set(KEYS))}"


# --- windows ---

def windows(program, check, commands=tuple(WINDOWS)):
    """@check (program, where) while each of them is there."""
    for command in commands:
        title = WINDOWS[command]
        home(program)
        press(program, command)
        assert screen.comes(lambda: program.windows(title), 15), f"no window {title}"  # noqa: B023
        program.enter_window(title)
        screen.comes(lambda: len(heard(program)) > 5, 5)
        if command not in CHOOSERS:
            check(program, title)
        program.key("Escape")
        if not screen.comes(lambda: not program.windows(title), 2):  # noqa: B023
            program.enter_window(title)
            program.key("ctrl+w")
        program.back(title)


def detached(program, check):
    """Panes in windows of their own, one after the other, and back."""
    button = "As a window of its own"
    for label in [name for name in program.names() if name.endswith(button)]:
        program.wait_name(label).queryAction().doAction(0)
        title = f"^Negatoscope – {label.split(':')[0]}$"
        program.enter_window(title)
        look()
        check(program, title)
        program.wait_find("push button", "Back into the main window").queryAction().doAction(0)
        program.back(title)
    home(program)


def hints(program, check):
    """What comes up where the pointer rests; each is a window of its own for X."""
    fewest, most = 100, 0
    for role in ("list item", "label", "image", "push button"):
        for node in [node for node in program.walk() if program.role_and_name(node)[0] == role and len(program.role_and_name(node)[1]) > 5][:3]:
            place = node.queryComponent().getExtents(0)
            program.point(place.x + min(place.width, 60) / 2 + 8, place.y + place.height / 2)
            look(0.9)
            n = len(program.windows(""))
            fewest, most = min(fewest, n), max(most, n)
            check(program, f"pointing at a {role}")
    assert most > fewest, "nothing came up anywhere"
    home(program)


def refused(program):
    """Nothing leaves meanwhile."""
    press(program, "file.copy")
    program.wait_text("Not while invented people are shown", SECONDS)
    press(program, "file.export")
    look()
    assert not program.windows("^Export$")
    home(program)


def boxes(program):
    """A window of its own, in which the letters can be read: whoever covers them sees them."""
    press(program, "series.next")
    program.look_again()
    program.wait_says("covered")
    press(program, "privacy.cover")
    program.enter_window("^What is covered$")
    program.wait_find("image", "Image 1 of 2, 0 boxes", SECONDS)
    look(1.5)
    program.key("Escape")
    program.back("^What is covered$")
    home(program)
    press(program, "series.previous")
    program.look_again()
