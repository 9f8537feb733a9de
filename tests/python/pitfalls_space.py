"""Imaging pitfalls 13 to 27: frames, stacks, spacing, presentation in space, letters, slices. Each test says what other
viewers did, and works out what is right from the clause. @folder is empty and goes away after the test."""

import math
import os

import numpy
import pydicom

from synthetic import (AXIAL, copy_changed, corpus, expect, info, item, measure, near, probe, render, write_state)

U16 = numpy.dtype("uint16")


def linear(x, center, width):
    """C.11.2.1.2.1 as grey levels."""
    y = ((numpy.asarray(x, float) - (center - 0.5)) / (width - 1) + 0.5) * 255
    return numpy.floor(numpy.clip(y, 0, 255) + 0.5)


def transformation(slope, intercept):
    return [item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")]


def functional_groups(folder):
    """Read the top level of an enhanced object. C.7.6.16: per frame, else shared. Stored 10 is 2 * 10 = 20 and
    5 * 10 + 1 = 51; 4 columns of 0.25 mm are 1 mm; frame 2 has a window of its own."""
    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[0.5, 0.25], SliceThickness=1)],
                  PixelValueTransformationSequence=transformation(2, 0),
                  FrameVOILUTSequence=[item(WindowCenter=20, WindowWidth=100)])
    own = item(PixelValueTransformationSequence=transformation(5, 1),
               FrameVOILUTSequence=[item(WindowCenter=60, WindowWidth=50)])
    path = folder.write(numpy.full((2, 4, 4), 10, U16), "EMR", NumberOfFrames=2, RescaleSlope=99, RescaleIntercept=9,
                        PixelSpacing=[9, 9], WindowCenter=0, WindowWidth=1, SharedFunctionalGroupsSequence=[shared],
                        PerFrameFunctionalGroupsSequence=[item(), own])
    for frame, value, window in (("1", 20, (20, 100)), ("2", 51, (60, 50))):
        answer = probe(path, 0, 0, "--line", "0,0,4,0", "--frame", frame)
        expect(answer["modality"], value, f"frame {frame}")
        near(answer["length_mm"], 1, f"frame {frame}")
        expect(render(path, "--frame", frame)[0, 0], linear(value, *window), f"frame {frame}")


def functional_groups_corpus(_folder):
    path = corpus("modality/mr_enhanced_siemens-phantom-25frame.dcm")
    read = pydicom.dcmread(path)
    for frame in (0, 24):
        group = read.PerFrameFunctionalGroupsSequence[frame]
        values = group.PixelValueTransformationSequence[0]
        measures = (group.get("PixelMeasuresSequence")
                    or read.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence)[0]
        answer = probe(path, 30, 20, "--line", "0,0,10,0", "--frame", str(frame + 1))
        near(answer["modality"], float(read.pixel_array[frame, 20, 30]) * float(values.RescaleSlope)
             + float(values.RescaleIntercept), "value")
        near(answer["length_mm"], 10 * float(measures.PixelSpacing[1]), "length")


def place(z, **content):
    return item(FrameContentSequence=[item(**content)], PlanePositionSequence=[item(ImagePositionPatient=[0, 0, z])])


def stacks(folder):
    """Scrolled through the frames of several stacks as they lie in the object. C.7.6.16.2.2.4: by Stack ID and In-Stack
    Position: the first stack is 11, 12, 13, the second is another series of three."""
    frames = [(1, 2), (2, 3), (1, 1), (1, 3), (2, 1), (2, 2)]
    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[1, 1])],
                  PlaneOrientationSequence=[item(ImageOrientationPatient=AXIAL)])
    places = [place(3 * position + (0.5 if stack == 2 else 0), StackID=str(stack), InStackPositionNumber=position,
                    DimensionIndexValues=[stack, position]) for stack, position in frames]
    pixels = numpy.array([numpy.full((4, 4), 10 * stack + position) for stack, position in frames], U16)
    folder.write(pixels, "EMR", name="stacks/1.dcm", NumberOfFrames=6, SharedFunctionalGroupsSequence=[shared],
                 PerFrameFunctionalGroupsSequence=places, FrameOfReferenceUID="2.25.4")
    path = folder.path("stacks")
    expect([series["frames"] for series in info(path)["series"]], [3, 3])
    expect([probe(path, 0, 0, "--frame", str(i))["stored"] for i in (1, 2, 3)], [11, 12, 13])


def concatenation(folder):
    """Showed the parts of one object as series of their own, in the order of their names. C.7.6.16.2.2.4: by
    In-concatenation Number; the frames are 1, 2, 3, 4."""
    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[1, 1])],
                  PlaneOrientationSequence=[item(ImageOrientationPatient=AXIAL)])
    for name, number, values in (("a", 2, (3, 4)), ("b", 1, (1, 2))):
        pixels = numpy.array([numpy.full((4, 4), value) for value in values], U16)
        folder.write(pixels, "EMR", name=f"parts/{name}.dcm", NumberOfFrames=2, FrameOfReferenceUID="2.25.4",
                     ConcatenationUID="2.25.5", InConcatenationNumber=number, InConcatenationTotalNumber=2,
                     ConcatenationFrameOffsetNumber=2 * number - 2, SharedFunctionalGroupsSequence=[shared],
                     PerFrameFunctionalGroupsSequence=[
                         place(2 * value, StackID="1", InStackPositionNumber=value) for value in values])
    path = folder.path("parts")
    expect([series["frames"] for series in info(path)["series"]], [4])
    expect([probe(path, 0, 0, "--frame", str(i))["stored"] for i in (1, 2, 3, 4)], [1, 2, 3, 4])


def stacks_corpus(folder):
    """One stack whose frames lie in it the other way round: In-Stack Position 2, then 1. In a folder by themselves."""
    name = "modality/ct_enhanced_supplemental-palette.dcm"
    read = pydicom.dcmread(corpus(name))
    places = [group.FrameContentSequence[0].InStackPositionNumber for group in read.PerFrameFunctionalGroupsSequence]
    expect(places, [2, 1])
    copy_changed(folder, name)
    y, x = numpy.argwhere(read.pixel_array[0] != read.pixel_array[1])[0]
    expect([probe(folder.name, x, y, "--frame", str(i))["stored"] for i in (1, 2)], read.pixel_array[::-1, y, x])


def cine(folder):
    """Took a film for a volume or a heap. C.7.6.6.1.2: the Frame Increment Pointer says that frames follow in time."""
    path = folder.write(numpy.zeros((5, 4, 4), numpy.uint8), "XA", NumberOfFrames=5, FrameTime=40,
                        FrameIncrementPointer=0x00181063)
    series, = info(path)["series"]
    assert (series["kind"], series["frames"]) == ("cine", 5), series


def cine_corpus(_folder):
    for name, frames in (("modality/xa_8frame-jpegll.dcm", 8), ("photometric/ybr_full_422_us-cine.dcm", 30)):
        series, = info(corpus(name))["series"]
        assert (series["kind"], series["frames"]) == ("cine", frames), series


def spacing_order(folder):
    """Exchanged rows and columns. 10.7.1.3: row spacing (vertical) first, in all of them. Spacing 2\\1: ten pixels to
    the right are 10 mm, ten down 20; an area of 10 x 10 pixels is 200 mm2."""
    pixels = numpy.zeros((12, 12), U16)
    for kind, keyword in (("CT", "PixelSpacing"), ("DX", "ImagerPixelSpacing"), ("OT", "NominalScannedPixelSpacing")):
        path = folder.write(pixels, kind, **{keyword: [2, 1]})
        answer = measure(path, "--line", "1,1,11,1", "--rectangle", "1,1,11,11")
        near(answer["length_mm"], 10, keyword)
        near(answer["area_mm2"], 200, keyword)
        near(measure(path, "--line", "1,1,1,11")["length_mm"], 20, keyword)
        expect(info(path)["series"][0]["spacing_mm"], [2, 1], keyword)


def calibration(folder):
    """Gave millimetres at the detector for those of the patient. 10.7.1.1, 10.7.1.2: who says what; ten columns by the
    spacing that holds."""
    cases = (({"ImagerPixelSpacing": [0.2, 0.2]}, 2, "detector"),
             ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]}, 2, "detector"),
             ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.1, 0.1]}, 1, "corrected"),
             ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.1, 0.1],
               "PixelSpacingCalibrationType": "GEOMETRY"}, 1, "geometry"),
             ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.1, 0.1],
               "PixelSpacingCalibrationType": "FIDUCIAL"}, 1, "fiducial"),
             ({"PixelSpacing": [0.1, 0.1]}, 1, "unknown"), ({}, None, "none"))
    for attributes, length, name in cases:
        answer = measure(folder.write(numpy.zeros((12, 12), U16), "DX", **attributes), "--line", "0,0,10,0")
        assert answer["calibration"] == name, f"{attributes}: {answer}"
        near(answer["length_mm"] if length else answer["length_px"], length or 10, name)
        assert ("length_px" in answer) == (length is None), answer


def magnification(folder):
    """Divided in silence, or not at all. 10.7.1.1 with (0018,1114) = 1.25: 2 mm at the detector are 2 / 1.25 = 1.6 mm in
    the object, said beside the length and not in its place."""
    path = folder.write(numpy.zeros((12, 12), U16), "DX", ImagerPixelSpacing=[0.2, 0.2],
                        EstimatedRadiographicMagnificationFactor=1.25)
    answer = measure(path, "--line", "0,0,10,0")
    near(answer["length_mm"], 2, "at the detector")
    near(answer["length_object_mm"], 1.6, "in the object")


def calibration_corpus(_folder):
    path = corpus("modality/mg_pixelspacing.dcm")
    read = pydicom.dcmread(path, stop_before_pixels=True)
    answer = measure(path, "--line", "0,0,100,0")
    assert read.PixelSpacing != read.ImagerPixelSpacing and read.PixelSpacingCalibrationType == "FIDUCIAL"
    near(answer["length_mm"], 100 * float(read.PixelSpacing[1]), "length")
    assert answer["calibration"] == "fiducial" and "length_object_mm" not in answer, answer


def region(x0, y0, x1, y1, dx, dy, units=3):
    return item(RegionSpatialFormat=1, RegionDataType=1, RegionFlags=0, RegionLocationMinX0=x0, RegionLocationMinY0=y0,
                RegionLocationMaxX1=x1, RegionLocationMaxY1=y1, PhysicalUnitsXDirection=units,
                PhysicalUnitsYDirection=units, PhysicalDeltaX=dx, PhysicalDeltaY=dy)


def ultrasound(folder):
    """Took one scale for all of the image. C.8.5.5.1: ten pixels in the left region are 10 * 10 * 0.05 = 5 mm across and
    10 * 10 * |-0.02| = 2 mm down, in the right one 10 mm; from one to the other there is no length, nor in seconds."""
    regions = [region(0, 0, 49, 49, 0.05, -0.02), region(50, 0, 99, 49, 0.1, 0.1), region(0, 50, 99, 99, 0.01, 0.01, 4)]
    path = folder.write(numpy.zeros((100, 100), numpy.uint8), "US", SequenceOfUltrasoundRegions=regions,
                        PixelSpacing=[7, 7])
    for line, length in (("10,10,20,10", 5), ("10,10,10,20", 2), ("60,10,70,10", 10)):
        answer = measure(path, "--line", line)
        near(answer["length_mm"], length, line)
        assert answer["calibration"] == "region", answer
    for line in ("45,10,55,10", "10,60,20,60", "10,45,10,55"):
        answer = measure(path, "--line", line)
        near(answer["length_px"], 10, line)
        assert answer["notes"] and answer["calibration"] == "none", answer


def ultrasound_corpus(_folder):
    """100 pixels of 0.02622878766196998 cm in the picture, none from there into the strip below."""
    path = corpus("photometric/palette8_us-rle.dcm")
    near(measure(path, "--line", "200.5,200.5,300.5,200.5")["length_mm"], 26.22878766196998, "in the picture")
    near(measure(path, "--line", "200.5,200.5,300.5,550.5")["length_px"], math.hypot(100, 350), "across")


def no_spacing(folder):
    """Called pixels millimetres, and drew oblong pixels square. C.7.6.3.1.7: aspect 2\\1 is twice as high as wide; 4 x 4
    of those fill 40 x 80 of 80 x 80, in the middle. Lengths stay in pixels."""
    path = folder.write(numpy.full((4, 4), 255, numpy.uint8), "OT", PixelAspectRatio=["2", "1"], WindowCenter=128,
                        WindowWidth=256)
    answer = measure(path, "--line", "0,0,3,4")
    assert "length_mm" not in answer and answer["calibration"] == "none", answer
    drawn = render(path, "--size", "80x80")
    expected = numpy.zeros((80, 80), int)
    expected[:, 20:60] = 255
    expect(drawn, expected)


def no_spacing_corpus(_folder):
    answer = measure(corpus("photometric/rgb_us.dcm"), "--line", "0,0,3,4", "--rectangle", "0,0,3,4")
    assert answer["calibration"] == "none" and "length_mm" not in answer and "area_mm2" not in answer, answer


SMALL = numpy.array([[20, 40, 60], [80, 100, 120]], numpy.uint8)


def area(top_left, bottom_right, aspect=("1", "1"), mode="SCALE TO FIT", **more):
    return [item([(0x00700052, "SL", top_left), (0x00700053, "SL", bottom_right)], PresentationSizeMode=mode,
                 PresentationPixelAspectRatio=list(aspect), **more)]


def displayed_area(folder):
    """Flipped before turning, or named the corners of the stored image. C.10.6: clockwise, then mirrored; C.10.4: corners
    as seen. Turned by 90: 80 20 / 100 40 / 120 60, whose top left is column 1, row 2; mirrored after it: 20 80 / ..."""
    image = folder.write(SMALL, "OT", WindowCenter=128, WindowWidth=256)
    turned = numpy.rot90(SMALL, -1)
    cases = (({"ImageRotation": 90}, [1, 2], [3, 1], turned),
             ({"ImageRotation": 90, "ImageHorizontalFlip": "Y"}, [1, 1], [3, 2], turned[:, ::-1]),
             ({"ImageHorizontalFlip": "Y"}, [3, 1], [1, 2], SMALL[:, ::-1]),
             ({"ImageRotation": 180, "ImageHorizontalFlip": "N"}, [3, 2], [1, 1], SMALL[::-1, ::-1]),
             ({}, [2, 1], [3, 2], SMALL[:, 1:]),
             ({}, [0, 0], [3, 2], numpy.pad(SMALL, ((1, 0), (1, 0)))))
    for attributes, top_left, bottom_right, expected in cases:
        state = write_state(folder, image, DisplayedAreaSelectionSequence=area(top_left, bottom_right), **attributes)
        expect(render(image, "--presentation-state", state), expected, f"{attributes} {top_left}")
    state = write_state(folder, image, DisplayedAreaSelectionSequence=area([1, 1], [3, 2], ("2", "1")))
    drawn = render(image, "--presentation-state", state, "--size", "8x8", "--interpolation", "nearest")
    expected = numpy.zeros((8, 8), int)
    expected[:, 1:7] = numpy.repeat(numpy.repeat(SMALL, 4, axis=0), 2, axis=1)
    expect(drawn, expected, "pixels twice as high as wide")


def shutter(folder):
    """Counted from 0, or covered the inside. C.7.6.11: rows and columns from 1, the least image remains, P-value FFFF is
    white. Columns 2 to 4 and rows 1 to 3 of 5 x 5; a circle of radius 2 about row 3, column 3 leaves no corner."""
    pixels = numpy.full((5, 5), 100, numpy.uint8)
    rectangle = {"ShutterLeftVerticalEdge": 2, "ShutterRightVerticalEdge": 4, "ShutterUpperHorizontalEdge": 1,
                 "ShutterLowerHorizontalEdge": 3}
    window = {"WindowCenter": 128, "WindowWidth": 256}
    inside = numpy.zeros((5, 5), bool)
    inside[0:3, 1:4] = True
    path = folder.write(pixels, "XA", ShutterShape="RECTANGULAR", ShutterPresentationValue=0xFFFF, **rectangle, **window)
    expect(render(path), numpy.where(inside, 100, 255), "rectangle")
    path = folder.write(pixels, "XA", ShutterShape=["RECTANGULAR", "CIRCULAR"], CenterOfCircularShutter=[3, 3],
                        RadiusOfCircularShutter=2, **rectangle, **window)
    drawn = render(path)
    expect([drawn[0, 1], drawn[0, 3], drawn[1, 1], drawn[2, 2], drawn[4, 2]], [0, 0, 100, 100, 0], "both")


def overlay_elements(group, activation=None):
    """2 x 2 points 1 0 / 0 1 at row 2, column 3: the bits 1, 0, 0, 1 from the lowest on."""
    elements = [(group << 16 | 0x0010, "US", 2), (group << 16 | 0x0011, "US", 2), (group << 16 | 0x0040, "CS", "G"),
                (group << 16 | 0x0050, "SS", [2, 3]), (group << 16 | 0x0100, "US", 1), (group << 16 | 0x0102, "US", 0),
                (group << 16 | 0x3000, "OW", bytes([0b1001, 0]))]
    return elements + ([(group << 16 | 0x1001, "CS", activation)] if activation else [])


def overlays(folder):
    """Lost the origin, or showed under a state what it does not activate. C.9.2: origin row\\column from 1, points lowest
    bit first; C.11.7: under a state only what has a layer."""
    pixels = numpy.full((4, 5), 50, numpy.uint8)
    image = folder.write(pixels, "OT", elements=overlay_elements(0x6002), WindowCenter=128, WindowWidth=256)
    marked = pixels.astype(int)
    marked[1, 2] = marked[2, 3] = 255
    expect(render(image), marked, "by itself")
    state = write_state(folder, image)
    expect(render(image, "--presentation-state", state), pixels, "not activated")
    layers = [item(GraphicLayer="MARKS", GraphicLayerOrder=1)]
    state = write_state(folder, image, elements=[(0x60021001, "CS", "MARKS")], GraphicLayerSequence=layers)
    expect(render(image, "--presentation-state", state), marked, "activated")


def graphics(folder):
    """Took one kind of unit for the other. C.10.5: PIXEL is column\\row of the image with 0\\0 its corner, DISPLAY a
    fraction of the displayed area. On 64 pixels drawn as 256: row 20.0 is line 80, 0.75 of the display is line 192."""
    image = folder.write(numpy.zeros((64, 64), numpy.uint8), "OT", WindowCenter=128, WindowWidth=256)
    layers = [item(GraphicLayer="MARKS", GraphicLayerOrder=1, GraphicLayerRecommendedDisplayGrayscaleValue=0xFFFF)]
    for units, data, line in (("PIXEL", [20, 20, 44, 20], 80), ("DISPLAY", [0.25, 0.75, 0.75, 0.75], 192)):
        graphic = item(GraphicAnnotationUnits=units, GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicData=data,
                       GraphicType="POLYLINE", GraphicFilled="N")
        state = write_state(folder, image, GraphicLayerSequence=layers, GraphicAnnotationSequence=[
            item(GraphicLayer="MARKS", GraphicObjectSequence=[graphic])])
        drawn = render(image, "--presentation-state", state, "--size", "256x256", "--annotations")[40:216, 100:156]
        bright = 40 + numpy.flatnonzero(drawn.min(axis=1) > 128)
        assert bright.size and abs(bright.mean() + 0.5 - line) <= 0.5 and numpy.ptp(bright) <= 4, f"{units}: {bright}"


def marks_corpus(_folder):
    """Four planes of the image (two in the bits 15 and 14 of its words) and two of the state, all activated: white."""
    path, state = (corpus(f"objects/pr_clunie-overlay/{name}.dcm") for name in ("image", "pr"))
    read, other = pydicom.dcmread(path), pydicom.dcmread(state)
    words = numpy.frombuffer(read.PixelData, "<u2").reshape(512, 512).astype(int)
    planes = [numpy.unpackbits(numpy.frombuffer(dataset[group, 0x3000].value, numpy.uint8), bitorder="little")
              [:512 * 512].reshape(512, 512) for dataset, group in ((read, 0x6004), (read, 0x6006), (other, 0x6008),
                                                                    (other, 0x600A))]
    marked = words >> 15 | (words >> 14 & 1) | planes[0] | planes[1] | planes[2] | planes[3]
    drawn = render(path, "--presentation-state", state)
    assert (drawn[marked == 1] == 255).all()
    assert abs(drawn[marked == 0] - (words[marked == 0] & 0xFFF) * 255 / 4095).max() <= 1


def edges(picture):
    """What stands in the middle of the four edges."""
    middle = slice(170, 230)
    return [picture[:30, middle], picture[middle, -40:], picture[-30:, middle], picture[middle, :40]]


def letters(folder):
    """Left the letters where they were. C.7.6.2.1.1 and the rule of section D: turned by 90 degrees clockwise the row
    direction is minus the old column's, the column direction the old row's; mirrored, the row's is its opposite. What is
    then written at the edges is what an image of that orientation has there."""
    def annotated(orientation, **transform):
        image = folder.write(numpy.zeros((40, 40), numpy.uint8), "CT", ImageOrientationPatient=orientation,
                             ImagePositionPatient=[0, 0, 0])
        last = {90: [40, 1]}.get(transform.get("ImageRotation"), [40, 40])
        first = {90: [1, 40]}.get(transform.get("ImageRotation"), [1, 1])
        if transform.get("ImageHorizontalFlip") == "Y":
            first, last = [40, 1], [1, 40]
        state = write_state(folder, image, DisplayedAreaSelectionSequence=area(first, last), **transform)
        return edges(render(image, "--presentation-state", state, "--size", "400x400", "--annotations"))
    plain = annotated([0.8, 0.6, 0, 0, 0, -1])
    turned = annotated([0.8, 0.6, 0, 0, 0, -1], ImageRotation=90)
    as_turned = annotated([0, 0, 1, 0.8, 0.6, 0])
    mirrored = annotated([0.8, 0.6, 0, 0, 0, -1], ImageHorizontalFlip="Y")
    as_mirrored = annotated([-0.8, -0.6, 0, 0, 0, -1])
    for index in range(4):
        assert plain[index].any() and not numpy.array_equal(plain[index], turned[index]), f"edge {index}"
        expect(turned[index], as_turned[index], f"turned, edge {index}")
        expect(mirrored[index], as_mirrored[index], f"mirrored, edge {index}")
    assert not numpy.array_equal(plain[1], mirrored[1]) and numpy.array_equal(plain[0], mirrored[0])


def write_slices(folder, name, positions, orientation=AXIAL, size=8, **attributes):
    """Slices that store their place in @positions, from 1."""
    for number, position in enumerate(positions, 1):
        folder.write(numpy.full((size, size), number, U16), name=f"{name}/{number:03}.dcm", PixelSpacing=[1, 1],
                     ImageOrientationPatient=orientation, ImagePositionPatient=[float(value) for value in position],
                     **{"FrameOfReferenceUID": "2.25.4", **attributes})
    return folder.path(name)


def slice_order(folder):
    """Went by Instance Number, Slice Location or the nominal spacing. C.7.6.2.1.2 calls the location relative to nothing
    in particular; only IPP along the normal orders. z = 6, 0, 9, 3: slices 2, 4, 1, 3, 3 mm apart."""
    path = write_slices(folder, "order", [(0, 0, z) for z in (6, 0, 9, 3)], SliceLocation=1, SpacingBetweenSlices=-99,
                        SliceThickness=7)
    expect([probe(path, 0, 0, "--frame", str(i))["stored"] for i in range(1, 5)], [2, 4, 1, 3])
    near(info(path)["series"][0]["slice_spacing_mm"], 3, "spacing")


def slice_order_corpus(_folder):
    path = corpus("series/ct-head-philips-1mm")
    series, = info(path)["series"]
    near(series["slice_spacing_mm"], 1, "spacing", 1e-4)
    names = sorted(os.listdir(path))
    reads = [pydicom.dcmread(os.path.join(path, name)) for name in names]
    reads.sort(key=lambda read: float(read.ImagePositionPatient[2]))
    for index in (0, 50, 101):
        expect(probe(path, 256, 256, "--frame", str(index + 1))["stored"], reads[index].pixel_array[256, 256])


TILT = math.radians(23.5)
TILTED = [1, 0, 0, 0, math.cos(TILT), math.sin(TILT)]


def gantry_tilt(folder):
    """Believed the nominal tilt, or took sheared slices for a straight block. From IPPs: the table moved 5 mm along z, the
    slices lean by 23.5 degrees, whatever (0018,1120) says; they are one volume all the same."""
    path = write_slices(folder, "tilt", [(0, 0, 5 * i) for i in range(5)], TILTED, GantryDetectorTilt=-4)
    series, = info(path)["series"]
    near(series["tilt_deg"], 23.5, "tilt", 1e-4)
    assert series["kind"] == "volume" and series["uniform"], series


def perpendicular(folder):
    """Took the distance of the origins, 5 mm. Along the normal it is 5 * cos 23.5 = 4.5853 mm."""
    path = write_slices(folder, "tilt", [(0, 0, 5 * i) for i in range(5)], TILTED)
    near(info(path)["series"][0]["slice_spacing_mm"], 4.585300, "spacing", 1e-5)


def tilt_corpus(_folder):
    """Steps of 4 and of 7 mm along a normal that leans by 18.5 degrees."""
    series, = info(corpus("series/ct-tilt-nonuniform-ge"))["series"]
    near(series["tilt_deg"], 18.5, "tilt", 1e-3)
    assert 3.99 < series["slice_spacing_mm"] < 7.01 and not series["uniform"], series


def gaps(folder):
    """Closed gaps, and piled up slices of one place. z = 0 1 2 3 7 8 9: after the fourth (index 3) some are missing. Two
    at one place make no volume. Slices 2 mm thick and 1 mm apart overlap: that is no fault."""
    path = write_slices(folder, "gap", [(0, 0, z) for z in (0, 1, 2, 3, 7, 8, 9)])
    series, = info(path)["series"]
    expect(series["missing_after"], [3])
    near(series["slice_spacing_mm"], 1, "median")
    assert not series["uniform"] and series["warnings"], series
    path = write_slices(folder, "double", [(0, 0, z) for z in (0, 2, 4, 4, 6)])
    found = info(path)["series"]
    assert sum(series["frames"] for series in found) == 5 and any(series["warnings"] for series in found), found
    assert not any(series["uniform"] and series["frames"] == 5 for series in found), found
    path = write_slices(folder, "overlap", [(0, 0, z) for z in range(5)], SliceThickness=2)
    series, = info(path)["series"]
    assert series["uniform"] and series["kind"] == "volume", series


def gaps_corpus(_folder):
    series, = info(corpus("series/ct-tilt-nonuniform-ge"))["series"]
    assert not series["uniform"] and series["warnings"], series


def split(folder):
    """Scrolled from the localizer into the slices, or over two frames of reference. C.7.4.1.1.1: what does not lie in one
    space by one orientation is several: 1 coronal localizer, 4 axial slices, 3 of another frame of reference."""
    write_slices(folder, "mixed", [(0, 0, z) for z in (0, 3, 6, 9)])
    for number, z in enumerate((12, 15, 18), 5):
        folder.write(numpy.full((8, 8), number, U16), name=f"mixed/{number:03}.dcm", PixelSpacing=[1, 1],
                     ImageOrientationPatient=AXIAL, ImagePositionPatient=[0, 0, z], FrameOfReferenceUID="2.25.44")
    folder.write(numpy.full((8, 8), 9, U16), name="mixed/009.dcm", PixelSpacing=[1, 1],
                 ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
                 ImagePositionPatient=[0, 0, 0], FrameOfReferenceUID="2.25.4")
    found = info(folder.path("mixed"))["series"]
    expect(sorted((series["frames"], series["orientation"]) for series in found),
           [(1, "coronal"), (3, "axial"), (4, "axial")])


def split_corpus(_folder):
    found = info(corpus("series/mr-localizer-3planes-philips"))["series"]
    assert len(found) == 3 and len({series["orientation"] for series in found}) == 3, found
    expect(sum(series["frames"] for series in found), 11)


TESTS = [
    ("13 functional groups", functional_groups, functional_groups_corpus),
    ("14 stacks", stacks, stacks_corpus),
    ("14 concatenation", concatenation, None),
    ("15 a film is one", cine, cine_corpus),
    ("16 row spacing first", spacing_order, None),
    ("17 projection calibration", calibration, calibration_corpus),
    ("17 magnification", magnification, None),
    ("18 ultrasound regions", ultrasound, ultrasound_corpus),
    ("19 no spacing", no_spacing, no_spacing_corpus),
    ("20 displayed area, rotation, flip", displayed_area, None),
    ("21 shutter", shutter, None),
    ("21 overlays", overlays, marks_corpus),
    ("21 units of graphics", graphics, None),
    ("22 letters follow", letters, None),
    ("23 slice order", slice_order, slice_order_corpus),
    ("24 gantry tilt", gantry_tilt, tilt_corpus),
    ("25 perpendicular distance", perpendicular, None),
    ("26 gaps and doubles", gaps, gaps_corpus),
    ("27 split", split, split_corpus),
]
