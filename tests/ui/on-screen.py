#!/usr/bin/python3
"""Runs a test program on an X server of its own: on-screen.py PROGRAM."""
import os
import subprocess
import sys

import screen


def main():
    display = screen.Display()
    try:
        # Without OpenGL, whose library would be loaded for nothing, and keeps memory when it goes.
        return subprocess.run(sys.argv[1:], check=False,
                              env=dict(os.environ, GDK_BACKEND="x11", GDK_DEBUG="gl-disable", GSK_RENDERER="cairo",
                                       GTK_A11Y="none")).returncode
    finally:
        display.stop()


if __name__ == "__main__":
    sys.exit(main())
