"""The agent as a process: one per home, what it says, how it is killed and how its work survives that."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
import hostile_peers as hostile  # noqa: E402
from negtest import BUILD, CORPUS, Skip, Tap, manifest  # noqa: E402

from gi.repository import Gio, GLib  # noqa: E402

AGENT = os.path.join(BUILD, "src", "agent", "negatoscope-agent")
CLIENT = os.environ.get("NEGATOSCOPE_AGENT_CLIENT", os.path.join(BUILD, "tests", "integration", "agent-client"))
SITE = "[dicom]\nport=auto\n"
STUDY = "1.2.3.4.5"


class Home:
    """A folder of its own, and the agents that were started in it."""

    def __init__(self, site=SITE):
        self.path = tempfile.mkdtemp(prefix="negatoscope-agent-")
        self.runtime = tempfile.mkdtemp(prefix="negatoscope-run-")
        self.started = []
        if site:
            self.write_site(site)

    def write_site(self, text):
        with open(os.path.join(self.path, "site.conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def environment(self):
        return {**os.environ, "XDG_RUNTIME_DIR": self.runtime}

    def start(self, *options):
        """In the foreground, until it says that it is ready."""
        process = subprocess.Popen([AGENT, "--home", self.path, "--foreground", *options], env=self.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        return process

    def pid(self):
        with open(os.path.join(self.path, "data", "agent.lock"), encoding="utf-8") as file:
            return int(file.read())

    def socket(self):
        folder = os.path.join(self.runtime, "negatoscope")
        names = [name for name in os.listdir(folder) if name.endswith(".sock")]
        assert len(names) == 1, names
        return os.path.join(folder, names[0])

    def connect(self):
        return Bus(self.socket())

    def remove(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


class Bus:
    """The agent's methods over its socket."""

    def __init__(self, path):
        self.connection = Gio.DBusConnection.new_for_address_sync(
            f"unix:path={path}", Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        self.connection.set_exit_on_close(False)
        self.signals = []
        self.connection.signal_subscribe(None, "org.negatoscope.Agent", None, None, None, Gio.DBusSignalFlags.NONE,
                                         lambda *args: self.signals.append((args[4], args[5].unpack())))

    def call(self, name, arguments=None):
        answer = self.connection.call_sync(None, "/org/negatoscope/Agent", "org.negatoscope.Agent", name, arguments,
                                           None, Gio.DBusCallFlags.NONE, 20000, None)
        return answer.unpack()

    def hello(self, protocol=1):
        return self.call("Hello", GLib.Variant("(u)", (protocol,)))

    def set_peer(self, name, keys):
        self.call("SetPeer", GLib.Variant("(sa{ss})", (name, keys)))

    def peers(self):
        return {name: (keys, writable) for name, keys, writable in self.call("ListPeers")[0]}

    def wait_signal(self, name, timeout_s=3):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            GLib.MainContext.default().iteration(False)
            for index, (found, arguments) in enumerate(self.signals):
                if found == name:
                    del self.signals[index]
                    return arguments
            time.sleep(0.005)
        raise AssertionError(f"no {name} within {timeout_s} s")

    def fails(self, name, arguments=None):
        """The error's name and text; an answer is a failure of the test."""
        try:
            answer = self.call(name, arguments)
        except GLib.Error as error:
            return Gio.DBusError.get_remote_error(error), error.message
        raise AssertionError(f"{name} answered {answer}")


def wait_for(condition, what, timeout_s=10):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.01)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"


def hello():
    with Home("[dicom]\nport=auto\nae-title=READER\nprot=1\n") as home:
        home.start()
        protocol, info = home.connect().hello()
        assert protocol == 1, protocol
        assert info["ae-title"] == "READER", info
        assert info["listen-address"] == "127.0.0.1", info
        assert info["config"] == os.path.join(home.path, "site.conf"), info
        assert len(info["warnings"]) == 1 and "prot" in info["warnings"][0], info


def end_by_signal():
    with Home() as home:
        process = home.start()
        path = home.socket()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not os.path.exists(path)


def end_by_quit():
    with Home() as home:
        process = home.start()
        home.connect().call("Quit")
        assert process.wait(10) == 0


def end_with_home():
    with Home() as home:
        process = home.start()
        shutil.rmtree(home.path)
        assert process.wait(20) == 0


def second_refused():
    with Home() as home:
        first = home.start()
        second = subprocess.run([AGENT, "--home", home.path, "--foreground"], env=home.environment(),
                                capture_output=True, text=True, timeout=20)
        assert second.returncode == 1, second
        assert str(first.pid) in second.stderr and second.stdout == "", second
        assert home.connect().hello()[0] == 1


def wrong_site():
    with Home("[dicom]\nport=port\n") as home:
        for options in ([], ["--foreground"]):
            done = subprocess.run([AGENT, "--home", home.path, *options], env=home.environment(), capture_output=True,
                                  text=True, timeout=20)
            assert done.returncode == 1, done
            assert "site.conf" in done.stderr and "[dicom] port" in done.stderr, done.stderr


def detached():
    with Home() as home:
        done = subprocess.run([AGENT, "--home", home.path], env=home.environment(), capture_output=True, text=True,
                              timeout=20)
        assert done.returncode == 0, done
        pid = home.pid()
        assert os.getsid(pid) == pid
        assert home.connect().hello()[0] == 1
        home.connect().call("Quit")
        wait_for(lambda: not is_alive(pid), "the end of the agent")


def protected():
    with Home() as home:
        process = home.start()
        with open(f"/proc/{process.pid}/limits", encoding="utf-8") as file:
            core = [line for line in file if line.startswith("Max core file size")]
        assert core[0].split()[4:6] == ["0", "0"], core
        # What is not dumpable belongs to root in /proc.
        assert os.stat(f"/proc/{process.pid}").st_uid == 0
        assert os.stat(home.socket()).st_mode & 0o77 == 0
        assert os.stat(os.path.join(home.path, "data")).st_mode & 0o77 == 0


def peers():
    with Home() as home:
        home.start()
        bus = home.connect()
        assert bus.peers() == {}
        keys = {"address": "dicom://PACS@127.0.0.1:104", "use": "query;retrieve"}
        bus.set_peer("PACS", keys)
        bus.wait_signal("PeersChanged")
        assert bus.peers() == {"PACS": (keys, True)}, bus.peers()
        name, message = bus.fails("SetPeer", GLib.Variant("(sa{ss})", ("PACS", {"address": "dicom://PACS@h:99999"})))
        assert name == "org.negatoscope.Error.Usage" and "[peer PACS] address" in message, (name, message)
        assert bus.peers() == {"PACS": (keys, True)}
        assert os.stat(os.path.join(home.path, "site.conf")).st_mode & 0o777 == 0o600
        home.started[0].kill()
        home.started[0].wait()
        home.start()
        bus = home.connect()
        assert bus.peers() == {"PACS": (keys, True)}
        bus.set_peer("PACS", {})
        assert bus.peers() == {}


def config_wins():
    with Home(SITE + "[peer A]\naddress=dicom://A@h:1\n") as home:
        config = os.path.join(home.path, "other.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("[peer B]\naddress=dicom://B@h:1\n")
        home.start("--config", config)
        bus = home.connect()
        assert {name: value[1] for name, value in bus.peers().items()} == {"A": True, "B": False}
        name, message = bus.fails("SetPeer", GLib.Variant("(sa{ss})", ("B", {})))
        assert name == "org.negatoscope.Error.Refused" and config in message, (name, message)


def outdated():
    with Home() as home:
        process = home.start()
        old, new = home.connect(), home.connect()
        assert old.hello()[0] == 1
        assert new.hello(99)[0] == 1
        new.connection.close_sync(None)
        time.sleep(0.3)
        assert process.poll() is None, "ended under somebody who uses it"
        old.connection.close_sync(None)
        assert process.wait(10) == 0


def other_user():
    if os.geteuid() != 0:
        raise Skip("only root can be somebody else")
    with Home() as home:
        home.start()
        path = home.socket()
        # The folders say no before the socket does: open them, so that it has to.
        for folder in (home.runtime, os.path.dirname(path)):
            os.chmod(folder, 0o755)
        os.chmod(path, 0o777)
        script = ("import os, sys\nos.setgid(65534); os.setuid(65534)\n"
                  "from gi.repository import Gio\n"
                  "try:\n    Gio.DBusConnection.new_for_address_sync('unix:path=' + sys.argv[1],"
                  " Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)\n"
                  "except Exception as error:\n    print('refused', error)\n")
        done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=20)
        assert done.stdout.startswith("refused"), done
        assert home.connect().hello()[0] == 1


def garbage():
    import socket
    with Home() as home:
        home.start()
        for text in (b"", b"\0", b"\0AUTH ANONYMOUS\r\n", b"\0AUTH EXTERNAL 31\r\nBEGIN\r\n", os.urandom(5000),
                     b"\0AUTH EXTERNAL 30\r\nBEGIN\r\n" + os.urandom(2000)):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(1)
                peer.connect(home.socket())
                try:
                    peer.sendall(text)
                    peer.recv(1000)
                except OSError:
                    pass
        assert home.connect().hello()[0] == 1
        assert home.started[0].poll() is None


# --- the client ---

def client(home, *arguments, **options):
    environment = {**home.environment(), "NEGATOSCOPE_AGENT": AGENT}
    return subprocess.Popen([CLIENT, *arguments, home.path], env=environment, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def client_once():
    with Home() as home:
        out, err = client(home, "once").communicate(timeout=30)
        lines = out.splitlines()
        assert lines[0] == "connected started", (out, err)
        assert lines[1].startswith("failed not-found nobody: there is no peer"), lines
        wait_for(lambda: not is_alive(home.pid()), "the end of what a command started")
        process = home.start()
        out, err = client(home, "once").communicate(timeout=30)
        assert out.startswith("connected found"), (out, err)
        assert process.poll() is None


def client_told_why():
    with Home("[dicom]\nport=port\n") as home:
        out, _ = client(home, "once").communicate(timeout=30)
        assert out.startswith("failed ") and "[dicom] port" in out, out


def client_restarts():
    with Home() as home:
        watch = client(home, "watch")
        home.started.append(watch)
        assert watch.stdout.readline() == "connected\n"
        first = home.pid()
        began = time.monotonic()
        os.kill(first, signal.SIGKILL)
        assert watch.stdout.readline() == "lost\n"
        assert watch.stdout.readline() == "connected\n"
        took_s = time.monotonic() - began
        second = home.pid()
        assert second != first and took_s < 3, took_s
        # The agent survives whoever started it.
        watch.kill()
        watch.wait()
        time.sleep(0.2)
        assert is_alive(second)
        assert home.connect().hello()[0] == 1
        home.connect().call("Quit")
        wait_for(lambda: not is_alive(second), "the end of the agent")


def two_starts():
    with Home() as home:
        both = [client(home, "watch") for _ in range(2)]
        home.started += both
        for watch in both:
            assert watch.stdout.readline() == "connected\n"
        home.connect().call("Quit")


def socket_paths():
    with Home() as home:
        environment = {name: value for name, value in home.environment().items() if name != "XDG_RUNTIME_DIR"}
        seen = set()
        for runtime in (home.runtime, None, "relative"):
            if runtime:
                environment["XDG_RUNTIME_DIR"] = runtime
            else:
                environment.pop("XDG_RUNTIME_DIR", None)
            done = subprocess.run([CLIENT, "path", home.path], env=environment, capture_output=True, text=True)
            path = done.stdout.strip()
            assert path.endswith(".sock") and len(path) < 108, done
            folder = os.stat(os.path.dirname(path))
            assert folder.st_mode & 0o77 == 0 and folder.st_uid == os.geteuid(), path
            seen.add(path)
        assert any(path.startswith(home.runtime) for path in seen), seen
        # The same home by another name is the same home.
        link = home.path + ".link"
        os.symlink(home.path, link)
        environment["XDG_RUNTIME_DIR"] = home.runtime
        try:
            paths = {subprocess.run([CLIENT, "path", name], env=environment, capture_output=True, text=True).stdout
                     for name in (home.path, link, home.path + "/./")}
            assert len(paths) == 1, paths
        finally:
            os.remove(link)
        # A folder that is not ours alone is not taken.
        os.chmod(os.path.join(home.runtime, "negatoscope"), 0o777)
        done = subprocess.run([CLIENT, "path", home.path], env=environment, capture_output=True, text=True)
        assert not done.stdout.startswith(home.runtime), done


# --- jobs ---

def retrieve(bus, peer, study=STUDY, once=False, priority=0):
    return bus.call("Retrieve", GLib.Variant("(sssib)", (peer, study, "", priority, once)))[0]


def get_job(bus, job):
    return bus.call("GetJob", GLib.Variant("(x)", (job,)))[0]


def control(bus, job, action):
    bus.call("ControlJob", GLib.Variant("(xs)", (job, action)))


def wait_job(bus, job, *states, timeout_s=20):
    wait_for(lambda: get_job(bus, job)["state"] in states, f"job to be {states}: {get_job(bus, job)}", timeout_s)
    return get_job(bus, job)


def tried(bus, job):
    """An attempt is over, and another one is to come; who asks again meanwhile has it tried at once."""
    state = get_job(bus, job)
    return state["attempts"] >= 1 and state["state"] == "waiting"


def closed_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def peer_site(port, name="GONE", use="query;retrieve;store;commit"):
    return SITE + f"[peer {name}]\naddress=dicom://{name}@127.0.0.1:{port}\nuse={use}\n"


def jobs_survive():
    with Home(peer_site(closed_port())) as home:
        process = home.start()
        bus = home.connect()
        job = retrieve(bus, "GONE")
        assert retrieve(bus, "GONE") == job, "the same retrieval twice"
        wait_for(lambda: tried(bus, job) and get_job(bus, job)["next-us"] > time.time() * 1e6, "a later attempt")
        before = get_job(bus, job)
        assert before["error-code"] == "refused" and before["message"], before
        process.kill()
        process.wait()
        home.start()
        bus = home.connect()
        after = get_job(bus, job)
        for key in ("id", "kind", "peer", "study-uid", "state", "attempts", "error-code", "next-us", "created-us"):
            assert after[key] == before[key], (key, before, after)
        assert [each["id"] for each in bus.call("ListJobs")[0]] == [job]


def once_is_not_repeated():
    with Home(peer_site(closed_port())) as home:
        home.start()
        bus = home.connect()
        job = retrieve(bus, "GONE", once=True)
        state = wait_job(bus, job, "failed")
        assert state["attempts"] == 1 and state["error-code"] == "refused" and state["finished-us"] > 0, state
        told = []
        while not told or told[-1]["state"] != "failed":
            told.append(bus.wait_signal("JobChanged")[0])
        assert {each["id"] for each in told} == {job}


def controls():
    with Home(peer_site(closed_port())) as home:
        home.start()
        bus = home.connect()
        job = retrieve(bus, "GONE", priority=25)
        wait_for(lambda: tried(bus, job), "an attempt")
        control(bus, job, "pause")
        assert get_job(bus, job)["state"] == "paused"
        control(bus, job, "sooner")
        assert get_job(bus, job)["priority"] == 15
        control(bus, job, "later")
        assert get_job(bus, job)["priority"] == 25
        name, _ = bus.fails("ControlJob", GLib.Variant("(xs)", (job, "pause")))
        assert name == "org.negatoscope.Error.Conflict", name
        control(bus, job, "resume")
        wait_for(lambda: tried(bus, job), "another")
        control(bus, job, "cancel")
        state = get_job(bus, job)
        assert state["state"] == "cancelled" and state["finished-us"] > 0, state
        control(bus, job, "retry")
        wait_for(lambda: tried(bus, job), "a third")
        begun = time.monotonic()
        assert retrieve(bus, "GONE", priority=5) == job, "a second job for the same"
        wait_for(lambda: get_job(bus, job)["attempts"] == 2, "an attempt for whoever asks now")
        assert time.monotonic() - begun < 8, "waited for the back-off"
        assert get_job(bus, job)["priority"] == 5
        name, _ = bus.fails("ControlJob", GLib.Variant("(xs)", (job, "explode")))
        assert name == "org.negatoscope.Error.Usage", name
        name, _ = bus.fails("ControlJob", GLib.Variant("(xs)", (999, "cancel")))
        assert name == "org.negatoscope.Error.NotFound", name


def wrong_arguments():
    with Home(peer_site(closed_port(), use="query")) as home:
        home.start()
        bus = home.connect()
        for method, signature, arguments, expected in (
                ("Retrieve", "(sssib)", ("GONE", STUDY, "", 0, True), "Refused"),
                ("Retrieve", "(sssib)", ("GONE", "1..2", "", 0, True), "Usage"),
                ("Retrieve", "(sssib)", ("WHO", STUDY, "", 0, True), "NotFound"),
                ("Send", "(sassbx)", ("GONE", ["relative"], "", True, 0), "Usage"),
                ("Send", "(sassbx)", ("GONE", [], "", True, 0), "Usage"),
                ("Commit", "(sassbx)", ("GONE", [], STUDY, True, 0), "Refused"),
                ("Import", "(as)", (["relative"],), "Usage"),
                ("CheckArchive", "(s)", ("everything",), "Usage"),
                ("Query", "(ssa{ss}u)", ("GONE", "planet", {}, 0), "Usage"),
                ("Query", "(ssa{ss}u)", ("GONE", "worklist", {}, 0), "Refused"),
                ("Claim", "(xb)", (77, False), "NotFound"),
                ("SetStatus", "(xs)", (77, "lost"), "Usage"),
                ("SetStatus", "(xs)", (77, "read"), "NotFound"),
                ("Remove", "(sx)", ("x", 0), "Usage"),
                ("StoreObject", "(ay)", (b"",), "Usage"),
                ("StoreObject", "(ay)", (b"no object" * 100,), "Unreadable"),
                ("SetSearch", "(sasa{ss}u)", ("fast", [], {}, 1), "Usage"),
                ("SetSearch", "(sasa{ss}u)", ("", [], {}, 100), "Usage")):
            name, message = bus.fails(method, GLib.Variant(signature, arguments))
            assert name == "org.negatoscope.Error." + expected, (method, arguments, name, message)
        assert bus.call("ListJobs")[0] == []


def searches():
    with Home(peer_site(closed_port())) as home:
        home.start()
        bus = home.connect()
        keys = {"StudyDate": "today", "ScheduledProcedureStepSequence[0].Modality": "CT"}
        bus.call("SetSearch", GLib.Variant("(sasa{ss}u)", ("mine", ["GONE"], keys, 60)))
        listed = {each[0]: each for each in bus.call("ListSearches")[0]}
        assert set(listed) == {"mine", "modality worklists"}, listed
        assert listed["mine"][1:4] == (["GONE"], keys, 60), listed
        assert listed["modality worklists"][3] == 60
        wait_for(lambda: {each[0]: each for each in bus.call("ListSearches")[0]}["mine"][4] > 0, "the first question")
        assert "GONE: " in {each[0]: each for each in bus.call("ListSearches")[0]}["mine"][5]
        home.started[0].kill()
        home.started[0].wait()
        home.start()
        bus = home.connect()
        listed = {each[0]: each for each in bus.call("ListSearches")[0]}
        assert listed["mine"][1:4] == (["GONE"], keys, 60), listed
        bus.call("SetSearch", GLib.Variant("(sasa{ss}u)", ("mine", [], {}, 0)))
        bus.call("SetSearch", GLib.Variant("(sasa{ss}u)", ("modality worklists", [], {}, 0)))
        listed = {each[0]: each for each in bus.call("ListSearches")[0]}
        assert set(listed) == {"modality worklists"} and listed["modality worklists"][3] == 0, listed
        found, failures = bus.call("Ask", GLib.Variant("(sasa{ss})", ("now", ["GONE", "WHO"], {})))
        assert found == 0 and {peer for peer, _ in failures} == {"GONE", "WHO"}, failures


# --- peers ---

class Silent:
    """A port that lets everybody in and says nothing."""

    def __enter__(self):
        import socket
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()


def running(bus):
    return [each for each in bus.call("ListJobs")[0] if each["state"] == "running"]


def limits():
    """Two at a peer, four altogether, sooner before later; a cancel is quick; the end of the agent loses none."""
    with Silent() as one, Silent() as two, Silent() as three:
        site = SITE + "".join(f"[peer {name}]\naddress=dicom://{name}@127.0.0.1:{peer.port}\n"
                              for name, peer in (("ONE", one), ("TWO", two), ("THREE", three)))
        with Home(site) as home:
            process = home.start()
            bus = home.connect()
            jobs = [retrieve(bus, "ONE", f"1.2.{number}", priority=20) for number in range(4)]
            wait_for(lambda: len(running(bus)) == 2, "two at one peer")
            soon = retrieve(bus, "ONE", "1.2.9", priority=0)
            others = [retrieve(bus, name, f"1.3.{number}", priority=20) for number in range(3)
                      for name in ("TWO", "THREE")]
            wait_for(lambda: len(running(bus)) == 4, "four altogether")
            time.sleep(0.3)
            assert len(running(bus)) == 4
            assert len([each for each in running(bus) if each["peer"] == "ONE"]) == 2
            began = time.monotonic()
            control(bus, jobs[0], "cancel")
            wait_job(bus, jobs[0], "cancelled")
            assert time.monotonic() - began < 5
            wait_job(bus, soon, "running")
            control(bus, soon, "pause")
            wait_job(bus, soon, "paused")
            assert get_job(bus, jobs[3])["state"] == "waiting"
            process.send_signal(signal.SIGTERM)
            assert process.wait(12) == 0
            home.start()
            bus = home.connect()
            wait_for(lambda: len(running(bus)) == 4, "the same work after a new start")
            states = {each["id"]: each["state"] for each in bus.call("ListJobs")[0]}
            assert states[jobs[0]] == "cancelled" and states[soon] == "paused", states
            assert len(states) == len(jobs) + 1 + len(others), states


def corpus_files(count):
    listed = manifest()
    if listed is None:
        raise Skip("no corpus")
    entries = listed["files"] if isinstance(listed, dict) else listed
    names = [os.path.join(CORPUS, each.get("path") or each.get("file")) for each in entries]
    return [name for name in names if os.path.exists(name)][:count]


def query_archive(home, sql):
    with sqlite3.connect(f"file:{home.path}/data/archive.db?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def exchange():
    """Files into one archive, from there into another; what failed is named, and a retry sends only the rest."""
    paths = corpus_files(12)
    with Home("[dicom]\nport=auto\nae-title=B\n[peer A]\naddress=dicom://A@127.0.0.1:1\n"
              "issuer=HERE\n") as there, Home() as here:
        there.start()
        port = there.connect().hello()[1]["port"]
        here.write_site(f"[dicom]\nport=auto\nae-title=A\n[peer B]\naddress=dicom://B@127.0.0.1:{port}\n")
        here.start()
        bus = here.connect()
        assert bus.call("Echo", GLib.Variant("(s)", ("B",)))[0] > 0
        job = wait_job(bus, bus.call("Import", GLib.Variant("(as)", (paths,)))[0], "done", "failed")
        assert job["done"] + job["failed"] == len(paths) and job["done"] > 0, job
        assert bus.wait_signal("Changed")
        uid = query_archive(here, "SELECT study_uid FROM study")[0][0]
        count = query_archive(here, "SELECT count(*) FROM instance JOIN series ON series.id = series_id JOIN study"
                                    f" ON study.id = study_id WHERE study_uid = '{uid}'")[0][0]
        job = wait_job(bus, bus.call("Send", GLib.Variant("(sassbx)", ("B", [], uid, True, 0)))[0], "done", "failed")
        assert job["state"] == "done" and job["done"] == count and job["failures"] == [], job
        assert query_archive(there, "SELECT study_uid FROM study") == [(uid,)]
        patient = query_archive(here, f"SELECT patient_id, issuer FROM study WHERE study_uid = '{uid}'")[0]
        for event, detail in ((110102, f"sending {count} objects"), (110104, f"sent {count} objects")):
            assert query_archive(here, f"SELECT study_uid, patient_id, issuer, failed, detail FROM audit WHERE event = {event}"
                                       ) == [(uid, *patient, 0, detail)]
        assert query_archive(there, "SELECT name, bytes FROM instance") and os.listdir(there.path + "/data/objects")

        # What only the site says of the peer survives the loss of the index.
        studies = "SELECT study_uid, issuer, patient_id, name_key FROM study ORDER BY study_uid"
        before = query_archive(there, studies)
        assert before[0][1] == (patient[1] or "HERE"), before
        there.started[0].terminate()
        there.started[0].wait()
        for name in os.listdir(there.path + "/data"):
            if name.startswith("archive.db"):
                os.unlink(f"{there.path}/data/{name}")
        there.write_site(f"[dicom]\nport={port}\nae-title=B\n[peer A]\naddress=dicom://A@127.0.0.1:1\n")
        there.start()
        again = there.connect()
        job = wait_job(again, again.call("CheckArchive", GLib.Variant("(s)", ("rebuild",)))[0], "done", "failed")
        assert job["state"] == "done" and job["done"] == count, job
        assert query_archive(there, studies) == before

        number = bus.call("Send", GLib.Variant("(sassbx)", ("B", [paths[0], "/nowhere/at-all"], "", True, 0)))[0]
        job = wait_job(bus, number, "done", "failed")
        assert job["state"] == "failed" and job["done"] == 1 and job["failed"] == 1, job
        assert [each[0] for each in job["failures"]] == ["/nowhere/at-all"], job
        sent = len(query_archive(here, "SELECT id FROM audit WHERE event = 110104"))
        control(bus, number, "retry")
        wait_for(lambda: get_job(bus, number)["state"] == "failed", "the end of the retry")
        job = get_job(bus, number)
        assert job["done"] == 1 and job["failed"] == 1, job
        assert len(query_archive(here, "SELECT id FROM audit WHERE event = 110104")) == sent, "sent again"


def reading_list():
    paths = corpus_files(3)
    with Home() as home:
        home.start()
        bus = home.connect()
        wait_job(bus, bus.call("Import", GLib.Variant("(as)", (paths,)))[0], "done", "failed")
        entry, uid = query_archive(home, "SELECT id, study_uid FROM entry")[0]

        def row():
            return query_archive(home, f"SELECT status, claimed_by FROM entry WHERE id = {entry}")[0]
        arrived = row()
        assert arrived[1] == ""
        bus.call("Claim", GLib.Variant("(xb)", (entry, False)))
        assert row()[1] != "" and row()[0] != arrived[0], row()
        bus.call("Release", GLib.Variant("(x)", (entry,)))
        assert row() == arrived
        bus.call("SetStatus", GLib.Variant("(xs)", (entry, "read")))
        assert row()[0] != arrived[0]
        used = query_archive(home, f"SELECT used_us FROM study WHERE study_uid = '{uid}'")[0][0]
        bus.call("Accessed", GLib.Variant("(sbx)", (uid, True, entry)))
        bus.call("Accessed", GLib.Variant("(sbx)", (uid, False, 0)))
        assert query_archive(home, f"SELECT used_us FROM study WHERE study_uid = '{uid}'")[0][0] > used
        check = wait_job(bus, bus.call("CheckArchive", GLib.Variant("(s)", ("deep-check",)))[0], "done", "failed")
        assert check["state"] == "done" and check["result"]["damaged"] == 0, check
        name, _ = bus.fails("Remove", GLib.Variant("(sx)", (STUDY, entry)))
        assert name == "org.negatoscope.Error.Usage", name
        assert bus.call("Remove", GLib.Variant("(sx)", (uid, entry)))[0] > 0
        assert query_archive(home, f"SELECT id FROM study WHERE study_uid = '{uid}'") == []
        events = query_archive(home, f"SELECT event, detail FROM audit WHERE study_uid = '{uid}' ORDER BY id")
        assert [event for event, _ in events] == [110107, 110109, 110109, 110109, 110103, 110103, 110105], events
        assert [detail for _, detail in events[1:6]] == ["claimed", "released", "set to read", "opened", "closed"]


def stored_object():
    """Bytes that were made here: in the archive when the call returns, once however often, and audited."""
    import io

    import pydicom
    with Home() as home:
        home.start()
        bus = home.connect()
        data = pydicom.Dataset()
        data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.11.1", "2.25.77"
        data.StudyInstanceUID, data.SeriesInstanceUID, data.Modality = STUDY, "2.25.78", "PR"
        data.PatientID, data.PatientName = "ID", "Doe^Jane"
        data.is_little_endian, data.is_implicit_VR = True, False
        data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        written = io.BytesIO()
        pydicom.dcmwrite(written, data, write_like_original=False)
        for _ in range(2):
            answer = bus.call("StoreObject", GLib.Variant("(ay)", (written.getvalue(),)))
            assert answer == (STUDY,), answer
        assert query_archive(home, "SELECT sop_instance_uid FROM instance") == [("2.25.77",)]
        assert query_archive(home, f"SELECT event FROM audit WHERE study_uid = '{STUDY}'") == [(110107,)] * 2


def cancelled():
    """What a window does not want any more ends in the agent, and only that."""
    def ask(bus, method, arguments):
        answers = []
        bus.connection.call(None, "/org/negatoscope/Agent", "org.negatoscope.Agent", method, arguments, None,
                            Gio.DBusCallFlags.NONE, 60000, None, lambda source, result: answers.append(result))
        return answers

    def ended(bus, answers, timeout_s=10):
        deadline = time.monotonic() + timeout_s
        while not answers and time.monotonic() < deadline:
            GLib.MainContext.default().iteration(False)
            time.sleep(0.005)
        assert answers, "it goes on"
        try:
            bus.connection.call_finish(answers[0])
        except GLib.Error as error:
            return Gio.DBusError.get_remote_error(error)
        return None

    with Silent() as silent, Silent() as other:
        with Home(peer_site(silent.port) + f"[peer OTHER]\naddress=dicom://O@127.0.0.1:{other.port}\n") as home:
            home.start()
            bus, beside = home.connect(), home.connect()
            bus.hello()
            calls = [ask(bus, "Diagnose", GLib.Variant("(s)", (peer,))) for peer in ("GONE", "OTHER")]
            calls.append(ask(beside, "Diagnose", GLib.Variant("(s)", ("GONE",))))
            peer, step = bus.wait_signal("DiagnoseStep", 10)
            assert step[0] == "name" and step[1] and peer in ("GONE", "OTHER"), (peer, step)
            asked = ask(bus, "Ask", GLib.Variant("(sasa{ss})", ("now/1", ["GONE"], {"PatientID": "1"})))
            begun = time.monotonic()
            bus.call("Cancel", GLib.Variant("(ss)", ("Diagnose", "GONE")))
            assert ended(bus, calls[0]) == "org.negatoscope.Error.Cancelled"
            bus.call("Cancel", GLib.Variant("(ss)", ("Ask", "now/2")))
            assert not asked and not calls[1] and not calls[2], "another call was cancelled"
            bus.call("Cancel", GLib.Variant("(ss)", ("Ask", "now/1")))
            ended(bus, asked)
            assert time.monotonic() - begun < 8, "cancelling took as long as waiting"
            assert not calls[1] and not calls[2], "another call was cancelled"


def site_by_hand():
    """Another time zone and a peer less in the site file: at SIGHUP and at the next start."""
    def site(zone, peers):
        return f"[site]\ntimezone={zone}\n[dicom]\nport=auto\n" + "".join(
            f"[peer {name}]\naddress=dicom://P@127.0.0.1:1\nuse=query\n" for name in peers)

    def times(home):
        return [each for each, in query_archive(home, "SELECT time_us FROM entry ORDER BY id")]

    def says(home):
        return {peer for peer, in query_archive(home, "SELECT peer FROM entry_source")}

    def has_zone(home, zone):
        wait_for(lambda: query_archive(home, "SELECT name, next_id FROM entry_zone") == [(zone, 0)], f"times of {zone}")

    with Home(site("Etc/GMT+5", "PQ")) as home:
        process = home.start()
        bus = home.connect()
        wait_job(bus, bus.call("Import", GLib.Variant("(as)", (corpus_files(3),)))[0], "done", "failed")
        has_zone(home, "Etc/GMT+5")
        before = times(home)
        with sqlite3.connect(f"{home.path}/data/archive.db", timeout=20) as database:
            for peer in "PQ":
                database.execute("INSERT INTO entry_source VALUES (NULL, 9000, 0, 'typed', ?, '1.2.3', '', '', 'ID', 'DOE',"
                                 " 'Doe', '', '', '', '', '', '', 'CT', '', '', '', '', 3, 0, 0, 0, 0, '')", peer)
        bus.signals.clear()
        home.write_site(site("Etc/GMT-3", "Q"))
        process.send_signal(signal.SIGHUP)
        has_zone(home, "Etc/GMT-3")
        wait_for(lambda: says(home) == {"Q"}, "that P is forgotten")
        bus.wait_signal("PeersChanged")
        hours = {(b - a) / 3600e6 for a, b in zip(before, times(home))}
        assert -8 in hours and hours <= {-8, 0}, hours
        process.terminate()
        process.wait()
        home.write_site(site("Etc/GMT+5", ""))
        home.start()
        has_zone(home, "Etc/GMT+5")
        wait_for(lambda: says(home) == set(), "that Q is forgotten")
        assert times(home) == before


def site_twice_by_hand():
    """Once more while the entries still follow the first change: the last one holds."""
    def identifiers():
        for i in range(800):
            yield (hostile.element(8, 0x20, "20260102") + hostile.element(8, 0x30, "120000")
                   + hostile.element(8, 0x52, "STUDY") + hostile.element(0x10, 0x10, "DOE") + hostile.element(0x20, 0xd, f"1.2.{i}"))

    def follows(home, process, peer, zones):
        for zone in zones:
            home.write_site(f"[site]\ntimezone={zone}\n[dicom]\nport=auto\n" + peer.site("P"))
            process.send_signal(signal.SIGHUP)
            wait_for(lambda: query_archive(home, "SELECT name FROM entry_zone") == [(zone,)], zone, 60)
        wait_for(lambda: query_archive(home, "SELECT name, next_id FROM entry_zone") == [(zones[-1], 0)], f"times of {zones}", 60)
        return query_archive(home, "SELECT DISTINCT time_us FROM entry")

    with hostile.HostilePeer(hostile.finding(identifiers)) as peer, Home("[dicom]\nport=auto\n" + peer.site("P")) as home:
        process = home.start()
        bus = home.connect()
        assert bus.call("Ask", GLib.Variant("(sasa{ss})", ("now", ["P"], {"PatientName": "D*"}))) == (800, [])
        west = follows(home, process, peer, ["Etc/GMT+5"])
        east = follows(home, process, peer, ["Etc/GMT+1", "Etc/GMT-3"])
        assert len(west) == len(east) == 1 and west[0][0] - east[0][0] == 8 * 3600 * 1000000, (west, east)


def main():
    tap = Tap()
    for function in (hello, end_by_signal, end_by_quit, end_with_home, second_refused, wrong_site, detached, protected,
                     peers, config_wins, outdated, other_user, garbage, client_once, client_told_why, client_restarts, two_starts,
                     socket_paths, jobs_survive, once_is_not_repeated, controls, wrong_arguments, searches, limits, exchange, reading_list,
                     stored_object, cancelled, site_by_hand, site_twice_by_hand):
        tap.run(function.__name__.replace("_", " "), function)
    tap.done()


main()
