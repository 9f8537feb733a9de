#!/usr/bin/python3
"""Presentation states that mean no good: they refer to a million images or to themselves, show areas of 2^31 pixels, draw
at NaN and 1e30. The window offers what can be read, goes on answering, and never dies."""

import os
import struct
import time

import screen

GRAYSCALE_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ROOT = "1.2.826.0.1.3680043.8.498."
ANSWER_S = 10


def element(tag, vr, value):
    """Explicit VR, little endian."""
    if isinstance(value, str):
        value = value.encode() + (b"" if len(value) % 2 == 0 else b"\0" if vr == "UI" else b" ")
    head = struct.pack("<HH2s", tag >> 16, tag & 0xffff, vr.encode())
    if vr in ("SQ", "OB", "OW", "UN", "UT"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def item(content):
    return struct.pack("<HHI", 0xfffe, 0xe000, len(content)) + content


def reference(uid, sop_class=CT_IMAGE):
    return item(element(0x00081150, "UI", sop_class) + element(0x00081155, "UI", uid))


def series(references):
    return element(0x00081115, "SQ", item(element(0x00081140, "SQ", references) + element(0x0020000e, "UI", ROOT + "1.1")))


def area(top_left, bottom_right, mode, extra=b""):
    return element(0x0070005a, "SQ", item(element(0x00700052, "SL", struct.pack("<2i", *top_left))
                                          + element(0x00700053, "SL", struct.pack("<2i", *bottom_right))
                                          + element(0x00700100, "CS", mode) + extra))


def graphics(points, kind="POLYLINE", filled="Y", units="PIXEL"):
    data = struct.pack(f"<{len(points)}f", *points)
    text = (element(0x00700004, "CS", units) + element(0x00700006, "ST", "Text")
            + element(0x00700014, "FL", struct.pack("<2f", *points[:2])) + element(0x00700015, "CS", "Y"))
    shape = (element(0x00700005, "CS", units) + element(0x00700020, "US", struct.pack("<H", 2))
             + element(0x00700021, "US", struct.pack("<H", len(points) // 2)) + element(0x00700022, "FL", data)
             + element(0x00700023, "CS", kind) + element(0x00700024, "CS", filled))
    return element(0x00700001, "SQ", item(element(0x00700002, "CS", "MARKS") + element(0x00700008, "SQ", item(text))
                                          + element(0x00700009, "SQ", item(shape))))


ORDINARY_AREA = area((1, 1), (256, 256), "SCALE TO FIT", element(0x00700102, "IS", "1\\1"))


def write(folder, number, label, references, marks=b"", shown=ORDINARY_AREA):
    uid = f"{ROOT}1.77.{number}"
    meta = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", GRAYSCALE_STATE)
            + element(0x00020003, "UI", uid) + element(0x00020010, "UI", "1.2.840.10008.1.2.1"))
    data = b"".join([
        element(0x00080005, "CS", "ISO_IR 192"), element(0x00080016, "UI", GRAYSCALE_STATE), element(0x00080018, "UI", uid),
        element(0x00080020, "DA", "20240912"), element(0x00080030, "TM", "101500"), element(0x00080050, "SH", "A-1"),
        element(0x00080060, "CS", "PR"), series(references),
        element(0x00100010, "PN", "Lamp^Ada"), element(0x00100020, "LO", "T-1"), element(0x00100030, "DA", "19700115"),
        element(0x00100040, "CS", "O"), element(0x0020000d, "UI", ROOT + "1"), element(0x0020000e, "UI", ROOT + "1.77"),
        element(0x00200011, "IS", "77"), element(0x00200013, "IS", str(number)),
        marks, shown,
        element(0x00700060, "SQ", item(element(0x00700002, "CS", "MARKS") + element(0x00700062, "IS", "1"))),
        element(0x00700080, "CS", label), element(0x00700081, "LO", label.lower()),
        element(0x00700082, "DA", "20240912"), element(0x00700083, "TM", "101500"),
        element(0x20500020, "CS", "IDENTITY")])
    with open(os.path.join(folder, f"pr-{number}.dcm"), "wb") as file:
        file.write(b"\0" * 128 + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + data)


def images():
    return b"".join(reference(f"{ROOT}1.1.{index + 1}") for index in range(4))


NAN, INFINITE = float("nan"), float("inf")
FAR = (-2 ** 31, -2 ** 31), (2 ** 31 - 1, 2 ** 31 - 1)

STATES = {
    "LAST OF MANY": lambda: {"references": reference(ROOT + "9.9.9999") * 200000 + images()},
    "ITSELF": lambda: {"references": images() + reference(f"{ROOT}1.77.2", GRAYSCALE_STATE) * 3},
    "FAR AREA": lambda: {"references": images(), "shown": area(*FAR, "SCALE TO FIT")},
    "TURNED FAR AREA": lambda: {"references": images(), "shown": area(*reversed(FAR), "TRUE SIZE", element(
        0x00700101, "DS", "1e-300\\1e300"))},
    "MAGNIFIED": lambda: {"references": images(), "shown": area((1, 1), (256, 256), "MAGNIFY", element(
        0x00700103, "FL", struct.pack("<f", 1e38)))},
    "NO SIZE": lambda: {"references": images(), "shown": area((5, 5), (5, 5), "MAGNIFY", element(
        0x00700103, "FL", struct.pack("<f", NAN)))},
    "NOT A NUMBER": lambda: {"references": images(), "marks": graphics([NAN, 1e30, -1e30, NAN, 1e30, 1e30, NAN, 1e30])},
    "FAR CURVE": lambda: {"references": images(), "marks": graphics([1e30, -1e30, 3e38, 3e38, -3e38, 0, 5, INFINITE],
                                                                    "INTERPOLATED")},
    "FAR CIRCLE": lambda: {"references": images(), "marks": graphics([1e30, 1e30, -1e30, 0], "CIRCLE")},
    "FAR ELLIPSE": lambda: {"references": images(), "marks": graphics([0, 0, 1e30, 1e30, -1e30, 1e30, 1e30, -1e30],
                                                                      "ELLIPSE", units="DISPLAY")},
    "MANY POINTS": lambda: {"references": images(), "marks": graphics(
        [(index * 7919) % 256 for index in range(16000)], "INTERPOLATED")},
}


def menu(program):
    buttons = [node for node in program.walk() if node.getRoleName() == "push button" and node.name == "Window"]
    program.click(buttons[-1])  # the first one is the tool
    program.wait_find("menu item", "Exchange black and white")
    return [node.name for node in program.walk() if node.getRoleName() == "menu item" and node.name]


def choose(program, start):
    names = menu(program)
    assert any(name.startswith(start) for name in names), names
    for _ in range(len(names) + 1):
        program.key("Down")
        if program.focused_name().startswith(start):
            break
    program.key("Return")
    screen.wait_until(lambda: program.find("menu item") is None, ANSWER_S, "the end of the menu")
    program.key("Escape")
    program.wait_focus("image ", ANSWER_S)


def answers(program):
    """Images come and go, the picture is enlarged and small again, in time."""
    began = time.monotonic()
    program.key("Home")
    program.wait_says("image 1 of 4", ANSWER_S)
    for number in (2, 3):
        program.key("Down")
        program.wait_says(f"image {number} of 4", ANSWER_S)
    program.key("plus", "minus", "i", "i")
    program.settled(ANSWER_S)
    program.key("shift+r")
    screen.wait_until(lambda: "PRESENTATION STATE" not in program.says(), ANSWER_S, "the image as its file says")
    assert time.monotonic() - began < 4 * ANSWER_S


def shown(program, label):
    choose(program, label.lower())
    program.wait_says("PRESENTATION STATE", ANSWER_S)
    answers(program)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        path = folder.add_series(4)
        for number, (label, content) in enumerate(STATES.items()):
            write(path, number + 1, label, **content())
        with screen.Program(path) as program:
            program.wait_image("image 1 of 4")
            screen.wait_until(lambda: any(
                f"{len(STATES)} objects without images" in text for text in program.texts()), 60, "all is read")
            for label in STATES:
                tap.run(label.lower(), shown, program, label)
    with screen.Folder() as folder:
        path = folder.add_series(4)
        write(path, 1, "A MILLION", images() + reference(ROOT + "9.9.9999") * 1000000)
        with screen.Program(path) as program:
            program.wait_image("image 1 of 4")
            tap.run("while a state of a million images is read", answers, program)
            screen.wait_until(lambda: any("1 object" in text or "cannot" in text for text in program.texts()), 90,
                              "it is known what has become of it")
            tap.run("after that", answers, program)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
