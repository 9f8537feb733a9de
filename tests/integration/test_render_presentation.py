#!/usr/bin/env python3
"""`render --presentation-state`: each pixel of the corpus' states worked out from their tables and bits; states that mean
something else are refused; shutters and rotation of a state written here."""

import os
import sys
import tempfile

import numpy
from PIL import Image

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

LUTS = os.path.join(negtest.CORPUS, "objects", "pr_clunie-luts")
OVERLAYS = os.path.join(negtest.CORPUS, "objects", "pr_clunie-overlay")


def run(path, *options):
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.png")
        result = negtest.negatoscope("render", path, "--output", output, *options)
        pixels = numpy.asarray(Image.open(output)).astype(int) if os.path.exists(output) else None
    return result, pixels


def render(path, *options):
    result, pixels = run(path, *options)
    assert result.returncode == 0, result.stderr.decode(errors="replace")
    return pixels


def read(path):
    import pydicom
    return pydicom.dcmread(path)


def table(item):
    """Of 256 entries from 0 on, 8 bits each; one word per entry in these files."""
    data = item.LUTData
    entries = list(data) if not isinstance(data, bytes) else list(numpy.frombuffer(data, "<u2"))
    assert [int(value) for value in item.LUTDescriptor] == [256, 0, 8] and len(entries) == 256
    return numpy.array(entries)


def check_luts():
    """Stored -> modality LUT -> VOI LUT -> presentation LUT, all scrambled: PS3.4 N.2. The outputs of a table of 8 bits
    are the places of the next one, so that no rounding hides a stage that is left out."""
    stored = read(os.path.join(LUTS, "image.dcm")).pixel_array
    state = read(os.path.join(LUTS, "pr.dcm"))
    modality = table(state.ModalityLUTSequence[0])
    voi = table(state.SoftcopyVOILUTSequence[0].VOILUTSequence[0])
    presentation = table(state.PresentationLUTSequence[0])
    expected = presentation[voi[modality[stored]]]
    for renderer in ("cpu", "gl"):
        drawn = render(os.path.join(LUTS, "image.dcm"), "--presentation-state", os.path.join(LUTS, "pr.dcm"),
                       "--renderer", renderer)
        if (drawn != expected).any():
            return f"{renderer}: {int((drawn != expected).sum())} of {drawn.size} pixels differ"
    return len(numpy.unique(expected)) > 16 or "the picture proves nothing"


def get_plane(dataset, group):
    bits = numpy.unpackbits(numpy.frombuffer(dataset[group, 0x3000].value, numpy.uint8), bitorder="little")
    return bits[:512 * 512].reshape(512, 512)


def check_overlays():
    """Four planes of the image, two of them in bits 15 and 14 of its pixels, and two of the state: white, by its layers.
    Without the state only the image's own."""
    image = read(os.path.join(OVERLAYS, "image.dcm"))
    state = read(os.path.join(OVERLAYS, "pr.dcm"))
    words = numpy.frombuffer(image.PixelData, "<u2").reshape(512, 512)
    own = (words >> 15 & 1) | (words >> 14 & 1) | get_plane(image, 0x6004) | get_plane(image, 0x6006)
    activated = own | get_plane(state, 0x6008) | get_plane(state, 0x600A)
    assert 0 < own.sum() < activated.sum() < activated.size / 2
    path, state_path = os.path.join(OVERLAYS, "image.dcm"), os.path.join(OVERLAYS, "pr.dcm")
    plain, presented = render(path), render(path, "--presentation-state", state_path)
    by_gl = render(path, "--presentation-state", state_path, "--renderer", "gl")
    assert (plain[own == 1] == 255).all(), "the image's overlays without a state"
    assert (presented[activated == 1] == 255).all(), "overlays with the state"
    assert abs(by_gl - presented).max() <= 1, "OpenGL differs"
    below = (words & 0x0FFF).astype(int)
    expected = numpy.floor(below[activated == 0] * 255 / 4095 + 0.5)
    return (abs(presented[activated == 0] - expected) <= 1).all() or "the pixels between them"


def check_refused():
    """Pitfall 33: a state of another study, and one that is no state."""
    image = os.path.join(LUTS, "image.dcm")
    for state, words in ((os.path.join(OVERLAYS, "pr.dcm"), "another study"), (image, "no presentation state")):
        result, pixels = run(image, "--presentation-state", state)
        if result.returncode != 1 or pixels is not None or words not in result.stderr.decode():
            return f"{state}: {result.returncode} {result.stderr.decode(errors='replace')}"
    return True


def write_state(folder, image, **changes):
    """A state of our own for @image: an identity, and what @changes says."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    state = read(os.path.join(LUTS, "pr.dcm"))
    for name in ("ModalityLUTSequence", "SoftcopyVOILUTSequence", "PresentationLUTSequence"):
        delattr(state, name)
    state.PresentationLUTShape = "IDENTITY"
    series = Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    series.ReferencedImageSequence = Sequence([reference])
    state.ReferencedSeriesSequence = Sequence([series])
    for name, value in changes.items():
        setattr(state, name, value)
    path = os.path.join(folder, "state.dcm")
    state.save_as(path)
    return path


def check_other_image():
    """Of the same study, but about another image: refused in words."""
    image = read(os.path.join(LUTS, "image.dcm"))
    image.SOPInstanceUID += ".9"
    with tempfile.TemporaryDirectory() as folder:
        state = write_state(folder, image)
        result, pixels = run(os.path.join(LUTS, "image.dcm"), "--presentation-state", state)
    return result.returncode == 1 and pixels is None and "does not mean this image" in result.stderr.decode() \
        or result.stderr.decode(errors="replace")


def check_turned_and_covered():
    """By 90 degrees clockwise, then mirrored: the transposition. Rows 11 to 500 and columns 21 to 512 remain, in the
    image before it is turned; the rest is P-value 0x8000, which is 128. INVERSE comes before it."""
    image = read(os.path.join(LUTS, "image.dcm"))
    with tempfile.TemporaryDirectory() as folder:
        state = write_state(folder, image, ImageRotation=90, ImageHorizontalFlip="Y", PresentationLUTShape="INVERSE",
                            ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=21, ShutterRightVerticalEdge=512,
                            ShutterUpperHorizontalEdge=11, ShutterLowerHorizontalEdge=500,
                            ShutterPresentationValue=0x8000)
        drawn = {renderer: render(os.path.join(LUTS, "image.dcm"), "--presentation-state", state, "--renderer", renderer)
                 for renderer in ("cpu", "gl")}
    expected = numpy.full((512, 512), 128)
    expected[10:500, 20:512] = 255 - image.pixel_array.astype(int)[10:500, 20:512]
    for renderer, pixels in drawn.items():
        if (pixels != expected.T).any():
            return f"{renderer}: {int((pixels != expected.T).sum())} pixels differ"
    return True


def check_graphics():
    """A line of the state from (100, 50) to (100, 450) of the image is drawn with --annotations only."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    image = read(os.path.join(LUTS, "image.dcm"))
    graphic, annotation, layer = Dataset(), Dataset(), Dataset()
    graphic.GraphicAnnotationUnits, graphic.GraphicDimensions, graphic.NumberOfGraphicPoints = "PIXEL", 2, 2
    graphic.GraphicData, graphic.GraphicType, graphic.GraphicFilled = [100, 50, 100, 450], "POLYLINE", "N"
    annotation.GraphicLayer, annotation.GraphicObjectSequence = "LINES", Sequence([graphic])
    layer.GraphicLayer, layer.GraphicLayerOrder, layer.GraphicLayerRecommendedDisplayGrayscaleValue = "LINES", 1, 65535
    with tempfile.TemporaryDirectory() as folder:
        state = write_state(folder, image, GraphicAnnotationSequence=Sequence([annotation]),
                            GraphicLayerSequence=Sequence([layer]))
        path = os.path.join(LUTS, "image.dcm")
        plain = render(path, "--presentation-state", state)
        marked = render(path, "--presentation-state", state, "--annotations")
    assert (plain == image.pixel_array).all(), "drawn without being asked for"
    changed = plain != marked
    assert changed[200:300, 98:102].any(axis=1).all(), "no line"
    return not changed[200:300, 150:400].any() or "something else in the middle"


def write_run(folder):
    """Three frames of 8 bits, proportional to intensity: 200 everywhere, a vessel that halves it in the second."""
    image = read(os.path.join(LUTS, "image.dcm"))
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    frames = numpy.full((3, 8, 8), 200, numpy.uint8)
    frames[1, :, 3] = 100
    mask = Dataset()
    mask.MaskOperation, mask.MaskFrameNumbers, mask.ApplicableFrameRange = "AVG_SUB", 1, [2, 2]
    image.MaskSubtractionSequence = Sequence([mask])
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.12.1"
    image.Modality, image.PixelIntensityRelationship, image.NumberOfFrames = "XA", "LIN", 3
    image.Rows, image.Columns, image.PixelData = 8, 8, frames.tobytes()
    path = os.path.join(folder, "run.dcm")
    image.save_as(path)
    return path


def check_mask():
    """What has not changed is 0, the middle: 127.5. The vessel is the least value and so black. A frame outside of the
    range has no mask, and nothing is subtracted unless asked for."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_run(folder)
        plain, subtracted = render(path, "--frame", "2"), render(path, "--frame", "2", "--subtract")
        result, pixels = run(path, "--frame", "3", "--subtract")
    assert (plain[:, 3] == 100).all() and (plain[:, 4] == 200).all(), "the frame itself"
    assert result.returncode == 1 and pixels is None, "a frame without a mask"
    return (subtracted[:, 3] == 0).all() and (abs(subtracted[:, 4:] - 127.5) <= 1).all() or str(subtracted)


def main():
    tap = negtest.Tap()
    for name, function in (("three scrambled tables", check_luts), ("six overlays", check_overlays),
                           ("states of others are refused", check_refused),
                           ("a state about another image is refused", check_other_image),
                           ("rotation, flip, shutter, INVERSE", check_turned_and_covered),
                           ("graphics when asked for", check_graphics), ("a mask subtracted", check_mask)):
        if os.path.exists(os.path.join(LUTS, "pr.dcm")):
            tap.run(name, function)
        else:
            tap.skip(name, "no corpus")
    tap.done()


main()
