#!/usr/bin/python3
"""kill -9 of the window and of the agent at random moments of saving: every object in the archive is whole, and no
measurement is ever lost. Usage: test-saving-kills.py N"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types

import screen
from fault_homes import check_whole

SPACING_MM = 0.7
ROW = f"Length, {100 * SPACING_MM:.1f} mm"
WINDOW_EVERY = 5  # kills: a window takes longer to start than an agent
LATEST_S = 0.6    # of a kill, after the key


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout.decode()


def agents(home):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
            if words[0].endswith(b"negatoscope-agent") and home.encode() in words:
                found.append(int(pid))
    return found


class Reader(screen.Program):
    def rows(self):
        return [node.name for node in self.walk() if node.getRoleName() == "list item" and ", series" in (node.name or "")]

    def wait_rows(self, n):
        screen.wait_until(lambda: len(self.rows()) == n, 20, f"{n} rows; there are {self.rows()}")
        assert all(row.startswith(ROW) for row in self.rows()), self.rows()


def open_study(program):
    screen.wait_until(lambda: [node for node in program.walk() if node.getRoleName() == "list item"
                               and (node.name or "").startswith("Lamp")], 20, "the list")
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.key("Down")
    screen.wait_until(lambda: "Lamp" in program.focused_name(), 20, "the focus on the row")
    program.key("Return")
    program.wait_focus("image ", 20)
    program.look_again()
    program.key("Home")
    program.wait_image("image 1 of 4")
    if program.find("page tab", "Measurements") is None:  # the pane is remembered
        program.key("ctrl+F9")
    program.click(program.wait_find("page tab", "Measurements"))
    program.key("Escape")
    program.look_again()
    program.key("g")
    program.settled()


def measure(program, n):
    x, y = program.centre()
    program.key("l")
    program.drag(1, x - 60, y - 110 + 9 * n, 100, 0)
    program.wait_rows(n)
    program.key("Escape", "Escape")


def read_archive(home):
    return check_whole(types.SimpleNamespace(home=home))


def check(home):
    """By the archive's own list, and by the program."""
    kept = read_archive(home)
    with tempfile.TemporaryDirectory() as folder:
        for index, data in enumerate(kept.values()):
            with open(os.path.join(folder, f"{index}.dcm"), "wb") as file:
                file.write(data)
        said = subprocess.run([screen.negtest.PROGRAM, "info", "--json", folder], capture_output=True, timeout=400)
    assert said.returncode == 0 and b'"unreadable":[]' in said.stdout.replace(b" ", b""), said
    return len(kept)


def has_ended(program, home, n_before):
    """In words, which go after six seconds where all is well: reading all of the window can take longer. Then by what is
    there, a view and the measurements."""
    return any("Saved: " in text or "Not saved: " in text for text in program.texts()) \
        or len(read_archive(home)) >= n_before + 2


def kill_while_saving(program, home, victim):
    n_before = len(read_archive(home))
    program.key("ctrl+s")
    time.sleep(random.random() * LATEST_S)
    pids = agents(home) if victim == "agent" else [program.process.pid]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if victim == "window":
        program.process.wait()
        program.closed = True
        return
    screen.wait_until(lambda: has_ended(program, home, n_before), 60,
                      lambda: f"how that ended: {program.texts()[-6:]}")


def one_life(home, n_kills, n_measured):
    """Of a window; the agent dies now and then, the window in the end."""
    with Reader("--home", home, environment={"NEGATOSCOPE_AGENT": None}) as program:
        open_study(program)
        program.wait_rows(n_measured)
        measure(program, n_measured + 1)
        for _ in range(n_kills - 1):
            kill_while_saving(program, home, "agent")
            program.wait_rows(n_measured + 1)
            check(home)
        kill_while_saving(program, home, "window")
    check(home)


def ends_well(home, n_measured):
    """After all that everything can be saved, once."""
    with Reader("--home", home, environment={"NEGATOSCOPE_AGENT": None}) as program:
        open_study(program)
        program.wait_rows(n_measured)
        before = check(home)
        program.key("ctrl+s")
        program.wait_text(f"Saved: 1 view, {n_measured} measurements", 60)
        assert check(home) == before + 2
        program.closed = True


def main():
    n_kills = int(sys.argv[1])
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    home = tempfile.mkdtemp(prefix="neg-kills-")
    seed = int.from_bytes(os.urandom(4), "little")
    random.seed(seed)
    print(f"# seed {seed}")
    try:
        with screen.Folder() as folder:
            command(home, "import", folder.add_series(4, PixelSpacing=[SPACING_MM, SPACING_MM]))
        n_lives = max(n_kills // WINDOW_EVERY, 1)
        for life in range(n_lives):
            tap.run(f"window {life + 1}: nothing partial, nothing lost", one_life, home, WINDOW_EVERY, life)
        tap.run("everything can be saved afterwards", ends_well, home, n_lives)
    finally:
        screen.end_agents(home)
        display.stop()
        shutil.rmtree(home, ignore_errors=True)
    tap.done()


if __name__ == "__main__":
    main()
