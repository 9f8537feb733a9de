#!/usr/bin/python3
"""What the cache has and why, by the keyboard alone, and the prior that is compared with first."""

import shutil
import sqlite3
import subprocess
import tempfile

import screen

CT_CHEST = "CT chest"
CASE = "CT chest with contrast"


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, text=True,
                          timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def rows_of(home, sql):
    with sqlite3.connect(f"file:{home}/data/archive.db?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def make_studies(folder):
    """The prior of 64 images and its case, and two of other patients."""
    chest = {"patient": "Lamp^Ada", "patient_id": "T-1", "size": 64, "BodyPartExamined": "CHEST"}
    folder.add_series(64, study="1", StudyDate="20250301", StudyDescription=CT_CHEST, **chest)
    folder.add_series(20, study="2", StudyDate="20260914", StudyDescription=CASE, **chest)
    folder.add_series(3, study="3", size=64, patient="Moss^Ben", patient_id="T-2", StudyDescription="CT head")
    folder.add_series(3, study="4", size=64, patient="Reed^Cleo", patient_id="T-3", StudyDescription="MR lumbar spine",
                      Modality="MR")


def fill(home, folder):
    """As if a peer held them and the prior had been brought for the case."""
    command(home, "import", folder)
    screen.end_agents(home)
    screen.wait_until(lambda: not screen.agents_of(home), 60, "the agent's end")
    with sqlite3.connect(f"{home}/data/archive.db", timeout=30) as database:
        database.execute("UPDATE instance SET object_class = 1")
        database.execute("UPDATE study SET cache_bytes = (SELECT sum(i.bytes) FROM series s JOIN instance i"
                         " ON i.series_id = s.id WHERE s.study_id = study.id)")
        database.execute("INSERT INTO cache_purpose SELECT p.study_uid, 1, c.id, 1, 'because' FROM entry p, entry c"
                         " WHERE p.description = ? AND c.description = ?", (CT_CHEST, CASE))
        database.execute("UPDATE study SET opened_us = used_us - 172800000000 WHERE description = 'CT head'")
    shutil.rmtree(f"{home}/cache/objects")
    shutil.move(f"{home}/data/objects", f"{home}/cache/objects")


def items(program):
    lists = [node for node in program.walk() if node.name == "Studies in the cache"]
    return [child.name for child in program.walk(lists[0]) if child.getRoleName() == "list item"] if lists else []


def wait_item(program, *parts):
    return screen.wait_until(lambda: next((name for name in items(program) if all(part in name for part in parts)), None),
                             30, f"{parts} in {items(program)}")


def reach(program, key, condition):
    for _ in range(40):
        if condition(program.focused_name()):
            return
        before = program.focused_name()
        program.key(key)
        screen.wait_until(lambda: program.focused_name() not in ("", before), 10, f"another focus than {before}")
    raise AssertionError(f"the focus is on {program.focused_name()}")


def shows(program):
    program.key("ctrl+shift+t")
    wait_item(program, "CT chest · ", "brought ahead for CT CT chest with contrast of 2026-09-14", "64 images")
    wait_item(program, "CT head", "opened 2 days ago")
    wait_item(program, "MR lumbar spine", "not opened")
    program.wait_text("are allowed")
    program.wait_text("are kept free")
    program.wait_text("Nothing was opened")


def pins(program, home):
    """Arrows go from study to study, Tab to what can be done with one, Space does it; the focus stays."""
    program.enter_window("Cache")
    reach(program, "Tab", lambda name: name.startswith("Keep here: ") or name in items(program))
    program.key("Home")
    reach(program, "Down", lambda name: name.startswith("MR · MR lumbar spine"))
    program.key("Tab")
    program.wait_focus("Keep here: MR · MR lumbar spine")
    program.key("space")
    wait_item(program, "MR lumbar spine", "pinned by ")
    assert rows_of(home, "SELECT count(*) FROM study WHERE pinned_us > 0 AND description = 'MR lumbar spine'") == [(1,)]
    program.wait_focus("Keep here: MR · MR lumbar spine")
    program.wait_name("pinned: stays here", 20)
    assert all("lumbar spine" in name for name in program.names() if "pinned: stays here" in name)
    program.key("space")
    wait_item(program, "MR lumbar spine", "not opened")
    program.wait_no_name("pinned: stays here", 20)
    assert rows_of(home, "SELECT count(*) FROM study WHERE pinned_us > 0") == [(0,)]
    program.key("Escape")
    program.back("Cache")


def compares(program, home):
    program.key("F9")
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.do("type", "--delay", "20", "contrast")
    program.key("Down")
    screen.wait_until(lambda: "with contrast" in program.focused_name(), 15, "the case")
    program.key("Return")
    program.wait_name("▸ compare first", 30)
    marked = [name for name in program.names() if "▸ compare first" in name]
    assert all(CT_CHEST in name and CASE not in name for name in marked), marked
    screen.wait_until(program.find_viewport, 30, "an image")
    screen.wait_until(lambda: program.find_viewport().name.startswith("image "), 30, "its image")
    program.key("Escape")
    program.wait_focus("image ", 15)
    program.key("shift+c")
    screen.wait_until(lambda: len(program.viewports()) == 2, 60, "two viewports")
    # The prior has 64 images, the case none of that number.
    screen.wait_until(lambda: " of 64, CT " in program.viewports()[1].name, 60,
                      f"the prior beside: {[node.name for node in program.viewports()]}")
    screen.wait_until(lambda: rows_of(home, "SELECT total(hits), total(predicted) FROM cache_day") == [(2, 1)], 20,
                      "what was counted")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as home, screen.Folder() as folder:
            try:
                make_studies(folder)
                fill(home, folder.path)
                with screen.Program("--home", home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None}) \
                        as program:
                    program.wait_name("Cache", 30)
                    tap.run("what is here, and why", shows, program)
                    tap.run("a study is pinned by keys", pins, program, home)
                    tap.run("one key compares with the prior that answers best", compares, program, home)
            finally:
                screen.end_agents(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
