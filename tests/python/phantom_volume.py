"""A phantom whose bodies are at known places of the patient, scanned into DICOM objects as a scanner would: any patient
position, a tilted gantry, irregular and missing slices, one rescale a slice, one multi-frame object; and the same planes
worked out by numpy from the headers alone.

Bodies are balls and rods behind a Gaussian point spread, in closed form: what a voxel holds is exact, and the centroid of
a ball in a plane through its middle is its middle. Millimetres in the patient's frame (PS3.3 C.7.6.2.1.1)."""

import math
import os

import numpy
import pydicom
from pydicom.sequence import Sequence

import synthetic

AIR, BODY = -1000.0, 1000.0
SPREAD_MM = 1.2
MIDDLE_MM = numpy.array([12.3, -45.6, 210.7])

# Rows and columns of an upright gantry's image in the patient (C.7.3.1.1.2): who lies head first is looked at from the feet.
POSITIONS = {"HFS": ([1, 0, 0], [0, 1, 0]), "HFP": ([-1, 0, 0], [0, -1, 0]), "HFDR": ([0, 1, 0], [-1, 0, 0]),
             "HFDL": ([0, -1, 0], [1, 0, 0]), "FFS": ([-1, 0, 0], [0, 1, 0])}

# Balls of one plane each share the coordinate across it; from MIDDLE_MM.
RADIUS_MM = 6.0
BALLS_MM = {"axial": [(-41, -33, 11), (38, -30, 11), (-36, 35, 11), (43, 31, 11)],
            "coronal": [(-45, 4, -38), (22, 4, -44), (-24, 4, 42), (45, 4, 38)],
            "sagittal": [(-3, -46, -35), (-3, 45, -30), (-3, -43, 38), (-3, 41, 45)]}
# Of a ball of each group: the plane through the three.
OBLIQUE = (("axial", 0), ("coronal", 1), ("sagittal", 3))
# A tripod: from its apex to the ends of its legs.
APEX_MM, LEGS_MM, ROD_RADIUS_MM = (-8, -1, -13), [(6, -13, 36), (-51, 0, 22), (-46, -44, -26)], 2.5
# One that lies where slices may be missing.
LOST_MM = (28, 20, -57)


def ball(distance_mm, radius_mm=RADIUS_MM, spread_mm=SPREAD_MM):
    """A ball of 1 convolved with a Gaussian, at a distance from its middle."""
    d = numpy.maximum(distance_mm, 1e-6)
    a = spread_mm * math.sqrt(2)
    edges = 0.5 * (erf((radius_mm - d) / a) + erf((radius_mm + d) / a))
    tails = numpy.exp(-((radius_mm - d) / a) ** 2) - numpy.exp(-((radius_mm + d) / a) ** 2)
    return edges - spread_mm / (d * math.sqrt(2 * math.pi)) * tails


def erf(x):
    """Abramowitz and Stegun 7.1.26 with both signs: 1.5e-7."""
    t = 1 / (1 + 0.3275911 * numpy.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return numpy.sign(x) * (1 - poly * numpy.exp(-x * x))


def rod(points, start, end, radius_mm=ROD_RADIUS_MM, spread_mm=SPREAD_MM):
    """Round about a segment: its edges are soft alike on all sides, so that its middle line is where it is."""
    axis = end - start
    along = numpy.clip(((points - start) @ axis) / (axis @ axis), 0, 1)
    distance = numpy.linalg.norm(points - start - along[..., None] * axis, axis=-1)
    return 0.5 * (1 - erf((distance - radius_mm) / (spread_mm * math.sqrt(2))))


def ball_middles(group):
    return [MIDDLE_MM + numpy.array(ball_mm, float) for ball_mm in BALLS_MM[group]]


def all_balls():
    return [middle for group in BALLS_MM for middle in ball_middles(group)]


def oblique_middles():
    return [ball_middles(group)[index] for group, index in OBLIQUE]


def rods():
    apex = MIDDLE_MM + numpy.array(APEX_MM, float)
    return apex, [MIDDLE_MM + numpy.array(leg, float) for leg in LEGS_MM]


class Scan:
    """How it is scanned, and what comes of it: voxels in modality values, slice after slice.

    @table_mm: where the table was at each slice, from the middle, as the scanner counts; the gantry is tilted by
    @tilt_deg about the rows, so that slices slip past each other."""

    def __init__(self, table_mm, position="HFS", tilt_deg=0.0, columns=150, rows=144, spacing_mm=(1.05, 1.0),
                 thickness_mm=1.25, bodies=True):
        row, upright = (numpy.array(axis, float) for axis in POSITIONS[position])
        table = numpy.cross(row, upright)
        tilt = math.radians(tilt_deg)
        self.position, self.thickness_mm = position, thickness_mm
        self.row, self.column = row, math.cos(tilt) * upright + math.sin(tilt) * table
        self.columns, self.rows, self.spacing_mm = columns, rows, spacing_mm
        corner = -(columns - 1) / 2 * spacing_mm[1] * self.row - (rows - 1) / 2 * spacing_mm[0] * self.column
        self.origins = [MIDDLE_MM + at * table + corner for at in table_mm]
        self.values = numpy.full((len(table_mm), rows, columns), AIR)
        if bodies:
            self._scan()

    def points(self, slice_index, rows=slice(None), columns=slice(None)):
        x = numpy.arange(self.columns)[columns] * self.spacing_mm[1]
        y = numpy.arange(self.rows)[rows] * self.spacing_mm[0]
        return (self.origins[slice_index] + x[None, :, None] * self.row + y[:, None, None] * self.column)

    def _window(self, slice_index, low, high, margin_mm):
        """The part of a slice that may be touched by what lies between two points."""
        corners = numpy.array([[low[i] if k >> i & 1 else high[i] for i in range(3)] for k in range(8)])
        offset = corners - self.origins[slice_index]
        x, y = offset @ self.row / self.spacing_mm[1], offset @ self.column / self.spacing_mm[0]
        pad = margin_mm / min(self.spacing_mm)
        normal = offset @ numpy.cross(self.row, self.column)
        if normal.min() > margin_mm or normal.max() < -margin_mm:
            return None
        return (slice(max(0, int(y.min() - pad)), max(0, int(y.max() + pad) + 2)),
                slice(max(0, int(x.min() - pad)), max(0, int(x.max() + pad) + 2)))

    def _put(self, low, high, margin_mm, shape):
        for k in range(len(self.origins)):
            window = self._window(k, low, high, margin_mm)
            if window is not None:
                part = self.values[k][window]
                numpy.maximum(part, AIR + (BODY - AIR) * shape(self.points(k, *window)), out=part)

    def _scan(self):
        for middle in [*all_balls(), MIDDLE_MM + numpy.array(LOST_MM, float)]:
            self._put(middle, middle, RADIUS_MM + 5 * SPREAD_MM,
                      lambda points, at=middle: ball(numpy.linalg.norm(points - at, axis=-1)))
        apex, ends = rods()
        for end in ends:
            self._put(numpy.minimum(apex, end), numpy.maximum(apex, end), ROD_RADIUS_MM + 5 * SPREAD_MM,
                      lambda points, at=end: rod(points, apex, at))

    # --- DICOM ---

    def _set_geometry(self, dataset, k):
        dataset.ImagePositionPatient = [decimal(x) for x in self.origins[k]]
        dataset.ImageOrientationPatient = [decimal(x) for x in (*self.row, *self.column)]
        dataset.PixelSpacing = [decimal(x) for x in self.spacing_mm]
        dataset.SliceThickness = decimal(self.thickness_mm)
        dataset.FrameOfReferenceUID, dataset.PatientPosition = "2.25.4", self.position

    def write(self, folder, kind="CT", slopes=None, window=(0, 2200), first_number=1, **attributes):
        """One object a slice. @slopes: of each slice its own, as PET has them (C.8.9.4)."""
        order = list(range(len(self.origins)))
        order = order[1::2] + order[::2]  # as they come, not as they lie
        for number, k in enumerate(order, first_number):
            slope, intercept = (slopes[k], 0 if kind == "PT" else AIR - 24) if slopes is not None else (1, AIR - 24)
            path = os.path.join(folder, f"{number:04}.dcm")
            dataset = synthetic.new_dataset(path, kind, number, synthetic.EXPLICIT)
            stored = numpy.rint((self.values[k] - intercept) / slope)
            synthetic.set_pixels(dataset, stored.astype(numpy.int16 if kind == "PT" else numpy.uint16), None, False)
            self._set_geometry(dataset, k)
            dataset.RescaleSlope, dataset.RescaleIntercept = decimal(slope), decimal(intercept)
            dataset.WindowCenter, dataset.WindowWidth = window
            dataset.VOILUTFunction = "LINEAR_EXACT"
            synthetic.save(dataset, path, attributes=attributes)
        return folder

    def write_enhanced(self, path, window=(0, 2200)):
        """All slices in one Enhanced CT object (A.38.1)."""
        dataset = synthetic.new_dataset(path, "ECT", 1, synthetic.EXPLICIT)
        stored = numpy.rint(self.values - (AIR - 24)).astype(numpy.uint16)
        dataset.NumberOfFrames = len(stored)
        synthetic.set_pixels(dataset, stored, None, True)
        dataset.Modality, dataset.FrameOfReferenceUID, dataset.PatientPosition = "CT", "2.25.4", self.position
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
        item = synthetic.item
        dataset.SharedFunctionalGroupsSequence = Sequence([item(
            PixelMeasuresSequence=[item(PixelSpacing=[decimal(x) for x in self.spacing_mm],
                                        SliceThickness=decimal(self.thickness_mm))],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[decimal(x) for x in (*self.row, *self.column)])],
            FrameVOILUTSequence=[item(WindowCenter=window[0], WindowWidth=window[1],
                                      VOILUTFunction="LINEAR_EXACT")],
            PixelValueTransformationSequence=[item(RescaleSlope=1, RescaleIntercept=decimal(AIR - 24),
                                                   RescaleType="HU")])])
        dataset.PerFrameFunctionalGroupsSequence = Sequence([item(
            PlanePositionSequence=[item(ImagePositionPatient=[decimal(x) for x in origin])],
            FrameContentSequence=[item(StackID="1", InStackPositionNumber=k + 1, DimensionIndexValues=[1, k + 1])])
            for k, origin in enumerate(self.origins)])
        return synthetic.save(dataset, path)


def decimal(value):
    """A Decimal String of at most 16 characters."""
    text = f"{value:.10g}"
    return text if len(text) <= 16 else f"{value:.8g}"


# --- Planes, as commands.md says how they lie ---

PLANES = {"axial": ((0, 0, 1), (0, -1, 0)), "coronal": ((0, 1, 0), (0, 0, 1)), "sagittal": ((-1, 0, 0), (0, 0, 1))}


class Plane:
    """A picture of @size_px with @at in its middle, looked at along @normal."""

    def __init__(self, at, normal, up, field_mm, size_px):
        self.at, self.normal, self.up = (numpy.array(x, float) for x in (at, normal, up))
        self.right = numpy.cross(self.normal, self.up)
        self.field_mm, self.size_px = field_mm, size_px

    @classmethod
    def named(cls, name, at, field_mm=(140, 140), size_px=(280, 280)):
        plane = cls(at, *PLANES[name], field_mm, size_px)
        plane.name = name
        return plane

    @classmethod
    def through(cls, a, b, c, field_mm=(140, 140), size_px=(280, 280)):
        """With a in its middle and b below it."""
        up = (a - b) / numpy.linalg.norm(a - b)
        normal = numpy.cross(up, c - a)
        return cls(a, normal / numpy.linalg.norm(normal), up, field_mm, size_px)

    def options(self):
        def numbers(vector):
            return ",".join(f"{x:.12g}" for x in vector)
        where = ["--plane", self.name] if hasattr(self, "name") else [f"--normal={numbers(self.normal)}",
                                                                     f"--up={numbers(self.up)}"]
        return [*where, f"--at={numbers(self.at)}", "--field-mm", "x".join(f"{x:.12g}" for x in self.field_mm), "--size",
                "x".join(str(x) for x in self.size_px)]

    def to_patient(self, x_px, y_px):
        """Of output coordinates, the centre of the first pixel at 0.5, 0.5."""
        right = (numpy.asarray(x_px, float) / self.size_px[0] - 0.5) * self.field_mm[0]
        down = (numpy.asarray(y_px, float) / self.size_px[1] - 0.5) * self.field_mm[1]
        return self.at + right[..., None] * self.right - down[..., None] * self.up

    def to_output(self, point):
        offset = numpy.asarray(point) - self.at
        return ((offset @ self.right / self.field_mm[0] + 0.5) * self.size_px[0],
                (-offset @ self.up / self.field_mm[1] + 0.5) * self.size_px[1])

    def points(self):
        x, y = numpy.meshgrid(numpy.arange(self.size_px[0]) + 0.5, numpy.arange(self.size_px[1]) + 0.5)
        return self.to_patient(x, y)

    def centroid(self, drawn, near, radius_mm):
        """The middle of what is bright within a distance of a point; in the patient."""
        distance = numpy.linalg.norm(self.points() - near, axis=-1)
        background = numpy.median(drawn[(distance > radius_mm - 1) & (distance < radius_mm)])
        weights = numpy.where(distance < radius_mm, drawn - background, 0)
        assert weights.sum() > 100, "nothing bright there"
        y, x = (numpy.arange(n) + 0.5 for n in drawn.shape)
        total = weights.sum()
        return self.to_patient((weights.sum(0) * x).sum() / total, (weights.sum(1) * y).sum() / total)

    def rod(self, drawn, start, end, skip_mm=(14, 6), half_width_mm=6):
        """Where a rod between two points runs, by where its middle is across it, step by step: its direction (unit), and
        how far the worst step is from a straight line."""
        length = numpy.linalg.norm(end - start)
        axis = (end - start) / length
        across = numpy.cross(self.normal, axis)
        points = self.points() - start
        along, aside = points @ axis, points @ across
        weights = numpy.where(abs(aside) < half_width_mm, (drawn - numpy.median(drawn)).clip(0), 0)
        middles = []
        for low in numpy.arange(skip_mm[0], length - skip_mm[1] - 2, 2.0):
            part = weights * ((along >= low) & (along < low + 2))
            assert part.sum() > 100, "nothing bright there"
            middles.append(((part * along).sum() / part.sum(), (part * aside).sum() / part.sum()))
        a, b = numpy.array(middles).T
        slope, offset = numpy.polyfit(a, b, 1)
        found = axis + slope * across
        return found / numpy.linalg.norm(found), abs(b - slope * a - offset).max()


# --- What a plane holds, by numpy ---

class Reference:
    """Slices as they lie, read from DICOM by pydicom; sampled one by one, in double."""

    def __init__(self, datasets):
        frames = [frame for dataset in datasets for frame in self._frames(dataset)]
        self.row, self.column = (numpy.array(frames[0]["orientation"][i:i + 3], float) for i in (0, 3))
        self.normal = numpy.cross(self.row, self.column)
        frames.sort(key=lambda frame: frame["position"] @ self.normal)
        self.spacing = frames[0]["spacing"]
        self.origins = numpy.array([frame["position"] for frame in frames])
        self.distances = self.origins @ self.normal
        self.stored = numpy.array([frame["stored"] for frame in frames])
        self.slopes, self.intercepts = (numpy.array([frame[name] for frame in frames]) for name in ("slope", "intercept"))
        self.padding = frames[0]["padding"]
        self._judge_gaps(numpy.array([frame["thickness"] for frame in frames]))

    @classmethod
    def of_folder(cls, folder):
        paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        return cls([pydicom.dcmread(path) for path in paths])

    @staticmethod
    def _frames(dataset):
        if "PerFrameFunctionalGroupsSequence" in dataset:
            yield from Reference._functional(dataset)
            return
        yield {"position": numpy.array(dataset.ImagePositionPatient, float),
               "orientation": dataset.ImageOrientationPatient, "spacing": numpy.array(dataset.PixelSpacing, float),
               "thickness": float(dataset.get("SliceThickness") or 0), "stored": dataset.pixel_array,
               "slope": float(dataset.get("RescaleSlope", 1)), "intercept": float(dataset.get("RescaleIntercept", 0)),
               "padding": padding_range(dataset)}

    @staticmethod
    def _functional(dataset):
        shared = dataset.SharedFunctionalGroupsSequence[0]
        for stored, own in zip(dataset.pixel_array, dataset.PerFrameFunctionalGroupsSequence):
            def group(name):
                return (own.get(name) or shared.get(name) or [pydicom.Dataset()])[0]
            measures, rescale = group("PixelMeasuresSequence"), group("PixelValueTransformationSequence")
            yield {"position": numpy.array(group("PlanePositionSequence").ImagePositionPatient, float),
                   "orientation": group("PlaneOrientationSequence").ImageOrientationPatient,
                   "spacing": numpy.array(measures.PixelSpacing, float),
                   "thickness": float(measures.get("SliceThickness") or 0), "stored": stored,
                   "slope": float(rescale.get("RescaleSlope", 1)), "intercept": float(rescale.get("RescaleIntercept", 0)),
                   "padding": padding_range(dataset)}

    def _get(self, k, j, i):
        """(Modality values, which of them are padding), of voxels."""
        stored = self.stored[k, j, i]
        padded = (stored >= self.padding[0]) & (stored <= self.padding[1]) if self.padding else numpy.zeros(stored.shape, bool)
        return stored * self.slopes[k] + self.intercepts[k], padded

    def percentiles(self, low, high):
        """Of the values of the slice in the middle."""
        k = len(self.stored) // 2
        values, padded = self._get(k, slice(None), slice(None))
        return [float(x) for x in numpy.percentile(values[~padded], (low, high))]

    def _judge_gaps(self, thicknesses):
        """Further apart than 1.5 times the median and than 1.5 times what touches, or of what overlaps usually is: a gap;
        into it a slice reaches as far as towards its other neighbour."""
        steps = numpy.diff(self.distances)
        touching = (thicknesses[1:] + thicknesses[:-1]) / 2
        if (touching > 0).all():
            touching = touching * min(numpy.median(steps / touching), 1)
        self.gaps = (steps > 1.5 * numpy.median(steps)) & (steps > 1.5 * touching)
        joined = numpy.where(self.gaps, 0, steps)
        below, above = numpy.append(0, joined) / 2, numpy.append(joined, 0) / 2
        self.reach_up, self.reach_down = numpy.where(above > 0, above, below), numpy.where(below > 0, below, above)

    def _locate(self, points):
        """The slices around each point, how far it is from one to the next, and where in the plane."""
        distance = points @ self.normal
        below = numpy.clip(numpy.searchsorted(self.distances, distance, side="right") - 1, 0, len(self.distances) - 2)
        part = (distance - self.distances[below]) / (self.distances[below + 1] - self.distances[below])
        origin = self.origins[below] + part[..., None] * (self.origins[below + 1] - self.origins[below])
        offset = points - origin
        return distance, below, part, offset @ self.row / self.spacing[1], offset @ self.column / self.spacing[0]

    def sample(self, points):
        """Trilinear between the slices' own places. (Values, NaN where there is nothing; what is missing; what is so near to
        an edge that rounding decides.)"""
        distance, below, part, x, y = self._locate(numpy.asarray(points, float))
        rows, columns = self.stored.shape[1:]
        last = len(self.distances) - 1
        low, high = self.distances[0] - self.reach_down[0], self.distances[last] + self.reach_up[last]
        edges = [distance - low, high - distance, x + 0.5, columns - 0.5 - x, y + 0.5, rows - 0.5 - y]
        inside = numpy.min(edges, axis=0)
        in_gap = self.gaps[below] & (part > 0) & (part < 1)
        gap_edges = numpy.minimum(distance - self.distances[below] - self.reach_up[below],
                                  self.distances[below + 1] - self.reach_down[below + 1] - distance)
        part = numpy.where(in_gap, numpy.where(part < 0.5, 0, 1), numpy.clip(part, 0, 1))
        values, on_edge = self._interpolate(below, part, x, y)
        missing = in_gap & (gap_edges > 0) & (inside > 0)
        doubtful = (abs(inside) < 1e-3) | (in_gap & (abs(gap_edges) < 1e-3)) | on_edge
        return numpy.where((inside > 0) & ~missing, values, numpy.nan), missing, doubtful

    def _interpolate(self, below, part, x, y):
        """Padding takes no part: where the nearest voxel is padding there is nothing, else the others share its weight. (And
        where rounding decides which one is nearest.)"""
        rows, columns = self.stored.shape[1:]
        total, weights = numpy.zeros(x.shape), numpy.zeros(x.shape)
        near_padding = numpy.zeros(x.shape, bool)
        column, row = numpy.floor(x).astype(int), numpy.floor(y).astype(int)
        for dz, dy, dx in numpy.ndindex(2, 2, 2):
            i, j = numpy.clip(column + dx, 0, columns - 1), numpy.clip(row + dy, 0, rows - 1)
            k = numpy.minimum(below + dz, len(self.stored) - 1)
            weight = abs(1 - dx - (x - column)) * abs(1 - dy - (y - row)) * abs(1 - dz - part)
            values, padded = self._get(k, j, i)
            near_padding |= padded
            total += numpy.where(padded, 0, weight * values)
            weights += numpy.where(padded, 0, weight)
        ties = numpy.min([abs(f % 1 - 0.5) for f in (x, y, part)], axis=0) < 1e-3
        nearest = (below + (part >= 0.5), *(numpy.clip(numpy.floor(f + 0.5).astype(int), 0, n - 1)
                                            for f, n in ((y, rows), (x, columns))))
        is_image = (weights > 0) & ~self._get(*nearest)[1]
        return numpy.where(is_image, total / numpy.where(weights > 0, weights, 1), numpy.nan), near_padding & ties


def padding_range(dataset):
    """Of stored values, both ends of it; None: no padding (C.7.5.1.1.2)."""
    if "PixelPaddingValue" not in dataset:
        return None
    ends = (dataset.PixelPaddingValue, dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue))
    return min(ends), max(ends)


def grey(values, low, high):
    """LINEAR_EXACT over low..high (C.11.2.1.3.2), not rounded; black where there is nothing."""
    return numpy.nan_to_num(numpy.clip((values - low) / (high - low), 0, 1), nan=0.0) * 255
