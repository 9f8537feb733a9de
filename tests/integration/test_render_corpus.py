#!/usr/bin/env python3
"""`render` against DCMTK's pictures of the corpus, pixel by pixel: at most two grey levels apart, but for the files below,
each with the reason. The manifest names the command that made a picture and the hash of its pixels; the picture is made
again, and one that is not the manifest's proves nothing."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

LEVELS = 2

# What rightly differs, and why.
NO_WINDOW = "no window and more than 8 bits: DCMTK shows all that the bits could hold, nearly one grey; here it is what the " \
    "values span"
PER_FRAME = "the window is in the functional groups, which DCMTK does not read (C.7.6.16.2.10)"
DIFFERS = {
    "transfer-syntax/jpeg-extended12_nema-rg3.dcm":
        "8 pixels that loss put one beyond 10 bits: DCMTK makes 1024 the 0 at the other end, black and white exchanged",
    "modality/ct_enhanced_supplemental-palette.dcm": "DCMTK does not show a supplemental palette (C.7.6.19)",
    "modality/mr_enhanced_sag-loc-15frame.dcm": PER_FRAME,
    "modality/mr_enhanced_siemens-phantom-25frame.dcm": PER_FRAME,
    "transfer-syntax/explicit-le_ct-small.dcm": NO_WINDOW,
    "transfer-syntax/explicit-le_nema-ct1.dcm": NO_WINDOW,
    "transfer-syntax/explicit-le_nema-nm1.dcm": NO_WINDOW,
    "transfer-syntax/rle_nema-ct1.dcm": NO_WINDOW,
    "transfer-syntax/rle_fragmented-ct1.dcm": NO_WINDOW,
    "transfer-syntax/rle_emri-10frame.dcm": NO_WINDOW,
    "transfer-syntax/jpeg-extended12_nema-nm1.dcm": NO_WINDOW,
    "transfer-syntax/jpeg-lossless-sv1_nema-ct1.dcm": NO_WINDOW,
    "transfer-syntax/jpeg-lossless-sv1_nema-xa1.dcm": NO_WINDOW,
    "transfer-syntax/jpegls-lossless_nema-ct1.dcm": NO_WINDOW,
    "transfer-syntax/jpegls-near_nema-ct1.dcm": NO_WINDOW,
    "photometric/bit32-uint_rtdose.dcm": NO_WINDOW,
    "modality/xa_1024-10bit-rle.dcm": NO_WINDOW,
    "modality/nm_whole-body-nm1-jpegll.dcm": NO_WINDOW,
    "modality/mr_enhanced_metabolite-map-256frame.dcm": NO_WINDOW,
    "modality/mr_enhanced_emri-10frame.dcm": NO_WINDOW,
    "modality/mr_siemens-mosaic-1.dcm": NO_WINDOW,
    "objects/rt_rubydicom/rtdose-3d-volume.dcm": NO_WINDOW,
    "objects/seg_highdicom/ct-image.dcm": NO_WINDOW,
    "objects/sr/dwv-image-squares.dcm": NO_WINDOW,
}


def read_pnm(path, entry):
    """The last bytes of the file are its pixels, 8 bits each."""
    size = entry["width"] * entry["height"] * entry["channels"]
    with open(path, "rb") as file:
        pixels = file.read()[-size:]
    if hashlib.sha256(pixels).hexdigest() != entry["sha256"]:
        raise negtest.Skip("this DCMTK draws it otherwise than the manifest says")
    shape = (entry["height"], entry["width"]) + ((3,) if entry["channels"] == 3 else ())
    return numpy.frombuffer(pixels, numpy.uint8).reshape(shape).astype(int)


def draw_both(entry, folder):
    source = os.path.join(negtest.CORPUS, entry["path"])
    reference, output = os.path.join(folder, "reference.pnm"), os.path.join(folder, "out.png")
    program, *options = entry["dcmtk_render_8bit"]["command"].split()
    if shutil.which(program) is None:
        raise negtest.Skip(f"no {program}")
    subprocess.run([program, *options, source, reference], check=True, capture_output=True, timeout=120)
    expected = read_pnm(reference, entry["dcmtk_render_8bit"])
    negtest.negatoscope("render", source, "--output", output, check=True)
    return expected, numpy.asarray(Image.open(output)).astype(int)


def get_difference(entry):
    with tempfile.TemporaryDirectory() as folder:
        expected, drawn = draw_both(entry, folder)
    if expected.shape != drawn.shape:
        return f"{drawn.shape} and not {expected.shape}"
    apart = abs(expected - drawn)
    return None if apart.max() <= LEVELS else f"up to {apart.max()} apart in {int((apart > LEVELS).sum())} values"


def check(entry):
    difference = get_difference(entry)
    if entry["path"] not in DIFFERS:
        return difference is None or difference
    return difference is not None or f"no longer differs: {DIFFERS[entry['path']]}"


def main():
    tap = negtest.Tap()
    manifest = negtest.manifest()
    if manifest is None:
        tap.skip("render as DCMTK does", "no corpus")
        tap.done()
        return
    for entry in manifest["files"]:
        if "dcmtk_render_8bit" in entry:
            tap.run("render " + entry["path"], check, entry)
    tap.done()


main()
