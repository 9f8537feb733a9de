"""The objects that are measured: made here, from a seed, encoded by other people's tools. Kept between runs."""
import os
import shutil
import subprocess

import numpy
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_pixel_data_frame
from pydicom.uid import UID, ExplicitVRLittleEndian

VERSION = '6'  # of what is made; another one makes it anew
ROOT = '2.25.3141592653589793'
FRAMES = 16    # of one object
MULTI_FRAME_WORD, MULTI_FRAME_BYTE, MULTI_FRAME_COLOR = ('1.2.840.10008.5.1.4.1.1.7.' + n for n in '324')
CT = '1.2.840.10008.5.1.4.1.1.2'
MAMMOGRAM = '1.2.840.10008.5.1.4.1.1.1.2'


# --- pictures ---

def _grid(size):
    """Coordinates -1..1, row by row."""
    axis = (numpy.arange(size, dtype=numpy.float32) + 0.5) * (2 / size) - 1
    return axis[None, :], axis[:, None]


def _disc(grid, x, y, width, height):
    return ((grid[0] - x) / width) ** 2 + ((grid[1] - y) / height) ** 2 < 1


def _blur(picture):
    for axis in (0, 1):
        picture = 0.25 * numpy.roll(picture, 1, axis) + 0.5 * picture + 0.25 * numpy.roll(picture, -1, axis)
    return picture


def phantom(size, phase, generator):
    """A trunk with lungs, spine and vessels, in HU + 1024, with noise whose grain is that of a scanner."""
    grid = _grid(size)
    picture = numpy.full((size, size), 24, numpy.float32)
    for value, x, y, width, height in (
            (940, 0, 0, 0.82, 0.58), (1075, 0, 0, 0.76, 0.52), (170, -0.36, -0.05, 0.26, 0.36),
            (170, 0.36, -0.05, 0.26, 0.36), (1130, 0.08, -0.12, 0.2, 0.2), (1500, 0, 0.38, 0.1, 0.09),
            (1040, 0, 0.46, 0.04, 0.04)):
        picture[_disc(grid, x, y, width * (1 + 0.08 * numpy.sin(phase)), height)] = value
    for vessel in range(40):
        angle = vessel * 2.4 + phase
        radius = 0.12 + 0.016 * vessel
        x, y = radius * numpy.cos(angle), 0.6 * radius * numpy.sin(angle)
        picture[_disc(grid, x, y, 0.008 + 0.0005 * vessel, 0.012)] += 180
    noise = _blur(generator.standard_normal((size, size), dtype=numpy.float32))
    return numpy.clip(numpy.rint(_blur(picture) + 65 * noise), 0, 4095).astype('<u2')


def _grey_bytes(size, phase, generator):
    return (phantom(size, phase, generator) >> 4).astype(numpy.uint8)


def _color_bytes(size, phase, generator):
    grey = _grey_bytes(size, phase, generator)
    return numpy.stack([grey, numpy.roll(grey, 3, 0) // 2 + 40, 255 - grey], axis=-1)


# --- objects ---

def _new_object(sop_class, uid, pixels, series):
    """pixels: frames x rows x columns [x 3]."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, uid
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, ROOT
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b'\0' * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    color, bits = pixels.ndim == 4, 8 * pixels.dtype.itemsize
    for name, value in {
            'SOPClassUID': sop_class, 'SOPInstanceUID': uid, 'StudyInstanceUID': ROOT + '.1',
            'SeriesInstanceUID': f'{ROOT}.1.{series}', 'Modality': 'CT' if sop_class == CT else 'OT',
            'PatientName': 'Bench^Phantom', 'PatientID': 'BENCH', 'SeriesNumber': series, 'InstanceNumber': 1,
            'SamplesPerPixel': 3 if color else 1, 'PhotometricInterpretation': 'RGB' if color else 'MONOCHROME2',
            'Rows': pixels.shape[1], 'Columns': pixels.shape[2], 'BitsAllocated': bits, 'BitsStored': bits,
            'HighBit': bits - 1, 'PixelRepresentation': 0, 'PixelData': pixels.tobytes()}.items():
        setattr(dataset, name, value)
    if color:
        dataset.PlanarConfiguration = 0
    if sop_class != CT:
        dataset.NumberOfFrames, dataset.ConversionType = pixels.shape[0], 'SYN'
    dataset['PixelData'].VR = 'OW' if bits > 8 else 'OB'
    return dataset


def _save(dataset, path):
    dataset.save_as(path, write_like_original=False)


def _run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _write(dataset, path):
    """In any transfer syntax, also those that pydicom 2.3 has no name for."""
    with open(path, 'wb') as file:
        stream = pydicom.filebase.DicomFileLike(file)
        stream.is_little_endian, stream.is_implicit_VR = True, False
        stream.write(b'\0' * 128 + b'DICM')
        pydicom.filewriter.write_file_meta_info(stream, dataset.file_meta, True)
        pydicom.filewriter.write_dataset(stream, dataset)


def _copies(source, folder, count):
    """The same pixels under other names and UIDs: bytes enough to measure a fast codec."""
    dataset = pydicom.dcmread(source)
    original = dataset.SOPInstanceUID
    for i in range(1, count):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f'{original}.{i}'
        dataset.InstanceNumber = i + 1
        dataset['PixelData'].is_undefined_length = True
        _write(dataset, f'{folder}/{i:03}.dcm')


def _encode_htj2k(raw, path, work):
    dataset = pydicom.dcmread(raw)
    rows, columns = dataset.Rows, dataset.Columns
    frames = numpy.frombuffer(dataset.PixelData, '<u2').reshape(-1, rows, columns)
    codestreams = []
    for frame in frames:
        with open(work + '/frame.pgm', 'wb') as file:
            file.write(b'P5\n%d %d\n65535\n' % (columns, rows) + frame.astype('>u2').tobytes())
        _run('ojph_compress', '-i', work + '/frame.pgm', '-o', work + '/frame.j2c', '-reversible', 'true')
        with open(work + '/frame.j2c', 'rb') as file:
            codestreams.append(file.read())
    dataset.PixelData = encapsulate([code + b'\0' * (len(code) & 1) for code in codestreams])
    dataset['PixelData'].VR, dataset['PixelData'].is_undefined_length = 'OB', True
    dataset.file_meta.TransferSyntaxUID = UID('1.2.840.10008.1.2.4.201')
    _write(dataset, path)


def _write_frames(path, folder, suffix):
    """The codestreams of an object as files of their own, for tools that know no DICOM."""
    dataset = pydicom.dcmread(path)
    os.makedirs(folder)
    for i, code in enumerate(generate_pixel_data_frame(dataset.PixelData, int(dataset.NumberOfFrames))):
        with open(f'{folder}/{i:03}.{suffix}', 'wb') as file:
            file.write(code)


class Encoding:
    """One codec: how an object is made, how many of them are measured, what its codestreams are called."""

    def __init__(self, name, raw, objects, suffix, encode):
        self.name, self.raw, self.objects, self.suffix, self.encode = name, raw, objects, suffix, encode


ENCODINGS = [
    Encoding('rle', 'word', 24, None, lambda a, b, w: _run('dcmcrle', a, b)),
    Encoding('jpeg-lossless', 'word', 6, None, lambda a, b, w: _run('dcmcjpeg', '+e1', a, b)),
    Encoding('jpeg-ls', 'word', 4, 'jls', lambda a, b, w: _run('dcmcjpls', a, b)),
    Encoding('jpeg-2000', 'word', 2, 'j2k', lambda a, b, w: _run('gdcmconv', '--j2k', a, b)),
    Encoding('htj2k', 'large', 8, 'j2c', _encode_htj2k),
    Encoding('jpeg-8bit', 'byte', 8, 'jpg', lambda a, b, w: _run('dcmcjpeg', '+eb', a, b)),
    Encoding('jpeg-color', 'color', 4, 'jpg', lambda a, b, w: _run('dcmcjpeg', '+eb', '+s4', a, b)),
]


def _make_raw(folder):
    """What is encoded, and a tiny picture of each kind: what tools need to start is measured on that."""
    generator = numpy.random.default_rng(271828)
    kinds = {'word': (MULTI_FRAME_WORD, phantom, 512, FRAMES), 'large': (MULTI_FRAME_WORD, phantom, 2048, 2),
             'byte': (MULTI_FRAME_BYTE, _grey_bytes, 1024, FRAMES), 'color': (MULTI_FRAME_COLOR, _color_bytes, 768, FRAMES)}
    for series, (name, (sop_class, picture, size, count)) in enumerate(kinds.items(), 1):
        for suffix, columns, frames in (('', size, count), ('-tiny', 64, 1)):
            pixels = numpy.stack([picture(columns, i / 3, generator) for i in range(frames)])
            dataset = _new_object(sop_class, f'{ROOT}.2.{series}.{frames}', pixels, series)
            _save(dataset, f'{folder}/{name}{suffix}.dcm')


def _make_series(folder, count=500):
    """A CT series, one file an image, for the first picture on the screen."""
    generator = numpy.random.default_rng(161803)
    os.makedirs(folder)
    for i in range(count):
        dataset = _new_object(CT, f'{ROOT}.3.{i + 1}', phantom(512, i / 100, generator)[None], 9)
        dataset.InstanceNumber, dataset.ImagePositionPatient = i + 1, [-179.5, -179.5, float(i)]
        dataset.ImageOrientationPatient, dataset.PixelSpacing = [1, 0, 0, 0, 1, 0], [0.7, 0.7]
        dataset.FrameOfReferenceUID, dataset.SliceThickness = ROOT + '.4', 1
        dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
        dataset.WindowCenter, dataset.WindowWidth = 40, 1200
        dataset.StudyDate, dataset.StudyTime = '20240601', '101530'
        dataset.StudyID, dataset.AccessionNumber = '1', '1'
        _save(dataset, f'{folder}/{i + 1:04}.dcm')
    os.makedirs(folder + '-jpeg')
    for name in sorted(os.listdir(folder)):
        _run('dcmcjpeg', '+e1', f'{folder}/{name}', f'{folder}-jpeg/{name}')


def make_long_series(work, count=2000):
    """work/long: many images, four in a row with the same pixels."""
    folder = work + '/long'
    if os.path.exists(f'{folder}/{count:04}.dcm'):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for i in range(count):
        if i % 4 == 0:
            dataset = pydicom.dcmread(f'{work}/series/{i // 4 % 500 + 1:04}.dcm')
        uid = f'{ROOT}.5.{i + 1}'
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.SeriesInstanceUID, dataset.SeriesNumber = ROOT + '.1.10', 10
        dataset.InstanceNumber, dataset.ImagePositionPatient = i + 1, [-179.5, -179.5, 0.25 * i]
        _save(dataset, f'{folder}/{i + 1:04}.dcm')


def make_slow_series(work, count=2000, distinct=8):
    """work/slow: many images whose codec takes its time (JPEG 2000), a few codestreams again and again."""
    folder = work + '/slow'
    if os.path.exists(f'{folder}/{count:04}.dcm'):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    sources = []
    for i in range(distinct):
        _run('gdcmconv', '--j2k', f'{work}/series/{i + 1:04}.dcm', f'{folder}/0000.dcm')
        sources.append(pydicom.dcmread(f'{folder}/0000.dcm'))
    os.remove(f'{folder}/0000.dcm')
    for i in range(count):
        dataset = sources[i % distinct]
        uid = f'{ROOT}.7.{i + 1}'
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.SeriesInstanceUID, dataset.SeriesNumber = ROOT + '.1.12', 12
        dataset.InstanceNumber, dataset.ImagePositionPatient = i + 1, [-179.5, -179.5, 0.25 * i]
        dataset['PixelData'].is_undefined_length = True
        _write(dataset, f'{folder}/{i + 1:04}.dcm')


def make_mammogram(work, rows=4000, columns=3000):
    """work/mammogram: one picture larger than any screen, 12 bits, with the noise of a detector."""
    folder = work + '/mammogram'
    if os.path.exists(folder + '/1.dcm'):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    generator = numpy.random.default_rng(141421)
    x, y = numpy.arange(columns, dtype=numpy.float32) / columns, numpy.arange(rows, dtype=numpy.float32)[:, None] / rows
    breast = numpy.clip(1 - (x / 0.8) ** 2 - ((y - 0.5) / 0.45) ** 2, 0, 1)
    noise = _blur(generator.standard_normal((rows, columns), dtype=numpy.float32))
    picture = numpy.clip(numpy.rint(200 + 2800 * numpy.sqrt(breast) + 90 * noise), 0, 4095).astype('<u2')
    dataset = _new_object(MAMMOGRAM, f'{ROOT}.6.1', picture[None], 11)
    del dataset.NumberOfFrames, dataset.ConversionType
    dataset.Modality, dataset.BitsStored, dataset.HighBit = 'MG', 12, 11
    dataset.ImagerPixelSpacing, dataset.PresentationIntentType = [0.07, 0.07], 'FOR PRESENTATION'
    dataset.WindowCenter, dataset.WindowWidth, dataset.PatientOrientation = 1600, 3000, ['L', 'F']
    _save(dataset, folder + '/1.dcm')


def make(work):
    """Everything under work, unless it is there."""
    stamp = work + '/version'
    if os.path.exists(stamp) and open(stamp, encoding='ascii').read() == VERSION:
        return
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work + '/raw')
    _make_raw(work + '/raw')
    for encoding in ENCODINGS:
        folder = f'{work}/{encoding.name}'
        os.makedirs(folder)
        os.makedirs(folder + '-tiny')
        encoding.encode(f'{work}/raw/{encoding.raw}.dcm', folder + '/000.dcm', work)
        encoding.encode(f'{work}/raw/{encoding.raw}-tiny.dcm', folder + '-tiny/000.dcm', work)
        _copies(folder + '/000.dcm', folder, encoding.objects)
        if encoding.suffix:
            _write_frames(folder + '/000.dcm', folder + '-frames', encoding.suffix)
            _write_frames(folder + '-tiny/000.dcm', folder + '-tiny-frames', encoding.suffix)
    _make_series(work + '/series')
    with open(stamp, 'w', encoding='ascii') as file:
        file.write(VERSION)
