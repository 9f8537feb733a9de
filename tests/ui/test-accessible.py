#!/usr/bin/python3
"""The whole window by the ear: every control has a name, every viewport says its image, series and window, every pane is
reached by the keyboard; in the main window, the preferences, the keys, the export dialog and a pane on its own."""

import subprocess
import tempfile
import os
import time

import screen

CONTROLS = ("push button", "toggle button", "check box", "radio button", "combo box", "slider", "spin button", "entry",
            "text", "list", "list item", "image", "menu item", "table cell")


def controls_have_names(program):
    """A name of a class is none. The picture in a tab that has a name is decoration."""
    found = [node for node in program.walk() if node.getRoleName() in CONTROLS
             and not (node.getRoleName() == "image" and node.parent.getRoleName() == "page tab" and node.parent.name)]
    assert len(found) > 5, f"only {len(found)} controls"
    unnamed = [f"{node.getRoleName()} in {node.parent.getRoleName()} “{node.parent.name}”" for node in found
               if not node.name or node.name.startswith(("Gtk", "Neg"))]
    assert not unnamed, unnamed


def main_window(program):
    controls_have_names(program)
    names = program.names()
    for name in ("Menu", "Patients", "Details", "Window", "Patients: Close", "Details: As a window of its own",
                 "Search patients", "Studies of this patient", "Tools", "Left drag: window", "Exchange black and white",
                 "True pixels", "Fit the whole image", "Choose rows and columns", "Position in the series", "Viewport 1",
                 "Filter what the header says"):
        assert name in names, f"{name} is not in {sorted(filter(None, names))}"


def viewports_say_what_they_show(program):
    program.key("ctrl+4")
    screen.wait_until(lambda: len(program.viewports()) == 4, 5, "four viewports")
    screen.wait_until(lambda: not any("loading" in node.description for node in program.viewports()), 20, "all images")
    with_images = 0
    for node in program.viewports():
        if node.name == "no image":
            continue
        with_images += 1
        assert node.name.startswith("image ") and " of " in node.name and ": " in node.name, node.name
        assert "C " in node.description and " W " in node.description and "left " in node.description, node.description
    assert with_images >= 3, with_images
    controls_have_names(program)
    program.key("ctrl+1")
    screen.wait_until(lambda: len(program.viewports()) == 1, 5, "one viewport, for the ear too")
    program.look_again()


def area_of(node):
    """The pane, the tools or the images that a control belongs to."""
    while node is not None:
        if node.name in ("Patients", "Details", "Tools") and node.getRoleName() not in ("push button", "label"):
            return node.name
        if (node.name or "").startswith("Viewport "):
            return "images"
        node = node.parent
    return None


def panes_are_reached(program):
    program.key("Escape")
    program.wait_focus("image ")
    for key in ("F6", "shift+F6"):
        visited = []
        for _ in range(4):
            program.key(key)
            time.sleep(0.4)
            node = program.focused()
            visited.append(area_of(node) if node is not None else None)
        assert set(visited) == {"images", "Patients", "Details", "Tools"} and visited[-1] == "images", (key, visited)


def tab_moves(program):
    """From the tools Tab goes on and on, never twice to the same one after the other."""
    program.key("shift+F6")
    time.sleep(0.4)
    names = []
    for _ in range(12):
        names.append(program.focused_name())
        program.key("Tab")
        time.sleep(0.15)
    program.key("Escape")
    program.wait_focus("image ")
    assert len(set(names)) >= 6 and "" not in names, names


def window_of(program, key, title):
    program.key(key)
    program.enter_window(title)
    time.sleep(0.6)
    controls_have_names(program)
    assert program.focused_name() and not program.focused_name().startswith("image "), program.focused_name()
    program.key("Escape")
    program.back(title)


def pane_on_its_own(program):
    program.wait_find("push button", "Details: As a window of its own").queryAction().doAction(0)
    program.enter_window("^Negatoscope – Details$")
    time.sleep(0.6)
    controls_have_names(program)
    program.wait_find("push button", "Back into the main window").queryAction().doAction(0)
    program.back("^Negatoscope – Details$")
    program.wait_name("Details: As a window of its own")


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([screen.negtest.PROGRAM, "demo", "--home", home, "--patients", "2"], check=True,
                       stdout=subprocess.DEVNULL)
        with screen.Program(os.path.join(home, "demo")) as program:
            program.wait_says("image 1 of", 30)
            program.key("ctrl+F9", "Escape")
            program.wait_name("Image UID: ")
            tap.run("every control of the main window has a name", main_window, program)
            tap.run("viewports say image, series, window and sides", viewports_say_what_they_show, program)
            tap.run("F6 goes round the panes and back", panes_are_reached, program)
            tap.run("Tab goes on", tab_moves, program)
            tap.run("the preferences", window_of, program, "ctrl+comma", "^Preferences$")
            tap.run("keys and mouse", window_of, program, "ctrl+question", "^Keys and Mouse$")
            tap.run("the export", window_of, program, "ctrl+e", "^Export$")
            tap.run("a pane that is a window", pane_on_its_own, program)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
