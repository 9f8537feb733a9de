/* The text of an arrow, written beside it. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-utf8.h"
#include "reading/neg-annotation-shape.h"
#include "ui/neg-annotation-layer-private.h"

#define TEXT_CHARS 28

static void
text_done_cb (GtkEntry *entry, NegAnnotationLayer *self)
{
  const char *uid = g_object_get_data (G_OBJECT (entry), "uid");
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  neg_utf8_cut (text, NEG_ANNOTATION_TEXT_BYTES_MAX);
  neg_annotation_hands_set_text (self->hands, uid, text);
  gtk_popover_popdown (GTK_POPOVER (self->text_popover));
}

static void
drop_closed (NegAnnotationLayer *self)
{
  g_clear_handle_id (&self->drop_closed_source, g_source_remove);
  g_clear_pointer (&self->closed_popover, gtk_widget_unparent);
}

static gboolean
drop_closed_cb (gpointer data)
{
  NegAnnotationLayer *self = data;

  self->drop_closed_source = 0;
  drop_closed (self);
  return G_SOURCE_REMOVE;
}

/* Who emits "closed" goes on with the popover (gtk_popover_popdown() does): it has to live until then, but not longer than
 * the viewport that is its parent. */
static void
text_closed_cb (GtkWidget *popover, NegAnnotationLayer *self)
{
  if (popover != self->text_popover)
    return;
  drop_closed (self);
  self->closed_popover = g_steal_pointer (&self->text_popover);
  self->drop_closed_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, drop_closed_cb, self, NULL);
  gtk_widget_grab_focus (self->viewport);
}

static GtkWidget *
new_text_entry (NegAnnotationLayer *self, const NegAnnotation *annotation)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), TEXT_CHARS);
  gtk_editable_set_text (GTK_EDITABLE (entry), annotation->text != NULL ? annotation->text : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Text of the arrow"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text of the arrow"), -1);
  g_object_set_data_full (G_OBJECT (entry), "uid", g_strdup (annotation->uid), g_free);
  g_signal_connect_object (entry, "activate", G_CALLBACK (text_done_cb), self, 0);
  return entry;
}

/* Beside the tail, where the text will stand. */
void
_neg_annotation_layer_want_text (NegAnnotationLayer *self, const char *uid)
{
  const NegAnnotation *annotation = neg_annotations_find (self->annotations, uid);
  double scale = gtk_widget_get_scale_factor (self->viewport), tail[2] = { 0, 0 };
  NegHandsImage image;
  NegAffine to_output;
  GtkWidget *entry;

  if (annotation == NULL || !_neg_annotation_layer_get_image (self, TRUE, &image)
      || !neg_affine_invert (&image.draw.output_to_image, &to_output))
    return;
  neg_affine_apply (&to_output, annotation->points_px + 2 * (annotation->n_points - 1), tail);
  g_clear_pointer (&self->text_popover, gtk_widget_unparent);
  entry = new_text_entry (self, annotation);
  self->text_popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->text_popover), entry);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->text_popover),
                               &(GdkRectangle){ (int) (CLAMP (tail[0], 0, image.width) / scale),
                                                (int) (CLAMP (tail[1], 0, image.height) / scale), 1, 1 });
  gtk_widget_set_parent (self->text_popover, self->viewport);
  g_signal_connect_object (self->text_popover, "closed", G_CALLBACK (text_closed_cb), self, 0);
  gtk_popover_popup (GTK_POPOVER (self->text_popover));
  gtk_widget_grab_focus (entry);
}

gboolean
neg_annotation_layer_edit_text_at (NegAnnotationLayer *self, double x, double y)
{
  NegHandsImage image;
  NegAnnotation *annotation;
  double point[2];

  if (!_neg_annotation_layer_get_image (self, TRUE, &image))
    return FALSE;
  _neg_annotation_layer_get_point (self, x, y, point);
  annotation = neg_annotation_hands_find (self->hands, &image, point);
  if (annotation == NULL || annotation->kind != NEG_ANNOTATION_ARROW || annotation->is_foreign)
    return FALSE;
  _neg_annotation_layer_want_text (self, annotation->uid);
  return TRUE;
}

void
_neg_annotation_layer_close_text (NegAnnotationLayer *self)
{
  if (self->text_popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->text_popover));
}

void
_neg_annotation_layer_drop_text (NegAnnotationLayer *self)
{
  g_clear_pointer (&self->text_popover, gtk_widget_unparent);
  drop_closed (self);
}
