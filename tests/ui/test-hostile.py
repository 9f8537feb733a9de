#!/usr/bin/python3
"""Nothing that a file or an engine does takes the window down: 2,000 damaged files, 20,000 nested sequences, a product
of sizes that overflows, engines that talk nonsense, hang up or never start."""

import os
import struct
import subprocess
import tempfile

import screen

N_MUTATIONS = 2000


def element(tag, kind, value):
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, kind, len(value)) + value


def header():
    meta = element(0x00020010, b"UI", b"1.2.840.10008.1.2.1")
    return b"\0" * 128 + b"DICM" + element(0x00020000, b"UL", struct.pack("<I", len(meta))) + meta


def nested(depth):
    opened = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000,
                                                                                         0xFFFFFFFF)
    return header() + element(0x00080060, b"CS", b"CT") + opened * depth


def overflowing():
    numbers = [(0x00280002, 3), (0x00280010, 65535), (0x00280011, 65535), (0x00280100, 16), (0x00280101, 16),
               (0x00280102, 15), (0x00280103, 0)]
    values = [(tag, element(tag, b"US", struct.pack("<H", value))) for tag, value in numbers]
    values += [(0x00080060, element(0x00080060, b"CS", b"CT")), (0x00280004, element(0x00280004, b"CS", b"RGB")),
               (0x00280008, element(0x00280008, b"IS", b"2147483647"))]
    pixels = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 8) + b"\0" * 8
    return header() + b"".join(data for _, data in sorted(values)) + pixels


def hostile_objects(folder):
    with screen.Program(folder) as program:
        program.wait_image("image 1 of 3")
        program.wait_name("Could not be read (2)", 20)
        for name in ("nested.dcm", "overflow.dcm"):
            assert len(program.wait_name(name).name) > len(name) + 20, "no reason"
        program.key("Down")
        program.wait_image("image 2 of 3")


def mutations(path):
    """The window reads them all and shows what can be shown, series after series."""
    with screen.Program(path) as program:
        program.wait_image("image 1 of")
        screen.wait_until(lambda: any("could not be read" in text for text in program.texts()), 60, "the end of loading")
        for _ in range(25):
            program.key("Right")
            program.key("Down")
            screen.wait_until(lambda: "loading" not in program.says(), 30, "an answer for every image")
        program.key("Left")
        program.settled()


def write_mutations(folder):
    tool = os.environ.get("NEGATOSCOPE_WRITE_MUTATIONS", "")
    if not os.path.exists(os.path.join(screen.negtest.CORPUS, "manifest.json")) or not tool:
        raise screen.negtest.Skip("no corpus")
    output = subprocess.run([tool, screen.negtest.CORPUS, folder, str(N_MUTATIONS)], check=True, capture_output=True)
    n, n_in_header = map(int, output.stdout.split())
    assert n == N_MUTATIONS and n_in_header * 2 >= n, (n, n_in_header)


def damaged_files():
    with tempfile.TemporaryDirectory() as folder:
        write_mutations(folder)
        mutations(folder)


def strange_engine(mode, folder):
    """The engine is the tests' own, which misbehaves as its name says."""
    with tempfile.TemporaryDirectory() as place:
        engine = os.path.join(place, "engine." + mode)
        os.symlink(os.environ["NEGATOSCOPE_FAKE_ENGINE"], engine)
        with screen.Program(folder, environment={"NEGATOSCOPE_ENGINE": engine}) as program:
            program.wait_name("Could not be read (", 30)
            program.wait_name("trigger.dcm, ")
            program.settled(whole=True)


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        folder.add_series(3)
        folder.add_text("nested.dcm", nested(20000))
        folder.add_text("overflow.dcm", overflowing())
        tap.run("20,000 nested sequences and an overflow", hostile_objects, folder.path)
    tap.run("2,000 damaged files", damaged_files)
    with screen.Folder() as folder:
        folder.add_series(3)
        folder.add_text("trigger.dcm", b"X" * 1000)  # what that engine misbehaves at
        for mode in ("nonsense", "wrong-id", "dies", "stillborn"):
            tap.run("an engine that is " + mode, strange_engine, mode, folder.path)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
