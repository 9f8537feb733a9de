"""The least that a GTK 4 program does to show slices: a shared program, where it is, compiled in the run."""
import os
import re
import subprocess

import pydicom

from measure import run

SLICES = 100  # what it scrolls through; the phantom changes little from one to the next


def compile_floor(shared, work):
    """Its path; None where it is not."""
    source, target = f'{shared}/src/gtkfloor.c', work + '/floor'
    if not shared or not os.path.exists(source):
        return None
    flags = run(['pkg-config', '--cflags', '--libs', 'gtk4', 'epoxy'])[0].decode().split()
    run(['gcc', '-O2', '-o', target, source, *flags])
    os.makedirs(work + '/fr/raw', exist_ok=True)
    for i in range(1, SLICES + 1):
        with open(f'{work}/fr/raw/IM{i:04}.rawl', 'wb') as file:
            file.write(pydicom.dcmread(f'{work}/series/{i:04}.dcm').PixelData)
    return target


def rate(program, size, work, environment):
    """Frames a second. It runs until it is ended; the rate is its second line."""
    with subprocess.Popen([program, *map(str, size), 'b'], env=environment, cwd=work, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as running:
        try:
            for line in running.stdout:
                found = re.search(r'presented ([0-9.]+) fps', line)
                if found:
                    return float(found[1])
        finally:
            running.kill()
    raise RuntimeError('the floor shows nothing')
