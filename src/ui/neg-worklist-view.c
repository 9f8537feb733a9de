#include "config.h"

#include "ui/neg-worklist-view.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-worklist-view-private.h"

/* Narrower than this, columns would show nothing whole. */
#define COMPACT_PX 560
#define ROWS_FIRST 48 /* a screen of 1,300 px full */

G_DEFINE_FINAL_TYPE (NegWorklistView, neg_worklist_view, GTK_TYPE_WIDGET)

guint
_neg_worklist_view_get_n (NegWorklistView *self)
{
  return self->model != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->model)) : 0;
}

int
_neg_worklist_view_get_row_px (NegWorklistView *self)
{
  return self->compact ? MAX (NEG_WORKLIST_ROW_COMPACT_PX, 2 * self->line_px + 2 * NEG_WORKLIST_ROW_MARGIN_PX)
                       : MAX (NEG_WORKLIST_ROW_PX, self->line_px + 2 * NEG_WORKLIST_ROW_MARGIN_PX);
}

/* People make text larger. */
static int
get_line_px (NegWorklistView *self)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  int line_px = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));

  pango_font_metrics_unref (metrics);
  return line_px;
}

gboolean
neg_worklist_view_is_compact (NegWorklistView *self)
{
  return self->compact;
}

static gint64
id_of (NegWorklistItem *item)
{
  const NegEntry *entry = item != NULL ? neg_worklist_item_get_entry (item) : NULL;

  return entry != NULL ? entry->id : 0;
}

/* --- rows --- */

static void
add_rows (NegWorklistView *self, guint n)
{
  while (self->rows->len < n) {
    GtkWidget *row = neg_worklist_row_new (self->columns, self->texts);

    gtk_widget_set_child_visible (row, FALSE);
    neg_accessible_set_hidden (row, TRUE);
    gtk_widget_insert_before (row, GTK_WIDGET (self), self->vertical_bar);
    g_ptr_array_add (self->rows, row);
  }
}

static gboolean
grow_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (widget);

  self->grow_tick = 0;
  add_rows (self, (guint) (self->height_px / _neg_worklist_view_get_row_px (self)) + 2);
  gtk_widget_queue_allocate (widget);
  return G_SOURCE_REMOVE;
}

/* Which positions are in sight: at most as many as there are rows. */
static void
get_sight (NegWorklistView *self, guint *first, guint *end)
{
  int row_px = _neg_worklist_view_get_row_px (self);
  guint n = _neg_worklist_view_get_n (self);
  guint from = (guint) (gtk_adjustment_get_value (self->vertical) / row_px);

  *first = MIN (from, n);
  *end = MIN (*first + (guint) (self->height_px / row_px) + 2, n);
  *end = MIN (*end, *first + self->rows->len);
}

/* Those that wait to be shown are nothing for a screen reader. */
static void
show_or_hide (GtkWidget *row, gboolean in_sight)
{
  if (gtk_widget_get_child_visible (row) == in_sight)
    return;
  gtk_widget_set_child_visible (row, in_sight);
  neg_accessible_set_hidden (row, !in_sight);
}

static void
show_row (NegWorklistView *self, NegWorklistRow *row, guint position, guint n)
{
  g_autoptr (NegWorklistItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  gint64 id = id_of (item);

  neg_worklist_row_set_look (row, self->compact, (int) gtk_adjustment_get_value (self->horizontal));
  neg_worklist_row_set_item (row, item, position, n);
  neg_worklist_row_set_selected (row, position == self->cursor);
  neg_worklist_row_set_open (row, id != 0 && id == self->open_id);
}

static void
place_items (NegWorklistView *self)
{
  guint first, end, n = _neg_worklist_view_get_n (self);
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;

  get_sight (self, &first, &end);
  for (guint i = 0; i < self->rows->len; i++) {
    NegWorklistRow *row = g_ptr_array_index (self->rows, i);
    guint position = first + (i + self->rows->len - first % self->rows->len) % self->rows->len;
    gboolean in_sight = position < end;

    /* A row that goes on as another one must not take the focus with it. */
    if (gtk_widget_is_focus (GTK_WIDGET (row)) && (!in_sight || position != self->cursor))
      gtk_root_set_focus (gtk_widget_get_root (GTK_WIDGET (self)), GTK_WIDGET (self));
    if (in_sight)
      show_row (self, row, position, n);
    else
      neg_worklist_row_set_item (row, NULL, 0, 0);
    show_or_hide (GTK_WIDGET (row), in_sight);
  }
  if (had_focus && gtk_widget_is_focus (GTK_WIDGET (self)) && self->cursor >= first && self->cursor < end)
    gtk_widget_grab_focus (g_ptr_array_index (self->rows, self->cursor % self->rows->len));
}

void
_neg_worklist_view_update_rows (NegWorklistView *self)
{
  place_items (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
scroll_to (NegWorklistView *self, guint position)
{
  int row_px = _neg_worklist_view_get_row_px (self);

  gtk_adjustment_clamp_page (self->vertical, position * (double) row_px, (position + 1) * (double) row_px);
}

static void
note_cursor (NegWorklistView *self)
{
  guint n = _neg_worklist_view_get_n (self);
  g_autoptr (NegWorklistItem) item = NULL;

  if (n == 0) {
    self->cursor = 0;
    return;
  }
  self->cursor = MIN (self->cursor, n - 1);
  item = g_list_model_get_item (G_LIST_MODEL (self->model), self->cursor);
  self->cursor_id = id_of (item);
}

void
_neg_worklist_view_move_cursor (NegWorklistView *self, guint position, gboolean focus)
{
  if (_neg_worklist_view_get_n (self) == 0)
    return;
  self->cursor = position;
  note_cursor (self);
  scroll_to (self, self->cursor);
  _neg_worklist_view_update_rows (self);
  if (focus)
    gtk_widget_grab_focus (g_ptr_array_index (self->rows, self->cursor % self->rows->len));
  g_signal_emit_by_name (self, "cursor-changed");
}

/* The bars and what they mean follow the size and the list. */
static void
update_bars (NegWorklistView *self, int width_px)
{
  double height_px = _neg_worklist_view_get_n (self) * (double) _neg_worklist_view_get_row_px (self);
  double columns_px = self->compact ? width_px : neg_worklist_columns_get_width_px (self->columns);
  int row_px = _neg_worklist_view_get_row_px (self);

  self->placing = TRUE;
  gtk_adjustment_configure (self->vertical, gtk_adjustment_get_value (self->vertical), 0,
                            MAX (height_px, self->height_px), row_px, MAX (self->height_px - row_px, row_px),
                            self->height_px);
  gtk_adjustment_configure (self->horizontal, gtk_adjustment_get_value (self->horizontal), 0,
                            MAX (columns_px, width_px), 40, width_px * 0.9, width_px);
  self->placing = FALSE;
}

static void
items_changed_cb (NegWorklistView *self, guint position, guint removed, guint added)
{
  guint found, n_before = _neg_worklist_view_get_n (self) + removed - added;

  if (self->cursor_id != 0 && neg_worklist_model_find (self->model, self->cursor_id, &found))
    self->cursor = found;
  else if (removed == n_before)
    self->cursor = 0; /* another list */
  else if (self->cursor >= position + removed)
    self->cursor = self->cursor - removed + added;
  note_cursor (self);
  update_bars (self, gtk_widget_get_width (GTK_WIDGET (self)));
  _neg_worklist_view_update_rows (self);
  g_signal_emit_by_name (self, "cursor-changed");
}

static void
scrolled_cb (NegWorklistView *self)
{
  if (self->placing)
    return;
  neg_worklist_header_set_shift (NEG_WORKLIST_HEADER (self->header),
                                 (int) gtk_adjustment_get_value (self->horizontal));
  _neg_worklist_view_update_rows (self);
}

static void
columns_changed_cb (NegWorklistView *self)
{
  update_bars (self, gtk_widget_get_width (GTK_WIDGET (self)));
  for (guint i = 0; i < self->rows->len; i++)
    neg_worklist_row_redraw (g_ptr_array_index (self->rows, i));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
neg_worklist_view_set_model (NegWorklistView *self, NegWorklistModel *model)
{
  g_return_if_fail (NEG_IS_WORKLIST_VIEW (self));

  if (model == self->model)
    return;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  items_changed_cb (self, 0, 0, 0);
}

NegWorklistItem *
neg_worklist_view_get_cursor (NegWorklistView *self)
{
  g_autoptr (NegWorklistItem) item = NULL;

  if (_neg_worklist_view_get_n (self) == 0)
    return NULL;
  item = g_list_model_get_item (G_LIST_MODEL (self->model), self->cursor);
  return item; /* the model has it as long as it is on the list */
}

void
neg_worklist_view_set_cursor (NegWorklistView *self, guint position)
{
  _neg_worklist_view_move_cursor (self, position, gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL);
}

gboolean
neg_worklist_view_go_to (NegWorklistView *self, gint64 entry_id)
{
  guint position;

  if (self->model == NULL || !neg_worklist_model_find (self->model, entry_id, &position))
    return FALSE;
  neg_worklist_view_set_cursor (self, position);
  return TRUE;
}

void
neg_worklist_view_set_open (NegWorklistView *self, gint64 entry_id)
{
  if (self->open_id == entry_id)
    return;
  self->open_id = entry_id;
  _neg_worklist_view_update_rows (self);
}

gboolean
neg_worklist_view_get_cursor_place (NegWorklistView *self, GdkRectangle *place)
{
  int row_px = _neg_worklist_view_get_row_px (self);
  int y = self->top_px + (int) self->cursor * row_px - (int) gtk_adjustment_get_value (self->vertical);

  if (_neg_worklist_view_get_n (self) == 0 || y < 0 || y > self->top_px + self->height_px)
    return FALSE;
  *place = (GdkRectangle){ 0, y, gtk_widget_get_width (GTK_WIDGET (self)), row_px };
  return TRUE;
}

/* --- the widget --- */

static int
height_of (GtkWidget *widget)
{
  int min_px = 0, natural_px = 0;

  if (gtk_widget_should_layout (widget))
    gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, -1, &min_px, &natural_px, NULL, NULL);
  return natural_px;
}

static void
place_rows (NegWorklistView *self, int width_px)
{
  int row_px = _neg_worklist_view_get_row_px (self);
  double top = self->top_px - gtk_adjustment_get_value (self->vertical);

  for (guint i = 0; i < self->rows->len; i++) {
    NegWorklistRow *row = g_ptr_array_index (self->rows, i);
    int min_px;

    if (!gtk_widget_get_child_visible (GTK_WIDGET (row)))
      continue;
    gtk_widget_measure (GTK_WIDGET (row), GTK_ORIENTATION_HORIZONTAL, -1, &min_px, NULL, NULL, NULL);
    gtk_widget_size_allocate (
        GTK_WIDGET (row),
        &(GtkAllocation){ 0, (int) (top + neg_worklist_row_get_position (row) * (double) row_px), width_px, row_px },
        -1);
  }
}

static void
neg_worklist_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (widget);
  int bar_px, low_px, min_px, row_px = _neg_worklist_view_get_row_px (self);

  self->line_px = get_line_px (self);
  self->compact = width < COMPACT_PX;
  gtk_widget_set_child_visible (self->header, !self->compact);
  gtk_widget_measure (self->vertical_bar, GTK_ORIENTATION_HORIZONTAL, -1, &min_px, &bar_px, NULL, NULL);
  self->top_px = self->compact ? 0 : height_of (self->header);
  low_px = self->compact || neg_worklist_columns_get_width_px (self->columns) <= width ? 0
                                                                                       : height_of (self->horizontal_bar);
  self->height_px = MAX (height - self->top_px - low_px, 0);
  update_bars (self, width);
  gtk_widget_set_child_visible (self->horizontal_bar, low_px > 0);
  gtk_widget_set_child_visible (self->vertical_bar, gtk_adjustment_get_upper (self->vertical) > self->height_px);
  neg_worklist_header_set_shift (NEG_WORKLIST_HEADER (self->header),
                                 (int) gtk_adjustment_get_value (self->horizontal));
  if (!self->compact)
    gtk_widget_size_allocate (self->header, &(GtkAllocation){ 0, 0, width, self->top_px }, -1);
  if (low_px > 0)
    gtk_widget_size_allocate (self->horizontal_bar, &(GtkAllocation){ 0, height - low_px, width, low_px }, -1);
  if (gtk_widget_get_child_visible (self->vertical_bar))
    gtk_widget_size_allocate (self->vertical_bar,
                              &(GtkAllocation){ width - bar_px, self->top_px, bar_px, MAX (self->height_px, bar_px) }, -1);
  if (self->height_px / _neg_worklist_view_get_row_px (self) + 2 > (int) self->rows->len && self->grow_tick == 0)
    self->grow_tick = gtk_widget_add_tick_callback (widget, grow_cb, NULL, NULL);
  self->placing = TRUE;
  if (row_px != _neg_worklist_view_get_row_px (self))
    scroll_to (self, self->cursor);
  self->placing = FALSE;
  place_items (self);
  place_rows (self, width - bar_px);
}

static void
neg_worklist_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? 2 * NEG_WORKLIST_ROW_COMPACT_PX : 120;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? 7 * NEG_WORKLIST_ROW_COMPACT_PX : 280;
}

/* Rows go under the titles as they are scrolled, never over them. */
static void
neg_worklist_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (widget);

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, self->top_px, gtk_widget_get_width (widget),
                                                         self->height_px));
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_snapshot_child (widget, g_ptr_array_index (self->rows, i), snapshot);
  gtk_snapshot_pop (snapshot);
  gtk_widget_snapshot_child (widget, self->header, snapshot);
  gtk_widget_snapshot_child (widget, self->horizontal_bar, snapshot);
  gtk_widget_snapshot_child (widget, self->vertical_bar, snapshot);
}

static void
neg_worklist_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_worklist_view_parent_class)->css_changed (widget, change);
  neg_worklist_texts_clear (NEG_WORKLIST_VIEW (widget)->texts);
}

static void
neg_worklist_view_dispose (GObject *object)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (object);

  if (self->grow_tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->grow_tick);
  self->grow_tick = 0;
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_unparent (g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  g_clear_pointer (&self->header, gtk_widget_unparent);
  g_clear_pointer (&self->vertical_bar, gtk_widget_unparent);
  g_clear_pointer (&self->horizontal_bar, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_worklist_view_parent_class)->dispose (object);
}

static void
neg_worklist_view_finalize (GObject *object)
{
  NegWorklistView *self = NEG_WORKLIST_VIEW (object);

  g_ptr_array_unref (self->rows);
  neg_worklist_texts_free (self->texts);
  g_clear_object (&self->columns);
  g_clear_object (&self->vertical);
  g_clear_object (&self->horizontal);
  G_OBJECT_CLASS (neg_worklist_view_parent_class)->finalize (object);
}

static void
neg_worklist_view_class_init (NegWorklistViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = NEG_TYPE_WORKLIST_VIEW;

  G_OBJECT_CLASS (class)->dispose = neg_worklist_view_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_worklist_view_finalize;
  widget_class->size_allocate = neg_worklist_view_size_allocate;
  widget_class->measure = neg_worklist_view_measure;
  widget_class->snapshot = neg_worklist_view_snapshot;
  widget_class->css_changed = neg_worklist_view_css_changed;
  _neg_worklist_view_class_init_hands (widget_class);
  g_signal_new ("activate", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, NEG_TYPE_WORKLIST_ITEM);
  g_signal_new ("menu-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE,
                G_TYPE_DOUBLE);
  g_signal_new ("columns-menu-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE,
                G_TYPE_DOUBLE);
  g_signal_new ("cursor-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("leave-upwards", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "worklist");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
header_menu_cb (NegWorklistView *self, double x, double y)
{
  g_signal_emit_by_name (self, "columns-menu-requested", x, y);
}

static void
neg_worklist_view_init (NegWorklistView *self)
{
  self->rows = g_ptr_array_new ();
  self->vertical = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  self->horizontal = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  self->texts = neg_worklist_texts_new (GTK_WIDGET (self));
  g_signal_connect_object (self->vertical, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->horizontal, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Reading list"), -1);
}

GtkWidget *
neg_worklist_view_new (NegWorklistColumns *columns)
{
  NegWorklistView *self = g_object_new (NEG_TYPE_WORKLIST_VIEW, NULL);

  self->columns = g_object_ref (columns);
  self->header = neg_worklist_header_new (columns);
  self->vertical_bar = gtk_scrollbar_new (GTK_ORIENTATION_VERTICAL, self->vertical);
  self->horizontal_bar = gtk_scrollbar_new (GTK_ORIENTATION_HORIZONTAL, self->horizontal);
  gtk_widget_set_parent (self->header, GTK_WIDGET (self));
  gtk_widget_set_parent (self->vertical_bar, GTK_WIDGET (self));
  gtk_widget_set_parent (self->horizontal_bar, GTK_WIDGET (self));
  add_rows (self, ROWS_FIRST);
  g_signal_connect_object (self->header, "menu-requested", G_CALLBACK (header_menu_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (columns, "changed", G_CALLBACK (columns_changed_cb), self, G_CONNECT_SWAPPED);
  _neg_worklist_view_add_hands (self);
  return GTK_WIDGET (self);
}
