#!/usr/bin/python3
"""From a key in the search of the reading list to the rows on the screen, at a million studies and at a thousand, and the
memory of both. See DESIGN.md beside this file."""
import argparse
import json
import os
import subprocess
import sys
import time

import memory
import screen as screens
from measure import Report

TEXTS = ('schmidtmann', 'hernandez', 'ct thorax', 'watanabeski', 'kowalski le', 'P0001234', 'garcia ot', 'sato', 'midt')
LENGTHS = 1000, 1000000
LIMIT_MS, HOLD_MS, GROWTH_MIB = 16, 16, 32
KEY_DELAY_MS = 180


def make(options, n):
    folder = f'{options.work}/list-{n}' if n != LENGTHS[-1] else options.work
    if not os.path.exists(folder + '/archive.db'):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([options.worklist, folder, str(n)], stdout=subprocess.DEVNULL, check=True)
    return folder


def press(screen, *arguments):
    subprocess.run(['xdotool', *arguments], env=screen.environment, check=True)


def type_all(screen):
    """Each text letter by letter and away again; then the program changes the order."""
    press(screen, 'mousemove', '2', '2')  # no row's tooltip
    for text in TEXTS * 2:
        press(screen, 'type', '--delay', str(KEY_DELAY_MS), text)
        time.sleep(KEY_DELAY_MS / 1000)
        press(screen, 'key', 'ctrl+a')
        time.sleep(KEY_DELAY_MS / 1000)  # no hand is within one frame of its last key
        press(screen, 'key', 'BackSpace')
        time.sleep(1)


def measure(screen, options, folder, shot):
    """(what the program says, MiB)."""
    with subprocess.Popen([options.repaint, folder], env=screen.environment, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
        try:
            if program.stdout.readline().strip() != 'ready':
                raise RuntimeError('bench-repaint does not begin')
            type_all(screen)
            screen.save(shot)
            used = memory.session_mib(program.pid)[0]
            program.stdin.close()
            return json.loads(program.stdout.readline()), used
        finally:
            program.kill()


def tell(report, n, values):
    what = f'{n:,} studies: '
    for name, title, limit in (('key_to_rows', 'key to repainted list', LIMIT_MS),
                               ('key_to_rows_less_tick', 'that less the wait for the frame', None),
                               ('key_to_rows_cpu', 'the main thread\'s processor time of it', LIMIT_MS),
                               ('key_to_answer', 'key to rows that are known', None)):
        report.add(what + title, limit=1 if limit else None, ratio=values[name]['p95_ms'] / (limit or LIMIT_MS),
                   **values[name])
    report.add(what + 'main loop held', p95_ms=values['hold']['p95_ms'], worst_ms=values['hold']['worst_ms'],
               keys=values['keys'], late=values['late'], rows=values['rows'], columns=values['columns'])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repaint', required=True)
    parser.add_argument('--worklist', required=True, help='makes the lists')
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    os.makedirs(options.work, exist_ok=True)
    folders = [make(options, n) for n in LENGTHS]
    screens.HEIGHT = 1440
    report, screen = Report('repaint', options.json), screens.Screen()
    used = []
    try:
        screen.manage()
        for n, folder in zip(LENGTHS, folders):
            values, mib = measure(screen, options, folder, f'{options.work}/repaint-{n}.png')
            used.append(mib)
            tell(report, n, values)
        report.add('memory: a million less a thousand', limit=1, ratio=(used[1] - used[0]) / GROWTH_MIB,
                   thousand_mib=used[0], million_mib=used[1])
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-repaint: {failure}')
