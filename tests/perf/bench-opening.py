#!/usr/bin/python3
"""From the key that opens a study of the reading list to its first picture on an X screen: a study of one's own, one that
was brought ahead, and one that a peer still has, in turn. See DESIGN.md beside this file."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

import data
from measure import Report
from screen import Screen

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from agents import Agent  # noqa: E402
from peers import Orthanc  # noqa: E402

IMAGES, SIZE = 40, 512
LIMIT = 1.2
LOCAL, AHEAD, DEMAND = 'LOCAL', 'AHEAD', 'DEMAND'


def study_uid(kind, number):
    return f'{data.ROOT}.88.{(LOCAL, AHEAD, DEMAND).index(kind)}.{number}'


def make_study(folder, kind, number):
    """Noise, so that a screen that has it is like no other one."""
    os.makedirs(folder)
    generator = numpy.random.default_rng(number)
    for i in range(IMAGES):
        uid = f'{study_uid(kind, number)}.1.{i + 1}'
        pixels = generator.integers(0, 4095, (1, SIZE, SIZE), dtype=numpy.uint16)
        item = data._new_object(data.CT, uid, pixels, 1)
        item.StudyInstanceUID, item.SeriesInstanceUID = study_uid(kind, number), study_uid(kind, number) + '.1'
        item.PatientName, item.PatientID = f'{kind}{number}^BENCH', f'{kind}{number}'
        item.StudyDate, item.StudyTime, item.InstanceNumber = '20260102', '101500', i + 1
        item.WindowCenter, item.WindowWidth = 2048, 4096
        data._save(item, f'{folder}/{i:04d}.dcm')


class Window:
    def __init__(self, options, screen, agent):
        self.environment = {**screen.environment, 'XDG_RUNTIME_DIR': agent.environment['XDG_RUNTIME_DIR']}
        self.log = open(options.work + '/opening.log', 'wb')
        self.process = subprocess.Popen([options.negatoscope, '--home', agent.home], env=self.environment,
                                        stdout=self.log, stderr=self.log, start_new_session=True)

    def key(self, *keys):
        subprocess.run(['xdotool', 'key', '--delay', '20', *keys], env=self.environment, check=True)

    def type(self, text):
        subprocess.run(['xdotool', 'type', '--delay', '10', text], env=self.environment, check=True)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def has_noise(screen):
    """In the middle of the images: words on the dark page are few, the noise of an image is everywhere."""
    return (screen.pixels[350:750:4, 900:1300:4, 0] > 70).mean() > 0.2


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f'not within {seconds} s: {what}')
        time.sleep(0.001)
    return time.monotonic()


def open_study(window, screen, kind, number):
    """Seconds from the key; xdotool's own are about 5 ms of it in all three."""
    window.key('ctrl+w')
    wait(lambda: not has_noise(screen), 20, 'the picture before has gone')
    window.key('ctrl+f', 'ctrl+a')
    window.type(f'{kind.lower()}{number}')
    if kind == DEMAND:
        window.key('ctrl+Return')  # the peer is asked what it has
    time.sleep(2)
    window.key('Down')
    time.sleep(0.5)
    start = time.monotonic()
    window.key('Return')
    return wait(lambda: has_noise(screen), 60, f'the picture of {kind} {number}') - start


def prepare(options, agent, orthanc):
    for number in range(options.rounds + 1):
        for kind in (LOCAL, AHEAD, DEMAND):
            folder = tempfile.mkdtemp(prefix='study-', dir=options.work)
            try:
                make_study(folder + '/images', kind, number)
                if kind == LOCAL:
                    agent.ask('import', folder + '/images')
                    continue
                for name in sorted(os.listdir(folder + '/images')):
                    orthanc.put_object(f'{folder}/images/{name}')
                if kind == AHEAD:
                    agent.ask('retrieve', 'PACS', '--study', study_uid(kind, number))
            finally:
                shutil.rmtree(folder)


def open_all(options, window, screen):
    """What a peer still has comes after all others: what is opened next is slower, whatever that is."""
    rounds = []
    for number in range(options.rounds + 1):
        kinds = (LOCAL, AHEAD) if number % 2 else (AHEAD, LOCAL)
        rounds.append({kind: open_study(window, screen, kind, number) for kind in kinds})
    screen.save(options.work + '/opening.png')
    for number, values in enumerate(rounds):
        values[DEMAND] = open_study(window, screen, DEMAND, number)
        if options.verbose:
            print('# ' + ', '.join(f'{kind} {1000 * values[kind]:.0f} ms' for kind in values), file=sys.stderr)
    return rounds[1:]  # the first warms the caches up


def measure(report, options, screen, folder):
    with Orthanc(folder + '/orthanc') as orthanc, \
            Agent(folder, orthanc.site('PACS', use='query;retrieve', retrieve='get')) as agent:
        prepare(options, agent, orthanc)
        window = Window(options, screen, agent)
        try:
            time.sleep(4)
            rounds = open_all(options, window, screen)
        except RuntimeError:
            screen.save(options.work + '/opening-failed.png')
            raise
        finally:
            window.close()

    def ratio(one, other):
        return statistics.median(values[one] / values[other] for values in rounds)

    def seconds(kind):
        return statistics.median(values[kind] for values in rounds)

    report.add('one of our own', first_image_s=seconds(LOCAL))
    report.add('brought ahead / our own', limit=LIMIT, ratio=ratio(AHEAD, LOCAL), first_image_s=seconds(AHEAD))
    report.add('on demand / brought ahead', ratio=ratio(DEMAND, AHEAD), first_image_s=seconds(DEMAND))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for what is made and for logs')
    parser.add_argument('--rounds', type=int, choices=range(1, 10), default=9)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    os.makedirs(options.work, exist_ok=True)
    for program in ('Xvfb', 'xdotool', 'Orthanc'):
        if not shutil.which(program):
            print(f'bench-opening: no {program} here', file=sys.stderr)
            return 77
    report, screen = Report('opening', options.json), Screen()
    folder = tempfile.mkdtemp(prefix='opening-', dir=options.work)
    try:
        screen.manage()
        measure(report, options, screen, folder)
    finally:
        screen.close()
        shutil.rmtree(folder, ignore_errors=True)
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError, AssertionError) as failure:
        sys.exit(f'bench-opening: {failure}')
