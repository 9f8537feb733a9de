#!/usr/bin/python3
"""Orders per second with acknowledgement, over one and eight connections, each sender waiting for its answer: our listener,
which answers when the order is on the disk, beside node-hl7-server and python3-hl7, which keep nothing. See DESIGN.md."""
import argparse
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'python'))
from fault_homes import rows  # noqa: E402
from hl7_peers import Hl7Home, order  # noqa: E402
from measure import Report, in_turn, median_ratio, medians  # noqa: E402
from negtest import BUILD  # noqa: E402
from peers import free_port  # noqa: E402

PEER = os.path.join(HERE, '..', 'integration', 'hl7_peer.js')
ORDERS = 1000
PYTHON_SERVER = """
import asyncio, sys
from hl7.mllp import start_hl7_server
async def serve(reader, writer):
    try:
        while not writer.is_closing():
            writer.writemessage((await reader.readmessage()).create_ack())
            await writer.drain()
    except asyncio.IncompleteReadError:
        pass
    finally:
        writer.close()
async def main():
    async with await start_hl7_server(serve, port=int(sys.argv[1]), host='127.0.0.1') as server:
        print('ready', flush=True)
        await server.serve_forever()
asyncio.run(main())
"""


def send(port, first, count, barrier):
    """One sender, one order at a time."""
    frames = [b'\x0b' + order(f'C{i}', f'P{i}', patient=f'ID{i % 500}') + b'\x1c\r' for i in range(first, first + count)]
    with socket.create_connection(('127.0.0.1', port), timeout=60) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        barrier.wait()
        for frame in frames:
            link.sendall(frame)
            answer = b''
            while not answer.endswith(b'\x1c\r'):
                # Who answers in several pieces does not have to wait for us in between.
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                more = link.recv(4096)
                if not more:
                    raise RuntimeError('closed')
                answer += more
            if b'\rMSA|AA|' not in answer:
                raise RuntimeError(answer)


def cpu_s(process):
    """The processor time of a program so far, all of its threads."""
    with open(f'/proc/{process.pid}/stat') as file:
        words = file.read().rsplit(')', 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')


def rate(port, senders, listener):
    """Orders per second, and milliseconds of the listener's processor time for each."""
    before = cpu_s(listener)
    barrier = multiprocessing.Barrier(senders + 1)
    each = ORDERS // senders
    processes = [multiprocessing.Process(target=send, args=(port, n * each, each, barrier)) for n in range(senders)]
    for process in processes:
        process.start()
    barrier.wait()
    start = time.monotonic()
    for process in processes:
        process.join()
    seconds = time.monotonic() - start
    if any(process.exitcode for process in processes):
        raise RuntimeError('a sender failed')
    n = senders * each
    return n / seconds, 1000 * (cpu_s(listener) - before) / n


def ours(senders):
    with Hl7Home() as agent:
        found = rate(agent.hl7_port, senders, agent.process)
        kept = rows(agent, 'SELECT count(*) FROM imaging_order')[0][0]
        if kept != ORDERS // senders * senders:
            raise RuntimeError(f'{kept} orders are kept')
        return found


def sync_rate():
    """What this disk allows one after the other: a short write and its fdatasync, per second."""
    with tempfile.TemporaryDirectory() as folder:
        fd = os.open(os.path.join(folder, 'log'), os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(fd, b'x' * 4096 * 1000)
        os.fsync(fd)
        start = time.monotonic()
        for i in range(300):
            os.pwrite(fd, b'y' * 8192, i * 8192)
            os.fdatasync(fd)
        seconds = time.monotonic() - start
        os.close(fd)
        return 300 / seconds


class Server:
    def __init__(self, *command, environment=None):
        self.port = free_port()
        self.process = subprocess.Popen([*command, str(self.port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **(environment or {})})
        if self.process.stdout.readline() != b'ready\n':
            raise RuntimeError(f'{command[0]} does not say ready')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def others(folder):
    if shutil.which('node') and os.path.isdir(os.path.join(folder, 'node_modules', 'node-hl7-server')):
        yield 'node-hl7-server', lambda: Server('node', PEER, 'serve', environment={'HL7_FOLDER': folder})
    if os.path.exists('/usr/bin/mllp_send'):
        yield 'python3-hl7', lambda: Server('/usr/bin/python3', '-c', PYTHON_SERVER)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--peers', default=os.environ.get('NEGATOSCOPE_HL7_PEERS', os.path.join(BUILD, 'hl7peers')))
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    report = Report('hl7', options.json)
    for name, start in others(options.peers):
        for senders in (1, 8):
            with start() as server:
                rounds = in_turn(options.pairs, lambda: ours(senders), lambda: rate(server.port, senders, server.process),
                                 lambda: (sync_rate(),))
            rounds = [[*first, *second, *third] for first, second, third in rounds]
            middle = medians(rounds)
            report.add(f'{senders} at once / {name}', ratio=median_ratio(rounds, 0, 2), orders_per_s=middle[0],
                       theirs_per_s=middle[2], cpu_ms=middle[1], theirs_cpu_ms=middle[3], syncs_per_s=middle[4])
    return report.finish()


if __name__ == '__main__':
    sys.exit(main())
