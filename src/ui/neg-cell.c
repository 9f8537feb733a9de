#include "config.h"

#include "ui/neg-cell.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-frame-bar.h"

struct _NegCell {
  GtkWidget parent_instance;

  NegReading *reading;
  guint cell;
  GtkWidget *row; /* viewport and bar */
  NegViewport *viewport;
  NegFrameBar *frame_bar;
  GtkWidget *controls; /* nullable */
};

G_DEFINE_FINAL_TYPE (NegCell, neg_cell, GTK_TYPE_WIDGET)

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

void
neg_cell_set_store (NegCell *self, NegFrameStore *store)
{
  neg_viewport_set_store (self->viewport, store);
  neg_frame_bar_set_store (self->frame_bar, store);
}

void
neg_cell_set_controls (NegCell *self, GtkWidget *controls)
{
  g_return_if_fail (NEG_IS_CELL (self));

  if (controls == self->controls)
    return;
  g_clear_pointer (&self->controls, gtk_widget_unparent);
  self->controls = controls;
  if (controls != NULL)
    gtk_widget_set_parent (controls, GTK_WIDGET (self));
}

static void
neg_cell_dispose (GObject *object)
{
  NegCell *self = NEG_CELL (object);

  g_clear_pointer (&self->controls, gtk_widget_unparent);
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_cell_parent_class)->dispose (object);
}

static void
neg_cell_class_init (NegCellClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_cell_dispose;
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
