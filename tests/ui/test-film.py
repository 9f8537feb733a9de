#!/usr/bin/python3
"""A demo that is recorded on a study whose every text is a word that nobody says by chance, while every page is looked at: cut and
published by keys, it is read picture by picture, and its bytes and everything else that came to the site's folder are searched. None
of the words is there; the invented person is. The same reading finds them in a film of the window without fiction. "all" as the
argument goes everywhere, in windows and panes of their own and with OpenGL, too."""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import everywhere
import screen
import unlikely
from everywhere import home, press
from film import Film, from_picture
from unlikely import ACCESSION, ID, NUMBERS, SECONDS, SITE, WORDS, heard, secrets_in, wait_shows

from agents import Agent
from site_library import Site, topics

EVERYTHING = "all" in sys.argv[1:]
PIECE = 5  # letters: OCR may take one of a word for another, what is left of it is still such a piece
TITLE, SUMMARY, CAPTION = "Pages of the program", "Where to find what", "Here it begins"
TOPIC = "pages-of-the-program"


# --- what is looked for ---

def pieces(word):
    word = word.casefold()
    return {word[at:at + PIECE] for at in range(len(word) - PIECE + 1)}


def check_pieces():
    """An invented person's name is none of them."""
    with open(os.path.join(screen.negtest.SOURCE, "src", "model", "neg-fiction-words.c"), encoding="utf-8") as file:
        invented = file.read().casefold()
    assert len(invented) > 1000
    ambiguous = {word: piece for word in WORDS for piece in pieces(word) if piece in invented}
    assert not ambiguous, ambiguous


def words_read(text):
    """Those of the patient that OCR has read, at least in part."""
    folded = text.casefold()
    digits = re.sub(r"[^0-9]", " ", text)
    whole = {re.sub(r"\s", "", part) for part in re.findall(r"[\d\s./-]{8,}", text)}
    return [word for word in WORDS if any(piece in folded for piece in pieces(word))] + \
           [number for number in NUMBERS if number in text or number in digits
            or any(re.sub(r"\D", "", number) in re.sub(r"\D", "", part) for part in whole)]


def forms(word):
    for text in (word, word.lower(), word.upper()):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield text.encode(encoding)


def words_in_bytes(path):
    with open(path, "rb") as file:
        data = file.read()
    low = data.lower()
    return [word for word in WORDS + NUMBERS if any(form in data or form.lower() in low for form in forms(word))]


def files_below(*folders):
    return [path for folder in folders for path in glob.glob(f"{folder}/**", recursive=True, include_hidden=True)
            if os.path.isfile(path)]


# --- recording ---

class Draft:
    def __init__(self, agent):
        self.folders = os.path.join(agent.home, "data", "drafts")

    def latest(self):
        found = glob.glob(os.path.join(self.folders, "*", "draft.json"))
        return max(found, key=os.path.getmtime, default=None)

    def says(self):
        with open(self.latest(), encoding="utf-8") as file:
            return json.load(file)

    def path(self, name):
        return os.path.join(os.path.dirname(self.latest()), name)


def start(program, draft):
    home(program)
    n = len(glob.glob(os.path.join(draft.folders, "*")))
    press(program, "record.toggle")
    screen.wait_until(lambda: len(glob.glob(os.path.join(draft.folders, "*"))) > n and draft.says()["recording"], what="a recording")
    wait_shows(program, "● Recording")


def stop(program, draft):
    """It goes on until somebody ends it: what gives somebody away ends it, too."""
    assert draft.says()["recording"], [text for text in program.texts() if "ecording" in text]
    home(program)
    press(program, "record.toggle")
    screen.wait_until(lambda: not draft.says()["recording"], what="the end of the recording")


def open_study(program):
    program.wait_find("list item", "Quorzamant, Velbrixa", SECONDS)
    program.key("F9")
    program.wait_focus("Quorzamant", SECONDS)
    program.key("Return")
    program.wait_image("of 4")


def would_be_found(program, folder):
    """The counter-check: a film of the window as it is now, read as the other one is."""
    open_study(program)
    program.key("shift+F9", "ctrl+F9")
    for word in ("Quorzamant, Velbrixa", ID, "1951-08-23", ACCESSION, "Wugmorfel"):
        wait_shows(program, word)
    program.settled(whole=True)
    picture, path = os.path.join(folder, "true.png"), os.path.join(folder, "true.webm")
    subprocess.run(["import", "-silent", "-window", "root", picture], check=True)
    from_picture(picture, path)
    film = Film(path, 0)
    found = set(words_read(film.text))
    print(f"# found without fiction: {sorted(found)}", flush=True)
    assert {"Quorzamant", "Velbrixa", ID, ACCESSION, "Wugmorfel", "Trovaxilo"} <= found and "1951-08-23" in found, (found, film.text)
    program.key("ctrl+F9")


def invented(program):
    row = next(text for role, text in map(program.role_and_name, program.walk()) if role == "list item" and "ID F-" in text)
    return re.match(r"([^,]+), [^,]+, .*ID (F-\d{6})", row).groups()


def on_screen(program, where):
    """Also what no film of the main window shows."""
    for text in heard(program):
        assert not secrets_in(text), f"{where}: {secrets_in(text)} in “{text}”"
    seen = unlikely.read(program)
    assert not words_read(seen), f"{where}: {words_read(seen)} is on the screen: {seen}"


def walk(program, draft, visits, found):
    start(program, draft)
    found[:] = invented(program)
    for visit in visits:
        began = time.monotonic()
        visit(program)
        print(f"# {visit.__name__}: {time.monotonic() - began:.1f} s", flush=True)
        assert draft.says()["recording"], f"after {visit.__name__}: {program.texts()}"
    stop(program, draft)
    print(f"# recorded: {draft.says()['duration_us'] / 1e6:.0f} s", flush=True)


# --- publishing ---

def reach(program, start, key="Tab"):
    """By Tab alone."""
    seen = []
    for _ in range(60):
        name = program.focused_name() or ""
        if name.startswith(start):
            return
        seen.append(name)
        program.key(key)
        screen.comes(lambda: program.focused_name() != name, 2)  # noqa: B023
    raise AssertionError(f"“{start}” is not reached: {seen}")


def write(program, entry, text):
    reach(program, entry)
    program.do("type", "--delay", "10", text)


def publish(program, draft, agent):
    program.wait_find("text", "New caption")
    press(program, "record.page")
    write(program, "New caption", CAPTION)
    program.key("Return")
    write(program, "Title, English", TITLE)
    write(program, "What is shown, English", SUMMARY)
    reach(program, "Publish for Everybody")
    program.key("Return")
    program.wait_text("Handed over", 120)
    topic = screen.wait_until(lambda: topics(agent).get(TOPIC), 120, "the topic in the site's library, and back from there")
    assert topic["title"]["en"] == TITLE and topic["made_by"] != "", topic


# --- what there is of it ---

def check_film(path, found, where, least=3):
    began = time.monotonic()
    film = Film(path, 8 if EVERYTHING else 5)
    family, number = found[:2]
    print(f"# {where}: {film.n_pictures} pictures, {film.n_distinct} of them differ, {film.n_pieces} pieces on {film.n_pages} pages read in "
          f"{time.monotonic() - began:.1f} s", flush=True)
    assert film.n_distinct >= least, film.n_distinct
    read = words_read(film.text)
    assert not read, f"{where}: {read} can be read in {[line for line in film.text.splitlines() if words_read(line)]}"
    named = [sample for sample in film.samples if family.casefold() in sample.casefold() or number in sample]
    print(f"# {family} is in {len(named)} of {len(film.samples)} pictures", flush=True)
    assert 2 * len(named) > len(film.samples) > 0, f"{family} is in {len(named)} of {len(film.samples)} pictures"


def check_bytes(site, draft, files):
    assert all(words_in_bytes(path) for path in files_below(files)), "nothing is found where it is"
    searched = files_below(site.folder, draft.folders)
    names = {os.path.basename(path) for path in searched}
    assert {"manifest.json", "draft.json", "take.webm", "final.webm", "captions.en.vtt"} <= names, names
    assert {os.path.splitext(name)[1] for name in os.listdir(site.path("media"))} >= {".webm", ".vtt"}
    for path in searched:
        assert not words_in_bytes(path), f"{words_in_bytes(path)} in {path}"
        assert not secrets_in(path), f"{secrets_in(path)} in the name of {path}"


def published_film(site, agent):
    return site.path(topics(agent)[TOPIC]["video"]["file"])


# --- all of it ---

def half_of_windows(number):
    """A recording has a limit."""
    commands = list(everywhere.WINDOWS)[number::2]

    def windows(program):
        everywhere.windows(program, on_screen, commands)
    return windows


def detached(program):
    everywhere.detached(program, on_screen)


def hints(program):
    everywhere.hints(program, on_screen)


def boxes(program):
    everywhere.refused(program)
    everywhere.boxes(program)


def beside(tap, program, draft):
    """What is no part of the main window is not in the film, nor does it tell anything."""
    for name, visit in (("windows", half_of_windows(0)), ("other windows", half_of_windows(1)), ("panes as windows", detached),
                        ("hints", hints), ("boxes", boxes)):
        found = []
        tap.run(f"recorded beside {name}", walk, program, draft, [visit], found)
        tap.run("in that film there is no word of the patient's", lambda: check_film(draft.path("take.webm"), found, name))  # noqa: B023


def with_opengl(tap, agent, environment, draft):
    """Another canvas, whose pictures are recorded from textures."""
    found = []
    with screen.Program("--home", agent.home, "--renderer", "gl", environment=environment) as program:
        open_study(program)
        screen.wait_until(lambda: any("OpenGL (" in text for text in program.texts()), SECONDS, "OpenGL")
        tap.run("recorded with OpenGL", walk, program, draft, [everywhere.letters, everywhere.planes, everywhere.context], found)
        tap.run("in that film there is no word of the patient's either", lambda: check_film(draft.path("take.webm"), found, "OpenGL"))


def play(tap, agent, site, folder):
    environment = {"GSETTINGS_BACKEND": None, "XDG_RUNTIME_DIR": agent.environment["XDG_RUNTIME_DIR"], "NEGATOSCOPE_AGENT": None,
                   "NEGATOSCOPE_TAKE_SOUND": "test"}
    draft, found = Draft(agent), []
    with screen.Program("--home", agent.home, environment=environment) as program:
        tap.run("every command is known", everywhere.check_lists)
        tap.run("no invention is like a word of the patient's", check_pieces)
        tap.run("without fiction a film would show the words, and they would be read", would_be_found, program, folder)
        tap.run("recorded while the pages are looked at", walk, program, draft,
                everywhere.PAGES if EVERYTHING else everywhere.IMPORTANT, found)
        tap.run("published by keys", publish, program, draft, agent)
        if EVERYTHING:
            beside(tap, program, draft)
    if EVERYTHING:
        with_opengl(tap, agent, environment, draft)
    tap.run("the film shows the invented person, and no word of the patient's",
            lambda: check_film(published_film(site, agent), found, "the film", 20))
    tap.run("no byte of it, nor of the site's folder, says one", check_bytes, site, draft, os.path.join(folder, "files"))


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as folder:
            site = Site(os.path.join(folder, "site"))
            with Agent(folder, SITE + site.config(), dicom="default-issuer=QISSUWERT") as agent:
                files = os.path.join(folder, "files")
                os.makedirs(files)
                unlikely.make_files(files)
                done = agent.run("import", files)
                assert done.returncode == 0, done.stderr
                with unlikely.Ward(agent) as ward:
                    ward.tell()
                everywhere.choose_keys(agent.home)
                play(tap, agent, site, folder)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
