#!/usr/bin/python3
"""What the agent's cache keeps while a viewer is there, what goes for room, and what it tells of itself."""
import os
import shutil
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, Home, rows  # noqa: E402
from hostile_peers import Caller  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import QrScp  # noqa: E402

IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
N_STUDIES = 6
SMALL = '[archive]\nquota=1KiB\n'


def study(i):
    return f'1.2.3.{i}'


def fill(scp):
    """Studies 1 to 6; 1 and 2 are of one patient, and years old."""
    with Caller(scp.port, IMAGES, called=scp.ae) as caller:
        for i in range(1, N_STUDIES + 1):
            uid = f'{study(i)}.1'
            patient = max(i, 2)
            assert caller.store(hostile.small_ct(uid, study=study(i), patient=f'P{patient}', name=f'TEST^{patient}'),
                                uid) == 0


def retrieve(bus, i):
    job = bus.wait_job(bus.call('Retrieve', '(sssib)', 'PACS', study(i), '', 0, True)[0])
    assert job['state'] == 'done', job


def here(agent):
    return {int(uid.rsplit('.', 1)[1]) for uid, in rows(agent, "SELECT study_uid FROM study WHERE study_uid <> ''")}


def change(agent, sql):
    with sqlite3.connect(f'{agent.home}/data/archive.db', timeout=30) as database:
        database.executescript(sql)


def entry_of(agent, i):
    return rows(agent, f"SELECT id FROM entry WHERE study_uid = '{study(i)}'")[0][0]


def reasons(bus):
    return {int(item['study-uid'].rsplit('.', 1)[1]): item['reason'] for item in bus.call('CacheStatus', '(u)', 100)[1]}


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, 'it does not come'
        time.sleep(0.05)


def with_peer(test):
    def run():
        if not QrScp.is_installed():
            raise Skip('no dcmqrscp here')
        folder = tempfile.mkdtemp(prefix='cache-')
        try:
            with QrScp(folder) as scp:
                fill(scp)
                test(scp.site('PACS', retrieve='get'))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return run


@with_peer
def what_stays(peer):
    """1: asked for and unread; 2: the same and read; 3: on a screen; 4: pinned; 5: of nobody; 6 makes room."""
    with Home(peer + SMALL) as agent:
        bus = Bus(agent)
        for i in range(1, 6):
            retrieve(bus, i)
        assert here(agent) == {1, 2, 3, 4, 5}, 'what has just come may not go'
        agent.stop()
        change(agent, f"UPDATE study SET used_us = 1;"
                      f"DELETE FROM cache_purpose WHERE study_uid IN ('{study(3)}', '{study(4)}', '{study(5)}');")
        agent.start()
        bus, viewer = Bus(agent), Bus(agent)
        viewer.call('Accessed', '(sbx)', study(3), True, entry_of(agent, 3))
        # It was opened long ago; only that it is open keeps it.
        change(agent, f"UPDATE study SET used_us = 1 WHERE study_uid = '{study(3)}'")
        bus.call('Pin', '(sxb)', study(4), entry_of(agent, 4), True)
        bus.call('SetStatus', '(xs)', entry_of(agent, 2), 'read')
        assert reasons(bus) == {1: 'unread', 2: 'age', 3: 'open', 4: 'pinned', 5: 'age'}, reasons(bus)
        retrieve(bus, 6)
        assert here(agent) == {1, 3, 4, 6}, here(agent)
        bus.call('Pin', '(sxb)', study(4), 0, False)
        bus.call('SetStatus', '(xs)', entry_of(agent, 1), 'reported')
        retrieve(bus, 5)
        assert here(agent) == {3, 5, 6}, here(agent)
        viewer.connection.close_sync(None)
        wait_for(lambda: reasons(bus)[3] == 'age')
        assert rows(agent, "SELECT count(*) FROM audit WHERE detail = 'kept here'") == [(1,)]


@with_peer
def what_is_counted(peer):
    with Home(peer) as agent:
        bus = Bus(agent)
        bus.call('Ask', '(sasa{ss})', 'all', ['PACS'], {'PatientName': 'TEST*'})
        retrieve(bus, 2)
        viewer = Bus(agent)
        viewer.call('Accessed', '(sbx)', study(2), True, entry_of(agent, 2))
        viewer.call('Accessed', '(sbx)', study(1), True, entry_of(agent, 1))  # beside it, and not here
        Bus(agent).call('Accessed', '(sbx)', study(1), True, entry_of(agent, 1))  # beside nothing of his
        retrieve(bus, 1)
        status, items = bus.call('CacheStatus', '(u)', 1)
        today = status['today']
        assert (today['hits'], today['misses'], today['predicted'], today['missed']) == (1, 2, 0, 1), today
        assert status['studies'] == 2 and len(items) == 1 and status['month'] == today, status
        assert status['bytes'] == rows(agent, 'SELECT sum(bytes) FROM instance WHERE object_class = 1')[0][0]
        assert status['free-bytes'] > 0 and status['quota-bytes'] > 0, status
        # A restart forgets what is open, not what was counted.
        agent.stop()
        agent.start()
        bus = Bus(agent)
        assert bus.call('CacheStatus', '(u)', 1)[0]['today'] == today
        assert 'open' not in reasons(bus).values()


@with_peer
def what_is_refused(peer):
    with Home(peer) as agent:
        bus = Bus(agent)
        for arguments, error in (((study(9), 0, True), 'NotFound'), (('x', 0, True), 'Usage'),
                                 ((study(1), 9999, True), 'NotFound')):
            try:
                bus.call('Pin', '(sxb)', *arguments)
            except Exception as failure:  # noqa: BLE001 (GLib.Error, imported late)
                assert f'org.negatoscope.Error.{error}' in str(failure), failure
            else:
                raise AssertionError(f'{arguments} was done')


tap = Tap()
tap.run('unread, open and pinned studies stay, others go', what_stays)
tap.run('openings are counted', what_is_counted)
tap.run('nothing is pinned that is not here', what_is_refused)
tap.done()
