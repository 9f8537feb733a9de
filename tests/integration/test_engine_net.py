#!/usr/bin/python3
"""Network engines against other people's programs and against peers that misbehave: each question is answered, each
failure is told in words, and a cancel is heard."""
import os
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
import netengine as net  # noqa: E402
from hostile_peers import Caller, HostilePeer  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from netengine import NetEngine  # noqa: E402
from peers import Orthanc, QrScp, StoreScp, Worklist, make_certificates  # noqa: E402

FOLDER = None
NAME = 'Müller^Jürgen'
STUDY_KEYS = {'QueryRetrieveLevel': 'STUDY', 'PatientName': '', 'PatientID': '', 'StudyInstanceUID': ''}
WORKLIST_DUMP = '''(0008,0005) CS [ISO_IR 100]
(0008,0050) SH [A{i}]
(0010,0010) PN [WORK^LIST{i}]
(0010,0020) LO [W{i}]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [1.2.3.{i}]
(0032,1060) LO [Head]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [{modality}]
(0040,0001) AE [CT1]
(0040,0002) DA [20260102]
(0040,0003) TM [101500]
(0040,0006) PN [WHO]
(0040,0007) LO [Head]
(0040,0009) SH [S{i}]
(fffe,e00d) -
(fffe,e0dd) -
(0040,1001) SH [R{i}]
(0040,1003) SH [LOW]
'''


def folder(name):
    path = os.path.join(FOLDER, name)
    os.makedirs(path, exist_ok=True)
    return path


def needs(*peers):
    for peer in peers:
        if not peer.is_installed():
            raise Skip(f'{peer.program} is not installed')


def store(peer, n=3, name='TEST^ONE'):
    """Objects of one study, put there by a caller of our own."""
    with Caller(peer.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)], called=peer.ae) as caller:
        assert caller.is_accepted
        for i in range(n):
            assert caller.store(hostile.small_ct(f'1.2.3.1.{i}', name=name, size=8), f'1.2.3.1.{i}') == 0
        assert caller.release()


def converse(role, peer, ask=None, **options):
    """All messages of an engine that is asked one thing."""
    with NetEngine() as engine:
        engine.begin(role, peer.port, called_ae=peer.ae, **options)
        messages = engine.until(net.OPENED)
        if messages[-1][0] == net.END:
            return messages
        if ask:
            ask(engine)
        messages += engine.until(net.DONE)
        if messages[-1][0] == net.DONE:
            engine.send(net.FINISH)
            messages += engine.until(net.END)
        return messages


def ending(messages):
    kind, (code, message, where) = messages[-1]
    assert kind == net.END
    return (net.CODES[code - 1] if code else None), message, where


def fails(messages, name, *words):
    found, message, where = ending(messages)
    assert found == name, (found, message, where)
    for word in words:
        assert word in message, (message, word)


def done(messages):
    assert ending(messages)[0] is None, ending(messages)
    return [value for kind, value in messages if kind == net.DONE][-1]


def find(peer, keys, role='query', limit=0, **options):
    messages = converse(role, peer, lambda engine: engine.query(keys, limit), **options)
    number, status, comments = done(messages)
    assert number == 1
    return net.rows_of(messages), status, comments


def fails_find(behave, name, *words, seconds=None):
    begin = time.monotonic()
    with HostilePeer(behave) as peer:
        messages = converse('query', peer, lambda engine: engine.query(STUDY_KEYS), timeout_s=2)
        fails(messages, name, *words)
    if seconds:
        assert time.monotonic() - begin < seconds, time.monotonic() - begin
    return messages


# --- what works ---

def test_echo():
    with HostilePeer(hostile.finding([])) as peer:
        messages = converse('echo', peer)
    assert done(messages)[1] == 0
    opened = messages[0][1]
    assert [tuple(one) for one in opened['contexts']] == [(hostile.VERIFICATION, hostile.IMPLICIT, 0)], opened


def test_qrscp_find():
    needs(QrScp)
    with QrScp(folder('qr')) as peer:
        store(peer)
        rows, status, _ = find(peer, STUDY_KEYS)
        assert status == 0 and len(rows) == 1, (status, rows)
        assert rows[0]['PatientName'] == 'TEST^ONE' and rows[0]['StudyInstanceUID'] == '1.2.3', rows
        assert rows[0]['PatientID'] == 'P1', rows
        rows, *_ = find(peer, {'QueryRetrieveLevel': 'SERIES', 'StudyInstanceUID': '1.2.3', 'SeriesInstanceUID': '',
                               'Modality': ''})
        assert [row['Modality'] for row in rows] == ['CT'], rows
        rows, *_ = find(peer, {'QueryRetrieveLevel': 'IMAGE', 'StudyInstanceUID': '1.2.3',
                               'SeriesInstanceUID': '1.2.3.1', 'SOPInstanceUID': ''})
        assert sorted(row['SOPInstanceUID'] for row in rows) == [f'1.2.3.1.{i}' for i in range(3)], rows
        rows, *_ = find(peer, {'QueryRetrieveLevel': 'PATIENT', 'PatientName': 'TEST*', 'PatientID': ''},
                        model='patient')
        assert [row['PatientID'] for row in rows] == ['P1'], rows
        rows, *_ = find(peer, {**STUDY_KEYS, 'PatientName': 'NOBODY'})
        assert rows == []


def test_two_queries():
    needs(QrScp)
    with QrScp(folder('qr2')) as peer, NetEngine() as engine:
        store(peer)
        engine.begin('query', peer.port, called_ae=peer.ae)
        engine.until(net.OPENED)
        engine.query(STUDY_KEYS, number=7)
        engine.query({**STUDY_KEYS, 'PatientName': 'NOBODY'}, number=8)
        first, second = engine.until(net.DONE), engine.until(net.DONE)
        assert first[-1][1][0] == 7 and len(net.rows_of(first)) == 1, first
        assert second[-1][1][0] == 8 and net.rows_of(second) == [], second
        engine.send(net.FINISH)
        assert engine.end()[0] is None


def test_qrscp_move():
    needs(QrScp, StoreScp)
    with StoreScp(folder('moved')) as target:
        with QrScp(folder('qr-move'), {'STORE': target.port}) as peer:
            store(peer, 5)
            keys = [('QueryRetrieveLevel', 'STUDY'), ('StudyInstanceUID', '1.2.3')]
            messages = converse('move', peer, lambda engine: engine.send(net.MOVE, ('STORE', '', keys)))
            assert done(messages)[1] == 0, messages
            counts = [value for kind, value in messages if kind == net.COUNTS]
            assert counts[-1][1:] == (5, 0, 0), counts
            assert len(target.files()) == 5
            messages = converse('move', peer, lambda engine: engine.send(net.MOVE, ('NOWHERE', '', keys)))
            assert done(messages)[1] == 0xA801, messages


def test_move_failed():
    """The failed objects, in the data set where they belong or in the command."""
    uids = hostile.element(8, 0x58, b'1.2.3\\1.2.34')

    def behave(link):
        link.accept()
        context, fields, _ = link.receive()
        for status, data in ((hostile.PENDING, None), (0xB000, uids)):
            link.send(context, {0x0100: 0x8021, 0x0120: fields[0x0110], 0x0900: status, 0x1020: 0, 0x1021: 7,
                                0x1022: 2, 0x1023: 1}, data)
        link.receive()

    with HostilePeer(behave) as peer:
        messages = converse('move', peer, lambda engine: engine.send(net.MOVE, ('STORE', '', list(STUDY_KEYS.items()))))
        assert done(messages)[1] == 0xB000
        assert [value for kind, value in messages if kind == net.FAILED] == [['1.2.3', '1.2.34']], messages
        assert [value for kind, value in messages if kind == net.COUNTS] == [(0, 7, 2, 1)] * 2, messages


def test_worklist():
    needs(Worklist)
    dumps = [WORKLIST_DUMP.format(i=i, modality='CT' if i % 2 else 'MR') for i in range(6)]
    with Worklist(folder('worklist'), dumps) as peer:
        step = 'ScheduledProcedureStepSequence[0].'
        keys = {'PatientName': '', 'AccessionNumber': '', step + 'Modality': 'CT',
                step + 'ScheduledProcedureStepStartDate': ''}
        rows, status, _ = find(peer, keys, 'worklist')
        assert status == 0 and sorted(row['AccessionNumber'] for row in rows) == ['A1', 'A3', 'A5'], rows
        assert rows[0][step + 'Modality'] == 'CT' and rows[0][step + 'ScheduledProcedureStepStartDate'] == '20260102'
        refused = converse('worklist', peer, lambda engine: engine.query(keys), calling_ae='WS1')
        assert done(refused)[1] == 0


def test_worklist_called():
    needs(Worklist)
    with Worklist(folder('worklist-ae'), []) as peer:
        peer.ae = 'OTHER'
        fails(converse('worklist', peer), 'refused', 'called AE title not recognized')


def test_orthanc():
    needs(Orthanc)
    with Orthanc(folder('orthanc')) as peer:
        assert done(converse('echo', peer))[1] == 0
        store(peer)
        rows, status, _ = find(peer, {**STUDY_KEYS, 'NumberOfStudyRelatedInstances': '', 'ModalitiesInStudy': ''})
        assert status == 0 and len(rows) == 1, rows
        assert rows[0]['NumberOfStudyRelatedInstances'] == '3' and rows[0]['ModalitiesInStudy'] == 'CT', rows


def test_text():
    """Text comes in the character set of the answer, and of the item; keys go out in UTF-8."""
    item = hostile.element(8, 5, 'ISO_IR 144') + hostile.element(0x10, 0x10, 'Иванов'.encode('iso8859-5'))
    item = struct.pack('<HHI', 0xfffe, 0xe000, len(item)) + item
    sequence = struct.pack('<HHI', 8, 0x1110, len(item)) + item
    answer = hostile.element(8, 5, 'ISO_IR 100') + sequence + hostile.element(0x10, 0x10, NAME.encode('latin-1')) \
        + hostile.element(0x28, 0x10, 300) + hostile.element(0x29, 0x10, 'ACME') \
        + hostile.element(0x29, 0x1001, b'\1\2\3\4')
    heard = []

    def behave(link):
        link.accept()
        while (message := link.receive()) is not None:
            heard.append(message[2])
            link.respond(*message[:2], hostile.PENDING, answer)
            link.respond(*message[:2], 0xB123, comment='partly')

    with HostilePeer(behave) as peer:
        rows, status, comments = find(peer, {**STUDY_KEYS, 'PatientName': NAME, '00080060': 'CT'})
    assert b'ISO_IR 192' in heard[0] and NAME.encode() in heard[0], heard
    assert struct.pack('<HHI', 8, 0x60, 2) + b'CT' in heard[0], heard
    assert (status, comments) == (0xB123, ['partly'])
    assert rows[0]['PatientName'] == NAME and rows[0]['ReferencedStudySequence[0].PatientName'] == 'Иванов', rows
    assert rows[0]['Rows'] == '300' and rows[0].get('00290010') == 'ACME' and '00291001' not in rows[0], rows


def test_bad_keys():
    with HostilePeer(hostile.finding([])) as peer:
        for keys in ({'NoSuchThing': ''}, {'PatientName[0].PatientID': 'x'}, {'ReferencedStudySequence[99].PatientID': ''},
                     {'PixelData': 'x'}, {'a.' * 20 + 'PatientID': ''}, {'': ''}, {}):
            fails(converse('query', peer, lambda engine, keys=keys: engine.query(keys)), 'usage')


# --- limits and CANCEL ---

def test_limit():
    with HostilePeer(hostile.flood(1000000)) as peer:
        begin = time.monotonic()
        messages = converse('query', peer, lambda engine: engine.query(STUDY_KEYS, 500))
        seconds = time.monotonic() - begin
    rows = net.rows_of(messages)
    assert len(rows) == 500, len(rows)
    assert messages[-2][1][2][:1] == ['limit'] or [v for k, v in messages if k == net.DONE][-1][2] == ['limit']
    assert seconds < 30, seconds  # and not as long as a million takes


def polite(n):
    """Answers until it hears C-CANCEL."""
    def behave(link):
        link.accept()
        context, fields, _ = link.receive()
        link.socket.setblocking(False)
        sent = 0
        while sent < n:
            try:
                if link.socket.recv(1, socket.MSG_PEEK):
                    break
            except BlockingIOError:
                pass
            link.socket.setblocking(True)
            link.respond(context, fields, hostile.PENDING, hostile.element(0x20, 0xd, f'1.2.{sent}'))
            link.socket.setblocking(False)
            sent += 1
            time.sleep(0.002)
        link.socket.setblocking(True)
        if sent < n:
            assert link.receive()[1][0x0100] == hostile.CANCEL_RQ
        link.respond(context, fields, 0xfe00 if sent < n else 0)
        link.receive()
    return behave


def test_limit_is_heard():
    with HostilePeer(polite(10000)) as peer:
        rows, status, comments = find(peer, STUDY_KEYS, limit=20)
        assert (len(rows), status, comments) == (20, 0xfe00, ['limit']), (len(rows), status, comments)
    with HostilePeer(polite(20)) as peer:
        rows, status, comments = find(peer, STUDY_KEYS, limit=20)
        assert (len(rows), status, comments) == (20, 0, []), (len(rows), status, comments)


def cancelled(behave, role='query'):
    """Seconds from CANCEL to the end. A peer that hears it has a second to end; silence is endured for half a minute."""
    with HostilePeer(behave) as peer, NetEngine() as engine:
        engine.begin(role, peer.port)
        if behave is not hostile.silent:
            engine.until(net.OPENED)
            engine.query(STUDY_KEYS)
        time.sleep(0.3)
        begin = time.monotonic()
        engine.send(net.CANCEL)
        name, message, _ = engine.end()
        assert name == 'cancelled', (name, message)
        return time.monotonic() - begin


def test_cancel():
    assert cancelled(polite(10000)) < 0.9
    for behave in (hostile.silent, hostile.silent_after_accept, hostile.flood(1000000)):
        seconds = cancelled(behave)
        assert seconds < 8, seconds


def test_agent_goes():
    with HostilePeer(hostile.silent_after_accept) as peer:
        engine = NetEngine()
        engine.begin('query', peer.port)
        engine.until(net.OPENED)
        engine.query(STUDY_KEYS)
        engine.socket.close()
        engine.process.wait(8)


def test_rows_do_not_wait():
    def behave(link):
        link.accept()
        message = link.receive()
        link.respond(*message[:2], hostile.PENDING, hostile.element(0x20, 0xd, '1.2'))
        assert arrived.wait(60)
        link.respond(*message[:2], hostile.SUCCESS)
        link.receive()

    arrived = threading.Event()

    with HostilePeer(behave) as peer, NetEngine() as engine:
        engine.begin('query', peer.port)
        engine.until(net.OPENED)
        engine.query(STUDY_KEYS)
        assert engine.receive()[0] == net.ROWS
        arrived.set()


# --- what fails ---

def test_rejected():
    for source, reason, words in ((1, 7, 'called AE title not recognized'), (1, 3, 'calling AE title not recognized'),
                                  (1, 1, 'no reason given'), (2, 2, 'protocol version'), (3, 2, 'local limit exceeded')):
        with HostilePeer(hostile.rejecting(source, reason)) as peer:
            fails(converse('echo', peer), 'refused', words)


def test_aborted():
    def behave(link):
        link.accept()
        link.receive()
        link.abort()
        hostile.silent(link)
    fails_find(behave, 'aborted', 'aborted the association')
    fails_find(hostile.aborting, 'aborted')  # in the middle of a message: the reset may be faster than the words


def test_released_early():
    def behave(link):
        link.accept()
        link.send_pdu(5, b'\0\0\0\0')
        link.read_pdu()
    fails_find(behave, 'aborted')


def test_closed():
    def behave(link):
        link.accept()
        link.receive()
    fails_find(behave, 'aborted', 'closed the connection')


def test_silent():
    fails_find(hostile.silent, 'timeout', 'silent', seconds=15)
    fails_find(hostile.silent_after_accept, 'timeout', 'silent', seconds=15)


def test_nothing_accepted():
    with HostilePeer(hostile.accepting_nothing) as peer:
        messages = converse('query', peer)
        fails(messages, 'unsupported')
        assert ending(messages)[2] == hostile.STUDY_FIND


def test_garbage():
    fails_find(hostile.garbage, 'protocol', 'does not speak DICOM')
    for bytes_sent in (b'HTTP/1.1 400 Bad Request\r\n\r\n', b'\4\0\xff\xff\xff\xff', b'\4\0\0\0\0\4\0\0\0\0',
                       b'\4\0\0\0\0\6\0\0\xff\xff\1\2', b'\2\0\0\0\0\0', b'\7\0\0\0\0\0', b'\4\0\0\0\0\6\0\0\0\1\1\3'):
        def behave(link, bytes_sent=bytes_sent):
            link.accept()
            link.receive()
            link.socket.sendall(bytes_sent)
            hostile.silent(link)
        with HostilePeer(behave) as peer:
            messages = converse('query', peer, lambda engine: engine.query(STUDY_KEYS), timeout_s=2)
            assert ending(messages)[0] in ('protocol', 'aborted', 'timeout'), ending(messages)


def test_nested():
    for depth in (65, 20000):
        fails_find(hostile.finding([hostile.nested(depth)]), 'nesting', seconds=15)
    rows = converse_nested(10)
    assert len(rows) == 1, rows


def converse_nested(depth):
    with HostilePeer(hostile.finding([hostile.nested(depth) + hostile.element(0x20, 0xd, '1.2')])) as peer:
        return find(peer, STUDY_KEYS)[0]


def test_nested_command():
    def behave(link):
        link.accept()
        context, _, _ = link.receive()
        link.send_part(context, 3, hostile.nested(7000))
        hostile.silent(link)
    fails_find(behave, 'protocol')

    def behave_zero(link):
        link.accept()
        context, _, _ = link.receive()
        link.send_part(context, 3, struct.pack('<HHI', 0, 0x1110, 0xffffffff) * 1000)
        hostile.silent(link)
    fails_find(behave_zero, 'nesting')


def test_huge_answer():
    fails_find(hostile.finding([hostile.element(8, 0x1030, b'x' * (5 << 20))]), 'size-overflow')


def test_wrong_answer():
    def behave(link):
        link.accept()
        context, fields, _ = link.receive()
        link.respond(context, {**fields, 0x0110: 4711}, hostile.SUCCESS)
        hostile.silent(link)
    fails_find(behave, 'protocol', 'not asked')


# --- callers ---

def accept_caller(result, reason, **options):
    with NetEngine() as engine, socket.create_server(('127.0.0.1', 0)) as listener:
        port = listener.getsockname()[1]
        found = []

        def call():
            with Caller(port, [(hostile.VERIFICATION, hostile.IMPLICIT)], called='US', calling='THEM') as caller:
                found.append((caller.kind, bytes(caller.answer)))
                if caller.is_accepted:
                    found.append(caller.echo())
                    found.append(caller.release())

        thread = threading.Thread(target=call)
        thread.start()
        connection, _ = listener.accept()
        engine.begin('scp', None, connection=connection, **options)
        kind, opened = engine.receive()
        assert kind == net.OPENED, (kind, opened)
        engine.send(net.VERDICT, (result, reason))
        ended = engine.end()
        thread.join(10)
        return opened, found, ended


def test_caller():
    opened, found, ended = accept_caller(0, 0)
    assert (opened['calling-ae'], opened['called-ae']) == ('THEM', 'US'), opened
    assert found[1:] == [0, True] and ended[0] is None, (found, ended)
    _, found, ended = accept_caller(1, 3)
    assert found == [(3, bytes([0, 1, 1, 3]))] and ended[0] == 'refused', (found, ended)


# --- TLS ---

def read(path):
    with open(path, 'rb') as file:
        return file.read()


class Tls:
    """Orthanc or storescp with TLS."""

    def __init__(self):
        self.names = make_certificates(folder('tls'))

    def options(self, ca='ca', own='client', host='localhost'):
        options = {'tls': True, 'tls_host': host, 'tls_ca': read(self.names[ca] + '.pem')}
        if own:
            options['tls_certificate'] = read(self.names[own] + '.pem')
            options['tls_key'] = read(self.names[own] + '.key')
        return options

    def peer(self, certificate='server', *more):
        name = self.names[certificate]
        return StoreScp(folder('tls-' + certificate), '+tls', name + '.key', name + '.pem', '+cf',
                        self.names['ca'] + '.pem', *more)


def test_tls(tls):
    needs(StoreScp)
    with tls.peer() as peer:
        assert done(converse('echo', peer, **tls.options()))[1] == 0
        assert done(converse('echo', peer, **tls.options(host='127.0.0.1')))[1] == 0
        fails(converse('echo', peer, **tls.options(host='other.example')), 'tls', 'another host')
        fails(converse('echo', peer, **tls.options(host='127.0.0.2')), 'tls', 'another host')
        fails(converse('echo', peer, **tls.options(ca='rogue-ca')), 'tls', 'unknown authority')
        fails(converse('echo', peer, **tls.options(own=None)), 'tls')
        fails(converse('echo', peer, **tls.options(own='rogue')), 'tls')
        fails(converse('echo', peer, **{**tls.options(), 'tls_ca': b''}), 'tls', 'no authority')
        fails(converse('echo', peer, **{**tls.options(), 'tls_host': ''}), 'tls', 'no host name')
        fails(converse('echo', peer, **{**tls.options(), 'tls_key': b'nonsense'}), 'tls', 'key')
        assert ending(converse('echo', peer, timeout_s=3))[0] in ('aborted', 'protocol', 'timeout')
    with tls.peer('other-host') as peer:
        fails(converse('echo', peer, **tls.options()), 'tls', 'another host')


def test_tls_never_plain(tls):
    with HostilePeer(lambda link: link.socket.sendall(b'SSH-2.0-x' * 10)) as peer:
        fails(converse('echo', peer, timeout_s=3, **tls.options()), 'tls', 'does not speak TLS')
    with HostilePeer(lambda link: link.read(10)) as peer:
        fails(converse('echo', peer, timeout_s=3, **tls.options()), 'tls', 'closed the connection during')
    with HostilePeer(hostile.silent) as peer:
        fails(converse('echo', peer, timeout_s=1, **tls.options()), 'timeout')


def test_tls_orthanc(tls):
    needs(Orthanc)
    options = {'DicomTlsEnabled': True, 'DicomTlsCertificate': tls.names['server'] + '.pem',
               'DicomTlsPrivateKey': tls.names['server'] + '.key', 'DicomTlsTrustedCertificates': tls.names['ca'] + '.pem',
               'DicomTlsRemoteCertificateRequired': True}
    with Orthanc(folder('orthanc-tls'), options=options) as peer:
        assert done(converse('echo', peer, **tls.options()))[1] == 0
        rows, status, _ = find(peer, STUDY_KEYS, **tls.options())
        assert (rows, status) == ([], 0)
        fails(converse('echo', peer, **tls.options(own='rogue')), 'tls')


def call_over_tls(tls, own, need_client=True):
    """echoscu calls an engine: (its exit status, what the engine opened with or None, the engine's end)."""
    import subprocess
    with NetEngine() as engine, socket.create_server(('127.0.0.1', 0)) as listener:
        name = tls.names[own] if own else None
        words = ['echoscu', *(['+tls', name + '.key', name + '.pem'] if own else ['+tla']), '+cf',
                 tls.names['ca'] + '.pem', 'localhost', str(listener.getsockname()[1])]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, _ = listener.accept()
        options = tls.options(own='server')
        del options['tls_host']
        engine.begin('scp', None, connection=connection, tls_need_client=need_client, **options)
        kind, opened = engine.receive()
        if kind == net.OPENED:
            engine.send(net.VERDICT, (0, 0))
            ended = engine.end()
        else:
            ended, opened = (net.CODES[opened[0] - 1], *opened[1:]), None
        return process.wait(10), opened, ended


def test_tls_caller(tls):
    if not shutil.which('echoscu'):
        raise Skip('echoscu is not installed')
    status, opened, ended = call_over_tls(tls, 'client')
    assert status == 0 and opened['peer-subject'] == 'CN=client' and ended[0] is None, (status, opened, ended)
    for own in (None, 'rogue'):
        status, opened, ended = call_over_tls(tls, own)
        assert status != 0 and opened is None and ended[0] == 'tls', (own, status, opened, ended)
    status, opened, ended = call_over_tls(tls, None, need_client=False)
    assert status == 0 and 'peer-subject' not in opened, (status, opened, ended)


# --- the process ---

def test_limits():
    with NetEngine() as engine:
        sizes = net.sizes_of(engine.process.pid)
        print(f'# a spare engine: {sizes["VmRSS"]} resident, {sizes["VmSize"]} of addresses')
        assert sizes['Seccomp'] == '2' and sizes['Threads'] == '1', sizes


def test_wrong_beginnings():
    for kind, value in ((net.KEYS, (1, 1, False, [])), (net.FINISH, None)):
        with NetEngine() as engine:
            engine.send(kind, value)
            try:
                engine.receive()
                raise AssertionError('an answer')
            except net.Died:
                pass
    with HostilePeer(hostile.silent) as peer, NetEngine() as engine:
        engine.begin('nonsense', peer.port)
        assert engine.end()[0] == 'usage'
    with HostilePeer(hostile.silent) as peer, NetEngine() as engine:
        engine.begin('echo', peer.port, called_ae='A title that is too long')
        assert engine.end()[0] == 'usage'


def main():
    global FOLDER
    FOLDER = tempfile.mkdtemp(prefix='engine-net-')
    tap = Tap()
    only = sys.argv[1:]
    try:
        tls = Tls() if shutil.which('openssl') else None
        for name, function in list(globals().items()):
            if name.startswith('test_') and (not only or name in only):
                if 'tls' not in name:
                    tap.run(name[5:], function)
                elif tls:
                    tap.run(name[5:], function, tls)
                else:
                    tap.skip(name[5:], 'openssl is not installed')
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
