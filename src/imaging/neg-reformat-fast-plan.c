#include "config.h"

#include "imaging/neg-reformat-fast-private.h"

/* How far slices may lie beside the line and the distances that are taken for all, in voxels: less than what single
 * precision is asked to keep. */
#define OFF_MAX 2e-5

/* Beyond these, numbers leave single precision on the way. */
#define COORDINATE_MAX 0x1p28
#define VALUE_MAX 1e30
#define SLOPE_MIN 1e-25

#define TURNED (-0x1p-15) /* what is added up is -32768 times the value */

/* --- values --- */

static gboolean
set_voxels (NegTilePlan *plan, double *bias)
{
  *bias = 0;
  plan->flip = 0;
  switch (plan->volume->sample_type) {
  case NEG_SAMPLE_U8:
    plan->voxels = NEG_VOXELS_8;
    return TRUE;
  case NEG_SAMPLE_S8:
    plan->voxels = NEG_VOXELS_8;
    plan->flip = 0x80;
    *bias = -0x80;
    return TRUE;
  case NEG_SAMPLE_U16:
    plan->voxels = NEG_VOXELS_U16;
    plan->flip = G_MININT16;
    *bias = 0x8000;
    return TRUE;
  case NEG_SAMPLE_S16:
    plan->voxels = NEG_VOXELS_S16;
    return TRUE;
  case NEG_SAMPLE_U32:
  case NEG_SAMPLE_S32:
  case NEG_SAMPLE_F32:
  case NEG_SAMPLE_F64:
  case NEG_SAMPLE_N_TYPES:
  default:
    return FALSE;
  }
}

static void
set_padding (NegTilePlan *plan, double bias)
{
  const NegPadding *padding = &plan->volume->padding;
  double low = ceil (padding->low) - bias, high = floor (padding->high) - bias;

  /* Written so that NaN is none. */
  plan->has_padding = padding->active && low <= high && low <= G_MAXINT16 && high >= G_MININT16;
  if (!plan->has_padding)
    return;
  plan->padding_low = MAX (low, G_MININT16);
  plan->padding_high = MIN (high, G_MAXINT16);
}

static gboolean
is_rescale_sane (double slope, double intercept)
{
  return fabs (slope) <= VALUE_MAX && fabs (intercept) <= VALUE_MAX && (slope == 0 || fabs (slope) >= SLOPE_MIN);
}

static gboolean
set_values (NegTilePlan *plan)
{
  const NegVolume *volume = plan->volume;
  double bias;

  if (volume->modality_lut != NULL || !set_voxels (plan, &bias))
    return FALSE;
  for (guint i = 0; i < (volume->same_rescale ? 1 : volume->n_slices); i++)
    if (!is_rescale_sane (volume->slopes[i], volume->intercepts[i]))
      return FALSE;
  set_padding (plan, bias);
  plan->scale = 1;
  if (volume->same_rescale) {
    plan->scale = (float) (TURNED * volume->slopes[0]);
    plan->offset = (float) (volume->intercepts[0] + bias * volume->slopes[0]);
  } else {
    plan->scales = g_new (float, volume->n_slices);
    plan->offsets = g_new (float, volume->n_slices);
    for (guint i = 0; i < volume->n_slices; i++) {
      plan->scales[i] = (float) (TURNED * volume->slopes[i]);
      plan->offsets[i] = (float) (volume->intercepts[i] + bias * volume->slopes[i]);
    }
  }
  return TRUE;
}

static gboolean
set_projection (NegTilePlan *plan)
{
  const NegReformat *reformat = plan->reformat;

  plan->n_samples = _neg_reformat_get_n_samples (reformat);
  plan->is_mean = reformat->projection == NEG_PROJECTION_MEAN;
  plan->is_smallest = (reformat->projection == NEG_PROJECTION_MINIP) != (plan->scale < 0);
  plan->is_nearest = reformat->interpolation == NEG_INTERPOLATION_NEAREST;
  return plan->is_nearest || reformat->interpolation == NEG_INTERPOLATION_LINEAR;
}

/* --- slices --- */

static NegCell
get_cell (const NegTilePlan *plan, guint below)
{
  if (plan->volume->gap_after[below])
    return NEG_CELL_GAP;
  return plan->ready[below] && plan->ready[below + 1] ? NEG_CELL_JOINED : NEG_CELL_SPLIT;
}

/* What slices are there is asked once: it may change while a picture is drawn. */
static void
set_slices (NegTilePlan *plan, const double line[2])
{
  const NegVolume *volume = plan->volume;
  guint n = volume->n_slices;

  plan->places = g_new (double, n);
  plan->inverses = g_new (float, n);
  plan->cells = g_new (guint8, n);
  plan->ready = g_new (gboolean, n);
  for (guint i = 0; i < n; i++) {
    plan->places[i] = volume->distances_mm[i] / plan->depth_unit_mm;
    plan->ready[i] = _neg_volume_has_slice (volume, i);
  }
  for (guint i = 0; i + 1 < n; i++) {
    plan->cells[i] = get_cell (plan, i);
    plan->inverses[i] = (float) (1 / (plan->places[i + 1] - plan->places[i]));
  }
  if (volume->off_line_px <= OFF_MAX)
    return;
  plan->margin_px = 2 * volume->off_line_px; /* beyond the last slice it goes on for half a distance */
  for (guint j = 0; j < 2; j++)
    plan->aside[j] = g_new (double, n);
  for (guint i = 0; i < n; i++) {
    double from_first_mm[3];

    for (guint j = 0; j < 3; j++)
      from_first_mm[j] = volume->origins_mm[3 * i + j] - volume->origins_mm[j];
    plan->aside[0][i] = _neg_dot (volume->x_dual, from_first_mm) - line[0] * volume->distances_mm[i];
    plan->aside[1][i] = _neg_dot (volume->y_dual, from_first_mm) - line[1] * volume->distances_mm[i];
  }
}

/* --- places --- */

/* The line through the first and the last slice, in voxels per mm of depth. */
static void
get_line (const NegVolume *volume, double line[2])
{
  guint last = volume->n_slices - 1;
  double from_first_mm[3];

  for (guint i = 0; i < 3; i++)
    from_first_mm[i] = volume->origins_mm[3 * last + i] - volume->origins_mm[i];
  line[0] = _neg_dot (volume->x_dual, from_first_mm) / volume->distances_mm[last];
  line[1] = _neg_dot (volume->y_dual, from_first_mm) / volume->distances_mm[last];
}

/* An offset in the patient in voxels and distances. */
static void
to_voxels (const NegTilePlan *plan, const double line[2], const double offset_mm[3], double voxels[3])
{
  const NegVolume *volume = plan->volume;
  double depth_mm = _neg_dot (volume->normal, offset_mm);

  voxels[0] = _neg_dot (volume->x_dual, offset_mm) - line[0] * depth_mm;
  voxels[1] = _neg_dot (volume->y_dual, offset_mm) - line[1] * depth_mm;
  voxels[2] = depth_mm / plan->depth_unit_mm;
}

/* In voxels: the centre of the first pixel in the first sample, and from one to the next. */
typedef struct {
  double origin[3], x[3], y[3], sample[3];
} Steps;

static void
get_steps (const NegTilePlan *plan, const double line[2], Steps *steps)
{
  const NegReformat *reformat = plan->reformat;
  double offset_mm[3], n = plan->n_samples;

  for (guint i = 0; i < 3; i++)
    offset_mm[i] = reformat->origin_mm[i] + (reformat->x_mm[i] + reformat->y_mm[i]) / 2
                   - (n > 1 ? (n - 1) / 2 * reformat->step_mm[i] : 0) - plan->volume->origins_mm[i];
  to_voxels (plan, line, offset_mm, steps->origin);
  to_voxels (plan, line, reformat->x_mm, steps->x);
  to_voxels (plan, line, reformat->y_mm, steps->y);
  to_voxels (plan, line, reformat->step_mm, steps->sample);
}

/* Written so that NaN fails. */
static gboolean
are_steps_sane (const NegTilePlan *plan, const Steps *steps)
{
  for (guint i = 0; i < 3; i++) {
    double sum = fabs (steps->origin[i]) + (plan->width + 4.0) * fabs (steps->x[i])
                 + ((double) plan->first_row + plan->n_rows + 4) * fabs (steps->y[i]);

    if (plan->n_samples > 1)
      sum += plan->n_samples * fabs (steps->sample[i]);
    if (!(sum < COORDINATE_MAX))
      return FALSE;
  }
  return TRUE;
}

static NegFixed
to_fixed (double voxels)
{
  return (NegFixed) llrint (voxels * 0x1p32);
}

static void
set_axis (NegTilePlan *plan, guint n_lanes, const Steps *steps, guint axis)
{
  double x = steps->x[axis], y = steps->y[axis];
  double across = (plan->tile_columns - 1.0) * x, down = (plan->tile_rows - 1.0) * y;
  double low = MIN (across, 0) + MIN (down, 0), high = MAX (across, 0) + MAX (down, 0);
  double margin = axis < 2 ? plan->margin_px : 0;

  for (guint i = 0; i < n_lanes; i++)
    plan->lanes[axis][i] = (float) (i % NEG_TILE_COLUMNS % plan->tile_columns * x
                                    + i / NEG_TILE_COLUMNS % plan->tile_rows * y - low + margin);
  plan->span[axis] = (float) (high - low + 2 * margin + (plan->is_nearest ? 0.5 : 0));
  plan->origin[axis] = to_fixed (steps->origin[axis] + low - margin);
  plan->tile_x[axis] = to_fixed (plan->tile_columns * x);
  plan->tile_y[axis] = to_fixed (plan->tile_rows * y);
  plan->sample[axis] = plan->n_samples > 1 ? to_fixed (steps->sample[axis]) : 0;
}

/* As many pixels as lanes where their voxels fit, else fewer. */
static gboolean
set_places (NegTilePlan *plan, guint n_lanes, const Steps *steps)
{
  guint rows = n_lanes / NEG_TILE_COLUMNS;
  const guint sizes[3][2] = { { NEG_TILE_COLUMNS, rows }, { 2, MIN (2, rows) }, { 1, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    plan->tile_columns = sizes[i][0];
    plan->tile_rows = sizes[i][1];
    for (guint axis = 0; axis < 3; axis++)
      set_axis (plan, n_lanes, steps, axis);
    if (plan->span[0] <= NEG_TILE_SPAN_MAX && plan->span[1] <= NEG_TILE_SPAN_MAX
        && plan->span[2] <= NEG_TILE_SPAN_MAX)
      return TRUE;
  }
  return FALSE;
}

gboolean
_neg_tile_plan_init (NegTilePlan *plan, guint n_lanes, const NegReformat *reformat, const NegVolume *volume)
{
  guint last = volume->n_slices - 1;
  double line[2];
  Steps steps;

  plan->reformat = reformat;
  plan->volume = volume;
  plan->depth_unit_mm = volume->distances_mm[last] / last;
  plan->low = -volume->halves_mm[0] / plan->depth_unit_mm;
  plan->high = (volume->distances_mm[last] + volume->halves_mm[2 * last + 1]) / plan->depth_unit_mm;
  if (volume->columns < NEG_TILE_ROW_VOXELS || !set_values (plan) || !set_projection (plan))
    return FALSE;
  plan->is_simple = volume->same_rescale && volume->off_even_slices <= OFF_MAX && volume->off_line_px <= OFF_MAX
                    && neg_volume_is_complete (volume);
  for (guint i = 0; i < last; i++)
    plan->is_simple = plan->is_simple && !volume->gap_after[i];
  get_line (volume, line);
  get_steps (plan, line, &steps);
  if (!are_steps_sane (plan, &steps))
    return FALSE;
  if (!plan->is_simple)
    set_slices (plan, line);
  return set_places (plan, n_lanes, &steps);
}

void
_neg_tile_plan_clear (NegTilePlan *plan)
{
  g_free (plan->places);
  g_free (plan->inverses);
  g_free (plan->aside[0]);
  g_free (plan->aside[1]);
  g_free (plan->cells);
  g_free (plan->ready);
  g_free (plan->scales);
  g_free (plan->offsets);
}
