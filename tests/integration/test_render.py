#!/usr/bin/env python3
"""`render`: against another renderer (where the corpus names its mean), against numbers worked out by hand, CPU against
OpenGL, usage."""

import os
import sys
import tempfile

import numpy
from PIL import Image

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402


def render(path, *options):
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.png")
        negtest.negatoscope("render", path, "--output", output, *options, check=True)
        return numpy.asarray(Image.open(output)).astype(int)


def write_object(folder, rows, window=None, photometric="MONOCHROME2", slope=1, intercept=0):
    """A signed 16-bit image of our own."""
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    values = numpy.asarray(rows, dtype="<i2")
    path = os.path.join(folder, "image.dcm")
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "2.25.1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = "2.25.2", "2.25.3", "CT"
    dataset.Rows, dataset.Columns = values.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, photometric
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept
    if window:
        dataset.WindowCenter, dataset.WindowWidth = window
    dataset.PixelData = values.tobytes()
    pydicom.dcmwrite(path, dataset)
    return path


def check_linear_window():
    """PS3.3 C.11.2.1.2.1 by hand: c = 50, w = 101 over HU = 2 v - 100."""
    stored = [[-100, 49, 50, 51], [60, 75, 100, 400]]
    expected = []
    for row in stored:
        for value in row:
            x = 2 * value - 100
            y = ((x - 49.5) / 100 + 0.5) * 255
            expected.append(int(numpy.floor(min(max(y, 0), 255) + 0.5)))
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, stored, window=(50, 101), slope=2, intercept=-100)
        drawn = render(path).reshape(-1).tolist()
        again = render(path, "--window", "50,101").reshape(-1).tolist()
    return drawn == expected == again or f"{drawn}, expected {expected}"


def check_monochrome1():
    with tempfile.TemporaryDirectory() as folder:
        normal = render(write_object(folder, [[0, 100, 255]], window=(128, 256)))
        inverse = render(write_object(folder, [[0, 100, 255]], window=(128, 256), photometric="MONOCHROME1"))
    return (normal + inverse == 255).all() or f"{normal} {inverse}"


def check_size():
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, [[0, 255], [255, 0]], window=(128, 256))
        drawn = render(path, "--size", "8x4", "--interpolation", "nearest")
    expected = numpy.zeros((4, 8), int)
    expected[0:2, 4:6] = expected[2:4, 2:4] = 255
    return (drawn == expected).all() or str(drawn)


def changed(folder, before, *options):
    after = render(os.path.join(folder, "image.dcm"), "--size", "400x300", "--annotations", *options)
    return (after != before).astype(int)


def check_annotations():
    """Written above the picture, in grey, the middle untouched; without who it is when asked."""
    import pydicom
    with tempfile.TemporaryDirectory() as folder:
        path = write_object(folder, numpy.arange(64 * 64).reshape(64, 64), window=(2000, 4000))
        dataset = pydicom.dcmread(path)
        dataset.PatientName, dataset.PatientID, dataset.StudyDate = "Lamp^Ada", "T-1", "20240912"
        pydicom.dcmwrite(path, dataset)
        plain = render(path, "--size", "400x300")
        named, anonymous = changed(folder, plain), changed(folder, plain, "--anonymous")
        assert named.shape == (300, 400), named.shape
        assert named[75:225, 100:300].sum() == 0, "the middle is not as without annotations"
        assert named[:60, :200].sum() > 200 and named[-60:, -200:].sum() > 200, "no texts in the corners"
        assert anonymous[:60, :190].sum() == 0 and anonymous[:60, 210:].sum() == 0, "who it is, or when"
        assert anonymous[-60:, -200:].sum() > 200, "no window"
        assert (changed(folder, plain) == named).all(), "not the same twice"


def check_renderers(path):
    for options in ([], ["--size", "700x500"], ["--size", "700x500", "--interpolation", "cubic"],
                    ["--interpolation", "nearest", "--size", "333x444"]):
        gl = render(path, "--renderer", "gl", *options)
        cpu = render(path, "--renderer", "cpu", *options)
        worst = int(abs(gl - cpu).max())
        if gl.shape != cpu.shape or worst > 1:
            return f"{options}: shapes {gl.shape} {cpu.shape}, differ by {worst}"
    return True


def check_against_dcm2pnm(entry):
    """The other renderer rounds its own way: the same picture to a mean of half a grey level."""
    expected = entry["dcmtk_render_8bit"]
    drawn = render(os.path.join(negtest.CORPUS, entry["path"]))
    if drawn.shape[:2] != (expected["height"], expected["width"]):
        raise negtest.Skip("drawn with another aspect there")
    mean, deviation = drawn.mean(), drawn.std()
    return abs(mean - expected["mean"]) < 1.0 and abs(deviation - expected["std"]) < 1.0 \
        or f"mean {mean:.2f}, sd {deviation:.2f}; {expected}"


def main():
    tap = negtest.Tap()
    manifest = negtest.manifest()
    tap.run("linear window by hand", check_linear_window)
    tap.run("MONOCHROME1 is the negative", check_monochrome1)
    tap.run("fits into a size", check_size)
    tap.run("annotations, with and without who it is", check_annotations)
    if manifest is None:
        tap.skip("render the corpus", "no corpus")
    else:
        compared = [entry for entry in manifest["files"] if "+Wi" in entry.get("dcmtk_render_8bit", {}).get("command", "")
                    and not entry["path"].startswith("series/")]
        for entry in compared:
            tap.run("render " + entry["path"], check_against_dcm2pnm, entry)
        for name in ("photometric/mono2_16-14-signed.dcm", "photometric/rgb_us.dcm",
                     "photometric/palette8_us-examples.dcm", "transfer-syntax/implicit-le_ct-misterct.dcm",
                     "photometric/float32_parametric-map.dcm", "photometric/mono1_16-10_cr-chest.dcm"):
            path = os.path.join(negtest.CORPUS, name)
            if os.path.exists(path):
                tap.run("CPU and OpenGL agree on " + name, check_renderers, path)
    tap.done()


main()
