#!/usr/bin/python3
"""Random events by the thousand on a window that is loading (abuse.c): test-abuse.py EVENTS RENDERER. The seed is in
NEGATOSCOPE_ABUSE_SEED, else always the same; engines and screens answer when they like, so no two runs are equal."""

import os
import subprocess
import sys
import tempfile

import screen

# GLib gives its table of names up when it grows (glib/gquark.c), as somebody may still read there: 2,048 pointers, once. Whether so
# many names come up depends on the events. Their stack is not seen, so no suppression finds them; nothing else may be lost beside.
QUARKS = "SUMMARY: AddressSanitizer: 16384 byte(s) leaked in 1 allocation(s)."


def abuse(events, renderer):
    seed = os.environ.get("NEGATOSCOPE_ABUSE_SEED", events)
    print(f"# NEGATOSCOPE_ABUSE_SEED={seed}", flush=True)
    environment = dict(os.environ, GDK_BACKEND="x11", GTK_A11Y="test", LC_ALL="C.UTF-8", G_DEBUG="fatal-warnings")
    if renderer == "gl":  # Mesa's drivers keep a little of what they allocate
        environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    with tempfile.TemporaryDirectory(prefix="neg-ui-") as folder:
        environment["XDG_RUNTIME_DIR"] = folder
        try:
            ended = subprocess.run([os.environ["NEGATOSCOPE_ABUSE"], folder, events, seed, renderer], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        finally:
            screen.end_agents(os.path.join(folder, "home"))
    said = ended.stdout.decode(errors="replace")
    print("".join(line + "\n" for line in said.splitlines() if line.startswith("# ")), end="", flush=True)
    if said.rstrip().endswith(QUARKS):
        said = said[:said.rindex("=" * 20)]
    else:
        assert ended.returncode == 0, f"exit status {ended.returncode}\n{said}"
    for word in ("WARNING", "CRITICAL", "Sanitizer", "runtime error"):
        assert word not in said, said


def main():
    events, renderer = sys.argv[1:]
    tap = screen.negtest.Tap()
    display = screen.Display()
    try:
        tap.run(f"{events} random events, drawn by {renderer}", abuse, events, renderer)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
