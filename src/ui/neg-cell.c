#include "config.h"

#include "ui/neg-cell.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-cine-bar.h"
#include "ui/neg-frame-bar.h"

struct _NegCell {
  GtkWidget parent_instance;

  NegReading *reading;
  guint cell;
  GtkWidget *row; /* viewport and bar */
  NegViewport *viewport;
  NegFrameBar *frame_bar;
  NegFrameStore *store; /* nullable */
  NegCinePlayer *player; /* both NULL until it is asked for */
  GtkWidget *cine_bar; /* what it is scrolled in */
};

G_DEFINE_FINAL_TYPE (NegCell, neg_cell, GTK_TYPE_WIDGET)

enum { CINE_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
update_bar (NegCell *self)
{
  const NegViewState *state = neg_reading_get_state (self->reading, self->cell);

  neg_frame_bar_set_position (self->frame_bar, state->series, state->index);
}

static void
cell_changed_cb (NegReading *reading, guint cell, guint changes, NegCell *self)
{
  if (cell != self->cell || !(changes & NEG_CHANGED_IMAGE))
    return;
  update_bar (self);
}

static void
active_changed_cb (NegReading *reading, NegCell *self)
{
  if (neg_reading_get_active (reading) == self->cell && neg_reading_get_n_cells (reading) > 1)
    gtk_widget_add_css_class (GTK_WIDGET (self), "active");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "active");
}

static void
index_requested_cb (NegFrameBar *bar, guint index, NegCell *self)
{
  neg_reading_set_active (self->reading, self->cell);
  neg_reading_set_index (self->reading, self->cell, index);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, NegCell *self)
{
  neg_reading_set_active (self->reading, self->cell);
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
  return neg_reading_show (self->reading, self->cell, g_value_get_object (value));
}

static void
accept_series (NegCell *self)
{
  GtkDropTarget *target = gtk_drop_target_new (NEG_TYPE_SERIES, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

NegViewport *
neg_cell_get_viewport (NegCell *self)
{
  return self->viewport;
}

static void
close_cine (NegCell *self)
{
  if (self->player == NULL)
    return;
  neg_cine_player_pause (self->player);
  g_clear_pointer (&self->cine_bar, gtk_widget_unparent);
  g_clear_object (&self->player);
  g_signal_emit (self, signals[CINE_CHANGED], 0);
}

/* From inside the bar's own signal: it goes a moment later. */
static gboolean
close_cine_cb (gpointer data)
{
  close_cine (data);
  return G_SOURCE_REMOVE;
}

static void
bar_closed_cb (NegCell *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, close_cine_cb, g_object_ref (self), g_object_unref);
}

static void
playing_cb (NegCell *self)
{
  g_signal_emit (self, signals[CINE_CHANGED], 0);
}

static void
open_cine (NegCell *self, double default_hz)
{
  NegCineBar *bar;

  self->player = neg_cine_player_new (self->reading, self->cell, self->store, GTK_WIDGET (self->viewport), default_hz);
  bar = neg_cine_bar_new (self->player);
  /* Of five columns each is narrower than the bar: it moves along with the focus, and no viewport grows by it. */
  self->cine_bar = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->cine_bar), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->cine_bar), GTK_WIDGET (bar));
  gtk_widget_set_parent (self->cine_bar, GTK_WIDGET (self));
  g_signal_connect_object (self->player, "notify::playing", G_CALLBACK (playing_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (bar, "closed", G_CALLBACK (bar_closed_cb), self, G_CONNECT_SWAPPED);
}

void
neg_cell_toggle_cine (NegCell *self, double default_hz)
{
  g_return_if_fail (NEG_IS_CELL (self));

  if (self->player == NULL && self->store != NULL)
    open_cine (self, default_hz);
  if (self->player != NULL)
    neg_cine_player_toggle (self->player);
}

NegCinePlayer *
neg_cell_get_player (NegCell *self)
{
  return self->player;
}

void
neg_cell_set_store (NegCell *self, NegFrameStore *store)
{
  close_cine (self);
  g_set_object (&self->store, store);
  neg_viewport_set_store (self->viewport, store);
  neg_frame_bar_set_store (self->frame_bar, store);
}

static void
neg_cell_dispose (GObject *object)
{
  NegCell *self = NEG_CELL (object);

  close_cine (self);
  g_clear_object (&self->store);
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_cell_parent_class)->dispose (object);
}

static void
neg_cell_class_init (NegCellClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_cell_dispose;
  signals[CINE_CHANGED]
      = g_signal_new ("cine-changed", NEG_TYPE_CELL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-cell");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
neg_cell_init (NegCell *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "viewport-cell");
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_vexpand (self->row, TRUE);
  gtk_widget_set_parent (self->row, GTK_WIDGET (self));
}

NegCell *
neg_cell_new (NegReading *reading, guint cell)
{
  NegCell *self = g_object_new (NEG_TYPE_CELL, NULL);
  g_autofree char *name = g_strdup_printf (_ ("Viewport %u"), cell + 1);

  self->reading = g_object_ref (reading);
  self->cell = cell;
  self->viewport = neg_viewport_new (reading, cell);
  self->frame_bar = g_object_new (NEG_TYPE_FRAME_BAR, NULL);
  gtk_widget_set_hexpand (GTK_WIDGET (self->viewport), TRUE);
  gtk_box_append (GTK_BOX (self->row), GTK_WIDGET (self->viewport));
  gtk_box_append (GTK_BOX (self->row), GTK_WIDGET (self->frame_bar));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (self->frame_bar, "index-requested", G_CALLBACK (index_requested_cb), self, 0);
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, 0);
  g_signal_connect_object (reading, "active-changed", G_CALLBACK (active_changed_cb), self, 0);
  g_signal_connect_object (reading, "grid-changed", G_CALLBACK (active_changed_cb), self, 0);
  accept_series (self);
  update_bar (self);
  active_changed_cb (reading, self);
  return self;
}
