#!/usr/bin/python3
"""A person reads a study: opens, scrolls, sets the window, zooms, changes the series."""

import numpy
import screen


def first_image(program):
    program.wait_image("image 1 of 20")
    picture = program.middle()
    assert picture.std() > 20, f"flat picture: {picture.mean()}, {picture.std()}"
    assert any("Lamp, Ada" in text and "T-1" in text for text in program.texts()), program.texts()
    assert any("20 images" in text for text in program.texts()), program.texts()


def title_has_no_name(program):
    frames = [node.name for node in program.walk() if node.getRoleName() in ("frame", "window")]
    assert frames and not any("Lamp" in name for name in frames), frames


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


def window_drag(program):
    x, y = program.centre()
    program.key("0")
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


def presets(program):
    program.key("0")
    start = program.settled()
    program.wait_says("C 500 W 1000 (WHOLE)")
    program.key("2")
    program.wait_says("C 600 W 100 (NARROW)")
    narrow = program.settled()
    assert len(numpy.unique(narrow[narrow.shape[0] // 2, :, 0])) < len(numpy.unique(start[start.shape[0] // 2, :, 0]))
    program.key("1")
    program.wait_says("(WHOLE)")
    assert (program.settled() == start).all()
    program.key("7")
    screen.wait_until(lambda: any("2 windows of its own" in text for text in program.texts()), 5, "a word about it")


def inverts(program):
    program.key("0")
    start = program.settled()
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
    program.key("f")
    start = program.settled()
    program.point(x + 100, y)
    before = program.look()[y, x + 100]
    program.wheel(-4, control=True)
    near = program.settled()
    assert (near != start).any()
    assert abs(program.look()[y, x + 100] - before).max() <= 2, "the point under the pointer has moved"
    program.key("g")
    true = program.settled()
    row = true[true.shape[0] // 2, :, 0]
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


def series(program):
    program.key("Right")
    program.wait_image("image 1 of 7")
    program.key("Left")
    program.wait_image("image 1 of 20")


def list_hides(program):
    program.viewport_box()
    width = program.box[2]
    program.key("F9")

    def wider():
        program.box = None
        return program.viewport_box()[2] > width + 150

    screen.wait_until(wider, 5, "more room for the image")
    program.key("F9")

    def narrower():
        program.box = None
        return program.viewport_box()[2] == width

    screen.wait_until(narrower, 5, "the list again")


def every_control_has_a_name(program):
    roles = ("push button", "toggle button", "combo box", "slider", "list", "image", "menu item", "progress bar")
    unnamed = [f"{node.getRoleName()} in {node.parent.getRoleName()} “{node.parent.name}”" for node in program.walk()
               if node.getRoleName() in (*roles[:4], "list item") and not node.name]
    assert not unnamed, unnamed
    named = {node.name for node in program.walk() if node.getRoleName() in roles}
    for name in ("Series list", "Open a folder", "Open files", "Window preset", "Fit the whole image", "True pixels",
                 "Exchange black and white", "Keys and mouse", "Position in the series", "Series"):
        assert name in named, f"{name} is not in {sorted(filter(None, named))}"


def shortcuts_open(program):
    program.key("ctrl+question")
    screen.wait_until(lambda: "Previous, next image (also the wheel)" in program.texts(), 10, "the list of keys")
    program.key("Escape")
    screen.wait_until(lambda: "Previous, next image (also the wheel)" not in program.texts(), 10, "its end")
    program.do("windowfocus", program.window)


def file_chooser_opens(program):
    program.key("ctrl+o")
    found = screen.wait_until(lambda: screen.subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Open Files"], capture_output=True).stdout.split(), 10,
        "the file chooser")
    program.do("windowfocus", found[-1].decode())
    program.key("Escape")
    screen.wait_until(lambda: not screen.subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Open Files"], capture_output=True).stdout.split(), 10,
        "the file chooser has gone")
    program.do("windowfocus", program.window)


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
            tap.run("the first image, its patient and the list", first_image, program)
            tap.run("the window's title names nobody", title_has_no_name, program)
            tap.run("wheel and keys scroll and stop at the ends", scrolls, program)
            tap.run("the bar jumps", bar_jumps, program)
            tap.run("window drag: right flatter, up brighter", window_drag, program)
            tap.run("the file's own windows by key", presets, program)
            tap.run("black and white exchanged, and back", inverts, program)
            tap.run("zoom at the pointer, true pixels, fit, drags", zooms, program)
            tap.run("next and previous series", series, program)
            tap.run("the list hides", list_hides, program)
            tap.run("every control has a name", every_control_has_a_name, program)
            tap.run("Ctrl+? shows the keys", shortcuts_open, program)
            tap.run("Ctrl+O opens a file chooser", file_chooser_opens, program)
        tap.run("what is dropped is opened", drop, path)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
