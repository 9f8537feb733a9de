#!/usr/bin/python3
"""The page about the display and the test pattern, by the keyboard alone: what is typed, what is said, what is kept, and
what the images and the pattern look like with it."""

import os
import tempfile

import screen

# Lmin 0.5, Lmax 400, gamma 2.2: no display that conforms.
GAMMA = [(level, 0.5 + 399.5 * (level / 255) ** 2.2) for level in range(0, 256, 15)]


def focus(program, name):
    """By Tab, as far as it takes."""
    for _ in range(40):
        if program.focused_name() == name:
            return
        before = program.focused_name()
        program.key("Tab")
        screen.comes(lambda before=before: program.focused_name() not in (before, ""), 2)
    raise AssertionError(f"the keyboard does not come to {name}; it is on {program.focused_name()}")


def type_table(program, lines):
    focus(program, "Levels and luminances")
    program.key("ctrl+a", "Delete")
    for number, line in enumerate(lines):
        if number:
            program.key("Return")
        program.do("type", "--delay", "5", line)


def fill(program, name, text):
    focus(program, name)
    program.key("ctrl+a", "Delete")
    program.do("type", "--delay", "5", text)


def open_page(program):
    program.key("ctrl+shift+d")
    program.enter_window("^Display$")
    program.wait_find("push button", "Apply")


def is_sensitive(program, name):
    return program.has_state(program.find("push button", name), "sensitive")


def wait_sensitive(program, name, wanted):
    screen.wait_until(lambda: is_sensitive(program, name) == wanted, 5, f"{name} sensitive: {wanted}")


def errors_at_the_place(program):
    open_page(program)
    program.wait_text("Nothing is kept for this monitor")
    wait_sensitive(program, "Apply", False)
    type_table(program, ["0 1", "128 60", "255 50"])
    program.wait_text("Line 3: the luminance falls.")
    wait_sensitive(program, "Apply", False)
    type_table(program, ["0 1", "128 sixty"])
    program.wait_text("Line 2: two numbers are needed")
    type_table(program, ["0 5", "255 5"])
    program.wait_text("there is no contrast")
    wait_sensitive(program, "Apply", False)


def conformance_in_words(program):
    type_table(program, [f"{level} {luminance:.4f}" for level, luminance in GAMMA])
    program.wait_text("As it is: ✗ Does not conform")
    program.wait_text("With the calibration, as computed: ✓ Conforms (diagnostic, 10 %).")
    # (400 + 0) / (0.5 + 0) is 800; with 0.5 of ambient light it is 400.5
    program.wait_text("800")
    fill(program, "Ambient light, cd/m²", "0.5")
    program.key("Tab")
    screen.wait_until(lambda: {"400", "1"} <= set(program.texts()), 5, f"the ratio with ambient light: {program.texts()}")
    fill(program, "Measured on", "1.2.2026")
    program.wait_text("The date is written YYYY-MM-DD.")
    wait_sensitive(program, "Apply", False)
    fill(program, "Measured on", "2026-02-01")
    fill(program, "Name", "Left one")
    wait_sensitive(program, "Apply", True)


def every_control_has_a_name(program):
    unnamed = [node for node in program.walk() if node.getRoleName() in (
        "push button", "combo box", "text", "entry", "spin button", "image") and not node.name]
    assert not unnamed, [node.getRoleName() for node in unnamed]


def grey_of(program, x, y):
    return int(program.look()[y, x, 0])


def pattern(program):
    """At 1280 x 800 the first patch, of 8, is at 410, 248 and the ramp's last column at 915, 600."""
    focus(program, "Test Pattern")
    program.key("space")
    program.enter_window("^Test pattern$")
    screen.wait_until(lambda: grey_of(program, 410, 248) == 8, 10, "the first patch as it is")
    assert grey_of(program, 0, 400) == grey_of(program, 1279, 400) == 255, "the border"
    lines = program.look()[304:330, 600, 0].tolist()
    assert lines in ([255, 0] * 13, [0, 255] * 13), lines
    node = program.wait_find("image", "Test pattern")
    assert "1280 × 800" in node.description and "No calibration" in node.description, node.description
    program.key("Escape")
    screen.wait_until(lambda: not program.windows("^Test pattern$"), 10, "the pattern has gone")
    program.enter_window("^Display$")


def apply_and_look(program, home):
    """A display of gamma 2.2 is too bright in the dark greys: they have to be driven lower."""
    focus(program, "Apply")
    program.key("space")
    program.wait_text("Images on this monitor are calibrated by: Left one, 2026-02-01.")
    with open(os.path.join(home, "settings.ini"), encoding="utf-8") as file:
        assert "# name Left one" in file.read()
    focus(program, "Test Pattern")
    program.key("space")
    program.enter_window("^Test pattern$")
    # The fifth patch of the first row is 72 of 255.
    screen.wait_until(lambda: 30 < grey_of(program, 364 + 4 * 92 + 46, 248) < 70, 10, "a patch with the calibration")
    program.key("c")
    screen.wait_until(lambda: grey_of(program, 364 + 4 * 92 + 46, 248) == 72, 10, "the patch without it")
    assert "NOT applied" in program.find("image", "Test pattern").description
    program.key("Escape")
    screen.wait_until(lambda: not program.windows("^Test pattern$"), 10, "the pattern has gone")
    program.enter_window("^Display$")
    program.key("Escape")
    program.back("^Display$")


def images_follow(home):
    """The same ramp before and after Remove: calibrated it is darker in the dark, and the same at its ends."""
    with screen.Folder() as folder, screen.Program("--home", home, folder.add_series(1)) as program:
        program.wait_image()
        calibrated = program.middle(100).mean()
        open_page(program)
        program.wait_text("Images on this monitor are calibrated by: Left one, 2026-02-01.")
        program.wait_text("With the calibration, as computed: ✓ Conforms")
        focus(program, "Remove")
        program.key("space")
        program.wait_text("Nothing is kept for this monitor")
        program.key("Escape")
        program.back("^Display$")
        screen.wait_until(lambda: program.middle(100).mean() > calibrated + 10, 10,
                          "the image as the monitor shows it by itself")
        # A ramp about its middle: without a curve its mean is the middle grey.
        assert abs(program.middle(100).mean() - 127) < 8, program.middle(100).mean()


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home:
        with screen.Program("--home", home) as program:
            tap.run("errors with their line", errors_at_the_place, program)
            tap.run("how it conforms, in words", conformance_in_words, program)
            tap.run("every control has a name", every_control_has_a_name, program)
            tap.run("the test pattern, pixel by pixel", pattern, program)
            tap.run("applied: the pattern with and without", apply_and_look, program, home)
        tap.run("images follow what is kept", images_follow, home)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
