#!/usr/bin/python3
"""From exec to all 500 images decoded, beside Aeskulap, in turn: both say it by the last change of the screen. See
DESIGN.md beside this file."""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import sys

import data
from measure import Report
from screen import Screen, last_change

LIMITS = {'series': 0.35, 'series-jpeg': 0.25}
PIXEL_MIB = 250  # 500 images of 512 x 512 x 2 bytes


def series(report, screen, options, name):
    folder = f'{options.work}/{name}'
    commands = {'negatoscope': [options.negatoscope, '--home', options.work + '/home', folder]}
    if shutil.which('aeskulap'):
        commands['aeskulap'] = ['aeskulap', *sorted(glob.glob(folder + '/*.dcm'))]
    rounds = []
    for i in range(options.pairs + 1):
        values = {program: last_change(screen, command, options.work,
                                       shot=f'{options.work}/ready-{name}-{program}.png' if i == 0 else None)
                  for program, command in commands.items()}
        if values['negatoscope'] is None or values['negatoscope'][1][1] < PIXEL_MIB:
            raise RuntimeError(f'{name}: not all images are decoded when the screen no longer changes: {values}')
        if i > 0 and all(values.values()):
            rounds.append(values)
    report.add(f'{name}: all ready', ready_s=statistics.median(values['negatoscope'][0] for values in rounds))
    if 'aeskulap' not in commands:
        report.skip(f'{name}: / aeskulap', 'it is not installed')
        return
    report.add(f'{name}: / aeskulap', limit=LIMITS[name],
               ratio=statistics.median(values['negatoscope'][0] / values['aeskulap'][0] for values in rounds),
               ready_s=statistics.median(values['aeskulap'][0] for values in rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    if not shutil.which('Xvfb'):
        print('bench-ready: no Xvfb here', file=sys.stderr)
        return 77
    data.make(options.work)
    report, screen = Report('ready', options.json), Screen()
    try:
        screen.manage()
        for name in LIMITS:
            series(report, screen, options, name)
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-ready: {failure}')
