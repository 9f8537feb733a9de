#!/usr/bin/python3
"""Codecs: decoded MiB per CPU-second through the engine, against the codec's own tool and against its library alone, in
turn; and what a second engine adds. See DESIGN.md beside this file."""
import argparse
import glob
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import pydicom

import data
from measure import Report, in_turn, median_ratio, medians, run, run_json

MIB = 1 << 20
MEMORY = '/dev/shm'  # a file system without a disk
LOSSLESS = ('rle', 'jpeg-lossless', 'jpeg-ls', 'jpeg-2000', 'htj2k')
LIBRARIES = {'jpeg-2000': 'jpeg-2000', 'jpeg-ls': 'jpeg-ls', 'jpeg-8bit': 'jpeg', 'jpeg-color': 'jpeg'}
OBJECT_TOOLS = {'rle': 'dcmdrle', 'jpeg-lossless': 'dcmdjpeg', 'jpeg-ls': 'dcmdjpls'}
FRAME_TOOLS = {'jpeg-2000': ('opj_decompress', 'rawl'), 'htj2k': ('ojph_expand', 'rawl'),
               'jpeg-8bit': ('djpeg', 'pgm'), 'jpeg-color': ('djpeg', 'ppm')}
# Of the projects' shared measuring program, compiled in the run where it is: the libraries that have no C interface.
SHARED_KINDS = {'rle': 'dcmtk', 'jpeg-lossless': 'dcmtk', 'htj2k': 'ojph'}


class Bench:
    def __init__(self, options):
        self.options, self.work = options, options.work
        self.memory = tempfile.mkdtemp(prefix='negatoscope-bench-', dir=MEMORY if os.path.isdir(MEMORY) else None)

    def close(self):
        shutil.rmtree(self.memory)

    def folder(self, encoding):
        return f'{self.work}/{encoding.name}'

    def codestreams(self, encoding):
        return sorted(glob.glob(f'{self.work}/{encoding.name}-frames/*.{encoding.suffix}'))

    # --- rates, in MiB per CPU-second ---

    def engine(self, folder, engines=1):
        return run_json([self.options.negatoscope, 'bench', 'decode', '--json', '--repeat', 1, '--engines', engines,
                         folder])

    def engine_rate(self, encoding):
        return self.engine(self.folder(encoding))['mib_per_cpu_s']

    def library_rate(self, encoding):
        """All frames as often as the objects repeat them, in one process."""
        result = run_json([self.options.library_decode, LIBRARIES[encoding.name], encoding.objects,
                           *self.codestreams(encoding)])
        return result['bytes'] / MIB / result['cpu_s']

    def tool_rate(self, encoding):
        """A tool does what it is for: it writes the pixels, into memory as the engine does; less what it needs to do
        the same with a tiny picture, as the engine's start is taken off."""
        command, inputs = self.tool(encoding)
        start = statistics.median(run(command(inputs(encoding.name + '-tiny')[0]))[1] for _ in range(3))
        paths = inputs(encoding.name)
        cpu = sum(run(command(path))[1] - start for path in paths)
        decoded = self.frame_bytes(encoding) * len(paths) * (1 if encoding.name in FRAME_TOOLS else self.frames(encoding))
        return decoded / MIB / cpu

    def tool(self, encoding):
        """Its command for one file, and its files by the name of a folder."""
        if encoding.name in FRAME_TOOLS:
            name, suffix = FRAME_TOOLS[encoding.name]
            out = f'{self.memory}/out.{suffix}'
            commands = {'ojph_expand': lambda path: [name, '-i', path, '-o', out],
                        'opj_decompress': lambda path: [name, '-quiet', '-threads', 1, '-i', path, '-o', out],
                        'djpeg': lambda path: [name, '-outfile', out, path]}
            return commands[name], lambda folder: sorted(glob.glob(f'{self.work}/{folder}-frames/*'))
        name = OBJECT_TOOLS[encoding.name]
        return lambda path: [name, path, self.memory + '/out.dcm'], \
            lambda folder: sorted(glob.glob(f'{self.work}/{folder}/*.dcm'))

    def tool_name(self, encoding):
        return FRAME_TOOLS[encoding.name][0] if encoding.name in FRAME_TOOLS else OBJECT_TOOLS[encoding.name]

    def raw(self, encoding):
        return pydicom.dcmread(f'{self.work}/raw/{encoding.raw}.dcm')

    def frames(self, encoding):
        return int(self.raw(encoding).NumberOfFrames)

    def frame_bytes(self, encoding):
        return len(self.raw(encoding).PixelData) // self.frames(encoding)

    def shared_rate(self, encoding):
        """DCMTK and OpenJPH in a process of their own."""
        kind = SHARED_KINDS[encoding.name]
        folder = self.folder(encoding) + ('' if kind == 'dcmtk' else '-frames')
        passes = 1 if kind == 'dcmtk' else encoding.objects
        lines = run([self.options.decbench, kind, folder, 1, passes])[0].decode().splitlines()
        return statistics.median(float(line.split('wall ')[1].split()[0]) for line in lines)

    # --- what is measured ---

    def verify(self, encoding):
        """Equal pixels before any time is taken."""
        raw, size = self.raw(encoding), self.frame_bytes(encoding)
        for frame in (1, self.frames(encoding)):
            decoded = run_json([self.options.negatoscope, 'decode', '--json', '--frame', frame,
                                self.folder(encoding) + '/000.dcm'])
            expected = hashlib.sha256(raw.PixelData[(frame - 1) * size:frame * size]).hexdigest()
            if decoded.get('sha256') != expected:
                raise RuntimeError(f'{encoding.name}, frame {frame}: other pixels')

    def peers(self, encoding):
        """(name, measure, gate)"""
        found = []
        if shutil.which(self.tool_name(encoding)):
            gate = 2.0 if encoding.name == 'rle' else 0.95
            found.append((self.tool_name(encoding), lambda: self.tool_rate(encoding), gate))
        if encoding.name in LIBRARIES:
            found.append(('library alone', lambda: self.library_rate(encoding), None))
        if encoding.name in SHARED_KINDS and self.options.decbench:
            found.append(('library alone', lambda: self.shared_rate(encoding), None))
        return found

    def codec(self, report, encoding):
        if encoding.name in LOSSLESS:
            self.verify(encoding)
        peers = self.peers(encoding)
        rounds = in_turn(self.options.pairs, lambda: self.engine_rate(encoding), *[measure for _, measure, _ in peers])
        rates = medians(rounds)
        for i, (name, _, gate) in enumerate(peers, 1):
            report.add(f'{encoding.name} / {name}', gate=gate, ratio=median_ratio(rounds, 0, i),
                       engine_mib_per_cpu_s=rates[0], peer_mib_per_cpu_s=rates[i])

    def at_once(self, count):
        """MiB of JPEG 2000 in a second by so many processes that share nothing: what the machine has to give."""
        encoding = next(encoding for encoding in data.ENCODINGS if encoding.name == 'jpeg-2000')
        command = [self.options.library_decode, 'jpeg-2000', '1', *self.codestreams(encoding)]
        start = time.monotonic()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
        for process in running:
            process.wait()
        return count * self.frame_bytes(encoding) * self.frames(encoding) / MIB / (time.monotonic() - start)

    def second_engine(self, report, encoding):
        what, folder = f'{encoding.name}: two engines / one', self.folder(encoding)
        if os.cpu_count() < 2:
            report.skip(what, 'one core')
            return
        rounds = in_turn(self.options.pairs, lambda: self.engine(folder, 2)['mib_per_s'],
                         lambda: self.engine(folder, 1)['mib_per_s'], lambda: self.at_once(2), lambda: self.at_once(1))
        two, one = medians(rounds)[:2]
        machine = median_ratio(rounds, 2, 3)
        # Where two programs that share nothing do not get two cores, the gate would judge the neighbours.
        report.add(what, gate=1.85 if machine > 1.9 else None, ratio=median_ratio(rounds, 0, 1),
                   two_processes_ratio=machine, two_mib_per_s=two, one_mib_per_s=one)


def compile_decbench(shared, work):
    """None where there is no shared measuring program, or it does not compile."""
    source, target = f'{shared}/src/decbench.cc', work + '/decbench'
    if not os.path.exists(source):
        return None
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        dcmtk = ['-ldcmjpeg', '-ldcmjpls', '-ldcmimgle', '-ldcmdata', '-loflog', '-lofstd', '-lijg8', '-lijg12',
                 '-lijg16', '-ldcmtkcharls']
        try:
            run(['g++', '-O2', '-std=c++17', '-o', target, source, '-lopenjp2', '-lcharls', '-lopenjph', *dcmtk,
                 '-lpthread'])
        except (RuntimeError, OSError):
            return None
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--library-decode', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', default=os.environ.get('NEGATOSCOPE_PERF', ''), help='other measuring programs')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--codec', action='append', choices=[encoding.name for encoding in data.ENCODINGS])
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    data.make(options.work)
    options.decbench = compile_decbench(options.shared, options.work) if options.shared else None
    bench, report = Bench(options), Report('decode', options.json)
    chosen = [encoding for encoding in data.ENCODINGS if not options.codec or encoding.name in options.codec]
    try:
        for encoding in chosen:
            bench.codec(report, encoding)
        for encoding in chosen:
            if encoding.name in ('jpeg-lossless', 'jpeg-2000'):
                bench.second_engine(report, encoding)
    finally:
        bench.close()
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-decode: {failure}')
