#!/usr/bin/python3
"""The window starts: without anything, with a study, without a bus, with a bus that hangs, without OpenGL."""

import os
import socket
import tempfile
import threading
import time

import screen

NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": None, "AT_SPI_BUS_ADDRESS": None}


def chrome_is_dark(program):
    """Painted: the window's ground, not the root window's black nor GTK's default."""
    def painted():
        ground = program.look()[-10, 400]
        return abs(ground - (0x14, 0x17, 0x1c)).max() <= 2
    screen.wait_until(painted, 15, "the window's own ground")


def image_is_there(program):
    """Without a screen reader: grey levels of a ramp in the middle of the screen."""
    def seen():
        middle = program.look()[300:500, 600:900].mean(axis=2)
        return 40 < middle.mean() < 215 and middle.std() > 5
    screen.wait_until(seen, 20, "an image")


def starts_empty():
    with screen.Program() as program:
        chrome_is_dark(program)
        screen.wait_until(lambda: "No images are open" in program.texts(), 10, "the empty page")
        program.wait_text("Drop a folder, a DICOMDIR, a ZIP or DICOM files here")
        program.wait_focus("Open a Folder")
        assert program.process.poll() is None


class HungBus:
    """Accepts and never answers."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "bus")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.connections.append(self.listener.accept()[0])
            except OSError:
                return


def time_to_window(environment, path):
    with screen.Program(path, environment=environment) as program:
        image_is_there(program)
        return program.mapped_s


def no_bus(path):
    assert time_to_window(NO_BUS, path) < 10


def hung_bus(path):
    without = min(time_to_window(NO_BUS, path) for _ in range(2))
    with tempfile.TemporaryDirectory() as folder:
        bus = HungBus(folder)
        environment = dict(NO_BUS, DBUS_SESSION_BUS_ADDRESS="unix:path=" + bus.path)
        hung = min(time_to_window(environment, path) for _ in range(2))
        assert bus.connections, "nobody asked the bus"
    print(f"# window after {without:.2f} s without a bus, {hung:.2f} s with one that hangs")
    assert hung < without * 2 + 1.6, f"{hung:.2f} s against {without:.2f} s"


def dead_bus_address(path):
    assert time_to_window(dict(NO_BUS, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus"), path) < 10


def no_gl(path):
    with screen.Program(path, environment={"GDK_DEBUG": "gl-disable"}) as program:
        program.wait_image()
        image_is_there(program)
    with screen.Program("--renderer", "gl", path, environment={"GDK_DEBUG": "gl-disable"}) as program:
        program.wait_image()
        image_is_there(program)
        assert any("OpenGL failed" in text for text in program.texts()), program.texts()


def no_schema(path):
    with screen.Program(path, environment={"GSETTINGS_SCHEMA_DIR": "/nonexistent"}) as program:
        program.wait_image()
        assert "settings schema" in program.output(), program.output()


def wrong_usage():
    import subprocess
    result = subprocess.run([screen.negtest.PROGRAM, "--renderer", "crayon"], capture_output=True)
    assert result.returncode == 2 and b"crayon" in result.stderr, result
    result = subprocess.run([screen.negtest.PROGRAM], capture_output=True,
                            env={**os.environ, "DISPLAY": ":987", "WAYLAND_DISPLAY": "none"})
    assert result.returncode == 1 and b"display" in result.stderr, result


def own_home(path):
    with tempfile.TemporaryDirectory() as home:
        with screen.Program("--home", home, path, environment={"GSETTINGS_BACKEND": None}) as program:
            program.wait_image()
            program.do("windowsize", program.window, "1000", "700")
            time.sleep(0.3)
            program.close()
        with open(os.path.join(home, "settings.ini"), encoding="utf-8") as file:
            settings = file.read()
        assert "window-width=" in settings and "1280" not in settings, settings


def main():
    screen.with_session_bus()
    tap = screen.negtest.Tap()
    display = screen.Display()
    with screen.Folder() as folder:
        path = folder.add_series(5)
        tap.run("starts without arguments and says what to do", starts_empty)
        tap.run("no bus at all", no_bus, path)
        tap.run("a bus that never answers does not delay the window", hung_bus, path)
        tap.run("a bus address that leads nowhere", dead_bus_address, path)
        tap.run("no OpenGL", no_gl, path)
        tap.run("no settings schema is a line, not an abort", no_schema, path)
        tap.run("a home of its own", own_home, path)
        tap.run("wrong usage and no display end in words", wrong_usage)
    display.stop()
    tap.done()


if __name__ == "__main__":
    main()
