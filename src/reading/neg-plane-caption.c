#include "config.h"

#include "model/neg-fiction.h"
#include "reading/neg-plane-caption.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *
neg_plane_caption_get_name (NegMprPlane plane)
{
  static const char *const names[NEG_MPR_N_PLANES] = { N_ ("Axial"), N_ ("Coronal"), N_ ("Sagittal"), N_ ("Oblique") };

  g_return_val_if_fail (plane < NEG_MPR_N_PLANES, NULL);

  return _ (names[plane]);
}

const char *
neg_plane_caption_get_letter (NegMprPlane plane)
{
  /* Translators: beside a line of a crosshair: axial, coronal, sagittal, oblique plane */
  static const char *const letters[NEG_MPR_N_PLANES]
      = { NC_ ("plane", "A"), NC_ ("plane", "C"), NC_ ("plane", "S"), NC_ ("plane", "O") };

  g_return_val_if_fail (plane < NEG_MPR_N_PLANES, NULL);

  return g_dpgettext2 (GETTEXT_PACKAGE, "plane", letters[plane]);
}

const char *
neg_plane_caption_get_projection (NegProjection projection)
{
  static const char *const names[NEG_PROJECTION_N] = { N_ ("MIP"), N_ ("MinIP"), N_ ("mean") };

  g_return_val_if_fail (projection < NEG_PROJECTION_N, NULL);

  return _ (names[projection]);
}

static char *
dup_slab (double slab_mm, NegProjection projection)
{
  return slab_mm > 0 ? g_strdup_printf (_ ("slab %.1f mm %s"), slab_mm, neg_plane_caption_get_projection (projection))
                     : NULL;
}

char *
neg_plane_caption_dup_slab (NegMpr *mpr, NegMprPlane plane)
{
  return dup_slab (neg_mpr_get_slab_mm (mpr, plane), neg_mpr_get_projection (mpr, plane));
}

/* The units of a kept plane; FALSE where they are none. */
static gboolean
get_directions (const NegAnnotationPlane *plane, double normal[3], double up[3])
{
  const double *x = plane->x_mm, *y = plane->y_mm;
  double length_mm = sqrt (y[0] * y[0] + y[1] * y[1] + y[2] * y[2]), length = 0;

  for (guint i = 0; i < 3; i++)
    up[i] = -y[i] / length_mm;
  for (guint i = 0; i < 3; i++) {
    guint j = (i + 1) % 3, k = (i + 2) % 3;

    normal[i] = up[j] * x[k] - up[k] * x[j];
    length += normal[i] * normal[i];
  }
  for (guint i = 0; i < 3; i++)
    normal[i] /= sqrt (length);
  return isfinite (normal[0] + normal[1] + normal[2]);
}

char *
neg_plane_caption_dup_kept (const NegAnnotationPlane *plane, const double point_mm[3])
{
  g_autofree char *position = NULL, *slab = dup_slab (plane->slab_mm, (NegProjection) plane->projection);
  double normal[3], up[3];
  NegMprPlane own;

  if (!get_directions (plane, normal, up))
    return g_strdup (neg_plane_caption_get_name (NEG_MPR_OBLIQUE));
  own = neg_mpr_find_own_plane (normal, up);
  position = neg_mpr_dup_place (point_mm, normal, own == NEG_MPR_OBLIQUE);
  return g_strjoin (", ", neg_plane_caption_get_name (own), position, slab, NULL); /* ends with the first that is NULL */
}

static char *
dup_name (NegMpr *mpr, NegMprPlane plane)
{
  if (plane != NEG_MPR_OBLIQUE && neg_mpr_is_turned (mpr, plane))
    return g_strdup_printf (_ ("%s, turned"), neg_plane_caption_get_name (plane));
  return g_strdup (neg_plane_caption_get_name (plane));
}

char *
neg_plane_caption_dup_label (NegMpr *mpr, NegMprPlane plane)
{
  g_autofree char *name = dup_name (mpr, plane), *position = neg_mpr_dup_position (mpr, plane);
  g_autofree char *slab = neg_plane_caption_dup_slab (mpr, plane);

  return g_strjoin (", ", name, position, slab, NULL); /* ends with the first that is NULL */
}

char *
neg_plane_caption_dup_progress (NegVolumeLoad *load)
{
  guint n_ready = neg_volume_load_get_n_ready (load), n_failed = neg_volume_load_get_n_failed (load);
  guint n = neg_volume_load_get_volume (load)->n_slices;
  g_autofree char *failed
      = n_failed > 0 ? g_strdup_printf (ngettext ("%u failed", "%u failed", n_failed), n_failed) : NULL;
  g_autofree char *ready = NULL;

  if (n_ready >= n)
    return NULL;
  ready = g_strdup_printf (ngettext ("%u of %u slice", "%u of %u slices", n), n_ready, n);
  return g_strjoin (", ", ready, failed, NULL);
}

/* Every plane but the slices' own goes through many images: one that is lossy marks it, the nearest first. */
char *
neg_plane_caption_dup_lossy (NegSeries *series, guint nearest)
{
  const guint n = neg_series_get_n_frames (series);
  g_autofree char *text = NULL;
  NegViewState state;
  guint index = MIN (nearest, n - 1);

  for (guint i = 0; i < n && !neg_series_get_frame (series, index)->instance->lossy; i++)
    index = i;
  neg_view_state_init (&state);
  neg_view_state_set_series (&state, series);
  neg_view_state_set_index (&state, index);
  text = neg_caption_dup_corner (NEG_CORNER_BOTTOM_LEFT, NEG_CAPTIONS_NONE, &state, NULL, 0);
  neg_view_state_clear (&state);
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
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

/* "PET AC, 50 %, 0 to 10 g/ml" */
static void
add_fused (GString *text, NegVolumeReading *volumes, NegCaptionsLevel level)
{
  NegSeries *fused = neg_volume_reading_get_fused (volumes);
  g_autofree char *title = NULL, *line = NULL;
  const char *unit;
  double low, high;

  if (fused == NULL || level == NEG_CAPTIONS_NONE)
    return;
  title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (fused));
  unit = neg_volume_reading_get_fused_unit (volumes);
  neg_volume_reading_get_fused_window (volumes, &low, &high);
  /* Translators: a series laid over another one: its name, opacity, the values of first and last colour, their unit */
  line = g_strdup_printf (_ ("over it: %s\n%.0f %%, %.4g to %.4g %s"), title,
                          neg_volume_reading_get_opacity (volumes) * 100, low, high,
                          g_strcmp0 (unit, "g/ml") == 0 ? "SUV" : unit);
  add_line (text, line);
}

static void
add_of_fused (GString *text, const char *words)
{
  g_autofree char *line = words != NULL ? g_strdup_printf (_ ("laid over: %s"), words) : NULL;

  add_line (text, line);
}

/* What could be taken for the whole patient, or for what was acquired, and is not: at every level. */
static void
add_marks (GString *text, NegVolumeReading *volumes)
{
  NegVolumeLoad *fused = neg_volume_reading_get_fused_load (volumes);
  g_autofree char *lossy
      = neg_plane_caption_dup_lossy (neg_volume_reading_get_series (volumes), neg_volume_reading_get_index (volumes));
  g_autofree char *progress = neg_plane_caption_dup_progress (neg_volume_reading_get_load (volumes));
  g_autofree char *fused_lossy
      = fused != NULL ? neg_plane_caption_dup_lossy (neg_volume_load_get_series (fused), 0) : NULL;
  g_autofree char *fused_progress = fused != NULL ? neg_plane_caption_dup_progress (fused) : NULL;

  add_line (text, lossy);
  add_line (text, progress);
  add_of_fused (text, fused_lossy);
  add_of_fused (text, fused_progress);
}

char *
neg_plane_caption_dup_corner (NegVolumeReading *volumes, NegMprPlane plane, NegCaptionsLevel level)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  g_autofree char *name = dup_name (mpr, plane), *position = neg_mpr_dup_position (mpr, plane);
  g_autofree char *slab = neg_plane_caption_dup_slab (mpr, plane);
  GString *text = g_string_new (NULL);

  add_marks (text, volumes);
  add_fused (text, volumes, level);
  add_line (text, slab);
  if (level == NEG_CAPTIONS_ALL)
    add_line (text, position);
  if (level != NEG_CAPTIONS_NONE)
    add_line (text, name);
  return g_string_free (text, FALSE);
}
