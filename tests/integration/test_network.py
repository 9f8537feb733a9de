"""Every operation of the agent against other people's programs, and what those send to us.

The agent is stood in for by `operate`, which does one operation at a time."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
import peers
from negtest import Skip, Tap

OPERATE = os.environ["NEGATOSCOPE_OPERATE"]
AE = "NEGA"
ROOT = "2.25.77"
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
IMPLICIT, EXPLICIT, RLE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"


# --- objects ---

def element(group, number, vr, value, implicit=False):
    value = value if isinstance(value, bytes) else value.encode()
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB", "OW") else b" "
    tag = group.to_bytes(2, "little") + number.to_bytes(2, "little")
    if implicit:
        return tag + len(value).to_bytes(4, "little") + value
    if vr in ("OB", "OW"):
        return tag + vr.encode() + b"\0\0" + len(value).to_bytes(4, "little") + value
    return tag + vr.encode() + len(value).to_bytes(2, "little") + value


def u16(value):
    return value.to_bytes(2, "little")


def make_object(path, study, series, number, sop_class=CT, syntax=EXPLICIT, size=64):
    uid = f"{ROOT}.{study}.{series}.{number}"
    implicit = syntax == IMPLICIT

    def put(group, number_, vr, value):
        return element(group, number_, vr, value, implicit)

    meta = (element(2, 1, "OB", b"\0\1") + element(2, 2, "UI", sop_class) + element(2, 3, "UI", uid)
            + element(2, 0x10, "UI", syntax) + element(2, 0x12, "UI", ROOT))
    pixels = bytes((i * 7 + number) & 255 for i in range(size * size * 2))
    dataset = b"".join([
        put(8, 0x16, "UI", sop_class), put(8, 0x18, "UI", uid), put(8, 0x20, "DA", "20260102"),
        put(8, 0x50, "SH", f"ACC{study}"), put(8, 0x60, "CS", "CT" if sop_class == CT else "MR"),
        put(0x10, 0x10, "PN", f"TEST^PATIENT{study}"), put(0x10, 0x20, "LO", f"ID{study}"),
        put(0x20, 0xd, "UI", f"{ROOT}.{study}"), put(0x20, 0xe, "UI", f"{ROOT}.{study}.{series}"),
        put(0x20, 0x10, "SH", str(study)), put(0x20, 0x11, "IS", str(series)), put(0x20, 0x13, "IS", str(number)),
        put(0x28, 2, "US", u16(1)), put(0x28, 4, "CS", "MONOCHROME2"), put(0x28, 0x10, "US", u16(size)),
        put(0x28, 0x11, "US", u16(size)), put(0x28, 0x100, "US", u16(16)), put(0x28, 0x101, "US", u16(16)),
        put(0x28, 0x102, "US", u16(15)), put(0x28, 0x103, "US", u16(0)), put(0x7fe0, 0x10, "OW", pixels)])
    with open(path, "wb") as file:
        file.write(b"\0" * 128 + b"DICM" + element(2, 0, "UL", len(meta).to_bytes(4, "little")) + meta + dataset)
    return path


def make_study(folder, study=1, syntax=EXPLICIT, n_series=2, n_images=5):
    os.makedirs(folder, exist_ok=True)
    return [make_object(os.path.join(folder, f"{study}-{series}-{number}.dcm"), study, series, number,
                        CT if series == 1 else MR, syntax)
            for series in range(1, n_series + 1) for number in range(1, n_images + 1)]


def dataset_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return data[144 + int.from_bytes(data[140:144], "little"):]


def datasets(paths):
    return sorted(dataset_of(path) for path in paths)


# --- our side ---

class Home:
    def __init__(self, site="", dicom="", port=None):
        self.folder = tempfile.mkdtemp(prefix="neg-net-")
        self.port = port or peers.free_port()
        with open(os.path.join(self.folder, "site.conf"), "w") as file:
            file.write(f"[dicom]\nae-title={AE}\nport={self.port}\nlisten-address=127.0.0.1\n{dicom}\n{site}")
        self.process = None

    def add(self, text):
        with open(os.path.join(self.folder, "site.conf"), "a") as file:
            file.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)

    def run(self, *words, status=0):
        result = subprocess.run([OPERATE, self.folder, *words], capture_output=True, timeout=100,
                                stdin=subprocess.DEVNULL)
        self.error = result.stderr.decode().strip()
        self.lines = [json.loads(line) for line in result.stdout.decode().splitlines()[1:]]
        assert result.returncode == status, f"{words}: {result.returncode} {self.error} {self.lines[-3:]}"
        return self.lines

    def listen(self, environment=None, wrap=()):
        self.process = subprocess.Popen([*wrap, OPERATE, self.folder, "listen"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env={**os.environ, **(environment or {})})
        self.process.stdout.readline()
        return self

    def stop(self):
        if self.process is not None:
            self.process.communicate(timeout=30)
            self.process = None

    def kept(self, inside=None):
        """The objects; as the process @inside of a namespace of its own sees them."""
        root = f"/proc/{inside}/root{self.folder}" if inside else self.folder
        return [os.path.join(where, name) for where, _, names in os.walk(root) for name in names
                if f"{os.sep}objects{os.sep}" in where[len(root):]]


def send(port, files, *options, calling="PEER"):
    return subprocess.run(["storescu", "-aet", calling, "-aec", AE, *options, "127.0.0.1", str(port), *files],
                          capture_output=True, timeout=60)


def echo(port, calling="PEER", called=AE):
    return subprocess.run(["echoscu", "-aet", calling, "-aec", called, "127.0.0.1", str(port)], capture_output=True,
                          timeout=60)


KNOWN = "[peer SENDER]\naddress=dicom://PEER@127.0.0.1:1\nuse=store\n"


def need(peer):
    if not peer.is_installed():
        raise Skip(f"no {peer.program}")


# --- what is sent to us ---

def received(folder):
    for syntax, option in ((EXPLICIT, "-xe"), (IMPLICIT, "-xi")):
        files = make_study(os.path.join(folder, syntax), syntax=syntax)
        with Home(KNOWN) as home:
            home.listen()
            result = send(home.port, files, option)
            assert result.returncode == 0, result.stderr
            home.stop()
            assert datasets(home.kept()) == datasets(files)
            assert all("cache" not in os.path.relpath(path, home.folder) for path in home.kept())


def unknown_refused(folder):
    with Home(KNOWN) as home:
        home.listen()
        assert echo(home.port).returncode == 0
        refused = echo(home.port, calling="STRANGER")
        assert b"Calling AE Title Not Recognized" in refused.stderr, refused.stderr
        assert b"Called AE Title Not Recognized" in echo(home.port, called="OTHER").stderr
    elsewhere = "[peer SENDER]\naddress=dicom://PEER@127.0.0.7:1\n"
    with Home(elsewhere, "accept-unknown=true") as home:
        home.listen()
        assert b"Calling AE Title Not Recognized" in echo(home.port).stderr
        assert echo(home.port, calling="STRANGER").returncode == 0


def time_echo(port):
    """The median of some: what else the machine does meanwhile is not measured."""
    taken = []
    for _ in range(5):
        start = time.monotonic()
        assert echo(port).returncode == 0
        taken.append(time.monotonic() - start)
    return statistics.median(taken)


def silent(folder):
    """Nobody waits for those who say nothing (each has 30 s): the same as without them, on a machine of any load."""
    with Home(KNOWN) as home:
        home.listen()
        alone = time_echo(home.port)
        quiet = [socket.create_connection(("127.0.0.1", home.port)) for _ in range(100)]
        beside = time_echo(home.port)
        for one in quiet:
            one.close()
        print(f"# an echo alone: {alone * 1000:.0f} ms, beside 100 silent connections: {beside * 1000:.0f} ms")
        assert beside < max(alone * 1.5, alone + 0.4), (alone, beside)


def no_room(folder):
    files = make_study(folder)
    with Home(KNOWN + "[archive]\nkeep-free=1000000000000000\n") as home:
        home.listen()
        result = send(home.port, files[:1], "-v")
        home.stop()
        assert b"A700" in result.stderr.upper() or b"OUTOFRESOURCES" in result.stderr.upper().replace(b" ", b""), \
            result.stderr
        assert home.kept() == []


def small_disk(folder):
    """Every size of disk: what was acknowledged is there, whole; what was not is not; nothing is in between."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0:
        raise Skip("no mount namespaces")
    files = [make_object(os.path.join(folder, f"{i}.dcm"), 1, 1, i, size=200) for i in range(1, 21)]
    by_uid = {f"{ROOT}.1.1.{i}": dataset_of(path) for i, path in enumerate(files, 1)}
    refused = 0
    for kilobytes in range(900, 2400, 300):
        with Home(KNOWN + "[archive]\nkeep-free=0\n") as home:
            site = os.path.join(folder, "site.conf")
            shutil.copy(os.path.join(home.folder, "site.conf"), site)
            home.listen(wrap=["unshare", "-rm", "sh", "-c",
                              f"mount -t tmpfs -o size={kilobytes}k tmpfs {home.folder} && cp {site} {home.folder} && "
                              'exec "$@"', "sh"])
            result = send(home.port, files, "-v", "--no-halt")
            answers = [line for line in result.stderr.decode().splitlines() if "Received Store Response" in line]
            taken = [number for number, line in enumerate(answers, 1) if "Success" in line]
            assert all("Success" in line or "Resources" in line for line in answers), answers
            refused += len(answers) - len(taken)
            kept = [dataset_of(path) for path in home.kept(inside=home.process.pid)]
            assert sorted(kept) == sorted(by_uid[f"{ROOT}.1.1.{number}"] for number in taken), (kilobytes, taken)
            home.stop()
    assert refused > 0
    print(f"# refused {refused} of {5 * len(files)}")


def hostile(folder):
    """A data set that is none: refused, nothing shown, set aside with the reason."""
    path = make_object(os.path.join(folder, "bad.dcm"), 1, 1, 1)
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 100)
    with Home(KNOWN) as home:
        home.listen()
        send(home.port, [path], "-v")
        assert echo(home.port).returncode == 0
        home.stop()
        assert home.kept() == []


def tls(folder):
    """Both ways, mutual; another host's certificate, another authority's caller and plain text are refused."""
    need(peers.StoreScp)
    files = make_study(os.path.join(folder, "files"))
    where = os.path.join(folder, "keys")
    peers.make_certificates(where)
    server, client, rogue = ([os.path.join(where, f"{name}.{kind}") for kind in ("key", "pem")]
                             for name in ("server", "client", "rogue"))
    authority = os.path.join(where, "ca.pem")
    port = peers.free_port()
    ours = f"tls-port={port}\ntls-ca={authority}\ntls-key={server[0]}\ntls-certificate={server[1]}"
    with Home(KNOWN, ours) as home, peers.StoreScp(os.path.join(folder, "scp"), "+tls", *server, "+cf",
                                                   authority) as peer:
        home.listen()
        result = send(port, files, "+tls", *client, "+cf", authority)
        assert result.returncode == 0, result.stderr
        assert send(port, files[:1], "+tls", *rogue, "+cf", authority).returncode != 0
        assert send(port, files[:1]).returncode != 0
        home.stop()
        assert datasets(home.kept()) == datasets(files)
        keys = {"use": "store", "tls-ca": authority, "tls-key": client[0], "tls-certificate": client[1]}
        for name, host in (("TLS", "localhost"), ("OTHER", "127.0.0.2")):
            home.add(peer.site(name, address=f"dicoms://{peer.ae}@{host}:{peer.port}", **keys))
        assert home.run("send", "TLS", *files)[-1]["failed"] == 0
        assert [step["step"] for step in home.run("diagnose", "TLS")] == ["name", "port", "tls", "association", "echo"]
        home.run("send", "OTHER", *files[:1], status=1)
        assert home.error.startswith("tls"), home.error
        last = home.run("diagnose", "OTHER")[-1]
        assert last["step"] == "tls" and last["ok"] == "no" and "host name" in last["advice"], last


# --- what we ask for ---

def orthanc_all(folder):
    need(peers.Orthanc)
    files = make_study(os.path.join(folder, "files"))
    with Home() as home, peers.Orthanc(os.path.join(folder, "orthanc"), {
            "nega": {"AET": AE, "Host": "127.0.0.1", "Port": home.port, "AllowStorageCommitment": True}}) as orthanc:
        home.add(orthanc.site("BYGET", retrieve="get", use="query;retrieve;store;commit"))
        home.add(orthanc.site("BYMOVE", retrieve="move"))
        assert home.run("echo", "BYGET")[0]["ms"] > 0
        assert home.run("send", "BYGET", *files)[-1]["done"] == len(files)
        rows = home.run("query", "BYGET", "study", "0", f"StudyInstanceUID={ROOT}.1", "PatientName=", "StudyDate=")
        assert rows[0]["PatientName"] == "TEST^PATIENT1" and rows[-1]["rows"] == 1, rows
        answer = home.run("commit", "BYGET", "20", *files)[-1]
        assert answer == {"committed": len(files), "pending": 0}, answer
        stranger = make_object(os.path.join(folder, "stranger.dcm"), 9, 1, 1)
        answer = home.run("commit", "BYGET", "20", files[0], stranger)
        assert answer[0]["failed"] and answer[-1]["committed"] == 1, answer
        steps = home.run("diagnose", "BYGET")
        assert [step["step"] for step in steps] == ["name", "port", "association", "echo", "query"], steps
        assert all(step["ok"] == "yes" for step in steps), steps
        for way in ("BYGET", "BYMOVE"):
            with Home(port=home.port) as other:
                other.add(orthanc.site(way, retrieve=way[2:].lower()))
                last = other.run("retrieve", way, f"{ROOT}.1")[-1]
                assert (last["objects"], last["done"], last["failed"]) == (len(files), len(files), 0), last
                assert datasets(other.kept()) == datasets(files), way
                assert other.run("retrieve", way, f"{ROOT}.1")[-1]["bytes"] == 0
                assert all("cache" in path for path in other.kept())
                other.run("retrieve", way, f"{ROOT}.4", status=1)
                assert other.error.startswith("not-found"), other.error


def orthanc_part(folder):
    """What is here is not fetched again."""
    need(peers.Orthanc)
    files = make_study(os.path.join(folder, "files"))
    with Home(KNOWN) as home, peers.Orthanc(os.path.join(folder, "orthanc"), {
            "nega": [AE, "127.0.0.1", home.port]}) as orthanc:
        for path in files:
            orthanc.put_object(path)
        home.add(orthanc.site("BYGET", retrieve="get") + orthanc.site("BYMOVE", retrieve="move"))
        home.listen()
        assert send(home.port, [files[0], files[1], files[2]]).returncode == 0
        home.stop()
        one = home.run("retrieve", "BYMOVE", f"{ROOT}.1", f"{ROOT}.1.1")[-1]
        assert one["done"] == 5 and one["bytes"] < 3 * 10000, one
        two = home.run("retrieve", "BYGET", f"{ROOT}.1")[-1]
        assert two["done"] == 10 and datasets(home.kept()) == datasets(files), two


def other_patient(folder):
    """What is here of another patient with the same UIDs is not what the peer has."""
    need(peers.Orthanc)
    files = make_study(os.path.join(folder, "files"))
    for path in files:
        other = path + ".other"
        with open(path, "rb") as source, open(other, "wb") as file:
            file.write(source.read().replace(b"TEST^PATIENT1", b"ELSE^PATIENT1").replace(b"ID1", b"ID9"))
    with Home(KNOWN) as home, peers.Orthanc(os.path.join(folder, "orthanc"), {
            "nega": [AE, "127.0.0.1", home.port]}) as orthanc:
        for path in files:
            orthanc.put_object(path)
        home.add(orthanc.site("BYGET", retrieve="get") + orthanc.site("BYMOVE", retrieve="move"))
        home.listen()
        assert send(home.port, [path + ".other" for path in files]).returncode == 0
        home.stop()
        for way, n_bytes in (("BYGET", 10 * 8000), ("BYMOVE", 0)):
            last = home.run("retrieve", way, f"{ROOT}.1")[-1]
            assert last["done"] == 10 and last["failed"] == 0 and last["bytes"] >= n_bytes, last
            assert n_bytes > 0 or last["bytes"] == 0, last
            assert len(home.kept()) == 20, home.kept()


def dcmqrscp_all(folder):
    need(peers.QrScp)
    files = make_study(os.path.join(folder, "files"))
    with Home() as home, peers.QrScp(os.path.join(folder, "qr"), {AE: home.port}) as peer:
        home.add(peer.site("BYGET", retrieve="get") + peer.site("BYMOVE", retrieve="move"))
        home.run("echo", "BYGET")
        assert home.run("send", "BYGET", *files)[-1]["done"] == len(files)
        rows = home.run("query", "BYGET", "patient", "0", "PatientID=ID1", "PatientName=")
        assert rows[-1]["rows"] == 1, rows
        rows = home.run("query", "BYGET", "image", "3", f"StudyInstanceUID={ROOT}.1",
                        f"SeriesInstanceUID={ROOT}.1.1", "SOPInstanceUID=")
        assert rows[-1]["rows"] == 3 and rows[-1]["cut"], rows
        last = home.run("retrieve", "BYGET", f"{ROOT}.1")[-1]
        assert last["done"] == len(files) and datasets(home.kept()) == datasets(files), last
        with Home(port=home.port) as other:
            other.add(peer.site("BYMOVE", retrieve="move"))
            other.run("retrieve", "BYMOVE", f"{ROOT}.1")
            assert datasets(other.kept()) == datasets(files)


def storescp_all(folder):
    need(peers.StoreScp)
    files = make_study(os.path.join(folder, "files"))
    with peers.StoreScp(os.path.join(folder, "scp"), "+B") as peer, Home() as home:
        home.add(peer.site("STORE", use="store"))
        home.run("echo", "STORE")
        assert home.run("send", "STORE", *files)[-1]["failed"] == 0
        assert datasets(peer.files()) == datasets(files)
    with Home() as home:
        home.add("[peer GONE]\naddress=dicom://X@127.0.0.1:9\n")
        last = home.run("send", "GONE", *files[:2], status=1)
        assert last[-1]["failed"] == 2 and home.error.startswith("refused"), (last, home.error)
        home.run("echo", "GONE", status=1)


def worklist(folder):
    need(peers.Worklist)
    dump = "\n".join([
        "(0008,0005) CS [ISO_IR 100]", "(0008,0050) SH [A1]", "(0010,0010) PN [WORK^LIST]", "(0010,0020) LO [W1]",
        "(0020,000d) UI [2.25.5]", "(0032,1060) LO [CT HEAD]", "(0040,1001) SH [RP1]",
        "(0040,0100) SQ", "(fffe,e000) na", "(0008,0060) CS [CT]", "(0040,0001) AE [SCANNER]",
        "(0040,0002) DA [20260102]", "(0040,0003) TM [0800]", "(0040,0006) PN [NOBODY]", "(0040,0007) LO [CT HEAD]", "(0040,0009) SH [S1]", "(fffe,e00d) na",
        "(fffe,e0dd) na", ""])
    with peers.Worklist(os.path.join(folder, "wl"), [dump]) as peer, Home() as home:
        home.add(peer.site("WORK", use="worklist"))
        rows = home.run("query", "WORK", "worklist", "0", "PatientName=", "PatientID=", "AccessionNumber=",
                        "ScheduledProcedureStepSequence[0].Modality=CT",
                        "ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=")
        assert rows[-1]["rows"] == 1 and rows[0]["PatientName"] == "WORK^LIST", rows
        assert rows[0]["ScheduledProcedureStepSequence[0].Modality"] == "CT", rows
        steps = home.run("diagnose", "WORK")
        assert steps[-1]["step"] == "worklist" and steps[-1]["ok"] == "yes", steps
        home.add(peer.site("WRONG", use="worklist", address=f"dicom://NOBODY@127.0.0.1:{peer.port}"))
        last = home.run("diagnose", "WRONG")[-1]
        assert last["ok"] == "no" and "upper and lower case" in last["advice"], last


def main():
    tap = Tap()
    for name, test in (("what is sent to us", received), ("unknown callers", unknown_refused),
                       ("100 silent connections", silent), ("no room", no_room), ("a small disk", small_disk), ("a damaged object", hostile),
                       ("TLS", tls), ("storescp", storescp_all), ("wlmscpfs", worklist), ("dcmqrscp", dcmqrscp_all),
                       ("Orthanc", orthanc_all), ("Orthanc, what is missing", orthanc_part),
                       ("Orthanc, another patient", other_patient)):
        if len(sys.argv) > 1 and sys.argv[1] not in name:
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="neg-net-") as folder:
            tap.run(name, test, folder)
        print(f"# {time.monotonic() - start:.1f} s")
    tap.done()


main()
