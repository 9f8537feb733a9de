"""The agent as a process: one per home, what it says, how it is killed and how its work survives that."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))
from negtest import BUILD, Skip, Tap  # noqa: E402

from gi.repository import Gio, GLib  # noqa: E402

AGENT = os.path.join(BUILD, "src", "agent", "negatoscope-agent")
SITE = "[dicom]\nport=auto\n"


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


def main():
    tap = Tap()
    for function in (hello, end_by_signal, end_by_quit, second_refused, wrong_site, detached, protected, peers,
                     config_wins, outdated, other_user, garbage):
        tap.run(function.__name__.replace("_", " "), function)
    tap.done()


main()
