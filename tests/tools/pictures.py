"""The pictures of the built-in texts: what a script names as PICTURES = {NAME: (CAPTION, [LEFT, TOP, WIDTH, HEIGHT])} is cut out of the
topic's film, as it is when that English caption ends. So they are of the program as it is when the film is."""

import glob
import os
import re
import subprocess
import tempfile

import numpy
from PIL import Image

BYTES_MAX = 120000
WIDTH_MAX = 960  # pixels
GREYS = (192, 128, 96, 64, 48, 32, 24, 16)  # as many as the bytes allow
COLOURS = 48  # lines and frames keep theirs among all the grey of an image
VIVID = 8  # so far apart are red, green and blue of what is not grey
BEFORE_S = 0.05  # the next picture of the film is another caption's
CUE = re.compile(r"--> (\d\d):(\d\d):(\d\d)\.(\d{3})\n(.+)")


def end_of(folder, words):
    """When the caption that begins so ends, in seconds."""
    with open(os.path.join(folder, "captions.en.vtt"), encoding="utf-8") as file:
        found = [cue for cue in CUE.findall(file.read()) if cue[4].startswith(words)]
    assert len(found) == 1, f"{len(found)} captions of {folder} begin with “{words}”"
    hours, minutes, seconds, milliseconds = map(int, found[0][:4])
    return (hours * 60 + minutes) * 60 + seconds + milliseconds / 1000


def look(film, seconds):
    """What is seen then: a film has a picture only where something has changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "last.bmp")
        # The film's times are finer than its frames, and ffmpeg grumbles about each.
        subprocess.run(["ffmpeg", "-v", "quiet", "-y", "-i", film, "-to", f"{seconds:.3f}", "-update", "1", path], check=True)
        return Image.open(path).convert("RGB")


def palette_of(image, greys):
    pixels = numpy.asarray(image).reshape(-1, 3)
    vivid = pixels[numpy.ptp(pixels, axis=1) > VIVID]
    colours = [value for grey in range(greys) for value in [round(grey * 255 / (greys - 1))] * 3]
    if len(vivid) > 0:
        few = Image.fromarray(vivid[None]).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=2)
        colours += few.getpalette()[:3 * COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def save(image, path):
    for greys in GREYS:
        image.quantize(palette=palette_of(image, greys), dither=Image.Dither.NONE).save(path, optimize=True)
        if os.path.getsize(path) <= BYTES_MAX:
            return greys
    raise AssertionError(f"{path} has more than {BYTES_MAX} bytes")


def make(folder, pictures):
    """All pictures of one topic, and none but those."""
    for path in glob.glob(os.path.join(folder, "*.png")):
        os.remove(path)
    for name, (words, *part) in pictures.items():
        image = look(os.path.join(folder, "video.webm"), end_of(folder, words) - BEFORE_S)
        if part:
            left, top, width, height = part
            image = image.crop((left, top, left + width, top + height))
        if image.width > WIDTH_MAX:
            image = image.resize((WIDTH_MAX, round(image.height * WIDTH_MAX / image.width)), Image.Resampling.LANCZOS)
        path = os.path.join(folder, name + ".png")
        greys = save(image, path)
        print(f"{path}: {image.width} x {image.height}, {greys} greys, {os.path.getsize(path)} bytes", flush=True)
