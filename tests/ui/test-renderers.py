#!/usr/bin/python3
"""OpenGL and the processor draw the same picture, to one grey level, as it arrives on the screen."""

import json
import os
import subprocess

import numpy
import screen


def shots(path, renderer):
    with screen.Program("--renderer", renderer, path) as program:
        program.wait_image("image 1 of")
        note = "OpenGL (" if renderer == "gl" else "by the processor"
        screen.wait_until(lambda: any(note in text for text in program.texts()), 10, f"{note} in {program.texts()}")
        program.key("o", "o")
        pictures = {"fit": program.settled()}
        program.key("0")  # the file's next
        program.wait_says("NARROW")
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


def device_pixels(path, renderer):
    """At twice the scale a true pixel is still one pixel of the screen, and all of the window is on it."""
    with screen.Program("--renderer", renderer, path, scale=2) as program:
        program.wait_image("image 1 of")
        program.wait_name("Network: the background service does not run")  # a long word asks for no room
        program.wait_name("Ask the Archives")
        program.settled(whole=True)
        size = subprocess.run(["xdotool", "getwindowgeometry", "--shell", program.window], capture_output=True, text=True,
                              check=True).stdout
        assert f"WIDTH={screen.WIDTH}\nHEIGHT={screen.HEIGHT}" in size, size
        program.key("o", "o", "g")
        picture = program.settled()
        row = picture[picture.shape[0] // 2 + 60, :, 0]  # below the square
        assert abs(int((row > 0).sum()) - 256) <= 3, f"{int((row > 0).sum())} columns for 256 pixels"
        assert len(numpy.unique(row)) > 200, "the picture is not sharp"


def compare(tap, path, what):
    gl = shots(path, "gl")
    cpu = shots(path, "cpu")
    for name, picture in gl.items():
        difference = numpy.abs(picture - cpu[name])
        tap.ok(picture.std() > 5 and difference.max() <= 1, f"{what}, {name}: at most one grey level apart",
               f"greatest difference {difference.max()}, {int((difference > 1).sum())} values")


def drag_uploads_nothing(path, *options):
    """A window that is dragged over a frame, 40 windows of it: no pixel, table or mark is made ready anew; other images
    are, one each. In the program's window, as `bench scroll` counts it."""
    environment = dict(os.environ, GDK_BACKEND="x11", LC_ALL="C.UTF-8", GSETTINGS_BACKEND="memory")
    if not options:  # as where there is no graphics processor
        environment |= {"GSK_RENDERER": "cairo", "GDK_DEBUG": "gl-disable", "GDK_DISABLE": "gl,vulkan"}
    words = [screen.negtest.PROGRAM, "bench", "scroll", "--json", "--window", "--size", "900x700", "--frames", "40"]
    done = subprocess.run([*words, *options, path], capture_output=True, env=environment, timeout=400)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["drag"]["frames"] >= 40 and found["drag"]["uploads"] == 0, found["drag"]
    assert found["scroll"]["uploads"] >= 40, found["scroll"]


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        path = folder.add_series(2)
        compare(tap, path, "ramp")
        tap.run("a window that is dragged uploads nothing, by OpenGL", drag_uploads_nothing, path, "--gl")
        tap.run("a window that is dragged uploads nothing, by the processor", drag_uploads_nothing, path)
        tap.run("device pixels at twice the scale, by OpenGL", device_pixels, path, "gl")
        tap.run("device pixels at twice the scale, by the processor", device_pixels, path, "cpu")
    with screen.Folder() as folder:
        noise = numpy.random.default_rng(2).integers(0, 1000, (200, 200))
        path = folder.add_series(1, size=200, pixels=lambda index: noise, PixelSpacing=[1, 0.75],
                                 PhotometricInterpretation="MONOCHROME1")
        compare(tap, path, "noise, unequal spacing, MONOCHROME1")
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
