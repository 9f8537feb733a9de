#include "config.h"

#include "ui/neg-worklist-header.h"

#include <glib/gi18n-lib.h>

#define EDGE_PX 5
#define STEP_PX 16

struct _NegWorklistHeader {
  GtkWidget parent_instance;

  NegWorklistColumns *columns;
  GtkWidget *buttons[NEG_COLUMN_N]; /* by column */
  GtkWidget *labels[NEG_COLUMN_N];
  int shift_px;

  /* While dragging */
  gboolean dragging, resizing;
  NegEntryColumn dragged;
  int width_before_px, moved;
};

G_DEFINE_FINAL_TYPE (NegWorklistHeader, neg_worklist_header, GTK_TYPE_WIDGET)

enum { MENU_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_column (NegWorklistHeader *self, NegEntryColumn id, gboolean visible)
{
  gboolean descending;
  gboolean is_sort = neg_worklist_columns_get_sort (self->columns, &descending) == id;
  const char *title = neg_worklist_column_get_title (id);
  g_autofree char *text = is_sort ? g_strdup_printf ("%s %s", title, descending ? "▼" : "▲") : g_strdup (title);
  g_autofree char *sorted
      = is_sort ? g_strdup_printf (descending ? _ ("%s, sorted, last first") : _ ("%s, sorted, first first"), title)
                : g_strdup_printf (_ ("%s, sort by it"), title);

  gtk_label_set_text (GTK_LABEL (self->labels[id]), text);
  gtk_widget_set_tooltip_text (self->buttons[id], sorted);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->buttons[id]), GTK_ACCESSIBLE_PROPERTY_LABEL, sorted, -1);
  gtk_widget_set_child_visible (self->buttons[id], TRUE);
  gtk_widget_set_visible (self->buttons[id], visible);
}

/* Tab goes through them as they stand. */
static void
update (NegWorklistHeader *self)
{
  const NegWorklistColumn *columns = neg_worklist_columns_get (self->columns);
  GtkWidget *before = NULL;

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    show_column (self, columns[i].id, columns[i].visible);
    gtk_widget_insert_after (self->buttons[columns[i].id], GTK_WIDGET (self), before);
    before = self->buttons[columns[i].id];
  }
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
neg_worklist_header_set_shift (NegWorklistHeader *self, int shift_px)
{
  if (self->shift_px == shift_px)
    return;
  self->shift_px = shift_px;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
clicked_cb (GtkWidget *button, NegWorklistHeader *self)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    if (self->buttons[i] == button)
      neg_worklist_columns_toggle_sort (self->columns, i);
}

static gboolean
find_focused (NegWorklistHeader *self, NegEntryColumn *id)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    if (gtk_widget_is_focus (self->buttons[i])) {
      *id = i;
      return TRUE;
    }
  return FALSE;
}

static int
width_of (NegWorklistHeader *self, NegEntryColumn id)
{
  const NegWorklistColumn *columns = neg_worklist_columns_get (self->columns);
  guint i = 0;

  while (i + 1 < NEG_COLUMN_N && columns[i].id != id)
    i++;
  return columns[i].width_px;
}

static gboolean
key_cb (NegWorklistHeader *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  int step = keyval == GDK_KEY_Right || keyval == GDK_KEY_KP_Right ? 1
             : keyval == GDK_KEY_Left || keyval == GDK_KEY_KP_Left ? -1
                                                                   : 0;
  NegEntryColumn id;

  if (step == 0 || !find_focused (self, &id))
    return FALSE;
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (modifiers == GDK_CONTROL_MASK)
    neg_worklist_columns_move (self->columns, id, step);
  else if (modifiers == GDK_SHIFT_MASK)
    neg_worklist_columns_set_width (self->columns, id, width_of (self, id) + step * STEP_PX);
  else
    return FALSE;
  gtk_widget_grab_focus (self->buttons[id]);
  return TRUE;
}

/* --- dragging --- */

/* The column at @x; *on_edge when that is its right edge. */
static gboolean
find_at (NegWorklistHeader *self, double x, NegEntryColumn *id, gboolean *on_edge)
{
  const NegWorklistColumn *columns = neg_worklist_columns_get (self->columns);
  double left = -self->shift_px;

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    if (!columns[i].visible)
      continue;
    left += columns[i].width_px;
    if (x < left + EDGE_PX) {
      *id = columns[i].id;
      *on_edge = x > left - EDGE_PX;
      return TRUE;
    }
  }
  return FALSE;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, NegWorklistHeader *self)
{
  self->dragging = find_at (self, x, &self->dragged, &self->resizing);
  self->moved = 0;
  if (!self->dragging) {
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  self->width_before_px = width_of (self, self->dragged);
  if (self->resizing)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, NegWorklistHeader *self)
{
  double x, y;
  NegEntryColumn over;
  gboolean on_edge;

  if (!self->dragging || !gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;
  if (self->resizing) {
    neg_worklist_columns_set_width (self->columns, self->dragged, self->width_before_px + (int) dx);
    return;
  }
  if (!gtk_drag_check_threshold (GTK_WIDGET (self), (int) x, (int) y, (int) (x + dx), (int) (y + dy))
      && self->moved == 0)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (find_at (self, x + dx, &over, &on_edge) && over != self->dragged) {
    self->moved++;
    neg_worklist_columns_move (self->columns, self->dragged, dx > 0 ? 1 : -1);
  }
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, NegWorklistHeader *self)
{
  NegEntryColumn id;
  gboolean on_edge = FALSE;

  find_at (self, x, &id, &on_edge);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), on_edge ? "col-resize" : NULL);
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, NegWorklistHeader *self)
{
  g_signal_emit (self, signals[MENU_REQUESTED], 0, x, y);
}

/* --- the widget --- */

static void
neg_worklist_header_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegWorklistHeader *self = NEG_WORKLIST_HEADER (widget);
  const NegWorklistColumn *columns = neg_worklist_columns_get (self->columns);
  int x = -self->shift_px;

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    GtkWidget *button = self->buttons[columns[i].id];
    int min_px;

    if (!gtk_widget_should_layout (button))
      continue;
    gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, height, &min_px, NULL, NULL, NULL);
    gtk_widget_size_allocate (button, &(GtkAllocation){ x, 0, MAX (columns[i].width_px, min_px), height }, -1);
    x += columns[i].width_px;
  }
}

static void
neg_worklist_header_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                             int *minimum_baseline, int *natural_baseline)
{
  NegWorklistHeader *self = NEG_WORKLIST_HEADER (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    int min_px = 0, natural_px = 0;

    gtk_widget_measure (self->buttons[i], orientation, -1, &min_px, &natural_px, NULL, NULL);
    *minimum = MAX (*minimum, min_px);
    *natural = MAX (*natural, natural_px);
  }
}

static void
neg_worklist_header_dispose (GObject *object)
{
  NegWorklistHeader *self = NEG_WORKLIST_HEADER (object);

  for (guint i = 0; i < NEG_COLUMN_N; i++)
    g_clear_pointer (&self->buttons[i], gtk_widget_unparent);
  g_clear_object (&self->columns);
  G_OBJECT_CLASS (neg_worklist_header_parent_class)->dispose (object);
}

static void
neg_worklist_header_class_init (NegWorklistHeaderClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_worklist_header_dispose;
  widget_class->size_allocate = neg_worklist_header_size_allocate;
  widget_class->measure = neg_worklist_header_measure;
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", NEG_TYPE_WORKLIST_HEADER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_css_name (widget_class, "worklistheader");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
add_controllers (NegWorklistHeader *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new (), *motion = gtk_event_controller_motion_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

static void
neg_worklist_header_init (NegWorklistHeader *self)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    self->labels[i] = gtk_label_new (NULL);
    gtk_label_set_xalign (GTK_LABEL (self->labels[i]), 0);
    gtk_label_set_ellipsize (GTK_LABEL (self->labels[i]), PANGO_ELLIPSIZE_END);
    self->buttons[i] = gtk_button_new ();
    gtk_button_set_child (GTK_BUTTON (self->buttons[i]), self->labels[i]);
    gtk_widget_set_focus_on_click (self->buttons[i], FALSE);
    gtk_widget_set_parent (self->buttons[i], GTK_WIDGET (self));
    g_signal_connect_object (self->buttons[i], "clicked", G_CALLBACK (clicked_cb), self, 0);
  }
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Columns"), -1);
  add_controllers (self);
}

GtkWidget *
neg_worklist_header_new (NegWorklistColumns *columns)
{
  NegWorklistHeader *self = g_object_new (NEG_TYPE_WORKLIST_HEADER, NULL);

  self->columns = g_object_ref (columns);
  g_signal_connect_object (columns, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (columns, "sort-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
