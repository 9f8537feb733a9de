"""Reads a film: everything that can be read in any of its pictures, by OCR. A picture is read where it differs from what was read
there last; what was cut out is put on pages as large as a screen, and read twice as large."""

import concurrent.futures
import json
import os
import subprocess
import tempfile

import numpy
from PIL import Image

BLOCK = 16  # pixels; a letter that changes changes one of them
DIFFERENCE = 28  # grey levels: letters that are dim differ by more, what the encoder leaves behind by less
BESIDE, ABOVE = 3, 1  # blocks round what changed: words are read whole
PAGE_WIDTH, PAGE_HEIGHT, GAP = 1296, 1600, 8
READERS = 2


def size(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "json", path],
                          capture_output=True, text=True, check=True)
    stream = json.loads(done.stdout)["streams"][0]
    return stream["width"], stream["height"]


def pictures(path):
    """Each picture of it as grey levels; numpy arrays."""
    width, height = size(path)
    with subprocess.Popen(["ffmpeg", "-v", "fatal", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo",
                           "-pix_fmt", "gray", "-"], stdout=subprocess.PIPE) as process:
        while len(data := process.stdout.read(width * height)) == width * height:
            yield numpy.frombuffer(data, dtype=numpy.uint8).reshape(height, width)
    assert process.returncode == 0, f"{path}: ffmpeg ended with {process.returncode}"


def from_picture(picture, path):
    """A film of a second that shows only @picture (a file), as small as a recording is."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-loop", "1", "-r", "5", "-t", "1", "-i", picture, "-pix_fmt", "yuv420p", "-c:v", "libvpx",
                    "-b:v", "360k", "-deadline", "realtime", "-cpu-used", "8", path], check=True)


# --- where a picture differs ---

def in_blocks(picture):
    """Whole blocks: the picture grows to the right and below."""
    height, width = picture.shape
    padded = numpy.pad(picture, ((0, -height % BLOCK), (0, -width % BLOCK)), mode="edge")
    return padded.reshape(padded.shape[0] // BLOCK, BLOCK, padded.shape[1] // BLOCK, BLOCK)


def find_changed(before, now):
    difference = numpy.abs(in_blocks(now).astype(numpy.int16) - in_blocks(before))
    return difference.max(axis=(1, 3)) > DIFFERENCE


def grow(mask):
    grown = mask.copy()
    for dy in range(-ABOVE, ABOVE + 1):
        for dx in range(-BESIDE, BESIDE + 1):
            source = mask[max(-dy, 0):mask.shape[0] - max(dy, 0), max(-dx, 0):mask.shape[1] - max(dx, 0)]
            grown[max(dy, 0):mask.shape[0] + min(dy, 0), max(dx, 0):mask.shape[1] + min(dx, 0)] |= source
    return grown


def runs(filled):
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([0], filled.astype(numpy.int8), [0]))))
    return list(zip(edges[::2], edges[1::2]))


def rectangles(mask, top=0, left=0):
    """Of blocks, cut apart at empty rows and columns."""
    for first, end in runs(mask.any(axis=1)):
        band = mask[first:end]
        columns = runs(band.any(axis=0))
        for start, stop in columns:
            if len(columns) == 1 and (first, end) == (0, mask.shape[0]) and (start, stop) == (0, mask.shape[1]):
                yield top, left, mask.shape[0], mask.shape[1]
            else:
                yield from rectangles(band[:, start:stop], top + first, left + start)


# --- pages of what was cut out ---

class Pages:
    """Rows of pieces, one after the other; a page that is full goes to a reader."""

    def __init__(self, folder, readers):
        self.folder, self.readers, self.texts, self.seen, self.n_pieces = folder, readers, [], set(), 0
        self.clear()

    def clear(self):
        self.page = numpy.full((PAGE_HEIGHT, PAGE_WIDTH), 30, dtype=numpy.uint8)
        self.x = self.y = self.row = 0

    def add(self, piece):
        if piece.tobytes() in self.seen:
            return
        self.seen.add(piece.tobytes())
        height, width = piece.shape
        assert height <= PAGE_HEIGHT and width <= PAGE_WIDTH, piece.shape
        if self.x + width > PAGE_WIDTH:
            self.x, self.y, self.row = 0, self.y + self.row + GAP, 0
        if self.y + height > PAGE_HEIGHT:
            self.finish()
        self.page[self.y:self.y + height, self.x:self.x + width] = piece
        self.x += width + GAP
        self.row = max(self.row, height)
        self.n_pieces += 1

    def finish(self):
        if self.row > 0:
            name = os.path.join(self.folder, f"{len(self.texts)}.png")
            Image.fromarray(self.page[:self.y + self.row]).save(name)
            self.texts.append(self.readers.submit(ocr, name))
        self.clear()


def ocr(name):
    picture = Image.open(name).convert("L")
    picture.resize((picture.width * 2, picture.height * 2), Image.LANCZOS).save(name)
    return subprocess.run(["tesseract", name, "-", "--psm", "11"], capture_output=True, text=True, check=True,
                          env=dict(os.environ, OMP_THREAD_LIMIT="1")).stdout


class Film:
    """.text: all that was read. .samples: what was read in @n_samples whole pictures of it, evenly spaced."""

    def __init__(self, path, n_samples):
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(READERS) as readers:
            pages = Pages(folder, readers)
            chosen = self.cut(path, pages, n_samples)
            pages.finish()
            whole = [readers.submit(ocr, self.keep(folder, number, picture)) for number, picture in enumerate(chosen)]
            self.text = "\n".join(text.result() for text in pages.texts + whole)
            self.samples = [text.result() for text in whole]
            self.n_pieces, self.n_pages = pages.n_pieces, len(pages.texts)

    def cut(self, path, pages, n_samples):
        before, distinct, self.n_pictures = None, [], 0
        for now in pictures(path):
            self.n_pictures += 1
            mask = find_changed(before, now) if before is not None else numpy.ones(in_blocks(now).shape[::2], dtype=bool)
            if not mask.any():
                continue
            mask = grow(mask)
            for top, left, height, width in rectangles(mask):
                pages.add(now[top * BLOCK:(top + height) * BLOCK, left * BLOCK:(left + width) * BLOCK])
            whole = numpy.repeat(numpy.repeat(mask, BLOCK, 0), BLOCK, 1)[:now.shape[0], :now.shape[1]]
            before = numpy.where(whole, now, before) if before is not None else now
            distinct.append(now)
        self.n_distinct = len(distinct)
        places = numpy.linspace(0, len(distinct) - 1, min(n_samples, len(distinct)))
        return [distinct[int(place)] for place in places]

    @staticmethod
    def keep(folder, number, picture):
        name = os.path.join(folder, f"whole-{number}.png")
        Image.fromarray(picture).save(name)
        return name
