#include "config.h"

#include "reading/neg-cast-caption.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-overlay-private.h"
#include "reading/neg-plane-caption.h"

const char *
neg_cast_caption_get_name (NegRaycastPreset preset)
{
  static const char *const names[NEG_RAYCAST_N] = { N_ ("Bone"), N_ ("Vessels"), N_ ("Skin"), N_ ("MIP") };

  g_return_val_if_fail (preset < NEG_RAYCAST_N, NULL);

  return _ (names[preset]);
}

static gboolean
is_mip (NegVolumeReading *volumes)
{
  return neg_volume_reading_get_fourth (volumes) == NEG_FOURTH_MIP;
}

/* The volume that it is of. */
static NegVolumeLoad *
get_load (NegVolumeReading *volumes)
{
  NegVolumeLoad *fused = neg_volume_reading_get_fused_load (volumes);

  return is_mip (volumes) && fused != NULL ? fused : neg_volume_reading_get_load (volumes);
}

static char *
dup_name (NegVolumeReading *volumes)
{
  if (is_mip (volumes)) {
    g_autofree char *title
        = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (neg_volume_load_get_series (get_load (volumes))));

    return g_strdup_printf ("%s: %s", neg_cast_caption_get_name (NEG_RAYCAST_MIP), title);
  }
  return g_strdup_printf (_ ("Rendering: %s"), neg_cast_caption_get_name (neg_volume_reading_get_preset (volumes)));
}

char *
neg_cast_caption_dup_label (NegVolumeReading *volumes)
{
  g_autofree char *name = dup_name (volumes), *clean = neg_text_dup_shown (NEG_TEXT_SITE, name);

  return g_strjoin (", ", clean, _ ("not for measuring"), NULL);
}

static void
add_line (GString *text, const char *line)
{
  if (line == NULL || *line == '\0')
    return;
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

/* Along the rays nobody sees them. */
static gboolean
has_gaps (NegVolume *volume)
{
  for (guint i = 0; i + 1 < volume->n_slices; i++)
    if (volume->gap_after[i])
      return TRUE;
  return FALSE;
}

/* What could be taken for more than it is stays at every level. */
static char *
dup_what (NegVolumeReading *volumes)
{
  g_autofree char *lossy = neg_plane_caption_dup_lossy (neg_volume_load_get_series (get_load (volumes)), 0);
  g_autofree char *progress = neg_plane_caption_dup_progress (get_load (volumes));
  g_autofree char *name = dup_name (volumes), *clean = neg_text_dup_shown (NEG_TEXT_SITE, name);
  GString *text = g_string_new (NULL);

  add_line (text, lossy);
  add_line (text, progress);
  if (has_gaps (neg_volume_load_get_volume (get_load (volumes))))
    add_line (text, _ ("slices are missing"));
  if (neg_volume_reading_is_clipped (volumes))
    add_line (text, _ ("cut away before the planes"));
  add_line (text, clean);
  add_line (text, _ ("not for measuring"));
  return g_string_free (text, FALSE);
}

static char *
dup_corner (NegCorner corner, NegVolumeReading *volumes, const NegViewState *state, const NegRaycast *raycast,
            NegCaptionsLevel level)
{
  if (corner == NEG_CORNER_BOTTOM_LEFT)
    return dup_what (volumes);
  if (corner != NEG_CORNER_BOTTOM_RIGHT)
    return neg_caption_dup_corner (corner, level, state, NULL, 0);
  if (!raycast->is_mip || raycast->voi.lut != NULL || level == NEG_CAPTIONS_NONE)
    return g_strdup ("");
  return neg_caption_dup_window (raycast->voi.center, raycast->voi.width);
}

static void
init_directions (NegOverlay *overlay, const NegRaycast *raycast)
{
  const double *n = raycast->normal, *up = raycast->up;
  const double right[3]
      = { n[1] * up[2] - n[2] * up[1], n[2] * up[0] - n[0] * up[2], n[0] * up[1] - n[1] * up[0] };
  const double down[3] = { -up[0], -up[1], -up[2] };

  neg_letters_init_for_directions (overlay->letters, right, down);
}

void
neg_overlay_init_for_cast (NegOverlay *overlay, NegReading *reading, NegVolumeReading *volumes,
                           const NegRaycast *raycast, NegCaptionsLevel level)
{
  NegSeries *series = neg_volume_load_get_series (get_load (volumes));
  const NegSeriesFrame *frame;
  NegViewState state;

  *overlay = (NegOverlay){ .has_line = FALSE };
  neg_view_state_init (&state);
  neg_view_state_set_series (&state, series);
  if (series == neg_volume_reading_get_series (volumes))
    neg_view_state_set_index (&state, neg_volume_reading_get_index (volumes));
  frame = neg_view_state_get_frame (&state);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    overlay->corners[corner] = dup_corner (corner, volumes, &state, raycast, level);
  if (frame != NULL)
    overlay->prior_band = _neg_overlay_dup_band (neg_reading_get_patient (reading), frame->instance, level);
  init_directions (overlay, raycast);
  neg_view_state_clear (&state);
}
