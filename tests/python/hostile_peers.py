"""DICOM peers that misbehave on purpose, down to single PDUs (PS3.8 9.3), and links that break.

A peer is a thread with a listening socket; `behave(link)` is called for each connection, on a thread of its own.
"""
import random
import socket
import struct
import threading

VERIFICATION = '1.2.840.10008.1.1'
IMPLICIT, EXPLICIT = '1.2.840.10008.1.2', '1.2.840.10008.1.2.1'
STUDY_FIND = '1.2.840.10008.5.1.4.1.2.2.1'
ECHO_RQ, STORE_RQ, FIND_RQ, CANCEL_RQ = 0x0030, 0x0001, 0x0020, 0x0fff
SUCCESS, PENDING = 0x0000, 0xff00
PIECE = 16000  # fits the PDU of everybody


# --- bytes ---

def element(group, number, value):
    """Implicit VR, little endian."""
    if isinstance(value, int):
        value = struct.pack('<H', value)
    elif isinstance(value, str):
        value = value.encode()
        value += b'\0' if len(value) % 2 and group == 0 else b' ' * (len(value) % 2)
    return struct.pack('<HHI', group, number, len(value)) + value


def command(fields):
    """A command set (PS3.7 6.3) of {element: value}."""
    body = b''.join(element(0, number, value) for number, value in sorted(fields.items()))
    return struct.pack('<HHII', 0, 0, 4, len(body)) + body


def nested(depth, implicit=True):
    """A data set with that many sequences in each other (Referenced Study Sequence), and nothing cut short."""
    begin = struct.pack('<HHI', 8, 0x1110, 0xffffffff) if implicit else \
        struct.pack('<HH2sHI', 8, 0x1110, b'SQ', 0, 0xffffffff)
    begin += struct.pack('<HHI', 0xfffe, 0xe000, 0xffffffff)
    end = struct.pack('<HHI', 0xfffe, 0xe00d, 0) + struct.pack('<HHI', 0xfffe, 0xe0dd, 0)
    return begin * depth + end * depth


def parse_command(data):
    fields, at = {}, 0
    while at + 8 <= len(data):
        group, number, length = struct.unpack_from('<HHI', data, at)
        value = data[at + 8:at + 8 + length]
        fields[number] = struct.unpack('<H', value)[0] if length == 2 else value
        at += 8 + length
    return fields


class Closed(Exception):
    pass


class Link:
    """One connection, after TCP: PDUs in and out."""

    def __init__(self, connection):
        self.socket, self.contexts, self.data = connection, {}, b''

    def read(self, length):
        data = b''
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise Closed
            data += more
        return data

    def read_pdu(self):
        kind, _, length = struct.unpack('>BBI', self.read(6))
        return kind, self.read(length)

    def send_pdu(self, kind, body):
        self.socket.sendall(struct.pack('>BBI', kind, 0, len(body)) + body)

    def accept(self, result=0):
        """Reads the request; accepts every context with its first transfer syntax, or gives them @result."""
        kind, body = self.read_pdu()
        if kind != 1:
            raise Closed
        items, at = [], 68
        while at + 4 <= len(body):
            item, _, length = struct.unpack_from('>BBH', body, at)
            items.append((item, body[at + 4:at + 4 + length]))
            at += 4 + length
        answer = struct.pack('>HH', 1, 0) + body[4:20] + body[20:36] + b'\0' * 32
        answer += struct.pack('>BBH', 0x10, 0, 21) + b'1.2.840.10008.3.1.1.1'
        for item, value in items:
            if item == 0x20:
                syntaxes, at, abstract = [], 4, ''
                while at + 4 <= len(value):
                    sub, _, length = struct.unpack_from('>BBH', value, at)
                    text = value[at + 4:at + 4 + length].rstrip(b'\0').decode()
                    if sub == 0x30:
                        abstract = text
                    else:
                        syntaxes.append(text)
                    at += 4 + length
                chosen = IMPLICIT if IMPLICIT in syntaxes else syntaxes[0]
                self.contexts[value[0]] = (abstract, chosen)
                syntax = chosen.encode()
                inner = struct.pack('>BBH', 0x40, 0, len(syntax)) + syntax
                answer += struct.pack('>BBH', 0x21, 0, 4 + len(inner)) + bytes([value[0], 0, result, 0]) + inner
        user = struct.pack('>BBHI', 0x51, 0, 4, 131072) + struct.pack('>BBH', 0x52, 0, 8) + b'1.2.3.45'
        answer += struct.pack('>BBH', 0x50, 0, len(user)) + user
        self.send_pdu(2, answer)

    def reject(self, result=1, source=1, reason=1):
        self.read_pdu()
        self.send_pdu(3, bytes([0, result, source, reason]))

    def abort(self):
        self.send_pdu(7, bytes([0, 0, 0, 0]))

    def receive(self):
        """The next whole message: (context, command fields, data set or None); None at the release, which is answered."""
        parts = {True: b'', False: b''}
        fields = None
        while True:
            kind, body = self.read_pdu()
            if kind == 5:
                self.send_pdu(6, b'\0\0\0\0')
                return None
            if kind != 4:
                raise Closed
            at = 0
            while at + 6 <= len(body):
                length, context, flags = struct.unpack_from('>IBB', body, at)
                is_command = bool(flags & 1)
                parts[is_command] += body[at + 6:at + 4 + length]
                at += 4 + length
                if is_command and flags & 2:
                    fields = parse_command(parts[True])
                    if fields.get(0x0800) == 0x0101:
                        return context, fields, None
                if not is_command and flags & 2:
                    return context, fields, parts[False]

    def send(self, context, fields, data=None):
        self.send_part(context, 3, command({**fields, 0x0800: 0x0101 if data is None else 1}))
        for at in range(0, len(data or b''), PIECE):
            last = at + PIECE >= len(data)
            self.send_part(context, 2 if last else 0, data[at:at + PIECE])

    def send_part(self, context, flags, data):
        self.send_pdu(4, struct.pack('>IBB', len(data) + 2, context, flags) + data)

    def respond(self, context, fields, status, data=None, comment=None):
        answer = {0x0002: fields.get(0x0002, b'').rstrip(b'\0').decode(), 0x0100: fields[0x0100] | 0x8000,
                  0x0120: fields[0x0110], 0x0900: status}
        if 0x1000 in fields:
            answer[0x1000] = fields[0x1000].rstrip(b'\0').decode()
        if comment:
            answer[0x0902] = comment
        self.send(context, answer, data)


class HostilePeer:
    """Calls behave(link) for each connection; what it raises ends the connection."""

    ae = 'HOSTILE'

    def __init__(self, behave):
        self.behave, self.n_connections, self.failures = behave, 0, []
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.n_connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                self.behave(Link(connection))
            except (Closed, OSError, struct.error):
                pass
            except Exception as failure:  # noqa: BLE001: shown by the test
                self.failures.append(failure)

    def site(self, name, **more):
        values = {'address': f'dicom://{self.ae}@127.0.0.1:{self.port}', 'use': 'query;retrieve;store;commit', **more}
        return f'[peer {name}]\n' + ''.join(f'{key}={value}\n' for key, value in values.items())


# --- behaviours ---

def silent(link):
    """Accepts the connection and says nothing until the other side goes."""
    while link.socket.recv(65536):
        pass


def silent_after_accept(link):
    link.accept()
    silent(link)


def aborting(link):
    link.accept()
    link.read_pdu()
    link.abort()


def rejecting(source, reason):
    return lambda link: link.reject(1, source, reason)


def accepting_nothing(link):
    link.accept(result=3)
    link.receive()


def garbage(link):
    link.read_pdu()
    link.socket.sendall(random.Random(7).randbytes(4096))


def storing_with(status, comment=None, good_first=0):
    """C-STORE is answered with @status after @good_first good ones; C-ECHO always works."""
    def behave(link):
        link.accept()
        n = 0
        while (message := link.receive()) is not None:
            context, fields, _ = message
            is_store = fields[0x0100] == STORE_RQ
            bad = is_store and n >= good_first
            n += is_store
            link.respond(context, fields, status if bad else SUCCESS, comment=comment if bad else None)
    return behave


def finding(identifiers, status=SUCCESS):
    """C-FIND is answered with these data sets (implicit VR); a function makes them anew for each."""
    def behave(link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, _ = message
            if fields[0x0100] != FIND_RQ:
                if fields[0x0100] != CANCEL_RQ:
                    link.respond(context, fields, SUCCESS)
                continue
            for identifier in identifiers() if callable(identifiers) else identifiers:
                link.respond(context, fields, PENDING, identifier)
            link.respond(context, fields, status)
    return behave


def flood(n):
    """That many pending answers, whatever is said meanwhile."""
    def identifiers():
        for i in range(n):
            yield element(8, 0x52, 'STUDY') + element(0x10, 0x10, 'FLOOD^F') + element(0x20, 0xd, f'1.2.{i}')
    return finding(identifiers)


class CutProxy:
    """Forwards to a port; cuts the connection after @cut bytes went in the direction `upwards` (to the peer) or back."""

    def __init__(self, port, cut, upwards=True):
        self.target, self.cut, self.upwards = port, cut, upwards
        self.listener = socket.socket()
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(('127.0.0.1', self.target))
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target, is_up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, target, is_up == self.upwards), daemon=True).start()

    def _pump(self, source, target, counts):
        left = self.cut if counts else None
        try:
            while data := source.recv(65536):
                if left is not None:
                    data, left = data[:left], left - len(data)
                target.sendall(data)
                if left is not None and left <= 0:
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                # A reset, not an orderly end: what a broken line looks like.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


# --- the other side: a caller that may do anything ---

CT_STORAGE = '1.2.840.10008.5.1.4.1.1.2'


class Caller(Link):
    """An association that we asked for, with one context per (abstract syntax, transfer syntax)."""

    def __init__(self, port, contexts, called='NEGATOSCOPE', calling='CALLER', timeout=60):
        super().__init__(socket.create_connection(('127.0.0.1', port), timeout))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = struct.pack('>HH', 1, 0) + called.encode().ljust(16) + calling.encode().ljust(16) + b'\0' * 32
        body += struct.pack('>BBH', 0x10, 0, 21) + b'1.2.840.10008.3.1.1.1'
        for i, (abstract, syntax) in enumerate(contexts):
            inner = b''.join(struct.pack('>BBH', kind, 0, len(text)) + text.encode()
                             for kind, text in ((0x30, abstract), (0x40, syntax)))
            body += struct.pack('>BBHBBBB', 0x20, 0, len(inner) + 4, 2 * i + 1, 0, 0, 0) + inner
            self.contexts[2 * i + 1] = (abstract, syntax)
        user = struct.pack('>BBHI', 0x51, 0, 4, 16384) + struct.pack('>BBH', 0x52, 0, 8) + b'1.2.3.45'
        body += struct.pack('>BBH', 0x50, 0, len(user)) + user
        self.send_pdu(1, body)
        self.kind, self.answer = self.read_pdu()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def is_accepted(self):
        return self.kind == 2

    def echo(self):
        self.send(1, {0x0002: VERIFICATION, 0x0100: ECHO_RQ, 0x0110: 1})
        return self.receive()[1][0x0900]

    def store(self, data, sop_instance, sop_class=CT_STORAGE, context=1):
        """The status that we are told."""
        self.send(context, {0x0002: sop_class, 0x0100: STORE_RQ, 0x0110: 1, 0x0700: 0, 0x1000: sop_instance}, data)
        return self.receive()[1][0x0900]

    def release(self):
        self.send_pdu(5, b'\0\0\0\0')
        return self.read_pdu()[0] == 6


def small_ct(sop_instance, study='1.2.3', patient='P1', name='TEST^ONE', size=64, tail=b''):
    """A CT image in implicit VR, with everything that an index wants."""
    values = [(8, 0x16, CT_STORAGE), (8, 0x18, sop_instance), (8, 0x20, '20260102'), (8, 0x30, '101500'),
              (8, 0x50, 'A1'), (8, 0x60, 'CT'), (8, 0x1030, 'HEAD'), (0x10, 0x10, name), (0x10, 0x20, patient),
              (0x10, 0x30, '19700101'), (0x10, 0x40, 'O'), (0x20, 0xd, study), (0x20, 0xe, study + '.1'),
              (0x20, 0x10, '1'), (0x20, 0x11, '1'), (0x20, 0x13, '1'), (0x28, 2, 1), (0x28, 4, 'MONOCHROME2'),
              (0x28, 0x10, size), (0x28, 0x11, size), (0x28, 0x100, 16), (0x28, 0x101, 12), (0x28, 0x102, 11),
              (0x28, 0x103, 0)]
    data = b''
    for group, number, value in values:
        if isinstance(value, str) and (group, number) in ((8, 0x16), (8, 0x18), (0x20, 0xd), (0x20, 0xe)):
            value = value.encode() + b'\0' * (len(value) % 2)
        data += element(group, number, value)
    pixels = bytes(2 * size * size)
    return data + struct.pack('<HHI', 0x7fe0, 0x10, len(pixels)) + pixels + tail
