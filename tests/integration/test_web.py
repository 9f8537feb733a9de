#!/usr/bin/python3
"""DICOMweb: Orthanc as an archive, by http and https, and servers that do everything wrong."""
import gzip
import hashlib
import io
import json
import os
import shutil
import struct
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import peers  # noqa: E402
from agents import Agent  # noqa: E402
from hostile_peers import CT_STORAGE, IMPLICIT, small_ct  # noqa: E402
from negtest import CORPUS, Skip, Tap, manifest  # noqa: E402
from web_peers import END, JSON, MULTIPART, TlsFront, WebServer, part, reply  # noqa: E402

ALL = {'use': 'query;retrieve;store'}
HTJ2K = '1.2.840.10008.1.2.4.202'


# --- objects ---

def part10(uid, **more):
    """An object with its meta header."""
    values = [(1, b'OB', b'\0\1'), (2, b'UI', CT_STORAGE.encode()), (3, b'UI', uid.encode()),
              (0x10, b'UI', IMPLICIT.encode()), (0x12, b'UI', b'1.2.3.4')]
    meta = b''
    for number, vr, value in values:
        value += b'\0' * (len(value) % 2)
        meta += struct.pack('<HH2s', 2, number, vr)
        meta += struct.pack('<HI' if vr == b'OB' else '<H', *([0] if vr == b'OB' else []), len(value)) + value
    return bytes(128) + b'DICM' + struct.pack('<HH2sHI', 2, 0, b'UL', 4, len(meta)) + meta + small_ct(uid, **more)


def dataset(data):
    """Behind the meta header, which each sender writes anew."""
    if data[128:132] != b'DICM':
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha256(data[144 + int.from_bytes(data[140:144], 'little'):]).hexdigest()


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def kept(agent):
    """Every object's data set, by whether it may be evicted."""
    return sorted(dataset(read(os.path.join(where, name))) for where, _, names in os.walk(agent.home)
                  for name in names if f'{os.sep}objects{os.sep}' in where)


class Home:
    """An agent in a folder of its own."""

    def __init__(self, site):
        self.site = site

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='web-')
        self.agent = Agent(self.folder, self.site)
        return self.agent.start()

    def __exit__(self, *_):
        self.agent.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def corpus_files():
    """MR of an old disk, an object that only we and few others can decode, and one without a meta header."""
    found = manifest()
    folder = os.path.join(CORPUS, 'dicomdir', 'pydicom-set', '98892003', 'MR700')
    if found is None or not os.path.isdir(folder):
        raise Skip('not in this corpus')
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    text = json.dumps(found)
    paths += [os.path.join(CORPUS, name) for name in ('transfer-syntax/htj2k-lossless-rpcl202_nema-ct1.dcm',)
              if name in text]
    return paths


# --- an archive ---

def round_trip(orthanc, folder):
    paths = corpus_files()
    bare = os.path.join(folder, 'bare.dcm')
    with open(bare, 'wb') as file:
        file.write(small_ct('1.2.840.99.1', study='1.2.840.99'))
    paths.append(bare)
    sent = sorted(dataset(read(path)) for path in paths)
    with Home(orthanc.web_site('PACS', **ALL)) as agent:
        answer = agent.ask('send', 'PACS', *paths)
        assert answer['done'] == len(paths) and not answer['failed'], answer
        there = sorted(dataset(orthanc.get(f'/instances/{name}/file')) for name in orthanc.get_json('/instances'))
        assert there == sent, (len(there), len(sent))
        studies = agent.ask('query', 'PACS')
        for study in studies:
            answer = agent.ask('retrieve', 'PACS', '--study', study['study_uid'])
            assert answer['done'] == answer['objects'] and not answer['failed'], answer
        assert kept(agent) == sent
        assert agent.ask('retrieve', 'PACS', '--study', studies[0]['study_uid'])['bytes'] == 0


def one_series(orthanc, folder):
    """A series alone, then the rest of its study, each object once."""
    orthanc.wipe()
    objects = {}
    for series in (1, 2):
        for i in range(3):
            uid = f'1.2.77.{series}.{i}'
            data = part10(uid, study='1.2.77')
            objects[uid] = data.replace(b'1.2.77.1', f'1.2.77.{series}'.encode()) if series == 2 else data
            orthanc.post('/instances', objects[uid])
    with Home(orthanc.web_site('PACS', **ALL)) as agent:
        series = agent.ask('query', 'PACS', '--level', 'series', '--key', 'StudyInstanceUID=1.2.77')
        assert len(series) == 2, series
        answer = agent.ask('retrieve', 'PACS', '--study', '1.2.77', '--series', '1.2.77.1')
        assert answer['done'] == 3, answer
        images = agent.ask('query', 'PACS', '--level', 'image', '--key', 'StudyInstanceUID=1.2.77', '--key',
                           'SeriesInstanceUID=1.2.77.2')
        assert len(images) == 3, images
        answer = agent.ask('retrieve', 'PACS', '--study', '1.2.77')
        assert answer['done'] == 6, answer
        assert kept(agent) == sorted(dataset(data) for data in objects.values())


def missing_images(orthanc, folder):
    """What is here is not asked for again: the others come one by one."""
    orthanc.wipe()
    paths = []
    for i in range(5):
        paths.append(os.path.join(folder, f'{i}.dcm'))
        with open(paths[-1], 'wb') as file:
            file.write(part10(f'1.2.78.{i}', study='1.2.78'))
        orthanc.put_object(paths[-1])
    with Home(orthanc.web_site('PACS', **ALL)) as agent:
        agent.run('import', *paths[:2])
        answer = agent.ask('retrieve', 'PACS', '--study', '1.2.78')
        assert answer['done'] == 5 and 0 < answer['bytes'] < 4 * os.path.getsize(paths[0]), answer
        assert kept(agent) == sorted(dataset(read(path)) for path in paths)


def paging(orthanc, folder):
    """More studies than one page has."""
    orthanc.wipe()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w') as archive:
        for i in range(1020):
            archive.writestr(f'{i}.dcm', part10(f'1.2.79.{i}.1', study=f'1.2.79.{i}', patient=f'P{i}', size=4))
    orthanc.post('/instances', packed.getvalue())
    with Home(orthanc.web_site('PACS', **ALL)) as agent:
        studies = agent.ask('query', 'PACS', '--key', 'PatientName=TEST*', '--limit', 5000)
        assert len({study['study_uid'] for study in studies}) == len(studies) == 1020, len(studies)
        assert all(study['complete'] for study in studies)
        studies = agent.ask('query', 'PACS', '--key', 'PatientName=TEST*', '--limit', 1000)
        assert len(studies) == 1000 and not studies[0]['complete'], (len(studies), studies[0])
        assert len(agent.ask('query', 'PACS', '--key', 'PatientID=P7')) == 1
        assert len(agent.ask('query', 'PACS', '--key', 'PatientName=TEST^ONE', '--limit', 3)) == 3


def diagnosed(orthanc, folder):
    with Home(orthanc.web_site('PACS', **ALL) + orthanc.web_site('AWAY', address=orthanc.rest + '/no-such')) as agent:
        steps = agent.ask('diagnose', 'PACS')
        assert [step['step'] for step in steps] == ['name', 'port', 'web', 'query'], steps
        assert all(step['ok'] for step in steps), steps
        assert agent.ask('echo', 'PACS')['ok']
        steps = agent.ask('diagnose', 'AWAY', status=1)
        assert steps[-1]['step'] == 'web' and '/no-such' in steps[-1]['advice'], steps
        assert 'patients' in fail(agent, 'query', 'PACS', '--level', 'patient')


def by_https(orthanc, folder):
    orthanc.wipe()
    orthanc.post('/instances', part10('1.2.80.1', study='1.2.80'))
    keys = os.path.join(folder, 'keys')
    peers.make_certificates(keys)
    name = os.path.join(keys, 'server')
    password = os.path.join(folder, 'password')
    with open(password, 'w') as file:
        file.write('secret\n')
    with TlsFront(orthanc.http_port, name, 'reader:secret') as front, \
            TlsFront(orthanc.http_port, os.path.join(keys, 'other-host')) as other:
        def site(peer, port, **more):
            values = {'address': f'https://localhost:{port}/dicom-web', **ALL,
                      'tls-ca': os.path.join(keys, 'ca.pem'), **more}
            return f'[peer {peer}]\n' + ''.join(f'{key}={value}\n' for key, value in values.items())

        who = {'user': 'reader', 'password-file': password}
        text = site('GOOD', front.port, **who) + site('NOBODY', front.port) + site('OTHER', other.port)
        text += site('ROGUE', front.port, **{**who, 'tls-ca': os.path.join(keys, 'rogue-ca.pem')})
        text += site('SYSTEM', front.port, **{**who, 'tls-ca': ''})
        with Home(text) as agent:
            answer = agent.ask('retrieve', 'GOOD', '--study', '1.2.80')
            assert answer['done'] == 1, answer
            steps = agent.ask('diagnose', 'GOOD')
            assert [step['step'] for step in steps] == ['name', 'port', 'tls', 'web', 'query'], steps
            assert '401' in fail(agent, 'query', 'NOBODY')
            steps = agent.ask('diagnose', 'NOBODY', status=1)
            assert steps[-1]['step'] == 'web' and 'password-file' in steps[-1]['advice'], steps
            for bad in ('ROGUE', 'SYSTEM', 'OTHER'):
                line = fail(agent, 'query', bad)
                assert '(tls)' in line, line
                steps = agent.ask('diagnose', bad, status=1)
                assert steps[-1]['step'] == 'tls' and steps[-1]['advice'], steps


# --- servers that do it wrong ---

STUDY = '1.2.90'


def fail(agent, *words):
    """The error of a command that has to fail: its one line."""
    done = agent.run(*words, timeout=120)
    assert done.returncode == 1, f'{words}: {done.returncode} {done.stdout!r} {done.stderr!r}'
    lines = done.stderr.decode().strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def listing(head, connection, n=3, number=None):
    """QIDO's answers about a study with @n images, said to be @number; None for anything else."""
    path = head.split(' ')[1].split('?')[0]

    def value(text):
        return {'vr': 'UI', 'Value': [text]}

    if path.endswith('/instances'):
        rows = [{'00080018': value(f'{STUDY}.{i}'), '00080016': value(CT_STORAGE)} for i in range(n)]
    elif path.endswith('/series'):
        rows = [{'0020000E': value(f'{STUDY}.1')}]
    elif path.endswith('/studies'):
        rows = [{'0020000D': value(STUDY)}]
        if number is not None:
            rows[0]['00201208'] = {'vr': 'IS', 'Value': [number]}
    else:
        return None
    return reply(connection, json.dumps(rows).encode())


def one(i):
    return part10(f'{STUDY}.{i}', study=STUDY)


def retrieving(send, words, n_kept=0, number=None):
    """The study's bytes are what @send makes of them: told as a failure, in words, and nothing partial is here."""
    def answer(head, connection):
        listed = listing(head, connection, number=number)
        return send(head, connection) if listed is None else listed

    with WebServer(answer) as server, Home(server.site('BAD', use='query;retrieve')) as agent:
        done = agent.run('retrieve', 'BAD', '--study', STUDY, '--json', timeout=120)
        found = json.loads(done.stdout)
        assert done.returncode == 1 and words in found['error']['message'], (done.returncode, found)
        assert found['done'] == n_kept, found
        assert {f'{STUDY}.{i}' for i in range(n_kept, 3)} <= {one['sop_uid'] for one in found['failed']}, found
        assert len(kept(agent)) == n_kept, kept(agent)
        assert sum(study['instances'] for study in agent.ask('studies')) == n_kept
        assert agent.process.poll() is None


def by_number():
    """As many as the archive says are all, and no list is asked for; where it says another number, the list counts."""
    def answer(head, connection):
        listed = listing(head, connection, number=number)
        body = b''.join(part(one(i)) for i in sent) + END
        return reply(connection, body, MULTIPART) if listed is None else listed

    for number, sent, is_listed in ((3, (0, 1, 2), False), (2, (0, 1, 2), True), (4, (0, 1, 2), True),
                                    (3, (0, 1, 1, 2), True), (3, (0, 1, 1), True), (0, (0, 1, 2), True)):
        with WebServer(answer) as server, Home(server.site('PACS', use='query;retrieve')) as agent:
            done = agent.run('retrieve', 'PACS', '--study', STUDY, '--json', timeout=120)
            found = json.loads(done.stdout)
            assert done.returncode == (0 if 2 in sent else 1), (number, sent, found)
            assert found['done'] == len(set(sent)) == len(kept(agent)) and found['objects'] == 3, (number, sent, found)
            assert [one['sop_uid'] for one in found['failed']] == ([] if 2 in sent else [f'{STUDY}.2']), found
            assert any('/instances' in request for request in server.requests) == is_listed, server.requests


def querying(send, words, seconds=20):
    with WebServer(send) as server, Home(server.site('BAD', use='query;retrieve')) as agent:
        start = time.monotonic()
        line = fail(agent, 'query', 'BAD')
        assert words in line and 'engine' not in line, line
        assert time.monotonic() - start < seconds
        assert agent.process.poll() is None


def cut_in_part(head, connection):
    body = part(one(0)) + part(one(1))[:-3000]
    return reply(connection, body, MULTIPART, length=len(body) + 5000) and False


def cut_with_length(head, connection):
    """As if it were all: the multipart has no end."""
    return reply(connection, part(one(0)) + part(one(1))[:-3000], MULTIPART) and False


def no_dicom_in_part(head, connection):
    return reply(connection, part(one(0)) + part(b'this is nothing' * 100) + END, MULTIPART)


def other_kind_of_part(head, connection):
    return reply(connection, part(one(0)) + part(b'{}', 'application/json') + END, MULTIPART)


def without_boundary(head, connection):
    return reply(connection, part(one(0)) + END, 'multipart/related; type="application/dicom"')


def zipped_parts(head, connection):
    return reply(connection, gzip.compress(part(one(0)) + END), MULTIPART, more='Content-Encoding: gzip\r\n')


def not_all(head, connection):
    return reply(connection, part(one(0)) + part(one(1)) + END, MULTIPART)


def silent(head, connection):
    while connection.recv(65536):
        pass
    return False


def deep(head, connection):
    return reply(connection, b'[' * 20000 + b']' * 20000)


def deep_in_disguise(head, connection):
    """Quotes that json-glib takes for none, so that who counts brackets must, too."""
    return reply(connection, b'[/*"*/' + b'[' * 1000000)


def many(head, connection):
    return reply(connection, b'[' + b'{},' * 5000000 + b'{}]')


def huge(head, connection):
    connection.sendall(f'HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {200 << 20}\r\n\r\n'.encode())
    for _ in range(200):
        connection.sendall(b' ' * (1 << 20))
    return True


def endless_head(head, connection):
    connection.sendall(b'HTTP/1.1 200 OK\r\n')
    while True:
        connection.sendall(b'X-More: and more\r\n' * 1000)


def zipped(head, connection):
    return reply(connection, gzip.compress(b'[]'), more='Content-Encoding: gzip\r\n')


def redirected(head, connection):
    return reply(connection, status='302 Found', more='Location: http://127.0.0.1:1/\r\n')


def closing():
    """Every answer on a connection of its own, announced or not, in chunks: all goes well."""
    for said in ('Connection: close\r\n', ''):
        def answer(head, connection):
            if listing(head, Closing(connection, said)) is None:
                body = part(one(0)) + part(one(1)) + part(one(2)) + END
                connection.sendall(f'HTTP/1.1 200 OK\r\nContent-Type: {MULTIPART}\r\n{said}'
                                   'Transfer-Encoding: chunked\r\n\r\n'.encode())
                for at in range(0, len(body), 777):
                    piece = body[at:at + 777]
                    connection.sendall(f'{len(piece):x}\r\n'.encode() + piece + b'\r\n')
                connection.sendall(b'0\r\n\r\n')
            return False

        with WebServer(answer) as server, Home(server.site('PACS', use='query;retrieve')) as agent:
            found = agent.ask('retrieve', 'PACS', '--study', STUDY)
            assert found['done'] == 3, found
            assert kept(agent) == sorted(dataset(one(i)) for i in range(3))
            assert server.n_connections == len(server.requests), (server.n_connections, server.requests)


class Closing:
    """A connection whose answers have one more header."""

    def __init__(self, connection, said):
        self.connection, self.said = connection, said

    def sendall(self, data):
        self.connection.sendall(data.replace(b'Content-Length', self.said.encode() + b'Content-Length', 1))


def main():
    tap = Tap()
    chosen = sys.argv[1] if len(sys.argv) > 1 else ''

    def run(name, function, *arguments):
        if chosen in name:
            start = time.monotonic()
            tap.run(name, function, *arguments)
            print(f'# {time.monotonic() - start:.1f} s')

    for name, send, words in (
            ('JSON nested 20,000 deep', deep, 'nested more than'), ('deep behind a comment', deep_in_disguise, 'not JSON'),
            ('JSON of 5 million objects', many, 'more than'),
            ('200 MB of JSON', huge, 'larger than 32 MiB'), ('endless headers', endless_head, 'no end'),
            ('gzip although not asked for', zipped, 'compresses'), ('a redirect', redirected, 'elsewhere'),
            ('503', lambda head, connection: reply(connection, status='503 Busy'), 'busy (503)'),
            ('no JSON', lambda head, connection: reply(connection, b'[{]'), 'not JSON'),
            ('closes at once', lambda head, connection: False, '(aborted)')):
        run(name, querying, send, words)
    run('never answers', querying, silent, 'imeout', 60)
    for name, send, words, n_kept in (
            ('closes in a part', cut_in_part, '', 1), ('ends in a part', cut_with_length, 'last part', 1),
            ('a part that is no DICOM', no_dicom_in_part, '', 1), ('a part of another kind', other_kind_of_part, 'something else', 1),
            ('multipart without boundary', without_boundary, 'boundary', 0), ('gzip of parts', zipped_parts, 'compresses', 0),
            ('less than listed', not_all, 'did not come', 2)):
        run(name, retrieving, send, words, n_kept)
        run(name + ', its number told', retrieving, send, words, n_kept, 3)
    run('the number of images', by_number)
    run('a connection for each answer', closing)
    if not peers.Orthanc.is_installed():
        tap.skip('Orthanc', 'not installed')
        tap.done()
    with tempfile.TemporaryDirectory(prefix='web-') as folder, peers.Orthanc(os.path.join(folder, 'orthanc')) as orthanc:
        for name, function in (('round trip', round_trip), ('one series', one_series), ('missing images', missing_images),
                               ('paging', paging), ('diagnose', diagnosed), ('https', by_https)):
            run('Orthanc: ' + name, function, orthanc, folder)
    tap.done()


main()
