#include "config.h"

#include "reading/neg-view-state.h"

#include <math.h>

#include "imaging/neg-calibration.h"
#include "model/neg-presentation.h"
#include "reading/neg-preset.h"

/* A drag of this many logical pixels multiplies the width by e, or moves the centre by one width. */
#define WINDOW_DRAG_PX 300.0

/* Beyond these a spacing is a slip of the writer, and nothing of the image would be seen. */
#define TRUE_SIZE_ZOOM_MIN 1e-4
#define TRUE_SIZE_ZOOM_MAX 1e4

void
neg_view_state_init (NegViewState *state)
{
  *state = (NegViewState){ .step = 1, .zoom = 1 };
}

void
neg_view_state_clear (NegViewState *state)
{
  g_clear_object (&state->series);
  g_clear_pointer (&state->presentation, neg_presentation_unref);
  neg_view_state_init (state);
}

void
neg_view_state_copy (NegViewState *to, const NegViewState *from)
{
  NegViewState copy = *from;

  if (copy.series != NULL)
    g_object_ref (copy.series);
  if (copy.presentation != NULL)
    neg_presentation_ref (copy.presentation);
  neg_view_state_clear (to);
  *to = copy;
}

void
neg_view_state_set_series (NegViewState *state, NegSeries *series)
{
  g_autoptr (NegSeries) kept = series != NULL ? g_object_ref (series) : NULL;

  neg_view_state_clear (state);
  state->series = g_steal_pointer (&kept);
}

gboolean
neg_view_state_replace_series (NegViewState *state, NegSeries *series)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);

  if (shown == NULL || !neg_series_find_blob (series, neg_blob_get_id (shown->blob), shown->frame, &state->index))
    return FALSE;
  g_set_object (&state->series, series);
  return TRUE;
}

#define NEIGHBOURS_MAX 64

gboolean
neg_view_state_leave_image (NegViewState *state, GPtrArray *all)
{
  const gint64 at = state->index, n = neg_view_state_get_n_frames (state);

  for (gint64 step = 1; step <= MIN (n, NEIGHBOURS_MAX); step++)
    for (gint64 index = at - step; index <= at + step; index += 2 * step) {
      if (index < 0 || index >= n)
        continue;
      state->index = (guint) index;
      for (guint i = 0; i < all->len; i++)
        if (neg_view_state_replace_series (state, g_ptr_array_index (all, i)))
          return TRUE;
    }
  state->index = 0;
  if (state->series == NULL)
    return FALSE;
  g_clear_object (&state->series);
  return TRUE;
}

guint
neg_view_state_get_n_frames (const NegViewState *state)
{
  return state->series != NULL ? neg_series_get_n_frames (state->series) : 0;
}

const NegSeriesFrame *
neg_view_state_get_frame (const NegViewState *state)
{
  if (state->index >= neg_view_state_get_n_frames (state))
    return NULL;
  return neg_series_get_frame (state->series, state->index);
}

gboolean
neg_view_state_set_index (NegViewState *state, guint index)
{
  guint n = neg_view_state_get_n_frames (state);

  if (n == 0)
    return FALSE;
  index = MIN (index, n - 1);
  if (index == state->index)
    return FALSE;
  state->step = index > state->index ? 1 : -1;
  state->index = index;
  return TRUE;
}

gboolean
neg_view_state_scroll (NegViewState *state, int n_images)
{
  gint64 target = (gint64) state->index + n_images;

  return neg_view_state_set_index (state, (guint) CLAMP (target, 0, (gint64) G_MAXINT32));
}

void
neg_view_state_set_preset (NegViewState *state, guint preset)
{
  state->preset = preset;
  state->has_window = FALSE;
  state->inverted = FALSE;
}

guint
neg_view_state_get_preset (const NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (frame == NULL || state->preset >= neg_presets_count (frame->instance, frame->frame))
    return 0;
  return state->preset;
}

/* PS3.3 C.11.2.1.2: LINEAR needs a width of at least 1, the others one above 0. */
static double
narrowest_width (NegVoiFunction function)
{
  return function == NEG_VOI_LINEAR ? 1.0 : 1e-6;
}

void
neg_view_state_drag_window (NegViewState *state, const NegVoi *start, double dx, double dy)
{
  NegVoi voi = *start;

  if (voi.lut != NULL && voi.lut->n_entries > 0)
    neg_voi_init_range (&voi, voi.lut->first_mapped, voi.lut->first_mapped + (double) voi.lut->n_entries - 1, FALSE);
  if (!isfinite (voi.center) || !isfinite (voi.width))
    return;
  state->has_window = TRUE;
  state->function = voi.function;
  state->center = voi.center + dy / WINDOW_DRAG_PX * voi.width;
  state->width = CLAMP (voi.width * exp (dx / WINDOW_DRAG_PX), narrowest_width (voi.function), 1e12);
}

void
neg_view_state_set_window (NegViewState *state, const NegVoi *voi)
{
  state->has_window = TRUE;
  state->function = voi->function;
  state->center = voi->center;
  state->width = voi->width;
}

void
neg_view_state_turn (NegViewState *state, int n_quarters)
{
  state->turns = (state->turns + (guint) (n_quarters & 3)) & 3;
}

/* The mirror comes before the turn, so it turns the other way round: M T = T^-1 M. */
void
neg_view_state_flip_horizontally (NegViewState *state)
{
  state->mirrored = !state->mirrored;
  state->turns = (4 - state->turns) & 3;
}

void
neg_view_state_flip_vertically (NegViewState *state)
{
  neg_view_state_flip_horizontally (state);
  neg_view_state_turn (state, 2);
}

void
neg_view_state_reset (NegViewState *state)
{
  g_clear_pointer (&state->presentation, neg_presentation_unref);
  state->pixel_aspect = 0;
  neg_view_state_set_preset (state, 0);
  neg_view_state_fit (state);
  state->mirrored = FALSE;
  state->turns = 0;
}

void
neg_view_state_fit (NegViewState *state)
{
  state->zoom = 1;
  state->offset_px[0] = state->offset_px[1] = 0;
}

/* Output pixels to those of the same picture before it was turned and mirrored: @width x @height is what is seen. */
static void
init_turn (NegAffine *turn, const NegViewState *state, guint width, guint height)
{
  static const int steps[4][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 }, { -1, 0, 0, -1 }, { 0, -1, 1, 0 } };
  const int *step = steps[state->turns & 3];
  int mirror = state->mirrored ? -1 : 1;
  double unturned_width = state->turns & 1 ? height : width;

  /* An axis that runs backwards starts at its far end. */
  *turn = (NegAffine){ { step[0], step[1], step[0] + step[1] < 0 ? unturned_width : 0, step[2], step[3],
                         step[2] + step[3] < 0 ? (state->turns & 1 ? width : height) : 0 } };
  turn->m[0] *= mirror;
  turn->m[1] *= mirror;
  turn->m[2] = state->mirrored ? unturned_width - turn->m[2] : turn->m[2];
}

/* a after b */
static void
compose (NegAffine *result, const NegAffine *a, const NegAffine *b)
{
  *result = (NegAffine){ { a->m[0] * b->m[0] + a->m[1] * b->m[3], a->m[0] * b->m[1] + a->m[1] * b->m[4],
                           a->m[0] * b->m[2] + a->m[1] * b->m[5] + a->m[2], a->m[3] * b->m[0] + a->m[4] * b->m[3],
                           a->m[3] * b->m[1] + a->m[4] * b->m[4], a->m[3] * b->m[2] + a->m[4] * b->m[5] + a->m[5] } };
}

gboolean
neg_view_state_get_affine (const NegViewState *state, guint width, guint height, NegAffine *affine)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  gboolean lies = state->turns & 1;
  NegAffine upright, turn;

  if (frame == NULL || width == 0 || height == 0)
    return FALSE;
  neg_affine_init_fit_aspect (&upright, frame->instance,
                              state->pixel_aspect > 0
                                ? state->pixel_aspect
                                : neg_instance_get_pixel_aspect (frame->instance, frame->frame),
                              lies ? height : width, lies ? width : height, state->zoom, 0, 0);
  init_turn (&turn, state, width, height);
  compose (affine, &upright, &turn);
  affine->m[2] += state->offset_px[0];
  affine->m[5] += state->offset_px[1];
  /* Pixel on pixel: without this an image that is odd in an even viewport would be blurred by half a pixel. */
  if (fabs (fabs (affine->m[0]) + fabs (affine->m[1]) - 1) < 1e-9)
    affine->m[2] = round (affine->m[2]);
  if (fabs (fabs (affine->m[3]) + fabs (affine->m[4]) - 1) < 1e-9)
    affine->m[5] = round (affine->m[5]);
  return TRUE;
}

/* Output pixels per image pixel along a row: the inverse's first column. */
double
neg_view_state_get_magnification (const NegViewState *state, guint width, guint height)
{
  NegAffine affine;
  double determinant;

  if (!neg_view_state_get_affine (state, width, height, &affine))
    return 0;
  determinant = affine.m[0] * affine.m[4] - affine.m[1] * affine.m[3];
  return hypot (affine.m[4], affine.m[3]) / fabs (determinant);
}

static void
keep_in_sight (NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  double half_width = frame->instance->columns / 2.0;
  double half_height = frame->instance->rows / 2.0;

  state->offset_px[0] = CLAMP (state->offset_px[0], -half_width, half_width);
  state->offset_px[1] = CLAMP (state->offset_px[1], -half_height, half_height);
}

void
neg_view_state_set_true_pixels (NegViewState *state, guint width, guint height)
{
  double magnification = neg_view_state_get_magnification (state, width, height);

  if (magnification > 0)
    state->zoom /= magnification;
}

gboolean
neg_view_state_set_true_size (NegViewState *state, guint width, guint height, double glass_mm)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  double magnification = neg_view_state_get_magnification (state, width, height);
  double spacing_mm[2], zoom;

  if (magnification <= 0 || !(glass_mm > 0)
      || neg_calibration_get (frame->instance, frame->frame, spacing_mm) == NEG_CALIBRATION_NONE)
    return FALSE;
  zoom = state->zoom * spacing_mm[1] / glass_mm / magnification;
  /* Written so that NaN fails. */
  if (!(zoom >= TRUE_SIZE_ZOOM_MIN && zoom <= TRUE_SIZE_ZOOM_MAX))
    return FALSE;
  state->zoom = zoom;
  return TRUE;
}

void
neg_view_state_zoom_at (NegViewState *state, guint width, guint height, double x, double y, double factor)
{
  double magnification = neg_view_state_get_magnification (state, width, height);
  NegAffine before, after;
  double zoom_max;

  if (magnification <= 0 || !(factor > 0) || !neg_view_state_get_affine (state, width, height, &before))
    return;
  zoom_max = MAX (1, NEG_MAGNIFICATION_MAX * state->zoom / magnification);
  state->zoom = CLAMP (state->zoom * factor, NEG_ZOOM_MIN, zoom_max);
  if (!neg_view_state_get_affine (state, width, height, &after))
    return;
  state->offset_px[0] += (before.m[0] - after.m[0]) * x + (before.m[1] - after.m[1]) * y + before.m[2] - after.m[2];
  state->offset_px[1] += (before.m[3] - after.m[3]) * x + (before.m[4] - after.m[4]) * y + before.m[5] - after.m[5];
  keep_in_sight (state);
}

void
neg_view_state_pan (NegViewState *state, guint width, guint height, double dx, double dy)
{
  NegAffine affine;

  if (!neg_view_state_get_affine (state, width, height, &affine))
    return;
  state->offset_px[0] -= affine.m[0] * dx + affine.m[1] * dy;
  state->offset_px[1] -= affine.m[3] * dx + affine.m[4] * dy;
  keep_in_sight (state);
}

gboolean
neg_view_state_get_magnifier (const NegViewState *state, guint width, guint height, double x, double y, guint side_px,
                              double factor, NegAffine *affine)
{
  if (!(factor > 0) || side_px == 0 || !neg_view_state_get_affine (state, width, height, affine))
    return FALSE;
  for (guint i = 0; i < 6; i += 3) {
    double *m = affine->m + i;
    double middle = m[0] * x + m[1] * y + m[2];

    m[0] /= factor;
    m[1] /= factor;
    m[2] = middle - (m[0] + m[1]) * side_px / 2;
  }
  return TRUE;
}

/* A table that goes up and down again and again has no order: what lies between two of its places means nothing, as with
 * the indices of a palette. One that rises and falls once is no such table. */
static gboolean
is_scrambled (const NegLut *lut)
{
  guint64 way = 0;
  guint16 low = G_MAXUINT16, high = 0;

  for (guint32 i = 0; lut != NULL && i < lut->n_entries; i++) {
    low = MIN (low, lut->entries[i]);
    high = MAX (high, lut->entries[i]);
    if (i > 0)
      way += (guint) ABS ((int) lut->entries[i] - (int) lut->entries[i - 1]);
  }
  return high > low && way > 2 * (guint64) (high - low);
}

gboolean
neg_view_state_prepare (const NegViewState *state, const NegDraw *own, guint width, guint height, NegDraw *draw)
{
  *draw = *own;
  if (!neg_view_state_get_affine (state, width, height, &draw->output_to_image))
    return FALSE;
  if (state->has_window)
    draw->voi = (NegVoi){ .function = state->function, .center = state->center, .width = state->width };
  if (state->inverted)
    draw->inverted = !draw->inverted;
  if (is_scrambled (draw->modality.lut) || is_scrambled (draw->voi.lut) || is_scrambled (draw->presentation_lut))
    draw->interpolation = NEG_INTERPOLATION_NEAREST;
  return TRUE;
}
