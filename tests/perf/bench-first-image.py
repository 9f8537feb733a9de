#!/usr/bin/python3
"""From exec to the first picture of a CT series on an X screen, beside the toolkit's floor and other viewers, in turn.
See DESIGN.md beside this file."""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import sys

import data
import floor
from measure import Report
from screen import Screen, first_image


def programs(options, folder):
    """{name: (command, limit of our ratio to it)}, ours first."""
    files = sorted(glob.glob(folder + '/*.dcm'))
    found = {'negatoscope': ([options.negatoscope, '--home', options.work + '/home', folder], None)}
    if options.floor:
        found['toolkit floor'] = ([options.floor, 1024, 1024], 1.5)
    if shutil.which('mrview') and not folder.endswith('-jpeg'):
        found['mrview'] = (['mrview', folder], 0.7)
    if shutil.which('aeskulap'):
        found['aeskulap'] = (['aeskulap', *files], 0.55)
    return found


def series(report, screen, options, folder):
    chosen = programs(options, folder)
    name = os.path.basename(folder)
    rounds = []
    for i in range(options.pairs + 1):
        values = {}
        for program, (command, _) in chosen.items():
            shot = f'{options.work}/{name}-{program.replace(" ", "-")}.png' if i == 0 else None
            values[program] = first_image(screen, command, options.work, shot=shot)
        if i > 0:
            rounds.append(values)
    if any(values['negatoscope'] is None for values in rounds):
        raise RuntimeError(f'{name}: negatoscope shows no picture')
    ours = [values['negatoscope'] for values in rounds]
    report.add(f'{name}: negatoscope', first_image_s=statistics.median(value[0] for value in ours),
               cpu_s=statistics.median(value[1] for value in ours))
    for program, (_, limit) in list(chosen.items())[1:]:
        shown = [values for values in rounds if values[program]]
        if not shown:
            report.skip(f'{name}: / {program}', 'it shows no picture')
            continue
        report.add(f'{name}: / {program}', limit=limit,
                   ratio=statistics.median(values['negatoscope'][0] / values[program][0] for values in shown),
                   first_image_s=statistics.median(values[program][0] for values in shown),
                   cpu_s=statistics.median(values[program][1] for values in shown),
                   cpu_ratio=statistics.median(values['negatoscope'][1] / max(values[program][1], 0.01)
                                               for values in shown))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', default=os.environ.get('NEGATOSCOPE_PERF', ''), help='other measuring programs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    if not shutil.which('Xvfb'):
        print('bench-first-image: no Xvfb here', file=sys.stderr)
        return 77
    data.make(options.work)
    options.floor = floor.compile_floor(options.shared, options.work)
    report, screen = Report('first-image', options.json), Screen()
    try:
        screen.manage()
        for folder in ('series', 'series-jpeg'):
            series(report, screen, options, f'{options.work}/{folder}')
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-first-image: {failure}')
