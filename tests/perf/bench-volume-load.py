#!/usr/bin/python3
"""A series as a volume, without a window: how long until all is there, what it takes of memory with the engines, how
soon a cancel is felt by them. See DESIGN.md beside this file."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import data
import memory
from measure import Report, run_json

SLICE_MIB = 0.5  # 512 x 512 x 2 bytes
OVERHEAD_MIB = 60
CANCEL_MS = 100


def peak_memory(program, folder, mode):
    """(most MiB at one time, of program and engines; its own words) until it says that all is there, and a little after."""
    with subprocess.Popen([program, folder, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          start_new_session=True) as running:
        os.set_blocking(running.stdout.fileno(), False)
        peak, said, end = 0, b'', time.monotonic() + 120
        while time.monotonic() < end:
            peak = max(peak, memory.session_mib(running.pid)[0])
            said += running.stdout.read() or b''
            if said.endswith(b'\n') and end > time.monotonic() + 1:
                end = time.monotonic() + 0.5
            if running.poll() is not None:
                break
        running.stdin.close()
    return peak, json.loads(said)


def measure_memory(report, options, name, count):
    for mode in ('hold-ready', 'hold-shared'):
        peak, said = peak_memory(options.volume_load, f'{options.work}/{name}', mode)
        if said['slices'] != count or said['store_bytes'] != 0:
            raise RuntimeError(f'{name}: {said}')
        limit = count * SLICE_MIB * 1.25 + OVERHEAD_MIB
        report.add(f'memory {count} slices, {mode[5:]}', limit=1, ratio=peak / limit, peak_mib=peak, limit_mib=limit)


def measure_ready(report, options, name, mode):
    rounds = [run_json([options.volume_load, f'{options.work}/{name}', mode]) for _ in range(options.rounds)]
    report.add(f'{name}: {mode}', ready_s=statistics.median(said['ready_s'] for said in rounds),
               held_ms=max(said['held_ms'] for said in rounds))


def measure_cancel(report, options, name):
    said = run_json([options.volume_load, f'{options.work}/{name}', 'cancel'])
    times_ms = said['cancel_ms']
    report.add(f'{name}: cancel of {said["slices"]} slices', limit=1, ratio=statistics.median(times_ms) / CANCEL_MS,
               median_ms=statistics.median(times_ms), longest_ms=max(times_ms))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--volume-load', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work, options.volume_load = os.path.abspath(options.work), os.path.abspath(options.volume_load)
    data.make(options.work)
    data.make_long_series(options.work)
    data.make_slow_series(options.work)
    report = Report('volume-load', options.json)
    for name in ('series', 'series-jpeg', 'long'):
        measure_ready(report, options, name, 'ready')
    measure_ready(report, options, 'long', 'shared')
    measure_memory(report, options, 'series', 500)
    measure_memory(report, options, 'long', 2000)
    for name in ('long', 'slow'):
        measure_cancel(report, options, name)
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-volume-load: {failure}')
