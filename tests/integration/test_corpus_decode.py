#!/usr/bin/env python3
"""`decode` on every file of the corpus: equal to the manifest's hashes; lossy ones against the decoder named there,
run here and now; broken ones give pixels or a reason."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("NEGATOSCOPE_SOURCE", "."), "tests", "python"))
import negtest  # noqa: E402

BATCH = 100


def decode(paths, *options):
    """path -> JSON object, in batches: one process reads many files."""
    found = {}
    for start in range(0, len(paths), BATCH):
        result = negtest.negatoscope("decode", "--json", *options, *paths[start:start + BATCH], timeout=300)
        for item in negtest.json_lines(result):
            found[item["path"]] = item
    return found


def path_of(entry):
    return os.path.join(negtest.CORPUS, entry["path"])


def test_hashes(tap, files):
    wanted = [entry for entry in files if entry.get("pixels_sha256")]
    found = decode([path_of(entry) for entry in wanted])
    for entry in wanted:
        item = found.get(path_of(entry), {})
        tap.ok(item.get("sha256") == entry["pixels_sha256"], "decode " + entry["path"], item)
        if "error" not in item and entry.get("rows"):
            same = (item["rows"], item["columns"], item["frames"]) == (entry["rows"], entry["columns"], entry["frames"])
            tap.ok(same, "size of " + entry["path"], item)


def test_last_frames(tap, files):
    for entry in files:
        if not entry.get("last_frame_sha256") or not entry.get("decode_is_bit_exact"):
            continue
        item = decode([path_of(entry)], "--frame", str(entry["frames"])).get(path_of(entry), {})
        tap.ok(item.get("sha256") == entry["last_frame_sha256"], "last frame of " + entry["path"], item)


def values(raw, entry):
    import numpy
    kinds = {8: "u1", 16: "<u2", 32: "<u4"}
    kind = kinds[entry["bits_allocated"]]
    if entry["pixel_representation"] and entry["bits_allocated"] > 8:
        kind = kind.replace("u", "i")
    return numpy.frombuffer(raw, dtype=kind).astype("i8")


def first_frame_of(path, entry, photometric):
    """The first frame of an uncompressed object, samples interleaved."""
    import numpy
    import pydicom
    dataset = pydicom.dcmread(path, force=True)
    samples = entry["samples_per_pixel"]
    size = entry["rows"] * entry["columns"] * samples * entry["bits_allocated"] // 8
    frame = values(bytes(dataset.PixelData[:size]), entry)
    if samples > 1 and getattr(dataset, "PlanarConfiguration", 0) == 1:
        frame = numpy.moveaxis(frame.reshape(samples, -1), 0, 1).reshape(-1)
    if samples > 1 and dataset.PhotometricInterpretation.startswith("YBR"):
        frame = rgb_from_ybr(frame.reshape(-1, 3))
    return frame


def rgb_from_ybr(ybr):
    """PS3.3 C.7.6.3.1.2, the inverse matrix."""
    import numpy
    y, cb, cr = ybr[:, 0].astype(float), ybr[:, 1] - 128.0, ybr[:, 2] - 128.0
    rgb = numpy.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=1)
    return numpy.clip(numpy.rint(rgb), 0, 255).astype("i8").reshape(-1)


def first_codestream(path):
    import pydicom
    from pydicom.encaps import generate_pixel_data_frame
    dataset = pydicom.dcmread(path, force=True)
    return next(generate_pixel_data_frame(dataset.PixelData, int(dataset.get("NumberOfFrames", 1))))


def run_openjpeg(path, entry, folder):
    stream, raw = os.path.join(folder, "frame.j2k"), os.path.join(folder, "frame.raw")
    with open(stream, "wb") as file:
        file.write(first_codestream(path))
    subprocess.run(["opj_decompress", "-i", stream, "-o", raw.replace(".raw", ".rawl")], check=True,
                   capture_output=True)
    with open(raw.replace(".raw", ".rawl"), "rb") as file:
        import numpy
        planes = values(file.read(), entry)
    return numpy.moveaxis(planes.reshape(entry["samples_per_pixel"], -1), 0, 1).reshape(-1)


def run_decoder(name, path, entry, folder):
    output = os.path.join(folder, "out.dcm")
    if name == "openjpeg-opj_decompress":
        return run_openjpeg(path, entry, folder)
    command = {"dcmtk-dcmdjpeg": ["dcmdjpeg", path, output], "gdcm-gdcmconv": ["gdcmconv", "--raw", path, output]}
    subprocess.run(command[name], check=True, capture_output=True)
    return first_frame_of(output, entry, entry["pixels_photometric"])


def compare_lossy(entry):
    import numpy
    path = path_of(entry)
    with tempfile.TemporaryDirectory() as folder:
        ours = os.path.join(folder, "ours.raw")
        result = negtest.negatoscope("decode", "--json", "--output", ours, path)
        if result.returncode != 0:
            return result.stderr.decode()
        with open(ours, "rb") as file:
            mine = values(file.read(), entry)
        theirs = run_decoder(entry["pixels_decoder"], path, entry, folder)
    if mine.shape != theirs.shape:
        return f"{mine.shape} values, {entry['pixels_decoder']} gives {theirs.shape}"
    worst = int(numpy.abs(mine - theirs).max())
    limit = int(entry.get("max_abs_diff_between_decoders") or 0) + 1
    return worst <= limit or f"differs by {worst} from {entry['pixels_decoder']}, allowed {limit}"


def test_lossy(tap, files):
    for entry in files:
        if entry["has_pixels"] and entry.get("pixels_decoder") and not entry.get("decode_is_bit_exact"):
            tap.run("lossy " + entry["path"], compare_lossy, entry)


def test_broken(tap, files):
    broken = [entry for entry in files if entry["path"].startswith("broken/")]
    found = decode([path_of(entry) for entry in broken])
    for entry in broken:
        item = found.get(path_of(entry), {})
        answered = "sha256" in item or (item.get("error", {}).get("message") and item["error"].get("code"))
        tap.ok(bool(answered), "pixels or a reason for " + entry["path"], item)


def main():
    tap = negtest.Tap()
    manifest = negtest.manifest()
    if manifest is None:
        tap.skip("decode the corpus", "no corpus")
    else:
        test_hashes(tap, manifest["files"])
        test_last_frames(tap, manifest["files"])
        test_lossy(tap, manifest["files"])
        test_broken(tap, manifest["files"])
    tap.done()


main()
