#!/usr/bin/python3
"""Memory of the window and its engines with 500 CT images open, less an empty GTK window's in the same round. See
DESIGN.md beside this file."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys

import data
from measure import Report
from screen import Screen, peak_memory

PIXEL_MIB = 250
LIMIT_MIB = PIXEL_MIB * 1.25 + 60


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--empty-window', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    for name in ('work', 'negatoscope', 'empty_window'):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    if not shutil.which('Xvfb'):
        print('bench-memory: no Xvfb here', file=sys.stderr)
        return 77
    data.make(options.work)
    report, screen = Report('memory', options.json), Screen()
    try:
        screen.manage()
        for name in ('series', 'series-jpeg'):
            command = [options.negatoscope, '--home', options.work + '/home', f'{options.work}/{name}']
            # Drawn by cairo, as ours is where there is no graphics device: the smaller of the two empty windows.
            empty = ['env', 'GSK_RENDERER=cairo', 'GDK_DEBUG=gl-disable', options.empty_window]
            rounds = [(peak_memory(screen, command, options.work), peak_memory(screen, empty, options.work)[0])
                      for _ in range(options.pairs)]
            if min(ours[1] for ours, _ in rounds) < PIXEL_MIB:
                raise RuntimeError(f'{name}: not all images were decoded')
            above = statistics.median(ours[0] - window for ours, window in rounds)
            report.add(f'{name}: above an empty window', limit=1, ratio=above / LIMIT_MIB, above_mib=above,
                       limit_mib=LIMIT_MIB, all_mib=statistics.median(ours[0] for ours, _ in rounds),
                       empty_window_mib=statistics.median(window for _, window in rounds))
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-memory: {failure}')
