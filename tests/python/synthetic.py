"""DICOM objects written for a test, and what the commands of the program say of them."""

import json
import os
import shutil
import tempfile
import warnings

import numpy
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence

import negtest

# What is written here is wrong on purpose now and then.
warnings.simplefilter("ignore")

CLASSES = {"CT": "1.2.840.10008.5.1.4.1.1.2", "ECT": "1.2.840.10008.5.1.4.1.1.2.1", "MR": "1.2.840.10008.5.1.4.1.1.4",
           "EMR": "1.2.840.10008.5.1.4.1.1.4.1", "PT": "1.2.840.10008.5.1.4.1.1.128",
           "CR": "1.2.840.10008.5.1.4.1.1.1", "DX": "1.2.840.10008.5.1.4.1.1.1.1",
           "XA": "1.2.840.10008.5.1.4.1.1.12.1", "US": "1.2.840.10008.5.1.4.1.1.6.1",
           "OT": "1.2.840.10008.5.1.4.1.1.7", "PR": "1.2.840.10008.5.1.4.1.1.11.1",
           "KO": "1.2.840.10008.5.1.4.1.1.88.59"}
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
AXIAL = [1, 0, 0, 0, 1, 0]


class Folder(tempfile.TemporaryDirectory):
    """A folder of files that are images of one study and series unless they say otherwise."""

    count = 0

    def path(self, name):
        return os.path.join(self.name, name)

    def write(self, pixels, kind="CT", name=None, elements=(), syntax=EXPLICIT, bits=None, **attributes):
        """One image; @elements are (tag, VR, value) where pydicom would choose another VR. Its path."""
        self.count += 1
        path = self.path(name or f"{self.count:03}.dcm")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        dataset = new_dataset(path, kind, self.count, syntax)
        if pixels is not None:
            set_pixels(dataset, numpy.asarray(pixels), bits, "NumberOfFrames" in attributes)
        return save(dataset, path, elements, attributes)


def new_dataset(path, kind, number, syntax):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CLASSES[kind]
    meta.MediaStorageSOPInstanceUID = f"2.25.1.{number}"
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, syntax == IMPLICIT
    dataset.SOPClassUID, dataset.SOPInstanceUID = CLASSES[kind], f"2.25.1.{number}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.2", "2.25.3"
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = kind[-2:], 1, number
    dataset.PatientID, dataset.PatientName = "T-1", "Lamp^Ada"
    return dataset


def set_pixels(dataset, pixels, bits, has_frames):
    is_color = pixels.ndim == 3 and not has_frames
    dataset.Rows, dataset.Columns = pixels.shape[-2:] if not is_color else pixels.shape[:2]
    dataset.SamplesPerPixel = pixels.shape[-1] if is_color else 1
    dataset.PhotometricInterpretation = "RGB" if is_color else "MONOCHROME2"
    if is_color:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = 8 * pixels.itemsize
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset.add_new(0x7FE00010, "OW" if pixels.itemsize > 1 else "OB", data + b"\0" * (len(data) % 2))


def save(dataset, path, elements=(), attributes=None):
    for keyword, value in (attributes or {}).items():
        if value is None:
            dataset.pop(keyword, None)
        else:
            setattr(dataset, keyword, value)
    for tag, vr, value in elements:
        dataset.add_new(tag, vr, value)
    pydicom.dcmwrite(path, dataset)
    return path


def item(elements=(), **attributes):
    """One item of a sequence."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, Sequence(value) if isinstance(value, list) and value
                and isinstance(value[0], Dataset) else value)
    for tag, vr, value in elements:
        dataset.add_new(tag, vr, value)
    return dataset


def lut(entries, first=0, bits=8, sign="US", **attributes):
    """An item of a LUT sequence; the descriptor's values as @sign."""
    return item([(0x00283002, sign, [len(entries), first, bits]), (0x00283006, "US", [int(x) for x in entries])],
                **attributes)


def references(path, frames=None):
    """A Referenced Series Sequence that names the image at @path."""
    image = pydicom.dcmread(path, stop_before_pixels=True)
    reference = item(ReferencedSOPClassUID=image.SOPClassUID, ReferencedSOPInstanceUID=image.SOPInstanceUID)
    if frames:
        reference.ReferencedFrameNumber = frames
    return [item(SeriesInstanceUID=image.SeriesInstanceUID, ReferencedImageSequence=[reference])], image


def write_state(folder, path, frames=None, elements=(), name="state.pr", **attributes):
    """A grayscale presentation state about the image at @path, without any LUT: identities (PS3.4 N.2.1)."""
    series, image = references(path, frames)
    state = new_dataset(folder.path(name), "PR", 900, EXPLICIT)
    state.StudyInstanceUID, state.SeriesInstanceUID = image.StudyInstanceUID, "2.25.9"
    state.PatientID, state.PatientName = image.get("PatientID", ""), image.get("PatientName", "")
    state.ReferencedSeriesSequence = Sequence(series)
    state.PresentationLUTShape = "IDENTITY"
    state.ContentLabel, state.ContentDescription, state.ContentCreatorName = "TEST", "", ""
    state.PresentationCreationDate, state.PresentationCreationTime = "20260101", "120000"
    rows, columns = image.Rows, image.Columns
    area = item([(0x00700052, "SL", [1, 1]), (0x00700053, "SL", [columns, rows])],
                PresentationSizeMode="SCALE TO FIT", PresentationPixelAspectRatio=["1", "1"])
    state.DisplayedAreaSelectionSequence = Sequence([area])
    return save(state, folder.path(name), elements, attributes)


def run_render(path, *options):
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.png")
        result = negtest.negatoscope("render", path, "--output", output, *options)
        drawn = numpy.asarray(Image.open(output)).astype(int) if os.path.exists(output) else None
    return result, drawn


def render(path, *options):
    result, drawn = run_render(path, *options)
    assert result.returncode == 0, f"{options}: {result.stderr.decode(errors='replace')}"
    return drawn


def measure(path, *options):
    return json.loads(negtest.negatoscope("measure", path, "--json", *options, check=True).stdout)


def probe(path, x, y, *options):
    """The values of the pixel in column @x and row @y, from 0."""
    return measure(path, "--probe", f"{x + 0.5},{y + 0.5}", *options)


def info(*paths):
    result = negtest.negatoscope("info", "--json", *paths)
    return json.loads(result.stdout.decode())


def corpus(name):
    path = os.path.join(negtest.CORPUS, name)
    if not os.path.exists(path):
        raise negtest.Skip("not in this corpus")
    return path


def stored_values(read):
    """Of the first frame of a native 16-bit image, by PS3.5 8.1.1; pydicom leaves the unused bits where they are."""
    words = numpy.frombuffer(read.PixelData, "<u2")[:read.Rows * read.Columns].reshape(read.Rows, read.Columns)
    values = (words.astype(int) >> (read.HighBit + 1 - read.BitsStored)) & (2 ** read.BitsStored - 1)
    return values - ((values >> (read.BitsStored - 1)) << read.BitsStored) * int(read.PixelRepresentation)


def copy_changed(folder, name, **attributes):
    """A file of the corpus with other attributes."""
    path = folder.path(os.path.basename(name))
    if not attributes:
        return shutil.copy(corpus(name), path)
    return save(pydicom.dcmread(corpus(name)), path, attributes=attributes)


def expect(actual, expected, what=""):
    """Numbers, lists and arrays alike; text says where."""
    assert numpy.array_equal(numpy.asarray(actual), numpy.asarray(expected)), f"{what}: {actual}, expected {expected}"


def near(actual, expected, what="", relative=1e-6):
    assert actual is not None and abs(actual - expected) <= relative * max(abs(expected), 1e-9), \
        f"{what}: {actual}, expected {expected}"
