#!/usr/bin/python3
"""Frames a second while scrolling, beside the toolkit's floor, in turn; how long the main loop is held by a scroll
through 2,000 images while they load. See DESIGN.md beside this file."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys

import data
import floor
from measure import Report, run_json
from screen import Screen

SIZES = ((1024, 1024), (1920, 1080))
FLOOR_RATIO, FRAME_MS = 0.9, 1000 / 60


def ours(screen, options, size, folder, *more):
    width, height = size
    return run_json([options.negatoscope, 'bench', 'scroll', '--json', '--size', f'{width}x{height}', *more, folder],
                    env=screen.environment, cwd=options.work)


def rate(report, screen, options, size):
    name = f'{size[0]} x {size[1]}'
    rounds = []
    for i in range(options.pairs + 1):
        values = ours(screen, options, size, options.work + '/series')['scroll'], \
            floor.rate(options.floor, size, options.work, screen.environment)
        if i > 0:
            rounds.append(values)
    fps = statistics.median(scroll['fps'] for scroll, _ in rounds)
    ratio = statistics.median(scroll['fps'] / other for scroll, other in rounds)
    report.add(f'{name}: negatoscope', fps=fps,
               **{f'{key}_ms': statistics.median(scroll['interval'][f'{key}_ms'] for scroll, _ in rounds)
                  for key in ('median', 'p95', 'worst')})
    report.add(f'{name}: / toolkit floor', gate=FLOOR_RATIO, ratio=ratio,
               fps=statistics.median(other for _, other in rounds))


def holds(report, screen, options):
    """The program's own window, 2,000 images."""
    data.make_long_series(options.work)
    rounds = [ours(screen, options, (1600, 1000), options.work + '/long', '--window') for _ in range(options.pairs)]
    for phase in ('loading', 'scroll', 'drag'):
        worst = statistics.median(values[phase]['work']['worst_ms'] for values in rounds)
        report.add(f'2,000 images, {phase}: main loop held besides drawing', limit=1, ratio=worst / FRAME_MS,
                   worst_ms=worst, with_drawing_ms=statistics.median(values[phase]['hold']['worst_ms']
                                                                     for values in rounds),
                   paint_ms=statistics.median(values[phase]['paint']['median_ms'] for values in rounds))


def drag(report, screen, options):
    """The window of a mammogram, dragged: it is uploaded nowhere, and a frame of 60 Hz is enough for all of it, in the
    program's window and in a viewport alone. The worst frame of all rounds counts."""
    data.make_mammogram(options.work)
    for name, size, more in (('window', (1280, 800), ['--window', '--frames', '120']), ('viewport', (1024, 1024), [])):
        rounds = [ours(screen, options, size, options.work + '/mammogram', *more)['drag'] for _ in range(options.pairs)]
        hold = max(times['hold']['worst_ms'] for times in rounds)
        report.add(f'mammogram 3000 x 4000, {name} dragged: main loop held', limit=1, ratio=hold / FRAME_MS, worst_ms=hold,
                   cpu_worst_ms=max(times['hold_cpu']['worst_ms'] for times in rounds),
                   **{f'paint_{key}_ms': statistics.median(times['paint'][f'{key}_ms'] for times in rounds)
                      for key in ('median', 'p95', 'worst')},
                   work_worst_ms=max(times['work']['worst_ms'] for times in rounds))
        uploads = sum(times['uploads'] for times in rounds)
        report.add(f'mammogram 3000 x 4000, {name} dragged: uploads', limit=0, ratio=uploads)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', default=os.environ.get('NEGATOSCOPE_PERF', ''), help='other measuring programs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--only', choices=('rate', 'drag', 'holds'))
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    if not shutil.which('Xvfb'):
        print('bench-scroll: no Xvfb here', file=sys.stderr)
        return 77
    data.make(options.work)
    parts = [options.only] if options.only else ['rate', 'drag', 'holds']
    options.floor = floor.compile_floor(options.shared, options.work) if 'rate' in parts else None
    report, screen = Report('scroll', options.json), Screen()
    try:
        screen.manage()
        for size in SIZES if 'rate' in parts else ():
            if options.floor:
                rate(report, screen, options, size)
            else:
                report.skip(f'{size[0]} x {size[1]}', 'the floor is not here')
        if 'drag' in parts:
            drag(report, screen, options)
        if 'holds' in parts:
            holds(report, screen, options)
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-scroll: {failure}')
