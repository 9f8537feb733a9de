#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-pane-rows.h"
#include "ui/neg-privacy.h"
#include "ui/neg-timeline-private.h"

#define COLUMN_PX 124 /* a thumbnail with its frame and the gap to the next */
#define MARGIN_PX 20  /* of a row, both sides, and the scroll bar */
#define PROGRESS_MS 100

G_DEFINE_FINAL_TYPE (NegTimeline, neg_timeline, GTK_TYPE_WIDGET)

enum { DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_folded (const char *id, gpointer data)
{
  return g_hash_table_contains (((NegTimeline *) data)->folded, id);
}

static void
update_studies (NegTimeline *self)
{
  const NegPatient *patient = self->reading != NULL ? neg_reading_get_patient (self->reading) : NULL;
  g_autoptr (GPtrArray) rows = neg_pane_rows_build_timeline (patient, self->n_columns, is_folded, self);

  neg_pane_row_update_store (self->studies, rows);
}

static void
update_header (GListStore *store, NegPaneRow *header)
{
  g_autoptr (NegPaneRow) old = g_list_model_get_item (G_LIST_MODEL (store), 0);

  if (old != NULL)
    neg_pane_row_become (old, header);
  else
    g_list_store_append (store, header);
}

/* What has no image and what could not be read only grow while a loader lives, so only what is new gets a row. */
static void
update_objects (NegTimeline *self)
{
  GPtrArray *objects = self->loader != NULL ? neg_loader_get_objects (self->loader) : NULL;
  gboolean folded = is_folded ("objects", self);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NegPaneRow) header = NULL;
  guint n;

  if (objects == NULL || objects->len == 0) {
    g_list_store_remove_all (self->objects);
    return;
  }
  header = neg_pane_rows_new_objects_header (objects->len, folded);
  update_header (self->objects, header);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->objects));
  for (guint i = n - 1; i < objects->len && !folded; i++)
    g_ptr_array_add (added, neg_pane_rows_new_object (g_ptr_array_index (objects, i)));
  if (folded)
    g_list_store_splice (self->objects, 1, n - 1, NULL, 0);
  else
    g_list_store_splice (self->objects, n, 0, added->pdata, added->len);
}

static void
update_unreadable (NegTimeline *self)
{
  GPtrArray *unreadable = self->loader != NULL ? neg_loader_get_unreadable (self->loader) : NULL;
  gboolean folded = is_folded ("unreadable", self);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NegPaneRow) header = NULL;
  guint n;

  if (unreadable == NULL || unreadable->len == 0) {
    g_list_store_remove_all (self->unreadable);
    return;
  }
  header = neg_pane_rows_new_unreadable_header (unreadable->len, folded);
  update_header (self->unreadable, header);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->unreadable));
  for (guint i = n - 1; i < unreadable->len && !folded; i++)
    g_ptr_array_add (added, neg_pane_rows_new_unreadable (g_ptr_array_index (unreadable, i), i));
  if (folded)
    g_list_store_splice (self->unreadable, 1, n - 1, NULL, 0);
  else
    g_list_store_splice (self->unreadable, n, 0, added->pdata, added->len);
}

/* Whoever looks at the beginning goes on doing so: the list itself would keep the row that was there first. */
static void
update_rows (NegTimeline *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  gboolean at_top = self->to_top || gtk_adjustment_get_value (adjustment) <= 0;

  update_studies (self);
  update_objects (self);
  update_unreadable (self);
  self->to_top = FALSE;
  if (at_top && g_list_model_get_n_items (self->rows) > 0)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", 0u);
  gtk_widget_set_visible (self->empty, g_list_model_get_n_items (self->rows) == 0);
}

/* Which series the viewports show; TRUE when that is something new. */
static gboolean
note_shown (NegTimeline *self)
{
  guint n = self->reading != NULL ? neg_reading_get_n_cells (self->reading) : 0;
  gboolean changed = n != self->n_shown;

  for (guint cell = 0; cell < n; cell++) {
    NegSeries *series
        = neg_reading_is_visible (self->reading, cell) ? neg_reading_get_state (self->reading, cell)->series : NULL;

    changed |= self->shown[cell] != series;
    self->shown[cell] = series;
  }
  self->n_shown = n;
  return changed;
}

static void schedule (NegTimeline *self);

static void
fill_later (NegTimeline *self)
{
  self->fill_pending = TRUE;
  schedule (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegTimeline *self = NEG_TIMELINE (widget);
  gboolean rows = self->rows_pending, marks = self->marks_pending, progress = self->progress_pending;
  gboolean fill = self->fill_pending;

  self->tick = 0;
  self->rows_pending = self->marks_pending = self->progress_pending = self->fill_pending = FALSE;
  if (rows)
    update_rows (self);
  for (guint i = 0; i < self->live->len; i++) {
    NegTimelineRow *row = g_ptr_array_index (self->live, i);

    if (marks)
      _neg_timeline_update_marks (self, row);
    if (progress)
      _neg_timeline_update_progress (self, row);
  }
  /* Where new rows are is known when they have been laid out. */
  if (rows || (fill && _neg_timeline_fill_near (self)))
    fill_later (self);
  return G_SOURCE_REMOVE;
}

/* At most once a frame, and only while it can be seen: what is hidden costs nothing. */
static void
schedule (NegTimeline *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* All texts and pictures anew; of what has only an end that grows, all of it. */
static void
privacy_changed_cb (NegTimeline *self)
{
  g_list_store_remove_all (self->objects);
  g_list_store_remove_all (self->unreadable);
  update_rows (self);
  for (guint i = 0; i < self->live->len; i++)
    _neg_timeline_update_pictures (self, g_ptr_array_index (self->live, i), NULL);
}

static void
rows_changed_cb (NegTimeline *self)
{
  note_shown (self);
  self->rows_pending = self->marks_pending = TRUE;
  schedule (self);
}

/* Of another patient nothing stays for the next frame, in sight or not. */
static void
patient_changed_cb (NegTimeline *self)
{
  update_studies (self);
  self->to_top = TRUE; /* when they have their places */
  rows_changed_cb (self);
}

static void
shown_changed_cb (NegTimeline *self)
{
  if (!note_shown (self))
    return;
  self->marks_pending = TRUE;
  schedule (self);
}

static void
cell_changed_cb (NegTimeline *self, guint cell, guint changes)
{
  if (changes & NEG_CHANGED_IMAGE)
    shown_changed_cb (self);
}

static gboolean
progress_timeout_cb (gpointer data)
{
  NegTimeline *self = data;

  self->progress_timeout = 0;
  self->progress_pending = TRUE;
  schedule (self);
  return G_SOURCE_REMOVE;
}

static void
frame_ready_cb (NegTimeline *self)
{
  if (self->progress_timeout == 0)
    self->progress_timeout = g_timeout_add (PROGRESS_MS, progress_timeout_cb, self);
}

static void
picture_ready_cb (NegTimeline *self, NegSeries *series)
{
  for (guint i = 0; i < self->live->len; i++)
    _neg_timeline_update_pictures (self, g_ptr_array_index (self->live, i), series);
}

static void
scale_changed_cb (NegTimeline *self)
{
  picture_ready_cb (self, NULL);
}

void
neg_timeline_set_reading (NegTimeline *self, NegReading *reading)
{
  g_return_if_fail (NEG_IS_TIMELINE (self));

  if (!g_set_object (&self->reading, reading))
    return;
  g_signal_group_set_target (self->reading_signals, reading);
  rows_changed_cb (self);
}

void
neg_timeline_set_loader (NegTimeline *self, NegLoader *loader)
{
  g_return_if_fail (NEG_IS_TIMELINE (self));

  if (!g_set_object (&self->loader, loader))
    return;
  g_list_store_remove_all (self->objects);
  g_list_store_remove_all (self->unreadable);
  g_signal_group_set_target (self->loader_signals, loader);
  rows_changed_cb (self);
}

void
neg_timeline_set_store (NegTimeline *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_TIMELINE (self));

  if (!g_set_object (&self->store, store))
    return;
  g_signal_group_set_target (self->store_signals, store);
  self->progress_pending = TRUE;
  schedule (self);
}

void
neg_timeline_set_thumbnails (NegTimeline *self, NegThumbnails *thumbnails)
{
  g_return_if_fail (NEG_IS_TIMELINE (self));

  if (!g_set_object (&self->thumbnails, thumbnails))
    return;
  g_signal_group_set_target (self->thumbnails_signals, thumbnails);
  picture_ready_cb (self, NULL);
}

void
_neg_timeline_toggle (NegTimeline *self, const char *id)
{
  g_autofree char *key = g_strdup (id);

  if (!g_hash_table_remove (self->folded, key))
    g_hash_table_add (self->folded, g_steal_pointer (&key));
  rows_changed_cb (self);
}

/* A viewport more to the right, and below where there is no more room. */
static guint
add_viewport (NegReading *reading)
{
  guint rows = neg_reading_get_rows (reading), columns = neg_reading_get_columns (reading);
  guint n = neg_reading_get_n_cells (reading);

  if (columns < NEG_GRID_MAX)
    neg_reading_set_grid (reading, rows, columns + 1);
  else if (rows < NEG_GRID_MAX)
    neg_reading_set_grid (reading, rows + 1, columns);
  return neg_reading_get_n_cells (reading) > n ? n : neg_reading_get_active (reading);
}

void
_neg_timeline_show (NegTimeline *self, NegSeries *series, gboolean in_new_viewport)
{
  g_autoptr (NegSeries) kept = series != NULL ? g_object_ref (series) : NULL;
  guint cell;

  if (self->reading == NULL || kept == NULL)
    return;
  cell = in_new_viewport ? add_viewport (self->reading) : neg_reading_get_active (self->reading);
  if (!neg_reading_show (self->reading, cell, kept))
    return;
  neg_reading_set_active (self->reading, cell);
  g_signal_emit (self, signals[DONE], 0);
}

/* The row and column of what the active viewport shows. */
static gboolean
find_shown (NegTimeline *self, guint *position, guint *column)
{
  NegSeries *series = self->reading != NULL
                          ? neg_reading_get_state (self->reading, neg_reading_get_active (self->reading))->series
                          : NULL;
  guint n = g_list_model_get_n_items (self->rows);

  for (guint i = 0; series != NULL && i < n; i++) {
    g_autoptr (NegPaneRow) row = g_list_model_get_item (self->rows, i);
    GPtrArray *line = neg_pane_row_get (row)->series;

    if (line != NULL && g_ptr_array_find (line, series, column)) {
      *position = i;
      return TRUE;
    }
  }
  return FALSE;
}

void
neg_timeline_focus (NegTimeline *self)
{
  guint position = 0, column = 0;

  g_return_if_fail (NEG_IS_TIMELINE (self));

  find_shown (self, &position, &column);
  _neg_timeline_focus_at (self, position, column);
}

static gboolean
neg_timeline_grab_focus (GtkWidget *widget)
{
  neg_timeline_focus (NEG_TIMELINE (widget));
  return gtk_widget_get_focus_child (widget) != NULL;
}

static void
neg_timeline_map (GtkWidget *widget)
{
  NegTimeline *self = NEG_TIMELINE (widget);

  update_studies (self); /* before it is painted */
  GTK_WIDGET_CLASS (neg_timeline_parent_class)->map (widget);
  self->progress_pending = TRUE;
  rows_changed_cb (self);
}

static void
neg_timeline_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegTimeline *self = NEG_TIMELINE (widget);
  guint n_columns = MAX ((width - MARGIN_PX) / COLUMN_PX, 1);
  GtkAllocation whole = { 0, 0, width, height };

  gtk_widget_size_allocate (self->scrolled, &whole, baseline);
  if (gtk_widget_should_layout (self->empty))
    gtk_widget_size_allocate (self->empty, &whole, baseline);
  if (n_columns != self->n_columns) {
    self->n_columns = n_columns; /* the rows follow in the next frame: they must not change while they are laid out */
    self->rows_pending = TRUE;
    schedule (self);
  }
}

static void
neg_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  NegTimeline *self = NEG_TIMELINE (widget);
  int empty_min = 0, empty_natural = 0;

  gtk_widget_measure (self->scrolled, orientation, for_size, minimum, natural, NULL, NULL);
  if (gtk_widget_should_layout (self->empty))
    gtk_widget_measure (self->empty, orientation, for_size, &empty_min, &empty_natural, NULL, NULL);
  *minimum = MAX (*minimum, empty_min);
  *natural = MAX (*natural, empty_natural);
}

static void
neg_timeline_dispose (GObject *object)
{
  NegTimeline *self = NEG_TIMELINE (object);

  g_clear_handle_id (&self->progress_timeout, g_source_remove);
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_object (&self->reading_signals);
  g_clear_object (&self->loader_signals);
  g_clear_object (&self->store_signals);
  g_clear_object (&self->thumbnails_signals);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_pointer (&self->empty, gtk_widget_unparent);
  g_clear_object (&self->studies);
  g_clear_object (&self->objects);
  g_clear_object (&self->unreadable);
  g_clear_object (&self->rows);
  g_clear_object (&self->reading);
  g_clear_object (&self->loader);
  g_clear_object (&self->store);
  g_clear_object (&self->thumbnails);
  G_OBJECT_CLASS (neg_timeline_parent_class)->dispose (object);
}

static void
neg_timeline_finalize (GObject *object)
{
  NegTimeline *self = NEG_TIMELINE (object);

  g_clear_pointer (&self->live, g_ptr_array_unref);
  g_clear_pointer (&self->folded, g_hash_table_unref);
  G_OBJECT_CLASS (neg_timeline_parent_class)->finalize (object);
}

static void
neg_timeline_class_init (NegTimelineClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_timeline_dispose;
  object_class->finalize = neg_timeline_finalize;
  widget_class->map = neg_timeline_map;
  widget_class->grab_focus = neg_timeline_grab_focus;
  widget_class->size_allocate = neg_timeline_size_allocate;
  widget_class->measure = neg_timeline_measure;
  signals[DONE] = g_signal_new ("done", NEG_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "neg-timeline");
}

static void
make_model (NegTimeline *self)
{
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);

  self->studies = g_list_store_new (NEG_TYPE_PANE_ROW);
  self->objects = g_list_store_new (NEG_TYPE_PANE_ROW);
  self->unreadable = g_list_store_new (NEG_TYPE_PANE_ROW);
  g_list_store_append (parts, self->studies);
  g_list_store_append (parts, self->objects);
  g_list_store_append (parts, self->unreadable);
  self->rows = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (parts)));
}

static void
make_view (NegTimeline *self)
{
  GtkNoSelection *selection = gtk_no_selection_new (g_object_ref (self->rows));
  GtkAdjustment *adjustment;

  self->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (selection), _neg_timeline_make_factory (self)));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "timeline");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Studies of this patient"), -1);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (fill_later), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (fill_later), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}

static void
make_signal_groups (NegTimeline *self)
{
  self->reading_signals = g_signal_group_new (NEG_TYPE_READING);
  self->loader_signals = g_signal_group_new (NEG_TYPE_LOADER);
  self->store_signals = g_signal_group_new (NEG_TYPE_FRAME_STORE);
  self->thumbnails_signals = g_signal_group_new (NEG_TYPE_THUMBNAILS);
  g_signal_group_connect_swapped (self->reading_signals, "patients-changed", G_CALLBACK (rows_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "patient-changed", G_CALLBACK (patient_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "grid-changed", G_CALLBACK (shown_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "cell-changed", G_CALLBACK (cell_changed_cb), self);
  g_signal_group_connect_swapped (self->loader_signals, "changed", G_CALLBACK (rows_changed_cb), self);
  g_signal_group_connect_swapped (self->store_signals, "frame-ready", G_CALLBACK (frame_ready_cb), self);
  g_signal_group_connect_swapped (self->thumbnails_signals, "ready", G_CALLBACK (picture_ready_cb), self);
}

static void
neg_timeline_init (NegTimeline *self)
{
  self->n_columns = 2;
  self->live = g_ptr_array_new ();
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  make_model (self);
  make_view (self);
  make_signal_groups (self);
  _neg_timeline_add_keys (self);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_changed_cb), NULL);
  self->empty = gtk_label_new (_ ("The studies of the patient come here. Open a folder, a DICOMDIR, a ZIP or files."));
  gtk_label_set_wrap (GTK_LABEL (self->empty), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->empty), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->empty, "empty-page");
  gtk_widget_set_parent (self->empty, GTK_WIDGET (self));
}

GtkWidget *
neg_timeline_new (void)
{
  return g_object_new (NEG_TYPE_TIMELINE, NULL);
}
