#!/usr/bin/python3
"""Studies come through the network to a person who has a keyboard: Orthanc from an empty home on, peers that fail, objects
that arrive unasked."""

import os
import signal
import sys
import tempfile
import time

import screen

sys.path.insert(0, os.path.join(screen.negtest.SOURCE, "tests", "python"))
import hostile_peers as hostile  # noqa: E402
import peers  # noqa: E402

IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
STUDY = "1.2.826.0.1.3680043.8.498."
N_IMAGES, N_OTHER, N_BROKEN = 24, 12, 16


def start(home):
    return screen.Program("--home", home, environment={"GSETTINGS_BACKEND": None, "NEGATOSCOPE_AGENT": None})


def end_agent(home):
    """It outlives the window on purpose, but not the test."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"negatoscope-agent") and home.encode() in words:
            os.kill(int(pid), signal.SIGTERM)
            screen.wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 10, "the end of the agent")


def entries(home):
    """As the command line has them: [status, ...words] of each."""
    done = screen.negtest.negatoscope("worklist", "--home", home, check=True)
    return [line.split() for line in done.stdout.decode().splitlines()[1:]]


# --- hands and ears ---

def rows(program):
    lists = [node for node in program.walk() if node.getRoleName() == "list" and node.name == "Reading list"]
    return [child.name for child in program.walk(lists[0]) if child.getRoleName() == "list item"] if lists else []


def wait_rows(program, condition, what, seconds=15):
    try:
        return screen.wait_until(lambda: (lambda all_rows: all_rows if condition(all_rows) else None)(rows(program)),
                                 seconds, what)
    except AssertionError as failure:
        raise AssertionError(f"{failure}: {rows(program)}; {program.texts()}") from None


def tab_to(program, name, key="Tab", n=100):
    """As often as it takes, as a person would; round the window where a busy machine let it be passed."""
    for _ in range(n):
        if program.focused_name().startswith(name):
            return
        before = program.focused_name()
        program.key(key)
        screen.comes(lambda: program.focused_name() not in ("", before), 3)  # noqa: B023
    raise AssertionError(f"{name} is not reached by {key}; the focus is on “{program.focused_name()}”")


def type_text(program, text):
    program.do("type", "--delay", "15", text)


def search(program, text):
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.key("ctrl+a", "BackSpace")
    type_text(program, text)


def ask(program, text):
    search(program, text)
    program.key("ctrl+Return")


def says(program, *parts):
    """Some text that can be read has all the parts; the text."""
    return screen.wait_until(lambda: next((text for text in program.texts() if all(part in text for part in parts)), None),
                             20, f"{parts} in {program.texts()}")


# --- Orthanc, from the first start on ---

def first_start(program):
    program.wait_name("No images are open")
    program.key("F9")
    program.wait_focus("Search the reading list")
    program.wait_name("What there is to read comes here", 15)
    tab_to(program, "Add a Peer")


def adds_the_peer(program, orthanc):
    program.key("Return")
    program.enter_window("^Preferences$")
    program.wait_name("None is known yet: add one")
    tab_to(program, "Add a Peer")
    program.key("space")
    program.wait_focus("Name")
    for name, text in (("Name", "PACS"), ("Host", "127.0.0.1"), ("Port", str(orthanc.port)),
                       ("Called AE title", "WRONG TITLE THAT IS TOO LONG")):
        tab_to(program, name)
        type_text(program, text)
    program.key("Return")
    says(program, "AE title")
    program.wait_focus("Called AE title")
    program.key("ctrl+a")
    type_text(program, orthanc.ae)
    program.key("Return")
    program.wait_find("list item", "PACS")


def tests_the_peer(program):
    tab_to(program, "Test")
    program.key("space")
    says(program, "PACS works.")
    texts = program.texts()
    steps = [text for text in texts if text.startswith("✓ ")]
    assert len(steps) >= 5, texts
    assert not any(text.startswith("✗") for text in texts), texts
    program.key("Escape")
    program.back("^Preferences$")


def asks_the_archive(program):
    ask(program, "orth")
    wait_rows(program, lambda all_rows: len(all_rows) == 2 and all("Orth" in row for row in all_rows), "two studies")
    says(program, "The archives have 2 studies.")
    assert "there" in rows(program)[0], rows(program)


def retrieves_and_opens(program):
    program.key("ctrl+a")
    type_text(program, "orth anna")
    wait_rows(program, lambda all_rows: len(all_rows) == 1, "the row")
    program.key("Down")
    screen.wait_until(lambda: "Orth, Anna" in program.focused_name(), 5, f"the row: {program.focused_name()}")
    program.key("Return")
    started = time.monotonic()
    screen.wait_until(lambda: program.find_viewport() is not None
                      and program.find_viewport().name.startswith("image "), 20, "the first image")
    print(f"# first image after {time.monotonic() - started:.1f} s", flush=True)
    program.look_again()
    program.wait_image(f"image 1 of {N_IMAGES}")  # the first of the series, whichever came first
    assert program.middle(40).max() > 0, "a black picture"


def reads(program):
    program.key("Escape")
    program.wait_focus("image ")
    program.look_again()
    program.key("Home")
    program.wait_image("image 1 of")
    before = program.settled()
    program.key("Down", "Down")
    program.wait_image("image 3 of")
    scrolled = program.settled()
    assert (before != scrolled).any()
    program.key("2")
    screen.wait_until(lambda: (program.picture() != scrolled).any(), 5, "another window")


def transfer_is_done(program):
    program.key("ctrl+t")
    program.enter_window("^Transfers$")
    row = program.wait_find("list item", "Retrieve from PACS")
    screen.wait_until(lambda: "✓ done" in row.name and f"{N_IMAGES} of {N_IMAGES} objects" in row.name, 20,
                      f"the end: {row.name}")
    assert "Orth, Anna" in row.name, row.name
    program.key("Escape")
    program.back("^Transfers$")


def finishes(program, home):
    search(program, "orth")
    wait_rows(program, lambda all_rows: len(all_rows) == 2, "both")
    program.key("Escape", "Escape")
    program.wait_focus("image ")
    program.key("ctrl+Return")
    wait_rows(program, lambda all_rows: any("Anna" in row and ", read," in row for row in all_rows), "a row that is read")
    assert sum("read" in words for words in entries(home)) == 1, entries(home)
    screen.wait_until(lambda: program.names("Orth, Bert") and program.find_viewport() is not None
                      and f"of {N_OTHER}" in program.find_viewport().name, 20, "the next study")


def from_an_empty_home(tap, orthanc):
    with tempfile.TemporaryDirectory() as home:
        try:
            with start(home) as program:
                tap.run("an empty list says what to do", first_start, program)
                tap.run("a peer is added, a wrong title named", adds_the_peer, program, orthanc)
                tap.run("the test of it is heard", tests_the_peer, program)
                tap.run("Ctrl+Enter asks the archive", asks_the_archive, program)
                tap.run("Enter retrieves and opens", retrieves_and_opens, program)
                tap.run("it is scrolled and windowed", reads, program)
                tap.run("the transfers show the true end", transfer_is_done, program)
                tap.run("Ctrl+Enter finishes, the next one opens", finishes, program, home)
        finally:
            end_agent(home)


# --- what goes wrong, and what comes by itself ---

def nobody_there(program, refusing):
    ask(program, "orth")
    text = says(program, "⚠ Away", "⚠ Closed")
    away = next(line for line in text.splitlines() if "Away" in line)
    closed = next(line for line in text.splitlines() if "Closed" in line)
    assert "nothing listens" in away, away
    assert "called AE title" in closed or "AE title" in closed, closed
    assert refusing.n_connections > 0


def breaks_half_way(program, proxy):
    ask(program, "cut cora")
    wait_rows(program, lambda all_rows: len(all_rows) == 1, "the study")
    program.key("Down")
    screen.wait_until(lambda: "Cut, Cora" in program.focused_name(), 10, f"the row: {program.focused_name()}")
    program.key("ctrl+r")
    program.key("ctrl+t")
    program.enter_window("^Transfers$")
    row = program.wait_find("list item", "Retrieve from Broken")
    screen.wait_until(lambda: " failed" in row.name and f" of {N_BROKEN} objects" in row.name, 30, f"{row.name}")
    tab_to(program, "What Failed")
    program.key("space")
    says(program, f"{STUDY}7.1.", ": 0000 not sent by the peer")
    proxy.cut = 1 << 40
    program.key("space")
    tab_to(program, "Pause" if "waiting" in row.name else "Try Again")
    program.key("space")
    if screen.wait_until(lambda: "paused" in row.name or "✓ done" in row.name, 10, row.name) and "paused" in row.name:
        tab_to(program, "Go On")
        program.key("space")
    screen.wait_until(lambda: "✓ done" in row.name and f"{N_BROKEN} of {N_BROKEN} objects" in row.name, 30, f"{row.name}")
    program.key("Escape")
    program.back("^Transfers$")


def send(port, uid, **more):
    with hostile.Caller(port, IMAGES) as caller:
        assert caller.store(hostile.small_ct(uid, **more), uid) == 0
        assert caller.release()


def arrives_unasked(program, port):
    program.key("ctrl+f")
    program.wait_focus("Search the reading list")
    program.key("Down")
    screen.wait_until(lambda: "Cut, Cora" in program.focused_name(), 10, f"the row: {program.focused_name()}")
    program.key("Return")
    program.look_again()
    program.wait_image(f" of {N_BROKEN}")
    program.key("Escape")
    program.wait_focus("image ")
    search(program, "")
    wait_rows(program, lambda all_rows: "Cut, Cora" in "".join(all_rows), "all rows")
    before, said = program.settled(), program.says()
    send(port, "1.2.3.44.1", study="1.2.3.44", patient="N9", name="NEW^COMER")
    wait_rows(program, lambda all_rows: any(row.startswith("NEW, COMER") for row in all_rows), "the new row", 5)
    assert program.says() == said
    assert (program.settled() == before).all(), "the picture changed"
    program.wait_focus("Search the reading list")


def open_one_grows(program, port):
    open_row(program, "NEW, COMER")
    program.wait_image("image 1 of 1")
    send(port, "1.2.3.44.2", study="1.2.3.44", patient="N9", name="NEW^COMER")
    program.wait_says("image 1 of 2", 5)


def open_row(program, name):
    search(program, name.replace(",", ""))
    wait_rows(program, lambda all_rows: all_rows and all(row.startswith(name) for row in all_rows), "its rows")
    program.key("Down")
    screen.wait_until(lambda: program.focused_name().startswith(name), 5, f"the row: {program.focused_name()}")
    program.key("Return")
    program.look_again()
    screen.wait_until(lambda: program.names(name) and program.find_viewport() is not None
                      and program.find_viewport().name.startswith("image "), 15, f"the images of {name}")


def two_patients(program, port):
    send(port, "1.2.3.44.3", study="1.2.3.44", patient="X1", name="OTHER^PERSON")
    search(program, "")
    found = wait_rows(program, lambda all_rows: sum("the same study UID with another patient" in row
                                                    for row in all_rows) == 2, "two rows that say so")
    assert any(row.startswith("NEW, COMER") for row in found) and any(row.startswith("OTHER, PERSON") for row in found)
    assert "of 2" in program.says(), program.says()
    open_row(program, "OTHER, PERSON")
    program.wait_image("image 1 of 1")
    time.sleep(0.5)
    assert "of 1" in program.says(), program.says()


def with_peers(tap, orthanc):
    port = peers.free_port()
    with (tempfile.TemporaryDirectory() as home, hostile.HostilePeer(hostile.rejecting(1, 7)) as refusing,
          hostile.CutProxy(orthanc.port, 900000, upwards=False) as proxy):
        with open(os.path.join(home, "site.conf"), "w", encoding="utf-8") as file:
            file.write(f"[dicom]\nport={port}\nlisten-address=127.0.0.1\naccept-unknown=true\n"
                       f"[peer Away]\naddress=dicom://AWAY@127.0.0.1:{peers.free_port()}\nuse=query;retrieve\n"
                       + refusing.site("Closed", use="query;retrieve")
                       + f"[peer Broken]\naddress=dicom://{orthanc.ae}@127.0.0.1:{proxy.port}\nuse=query;retrieve\n")
        try:
            with start(home) as program:
                program.wait_name("No images are open")
                says(program, f"receives on port {port}")
                tap.run("who is away and who refuses is said", nobody_there, program, refusing)
                tap.run("a broken transfer names objects and goes on", breaks_half_way, program, proxy)
                tap.run("what arrives changes the list alone", arrives_unasked, program, port)
                tap.run("what is open grows", open_one_grows, program, port)
                tap.run("one UID of two patients is two rows", two_patients, program, port)
        finally:
            end_agent(home)


def fill(orthanc):
    with screen.Folder() as folder:
        folder.add_series(N_IMAGES, patient="Orth^Anna", patient_id="O-1", study="5")
        folder.add_series(N_OTHER, patient="Orth^Bert", patient_id="O-2", study="6")
        folder.add_series(N_BROKEN, patient="Cut^Cora", patient_id="O-3", study="7")
        for name in sorted(os.listdir(folder.path)):
            orthanc.put_object(os.path.join(folder.path, name))


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    if not peers.Orthanc.is_installed():
        tap.skip("through Orthanc", "no Orthanc here")
        tap.done()
    display = screen.Display()
    try:
        with tempfile.TemporaryDirectory() as folder, peers.Orthanc(folder) as orthanc:
            fill(orthanc)
            from_an_empty_home(tap, orthanc)
            with_peers(tap, orthanc)
    finally:
        display.stop()
    tap.done()


if __name__ == "__main__":
    main()
