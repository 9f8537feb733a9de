/* How the values of the volume that is read are looked at: as the reader had them, else as the file says. */
#include "config.h"

#include <math.h>

#include "imaging/neg-layers.h"
#include "reading/neg-view-presentation.h"
#include "reading/neg-volume-reading-private.h"

/* --- What the series is opened with --- */

/* What the viewport in use shows of the series, else its middle image as the file says. */
static void
init_state (NegVolumeReading *self, NegSeries *series, NegViewState *state)
{
  const NegViewState *active = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const NegSeriesFrame *shown = neg_view_state_get_frame (active);
  guint index;

  neg_view_state_init (state);
  if (shown != NULL && neg_series_find_blob (series, neg_blob_get_id (shown->blob), shown->frame, &index)) {
    neg_view_state_copy (state, active);
    g_set_object (&state->series, series);
    state->index = index;
    return;
  }
  neg_view_state_set_series (state, series);
  neg_view_state_set_index (state, neg_series_get_n_frames (series) / 2);
}

/* PS3.3 C.11.2.1.2: of less width than this a window is none. */
static gboolean
is_valid (const NegPreset *preset, NegVoiFunction function)
{
  const NegVoi voi = { .function = function, .center = preset->center, .width = preset->width };

  return preset->is_lut || neg_voi_is_valid (&voi);
}

/* Whether the chosen window or table, or one after it, can be used: what neg_draw_init() looks for. */
static gboolean
has_preset (const NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  const NegFrameInfo *info = neg_instance_get_frame_info (frame->instance, frame->frame);
  guint n = neg_view_state_count_presets (state);
  NegPreset preset;

  for (guint i = neg_view_state_get_preset (state); i < n; i++)
    if (neg_view_state_look_up_preset (state, i, &preset) && is_valid (&preset, info->voi_function))
      return TRUE;
  return FALSE;
}

/* A state may bring a modality stage of its own: what it says of its values says nothing of the volume's. */
static gboolean
has_own_modality (const NegDraw *own, const NegInstance *instance, guint32 frame)
{
  NegDraw plain = *own;

  neg_draw_set_own_modality (&plain, instance, frame);
  return plain.modality.lut == own->modality.lut && plain.modality.slope == own->modality.slope
         && plain.modality.intercept == own->modality.intercept;
}

/* At most 8 bits without a modality stage are looked at as they are, whatever is in them. */
static gboolean
is_identity (const NegDraw *own, const NegFrameFormat *format)
{
  return format->bits_stored <= 8 && own->modality.lut == NULL && own->modality.slope == 1
         && own->modality.intercept == 0;
}

/* Windows and tables need no pixels; the range of values needs those of the image, which may be there already. */
static gboolean
init_own (NegVolumeReading *self, NegViewState *state, NegDraw *own)
{
  static const guint64 no_pixel = 0; /* as wide as any sample */
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);
  g_autoptr (NegPixels) pixels
      = self->store != NULL ? neg_frame_store_peek (self->store, state->series, state->index) : NULL;
  NegFrame frame = { .pixels = &no_pixel };

  if (pixels != NULL)
    frame = *neg_pixels_get_frame (pixels);
  else if (!neg_frame_format_init (&frame.format, shown->instance, NEG_FRAME_STORED, NULL))
    return FALSE;
  else
    frame.format.rows = frame.format.columns = frame.format.samples = 1;
  neg_view_state_init_own (state, &frame, own);
  if (state->presentation != NULL
      && (!has_own_modality (own, shown->instance, shown->frame) || !has_preset (state))) {
    g_clear_pointer (&state->presentation, neg_presentation_unref);
    state->preset = 0;
    neg_view_state_init_own (state, &frame, own);
  }
  return pixels != NULL || has_preset (state) || is_identity (own, &frame.format);
}

static void
take_presentation (NegVolumeReading *self, const NegViewState *state, const NegDraw *own)
{
  gboolean is_presented = neg_view_state_is_presented (state);

  g_clear_pointer (&self->presentation, neg_presentation_unref);
  if (is_presented)
    self->presentation = neg_presentation_ref (state->presentation);
  self->is_presented = is_presented;
  self->presentation_lut = is_presented ? own->presentation_lut : NULL;
  self->presented_inverted = is_presented && own->inverted;
}

/* Steps of undo may hold a table long after its series is gone: whoever lends one stays. */
static void
keep_lender (NegVolumeReading *self, NegInstance *instance)
{
  if (instance->n_voi_luts > 0 && !g_ptr_array_find (self->lenders, instance, NULL))
    g_ptr_array_add (self->lenders, neg_instance_ref (instance));
}

void
_neg_volume_reading_init_look (NegVolumeReading *self)
{
  NegDraw own = { .modality = { .slope = 1 } };
  NegViewState state;
  NegVoi window;

  init_state (self, neg_volume_load_get_series (self->load), &state);
  keep_lender (self, neg_view_state_get_frame (&state)->instance);
  self->n_ranged = 0;
  self->wants_range = !init_own (self, &state, &own);
  if (!self->wants_range)
    neg_mpr_set_first_voi (self->mpr, &own.voi);
  take_presentation (self, &state, &own);
  if (state.has_window) {
    window = (NegVoi){ .function = state.function, .center = state.center, .width = state.width };
    for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++)
      neg_mpr_set_voi (self->mpr, plane, &window);
  }
  for (NegMprPlane plane = 0; state.inverted && plane < NEG_MPR_N_PLANES; plane++)
    neg_mpr_set_inverted (self->mpr, plane, TRUE);
  neg_view_state_clear (&state);
  _neg_volume_reading_count_range (self);
}

/* As neg_draw_init() does it for one image. */
static gboolean
is_fractional (const NegVolume *volume)
{
  return volume->sample_type == NEG_SAMPLE_F32 || volume->sample_type == NEG_SAMPLE_F64
         || (volume->modality_lut == NULL
             && (!volume->same_rescale || volume->slopes[0] != round (volume->slopes[0])
                 || volume->intercepts[0] != round (volume->intercepts[0])));
}

void
_neg_volume_reading_count_range (NegVolumeReading *self)
{
  const NegVolume *volume = neg_volume_load_get_volume (self->load);
  guint n = _neg_volume_reading_count_ready (volume); /* before they are looked at: more may come meanwhile */
  double minimum, maximum;
  NegVoi voi;

  if (!self->wants_range || !_neg_volume_reading_wants_count (volume, self->n_ranged)
      || !neg_volume_get_range (volume, &minimum, &maximum))
    return;
  self->n_ranged = n;
  neg_voi_init_range (&voi, minimum, maximum, is_fractional (volume));
  neg_mpr_set_first_voi (self->mpr, &voi);
}

/* --- How a plane is looked at --- */

/* MONOCHROME1 and an INVERSE presentation LUT shape invert once (C.7.6.3.1.2, C.11.6.1.2). */
static gboolean
is_inverse (const NegInstance *instance)
{
  return g_strcmp0 (instance->photometric, "MONOCHROME1") == 0
         || g_strcmp0 (instance->presentation_lut_shape, "INVERSE") == 0;
}

gboolean
neg_volume_reading_get_look (NegVolumeReading *self, NegMprPlane plane, NegDraw *look)
{
  const NegSeriesFrame *frame;
  gboolean inverted;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self) && plane < NEG_MPR_N_PLANES, FALSE);

  if (neg_mpr_get_volume (self->mpr) == NULL)
    return FALSE;
  frame = neg_series_get_frame (neg_volume_load_get_series (self->load), neg_volume_reading_get_index (self));
  inverted = self->is_presented ? self->presented_inverted : is_inverse (frame->instance);
  *look = (NegDraw){ .modality = { .slope = 1 },
                     .presentation_lut = self->presentation_lut,
                     .inverted = inverted != neg_mpr_is_inverted (self->mpr, plane),
                     .interpolation = NEG_INTERPOLATION_NEAREST,
                     .output_to_image = { { 1, 0, 0, 0, 1, 0 } } };
  neg_mpr_get_voi (self->mpr, plane, &look->voi);
  return TRUE;
}
