#!/usr/bin/python3
"""Orders in front of a person who has a keyboard: a row at the order, filled by its images, closed by its report; what is
to settle, and what was joined taken apart again."""

import datetime
import os
import sys
import tempfile

import screen

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
from agents import Agent  # noqa: E402
from fault_homes import Bus  # noqa: E402
from hl7_peers import Sender  # noqa: E402

SITE = "default-issuer=ISS\nport=auto\n[site]\ntimezone=UTC\n"
SECONDS = 60
REASON, ALERT = "Pain since three days; appendicitis?", "Contrast allergy"
REPORT, PRIOR_REPORT = "The <b>appendix</b> is normal. 1 < 2 & 3", "Unremarkable a year ago."


def moment(hours=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y%m%d%H%M%S")


class Ward(Sender):
    """Whoever sends orders and reports."""

    def __init__(self, agent):
        super().__init__(Bus(agent).call("Hello", "(u)", 1)[1]["hl7-port"])
        self.n = 0

    def say(self, kind, patient, name, *segments):
        self.n += 1
        answer = self.ask("\r".join([f"MSH|^~\\&|RIS|HOSP|WS|RAD|{moment()}||{kind}|C{self.n}|P|2.5.1",
                                     f"PID|1||{patient}^^^ISS^MR||{name}||19700115|O", *segments, ""]).encode())
        assert answer.code == "AA", answer.data

    def order(self, number, patient, name, hours, code="NW", status="SC", priority="R", reason="", alerts=""):
        timing = f"1^^^{moment(hours)}^^{priority}"
        self.say("ORM^O01", patient, name, f"ORC|{code}|P{number}^RIS|F{number}^RIS||{status}||{timing}",
                 f"OBR|1|P{number}^RIS|F{number}^RIS|CTABD^CT abdomen^L|||||||||{alerts}|||88^Cuddy^Lisa||A-{number}"
                 f"|RP{number}|SP{number}||||CT|||{timing}||||{reason}")

    def report(self, accession, patient, name, text, status="F"):
        self.say("ORU^R01", patient, name,
                 f"OBR|1|||CT^CT report^L||||||||||||||{accession}||||{moment()}|||{status}|||||||99&Wilson&James",
                 f"OBX|1|TX|1^Report^L||{text}||||||{status}")


# --- ears ---

def rows(program):
    """None of them for a moment, while they change."""
    from gi.repository import GLib
    try:
        return read_rows(program)
    except GLib.GError:
        return []


def read_rows(program):
    lists = [node for node in program.walk() if node.getRoleName() == "list" and node.name == "Reading list"]
    return [child.name for child in program.walk(lists[0]) if child.getRoleName() == "list item"] if lists else []


def wait_rows(program, condition, what):
    return screen.wait_until(lambda: (lambda found: found if condition(found) else None)(rows(program)), SECONDS,
                             f"{what}: {rows(program)}")


def wait_row(program, *parts):
    return wait_rows(program, lambda found: any(all(part in row for part in parts) for row in found), f"a row {parts}")


def wait_text(program, part):
    program.wait_text(part, SECONDS)


def go_to(program, name, n=100):
    for _ in range(n):
        if program.focused_name().startswith(name):
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 3)  # noqa: B023
    raise AssertionError(f"{name} is not reached; the focus is on “{program.focused_name()}”")


def order_of(agent, placer):
    return next(order for order in agent.ask("orders") if order["placer"] == placer)


def import_series(agent, n, **said):
    with screen.Folder() as folder:
        folder.add_series(n, **said)
        done = agent.run("import", folder.path)
        assert done.returncode == 0, done.stderr


# --- what a person does ---

def appears(program, agent, ward):
    program.wait_name("No images are open", SECONDS)
    ward.order(1, "T-1", "Lamp^Ada", 2, priority="S", reason=REASON, alerts=ALERT)
    row = next(row for row in wait_row(program, "Lamp, Ada", "STAT", "scheduled", "CT abdomen"))
    assert "images: –" in row, row
    program.key("F9")
    screen.wait_until(lambda: program.focused_name().startswith("Lamp, Ada"), SECONDS, "the focus on the row")
    program.key("space")
    wait_text(program, f"Reason: {REASON}")
    wait_text(program, ALERT)
    assert order_of(agent, "P1")["status"] == "scheduled"


def fills(program, agent):
    before = order_of(agent, "P1")["entry"]
    import_series(agent, 3, patient="Lamp^Ada", patient_id="T-1", study="1")
    wait_row(program, "Lamp, Ada", "STAT", "unread", "3 here")
    after = order_of(agent, "P1")
    assert (after["entry"], after["instances_here"]) == (before, 3), (before, after)
    assert len(rows(program)) == 1, rows(program)


def goes_when_canceled(program, ward):
    ward.order(2, "T-2", "Torch^Bea", 3)
    wait_row(program, "Torch, Bea")
    ward.order(2, "T-2", "Torch^Bea", 3, code="CA", status="CA")
    wait_rows(program, lambda found: not any("Torch" in row for row in found), "no row of what is canceled")
    program.wait_focus("Lamp, Ada", SECONDS)


def shown_text(program):
    node = program.find("text", "Text of the report")
    return node.queryText().getText(0, -1) if node is not None else ""


def wait_report(program, text):
    screen.wait_until(lambda: shown_text(program) == text, SECONDS, f"“{text}”; it is “{shown_text(program)}”")


def closes(program, agent, ward):
    program.key("Return")
    program.wait_image("image 1 of 3")
    program.key("ctrl+shift+r")
    wait_text(program, ALERT)
    ward.report("A-1", "T-1", "Lamp^Ada", REPORT.replace("&", "\\T\\"), status="P")
    program.wait_find("list item", "This study · CT report, preliminary", SECONDS)
    wait_report(program, REPORT)
    ward.report("A-1", "T-1", "Lamp^Ada", REPORT.replace("&", "\\T\\"))
    program.wait_find("list item", "This study · CT report, final · Wilson, James", SECONDS)
    wait_row(program, "Lamp, Ada", "reported")
    import_series(agent, 2, patient="Lamp^Ada", patient_id="T-1", study="11", AccessionNumber="OLD", StudyDate="20230101")
    ward.report("OLD", "T-1", "Lamp^Ada", PRIOR_REPORT)
    program.wait_find("list item", "2023-01-01", SECONDS)
    wait_report(program, REPORT)


def reads_the_priors(program):
    program.key("ctrl+shift+r")
    screen.wait_until(lambda: program.focused_name().startswith(("This study", "image ")), 10, "the report or the image")
    if program.focused_name().startswith("image "):  # it was there: that was the way back
        program.key("ctrl+shift+r")
    program.wait_focus("This study · CT report", SECONDS)
    program.key("Down")
    program.wait_focus("2023-01-01", SECONDS)
    wait_report(program, PRIOR_REPORT)
    program.key("Escape")
    program.wait_focus("image ", SECONDS)


def matches(program, agent, ward):
    ward.order(3, "T-3", "Candle^Cem", -3)
    import_series(agent, 4, patient="Candle^Cem", patient_id="X-3", study="3", StudyDate=moment()[:8], AccessionNumber="")
    program.wait_find("push button", "1 to settle", SECONDS)
    program.key("ctrl+shift+m")
    program.enter_window("^To settle$")
    program.wait_focus("Candle, Cem: ", SECONDS)
    assert "not the same: ID X-3 (ISS)" in program.focused().description, program.focused().description
    program.key("Return")
    wait_text(program, "The patient is not the same.")
    assert order_of(agent, "P3")["instances_here"] == 0
    program.key("1")
    program.wait_find("push button", "Match (1)", SECONDS)
    program.wait_focus("Candle, Cem: ", SECONDS)
    program.key("Return")
    wait_text(program, "There is nothing to settle.")
    order = order_of(agent, "P3")
    assert (order["patient_id"], order["instances_here"]) == ("T-3", 4), order
    wait_row(program, "Candle, Cem", "ID T-3", "4 here")


def takes_apart(program, agent):
    go_to(program, "Take apart: ID X-3 is T-3")
    program.key("space")
    program.wait_find("list item", "Candle, Cem: ", SECONDS)
    assert program.find("push button", "Take apart") is None
    screen.wait_until(lambda: order_of(agent, "P3")["instances_here"] == 0, SECONDS, "an order without images")
    program.key("Escape")
    program.back("^To settle$")
    wait_row(program, "Candle, Cem", "ID X-3", "4 here")
    wait_row(program, "Candle, Cem", "ID T-3", "scheduled")


def play(tap, agent):
    environment = {"GSETTINGS_BACKEND": None, "XDG_RUNTIME_DIR": agent.environment["XDG_RUNTIME_DIR"],
                   "NEGATOSCOPE_AGENT": None}
    with Ward(agent) as ward, screen.Program("--home", agent.home, environment=environment) as program:
        tap.run("an order is a row", appears, program, agent, ward)
        tap.run("its images fill that row", fills, program, agent)
        tap.run("a canceled one goes", goes_when_canceled, program, ward)
        tap.run("the report closes it and can be read", closes, program, agent, ward)
        tap.run("so can that of a prior", reads_the_priors, program)
        tap.run("a study of a wrong ID is matched by keys", matches, program, agent, ward)
        tap.run("who was joined is taken apart", takes_apart, program, agent)


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
