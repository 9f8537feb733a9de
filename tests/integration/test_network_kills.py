#!/usr/bin/python3
"""The agent and its engines, killed (SIGKILL) at named points and anywhere, while objects come and go: nothing that was
acknowledged is missing, nothing partial is listed, jobs go on where they were."""
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from fault_homes import Bus, Home, await_death, check_whole, echoes, engines, restart, rows  # noqa: E402
from hostile_peers import Caller  # noqa: E402
from negtest import Tap  # noqa: E402
from peers import QrScp, StoreScp, free_port  # noqa: E402

IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
N_OBJECTS = 6
SIZE = 128
# How often a point is passed before something is at risk there: the agent's own start commits a few times, too.
RECEIVE_POINTS = {'receive-supplied': (1, 2, 4), 'receive-audited': (1,), 'receive-before-take': (1, 2, 4),
                  'written': (1, 2, 4), 'synced': (1, 2, 4), 'hashed': (1, 2, 4), 'renamed': (1, 2, 4),
                  'folder-synced': (1, 2, 4), 'before-commit': (6, 7, 9), 'committed': (6, 7, 9),
                  'receive-after-take': (1, 2, 4), 'receive-after-answer': (1, 2, 4)}
SEND_POINTS = {'job-added': (1,), 'job-begun': (1,), 'job-listed': (1,), 'object-answered': (1, 4),
               'job-progress': (1, 5), 'job-ran': (1,), 'job-objects-saved': (1,), 'job-saved': (1,)}
RETRIEVE_POINTS = {'job-begun': (1,), 'job-progress': (1, 4), 'receive-after-take': (1,),
                   'renamed': (2,), 'job-retrieved': (1,), 'job-ran': (1,)}
# What a C-MOVE brings comes by associations of the peer's, and is answered before it is committed.
MOVE_POINTS = {'receive-audited': (1,), 'receive-answered-ahead': (1, 4, 6), 'renamed': (2,), 'job-retrieved': (1,)}
MOVE_POINTS_LONG = {'job-begun': (1,), 'job-progress': (1,), 'receive-supplied': (1, 3), 'receive-before-take': (1,),
                    'receive-after-take': (1,), 'synced': (2,), 'folder-synced': (1,), 'job-ran': (1,), **MOVE_POINTS}


def uids(prefix):
    return [f'{prefix}.{i}' for i in range(N_OBJECTS)]


def store_all(agent, wanted, acknowledged, begin=lambda: None, begin_at=0, **more):
    """Until the other side dies: whether it did not. `begin` is called before the object of this number."""
    try:
        with Caller(agent.port, IMAGES) as caller:
            for i, uid in enumerate(wanted):
                if i == begin_at:
                    begin()
                if caller.store(hostile.small_ct(uid, **more), uid) == 0:
                    acknowledged.add(uid)
    except (hostile.Closed, OSError):
        return False
    return True


# --- at named points ---

class LivingHome(Home):
    """One whose agent dies at a point, but not before it has said that it is ready: how often its start passes that point
    depends on what it finds to do, and on what meets in one commit."""

    def __init__(self, point, nth):
        super().__init__()
        self.point, self.nth = point, nth

    def __enter__(self):
        for more in range(20):
            self.rest = {'environment': {'NEGATOSCOPE_FAULT': f'{self.point}:{self.nth + more}'}}
            try:
                return super().__enter__()
            except RuntimeError:
                self.__exit__()
        raise AssertionError(f'no start passes {self.point} less than {self.nth + 20} times')


def while_receiving(point, nth):
    with LivingHome(point, nth) as agent:
        acknowledged = set()
        store_all(agent, uids('1.2.3.6'), acknowledged)
        assert await_death(agent), f'nothing passes {point} {nth} times'
        restart(agent)
        check_whole(agent, acknowledged, uids('1.2.3.6'))
        # The sender tries again, as senders do.
        assert store_all(agent, uids('1.2.3.6'), acknowledged) and len(acknowledged) == N_OBJECTS
        assert agent.ask('studies')[0]['instances'] == N_OBJECTS
        check_whole(agent, acknowledged)


def while_refusing():
    """What is damaged is on its way to quarantine."""
    with Home(environment={'NEGATOSCOPE_FAULT': 'quarantine-noted:1'}) as agent:
        cut = hostile.small_ct('1.2.3.6.1')[:-100]
        try:
            with Caller(agent.port, IMAGES) as caller:
                caller.store(cut, '1.2.3.6.1')
        except (hostile.Closed, OSError):
            pass
        assert await_death(agent), 'nothing goes into quarantine'
        restart(agent)
        assert check_whole(agent) == {} and agent.ask('studies') == []


def while_sending(point, nth):
    folder = tempfile.mkdtemp(prefix='sent-')
    try:
        with StoreScp(folder) as scp, Home(scp.site('OUT')) as agent:
            assert store_all(agent, uids('1.2.3.7'), set())
            agent.stop()
            agent.environment['NEGATOSCOPE_FAULT'] = f'{point}:{nth}'
            agent.start()
            bus = Bus(agent)
            bus.start('Send', '(sassbx)', 'OUT', [], '1.2.3', False, 0)
            assert await_death(agent), f'nothing passes {point} {nth} times'
            restart(agent)
            bus = Bus(agent)
            jobs = bus.jobs()
            assert len(jobs) == 1, jobs
            job = bus.wait_job(jobs[0]['id'])
            assert job['state'] == 'done' and job['done'] == job['objects'] == N_OBJECTS, job
            sent = {os.path.basename(path).split('.', 1)[1] for path in scp.files()}
            assert sent == set(uids('1.2.3.7')), sent
            check_whole(agent, uids('1.2.3.7'))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def while_retrieving(scp, way, point, nth):
    port = scp.destinations['NEGATOSCOPE']
    with Home(scp.site('PACS', retrieve=way), environment={'NEGATOSCOPE_FAULT': f'{point}:{nth}'}, port=port) as agent:
        bus = Bus(agent)
        bus.start('Retrieve', '(sssib)', 'PACS', '1.2.3', '', 0, False)
        assert await_death(agent, 20), f'nothing passes {point} {nth} times: {bus.jobs()}'
        acknowledged = {uid for uid, in rows(agent, 'SELECT sop_instance_uid FROM instance')}
        restart(agent)
        check_whole(agent, acknowledged, uids('1.2.3.8'))
        bus = Bus(agent)
        jobs = bus.jobs()
        assert len(jobs) == 1, jobs
        job = bus.wait_job(jobs[0]['id'])
        assert job['state'] == 'done', job
        check_whole(agent, uids('1.2.3.8'), uids('1.2.3.8'))


def retrieve_points(tap, long):
    folder = tempfile.mkdtemp(prefix='retrieved-')
    try:
        with QrScp(folder, {'NEGATOSCOPE': free_port()}) as scp:
            with Caller(scp.port, IMAGES, called=scp.ae) as caller:
                for uid in uids('1.2.3.8'):
                    assert caller.store(hostile.small_ct(uid, size=SIZE), uid) == 0
                caller.release()
            for way, points in (('get', RETRIEVE_POINTS), ('move', MOVE_POINTS_LONG if long else MOVE_POINTS)):
                for point, counts in points.items():
                    for nth in counts if long else counts[-1:]:
                        tap.run(f'retrieving by {way}, the agent killed at "{point}", {nth}', while_retrieving, scp, way,
                                point, nth)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- anywhere ---

def anywhere(rounds):
    generator = random.Random(13)
    with Home() as agent:
        acknowledged, n, n_sure, slowest = set(), 0, 0, 0.0
        for life in range(rounds):
            stop = threading.Timer(generator.uniform(0.0, 0.2), lambda: agent.process.kill())
            # More than can be stored before that, so that it always dies in the middle.
            wanted = [f'1.2.3.9.{n + i}' for i in range(1000)]
            n += 1000
            # Every other one behind some objects: that much has come, however slow the machine is.
            n_before = generator.randint(1, 6) * (life % 2)
            n_sure += n_before
            assert not store_all(agent, wanted, acknowledged, stop.start, begin_at=n_before), 'it has survived'
            stop.join()
            slowest = max(slowest, restart(agent))
            assert not os.listdir(os.path.join(agent.home, 'data', 'incoming')), 'what was half written is still there'
        kept = check_whole(agent, acknowledged)
        print(f'# {len(acknowledged)} acknowledged in {rounds} lives, {len(kept)} kept; slowest start {slowest:.2f} s')
        assert len(acknowledged) >= n_sure, (len(acknowledged), n_sure)


def engine_anywhere(rounds):
    """An engine's death takes its association along, and nothing else."""
    generator = random.Random(17)
    with Home() as agent:
        acknowledged, n_lost = set(), 0
        for i in range(rounds):
            stop = threading.Timer(generator.uniform(0.0, 0.1), lambda: [kill(pid) for pid in engines(agent)])
            # More than can be stored before that.
            wanted = [f'1.2.3.10.{1000 * i + k}' for k in range(1000)]
            n_lost += not store_all(agent, wanted, acknowledged, stop.start, size=SIZE)
            stop.join()
            time.sleep(0.2)  # a process that is killed is not gone yet
            echoes(agent)
        assert agent.process.poll() is None and n_lost > rounds // 2, n_lost
        check_whole(agent, acknowledged)
        assert agent.ask('studies')[0]['instances'] >= len(acknowledged)
        print(f'# {len(acknowledged)} acknowledged, {n_lost} associations lost')


def moving_anywhere(rounds):
    """The job goes on, until the study is here."""
    generator = random.Random(19)
    folder = tempfile.mkdtemp(prefix='moved-')
    wanted = [f'1.2.3.12.{i}' for i in range(40)]
    port = free_port()
    try:
        with QrScp(folder, {'NEGATOSCOPE': port}) as scp, Home(scp.site('PACS', retrieve='move'), port=port) as agent:
            with Caller(scp.port, IMAGES, called=scp.ae) as caller:
                for uid in wanted:
                    assert caller.store(hostile.small_ct(uid, size=16), uid) == 0
                caller.release()
            for _ in range(rounds):
                if agent.ask('studies'):
                    agent.run('remove', '1.2.3')
                bus = Bus(agent)
                job = bus.call('Retrieve', '(sssib)', 'PACS', '1.2.3', '', 0, False)[0]
                time.sleep(generator.uniform(0.0, 0.6))
                agent.process.kill()
                assert await_death(agent)
                restart(agent)
                found = Bus(agent).wait_job(job)
                assert found['state'] == 'done' and found['done'] == found['objects'] == len(wanted), found
                assert set(check_whole(agent)) == set(wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def engine_while_sending():
    """The command says what happened, and which objects are not there."""
    def third_time_deadly(link):
        link.accept()
        n = 0
        while (message := link.receive()) is not None:
            n += 1
            if n == 3:
                for pid in engines(agent):
                    kill(pid)
            link.respond(message[0], message[1], 0)

    with hostile.HostilePeer(third_time_deadly) as peer, Home(peer.site('OUT')) as agent:
        assert store_all(agent, uids('1.2.3.11'), set())
        answer = agent.ask('send', 'OUT', '--study', '1.2.3', status=1)
        assert answer['objects'] == N_OBJECTS and answer['failed'], answer
        assert answer['done'] + len(answer['failed']) == N_OBJECTS, answer
        assert all(failed['message'] for failed in answer['failed']), answer
        echoes(agent)


def main():
    tap = Tap()
    long = '--long' in sys.argv
    for point, counts in RECEIVE_POINTS.items():
        for nth in counts if long else counts[-1:]:
            tap.run(f'receiving, the agent killed at "{point}", {nth}', while_receiving, point, nth)
    tap.run('refusing, the agent killed at "quarantine-noted"', while_refusing)
    for point, counts in SEND_POINTS.items():
        for nth in counts if long else counts[-1:]:
            if StoreScp.is_installed():
                tap.run(f'sending, the agent killed at "{point}", {nth}', while_sending, point, nth)
            else:
                tap.skip(f'sending, the agent killed at "{point}", {nth}', 'no storescp here')
    if QrScp.is_installed():
        retrieve_points(tap, long)
        tap.run('retrieving by move, the agent killed anywhere', moving_anywhere, 40 if long else 3)
    else:
        tap.skip('retrieving, the agent killed', 'no dcmqrscp here')
    tap.run('the agent killed anywhere', anywhere, 200 if long else 6)
    tap.run('engines killed anywhere', engine_anywhere, 40 if long else 4)
    tap.run('an engine killed while sending', engine_while_sending)
    tap.done()


if __name__ == '__main__':
    main()
