#include "config.h"

#include "imaging/neg-volume-private.h"

#include <math.h>

/* The slice at or before a place, but for the last; the first for NaN. */
static guint
find_below (const NegVolume *volume, double distance_mm, guint hint)
{
  const double *distances = volume->distances_mm;
  guint low = 0, high = volume->n_slices - 1;

  hint = MIN (hint, high - 1);
  if (distances[hint] <= distance_mm && distance_mm < distances[hint + 1])
    return hint;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (distances[middle] <= distance_mm)
      low = middle;
    else
      high = middle;
  }
  return low;
}

static gboolean
is_outside (const NegVolume *volume, double distance_mm)
{
  guint last = volume->n_slices - 1;

  /* Written so that NaN is. */
  return !(distance_mm >= -volume->halves_mm[0]
           && distance_mm < volume->distances_mm[last] + volume->halves_mm[2 * last + 1]);
}

/* Of a place between two slices that are further apart than what was scanned. */
static gboolean
is_reached (const NegVolume *volume, const NegDepth *depth, double distance_mm)
{
  if (depth->slice == depth->below)
    return distance_mm - volume->distances_mm[depth->slice] < volume->halves_mm[2 * depth->slice + 1];
  return volume->distances_mm[depth->slice] - distance_mm <= volume->halves_mm[2 * depth->slice];
}

void
_neg_volume_find_depth (const NegVolume *volume, double distance_mm, NegDepth *depth)
{
  guint below = find_below (volume, distance_mm, depth->below);
  const double *distances = volume->distances_mm + below;
  gboolean is_between;

  depth->below = below;
  depth->fraction = (distance_mm - distances[0]) / (distances[1] - distances[0]);
  depth->slice = depth->fraction < 0.5 ? below : below + 1;
  if (is_outside (volume, distance_mm)) {
    depth->kind = NEG_DEPTH_OUTSIDE;
    return;
  }
  is_between = depth->fraction > 0 && depth->fraction < 1;
  if (is_between && !volume->gap_after[below] && _neg_volume_has_slice (volume, below)
      && _neg_volume_has_slice (volume, below + 1))
    depth->kind = NEG_DEPTH_BETWEEN;
  else if (_neg_volume_has_slice (volume, depth->slice)
           && (!is_between || !volume->gap_after[below] || is_reached (volume, depth, distance_mm)))
    depth->kind = NEG_DEPTH_SLICE;
  else
    depth->kind = NEG_DEPTH_MISSING;
}

static void
get_origin (const NegVolume *volume, guint below, double fraction, double origin_mm[3])
{
  const double *origins = volume->origins_mm + 3 * (gsize) below;

  for (guint i = 0; i < 3; i++)
    origin_mm[i] = origins[i] + fraction * (origins[3 + i] - origins[i]);
}

void
_neg_volume_get_in_plane (const NegVolume *volume, const NegDepth *depth, const double offset_mm[3], double *x,
                          double *y)
{
  double origin_mm[3], in_plane_mm[3];

  get_origin (volume, depth->below, depth->fraction, origin_mm);
  for (guint i = 0; i < 3; i++)
    in_plane_mm[i] = offset_mm[i] - (origin_mm[i] - volume->origins_mm[i]);
  *x = _neg_dot (volume->x_dual, in_plane_mm) + 0.5;
  *y = _neg_dot (volume->y_dual, in_plane_mm) + 0.5;
}

gboolean
neg_volume_to_voxel (const NegVolume *volume, const double point_mm[3], double voxel[3])
{
  NegDepth depth = { 0 };
  double offset_mm[3];

  for (guint i = 0; i < 3; i++)
    offset_mm[i] = point_mm[i] - volume->origins_mm[i];
  _neg_volume_find_depth (volume, _neg_dot (volume->normal, offset_mm), &depth);
  _neg_volume_get_in_plane (volume, &depth, offset_mm, &voxel[0], &voxel[1]);
  voxel[2] = depth.below + 0.5 + depth.fraction;
  return depth.kind != NEG_DEPTH_OUTSIDE && voxel[0] >= 0 && voxel[0] < volume->columns && voxel[1] >= 0
         && voxel[1] < volume->rows;
}

static void
to_patient (const NegVolume *volume, guint below, double fraction, double x, double y, double point_mm[3])
{
  get_origin (volume, below, fraction, point_mm);
  for (guint i = 0; i < 3; i++)
    point_mm[i] += (x - 0.5) * volume->x_mm[i] + (y - 0.5) * volume->y_mm[i];
}

void
neg_volume_to_patient (const NegVolume *volume, const double voxel[3], double point_mm[3])
{
  double z = voxel[2] - 0.5;
  /* Written so that NaN is the first. */
  guint below = z > 0 ? (guint) MIN (z, volume->n_slices - 2) : 0;

  to_patient (volume, below, z - below, voxel[0], voxel[1], point_mm);
}

/* Where a distance from the first slice is, as a slice and a fraction. */
static void
place_at (const NegVolume *volume, double distance_mm, guint *below, double *fraction)
{
  NegDepth depth = { 0 };

  _neg_volume_find_depth (volume, distance_mm, &depth);
  *below = depth.below;
  *fraction = depth.fraction;
}

static double
get_end_mm (const NegVolume *volume)
{
  guint last = volume->n_slices - 1;

  return volume->distances_mm[last] + volume->halves_mm[2 * last + 1];
}

void
neg_volume_get_middle (const NegVolume *volume, double point_mm[3])
{
  double fraction;
  guint below;

  place_at (volume, (get_end_mm (volume) - volume->halves_mm[0]) / 2, &below, &fraction);
  to_patient (volume, below, fraction, volume->columns / 2.0, volume->rows / 2.0, point_mm);
}

/* The middle of a slice that lies there, along @direction, into the range. */
static void
widen (const NegVolume *volume, const double direction[3], guint below, double fraction, double range[2])
{
  double middle_mm[3], along_mm;

  to_patient (volume, below, fraction, volume->columns / 2.0, volume->rows / 2.0, middle_mm);
  along_mm = _neg_dot (direction, middle_mm);
  range[0] = MIN (range[0], along_mm);
  range[1] = MAX (range[1], along_mm);
}

/* All outlines are one rectangle, moved: the middles of the slices and of the two ends are enough. */
static void
get_shadow (const NegVolume *volume, const double direction[3], double range[2])
{
  double half_mm = (volume->columns * fabs (_neg_dot (direction, volume->x_mm))
                    + volume->rows * fabs (_neg_dot (direction, volume->y_mm)))
                   / 2;
  double ends_mm[2] = { -volume->halves_mm[0], get_end_mm (volume) };

  range[0] = INFINITY;
  range[1] = -INFINITY;
  for (guint i = 0; i < 2; i++) {
    double fraction;
    guint below;

    place_at (volume, ends_mm[i], &below, &fraction);
    widen (volume, direction, below, fraction, range);
  }
  for (guint i = 1; i + 1 < volume->n_slices; i++)
    widen (volume, direction, i, 0, range);
  range[0] -= half_mm;
  range[1] += half_mm;
}

void
neg_volume_get_box (const NegVolume *volume, double box_mm[6])
{
  for (guint i = 0; i < 3; i++) {
    double axis[3] = { i == 0, i == 1, i == 2 }, range[2];

    get_shadow (volume, axis, range);
    box_mm[i] = range[0];
    box_mm[3 + i] = range[1];
  }
}

void
neg_volume_get_extent (const NegVolume *volume, const double point_mm[3], const double direction[3], double *from_mm,
                       double *to_mm)
{
  double range[2], along_mm = _neg_dot (direction, point_mm);

  get_shadow (volume, direction, range);
  *from_mm = range[0] - along_mm;
  *to_mm = range[1] - along_mm;
}

double
neg_volume_get_finest_mm (const NegVolume *volume)
{
  return MIN (MIN (volume->spacing_mm[0], volume->spacing_mm[1]), volume->median_spacing_mm);
}
