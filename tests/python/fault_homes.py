"""What the tests of faults share: an agent in a folder of its own, its bus, and whether its archive is whole, seen
without the program: rows by SQLite, files by their SHA-256."""
import hashlib
import os
import shutil
import sqlite3
import tempfile
import time

from agents import Agent
from hostile_peers import IMPLICIT, VERIFICATION, Caller

ANY_CALLER = 'accept-unknown=true\n'
RESTART_S = 20  # on a machine that does other things, too; kills at length print what it was


class Home:
    """An agent in a folder of its own."""

    def __init__(self, site='', dicom=ANY_CALLER, **rest):
        self.site, self.dicom, self.rest = site, dicom, rest

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='faults-')
        self.agent = Agent(self.folder, self.site, dicom=self.dicom, **self.rest)
        return self.agent.start()

    def __exit__(self, *_):
        self.agent.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Bus:
    """Of the agent that runs now."""

    def __init__(self, agent):
        from gi.repository import Gio
        folder = os.path.join(agent.environment['XDG_RUNTIME_DIR'], 'negatoscope')
        name = next(name for name in os.listdir(folder) if name.endswith('.sock'))
        self.none = Gio.DBusCallFlags.NONE
        self.connection = Gio.DBusConnection.new_for_address_sync(
            'unix:path=' + os.path.join(folder, name), Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        self.connection.set_exit_on_close(False)

    def call(self, name, signature=None, *arguments):
        from gi.repository import GLib
        given = GLib.Variant(signature, arguments) if signature else None
        return self.connection.call_sync(None, '/org/negatoscope/Agent', 'org.negatoscope.Agent', name, given, None,
                                         self.none, 60000, None).unpack()

    def start(self, name, signature, *arguments):
        """Asked, not waited for: the agent may be dead before it answers."""
        from gi.repository import GLib
        self.connection.call(None, '/org/negatoscope/Agent', 'org.negatoscope.Agent', name,
                             GLib.Variant(signature, arguments), None, self.none, 20000, None, None)
        self.connection.flush_sync(None)

    def jobs(self):
        return self.call('ListJobs')[0]

    def wait_job(self, job, seconds=120):
        end = time.monotonic() + seconds
        while (state := self.call('GetJob', '(x)', job)[0])['state'] in ('waiting', 'running'):
            assert time.monotonic() < end, state
            time.sleep(0.05)
        return state


def echoes(agent):
    with Caller(agent.port, [(VERIFICATION, IMPLICIT)]) as caller:
        assert caller.is_accepted and caller.echo() == 0 and caller.release()


def rows(agent, sql):
    with sqlite3.connect(f'file:{agent.home}/data/archive.db?mode=ro', uri=True) as database:
        return database.execute(sql).fetchall()


def check_whole(agent, acknowledged=(), only=None, where='1'):
    """Everything acknowledged is listed, everything listed (@where) is whole, and nothing half done lies about."""
    kept = {}
    for uid, name, is_cache, n_bytes in rows(agent, 'SELECT sop_instance_uid, name, object_class, bytes FROM instance '
                                                    f'WHERE {where}'):
        folder = os.path.join(agent.home, 'cache' if is_cache else 'data', 'objects', name[:2])
        with open(os.path.join(folder, name), 'rb') as file:
            data = file.read()
        assert len(data) == n_bytes and hashlib.sha256(data).hexdigest() == name, f'{uid} is not whole'
        kept[uid] = data
    missing = set(acknowledged) - set(kept)
    assert not missing, f'acknowledged and missing: {missing}'
    assert only is None or set(kept) <= set(only), set(kept) - set(only)
    return kept


def restart(agent):
    """After it has died; it has to be there again soon. How long that took."""
    agent.kill()
    agent.environment.pop('NEGATOSCOPE_FAULT', None)
    began = time.monotonic()
    agent.start()
    seconds = time.monotonic() - began
    assert seconds < RESTART_S, f'{seconds:.1f} s to start again'
    return seconds


def await_death(agent, seconds=60):
    end = time.monotonic() + seconds
    while agent.process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return agent.process.poll() is not None


def engines(agent):
    """The process IDs of the agent's engines."""
    found = []
    for thread in os.listdir(f'/proc/{agent.process.pid}/task'):
        try:
            with open(f'/proc/{agent.process.pid}/task/{thread}/children') as file:
                found += [int(pid) for pid in file.read().split()]
        except FileNotFoundError:
            pass
    return found
