"""Web servers that misbehave on purpose, and a TLS front before one that does not. Raw sockets: HTTP as it comes."""
import base64
import socket
import ssl
import threading

BOUNDARY = 'frontier'
MULTIPART = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
JSON = 'application/dicom+json'


class WebServer:
    """Calls answer(request, connection) for each request; True: the connection stays. `requests` are their first lines."""

    def __init__(self, answer, wrap=None):
        self.answer, self.wrap, self.requests, self.n_connections = answer, wrap, [], 0
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
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.n_connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.wrap:
                connection = self.wrap(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while head := self.read_head(connection):
                self.requests.append(head.split('\r\n')[0])
                if not self.answer(head, connection):
                    break
        except OSError:
            pass
        connection.close()

    @staticmethod
    def read_head(connection):
        data = b''
        while b'\r\n\r\n' not in data:
            more = connection.recv(1)
            if not more:
                return ''
            data += more
        return data.decode()

    def site(self, name, **more):
        values = {'address': f'http://127.0.0.1:{self.port}/web', **more}
        return f'[peer {name}]\n' + ''.join(f'{key}={value}\n' for key, value in values.items())


def reply(connection, body=b'', kind=JSON, status='200 OK', length=None, more=''):
    length = len(body) if length is None else length
    connection.sendall(f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n'.encode()
                       + body)
    return True


def part(body, kind='application/dicom'):
    return f'\r\n--{BOUNDARY}\r\nContent-Type: {kind}\r\n\r\n'.encode() + body


END = f'\r\n--{BOUNDARY}--\r\n'.encode()


class TlsFront(WebServer):
    """TLS before a plain port; with `user` (name:password) it wants that."""

    def __init__(self, target, certificate, user=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + '.pem', certificate + '.key')
        self.target = target
        self.wanted = user and base64.b64encode(user.encode()).decode()
        super().__init__(self.forward, lambda connection: context.wrap_socket(connection, server_side=True))

    def forward(self, head, connection):
        if self.wanted and f'Authorization: Basic {self.wanted}\r\n' not in head:
            return reply(connection, status='401 Unauthorized', more='WWW-Authenticate: Basic realm="x"\r\n')
        with socket.create_connection(('127.0.0.1', self.target)) as server:
            server.sendall(head.replace('\r\n', '\r\nConnection: close\r\n', 1).encode())
            left = next((int(line[15:]) for line in head.split('\r\n') if line.startswith('Content-Length:')), 0)
            while left > 0:
                data = connection.recv(min(left, 65536))
                server.sendall(data)
                left -= len(data)
            while data := server.recv(65536):
                connection.sendall(data)
        return False
