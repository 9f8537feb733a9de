#!/usr/bin/python3
"""Invented people in place of patients: a study whose every text is a word that nobody says by chance, every page and window
looked at (all that a screen reader hears, and what OCR reads of the screen), and none of these words is there. Without
fiction they are: the test would find them. "all" as the argument walks through everything."""

import json
import os
import re
import sys
import tempfile

import screen
import unlikely
from unlikely import (ACCESSION, ANNOTATION, BURNED, ID, SECONDS, SITE, heard, read, secrets_in, shows, wait_shows)

from agents import Agent

TOGGLE = "ctrl+alt+i"
EVERYTHING = "all" in sys.argv[1:]


def assert_hidden(program, where, ocr=False):
    for text in heard(program):
        assert not secrets_in(text), f"{where}: {secrets_in(text)} in “{text}”"
    if ocr or EVERYTHING:
        seen = read(program)
        assert not secrets_in(seen), f"{where}: {secrets_in(seen)} is on the screen"


def toggle(program, on):
    """The status line says so when all has been done."""
    program.key(TOGGLE)
    words = "Invented people are shown"
    screen.wait_until(lambda: any(words in text for text in program.texts()) == on, SECONDS, f"fiction {on}")


# --- what a person does ---

def true_first(program):
    program.wait_find("list item", "Quorzamant, Velbrixa", SECONDS)
    program.key("F9")
    program.wait_focus("Quorzamant", SECONDS)
    program.key("Return")
    program.wait_image("of 4")
    program.key("Shift+F9")
    for word in ("Quorzamant, Velbrixa", ID, "1951-08-23", ACCESSION, "Wugmorfel"):
        wait_shows(program, word)
    program.settled(whole=True)
    seen = read(program)
    assert "Quorzamant" in seen and ID in seen, f"OCR finds nothing of it: {seen}"


def invented(program):
    """The same person wherever he is shown."""
    row = next(text for role, text in map(program.role_and_name, program.walk()) if role == "list item" and "ID F-" in text)
    name, number = re.match(r"([^,]+, [^,]+), .*ID (F-\d{6})", row).groups()
    texts = heard(program)
    header = next(text for text in texts if "· ID F-" in text)
    assert header.startswith(name) and number in header, (row, header)
    return name, number


def reading(program, found):
    toggle(program, True)
    assert_hidden(program, "reading")
    found.extend(invented(program))
    family = found[0].split(",")[0]
    program.settled(whole=True)
    seen = read(program)
    assert family in seen and not secrets_in(seen), f"{family} is not on the screen, or {secrets_in(seen)} are: {seen}"


def context(program, found):
    program.key("ctrl+F9")
    program.wait_find("label", "Name", SECONDS)
    wait_shows(program, found[0])
    assert_hidden(program, "header of the image")
    program.key("ctrl+shift+r")
    wait_shows(program, "Invented text")
    assert_hidden(program, "report")
    program.key("Escape")


def elements(program):
    program.key("Escape", "ctrl+i")
    program.enter_window("^Tags$")
    wait_shows(program, "(0010,0010)")
    assert_hidden(program, "elements")
    program.key("ctrl+w")
    program.back("^Tags$")


def make_draft(home):
    """Somebody has called it after the patient."""
    folder = os.path.join(home, "data", "drafts", "draft")
    os.makedirs(folder, mode=0o700)
    with open(os.path.join(folder, "draft.json"), "w", encoding="utf-8") as file:
        json.dump({"format": "negatoscope-draft", "title": {"en": "Velbrixa and others"}, "made_us": 1, "duration_us": 1, "start_us": 0, "end_us": 0,
                   "recording": 0, "interrupted": 0}, file)


def drafts(program):
    """Rows of drafts, with fiction and without."""
    program.key("Escape", "ctrl+shift+F1")
    program.wait_name("1970-01-01")
    assert_hidden(program, "drafts")
    toggle(program, False)
    wait_shows(program, "Velbrixa and others")
    toggle(program, True)
    program.wait_name("1970-01-01")
    assert_hidden(program, "drafts once more")


def desk(program):
    program.key("F7")
    screen.wait_until(lambda: any("not released" in text for text in heard(program)), SECONDS, "a row of the desk")
    assert_hidden(program, "quality list")
    program.key("F7")


def leaves_nothing(program):
    program.key("Escape", "ctrl+c")
    program.wait_text("Not while invented people are shown", SECONDS)
    program.key("ctrl+e")
    assert not program.windows("^Export$")


def next_series(program):
    program.key("Escape", "Right")
    program.look_again()


def covers(program):
    next_series(program)
    program.wait_says("image 1 of 2")
    program.wait_says("covered")
    program.settled(whole=True)
    assert_hidden(program, "what is covered")


def shown_with_boxes(program):
    program.key("shift+k")
    program.enter_window("^What is covered$")
    program.wait_find("image", "Image 1 of 2, 0 boxes", SECONDS)
    if EVERYTHING:
        program.settled(whole=True)
        assert BURNED in read(program), "the person who covers it sees it"
    program.key("Insert", *["Up"] * 26, *["Left"] * 24, *["ctrl+Right"] * 16, *["ctrl+Down"] * 4)
    program.wait_find("image", "Image 1 of 2, 1 box", SECONDS)
    program.click(program.wait_find("push button", "Confirm 1 Box"))
    program.back("^What is covered$")
    program.wait_says("C 512 W 1024")
    program.settled(whole=True)
    picture = program.picture().mean(axis=2)
    assert (picture > 80).mean() > 0.03, "the image itself is shown"
    assert_hidden(program, "what is covered in part", ocr=True)


def true_again(program):
    toggle(program, False)
    wait_shows(program, "Quorzamant, Velbrixa")
    program.settled(whole=True)
    seen = read(program)
    assert BURNED in seen and "Quorzamant" in seen, seen


# --- the whole walk ---

WINDOWS = [("ctrl+shift+m", "^To settle$"), ("ctrl+t", "^Transfers$"), ("ctrl+shift+t", "^Cache$"), ("ctrl+comma", "^Preferences$"),
           ("ctrl+shift+F7", "Rejected"), ("ctrl+question", "Keys")]


def windows(program):
    for key, title in WINDOWS:
        program.key("Escape", key)
        found = screen.comes(lambda: program.windows(title), 15)  # noqa: B023
        assert found, f"no window {title}"
        program.enter_window(title)
        screen.wait_until(lambda: len(heard(program)) > 5, SECONDS, "texts")
        assert_hidden(program, title)
        program.key("Escape")
        if not screen.comes(lambda: not program.windows(title), 3):  # noqa: B023
            program.key("alt+F4")
        program.back(title)


def measuring(program):
    """What is typed is dots; what was typed before is not to be read."""
    program.key("Escape", "t", "Insert")
    program.do("type", ANNOTATION)
    assert ANNOTATION not in read(program)
    program.key("Return")
    program.settled(whole=True)
    assert_hidden(program, "an arrow with a text")
    program.key("Escape")


def planes(program):
    program.key("Escape", "Left", "m")
    program.wait_find("image", "Axial", SECONDS)
    program.settled(whole=True)
    assert_hidden(program, "planes")
    program.key("m")


def details(program):
    program.key("Escape", "F9", "space")
    screen.wait_until(lambda: shows(program, "sent by"), SECONDS, "details of the row")
    assert_hidden(program, "details of the reading list")
    program.key("space", "F9")


def desk_page(program):
    program.key("Escape", "F7", "shift+F7")
    program.wait_find("list", "Findings", SECONDS)
    assert_hidden(program, "page of the desk")
    program.key("F8")
    assert_hidden(program, "matching")
    program.key("Escape", "shift+F8")
    assert_hidden(program, "correcting")
    program.key("Escape", "F7")


def menu(program):
    program.key("Escape", "shift+F10")
    assert_hidden(program, "menu of the image")
    program.key("Escape")


# --- all of it ---

def play(tap, agent):
    environment = {"GSETTINGS_BACKEND": None, "XDG_RUNTIME_DIR": agent.environment["XDG_RUNTIME_DIR"], "NEGATOSCOPE_AGENT": None}
    found = []
    with screen.Program("--home", agent.home, environment=environment) as program:
        tap.run("without fiction all of it is there", true_first, program)
        tap.run("then another person is, the same everywhere", reading, program, found)
        tap.run("beside the image", context, program, found)
        tap.run("elements of the object", elements, program)
        tap.run("demos", drafts, program)
        tap.run("the desk", desk, program)
        tap.run("nothing leaves meanwhile", leaves_nothing, program)
        if EVERYTHING:
            for name, step in (("windows", windows), ("measuring", measuring), ("details", details), ("the page of the desk", desk_page),
                               ("a menu", menu), ("planes", planes)):
                tap.run(name, step, program)
        tap.run("letters in pixels are covered", covers, program)
        tap.run("until a person has drawn boxes", shown_with_boxes, program)
        tap.run("and all is true again", true_again, program)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as folder, Agent(folder, SITE, dicom="default-issuer=QISSUWERT") as agent:
            files = os.path.join(folder, "files")
            os.makedirs(files)
            unlikely.make_files(files)
            done = agent.run("import", files)
            assert done.returncode == 0, done.stderr
            with unlikely.Ward(agent) as ward:
                ward.tell()
            with open(os.path.join(agent.home, "settings.ini"), "w", encoding="utf-8") as file:
                file.write("[Negatoscope]\nkeys={'privacy.invent': ['<Control><Alt>i']}\n")
            make_draft(agent.home)
            play(tap, agent)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
