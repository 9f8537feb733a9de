#include "config.h"

#include "reading/neg-reading.h"

#include "reading/neg-reading-private.h"

G_DEFINE_FINAL_TYPE (NegReading, neg_reading, G_TYPE_OBJECT)

enum {
  CELL_CHANGED,
  GRID_CHANGED,
  ACTIVE_CHANGED,
  LINKS_CHANGED,
  PATIENTS_CHANGED,
  PATIENT_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

void
_neg_reading_emit_cell (NegReading *self, guint cell, NegChanges changes)
{
  g_signal_emit (self, signals[CELL_CHANGED], 0, cell, (guint) changes);
}

void
_neg_reading_emit_grid (NegReading *self)
{
  g_signal_emit (self, signals[GRID_CHANGED], 0);
}

void
_neg_reading_emit_active (NegReading *self)
{
  g_signal_emit (self, signals[ACTIVE_CHANGED], 0);
}

void
_neg_reading_emit_links_switched (NegReading *self)
{
  g_signal_emit (self, signals[LINKS_CHANGED], 0);
}

void
_neg_reading_emit_patient (NegReading *self)
{
  g_signal_emit (self, signals[PATIENT_CHANGED], 0);
}

void
_neg_reading_emit_all_cells (NegReading *self, NegChanges changes)
{
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, changes);
}

/* --- Screens --- */

void
_neg_screen_clear (NegScreen *screen)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    neg_view_state_clear (&screen->cells[i]);
  screen->rows = screen->columns = 1;
  screen->active = 0;
  screen->maximized = FALSE;
}

void
_neg_screen_free (gpointer data)
{
  NegScreen *screen = data;

  _neg_screen_clear (screen);
  g_free (screen);
}

/* References of @from are taken, those of @to dropped. */
static void
set_screen (NegScreen *to, const NegScreen *from)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    neg_view_state_copy (&to->cells[i], &from->cells[i]);
  to->rows = from->rows;
  to->columns = from->columns;
  to->active = from->active;
  to->maximized = from->maximized;
}

NegScreen *
_neg_screen_copy (const NegScreen *screen)
{
  NegScreen *copy = g_new0 (NegScreen, 1);

  set_screen (copy, screen);
  return copy;
}

/* --- Patients --- */

static gboolean
is_of (NegReading *self, NegSeries *series, const char *patient_key)
{
  g_autofree char *key = _neg_reading_dup_patient_key (self, series);

  return key != NULL && g_strcmp0 (key, patient_key) == 0;
}

GPtrArray *
neg_reading_get_patients (NegReading *self)
{
  return self->patients;
}

const NegPatient *
neg_reading_get_patient (NegReading *self)
{
  return neg_patients_find (self->patients, self->patient_key);
}

static GPtrArray *
list_everything (NegReading *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; self->series != NULL && i < g_list_model_get_n_items (self->series); i++)
    g_ptr_array_add (all, g_list_model_get_item (self->series, i));
  return all;
}

/* What @series has become by now, as it may have grown since somebody took hold of it; borrowed from what is open, NULL
 * where it is not open any more. */
static NegSeries *
find_open (NegReading *self, NegSeries *series)
{
  g_autoptr (GPtrArray) all = list_everything (self);
  const NegSeriesFrame *first = neg_series_get_frame (series, 0);
  guint index;

  for (guint i = 0; i < all->len; i++) {
    NegSeries *one = g_ptr_array_index (all, i);

    if (one == series || neg_series_find_blob (one, neg_blob_get_id (first->blob), first->frame, &index))
      return one;
  }
  return NULL;
}

/* All series of the patient in the order of the timeline. */
static GPtrArray *
list_series (NegReading *self)
{
  const NegPatient *patient = neg_reading_get_patient (self);
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint j = 0; j < study->series->len; j++)
      g_ptr_array_add (all, g_ptr_array_index (study->series, j));
  }
  return all;
}

/* --- What was last seen of a series --- */

static void
free_view (gpointer view)
{
  neg_view_state_clear (view);
  g_free (view);
}

static void
remember (NegReading *self, const NegViewState *state)
{
  NegViewState *seen;

  if (state->series == NULL)
    return;
  seen = g_new0 (NegViewState, 1);
  neg_view_state_copy (seen, state);
  g_clear_object (&seen->series);
  g_hash_table_replace (self->seen, g_strdup (neg_series_get_key (state->series)), seen);
}

static void
put_series (NegReading *self, guint cell, NegSeries *series)
{
  NegViewState *state = &self->screen.cells[cell];
  const NegViewState *seen;

  remember (self, state); /* first: it may be about this very series, as it was before it grew */
  seen = series != NULL ? g_hash_table_lookup (self->seen, neg_series_get_key (series)) : NULL;
  neg_view_state_set_series (state, series);
  if (seen == NULL)
    return;
  neg_view_state_copy (state, seen);
  state->series = g_object_ref (series);
  state->index = MIN (state->index, MAX (neg_series_get_n_frames (series), 1) - 1);
}

static gboolean
is_shown (NegReading *self, NegSeries *series)
{
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    if (self->screen.cells[i].series == series)
      return TRUE;
  return FALSE;
}

/* Each empty cell gets the next series that none shows, from those of the study that is read. */
static void
fill_cells (NegReading *self)
{
  const NegPatient *patient = neg_reading_get_patient (self);
  NegStudy *study = patient != NULL ? g_ptr_array_index (patient->studies, 0) : NULL;
  guint next = 0;

  for (guint i = 0; study != NULL && i < neg_reading_get_n_cells (self); i++) {
    if (self->screen.cells[i].series != NULL)
      continue;
    while (next < study->series->len && is_shown (self, g_ptr_array_index (study->series, next)))
      next++;
    if (next < study->series->len)
      put_series (self, i, g_ptr_array_index (study->series, next));
  }
}

static void
leave_patient (NegReading *self)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    remember (self, &self->screen.cells[i]);
  if (self->patient_key != NULL)
    g_hash_table_replace (self->screens, g_strdup (self->patient_key), _neg_screen_copy (&self->screen));
  _neg_reading_clear_undo (self);
  self->has_point = FALSE;
}

static void
show_patient (NegReading *self, const char *key)
{
  const NegScreen *before = key != NULL ? g_hash_table_lookup (self->screens, key) : NULL;
  guint rows = self->screen.rows, columns = self->screen.columns;

  g_free (self->patient_key);
  self->patient_key = g_strdup (key);
  _neg_screen_clear (&self->screen);
  if (before != NULL) {
    set_screen (&self->screen, before);
  } else {
    self->screen.rows = rows;
    self->screen.columns = columns;
  }
  fill_cells (self);
  _neg_reading_anchor (self);
  _neg_reading_emit_patient (self);
  _neg_reading_emit_grid (self);
  _neg_reading_emit_active (self);
  _neg_reading_emit_all_cells (self, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
}

void
neg_reading_set_patient (NegReading *self, const char *key)
{
  g_return_if_fail (NEG_IS_READING (self));

  self->is_touched = self->is_moved = TRUE;
  if (g_strcmp0 (key, self->patient_key) == 0 || neg_patients_find (self->patients, key) == NULL)
    return;
  leave_patient (self);
  show_patient (self, key);
}

/* Of an object that is here twice, the copy that came later may be the one that is kept: the same image. */
static gboolean
follow_copy (NegReading *self, NegViewState *state, GPtrArray *all)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);
  g_autofree char *key = shown != NULL ? neg_patient_dup_key_of (shown->instance, self->aliases) : NULL;

  for (guint i = 0; shown != NULL && i < all->len; i++) {
    NegSeries *series = g_ptr_array_index (all, i);

    if (is_of (self, series, key)
        && neg_series_find_frame (series, shown->instance->sop_instance_uid, shown->frame, &state->index)) {
      g_set_object (&state->series, series);
      return TRUE;
    }
  }
  return FALSE;
}

/* A series that grew is another object with the same images. */
static gboolean
follow_growth (NegReading *self, NegViewState *state, GPtrArray *all)
{
  if (state->series == NULL || g_ptr_array_find (all, state->series, NULL))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    if (neg_view_state_replace_series (state, g_ptr_array_index (all, i)))
      return TRUE;
  return follow_copy (self, state, all) || neg_view_state_leave_image (state, all);
}

static void
follow_screen (NegReading *self, NegScreen *screen, GPtrArray *all, gboolean tell)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (follow_growth (self, &screen->cells[i], all) && tell)
      _neg_reading_emit_cell (self, i, NEG_CHANGED_IMAGE);
}

/* Steps of undo and other patients' screens hold series too. */
static void
follow_all (NegReading *self)
{
  g_autoptr (GPtrArray) all = list_everything (self);
  GHashTableIter iter;
  gpointer screen;

  follow_screen (self, &self->screen, all, TRUE);
  g_hash_table_iter_init (&iter, self->screens);
  while (g_hash_table_iter_next (&iter, NULL, &screen))
    follow_screen (self, screen, all, FALSE);
  for (GList *link = self->undo.head; link != NULL; link = link->next)
    follow_screen (self, link->data, all, FALSE);
  for (GList *link = self->redo.head; link != NULL; link = link->next)
    follow_screen (self, link->data, all, FALSE);
}

static guint
count_studies (NegReading *self)
{
  const NegPatient *patient = neg_reading_get_patient (self);

  return patient != NULL ? patient->studies->len : 0;
}

void
neg_reading_update (NegReading *self)
{
  g_autoptr (GPtrArray) before = NULL; /* borrowed by others until they are told */
  gboolean had_images;
  guint n_studies;

  g_return_if_fail (NEG_IS_READING (self));

  n_studies = count_studies (self);
  before = self->patients;
  self->patients = neg_patients_build (self->series, self->aliases);
  had_images = self->patient_key != NULL;
  follow_all (self);
  g_signal_emit (self, signals[PATIENTS_CHANGED], 0);
  /* What was the newest study may be a prior from here on, and has to say so. */
  if (had_images && count_studies (self) != n_studies)
    _neg_reading_emit_all_cells (self, NEG_CHANGED_LINKS);
  if (!had_images && self->patients->len > 0)
    show_patient (self, ((NegPatient *) g_ptr_array_index (self->patients, 0))->key);
}

void
neg_reading_set_series (NegReading *self, GListModel *series)
{
  g_autoptr (GPtrArray) before = NULL;

  g_return_if_fail (NEG_IS_READING (self));

  if (!g_set_object (&self->series, series))
    return;
  self->is_touched = self->is_moved = FALSE;
  _neg_reading_clear_undo (self);
  g_hash_table_remove_all (self->seen);
  g_hash_table_remove_all (self->screens);
  self->has_point = FALSE;
  before = self->patients;
  self->patients = neg_patients_build (NULL, NULL);
  show_patient (self, NULL);
  neg_reading_update (self);
}

/* What is shown by itself: the newest study's first series, from its first images. */
static gboolean
is_at_the_beginning (NegReading *self, const NegPatient *patient)
{
  const NegStudy *newest = g_ptr_array_index (patient->studies, 0);
  const NegViewState *first = &self->screen.cells[0];

  return g_strcmp0 (patient->key, self->patient_key) == 0 && first->index == 0
         && first->series == g_ptr_array_index (newest->series, 0);
}

void
neg_reading_settle (NegReading *self)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (self->is_touched || self->patients->len == 0
      || is_at_the_beginning (self, g_ptr_array_index (self->patients, 0)))
    return;
  g_hash_table_remove_all (self->seen);
  show_patient (self, ((NegPatient *) g_ptr_array_index (self->patients, 0))->key);
}

void
neg_reading_settle_images (NegReading *self)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (self->is_moved)
    return;
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    if (neg_view_state_set_index (&self->screen.cells[i], 0))
      _neg_reading_emit_cell (self, i, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
}

/* --- The grid --- */

guint
neg_reading_get_rows (NegReading *self)
{
  return self->screen.rows;
}

guint
neg_reading_get_columns (NegReading *self)
{
  return self->screen.columns;
}

guint
neg_reading_get_n_cells (NegReading *self)
{
  return self->screen.rows * self->screen.columns;
}

void
neg_reading_set_grid (NegReading *self, guint rows, guint columns)
{
  guint n_before = neg_reading_get_n_cells (self);

  g_return_if_fail (NEG_IS_READING (self));

  self->is_touched = TRUE;
  rows = CLAMP (rows, 1, NEG_GRID_MAX);
  columns = CLAMP (columns, 1, NEG_GRID_MAX);
  if (rows == self->screen.rows && columns == self->screen.columns && !self->screen.maximized)
    return;
  _neg_reading_push_undo (self);
  self->screen.rows = rows;
  self->screen.columns = columns;
  self->screen.maximized = FALSE;
  for (guint i = neg_reading_get_n_cells (self); i < n_before; i++)
    put_series (self, i, NULL);
  self->screen.active = MIN (self->screen.active, neg_reading_get_n_cells (self) - 1);
  fill_cells (self);
  _neg_reading_anchor (self);
  _neg_reading_emit_grid (self);
  _neg_reading_emit_active (self);
  _neg_reading_emit_all_cells (self, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
}

gboolean
neg_reading_is_maximized (NegReading *self)
{
  return self->screen.maximized;
}

void
neg_reading_set_maximized (NegReading *self, gboolean maximized)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (maximized == self->screen.maximized || (maximized && neg_reading_get_n_cells (self) == 1))
    return;
  self->screen.maximized = maximized;
  _neg_reading_emit_grid (self);
}

gboolean
neg_reading_is_visible (NegReading *self, guint cell)
{
  return cell < neg_reading_get_n_cells (self) && (!self->screen.maximized || cell == self->screen.active);
}

guint
neg_reading_get_active (NegReading *self)
{
  return self->screen.active;
}

void
neg_reading_set_active (NegReading *self, guint cell)
{
  g_return_if_fail (NEG_IS_READING (self));

  self->is_touched = TRUE;
  if (cell == self->screen.active || cell >= neg_reading_get_n_cells (self))
    return;
  self->screen.active = cell;
  if (self->screen.maximized)
    _neg_reading_emit_grid (self);
  _neg_reading_emit_active (self);
  if (self->lines)
    _neg_reading_emit_all_cells (self, NEG_CHANGED_LINKS);
}

void
neg_reading_step_active (NegReading *self, int step)
{
  int n = neg_reading_get_n_cells (self);

  neg_reading_set_active (self, ((int) self->screen.active + step % n + n) % n);
}

/* --- What a cell shows --- */

const NegViewState *
neg_reading_get_state (NegReading *self, guint cell)
{
  g_return_val_if_fail (NEG_IS_READING (self) && cell < NEG_CELLS_MAX, NULL);

  return &self->screen.cells[cell];
}

gboolean
neg_reading_show (NegReading *self, guint cell, NegSeries *series)
{
  NegSeries *open;

  g_return_val_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self), FALSE);

  self->is_touched = self->is_moved = TRUE;
  open = series != NULL ? find_open (self, series) : NULL;
  if (series != NULL && (open == NULL || !is_of (self, open, self->patient_key)))
    return FALSE;
  if (self->screen.cells[cell].series == open)
    return TRUE;
  _neg_reading_push_undo (self);
  put_series (self, cell, open);
  _neg_reading_anchor (self);
  _neg_reading_emit_cell (self, cell, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK);
  if (self->lines)
    _neg_reading_emit_all_cells (self, NEG_CHANGED_LINKS);
  return TRUE;
}

gboolean
neg_reading_step_series (NegReading *self, guint cell, int step)
{
  g_autoptr (GPtrArray) all = list_series (self);
  guint position = 0;
  gint64 target;

  g_return_val_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self), FALSE);

  if (all->len == 0)
    return FALSE;
  if (g_ptr_array_find (all, self->screen.cells[cell].series, &position))
    target = (gint64) position + step;
  else
    target = step > 0 ? 0 : (gint64) all->len - 1;
  return target >= 0 && target < all->len && neg_reading_show (self, cell, g_ptr_array_index (all, target));
}

gboolean
neg_reading_step_page (NegReading *self, int step)
{
  g_autoptr (GPtrArray) all = list_series (self);
  guint n = neg_reading_get_n_cells (self), position = 0;
  gint64 first = 0;

  g_return_val_if_fail (NEG_IS_READING (self), FALSE);

  self->is_touched = self->is_moved = TRUE;
  if (g_ptr_array_find (all, self->screen.cells[0].series, &position))
    first = (gint64) position + (gint64) step * n;
  if (first < 0 && position > 0)
    first = 0;
  if (first < 0 || first >= all->len)
    return FALSE;
  _neg_reading_push_undo (self);
  for (guint i = 0; i < n; i++)
    put_series (self, i, first + i < all->len ? g_ptr_array_index (all, first + i) : NULL);
  _neg_reading_anchor (self);
  _neg_reading_emit_all_cells (self, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
  return TRUE;
}

void
neg_reading_set_index (NegReading *self, guint cell, guint index)
{
  NegViewState *state;
  guint before;

  g_return_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self));

  self->is_touched = self->is_moved = TRUE;
  state = &self->screen.cells[cell];
  before = state->index;
  if (!neg_view_state_set_index (state, index))
    return;
  _neg_reading_emit_cell (self, cell, NEG_CHANGED_IMAGE);
  _neg_reading_follow (self, cell, before);
}

void
neg_reading_scroll (NegReading *self, guint cell, int n_images)
{
  gint64 target;

  g_return_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self));

  target = (gint64) self->screen.cells[cell].index + n_images;
  neg_reading_set_index (self, cell, (guint) CLAMP (target, 0, (gint64) G_MAXINT32));
}

guint
neg_reading_new_gesture (NegReading *self)
{
  if (++self->gesture == 0)
    self->gesture = 1;
  return self->gesture;
}

NegViewState *
neg_reading_begin_change (NegReading *self, guint cell, guint gesture)
{
  g_return_val_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self), NULL);

  self->is_touched = self->is_moved = TRUE;
  if (gesture == 0 || gesture != self->last_gesture)
    _neg_reading_push_undo (self);
  self->last_gesture = gesture;
  return &self->screen.cells[cell];
}

void
neg_reading_end_change (NegReading *self, guint cell)
{
  _neg_reading_emit_cell (self, cell, NEG_CHANGED_LOOK);
}

/* --- Object --- */

static void
neg_reading_finalize (GObject *object)
{
  NegReading *self = NEG_READING (object);

  _neg_reading_clear_undo (self);
  _neg_screen_clear (&self->screen);
  g_clear_object (&self->series);
  g_clear_pointer (&self->aliases, g_ptr_array_unref);
  g_ptr_array_unref (self->patients);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->screens);
  g_free (self->patient_key);
  g_free (self->point_space);
  G_OBJECT_CLASS (neg_reading_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, NEG_TYPE_READING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_reading_class_init (NegReadingClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_reading_finalize;
  signals[CELL_CHANGED] = g_signal_new ("cell-changed", NEG_TYPE_READING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[GRID_CHANGED] = add_signal ("grid-changed");
  signals[ACTIVE_CHANGED] = add_signal ("active-changed");
  signals[LINKS_CHANGED] = add_signal ("links-changed");
  signals[PATIENTS_CHANGED] = add_signal ("patients-changed");
  signals[PATIENT_CHANGED] = add_signal ("patient-changed");
}

static void
neg_reading_init (NegReading *self)
{
  self->patients = neg_patients_build (NULL, NULL);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_view);
  self->screens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, _neg_screen_free);
  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    neg_view_state_init (&self->screen.cells[i]);
  self->screen.rows = self->screen.columns = 1;
}

NegReading *
neg_reading_new (void)
{
  return g_object_new (NEG_TYPE_READING, NULL);
}
