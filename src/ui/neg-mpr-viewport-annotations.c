/* Annotations on a plane: it is measured as if it were an image. */
#include "config.h"

#include "reading/neg-plane-probe.h"
#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-plane-samples.h"

/* Whether anything was drawn on this plane. */
static gboolean
has_marks (NegMprViewport *self)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (self->volumes);
  const NegSeriesFrame *frame = neg_series_get_frame (neg_volume_reading_get_series (self->volumes), 0);
  NegAnnotationPlane plane = { .slab_mm = neg_mpr_get_slab_mm (mpr, self->plane) };
  guint width, height;
  NegReformat measuring;

  if (neg_annotation_layer_has_draft (self->layer))
    return TRUE;
  if (!neg_mpr_get_measuring (mpr, self->plane, &measuring, &width, &height))
    return FALSE;
  plane.projection = measuring.projection;
  for (guint i = 0; i < 3; i++) {
    plane.origin_mm[i] = measuring.origin_mm[i];
    plane.x_mm[i] = measuring.x_mm[i];
    plane.y_mm[i] = measuring.y_mm[i];
  }
  return neg_annotations_find_plane (self->annotations, frame->instance->series_uid, &plane) != NULL;
}

/* Not made for nothing: it takes as long as drawing the plane. */
static gboolean
get_image (GtkWidget *widget, gboolean is_needed, NegHandsImage *image)
{
  NegMprViewport *self = NEG_MPR_VIEWPORT (widget);
  NegPlaneImage *plane_image;
  NegPlaneView view;

  if ((!is_needed && !has_marks (self)) || !_neg_mpr_viewport_get_view (self, &view))
    return FALSE;
  plane_image = neg_volume_reading_get_plane_image (self->volumes, self->plane, FALSE, NULL);
  if (plane_image == NULL)
    return FALSE;
  *image = (NegHandsImage){ .instance = neg_plane_image_get_instance (plane_image),
                            .plane = neg_plane_image_get_plane (plane_image),
                            .draw = view.look,
                            .held = neg_plane_image_get_pixels (plane_image),
                            .device_scale = gtk_widget_get_scale_factor (widget),
                            .width = view.width,
                            .height = view.height };
  image->pixels = neg_pixels_get_frame (image->held);
  neg_plane_image_get_affine (plane_image, &view.reformat, &image->draw.output_to_image);
  self->has_suv = neg_volume_reading_get_suv (self->volumes, &self->suv);
  image->suv = self->has_suv ? &self->suv : NULL;
  return TRUE;
}

static char *
dup_probe (GtkWidget *widget, const NegHandsImage *image, const double point_px[2])
{
  NegMprViewport *self = NEG_MPR_VIEWPORT (widget);
  NegPlaneImage *plane_image = neg_volume_reading_get_plane_image (self->volumes, self->plane, FALSE, NULL);

  return plane_image != NULL
             ? neg_plane_probe_dup_lines (self->volumes, self->plane, plane_image, &image->draw, image->suv, point_px)
             : NULL;
}

void
_neg_mpr_viewport_snapshot_annotations (NegMprViewport *self, GtkSnapshot *snapshot)
{
  if (self->layer != NULL && _neg_mpr_viewport_has_picture (self))
    neg_annotation_layer_snapshot (self->layer, snapshot, neg_overlay_painter_get_line_px (self->painter));
}

void
neg_mpr_viewport_remove_annotation (NegMprViewport *self)
{
  g_return_if_fail (NEG_IS_MPR_VIEWPORT (self));

  if (self->layer != NULL)
    neg_annotation_layer_remove (self->layer);
}

void
neg_mpr_viewport_place_annotation (NegMprViewport *self)
{
  g_return_if_fail (NEG_IS_MPR_VIEWPORT (self));

  if (self->layer != NULL)
    neg_annotation_layer_place (self->layer);
}

/* What is being drawn belongs to one plane of one series; the point may move in it, and slices may come. */
void
_neg_mpr_viewport_annotations_plane_changed (NegMprViewport *self)
{
  NegSeries *series = neg_volume_reading_get_series (self->volumes);
  const char *uid = neg_series_get_frame (series, 0)->instance->series_uid;
  guint width, height;
  NegReformat measuring;
  gboolean is_same;

  if (self->layer == NULL
      || !neg_mpr_get_measuring (neg_volume_reading_get_mpr (self->volumes), self->plane, &measuring, &width, &height))
    return;
  is_same = neg_plane_samples_is_same_place (&measuring, &self->measuring) && g_strcmp0 (uid, self->measuring_uid) == 0;
  self->measuring = measuring;
  if (g_strcmp0 (uid, self->measuring_uid) != 0) {
    g_free (self->measuring_uid);
    self->measuring_uid = g_strdup (uid);
  }
  neg_annotation_layer_image_changed (self->layer, is_same);
  if (is_same)
    neg_annotation_layer_update_probe (self->layer);
}

static void
failed_cb (NegMprViewport *self, const GError *error)
{
  g_signal_emit_by_name (self, "annotation-failed", error);
}

void
neg_mpr_viewport_set_annotations (NegMprViewport *self, NegAnnotations *annotations)
{
  static const NegAnnotationLayerFuncs functions = { get_image, dup_probe, NULL };

  g_return_if_fail (NEG_IS_MPR_VIEWPORT (self) && self->annotations == NULL);

  self->annotations = g_object_ref (annotations);
  self->layer = neg_annotation_layer_new (GTK_WIDGET (self), &functions, annotations);
  g_signal_connect_object (self->layer, "changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->layer, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  _neg_mpr_viewport_annotations_plane_changed (self);
}

void
_neg_mpr_viewport_dispose_annotations (NegMprViewport *self)
{
  if (self->layer != NULL)
    neg_annotation_layer_close (self->layer);
  g_clear_object (&self->layer);
  g_clear_pointer (&self->measuring_uid, g_free);
  g_clear_object (&self->annotations);
}
