#!/usr/bin/python3
"""Pitfalls of imaging that only a window shows."""

import os

import pydicom
import screen
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless


def spoil(folder):
    """Of three images the second has a codestream that is none."""
    path = os.path.join(folder, sorted(os.listdir(folder))[1])
    image = pydicom.dcmread(path)
    image.file_meta.TransferSyntaxUID = RLELossless
    image.PixelData = encapsulate([b"\xff" * 64])
    image["PixelData"].is_undefined_length = True
    pydicom.dcmwrite(path, image)


class Reader(screen.Program):
    def rows(self):
        return [node.name for node in self.walk() if node.getRoleName() == "list item" and ", series" in (node.name or "")]

    def draw(self):
        x, y = self.centre()
        self.key("l")
        self.drag(1, x - 60, y - 80, 100, 0)


def pitfall_32(program):
    """Others measured with the header of one image on the pixels of another, or on none. A length of 100 pixels of 1 mm on
    the first image; on the second, which cannot be shown, the same hand makes nothing; then one more on the third."""
    program.wait_image("image 1 of 3")
    program.key("ctrl+F9")
    program.click(program.wait_find("page tab", "Measurements"))
    program.wait_name("What is measured in this study comes here")
    program.key("Escape")
    program.look_again()
    program.key("g")
    program.settled()
    program.draw()
    screen.wait_until(lambda: len(program.rows()) == 1, 10, f"one length; {program.rows()}")
    assert "series 1, image 1" in program.rows()[0], program.rows()
    program.key("Escape", "Down")
    program.wait_says("cannot be shown")
    program.draw()
    program.key("Escape", "Down")
    program.wait_image("image 3 of 3")
    program.draw()
    screen.wait_until(lambda: any("image 3" in row for row in program.rows()), 10, f"a length; {program.rows()}")
    assert len(program.rows()) == 2, program.rows()


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        path = folder.add_series(3)
        spoil(path)
        with Reader(path) as program:
            tap.run("pitfall 32 nothing is measured where no pixels are", pitfall_32, program)
    display.stop()
    tap.done()


main()
