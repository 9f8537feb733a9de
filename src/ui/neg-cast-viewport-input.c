#include "config.h"

#include <math.h>

#include "ui/neg-cast-viewport-private.h"

#define CLICK_PX 3
#define ZOOM_PER_STEP 1.15
#define ZOOM_PER_PX 1.005
#define KEY_TURN_PX 26.18 /* 15 degrees (neg_raycast_turn()) */

static void
take (NegCastViewport *self)
{
  g_signal_emit_by_name (self, "taken");
}

void
neg_cast_viewport_turn (NegCastViewport *self, int right, int down)
{
  g_return_if_fail (NEG_IS_CAST_VIEWPORT (self));

  neg_cast_viewport_set_turning (self, FALSE);
  neg_volume_reading_turn (self->volumes, right * KEY_TURN_PX, down * KEY_TURN_PX);
}

void
neg_cast_viewport_zoom (NegCastViewport *self, int steps)
{
  g_return_if_fail (NEG_IS_CAST_VIEWPORT (self));

  neg_volume_reading_zoom (self->volumes, pow (ZOOM_PER_STEP, steps));
}

void
neg_cast_viewport_set_wheel_reversed (NegCastViewport *self, gboolean reversed)
{
  self->wheel_reversed = reversed;
}

/* --- Hands --- */

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, NegCastViewport *self)
{
  take (self);
  neg_volume_reading_zoom (self->volumes, pow (ZOOM_PER_STEP, self->wheel_reversed ? dy : -dy));
  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, NegCastViewport *self)
{
  take (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_x = self->drag_y = 0;
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, NegCastViewport *self)
{
  double step_x = dx - self->drag_x, step_y = dy - self->drag_y;

  self->drag_x = dx;
  self->drag_y = dy;
  if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag)) == GDK_BUTTON_SECONDARY) {
    neg_volume_reading_zoom (self->volumes, pow (ZOOM_PER_PX, -step_y));
  } else if (step_x != 0 || step_y != 0) {
    neg_cast_viewport_set_turning (self, FALSE);
    neg_volume_reading_turn (self->volumes, step_x, step_y);
  }
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, NegCastViewport *self)
{
  double x, y;

  if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag)) == GDK_BUTTON_SECONDARY
      && hypot (dx, dy) < CLICK_PX && gtk_gesture_drag_get_start_point (drag, &x, &y))
    g_signal_emit_by_name (self, "menu-requested", x, y);
}

static void
go_to (NegCastViewport *self, double x, double y)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), point_mm[3];
  const double output_px[2] = { x * scale, y * scale };
  NegRaycast raycast;
  NegVolume *volume;

  if (_neg_cast_viewport_get_raycast (self, &raycast, &volume)
      && neg_raycast_pick (&raycast, volume, _neg_cast_viewport_get_width_px (self),
                           _neg_cast_viewport_get_height_px (self), output_px, point_mm)) {
    neg_mpr_mark_step (neg_volume_reading_get_mpr (self->volumes), 0);
    neg_mpr_set_point (neg_volume_reading_get_mpr (self->volumes), point_mm);
  }
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, NegCastViewport *self)
{
  if (n_press == 2)
    go_to (self, x, y);
}

static void
focus_cb (GtkEventControllerFocus *focus, NegCastViewport *self)
{
  take (self);
}

static void
add_drag (NegCastViewport *self, guint button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

void
_neg_cast_viewport_init_input (NegCastViewport *self)
{
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  g_signal_connect_object (focus, "enter", G_CALLBACK (focus_cb), self, 0);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_SECONDARY);
}

/* --- Keys --- */

static gboolean
turn_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  int right, down;

  g_variant_get (args, "(ii)", &right, &down);
  neg_cast_viewport_turn (NEG_CAST_VIEWPORT (widget), right, down);
  return GDK_EVENT_STOP;
}

static gboolean
zoom_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  neg_cast_viewport_zoom (NEG_CAST_VIEWPORT (widget), g_variant_get_int32 (args));
  return GDK_EVENT_STOP;
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  g_signal_emit_by_name (widget, "menu-requested", gtk_widget_get_width (widget) / 2.0,
                         gtk_widget_get_height (widget) / 2.0);
  return GDK_EVENT_STOP;
}

void
_neg_cast_viewport_class_init_input (GtkWidgetClass *class)
{
  gtk_widget_class_add_binding (class, GDK_KEY_Left, 0, turn_key_cb, "(ii)", -1, 0);
  gtk_widget_class_add_binding (class, GDK_KEY_Right, 0, turn_key_cb, "(ii)", 1, 0);
  gtk_widget_class_add_binding (class, GDK_KEY_Up, 0, turn_key_cb, "(ii)", 0, -1);
  gtk_widget_class_add_binding (class, GDK_KEY_Down, 0, turn_key_cb, "(ii)", 0, 1);
  gtk_widget_class_add_binding (class, GDK_KEY_plus, 0, zoom_key_cb, "i", 1);
  gtk_widget_class_add_binding (class, GDK_KEY_minus, 0, zoom_key_cb, "i", -1);
  gtk_widget_class_add_binding (class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}
