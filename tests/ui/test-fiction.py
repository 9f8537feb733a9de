#!/usr/bin/python3
"""Invented people in place of patients: a study whose every text is a word that nobody says by chance, every page and window
looked at (all that a screen reader hears, and what OCR reads of the screen), and none of these words is there. Without
fiction they are: the test would find them. "all" as the argument walks through everything."""

import datetime
import os
import re
import subprocess
import sys
import tempfile

import numpy
import screen
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
from agents import Agent  # noqa: E402
from fault_homes import Bus  # noqa: E402
from hl7_peers import Sender  # noqa: E402

SITE = "default-issuer=QISSUWERT\nport=auto\n[site]\ntimezone=UTC\n[quality]\nreasons=motion\n"
SECONDS = 60
TOGGLE = "ctrl+alt+i"
EVERYTHING = "all" in sys.argv[1:]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

NAME, ID, ACCESSION = "Quorzamant^Velbrixa", "HXNWERT884421", "KPWOMUF77311"
SERIES_DESCRIPTION, STUDY_DESCRIPTION = "Wugmorfel 1.5", "Trovaxilo CT chest"
REPORT = "Glimborund shows no change. Asked by Drulvonkas."
ANNOTATION, BURNED = "Ploxidarne", "BRAXOTEFF"
WORDS = ["Quorzamant", "Velbrixa", ID, ACCESSION, "Wugmorfel", "Trovaxilo", "Drulvonkas", "Sapfuwin", "Optrawendel",
         "Krantzelhaus", "Fnordstat", "Morxendi", "Blentugar", "Zwuckelprot", "Yrmintorf", "Glimborund", ANNOTATION,
         "Prubelnacht", "Hafluzenko", "Jextwomber", "Stuwelzing", "QISSUWERT", "Wixolander", BURNED]
NUMBERS = ["1951-08-23", "19510823", "2019-03-17", "20190317", "498.77191", "98765432101"]
ROOT = "1.2.826.0.1.3680043.8.498.77191"


# --- what there is ---

def burned_in(index, size=512):
    """Letters in the pixels, as an ultrasound scanner writes them."""
    picture = Image.new("L", (size, size), 40)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((120, 160, 400, 440), fill=120)
    draw.text((40, 40), BURNED, fill=255, font=ImageFont.truetype(FONT, 24))
    return numpy.asarray(picture, dtype=numpy.uint16) * 4


def said(study):
    return {"StudyInstanceUID": f"{ROOT}.{study}", "SeriesInstanceUID": f"{ROOT}.{study}.1", "StudyDate": "20190317",
            "SeriesDate": "20190317", "PatientBirthDate": "19510823", "StudyDescription": STUDY_DESCRIPTION,
            "SeriesDescription": SERIES_DESCRIPTION, "AccessionNumber": ACCESSION, "ReferringPhysicianName": "Drulvonkas^Sapfuwin",
            "OperatorsName": "Optrawendel", "InstitutionName": "Krantzelhaus", "StationName": "Fnordstat",
            "PatientComments": "Morxendi", "PatientAddress": "Blentugar 98765432101", "ProtocolName": "Zwuckelprot",
            "StudyID": "Yrmintorf", "ImageComments": "Prubelnacht", "OtherPatientIDs": "Hafluzenko",
            "PerformingPhysicianName": "Jextwomber"}


def make_files(folder):
    import pydicom
    with screen.Folder() as made:
        made.add_series(4, patient=NAME, patient_id=ID, study="1", **said(1))
        made.add_series(2, number=2, patient=NAME, patient_id=ID, study="1", size=512, pixels=burned_in, Modality="US",
                        **{**said(1), "SeriesInstanceUID": f"{ROOT}.1.2", "BurnedInAnnotation": "YES", "WindowCenter": 512,
                           "WindowWidth": 1024, "ImageType": ["DERIVED", "SECONDARY"]})
        for number, name in enumerate(sorted(os.listdir(made.path))):
            item = pydicom.dcmread(os.path.join(made.path, name))
            block = item.private_block(0x0099, "Stuwelzing", create=True)
            block.add_new(1, "LO", "Wixolander")
            item.save_as(os.path.join(folder, f"Quorzamant-{number}.dcm"))


class Ward(Sender):
    def __init__(self, agent):
        super().__init__(Bus(agent).call("Hello", "(u)", 1)[1]["hl7-port"])
        self.n = 0

    def say(self, kind, *segments):
        self.n += 1
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d%H%M%S")
        answer = self.ask("\r".join([f"MSH|^~\\&|RIS|HOSP|WS|RAD|{now}||{kind}|C{self.n}|P|2.5.1",
                                     f"PID|1||{ID}^^^QISSUWERT^MR||{NAME}||19510823|O", *segments, ""]).encode())
        assert answer.code == "AA", answer.data

    def tell(self):
        timing = "1^^^20190317101500^^R"
        self.say("ORM^O01", f"ORC|NW|P1^RIS|F1^RIS||SC||{timing}",
                 f"OBR|1|P1^RIS|F1^RIS|CT^Trovaxilo CT chest^L|||||||||Morxendi|||88^Drulvonkas^Sapfuwin||{ACCESSION}|RP1|SP1||||CT"
                 f"|||{timing}||||Prubelnacht")
        self.say("ORU^R01", f"OBR|1|||CT^Trovaxilo CT chest^L||||||||||||||{ACCESSION}||||20190317120000|||F|||||||99&Optrawendel&Sapfuwin",
                 f"OBX|1|TX|1^Report^L||{REPORT}||||||F")


# --- ears and eyes ---

def heard(program, node=None):
    """Names, descriptions and texts of all that is in sight."""
    from gi.repository import GLib
    found = []
    for at in program.walk(node):
        try:
            found += [at.name or "", at.description or ""]
            text = at.queryText()
            found.append(text.getText(0, -1))
        except (NotImplementedError, GLib.GError):
            continue
    return [text for text in found if text]


def read(program):
    """What OCR makes of the screen, twice as large."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        subprocess.run(["import", "-silent", "-window", "root", file.name], check=True)
        picture = Image.open(file.name).convert("L")
        picture.resize((picture.width * 2, picture.height * 2), Image.LANCZOS).save(file.name)
        return subprocess.run(["tesseract", file.name, "-", "--psm", "11"], capture_output=True, text=True, check=True,
                              env=dict(os.environ, OMP_THREAD_LIMIT="1")).stdout


def secrets_in(text):
    folded = text.casefold()
    return [word for word in WORDS if word.casefold() in folded] + [number for number in NUMBERS if number in text]


def assert_hidden(program, where, ocr=False):
    for text in heard(program):
        assert not secrets_in(text), f"{where}: {secrets_in(text)} in “{text}”"
    if ocr or EVERYTHING:
        seen = read(program)
        assert not secrets_in(seen), f"{where}: {secrets_in(seen)} is on the screen"


def shows(program, word):
    return any(word in text for text in heard(program))


def wait_shows(program, word):
    screen.wait_until(lambda: shows(program, word), SECONDS, f"“{word}” somewhere")


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
            make_files(files)
            done = agent.run("import", files)
            assert done.returncode == 0, done.stderr
            with Ward(agent) as ward:
                ward.tell()
            with open(os.path.join(agent.home, "settings.ini"), "w", encoding="utf-8") as file:
                file.write("[Negatoscope]\nkeys={'privacy.invent': ['<Control><Alt>i']}\n")
            play(tap, agent)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
