#!/usr/bin/python3
"""What a web archive answers to a stored object, and what the agent is told: nothing that may be missing is done."""
import json
import os
import socket
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import netengine as net  # noqa: E402
from hostile_peers import small_ct  # noqa: E402
from negtest import Tap  # noqa: E402
from netengine import NetEngine  # noqa: E402

CT, IMPLICIT = '1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2'


def item(tag, inside):
    return {tag: {'vr': 'SQ', 'Value': [inside]}}


def us(tag, number):
    return {tag: {'vr': 'US', 'Value': [number]}}


NAMED = {'00081155': {'vr': 'UI', 'Value': ['1.2.3.4']}}
TAKEN = json.dumps(item('00081199', NAMED))
ANSWERS = [
    ('200 OK', TAKEN, 0),
    ('200 OK', '', 0),
    ('202 Accepted', json.dumps(item('00081199', {**NAMED, **us('00081196', 0xb000)})), 0xb000),
    ('202 Accepted', '<NativeDicomModel/>', 0x0110),
    ('202 Accepted', '', 0x0110),
    ('200 OK', json.dumps(item('00081198', {**NAMED, **us('00081197', 0xa700)})), 0xa700),
    ('200 OK', json.dumps(item('00081198', NAMED)), 0x0110),
    ('200 OK', json.dumps(item('0008119A', us('00081197', 0xc122))), 0xc122),
    ('409 Conflict', '<NativeDicomModel/>', 0x0110),
]


def answer_once(listener, status, body):
    connection, _ = listener.accept()
    with connection:
        data = b''
        while b'\r\n\r\n' not in data:
            data += connection.recv(65536)
        head, _, data = data.partition(b'\r\n\r\n')
        length = next(int(line[15:]) for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:'))
        while len(data) < length:
            data += connection.recv(65536)
        connection.sendall(f'HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}'.encode())


def store(status, body):
    with socket.socket() as listener, tempfile.TemporaryFile() as file, NetEngine() as engine:
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)
        threading.Thread(target=answer_once, args=(listener, status, body), daemon=True).start()
        file.write(small_ct('1.2.3.4'))
        file.flush()
        port = listener.getsockname()[1]
        engine.begin('web-store', port, url=f'http://127.0.0.1:{port}/web')
        engine.send(net.SEND, (0, CT, '1.2.3.4', IMPLICIT, 0, ''), [file.fileno()])
        kind, value = engine.until(net.DONE)[-1]
        assert kind == net.DONE, value
        return value[1]


def stored():
    for status, body, wanted in ANSWERS:
        told = store(status, body)
        assert told == wanted, f'{status} {body}: {told:04x}'


tap = Tap()
tap.run('answers to a stored object', stored)
tap.done()
