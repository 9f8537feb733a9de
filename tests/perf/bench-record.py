#!/usr/bin/python3
"""A demo of a window of 1280 x 800 while a series runs in it: how many pictures a second are recorded, how many are left out,
what it costs the program. 15 are wanted on two cores with the window still smooth. See DESIGN.md beside this file."""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'ui'))
import screen  # noqa: E402
from measure import Report  # noqa: E402

SECONDS, RATE_HZ, GATE, FRAME_MS = 10, 15, 0.9, 16
TICKS = os.sysconf('SC_CLK_TCK')


def processor_s(program):
    with open(f'/proc/{program.process.pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wait_draft(home, condition):
    def look():
        for path in glob.glob(os.path.join(home, 'data', 'drafts', '*', 'draft.json')):
            with open(path, encoding='utf-8') as file:
                said = json.load(file)
            if condition(said):
                return os.path.dirname(path)
        return None
    return screen.wait_until(look, what='a draft')


def scroll(program, seconds):
    """As fast as a hand can; how long a key takes until the program has gone on, in the end."""
    begin, before = time.monotonic(), processor_s(program)
    while time.monotonic() - begin < seconds:
        program.do('key', '--delay', '20', *['Down'] * 20, *['Up'] * 20)
    return (processor_s(program) - before) / (time.monotonic() - begin)


def pictures(path):
    done = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of',
                           'default=nw=1:nk=1', path], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def count_anew(program):
    """The program's own account of its frames begins again, by the one button of that window."""
    program.enter_window('Times of frames')
    program.do('key', 'space')
    program.do('windowfocus', program.window)


def loop_held_ms(program):
    """95 % and worst turn of the main loop since then, as its window of frame times tells."""
    names = [name for role, name in map(program.role_and_name, program.walk()) if role == 'label']
    at = names.index('Main loop held')
    return float(names[at + 4]), float(names[at + 5])


def measure(report):
    with screen.Folder() as folder, tempfile.TemporaryDirectory() as home:
        folder.add_series(60, size=512)
        with screen.Program('--home', home, folder.path) as program:
            program.wait_image()
            program.key('ctrl+shift+F12')
            count_anew(program)
            alone = scroll(program, SECONDS)
            held_alone_ms = loop_held_ms(program)
            program.key('shift+F1')
            wait_draft(home, lambda said: said['recording'])
            count_anew(program)
            recording = scroll(program, SECONDS)
            held_ms = loop_held_ms(program)
            program.key('shift+F1')
            draft = wait_draft(home, lambda said: not said['recording'])
        times = pictures(os.path.join(draft, 'take.webm'))
        busy = [at for at in times if at < SECONDS]
        rate = len(busy) / SECONDS
        gaps_ms = sorted(1000 * (b - a) for a, b in zip(busy, busy[1:]))
        report.add('recorded while scrolling', gate=GATE, ratio=rate / RATE_HZ, pictures_per_s=rate,
                   median_gap_ms=statistics.median(gaps_ms), worst_gap_ms=gaps_ms[-1])
        report.add('main loop held / a frame', limit=1, ratio=held_ms[0] / FRAME_MS, p95_ms=held_ms[0], worst_ms=held_ms[1],
                   alone_p95_ms=held_alone_ms[0], alone_worst_ms=held_alone_ms[1])
        report.add('cores taken by the program', alone=alone, recording=recording, more=recording - alone)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    screen.with_session_bus()
    display = screen.Display()
    report = Report('record', options.json)
    try:
        measure(report)
    finally:
        display.stop()
    sys.exit(report.finish())


main()
