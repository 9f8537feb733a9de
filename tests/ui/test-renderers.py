#!/usr/bin/python3
"""OpenGL and the processor draw the same picture, to one grey level, as it arrives on the screen."""

import numpy
import screen


def shots(path, renderer):
    with screen.Program("--renderer", renderer, path) as program:
        program.wait_image("image 1 of")
        note = "OpenGL (" if renderer == "gl" else "by the processor"
        screen.wait_until(lambda: any(note in text for text in program.texts()), 10, f"{note} in {program.texts()}")
        program.key("o", "o")
        pictures = {"fit": program.settled()}
        program.key("2")
        pictures["narrow"] = program.settled()
        program.key("0", "i")
        pictures["inverted"] = program.settled()
        program.key("i", "g")
        pictures["true pixels"] = program.settled()
        program.key("f")
        x, y = program.centre()
        program.point(x + 31, y - 17)
        program.wheel(-6, control=True)
        pictures["zoomed"] = program.settled()
        return pictures


def compare(tap, path, what):
    gl = shots(path, "gl")
    cpu = shots(path, "cpu")
    for name, picture in gl.items():
        difference = numpy.abs(picture - cpu[name])
        tap.ok(picture.std() > 5 and difference.max() <= 1, f"{what}, {name}: at most one grey level apart",
               f"greatest difference {difference.max()}, {int((difference > 1).sum())} values")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        compare(tap, folder.add_series(2), "ramp")
    with screen.Folder() as folder:
        noise = numpy.random.default_rng(2).integers(0, 1000, (200, 200))
        path = folder.add_series(1, size=200, pixels=lambda index: noise, PixelSpacing=[1, 0.75],
                                 PhotometricInterpretation="MONOCHROME1")
        compare(tap, path, "noise, unequal spacing, MONOCHROME1")
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
