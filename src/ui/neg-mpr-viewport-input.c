#include "config.h"

#include <math.h>

#include "ui/neg-mpr-viewport-private.h"
#include "ui/neg-viewport-hands.h"

#define WHEEL_ZOOM 1.15        /* per notch */
#define TOUCHPAD_NOTCH_PX 24.0 /* logical pixels of a touchpad that are a notch */
#define DRAG_ZOOM_PX 200.0     /* logical pixels that magnify by e */
#define DRAG_STEP_PX 3.0       /* logical pixels for one step along the normal */
#define CLICK_PX 4.0           /* a drag this short was a click */

static NegMpr *
get_mpr (NegMprViewport *self)
{
  return neg_volume_reading_get_mpr (self->volumes);
}

static double
to_device (NegMprViewport *self, double logical)
{
  return logical * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static void
take (NegMprViewport *self)
{
  g_signal_emit_by_name (self, "taken");
}

static void
zoom_at (NegMprViewport *self, double x, double y, double factor, guint gesture)
{
  neg_mpr_mark_step (get_mpr (self), gesture);
  neg_mpr_zoom_at (get_mpr (self), self->plane, neg_mpr_viewport_get_width_px (self),
                   neg_mpr_viewport_get_height_px (self), to_device (self, x), to_device (self, y), factor);
}

/* --- The cursor --- */

static const char *
get_tool_cursor (NegTool tool)
{
  static const char *const cursors[] = { NULL, "ns-resize", "grab", "zoom-in", NULL, "crosshair" };

  return neg_annotation_layer_is_tool (tool) ? "crosshair" : cursors[tool];
}

/* With the crosshair in hand the point goes where one clicks, be it beside its lines. */
static NegGrip
find_grip (NegMprViewport *self, double x, double y, NegMprPlane *other)
{
  const double place_px[2] = { to_device (self, x), to_device (self, y) };
  NegGrip grip = neg_annotation_layer_is_tool (self->tool) ? NEG_GRIP_NOTHING
                                                           : _neg_mpr_viewport_find_grip (self, place_px, other);

  return self->tool == NEG_TOOL_CROSSHAIR && grip != NEG_GRIP_HANDLE ? NEG_GRIP_NOTHING : grip;
}

static void
update_cursor (NegMprViewport *self)
{
  static const char *const of_grips[] = { NULL, "move", "pointer", "grab" };
  const char *cursor = get_tool_cursor (self->tool);
  NegMprPlane other;
  NegGrip grip = self->is_dragging ? self->drag_grip
                 : self->has_pointer ? find_grip (self, self->pointer_x, self->pointer_y, &other)
                                     : NEG_GRIP_NOTHING;

  if (grip != NEG_GRIP_NOTHING)
    cursor = of_grips[grip];
  if (cursor == self->cursor)
    return;
  self->cursor = cursor;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, NegMprViewport *self)
{
  self->has_pointer = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  if (self->layer != NULL)
    neg_annotation_layer_motion (self->layer, GTK_EVENT_CONTROLLER (motion), x, y);
  update_cursor (self);
}

static void
leave_cb (GtkEventControllerMotion *motion, NegMprViewport *self)
{
  self->has_pointer = FALSE;
  if (self->layer != NULL)
    neg_annotation_layer_set_pointer (self->layer, FALSE, 0, 0);
}

/* --- The wheel --- */

/* Touchpads send parts of a notch, or the way of the fingers. */
static double
to_notches (GtkEventControllerScroll *scroll, double dy)
{
  return gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_SURFACE ? dy / TOUCHPAD_NOTCH_PX : dy;
}

/* Notches that come fast take larger steps. */
static double
accelerate (NegMprViewport *self, double notches, guint32 time_ms)
{
  guint32 elapsed_ms = time_ms - self->wheel_time_ms;
  gboolean fast = self->wheel_time_ms != 0 && elapsed_ms < 40;

  self->wheel_time_ms = time_ms;
  self->wheel_run = fast ? MIN (self->wheel_run + 1, 12) : 0;
  return notches * (1 + self->wheel_run / 4);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, NegMprViewport *self)
{
  GtkEventController *controller = GTK_EVENT_CONTROLLER (scroll);
  double notches = to_notches (scroll, dy), whole;

  take (self);
  if (gtk_event_controller_get_current_event_state (controller) & GDK_CONTROL_MASK) {
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
  whole = trunc (self->scroll_rest);
  self->scroll_rest -= whole;
  if (whole != 0)
    neg_mpr_scroll (get_mpr (self), self->plane, whole);
  return GDK_EVENT_STOP;
}

/* --- Drags --- */

/* Steps since the last event: panning and zooming add up. */
static void
take_step (NegMprViewport *self, double x, double y, double *step_x, double *step_y)
{
  *step_x = x - self->drag_x;
  *step_y = y - self->drag_y;
  self->drag_x = x;
  self->drag_y = y;
}

/* The same hand as over an image. */
static void
drag_window (NegMprViewport *self, double dx, double dy)
{
  NegViewState state;

  neg_view_state_init (&state);
  neg_view_state_drag_window (&state, &self->drag_voi, dx, dy);
  if (state.has_window) {
    neg_mpr_mark_step (get_mpr (self), self->gesture);
    neg_mpr_set_voi (get_mpr (self), self->plane,
                     &(NegVoi){ .function = state.function, .center = state.center, .width = state.width });
  }
  neg_view_state_clear (&state);
}

static void
drag_scroll (NegMprViewport *self, double step_y)
{
  double whole;

  self->drag_rest += step_y / DRAG_STEP_PX;
  whole = trunc (self->drag_rest);
  self->drag_rest -= whole;
  if (whole != 0)
    neg_mpr_scroll (get_mpr (self), self->plane, whole);
}

static void
drag_pan (NegMprViewport *self, double step_x, double step_y)
{
  neg_mpr_mark_step (get_mpr (self), self->gesture);
  neg_mpr_pan (get_mpr (self), self->plane, neg_mpr_viewport_get_width_px (self),
               neg_mpr_viewport_get_height_px (self), to_device (self, step_x), to_device (self, step_y));
}

/* To a place of this plane. */
static void
put_point (NegMprViewport *self, const double place_px[2])
{
  NegReformat reformat;
  double point_mm[3];

  if (!neg_mpr_get_reformat (get_mpr (self), self->plane, neg_mpr_viewport_get_width_px (self),
                             neg_mpr_viewport_get_height_px (self), &reformat))
    return;
  neg_reformat_to_patient (&reformat, place_px, point_mm);
  neg_mpr_set_point (get_mpr (self), point_mm);
}

void
neg_mpr_viewport_move_point (NegMprViewport *self, int right, int down)
{
  NegVolume *volume = neg_mpr_get_volume (get_mpr (self));
  NegReformat reformat;
  double place_px[2], step_px;

  g_return_if_fail (NEG_IS_MPR_VIEWPORT (self));

  if (volume == NULL || !_neg_mpr_viewport_get_point (self, place_px)
      || !neg_mpr_get_reformat (get_mpr (self), self->plane, neg_mpr_viewport_get_width_px (self),
                                neg_mpr_viewport_get_height_px (self), &reformat))
    return;
  step_px = neg_volume_get_finest_mm (volume) / neg_reformat_get_pixel_mm (&reformat);
  put_point (self, (const double[]){ place_px[0] + right * step_px, place_px[1] + down * step_px });
}

/* The point goes with the hand, but only across the line. */
static void
drag_line (NegMprViewport *self, double dx, double dy)
{
  double through_px[2], direction[2], half_slab_px, across;

  if (!neg_mpr_get_line (get_mpr (self), self->plane, self->drag_plane, neg_mpr_viewport_get_width_px (self),
                         neg_mpr_viewport_get_height_px (self), through_px, direction, &half_slab_px))
    return;
  across = to_device (self, dy) * direction[0] - to_device (self, dx) * direction[1];
  put_point (self, (const double[]){ self->drag_start_px[0] - across * direction[1],
                                     self->drag_start_px[1] + across * direction[0] });
}

static double
get_angle (NegMprViewport *self, double x, double y)
{
  return atan2 (to_device (self, y) - self->drag_start_px[1], to_device (self, x) - self->drag_start_px[0]);
}

/* @x, @y: where the hand is. */
static void
drag_handle (NegMprViewport *self, double x, double y)
{
  double angle_rad = get_angle (self, x, y), turn_rad = remainder (angle_rad - self->drag_angle_rad, 2 * G_PI);

  self->drag_angle_rad = angle_rad;
  neg_mpr_mark_step (get_mpr (self), self->gesture);
  neg_mpr_turn_lines (get_mpr (self), self->plane, turn_rad);
}

static void
drag_grip (NegMprViewport *self, double x, double y, double dx, double dy)
{
  switch (self->drag_grip) {
  case NEG_GRIP_POINT:
    put_point (self, (const double[]){ self->drag_start_px[0] + to_device (self, dx),
                                       self->drag_start_px[1] + to_device (self, dy) });
    break;
  case NEG_GRIP_LINE:
    drag_line (self, dx, dy);
    break;
  case NEG_GRIP_HANDLE:
    drag_handle (self, x, y);
    break;
  case NEG_GRIP_NOTHING:
  default:
    break;
  }
}

static void
drag_tool (NegMprViewport *self, double x, double y, double dx, double dy)
{
  double step_x, step_y;

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
    zoom_at (self, x - dx, y - dy, exp (-step_y / DRAG_ZOOM_PX), self->gesture);
    break;
  case NEG_TOOL_CROSSHAIR:
    put_point (self, (const double[]){ to_device (self, x), to_device (self, y) });
    break;
  case NEG_TOOL_MAGNIFIER: /* zoom makes more of it: what is drawn is sampled anew */
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
drag_tilt (NegMprViewport *self, double dx, double dy)
{
  double step_x, step_y;

  take_step (self, dx, dy, &step_x, &step_y);
  neg_mpr_mark_step (get_mpr (self), self->gesture);
  neg_mpr_turn_oblique (get_mpr (self), to_device (self, step_x), to_device (self, step_y));
}

static gboolean
is_of_layer (GtkGestureDrag *drag, NegMprViewport *self)
{
  return self->layer != NULL && neg_annotation_layer_has_drag (self->layer)
         && gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (drag)) == GDK_BUTTON_PRIMARY;
}

static void
drag_update_cb (GtkGestureDrag *drag, double dx, double dy, NegMprViewport *self)
{
  double x = 0, y = 0;

  if (is_of_layer (drag, self)) {
    neg_annotation_layer_update_drag (self->layer, drag, dx, dy, FALSE);
    return;
  }
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  if (self->drag_grip != NEG_GRIP_NOTHING)
    drag_grip (self, x + dx, y + dy, dx, dy);
  else if (self->drag_is_tilt)
    drag_tilt (self, dx, dy);
  else
    drag_tool (self, x + dx, y + dy, dx, dy);
}

static NegTool
tool_of_button (NegMprViewport *self, guint button)
{
  if (button == GDK_BUTTON_MIDDLE)
    return NEG_TOOL_PAN;
  return button == GDK_BUTTON_SECONDARY ? NEG_TOOL_ZOOM : self->tool;
}

static void
begin_left (GtkGestureDrag *drag, double x, double y, NegMprViewport *self)
{
  gboolean is_shifted
      = (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (drag)) & GDK_SHIFT_MASK) != 0;

  self->drag_grip = find_grip (self, x, y, &self->drag_plane);
  self->drag_is_tilt = self->plane == NEG_MPR_OBLIQUE && is_shifted && !neg_annotation_layer_is_tool (self->tool);
  if (!_neg_mpr_viewport_get_point (self, self->drag_start_px))
    self->drag_grip = NEG_GRIP_NOTHING;
  self->drag_angle_rad = get_angle (self, x, y);
}

static void
drag_begin_cb (GtkGestureDrag *drag, double x, double y, NegMprViewport *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag));

  take (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_tool = tool_of_button (self, button);
  self->gesture = neg_reading_new_gesture (self->reading);
  self->wheel_gesture = 0;
  self->drag_x = self->drag_y = self->drag_rest = 0;
  self->drag_grip = NEG_GRIP_NOTHING;
  self->drag_is_tilt = FALSE;
  self->is_dragging = TRUE;
  neg_mpr_get_voi (get_mpr (self), self->plane, &self->drag_voi);
  if (button == GDK_BUTTON_PRIMARY && self->layer != NULL
      && neg_annotation_layer_begin_drag (self->layer, drag, x, y)) {
    self->drag_tool = NEG_N_TOOLS; /* should the plane change under it, no other tool goes on with the drag */
    return;
  }
  if (button == GDK_BUTTON_PRIMARY)
    begin_left (drag, x, y, self);
  if (self->drag_tool == NEG_TOOL_CROSSHAIR && self->drag_grip == NEG_GRIP_NOTHING && !self->drag_is_tilt)
    drag_update_cb (drag, 0, 0, self);
}

static void
drag_end_cb (GtkGestureDrag *drag, double dx, double dy, NegMprViewport *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag));
  double x, y;

  self->is_dragging = FALSE;
  update_cursor (self);
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
cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, NegMprViewport *self)
{
  self->is_dragging = FALSE;
  if (self->layer != NULL)
    neg_annotation_layer_cancel_drag (self->layer);
}

/* Two clicks with a tool that draws are two points. */
static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, NegMprViewport *self)
{
  if (n_press == 2 && (self->layer == NULL || !neg_annotation_layer_edit_text_at (self->layer, x, y))
      && !neg_annotation_layer_is_tool (self->tool))
    gtk_widget_activate_action (GTK_WIDGET (self), "view.maximize", NULL);
}

static void
focus_cb (GtkEventControllerFocus *focus, NegMprViewport *self)
{
  take (self);
}

void
_neg_mpr_viewport_init_input (NegMprViewport *self)
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
neg_mpr_viewport_set_tool (NegMprViewport *self, NegTool tool)
{
  g_return_if_fail (NEG_IS_MPR_VIEWPORT (self) && tool < NEG_N_TOOLS);

  self->tool = tool;
  if (self->layer != NULL)
    neg_annotation_layer_set_tool (self->layer, tool);
  update_cursor (self);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  g_signal_emit_by_name (widget, "menu-requested", gtk_widget_get_width (widget) / 2.0,
                         gtk_widget_get_height (widget) / 2.0);
  return GDK_EVENT_STOP;
}

void
_neg_mpr_viewport_class_init_input (GtkWidgetClass *class)
{
  gtk_widget_class_add_binding (class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}
