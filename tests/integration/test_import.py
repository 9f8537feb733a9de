#!/usr/bin/env python3
"""The commands on a home of its own: usage, import of files, folders, DICOMDIR and ZIP, what is kept of them byte by
byte, studies, worklist, remove; what cannot be taken is named."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

from gi.repository import Gio, GLib  # noqa: E402

AGENT = os.environ.get("NEGATOSCOPE_AGENT", os.path.join(negtest.BUILD, "src", "agent", "negatoscope-agent"))
ENDING_S = 10  # what a sanitizer looks for at the end takes its time


def command(home, *args):
    result = negtest.negatoscope(args[0], "--home", home, *args[1:])
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def answer(home, *args):
    status, out, err = command(home, *args, "--json")
    return status, json.loads(out) if out.strip() else None, err


def with_home(function):
    def run(*args):
        home = tempfile.mkdtemp(prefix="neg-import-")
        try:
            return function(home, *args)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    return run


def corpus_files(n):
    """Readable single objects of different studies, from the manifest."""
    manifest = negtest.manifest()
    if manifest is None:
        raise negtest.Skip("no corpus")
    found = {}
    for entry in manifest["files"]:
        if entry.get("study_instance_uid") and entry.get("sop_instance_uid") and entry.get("has_pixels"):
            found.setdefault(entry["study_instance_uid"], entry)
    return [os.path.join(negtest.CORPUS, entry["path"]) for entry in list(found.values())[:n]]


def zeroed(path):
    """A file's bytes as they are kept: the preamble is nobody's."""
    with open(path, "rb") as file:
        data = file.read()
    return bytes(128) + data[128:] if data[128:132] == b"DICM" else data


def kept(home):
    """SHA-256 of every object's file, which is also its name."""
    hashes = set()
    for folder, _, names in os.walk(os.path.join(home, "data", "objects")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            if not name.startswith(digest):
                raise AssertionError("a file is not named by its bytes")
            hashes.add(digest)
    return hashes


@with_home
def test_usage(home):
    for args in (["import"], ["remove"], ["remove", "1", "2"], ["echo"], ["diagnose"], ["query"], ["query", "A", "B"],
                 ["query", "A", "--key", "PatientID"], ["query", "A", "--level", "frame"], ["query", "A", "--limit", "0"],
                 ["worklist-query"], ["retrieve", "A"], ["retrieve", "--study", "1.2"],
                 ["retrieve", "A", "--study", "x/y"], ["send", "A"], ["send", "A", "f", "--study", "1.2"],
                 ["commit", "A"], ["studies", "x"], ["worklist", "x"]):
        status, out, err = command(home, *args)
        if status != 2 or out or len(err.splitlines()) != 1:
            return f"{args}: exit status {status}, {out!r}, {err!r}"
    return None if not os.listdir(home) else "wrong usage made files"


@with_home
def test_empty(home):
    for name in ("studies", "worklist"):
        status, found, _ = answer(home, name)
        if status != 0 or found != []:
            return f"{name}: {status}, {found}"
    return None


@with_home
def test_unknown(home):
    status, found, err = answer(home, "echo", "NOWHERE")
    if status != 1 or found["ok"] or found["error"]["code"] != "not-found" or "NOWHERE" not in err:
        return f"echo: {status}, {found}, {err}"
    status, _, err = command(home, "remove", "1.2.3")
    return None if status == 1 and "not-found" in err else f"remove: {status}, {err}"


@with_home
def test_files(home):
    """Each is there byte by byte, once, and stays one object when it is imported again."""
    files = corpus_files(12)
    for _ in range(2):
        status, found, err = answer(home, "import", *files)
        if status != 0 or found["failed"] or found["done"] != len(files):
            return f"{status}, {found}, {err}"
    hashes = kept(home)
    if hashes != {hashlib.sha256(zeroed(path)).hexdigest() for path in files}:
        return "what is kept is not what was imported"
    status, studies, _ = answer(home, "studies")
    if status != 0 or sum(study["instances"] for study in studies) != len(hashes):
        return f"studies: {status}, {studies}"
    return None


@with_home
def test_preamble(home):
    """What somebody hid in the preamble is not kept; the rest is, bit by bit."""
    with open(corpus_files(1)[0], "rb") as file:
        data = file.read()
    if data[128:132] != b"DICM":
        raise negtest.Skip("no meta header")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "IM1")
        with open(path, "wb") as file:
            file.write(b"MZ" + b"x" * 126 + data[128:])
        status, found, err = answer(home, "import", path)
    if status != 0 or found["done"] != 1:
        return f"{status}, {found}, {err}"
    return None if kept(home) == {hashlib.sha256(bytes(128) + data[128:]).hexdigest()} else "other bytes are kept"


def make_cd(folder):
    """A folder as on a disc: some objects, a leaflet, a damaged object and one that is cut off."""
    files = corpus_files(4)
    for number, path in enumerate(files):
        shutil.copy(path, os.path.join(folder, f"IM{number}"))
    with open(os.path.join(folder, "README.TXT"), "w", encoding="ascii") as file:
        file.write("Nothing to see here.\n")
    nested = bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    nested += b"\x08\x00\x18\x00UI\x04\x001.2\x00"
    nested += b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 20000
    with open(os.path.join(folder, "nested"), "wb") as file:
        file.write(nested)
    return files


@with_home
def test_folder(home):
    with tempfile.TemporaryDirectory() as folder:
        files = make_cd(folder)
        status, found, err = answer(home, "import", folder)
        if status != 1 or found["done"] != len(files) or len(found["failed"]) != 1 or found["objects"] != len(files) + 1:
            return f"{status}, {found}, {err}"
        if not found["failed"][0]["path"].endswith("/nested") or "nested" not in found["failed"][0]["message"]:
            return f"{found['failed']}"
        status, found, _ = answer(home, "import", os.path.join(folder, "README.TXT"))
        return None if status == 1 and len(found["failed"]) == 1 else f"a named file: {status}, {found}"


@with_home
def test_zip(home):
    files = corpus_files(6)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "study.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, file in enumerate(files):
                archive.write(file, f"a/IM{number}")
            archive.writestr("a/README.TXT", "Nothing to see here.")
        status, found, err = answer(home, "import", path)
    if status != 0 or found["done"] != len(files) or found["objects"] != len(files):
        return f"{status}, {found}, {err}"
    return None if len(kept(home)) == len(files) else "not all of the archive is kept"


@with_home
def test_directory(home):
    """What a DICOMDIR refers to, each file once; and a directory whose files are elsewhere names every one of them."""
    folder = os.path.join(negtest.CORPUS, "dicomdir")
    directory = os.path.join(folder, "pydicom-set", "DICOMDIR")
    lost = os.path.join(folder, "variants", "DICOMDIR-implicit")
    if not os.path.exists(directory) or not os.path.exists(lost):
        raise negtest.Skip("not in this corpus")
    status, found, err = answer(home, "import", directory)
    files = [name for _, _, names in os.walk(os.path.dirname(directory)) for name in names if name != "DICOMDIR"]
    if status != 0 or found["failed"] or found["done"] != len(files) or found["objects"] != len(files):
        return f"{len(files)} files: {status}, {found}, {err}"
    status, found, err = answer(home, "import", lost)
    if status != 1 or not found["failed"] or found["done"] or len(found["failed"]) != found["objects"]:
        return f"{status}, {found}, {err}"
    return None


class Agent:
    """One that runs beside the commands, and its methods."""

    def __init__(self, home):
        self.process = subprocess.Popen([AGENT, "--home", home, "--foreground"], stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError("the agent is not ready")
        folder = os.path.join(os.environ["XDG_RUNTIME_DIR"], "negatoscope")
        sockets = [name for name in os.listdir(folder) if name.endswith(".sock")]
        self.connection = Gio.DBusConnection.new_for_address_sync(
            f"unix:path={os.path.join(folder, sockets[0])}", Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        self.call("Hello", GLib.Variant("(u)", (1,)))

    def call(self, method, arguments):
        return self.connection.call_sync(None, "/org/negatoscope/Agent", "org.negatoscope.Agent", method, arguments, None,
                                         Gio.DBusCallFlags.NONE, 30000, None).unpack()

    def run(self, mode):
        job = self.call("CheckArchive", GLib.Variant("(s)", (mode,)))[0]
        for _ in range(300):
            found = self.call("GetJob", GLib.Variant("(x)", (job,)))[0]
            if found["state"] in ("done", "failed", "cancelled"):
                return found
            time.sleep(0.1)
        raise AssertionError("the job does not end")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close_sync(None)
        self.process.terminate()
        self.process.communicate(timeout=20)


@with_home
def test_rebuild(home):
    """The index is lost, the objects are not."""
    files = corpus_files(10)
    with tempfile.TemporaryDirectory(prefix="neg-run-") as runtime:
        os.environ["XDG_RUNTIME_DIR"] = runtime
        with Agent(home):
            answer(home, "import", *files)
        before = answer(home, "studies")[1]
        for name in os.listdir(os.path.join(home, "data")):
            if name.startswith("archive.db"):
                os.unlink(os.path.join(home, "data", name))
        with Agent(home) as agent:
            job = agent.run("rebuild")
            again = agent.run("rebuild")
            check = agent.run("deep-check")
        after = answer(home, "studies")[1]
    if job["state"] != "done" or job["done"] != len(files) or again["state"] != "done":
        return f"{job}, {again}"
    if check["state"] != "done":
        return f"{check}"
    key = lambda study: study["study_uid"]  # noqa: E731
    return None if sorted(before, key=key) == sorted(after, key=key) else f"{before}\n{after}"


@with_home
def test_remove(home):
    files = corpus_files(3)
    answer(home, "import", *files)
    _, studies, _ = answer(home, "studies")
    status, found, err = answer(home, "remove", studies[0]["study_uid"])
    if status != 0 or found["objects"] != studies[0]["instances"]:
        return f"{status}, {found}, {err}"
    _, rest, _ = answer(home, "studies")
    if len(rest) != len(studies) - 1 or len(kept(home)) != len(files) - studies[0]["instances"]:
        return "something else is gone, or nothing"
    return None


@with_home
def test_worklist(home):
    files = corpus_files(3)
    answer(home, "import", *files)
    _, studies, _ = answer(home, "studies")
    status, rows, err = answer(home, "worklist")
    if status != 0 or {row["study_uid"] for row in rows} != {study["study_uid"] for study in studies}:
        return f"{status}, {rows}, {err}"
    if any(row["status"] != "arrived" or row["instances_here"] < 1 for row in rows):
        return f"{rows}"
    return None


@with_home
def test_nothing_runs_on(home):
    """An agent that a command started ends with it."""
    answer(home, "import", *corpus_files(1))
    end = time.monotonic() + ENDING_S
    while (left := subprocess.run(["pgrep", "-f", "--", home], capture_output=True).stdout.decode().split()):
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    return None if not left else f"{len(left)} processes are left"


@with_home
def test_database(home):
    answer(home, "import", *corpus_files(5))
    with sqlite3.connect(os.path.join(home, "data", "archive.db")) as database:
        return None if database.execute("PRAGMA integrity_check").fetchone()[0] == "ok" else "the database is damaged"


def main():
    tap = negtest.Tap()
    tap.run("wrong usage", test_usage)
    tap.run("an empty home", test_empty)
    tap.run("what is not there", test_unknown)
    tap.run("files, byte by byte", test_files)
    tap.run("the preamble", test_preamble)
    tap.run("a folder as on a disc", test_folder)
    tap.run("a ZIP", test_zip)
    tap.run("a DICOMDIR", test_directory)
    tap.run("the index made again", test_rebuild)
    tap.run("remove", test_remove)
    tap.run("worklist", test_worklist)
    tap.run("no process is left", test_nothing_runs_on)
    tap.run("the database is whole", test_database)
    tap.done()


if __name__ == "__main__":
    main()
