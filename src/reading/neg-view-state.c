#include "config.h"

#include "reading/neg-view-state.h"

#include <math.h>

#include "reading/neg-preset.h"

/* A drag of this many logical pixels multiplies the width by e, or moves the centre by one width. */
#define WINDOW_DRAG_PX 300.0

void
neg_view_state_init (NegViewState *state)
{
  *state = (NegViewState){ .step = 1, .zoom = 1 };
}

void
neg_view_state_clear (NegViewState *state)
{
  g_clear_object (&state->series);
  neg_view_state_init (state);
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
  guint n = neg_series_get_n_frames (series);

  if (shown == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, i);

    if (frame->blob == shown->blob && frame->frame == shown->frame) {
      g_set_object (&state->series, series);
      state->index = i;
      return TRUE;
    }
  }
  return FALSE;
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
neg_view_state_fit (NegViewState *state)
{
  state->zoom = 1;
  state->offset_px[0] = state->offset_px[1] = 0;
}

gboolean
neg_view_state_get_affine (const NegViewState *state, guint width, guint height, NegAffine *affine)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (frame == NULL || width == 0 || height == 0)
    return FALSE;
  neg_affine_init_fit (affine, frame->instance, frame->frame, width, height, state->zoom, 0, 0);
  affine->m[2] += state->offset_px[0];
  affine->m[5] += state->offset_px[1];
  /* Pixel on pixel: without this an image that is odd in an even viewport would be blurred by half a pixel. */
  if (fabs (affine->m[0] - 1) < 1e-9)
    affine->m[2] = round (affine->m[2]);
  if (fabs (affine->m[4] - 1) < 1e-9)
    affine->m[5] = round (affine->m[5]);
  return TRUE;
}

double
neg_view_state_get_magnification (const NegViewState *state, guint width, guint height)
{
  NegAffine affine;

  if (!neg_view_state_get_affine (state, width, height, &affine))
    return 0;
  return 1 / hypot (affine.m[0], affine.m[3]);
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
neg_view_state_prepare (const NegViewState *state, const NegDraw *own, guint width, guint height, NegDraw *draw)
{
  *draw = *own;
  if (!neg_view_state_get_affine (state, width, height, &draw->output_to_image))
    return FALSE;
  if (state->has_window)
    draw->voi = (NegVoi){ .function = state->function, .center = state->center, .width = state->width };
  if (state->inverted)
    draw->inverted = !draw->inverted;
  return TRUE;
}
