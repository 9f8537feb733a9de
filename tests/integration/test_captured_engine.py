#!/usr/bin/python3
"""A network engine that a peer has taken over: what it may not do to what is kept."""
import hashlib
import os
import shlex
import shutil
import sys
import tempfile
import time

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python')
sys.path.insert(0, TESTS)
import agents  # noqa: E402
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, check_whole, rows  # noqa: E402
from negtest import BUILD, Tap  # noqa: E402
from peers import QrScp, free_port  # noqa: E402

ENGINE = os.path.join(BUILD, 'src', 'engine', 'negatoscope-engine')


def capture(check, site='', port=None, **environment):
    folder = tempfile.mkdtemp(prefix='captured-')
    program = os.path.join(folder, 'engine')
    words = {'CAPTURED_ENGINE': ENGINE, 'CAPTURED_WRITES': folder, **environment}
    with open(program, 'w', encoding='utf-8') as file:
        # Engines inherit nothing.
        file.write('#!/bin/sh\n' + ''.join(f'{name}={shlex.quote(value)} ' for name, value in words.items())
                   + f'exec {sys.executable} {shlex.quote(os.path.join(TESTS, "captured_engine.py"))} "$@"\n')
    os.chmod(program, 0o755)
    agent = agents.Agent(folder, site, dicom='accept-unknown=true\n', environment={'NEGATOSCOPE_ENGINE': program},
                         port=port)
    try:
        agent.start()
        check(agent, folder)
    finally:
        agent.kill()
        shutil.rmtree(folder, ignore_errors=True)


def stored(agent):
    """The paths of all objects."""
    return [os.path.join(root, name) for root, _, names in os.walk(agent.home) for name in names
            if os.path.basename(os.path.dirname(root)) == 'objects']


def store(agent, uid, patient='CAPTURED1'):
    with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
        return caller.store(hostile.small_ct(uid, patient=patient), uid)


def honest():
    def check(agent, _):
        assert store(agent, '1.2.3.4.1') == 0
        assert len(stored(agent)) == 1
    capture(check)


def writes():
    def check(agent, folder):
        assert store(agent, '1.2.3.4.1') == 0
        open(os.path.join(folder, 'now'), 'wb').close()
        end = time.monotonic() + 5
        while not os.path.exists(os.path.join(folder, 'done')):
            assert time.monotonic() < end, 'the engine did not write'
            time.sleep(0.02)
        path, = stored(agent)
        with open(path, 'rb') as file:
            data = file.read()
        assert b'captured' not in data, 'a kept object was written to'
        assert hashlib.sha256(data).hexdigest() == os.path.basename(path)
    # The relay of a connection ends with it: what it kept must be written to before.
    hold = hostile.Caller.__exit__
    hostile.Caller.__exit__ = lambda *_: None
    try:
        capture(check)
    finally:
        hostile.Caller.__exit__ = hold


def lies():
    def check(agent, _):
        try:
            status = store(agent, '1.2.3.4.1')
        except (hostile.Closed, OSError):
            status = None
        assert status is None, status
        assert stored(agent) == []
        kept = [name for root, _, names in os.walk(agent.home) for name in names
                if os.path.basename(root) == 'quarantine' and name.endswith('.reason')]
        assert len(kept) == 1, kept
        # One that does not know the patient tells the truth.
        assert store(agent, '1.2.3.4.2', patient='SOMEBODY') == 0
    capture(check, CAPTURED_LIES='CAPTURED1=CAPTURED2')


def lies_of_what_was_asked_for(way):
    """One of several objects of a study: it is answered before it is read again, and not kept."""
    wanted, lie = [f'1.2.3.9.{i}' for i in range(1, 7)], '1.2.3.9.8'

    def check(agent, _):
        bus = Bus(agent)
        job = bus.wait_job(bus.call('Retrieve', '(sssib)', 'PACS', '1.2.3', '', 0, True)[0])
        assert job['state'] != 'done' and job['done'] < len(wanted), job
        here = {uid for uid, in rows(agent, 'SELECT sop_instance_uid FROM instance')}
        assert here <= set(wanted) - {wanted[3]}, here
        kept = [name for root, _, names in os.walk(agent.home) for name in names
                if os.path.basename(root) == 'quarantine' and name.endswith('.reason')]
        assert len(kept) == 1, kept
        check_whole(agent, here)
    folder = tempfile.mkdtemp(prefix='asked-')
    port = free_port()
    try:
        with QrScp(folder, {'NEGATOSCOPE': port}) as scp:
            with hostile.Caller(scp.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)], called=scp.ae) as caller:
                for uid in wanted:
                    assert caller.store(hostile.small_ct(uid), uid) == 0
                caller.release()
            capture(check, scp.site('PACS', retrieve=way), port, CAPTURED_LIES=f'{wanted[3]}={lie}')
    finally:
        shutil.rmtree(folder, ignore_errors=True)


tap = Tap()
tap.run('an engine that keeps descriptors and does nothing is no harm', honest)
tap.run('an engine that still has the descriptor cannot change what is kept', writes)
tap.run('an engine that says another patient is not believed, and its association ends', lies)
for name in ('get', 'move'):
    tap.run(f'what an engine says of one object of a retrieve by {name} is not believed',
            lies_of_what_was_asked_for, name)
tap.done()
