/* Annotations above one image. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-annotation-values.h"
#include "ui/neg-viewport-private.h"

/* --- What can be measured --- */

static const NegSuv *
get_suv (NegViewport *self)
{
  const NegViewState *state = _neg_viewport_get_state (self);

  if (self->suv_series != state->series || self->suv_instance != self->instance) {
    self->suv_series = state->series;
    self->suv_instance = self->instance;
    self->has_suv = neg_annotation_init_suv (&self->suv, state->series, state->index);
  }
  if (self->is_loading) /* an image that is still to come may be the earliest, from which SUV counts */
    return NULL;
  return self->has_suv ? &self->suv : NULL;
}

/* All of it belongs together: the state names the frame whose pixels and header are there (imaging pitfall 32). */
static gboolean
get_image (GtkWidget *widget, gboolean is_needed, NegHandsImage *image)
{
  NegViewport *self = NEG_VIEWPORT (widget);
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));

  if (frame == NULL || self->pixels == NULL || frame->instance != self->instance
      || !_neg_viewport_prepare (self, &image->draw))
    return FALSE;
  image->instance = self->instance;
  image->frame = frame->frame;
  image->plane = NULL;
  image->held = self->pixels;
  image->pixels = neg_pixels_get_frame (self->pixels);
  image->suv = get_suv (self);
  image->device_scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  image->width = neg_viewport_get_width_px (self);
  image->height = neg_viewport_get_height_px (self);
  return TRUE;
}

/* --- What the layer asks for --- */

static void
add_line (char **text, const char *line)
{
  char *longer = g_strconcat (*text, "\n", line, NULL);

  g_free (*text);
  *text = longer;
}

static char *
dup_probe (GtkWidget *widget, const NegHandsImage *image, const double point_px[2])
{
  NegViewport *self = NEG_VIEWPORT (widget);
  char *text = neg_annotation_dup_probe_lines (image->instance, image->frame, &image->draw, image->pixels, image->suv,
                                               point_px);

  if (self->is_loading && self->has_suv)
    add_line (&text, _ ("SUV when all of the series is there"));
  return text;
}

/* What the presentation state draws. */
static gboolean
draw_below (GtkWidget *widget, const NegHandsImage *image, NegMarksStyle *style, cairo_t *cr)
{
  const NegViewState *state = _neg_viewport_get_state (NEG_VIEWPORT (widget));

  if (!neg_view_state_is_presented (state))
    return FALSE;
  neg_presentation_get_area (state->presentation, image->instance, image->frame, &style->output_to_image,
                             style->area_px);
  neg_marks_draw_presentation (cr, style, state->presentation, image->instance->sop_instance_uid, image->frame);
  return TRUE;
}

gboolean
_neg_viewport_is_key_image (NegViewport *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));
  const char *uid = frame != NULL ? frame->instance->sop_instance_uid : NULL;
  const guint n = self->annotations != NULL && uid != NULL
                    ? neg_annotations_get_n_of_image (self->annotations, uid, frame->frame + 1)
                    : 0;

  for (guint i = 0; i < n; i++)
    if (neg_annotations_get_of_image (self->annotations, uid, frame->frame + 1, i)->kind == NEG_ANNOTATION_KEY)
      return TRUE;
  return FALSE;
}

void
_neg_viewport_forget_marks (NegViewport *self)
{
  if (self->layer != NULL)
    neg_annotation_layer_forget (self->layer);
}

void
_neg_viewport_snapshot_annotations (NegViewport *self, GtkSnapshot *snapshot)
{
  if (self->layer != NULL)
    neg_annotation_layer_snapshot (self->layer, snapshot, neg_overlay_painter_get_line_px (self->painter));
}

void
neg_viewport_remove_annotation (NegViewport *self)
{
  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (self->layer != NULL)
    neg_annotation_layer_remove (self->layer);
}

void
neg_viewport_place_annotation (NegViewport *self)
{
  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (self->layer != NULL)
    neg_annotation_layer_place (self->layer);
}

/* --- Coming and going --- */

static void
marks_changed_cb (NegViewport *self)
{
  self->overlay_is_old = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
failed_cb (NegViewport *self, const GError *error)
{
  g_signal_emit_by_name (self, "annotation-failed", error);
}

/* A series that grows is shown as a new one with the same image: who is drawing goes on. */
static gboolean
note_image (NegViewport *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));
  gboolean is_same = frame != NULL && frame->instance == self->marks_instance && frame->frame == self->marks_frame;

  self->marks_instance = frame != NULL ? frame->instance : NULL;
  self->marks_frame = frame != NULL ? frame->frame : 0;
  return is_same;
}

void
_neg_viewport_annotations_image_changed (NegViewport *self)
{
  if (self->layer == NULL)
    return;
  self->suv_series = NULL; /* one that has grown may begin earlier, and stand where the last one did */
  neg_annotation_layer_image_changed (self->layer, note_image (self));
}

void
neg_viewport_set_annotations (NegViewport *self, NegAnnotations *annotations)
{
  static const NegAnnotationLayerFuncs functions = { get_image, dup_probe, draw_below };

  g_return_if_fail (NEG_IS_VIEWPORT (self) && self->annotations == NULL);

  self->annotations = g_object_ref (annotations);
  self->layer = neg_annotation_layer_new (GTK_WIDGET (self), &functions, annotations);
  g_signal_connect_object (self->layer, "changed", G_CALLBACK (marks_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->layer, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
}

void
neg_viewport_set_loading (NegViewport *self, gboolean is_loading)
{
  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (is_loading == self->is_loading)
    return;
  self->is_loading = is_loading;
  self->suv_series = NULL;
  if (self->layer != NULL)
    neg_annotation_layer_update_probe (self->layer);
}

void
_neg_viewport_dispose_annotations (NegViewport *self)
{
  if (self->layer != NULL)
    neg_annotation_layer_close (self->layer);
  g_clear_object (&self->layer);
  g_clear_object (&self->annotations);
}
