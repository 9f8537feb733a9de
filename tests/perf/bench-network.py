#!/usr/bin/python3
"""500 CT images (250 MiB) over the loopback, beside DCMTK's tools, Orthanc and curl, in turn. See DESIGN.md beside this
file: ours faces peers as they come, theirs are tuned on both ends (TCP_NODELAY)."""
import argparse
import glob
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import data  # noqa: E402
from agents import Agent  # noqa: E402
from measure import Report, in_turn, median_ratio, medians  # noqa: E402
from peers import Orthanc, StoreScp  # noqa: E402

STUDY = data.ROOT + '.1'
TUNED = {'TCP_NODELAY': '1'}
OBJECTS = 500
SENDERS = 4
WARM_S = 1.5  # an agent runs for days: its spare engines are there


def timed(command, environment=None):
    start = time.monotonic()
    done = subprocess.run([str(word) for word in command], env={**os.environ, **(environment or {})},
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]}: {done.returncode}: {done.stderr.decode(errors="replace")[-300:]}')
    return seconds


def store(port, ae, folder):
    """storescu, tuned."""
    return timed(['storescu', '-R', '-aec', ae, '+sd', '127.0.0.1', port, folder], TUNED)


def store_at_once(port, ae, folders):
    """A storescu for each of the folders; until the last one is done."""
    command = ['storescu', '-R', '-aec', ae, '+sd', '127.0.0.1', str(port)]
    start = time.monotonic()
    senders = [subprocess.Popen([*command, folder], env={**os.environ, **TUNED}, stdout=subprocess.DEVNULL)
               for folder in folders]
    statuses = [sender.wait() for sender in senders]
    if any(statuses):
        raise RuntimeError(f'storescu: {statuses}')
    return time.monotonic() - start


def ours(agent, *words):
    start = time.monotonic()
    answer = agent.ask(*words)
    seconds = time.monotonic() - start
    if answer['done'] != OBJECTS or answer['failed']:
        raise RuntimeError(f'{words}: {answer}')
    return seconds


class Fresh:
    """A new home for each measurement, with its agent running. It goes when the program does: on an ext4 without a journal
    a new file costs 0.5 ms for a minute after many were deleted."""

    def __init__(self, work, site):
        self.work, self.site = work, site

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix='net-', dir=self.work)
        self.agent = Agent(self.folder, self.site)
        try:
            self.agent.start()
            time.sleep(WARM_S)
            return self.agent
        except Exception:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def __exit__(self, *_):
        self.agent.stop()


def send(report, options, series):
    with StoreScp(options.work + '/scp-plain', keep=False) as plain, \
            StoreScp(options.work + '/scp-tuned', keep=False, environment=TUNED) as tuned, \
            Fresh(options.work, plain.site('SCP', use='store')) as agent:
        rounds = in_turn(options.pairs, lambda: ours(agent, 'send', 'SCP', series),
                         lambda: store(tuned.port, tuned.ae, series))
    report.add('send / tuned storescu', gate=0.9, ratio=1 / median_ratio(rounds, 0, 1), s=medians(rounds)[0],
               theirs_s=medians(rounds)[1])


def get_scu(orthanc, work):
    folder = tempfile.mkdtemp(prefix='net-', dir=work)
    seconds = timed(['getscu', '-S', '-aec', orthanc.ae, '-od', folder, '-k', 'QueryRetrieveLevel=STUDY', '-k',
                     'StudyInstanceUID=' + STUDY, '127.0.0.1', orthanc.port], TUNED)
    if len(os.listdir(folder)) != OBJECTS:
        raise RuntimeError('getscu did not get everything')
    return seconds


def curl(orthanc, folder):
    path = folder + '/study.multipart'
    return timed(['curl', '-s', '-f', '-o', path, '-H',
                  'Accept: multipart/related; type="application/dicom"; transfer-syntax=*',
                  f'{orthanc.web}/studies/{STUDY}'])


def retrieve(options, site, register=None):
    with Fresh(options.work, site) as agent:
        if register:
            register(agent)
        return ours(agent, 'retrieve', 'PACS', '--study', STUDY)


def retrieves(report, options, series):
    with Orthanc(options.work + '/orthanc-plain') as plain, \
            Orthanc(options.work + '/orthanc-tuned', environment=TUNED) as tuned:
        for orthanc in (plain, tuned):
            if not orthanc.get_json('/instances'):
                for path in sorted(glob.glob(series + '/*.dcm')):
                    orthanc.put_object(path)

        def register(agent):
            """A move needs to know where to."""
            plain.set_modality('ws', agent.ae, agent.port)

        rounds = in_turn(options.pairs,
                         lambda: retrieve(options, plain.site('PACS', retrieve='get')),
                         lambda: retrieve(options, plain.site('PACS', retrieve='move'), register),
                         lambda: get_scu(tuned, options.work),
                         lambda: retrieve(options, plain.web_site('PACS')),
                         lambda: curl(plain, options.work))
    middle = medians(rounds)
    report.add('C-GET / tuned getscu', gate=0.9, ratio=1 / median_ratio(rounds, 0, 2), s=middle[0], theirs_s=middle[2])
    report.add('C-MOVE / tuned getscu', gate=0.9, ratio=1 / median_ratio(rounds, 1, 2), s=middle[1],
               theirs_s=middle[2])
    report.add('WADO-RS / curl', gate=0.8, ratio=1 / median_ratio(rounds, 3, 4), s=middle[3], theirs_s=middle[4])


def receive_ours(options, send_to):
    with Fresh(options.work, '[dicom]\naccept-unknown=true\n') as agent:
        seconds = send_to(agent.port, agent.ae)
        if sum(study['instances'] for study in agent.ask('studies')) != OBJECTS:
            raise RuntimeError('not everything arrived')
        return seconds


def receive_fresh(options, send_to, peer, *arguments):
    """A peer of a folder of its own, as Fresh has it."""
    with peer(tempfile.mkdtemp(prefix='net-', dir=options.work), *arguments, environment=TUNED) as running:
        time.sleep(WARM_S)
        return send_to(running.port, running.ae)


def sync_folder(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(fd)
    os.close(fd)


def floor(work, series):
    """What the order alone costs on this disk, one object after the other and nobody sending: written, synced, renamed,
    its folder synced, a row committed."""
    folder = tempfile.mkdtemp(prefix='net-', dir=work)
    places = [os.path.join(folder, f'{i:02x}') for i in range(256)]
    for place in places:
        os.mkdir(place)
    database = sqlite3.connect(os.path.join(folder, 'rows.db'), isolation_level=None)
    database.executescript('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (name, text)')
    objects = []
    for path in sorted(glob.glob(series + '/*.dcm')):
        with open(path, 'rb') as file:
            objects.append(file.read())
    start = time.monotonic()
    for i, content in enumerate(objects):
        fd = os.open(os.path.join(folder, 'incoming'), os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(fd, content)
        os.fdatasync(fd)
        os.close(fd)
        place = places[i * 7 % len(places)]
        os.rename(os.path.join(folder, 'incoming'), os.path.join(place, str(i)))
        sync_folder(place)
        database.execute('INSERT INTO row VALUES (?, ?)', (str(i), 'x' * 500))
    seconds = time.monotonic() - start
    database.close()
    return seconds


def split(work, series):
    """The series in as many folders as there are senders."""
    folders = [os.path.join(work, f'part-{i}') for i in range(SENDERS)]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    for i, path in enumerate(sorted(glob.glob(series + '/*.dcm'))):
        os.link(path, os.path.join(folders[i % SENDERS], os.path.basename(path)))
    return folders


def receives(report, options, series):
    parts = split(options.work, series)

    def one(port, ae):
        return store(port, ae, series)

    def four(port, ae):
        return store_at_once(port, ae, parts)

    with StoreScp(options.work + '/scp-ignoring', keep=False, environment=TUNED) as ignoring:
        rounds = in_turn(options.pairs, lambda: receive_ours(options, one), lambda: receive_fresh(options, one, Orthanc),
                         lambda: receive_fresh(options, one, StoreScp, '-B'), lambda: floor(options.work, series),
                         lambda: receive_ours(options, four), lambda: receive_fresh(options, four, Orthanc),
                         lambda: receive_fresh(options, four, StoreScp, '-B', '--fork'),
                         lambda: one(ignoring.port, ignoring.ae))
    # One after the other, as a sender that waits has it: of this only an object's writing can be done while it comes.
    rounds = [[*seconds, seconds[3] + seconds[7]] for seconds in rounds]
    middle = medians(rounds)

    def add(what, mine, theirs, **gate):
        report.add(what, ratio=1 / median_ratio(rounds, mine, theirs), s=middle[mine], theirs_s=middle[theirs],
                   floor_s=middle[3], **gate)

    add("receive / Orthanc's ingest", 0, 1, gate=4)
    add('receive / storescp writing files', 0, 2, gate=0.5)
    add('receive / the syncs alone', 0, 3)
    add("the syncs alone / Orthanc's ingest", 3, 1)
    add("the syncs, and sending to nobody / Orthanc's ingest", 8, 1)
    add("four senders / Orthanc's ingest", 4, 5, gate=4)
    add('four senders / storescp --fork', 4, 6, gate=0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('parts', nargs='*', help='send retrieve receive; all')
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    for program in ('Orthanc', 'storescp', 'curl'):
        if not shutil.which(program):
            print(f'bench-network: no {program} here', file=sys.stderr)
            return 77
    data.make(options.work)
    series = options.work + '/series'
    report = Report('network', options.json)
    try:
        for name, part in (('send', send), ('retrieve', retrieves), ('receive', receives)):
            if not options.parts or name in options.parts:
                part(report, options, series)
    finally:
        for folder in glob.glob(options.work + '/net-*'):
            shutil.rmtree(folder, ignore_errors=True)
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError, AssertionError) as failure:
        sys.exit(f'bench-network: {failure}')
