#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

const char *
neg_entry_status_get_name (NegEntryStatus status)
{
  static const char *const names[NEG_STATUS_N] = { "scheduled", "arrived", "being-read", "read", "reported" };

  return status < NEG_STATUS_N ? names[status] : "";
}

NegEntry *
neg_entry_copy (const NegEntry *entry)
{
  NegEntry *copy = g_memdup2 (entry, sizeof *entry);
  char **texts[] = { &copy->study_uid,  &copy->patient_name, &copy->patient_id, &copy->issuer,
                     &copy->birth_date, &copy->sex,          &copy->accession,  &copy->accession_issuer,
                     &copy->modalities, &copy->description,  &copy->body_part,  &copy->location,
                     &copy->referrer,   &copy->study_date,   &copy->study_time, &copy->claimed_by,
                     &copy->claimed_at, &copy->peers };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (*texts[i]);
  return copy;
}

void
neg_entry_free (NegEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->study_uid);
  g_free (entry->patient_name);
  g_free (entry->patient_id);
  g_free (entry->issuer);
  g_free (entry->birth_date);
  g_free (entry->sex);
  g_free (entry->accession);
  g_free (entry->accession_issuer);
  g_free (entry->modalities);
  g_free (entry->description);
  g_free (entry->body_part);
  g_free (entry->location);
  g_free (entry->referrer);
  g_free (entry->study_date);
  g_free (entry->study_time);
  g_free (entry->claimed_by);
  g_free (entry->claimed_at);
  g_free (entry->peers);
  g_free (entry);
}

NegEntry *
neg_entries_find (NegDatabase *database, gint64 id, GError **error)
{
  g_autoptr (NegEntryRow) row = _neg_entry_row_find (database, id, error);

  return row != NULL ? g_steal_pointer (&row->entry) : NULL;
}

NegEntry *
neg_entries_find_study (NegDatabase *database, const char *study_uid, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  NEG_ENTRY_SELECT "WHERE study_uid <> '' AND study_uid = ?1 "
                                                                   "ORDER BY study_rowid DESC, id LIMIT 1",
                                                  error);
  g_autoptr (NegEntryRow) row = NULL;
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_text (statement, 1, study_uid);
  if (!neg_statement_step (statement, &has_row, error) || !has_row)
    return NULL;
  row = _neg_entry_row_read (statement);
  neg_statement_reset (statement);
  return g_steal_pointer (&row->entry);
}

void
neg_entries_tune_reader (NegDatabase *database)
{
  NegStatement *statement = neg_database_prepare (database, "PRAGMA cache_size = -16384", NULL);

  if (statement != NULL) /* without it everything is the same, only slower */
    neg_statement_run (statement, NULL);
  _neg_kept_enable (database);
}

gboolean
neg_entries_get_counts (NegDatabase *database, NegEntryCounts *counts, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT status, urgency, n FROM entry_count", error);
  gboolean has_row;

  memset (counts, 0, sizeof *counts);
  if (statement == NULL)
    return FALSE;
  while (neg_statement_step (statement, &has_row, error)) {
    gint64 status;
    guint n;

    if (!has_row)
      return TRUE;
    status = neg_statement_get_int (statement, 0);
    n = (guint) neg_statement_get_int (statement, 2);
    if (status < 0 || status >= NEG_STATUS_N)
      continue;
    counts->by_status[status] += n;
    counts->n_all += n;
    if (status == NEG_STATUS_ARRIVED && neg_statement_get_int (statement, 1) == NEG_URGENCY_STAT)
      counts->n_stat_unread += n;
  }
  return FALSE;
}

gboolean
neg_entries_rebuild (NegDatabase *database, GError **error)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    if (!_neg_pages_build (database, i, error))
      return FALSE;
  return _neg_postings_build (database, error);
}
