"""A person in front of the window: a display of its own, the program on it, hands (xdotool), eyes (import) and a
screen reader (AT-SPI). Files to look at are made here; none of them is of a person."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

WIDTH, HEIGHT = 1280, 800
PATIENCE_S = 60


def with_session_bus():
    """Runs this script again under a session bus of its own, where AT-SPI lives. AT-SPI's socket has one name per
    runtime folder: tests that run beside each other must not share that either."""
    if os.environ.get("NEG_UI_SESSION") == "1":
        import pyatspi
        pyatspi.Registry.getDesktop(0)  # starts it before the program asks for it
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, NEG_UI_SESSION="1", XDG_RUNTIME_DIR=folder)
        # The bus and what it starts talk on standard output, where only test points belong.
        points = os.dup(sys.stdout.fileno())
        session = ["dbus-run-session", "--", "sh", "-c", f'exec "$@" >&{points}', "sh", "/usr/bin/python3", *sys.argv]
        status = subprocess.run(session, env=environment, check=False, stdout=sys.stderr, pass_fds=[points]).returncode
    sys.exit(status)


def comes(condition, seconds, step=0.05):
    """The first true value of condition(), None when the time is up. Parts of the tree go away while one looks: then one
    looks again."""
    from gi.repository import GLib
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except GLib.GError:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(step)


def wait_until(condition, seconds=PATIENCE_S, what="", step=0.05):
    """The same, with an assertion error that says what (a text, or a function that gives it). Less than PATIENCE_S is not
    waited: a limit ends what hangs, it measures nothing."""
    value = comes(condition, max(seconds, PATIENCE_S), step)
    if not value:
        raise AssertionError(f"not within {max(seconds, PATIENCE_S)} s: {what() if callable(what) else what or condition}")
    return value


def agents_of(home):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"negatoscope-agent") and home.encode() in words:
            found.append(int(pid))
    return found


def end_agents(home):
    """They outlive their window on purpose, but no test."""
    for pid in agents_of(home):
        try:
            os.kill(pid, signal.SIGTERM)
        except OSError:
            continue


class Display:
    """An X server that chose its own free number."""

    def __init__(self, width=WIDTH, height=HEIGHT):
        read_end, write_end = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp",
             "-noreset"],  # or it would be gone for a moment whenever its last client leaves
            pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            self.name = ":" + pipe.readline().strip()
        os.environ["DISPLAY"] = self.name

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Program:
    """The program running; a context, at whose end it is ended and must not have crashed."""

    def __init__(self, *arguments, environment=None, size=(WIDTH, HEIGHT), scale=1):
        self.arguments = [negtest.PROGRAM, *arguments]
        self.environment = dict(os.environ, GDK_BACKEND="x11", LANG="C.UTF-8", LC_ALL="C.UTF-8",
                                GSETTINGS_BACKEND="memory", GDK_SCALE=str(scale))
        self.scale = scale
        self.environment.pop("XDG_DATA_HOME", None)
        # An agent outlives its window: only who ends it again may have one (None).
        self.environment["NEGATOSCOPE_AGENT"] = "/nonexistent/negatoscope-agent"
        # Nobody reads here who would lose the image that came first, however long all of them take.
        self.environment["NEGATOSCOPE_SETTLE_MS"] = "60000"
        self.environment.update(environment or {})
        for name in [name for name, value in self.environment.items() if value is None]:
            del self.environment[name]
        self.size = size
        self.log = tempfile.TemporaryFile()
        self.node = self.box = None
        self.closed = False
        # What it keeps for its next start is nobody else's.
        self.data = tempfile.TemporaryDirectory(prefix="neg-ui-data-")
        self.environment.setdefault("XDG_DATA_HOME", self.data.name)

    def __enter__(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.arguments, env=self.environment, stdout=self.log, stderr=self.log)
        try:
            self.window = wait_until(self.find_window, 60, "a window")
            self.mapped_s = time.monotonic() - self.started
            self.do("windowsize", self.window, str(self.size[0]), str(self.size[1]))
            self.do("windowmove", self.window, "0", "0")
            self.do("windowfocus", self.window)
        except BaseException:
            self.process.kill()
            print("# " + self.output().replace("\n", "\n# "))
            raise
        return self

    def __exit__(self, kind, value, trace):
        if value is not None:
            print("# " + self.output().replace("\n", "\n# "), flush=True)
        status = self.process.poll()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if value is None and status is not None and not self.closed:
            raise AssertionError(f"the program ended by itself ({status}): {self.output()}")

    def output(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def find_window(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the program ended ({self.process.returncode}): {self.output()}")
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Negatoscope$"], capture_output=True)
        return found.stdout.split()[-1].decode() if found.stdout.split() else None

    # Hands

    def do(self, *arguments):
        subprocess.run(["xdotool", *arguments], check=True, stderr=subprocess.DEVNULL)

    def key(self, *keys):
        self.do("key", "--delay", "30", *keys)

    def point(self, x, y):
        self.do("mousemove", "--window", self.window, str(int(x)), str(int(y)))

    def wheel(self, notches, control=False):
        button = "5" if notches > 0 else "4"
        arguments = ["click", "--delay", "30", "--repeat", str(abs(notches)), button]
        if control:
            arguments = ["keydown", "ctrl", *arguments, "keyup", "ctrl"]
        self.do(*arguments)

    def click(self, node):
        import pyatspi
        box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
        self.point((box.x + box.width / 2) * self.scale, (box.y + box.height / 2) * self.scale)
        self.do("click", "1")

    def drag(self, button, x, y, dx, dy):
        self.point(x, y)
        self.do("mousedown", str(button))
        for part in range(1, 6):
            self.point(x + dx * part / 5, y + dy * part / 5)
            time.sleep(0.03)
        self.do("mouseup", str(button))

    # Eyes

    def look(self):
        """The screen as grey levels."""
        shot = subprocess.run(["import", "-silent", "-window", "root", "png:-"], capture_output=True, check=True).stdout
        return numpy.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=numpy.int16)

    def picture(self):
        """What the viewport shows, without its border."""
        x, y, width, height = self.viewport_box()
        return self.look()[y:y + height, x:x + width]

    def middle(self, side=120):
        picture = self.picture()
        y, x = picture.shape[0] // 2, picture.shape[1] // 2
        return picture[y - side:y + side, x - side:x + side].astype(float)

    def settled(self, seconds=60, whole=False):
        """The picture (or the whole screen) once two looks in a row are the same."""
        last = [None]

        def same():
            now = self.look() if whole else self.picture()
            before, last[0] = last[0], now
            return before is not None and before.shape == now.shape and (before == now).all()

        wait_until(same, seconds, "a picture that stays", 0.1)
        return last[0]

    # Screen reader

    def application(self):
        import pyatspi
        for application in pyatspi.Registry.getDesktop(0):
            try:
                if application is not None and application.get_process_id() == self.process.pid:
                    return application
            except Exception:
                continue
        return None

    def walk(self, node=None, depth=0):
        """All that is in sight; what goes away while one looks is left out."""
        from gi.repository import GLib
        try:
            node = node or self.application()
            if node is None or depth > 40 or depth > 0 and not self.has_state(node, "visible"):
                return
            yield node
            n = node.childCount
        except GLib.GError:
            return
        for index in range(n):
            try:
                child = node.getChildAtIndex(index)
            except GLib.GError:
                continue
            if child is not None:
                yield from self.walk(child, depth + 1)

    @staticmethod
    def has_state(node, *names):
        """One of the states: "focused", "checked", "pressed", "sensitive" and so on."""
        import pyatspi
        from gi.repository import GLib
        try:
            states = node.getState()
        except GLib.GError:
            return False
        return any(states.contains(getattr(pyatspi, "STATE_" + name.upper())) for name in names)

    @staticmethod
    def role_and_name(node):
        from gi.repository import GLib
        try:
            return node.getRoleName(), node.name or ""
        except GLib.GError:  # it has gone
            return "", ""

    def find(self, role, start=""):
        for node in self.walk():
            its_role, name = self.role_and_name(node)
            if its_role == role and name.startswith(start):
                return node
        return None

    def wait_find(self, role, start="", seconds=60):
        return wait_until(lambda: self.find(role, start), seconds, f"the {role} “{start}”")

    def names(self, start=""):
        names = [self.role_and_name(node)[1] for node in self.walk()]
        return [name for name in names if name.startswith(start)]

    def wait_name(self, part, seconds=60):
        return wait_until(lambda: next((node for node in self.walk() if part in self.role_and_name(node)[1]), None), seconds,
                          f"“{part}” among the names")

    def wait_no_name(self, part, seconds=60):
        wait_until(lambda: not any(part in name for name in self.names()), seconds, f"no “{part}” among the names")

    def focused(self):
        """Where the keys go, as a screen reader knows it; None when nobody knows."""
        for node in self.walk():
            if self.has_state(node, "focused") and self.role_and_name(node)[0] not in ("frame", "application", "dialog",
                                                                                       "window", ""):
                return node
        return None

    def focused_name(self):
        node = self.focused()
        return self.role_and_name(node)[1] if node is not None else ""

    def wait_focus(self, part, seconds=60):
        wait_until(lambda: part in self.focused_name(), seconds,
                   lambda: f"the focus on “{part}”; it is on “{self.focused_name()}”")

    def viewports(self):
        """In order."""
        named = [(node, *self.role_and_name(node)) for node in self.walk()]
        return [node for node, role, name in named if role == "image" and name.startswith(("image ", "no image"))]

    def find_viewport(self):
        all_of_them = self.viewports()
        return next((node for node in all_of_them if self.has_state(node, "focused")),
                    all_of_them[0] if all_of_them else None)

    def viewport(self):
        """The one that had the focus when it was last looked for."""
        if self.node is None:
            self.node = wait_until(self.find_viewport, 60, "the viewport")
        return self.node

    def look_again(self):
        """Other viewports, or another one is active: nothing that was known of them counts."""
        self.node = self.box = None

    def viewport_box(self):
        if self.box is None:
            import pyatspi
            extents = self.viewport().queryComponent().getExtents(pyatspi.WINDOW_COORDS)
            x, y, width, height = (part * self.scale for part in
                                   (extents.x, extents.y, extents.width, extents.height))
            # Extents leave out the window's own frame, a few pixels: inside it for certain.
            inset = 8 * self.scale
            self.box = (x + inset, y + inset, width - inset - 2, height - inset - 2)
        return self.box

    def centre(self):
        x, y, width, height = self.viewport_box()
        return x + width // 2, y + height // 2

    def windows(self, title):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True)
        return [line.decode() for line in found.stdout.split()]

    def enter_window(self, title):
        """A person would see it come up in front; nobody manages the windows here."""
        found = wait_until(lambda: self.windows(title), 10, f"the window {title}")
        self.do("windowfocus", found[-1])
        return found[-1]

    def back(self, title):
        """The window of that title has gone; the keys go to the main window again."""
        wait_until(lambda: not self.windows(title), 10, f"the end of the window {title}")
        self.do("windowfocus", self.window)

    def close(self):
        """By the button in its corner."""
        self.closed = True
        next(node for node in self.walk() if node.getRoleName() == "push button" and node.name == "Close"
             and node.parent.name != "Close").queryAction().doAction(0)
        wait_until(lambda: self.process.poll() is not None, what="the end of the program")
        assert self.process.returncode == 0, self.process.returncode

    def says(self):
        """What the screen reader hears of the viewport: its name and its description."""
        node = self.viewport()
        return f"{node.name} | {node.description}"

    def wait_says(self, text, seconds=60):
        wait_until(lambda: text in self.says(), seconds, lambda: f"“{text}”; it says “{self.says()}”")

    def texts(self):
        """What can be read now."""
        named = [self.role_and_name(node) for node in self.walk()]
        return [name for role, name in named if role in ("label", "status bar") and name]

    def wait_text(self, part, seconds=60):
        wait_until(lambda: any(part in text for text in self.texts()), seconds,
                   lambda: f"“{part}” in {self.texts()}")

    def wait_image(self, text="image 1 of"):
        """The image that is announced so is there, no longer on its way."""
        self.wait_says(text)
        wait_until(lambda: "loading" not in self.says(), 60, "the image has arrived")
        return self.settled()

    # Fault

    def engines(self):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                    name, fields = file.read().rsplit(")", 1)
                if "negatoscope-eng" in name and int(fields.split()[1]) == self.process.pid:
                    found.append(int(pid))
            except OSError:
                continue
        return found

    def kill_engines(self):
        killed = 0
        for pid in self.engines():
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        return killed


class Folder:
    """A temporary folder of generated DICOM files."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="neg-ui-")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)

    def add_series(self, n, number=1, patient="Lamp^Ada", patient_id="T-1", study="1", size=256, pixels=None, **tags):
        import pydicom
        from pydicom.dataset import FileDataset, FileMetaDataset
        from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

        root = "1.2.826.0.1.3680043.8.498."
        for index in range(n):
            meta = FileMetaDataset()
            meta.MediaStorageSOPClassUID = CTImageStorage
            meta.MediaStorageSOPInstanceUID = f"{root}{study}.{number}.{index + 1}"
            meta.TransferSyntaxUID = ExplicitVRLittleEndian
            path = os.path.join(self.path, f"s{study}-{number}-{index:04d}.dcm")
            item = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
            item.is_little_endian, item.is_implicit_VR = True, False
            item.SpecificCharacterSet = "ISO_IR 192"
            item.SOPClassUID, item.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
            item.PatientName, item.PatientID = patient, patient_id
            item.PatientBirthDate, item.PatientSex = "19700115", "O"
            item.StudyInstanceUID, item.SeriesInstanceUID = root + study, f"{root}{study}.{number}"
            item.FrameOfReferenceUID = f"{root}{study}.9"
            item.StudyDate, item.StudyTime, item.StudyDescription = "20240912", "101500", "Synthetic test"
            item.AccessionNumber = "A-" + study
            item.Modality, item.SeriesNumber, item.InstanceNumber = "CT", number, index + 1
            item.SeriesDescription = "Ramp"
            item.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
            item.ImagePositionPatient = [0, 0, 2.5 * index]
            item.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            item.PixelSpacing, item.SliceThickness = [1, 1], 2.5
            item.Rows = item.Columns = size
            item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
            item.BitsAllocated = item.BitsStored = 16
            item.HighBit, item.PixelRepresentation = 15, 0
            item.RescaleSlope, item.RescaleIntercept = 1, 0
            item.WindowCenter, item.WindowWidth = [500, 600], [1000, 100]
            item.WindowCenterWidthExplanation = ["WHOLE", "NARROW"]
            for name, value in tags.items():
                setattr(item, name, value)
            values = pixels(index) if pixels else self.ramp(index, size)
            item.PixelData = values.astype("<u2").tobytes()
            pydicom.dcmwrite(path, item, write_like_original=False)
        return self.path

    @staticmethod
    def ramp(index, size=256):
        """0 at the left to 1000 at the right, and a black square that moves with the image's number."""
        values = numpy.tile(numpy.linspace(0, 1000, size), (size, 1))
        at = 8 + (index * 12) % (size - 40)
        values[at:at + 24, at:at + 24] = 0
        return values

    def remove(self, name):
        os.remove(os.path.join(self.path, name))

    def add_text(self, name, content):
        path = os.path.join(self.path, name)
        with open(path, "wb") as file:
            file.write(content)
        return path
