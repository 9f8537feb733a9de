/* Studies whose images name the patient as he was known then. */
#include "config.h"

#include "reading/neg-reading-private.h"

char *
_neg_reading_dup_patient_key (NegReading *self, NegSeries *series)
{
  return neg_series_get_n_frames (series) > 0
             ? neg_patient_dup_key_of (neg_series_get_frame (series, 0)->instance, self->aliases)
             : NULL;
}

static gboolean
has (GPtrArray *aliases, const NegAlias *alias)
{
  for (guint i = 0; aliases != NULL && i < aliases->len; i++)
    if (neg_alias_is_equal (g_ptr_array_index (aliases, i), alias))
      return TRUE;
  return FALSE;
}

static gboolean
has_all (GPtrArray *aliases, GPtrArray *others)
{
  for (guint i = 0; others != NULL && i < others->len; i++)
    if (!has (aliases, g_ptr_array_index (others, i)))
      return FALSE;
  return TRUE;
}

/* Whose the image is that the hand is on, else the newest study. */
static char *
dup_key_of_shown (NegReading *self)
{
  const NegViewState *active = neg_reading_get_state (self, neg_reading_get_active (self));
  const NegPatient *patient = neg_reading_get_patient (self);
  char *key = active->series != NULL ? _neg_reading_dup_patient_key (self, active->series) : NULL;

  if (key == NULL && patient != NULL)
    key = neg_patient_dup_key_of (patient->instance, self->aliases);
  return key;
}

/* Never two patients in one view. TRUE: there was something. */
static gboolean
clear_others (NegReading *self)
{
  gboolean cleared = FALSE;

  for (guint i = 0; i < NEG_CELLS_MAX; i++) {
    NegViewState *state = &self->screen.cells[i];
    g_autofree char *key = state->series != NULL ? _neg_reading_dup_patient_key (self, state->series) : NULL;

    if (state->series == NULL || g_strcmp0 (key, self->patient_key) == 0)
      continue;
    neg_view_state_clear (state);
    cleared = TRUE;
  }
  return cleared;
}

/* What is shown is of another patient's key, or less. */
static void
follow (NegReading *self, gboolean is_apart)
{
  g_autofree char *key = dup_key_of_shown (self);

  g_free (self->patient_key);
  self->patient_key = g_steal_pointer (&key);
  if (clear_others (self) || is_apart) {
    _neg_reading_clear_undo (self); /* a step may hold what may not be together any more */
    g_hash_table_remove_all (self->screens);
  }
  neg_reading_update (self);
  _neg_reading_anchor (self);
  _neg_reading_emit_patient (self);
  _neg_reading_emit_all_cells (self, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
}

void
neg_reading_set_aliases (NegReading *self, GPtrArray *aliases)
{
  g_autoptr (GPtrArray) before = NULL;

  g_return_if_fail (NEG_IS_READING (self));

  before = self->aliases;
  self->aliases = aliases != NULL ? g_ptr_array_ref (aliases) : NULL;
  if (self->patient_key != NULL && !(has_all (aliases, before) && has_all (before, aliases)))
    follow (self, !has_all (aliases, before));
}
