#!/usr/bin/python3
"""Makes the README's picture: make-screenshot.py OUTPUT.png. The patient is a lamp: a phantom of ellipses and noise."""

import subprocess
import sys

import numpy
import screen

N_SLICES, SIZE = 60, 512


def ellipse(x, y, centre, radii, turn=0.0):
    c, s = numpy.cos(turn), numpy.sin(turn)
    u, v = x - centre[0], y - centre[1]
    return ((u * c + v * s) / radii[0]) ** 2 + ((v * c - u * s) / radii[1]) ** 2 <= 1


def slice_values(index):
    """A thorax, roughly, in Hounsfield units + 1024."""
    z = index / (N_SLICES - 1)
    y, x = numpy.mgrid[-1:1:SIZE * 1j, -1:1:SIZE * 1j]
    noise = numpy.random.default_rng(index)
    values = numpy.full((SIZE, SIZE), -1000.0)
    values[ellipse(x, y, (0, 0), (.88, .62))] = -90
    values[ellipse(x, y, (0, 0), (.82, .56))] = 45
    for side in (-1, 1):
        lung = ellipse(x, y, (side * .42, -.03), (.30 + .04 * z, .42), side * .12)
        values[lung] = -830
        for vessel in range(26):
            draw = numpy.random.default_rng(100 * side + vessel + 1000)
            at = (side * (.2 + .42 * draw.random()) + .05 * numpy.sin(6 * z + vessel), -.36 + .7 * draw.random())
            values[ellipse(x, y, at, (.008 + .016 * draw.random(),) * 2) & lung] = 30
    values[ellipse(x, y, (.07, -.12), (.22, .24 - .05 * z), .5)] = 55
    values[ellipse(x, y, (.05, -.16), (.11, .13), .5)] = 190
    values[ellipse(x, y, (.10, .17), (.055, .055))] = 210
    for rib in range(9):
        angle = rib / 9 * 2 * numpy.pi + z * 2.2
        at = (.79 * numpy.cos(angle), .525 * numpy.sin(angle))
        turn = numpy.arctan2(.525 * numpy.cos(angle), -.79 * numpy.sin(angle))
        values[ellipse(x, y, at, (.10, .022), turn)] = 420
        values[ellipse(x, y, at, (.085, .011), turn)] = 180
    values[ellipse(x, y, (0, .36), (.12, .10))] = 380
    values[ellipse(x, y, (0, .36), (.10, .08))] = 210
    values[ellipse(x, y, (0, .47), (.035, .03))] = 30
    values[ellipse(x, y, (0, .53), (.02, .06))] = 400
    values[ellipse(x, y, (0, -.53), (.06, .025))] = 320
    smooth = values.copy()
    for shift in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        smooth += numpy.roll(values, shift, (0, 1))
    return numpy.clip(smooth / 5 + noise.normal(0, 14, values.shape) + 1024, 0, 4095)


def main():
    screen.with_session_bus()
    display = screen.Display()
    with screen.Folder() as folder:
        common = {"RescaleIntercept": -1024, "WindowCenter": [40, -500, 400], "WindowWidth": [400, 1500, 1800],
                  "WindowCenterWidthExplanation": ["Soft tissue", "Lung", "Bone"], "SliceThickness": 2.5,
                  "PixelSpacing": [.75, .75]}
        folder.add_series(N_SLICES, size=SIZE, pixels=slice_values, SeriesDescription="Thorax 2.5 soft", **common)
        folder.add_series(12, number=2, size=SIZE, pixels=slice_values, SeriesDescription="Thorax 2.5 lung", **common)
        folder.add_text("notes.txt", b"no DICOM object\n" * 20)
        with screen.Program(folder.path) as program:
            program.wait_image("image 1 of 60")
            program.key(*["Next"] * 3)
            program.wait_image("image 31 of 60")
            screen.time.sleep(1)
            subprocess.run(["import", "-silent", "-window", "root", "-depth", "8", sys.argv[1]], check=True)
    display.stop()


if __name__ == "__main__":
    main()
