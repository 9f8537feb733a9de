/* Brings a saved screen back while a study loads. Between two calls only loading and the person change anything; what
 * the last call left behind is kept, so that what differs from it is the person's. */
#include "config.h"

#include "reading/neg-reading-state-private.h"

#include <string.h>

static gboolean
same_look (const NegViewState *a, const NegViewState *b)
{
  return a->preset == b->preset && a->has_window == b->has_window
         && (!a->has_window || (a->function == b->function && a->center == b->center && a->width == b->width))
         && a->inverted == b->inverted && a->mirrored == b->mirrored && a->turns == b->turns && a->zoom == b->zoom
         && a->offset_px[0] == b->offset_px[0] && a->offset_px[1] == b->offset_px[1];
}

/* A series that grew is another object, and the image has another number in it. */
static gboolean
same_view (const NegViewState *a, const NegViewState *b)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (a);
  const NegSeriesFrame *other = neg_view_state_get_frame (b);

  if (shown == NULL || other == NULL)
    return shown == other;
  return shown->blob == other->blob && shown->frame == other->frame && same_look (a, b);
}

static gboolean
same_screen (const NegScreen *a, const NegScreen *b)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (!same_view (&a->cells[i], &b->cells[i]))
      return FALSE;
  return a->rows == b->rows && a->columns == b->columns && a->active == b->active && a->maximized == b->maximized;
}

static void
expect (NegReading *self, NegReadingState *state)
{
  g_clear_pointer (&state->expected, _neg_screen_free);
  state->expected = _neg_screen_copy (&self->screen);
  g_free (state->expected_patient);
  state->expected_patient = g_strdup (self->patient_key);
}

/* While the patient was not there yet: did anybody begin to read another one? */
static gboolean
is_in_use (NegReading *self, const NegReadingState *state)
{
  return state->expected_patient != NULL
         && (g_strcmp0 (state->expected_patient, self->patient_key) != 0
             || !same_screen (state->expected, &self->screen));
}

static const NegPatient *
find_patient (NegReading *self, const NegReadingState *state)
{
  GPtrArray *patients = neg_reading_get_patients (self);

  for (guint i = 0; i < patients->len; i++) {
    const NegPatient *patient = g_ptr_array_index (patients, i);
    g_autofree char *hash = _neg_reading_state_dup_hash (patient->key);

    if (g_strcmp0 (hash, state->patient) == 0)
      return patient;
  }
  return NULL;
}

/* The grid, its viewports empty: a wrong image is never shown in the meantime. */
static void
place (NegReading *self, NegReadingState *state, const char *patient_key)
{
  neg_reading_set_patient (self, patient_key);
  _neg_screen_clear (&self->screen);
  _neg_reading_clear_undo (self);
  self->screen.rows = state->rows;
  self->screen.columns = state->columns;
  self->screen.active = state->active;
  self->screen.maximized = state->maximized && state->n_cells > 1;
  state->is_placed = TRUE;
  _neg_reading_emit_grid (self);
  _neg_reading_emit_active (self);
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
  if (self->lines == state->lines_before)
    neg_reading_set_lines (self, state->lines);
}

/* --- One viewport --- */

/* Series Instance UID and the place among its series: the key without its first frame, which may be gone. */
static gboolean
same_place (const char *key, const char *other)
{
  const char *end = strchr (key, '/');

  end = end != NULL ? strchr (end + 1, '/') : NULL;
  return end != NULL && strncmp (key, other, (gsize) (end + 1 - key)) == 0;
}

/* The series that has the image, the one of that name before others; or (no more will come) the one of that name. */
static NegSeries *
find_in_study (const NegStudy *study, const NegSavedCell *cell, gboolean is_complete, guint *index)
{
  NegSeries *found = NULL;

  for (guint i = 0; i < study->series->len; i++) {
    NegSeries *series = g_ptr_array_index (study->series, i);
    gboolean is_named = same_place (cell->series, neg_series_get_key (series));
    guint here = 0, n = neg_series_get_n_frames (series);

    if (cell->image != NULL && *cell->image != '\0'
        && neg_series_find_frame (series, cell->image, cell->frame, &here)) {
      *index = here;
      found = series;
      if (is_named)
        return series;
    } else if (is_named && is_complete && n > 0 && found == NULL) {
      *index = cell->view.index < n ? cell->view.index : 0;
      found = series;
    }
  }
  return found;
}

static NegSeries *
find_series (NegReading *self, const NegSavedCell *cell, gboolean is_complete, guint *index)
{
  const NegPatient *patient = neg_reading_get_patient (self);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    NegSeries *series = find_in_study (g_ptr_array_index (patient->studies, i), cell, is_complete, index);

    if (series != NULL)
      return series;
  }
  return NULL;
}

/* Steps of undo from before were made while this viewport was empty. */
static void
fill_steps (GQueue *steps, guint cell, const NegViewState *view)
{
  for (GList *link = steps->head; link != NULL; link = link->next) {
    NegScreen *screen = link->data;

    if (screen->cells[cell].series == NULL)
      neg_view_state_copy (&screen->cells[cell], view);
  }
}

static void
show (NegReading *self, guint i, const NegSavedCell *cell, NegSeries *series, guint index)
{
  NegViewState *view = &self->screen.cells[i];

  neg_view_state_clear (view);
  *view = cell->view;
  view->series = g_object_ref (series);
  view->index = index;
  neg_view_state_pan (view, 1, 1, 0, 0); /* into sight, should the image be smaller than it was */
  fill_steps (&self->undo, i, view);
  fill_steps (&self->redo, i, view);
}

static void
restore_cell (NegReading *self, NegReadingState *state, guint i, gboolean is_complete)
{
  NegSavedCell *cell = &state->cells[i];
  NegSeries *series;
  guint index = 0;

  if (cell->series == NULL || i >= neg_reading_get_n_cells (self)
      || (state->expected != NULL && !same_view (&state->expected->cells[i], &self->screen.cells[i])))
    cell->is_done = TRUE;
  if (cell->is_done)
    return;
  series = find_series (self, cell, is_complete, &index);
  if (series == NULL)
    return;
  show (self, i, cell, series, index);
  cell->is_done = TRUE;
  _neg_reading_anchor (self);
  _neg_reading_emit_cell (self, i, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK);
}

/* --- All of them --- */

static gboolean
restore_cells (NegReading *self, NegReadingState *state, gboolean is_complete)
{
  gboolean all_done = TRUE;

  for (guint i = 0; i < state->n_cells; i++) {
    restore_cell (self, state, i, is_complete);
    all_done = all_done && state->cells[i].is_done;
  }
  for (guint i = 0; self->lines && i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_LINKS);
  return all_done;
}

/* Nothing of it is there any more: the screen of a patient who is opened for the first time. */
static void
show_something (NegReading *self)
{
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    if (self->screen.cells[i].series != NULL)
      return;
  neg_reading_set_grid (self, 1, 1);
  if (self->screen.cells[0].series == NULL)
    neg_reading_step_series (self, 0, 1);
  _neg_reading_clear_undo (self);
}

static gboolean
finish (NegReadingState *state)
{
  g_clear_pointer (&state->expected, _neg_screen_free);
  state->is_finished = TRUE;
  return TRUE;
}

/* FALSE: not there yet. */
static gboolean
begin (NegReading *self, NegReadingState *state)
{
  const NegPatient *patient = find_patient (self, state);

  if (!state->has_begun) {
    state->synchronized_before = self->synchronized;
    state->lines_before = self->lines;
    state->has_begun = TRUE;
  }
  if (is_in_use (self, state))
    return finish (state);
  expect (self, state);
  if (patient == NULL)
    return FALSE;
  place (self, state, patient->key);
  expect (self, state);
  return TRUE;
}

gboolean
neg_reading_restore (NegReading *self, NegReadingState *state, gboolean is_complete)
{
  gboolean all_done;

  g_return_val_if_fail (NEG_IS_READING (self), TRUE);

  self->is_touched = self->is_moved = TRUE;
  if (!state->is_finished && !state->is_placed && !begin (self, state))
    return is_complete ? finish (state) : FALSE;
  if (state->is_finished)
    return TRUE;
  if (g_strcmp0 (self->patient_key, state->expected_patient) != 0)
    return finish (state);
  all_done = restore_cells (self, state, is_complete);
  expect (self, state);
  if (!all_done && !is_complete)
    return FALSE;
  if (is_complete)
    show_something (self);
  if (self->synchronized == state->synchronized_before)
    neg_reading_set_synchronized (self, state->synchronized);
  return finish (state);
}
