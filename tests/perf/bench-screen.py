#!/usr/bin/python3
"""Frames a second on the screen beside Cornerstone3D in turn: planes of a volume, slabs, images of a series; how long the
main loop is held by planes; how soon a load that nobody waits for ends. See DESIGN.md beside this file."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

import cornerstone
import data
import floor
import memory
from measure import Report, run_json
from screen import Program, Screen

SQUARE, WIDE = (1024, 1024), (1920, 1080)
FRAME_MS = 1000 / 60
FLOOR_RATIO = 0.9
CANCEL_MS, CANCELS, WATCH_S = 100, 5, 1.0
WORK_NS = 50000  # of the processor between two looks: less is no decoding
STEPS, THEIR_STEPS, THEIR_IMAGES = 120, 20, 60

# Ours, theirs, at least so many times theirs.
PLANES = (('scroll', 'mpr_oblique_scroll', 4), ('turn', 'mpr_oblique_rotate', None), ('mip', 'mpr_mip20_oblique', 9))
STACKS = ((SQUARE, 3.5), (WIDE, 5))
HANDS = ('scroll', 'turn', 'mip-moving', 'window', 'crosshair', 'crosshair-mip')


def median(rounds, *keys):
    values = []
    for value in rounds:
        for key in keys:
            value = value[key]
        values.append(value)
    return statistics.median(values)


def ours(screen, options, size, *more):
    return run_json([options.negatoscope, 'bench', 'scroll', '--json', '--size', f'{size[0]}x{size[1]}', *more,
                     options.work + '/series'], env=screen.environment, cwd=options.work)


def in_turn(options, *measures):
    """[[value of each] of each round]; None where there is nothing to measure. No round to warm up: every program shows
    hundreds of frames after it has loaded all of them."""
    return [[measure() if measure else None for measure in measures] for _ in range(options.pairs)]


def floor_of(screen, options, size):
    return (lambda: floor.rate(options.floor, size, options.work, screen.environment)) if options.floor else None


def planes(report, screen, options, peer):
    rounds = in_turn(options, lambda: ours(screen, options, SQUARE, '--mpr', '--frames', STEPS),
                     peer and (lambda: peer.measure('volume', SQUARE, THEIR_STEPS)), floor_of(screen, options, SQUARE))
    own = [values[0] for values in rounds]
    if (own[0]['mip']['width_px'], own[0]['mip']['height_px']) != SQUARE:
        raise RuntimeError(f"the plane is not of {SQUARE}")
    for name, their_name, gate in PLANES:
        report.add(f'planes, {name}', **{key: median(own, name, key) for key in ('fps', 'median_ms', 'p95_ms', 'worst_ms')},
                   coarse_frames=median(own, name, 'coarse_frames'))
        if options.floor:
            report.add(f'planes, {name}: / toolkit floor',
                       ratio=statistics.median(value[0][name]['fps'] / value[2] for value in rounds),
                       fps=statistics.median(value[2] for value in rounds))
        if peer:
            report.add(f'planes, {name}: / Cornerstone3D', gate=gate,
                       ratio=statistics.median(value[0][name]['fps'] / value[1][their_name]['fps'] for value in rounds),
                       fps=median([value[1] for value in rounds], their_name, 'fps'))


def stack(report, screen, options, peer, size, gate):
    name = f'images {size[0]} x {size[1]}'
    rounds = in_turn(options, lambda: ours(screen, options, size),
                     peer and (lambda: peer.measure('stack', size, THEIR_IMAGES)), floor_of(screen, options, size))
    report.add(name, fps=median(rounds, 0, 'scroll', 'fps'),
               **{f'{key}_ms': median(rounds, 0, 'scroll', 'interval', f'{key}_ms') for key in ('median', 'p95', 'worst')})
    if options.floor:
        report.add(f'{name}: / toolkit floor', gate=FLOOR_RATIO, fps=median(rounds, 2),
                   ratio=statistics.median(value[0]['scroll']['fps'] / value[2] for value in rounds))
    if peer:
        report.add(f'{name}: / Cornerstone3D', gate=gate, fps=median(rounds, 1, 'scroll_fps'),
                   ratio=statistics.median(value[0]['scroll']['fps'] / value[1]['scroll_fps'] for value in rounds))
        report.add(f'{name}: / Cornerstone3D not awaited', fps=median(rounds, 1, 'raf_fps'),
                   ratio=statistics.median(value[0]['scroll']['fps'] / value[1]['raf_fps'] for value in rounds))


def holds(report, screen, options):
    """The program's own window: the longest turn of the main loop, drawing and all."""
    rounds = [ours(screen, options, (1600, 1000), '--mpr', '--window', '--frames', STEPS) for _ in range(options.pairs)]
    for name in HANDS:
        worst = median(rounds, name, 'hold_worst_ms')
        report.add(f'window, {name}: main loop held', limit=1, ratio=worst / FRAME_MS, worst_ms=worst,
                   **{key: median(rounds, name, key) for key in ('hold_p95_ms', 'paint_ms', 'work_worst_ms', 'fps')})
    report.add('window, window: planes sampled', limit=0, ratio=median(rounds, 'window', 'samplings'))


# --- Cancelling ---

def engines(session):
    found = []
    for process in memory.processes(session):
        try:
            with open(f'/proc/{process}/comm', encoding='ascii') as file:
                if file.read().startswith('negatoscope-eng'):
                    found.append(process)
        except OSError:
            pass
    return found


def work_ns(processes):
    """Of the processor. What takes the place of an engine that does not let go is not asked: its start is no decoding."""
    total = 0
    for process in processes:
        try:
            for task in os.listdir(f'/proc/{process}/task'):
                with open(f'/proc/{process}/task/{task}/schedstat', encoding='ascii') as file:
                    total += int(file.read().split()[0])
        except (OSError, IndexError):
            pass
    return total


def cancel_once(screen, options, keys):
    """Milliseconds from the key to the last look at which an engine had worked, and how many of them xdotool took."""
    command = [options.negatoscope, '--home', options.work + '/home', options.work + '/slow']
    with Program(screen, command, options.work) as program:
        program.wait_for_image()
        program.key('m')
        program.wait(lambda: memory.volumes_mib(program.session) > 2, 'slices of a volume')
        at_work = engines(program.session)
        before = work_ns(at_work)
        start = last = time.monotonic()
        program.key(*keys)
        pressed = time.monotonic()
        while time.monotonic() - start < WATCH_S:
            now = work_ns(at_work)
            if now - before > WORK_NS:
                last = time.monotonic()
            before = now
        return (last - start) * 1000, (pressed - start) * 1000


def cancel(report, screen, options):
    data.make_slow_series(options.work)
    times_ms, keys_ms = zip(*[cancel_once(screen, options, ['ctrl+w']) for _ in range(CANCELS)])
    report.add('2,000 slices of JPEG 2000 closed', limit=1, ratio=statistics.median(times_ms) / CANCEL_MS,
               median_ms=statistics.median(times_ms), longest_ms=max(times_ms), xdotool_ms=statistics.median(keys_ms))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', default=os.environ.get('NEGATOSCOPE_PERF', ''), help='other measuring programs')
    parser.add_argument('--modules', default=os.environ.get('NEGATOSCOPE_CORNERSTONE', ''),
                        help='folder with the packages of cornerstone/package.json')
    parser.add_argument('--only', choices=('planes', 'images', 'holds', 'cancel'))
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work, options.negatoscope = os.path.abspath(options.work), os.path.abspath(options.negatoscope)
    for program in ('Xvfb', 'xdotool'):
        if not shutil.which(program):
            print(f'bench-screen: no {program} here', file=sys.stderr)
            return 77
    data.make(options.work)
    options.floor = floor.compile_floor(options.shared, options.work)
    peer, why_not = cornerstone.prepare(options.shared, options.modules, options.work)
    report, screen = Report('screen', options.json), Screen()
    if why_not:
        report.skip('Cornerstone3D', why_not)
    parts = {'planes': lambda: planes(report, screen, options, peer),
             'images': lambda: [stack(report, screen, options, peer, size, gate) for size, gate in STACKS],
             'holds': lambda: holds(report, screen, options), 'cancel': lambda: cancel(report, screen, options)}
    try:
        screen.manage()
        for name, part in parts.items():
            if options.only in (None, name):
                part()
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-screen: {failure}')
