#include "config.h"

#include "reading/neg-view-presentation.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-layers.h"

/* More is no choice for a person. */
#define PRESETS_MAX 100

/* --- a view as a state wants it --- */

static gboolean
means (const NegPresentation *presentation, const NegSeriesFrame *frame)
{
  return presentation->references.n > 0
         && neg_image_references_contain (&presentation->references, frame->instance->sop_instance_uid, frame->frame);
}

gboolean
neg_view_state_is_presented (const NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  return state->presentation != NULL && frame != NULL && means (state->presentation, frame);
}

guint
neg_view_state_count_presets (const NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegPreset preset;
  guint n = 0;

  if (frame == NULL)
    return 0;
  if (!neg_view_state_is_presented (state))
    return neg_presets_count (frame->instance, frame->frame);
  while (n < PRESETS_MAX && neg_view_state_look_up_preset (state, n, &preset))
    n++;
  return n;
}

gboolean
neg_view_state_look_up_preset (const NegViewState *state, guint index, NegPreset *preset)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegVoi voi;

  if (frame == NULL)
    return FALSE;
  if (!neg_view_state_is_presented (state))
    return neg_preset_get (frame->instance, frame->frame, index, preset);
  if (!neg_presentation_find_voi (state->presentation, frame->instance, frame->frame, index, &voi))
    return FALSE;
  *preset = (NegPreset){ .is_lut = voi.lut != NULL, .center = voi.center, .width = voi.width };
  return TRUE;
}

/* What the state's transform shows in the middle, how large and with pixels of which shape, in the view's own terms. */
static void
place (NegViewState *state, const NegSeriesFrame *frame, guint width, guint height, double glass_mm)
{
  NegAffine affine;
  double before, determinant;

  neg_view_state_fit (state);
  if (!neg_affine_init_presentation (&affine, frame->instance, frame->frame, state->presentation, width, height,
                                     glass_mm))
    return;
  state->pixel_aspect = hypot (affine.m[0], affine.m[1]) / hypot (affine.m[3], affine.m[4]);
  before = neg_view_state_get_magnification (state, width, height);
  determinant = fabs (affine.m[0] * affine.m[4] - affine.m[1] * affine.m[3]);
  if (!(before > 0) || !(determinant > 0))
    return;
  state->zoom = hypot (affine.m[4], affine.m[3]) / determinant / before;
  state->offset_px[0] = affine.m[0] * width / 2 + affine.m[1] * height / 2 + affine.m[2] - frame->instance->columns / 2.0;
  state->offset_px[1] = affine.m[3] * width / 2 + affine.m[4] * height / 2 + affine.m[5] - frame->instance->rows / 2.0;
}

static gboolean
check (const NegPresentation *presentation, const char *study_uid, const NegSeriesFrame *frame, GError **error)
{
  if (frame == NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "there is no image");
  if (presentation->kind == NEG_STATE_OTHER)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "a presentation state of a kind that is not applied");
  if (g_strcmp0 (study_uid, frame->instance->study_uid) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the presentation state belongs to another study");
  if (!means (presentation, frame))
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the presentation state is about other images");
  return TRUE;
}

gboolean
neg_view_state_set_presentation (NegViewState *state, NegPresentation *presentation, const char *study_uid, guint width,
                                 guint height, double glass_mm, GError **error)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (presentation != NULL && !check (presentation, study_uid, frame, error))
    return FALSE;
  if (presentation != NULL)
    neg_presentation_ref (presentation);
  neg_view_state_reset (state);
  state->presentation = presentation;
  if (presentation == NULL)
    return TRUE;
  /* The state turns first and flips then (C.10.6), a view mirrors before it turns. */
  state->mirrored = presentation->is_flipped;
  state->turns = presentation->rotation_deg / 90 & 3;
  if (state->mirrored)
    state->turns = (4 - state->turns) & 3;
  place (state, frame, width, height, glass_mm);
  return TRUE;
}

void
neg_view_state_init_own (const NegViewState *state, const NegFrame *frame, NegDraw *own)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);

  neg_draw_init (own, shown->instance, shown->frame, frame, neg_view_state_get_preset (state));
  if (neg_view_state_is_presented (state))
    neg_draw_apply_presentation (own, shown->instance, shown->frame, frame, state->presentation, state->preset);
}
