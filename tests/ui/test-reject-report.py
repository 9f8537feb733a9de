#!/usr/bin/python3
"""The report of rejected images, by the keyboard alone: its numbers, another dimension, and the CSV file."""
import csv
import os
import sqlite3
import subprocess
import tempfile
import time

import screen

TODAY = time.strftime("%Y%m%d")


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def fill(home, folder):
    """200 images of two technologists, 11 of them rejected."""
    command(home, "import", folder)
    screen.end_agents(home)
    screen.wait_until(lambda: not screen.agents_of(home), 60, "the agent's end")
    with sqlite3.connect(f"{home}/data/archive.db", timeout=30) as database:
        database.execute("UPDATE desk SET due_us = 0")  # what is checked anew is counted anew
        database.execute("DELETE FROM made")
        for name, station, n in (("Moss", "ROOM 1", 150), ("Reed", "ROOM 2", 50)):
            database.execute("INSERT INTO made VALUES (9001, ?, ?, ?, 'DX', 'CHEST', 'PA', ?)", (TODAY, name, station, n))
        for i, (name, station, reason) in enumerate([("Moss", "ROOM 1", "motion")] * 3
                                                    + [("Reed", "ROOM 2", "positioning")] * 8):
            database.execute("INSERT INTO rejection VALUES (?, 1, ?, '113001', ?, '', ?, 'anybody', ?, 0, '')",
                             (i + 1, f"2.25.{i + 1}", reason, i % 2, time.time_ns() // 1000))
            database.execute("INSERT INTO rejection_object VALUES (?, ?, ?, ?, ?, 'DX', 'CHEST', 'PA')",
                             (i + 1, f"1.2.{i}", TODAY, name, station))


class Report(screen.Program):
    """Looks at nothing but the report once it is there."""

    frame = None

    def application(self):
        return self.frame if self.frame is not None else super().application()

    def look_at_report(self):
        frame = screen.wait_until(lambda: next((node for node in super(Report, self).application() or []
                                                if node is not None and node.name == "Rejected images"), None), 30, "the window")
        self.enter_window("^Rejected images$")
        self.frame = frame


def reach(program, start):
    """By Tab alone."""
    for _ in range(30):
        if (program.focused_name() or "").startswith(start):
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda: program.focused_name() not in ("", before), 5)
    raise AssertionError(f"“{start}” is not reached; the focus is on “{program.focused_name()}”")


def counts(program):
    program.key("ctrl+shift+F7")
    program.look_at_report()
    program.wait_text("11 of 200 images were rejected.")
    for text in ("positioning", "8", "motion", "3"):
        program.wait_text(text)


def by_room(program):
    """Another dimension, by keys."""
    reach(program, "Counted")
    program.key("space")
    program.key("Home", "Down", "Return")
    for text in ("ROOM 1", "ROOM 2", "150", "50", "2.0 %", "16.0 %"):
        program.wait_text(text)


def wrong_day(program):
    reach(program, "From")
    program.key("ctrl+a")
    program.do("type", "--delay", "15", "2026-13")
    program.wait_text("A day is written as YYYY-MM-DD.")
    program.key("ctrl+a")
    program.do("type", "--delay", "15", "2020-01-01")
    program.wait_text("11 of 200 images were rejected.")


def saves(program, folder):
    path = os.path.join(folder, "rejected.csv")
    program.key("alt+s")
    screen.wait_until(lambda: program.windows("^Save the Rejected Images$"), 30, "the file chooser")
    program.enter_window("^Save the Rejected Images$")
    program.key("ctrl+a")
    program.do("type", "--delay", "15", path)
    program.key("Return")
    screen.wait_until(lambda: os.path.exists(path) and os.path.getsize(path) > 0, 30, "the file")
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 11, lines
    assert sorted({line["station"] for line in lines}) == ["ROOM 1", "ROOM 2"], lines
    assert not any("Lamp" in value for line in lines for value in line.values())


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as target, screen.Folder() as folder:
            try:
                folder.add_series(1, study="1", size=64, Modality="DX")
                fill(home, folder.path)
                with Report("--home", home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}) as program:
                    tap.run("numbers by reason", counts, program)
                    tap.run("another dimension, by keys", by_room, program)
                    tap.run("a day that is none", wrong_day, program)
                    tap.run("the CSV file has a line for each", saves, program, target)
            finally:
                screen.end_agents(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
