/* What the cache is for and how it did. */
#include "config.h"

#include "store/neg-cache-private.h"

#include "base/neg-error.h"
#include "store/neg-archive-private.h"
#include "store/neg-entries-private.h"

#define PURPOSE_KEPT_US (90 * 24 * 3600 * (gint64) G_USEC_PER_SEC) /* of a study that never came */
#define DAYS_KEPT 400
#define MONTH_DAYS 30

/* --- why something is here --- */

/* The oldest notes of what never came; a study that goes takes its own along. */
static gboolean
prune_purposes (NegDatabase *database, gint64 now_us, GError **error)
{
  NegStatement *prune = neg_database_prepare (
      database,
      "DELETE FROM cache_purpose WHERE (study_uid, kind, entry_id) IN (SELECT o.study_uid, o.kind, o.entry_id FROM"
      " (SELECT * FROM cache_purpose ORDER BY noted_us LIMIT 64) o WHERE o.noted_us < ?1"
      " AND NOT EXISTS (SELECT 1 FROM study s WHERE s.study_uid = o.study_uid))",
      error);

  if (prune == NULL)
    return FALSE;
  neg_statement_bind_int (prune, 1, now_us - PURPOSE_KEPT_US);
  return neg_statement_run (prune, error);
}

gboolean
neg_cache_note_purpose (NegDatabase *database, const char *study_uid, NegCachePurpose purpose, gint64 case_entry,
                        const char *why, GError **error)
{
  const gint64 now_us = g_get_real_time ();
  NegStatement *note = neg_database_prepare (database,
                                             "INSERT INTO cache_purpose (study_uid, kind, entry_id, noted_us, why)"
                                             " SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?2 <> 0 OR NOT EXISTS (SELECT 1"
                                             " FROM cache_purpose WHERE study_uid = ?1 AND kind = 2)"
                                             " ON CONFLICT DO UPDATE SET why = ?5, noted_us = ?4",
                                             error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_text (note, 1, study_uid);
  neg_statement_bind_int (note, 2, purpose);
  neg_statement_bind_int (note, 3, case_entry);
  neg_statement_bind_int (note, 4, now_us);
  neg_statement_bind_text (note, 5, why);
  return neg_statement_run (note, error) && prune_purposes (database, now_us, error);
}

gboolean
neg_cache_pin (NegDatabase *database, const char *study_uid, gint64 study_rowid, gboolean pinned, const char *user,
               GError **error)
{
  NegStatement *pin = neg_database_prepare (database,
                                            "UPDATE study SET pinned_us = ?3, pinned_by = ?4, need = 0, case_us = 0"
                                            " WHERE study_uid = ?1 AND study_uid <> '' AND ?2 IN (0, id)",
                                            error);
  NegStatement *changes = neg_database_prepare (database, "SELECT changes ()", error);
  gint64 n;

  if (pin == NULL || changes == NULL)
    return FALSE;
  neg_statement_bind_text (pin, 1, study_uid);
  neg_statement_bind_int (pin, 2, study_rowid);
  neg_statement_bind_int (pin, 3, pinned ? g_get_real_time () : 0);
  neg_statement_bind_text (pin, 4, pinned ? user : "");
  return neg_statement_run (pin, error) && _neg_archive_query_int (changes, 0, &n, error)
         && (n > 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, study_uid, "nothing of this study is here"));
}

/* --- counting --- */

static gint64
get_day (gint64 now_us, int days_before)
{
  g_autoptr (GTimeZone) zone = _neg_entries_dup_zone ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) now = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autoptr (GDateTime) then = now != NULL ? g_date_time_add_days (now, -days_before) : NULL;

  return then == NULL ? 0
                      : g_date_time_get_year (then) * 10000 + g_date_time_get_month (then) * 100
                            + g_date_time_get_day_of_month (then);
}

/* The day's row is there, those that are too old are not. */
static gboolean
begin_day (NegDatabase *database, gint64 now_us, gint64 *day, GError **error)
{
  NegStatement *insert = neg_database_prepare (database, "INSERT OR IGNORE INTO cache_day (day) VALUES (?1)", error);
  NegStatement *prune = neg_database_prepare (database, "DELETE FROM cache_day WHERE day < ?1", error);

  if (insert == NULL || prune == NULL)
    return FALSE;
  *day = get_day (now_us, 0);
  neg_statement_bind_int (insert, 1, *day);
  neg_statement_bind_int (prune, 1, get_day (now_us, DAYS_KEPT));
  return neg_statement_run (insert, error) && neg_statement_run (prune, error);
}

static gboolean
count (NegDatabase *database, const NegCacheCounts *more, GError **error)
{
  const gint64 values[] = { more->hits,   more->misses,  more->predicted, more->missed, (gint64) more->saved_bytes,
                            more->evicted, (gint64) more->evicted_bytes };
  NegStatement *add;
  gint64 day;

  if (!begin_day (database, g_get_real_time (), &day, error))
    return FALSE;
  add = neg_database_prepare (database,
                              "UPDATE cache_day SET hits = hits + ?2, misses = misses + ?3, predicted = predicted + ?4,"
                              " missed = missed + ?5, saved_bytes = saved_bytes + ?6, evicted = evicted + ?7,"
                              " evicted_bytes = evicted_bytes + ?8 WHERE day = ?1",
                              error);
  if (add == NULL)
    return FALSE;
  neg_statement_bind_int (add, 1, day);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    neg_statement_bind_int (add, 2 + (int) i, values[i]);
  return neg_statement_run (add, error);
}

gboolean
neg_cache_note_evicted (NegDatabase *database, gboolean is_whole, guint64 bytes, GError **error)
{
  const NegCacheCounts more = { .evicted = is_whole, .evicted_bytes = bytes };

  return count (database, &more, error);
}

/* *unopened_bytes: of the study here that nobody has opened since it came. */
static gboolean
was_ahead (NegDatabase *database, const NegEntry *entry, gboolean *ahead, guint64 *unopened_bytes, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT EXISTS (SELECT 1 FROM cache_purpose WHERE study_uid = ?1 AND kind = 1),"
      " coalesce ((SELECT cache_bytes FROM study WHERE id = ?2 AND opened_us = 0 AND cache_bytes > 0), 0)",
      error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, entry->study_uid);
  neg_statement_bind_int (row, 2, entry->study_rowid);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  *ahead = has_row && neg_statement_get_int (row, 0) != 0;
  *unopened_bytes = has_row ? (guint64) neg_statement_get_int (row, 1) : 0;
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
note_time (NegDatabase *database, gint64 study_rowid, GError **error)
{
  NegStatement *note = neg_database_prepare (database, "UPDATE study SET opened_us = ?2 WHERE id = ?1", error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, study_rowid);
  neg_statement_bind_int (note, 2, g_get_real_time ());
  return neg_statement_run (note, error);
}

/* Only of the same patient: whatever else is open in that window does not make it a prior. */
static gboolean
check_beside (NegDatabase *database, const NegEntry *entry, gint64 *beside, GError **error)
{
  NegStatement *same = neg_database_prepare (
      database,
      "SELECT c.id FROM entry c CROSS JOIN entry e ON e.id = ?1 WHERE c.id = ?2 AND c.id <> e.id"
      " AND c.patient_id = e.patient_id AND c.issuer = e.issuer AND c.name_key = e.name_key",
      error);

  if (same == NULL)
    return FALSE;
  neg_statement_bind_int (same, 1, entry->id);
  neg_statement_bind_int (same, 2, *beside);
  return _neg_archive_query_int (same, 0, beside, error);
}

static gboolean
note_beside (NegDatabase *database, const char *study_uid, gint64 beside, GError **error)
{
  NegStatement *drop = neg_database_prepare (database, "DELETE FROM cache_purpose WHERE study_uid = ?1 AND kind = 0",
                                             error);

  if (drop == NULL)
    return FALSE;
  neg_statement_bind_text (drop, 1, study_uid);
  return neg_statement_run (drop, error)
         && neg_cache_note_purpose (database, study_uid, NEG_CACHE_BESIDE, beside, "", error);
}

gboolean
neg_cache_note_opened (NegDatabase *database, gint64 id, gint64 beside, GError **error)
{
  g_autoptr (NegEntry) entry = neg_entries_find (database, id, error);
  NegCacheCounts more = { 0 };
  guint64 unopened_bytes;
  gboolean ahead, is_here;

  if (entry == NULL || !was_ahead (database, entry, &ahead, &unopened_bytes, error)
      || (beside != 0 && !check_beside (database, entry, &beside, error)))
    return FALSE;
  if (*entry->study_uid == '\0' || (entry->n_here == 0 && *entry->peers == '\0'))
    return TRUE; /* there is nothing to open */
  is_here = entry->n_here > 0 && entry->n_here >= entry->n_there;
  more.hits = is_here;
  more.misses = !is_here;
  more.predicted = is_here && ahead;
  more.missed = !is_here && beside != 0;
  more.saved_bytes = more.predicted ? unopened_bytes : 0;
  return count (database, &more, error) && (entry->study_rowid == 0 || note_time (database, entry->study_rowid, error))
         && (beside == 0 || note_beside (database, entry->study_uid, beside, error));
}

/* --- telling --- */

static gboolean
sum_days (NegDatabase *database, gint64 from, NegCacheCounts *counts, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT total (hits), total (misses), total (predicted), total (missed), total (saved_bytes), total (evicted),"
      " total (evicted_bytes) FROM cache_day WHERE day >= ?1",
      error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, from);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  *counts = (NegCacheCounts){ .hits = (guint) neg_statement_get_int (row, 0),
                              .misses = (guint) neg_statement_get_int (row, 1),
                              .predicted = (guint) neg_statement_get_int (row, 2),
                              .missed = (guint) neg_statement_get_int (row, 3),
                              .saved_bytes = (guint64) neg_statement_get_int (row, 4),
                              .evicted = (guint) neg_statement_get_int (row, 5),
                              .evicted_bytes = (guint64) neg_statement_get_int (row, 6) };
  neg_statement_reset (row);
  return TRUE;
}

gboolean
neg_cache_get_status (NegDatabase *database, gint64 now_us, NegCacheStatus *status, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT bytes, n_studies FROM cache_total", error);
  gboolean has_row;

  if (row == NULL || !neg_statement_step (row, &has_row, error))
    return FALSE;
  status->bytes = has_row ? (guint64) MAX (neg_statement_get_int (row, 0), 0) : 0;
  status->n_studies = has_row ? (guint) MAX (neg_statement_get_int (row, 1), 0) : 0;
  neg_statement_reset (row);
  return sum_days (database, get_day (now_us, 0), &status->today, error)
         && sum_days (database, get_day (now_us, MONTH_DAYS - 1), &status->month, error);
}
