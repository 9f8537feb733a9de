#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-plane-caption.h"
#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-words.h"

#define MARGIN_PX 8

void
_neg_mpr_viewport_forget_texts (NegMprViewport *self)
{
  self->overlay_is_old = TRUE;
  g_clear_object (&self->message);
}

void
_neg_mpr_viewport_drop_texts (NegMprViewport *self)
{
  neg_overlay_painter_forget (self->painter);
  if (self->layer != NULL)
    neg_annotation_layer_forget (self->layer);
  _neg_mpr_viewport_forget_texts (self);
}

static void
read_overlay (NegMprViewport *self)
{
  NegDraw look;
  gboolean has_look = neg_volume_reading_get_look (self->volumes, self->plane, &look);

  neg_overlay_clear (&self->overlay);
  neg_overlay_init_for_plane (&self->overlay, self->reading, self->volumes, self->plane, has_look ? &look.voi : NULL,
                              neg_mpr_viewport_get_width_px (self), neg_mpr_viewport_get_height_px (self),
                              neg_overlay_painter_fit_level (self->painter, self->level));
  neg_overlay_painter_set (self->painter, &self->overlay, has_look);
  self->overlay_is_old = FALSE;
}

static void
append_message (NegMprViewport *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height;
  GdkRGBA color;

  if (self->message == NULL) {
    self->message = neg_overlay_painter_new_layout (GTK_WIDGET (self), MAX (width - 2 * MARGIN_PX, 1));
    pango_layout_set_wrap (self->message, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment (self->message, PANGO_ALIGN_CENTER);
    pango_layout_set_text (self->message,
                           self->failure != NULL ? neg_words_for_error (self->failure) : _ ("loading…"), -1);
  }
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  pango_layout_get_pixel_size (self->message, NULL, &height);
  neg_overlay_painter_append_text (snapshot, self->message, MARGIN_PX,
                                   (gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2, &color);
}

void
_neg_mpr_viewport_snapshot_texts (NegMprViewport *self, GtkSnapshot *snapshot)
{
  if (self->overlay_is_old)
    read_overlay (self);
  neg_overlay_painter_snapshot (self->painter, snapshot);
  if (!_neg_mpr_viewport_has_picture (self))
    append_message (self, snapshot);
}

static char *
dup_description (NegMprViewport *self)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (self->volumes);
  g_autofree char *progress = neg_plane_caption_dup_progress (neg_volume_reading_get_load (self->volumes));
  g_autofree char *window = NULL;
  NegVoi voi;

  neg_mpr_get_voi (mpr, self->plane, &voi);
  window = voi.lut != NULL ? g_strdup (_ ("VOI LUT")) : neg_caption_dup_window (voi.center, voi.width);
  return progress != NULL ? g_strdup_printf ("%s\n%s", window, progress) : g_steal_pointer (&window);
}

void
_neg_mpr_viewport_update_accessible (NegMprViewport *self)
{
  g_autofree char *label = neg_plane_caption_dup_label (neg_volume_reading_get_mpr (self->volumes), self->plane);
  g_autofree char *description = dup_description (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
