#!/usr/bin/python3
"""A presentation state whose tables are scrambled draws in the window pixel by pixel: between two stored values lies
nothing that the tables mean (corpus: pr_clunie-luts). By both renderers, enlarged, where mixing would be seen."""

import os

import numpy
import screen

FOLDER = os.path.join(screen.negtest.CORPUS, "objects", "pr_clunie-luts")
STATE = "scrambled modality lut"
NOTCHES = 13  # of the wheel, from true pixels: six times as large


def choose_state(program):
    buttons = [node for node in program.walk() if node.getRoleName() == "push button" and node.name == "Window"]
    program.click(buttons[-1])  # the first one is the tool
    program.wait_find("menu item", STATE)
    for _ in range(12):
        program.key("Down")
        if program.focused_name().startswith(STATE):
            break
    program.key("Return")
    screen.wait_until(lambda: program.find("menu item") is None, 60, "the end of the menu")
    program.key("Escape")
    program.wait_says("PRESENTATION STATE")


def enlarge(program):
    program.key("o", "o", "g")
    program.point(*program.centre())
    program.wheel(-NOTCHES, control=True)
    program.settled()


def get_steps(picture):
    """From pixel to pixel in the rows of the middle, without the texts of the corners."""
    high, wide = picture.shape[:2]
    return numpy.diff(picture[high // 5:high * 4 // 5, wide // 10:wide * 9 // 10, 0].astype(int), axis=1)


def is_ramp(picture):
    """In each row it rises and never falls, but for dithering."""
    steps = get_steps(picture)
    return steps.min() >= -2 and steps.sum(axis=1).min() > 30


def check(renderer):
    """The stored values jump up and down, the three tables make a ramp of them. Mixed between two pixels before the
    tables, each edge has a line of any grey."""
    with screen.Program("--renderer", renderer, FOLDER) as program:
        program.wait_image("image 1 of")
        enlarge(program)
        # As the file says it is mixed: six times as large, black to white takes six steps.
        fall = get_steps(program.settled()).min()
        assert -80 < fall < -10, f"{fall}: not enlarged, or without edges, and so no proof"
        choose_state(program)
        screen.wait_until(lambda: is_ramp(program.settled()), 60, "a ramp without lines of other greys")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    for renderer in ("cpu", "gl"):
        if os.path.exists(FOLDER):
            tap.run(f"scrambled tables, enlarged: no grey between two pixels, {renderer}", check, renderer)
        else:
            tap.skip(f"scrambled tables, {renderer}", "no corpus here")
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
