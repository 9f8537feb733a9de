/* A volume: the stored values of parallel slices, once in memory, and the exact way from the patient to them.
 *
 * Where a slice lies is taken from its own position alone (imaging-correctness H): between two slices the origin goes
 * over in a straight line, so that gantry tilt is a shear and slices that lie anywhere are exact too; nothing is ever
 * resampled into a straight copy. Slices need not have the same distance.
 *
 * Voxel coordinates: x along a row (columns), y down a column (rows), z from slice to slice in the order of their
 * distance along the normal; the centre of the first voxel is 0.5, 0.5, 0.5, as in image coordinates. Beyond the
 * outermost centres, inside the volume, the border voxel continues.
 *
 * A place between two slices is a gap when they are further apart than 1.5 times the median distance and than 1.5 times
 * their own thickness (the mean of the two; of one where only one says it; where slices overlap, the part of it that they
 * are usually apart), or when one of them is not there (waiting, failed). In a gap half of a slice's extent is shown as that slice, the rest as missing: never interpolated.
 *
 * How far a slice reaches where nothing is interpolated: towards a neighbour without a gap half of the distance to it;
 * towards a gap and at the ends of the volume half of the distance to its other neighbour; where that is a gap too or
 * not there, half of the median distance, but no more than half of its thickness where that is said. Never more than
 * half of the distance across a gap.
 *
 * Thread: immutable once made, but for the states of slices, which any thread may set and read; samplers may run on any
 * number of threads. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

#define NEG_VOLUME_SLICES_MIN 2
#define NEG_VOLUME_SLICES_MAX 65536

typedef enum {
  NEG_SLICE_WAITING,
  NEG_SLICE_READY,
  NEG_SLICE_FAILED,
} NegSliceState;

/* Of one slice as it is given; @origin_mm is the centre of its first voxel. */
typedef struct {
  double origin_mm[3];
  double thickness_mm; /* 0: not said */
  double slope, intercept; /* stored to modality value, of this slice alone */
} NegVolumeSlice;

/* What all slices share, and the slices themselves, in any order. */
typedef struct {
  guint columns, rows, n_slices;
  double orientation[6];      /* cosines of a row, of a column */
  double spacing_mm[2];       /* between columns (x), between rows (y) */
  NegSampleType sample_type;  /* one sample a pixel */
  NegPadding padding;         /* of stored values */
  const NegLut *modality_lut; /* borrowed, nullable: replaces slope and intercept */
  const NegVolumeSlice *slices;
} NegVolumeLayout;

typedef struct _NegVolume NegVolume;

struct _NegVolume {
  guint columns, rows, n_slices; /* n_slices: after equal positions were left out */
  NegSampleType sample_type;
  gsize slice_bytes;
  const guint8 *voxels; /* slice after slice in the order of z, each rows x columns; read only */

  double x_mm[3], y_mm[3]; /* the step from voxel to voxel in the patient, along a row and down a column */
  double x_unit[3], y_unit[3], normal[3]; /* the units are not quite perpendicular to each other, as cosines are text */
  double x_dual[3], y_dual[3]; /* their products with an offset in the plane are voxels along a row, down a column */
  double spacing_mm[2];
  double median_spacing_mm; /* perpendicular, from slice to slice */
  double *origins_mm;       /* 3 a slice: the centre of its first voxel */
  double *distances_mm;     /* along the normal, from the first slice; ascending */
  double *halves_mm;        /* 2 a slice: how far it reaches towards lower, higher z where nothing is interpolated */
  gboolean *gap_after;      /* n_slices - 1: as positions and thickness say, whatever is there */
  double *slopes, *intercepts;
  guint *order;             /* the index in the layout's slices */

  gboolean is_uniform;  /* every distance within max (0.01 mm, 1 %) of the median, no gap */
  gboolean is_straight; /* every origin within 0.05 mm of the line from the first to the last */
  gboolean same_rescale; /* slopes and intercepts are the same in all slices, and there is no LUT */
  double off_even_slices; /* how far one lies at most from where it were if all had the same distance, in distances */
  double off_line_px;     /* how far an origin lies at most from that line, in voxels along a row or a column */
  double shear_per_mm[2]; /* of a straight one: how the origin moves along x_unit, y_unit per mm of normal */
  NegPadding padding;
  const NegLut *modality_lut; /* borrowed */

  gint *states; /* NegSliceState, atomic */
  gint n_ready, n_failed; /* atomic */
  gpointer owner; /* of voxels and of the LUT */
  GDestroyNotify owner_free;
  gatomicrefcount ref_count;
};

/* @voxels: n_slices of the layout, one after the other in the order that _order_ will have (neg_volume_plan()). Fails with
 * NEG_ERROR_UNSUPPORTED and a reason for a person: fewer than two positions, no plane, sizes that overflow, values that
 * are not finite. @owner keeps @voxels and the LUT alive and is freed with the last reference; nullable. All slices
 * are waiting at first. */
NegVolume *neg_volume_new (const NegVolumeLayout *layout, const void *voxels, gpointer owner,
                           GDestroyNotify owner_free, GError **error);
NegVolume *neg_volume_ref (NegVolume *volume);
void neg_volume_unref (NegVolume *volume);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegVolume, neg_volume_unref)

/* Before there is memory: the slices in the order of z, as indices into those given; slices at one place (0.01 mm along the
 * normal) count once, the first given. *@order is given, its length returned; 0 and an error where it cannot be a volume. */
guint neg_volume_plan (const NegVolumeLayout *layout, guint **order, GError **error);

void neg_volume_set_state (NegVolume *volume, guint slice, NegSliceState state);
NegSliceState neg_volume_get_state (const NegVolume *volume, guint slice);
gboolean neg_volume_is_complete (const NegVolume *volume); /* all ready */
guint64 neg_volume_get_bytes (const NegVolume *volume);

/* Both ways, exact to rounding. TRUE when the point lies inside the volume; outside, z goes on as it was at the end. */
gboolean neg_volume_to_voxel (const NegVolume *volume, const double point_mm[3], double voxel[3]);
void neg_volume_to_patient (const NegVolume *volume, const double voxel[3], double point_mm[3]);

/* The middle of it, and the box in the patient's axes that holds it: low x y z, high x y z. */
void neg_volume_get_middle (const NegVolume *volume, double point_mm[3]);
void neg_volume_get_box (const NegVolume *volume, double box_mm[6]);

/* The smallest of the three spacings, the median one from slice to slice: no picture need be finer. */
double neg_volume_get_finest_mm (const NegVolume *volume);

/* How far all of it reaches along @direction (unit), from @point_mm: the two ends, in mm, of its shadow on that line. A
 * plane across the line shows something of it between the two. */
void neg_volume_get_extent (const NegVolume *volume, const double point_mm[3], const double direction[3],
                            double *from_mm, double *to_mm);

/* Stored value of a voxel, exact; modality value of a stored one of that slice. */
double neg_volume_get_stored (const NegVolume *volume, guint column, guint row, guint slice);
double neg_volume_get_modality (const NegVolume *volume, guint slice, double stored);

/* Smallest and largest modality value that is no padding, of the slices that are ready, sampled where it is large. FALSE
 * where there is none. */
gboolean neg_volume_get_range (const NegVolume *volume, double *minimum, double *maximum);

G_END_DECLS
