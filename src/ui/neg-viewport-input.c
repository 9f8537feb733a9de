#include "config.h"

#include <math.h>

#include "ui/neg-viewport-private.h"

#define WHEEL_ZOOM 1.15      /* per notch */
#define DRAG_ZOOM_PX 200.0   /* logical pixels that magnify by e */
#define PAGE_IMAGES 10

static double
to_device (NegViewport *self, double logical)
{
  return logical * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static void
zoom_at (NegViewport *self, double x, double y, double factor)
{
  neg_view_state_zoom_at (&self->state, _neg_viewport_get_width_px (self), _neg_viewport_get_height_px (self),
                          to_device (self, x), to_device (self, y), factor);
  _neg_viewport_look_changed (self);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, NegViewport *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, NegViewport *self)
{
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  int n_images;

  if (modifiers & GDK_CONTROL_MASK) {
    zoom_at (self, self->pointer_x, self->pointer_y, pow (WHEEL_ZOOM, -dy));
    return GDK_EVENT_STOP;
  }
  /* Touchpads send parts of a notch. */
  self->scroll_rest += dy;
  n_images = (int) self->scroll_rest;
  self->scroll_rest -= n_images;
  if (neg_view_state_scroll (&self->state, n_images))
    _neg_viewport_frame_changed (self);
  return GDK_EVENT_STOP;
}

static void
window_begin_cb (GtkGestureDrag *drag, double x, double y, NegViewport *self)
{
  NegDraw draw;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_has_voi = self->has_window && _neg_viewport_prepare (self, &draw);
  if (self->drag_has_voi)
    self->drag_voi = draw.voi;
}

static void
window_update_cb (GtkGestureDrag *drag, double dx, double dy, NegViewport *self)
{
  if (!self->drag_has_voi)
    return;
  neg_view_state_drag_window (&self->state, &self->drag_voi, dx, dy);
  _neg_viewport_look_changed (self);
}

/* Steps since the last event: panning and zooming add up. */
static void
take_step (NegViewport *self, double x, double y, double *step_x, double *step_y)
{
  *step_x = x - self->drag_x;
  *step_y = y - self->drag_y;
  self->drag_x = x;
  self->drag_y = y;
}

static void
step_begin_cb (GtkGestureDrag *drag, double x, double y, NegViewport *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_x = self->drag_y = 0;
}

static void
pan_update_cb (GtkGestureDrag *drag, double dx, double dy, NegViewport *self)
{
  double step_x, step_y;

  take_step (self, dx, dy, &step_x, &step_y);
  neg_view_state_pan (&self->state, _neg_viewport_get_width_px (self), _neg_viewport_get_height_px (self),
                      to_device (self, step_x), to_device (self, step_y));
  _neg_viewport_look_changed (self);
}

static void
zoom_update_cb (GtkGestureDrag *drag, double dx, double dy, NegViewport *self)
{
  double step_x, step_y, x, y;

  take_step (self, dx, dy, &step_x, &step_y);
  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    zoom_at (self, x, y, exp (-step_y / DRAG_ZOOM_PX));
}

static void
add_drag (NegViewport *self, guint button, GCallback begin, GCallback update)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect_object (drag, "drag-begin", begin, self, 0);
  g_signal_connect_object (drag, "drag-update", update, self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

void
_neg_viewport_init_input (NegViewport *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (motion, "enter", G_CALLBACK (motion_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  add_drag (self, GDK_BUTTON_PRIMARY, G_CALLBACK (window_begin_cb), G_CALLBACK (window_update_cb));
  add_drag (self, GDK_BUTTON_MIDDLE, G_CALLBACK (step_begin_cb), G_CALLBACK (pan_update_cb));
  add_drag (self, GDK_BUTTON_SECONDARY, G_CALLBACK (step_begin_cb), G_CALLBACK (zoom_update_cb));
}

static gboolean
scroll_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  NegViewport *self = NEG_VIEWPORT (widget);

  if (neg_view_state_scroll (&self->state, g_variant_get_int32 (args)))
    _neg_viewport_frame_changed (self);
  return GDK_EVENT_STOP;
}

static gboolean
series_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  g_signal_emit_by_name (widget, "series-requested", g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static void
bind (GtkWidgetClass *class, guint keyval, guint keypad_keyval, GtkShortcutFunc callback, int amount)
{
  gtk_widget_class_add_binding (class, keyval, 0, callback, "i", amount);
  gtk_widget_class_add_binding (class, keypad_keyval, 0, callback, "i", amount);
}

void
_neg_viewport_class_init_input (GtkWidgetClass *class)
{
  bind (class, GDK_KEY_Up, GDK_KEY_KP_Up, scroll_key_cb, -1);
  bind (class, GDK_KEY_Down, GDK_KEY_KP_Down, scroll_key_cb, 1);
  bind (class, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, scroll_key_cb, -PAGE_IMAGES);
  bind (class, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, scroll_key_cb, PAGE_IMAGES);
  bind (class, GDK_KEY_Home, GDK_KEY_KP_Home, scroll_key_cb, -G_MAXINT32);
  bind (class, GDK_KEY_End, GDK_KEY_KP_End, scroll_key_cb, G_MAXINT32);
  bind (class, GDK_KEY_Left, GDK_KEY_KP_Left, series_key_cb, -1);
  bind (class, GDK_KEY_Right, GDK_KEY_KP_Right, series_key_cb, 1);
}
