#include "config.h"

#include <math.h>

#include "reading/neg-overlay-private.h"
#include "reading/neg-plane-caption.h"

/* The nearest image as it would be shown: who and what are its, the place is the plane's. */
static void
init_nearest (NegViewState *state, NegVolumeReading *volumes, NegMprPlane plane)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);

  neg_view_state_init (state);
  neg_view_state_set_series (state, neg_volume_reading_get_series (volumes));
  neg_view_state_set_index (state, neg_volume_reading_get_index (volumes));
  state->inverted = neg_mpr_is_inverted (mpr, plane);
  state->mirrored = neg_mpr_is_mirrored (mpr, plane);
}

static double
get_length (const double vector[3])
{
  return sqrt (vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]);
}

static void
init_directions (NegOverlay *overlay, const NegReformat *reformat)
{
  double across_mm = get_length (reformat->x_mm), down_mm = get_length (reformat->y_mm), right[3], down[3];

  for (guint i = 0; i < 3; i++) {
    right[i] = reformat->x_mm[i] / across_mm;
    down[i] = reformat->y_mm[i] / down_mm;
  }
  neg_letters_init_for_directions (overlay->letters, right, down);
}

void
neg_overlay_init_for_reformat (NegOverlay *overlay, const NegViewState *nearest, const NegReformat *reformat,
                               const char *place, const NegVoi *voi, guint height, NegCaptionsLevel level)
{
  *overlay = (NegOverlay){ .has_line = FALSE };
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    overlay->corners[corner] = corner == NEG_CORNER_BOTTOM_LEFT
                                   ? g_strdup (place)
                                   : neg_caption_dup_corner (corner, level, nearest, voi, 0);
  if (reformat == NULL)
    return;
  init_directions (overlay, reformat);
  if (level != NEG_CAPTIONS_NONE)
    _neg_overlay_set_scale_bar (overlay, get_length (reformat->y_mm), NULL, height);
}

void
neg_overlay_init_for_plane (NegOverlay *overlay, NegReading *reading, NegVolumeReading *volumes, NegMprPlane plane,
                            const NegVoi *voi, guint width, guint height, NegCaptionsLevel level)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  g_autofree char *place = NULL;
  const NegSeriesFrame *frame;
  NegReformat reformat;
  NegViewState state;
  gboolean has_plane = width > 0 && height > 0 && neg_mpr_get_reformat (mpr, plane, width, height, &reformat);

  init_nearest (&state, volumes, plane);
  frame = neg_view_state_get_frame (&state);
  place = neg_plane_caption_dup_corner (volumes, plane, level);
  neg_overlay_init_for_reformat (overlay, &state, has_plane ? &reformat : NULL, place, voi, height, level);
  if (frame != NULL)
    overlay->prior_band = _neg_overlay_dup_band (neg_reading_get_patient (reading), frame->instance, level);
  neg_view_state_clear (&state);
}
