/* What `render` writes on a plane out of a volume: as the window does. */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "commands/neg-command-render-private.h"
#include "export/neg-overlay-cairo.h"
#include "reading/neg-plane-caption.h"

/* Of a unit normal: what rounding leaves of it. */
#define ALONG_AN_AXIS 1e-9

static NegMprPlane
get_plane (const double normal[3])
{
  static const NegMprPlane across[3] = { NEG_MPR_SAGITTAL, NEG_MPR_CORONAL, NEG_MPR_AXIAL };

  for (guint axis = 0; axis < 3; axis++)
    if (fabs (normal[axis]) > 1 - ALONG_AN_AXIS)
      return across[axis];
  return NEG_MPR_OBLIQUE;
}

/* What the image must say of itself (lossy), what of the volume is missing, how thick, where and which plane it is. */
static char *
dup_place (const NegRenderSection *section, const NegRenderPlane *wanted, const NegViewState *nearest)
{
  const double middle_px[2] = { section->width / 2.0, section->height / 2.0 };
  g_autofree char *missing = neg_plane_caption_dup_progress (section->load), *slab = NULL, *position = NULL;
  NegMprPlane plane = get_plane (wanted->normal);
  g_autofree char *marks = neg_caption_dup_corner (NEG_CORNER_BOTTOM_LEFT, NEG_CAPTIONS_NONE, nearest, NULL, 0);
  const char *lines[6];
  double point_mm[3];
  guint n = 0;

  neg_reformat_to_patient (&section->reformat, middle_px, point_mm);
  position = neg_mpr_dup_place (point_mm, wanted->normal, plane == NEG_MPR_OBLIQUE);
  if (wanted->slab_mm > 0)
    slab = g_strdup_printf (_ ("slab %.1f mm %s"), wanted->slab_mm,
                            neg_plane_caption_get_projection (wanted->projection));
  if (*marks != '\0')
    lines[n++] = marks;
  if (missing != NULL)
    lines[n++] = missing;
  if (slab != NULL)
    lines[n++] = slab;
  lines[n++] = position;
  lines[n++] = neg_plane_caption_get_name (plane);
  lines[n] = NULL;
  return g_strjoinv ("\n", (char **) lines);
}

static void
hide (NegOverlay *overlay, NegCorner corner)
{
  g_free (overlay->corners[corner]);
  overlay->corners[corner] = g_strdup ("");
}

gboolean
neg_render_annotate (const NegRenderSection *section, const NegRenderOptions *options, const NegPicture *picture,
                     GError **error)
{
  g_autofree char *place = NULL;
  NegOverlay overlay;
  NegViewState nearest;
  gboolean drawn;

  if (!options->annotations)
    return TRUE;
  neg_view_state_init (&nearest);
  neg_view_state_set_series (&nearest, neg_volume_load_get_series (section->load));
  neg_view_state_set_index (&nearest, section->index);
  neg_view_state_set_preset (&nearest, MAX (options->voi, 1) - 1);
  place = dup_place (section, &options->plane, &nearest);
  /* A window of one's own has no explanation: free text of the file, which may say anything. */
  nearest.has_window = options->has_window || options->anonymous;
  neg_overlay_init_for_reformat (&overlay, &nearest, &section->reformat, place, &section->look.voi, picture->height,
                                 NEG_CAPTIONS_ALL);
  if (options->anonymous) {
    hide (&overlay, NEG_CORNER_TOP_LEFT);
    hide (&overlay, NEG_CORNER_TOP_RIGHT);
  }
  overlay.has_scale_bar = overlay.has_scale_bar && section->is_square;
  drawn = neg_overlay_draw (&overlay, picture, error);
  neg_overlay_clear (&overlay);
  neg_view_state_clear (&nearest);
  return drawn;
}
