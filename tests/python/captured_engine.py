#!/usr/bin/python3
"""An engine that a peer has taken over: the real one behind a relay, which keeps the descriptors of the files that it is
given, and says of an object what is not so. CAPTURED_ENGINE: the real program; CAPTURED_LIES: "old=new" of the same
length, in what a network engine tells; CAPTURED_WRITES: a folder, whose file "now" asks for a write to all files kept."""
import array
import ctypes
import os
import select
import signal
import socket
import stat
import subprocess
import sys

HEADER_BYTES = 16
FDS_MAX = 16


def receive(source):
    """One message: descriptors come with its first byte. b'': the end."""
    data, ancillary, _, _ = source.recvmsg(HEADER_BYTES, socket.CMSG_SPACE(4 * FDS_MAX), socket.MSG_CMSG_CLOEXEC)
    fds = array.array('i')
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(payload[:len(payload) - len(payload) % 4])
    while data and (len(data) < HEADER_BYTES or len(data) < HEADER_BYTES + int.from_bytes(data[:4], 'little')):
        wanted = HEADER_BYTES if len(data) < HEADER_BYTES else HEADER_BYTES + int.from_bytes(data[:4], 'little')
        more = source.recv(wanted - len(data))
        if not more:
            return b'', []
        data += more
    return data, list(fds)


def send(target, data, fds):
    sent = target.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else [])
    target.sendall(data[sent:])


def write_to(kept, folder):
    if not os.path.exists(os.path.join(folder, 'now')):
        return
    for fd in kept:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            os.pwrite(fd, b'captured', 200)
    os.rename(os.path.join(folder, 'now'), os.path.join(folder, 'done'))


def relay(agent, engine, lie, folder):
    kept, old, new = [], *lie
    while True:
        for source in select.select([agent, engine], [], [], 0.02)[0]:
            data, fds = receive(source)
            if not data:
                return
            if source is agent:
                kept += [os.dup(fd) for fd in fds]
                send(engine, data, fds)
            else:
                send(agent, data.replace(old, new) if old else data, fds)
            for fd in fds:
                os.close(fd)
        if folder:
            write_to(kept, folder)


def main():
    program = os.environ['CAPTURED_ENGINE']
    if sys.argv[1:] != ['--network']:
        os.execv(program, [program, *sys.argv[1:]])
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # who starts us waits for that end
    agent = socket.socket(fileno=os.dup(3))
    ours, theirs = socket.socketpair()
    os.dup2(theirs.fileno(), 3)
    engine = subprocess.Popen([program, '--network'], pass_fds=[3])
    os.close(3)
    theirs.close()
    lie = [text.encode() for text in os.environ.get('CAPTURED_LIES', '=').split('=')]
    try:
        relay(agent, ours, lie, os.environ.get('CAPTURED_WRITES'))
    except OSError:
        pass
    engine.kill()
    engine.wait()


if __name__ == '__main__':
    main()
