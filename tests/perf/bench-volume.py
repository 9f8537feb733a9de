#!/usr/bin/python3
"""Planes and slabs out of a volume beside vtkImageReslice, the same pictures in turn. See DESIGN.md beside this file."""
import argparse
import math
import os
import statistics
import subprocess
import sys

import numpy
import pydicom

import data
from measure import Report, run

SIZE, PIXEL_MM = 1024, 0.35
SPACING_MM, SHAPE = (0.7, 0.7, 1.0), (500, 512, 512)  # slices, rows, columns
RAW = 'volume.raw'
NOTHING = -1024  # of VTK where there is no volume
INTERCEPT = -1024


def make_raw(work):
    """The stored values of the CT series, one slice after the other, 16 bits signed."""
    path = f'{work}/{RAW}'
    if not os.path.exists(path):
        with open(path + '.part', 'wb') as file:
            for i in range(SHAPE[0]):
                file.write(pydicom.dcmread(f'{work}/series/{i + 1:04}.dcm').PixelData)
        os.rename(path + '.part', path)
    return path


class Plane:
    """One picture: where its first pixel's centre is, its directions, all in mm from the first voxel's centre."""

    def __init__(self, right, down, shift_mm):
        self.right, self.down = numpy.array(right), numpy.array(down)
        self.normal = numpy.cross(self.right, self.down)
        middle = numpy.array([(SHAPE[2] - 1) / 2, (SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2]) * SPACING_MM
        self.middle = middle + shift_mm * self.normal
        self.first = self.middle - (SIZE - 1) / 2 * PIXEL_MM * (self.right + self.down)


def oblique(shift_mm):
    """Along none of the axes; its rows stay within a slice."""
    a, b = 0.6, 0.9
    normal = numpy.array([math.cos(a) * math.sin(b), math.sin(a) * math.sin(b), math.cos(b)])
    right = numpy.cross([0, 0, 1.0], normal)
    right /= numpy.linalg.norm(right)
    return Plane(right, numpy.cross(normal, right), shift_mm)


def turned(shift_mm):
    """The same plane, turned in itself: rows go through the slices too."""
    plane, angle = oblique(shift_mm), 0.7
    return Plane(math.cos(angle) * plane.right + math.sin(angle) * plane.down,
                 math.cos(angle) * plane.down - math.sin(angle) * plane.right, shift_mm)


def coronal(shift_mm):
    return Plane([1.0, 0, 0], [0, 0, -1.0], shift_mm)


class Kernel:
    """Ours: a program of its own that draws what it is told."""

    def __init__(self, program, raw, way=None, variant='plain'):
        environment = dict(os.environ)
        environment.pop('NEGATOSCOPE_SIMD', None)
        if way:
            environment['NEGATOSCOPE_SIMD'] = way
        columns, rows, slices = SHAPE[::-1]
        self.process = subprocess.Popen([program, raw, str(columns), str(rows), str(slices), variant], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def ask(self, *words):
        self.process.stdin.write(' '.join(str(word) for word in words) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError('reformat-kernel has ended')
        return answer.split()

    def draw(self, plane, samples, threads):
        """Milliseconds by the clock, of the processor."""
        corner = plane.first - PIXEL_MM / 2 * (plane.right + plane.down)
        numbers = [*corner, *(PIXEL_MM * plane.right), *(PIXEL_MM * plane.down), *plane.normal]
        return [float(word) for word in self.ask('draw', threads, SIZE, SIZE, samples, *map(repr, map(float, numbers)))]

    def picture(self, work):
        """The last one, and the way it was drawn."""
        path = work + '/volume-picture.raw'
        way = self.ask('save', path)[0]
        return numpy.fromfile(path, numpy.float32).reshape(SIZE, SIZE), way

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Vtk:
    """Theirs, in this process; one filter for each number of threads and samples."""

    def __init__(self, volume):
        import vtk
        from vtk.util import numpy_support
        self.vtk, self.to_numpy = vtk, numpy_support.vtk_to_numpy
        self.image = vtk.vtkImageData()
        self.image.SetDimensions(*SHAPE[::-1])
        self.image.SetSpacing(*SPACING_MM)
        scalars = numpy_support.numpy_to_vtk(volume.ravel(), deep=False, array_type=vtk.VTK_SHORT)
        self.image.GetPointData().SetScalars(scalars)
        self.filters = {}

    def filter(self, samples, threads):
        if (samples, threads) not in self.filters:
            made = self.vtk.vtkImageReslice()
            made.SetInputData(self.image)
            made.SetOutputDimensionality(2)
            made.SetOutputSpacing(PIXEL_MM, PIXEL_MM, 1.0)
            made.SetOutputOrigin(0, 0, 0)
            made.SetOutputExtent(0, SIZE - 1, 0, SIZE - 1, 0, 0)
            made.SetInterpolationModeToLinear()
            made.SetNumberOfThreads(threads)
            made.SetBackgroundLevel(NOTHING)
            if samples > 1:
                made.SetSlabModeToMax()
                made.SetSlabNumberOfSlices(samples)
                made.SetSlabTrapezoidIntegration(0)
            self.filters[samples, threads] = made
        return self.filters[samples, threads]

    def draw(self, plane, samples, threads):
        import time
        made, axes = self.filter(samples, threads), self.vtk.vtkMatrix4x4()
        self.vtk.vtkMultiThreader.SetGlobalMaximumNumberOfThreads(threads)
        for i in range(3):
            for j, column in enumerate((plane.right, plane.down, plane.normal, plane.first)):
                axes.SetElement(i, j, column[i])
        made.SetResliceAxes(axes)
        wall, processor = time.perf_counter(), time.process_time()
        made.Update()
        return [(time.perf_counter() - wall) * 1e3, (time.process_time() - processor) * 1e3]

    def picture(self, samples, threads):
        output = self.filter(samples, threads).GetOutput()
        return self.to_numpy(output.GetPointData().GetScalars()).reshape(SIZE, SIZE)


def compare(values, theirs):
    """Share of pixels that are equal as stored values, and the largest difference inside: more than a pixel from where
    one of the two has nothing."""
    nothing = numpy.isnan(values)
    stored = numpy.where(nothing, NOTHING, numpy.floor(numpy.where(nothing, 0, values) - INTERCEPT + 0.5)).astype(int)
    inside = ~nothing & (theirs != NOTHING)
    inner = inside.copy()
    inner[[0, -1]], inner[:, [0, -1]] = False, False
    for axis in (0, 1):
        for step in (-1, 1):
            inner &= numpy.roll(inside, step, axis)
    return (stored == theirs).mean(), int(numpy.abs(stored - theirs)[inner].max())


def count_bytes(plane, samples):
    """Of the lines of 64 bytes that hold a voxel of the picture."""
    touched = numpy.zeros(math.prod(SHAPE) * 2 // 64 + 1, bool)
    steps = numpy.arange(SIZE) * PIXEL_MM
    for i in range(samples):
        place = plane.first + (i - (samples - 1) / 2) * plane.normal
        points = place + steps[:, None, None] * plane.down + steps[None, :, None] * plane.right
        voxels = numpy.floor(points / SPACING_MM).astype(numpy.int64)
        x, y, z = voxels[((voxels >= 0) & (voxels < numpy.array(SHAPE[::-1]) - 1)).all(axis=2)].T
        for corner in range(8):
            place_in_memory = ((z + (corner >> 2)) * SHAPE[1] + y + (corner >> 1 & 1)) * SHAPE[2] + x + (corner & 1)
            touched[place_in_memory >> 5] = True
    return int(touched.sum()) * 64


class Floor:
    """Bytes a second that this machine reads at most, by a shared program where it is."""

    def __init__(self, shared, work):
        self.program, self.rates = None, {}
        if shared and os.path.exists(shared + '/src/stream.c'):
            self.program = work + '/stream'
            run(['gcc', '-O3', '-march=native', '-pthread', '-o', self.program, shared + '/src/stream.c'])

    def milliseconds(self, count, threads):
        if self.program is None:
            return None
        if threads not in self.rates:
            words = run([self.program, threads])[0].decode().split('read-sum median ')[1]
            self.rates[threads] = float(words.split()[0]) * 2 ** 30
        return count / self.rates[threads] * 1e3


def measure_row(options, report, floor, what, plane_at, samples, threads, kernel, theirs, gate):
    """The same pictures in turn; the clock decides, the processor's time stands beside it."""
    rounds = []
    for i in range(options.pairs + 1):
        plane = plane_at(2 * i - options.pairs)
        both = kernel.draw(plane, samples, threads) + theirs.draw(plane, samples, threads)
        if i > 0:
            rounds.append(both)
    equal, worst = compare(kernel.picture(options.work)[0], theirs.picture(samples, threads))
    ours_ms, ours_cpu_ms, theirs_ms, theirs_cpu_ms = (statistics.median(column) for column in zip(*rounds))
    values = {'ratio': statistics.median(row[2] / row[0] for row in rounds),
              'cpu_ratio': statistics.median(row[3] / row[1] for row in rounds),
              'ms': ours_ms, 'cpu_ms': ours_cpu_ms, 'vtk_ms': theirs_ms, 'vtk_cpu_ms': theirs_cpu_ms,
              'equal_percent': 100 * equal, 'worst': worst}
    least = floor.milliseconds(count_bytes(plane, samples), threads)
    if least is not None:
        values.update(floor_ms=least, times_floor=min(row[0] for row in rounds) / least)
    report.add(f'{what}, {threads} thread{"s" if threads > 1 else ""}', gate=gate, **values)
    if equal < 0.998 or worst > 1:
        raise RuntimeError(f'{what}: {100 * equal:.3f} % of the pixels are equal, off by at most {worst}')


def measure_alone(options, report, raw):
    """What volumes cost that are less simple, without anybody beside it."""
    for variant in ('plain', 'padding', 'uneven', 'rescale', 'incomplete'):
        kernel = Kernel(options.reformat_kernel, raw, variant=variant)
        times = [kernel.draw(oblique(2 * i - options.pairs), 1, 2) for i in range(options.pairs + 1)][1:]
        report.add(f'volume {variant}, alone, 2 threads', ms=statistics.median(row[0] for row in times),
                   cpu_ms=statistics.median(row[1] for row in times))
        kernel.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--reformat-kernel', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', default='', help='folder with further measuring programs')
    parser.add_argument('--pairs', type=int, default=15)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    for name in ('work', 'reformat_kernel'):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    try:
        import vtk  # noqa: F401
    except ImportError:
        print('bench-volume: no VTK here', file=sys.stderr)
        return 77
    data.make(options.work)
    raw = make_raw(options.work)
    report, floor = Report('volume', options.json), Floor(options.shared, options.work)
    theirs = Vtk(numpy.fromfile(raw, '<i2').reshape(SHAPE))
    for way, rows in ((None, (('oblique', oblique, 1, 3.5), ('oblique, turned', turned, 1, 3.5),
                              ('coronal', coronal, 1, None), ('MIP 20', oblique, 20, 7))),
                      ('avx2', (('avx2: oblique', oblique, 1, 2.5), ('avx2: MIP 20', oblique, 20, None))),
                      ('none', (('any processor: oblique', oblique, 1, None),))):
        kernel = Kernel(options.reformat_kernel, raw, way)
        for what, plane_at, samples, gate in rows:
            for threads in (1, 2):
                measure_row(options, report, floor, what, plane_at, samples, threads, kernel, theirs, gate)
        kernel.close()
    measure_alone(options, report, raw)
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-volume: {failure}')
