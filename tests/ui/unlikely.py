"""A patient whose every text is a word that nobody says by chance, in files and in what the hospital sends; and ears and eyes that
look for these words."""

import datetime
import os
import subprocess
import sys
import tempfile

import numpy
import screen
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
from fault_homes import Bus  # noqa: E402
from hl7_peers import Sender  # noqa: E402

SITE = "default-issuer=QISSUWERT\nport=auto\n[site]\ntimezone=UTC\n[quality]\nreasons=motion\n"
SECONDS = 60
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

NAME, ID, ACCESSION = "Quorzamant^Velbrixa", "HXNWERT884421", "KPWOMUF77311"
SERIES_DESCRIPTION, STUDY_DESCRIPTION = "Wugmorfel 1.5", "Trovaxilo CT chest"
REPORT = "Glimborund shows no change. Asked by Drulvonkas."
ANNOTATION, BURNED = "Ploxidarne", "BRAXOTEFF"
WORDS = ["Quorzamant", "Velbrixa", ID, ACCESSION, "Wugmorfel", "Trovaxilo", "Drulvonkas", "Sapfuwin", "Optrawumbel",
         "Krantzelhaus", "Fnordzwat", "Morxendi", "Blentugar", "Zwuckelfrut", "Yrbuqtorf", "Glimborund", ANNOTATION,
         "Prubelnacht", "Hafluzenko", "Jextwomber", "Stuwelzing", "QISSUWERT", "Wixolampf", BURNED]
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


def body(index, size=256):
    """Dark round the letters that the program writes over an image: OCR can read those."""
    picture = Image.new("L", (size, size), 0)
    ImageDraw.Draw(picture).ellipse((80, 90 + 4 * index, 180, 200), fill=120)
    return numpy.asarray(picture, dtype=numpy.uint16) * 4


def said(study):
    return {"StudyInstanceUID": f"{ROOT}.{study}", "SeriesInstanceUID": f"{ROOT}.{study}.1", "StudyDate": "20190317",
            "SeriesDate": "20190317", "PatientBirthDate": "19510823", "StudyDescription": STUDY_DESCRIPTION,
            "SeriesDescription": SERIES_DESCRIPTION, "AccessionNumber": ACCESSION, "ReferringPhysicianName": "Drulvonkas^Sapfuwin",
            "OperatorsName": "Optrawumbel", "InstitutionName": "Krantzelhaus", "StationName": "Fnordzwat",
            "PatientComments": "Morxendi", "PatientAddress": "Blentugar 98765432101", "ProtocolName": "Zwuckelfrut",
            "StudyID": "Yrbuqtorf", "ImageComments": "Prubelnacht", "OtherPatientIDs": "Hafluzenko",
            "PerformingPhysicianName": "Jextwomber"}


def make_files(folder):
    import pydicom
    with screen.Folder() as made:
        made.add_series(4, patient=NAME, patient_id=ID, study="1", pixels=body, **said(1))
        made.add_series(2, number=2, patient=NAME, patient_id=ID, study="1", size=512, pixels=burned_in, Modality="US",
                        **{**said(1), "SeriesInstanceUID": f"{ROOT}.1.2", "BurnedInAnnotation": "YES", "WindowCenter": 512,
                           "WindowWidth": 1024, "ImageType": ["DERIVED", "SECONDARY"]})
        for number, name in enumerate(sorted(os.listdir(made.path))):
            item = pydicom.dcmread(os.path.join(made.path, name))
            block = item.private_block(0x0099, "Stuwelzing", create=True)
            block.add_new(1, "LO", "Wixolampf")
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
        self.say("ORU^R01", f"OBR|1|||CT^Trovaxilo CT chest^L||||||||||||||{ACCESSION}||||20190317120000|||F|||||||99&Optrawumbel&Sapfuwin",
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


def shows(program, word):
    return any(word in text for text in heard(program))


def wait_shows(program, word):
    screen.wait_until(lambda: shows(program, word), SECONDS, f"“{word}” somewhere")
