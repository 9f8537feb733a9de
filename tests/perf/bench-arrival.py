#!/usr/bin/python3
"""From the answer to a C-STORE to the picture of that object on an X screen, in a window that waits for its study. See
DESIGN.md beside this file."""
import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy

from measure import Report
from screen import Screen

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import hostile_peers as hostile  # noqa: E402
import peers  # noqa: E402

LIMIT_S = 0.1
SIZE = 512
IMAGES = [(hostile.CT_STORAGE, hostile.IMPLICIT)]


def ct(uid, study, seed):
    """A CT image with the noise of a scanner, so that a screen that has it is like no other one."""
    data = hostile.small_ct(uid, study=study, patient='A' + study, name='ARRIVAL^' + study.rpartition('.')[2], size=SIZE)
    pixels = numpy.random.default_rng(seed).normal(1000, 300, (SIZE, SIZE)).clip(0, 4095).astype('<u2').tobytes()
    return data[:-len(pixels)] + pixels


class Archive:
    """A peer that knows one more study whenever it is asked, and takes its time to send it."""

    def __init__(self):
        self.studies, self.peer = [], hostile.HostilePeer(self.behave)

    def add(self, study):
        self.studies.append(study)

    def behave(self, link):
        link.accept()
        while (message := link.receive()) is not None:
            context, fields, data = message
            if fields[0x0100] == hostile.FIND_RQ:
                self.find(link, context, fields, data or b'')
            elif fields[0x0100] == hostile.CANCEL_RQ:
                continue
            else:
                threading.Event().wait(60)  # a retrieve that has not begun to send

    def find(self, link, context, fields, data):
        is_study = b'STUDY' in data
        for study in self.studies:
            number = study.rpartition('.')[2]
            if not is_study and study.encode() not in data:
                continue
            answer = hostile.element(8, 5, 'ISO_IR 100')
            if is_study:
                answer += (hostile.element(8, 0x20, '20260102') + hostile.element(8, 0x52, 'STUDY')
                           + hostile.element(8, 0x61, 'CT') + hostile.element(0x10, 0x10, 'ARRIVAL^' + number)
                           + hostile.element(0x10, 0x20, 'A' + study) + hostile.element(0x20, 0xd, study)
                           + hostile.element(0x20, 0x1208, '2'))
            else:
                answer += (hostile.element(8, 0x16, hostile.CT_STORAGE) + hostile.element(8, 0x18, study + '.1.1')
                           + hostile.element(8, 0x52, 'IMAGE') + hostile.element(0x20, 0xd, study)
                           + hostile.element(0x20, 0xe, study + '.1'))
            link.respond(context, fields, hostile.PENDING, answer)
        link.respond(context, fields, hostile.SUCCESS)


class Window:
    def __init__(self, options, screen, home, environment):
        self.screen = screen
        self.log = open(os.path.join(options.work, 'arrival.log'), 'wb')
        self.environment = {**screen.environment, **environment}
        self.process = subprocess.Popen([options.negatoscope, '--home', home], env=self.environment, stdout=self.log,
                                        stderr=self.log, start_new_session=True)

    def key(self, *keys):
        subprocess.run(['xdotool', 'key', '--delay', '20', *keys], env=self.environment, check=True)

    def type(self, text):
        subprocess.run(['xdotool', 'type', '--delay', '10', text], env=self.environment, check=True)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()


def quiet(screen, seconds=0.5, timeout_s=10):
    """The middle of the screen, where the images are, once nothing has changed there for a while."""
    middle = screen.pixels[200:900, 700:1800, :3]
    before, since, start = middle[::4, ::4].copy(), time.monotonic(), time.monotonic()
    while time.monotonic() - since < seconds and time.monotonic() - start < timeout_s:
        time.sleep(0.05)
        now = middle[::4, ::4].copy()
        if not numpy.array_equal(now, before):
            before, since = now, time.monotonic()


def has_noise(screen):
    """In the middle of the images: words on the dark page are few, the noise of an image is everywhere."""
    sample = screen.pixels[350:750:4, 900:1300:4, 0]
    return (sample > 70).mean() > 0.2


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f'not within {seconds} s: {what}')
        time.sleep(0.001)
    return time.monotonic()


def agent_pids(home):
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as file:
                words = file.read().split(b'\0')
        except OSError:
            continue
        if words[0].endswith(b'negatoscope-agent') and home.encode() in words:
            found.append(int(pid))
    return found


def open_waiting(window, screen, archive, study):
    """The entry is known by a query; Enter opens it and asks for it, and nothing comes yet."""
    archive.add(study)
    window.key('ctrl+f', 'ctrl+a')
    window.type('arrival ' + study.rpartition('.')[2])
    window.key('ctrl+Return')
    time.sleep(1.2)
    window.key('Down', 'Return')
    wait(lambda: not has_noise(screen), 10, 'the picture before has gone')
    quiet(screen)


def arrive(port, screen, study):
    """Seconds from the answer to the first object until it is on the screen."""
    data = ct(f"{study}.1.1", study, int(study.rpartition(".")[2]))
    with hostile.Caller(port, IMAGES, calling='SCANNER') as caller:
        time.sleep(0.1)
        if caller.store(data, study + '.1.1') != 0:
            raise RuntimeError('the object was refused')
        answered = time.monotonic()
        shown = wait(lambda: has_noise(screen), 10, 'the picture')
        caller.release()
    return shown - answered


def measure(report, options, screen):
    home = tempfile.mkdtemp(prefix='negatoscope-arrival-')
    archive, port = Archive(), peers.free_port()
    with open(home + '/site.conf', 'w', encoding='utf-8') as file:
        file.write(f'[dicom]\nport={port}\nlisten-address=127.0.0.1\naccept-unknown=true\n'
                   + archive.peer.site('Archive', use='query;retrieve'))
    window = None
    try:
        window = Window(options, screen, home, {'XDG_RUNTIME_DIR': home})
        peers.wait_for_port(port)
        time.sleep(1.5)
        found = []
        for i in range(options.rounds + 1):
            study = f'1.2.826.0.1.3680043.8.498.77.{1000 + i}'
            open_waiting(window, screen, archive, study)
            took = arrive(port, screen, study)
            if options.verbose:
                print(f'# {study}: {1000 * took:.0f} ms', file=sys.stderr)
            if i == 0:
                screen.save(options.work + '/arrival.png')
            else:
                found.append(took)
        report.add('first image of an arriving study', limit=1, ratio=statistics.median(found) / LIMIT_S,
                   median_s=statistics.median(found), worst_s=max(found), best_s=min(found))
    finally:
        if window is not None:
            window.close()
        for pid in agent_pids(home):
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.5)
        shutil.rmtree(home, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for pictures and logs')
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    os.makedirs(options.work, exist_ok=True)
    for program in ('Xvfb', 'xdotool'):
        if not shutil.which(program):
            print(f'bench-arrival: no {program} here', file=sys.stderr)
            return 77
    report, screen = Report('arrival', options.json), Screen()
    try:
        screen.manage()
        measure(report, options, screen)
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-arrival: {failure}')
