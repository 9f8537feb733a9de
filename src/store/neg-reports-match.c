/* What a person says that a report is about. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-orders-private.h"

#include "base/neg-error.h"

/* The entries that the report was of are composed anew as well: it may be theirs no longer. */
static GArray *
list_entries (NegDatabase *database, gint64 report, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *rows = neg_database_prepare (database, "SELECT entry_id FROM report_entry WHERE report_id = ?1 LIMIT 200",
                                             error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, report);
  while (neg_statement_step (rows, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&ids);
    id = neg_statement_get_int (rows, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

static gboolean
write_match (NegDatabase *database, gint64 report, gint64 entry, const char *user, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "UPDATE report SET matched_entry_id = ?2, matched_by = ?3 WHERE id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, report);
  neg_statement_bind_int (row, 2, entry);
  neg_statement_bind_text (row, 3, user);
  return neg_statement_run (row, error);
}

static gboolean
is_of_patient (NegDatabase *database, gint64 report, const NegEntryRow *row, gboolean *is_his, GError **error)
{
  const NegPatient patient
      = { .issuer = row->entry->issuer, .id = row->entry->patient_id, .name_key = row->name_key };
  NegStatement *own
      = neg_database_prepare (database, "SELECT issuer, patient_id, name_key FROM report WHERE id = ?1", error);
  gboolean has_row, done;

  *is_his = FALSE;
  if (own == NULL)
    return FALSE;
  neg_statement_bind_int (own, 1, report);
  if (!neg_statement_step (own, &has_row, error) || !has_row)
    return has_row;
  done = _neg_patient_is_now (database, neg_statement_get_text (own, 0), neg_statement_get_text (own, 1),
                              neg_statement_get_text (own, 2), &patient, is_his, error);
  neg_statement_reset (own);
  return done;
}

gboolean
neg_reports_match (NegDatabase *database, gint64 report, gint64 entry, const char *user, GError **error)
{
  g_autoptr (NegReport) one = neg_reports_find (database, report, error);
  g_autoptr (NegEntryRow) row = one != NULL ? _neg_entry_row_find (database, entry, error) : NULL;
  g_autoptr (GArray) before = row != NULL ? list_entries (database, report, error) : NULL;
  gboolean is_his;

  if (before == NULL || !is_of_patient (database, report, row, &is_his, error))
    return FALSE;
  if (!is_his)
    return neg_fail (error, NEG_ERROR_CONFLICT, "patient",
                     "The report and the images are of different patients, who are not joined");
  if (!write_match (database, report, entry, user, error) || !_neg_entry_recompose (database, entry, error))
    return FALSE;
  for (guint i = 0; i < before->len; i++)
    if (!_neg_entry_recompose (database, g_array_index (before, gint64, i), error))
      return FALSE;
  return TRUE;
}
