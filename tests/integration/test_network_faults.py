#!/usr/bin/python3
"""What goes wrong on a network, from the outside: nothing acknowledged is missing, nothing partial is shown, every
failure is told as one, and the agent goes on."""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
from agents import Agent  # noqa: E402
from fault_homes import ANY_CALLER, Bus, Home, check_whole, echoes, rows  # noqa: E402
from hostile_peers import Caller, CutProxy, HostilePeer  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import Orthanc, StoreScp  # noqa: E402

IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]
N_CUTS = 5


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
        asker = threading.Thread(target=lambda: result.append(fail(agent, 'echo', 'BAD')))
        result = []
        asker.start()
        echoes(agent)
        assert time.monotonic() - start < 5 and not result
        asker.join(120)
        print(f'# given up after {time.monotonic() - start:.0f} s: {result}')
        assert result and time.monotonic() - start < 100, result


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
        assert 0 < len(answer) <= 10000 and all(row['complete'] is False and row['reason'] for row in answer), answer[:1]
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
            behind = hostile.small_ct('1.2.3.4.7', tail=hostile.nested(20000))
            assert caller.store(behind, '1.2.3.4.7') == 0xc000
            assert caller.store(hostile.small_ct('1.2.3.4.6'), '1.2.3.4.6') == 0
        assert agent.ask('studies')[0]['instances'] == 1


def nested_file():
    """A file that nobody received is sent in another encoding than it has: nothing dies on what is behind its pixels."""
    with tempfile.TemporaryDirectory() as folder, StoreScp(folder, '+xi') as scp, Home(scp.site('OUT')) as agent:
        path = os.path.join(folder, 'nested.dcm')
        with open(path, 'wb') as file:
            file.write(explicit(hostile.small_ct('1.2.3.4.8')) + hostile.nested(20000, implicit=False))
        assert agent.run('info', path).returncode in (0, 1)
        answer = agent.ask('send', 'OUT', path, status=1)
        assert answer['done'] == 0 and 'nested' in answer['failed'][0]['message'], answer
        echoes(agent)


def explicit(data):
    """Of a flat data set in implicit VR, with a meta header."""
    import io
    import pydicom
    found = pydicom.dcmread(io.BytesIO(data), force=True)
    found.file_meta = pydicom.dataset.FileMetaDataset()
    found.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    found.file_meta.MediaStorageSOPClassUID, found.file_meta.MediaStorageSOPInstanceUID = found.SOPClassUID, found.SOPInstanceUID
    found.is_little_endian, found.is_implicit_VR = True, False
    out = io.BytesIO()
    found.save_as(out, write_like_original=False)
    return out.getvalue()


def damaged_objects():
    """Cut in the middle of an element, before the pixels, in them and behind them, and sent as if that were all."""
    whole = hostile.small_ct('1.2.3.4.9', tail=hostile.element(0x7fe1, 0x1001, 'behind the pixels'))
    with Home() as agent:
        cuts = [len(whole) - 4, len(whole) - 1000, 200]
        with Caller(agent.port, IMAGES) as caller:
            for cut in cuts:
                assert caller.store(whole[:cut], '1.2.3.4.9') == 0xc000, cut
            assert agent.ask('studies') == []
            assert caller.store(whole, '1.2.3.4.9') == 0
        assert len(check_whole(agent)) == 1
        kept = [name for name in os.listdir(os.path.join(agent.home, 'data', 'quarantine')) if '.' not in name]
        assert len(kept) == len(cuts), kept
        details = [detail for detail, in rows(agent, 'SELECT detail FROM audit WHERE failed = 1')]
        assert all(any(name in detail for detail in details) for name in kept), (kept, details)
        bus = Bus(agent)
        job = bus.wait_job(bus.call('CheckArchive', '(s)', 'deep-check')[0])
        assert job['state'] == 'done' and job['result']['quarantined'] == len(cuts), job
        assert all(any(name in problem for problem in job['result']['problems']) for name in kept), job


def wrong_name():
    """A data set that is another object than the command says is not kept under either name."""
    with Home() as agent, Caller(agent.port, IMAGES) as caller:
        assert caller.store(hostile.small_ct('1.2.3.4.5'), '1.2.3.4.6') >= 0xa900
        assert caller.store(hostile.small_ct('1.2.3.4.5'), '../../../evil') >= 0xa000
        assert agent.ask('studies') == []


def time_echo(agent):
    """The median of some: what else the machine does meanwhile is not measured."""
    taken = []
    for _ in range(5):
        start = time.monotonic()
        echoes(agent)
        taken.append(time.monotonic() - start)
    return statistics.median(taken)


def silent_callers():
    """A hundred connections that say nothing, and some that say a byte: nobody waits for them."""
    import socket
    with Home() as agent:
        alone = time_echo(agent)
        silent = [socket.create_connection(('127.0.0.1', agent.port)) for _ in range(100)]
        slow = [socket.create_connection(('127.0.0.1', agent.port)) for _ in range(20)]
        for link in slow:
            link.sendall(b'\x01')
        time.sleep(0.3)
        beside = time_echo(agent)
        print(f'# an echo alone: {alone:.3f} s, beside 120 silent connections: {beside:.3f} s')
        assert beside < max(alone * 1.5, alone + 0.4), (alone, beside)
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
    check_whole(agent, acknowledged, acknowledged if exactly else None)
    n = sum(study['instances'] for study in agent.ask('studies'))
    assert n >= len(acknowledged) and (not exactly or n == len(acknowledged)), (len(acknowledged), n)


def cut_by_the_way():
    """The link breaks somewhere between a caller and us, in either direction."""
    generator = random.Random(12)
    with Home() as agent:
        acknowledged = set()
        for i in range(4 * N_CUTS):
            upwards = i % 2 == 0
            with CutProxy(agent.port, generator.randrange(1, 60000 if upwards else 1000), upwards) as proxy:
                try:
                    with Caller(proxy.port, IMAGES) as caller:
                        for k in range(6):
                            uid = f'1.2.3.5.{i}.{k}'
                            if caller.store(hostile.small_ct(uid), uid) == 0:
                                acknowledged.add(uid)
                except (hostile.Closed, OSError):
                    pass
        echoes(agent)
        check_archive(agent, acknowledged)


def cut_while_we_send():
    """What the answer calls done is there, and what it does not is named with the reason."""
    generator = random.Random(14)
    with tempfile.TemporaryDirectory() as folder, StoreScp(folder, '-B') as scp:
        paths = [write_object(folder, f'1.2.3.4.{i}', size=128) for i in range(5)]
        with Home() as agent:
            for i in range(2 * N_CUTS):
                upwards = i % 2 == 0
                for path in scp.files():
                    os.unlink(path)
                with CutProxy(scp.port, generator.randrange(1, 170000 if upwards else 1500), upwards) as proxy:
                    set_peer(agent, proxy.port, scp.ae)
                    done = agent.run('send', 'CUT', *paths, '--json')
                answer = json.loads(done.stdout)
                failed = {each['sop_uid'] for each in answer['failed']}
                assert answer['done'] + len(failed) == answer['objects'] == len(paths), answer
                assert done.returncode == (1 if failed else 0) and all(each['message'] for each in answer['failed']), answer
                there = {os.path.basename(path).split('.', 1)[1] for path in scp.files()}
                assert {f'1.2.3.4.{i}' for i in range(len(paths))} - failed <= there, (failed, there)
            echoes(agent)


def set_peer(agent, port, ae, **more):
    keys = {'address': f'dicom://{ae}@127.0.0.1:{port}', 'use': 'query;retrieve;store', **more}
    Bus(agent).call('SetPeer', '(sa{ss})', 'CUT', keys)


def cut_while_we_retrieve():
    """From Orthanc, by C-GET, and by C-MOVE with its way to us cut, and its answers."""
    if not Orthanc.is_installed():
        raise Skip('no Orthanc here')
    generator = random.Random(15)
    uids = [f'1.2.3.4.{i}' for i in range(5)]
    with tempfile.TemporaryDirectory() as folder, Orthanc(folder) as orthanc:
        for uid in uids:
            with open(os.path.join(folder, 'object.dcm'), 'wb') as file:
                file.write(explicit(hostile.small_ct(uid, size=128)))
            orthanc.put_object(os.path.join(folder, 'object.dcm'))
        with Home() as agent:
            for i in range(4 * N_CUTS):
                way, upwards = ('get', 'move')[i % 2], i % 4 < 2
                # Either the link that we made is cut, or the one by which it stores to us.
                ours = way == 'get' or i % 8 < 4
                cut = generator.randrange(500, 4000 if ours and (upwards or way == 'move') else 170000)
                with CutProxy(orthanc.port if ours else agent.port, cut, upwards) as proxy:
                    orthanc.set_modality('US', 'NEGATOSCOPE', agent.port if ours else proxy.port)
                    set_peer(agent, proxy.port if ours else orthanc.port, 'ORTHANC', retrieve=way)
                    done = agent.run('retrieve', 'CUT', '--study', '1.2.3', '--json')
                kept = check_whole(agent, only=uids)
                if done.returncode == 0:
                    assert set(kept) == set(uids), (way, done.stdout)
                else:
                    assert done.returncode == 1 and done.stderr.strip(), done
                if kept:
                    agent.run('remove', '1.2.3')
            set_peer(agent, orthanc.port, 'ORTHANC')
            agent.ask('retrieve', 'CUT', '--study', '1.2.3')
            check_whole(agent, uids, uids)


def full_disk(kilobytes):
    """A small file system: A700, never a Success, and nothing partial; the agent starts on it again."""
    folder = tempfile.mkdtemp(prefix='full-')
    if os.geteuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={kilobytes}k', 'tmpfs', folder],
                                           check=False, stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        raise Skip('no small file system can be mounted here')
    agent = Agent(folder, '[archive]\nkeep-free=0\n', dicom=ANY_CALLER)
    agent.log_path = folder + '.log'  # which has to have room
    try:
        agent.start()
        acknowledged, refused = set(), set()
        with Caller(agent.port, IMAGES) as caller:
            for i in range(kilobytes // 100):
                uid = f'1.2.3.8.{i}'
                status = caller.store(hostile.small_ct(uid, size=256), uid)
                (refused if status else acknowledged).add(uid)
                assert status in (0, 0xa700), hex(status)
        assert acknowledged and refused, (len(acknowledged), len(refused))
        check_archive(agent, acknowledged, exactly=True)
        agent.stop()
        agent.start()
        check_archive(agent, acknowledged, exactly=True)
    finally:
        agent.kill()
        subprocess.run(['umount', '-l', folder], check=False)
        os.rmdir(folder)
        os.unlink(agent.log_path)


def no_room_to_start():
    """It says why on standard error."""
    folder = tempfile.mkdtemp(prefix='full-')
    if os.geteuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder],
                                           check=False, stderr=subprocess.DEVNULL).returncode != 0:
        os.rmdir(folder)
        raise Skip('no small file system can be mounted here')
    agent = Agent(folder)
    agent.log_path = folder + '.log'
    try:
        agent.start()
        raise AssertionError('it started')
    except RuntimeError:
        assert agent.log().startswith('negatoscope-agent: ') and 'full' in agent.log(), agent.log()
    finally:
        agent.kill()
        subprocess.run(['umount', '-l', folder], check=False)
        os.rmdir(folder)
        os.unlink(agent.log_path)


def main():
    tap = Tap()
    global N_CUTS
    long = '--long' in sys.argv
    N_CUTS = 40 if long else N_CUTS
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
    tap.run('a file nested 20,000 deep', nested_file)
    tap.run('damaged objects', damaged_objects)
    tap.run('objects under another name', wrong_name)
    tap.run('silent callers', silent_callers)
    tap.run('links cut while receiving', cut_while_sending)
    tap.run('links cut by the way', cut_by_the_way)
    tap.run('links cut while sending', cut_while_we_send)
    tap.run('links cut while retrieving', cut_while_we_retrieve)
    for kilobytes in (2000, 3000, 4500, 6000) if long else (3000,):
        tap.run(f'a disk of {kilobytes} kB', full_disk, kilobytes)
    tap.run('no room to start', no_room_to_start)
    if long:
        tap.run('a peer that goes silent', silence)
    tap.done()


if __name__ == '__main__':
    main()
