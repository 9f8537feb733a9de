#!/usr/bin/python3
"""Memory of the window and its engines with 500 CT images open, with the planes of their volume and of one of 2,000 slices,
less an empty GTK window's in the same round. See DESIGN.md beside this file."""
import argparse
import functools
import os
import shutil
import statistics
import subprocess
import sys

import data
import memory
from measure import Report
from screen import Program, Screen, peak_memory, watch_memory

SLICE_MIB = 0.5  # 512 x 512 x 2 bytes
OVERHEAD_MIB = 60


def images(screen, command, options, pixel_mib):
    peak, frames = peak_memory(screen, command, options.work)
    if frames < pixel_mib:
        raise RuntimeError(f'{command[-1]}: not all images were decoded')
    return peak


def planes(screen, command, options, pixel_mib, when_loaded):
    """M is pressed with the first image, or when all images are there as images."""
    with Program(screen, command, options.work) as program:
        program.wait_for_image()
        peak = watch_memory(program, timeout_s=120)[0] if when_loaded else 0
        program.key('m')
        program.wait(lambda: memory.volumes_mib(program.session) > 0, 'a volume')
        peak = max(peak, watch_memory(program, quiet_s=4, timeout_s=120)[0])
        if memory.volumes_mib(program.session) < pixel_mib:
            raise RuntimeError(f'{command[-1]}: not all slices were decoded')
        return peak


def measure(report, screen, options, what, folder, count, peak_of):
    command = [options.negatoscope, '--home', options.work + '/home', f'{options.work}/{folder}']
    # Drawn by cairo, as ours is where there is no graphics device: the smaller of the two empty windows.
    empty = ['env', 'GSK_RENDERER=cairo', 'GDK_DEBUG=gl-disable', options.empty_window]
    pixel_mib = count * SLICE_MIB
    limit_mib = pixel_mib * 1.25 + OVERHEAD_MIB
    rounds = [(peak_of(screen, command, options, pixel_mib), peak_memory(screen, empty, options.work)[0])
              for _ in range(options.pairs)]
    above = statistics.median(ours - window for ours, window in rounds)
    report.add(f'{what}: above an empty window', limit=1, ratio=above / limit_mib, above_mib=above, limit_mib=limit_mib,
               all_mib=statistics.median(ours for ours, _ in rounds),
               empty_window_mib=statistics.median(window for _, window in rounds))


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
    for program in ('Xvfb', 'xdotool'):
        if not shutil.which(program):
            print(f'bench-memory: no {program} here', file=sys.stderr)
            return 77
    data.make(options.work)
    data.make_long_series(options.work)
    report, screen = Report('memory', options.json), Screen()
    try:
        screen.manage()
        for name in ('series', 'series-jpeg'):
            measure(report, screen, options, name, name, 500, images)
        for name, count in (('series', 500), ('long', 2000)):
            for when_loaded in (False, True):
                measure(report, screen, options, f"{count} slices, planes {'after' if when_loaded else 'while'} loading",
                        name, count, functools.partial(planes, when_loaded=when_loaded))
    finally:
        screen.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-memory: {failure}')
