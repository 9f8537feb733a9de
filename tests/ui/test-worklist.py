#!/usr/bin/python3
"""The reading list by the keyboard alone: an empty home, a list that is filtered, sorted, opened, claimed, finished."""

import os
import signal
import subprocess
import tempfile
import time

import screen


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def fill(home, folder):
    command(folder, "demo")
    command(home, "import", folder)


def start(home, *arguments):
    return screen.Program("--home", home, *arguments, environment={"GSETTINGS_BACKEND": None})


def end_agent(home):
    """It outlives the window on purpose, but not the test."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"negatoscope-agent") and home.encode() in words:
            os.kill(int(pid), signal.SIGTERM)


def rows(program):
    """What a screen reader hears of the rows, from the top."""
    lists = [node for node in program.walk() if node.getRoleName() == "list" and node.name == "Reading list"]
    return [child.name for child in program.walk(lists[0]) if child.getRoleName() == "list item"] if lists else []


def wait_rows(program, condition, what):
    return screen.wait_until(lambda: (lambda all_rows: all_rows if condition(all_rows) else None)(rows(program)), 10, what)


def empty_home():
    with tempfile.TemporaryDirectory() as home:
        try:
            with start(home) as program:
                program.wait_name("Open a Folder")
                program.key("F9")
                program.wait_focus("Search the reading list")
                program.wait_name("What there is to read comes here", 15)
                program.wait_name("Add a Peer", 15)
        finally:
            end_agent(home)


def list_shows_and_filters(program, n):
    program.key("F9")
    screen.wait_until(lambda: len(rows(program)) == n, 10, f"{n} rows: {rows(program)}")
    screen.wait_until(lambda: program.focused_name() in rows(program), 5, "the focus on a row")
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.do("type", "--delay", "20", "beispiel")
    found = wait_rows(program, lambda all_rows: all_rows and all("Beispiel" in row for row in all_rows), "fewer rows")
    assert len(found) < n
    program.key("Down")
    program.wait_focus(found[0][:20])
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.key("ctrl+a")
    program.do("type", "--delay", "20", "zzzz")
    program.wait_name("No study of the list matches")
    program.wait_name("Ask the Archives")
    program.key("Escape")
    wait_rows(program, lambda all_rows: len(all_rows) == n, "all rows again")


def opens(program):
    program.key("ctrl+f", "Down")
    screen.wait_until(lambda: program.focused_name() in rows(program), 5, "the focus on a row")
    name = program.focused_name().split(",")[0]
    program.key("Return")
    program.look_again()
    screen.wait_until(lambda: program.find_viewport() and name.split(" ")[0] in program.says(), 15,
                      f"the images of {name}")
    wait_rows(program, lambda all_rows: any("being read by" in row and row.endswith("open") for row in all_rows),
              "who reads it, and that it is open")


def next_unread(program):
    before = next(row for row in rows(program) if row.endswith(", open"))
    program.key("Escape")
    program.wait_focus("image ")
    program.key("n")
    wait_rows(program, lambda all_rows: any(row.endswith(", open") and row.split(",")[0] != before.split(",")[0]
                                            for row in all_rows), "another study is open")


def finishes(program):
    program.look_again()
    opened = next(row for row in rows(program) if row.endswith(", open")).split(",")[0]
    program.key("Escape")
    program.wait_focus("image ")
    program.key("ctrl+Return")
    wait_rows(program, lambda all_rows: any(row.split(",")[0] == opened and ", read," in row for row in all_rows),
              f"{opened} is read")


def claims_and_releases(program):
    program.key("F9")
    screen.wait_until(lambda: program.focused_name() in rows(program), 5, "the focus on a row")
    program.key("End")
    program.key("c")
    screen.wait_until(lambda: "being read by" in program.focused_name(), 10, "claimed")
    program.key("shift+c")
    screen.wait_until(lambda: "being read by" not in program.focused_name(), 10, "released")
    program.key("space")
    program.wait_name("born ")
    program.key("space")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        tap.run("an empty home says what comes here", empty_home)
        with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
            try:
                fill(home, folder)
                with start(home) as program:
                    program.wait_name("Open a Folder")
                    time.sleep(1)
                    n = screen.wait_until(lambda: len(rows(program)), 15, "a list")
                    tap.run("the list shows and filters", list_shows_and_filters, program, n)
                    tap.run("Enter opens and claims", opens, program)
                    tap.run("n opens the next unread", next_unread, program)
                    tap.run("Ctrl+Enter finishes", finishes, program)
                    tap.run("c claims, Shift+c releases", claims_and_releases, program)
            finally:
                end_agent(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
