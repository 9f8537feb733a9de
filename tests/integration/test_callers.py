#!/usr/bin/python3
"""Who may send to us, and what is kept of those who may not."""
import os
import shutil
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import agents  # noqa: E402
import hostile_peers as hostile  # noqa: E402
from negtest import Tap  # noqa: E402
from peers import free_port  # noqa: E402

ALERT = 110113


def with_agent(check, **options):
    folder = tempfile.mkdtemp(prefix='callers-')
    agent = agents.Agent(folder, **options)
    try:
        agent.start()
        check(agent)
    finally:
        agent.kill()
        shutil.rmtree(folder, ignore_errors=True)


def alerts(agent):
    path, = [os.path.join(root, name) for root, _, names in os.walk(agent.home) for name in names
             if name == 'archive.db']
    with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as database:
        return [row[0] for row in database.execute('SELECT detail FROM audit WHERE event = ? ORDER BY id', [ALERT])]


def call(agent, title):
    with hostile.Caller(agent.port, [(hostile.VERIFICATION, hostile.IMPLICIT)], calling=title) as caller:
        return caller.is_accepted


def counted():
    def check(agent):
        for _ in range(5):
            assert not call(agent, 'STRANGER')
        assert not call(agent, 'ANOTHER')
        rows = alerts(agent)
        assert len(rows) == 2 and all('unknown AE title' in row for row in rows), rows
        assert agent.stop() == 0
        rows = alerts(agent)
        assert len(rows) == 3 and '(4 times)' in rows[2], rows
    with_agent(check)


def tls_only():
    def check(agent):
        assert call(agent, 'PLAIN')
        assert not call(agent, 'SECURE')
        assert ['without it' in row for row in alerts(agent)] == [True]
    authority = os.path.abspath(__file__)  # no connection gets as far as reading it
    with_agent(check, dicom='accept-unknown=true\n',
               site=f'[peer plain]\naddress=dicom://PLAIN@127.0.0.1:{free_port()}\n'
                    f'[peer secure]\naddress=dicoms://SECURE@127.0.0.1:{free_port()}\ntls-ca={authority}\n')


def no_files():
    def check(agent):
        incoming, = [os.path.join(root, 'incoming') for root, folders, _ in os.walk(agent.home)
                     if 'incoming' in folders and 'cache' not in root]
        os.rename(incoming, incoming + '.away')
        open(incoming, 'wb').close()
        with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            for uid in ('1.2.3.4.1', '1.2.3.4.2'):
                status = caller.store(hostile.small_ct(uid), uid)
                assert status == 0xa700, hex(status)
            os.remove(incoming)
            os.rename(incoming + '.away', incoming)
            statuses = [caller.store(hostile.small_ct(uid), uid) for uid in ('1.2.3.4.3', '1.2.3.4.4')]
            assert statuses[-1] == 0, statuses
    with_agent(check, dicom='accept-unknown=true\n')


def full_quarantine():
    def check(agent):
        folder, = [os.path.join(root, 'quarantine') for root, folders, _ in os.walk(agent.home)
                   if 'quarantine' in folders and 'cache' not in root]
        for i in range(999):
            open(os.path.join(folder, f'full-{i}'), 'wb').close()
        wrong = hostile.small_ct('1.2.3.4.9')
        with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            for _ in range(3):
                status = caller.store(wrong[:300], '1.2.3.4.9')
                assert status & 0xf000 in (0xc000, 0xa000) and status != 0xa700, hex(status)
        kept = [name for name in os.listdir(folder) if not name.endswith('.reason')]
        assert len(kept) == 1000, len(kept)
    with_agent(check, dicom='accept-unknown=true\n')


tap = Tap()
tap.run('one row for who is refused again and again, with how often', counted)
tap.run('who speaks TLS is not let in without it, even where strangers are', tls_only)
tap.run('without a file to write to the answer is A700, and what comes later is kept', no_files)
tap.run('a full quarantine takes no more', full_quarantine)
tap.done()
