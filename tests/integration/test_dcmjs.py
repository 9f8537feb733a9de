#!/usr/bin/python3
"""Every verb with an unrelated code base, dcmjs-dimse (dcmjs_peer.js here). It parses what it gets and writes it anew:
what comes from it is compared by value, what comes from us in its own files by value, too."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Home, check_whole  # noqa: E402
from hostile_peers import CT_STORAGE, small_ct  # noqa: E402
from negtest import BUILD, SOURCE, Tap  # noqa: E402
from peers import free_port  # noqa: E402

PEER = os.path.join(SOURCE, 'tests', 'integration', 'dcmjs_peer.js')
FOLDER = os.environ.get('NEGATOSCOPE_DCMJS', os.path.join(BUILD, 'dcmjs'))
N = 3
UIDS = [f'1.2.3.20.{i}' for i in range(N)]


def environment(port=0):
    return {**os.environ, 'DCMJS_FOLDER': FOLDER, 'DCMJS_PORT': str(port)}


class DcmjsPeer:
    """`destinations`: AE title, host, port of each whom it calls by itself."""

    def __init__(self, *destinations):
        self.port, self.folder = free_port(), tempfile.mkdtemp(prefix='dcmjs-')
        self.destinations = [str(word) for word in destinations]
        self.events = []

    def __enter__(self):
        self.log = open(os.path.join(self.folder, 'log'), 'w+')
        self.process = subprocess.Popen(['node', PEER, 'serve', self.folder, *self.destinations],
                                        env=environment(self.port), stdout=self.log, stderr=self.log)
        self.wait('ready')
        end = time.monotonic() + 10
        while not listens(self.port):
            assert time.monotonic() < end, 'the peer does not listen'
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self):
        with open(os.path.join(self.folder, 'log')) as file:
            lines = file.read().splitlines()
        return [json.loads(line) for line in lines if line.startswith('{')], lines

    def wait(self, name, seconds=20):
        end = time.monotonic() + seconds
        while True:
            events, lines = self.read()
            found = [event for event in events if event['event'] == name]
            if found:
                return found
            assert time.monotonic() < end and self.process.poll() is None, f'no {name}: {lines}'
            time.sleep(0.05)

    def site(self, **more):
        values = {'address': f'dicom://DCMJS@127.0.0.1:{self.port}', 'use': 'query;retrieve;store;commit;worklist', **more}
        return '[peer JS]\n' + ''.join(f'{key}={value}\n' for key, value in values.items())


def listens(port):
    import socket
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


def ask(agent, *requests, called='NEGATOSCOPE'):
    done = subprocess.run(['node', PEER, 'ask', '127.0.0.1', str(agent.port), called,
                           *[json.dumps(request) for request in requests]], env=environment(), capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith('{')]


def values_of(path):
    import pydicom
    found = pydicom.dcmread(path, force=True)
    return {element.tag: bytes(element.value) if isinstance(element.value, (bytes, bytearray)) else str(element.value)
            for element in found}


def original(uid):
    """As a file with a meta header, as dcmjs wants it."""
    import io
    import pydicom
    found = pydicom.dcmread(io.BytesIO(small_ct(uid)), force=True)
    found.file_meta = pydicom.dataset.FileMetaDataset()
    found.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    found.file_meta.MediaStorageSOPClassUID, found.file_meta.MediaStorageSOPInstanceUID = CT_STORAGE, uid
    found.is_little_endian, found.is_implicit_VR = True, True
    return found


def write_originals(folder):
    paths = [os.path.join(folder, uid + '.dcm') for uid in UIDS]
    for uid, path in zip(UIDS, paths):
        original(uid).save_as(path, write_like_original=False)
    return paths


def same_values(path, uid, folder):
    reference = os.path.join(folder, 'reference.dcm')
    original(uid).save_as(reference, write_like_original=False)
    expected, found = values_of(reference), values_of(path)
    assert expected == found, {tag: (expected.get(tag), found.get(tag)) for tag in set(expected) ^ set(found) |
                               {tag for tag in expected if expected.get(tag) != found.get(tag)}}


def echo():
    with DcmjsPeer() as peer, Home(peer.site()) as agent:
        assert agent.ask('echo', 'JS')['ok'] is True
        assert peer.wait('echo')[0]['calling'].strip() == 'NEGATOSCOPE'
        assert ask(agent, {'verb': 'echo'}) == [{'request': 0, 'status': 0}]
        steps = agent.ask('diagnose', 'JS')
        assert all(step['ok'] for step in steps), steps


def unknown_title():
    with Home(dicom='') as agent:
        answers = ask(agent, {'verb': 'echo'})
        assert len(answers) == 1 and 'rejected' in answers[0], answers


def stores_to_us():
    with tempfile.TemporaryDirectory() as folder, Home() as agent:
        paths = write_originals(folder)
        answers = ask(agent, *[{'verb': 'store', 'path': path} for path in paths])
        assert [answer['status'] for answer in answers] == [0] * N, answers
        for uid, data in check_whole(agent, UIDS, UIDS).items():
            kept = os.path.join(folder, 'kept.dcm')
            with open(kept, 'wb') as file:
                file.write(data)
            same_values(kept, uid, folder)


def we_store():
    with tempfile.TemporaryDirectory() as folder, DcmjsPeer() as peer, Home(peer.site()) as agent:
        answer = agent.ask('send', 'JS', *write_originals(folder))
        assert answer['done'] == answer['objects'] == N and not answer['failed'], answer
        for uid in UIDS:
            same_values(os.path.join(peer.folder, uid + '.dcm'), uid, folder)


def filled(agent, folder):
    answer = agent.ask('send', 'JS', *write_originals(folder))
    assert answer['done'] == N, answer


def we_query():
    with tempfile.TemporaryDirectory() as folder, DcmjsPeer() as peer, Home(peer.site()) as agent:
        filled(agent, folder)
        found = agent.ask('query', 'JS', '--key', 'PatientName=TEST*')
        assert [row['study_uid'] for row in found] == ['1.2.3'] and found[0]['complete'], found
        assert found[0]['patient_name'] == 'TEST^ONE', found
        assert agent.ask('query', 'JS', '--key', 'PatientName=NOBODY*') == []
        images = agent.ask('query', 'JS', '--level', 'image', '--key', 'StudyInstanceUID=1.2.3')
        assert sorted(row['sop_uid'] for row in images) == UIDS, images
        scheduled = agent.ask('worklist-query', 'JS')
        assert [row['accession'] for row in scheduled] == ['ACC1'] and scheduled[0]['date'] == '20260102', scheduled


def we_retrieve(way):
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with DcmjsPeer('NEGATOSCOPE', '127.0.0.1', port) as peer:
            home = Home(peer.site(retrieve=way))
            with home as agent:
                agent.stop()
                move_port(agent, port)
                agent.start()
                filled(agent, folder)
                answer = agent.ask('retrieve', 'JS', '--study', '1.2.3')
                assert answer['done'] == answer['objects'] == N and not answer['failed'], (answer, peer.read())
                for uid, data in check_whole(agent, UIDS, UIDS).items():
                    kept = os.path.join(folder, 'kept.dcm')
                    with open(kept, 'wb') as file:
                        file.write(data)
                    same_values(kept, uid, folder)


def move_port(agent, port):
    """Where it listens, when somebody has to know before it starts."""
    with open(agent.config) as file:
        text = file.read().replace(f'port={agent.port}\n', f'port={port}\n', 1)
    with open(agent.config, 'w') as file:
        file.write(text)
    agent.port = port


def commitment(same):
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with DcmjsPeer(*([] if same else ['NEGATOSCOPE', '127.0.0.1', port])) as peer, Home(peer.site()) as agent:
            agent.stop()
            move_port(agent, port)
            agent.start()
            paths = write_originals(folder)
            assert agent.ask('send', 'JS', *paths[:2])['done'] == 2
            answer = agent.ask('commit', 'JS', *paths[:2])
            assert answer['committed'] == 2 and answer['pending'] == 0 and not answer['failed'], answer
            answer = agent.ask('commit', 'JS', *paths, status=1)
            assert answer['committed'] == 2 and [each['sop_uid'] for each in answer['failed']] == UIDS[2:], answer
            reports = peer.wait('reported')
            assert all(report['same'] is same and report['status'] == 0 for report in reports), reports


def main():
    tap = Tap()
    tests = [('echo both ways', echo), ('an unknown title is refused', unknown_title), ('it stores to us', stores_to_us),
             ('we store to it', we_store), ('queries and the worklist', we_query),
             ('C-MOVE from it', lambda: we_retrieve('move')), ('C-GET from it', lambda: we_retrieve('get')),
             ('commitment on the same association', lambda: commitment(True)),
             ('commitment on a new association', lambda: commitment(False))]
    there = shutil.which('node') and os.path.isdir(os.path.join(FOLDER, 'node_modules', 'dcmjs-dimse'))
    for name, test in tests:
        if there:
            tap.run(name, test)
        else:
            tap.skip(name, 'no dcmjs-dimse here')
    tap.done()


if __name__ == '__main__':
    main()
