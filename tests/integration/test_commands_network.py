#!/usr/bin/env python3
"""The network commands against Orthanc: fields, exit statuses, and the same bytes after a round trip."""

import hashlib
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402
import peers  # noqa: E402


def command(home, *args):
    result = negtest.negatoscope(args[0], "--home", home, *args[1:], "--json")
    out = result.stdout.decode()
    return result.returncode, json.loads(out) if out.strip() else None, result.stderr.decode()


def files():
    folder = os.path.join(negtest.CORPUS, "dicomdir", "pydicom-set", "98892003", "MR700")
    if not os.path.isdir(folder):
        raise negtest.Skip("not in this corpus")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def datasets(home):
    """What is kept, without the meta header, which each sender writes anew."""
    found = set()
    for folder, _, names in os.walk(home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            if "objects" in folder and data[128:132] == b"DICM":
                length = int.from_bytes(data[140:144], "little")
                found.add(hashlib.sha256(data[144 + length:]).hexdigest())
    return found


def test_echo(home, peer):
    status, found, err = command(home, "echo", "PACS")
    return None if status == 0 and found["peer"] == "PACS" and found["ok"] and found["ms"] > 0 else f"{found}, {err}"


def test_send(home, peer):
    status, found, err = command(home, "send", "PACS", *files())
    if status != 0 or found["objects"] != len(files()) or found["done"] != len(files()) or found["failed"]:
        return f"{status}, {found}, {err}"
    there = len(peer.get_json("/instances"))
    return None if there == len(files()) else f"{there} objects are there"


def test_query(home, peer):
    there = len(files())
    status, found, err = command(home, "query", "PACS", "--key", "PatientName=D*")
    if status != 0 or len(found) != 1:
        return f"{status}, {found}, {err}"
    study = found[0]
    if study["patient_id"] != "98890234" or study["instances"] != there or not study["complete"]:
        return f"{study}"
    if "PatientID" in study["attributes"] or "StudyID" not in study["attributes"]:
        return f"{study['attributes']}"
    status, found, _ = command(home, "query", "PACS", "--level", "image", "--key",
                               f"StudyInstanceUID={study['study_uid']}", "--limit", "3")
    if status != 0 or not 1 <= len(found) < len(files()) or found[0]["complete"] or not found[0]["reason"]:
        return f"{status}, {found}"
    status, _, _ = command(home, "query", "PACS", "--key", "NoSuchKeyword=1")
    return None if status == 2 else f"an unknown keyword: {status}"


def test_retrieve(home, peer):
    """What was imported, sent, deleted and fetched is the same data set."""
    command(home, "import", *files())
    before = datasets(home)
    study = command(home, "studies")[1][0]["study_uid"]
    command(home, "remove", study)
    if command(home, "studies")[1] or datasets(home):
        return "what was removed is here"
    status, found, err = command(home, "retrieve", "PACS", "--study", study)
    if status != 0 or found["done"] != len(before) or found["failed"] or found["bytes"] < 1 or found["seconds"] <= 0:
        return f"{status}, {found}, {err}"
    return None if datasets(home) == before and len(before) == len(files()) else "other bytes came back"


def test_commit(home, peer):
    files()
    study = command(home, "studies")[1][0]["study_uid"]
    status, found, err = command(home, "commit", "PACS", "--study", study)
    if status != 0 or found["committed"] != len(files()) or found["pending"] or found["failed"]:
        return f"{status}, {found}, {err}"
    return None if found["transaction_uid"].startswith("2.25.") else f"{found}"


def test_missing(home, peer):
    status, found, err = command(home, "retrieve", "PACS", "--study", "1.2.3.4.5")
    if status != 1 or found["done"] != 0 or found["error"]["code"] != "not-found" or "PACS" not in err:
        return f"{status}, {found}, {err}"
    return None


def test_diagnose(home, peer):
    status, found, err = command(home, "diagnose", "PACS")
    if status != 0 or [step["step"] for step in found][:2] != ["name", "port"] or not all(step["ok"] for step in found):
        return f"{status}, {found}, {err}"
    return None


def test_gone(home, peer):
    """The peer is switched off: the layer that fails is named, with what to try."""
    peer.__exit__(None, None, None)
    status, found, _ = command(home, "diagnose", "PACS")
    if status != 1 or found[-1]["step"] != "port" or found[-1]["ok"] or not found[-1]["advice"]:
        return f"{status}, {found}"
    status, found, err = command(home, "echo", "PACS")
    if status != 1 or found["ok"] or found["error"]["code"] != "refused" or len(err.splitlines()) != 1:
        return f"{status}, {found}, {err}"
    status, found, _ = command(home, "send", "PACS", *files())
    return None if status == 1 and found["done"] == 0 and found["error"]["code"] == "refused" else f"{status}, {found}"


def main():
    tap = negtest.Tap()
    if not peers.Orthanc.is_installed():
        tap.skip("network commands", "Orthanc is not installed")
        tap.done()
    folder = tempfile.mkdtemp(prefix="neg-commands-")
    home = os.path.join(folder, "home")
    os.environ["XDG_RUNTIME_DIR"] = folder
    os.mkdir(home)
    port = peers.free_port()
    try:
        with peers.Orthanc(os.path.join(folder, "orthanc")) as peer:
            peer.set_modality("viewer", "NEGATOSCOPE", port, AllowStorageCommitment=True)
            with open(os.path.join(home, "site.conf"), "w", encoding="ascii") as file:
                file.write(f"[dicom]\nport={port}\n" + peer.dicom_site("PACS", use="query;retrieve;store;commit"))
            for name in ("echo", "send", "query", "retrieve", "commit", "missing", "diagnose", "gone"):
                tap.run(name, globals()[f"test_{name}"], home, peer)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tap.done()


if __name__ == "__main__":
    main()
