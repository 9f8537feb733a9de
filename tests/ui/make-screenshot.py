#!/usr/bin/python3
"""Makes the README's picture: make-screenshot.py OUTPUT.png. It shows the demo department, which the program makes itself:
a chest CT, soft tissue and lung, its localizer with reference lines, and the examination of the year before."""

import os
import subprocess
import sys
import tempfile

import screen

PATIENT, N_PATIENTS = "ID DEMO-0001", 5
N_COLORS = 256  # grey levels and a few colours: nothing is lost that is seen at this size


def find_patient(program):
    for _ in range(N_PATIENTS):
        if any(PATIENT in text and "born" in text for text in program.texts()):
            return
        program.key("ctrl+shift+Next")
        screen.time.sleep(1)
        program.look_again()
    raise AssertionError(f"nobody has {PATIENT}")


def arrange(program):
    """Localizer, soft tissue, lung and the year before, at the height of the nodule: 166 images from the first."""
    program.key("ctrl+4")
    screen.wait_until(lambda: len(program.viewports()) == 4, 5, "four viewports")
    program.key("shift+Tab")
    for _ in range(6):
        if "Chest 5.0" not in program.viewports()[3].name:
            program.key("Right")
            screen.time.sleep(1)
    assert "Chest 5.0" in program.viewports()[3].name, program.viewports()[3].name
    program.key("Tab", "Tab")
    program.look_again()
    program.wait_says("CT 2")
    program.key(*["Down"] * 9)  # where the prior begins
    program.key("y", "j", *["Next"] * 15, *["Down"] * 7)
    screen.wait_until(lambda: not any("loading" in node.description for node in program.viewports()), 60, "all images")
    screen.time.sleep(8)  # hints go, thumbnails come
    program.settled(20, whole=True)


def main():
    screen.with_session_bus()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([screen.negtest.PROGRAM, "demo", "--home", home, "--patients", str(N_PATIENTS)], check=True,
                       stdout=subprocess.DEVNULL)
        with screen.Program(os.path.join(home, "demo")) as program:
            program.wait_says("image 1 of", 30)
            program.wait_text(" series, ", 60)
            find_patient(program)
            arrange(program)
            picture = screen.Image.fromarray(program.look().astype("uint8"))
            picture.quantize(N_COLORS, dither=screen.Image.Dither.NONE).save(sys.argv[1], optimize=True)
    display.stop()


if __name__ == "__main__":
    main()
