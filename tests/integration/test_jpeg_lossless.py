#!/usr/bin/env python3
"""Lossless JPEG as dcmcjpeg writes it, of every selection value and depth: `decode` gives the samples that went in."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

ROWS, COLUMNS = 61, 83
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
# name, bits allocated, bits stored, signed, samples
KINDS = [("8 bit", 8, 8, False, 1), ("RGB", 8, 8, False, 3), ("12 of 16 bit", 16, 12, False, 1),
         ("12 of 16 bit, signed", 16, 12, True, 1), ("16 bit", 16, 16, False, 1), ("16 bit, signed", 16, 16, True, 1),
         ("10 of 16 bit", 16, 10, False, 1)]
ENCODINGS = [("+e1",)] + [("+el", "+sv", str(value)) for value in range(1, 8)]


def samples(allocated, stored, signed, count, noise):
    """A slope, and for the widest differences noise over the whole range."""
    import numpy
    generator = numpy.random.default_rng(stored + 100 * signed)
    shape = (ROWS, COLUMNS, count)
    if noise:
        values = generator.integers(0, 1 << stored, shape)
    else:
        values = (numpy.add.outer(numpy.arange(ROWS) * 5, numpy.arange(COLUMNS) * 3)[..., None]
                  + generator.integers(0, 9, shape)) % (1 << stored)
    if signed:
        values -= 1 << (stored - 1)
    return values.astype(("<i" if signed else "<u") + str(allocated // 8))


def write_object(path, pixels, allocated, stored, signed, count):
    import pydicom
    meta = pydicom.dataset.FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = SECONDARY_CAPTURE, "2.25.1"
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset = pydicom.dataset.FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    for name, value in {
            "SOPClassUID": SECONDARY_CAPTURE, "SOPInstanceUID": "2.25.1", "StudyInstanceUID": "2.25.2",
            "SeriesInstanceUID": "2.25.3", "Modality": "OT", "SamplesPerPixel": count,
            "PhotometricInterpretation": "RGB" if count == 3 else "MONOCHROME2", "Rows": ROWS, "Columns": COLUMNS,
            "BitsAllocated": allocated, "BitsStored": stored, "HighBit": stored - 1,
            "PixelRepresentation": int(signed), "PixelData": pixels.tobytes()}.items():
        setattr(dataset, name, value)
    if count == 3:
        dataset.PlanarConfiguration = 0
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset["PixelData"].VR = "OW" if allocated > 8 else "OB"
    dataset.save_as(path, write_like_original=False)


def encode_all(folder, kind, noise):
    """path -> hash of what went in"""
    pixels = samples(*kind[1:], noise)
    expected, native = {}, folder + "/native.dcm"
    write_object(native, pixels, *kind[1:])
    for encoding in ENCODINGS:
        path = f"{folder}/{kind[0]}{', noise' if noise else ''}, {' '.join(encoding)}.dcm"
        subprocess.run(["dcmcjpeg", *encoding, native, path], check=True)
        expected[path] = hashlib.sha256(pixels.tobytes()).hexdigest()
    return expected


def main():
    tap = negtest.Tap()
    if shutil.which("dcmcjpeg") is None:
        tap.skip("lossless JPEG", "no dcmcjpeg")
        tap.done()
    with tempfile.TemporaryDirectory() as folder:
        expected = {}
        for kind in KINDS:
            for noise in (False, True):
                expected.update(encode_all(folder, kind, noise))
        items = negtest.json_lines(negtest.negatoscope("decode", "--json", *expected))
        found = {item["path"]: item for item in items}
        for path, digest in expected.items():
            item = found.get(path, {})
            tap.ok(item.get("sha256") == digest, os.path.basename(path), item)
    tap.done()


main()
