"""Imaging pitfalls 1 to 12 and 31: from the stored value to the grey level or colour. Each test says what other viewers
did, and works out what is right from the clause. @folder is empty and goes away after the test."""

import math
import os

import numpy
import pydicom
from pydicom.pixel_data_handlers.util import apply_color_lut

from synthetic import (IMPLICIT, copy_changed, corpus, expect, item, lut, measure, near, probe, render, run_render,
                       stored_values, write_state)

RAMP = numpy.arange(256, dtype=numpy.uint8).reshape(16, 16)
# Three permutations of 0..255 of which no two commute: a stage left out or exchanged with another shows everywhere.
ONE, TWO, THREE = ((numpy.arange(256) * a + b) % 256 for a, b in ((7, 3), (13, 5), (11, 9)))
S16, U16 = numpy.dtype("int16"), numpy.dtype("uint16")


def linear(x, center, width):
    """C.11.2.1.2.1 as grey levels."""
    y = ((numpy.asarray(x, float) - (center - 0.5)) / (width - 1) + 0.5) * 255
    return numpy.floor(numpy.clip(y, 0, 255) + 0.5)


def order(folder):
    """Fell back to the image's window where a state has none. PS3.4 N.2: modality, VOI, presentation LUT; the stages of
    a state replace the image's, an absent one is an identity. All tables map 0..255 to 0..255: the grey level is ONE[v]
    with the modality LUT alone, THREE[TWO[ONE[v]]] with all."""
    image = folder.write(RAMP, RescaleSlope=3, RescaleIntercept=-9, WindowCenter=40, WindowWidth=20)
    expect(render(image), linear(RAMP * 3.0 - 9, 40, 20), "without a state")
    state = write_state(folder, image, ModalityLUTSequence=[lut(ONE, ModalityLUTType="US")])
    expect(render(image, "--presentation-state", state), ONE[RAMP], "modality LUT alone")
    state = write_state(folder, image, ModalityLUTSequence=[lut(ONE, ModalityLUTType="US")],
                        SoftcopyVOILUTSequence=[item(VOILUTSequence=[lut(TWO)])], PresentationLUTShape=None,
                        PresentationLUTSequence=[lut(THREE)])
    expect(render(image, "--presentation-state", state), THREE[TWO[ONE[RAMP]]], "all three")


def order_corpus(_folder):
    path = corpus("objects/pr_clunie-luts/image.dcm")
    state = corpus("objects/pr_clunie-luts/pr.dcm")
    read = pydicom.dcmread(state)
    items = (read.ModalityLUTSequence[0], read.SoftcopyVOILUTSequence[0].VOILUTSequence[0],
             read.PresentationLUTSequence[0])
    first, second, third = (numpy.frombuffer(numpy.array(entry.LUTData, "<u2").tobytes()
                                             if not isinstance(entry.LUTData, bytes) else entry.LUTData, "<u2")
                            for entry in items)
    expect(render(path, "--presentation-state", state), third[second[first[pydicom.dcmread(path).pixel_array]]])


def modality_lut(folder):
    """Applied the rescale as well, or the table that leads an angiogram back to the beam. C.11.1: one or the other;
    table of 4 from 10 on: below it the first entry, above it the last. C.8.7.1.1.2: of XA not for display."""
    pixels = numpy.array([[0, 10, 11, 12, 13, 200]], numpy.uint8)
    sequence = [lut([5, 250, 40, 99], first=10, ModalityLUTType="US")]
    ct = folder.write(pixels, ModalityLUTSequence=sequence, RescaleSlope=100, RescaleIntercept=7)
    expect([probe(ct, x, 0)["modality"] for x in range(6)], [5, 5, 250, 40, 99, 99], "table")
    xa = folder.write(pixels, "XA", ModalityLUTSequence=sequence, WindowCenter=128, WindowWidth=256,
                      PixelIntensityRelationship="LOG")
    expect(render(xa), pixels, "XA")


def modality_lut_corpus(_folder):
    path = corpus("photometric/modalitylut-sequence.dcm")
    read = pydicom.dcmread(path)
    entry, stored = read.ModalityLUTSequence[0], stored_values(read)
    count, first, _ = (int(value) for value in entry.LUTDescriptor)
    data = numpy.frombuffer(entry.LUTData, "<u2") if isinstance(entry.LUTData, bytes) else numpy.array(entry.LUTData)
    for x, y in ((0, 0), (256, 256), (400, 100), (511, 511)):
        index = min(max(stored[y, x] - first, 0), (count or 65536) - 1)
        expect(probe(path, x, y)["modality"], data[index], f"{x},{y}")


def rescale_of_slice(folder):
    """Took the first slice's slope for all of a PET. Table C.8-63: each slice its own; stored 100 is 100, 250, 50 here.
    Sorted by position, the slopes come as 1, 2.5, 0.5."""
    for number, (z, slope) in enumerate(((6, 0.5), (0, 1), (3, 2.5)), 1):
        folder.write(numpy.full((4, 4), 100, U16), "PT", f"pt/{number}.dcm", RescaleSlope=slope, RescaleIntercept=0,
                     ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[0, 0, z], PixelSpacing=[2, 2],
                     FrameOfReferenceUID="2.25.4")
    for frame, value in enumerate((100, 250, 50), 1):
        answer = measure(folder.path("pt"), "--frame", str(frame), "--rectangle", "0,0,4,4")
        expect([answer["mean"], answer["max"]], [value, value], f"slice {frame}")


def rescale_of_slice_corpus(_folder):
    path = corpus("series/petct-sts001/pt")
    reads = sorted((pydicom.dcmread(os.path.join(path, name)) for name in os.listdir(path)),
                   key=lambda read: read.ImagePositionPatient[2])
    assert len({float(read.RescaleSlope) for read in reads}) > 5
    for index in (0, len(reads) // 2, len(reads) - 1):
        expected = float(reads[index].pixel_array[64, 60]) * float(reads[index].RescaleSlope)
        near(probe(path, 60, 64, "--frame", str(index + 1))["modality"], expected, f"slice {index}")


def units(folder):
    """Wrote HU under everything. C.11.1.1.2: the unit is the Rescale Type's; HU by default only of a CT, and not of its
    localizer; US is no unit, OD stands for thousandths of it."""
    cases = (("CT", {}, "HU"), ("CT", {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, None),
             ("CT", {"RescaleType": "US"}, None), ("MR", {}, None), ("PT", {"RescaleType": "HU"}, None),
             ("CR", {"RescaleType": "OD"}, "10^-3 OD"), ("OT", {"RescaleType": "MGML"}, "mg/ml"))
    for kind, attributes, unit in cases:
        path = folder.write(numpy.array([[7]], U16), kind, RescaleSlope=2, RescaleIntercept=-4, **attributes)
        answer = probe(path, 0, 0)
        expect(answer["modality"], 10, kind)
        assert answer["units"] == unit, f"{kind} {attributes}: {answer['units']}"


def units_corpus(_folder):
    for name, unit in (("transfer-syntax/explicit-le_nema-ct1.dcm", "HU"),
                       ("dicomdir/pydicom-set/98892001/CT2N/6924", None),
                       ("transfer-syntax/explicit-le_mr-small.dcm", None)):
        answer = probe(corpus(name), 5, 5)
        assert answer["units"] == unit, f"{name}: {answer['units']}"


def map_item(first, last, slope, intercept, code):
    unit = item(CodeValue=code, CodingSchemeDesignator="UCUM", CodeMeaning=code)
    return item([(0x00409216, "US", first), (0x00409211, "US", last)], LUTLabel=code, LUTExplanation="",
                RealWorldValueSlope=slope, RealWorldValueIntercept=intercept, MeasurementUnitsCodeSequence=[unit])


def real_world(folder):
    """Mapped the rescaled value, or values out of range. C.7.6.16.2.11: RV = slope * STORED + intercept from the first
    mapped to the last, beside the modality LUT: 0.5 * 20 + 1 = 11; 9 and 31 have none; the second map has 31: 62."""
    maps = [map_item(10, 30, 0.5, 1, "m2/s"), map_item(31, 40, 2, 0, "1")]
    path = folder.write(numpy.array([[20, 9, 31]], U16), "MR", RescaleSlope=100, RescaleIntercept=3,
                        RealWorldValueMappingSequence=maps)
    answers = [probe(path, x, 0).get("real_world") for x in range(3)]
    found = [[(entry["value"], entry["units"]) for entry in answer] for answer in answers]
    assert found == [[(11.0, "m2/s")], [], [(62.0, "1")]], found


def bits(folder):
    """Took the whole word. PS3.5 8.1.1: v = word >> (HighBit + 1 - BitsStored), cut to BitsStored, sign-extended.
    Low: 12 bits under 4 of rubbish, 0xF801 is 0x801 = 2049, signed -2047. High: 12 bits above 4 of rubbish,
    0x801F is 0x801 too, 0x7FF0 is 2047."""
    cases = ((11, 0, [0xF801, 0x0FFF, 0xA000], [0x801, 0xFFF, 0]), (11, 1, [0xF801, 0x0FFF, 0xA7FF], [-2047, -1, 2047]),
             (15, 0, [0x801F, 0x7FF0, 0x000F], [0x801, 0x7FF, 0]), (15, 1, [0x801F, 0x7FF3, 0xFFFF], [-2047, 2047, -1]))
    for high, sign, words, values in cases:
        path = folder.write(numpy.array([words], U16), bits=12, HighBit=high, PixelRepresentation=sign,
                            WindowCenter=0, WindowWidth=5000)
        expect([probe(path, x, 0)["stored"] for x in range(3)], values, f"high bit {high}, sign {sign}")
        expect(render(path), linear([values], 0, 5000), f"high bit {high}, sign {sign}")


def bits_corpus(_folder):
    path = corpus("photometric/mono2_16-14-signed.dcm")
    read = pydicom.dcmread(path)
    values = stored_values(read)
    for x, y in ((3, 3), (256, 256), (100, 400)):
        expect(probe(path, x, y)["stored"], values[y, x], f"{x},{y}")


def padding(folder):
    """Windowed and averaged the padding, or compared without sign. C.7.5.1.1.2: stored values from one to the other
    inclusive, in either order, are black and take no part. Mean of 0 and 100 is 50; the automatic range is 0..100."""
    pixels = numpy.array([[-2000, -1990, -1995, 0, 100, 50]], S16)
    elements = [(0x00280120, "SS", -1990), (0x00280121, "SS", -2000)]
    for photometric, grey in (("MONOCHROME2", [0, 255]), ("MONOCHROME1", [255, 0])):
        path = folder.write(pixels, elements=elements, PhotometricInterpretation=photometric, RescaleSlope=1,
                            RescaleIntercept=-1000)
        drawn = render(path)[0]
        expect(drawn[:5], [0, 0, 0, *grey], photometric)
        answer = measure(path, "--rectangle", "0,0,5,1")
        expect([answer[key] for key in ("mean", "min", "max", "pixels", "left_out")], [-950, -1000, -900, 2, 3])
        # Twice as large, 0 beside padding stays what it is: nothing of -1995 is mixed in.
        expect(render(path, "--size", "12x2")[0][6], grey[0], "interpolation")
    alone = folder.write(pixels, elements=elements[:1])
    expect(measure(alone, "--rectangle", "0,0,6,1")["left_out"], 1, "without a limit")


def padding_corpus(_folder):
    path = corpus("series/ct-tilt-nonuniform-ge/014.dcm")
    read = pydicom.dcmread(path)
    stored = read.pixel_array.astype(int)
    assert (stored == int(read.PixelPaddingValue)).any(), "no padding in it"
    inside = stored[stored != int(read.PixelPaddingValue)]
    answer = measure(path, "--rectangle", f"0,0,{read.Columns},{read.Rows}")
    expect([answer["pixels"], answer["left_out"]], [inside.size, stored.size - inside.size])
    near(answer["mean"], inside.mean() * float(read.RescaleSlope) + float(read.RescaleIntercept), "mean")
    expect(render(path)[stored == int(read.PixelPaddingValue)].max(), 0, "black")


def voi_functions(folder):
    """Had one formula for three. c = 2, w = 4 over 0..4. LINEAR ((x - 1.5) / 3 + 0.5) * 255: 0, 85, 170, 255, 255.
    LINEAR_EXACT ((x - 2) / 4 + 0.5) * 255: 0, 63.75, 127.5, 191.25, 255. SIGMOID 255 / (1 + exp (-(x - 2))):
    30.40, 68.58, 127.5, 186.42, 224.60."""
    expected = {None: [0, 85, 170, 255, 255], "LINEAR": [0, 85, 170, 255, 255], "LINEAR_EXACT": [0, 64, 128, 191, 255],
                "SIGMOID": [30, 69, 128, 186, 225]}
    pixels = numpy.array([[0, 1, 2, 3, 4]], U16)
    for function, values in expected.items():
        attributes = {"VOILUTFunction": function} if function else {}
        path = folder.write(pixels, WindowCenter=2, WindowWidth=4, **attributes)
        for renderer in ("cpu", "gl"):
            drawn = render(path, "--renderer", renderer)
            assert abs(drawn - [values]).max() <= (renderer == "gl"), f"{function} {renderer}: {drawn}"
        if function:
            option = "2,4," + function.lower().replace("_", "-")
            expect(render(folder.write(pixels), "--window", option), [values], option)
    # w = 1 is a threshold at c - 0.5 and divides by nothing: above 1.5 all is white.
    expect(render(folder.write(pixels, WindowCenter=2, WindowWidth=1)), [[0, 0, 255, 255, 255]], "w = 1")


def alternatives(folder):
    """Applied one after the other, or read "1E2" as 1. C.11.2.1.2.2: alternatives, pairs of equal count; three windows
    and then a table of 4 entries. (100, 200), (-2.5, 11), (6.4, 2): by LINEAR."""
    pixels = numpy.array([[-10, -3, 0, 6, 90, 199]], S16)
    elements = [(0x00281050, "DS", ["1E2", "-2.5", "6.4"]), (0x00281051, "DS", ["2e+2", "11", "2.0"])]
    path = folder.write(pixels, elements=elements, WindowCenterWidthExplanation=["WIDE", "LOW", "NARROW"],
                        VOILUTSequence=[lut([0, 200, 100, 50], first=-3, sign="SS", LUTExplanation="TABLE")])
    for number, (center, width) in enumerate(((100, 200), (-2.5, 11), (6.4, 2)), 1):
        expect(render(path, "--voi", str(number)), linear(pixels, center, width), f"window {number}")
    expect(render(path, "--voi", "4"), [[0, 0, 50, 50, 50, 50]], "table")
    expect(render(path), linear(pixels, 100, 200), "the first")
    result, drawn = run_render(path, "--voi", "5")
    assert result.returncode == 1 and drawn is None, "a fifth one"
    # Widths that the clause forbids are passed over; colour has no windows.
    broken = folder.write(pixels, elements=[(0x00281050, "DS", ["5", "100"]), (0x00281051, "DS", ["0.5", "200"])])
    expect(render(broken), linear(pixels, 100, 200), "a width of 0.5")
    color = folder.write(numpy.array([[[10, 20, 30]]], numpy.uint8), "US", WindowCenter=1, WindowWidth=1)
    expect(render(color), [[[10, 20, 30]]], "colour")


def alternatives_corpus(_folder):
    path = corpus("photometric/voilut-sequence.dcm")
    read = pydicom.dcmread(path)
    stored = read.pixel_array.astype(int)
    count, first, depth = (int(value) for value in read.VOILUTSequence[0].LUTDescriptor)
    data = read.VOILUTSequence[0].LUTData
    entries = numpy.frombuffer(data, "<u2").astype(int) if isinstance(data, bytes) else numpy.array(data)
    windows = len(numpy.atleast_1d(read.WindowCenter)) if "WindowCenter" in read else 0
    value = stored * float(read.get("RescaleSlope", 1)) + float(read.get("RescaleIntercept", 0))
    expected = entries[numpy.clip(value.astype(int) - first, 0, (count or 65536) - 1)] * 255 / (2 ** depth - 1)
    drawn = render(path, "--voi", str(windows + 1))
    assert abs(drawn - expected).max() <= 0.51, abs(drawn - expected).max()


def voi_after_modality(folder):
    """Read the first mapped value without its sign. C.11.2.1.1: where rescaled values can be negative it is SS, though
    stored ones are not; in implicit VR nobody says so. -1024 is FC00. Entries 0, 50, 100, 255 for HU -1024..-1021; where
    nothing is negative the same bits are 64512."""
    pixels = numpy.array([[0, 1, 2, 3]], U16)
    for syntax in (None, IMPLICIT):
        options = {"syntax": syntax} if syntax else {}
        path = folder.write(pixels, RescaleSlope=1, RescaleIntercept=-1024, **options,
                            VOILUTSequence=[lut([0, 50, 100, 255], first=-1024, sign="SS")])
        expect(render(path), [[0, 50, 100, 255]], f"signed, {syntax}")
    path = folder.write(pixels + 64512, "MR", syntax=IMPLICIT,
                        VOILUTSequence=[lut([0, 50, 100, 255], first=64512)])
    expect(render(path), [[0, 50, 100, 255]], "unsigned")


def monochrome1(folder):
    """Inverted before the window, twice, or under a state too. C.7.6.3.1.2: after any VOI; c = 3, w = 4 over 0..4:
    LINEAR 0, 0, 85, 170, 255, so 255, 255, 170, 85, 0. DX says INVERSE as well: once. Under a state only its shape."""
    pixels = numpy.array([[0, 1, 2, 3, 4]], U16)
    normal, inverse = [[0, 0, 85, 170, 255]], [[255, 255, 170, 85, 0]]
    window = {"WindowCenter": 3, "WindowWidth": 4}
    path = folder.write(pixels, "CR", PhotometricInterpretation="MONOCHROME1", **window)
    expect(render(path), inverse, "MONOCHROME1")
    dx = folder.write(pixels, "DX", PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE", **window)
    expect(render(dx), inverse, "with INVERSE")
    voi = [item(WindowCenter=3, WindowWidth=4)]
    for shape, expected in (("IDENTITY", normal), ("INVERSE", inverse)):
        state = write_state(folder, path, SoftcopyVOILUTSequence=voi, PresentationLUTShape=shape)
        expect(render(path, "--presentation-state", state), expected, f"state, {shape}")


def monochrome1_corpus(folder):
    name = "photometric/mono1_8_dx-dog.dcm"
    drawn = render(corpus(name))
    other = render(copy_changed(folder, name, PhotometricInterpretation="MONOCHROME2", PresentationLUTShape="IDENTITY"))
    assert len(numpy.unique(drawn)) > 16
    # One may round where the other rounds the other way.
    assert abs(drawn + other - 255).max() <= 1, abs(drawn + other - 255).max()


def photometric(folder):
    """Converted twice, or not. C.7.6.3.1.2: R = Y + 1.402 (Cr - 128), G = Y - 0.3441 (Cb - 128) - 0.7141 (Cr - 128),
    B = Y + 1.772 (Cb - 128). Y 100, Cb 90, Cr 160: 100 + 44.86 = 145; 100 + 13.08 - 22.85 = 90; 100 - 67.34 = 33.
    YBR_FULL_422: Y1 Y2 Cb Cr; Y 50 is 95, 40, 0 (-17.3)."""
    ybr = folder.write(numpy.array([[[100, 90, 160], [128, 128, 128]]], numpy.uint8), "US",
                       PhotometricInterpretation="YBR_FULL")
    expect(render(ybr), [[[145, 90, 33], [128, 128, 128]]], "YBR_FULL")
    planes = folder.write(numpy.array([[[100, 128, 90], [128, 160, 128]]], numpy.uint8), "US",
                          PhotometricInterpretation="YBR_FULL", PlanarConfiguration=1)
    expect(render(planes), [[[145, 90, 33], [128, 128, 128]]], "in planes")
    half = folder.write(numpy.array([[[1, 2, 3]] * 4], numpy.uint8), "US", PhotometricInterpretation="YBR_FULL_422",
                        elements=[(0x7FE00010, "OB", bytes([100, 50, 90, 160, 128, 128, 128, 128]))])
    expect(render(half), [[[145, 90, 33], [95, 40, 0], [128] * 3, [128] * 3]], "YBR_FULL_422")


def photometric_corpus(_folder):
    """The same ultrasound image uncompressed and in codestreams that hold colour differences of two kinds."""
    plain = pydicom.dcmread(corpus("transfer-syntax/explicit-le_nema-us1.dcm")).pixel_array
    for name in ("explicit-le_nema-us1", "j2k-lossless_nema-us1-rct", "htj2k-lossless-rpcl202_nema-us1-rct",
                 "rle_nema-us1-rgb"):
        expect(render(corpus(f"transfer-syntax/{name}.dcm")), plain, name)


def palette_elements(tables, first=0, bits=16, segmented=False):
    elements = []
    for index, entries in enumerate(tables):
        elements.append((0x00281101 + index, "US", [len(entries) if not segmented else segmented, first, bits]))
        elements.append(((0x00281221 if segmented else 0x00281201) + index, "OW",
                         numpy.array(entries, "<u2").tobytes()))
    return elements


def palette(folder):
    """Scaled by 257, took 8-bit entries for dark ones, ended a ramp before its end. C.7.6.3.1.5, .6, C.7.9.2: below the
    first mapped the first entry; 16 bits by >> 8: 40FF is 64 (and / 257 65); all entries up to 255 are 8 bits.
    Segmented: 0, then a ramp of 4 to 0x8000: 0x2000, 0x4000, 0x6000, 0x8000."""
    pixels = numpy.array([[0, 5, 6, 7, 8, 200]], numpy.uint8)
    wide = [0x40FF, 0xFFFF, 0x00FF, 0x8000]
    options = {"kind": "US", "PhotometricInterpretation": "PALETTE COLOR"}
    path = folder.write(pixels, elements=palette_elements([wide, [0, 0, 0, 0x1200], wide[::-1]], 5), **options)
    expect(render(path)[0], [[64, 0, 128], [64, 0, 128], [255, 0, 0], [0, 0, 255], [128, 18, 64], [128, 18, 64]], "16")
    path = folder.write(pixels, elements=palette_elements([[7, 200, 255, 3]] * 3, 5), **options)
    expect(render(path)[0, :, 0], [7, 7, 200, 255, 3, 3], "8 bits in 16")
    ramp = [0, 1, 0, 1, 4, 0x8000]
    path = folder.write(pixels, elements=palette_elements([ramp] * 3, 5, segmented=5), **options)
    expect(render(path)[0, :, 1], [0, 0, 32, 64, 96, 128], "segmented")
    narrow = [(tag, vr, bytes(4) if "W" in vr else value) for tag, vr, value in
              palette_elements([[0] * 4] * 3, 5, bits=8)]
    narrow[1] = (0x00281201, "OW", bytes([7, 200, 255, 3]))
    path = folder.write(pixels, elements=narrow, **options)
    expect(render(path)[0, :, 0], [7, 7, 200, 255, 3, 3], "8 bits, two to a word")


def supplemental(folder):
    """Coloured it all, or nothing. C.7.6.19: grey below the first mapped, colour from there on."""
    pixels = numpy.array([[0, 100, 200, 201]], numpy.uint8)
    path = folder.write(pixels, "CT", WindowCenter=128, WindowWidth=256,
                        elements=palette_elements([[0xFF00, 0], [0, 0xFF00], [0, 0]], 200),
                        PixelPresentation="COLOR")
    expect(render(path)[0], [[0] * 3, [100] * 3, [255, 0, 0], [0, 255, 0]])


def palette_corpus(_folder):
    """Against pydicom, which expands segments without indirection as the clause says, to within 1."""
    for name in ("palette16_segmented-lut_us-aloka", "palette16lut_testpattern"):
        read = pydicom.dcmread(corpus(f"photometric/{name}.dcm"))
        expected = apply_color_lut(read.pixel_array, read).astype(int)
        if expected.max() > 255:
            expected >>= 8
        drawn = render(corpus(f"photometric/{name}.dcm"))
        assert abs(drawn - expected).max() <= 1, f"{name}: {abs(drawn - expected).max()}"


def supplemental_corpus(_folder):
    path = corpus("modality/ct_enhanced_supplemental-palette.dcm")
    read = pydicom.dcmread(path)
    stored = read.pixel_array[0]
    drawn = render(path)
    first = int(read.RedPaletteColorLookupTableDescriptor[1])
    grey = (drawn == drawn[..., :1]).all(axis=-1)
    assert grey[stored < first].all() and not grey[stored >= first].all() and (stored >= first).any()


def interpolation(folder):
    """Lost odd numbers above 2048 in half floats, or measured what was drawn. 40000..40003 with c = 40002, w = 3 is
    ((x - 40001.5) / 2 + 0.5) * 255: 0, 63.75, 191.25, 255 on either way. Statistics never see what is between pixels."""
    pixels = numpy.array([[40000, 40001, 40002, 40003]], U16)
    path = folder.write(pixels, "OT", WindowCenter=40002, WindowWidth=3)
    for renderer in ("cpu", "gl"):
        drawn = render(path, "--renderer", renderer, "--interpolation", "nearest")
        assert abs(drawn - [[0, 64, 191, 255]]).max() <= (renderer == "gl"), f"{renderer}: {drawn}"
    answer = measure(path, "--rectangle", "0,0,4,1")
    expect([answer["mean"], answer["min"], answer["max"]], [40001.5, 40000, 40003])
    near(answer["sd"], math.sqrt(5 / 3), "sd")


def real_world_corpus(_folder):
    """Blood flow of frame 1: shared map of 0..4095, 1 * stored - 1024."""
    path = corpus("modality/ct_enhanced_supplemental-palette.dcm")
    answer = probe(path, 100, 100)
    found = [(entry["value"], entry["units"]) for entry in answer["real_world"]]
    assert found == [(answer["stored"] - 1024.0, "ml/100ml/s")], found


TESTS = [
    ("01 pipeline order", order, order_corpus),
    ("02 modality LUT", modality_lut, modality_lut_corpus),
    ("03 rescale of each slice", rescale_of_slice, rescale_of_slice_corpus),
    ("04 units", units, units_corpus),
    ("04 real world values", real_world, real_world_corpus),
    ("05 bits of the word", bits, bits_corpus),
    ("06 padding", padding, padding_corpus),
    ("07 VOI functions", voi_functions, None),
    ("08 alternatives", alternatives, alternatives_corpus),
    ("09 VOI after the modality LUT", voi_after_modality, None),
    ("10 MONOCHROME1", monochrome1, monochrome1_corpus),
    ("11 photometric after decoding", photometric, photometric_corpus),
    ("12 palettes", palette, palette_corpus),
    ("12 supplemental palette", supplemental, supplemental_corpus),
    ("31 interpolation and precision", interpolation, None),
]
