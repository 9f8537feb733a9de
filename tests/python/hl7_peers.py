"""Senders and receivers of HL7 messages for the tests: sockets and nothing else, so that every byte is the test's."""
import os
import socket
import ssl
import threading
import time

from fault_homes import Bus, Home

START, END = b'\x0b', b'\x1c\r'
PATIENCE_S = 60


def order(control='1', placer='P1', name='TEST^ONE', kind='ORM^O01', patient='PAT1', more='', code='NW', status='SC'):
    """An order that is complete enough to be taken."""
    return (f'MSH|^~\\&|RIS|HOSP|WS|RAD|20260102030405||{kind}|{control}|P|2.5.1{more}\r'
            f'PID|1||{patient}^^^ISS^MR||{name}||19700101|F\r'
            f'PV1|1|O\r'
            f'ORC|{code}|{placer}^RIS|F{placer}^RIS||{status}||||20260102030405\r'
            f'OBR|1|{placer}^RIS|F{placer}^RIS|CTHEAD^CT head^L||||||||||||||A{placer}|RP{placer}|SP{placer}||||CT|||1^^^20260103080000\r'
            ).encode()


def frame(message):
    return START + message + END


class Answer:
    """An acknowledgement, field by field."""

    def __init__(self, data):
        self.data = data
        separator = data[3:4]
        self.segments = [segment.split(separator) for segment in data.split(b'\r') if segment]

    def field(self, name, number):
        """'' where it is absent; MSH-1 counts."""
        for segment in self.segments:
            if segment[0] == name.encode():
                at = number - 1 if name == 'MSH' else number
                return segment[at].decode() if at < len(segment) else ''
        return ''

    @property
    def code(self):
        return self.field('MSA', 1)

    @property
    def control(self):
        return self.field('MSA', 2)

    @property
    def condition(self):
        """Of table 0357; 0 where there is none."""
        old, new = self.field('ERR', 1), self.field('ERR', 3)
        text = new.split('^')[0] if new else old.split('^')[3].split('&')[0] if old.count('^') >= 3 else ''
        return int(text) if text else 0


class Sender:
    """A connection to somebody who listens."""

    def __init__(self, port, context=None, timeout=PATIENCE_S):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname='localhost')
        self.buffer = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self):
        """The next answer; None: the connection has ended."""
        while END not in self.buffer:
            try:
                more = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLError, BrokenPipeError):
                return None
            if not more:
                assert not self.buffer, self.buffer
                return None
            self.buffer += more
        assert self.buffer.startswith(START), self.buffer
        message, self.buffer = self.buffer[1:].split(END, 1)
        return Answer(message)

    def is_quiet(self, seconds):
        """Nothing comes, and the connection stays."""
        self.socket.settimeout(seconds)
        try:
            self.buffer += self.socket.recv(65536)
            return False
        except (socket.timeout, TimeoutError):
            return not self.buffer
        finally:
            self.socket.settimeout(PATIENCE_S)

    def ask(self, message):
        self.send(frame(message))
        return self.read()


class Receiver:
    """Somebody who listens: `behave` is called with the connected socket and the message (unframed) of it."""

    def __init__(self, behave, context=None):
        self.behave, self.context = behave, context
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        self.got, self.ended = [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join(10)

    def serve(self):
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=[link], daemon=True).start()

    def serve_one(self, link):
        data = b''
        try:
            if self.context is not None:
                link = self.context.wrap_socket(link, server_side=True)
            while END not in data:
                more = link.recv(65536)
                if not more:
                    return
                data += more
            self.got.append(data[1:].split(END, 1)[0])
            self.behave(link, self.got[-1])
            # Until the other side goes.
            while link.recv(65536):
                pass
        except OSError:
            pass
        finally:
            self.ended.set()
            link.close()


def acknowledge(code, control, text=''):
    return frame(f'MSH|^~\\&|R|R|S|S|20260101||ACK|9|P|2.5\rMSA|{code}|{control}|{text}\r'.encode())


class Hl7Home(Home):
    """An agent that listens for messages too: its port is agent.hl7_port."""

    def __init__(self, hl7='', **rest):
        super().__init__(f'[hl7]\nport=auto\n{hl7}\n', **rest)

    def __enter__(self):
        agent = super().__enter__()
        find_port(agent)
        return agent


def find_port(agent):
    """Which port it is, of the agent that runs now."""
    agent.hl7_port = Bus(agent).call('Hello', '(u)', 1)[1]['hl7-port']
    return agent.hl7_port


def wait_until(done, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < end, 'it did not come to that'
        time.sleep(0.02)
    return found
