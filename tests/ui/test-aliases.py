#!/usr/bin/python3
"""A prior of a patient who had another ID: shown beside the case because a link says so, and apart once that is undone."""

import sqlite3
import subprocess
import tempfile

import screen

OLD, NOW = "T-9", "T-1"
REMARK = f"known as ID {OLD} then"


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, text=True,
                          timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def write(home, *statements):
    """With no agent there, which is the only one to write otherwise; the next one puts the list right by itself."""
    screen.end_agents(home)
    screen.wait_until(lambda: not screen.agents_of(home), 60, "the agent's end")
    with sqlite3.connect(f"{home}/data/archive.db", timeout=30) as database:
        for statement in statements:
            database.execute(statement)
        for patient in (OLD, NOW):
            database.execute("INSERT INTO patient_change (issuer, patient_id, name_key, pass, next_id)"
                             " SELECT issuer, patient_id, name_key, 0, 0 FROM study WHERE patient_id = ? LIMIT 1", [patient])


def link(home):
    write(home, "INSERT INTO patient_link (from_issuer, from_id, from_key, from_name, to_issuer, to_id, to_key, to_name,"
                " user, message_id, time_us, made_us) SELECT f.issuer, f.patient_id, f.name_key, f.patient_name, t.issuer,"
                " t.patient_id, t.name_key, t.patient_name, 'ann', 0, 1, 1 FROM study f, study t"
                f" WHERE f.patient_id = '{OLD}' AND t.patient_id = '{NOW}'")


def open_case(program, home, n_patients):
    screen.wait_until(lambda: patients_of(home) == n_patients, 60, f"{n_patients} patients in the list")
    program.wait_name("Search the reading list", 60)
    program.wait_name("Cache", 60)  # the agent is there
    program.key("ctrl+f")
    program.wait_focus("Search the reading list", 20)
    program.do("type", "--delay", "20", "later")
    screen.wait_until(lambda: len(program.names("Lamp, Ada, ")) == 1, 20, "the case alone")
    program.key("Down")
    program.wait_focus("Later", 20)
    program.key("Return")
    screen.wait_until(lambda: [node for node in program.viewports() if node.name.startswith("image ")], 40, "its image")
    program.key("Escape")
    program.wait_focus("image ", 20)


def patients_of(home):
    with sqlite3.connect(f"file:{home}/data/archive.db?mode=ro", uri=True) as database:
        return database.execute("SELECT count(DISTINCT patient_id) FROM entry").fetchone()[0]


def beside(home):
    with screen.Program("--home", home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}) as program:
        open_case(program, home, 1)
        program.wait_name("▸ compare first", 30)
        before = program.look()[:200]
        program.key("shift+c")
        screen.wait_until(lambda: len(program.viewports()) == 2, 60, "two viewports")
        # The prior has 5 images, the case 3.
        screen.wait_until(lambda: " of 5, CT " in program.viewports()[1].name, 60, "the prior beside")
        program.wait_name(REMARK, 30)
        assert (program.look()[:200] != before).any()


def apart(home):
    write(home, "UPDATE patient_link SET undone_us = 1, undone_by = 'ann'")
    with screen.Program("--home", home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}) as program:
        open_case(program, home, 2)
        program.key("shift+c")
        program.wait_text("No prior that answers to this study is here", 30)
        assert len(program.viewports()) == 1, program.viewports()
        assert not any(REMARK in name or OLD in name for name in program.names())


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as home, screen.Folder() as folder:
            folder.add_series(5, study="1", patient_id=OLD, StudyDate="20200912", StudyDescription="Earlier")
            folder.add_series(3, study="2", patient_id=NOW, StudyDescription="Later")
            try:
                command(home, "import", folder.path)
                link(home)
                tap.run("a prior of the ID that was merged is beside the case, and says so", beside, home)
                tap.run("the link taken apart, nothing of the other ID is there", apart, home)
            finally:
                screen.end_agents(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
