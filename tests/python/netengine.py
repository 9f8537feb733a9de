"""A network engine at the other end of a socket, spoken to in its own messages (src/wire/neg-net-message.h)."""
import os
import select
import socket
import struct
import subprocess
import time

from gi.repository import GLib

ENGINE = os.environ.get('NEGATOSCOPE_ENGINE', '')
# Where an engine looks for its socket: kept, so that nothing else is there when one is started.
try:
    os.fstat(3)
except OSError:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 3)
CANCEL, READY = 4, 64
BEGIN, KEYS, SEND, FILES, STATUS, MOVE, ACTION, VERDICT, SOCKET, FINISH = range(32, 42)
OPENED, ROWS, DONE, COUNTS, FAILED, PROGRESS, RECEIVED, EVENT, CONNECT, END = range(96, 106)
TYPES = {BEGIN: 'a{sv}', KEYS: '(uuba(ss))', SEND: '(usssts)', FILES: '(u)', STATUS: '(uus)', MOVE: '(ssa(ss))',
         ACTION: '(sa(ss))', VERDICT: '(uu)', SOCKET: '(s)', FINISH: '()', OPENED: 'a{sv}', ROWS: '(uaa(ss))',
         DONE: '(uuas)', COUNTS: '(uuuu)', FAILED: 'as', PROGRESS: '(t)', RECEIVED: '(uta{sv})',
         EVENT: '(sa(ss)a(ssu))', CONNECT: '()', END: '(uss)'}
# NegErrorCode
CODES = ('unreadable truncated nesting size-overflow inconsistent unsupported engine-died timeout memory disk-full '
         'not-found refused aborted tls auth protocol cancelled busy conflict usage').split()


class Died(Exception):
    pass


class NetEngine:
    """One engine; leaving it ends it."""

    def __init__(self):
        self.socket, theirs = socket.socketpair()
        fd = theirs.fileno()

        def place():
            os.dup2(fd, 3)

        environment = {name: value for name, value in os.environ.items()
                       if name in ('DCMDICTPATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS')}
        self.process = subprocess.Popen([ENGINE, '--network'], pass_fds=[3], preexec_fn=place,
                                        env={'LANG': 'C.UTF-8', **environment})
        theirs.close()
        kind, body = self.receive_raw(20)
        assert kind == READY and len(body) == 4, (kind, body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(self, kind, value=None, fds=()):
        body = b''
        if kind != CANCEL:
            body = GLib.Variant(TYPES[kind], () if value is None else value).get_data_as_bytes().get_data()
        try:
            socket.send_fds(self.socket, [struct.pack('<IHHQ', len(body), kind, len(fds), 0) + body], list(fds))
        except BrokenPipeError:
            pass  # it has ended, and what it said last can still be read

    def receive_raw(self, seconds):
        end = time.monotonic() + seconds
        data = b''
        length = 16
        while len(data) < length:
            if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f'no message within {seconds} s')
            more = self.socket.recv(length - len(data))
            if not more:
                raise Died(f'the engine has gone: {self.process.wait(5)}')
            data += more
            if len(data) == 16:
                length = 16 + struct.unpack('<IHHQ', data)[0]
        return struct.unpack('<IHHQ', data[:16])[1], data[16:]

    def receive(self, seconds=60):
        """(type, value)"""
        kind, body = self.receive_raw(seconds)
        variant = GLib.Variant.new_from_bytes(GLib.VariantType(TYPES[kind]), GLib.Bytes(body), False)
        assert variant.is_normal_form()
        return kind, variant.unpack()

    def begin(self, role, port, connection=None, **options):
        """With options as in the header, "-" as "_"."""
        connection = connection or socket.create_connection(('127.0.0.1', port))
        signatures = {'timeout_s': 'u', 'tls': 'b', 'tls_need_client': 'b', 'tls_ca': 'ay', 'tls_certificate': 'ay',
                      'tls_key': 'ay', 'contexts': 'a(sas)'}
        values = {'role': GLib.Variant('s', role)}
        for name, value in {'calling_ae': 'WS1', 'called_ae': 'ANY', **options}.items():
            values[name.replace('_', '-')] = GLib.Variant(signatures.get(name, 's'), value)
        self.send(BEGIN, values, [connection.fileno()])
        connection.close()

    def until(self, *kinds, seconds=60):
        """Messages up to the first of these kinds; END always ends."""
        messages = [self.receive(seconds)]
        while messages[-1][0] not in (*kinds, END):
            messages.append(self.receive(seconds))
        return messages

    def end(self, seconds=60):
        """(error's name or None, message, where)"""
        code, message, where = self.until(END, seconds=seconds)[-1][1]
        return (CODES[code - 1] if code else None), message, where

    def query(self, keys, limit=0, number=1):
        self.send(KEYS, (number, limit, False, list(keys.items())))


def rows_of(messages):
    return [dict(row) for kind, value in messages if kind == ROWS for row in value[1]]


def sizes_of(pid):
    with open(f'/proc/{pid}/status') as file:
        return {name: value.strip() for name, _, value in (line.partition(':') for line in file)}
