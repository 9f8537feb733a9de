#include "config.h"

#include "imaging/neg-reformat-private.h"

#include <float.h>

/* Nearer to a slice than this part of the way to the next it counts as on it: what is left is rounding. */
#define ON_SLICE 1e-6

/* Where a sample is: voxel coordinates in the plane, and the depth. */
typedef struct {
  const NegVolume *volume;
  const NegDepth *depth;
  double x, y;
} Place;

/* Beyond the border the border voxel continues. */
static inline gboolean
get_voxel (const NegVolume *volume, double column, double row, guint slice, double *value)
{
  return _neg_volume_get_voxel (volume, (guint) CLAMP (column, 0, volume->columns - 1.0),
                                (guint) CLAMP (row, 0, volume->rows - 1.0), slice, value);
}

static gboolean
sample_nearest (const Place *place, double *value)
{
  return get_voxel (place->volume, floor (place->x), floor (place->y), place->depth->slice, value);
}

typedef struct {
  double sum, weights;
} Mean;

static void
add_slice (const Place *place, guint slice, double part, Mean *mean)
{
  double column = floor (place->x - 0.5), row = floor (place->y - 0.5);
  double fx = place->x - 0.5 - column, fy = place->y - 0.5 - row;

  for (guint j = 0; j < 2; j++)
    for (guint i = 0; i < 2; i++) {
      double weight = part * (i ? fx : 1 - fx) * (j ? fy : 1 - fy), value;

      if (weight > 0 && get_voxel (place->volume, column + i, row + j, slice, &value)) {
        mean->sum += weight * value;
        mean->weights += weight;
      }
    }
}

static gboolean
sample_linear (const Place *place, double *value)
{
  const NegDepth *depth = place->depth;
  Mean mean = { 0, 0 };

  if (!sample_nearest (place, value))
    return FALSE;
  if (depth->kind == NEG_DEPTH_BETWEEN) {
    add_slice (place, depth->below, 1 - depth->fraction, &mean);
    add_slice (place, depth->below + 1, depth->fraction, &mean);
  } else {
    add_slice (place, depth->slice, 1, &mean);
  }
  *value = mean.sum / mean.weights;
  return mean.weights > 0;
}

static void
set_cubic_weights (double f, double weights[4])
{
  weights[0] = f * (-0.5 + f * (1 - 0.5 * f));
  weights[1] = 1 + f * f * (-2.5 + 1.5 * f);
  weights[2] = f * (0.5 + f * (2 - 1.5 * f));
  weights[3] = f * f * (-0.5 + 0.5 * f);
}

/* Four slices that need not have the same distance: the slopes at the two in the middle are those between their neighbours,
 * so that what rises evenly in the patient does so here. Of equal distances this is Catmull-Rom. */
static void
set_depth_weights (const double distances_mm[4], double f, double weights[4])
{
  double step_mm = distances_mm[2] - distances_mm[1];
  double from_below = f * (1 - f) * (1 - f) * step_mm / (distances_mm[2] - distances_mm[0]);
  double from_above = f * f * (f - 1) * step_mm / (distances_mm[3] - distances_mm[1]);

  weights[0] = -from_below;
  weights[1] = (1 + 2 * f) * (1 - f) * (1 - f) - from_above;
  weights[2] = f * f * (3 - 2 * f) + from_below;
  weights[3] = from_above;
}

static gboolean
is_joined (const NegVolume *volume, guint below)
{
  return !volume->gap_after[below] && _neg_volume_has_slice (volume, below)
         && _neg_volume_has_slice (volume, below + 1);
}

/* The slices that a cubic sample is made of: *@n from *@first. FALSE where some of them are not there. */
static gboolean
choose_slices (const Place *place, guint *first, guint *n, double weights[4])
{
  const NegDepth *depth = place->depth;
  const NegVolume *volume = place->volume;

  *first = depth->slice;
  *n = 1;
  weights[0] = 1;
  if (fabs (depth->fraction) < ON_SLICE || fabs (depth->fraction - 1) < ON_SLICE)
    return TRUE;
  if (depth->kind != NEG_DEPTH_BETWEEN || depth->below == 0 || depth->below + 2 >= volume->n_slices
      || !is_joined (volume, depth->below - 1) || !is_joined (volume, depth->below + 1))
    return FALSE;
  *first = depth->below - 1;
  *n = 4;
  set_depth_weights (volume->distances_mm + *first, depth->fraction, weights);
  return TRUE;
}

static gboolean
sample_cubic (const Place *place, double *value)
{
  double column = floor (place->x - 0.5), row = floor (place->y - 0.5);
  double across[4], down[4], through[4], sum = 0, low = INFINITY, high = -INFINITY;
  guint first, n;

  if (!choose_slices (place, &first, &n, through))
    return sample_linear (place, value);
  set_cubic_weights (place->x - 0.5 - column, across);
  set_cubic_weights (place->y - 0.5 - row, down);
  for (guint k = 0; k < n; k++)
    for (int j = 0; j < 4; j++)
      for (int i = 0; i < 4; i++) {
        double voxel;

        /* Negative weights cannot be renormalised: their sum may come close to 0. */
        if (!get_voxel (place->volume, column + i - 1, row + j - 1, first + k, &voxel))
          return sample_linear (place, value);
        low = MIN (low, voxel);
        high = MAX (high, voxel);
        sum += across[i] * down[j] * through[k] * voxel;
      }
  if (!isfinite (sum))
    return sample_linear (place, value);
  *value = CLAMP (sum, low, high);
  return TRUE;
}

static gboolean
sample (const Place *place, NegInterpolation interpolation, double *value)
{
  switch (interpolation) {
  case NEG_INTERPOLATION_LINEAR:
    return sample_linear (place, value);
  case NEG_INTERPOLATION_CUBIC:
    return sample_cubic (place, value);
  case NEG_INTERPOLATION_NEAREST:
  default:
    return sample_nearest (place, value);
  }
}

NegCover
_neg_reformat_sample (const NegVolume *volume, NegInterpolation interpolation, const double point_mm[3],
                      NegDepth *depth, double *value)
{
  Place place = { .volume = volume, .depth = depth };
  double offset_mm[3];

  for (guint i = 0; i < 3; i++)
    offset_mm[i] = point_mm[i] - volume->origins_mm[i];
  _neg_volume_find_depth (volume, _neg_dot (volume->normal, offset_mm), depth);
  if (depth->kind == NEG_DEPTH_OUTSIDE)
    return NEG_COVER_OUTSIDE;
  _neg_volume_get_in_plane (volume, depth, offset_mm, &place.x, &place.y);
  if (!(place.x >= 0 && place.x < volume->columns && place.y >= 0 && place.y < volume->rows))
    return NEG_COVER_OUTSIDE;
  if (depth->kind == NEG_DEPTH_MISSING)
    return NEG_COVER_MISSING;
  return sample (&place, interpolation, value) ? NEG_COVER_WHOLE : NEG_COVER_OUTSIDE;
}

/* What the samples of one pixel have come to. */
typedef struct {
  NegProjection projection;
  guint n_values, n_missing;
  double result; /* a sum for the mean */
} Projected;

static void
project (Projected *projected, double value)
{
  if (projected->projection == NEG_PROJECTION_MEAN)
    projected->result += value;
  else if (projected->n_values == 0)
    projected->result = value;
  else if (projected->projection == NEG_PROJECTION_MINIP)
    projected->result = MIN (projected->result, value);
  else
    projected->result = MAX (projected->result, value);
  projected->n_values++;
}

static NegCover
get_cover (const Projected *projected)
{
  if (projected->n_values > 0)
    return projected->n_missing > 0 ? NEG_COVER_PARTLY : NEG_COVER_WHOLE;
  return projected->n_missing > 0 ? NEG_COVER_MISSING : NEG_COVER_OUTSIDE;
}

static float
get_result (const Projected *projected)
{
  double result = projected->result;

  if (projected->n_values == 0)
    return NAN;
  if (projected->projection == NEG_PROJECTION_MEAN)
    result /= projected->n_values;
  return (float) CLAMP (result, -FLT_MAX, FLT_MAX);
}

static float
get_pixel (const NegReformat *reformat, const NegVolume *volume, double x, double y, NegDepth *depth, NegCover *cover)
{
  guint n = _neg_reformat_get_n_samples (reformat);
  Projected projected = { .projection = reformat->projection };

  for (guint i = 0; i < n; i++) {
    double along = i - (n - 1) / 2.0, point_mm[3], value = 0;
    NegCover found;

    for (guint j = 0; j < 3; j++)
      point_mm[j] = reformat->origin_mm[j] + x * reformat->x_mm[j] + y * reformat->y_mm[j]
                    + (n > 1 ? along * reformat->step_mm[j] : 0);
    found = _neg_reformat_sample (volume, reformat->interpolation, point_mm, depth, &value);
    if (found == NEG_COVER_WHOLE)
      project (&projected, value);
    else
      projected.n_missing += found == NEG_COVER_MISSING;
  }
  *cover = get_cover (&projected);
  return get_result (&projected);
}

void
neg_reformat_rows_general (const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                           guint8 *covers, guint first_row, guint n_rows)
{
  NegDepth depth = { 0 };

  for (guint row = first_row; row < first_row + n_rows; row++)
    for (guint column = 0; column < width; column++) {
      gsize index = (gsize) row * width + column;
      NegCover cover;

      values[index] = get_pixel (reformat, volume, column + 0.5, row + 0.5, &depth, &cover);
      if (covers != NULL)
        covers[index] = cover;
    }
}

float
neg_reformat_get_value (const NegReformat *reformat, const NegVolume *volume, const double output_px[2],
                        NegCover *cover)
{
  NegDepth depth = { 0 };
  NegCover found;
  float value = get_pixel (reformat, volume, output_px[0], output_px[1], &depth, &found);

  if (cover != NULL)
    *cover = found;
  return value;
}
