#include "config.h"

#include "abuse-planes.h"

#include <string.h>

#include "abuse-study.h"
#include "abuse-words.h"
#include "reading/neg-plane-caption.h"
#include "ui/neg-cast-viewport-private.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-plane-samples.h"

/* --- Whose --- */

static char *
check_series (NegSeries *series, guint patient, const char *what)
{
  if (series == NULL || abuse_study_get_patient (neg_series_get_frame (series, 0)->instance) == patient)
    return NULL;
  return g_strdup_printf ("%s is of somebody else", what);
}

static char *
check_accessible (NegMprViewport *viewport)
{
  g_autofree char *expected = neg_plane_caption_dup_label (neg_volume_reading_get_mpr (viewport->volumes), viewport->plane);
  g_autofree char *said
      = gtk_test_accessible_check_property (GTK_ACCESSIBLE (viewport), GTK_ACCESSIBLE_PROPERTY_LABEL, expected);

  return said != NULL ? g_strdup_printf ("plane %d is announced as %s, not “%s”", viewport->plane, said, expected) : NULL;
}

char *
abuse_planes_check (NegMainWindow *window, guint patient, AbuseSeen *seen)
{
  char *wrong;

  if (window->mpr_view == NULL)
    return window->volumes != NULL ? g_strdup ("a volume without planes") : NULL;
  seen->n_planes++;
  wrong = check_series (neg_volume_reading_get_series (window->volumes), patient, "the volume");
  if (wrong == NULL)
    wrong = check_series (neg_volume_reading_get_fused (window->volumes), patient, "what is laid over");
  for (NegMprPlane plane = 0; wrong == NULL && plane < NEG_MPR_N_PLANES; plane++)
    wrong = check_accessible (neg_mpr_view_get_viewport (window->mpr_view, plane));
  if (wrong == NULL && gtk_widget_get_visible (GTK_WIDGET (window->grid)))
    wrong = g_strdup ("images beside the planes");
  return wrong;
}

/* --- What was painted --- */

static char *
check_texts (const NegOverlay *overlay, NegCaptionsLevel level, guint patient)
{
  const char *who = overlay->corners[NEG_CORNER_TOP_LEFT];

  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++) {
    const char *other = abuse_study_find_other_name (overlay->corners[corner], patient);

    if (other != NULL)
      return g_strdup_printf ("a text on a plane names %s", other);
  }
  if (level != NEG_CAPTIONS_NONE && patient < ABUSE_N_PATIENTS
      && (who == NULL || strstr (who, abuse_study_get_name (patient)) == NULL))
    return g_strdup_printf ("a plane says “%s”, not %s", who, abuse_study_get_name (patient));
  return NULL;
}

static void
ignore (gpointer data)
{
}

/* As it would be with all the time of the world. */
static GdkTexture *
draw_again (const NegPlaneView *view)
{
  NegPlaneCanvas *canvas = neg_plane_canvas_new (ignore, NULL);
  guint cell;
  GdkTexture *texture = neg_plane_canvas_draw (canvas, view, G_MAXINT64, &cell, NULL);

  neg_plane_canvas_free (canvas);
  return texture;
}

static gboolean
is_same_picture (GdkTexture *one, GdkTexture *other)
{
  int width = gdk_texture_get_width (one), height = gdk_texture_get_height (one);
  g_autofree guint8 *pixels = NULL, *others = NULL;

  if (gdk_texture_get_width (other) != width || gdk_texture_get_height (other) != height)
    return FALSE;
  pixels = g_malloc0 ((gsize) width * height * 4);
  others = g_malloc0 ((gsize) width * height * 4);
  gdk_texture_download (one, pixels, (gsize) width * 4);
  gdk_texture_download (other, others, (gsize) width * 4);
  return memcmp (pixels, others, (gsize) width * height * 4) == 0;
}

/* Threads go on filling the volume. */
static gboolean
has_more (NegMprViewport *viewport, const NegPlaneView *view)
{
  NegPlaneView now;

  return !_neg_mpr_viewport_get_view (viewport, &now) || now.serial != view->serial
         || now.fused_serial != view->fused_serial;
}

/* Of all cells, and of the slices that are there now: else it is about to be drawn anew. */
static char *
check_picture (NegMprViewport *viewport, AbuseSeen *seen)
{
  g_autoptr (GdkTexture) again = NULL;
  NegPlaneView view;

  if (!_neg_mpr_viewport_get_view (viewport, &view))
    return g_strdup_printf ("plane %d is a picture of nothing", viewport->plane);
  if (viewport->drawn.volume != view.volume)
    return g_strdup_printf ("plane %d is of another volume", viewport->plane);
  if (!neg_plane_samples_is_same_place (&viewport->drawn.reformat, &view.reformat))
    return g_strdup_printf ("plane %d is of another place", viewport->plane);
  if (viewport->drawn.serial != view.serial || viewport->drawn.fused_serial != view.fused_serial
      || !neg_plane_canvas_is_final (viewport->canvas, &view))
    return NULL;
  again = draw_again (&view);
  if (has_more (viewport, &view))
    return NULL;
  seen->n_plane_pictures++;
  return again != NULL && !is_same_picture (viewport->texture, again)
             ? g_strdup_printf ("plane %d shows another picture than its volume gives", viewport->plane)
             : NULL;
}

static char *
check_plane (NegMprViewport *viewport, guint patient, gboolean thorough, AbuseSeen *seen)
{
  char *wrong = NULL;

  if (!gtk_widget_get_mapped (GTK_WIDGET (viewport)) || viewport->overlay_is_old)
    return NULL; /* not painted since */
  wrong = check_texts (&viewport->overlay, neg_overlay_painter_fit_level (viewport->painter, viewport->level),
                       abuse_words_get_named (patient));
  if (wrong == NULL && thorough && viewport->texture != NULL)
    wrong = check_picture (viewport, seen);
  return wrong;
}

/* Its rays go their own way: of what they are is what counts. */
static char *
check_cast (NegCastViewport *viewport, guint patient)
{
  NegRaycast raycast;
  NegVolume *volume;

  if (!gtk_widget_get_mapped (GTK_WIDGET (viewport)) || viewport->overlay_is_old
      || !_neg_cast_viewport_get_raycast (viewport, &raycast, &volume))
    return NULL;
  return check_texts (&viewport->overlay, neg_overlay_painter_fit_level (viewport->painter, viewport->level),
                       abuse_words_get_named (patient));
}

char *
abuse_planes_check_painted (NegMainWindow *window, guint patient, gboolean thorough, AbuseSeen *seen)
{
  NegCastViewport *cast;
  char *wrong = NULL;

  if (window->mpr_view == NULL)
    return NULL;
  for (NegMprPlane plane = 0; wrong == NULL && plane < NEG_MPR_N_PLANES; plane++)
    wrong = check_plane (neg_mpr_view_get_viewport (window->mpr_view, plane), patient, thorough, seen);
  cast = neg_mpr_view_get_cast (window->mpr_view);
  if (wrong == NULL && cast != NULL)
    wrong = check_cast (cast, patient);
  return wrong;
}
