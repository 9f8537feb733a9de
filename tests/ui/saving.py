"""What the tests of saving share: homes, their archives, and a reader who measures and saves."""

import contextlib
import io
import os
import shutil
import subprocess
import tempfile
import types

import pydicom
import screen
from fault_homes import check_whole

GRAYSCALE_STATE, REPORT, KEY_SELECTION = ("1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.88.33",
                                          "1.2.840.10008.5.1.4.1.1.88.59")


def command(home, *arguments):
    done = subprocess.run([screen.negtest.PROGRAM, *arguments, "--home", home], capture_output=True, timeout=400)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout.decode()


def statuses(home):
    """Of the reading list."""
    return [line for line in command(home, "worklist").splitlines()[1:]]


def n_read(home):
    return sum("read" in line.split() for line in statuses(home))


def objects(home, sop_class):
    """Of the archive, each checked against its name and length, the oldest first."""
    kept = check_whole(types.SimpleNamespace(home=home), where=f"sop_class_uid = '{sop_class}'")
    return sorted((pydicom.dcmread(io.BytesIO(data), force=True) for data in kept.values()),
                  key=lambda item: (item.get("InstanceCreationDate", ""), item.get("InstanceCreationTime", "")))


def path_of(home, uid):
    """A copy of it."""
    kept = check_whole(types.SimpleNamespace(home=home), where=f"sop_instance_uid = '{uid}'")
    path = os.path.join(home, f"object-{uid}.dcm")
    with open(path, "wb") as file:
        file.write(kept[uid])
    return path


@contextlib.contextmanager
def new_home():
    home = tempfile.mkdtemp(prefix="neg-states-")
    try:
        yield home
    finally:
        screen.end_agents(home)
        shutil.rmtree(home, ignore_errors=True)


class Reader(screen.Program):
    def __init__(self, home, **environment):
        super().__init__("--home", home, environment={"NEGATOSCOPE_AGENT": None, **environment})
        self.home = home

    def rows(self):
        """Of the page of measurements."""
        return [node.name for node in self.walk() if node.getRoleName() == "list item" and ", series" in (node.name or "")]

    def wait_rows(self, *expected):
        def there():
            rows = self.rows()
            return len(rows) == len(expected) and all(any(row.startswith(part) for row in rows) for part in expected)
        screen.wait_until(there, 60, f"the rows {expected}; there are {self.rows()}")
        return self.rows()

    def open_first(self, word):
        """The first study of the list that has this word."""
        self.key("ctrl+f")
        self.wait_focus("Search the reading list")
        self.do("type", "--delay", "20", word)
        screen.wait_until(lambda: [node for node in self.walk() if node.getRoleName() == "list item"
                                   and word in (node.name or "")], 60, f"{word} in the list")
        self.key("Down")
        screen.wait_until(lambda: word in self.focused_name(), 60, "the focus on the row")
        self.key("Return")
        screen.wait_until(self.is_at_first, 60, "image 1", 0.5)
        self.look_again()
        self.wait_image()

    def is_at_first(self):
        """A study that takes long to load stays at the image that came first, which may be another one."""
        name = self.focused_name()
        if name.startswith("image ") and "image 1 of" not in name:
            self.key("Home")
        return "image 1 of" in name

    def to_series(self, images):
        """By the keys for the next and the previous one: on a busy machine any of the study's may have come first."""
        for key in ["Right"] * 4 + ["Left"] * 8:
            if screen.comes(lambda: images in self.says(), 2):
                break
            self.key(key)
        self.wait_image(images)

    def open_page(self):
        self.key("ctrl+F9")
        self.click(self.wait_find("page tab", "Measurements"))
        self.key("Escape")
        self.wait_focus("image ")
        self.look_again()
        self.settled()

    def draw(self, key, dx, dy, to_x, to_y):
        x, y = self.centre()
        self.key(key)
        self.drag(1, x + dx, y + dy, to_x - dx, to_y - dy)

    def menu(self):
        """What the Window menu offers: it stays open."""
        buttons = [node for node in self.walk() if node.getRoleName() == "push button" and node.name == "Window"]
        self.click(buttons[-1])  # the first one is the tool
        self.wait_find("menu item", "Exchange black and white")
        return [node for node in self.walk() if node.getRoleName() == "menu item" and node.name]

    def choose(self, start):
        names = [item.name for item in self.menu()]
        place = next((at for at, name in enumerate(names) if name.startswith(start)), None)
        assert place is not None, names
        self.key(*["Down"] * place)  # what is greyed out is passed over: not all of the way, or farther
        for _ in range(len(names) + 1):
            if self.focused_name().startswith(start):
                break
            self.key("Down")
        self.key("Return")
        screen.wait_until(lambda: self.find("menu item") is None, 60, "the end of the menu")
        self.key("Escape")
