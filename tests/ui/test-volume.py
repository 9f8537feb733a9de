#!/usr/bin/python3
"""Planes of a volume by a person's hands: the crosshair is clicked, dragged and turned, slabs and what is laid over have their
sliders, what is missing is seen, and what is no volume says so. Numbers are heard as the screen reader hears them."""

import re
import sys
import time

import numpy
import screen

SIDE = 96      # pixels of a millimetre
SLICES = 41
STEP_MM = 2.5


def rod(index):
    """Tissue, and one bright rod that crosses the slices: each shows another part of it."""
    values = numpy.full((SIDE, SIDE), 300)
    values[40:56, 8 + 2 * index:12 + 2 * index] = 900
    return values


def spot(index):
    values = numpy.zeros((SIDE, SIDE), dtype=int)
    values[20:76, 20:76] = 400
    return values


class Reader(screen.Program):
    def plane(self, name):
        return self.wait_find("image", name)

    def heard(self, name):
        """How the plane is announced: "Axial, 50.0 mm H, slab 5.0 mm MIP"."""
        return self.plane(name).name

    def wait_heard(self, name, part):
        screen.wait_until(lambda: part in self.heard(name), 60, lambda: f"“{part}”; it says “{self.heard(name)}”")

    def mm(self, name):
        """Where the plane is, to the side of L, P, H; the three of a plane that is turned."""
        found = re.findall(r"([\d.]+) mm ([RLAPFH])", self.heard(name))
        if found:
            return float(found[0][0]) * (-1 if found[0][1] in "RAF" else 1)
        return 0.0

    def wait_mm(self, name, expected):
        screen.wait_until(lambda: abs(self.mm(name) - expected) < 0.06, 60,
                          lambda: f"{name} at {expected}; it says “{self.heard(name)}”")

    def place(self, name):
        """Left, top, width and height of the plane in the window."""
        import pyatspi
        box = self.plane(name).queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        return box.x, box.y, box.width, box.height

    def middle_of(self, name):
        x, y, width, height = self.place(name)
        return x + width // 2, y + height // 2

    def part_of(self, name, inset=30):
        """What is seen there, without borders and texts at the edges."""
        x, y, width, height = self.place(name)
        return self.settled(whole=True)[y + inset:y + height - inset, x + inset:x + width - inset]

    def click_at(self, x, y):
        self.point(x, y)
        self.do("click", "1")

    def core(self, name, side=50):
        """Round the middle, where no text is."""
        x, y = self.middle_of(name)
        return self.settled(whole=True)[y - side:y + side, x - side:x + side]

    def put_point(self, name):
        """By the crosshair to the middle; it is known to the pixel then, which extents on the screen are not."""
        x, y = self.middle_of(name)
        self.key("shift+r", "g", "x")
        self.settled(whole=True)
        self.click_at(x, y)
        time.sleep(0.5)  # what follows is no second click of a double click
        self.settled(whole=True)
        self.key("Escape")
        return x, y

    def planes(self):
        self.wait_image("image 1 of")
        self.key("m")
        self.wait_name("Axial, ")
        screen.wait_until(lambda: "of" not in (self.plane("Axial").description.split("\n") + [""])[1], 60, "all slices")


def come_and_go(program):
    program.planes()
    for name in ("Axial", "Coronal", "Sagittal", "Oblique"):
        program.plane(name)
    program.wait_focus("Axial")
    program.key("m")
    program.look_again()
    program.wait_says(f"image {SLICES // 2 + 1} of {SLICES}")  # where the crosshair was
    program.key("m")
    program.wait_focus("Axial")
    program.key("Escape")
    program.look_again()
    program.wait_says(f"image {SLICES // 2 + 1} of {SLICES}")
    program.key("m")
    program.wait_focus("Axial")


def scrolls(program):
    at = program.mm("Axial")
    program.key("Down")
    program.wait_mm("Axial", at + STEP_MM)
    program.key("Up", "Up")
    program.wait_mm("Axial", at - STEP_MM)
    program.key("Home")
    program.wait_mm("Axial", 0)
    program.key("End")
    program.wait_mm("Axial", (SLICES - 1) * STEP_MM)
    for _ in range(SLICES // 2):
        program.key("Up")
    program.wait_mm("Axial", at)
    program.point(*program.middle_of("Axial"))
    program.wheel(2)
    screen.wait_until(lambda: program.mm("Axial") > at + STEP_MM, 60, "the wheel")
    program.key("Tab")
    program.wait_focus("Coronal")
    program.key("shift+Tab")
    program.wait_focus("Axial")


def crosshair(program):
    """One pixel of the screen is one millimetre."""
    x, y = program.put_point("Axial")
    program.key("x")
    sagittal, coronal, axial = program.mm("Sagittal"), program.mm("Coronal"), program.mm("Axial")
    program.click_at(x + 10, y - 7)
    program.wait_mm("Sagittal", sagittal + 10)
    program.wait_mm("Coronal", coronal - 7)
    program.wait_mm("Axial", axial)
    time.sleep(0.5)
    program.key("Left", "Left", "Down")  # with the crosshair in hand the arrows move the point
    program.wait_mm("Sagittal", sagittal + 8)
    program.wait_mm("Coronal", coronal - 6)
    program.click_at(x, y)
    program.wait_mm("Sagittal", sagittal)
    time.sleep(0.5)
    program.key("Escape")
    program.drag(1, x, y, 15, 10)  # the point, with any tool
    program.wait_mm("Sagittal", sagittal + 15)
    program.wait_mm("Coronal", coronal + 10)
    program.drag(1, x + 15 - 60, y + 10, 5, -8)  # the line of the coronal plane moves across itself only
    program.wait_mm("Coronal", coronal + 2)
    program.wait_mm("Sagittal", sagittal + 15)


def turns(program):
    """By hand at the end of a line, by keys, and back."""
    x, y = program.put_point("Axial")
    at = 0.36 * min(program.place("Axial")[2:])
    program.drag(1, x + at, y, -at * (1 - numpy.cos(0.3)), at * numpy.sin(0.3))
    program.wait_heard("Coronal", "turned")
    program.wait_heard("Sagittal", "turned")
    assert "turned" not in program.heard("Axial"), program.heard("Axial")
    program.key("ctrl+z")
    program.wait_no_name("turned")
    program.key("alt+Next")
    program.wait_heard("Coronal", "turned")
    program.key("alt+Prior")
    program.wait_no_name("turned")
    program.key("alt+shift+Next")
    program.wait_heard("Sagittal", "turned")
    program.key("shift+r")
    program.wait_no_name("turned")


def slab(program):
    """In the middle the rod of one slice is thin; the slab shows those of its neighbours beside it."""
    program.key("shift+r")
    bright = (program.core("Axial")[:, :, 0] > 200).sum()
    program.key("ctrl+m")
    slider = program.wait_find("slider", "Thickness")
    program.wait_focus("Thickness")
    program.key(*["Right"] * 20)
    program.wait_heard("Axial", "slab 10.0 mm MIP")
    program.wait_heard("Coronal", "slab 10.0 mm MIP")
    screen.wait_until(lambda: (program.core("Axial")[:, :, 0] > 200).sum() > 1.5 * bright, 60, "more of the rod")
    import pyatspi
    box = slider.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    program.drag(1, box.x + 8 + (box.width - 16) * 0.1, box.y + box.height / 2, box.width * 0.4, 0)
    screen.wait_until(lambda: "slab 10.0 mm" not in program.heard("Axial"), 60, "the slider")
    assert "slab " in program.heard("Axial"), program.heard("Axial")
    program.key("shift+m")
    program.wait_heard("Axial", "MinIP")
    program.key("shift+m")
    program.wait_heard("Axial", "mean")
    program.key("shift+r")
    screen.wait_until(lambda: "slab" not in program.heard("Axial"), 60, "no slab")


def colours(picture):
    return (abs(picture[:, :, 0] - picture[:, :, 2]) > 60).sum()


def fusion(program):
    import pyatspi
    program.key("Escape")
    program.wait_focus("Axial")
    assert colours(program.core("Sagittal")) < 1000
    program.key("u")
    screen.wait_until(lambda: colours(program.core("Sagittal")) > 3000, 60, "colours")
    opacity = program.wait_find("slider", "Opacity")
    screen.wait_until(lambda: program.has_state(opacity, "sensitive"), 60, "a slider that can be moved")
    box = opacity.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    y = box.y + box.height / 2
    program.drag(1, box.x + 8 + (box.width - 16) * 0.4, y, -box.width, 0)
    screen.wait_until(lambda: colours(program.core("Sagittal")) < 1000, 60, "nothing of it")
    program.wait_focus("Opacity")
    program.key("End")
    screen.wait_until(lambda: colours(program.core("Sagittal")) > 3000, 60, "all of it")
    program.key("Escape", "u")
    screen.wait_until(lambda: colours(program.core("Sagittal")) < 1000, 60, "the images alone")


def fourth(program):
    program.key("q")
    program.wait_name("Rendering")
    program.key("Tab", "Tab", "Tab")
    program.wait_focus("Rendering")
    at = program.mm("Axial")
    for keys, words in ((["Home"], "This is for a plane"), (["2"], "Ctrl+M"),
                        (["shift+Up"], "The free plane is not in sight"), (["l", "Insert"], "This is for a plane")):
        program.key(*keys)
        program.wait_text(words)
    program.wait_mm("Axial", at)
    program.key("Escape", "q", "q")
    program.wait_name("Oblique, ")
    program.key("Tab")
    program.wait_focus("Axial")


def measures(program):
    """Fifty pixels are fifty millimetres, on the plane where they were drawn and on no other."""
    program.click(program.wait_find("page tab", "Measurements"))
    program.wait_name("What is measured in this study comes here")
    program.key("shift+r", "g", "l")
    program.settled(whole=True)
    x, y = program.middle_of("Coronal")
    program.drag(1, x - 25, y - 30, 50, 0)
    program.wait_name("Length, 50.0 mm")
    program.key("Escape", "Escape")  # nothing is selected, whose arrow keys they would be; no tool in hand
    drawn = program.core("Coronal")
    program.key("Down")
    screen.wait_until(lambda: (program.core("Coronal") != drawn).any(), 60, "another plane")
    program.key("Up")
    screen.wait_until(lambda: (program.core("Coronal") == drawn).all(), 60, "the same plane again")
    again(program)
    program.key("ctrl+z")
    program.wait_no_name("Length, 50.0 mm")


def again(program):
    """The list goes back to the plane, from other planes and from images."""
    at = program.mm("Coronal")
    row = program.wait_find("list item", "Length, 50.0 mm, series 1, Coronal, ")
    program.key("Page_Down")
    screen.wait_until(lambda: abs(program.mm("Coronal") - at) > 1, 60, "another plane")
    program.click(row)
    program.wait_mm("Coronal", at)
    program.key("Escape", "m")
    program.wait_image("image ")
    program.click(row)
    program.wait_mm("Coronal", at)
    program.key("Escape")


def refused(program):
    for keys, words in ((["ctrl+e"], "Images are exported"), (["ctrl+c"], "Images are copied"), (["y"], "This is for images")):
        program.key(*keys)
        program.wait_text(words)


def no_volume(path):
    with Reader(path) as program:
        program.wait_image("image 1 of 1")
        program.key("m")
        program.wait_text("No volume: One image is no volume")
        program.wait_says("image 1 of 1")


def missing(path):
    """Four slices are not there: lines at 45 degrees, which no tissue has, and only there."""
    with Reader(path) as program:
        program.planes()
        picture = program.part_of("Sagittal", 60)[:, :, 0]
        assert (picture == 96).sum() > 500 and (picture == 40).sum() > 200, ((picture == 96).sum(), (picture == 40).sum())
        rows = numpy.where((picture == 96).sum(axis=1) > 50)[0]
        assert rows.max() - rows.min() < picture.shape[0] / 3, (rows.min(), rows.max(), picture.shape)
        picture = program.part_of("Axial", 60)[:, :, 0]
        assert (picture == 96).sum() < 100, "the axial plane is whole"


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder, screen.Folder() as single, screen.Folder() as gap:
        about = {"size": SIDE, "PixelSpacing": [1, 1], "SliceThickness": STEP_MM, "WindowCenter": 500, "WindowWidth": 1000,
                 "WindowCenterWidthExplanation": "ALL"}
        path = folder.add_series(SLICES, pixels=rod, **about)
        folder.add_series(SLICES, number=2, pixels=spot, Modality="PT", SeriesDescription="Activity", **about)
        single.add_series(1, **about)
        gap.add_series(SLICES, pixels=rod, **about)
        for index in range(28, 32):
            gap.remove(f"s1-1-{index:04d}.dcm")
        with Reader(path) as program:
            for name, function, is_quick in (
                    ("M shows the planes and goes back to where one was", come_and_go, True),
                    ("keys and wheel go through the planes", scrolls, False),
                    ("the crosshair is clicked, dragged, moved by keys; lines are dragged", crosshair, True),
                    ("lines turn by hand and by keys, and back", turns, False),
                    ("the slider of the slab", slab, True),
                    ("the slider of what is laid over", fusion, True),
                    ("the fourth viewport", fourth, False),
                    ("a length on a plane", measures, False),
                    ("what has no meaning here says so", refused, False)):
                if is_quick or sys.argv[1:] != ["quick"]:
                    tap.run(name, function, program)
        if sys.argv[1:] != ["quick"]:
            tap.run("what is no volume says why", no_volume, single.path)
            tap.run("missing slices are seen as missing", missing, gap.path)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
