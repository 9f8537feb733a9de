#!/usr/bin/python3
"""The order in which a received object is kept, by the system calls themselves: synced, renamed, its folder synced, its
row committed and synced, and only then the peer is answered."""
import os
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import agents  # noqa: E402
import hostile_peers as hostile  # noqa: E402
from negtest import Skip, Tap  # noqa: E402

CALLS = 'fdatasync,fsync,rename,renameat,renameat2,link,linkat,sendmsg,sendto,write,writev'
LINE = re.compile(r'^(\d+)\s+([\d.]+) (\w+)\((.*)$')


class TracedAgent(agents.Agent):
    @property
    def trace(self):
        return self.log_path + '.trace'

    def command(self):
        return [shutil.which('strace'), '-f', '-qq', '-y', '-ttt', '-s', '0', '-e', 'trace=' + CALLS, '-o', self.trace,
                agents.AGENT, '--home', self.home, '--foreground']


def calls_between(trace, begin, end):
    """(time, name, arguments) of the calls that ended in this time, in their order."""
    found, unfinished = [], {}
    with open(trace, errors='replace') as file:
        for line in file:
            line = re.sub(r'<unfinished \.\.\.>$', '', line.rstrip())
            resumed = re.match(r'^(\d+)\s+([\d.]+) <\.\.\. (\w+) resumed>(.*)$', line)
            match = LINE.match(line)
            if resumed:
                pid, when, name, rest = resumed.groups()
                found.append((float(when), name, unfinished.pop(pid, '') + rest))
            elif match:
                pid, when, name, rest = match.groups()
                if ' = ' in rest:
                    found.append((float(when), name, rest))
                else:
                    unfinished[pid] = rest
    return sorted(call for call in found if begin <= call[0] <= end)


def first(calls, what, names, pattern, after=-1):
    for i, (_, name, arguments) in enumerate(calls):
        if i > after and name in names and re.search(pattern, arguments):
            return i
    shown = '\n'.join(f'{name}({arguments}' for _, name, arguments in calls)
    raise AssertionError(f'no {what} after call {after} of:\n{shown}')


def order():
    if shutil.which('strace') is None:
        raise Skip('no strace here')
    folder = tempfile.mkdtemp(prefix='order-')
    agent = TracedAgent(folder, dicom='accept-unknown=true\n')
    try:
        agent.start()
        with hostile.Caller(agent.port, [(hostile.CT_STORAGE, hostile.IMPLICIT)]) as caller:
            # The first one makes folders and a new database page or two; the second is the everyday one.
            for uid in ('1.2.3.4.1', '1.2.3.4.2'):
                begin = time.time()
                assert caller.store(hostile.small_ct(uid), uid) == 0
                end = time.time()
        time.sleep(0.3)
        calls = calls_between(agent.trace, begin, end)
        synced = first(calls, 'sync of the object', ('fdatasync', 'fsync'), r'/incoming/')
        renamed = first(calls, 'rename', ('rename', 'renameat', 'renameat2', 'link', 'linkat'), r'/objects/|objects', synced)
        at_folder = first(calls, 'sync of the folder', ('fsync', 'fdatasync'), r'/objects/[0-9a-f]{2}>', renamed)
        committed = first(calls, 'sync of the database', ('fsync', 'fdatasync'), r'archive\.db', at_folder)
        answered = first(calls, 'answer', ('sendto', 'sendmsg', 'write', 'writev'), r'<(TCP|socket).*', committed)
        # And nobody had answered the peer before: what goes to it is on a TCP socket.
        early = [call for call in calls[:committed] if call[1] in ('sendto', 'write', 'writev') and '<TCP' in call[2]]
        assert not early, early
        print(f'# calls {synced} < {renamed} < {at_folder} < {committed} < {answered} of {len(calls)}')
    finally:
        agent.kill()
        shutil.rmtree(folder, ignore_errors=True)


tap = Tap()
tap.run('synced, renamed, folder synced, committed, answered', order)
tap.done()
