/* Hands on annotations. */
#include "config.h"

#include <math.h>

#include "ui/neg-annotation-layer-private.h"

/* By 45 degrees. */
static gboolean
is_constrained (GtkEventController *controller)
{
  return (gtk_event_controller_get_current_event_state (controller) & GDK_SHIFT_MASK) != 0;
}

/* Of a drag of the left button the drag tells. */
void
neg_annotation_layer_motion (NegAnnotationLayer *self, GtkEventController *controller, double x, double y)
{
  NegHandsImage image;
  double point[2];

  neg_annotation_layer_set_pointer (self, TRUE, x, y);
  if (self->has_drag || neg_annotation_hands_get_draft (self->hands) == NULL
      || !_neg_annotation_layer_get_image (self, TRUE, &image))
    return;
  _neg_annotation_layer_get_point (self, x, y, point);
  neg_annotation_hands_motion (self->hands, &image, point, is_constrained (controller));
}

gboolean
neg_annotation_layer_begin_drag (NegAnnotationLayer *self, GtkGestureDrag *drag, double x, double y)
{
  NegHandsImage image;
  double point[2];

  self->has_drag = FALSE;
  if (!_neg_annotation_layer_get_image (self, neg_annotation_layer_is_tool (self->tool), &image))
    return FALSE;
  _neg_annotation_layer_get_point (self, x, y, point);
  self->has_drag
      = neg_annotation_hands_press (self->hands, &image, point, is_constrained (GTK_EVENT_CONTROLLER (drag)));
  return self->has_drag;
}

gboolean
neg_annotation_layer_has_draft (NegAnnotationLayer *self)
{
  return neg_annotation_hands_get_draft (self->hands) != NULL;
}

gboolean
neg_annotation_layer_has_drag (NegAnnotationLayer *self)
{
  return self->has_drag;
}

/* Axes of a pen may count in something else than the surface's pixels. */
static gboolean
is_in_surface (GdkEvent *event, double x, double y)
{
  double axis_x, axis_y;

  return gdk_event_get_device_tool (event) == NULL
         || (gdk_event_get_axis (event, GDK_AXIS_X, &axis_x) && gdk_event_get_axis (event, GDK_AXIS_Y, &axis_y)
             && fabs (axis_x - x) < 1 && fabs (axis_y - y) < 1);
}

/* GTK tells where the pointer is once a frame; a fast hand was elsewhere in between. @x, @y: where it is now. */
static void
pass_history (GtkGestureDrag *drag, double x, double y, const NegHandsImage *image, NegAnnotationLayer *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (drag));
  g_autofree GdkTimeCoord *passed = NULL;
  double surface_x, surface_y;
  guint n = 0;

  if (event == NULL || gdk_event_get_event_type (event) != GDK_MOTION_NOTIFY
      || !gdk_event_get_position (event, &surface_x, &surface_y) || !is_in_surface (event, surface_x, surface_y))
    return;
  passed = gdk_event_get_history (event, &n);
  for (guint i = 0; i < n; i++) {
    double point[2];

    if ((passed[i].flags & (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y)) != (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y))
      continue;
    _neg_annotation_layer_get_point (self, x + passed[i].axes[GDK_AXIS_X] - surface_x,
                                    y + passed[i].axes[GDK_AXIS_Y] - surface_y, point);
    neg_annotation_hands_pass (self->hands, image, point);
  }
}

void
neg_annotation_layer_update_drag (NegAnnotationLayer *self, GtkGestureDrag *drag, double dx, double dy,
                                  gboolean is_end)
{
  gboolean constrained = is_constrained (GTK_EVENT_CONTROLLER (drag));
  double x = 0, y = 0, point[2];
  NegHandsImage image;

  if (is_end)
    self->has_drag = FALSE;
  if (!_neg_annotation_layer_get_image (self, TRUE, &image))
    return;
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  _neg_annotation_layer_get_point (self, x + dx, y + dy, point);
  pass_history (drag, x + dx, y + dy, &image, self);
  if (is_end)
    neg_annotation_hands_release (self->hands, &image, point, constrained);
  else
    neg_annotation_hands_motion (self->hands, &image, point, constrained);
}

void
neg_annotation_layer_cancel_drag (NegAnnotationLayer *self)
{
  if (!self->has_drag)
    return;
  self->has_drag = FALSE;
  neg_annotation_hands_leave (self->hands);
}

void
neg_annotation_layer_click (NegAnnotationLayer *self, GtkGestureDrag *drag)
{
  double x = 0, y = 0, point[2];
  NegHandsImage image;

  if (!_neg_annotation_layer_get_image (self, FALSE, &image))
    return;
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  _neg_annotation_layer_get_point (self, x, y, point);
  neg_annotation_hands_click (self->hands, &image, point);
}
