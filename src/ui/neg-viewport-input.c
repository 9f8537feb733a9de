#include "config.h"

#include <math.h>

#include "ui/neg-viewport-hands.h"
#include "ui/neg-viewport-private.h"

#define WHEEL_ZOOM 1.15      /* per notch */
#define TOUCHPAD_NOTCH_PX 24.0 /* logical pixels of a touchpad that are a notch */
#define DRAG_ZOOM_PX 200.0   /* logical pixels that magnify by e */
#define CLICK_PX 4.0         /* a drag this short was a click */

/* A drag through the images: a whole series is a hand's breadth, a few images are still told apart. */
#define DRAG_SERIES_PX 400.0
#define DRAG_IMAGE_PX_MAX 12.0

static double
to_device (NegViewport *self, double logical)
{
  return logical * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static void
zoom_at (NegViewport *self, double x, double y, double factor, guint gesture)
{
  NegViewState *state = neg_reading_begin_change (self->reading, self->cell, gesture);

  neg_view_state_zoom_at (state, neg_viewport_get_width_px (self), neg_viewport_get_height_px (self),
                          to_device (self, x), to_device (self, y), factor);
  neg_reading_end_change (self->reading, self->cell);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, NegViewport *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (self->layer != NULL)
    neg_annotation_layer_motion (self->layer, GTK_EVENT_CONTROLLER (motion), x, y);
}

static void
leave_cb (GtkEventControllerMotion *motion, NegViewport *self)
{
  if (self->layer != NULL)
    neg_annotation_layer_set_pointer (self->layer, FALSE, 0, 0);
}

/* Notches that come fast take larger steps in long series, so that one turn of the wheel crosses them. */
static double
accelerate (NegViewport *self, double notches, guint32 time_ms)
{
  guint n = neg_view_state_get_n_frames (_neg_viewport_get_state (self));
  guint32 elapsed_ms = time_ms - self->wheel_time_ms;
  gboolean fast = self->wheel_time_ms != 0 && elapsed_ms < 40 && n > 100;

  self->wheel_time_ms = time_ms;
  self->wheel_run = fast ? MIN (self->wheel_run + 1, 12) : 0;
  return notches * (1 + self->wheel_run / 4);
}

/* Touchpads send parts of a notch, or the way of the fingers. */
static double
to_notches (GtkEventControllerScroll *scroll, double dy)
{
  return gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_SURFACE ? dy / TOUCHPAD_NOTCH_PX : dy;
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, NegViewport *self)
{
  GtkEventController *controller = GTK_EVENT_CONTROLLER (scroll);
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (controller);
  double notches = to_notches (scroll, dy);
  int n_images;

  neg_reading_set_active (self->reading, self->cell);
  if (modifiers & GDK_CONTROL_MASK) {
    if (self->wheel_gesture == 0)
      self->wheel_gesture = neg_reading_new_gesture (self->reading);
    zoom_at (self, self->pointer_x, self->pointer_y, pow (WHEEL_ZOOM, -notches), self->wheel_gesture);
    return GDK_EVENT_STOP;
  }
  if (self->wheel_reversed)
    notches = -notches;
  if (gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL)
    notches = accelerate (self, notches, gtk_event_controller_get_current_event_time (controller));
  self->scroll_rest += notches;
  n_images = (int) self->scroll_rest;
  self->scroll_rest -= n_images;
  if (n_images != 0)
    neg_reading_scroll (self->reading, self->cell, n_images);
  return GDK_EVENT_STOP;
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
drag_window (NegViewport *self, double dx, double dy)
{
  NegViewState *state;

  if (!self->drag_has_voi)
    return;
  state = neg_reading_begin_change (self->reading, self->cell, self->gesture);
  neg_view_state_drag_window (state, &self->drag_voi, dx, dy);
  neg_reading_end_change (self->reading, self->cell);
}

static void
drag_scroll (NegViewport *self, double step_y)
{
  guint n = neg_view_state_get_n_frames (_neg_viewport_get_state (self));
  int n_images;

  self->drag_rest += step_y / CLAMP (DRAG_SERIES_PX / MAX (n, 1), 1, DRAG_IMAGE_PX_MAX)
                     * MAX (1, n / DRAG_SERIES_PX);
  n_images = (int) self->drag_rest;
  self->drag_rest -= n_images;
  if (n_images != 0)
    neg_reading_scroll (self->reading, self->cell, n_images);
}

static void
drag_pan (NegViewport *self, double step_x, double step_y)
{
  NegViewState *state = neg_reading_begin_change (self->reading, self->cell, self->gesture);

  neg_view_state_pan (state, neg_viewport_get_width_px (self), neg_viewport_get_height_px (self),
                      to_device (self, step_x), to_device (self, step_y));
  neg_reading_end_change (self->reading, self->cell);
}

static void
drag_point (NegViewport *self, double x, double y)
{
  NegAffine affine;
  double image_px[2];

  if (!neg_view_state_get_affine (_neg_viewport_get_state (self), neg_viewport_get_width_px (self),
                                  neg_viewport_get_height_px (self), &affine))
    return;
  x = to_device (self, x);
  y = to_device (self, y);
  image_px[0] = affine.m[0] * x + affine.m[1] * y + affine.m[2];
  image_px[1] = affine.m[3] * x + affine.m[4] * y + affine.m[5];
  neg_reading_set_point (self->reading, self->cell, image_px);
}

static void
drag_magnifier (NegViewport *self, double x, double y)
{
  self->has_magnifier = TRUE;
  self->magnifier_x = x;
  self->magnifier_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- The buttons --- */

static NegTool
tool_of_button (NegViewport *self, guint button)
{
  if (button == GDK_BUTTON_MIDDLE)
    return NEG_TOOL_PAN;
  return button == GDK_BUTTON_SECONDARY ? NEG_TOOL_ZOOM : self->tool;
}

static gboolean
is_of_layer (GtkGestureDrag *drag, NegViewport *self)
{
  return self->layer != NULL && neg_annotation_layer_has_drag (self->layer)
         && gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (drag)) == GDK_BUTTON_PRIMARY;
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, NegViewport *self)
{
  double step_x, step_y, x = 0, y = 0;

  if (is_of_layer (drag, self)) {
    neg_annotation_layer_update_drag (self->layer, drag, dx, dy, FALSE);
    return;
  }
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  take_step (self, dx, dy, &step_x, &step_y);
  switch (self->drag_tool) {
  case NEG_TOOL_WINDOW:
    drag_window (self, dx, dy);
    break;
  case NEG_TOOL_SCROLL:
    drag_scroll (self, step_y);
    break;
  case NEG_TOOL_PAN:
    drag_pan (self, step_x, step_y);
    break;
  case NEG_TOOL_ZOOM:
    zoom_at (self, x, y, exp (-step_y / DRAG_ZOOM_PX), self->gesture);
    break;
  case NEG_TOOL_MAGNIFIER:
    drag_magnifier (self, x + dx, y + dy);
    break;
  case NEG_TOOL_CROSSHAIR:
    drag_point (self, x + dx, y + dy);
    break;
  case NEG_TOOL_LENGTH:
  case NEG_TOOL_ANGLE:
  case NEG_TOOL_COBB:
  case NEG_TOOL_ELLIPSE:
  case NEG_TOOL_RECTANGLE:
  case NEG_TOOL_FREEHAND:
  case NEG_TOOL_ARROW:
  case NEG_TOOL_PROBE:
  case NEG_N_TOOLS:
  default:
    break;
  }
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, NegViewport *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag));
  NegDraw draw;

  neg_reading_set_active (self->reading, self->cell);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_tool = tool_of_button (self, button);
  self->gesture = neg_reading_new_gesture (self->reading);
  self->wheel_gesture = 0;
  if (button == GDK_BUTTON_PRIMARY && self->layer != NULL
      && neg_annotation_layer_begin_drag (self->layer, drag, x, y)) {
    self->drag_tool = NEG_N_TOOLS; /* should the image change under it, no other tool goes on with the drag */
    return;
  }
  self->drag_x = self->drag_y = self->drag_rest = 0;
  self->drag_has_voi = self->has_window && _neg_viewport_prepare (self, &draw);
  if (self->drag_has_voi)
    self->drag_voi = draw.voi;
  if (self->drag_tool == NEG_TOOL_MAGNIFIER || self->drag_tool == NEG_TOOL_CROSSHAIR)
    drag_update_cb (drag, 0, 0, self);
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, NegViewport *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag));
  double x, y;

  self->has_magnifier = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (is_of_layer (drag, self)) {
    neg_annotation_layer_update_drag (self->layer, drag, dx, dy, TRUE);
    return;
  }
  if (button == GDK_BUTTON_PRIMARY && self->layer != NULL && hypot (dx, dy) < CLICK_PX)
    neg_annotation_layer_click (self->layer, drag);
  if (button == GDK_BUTTON_SECONDARY && hypot (dx, dy) < CLICK_PX && gtk_gesture_drag_get_start_point (drag, &x, &y))
    g_signal_emit_by_name (self, "menu-requested", x, y);
}

static void
cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, NegViewport *self)
{
  self->has_magnifier = FALSE;
  if (self->layer != NULL)
    neg_annotation_layer_cancel_drag (self->layer);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Two clicks with a tool that draws are two points. */
static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, NegViewport *self)
{
  if (n_press == 2 && (self->layer == NULL || !neg_annotation_layer_edit_text_at (self->layer, x, y))
      && !neg_annotation_layer_is_tool (self->tool))
    gtk_widget_activate_action (GTK_WIDGET (self), "view.maximize", NULL);
}

static void
focus_cb (GtkEventControllerFocus *focus, NegViewport *self)
{
  neg_reading_set_active (self->reading, self->cell);
}

void
_neg_viewport_init_input (NegViewport *self)
{
  static const NegViewportHands hands = {
    .scroll = G_CALLBACK (scroll_cb),         .motion = G_CALLBACK (motion_cb),
    .leave = G_CALLBACK (leave_cb),           .focus = G_CALLBACK (focus_cb),
    .pressed = G_CALLBACK (pressed_cb),       .drag_begin = G_CALLBACK (drag_begin_cb),
    .drag_update = G_CALLBACK (drag_update_cb), .drag_end = G_CALLBACK (drag_end_cb),
    .cancel = G_CALLBACK (cancel_cb),
  };

  neg_viewport_hands_add (GTK_WIDGET (self), &hands);
}

void
neg_viewport_set_wheel_reversed (NegViewport *self, gboolean reversed)
{
  self->wheel_reversed = reversed;
}

void
neg_viewport_set_tool (NegViewport *self, NegTool tool)
{
  static const char *const cursors[] = { NULL, "ns-resize", "grab", "zoom-in", NULL, "crosshair" };

  g_return_if_fail (NEG_IS_VIEWPORT (self) && tool < NEG_N_TOOLS);

  self->tool = tool;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), neg_annotation_layer_is_tool (tool) ? "crosshair" : cursors[tool]);
  if (self->layer != NULL)
    neg_annotation_layer_set_tool (self->layer, tool);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  g_signal_emit_by_name (widget, "menu-requested", gtk_widget_get_width (widget) / 2.0,
                         gtk_widget_get_height (widget) / 2.0);
  return GDK_EVENT_STOP;
}

void
_neg_viewport_class_init_input (GtkWidgetClass *class)
{
  gtk_widget_class_add_binding (class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}
