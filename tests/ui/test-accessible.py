#!/usr/bin/python3
"""The whole window by the ear: every control has a name, every viewport says its image, series and window, every pane is
reached by the keyboard; in the main window with the reading list, the transfers, the preferences with the peers, the
keys, the export dialog and a pane on its own."""

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
                 "Filter what the header says", "Reading List", "Reading List: Close", "Search the reading list",
                 "Ask the archives", "Columns and order", "Show only", "Reading list"):
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
        if node.name in ("Patients", "Details", "Tools", "Reading List") and node.getRoleName() not in ("push button", "label"):
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
        for _ in range(5):
            program.key(key)
            time.sleep(0.4)
            node = program.focused()
            visited.append(area_of(node) if node is not None else None)
        assert set(visited) == {"images", "Patients", "Details", "Tools", "Reading List"} and visited[-1] == "images", (
            key, visited)


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


# --- The reading list

def list_rows(program):
    lists = [node for node in program.walk() if node.getRoleName() == "list" and node.name == "Reading list"]
    assert len(lists) == 1, f"{len(lists)} reading lists"
    return [node for node in program.walk(lists[0]) if node.getRoleName() == "list item"]


def rows_say_who_and_what(program):
    rows = screen.wait_until(lambda: list_rows(program), 15, "rows")
    chip = program.wait_find("push button", "All ")
    assert chip.name == f"All {len(rows)}", (chip.name, [row.name for row in rows])
    for row in rows:
        for part in ("ID DEMO-", "born ", "nread", "images"):
            assert part in row.name, (part, row.name)
    assert sum(row.name.endswith(", open") for row in rows) == 0, "files are open, no study of the list"


def chips_say_their_state(program):
    program.key("F9")
    n = len(list_rows(program))
    chip = program.wait_find("push button", "Mine")
    assert not program.has_state(chip, "pressed", "checked")
    program.key("ctrl+f")
    to(program, "Mine")
    program.key("space")
    screen.wait_until(lambda: program.has_state(chip, "pressed", "checked"), 5, "a chip that says it is pressed")
    screen.wait_until(lambda: not program.has_state(program.wait_find("push button", "All "), "pressed", "checked"), 5,
                      "the other one says it is not")
    program.wait_text("No study of the list matches")
    program.key("space")
    screen.wait_until(lambda: len(list_rows(program)) == n, 5, "all rows again")


def to(program, start, key="Tab"):
    for _ in range(12):
        if program.focused_name().startswith(start):
            return
        program.key(key)
        time.sleep(0.2)
    raise AssertionError(f"{key} does not reach {start}; it ends at {program.focused_name()}")


def box_of(program, node):
    import pyatspi
    box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    return slice(max(box.y, 0), box.y + box.height), slice(max(box.x, 0), box.x + box.width)


def focus_is_seen(program):
    """From the search to the rows by Tab, every control once; each of them looks another way with the focus."""
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    visited, last = [], None
    for _ in range(12):
        time.sleep(0.7)  # the caret of a text blinks, hints fade
        node = program.focused()
        name = node.name
        picture = program.look()
        if last is not None:
            before, place, whose = last
            assert (picture[place] != before[place]).any(), f"the focus on {whose} is not seen"
        visited.append(name)
        if node.getRoleName() == "list item":
            break
        last = picture, box_of(program, node), name
        program.key("Tab")
    for start in ("Search the reading list", "Ask the archives", "Columns and order", "All ", "Unread", "STAT", "Today",
                  "Mine", "Here"):
        assert sum(name.startswith(start) for name in visited) == 1, (start, visited)
    assert len(list_rows(program)) > 1 and visited[-1] in [row.name for row in list_rows(program)], visited
    with_focus = program.look()
    place = box_of(program, program.focused())
    program.key("Down")
    time.sleep(0.4)
    assert (program.look()[place] != with_focus[place]).any(), "the row in hand is not seen"
    program.key("Escape")
    program.wait_focus("image ")


def nothing_is_cut(program):
    """At 1280 × 800 every control of the window is inside it, and inside the pane it belongs to."""
    import pyatspi
    for node in program.walk():
        if node.getRoleName() not in CONTROLS or not program.has_state(node, "showing"):
            continue
        box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        pane = node
        while pane is not None and pane.name not in ("Reading List", "Patients", "Details"):
            pane = pane.parent
        if pane is None or pane.getRoleName() in ("push button", "label") or box.width <= 0:
            continue
        around = pane.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        assert around.x <= box.x and box.x + box.width <= around.x + around.width, (node.name, box, pane.name, around)
        assert around.x >= 0 and around.y + around.height <= screen.HEIGHT, (pane.name, around)


def details_of_a_row(program):
    program.key("F9")
    screen.wait_until(lambda: program.focused_name() in [row.name for row in list_rows(program)], 5, "a row")
    before = set(program.texts())
    program.key("space")
    screen.wait_until(lambda: set(program.texts()) - before, 5, "the details")
    controls_have_names(program)
    nothing_is_cut(program)
    program.key("space")
    screen.wait_until(lambda: not set(program.texts()) - before, 5, "no details any more")
    program.key("Menu")
    program.wait_find("menu item", "Claim: I Read This")
    controls_have_names(program)
    program.key("Escape", "Escape")
    program.wait_focus("image ")


def transfers(program):
    program.key("ctrl+t")
    program.enter_window("^Transfers$")
    time.sleep(0.6)
    program.wait_name("Transfers come here")
    controls_have_names(program)
    program.key("Escape")
    program.back("^Transfers$")


def peers(program):
    """The page of the peers and what adds one, all of it by Tab; nothing is kept."""
    program.key("ctrl+comma")
    program.enter_window("^Preferences$")
    time.sleep(0.6)
    to(program, "Peers", "shift+Tab")
    program.key("space")
    program.wait_name("None is known yet")
    controls_have_names(program)
    to(program, "Add a Peer")
    program.key("space")
    program.wait_name("Called AE title")
    controls_have_names(program)
    for name in ("Name", "Host", "Port", "Called AE title", "Query", "Cancel"):
        to(program, name)
    program.key("space")
    program.wait_no_name("Called AE title")
    program.key("Escape")
    program.back("^Preferences$")


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


def all_points(tap, home):
    with screen.Program("--home", home, os.path.join(home, "demo"), environment={"NEGATOSCOPE_AGENT": None}) as program:
        program.wait_says("image 1 of", 30)
        program.key("ctrl+F9", "Escape")
        program.wait_name("Image UID: ")
        tap.run("every row says who and what", rows_say_who_and_what, program)
        tap.run("every control of the main window has a name", main_window, program)
        tap.run("viewports say image, series, window and sides", viewports_say_what_they_show, program)
        tap.run("F6 goes round the panes and back", panes_are_reached, program)
        tap.run("Tab goes on", tab_moves, program)
        tap.run("chips say their state", chips_say_their_state, program)
        tap.run("the focus is seen on all of the reading list", focus_is_seen, program)
        tap.run("no control is cut", nothing_is_cut, program)
        tap.run("details and menu of a row", details_of_a_row, program)
        tap.run("the transfers", transfers, program)
        tap.run("the peers", peers, program)
        tap.run("the preferences", window_of, program, "ctrl+comma", "^Preferences$")
        tap.run("keys and mouse", window_of, program, "ctrl+question", "^Keys and Mouse$")
        tap.run("the export", window_of, program, "ctrl+e", "^Export$")
        tap.run("a pane that is a window", pane_on_its_own, program)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([screen.negtest.PROGRAM, "demo", "--home", home, "--patients", "2"], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([screen.negtest.PROGRAM, "import", "--home", home, os.path.join(home, "demo")], check=True,
                       stdout=subprocess.DEVNULL)
        try:
            all_points(tap, home)
        finally:
            screen.end_agents(home)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
