#!/usr/bin/python3
"""Keys, preferences and colours by the keyboard alone, in a window that has nothing else (preferences-window.c)."""

import os
import subprocess
import tempfile

import screen

WINDOW = os.environ["NEGATOSCOPE_PREFERENCES_WINDOW"]
CONTROLS = ("push button", "toggle button", "combo box", "slider", "spin button", "entry", "text", "list item",
            "check box", "radio button", "page tab", "list box", "list", "switch", "image")


class Keys(screen.Program):
    """The window on the settings of a folder of its own."""

    def __init__(self, home, **options):
        super().__init__(**options)
        self.arguments = [WINDOW, home]
        self.line = None

    def said(self):
        """(how many commands there have been, the last one)"""
        for node in [self.line] if self.line else self.walk():
            if node.getRoleName() == "label" and (node.name or " ")[0].isdigit() and " " in (node.name or ""):
                count, _, command = node.name.partition(" ")
                if count.isdigit():
                    self.line = node
                    return int(count), command
        return None

    def gives(self, key, command):
        """One press of @key is one time this command."""
        before = screen.wait_until(self.said, 5, "the last command")[0]
        self.key(key)
        screen.wait_until(lambda: self.said() == (before + 1, command), 5,
                          f"{key} gives {command}; it gave {self.said()}")

    def gives_nothing(self, *keys):
        before = self.said()
        self.key(*keys)
        screen.time.sleep(0.3)
        assert self.said() == before, f"{keys} gave {self.said()}"

    def focused(self):
        import pyatspi
        for node in self.walk():
            if node.getState().contains(pyatspi.STATE_FOCUSED) and node.getRoleName() not in ("frame", "application"):
                return node
        return None

    def focus_named(self, name):
        screen.wait_until(lambda: self.focused() is not None and self.focused().name == name, 5,
                          f"the focus on {name}; it is on {self.focused() and self.focused().name}")

    def open(self, key, title):
        """Another window by its key."""
        self.key(key)
        found = screen.wait_until(lambda: subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True).stdout.split(), 10, title)
        self.do("windowfocus", found[-1].decode())
        screen.time.sleep(0.3)

    def back(self, title):
        """The open window closes by Escape."""
        self.key("Escape")
        screen.wait_until(lambda: not subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True).stdout.split(), 10,
            f"{title} has gone")
        self.do("windowfocus", self.window)
        screen.time.sleep(0.3)

    def row(self, title):
        """The row of a command, as it is called now."""
        return self.find("list item", title + ": ")

    def to_keyboard_page(self):
        self.open("ctrl+comma", "^Preferences$")
        self.focus_named("Theme")
        self.key("shift+Tab")
        self.focus_named("Feedback")
        self.key("shift+Tab")
        self.focus_named("Keyboard")
        self.key("space", "Tab")
        self.focus_named("Feedback")
        self.key("Tab")
        self.focus_named("Search commands and keys")

    def to_row(self, search, title):
        """From the search to the first row that is found."""
        self.do("type", "--delay", "20", search)
        screen.wait_until(lambda: self.find("list item", "Next image: ") is None, 5, "fewer rows")
        for _ in range(4):
            self.key("Tab")
            screen.time.sleep(0.2)
            if (self.focused().name or "").startswith(title):
                return
        raise AssertionError(f"{title} is not reached; the focus is on {self.focused().name}")


def keys_are_commands(program):
    for key, command in (("i", "view.invert"), ("Down", "image.next"), ("KP_Down", "image.next"),
                         ("Next", "image.page-next"), ("Home", "image.first"), ("3", "view.preset(3)"),
                         ("KP_3", "view.preset(3)"), ("ctrl+z", "view.undo"), ("ctrl+shift+z", "view.redo"),
                         ("shift+g", "view.true-size"), ("g", "view.true-pixels"), ("Tab", "viewport.next"),
                         ("shift+Tab", "viewport.previous"), ("bracketleft", "view.rotate-left"),
                         ("Return", "view.maximize"), ("KP_Enter", "view.maximize"), ("shift+F9", "pane.patient"),
                         ("ctrl+2", "layout.grid::1x2"), ("ctrl+Left", "view.window::narrower"),
                         ("alt+Left", "view.pan::left"), ("plus", "view.zoom-in"), ("Escape", "tool.none"),
                         ("ctrl+Next", "study.next"), ("ctrl+shift+Next", "patient.next")):
        program.gives(key, command)
    program.gives_nothing("ctrl+h", "alt+f", "shift+q")


def caps_lock_changes_nothing(program):
    program.key("Caps_Lock")
    try:
        program.gives("i", "view.invert")
        program.gives("g", "view.true-pixels")
        program.gives("shift+g", "view.true-size")
        program.gives("ctrl+z", "view.undo")
    finally:
        program.key("Caps_Lock")


def lists_and_texts_keep_their_keys(program):
    program.gives_nothing("ctrl+Tab")
    program.focus_named("Image B")
    program.gives_nothing("ctrl+Tab")
    program.focus_named("Row 0")
    program.gives_nothing("Down")
    program.focus_named("Row 1")
    program.gives("i", "view.invert")  # letters are commands in a list
    program.gives_nothing("Return", "space", "Home", "End", "Tab")
    program.focus_named("Text")
    program.gives_nothing("w", "i", "3", "period", "Left", "Right", "Home", "End", "Next", "Prior")
    assert "wi3." in program.texts(), program.texts()
    program.do("windowfocus", program.window)
    program.gives("ctrl+o", "file.open")
    program.gives("F6", "pane.next")
    program.gives("Escape", "tool.none")
    program.gives_nothing("shift+Tab")
    assert program.focused().name.startswith("Row "), program.focused().name


def another_key(program):
    program.to_keyboard_page()
    program.to_row("black", "Exchange black and white: I")
    program.key("Return")
    program.focus_named("Press the new key")
    program.key("Control_L", "shift+q")  # a modifier alone is no key
    program.focus_named("Exchange black and white: Shift+Q, I")
    program.key("Return", "Escape")  # leaves it
    program.focus_named("Exchange black and white: Shift+Q, I")
    program.back("^Preferences$")
    program.gives("shift+q", "view.invert")
    program.gives("i", "view.invert")


def conflict(program):
    program.to_keyboard_page()
    program.to_row("black", "Exchange black and white")
    program.key("Return", "f")
    screen.wait_until(lambda: "F belongs to “Fit the whole image”." in program.texts(), 5, "who has it")
    program.focus_named("Leave It")  # the safe answer
    program.key("Return")
    program.focus_named("Exchange black and white: Shift+Q, I")
    program.key("Return", "f")
    program.focus_named("Leave It")
    program.key("Tab")
    program.focus_named("Take It")
    program.key("Return")
    program.focus_named("Exchange black and white: F, Shift+Q, I")
    program.key("BackSpace")
    program.focus_named("Exchange black and white: no key")
    program.key("Return", "f")  # nobody has it any more
    program.focus_named("Exchange black and white: F")
    program.back("^Preferences$")
    program.gives("f", "view.invert")
    program.gives_nothing("i")


def kept_after_restart(home):
    with Keys(home) as program:
        screen.wait_until(program.said, 15, "the window")
        program.gives("f", "view.invert")
        program.gives_nothing("i", "shift+q")
        program.to_keyboard_page()
        program.key("Tab")
        program.focus_named("All Defaults")
        program.key("Return")
        program.back("^Preferences$")
        program.gives("f", "view.fit")
        program.gives("i", "view.invert")


def shortcuts(program):
    program.open("ctrl+question", "^Keys and Mouse$")
    screen.wait_until(lambda: program.find("list item", "Exchange black and white: F"), 5, "the keys as they are now")
    assert program.find("list item", "What can be done here: Right click")
    unnamed_controls(program)
    program.do("type", "--delay", "20", "mouse undo")
    screen.wait_until(lambda: not any(program.find("list item", name) for name in ("Next image", "Undo")), 5, "none")
    program.key("ctrl+a")
    program.do("type", "--delay", "20", "undo the")
    screen.wait_until(lambda: program.find("list item", "Undo") and not program.find("list item", "Next image"), 5,
                      "only what is searched for")
    program.key("Escape")
    screen.wait_until(lambda: program.find("list item", "Next image"), 5, "all of them")
    program.back("^Keys and Mouse$")


def themes(program):
    def ground():
        return program.look()[-4, 20].mean()

    def image():
        return program.look()[300, -20].mean()

    dark = ground()
    assert dark < 40 and image() == 0, (dark, image())
    program.open("ctrl+comma", "^Preferences$")
    program.focus_named("Theme")
    program.key("space")
    screen.time.sleep(0.5)
    program.key("Down", "Return")
    screen.wait_until(lambda: ground() > 200, 5, "a light window")
    assert image() == 0, "images stay on black"
    program.key("space")
    screen.time.sleep(0.5)
    program.key("Up", "Return")
    screen.wait_until(lambda: ground() == dark, 5, "the dark again")
    program.back("^Preferences$")


def unnamed_controls(program):
    unnamed = [f"{node.getRoleName()} in {node.parent.getRoleName()} “{node.parent.name}”" for node in program.walk()
               if node.getRoleName() in CONTROLS and (not node.name or node.name.startswith(("Gtk", "Neg")))]
    assert not unnamed, unnamed


def every_control_has_a_name(program):
    program.open("ctrl+comma", "^Preferences$")
    program.focus_named("Theme")
    unnamed_controls(program)
    for page, control in (("Keyboard", "Commands"), ("Viewing", "Cine, images per second")):
        program.key("shift+Tab")
        while program.focused().name != page:
            program.key("shift+Tab")
            screen.time.sleep(0.2)
        program.key("space")
        screen.wait_until(lambda wanted=control: any(node.name == wanted for node in program.walk()), 5, control)
        unnamed_controls(program)
    program.back("^Preferences$")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home:
        with Keys(home) as program:
            screen.wait_until(program.said, 15, "the window")
            tap.run("keys are commands", keys_are_commands, program)
            tap.run("Caps Lock changes nothing", caps_lock_changes_nothing, program)
            tap.run("lists and texts keep their keys", lists_and_texts_keep_their_keys, program)
            tap.run("a command gets another key", another_key, program)
            tap.run("a key that another command has", conflict, program)
            tap.run("keys and mouse, as they are now", shortcuts, program)
            tap.run("light and dark at once", themes, program)
            tap.run("every control has a name", every_control_has_a_name, program)
        tap.run("keys are kept, and come back", kept_after_restart, home)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
