#!/usr/bin/python3
"""A person reads a study: opens, scrolls, sets the window, zooms, changes the series."""

import numpy
import screen


def first_image(program):
    program.wait_image("image 1 of 20")
    picture = program.middle()
    assert picture.std() > 20, f"flat picture: {picture.mean()}, {picture.std()}"
    assert any("Lamp, Ada" in text and "T-1" in text for text in program.texts()), program.texts()
    assert any("2 series, 27 images" in text for text in program.texts()), program.texts()
    program.wait_name("CT 1: Ramp, axial, 20 images, volume, shown in viewport 1")


def title_has_no_name(program):
    title = screen.subprocess.run(["xdotool", "getwindowname", program.window], capture_output=True).stdout.decode()
    heard = [node.name for node in program.application()]
    assert title.strip() == "Negatoscope" and heard == ["Negatoscope"], (title, heard)


def scrolls(program):
    x, y = program.centre()
    before = program.settled()
    program.point(x, y)
    program.wheel(3)
    after = program.wait_image("image 4 of 20")
    assert (before != after).any()
    for key, text in (("Down", "image 5 of"), ("Up", "image 4 of"), ("Next", "image 14 of"), ("End", "image 20 of"),
                      ("Down", "image 20 of"), ("Prior", "image 10 of"), ("Home", "image 1 of")):
        program.key(key)
        program.wait_image(text)
    assert (program.settled() == before).all(), "the first image is not the same as before"


def bar_jumps(program):
    bar = program.find("slider")
    import pyatspi
    box = bar.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    program.point(box.x + box.width / 2, box.y + box.height * 0.525)
    program.do("click", "1")
    program.wait_image("image 11 of 20")
    program.key("Escape", "Home")
    program.wait_image("image 1 of 20")


def spread(picture):
    """How steep the ramp is drawn: grey levels between two columns that neither window clips."""
    columns = picture.mean(axis=(0, 2))
    return columns[-20:].mean() - columns[:20].mean()


def as_the_file_says(program):
    program.key("shift+r")
    return program.settled()


def window_drag(program):
    x, y = program.centre()
    as_the_file_says(program)
    start = program.middle()
    program.drag(1, x, y, 150, 0)
    program.settled()
    wide = program.middle()
    assert spread(wide) < spread(start) * 0.8, f"right must flatten: {spread(start)} to {spread(wide)}"
    program.key("0")
    program.settled()
    assert (program.middle() == start).all(), "0 does not bring the file's own window back"
    program.drag(1, x, y, 0, -60)
    program.settled()
    assert program.middle().mean() > start.mean() + 5, "up must brighten"
    program.drag(1, x, y, 0, 120)
    program.settled()
    assert program.middle().mean() < start.mean() - 5, "down must darken"
    program.key("0")
    program.settled()
    program.drag(1, x, y, -150, 0)
    program.settled()
    assert spread(program.middle()) > spread(start) * 1.1, "left must steepen"
    program.key("0")
    program.settled()
    assert (program.middle() == start).all()


def levels(picture):
    return len(numpy.unique(picture[picture.shape[0] * 2 // 3, :, 0]))


def presets(program):
    """0: what the file offers, one after the other; 1 to 9: what is customary for CT."""
    start = as_the_file_says(program)
    program.wait_says("C 500 W 1000 (WHOLE)")
    program.key("0")
    program.wait_says("C 600 W 100 (NARROW)")
    assert levels(program.settled()) < levels(start)
    program.key("0")
    program.wait_says("(WHOLE)")
    assert (program.settled() == start).all()
    program.key("1")
    program.wait_says("C 40 W 400")
    assert "(WHOLE)" not in program.says(), program.says()
    bright = program.settled()
    assert bright.mean() > start.mean() + 20 and levels(bright) < levels(start)
    program.key("9")
    program.wait_says("C 600 W 4000")
    program.key("0")  # back to the file's own first, not on to its next
    program.wait_says("(WHOLE)")
    assert (program.settled() == start).all()


def window_menu(program):
    """What keys do the menu does too, and it names the windows of the file."""
    as_the_file_says(program)
    program.click(program.wait_find("push button", "Window"))
    program.wait_name("NARROW · C 600 W 100")
    for name in ("WHOLE · C 500 W 1000", "2  Lung · C -600 W 1500", "From the values on screen"):
        program.wait_name(name)
    for _ in range(4):
        if "NARROW" in program.focused_name():
            break
        program.key("Down")
        screen.time.sleep(0.2)
    program.wait_focus("NARROW")
    program.key("Return")
    program.wait_says("C 600 W 100 (NARROW)")
    program.key("Escape", "Escape")
    program.wait_focus("image 1 of 20")
    as_the_file_says(program)
    program.wait_says("(WHOLE)")


def inverts(program):
    start = as_the_file_says(program)
    program.key("i")
    program.wait_says("INVERTED")
    inverted = program.middle()
    program.key("i")
    program.settled()
    upright = program.middle()
    assert abs(inverted + upright - 255).max() <= 1, abs(inverted + upright - 255).max()
    assert (program.settled() == start).all()


def zooms(program):
    x, y = program.centre()
    start = as_the_file_says(program)
    program.point(x + 100, y)
    before = program.look()[y, x + 100]
    program.wheel(-4, control=True)
    near = program.settled()
    assert (near != start).any()
    assert abs(program.look()[y, x + 100] - before).max() <= 2, "the point under the pointer has moved"
    program.key("g")
    true = program.settled()
    row = true[true.shape[0] // 2 + 60, :, 0]  # below the letters of the sides
    assert abs(int((row > 0).sum()) - 256) <= 3, f"true pixels: {int((row > 0).sum())} of 256 columns"
    program.key("f")
    assert (program.settled() == start).all()
    program.drag(3, x, y, 0, -80)
    assert (program.settled() != start).any(), "right drag does not zoom"
    program.key("f")
    program.drag(2, x, y, 60, 0)
    assert (program.settled() != start).any(), "middle drag does not move"
    program.key("f")
    assert (program.settled() == start).all()


def turns(program):
    """The letters follow what is seen, and undo takes it back step by step."""
    start = as_the_file_says(program)
    program.wait_says("left R, right L, top A, bottom P")
    program.key("h")
    program.wait_says("left L, right R, top A, bottom P")
    assert "MIRRORED" in program.says(), program.says()
    mirrored = program.settled()
    assert spread(program.middle()) < -20, "the ramp must fall to the right"
    program.key("bracketright")
    program.wait_says("left P, right A, top L, bottom R")
    program.key("ctrl+z")
    program.wait_says("left L, right R, top A, bottom P")
    assert (program.settled() == mirrored).all()
    program.key("ctrl+z")
    program.wait_says("left R, right L, top A, bottom P")
    assert (program.settled() == start).all()
    program.key("v")
    program.wait_says("left R, right L, top P, bottom A")
    program.key("shift+r")
    program.wait_says("left R, right L, top A, bottom P")
    assert (program.settled() == start).all()


def series(program):
    program.key("Right")
    program.wait_image("image 1 of 7")
    program.key("Left")
    program.wait_image("image 1 of 20")


def four_viewports(program):
    """Double click: one alone, and back. Each keeps its own image."""
    program.key("ctrl+4")
    screen.wait_until(lambda: len(program.viewports()) == 4, 5, "four viewports")
    program.look_again()
    names = [node.name for node in program.viewports()]
    assert names[0].startswith("image 1 of 20") and names[1].startswith("image 1 of 7"), names
    assert names[2:] == ["no image", "no image"], names
    program.key("Tab")
    program.wait_focus("image 1 of 7")
    program.key("Down", "Down")
    program.wait_focus("image 3 of 7")
    program.look_again()
    x, y = program.centre()
    program.point(x, y)
    program.do("click", "--repeat", "2", "--delay", "60", "1")
    screen.wait_until(lambda: [node.name[:12] for node in program.viewports()] == ["image 3 of 7"], 5, "it alone")
    program.key("Return", "ctrl+1")
    screen.wait_until(lambda: len(program.viewports()) == 1, 5, "one viewport")
    program.look_again()
    program.key("Home")
    if "of 7" in program.says():
        program.key("Left")
    program.wait_image("image 1 of 20")


def panes_hide(program):
    """The list above by going there twice, the patient below it by its own key."""
    program.look_again()
    width = program.viewport_box()[2]
    program.key("F9")
    program.wait_focus("Search the reading list")
    program.key("F9")
    program.wait_no_name("Search the reading list")
    program.wait_focus("image ")
    program.key("shift+F9")

    def wider():
        program.box = None
        return program.viewport_box()[2] > width + 150

    screen.wait_until(wider, 5, "more room for the image")
    program.key("F9")
    program.wait_focus("Search the reading list")
    program.key("shift+F9")
    program.key("Escape")
    program.wait_focus("image ")

    def narrower():
        program.box = None
        return program.viewport_box()[2] == width

    screen.wait_until(narrower, 5, "the panes again")


def shortcuts_open(program):
    program.key("ctrl+question")
    program.enter_window("^Keys and Mouse$")
    program.wait_find("list item", "Next image: ")
    program.key("Escape")
    program.back("^Keys and Mouse$")


def file_chooser_opens(program):
    program.key("ctrl+o")
    program.enter_window("Open Files")
    program.key("Escape")
    program.back("Open Files")


def drop(path):
    import gi
    try:
        gi.require_version("Gtk", "4.0")
    except ValueError as why:
        raise screen.negtest.Skip("GTK for Python is not installed") from why
    script = screen.os.path.join(screen.os.path.dirname(screen.os.path.abspath(__file__)), "drag-source.py")
    with screen.Program() as program:
        source = screen.subprocess.Popen(["/usr/bin/python3", script, path])
        try:
            found = screen.wait_until(lambda: screen.subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", "^DragSource$"], capture_output=True).stdout.split(),
                15, "the other program")
            window = found[-1].decode()
            program.do("windowmove", window, "20", "600")
            program.do("windowraise", window)
            screen.time.sleep(0.5)
            program.do("mousemove", "60", "650")
            program.do("mousedown", "1")
            for x, y in ((80, 640), (120, 600), (300, 500), (500, 420), (600, 400), (640, 400)):
                program.do("mousemove", str(x), str(y))
                screen.time.sleep(0.1)
            screen.time.sleep(0.3)
            program.do("mouseup", "1")
            program.wait_image("image 1 of 20")
        finally:
            source.kill()
            source.wait()


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        folder.add_series(20)
        path = folder.add_series(7, number=2)
        with screen.Program(path) as program:
            tap.run("the first image, its patient and the pane", first_image, program)
            tap.run("the window's title names nobody", title_has_no_name, program)
            tap.run("wheel and keys scroll and stop at the ends", scrolls, program)
            tap.run("the bar jumps", bar_jumps, program)
            tap.run("window drag: right flatter, up brighter", window_drag, program)
            tap.run("windows by key: the file's own, customary ones", presets, program)
            tap.run("windows by the menu", window_menu, program)
            tap.run("black and white exchanged, and back", inverts, program)
            tap.run("zoom at the pointer, true pixels, fit, drags", zooms, program)
            tap.run("turns, letters, undo", turns, program)
            tap.run("next and previous series", series, program)
            tap.run("four viewports, one alone", four_viewports, program)
            tap.run("the panes hide", panes_hide, program)
            tap.run("Ctrl+? shows the keys", shortcuts_open, program)
            tap.run("Ctrl+O opens a file chooser", file_chooser_opens, program)
        tap.run("what is dropped is opened", drop, path)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
