#!/usr/bin/python3
"""What goes wrong on a network, from the outside: nothing acknowledged is missing, nothing partial is shown, every
failure is told as one, and the agent goes on."""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from agents import Agent  # noqa: E402
from hostile_peers import Caller, HostilePeer  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import StoreScp  # noqa: E402

ANY_CALLER = 'accept-unknown=true\n'
IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
# The agent's own start commits a few times, too.
FAULT_POINTS = {'receive-before-take': (1, 2, 4), 'written': (1, 2, 4), 'synced': (1, 2, 4), 'hashed': (1, 2, 4),
                'renamed': (1, 2, 4), 'folder-synced': (1, 2, 4), 'before-commit': (6, 7, 9), 'committed': (6, 7, 9),
                'receive-after-take': (1, 2, 4), 'receive-after-answer': (1, 2, 4)}


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


def fail(agent, *words):
    """The error of a command that has to fail: its one line."""
    done = agent.run(*words)
    assert done.returncode == 1, f'{words}: {done.returncode} {done.stdout!r} {done.stderr!r}'
    lines = done.stderr.decode().strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def write_object(folder, uid, **more):
    """As a file without meta header, which is what some scanners write."""
    path = os.path.join(folder, uid + '.dcm')
    with open(path, 'wb') as file:
        file.write(hostile.small_ct(uid, **more))
    return path


def echoes(agent):
    with Caller(agent.port, [(hostile.VERIFICATION, hostile.IMPLICIT)]) as caller:
        assert caller.is_accepted and caller.echo() == 0 and caller.release()


# --- as the one who asks ---

def refuse():
    cases = {(1, 7): 'called AE title', (1, 3): 'calling AE title', (3, 1): 'congest', (3, 2): 'limit'}
    for (source, reason), words in cases.items():
        with HostilePeer(hostile.rejecting(source, reason)) as peer, Home(peer.site('BAD')) as agent:
            line = fail(agent, 'echo', 'BAD')
            assert words.lower() in line.lower(), line
            steps = agent.ask('diagnose', 'BAD', status=1)
            assert [step['ok'] for step in steps] == [True] * (len(steps) - 1) + [False], steps
            assert steps[-1]['step'] == 'association' and steps[-1]['advice'], steps


def closed_port():
    with Home('[peer BAD]\naddress=dicom://X@127.0.0.1:1\n') as agent:
        assert 'refused' in fail(agent, 'echo', 'BAD').lower()
        assert agent.ask('diagnose', 'BAD', status=1)[-1]['step'] == 'port'


def unknown_name():
    with Home('[peer BAD]\naddress=dicom://X@no-such-host.invalid:104\n') as agent:
        fail(agent, 'echo', 'BAD')
        assert agent.ask('diagnose', 'BAD', status=1)[-1]['step'] == 'name'


def misbehaving(behave):
    with HostilePeer(behave) as peer, Home(peer.site('BAD')) as agent:
        fail(agent, 'echo', 'BAD')
        fail(agent, 'query', 'BAD', '--key', 'PatientName=X*')
        echoes(agent)


def silence():
    """The peer's silence ends with a time limit, and holds nobody else up."""
    with HostilePeer(hostile.silent_after_accept) as peer, Home(peer.site('BAD')) as agent:
        start = time.monotonic()
        waiting = subprocess.Popen([sys.executable, '-c', 'pass'])
        waiting.wait()
        asker = threading.Thread(target=lambda: result.append(fail(agent, 'echo', 'BAD')))
        result = []
        asker.start()
        echoes(agent)
        asker.join(60)
        assert result and time.monotonic() - start < 50, result


def store_status(status, comment):
    with HostilePeer(hostile.storing_with(status, comment, good_first=1)) as peer, Home(peer.site('BAD')) as agent:
        folder = tempfile.mkdtemp(dir=os.path.dirname(agent.home))
        paths = [write_object(folder, f'1.2.3.4.{i}') for i in range(3)]
        warning = status >> 12 == 0xb
        answer = agent.ask('send', 'BAD', *paths, status=0 if warning else 1)
        assert answer['objects'] == 3, answer
        assert answer['done'] == (3 if warning else 1), answer
        assert len(answer['failed']) == (0 if warning else 2), answer
        for failed in answer['failed']:
            assert failed['sop_uid'].startswith('1.2.3.4.') and f'{status:04X}' in failed['message'].upper(), answer


def flood():
    with HostilePeer(hostile.flood(1000000)) as peer, Home(peer.site('BAD')) as agent:
        start = time.monotonic()
        answer = agent.ask('query', 'BAD', '--key', 'PatientName=F*')
        assert answer['complete'] is False and 0 < len(answer['rows'] if 'rows' in answer else answer['studies']) <= 10000
        assert time.monotonic() - start < 30
        echoes(agent)


def nested_answer():
    identifier = hostile.element(8, 0x52, 'STUDY') + hostile.nested(20000)
    with HostilePeer(hostile.finding([identifier])) as peer, Home(peer.site('BAD')) as agent:
        fail(agent, 'query', 'BAD', '--key', 'PatientName=X*')
        echoes(agent)
        assert agent.process.poll() is None


# --- as the one who is called ---

def unknown_caller():
    with Home(dicom='') as agent:
        with Caller(agent.port, IMAGES) as caller:
            assert not caller.is_accepted and caller.answer[1:] == bytes([1, 1, 3]), caller.answer
        with Caller(agent.port, IMAGES, called='SOMEBODY') as caller:
            assert not caller.is_accepted and caller.answer[3] == 7, caller.answer


def nested_object():
    with Home() as agent:
        with Caller(agent.port, IMAGES) as caller:
            data = hostile.nested(20000) + hostile.small_ct('1.2.3.4.5')
            assert caller.store(data, '1.2.3.4.5') == 0xc000
        assert agent.ask('studies') == []
        with Caller(agent.port, IMAGES) as caller:
            assert caller.store(hostile.small_ct('1.2.3.4.6'), '1.2.3.4.6') == 0
        assert agent.ask('studies')[0]['instances'] == 1


def wrong_name():
    """A data set that is another object than the command says is not kept under either name."""
    with Home() as agent, Caller(agent.port, IMAGES) as caller:
        assert caller.store(hostile.small_ct('1.2.3.4.5'), '1.2.3.4.6') >= 0xa900
        assert caller.store(hostile.small_ct('1.2.3.4.5'), '../../../evil') >= 0xa000
        assert agent.ask('studies') == []


def silent_callers():
    """A hundred connections that say nothing, and some that say a byte a second."""
    import socket
    with Home() as agent:
        silent = [socket.create_connection(('127.0.0.1', agent.port)) for _ in range(100)]
        slow = [socket.create_connection(('127.0.0.1', agent.port)) for _ in range(20)]
        for link in slow:
            link.sendall(b'\x01')
        time.sleep(0.3)
        echoes(agent)
        start = time.monotonic()
        echoes(agent)
        seconds = time.monotonic() - start
        print(f'# an echo beside 120 silent connections: {seconds:.3f} s')
        assert seconds < 0.5 or os.getloadavg()[0] > 3, seconds
        for link in silent + slow:
            link.close()


def cut_while_sending():
    """Associations cut at random bytes: what was acknowledged is there, what was not is not half there."""
    generator = random.Random(11)
    with Home() as agent:
        acknowledged = set()
        for i in range(40):
            uid = f'1.2.3.5.{i}'
            data = hostile.small_ct(uid)
            caller = Caller(agent.port, IMAGES)
            fields = {0x0002: hostile.CT_STORAGE, 0x0100: hostile.STORE_RQ, 0x0110: 1, 0x0700: 0, 0x1000: uid}
            if generator.random() < 0.3:
                assert caller.store(data, uid) == 0
                acknowledged.add(uid)
            else:
                caller.send_part(1, 3, hostile.command({**fields, 0x0800: 1}))
                cut = generator.randrange(len(data))
                for at in range(0, cut, hostile.PIECE):
                    caller.send_part(1, 0, data[at:min(cut, at + hostile.PIECE)])
            caller.socket.close()
        check_archive(agent, acknowledged, exactly=True)


def check_archive(agent, acknowledged, exactly=False):
    """Everything acknowledged is whole; with `exactly` there is nothing else."""
    deadline = time.monotonic() + 20
    while True:
        studies = agent.ask('studies')
        n = sum(study['instances'] for study in studies)
        if n >= len(acknowledged) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert n >= len(acknowledged), f'{len(acknowledged)} acknowledged, {n} there'
    assert not exactly or n == len(acknowledged), f'{len(acknowledged)} acknowledged, {n} there'
    with tempfile.TemporaryDirectory() as folder, StoreScp(folder, '-B') as scp:
        # Out again through another program: every object that is listed is whole.
        if n == 0:
            return
        with open(agent.config, 'a') as file:
            file.write(scp.site('CHECK'))
        agent.stop()
        agent.start()
        for study in studies:
            answer = agent.ask('send', 'CHECK', '--study', study['study_uid'])
            assert answer['done'] == answer['objects'] == study['instances'] and not answer['failed'], answer
        sent = {os.path.basename(path).split('.', 1)[1] for path in scp.files()}
        assert acknowledged <= sent, acknowledged - sent


def killed_at(point, nth):
    """kill -9 at a named point; the caller's view afterwards is the archive's."""
    with Home(environment={'NEGATOSCOPE_FAULT': f'{point}:{nth}'}) as agent:
        acknowledged = set()
        try:
            with Caller(agent.port, IMAGES) as caller:
                for i in range(6):
                    uid = f'1.2.3.6.{i}'
                    if caller.store(hostile.small_ct(uid), uid) == 0:
                        acknowledged.add(uid)
        except (hostile.Closed, OSError):
            pass
        deadline = time.monotonic() + 5
        while agent.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert agent.process.poll() is not None, f'nothing passes {point} {nth} times'
        agent.kill()
        agent.environment.pop('NEGATOSCOPE_FAULT')
        agent.start()
        check_archive(agent, acknowledged)


def killed_anywhere(rounds):
    generator = random.Random(13)
    with Home() as agent:
        acknowledged, n = set(), 0
        for _ in range(rounds):
            stop = threading.Timer(generator.uniform(0.0, 0.12), lambda: agent.process.kill())
            stop.start()
            try:
                with Caller(agent.port, IMAGES) as caller:
                    while True:
                        uid = f'1.2.3.7.{n}'
                        n += 1
                        if caller.store(hostile.small_ct(uid), uid) == 0:
                            acknowledged.add(uid)
            except (hostile.Closed, OSError):
                pass
            stop.join()
            agent.kill()
            agent.start()
        print(f'# {len(acknowledged)} acknowledged in {rounds} lives')
        check_archive(agent, acknowledged)


def full_disk():
    """A file system of a few megabytes: A700, never a Success, and nothing partial."""
    if os.geteuid() != 0:
        raise Skip('only root may mount a small file system')
    folder = tempfile.mkdtemp(prefix='full-')
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        raise Skip('no small file system can be mounted here')
    agent = Agent(folder, '[archive]\nkeep-free=0\n', dicom=ANY_CALLER)
    try:
        agent.start()
        acknowledged, refused = set(), set()
        with Caller(agent.port, IMAGES) as caller:
            for i in range(60):
                uid = f'1.2.3.8.{i}'
                status = caller.store(hostile.small_ct(uid, size=256), uid)
                (refused if status else acknowledged).add(uid)
                assert status in (0, 0xa700), hex(status)
        assert acknowledged and refused, (len(acknowledged), len(refused))
        n = sum(study['instances'] for study in agent.ask('studies'))
        assert n == len(acknowledged), (n, len(acknowledged))
        # The link to what is stored does not lie either: a restart finds the same.
        agent.stop()
        agent.start()
        n = sum(study['instances'] for study in agent.ask('studies'))
        assert n == len(acknowledged), (n, len(acknowledged))
    finally:
        agent.kill()
        subprocess.run(['umount', '-l', folder], check=False)
        os.rmdir(folder)


def main():
    tap = Tap()
    long = '--long' in sys.argv
    tap.run('a peer that refuses', refuse)
    tap.run('a port where nobody listens', closed_port)
    tap.run('a name that nobody has', unknown_name)
    for name, behave in (('aborts', hostile.aborting), ('accepts nothing', hostile.accepting_nothing),
                         ('sends garbage', hostile.garbage)):
        tap.run(f'a peer that {name}', misbehaving, behave)
    for status, comment in ((0xa900, 'no match'), (0xb000, 'coerced'), (0xc000, None), (0xa700, 'full')):
        tap.run(f'C-STORE answered {status:04X}', store_status, status, comment)
    tap.run('a million pending answers', flood)
    tap.run('an answer nested 20,000 deep', nested_answer)
    tap.run('callers that nobody knows', unknown_caller)
    tap.run('objects nested 20,000 deep', nested_object)
    tap.run('objects under another name', wrong_name)
    tap.run('silent callers', silent_callers)
    tap.run('links cut while receiving', cut_while_sending)
    tap.run('a full disk', full_disk)
    for point, counts in FAULT_POINTS.items():
        for nth in counts if long else counts[1:2]:
            tap.run(f'killed at "{point}", {nth}', killed_at, point, nth)
    tap.run('killed anywhere', killed_anywhere, 200 if long else 8)
    if long:
        tap.run('a peer that goes silent', silence)
    tap.done()


if __name__ == '__main__':
    main()
