/* Keys, clicks and the wheel on the reading list. */
#include "config.h"

#include "ui/neg-worklist-view-private.h"

#define WHEEL_ROWS 3

static guint
get_page (NegWorklistView *self)
{
  return MAX (self->height_px / _neg_worklist_view_get_row_px (self) - 1, 1);
}

static gboolean
move_by (NegWorklistView *self, int step)
{
  guint n = _neg_worklist_view_get_n (self);
  gint64 to = (gint64) self->cursor + step;

  if (n == 0)
    return FALSE;
  if (step == -1 && self->cursor == 0) {
    g_signal_emit_by_name (self, "leave-upwards");
    return TRUE;
  }
  _neg_worklist_view_move_cursor (self, (guint) CLAMP (to, 0, (gint64) n - 1), TRUE);
  return TRUE;
}

static gboolean
shift_by (NegWorklistView *self, double step_px)
{
  if (self->compact)
    return FALSE;
  gtk_adjustment_set_value (self->horizontal, gtk_adjustment_get_value (self->horizontal) + step_px);
  return TRUE;
}

static gboolean
is_in_rows (NegWorklistView *self)
{
  return gtk_widget_is_focus (GTK_WIDGET (self))
         || (gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL
             && NEG_IS_WORKLIST_ROW (gtk_widget_get_focus_child (GTK_WIDGET (self))));
}

static gboolean
key_cb (NegWorklistView *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0 || !is_in_rows (self))
    return FALSE;
  switch (keyval) {
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    return move_by (self, -1);
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    return move_by (self, 1);
  case GDK_KEY_Page_Up:
  case GDK_KEY_KP_Page_Up:
    return move_by (self, -MAX ((int) get_page (self), 2));
  case GDK_KEY_Page_Down:
  case GDK_KEY_KP_Page_Down:
    return move_by (self, (int) get_page (self));
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    return move_by (self, -G_MAXINT);
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    return move_by (self, G_MAXINT);
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    return shift_by (self, -80);
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    return shift_by (self, 80);
  case GDK_KEY_Menu: {
    GdkRectangle place = { 0, 0, 0, 0 };

    neg_worklist_view_get_cursor_place (self, &place);
    g_signal_emit_by_name (self, "menu-requested", (double) place.x + 24, (double) place.y + place.height);
    return TRUE;
  }
  default:
    return FALSE;
  }
}

static gboolean
scroll_cb (NegWorklistView *self, double dx, double dy)
{
  gtk_adjustment_set_value (self->vertical, gtk_adjustment_get_value (self->vertical)
                                                + dy * WHEEL_ROWS * _neg_worklist_view_get_row_px (self));
  if (dx != 0)
    shift_by (self, dx * 80);
  return TRUE;
}

/* The row at a place; FALSE: there is none. */
static gboolean
find_row (NegWorklistView *self, double y, guint *position)
{
  double at = y - self->top_px + gtk_adjustment_get_value (self->vertical);

  if (y < self->top_px || y >= self->top_px + self->height_px)
    return FALSE;
  *position = (guint) (at / _neg_worklist_view_get_row_px (self));
  return *position < _neg_worklist_view_get_n (self);
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, NegWorklistView *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (click)), position;
  NegWorklistItem *item;

  if (!find_row (self, y, &position))
    return;
  _neg_worklist_view_move_cursor (self, position, TRUE);
  item = neg_worklist_view_get_cursor (self);
  if (button == GDK_BUTTON_SECONDARY)
    g_signal_emit_by_name (self, "menu-requested", x, y);
  else if (button == GDK_BUTTON_PRIMARY && n_press == 2 && item != NULL)
    g_signal_emit_by_name (self, "activate", item);
}

/* Tab goes to the row that the commands mean, not through all of them. */
static gboolean
neg_worklist_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (widget);
  gboolean in_rows = is_in_rows (self);
  gboolean in_header = gtk_widget_get_focus_child (widget) == self->header;

  if (in_header && gtk_widget_child_focus (self->header, direction))
    return TRUE;
  if (in_header)
    return direction == GTK_DIR_TAB_FORWARD && gtk_widget_grab_focus (widget);
  if (in_rows)
    return direction == GTK_DIR_TAB_BACKWARD && !self->compact && gtk_widget_child_focus (self->header, direction);
  if (direction == GTK_DIR_TAB_FORWARD && !self->compact && gtk_widget_child_focus (self->header, direction))
    return TRUE;
  return gtk_widget_grab_focus (widget);
}

static gboolean
neg_worklist_view_grab_focus (GtkWidget *widget)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (widget);
  GtkWidget *row;

  if (_neg_worklist_view_get_n (self) == 0)
    return FALSE;
  row = g_ptr_array_index (self->rows, self->cursor % self->rows->len);
  if (!gtk_widget_get_child_visible (row) || neg_worklist_row_get_position (NEG_WORKLIST_ROW (row)) != self->cursor)
    _neg_worklist_view_move_cursor (self, self->cursor, FALSE); /* into sight */
  return gtk_widget_grab_focus (row);
}

void
_neg_worklist_view_class_init_hands (GtkWidgetClass *class)
{
  class->focus = neg_worklist_view_focus;
  class->grab_focus = neg_worklist_view_grab_focus;
}

void
_neg_worklist_view_add_hands (NegWorklistView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
