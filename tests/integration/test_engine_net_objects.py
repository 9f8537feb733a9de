#!/usr/bin/python3
"""Objects on the wire: what the engine sends, receives and asks to be committed, against other people's programs and
against peers that err. A data set is the same, byte by byte, on both sides."""
import collections
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
import netengine as net  # noqa: E402
from hostile_peers import Caller, HostilePeer  # noqa: E402
from negtest import CORPUS, Skip, Tap, manifest  # noqa: E402
from netengine import NetEngine  # noqa: E402
from peers import Orthanc, QrScp, StoreScp, free_port  # noqa: E402

COMMITMENT, COMMITMENT_INSTANCE = '1.2.840.10008.1.20.1', '1.2.840.10008.1.20.1.1'
DEFLATED, BIG, HTJ2K = '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.4.201'
RETIRED_OR_YOUNG = {'1.2.840.10008.1.2.4.53', '1.2.840.10008.1.2.4.55', '1.2.840.10008.1.2.8.1'}
JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70'
AHEAD = 16
Object = collections.namedtuple('Object', 'sop_class instance syntax offset path')


# --- objects ---

def explicit(group, number, vr, value):
    value += (b' ' if vr not in ('UI', 'OB') else b'\0') * (len(value) % 2)
    head = struct.pack('<HH2s', group, number, vr.encode())
    return head + (struct.pack('<HI', 0, len(value)) if vr in ('OB', 'OW', 'SQ') else struct.pack('<H', len(value))) \
        + value


def meta_header(sop_class, instance, syntax):
    body = explicit(2, 1, 'OB', b'\0\1') + explicit(2, 2, 'UI', sop_class.encode()) \
        + explicit(2, 3, 'UI', instance.encode()) + explicit(2, 0x10, 'UI', syntax.encode()) \
        + explicit(2, 0x12, 'UI', b'1.2.3')
    return bytes(128) + b'DICM' + explicit(2, 0, 'UL', struct.pack('<I', len(body))) + body


def read_meta(path):
    """An Object, by the meta header alone; None without one."""
    with open(path, 'rb') as file:
        data = file.read(4096)
    if data[128:132] != b'DICM' or data[132:138] != b'\2\0\0\0UL':
        return None
    end = at = 144 + struct.unpack_from('<I', data, 140)[0]
    uids, at = {}, 144
    while at < min(end, len(data) - 8):
        number, vr, length = *struct.unpack_from('<H2s', data, at + 2), struct.unpack_from('<H', data, at + 6)[0]
        head = 8
        if vr in (b'OB', b'UN'):
            length, head = struct.unpack_from('<I', data, at + 8)[0], 12
        uids[number] = data[at + head:at + head + length].rstrip(b'\0 ').decode('ascii', 'replace')
        at += head + length
    return Object(uids.get(2, ''), uids.get(3, ''), uids.get(0x10, ''), end, path)


def dataset_of(path):
    with open(path, 'rb') as file:
        return file.read()[read_meta(path).offset:]


def write_ct(folder, uid, syntax=hostile.IMPLICIT, **more):
    path = os.path.join(folder, uid + '.dcm')
    with open(path, 'wb') as file:
        file.write(meta_header(hostile.CT_STORAGE, uid, syntax) + hostile.small_ct(uid, **more))
    return path


def corpus_objects(limit_bytes=3 << 20):
    """One or two objects of every transfer syntax, that a data set of even length can be sent of, each UID once."""
    listed = manifest()
    if listed is None:
        raise Skip('no corpus')
    entries = listed['files'] if isinstance(listed.get('files'), list) else next(
        value for value in listed.values() if isinstance(value, list) and value and isinstance(value[0], dict))
    by_syntax, seen = collections.defaultdict(list), set()
    for entry in entries:
        path = os.path.join(CORPUS, entry['path'])
        if entry.get('part10') and os.path.exists(path) and os.path.getsize(path) < limit_bytes:
            found = read_meta(path)
            if found and found.syntax and found.instance and found.instance not in seen \
                    and (os.path.getsize(path) - found.offset) % 2 == 0 \
                    and found.sop_class.startswith('1.2.840.10008.5.1.4.1.1.') and entry.get('has_pixels') \
                    and entry.get('decode_is_bit_exact') is not None and len(by_syntax[found.syntax]) < 2:
                by_syntax[found.syntax].append(found)
                seen.add(found.instance)
    return [found for objects in by_syntax.values() for found in objects]


# --- the engine, driven ---

def contexts_of(objects):
    by_class = collections.defaultdict(list)
    for found in objects:
        if found.syntax not in by_class[found.sop_class]:
            by_class[found.sop_class].append(found.syntax)
    return list(by_class.items())


def send_objects(port, objects, stop_after=None, **options):
    """{number: (status, comments)}, the end, all messages. CANCEL after so many answers."""
    answers, messages, sent = {}, [], 0
    with NetEngine() as engine:
        engine.begin('store', port, contexts=contexts_of(objects), **options)
        messages += engine.until(net.OPENED)
        while messages[-1][0] != net.END:
            while sent < len(objects) and sent - len(answers) < AHEAD:
                found = objects[sent]
                with open(found.path, 'rb') as file:
                    engine.send(net.SEND, (sent, *found[:4], ''), [file.fileno()])
                sent += 1
            if len(answers) == len(objects):
                engine.send(net.FINISH)
            messages += engine.until(net.DONE, seconds=60)
            if messages[-1][0] == net.DONE:
                number, status, comments = messages[-1][1]
                answers[number] = (status, comments)
                if len(answers) == stop_after:
                    engine.send(net.CANCEL)
                    messages += engine.until(net.END)
        code, words, _ = messages[-1][1]
    return answers, (net.CODES[code - 1] if code else None, words), messages


class Receiver(threading.Thread):
    """The agent's side of one "scp" association: files, statuses, what was said."""

    def __init__(self, folder, n_files=1000, status=0, file_bytes=None, silent=False):
        super().__init__(daemon=True)
        self.folder, self.n_files, self.status, self.silent = folder, n_files, status, silent
        self.file_bytes = file_bytes
        self.messages, self.received, self.n_given, self.n_open = [], [], 0, 0
        self.listener = socket.socket()
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(4)
        self.port = self.listener.getsockname()[1]
        self.start()

    def path(self, number):
        return os.path.join(self.folder, f'{number:05}.part')

    def give_files(self, engine):
        while self.n_open < 8 and self.n_given < self.n_files:
            if self.file_bytes is None:
                with open(self.path(self.n_given), 'x+b') as file:
                    engine.send(net.FILES, (1,), [file.fileno()])
            else:
                # A memory file that cannot grow is a disk that is full.
                fd = os.memfd_create('full', os.MFD_ALLOW_SEALING)
                os.ftruncate(fd, self.file_bytes)
                import fcntl
                fcntl.fcntl(fd, fcntl.F_ADD_SEALS, 4)  # F_SEAL_GROW
                engine.send(net.FILES, (1,), [fd])
                os.close(fd)
            self.n_given += 1
            self.n_open += 1

    def run(self):
        connection, _ = self.listener.accept()
        with NetEngine() as self.engine:
            self.engine.begin('scp', 0, connection, timeout_s=5)
            kind = None
            while kind != net.END:
                kind, value = self.engine.receive(60)
                self.messages.append((kind, value))
                if kind == net.OPENED:
                    self.engine.send(net.VERDICT, (0, 0))
                    self.give_files(self.engine)
                elif kind == net.RECEIVED:
                    self.received.append(value)
                    if not self.silent:
                        self.engine.send(net.STATUS, (value[0], self.status, 'said so' if self.status else ''))
                    self.n_open -= 1
                    self.give_files(self.engine)
                elif kind == net.EVENT:
                    self.engine.send(net.STATUS, (0, 0, ''))
        self.listener.close()

    def end(self):
        self.join(60)
        assert not self.is_alive()
        code, words, _ = self.messages[-1][1]
        return net.CODES[code - 1] if code else None, words


def retrieve(port, folder, keys, called, contexts=None, stop_after=None):
    """{instance: path}, status, messages."""
    got, messages, n_given, n_open = {}, [], 0, 0
    with NetEngine() as engine:
        engine.begin('get', port, called_ae=called, **({'contexts': contexts} if contexts else {}))
        messages += engine.until(net.OPENED)
        engine.send(net.MOVE, ('', '', list(keys.items())))
        while messages[-1][0] != net.END:
            while n_open < 8:
                with open(os.path.join(folder, f'{n_given:05}.part'), 'x+b') as file:
                    engine.send(net.FILES, (1,), [file.fileno()])
                n_given, n_open = n_given + 1, n_open + 1
            messages.append(engine.receive(60))
            kind, value = messages[-1]
            if kind == net.RECEIVED:
                number, length, about = value
                path = os.path.join(folder, f'{number:05}.part')
                assert os.path.getsize(path) == length and 'record' in about, value
                got[about['sop-instance']] = path
                n_open -= 1
                if len(got) == stop_after:
                    engine.send(net.CANCEL)
                engine.send(net.STATUS, (number, 0, ''))
            elif kind == net.DONE:
                engine.send(net.FINISH)
    done = [value for kind, value in messages if kind == net.DONE]
    return got, done[0][1] if done else None, messages


class Folder:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='objects-')
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


# --- sending ---

def send_every_syntax():
    """To storescp as it comes: what it takes arrives bit by bit; HTJ2K, which it does not know, is refused in words."""
    objects = corpus_objects()
    with Folder() as folder, StoreScp(folder, '+xa', '+B') as peer:
        answers, end, messages = send_objects(peer.port, objects, called_ae=peer.ae)
        assert end == (None, ''), end
        arrived = {read_meta(path).instance: path for path in peer.files()}
        n_same = 0
        for number, found in enumerate(objects):
            status, comments = answers[number]
            if status == 0x0122:
                assert found.instance not in arrived, found
                assert 'does not take' in comments[0] or 'only as' in comments[0], comments
                continue
            assert status == 0, (found, status, comments)
            n_same += dataset_of(arrived[found.instance]) == dataset_of(found.path)
        refused = {objects[n].syntax for n, (status, _) in answers.items() if status}
        assert not {s for s in refused if not s.startswith('1.2.840.10008.1.2.4.20')} - RETIRED_OR_YOUNG, refused
        assert n_same == len(arrived) == len(objects) - sum(status != 0 for status, _ in answers.values())
        assert n_same >= 20, n_same


def recode_uncompressed():
    """A peer that takes Implicit VR alone gets it; what is compressed fails for itself."""
    objects = [found for found in corpus_objects() if found.syntax in (hostile.EXPLICIT, DEFLATED, BIG, JPEG_LOSSLESS)]
    with Folder() as folder, StoreScp(folder, '+xi', '+B') as peer:
        answers, end, _ = send_objects(peer.port, objects, called_ae=peer.ae)
        assert end == (None, ''), end
        arrived = {read_meta(path).instance: path for path in peer.files()}
        for number, found in enumerate(objects):
            status, comments = answers[number]
            if found.syntax == JPEG_LOSSLESS:
                assert status == 0x0122, (status, comments)
                assert 'MR Image Storage as JPEG Lossless' in comments[0] or 'only as' in comments[0], comments
                continue
            assert status == 0, (found, status, comments)
            assert read_meta(arrived[found.instance]).syntax == hostile.IMPLICIT
            dumps = [subprocess.run(['dcmdump', '-q', '-E', '+L', '-M', path], capture_output=True, check=True).stdout
                     for path in (found.path, arrived[found.instance])]
            texts = [[line for line in dump.decode('latin-1').splitlines()
                      if not line.startswith('#') and line.startswith('(') and 'FFFC' not in line.upper()
                      and not line.startswith('(0002') and ',0000)' not in line] for dump in dumps]
            values = [[re.sub(r'^(\S+) \w\w', r'\1', line).split('#')[0].rstrip() for line in text] for text in texts]
            missing = [pair for pair in zip(*values) if pair[0] != pair[1] and '7fe0' not in pair[0]]
            assert len(missing) <= 2, missing[:5]


def statuses():
    with Folder() as folder:
        objects = [read_meta(write_ct(folder, f'1.2.3.{i}')) for i in range(4)]
        for status in (0xa700, 0xa900, 0xb000, 0xc000, 0x0110):
            with HostilePeer(hostile.storing_with(status, comment='because', good_first=2)) as peer:
                answers, end, _ = send_objects(peer.port, objects)
                assert [answers[i] for i in range(4)] == [(0, [])] * 2 + [(status, ['because'])] * 2, answers
                assert end == (None, ''), end


def odd_and_missing_files():
    with Folder() as folder, StoreScp(folder + '/peer', '+B') as peer:
        good = read_meta(write_ct(folder, '1.2.3.1'))
        odd = read_meta(write_ct(folder, '1.2.3.2', tail=b'\0'))
        empty = good._replace(offset=os.path.getsize(good.path), instance='1.2.3.3')
        beyond = good._replace(offset=1 << 60, instance='1.2.3.4')
        answers, end, _ = send_objects(peer.port, [odd, empty, beyond, good], called_ae=peer.ae)
        # A byte behind the last element is no element: what was walked is sent.
        assert [answers[i][0] for i in range(4)] == [0, 0x0110, 0x0110, 0], answers
        assert end[0] is None


def peer_goes_away():
    with Folder() as folder:
        objects = [read_meta(write_ct(folder, f'1.2.3.{i}', size=512)) for i in range(3)]
        for behave, code in ((hostile.aborting, 'aborted'), (hostile.silent_after_accept, 'timeout')):
            with HostilePeer(behave) as peer:
                answers, end, _ = send_objects(peer.port, objects, timeout_s=1)
                assert answers == {} and end[0] == code, (answers, end)


def cancel_sending():
    with Folder() as folder, StoreScp(folder + '/peer', keep=False) as peer:
        objects = [read_meta(write_ct(folder, f'1.2.3.{i}')) for i in range(40)]
        answers, end, _ = send_objects(peer.port, objects, stop_after=3, called_ae=peer.ae)
        assert end[0] == 'cancelled' and len(answers) < 40, (end, len(answers))


# --- receiving ---

def receive_every_syntax():
    """What our own sender, which knows HTJ2K too, sends to our own receiver; then what storescu sends."""
    objects = corpus_objects()
    with Folder() as folder:
        receiver = Receiver(folder)
        answers, end, _ = send_objects(receiver.port, objects)
        assert end == (None, ''), end
        assert receiver.end() == (None, ''), receiver.messages[-1]
        bad = {n: (objects[n].path, answer) for n, answer in answers.items() if answer != (0, [])}
        assert not bad, bad
        assert len(receiver.received) == len(objects)
        for (number, length, about), found in zip(receiver.received, objects):
            if 'error' in about:
                continue
            stored = read_meta(receiver.path(number))
            assert os.path.getsize(stored.path) == length
            assert stored[:3] == found[:3] == (about['sop-class'], about['sop-instance'], about['transfer-syntax'])
            assert dataset_of(stored.path) == dataset_of(found.path), found
        errors = [about['error'] for _, _, about in receiver.received if 'error' in about]
        assert len(errors) <= 2, errors


def receive_from_storescu():
    with Folder() as folder:
        os.mkdir(folder + '/in')
        paths = [write_ct(folder + '/in', f'1.2.3.{i}', size=300) for i in range(5)]
        os.mkdir(folder + '/got')
        receiver = Receiver(folder + '/got')
        subprocess.run(['storescu', '-xi', '-aet', 'MODALITY', '127.0.0.1', str(receiver.port), *paths], check=True)
        assert receiver.end() == (None, '')
        for path, (number, _, about) in zip(paths, receiver.received):
            assert dataset_of(receiver.path(number)) == dataset_of(path), about
            with open(receiver.path(number), 'rb') as file:
                head = file.read(400)
            assert b'NEGATOSCOPE_0_1 ' in head and b'MODALITY' in head
        opened = dict(receiver.messages)[net.OPENED]
        assert opened['calling-ae'] == 'MODALITY'


def refused_by_the_agent():
    with Folder() as folder:
        receiver = Receiver(folder, status=0xa700)
        with Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            assert caller.store(hostile.small_ct('1.2.3.4'), '1.2.3.4') == 0xa700
            assert caller.release()
        assert receiver.end()[0] is None


def echo_between_objects():
    contexts = [(hostile.VERIFICATION, hostile.IMPLICIT), (hostile.CT_STORAGE, hostile.IMPLICIT)]
    with Folder() as folder:
        receiver = Receiver(folder)
        with Caller(receiver.port, contexts) as caller:
            assert caller.echo() == 0
            assert caller.store(hostile.small_ct('1.2.3.4'), '1.2.3.4', context=3) == 0
            assert caller.echo() == 0
            assert caller.release()
        assert receiver.end() == (None, '') and len(receiver.received) == 1


def mismatch():
    """PS3.4 B.2.3: A900 when the data set is of another object than the command."""
    with Folder() as folder:
        receiver = Receiver(folder, status=0xc000)
        with Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            assert caller.store(hostile.small_ct('1.2.3.5'), '1.2.3.4') == 0xa900
            caller.release()
        receiver.end()
        assert receiver.received[0][2]['error'][0] == net.CODES.index('inconsistent'), receiver.received


def hostile_objects():
    """The scanner's refusals reach the agent as errors; the association goes on."""
    nested = hostile.small_ct('1.2.3.4')[:-8192 - 8] + hostile.nested(20000)
    with Folder() as folder:
        receiver = Receiver(folder, status=0xc000)
        with Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            for data in (hostile.nested(20000), nested, b'\0' * 7, b'\xff' * 100000):
                assert caller.store(data, '1.2.3.4') == 0xc000
            assert caller.store(hostile.small_ct('1.2.3.4'), '../../../escaped') == 0xc000
            assert caller.release()
        assert receiver.end() == (None, '')
        assert all('error' in about for _, _, about in receiver.received), receiver.received
        assert receiver.received[-1][2]['sop-instance'] == ''


def no_room():
    """Files that cannot grow are told to the agent; without any file the peer hears A700 at once after the wait."""
    with Folder() as folder:
        receiver = Receiver(folder, file_bytes=4096, status=0xa700)
        with Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            assert caller.store(hostile.small_ct('1.2.3.4', size=512), '1.2.3.4') == 0xa700
            caller.release()
        assert receiver.end() == (None, '') and 'error' in receiver.received[0][2], receiver.received
    with Folder() as folder:
        receiver = Receiver(folder, n_files=0)
        with Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            assert caller.store(hostile.small_ct('1.2.3.4'), '1.2.3.4') == 0xa700
            caller.release()
        assert receiver.end() == (None, '') and receiver.received == []


def cut_in_the_middle():
    """No object is told of that did not come whole."""
    data = hostile.small_ct('1.2.3.4', size=512)
    for cut in (1, 1000, 100000, len(data) - 1):
        with Folder() as folder:
            receiver = Receiver(folder)
            caller = Caller(receiver.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)])
            caller.send_part(1, 3, hostile.command({0x0002: hostile.CT_STORAGE, 0x0100: 1, 0x0110: 1, 0x0700: 0,
                                                    0x0800: 1, 0x1000: '1.2.3.4'}))
            for at in range(0, cut, 16000):
                caller.send_part(1, 0, data[at:min(at + 16000, cut)])
            caller.socket.close()
            assert receiver.end()[0] == 'aborted', receiver.messages[-1]
            assert receiver.received == []


def only_storage():
    contexts = [(hostile.CT_STORAGE, hostile.IMPLICIT), (hostile.CT_STORAGE, '1.2.3.4'), ('1.2.3.4', hostile.IMPLICIT),
                ('1.2.840.10008.5.1.4.1.1.99999', HTJ2K), (hostile.STUDY_FIND, hostile.IMPLICIT)]
    with Folder() as folder:
        receiver = Receiver(folder)
        with Caller(receiver.port, contexts) as caller:
            caller.release()
        receiver.end()
        opened = dict(receiver.messages)[net.OPENED]
        assert [result for _, _, result in opened['contexts']] == [0, 4, 3, 0, 3], opened


# --- C-GET ---

def as_dcmtk_writes(folder, found):
    """With explicit lengths, without group lengths and padding: a peer that parses what it sends changes nothing then."""
    path = os.path.join(folder, found.instance + '.dcm')
    done = subprocess.run(['dcmconv', '-q', '-g', '-p', '+e', found.path, path], stderr=subprocess.DEVNULL)
    return read_meta(path) if done.returncode == 0 else None


def get_from_orthanc():
    """As they are stored, compressed or not: all when the SOP classes are known before, most when they are not."""
    with Folder() as folder, Orthanc(folder + '/peer') as peer:
        objects = [written for found in corpus_objects() if (written := as_dcmtk_writes(folder, found))]
        studies = collections.defaultdict(list)
        for found in objects:
            try:
                studies[peer.put_object(found.path)['ParentStudy']].append(found)
            except OSError:  # without a patient's ID
                continue
        for known in (False, True):
            n_same, other = 0, []
            for i, (parent, inside) in enumerate(studies.items()):
                where = f'{folder}/{i}-{known}'
                os.makedirs(where)
                uid = peer.get_json(f'/studies/{parent}')['MainDicomTags']['StudyInstanceUID']
                got, status, messages = retrieve(
                    peer.port, where, {'QueryRetrieveLevel': 'STUDY', 'StudyInstanceUID': uid}, peer.ae,
                    contexts=[(name, []) for name in {found.sop_class for found in inside}] if known else None)
                counts = [value for kind, value in messages if kind == net.COUNTS]
                failed = [value for kind, value in messages if kind == net.FAILED]
                assert counts and bool(counts[-1][2]) == bool(failed) == (status != 0), messages[1:]
                for found in inside:
                    same = found.instance in got and dataset_of(got[found.instance]) == dataset_of(found.path)
                    n_same += same
                    if not same:
                        other.append((found.syntax, found.sop_class, status, counts[-1]))
            n = sum(len(inside) for inside in studies.values())
            assert n_same >= n * (0.9 if known else 0.75), (known, n_same, n, other)


def get_from_dcmqrscp():
    with Folder() as folder, QrScp(folder + '/peer') as peer:
        paths = [write_ct(folder, f'1.2.3.4.{i}', study='1.2.3.4') for i in range(5)]
        subprocess.run(['storescu', '-xi', '-aec', peer.ae, '127.0.0.1', str(peer.port), *paths], check=True)
        os.mkdir(folder + '/got')
        got, status, messages = retrieve(peer.port, folder + '/got', {'QueryRetrieveLevel': 'STUDY',
                                                                      'StudyInstanceUID': '1.2.3.4'}, peer.ae)
        assert status == 0 and len(got) == 5, (status, got, messages)
        assert [value for kind, value in messages if kind == net.COUNTS][-1] == (0, 5, 0, 0), messages
        for path in paths:
            with open(path, 'rb') as file:
                assert hostile.small_ct(read_meta(path).instance, study='1.2.3.4') in file.read()
        nothing = retrieve(peer.port, folder + '/got/', {'QueryRetrieveLevel': 'STUDY', 'StudyInstanceUID': '9.9'},
                           peer.ae) if not os.listdir(folder + '/got') else None
        assert nothing is None or nothing[0] == {}


def cancel_getting():
    with Folder() as folder, Orthanc(folder + '/peer') as peer:
        for i in range(60):
            peer.put_object(write_ct(folder, f'1.2.3.4.{i}', study='1.2.3.4', size=256))
        os.mkdir(folder + '/got')
        got, _, messages = retrieve(peer.port, folder + '/got', {'QueryRetrieveLevel': 'STUDY',
                                                                 'StudyInstanceUID': '1.2.3.4'}, peer.ae, stop_after=3)
        assert len(got) < 60 and messages[-1][0] == net.END, len(got)
        assert net.CODES[messages[-1][1][0] - 1] == 'cancelled', messages[-1]


# --- storage commitment ---

def references(tag, items):
    body = b''
    for item in items:
        inner = hostile.element(8, 0x1150, hostile.CT_STORAGE.encode() + b'\0' * (len(hostile.CT_STORAGE) % 2)) \
            + hostile.element(8, 0x1155, item[0].encode() + b'\0' * (len(item[0]) % 2))
        if len(item) > 1:
            inner = hostile.element(8, 0x1197, item[1]) + inner if tag == 0x1198 else inner
        body += struct.pack('<HHI', 0xfffe, 0xe000, len(inner)) + inner
    return struct.pack('<HHI', 8, tag, len(body)) + body


def report(link, context, event, data, message_id=7):
    link.send(context, {0x0002: COMMITMENT, 0x0100: 0x0100, 0x0110: message_id, 0x1000: COMMITMENT_INSTANCE,
                        0x1002: event}, data)
    answer = link.receive()
    assert answer[1][0x0100] == 0x8100 and answer[1][0x0120] == message_id, answer
    return answer[1][0x0900]


def ask_commitment(port, transaction, objects, wait_for_event, **options):
    with NetEngine() as engine:
        engine.begin('commit', port, **options)
        messages = engine.until(net.OPENED)
        engine.send(net.ACTION, (transaction, objects))
        seen = set()
        while messages[-1][0] != net.END and seen < ({net.DONE, net.EVENT} if wait_for_event else {net.DONE}):
            messages += engine.until(net.DONE, net.EVENT)
            if messages[-1][0] == net.EVENT:
                engine.send(net.STATUS, (0, 0, ''))
            seen.add(messages[-1][0])
        if messages[-1][0] != net.END:
            engine.send(net.FINISH)
            messages += engine.until(net.END)
    return dict(messages), messages


def commit_on_the_same_association():
    seen, early = {}, [False]

    def behave(link):
        link.accept()
        context, fields, data = link.receive()
        seen['action'], seen['data'] = fields, data
        event = hostile.element(8, 0x1195, '1.2.99') + references(0x1198, [('1.2.4', 0x0112)]) \
            + references(0x1199, [('1.2.3',)])
        if early[0]:
            seen['status'] = report(link, context, 2, event)
        answer = {0x0002: COMMITMENT, 0x0100: 0x8130, 0x0120: fields[0x0110], 0x0900: 0, 0x1000: COMMITMENT_INSTANCE,
                  0x1008: 1}
        link.send(context, answer)
        if not early[0]:
            seen['status'] = report(link, context, 2, event)
        link.receive()

    for early[0] in (False, True):
        with HostilePeer(behave) as peer:
            by_kind, messages = ask_commitment(peer.port, '1.2.99', [(hostile.CT_STORAGE, '1.2.3'),
                                                                     (hostile.CT_STORAGE, '1.2.4')], True)
            assert by_kind[net.DONE] == (0, 0, []), messages
            assert by_kind[net.EVENT] == ('1.2.99', [(hostile.CT_STORAGE, '1.2.3')],
                                          [(hostile.CT_STORAGE, '1.2.4', 0x0112)]), messages
            assert by_kind[net.END] == (0, '', ''), messages
            assert seen['status'] == 0 and seen['action'][0x1008] == 1 and b'1.2.99' in seen['data'], seen
            assert not peer.failures, peer.failures


def commit_with_orthanc():
    """The request on our association, the report on one of its own."""
    with Folder() as folder:
        os.mkdir(folder + '/got')
        receiver = Receiver(folder + '/got')
        with Orthanc(folder + '/peer', modalities={'us': {'AET': 'WS1', 'Host': '127.0.0.1', 'Port': receiver.port,
                                                          'AllowStorageCommitment': True}}) as peer:
            peer.put_object(write_ct(folder, '1.2.3.4'))
            by_kind, messages = ask_commitment(peer.port, '1.2.99.1', [(hostile.CT_STORAGE, '1.2.3.4'),
                                                                       (hostile.CT_STORAGE, '1.2.3.5')], False,
                                               called_ae=peer.ae)
            assert by_kind[net.DONE] == (0, 0, []), messages
            assert receiver.end()[0] is None, receiver.messages
        event = dict(receiver.messages)[net.EVENT]
        assert event[0] == '1.2.99.1' and event[1] == [(hostile.CT_STORAGE, '1.2.3.4')], event
        assert [item[1] for item in event[2]] == ['1.2.3.5'], event


def hostile_report():
    """A report that is nested 20,000 deep is answered with a failure, and the next one is read."""
    good = hostile.element(8, 0x1195, '1.2.99') + references(0x1199, [('1.2.3',)])
    with Folder() as folder:
        receiver = Receiver(folder)
        with Caller(receiver.port, [(COMMITMENT, hostile.IMPLICIT)]) as caller:
            assert report(caller, 1, 1, hostile.nested(20000)) == 0x0110
            assert report(caller, 1, 1, good) == 0
            assert caller.release()
        assert receiver.end() == (None, '')
        assert [value for kind, value in receiver.messages if kind == net.EVENT] == [
            ('1.2.99', [(hostile.CT_STORAGE, '1.2.3')], [])]


def main():
    tap = Tap()
    for test in (send_every_syntax, recode_uncompressed, statuses, odd_and_missing_files, peer_goes_away,
                 cancel_sending, receive_every_syntax, receive_from_storescu, refused_by_the_agent,
                 echo_between_objects, mismatch, hostile_objects, no_room, cut_in_the_middle, only_storage,
                 get_from_dcmqrscp, get_from_orthanc, cancel_getting, commit_on_the_same_association,
                 commit_with_orthanc, hostile_report):
        if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]:
            tap.run(test.__name__.replace('_', ' '), test)
    tap.done()


main()
