#include "config.h"

#include "ui/neg-grid.h"

#include "ui/neg-accessible.h"

#define GAP_PX 2

struct _NegGrid {
  GtkWidget parent_instance;

  NegReading *reading;
  NegFrameStore *store;
  NegCell *cells[NEG_CELLS_MAX]; /* made when they are first shown */
  guint wishes_source;
};

G_DEFINE_FINAL_TYPE (NegGrid, neg_grid, GTK_TYPE_WIDGET)

enum { VIEWPORT_ADDED, CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- What the viewports want --- */

static gboolean
wish_cb (gpointer data)
{
  NegGrid *self = data;
  NegFrameWish wishes[NEG_FRAME_WISHES_MAX];
  guint n = 0;

  self->wishes_source = 0;
  for (guint i = 0; self->store != NULL && i < neg_reading_get_n_cells (self->reading); i++) {
    const NegViewState *state = neg_reading_get_state (self->reading, i);

    if (neg_reading_is_visible (self->reading, i) && neg_view_state_get_frame (state) != NULL)
      wishes[n++] = (NegFrameWish){ .series = state->series, .index = state->index, .step = state->step,
                                    .active = i == neg_reading_get_active (self->reading) };
  }
  if (self->store != NULL)
    neg_frame_store_set_wishes (self->store, wishes, n);
  return G_SOURCE_REMOVE;
}

/* Once for all the notches of a fast wheel. */
static void
queue_wishes (NegGrid *self)
{
  if (self->wishes_source == 0)
    self->wishes_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, wish_cb, self, NULL);
}

/* --- Cells --- */

static void
viewport_changed_cb (NegViewport *viewport, NegGrid *self)
{
  if (neg_viewport_get_cell (viewport) == neg_reading_get_active (self->reading))
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
cine_changed_cb (NegCell *cell, NegGrid *self)
{
  viewport_changed_cb (neg_cell_get_viewport (cell), self);
}

static void
ensure_cell (NegGrid *self, guint index)
{
  NegCell *cell = self->cells[index];

  if (cell != NULL)
    return;
  cell = self->cells[index] = neg_cell_new (self->reading, index);
  g_signal_connect_object (neg_cell_get_viewport (cell), "changed", G_CALLBACK (viewport_changed_cb), self, 0);
  g_signal_connect_object (cell, "cine-changed", G_CALLBACK (cine_changed_cb), self, 0);
  neg_cell_set_store (cell, self->store);
  g_signal_emit (self, signals[VIEWPORT_ADDED], 0, neg_cell_get_viewport (cell));
  gtk_widget_set_parent (GTK_WIDGET (cell), GTK_WIDGET (self));
}

static void
show_cell (NegCell *cell, gboolean visible)
{
  gtk_widget_set_child_visible (GTK_WIDGET (cell), visible);
  neg_accessible_set_hidden (GTK_WIDGET (cell), !visible);
}

static void
grid_changed_cb (NegReading *reading, NegGrid *self)
{
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;

  for (guint i = 0; i < neg_reading_get_n_cells (reading); i++)
    ensure_cell (self, i);
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (self->cells[i] != NULL)
      show_cell (self->cells[i], neg_reading_is_visible (reading, i));
  gtk_widget_queue_resize (GTK_WIDGET (self)); /* other rows and columns, another least size */
  if (had_focus)
    neg_grid_focus (self);
  queue_wishes (self);
}

static void
active_changed_cb (NegReading *reading, NegGrid *self)
{
  if (gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL)
    neg_grid_focus (self);
  queue_wishes (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
cell_changed_cb (NegReading *reading, guint cell, guint changes, NegGrid *self)
{
  if (changes & NEG_CHANGED_IMAGE)
    queue_wishes (self);
}

NegCell *
neg_grid_get_cell (NegGrid *self, guint cell)
{
  return cell < NEG_CELLS_MAX ? self->cells[cell] : NULL;
}

NegViewport *
neg_grid_get_active (NegGrid *self)
{
  return neg_cell_get_viewport (self->cells[neg_reading_get_active (self->reading)]);
}

void
neg_grid_foreach (NegGrid *self, NegGridFunc function, gpointer user_data)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (self->cells[i] != NULL)
      function (neg_cell_get_viewport (self->cells[i]), user_data);
}

void
neg_grid_focus (NegGrid *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (neg_grid_get_active (self)));
}

void
neg_grid_set_store (NegGrid *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_GRID (self));

  if (self->store != NULL)
    neg_frame_store_set_wishes (self->store, NULL, 0);
  g_set_object (&self->store, store);
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (self->cells[i] != NULL)
      neg_cell_set_store (self->cells[i], store);
  queue_wishes (self);
}

/* --- Widget --- */

static void
neg_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                  int *minimum_baseline, int *natural_baseline)
{
  NegGrid *self = NEG_GRID (widget);
  guint rows = neg_reading_get_rows (self->reading), columns = neg_reading_get_columns (self->reading);
  int n = orientation == GTK_ORIENTATION_HORIZONTAL ? columns : rows;

  *minimum = *natural = 0;
  for (guint i = 0; i < NEG_CELLS_MAX; i++) {
    int cell_minimum = 0, cell_natural = 0;

    if (self->cells[i] == NULL || !neg_reading_is_visible (self->reading, i))
      continue;
    gtk_widget_measure (GTK_WIDGET (self->cells[i]), orientation, -1, &cell_minimum, &cell_natural, NULL, NULL);
    *minimum = MAX (*minimum, cell_minimum);
    *natural = MAX (*natural, cell_natural);
  }
  if (!neg_reading_is_maximized (self->reading)) {
    *minimum = *minimum * n + GAP_PX * (n - 1);
    *natural = *natural * n + GAP_PX * (n - 1);
  }
}

/* Where part @i of @n begins; all of them fill @size to the pixel. */
static int
part_begin (int size, guint i, guint n)
{
  return (int) ((gint64) (size + GAP_PX) * i / n);
}

static void
neg_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegGrid *self = NEG_GRID (widget);
  gboolean alone = neg_reading_is_maximized (self->reading);
  guint rows = alone ? 1 : neg_reading_get_rows (self->reading);
  guint columns = alone ? 1 : neg_reading_get_columns (self->reading);

  for (guint i = 0; i < NEG_CELLS_MAX; i++) {
    guint row = alone ? 0 : i / columns, column = alone ? 0 : i % columns;
    GtkAllocation box;

    if (self->cells[i] == NULL || !neg_reading_is_visible (self->reading, i))
      continue;
    box.x = part_begin (width, column, columns);
    box.y = part_begin (height, row, rows);
    box.width = part_begin (width, column + 1, columns) - GAP_PX - box.x;
    box.height = part_begin (height, row + 1, rows) - GAP_PX - box.y;
    gtk_widget_size_allocate (GTK_WIDGET (self->cells[i]), &box, -1);
  }
}

static void
neg_grid_dispose (GObject *object)
{
  NegGrid *self = NEG_GRID (object);

  g_clear_handle_id (&self->wishes_source, g_source_remove);
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (self->cells[i] != NULL)
      gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->cells[i])));
  g_clear_object (&self->store);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_grid_parent_class)->dispose (object);
}

static void
neg_grid_class_init (NegGridClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_grid_dispose;
  widget_class->measure = neg_grid_measure;
  widget_class->size_allocate = neg_grid_size_allocate;
  signals[VIEWPORT_ADDED] = g_signal_new ("viewport-added", NEG_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, NEG_TYPE_VIEWPORT);
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "neg-grid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
neg_grid_init (NegGrid *self)
{
}

NegGrid *
neg_grid_new (NegReading *reading)
{
  NegGrid *self = g_object_new (NEG_TYPE_GRID, NULL);

  self->reading = g_object_ref (reading);
  g_signal_connect_object (reading, "grid-changed", G_CALLBACK (grid_changed_cb), self, 0);
  g_signal_connect_object (reading, "active-changed", G_CALLBACK (active_changed_cb), self, 0);
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, 0);
  grid_changed_cb (reading, self);
  return self;
}
