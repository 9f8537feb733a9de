#include "config.h"

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

static void
init_directions (NegOverlay *overlay, const NegReformat *reformat)
{
  double pixel_mm = neg_reformat_get_pixel_mm (reformat), right[3], down[3];

  for (guint i = 0; i < 3; i++) {
    right[i] = reformat->x_mm[i] / pixel_mm;
    down[i] = reformat->y_mm[i] / pixel_mm;
  }
  neg_letters_init_for_directions (overlay->letters, right, down);
}

void
neg_overlay_init_for_plane (NegOverlay *overlay, NegReading *reading, NegVolumeReading *volumes, NegMprPlane plane,
                            const NegVoi *voi, guint width, guint height, NegCaptionsLevel level)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  const NegSeriesFrame *frame;
  NegReformat reformat;
  NegViewState state;

  *overlay = (NegOverlay){ .has_line = FALSE };
  init_nearest (&state, volumes, plane);
  frame = neg_view_state_get_frame (&state);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    overlay->corners[corner] = corner == NEG_CORNER_BOTTOM_LEFT
                                   ? neg_plane_caption_dup_corner (volumes, plane, &state, level)
                                   : neg_caption_dup_corner (corner, level, &state, voi, 0);
  if (frame != NULL)
    overlay->prior_band = _neg_overlay_dup_band (neg_reading_get_patient (reading), frame->instance, level);
  if (width > 0 && height > 0 && neg_mpr_get_reformat (mpr, plane, width, height, &reformat)) {
    init_directions (overlay, &reformat);
    if (level != NEG_CAPTIONS_NONE)
      _neg_overlay_set_scale_bar (overlay, neg_reformat_get_pixel_mm (&reformat), NULL, height);
  }
  neg_view_state_clear (&state);
}
