#!/usr/bin/python3
"""From the scanner to the archive: a wrong patient, an examination in three studies, a series that came twice and a knee of the wrong
side are mended in the window, released and committed by Orthanc; what it holds then is read back and compared with what came."""

import datetime
import os
import subprocess
import sys
import tempfile

import pydicom
import screen

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
import desk_objects as objects  # noqa: E402
import peers  # noqa: E402
from agents import Agent  # noqa: E402
from fault_homes import Bus, rows  # noqa: E402
from hl7_peers import Sender  # noqa: E402

SITE = "default-issuer=ISS\nport=auto\n[site]\ntimezone=UTC\n"
SECONDS = 120
NOW = datetime.datetime.now(datetime.timezone.utc)
TODAY = NOW.strftime("%Y%m%d")
HISTORY = {"OriginalAttributesSequence", "ContributingEquipmentSequence"}
SHOTS = os.environ.get("NEGATOSCOPE_SHOTS")  # a folder: pictures of the page on the way


def patient(number):
    name, birth, sex = (("Lamp^Ada", "19700115", "F"), ("Candle^Cem", "19610203", "M"), ("Torch^Bea", "19550607", "F"),
                        ("Wick^Dan", "19800911", "M"))[number - 1]
    return {"PatientName": name, "PatientID": f"T-{number}", "PatientBirthDate": birth, "PatientSex": sex}


class Ward(Sender):
    """Whoever sends orders."""

    def __init__(self, agent):
        super().__init__(Bus(agent).call("Hello", "(u)", 1)[1]["hl7-port"])

    def order(self, number, procedure, modality):
        who = patient(number)
        timing = f"1^^^{TODAY}101000^^R"
        answer = self.ask("\r".join([
            f"MSH|^~\\&|RIS|HOSP|WS|RAD|{NOW:%Y%m%d%H%M%S}||ORM^O01|C{number}|P|2.5.1",
            f"PID|1||{who['PatientID']}^^^ISS^MR||{who['PatientName']}||{who['PatientBirthDate']}|{who['PatientSex']}",
            f"ORC|NW|P{number}^RIS|F{number}^RIS||SC||{timing}",
            f"OBR|1|P{number}^RIS|F{number}^RIS|{procedure}^L||||||||||||||A-{number}|RP{number}|SP{number}||||{modality}|||{timing}",
            ""]).encode())
        assert answer.code == "AA", answer.data


class Came:
    """The objects as they were made, by what stays the same: their pixels, or their class."""

    def __init__(self, folder):
        self.folder, self.paths = folder, {}

    def path(self, sop_uid):
        self.paths[sop_uid] = os.path.join(self.folder, f"{len(self.paths):03}.dcm")
        return self.paths[sop_uid]

    def ct(self, study, series, number, seed, place_mm, **said):
        sop = objects.uid(study, series, number)
        objects.write_ct(self.path(sop), sop, TODAY, number, seed, place_mm, **{
            "StudyInstanceUID": objects.uid(study), "SeriesInstanceUID": objects.uid(study, series), "SeriesNumber": series,
            "FrameOfReferenceUID": objects.uid(study // 10, 9), "StudyDescription": "CT abdomen", **said})

    def send(self, agent):
        """As a scanner does."""
        done = subprocess.run(["storescu", "-aec", "NEGATOSCOPE", "127.0.0.1", str(agent.port), *self.paths.values()],
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def wrong_patient(folder):
    came = Came(folder)
    for number in range(1, 4):
        came.ct(11, 1, number, number, 5 * number, **{**patient(3), "PatientID": "X-9"}, AccessionNumber="A-1")
    return came


def three_studies(folder):
    came = Came(folder)
    for part, name in enumerate(("Head", "Abdomen", "Pelvis")):
        for number in range(1, 4):
            came.ct(21 + part, 1, number, 20 + 3 * part + number, 100 * part + 5 * number, **patient(2), AccessionNumber="A-2",
                    StudyDescription=name, StudyID=str(part + 1), StudyTime=f"10{15 + part}00", SeriesNumber=part + 1)
    return came


def doubled(folder):
    came = Came(folder)
    for series in 1, 2:
        for number in range(1, 4):
            came.ct(31, series, number, 40 + number, 5 * number, **patient(3), AccessionNumber="A-3")
    return came


def knee(folder):
    """Two views called right, a presentation state about the first and a selection of both."""
    came, said = Came(folder), {**patient(4), "AccessionNumber": "A-4", "StudyInstanceUID": objects.uid(41),
                                "StudyDescription": "Knee left"}
    views = []
    for number, view in (1, "AP"), (2, "LL"):
        sop = objects.uid(41, 1, number)
        views.append(objects.write_dx(came.path(sop), sop, TODAY, 60 + number, InstanceNumber=number, ViewPosition=view,
                                      ImageLaterality="R", SeriesInstanceUID=objects.uid(41, 1), **said))
    sop = objects.uid(41, 8, 1)
    objects.write_selection(came.path(sop), sop, TODAY, views, SeriesInstanceUID=objects.uid(41, 8), **said)
    sop = objects.uid(41, 9, 1)
    objects.write_state(came.path(sop), sop, TODAY, views[0], SeriesInstanceUID=objects.uid(41, 9), **said)
    return came


# --- ears and hands ---

def shot(program, name):
    if SHOTS:
        program.settled(whole=True)
        subprocess.run(["import", "-silent", "-window", "root", os.path.join(SHOTS, name + ".png")], check=True)


def lines(program, name):
    found = program.find("list", name)
    if found is None:
        return []
    return [text for role, text in map(program.role_and_name, program.walk(found)) if role == "list item"]


def wait_lines(program, name, condition, what):
    return screen.wait_until(lambda: (lambda found: found if condition(found) else None)(lines(program, name)), SECONDS,
                             lambda: f"{what}: {lines(program, name)}; {program.texts()}")


def go_to(program, role, name, n=60):
    """With Tab, as a person does."""
    for _ in range(n):
        node = program.focused()
        before = program.role_and_name(node) if node is not None else None
        if before is not None and before[0] == role and before[1].startswith(name):
            return node
        program.key("Tab")
        screen.comes(lambda: program.focused() is not None and program.role_and_name(program.focused()) != before, 3)  # noqa: B023
    raise AssertionError(f"{role} {name} is not reached; the focus is on “{program.focused_name()}”; {program.texts()}")


def open_study(program, name, n_images):
    """From the quality list."""
    program.key("F7")
    wait_lines(program, "Quality list", lambda found: any(row.startswith(name) and "being checked" not in row for row in found), name)
    program.key("Home")
    for _ in range(20):
        screen.wait_until(lambda: program.focused_name(), SECONDS, "a focus")
        before = program.focused_name()
        if before.startswith(name):
            break
        program.key("Down")
        screen.comes(lambda: program.focused_name() not in ("", before), 3)  # noqa: B023
    program.wait_focus(name, SECONDS)
    program.key("Return")
    program.look_again()
    program.wait_image(f"image 1 of {n_images}")
    wait_lines(program, "Quality list", lambda found: any(row.startswith(name) and row.endswith(", open") for row in found), "open")


def mend(program, action):
    """The one thing that mends it, by its finding."""
    wait_lines(program, "Findings", lambda found: found, "findings")
    program.key("shift+F7")
    go_to(program, "push button", action)
    program.key("space")


def press(program, name):
    node = go_to(program, "push button", name)
    screen.wait_until(lambda: program.has_state(node, "sensitive"), SECONDS, f"{name} can be pressed")
    program.key("space")


def release(program, name, n):
    """By the keyboard; until all of it is committed."""
    def may():
        button = program.find("push button", "Release")
        return button is not None and program.has_state(button, "sensitive")
    screen.wait_until(may, SECONDS, lambda: f"that it may leave: {program.texts()}; {lines(program, 'Findings')}")
    program.key("ctrl+F7")
    program.wait_focus("Release", SECONDS)
    program.key("Return")
    program.wait_text(f"✓ {n} committed", SECONDS)
    shot(program, f"sent-{name}")


# --- what Orthanc holds ---

def fetch(orthanc, folder):
    """{SOP instance UID: path} of everything; each object once."""
    found = {}
    for instance in orthanc.get_json("/instances"):
        path = os.path.join(folder, instance + ".dcm")
        with open(path, "wb") as file:
            file.write(orthanc.get(f"/instances/{instance}/file"))
        sop = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        assert sop not in found, f"{sop} is there twice"
        found[sop] = path
    return found


def plain(element):
    """Comparable, sequences and all; None: not there."""
    if element is None:
        return None
    if element.VR == "SQ":
        return [{one.keyword or str(one.tag): plain(one) for one in entry} for entry in element.value or []]
    if element.VM > 1:
        return [str(one) for one in element.value]
    return element.value if isinstance(element.value, bytes) else "" if element.value is None else str(element.value)


def changes(was, now):
    """{keyword: (before, after)} of what is another; what tells of the change itself left out."""
    tags = {element.tag for element in was} | {element.tag for element in now}
    both = {(was.get(tag) or now.get(tag)).keyword: (plain(was.get(tag)), plain(now.get(tag))) for tag in tags}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1] and name not in HISTORY}


def check_history(was, now, intended, code, why):
    """Old values of all that was changed and had one; who, when, why."""
    originals, = now.OriginalAttributesSequence
    kept, = originals.ModifiedAttributesSequence
    old = {element.keyword: plain(element) for element in kept}
    expected = {name: before for name, (before, _) in intended.items() if before not in (None, "")}
    assert {name: value for name, value in old.items() if value not in (None, "", [])} == expected, (old, expected)
    assert (originals.ModifyingSystem, originals.ReasonForTheAttributeModification) == ("Negatoscope", code), originals
    assert str(originals.AttributeModificationDateTime).startswith(("20", "21")) and "+0000" in str(originals.AttributeModificationDateTime)
    equipment = now.ContributingEquipmentSequence[-1]
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109103" and str(equipment.OperatorsName), equipment
    assert why in equipment.ContributionDescription, equipment.ContributionDescription


def compare(came, sop, path, intended, code, why):
    """@sop as it came with the file at @path, as it is at Orthanc."""
    was, now = pydicom.dcmread(came.paths[sop]), pydicom.dcmread(path)
    found = changes(was, now)
    assert found == intended, f"{sop}: {found}, intended {intended}"
    assert now.get("PixelData") == was.get("PixelData")
    assert now.file_meta.MediaStorageSOPInstanceUID == now.SOPInstanceUID
    worse = set(objects.errors(path)) - set(objects.errors(came.paths[sop]))
    assert not worse, f"{sop}: {worse}"
    if intended:
        check_history(was, now, intended, code, why)
    else:
        assert not HISTORY & {element.keyword for element in now}


# --- the four ---

def test_clean(cases):
    """Nothing of what is compared later is an error before."""
    for came in cases:
        for path in came.paths.values():
            found = objects.errors(path)
            assert not found, found


def test_wrong_patient(program, came):
    open_study(program, "Torch, Bea, ID X-9", 3)
    shot(program, "wrong-patient")
    mend(program, "Match to an Order…")
    program.wait_focus("Lamp, Ada", SECONDS)
    shot(program, "wrong-patient-order")
    press(program, "Take Over This Order")
    program.wait_focus("Second look: initials", SECONDS)
    program.wait_text("Torch, Bea, ID X-9 → Lamp, Ada, ID T-1", SECONDS)
    shot(program, "wrong-patient-waits")
    program.do("type", "--delay", "20", "MK")
    program.key("Return")
    program.wait_text("made; second look: MK", SECONDS)
    wait_lines(program, "Quality list", lambda found: any(row.startswith("Lamp, Ada, ID T-1") for row in found), "the patient")
    shot(program, "wrong-patient-made")
    release(program, "wrong-patient", 3)


def test_three_studies(program, came):
    open_study(program, "Candle, Cem", 3)
    shot(program, "three-studies")
    mend(program, "Join the Studies…")
    program.wait_text("The images of all that are ticked", SECONDS)
    go_to(program, "text", "Why it is corrected")
    shot(program, "three-studies-form")
    program.do("type", "--delay", "20", "one examination")
    program.key("Return")
    wait_lines(program, "Quality list", lambda found: sum(row.startswith("Candle, Cem") for row in found) == 1
               and any("9 images" in row for row in found), "one study")
    release(program, "three-studies", 9)


def test_doubled(program, came):
    open_study(program, "Torch, Bea, ID T-3", 3)
    shot(program, "doubled")
    mend(program, "Put the Doubles Aside…")
    shot(program, "doubled-form")
    press(program, "Put Aside")
    wait_lines(program, "Quality list", lambda found: any(row.startswith("Torch, Bea") and "3 images" in row for row in found), "once")
    release(program, "doubled", 3)


def test_knee(program, came):
    open_study(program, "Wick, Dan", 2)
    shot(program, "knee")
    mend(program, "Set to left…")
    go_to(program, "text", "Why it is corrected")
    shot(program, "knee-form")
    program.do("type", "--delay", "20", "a left knee")
    program.key("Return")
    program.wait_text("Side of the image → L", SECONDS)
    release(program, "knee", 4)


def play(tap, agent, cases):
    environment = {"GSETTINGS_BACKEND": None, "XDG_RUNTIME_DIR": agent.environment["XDG_RUNTIME_DIR"],
                   "NEGATOSCOPE_AGENT": None}
    with Ward(agent) as ward:
        ward.order(1, "CTABD^CT abdomen", "CT")
        ward.order(2, "CTBODY^CT head, abdomen, pelvis", "CT")
        ward.order(3, "CTABD^CT abdomen", "CT")
        ward.order(4, "DXKNEEL^Knee left", "DX")
    for came in cases:
        came.send(agent)
    with screen.Program("--home", agent.home, environment=environment) as program:
        program.wait_name("No images are open", SECONDS)
        for name, case, came in (("a wrong patient becomes the order's", test_wrong_patient, cases[0]),
                                 ("one examination in three studies becomes one", test_three_studies, cases[1]),
                                 ("a series that came twice is put aside", test_doubled, cases[2]),
                                 ("a right knee is a left one", test_knee, cases[3])):
            tap.run(name + ", released and committed", case, program, came)


# --- what was to change, tag by tag ---

def check_wrong_patient(came, held):
    request = [{"RequestedProcedureDescription": "CT abdomen", "ScheduledProcedureStepID": "SP1", "RequestedProcedureID": "RP1"}]
    intended = {"PatientName": ("Torch^Bea", "Lamp^Ada"), "PatientID": ("X-9", "T-1"), "IssuerOfPatientID": (None, "ISS"),
                "PatientBirthDate": ("19550607", "19700115"), "PatientAge": ("056Y", None),
                "RequestedProcedureDescription": (None, "CT abdomen"), "RequestAttributesSequence": (None, request)}
    for sop in came.paths:
        compare(came, sop, held.pop(sop), intended, "COERCE", "The images are of this order")


def check_three_studies(came, held):
    for sop, path in came.paths.items():
        was = pydicom.dcmread(path, stop_before_pixels=True)
        intended = {"StudyInstanceUID": (str(was.StudyInstanceUID), objects.uid(21)), "StudyID": (was.StudyID, "1"),
                    "StudyDescription": (was.StudyDescription, "Head"), "StudyTime": (was.StudyTime, "101500")}
        compare(came, sop, held.pop(sop), {} if was.StudyID == "1" else intended, "CORRECT", "one examination")


def check_doubled(came, held):
    once = [sop for sop in came.paths if sop in held]
    assert {sop.rsplit(".", 1)[0] for sop in once} == {objects.uid(31, 1)} and len(once) == 3, once
    for sop in once:
        compare(came, sop, held.pop(sop), {}, "", "")


def check_knee(came, held):
    """Other objects, because their meaning is another; what points at them points at the new ones."""
    new = {}
    for sop, path in list(held.items()):
        data = pydicom.dcmread(path)
        if data.Modality == "DX":
            old = next(uid for uid, where in came.paths.items() if pydicom.dcmread(where).get("PixelData") == data.PixelData)
            new[old] = sop
            compare(came, old, held.pop(sop), {"ImageLaterality": ("R", "L"), "SOPInstanceUID": (old, sop)}, "CORRECT", "a left knee")
    assert set(new) == {objects.uid(41, 1, 1), objects.uid(41, 1, 2)} and not set(new) & set(new.values()), new
    check_pointers(came, held, new)


def renamed(value, new):
    if isinstance(value, list):
        return [renamed(one, new) for one in value]
    if isinstance(value, dict):
        return {name: renamed(one, new) for name, one in value.items()}
    return new.get(value, value)


def check_pointers(came, held, new):
    for kind, n in (8, 5), (9, 2):
        sop = objects.uid(41, kind, 1)
        path = held.pop(sop)
        was, now = pydicom.dcmread(came.paths[sop]), pydicom.dcmread(path)
        found = changes(was, now)
        assert found and all(after == renamed(before, new) for before, after in found.values()), found
        text = str(now)
        assert not any(old in text for old in new), "an old one is named still"
        assert sum(text.count(one) for one in new.values()) == (4 if kind == 8 else 2), text
        assert not set(objects.errors(path)) - set(objects.errors(came.paths[sop]))


def read_back(tap, orthanc, cases, folder):
    held = fetch(orthanc, folder)
    print(f"# Orthanc holds {len(held)} objects", flush=True)
    tap.run("the wrong patient: what was meant, and nothing else", check_wrong_patient, cases[0], held)
    tap.run("the three studies: likewise", check_three_studies, cases[1], held)
    tap.run("the double is not there, the rest as it came", check_doubled, cases[2], held)
    tap.run("the knee: another object; what points at it follows", check_knee, cases[3], held)
    tap.run("nothing else is there", lambda: f"{sorted(held)}" if held else None)


def run(tap, folder):
    make = lambda name: (os.makedirs(os.path.join(folder, name)), os.path.join(folder, name))[1]  # noqa: E731
    cases = [case(make(case.__name__)) for case in (wrong_patient, three_studies, doubled, knee)]
    tap.run("what comes is valid", test_clean, cases)
    port = peers.free_port()
    archive = peers.Orthanc(os.path.join(folder, "orthanc"), modalities={
        "nega": {"AET": "NEGATOSCOPE", "Host": "127.0.0.1", "Port": port, "AllowStorageCommitment": True}})
    site = SITE + f"[peer PACS]\naddress=dicom://ORTHANC@127.0.0.1:{archive.port}\nuse=query;retrieve;store;commit\n"
    with archive, Agent(make("agent"), site, dicom="default-issuer=ISS\naccept-unknown=true", port=port) as agent:
        play(tap, agent, cases)
        assert rows(agent, "SELECT count(*) FROM delivery") == [(4,)]
        read_back(tap, archive, cases, make("held"))


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    if not peers.Orthanc.is_installed() or subprocess.run(["which", "dciodvfy"], capture_output=True, check=False).returncode:
        tap.skip("from the scanner to the archive", "no Orthanc, or no dciodvfy")
        tap.done()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(tap, folder)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
