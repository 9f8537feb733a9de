#!/usr/bin/python3
"""What cannot be saved is said, is not marked as read, and is still there: the agent has died, the disk is full."""

import contextlib
import os
import re
import signal
import subprocess
import tempfile

import screen
from saving import Reader, command, n_read, new_home

SPACING_MM = 0.7


def measured(program):
    program.open_first("Lamp")
    program.open_page()
    program.key("g")
    program.settled()
    program.draw("l", -60, -80, 40, -80)
    program.wait_rows(f"Length, {100 * SPACING_MM:.1f} mm")
    program.key("Escape", "Escape")


def stays_unread(program, expected):
    """Said, not marked as read, and still there."""
    program.key("ctrl+Return")
    program.wait_text("Not saved: ", 60)
    text = next(text for text in program.texts() if "Not saved: " in text)
    assert expected is None or re.search(expected, text), text
    assert n_read(program.home) == 0
    program.wait_rows(f"Length, {100 * SPACING_MM:.1f} mm")


def agents(home):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"negatoscope-agent") and home.encode() in words:
            yield int(pid)


def without_agent(folder):
    """It is killed and cannot be started again."""
    with new_home() as home, tempfile.TemporaryDirectory() as place:
        agent = os.path.join(place, "negatoscope-agent")
        os.symlink(os.path.join(screen.negtest.BUILD, "src", "agent", "negatoscope-agent"), agent)
        command(home, "import", folder)
        with Reader(home, NEGATOSCOPE_AGENT=agent) as program:
            measured(program)
            os.unlink(agent)
            for pid in agents(home):
                os.kill(pid, signal.SIGKILL)
            stays_unread(program, None)


def fill(path):
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    with contextlib.suppress(OSError):
        while True:
            os.write(file, bytes(512))
    os.close(file)


def on_full_disk(folder):
    home = tempfile.mkdtemp(prefix="neg-states-full-")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", home],
                                           capture_output=True).returncode != 0:
        os.rmdir(home)
        raise screen.negtest.Skip("no tmpfs can be mounted here")
    try:
        command(home, "import", folder)
        with Reader(home) as program:
            measured(program)
            fill(os.path.join(home, "filler"))
            stays_unread(program, None)
            os.unlink(os.path.join(home, "filler"))
            program.key("ctrl+s")
            program.wait_text("Saved: 1 view, 1 measurement", 60)
    finally:
        screen.end_agents(home)
        screen.wait_until(lambda: not list(agents(home)), 60, "the end of the agent")
        subprocess.run(["umount", "-l", home], check=True)
        os.rmdir(home)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        with screen.Folder() as folder:
            path = folder.add_series(4, PixelSpacing=[SPACING_MM, SPACING_MM])
            tap.run("the agent has died: not saved, not read", without_agent, path)
            tap.run("the disk is full: not saved, not read", on_full_disk, path)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
