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
                          timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def fill(home, folder):
    command(folder, "demo")
    command(home, "import", folder)


def start(home, *arguments):
    return screen.Program("--home", home, *arguments, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None})


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


def lines(home, word):
    """Entries as the command line has them."""
    return [line for line in command(home, "worklist").splitlines()[1:] if word in line.split()]


def opens(program, home):
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.key("Down")
    screen.wait_until(lambda: program.focused_name() in rows(program), 5, "the focus on a row")
    name = program.focused_name().split(",")[0]
    program.key("Return")
    screen.wait_until(program.find_viewport, 15, "an image")
    screen.wait_until(lambda: program.names(f"{name}, ") and program.find_viewport().name.startswith("image "), 15,
                      f"the images of {name}")
    screen.wait_until(lambda: len(lines(home, "being-read")) == 1, 10, "who reads it")
    wait_rows(program, lambda all_rows: any(row.endswith(", open") for row in all_rows), "that it is open")


def next_unread(program, home):
    program.key("Escape")
    program.wait_focus("image ")
    program.key("n")
    screen.wait_until(lambda: len(lines(home, "being-read")) == 2, 10, "another study that is read")


def finishes(program, home):
    program.wait_focus("image ", 10)
    program.key("ctrl+Return")
    screen.wait_until(lambda: len(lines(home, "read")) == 1, 10, "a study that was read")
    screen.wait_until(lambda: len(lines(home, "being-read")) == 2, 10, "the next one")


def claims_and_releases(program, home):
    program.key("F9")
    screen.wait_until(lambda: program.focused_name() in rows(program), 5, "the focus on a row")
    program.key("End")
    program.key("c")
    screen.wait_until(lambda: len(lines(home, "being-read")) == 3, 10, "claimed")
    program.key("shift+c")
    screen.wait_until(lambda: len(lines(home, "being-read")) == 2, 10, "released")


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
                    tap.run("Enter opens and claims", opens, program, home)
                    tap.run("n opens the next unread", next_unread, program, home)
                    tap.run("Ctrl+Enter finishes", finishes, program, home)
                    tap.run("c claims, Shift+c releases", claims_and_releases, program, home)
            finally:
                end_agent(home)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
