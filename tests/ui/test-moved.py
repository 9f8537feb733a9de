#!/usr/bin/python3
"""A study on the screen of one window is given to another patient by somebody else: it is closed with a word, and nothing of it stays. Where
only a part of it goes the rest is shown as it is now."""

import sqlite3
import subprocess
import tempfile

import screen

NOW = "T-1"
AGENT = {"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def ask(home, sql):
    with sqlite3.connect(f"file:{home}/data/archive.db?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute(sql)]


def images(program):
    return [node for node in program.viewports() if node.name.startswith("image ")]


def open_study(program, name):
    program.wait_name("Search the reading list", 60)
    program.wait_name("Cache", 60)  # the agent is there
    program.key("ctrl+f")
    program.wait_focus("Search the reading list", 20)
    program.do("type", "--delay", "20", name)
    screen.wait_until(lambda: len(program.names("Lamp, Ada, ")) == 1, 20, "the study alone")
    program.key("Down")
    program.wait_focus(name.capitalize(), 20)
    program.key("Return")
    screen.wait_until(lambda: images(program), 40, "its image")


def given_away(home):
    study, = ask(home, "SELECT study_uid FROM study WHERE description = 'Later'")
    with screen.Program("--home", home, environment=AGENT) as program:
        open_study(program, "later")
        command(home, "correct", "--study", study, "--set", "PatientID=T-5", "--reason", "another person", "--initials", "AB")
        program.wait_text("The study was closed", 60)
        assert not images(program), program.names()
        assert not any("Later" in name for name in program.names("image ")), program.names()


def parted(home):
    study, = ask(home, "SELECT study_uid FROM study WHERE description = 'Parts'")
    series = ask(home, "SELECT series_uid FROM series s JOIN study t ON t.id = s.study_id WHERE t.description = 'Parts'"
                       " ORDER BY s.number")
    with screen.Program("--home", home, environment=AGENT) as program:
        open_study(program, "parts")
        command(home, "correct", "--study", study, "--split", series[-1], "--description", "Other", "--reason", "two orders",
                "--initials", "AB")
        program.wait_text("it is shown as it is now", 60)
        screen.wait_until(lambda: images(program), 60, "the rest of it")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as home, screen.Folder() as folder:
            folder.add_series(3, study="2", patient_id=NOW, StudyDescription="Later")
            folder.add_series(3, study="3", patient_id="T-2", StudyDescription="Parts")
            folder.add_series(4, number=2, study="3", patient_id="T-2", StudyDescription="Parts")
            try:
                command(home, "import", folder.path)
                tap.run("given to another patient: closed with a word", given_away, home)
                tap.run("a part of it goes: the rest is shown", parted, home)
            finally:
                screen.end_agents(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
