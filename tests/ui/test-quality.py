#!/usr/bin/python3
"""The technologist's desk by the keyboard: what came, worst first; what was found and what mends it; the way out."""

import datetime
import os
import sys
import tempfile

import screen

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
from agents import Agent  # noqa: E402
from fault_homes import Bus  # noqa: E402
from hl7_peers import Sender  # noqa: E402

SITE = "default-issuer=ISS\nport=auto\n[site]\ntimezone=UTC\n[quality]\nreasons=motion;far too dark\n"
SECONDS = 60
NOW = datetime.datetime.now(datetime.timezone.utc)
TODAY = NOW.strftime("%Y%m%d")


class Ward(Sender):
    """Whoever sends orders."""

    def __init__(self, agent):
        super().__init__(Bus(agent).call("Hello", "(u)", 1)[1]["hl7-port"])

    def order(self, number, patient, name, sex="O"):
        timing = f"1^^^{TODAY}101000^^R"
        answer = self.ask("\r".join([
            f"MSH|^~\\&|RIS|HOSP|WS|RAD|{NOW:%Y%m%d%H%M%S}||ORM^O01|C{number}|P|2.5.1",
            f"PID|1||{patient}^^^ISS^MR||{name}||19700115|{sex}",
            f"ORC|NW|P{number}^RIS|F{number}^RIS||SC||{timing}",
            f"OBR|1|P{number}^RIS|F{number}^RIS|CTABD^CT abdomen^L||||||||||||||A-{number}|RP{number}|SP{number}||||CT|||{timing}",
            ""]).encode())
        assert answer.code == "AA", answer.data


def import_series(agent, n, **said):
    with screen.Folder() as folder:
        folder.add_series(n, **{"StudyDate": TODAY, "SeriesDate": TODAY, **said})
        done = agent.run("import", folder.path)
        assert done.returncode == 0, done.stderr


# --- ears ---

def lines(program, name):
    """What a screen reader hears of the rows of a list; none for a moment, while they change."""
    found = program.find("list", name)
    if found is None:
        return []
    return [text for role, text in map(program.role_and_name, program.walk(found)) if role == "list item"]


def wait_lines(program, name, condition, what):
    return screen.wait_until(lambda: (lambda found: found if condition(found) else None)(lines(program, name)), SECONDS,
                             lambda: f"{what}: {lines(program, name)}")


def rows(program):
    return lines(program, "Quality list")


def wait_rows(program, condition, what):
    return wait_lines(program, "Quality list", condition, what)


def wait_findings(program, condition, what):
    return wait_lines(program, "Findings", condition, what)


def go_to(program, role, name, n=40):
    """With Tab, as a person does."""
    for _ in range(n):
        node = program.focused()
        before = program.role_and_name(node) if node is not None else None
        if before is not None and before[0] == role and before[1].startswith(name):
            return
        program.key("Tab")
        screen.comes(lambda: program.focused() is not None and program.role_and_name(program.focused()) != before, 3)  # noqa: B023
    raise AssertionError(f"{role} {name} is not reached; the focus is on “{program.focused_name()}”")


def release_button(program):
    return next(node for node in program.walk() if program.role_and_name(node) == ("push button", "Release"))


def statuses(agent):
    return {entry["status"] for entry in agent.ask("worklist")}


# --- what a person does ---

def empty(program):
    program.wait_name("No images are open", SECONDS)
    program.key("F7")
    program.wait_text("Nothing waits: send a study", SECONDS)
    program.wait_focus("All: also what has left", SECONDS)
    program.key("F7")
    program.wait_name("Search the reading list", SECONDS)


def worst_first(program, agent, ward):
    for number, name in (1, "Lamp^Ada"), (2, "Torch^Bea"), (3, "Candle^Cem"):
        ward.order(number, f"T-{number}", name)
    import_series(agent, 3, patient="Lamp^Ada", patient_id="T-1", study="1", PatientPosition="HFS")
    import_series(agent, 4, patient="Candle^Cem", patient_id="X-3", study="3", AccessionNumber="", PatientPosition="HFS")
    import_series(agent, 3, patient="Torch^Bea", patient_id="T-2", study="2")
    program.key("F7")
    found = wait_rows(program, lambda all_rows: len(all_rows) == 3 and "being checked" not in "".join(all_rows)
                      and "in order" in all_rows[2], "three rows that are checked")
    assert found[0].startswith("Candle, Cem, ID X-3, CT · 4 images"), found
    assert ", error, 1 finding: no accession number; expected: probably A-3" in found[0], found
    assert found[0].endswith("not released"), found
    assert found[1].startswith("Torch, Bea") and ", note, 1 finding: " in found[1], found
    assert found[2].startswith("Lamp, Ada") and "nothing was found" in found[2], found


def opens(program, agent):
    program.key("Home")
    program.wait_focus("Candle, Cem", SECONDS)
    program.key("Down")
    program.wait_focus("Torch, Bea", SECONDS)
    program.key("Up")
    program.wait_focus("Candle, Cem", SECONDS)
    program.key("Return")
    program.wait_image("image 1 of 4")
    wait_rows(program, lambda all_rows: all_rows[:1] and all_rows[0].endswith(", open"), "that it is open")
    wait_findings(program, lambda found: len(found) == 1, "its finding")
    assert statuses(agent) == {"arrived", "scheduled"}, statuses(agent)


def refuses(program):
    program.wait_text("Not yet: 1 error is neither mended nor said to be right.", SECONDS)
    assert not program.has_state(release_button(program), "sensitive")


def accepts(program):
    program.key("shift+F7")
    program.wait_focus("no accession number", SECONDS)
    go_to(program, "push button", "It is right… Accession number")
    program.key("space")
    program.wait_focus("Why it is right: Accession number", SECONDS)
    program.key("Return")
    program.wait_text("Say in a word why it is right.", SECONDS)
    program.do("type", "--delay", "20", "emergency")
    program.key("Return")
    wait_findings(program, lambda found: found and "said to be right" in found[0], "what was accepted")
    program.wait_text("“emergency”", SECONDS)
    wait_rows(program, lambda all_rows: any("Candle" in row and "nothing was found" in row for row in all_rows), "no finding")
    screen.wait_until(lambda: program.has_state(release_button(program), "sensitive"), SECONDS, "that it may leave")


def rejects(program):
    program.key("shift+F7")
    program.wait_focus("image ", SECONDS)
    program.key("End")
    program.wait_image("image 4 of 4")
    program.key("ctrl+Delete")
    program.wait_focus("Reason", SECONDS)
    program.wait_text("Choose a reason, or say it in words.", SECONDS)
    program.key("Tab")
    program.wait_focus("Reason in words", SECONDS)
    program.do("type", "--delay", "20", "moved")
    go_to(program, "push button", "Reject")
    program.key("space")
    program.wait_text("Rejected for quality: 1 image", SECONDS)
    program.look_again()
    screen.wait_until(lambda: any(node.name.startswith("image 3 of 3,") for node in program.viewports()), SECONDS, "its neighbour")


def takes_back(program):
    go_to(program, "push button", "Undo: Rejected for quality")
    program.key("space")
    program.wait_text("undone", SECONDS)
    screen.wait_until(lambda: any(" of 4," in node.name for node in program.viewports()), SECONDS, "four images")


def matches(program, agent):
    program.key("F8")
    program.wait_focus("Candle, Cem · CT abdomen", SECONDS)
    assert "ID: X-3 → T-3" in program.focused_name(), program.focused_name()
    program.key("Return")
    program.wait_focus("Second look: initials", SECONDS)
    program.wait_text("Not yet: 1 correction waits for a second look.", SECONDS)
    program.do("type", "--delay", "20", "ab")
    program.key("Return")
    program.wait_text("Candle, Cem · ID T-3 · born", SECONDS)
    program.wait_text("second look: ab", SECONDS)
    program.look_again()
    program.wait_image("image 1 of 4")
    found = wait_rows(program, lambda all_rows: any("Candle, Cem, ID T-3" in row for row in all_rows), "the order's patient")
    assert not any("ID X-3" in row for row in found), found
    wait_rows(program, lambda all_rows: any("nothing was found" in row for row in all_rows if "ID T-3" in row), "nothing to mend")
    order = next(order for order in agent.ask("orders") if order["accession"] == "A-3")
    assert order["instances_here"] == 4, order


def differs(program):
    program.key("shift+F7")
    screen.wait_until(lambda: program.focused_name() == "Release" or program.focused_name().startswith("image "), SECONDS,
                      "the page or the image")
    if program.focused_name().startswith("image "):
        program.key("shift+F7")
    go_to(program, "push button", "Difference: Matched to an order")
    program.key("space")
    title = "^Tags"
    program.enter_window(title)
    program.wait_text("X-3", SECONDS)
    program.key("ctrl+w")
    program.back(title)


def undoes(program):
    go_to(program, "push button", "Undo: Matched to an order")
    program.key("space")
    program.wait_text("Candle, Cem · ID X-3 · born", SECONDS)
    wait_rows(program, lambda all_rows: any("Candle, Cem, ID X-3" in row for row in all_rows), "the patient as it came")


def play(tap, agent):
    environment = {"GSETTINGS_BACKEND": None, "XDG_RUNTIME_DIR": agent.environment["XDG_RUNTIME_DIR"],
                   "NEGATOSCOPE_AGENT": None}
    with Ward(agent) as ward, screen.Program("--home", agent.home, environment=environment) as program:
        tap.run("an empty list says what comes here", empty, program)
        tap.run("the worst comes first", worst_first, program, agent, ward)
        tap.run("Enter opens the images and claims nothing", opens, program, agent)
        tap.run("with an open error it does not leave, in words", refuses, program)
        tap.run("a finding is accepted with a word", accepts, program)
        tap.run("an image is rejected, and gone", rejects, program)
        tap.run("it comes back", takes_back, program)
        tap.run("the study is matched to its order by one key", matches, program, agent)
        tap.run("what it has changed is shown tag by tag", differs, program)
        tap.run("and undone", undoes, program)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as folder, Agent(folder, SITE, dicom="default-issuer=ISS") as agent:
            play(tap, agent)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
