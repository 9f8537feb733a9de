/* What was found, and what a person says of it. */
#include "config.h"

#include "store/neg-desk.h"

#include "base/neg-error.h"
#include "store/neg-archive-private.h"

static gboolean
run_for (NegDatabase *database, const char *sql, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, id);
  return neg_statement_run (statement, error);
}

static gboolean
count_changes (NegDatabase *database, gint64 *n, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT changes ()", error);

  return statement != NULL && _neg_archive_query_int (statement, 0, n, error);
}

/* --- findings --- */

/* With lengths: no text ends one part and begins another. */
static char *
dup_key (const char *check, const char *subject, const char *found, const char *expected)
{
  return g_strdup_printf ("%s %zu %zu %s%s%s", check, strlen (subject), strlen (found), subject, found, expected);
}

/* Key to id, owned. */
static GHashTable *
list_known (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  NegStatement *row = neg_database_prepare (
      database, "SELECT id, check_name, subject, found, expected FROM finding WHERE study_id = ?1 ORDER BY id", error);
  gboolean has_row;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, study_id);
  while (neg_statement_step (row, &has_row, error)) {
    gint64 id;

    if (!has_row)
      return g_steal_pointer (&known);
    id = neg_statement_get_int (row, 0);
    g_hash_table_insert (known,
                         dup_key (neg_statement_get_text (row, 1), neg_statement_get_text (row, 2),
                                  neg_statement_get_text (row, 3), neg_statement_get_text (row, 4)),
                         g_memdup2 (&id, sizeof id));
  }
  return NULL;
}

#define INSERT                                                                                                         \
  "INSERT INTO finding (severity, series_uid, n_objects, why, action, argument, study_id, check_name, subject, found," \
  " expected) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?1, ?8, ?9, ?10, ?11)"
#define UPDATE                                                                                                         \
  "UPDATE finding SET severity = ?2, series_uid = ?3, n_objects = ?4, why = ?5, action = ?6, argument = ?7 WHERE id = ?1"

static gboolean
write_finding (NegDatabase *database, gint64 study_id, const NegFinding *finding, const gint64 *known, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, known != NULL ? UPDATE : INSERT, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, known != NULL ? *known : study_id);
  neg_statement_bind_int (statement, 2, finding->severity);
  neg_statement_bind_text (statement, 3, finding->series_uid);
  neg_statement_bind_int (statement, 4, finding->n_objects);
  neg_statement_bind_text (statement, 5, finding->why);
  neg_statement_bind_text (statement, 6, neg_finding_action_get_name (finding->action));
  neg_statement_bind_text (statement, 7, finding->argument);
  if (known == NULL) {
    neg_statement_bind_text (statement, 8, finding->check);
    neg_statement_bind_text (statement, 9, finding->subject);
    neg_statement_bind_text (statement, 10, finding->found);
    neg_statement_bind_text (statement, 11, finding->expected);
  }
  return neg_statement_run (statement, error);
}

static gboolean
replace_findings (NegDatabase *database, gint64 study_id, GPtrArray *findings, GError **error)
{
  g_autoptr (GHashTable) known = list_known (database, study_id, error);
  GHashTableIter iter;
  gpointer id;

  if (known == NULL)
    return FALSE;
  for (guint i = 0; i < findings->len; i++) {
    const NegFinding *finding = findings->pdata[i];
    g_autofree char *key = dup_key (finding->check, finding->subject, finding->found, finding->expected);

    if (!write_finding (database, study_id, finding, g_hash_table_lookup (known, key), error))
      return FALSE;
    g_hash_table_remove (known, key);
  }
  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, NULL, &id))
    if (!run_for (database, "DELETE FROM finding WHERE id = ?1", *(const gint64 *) id, error))
      return FALSE;
  return TRUE;
}

/* What nobody has accepted. */
static gboolean
sum_up (NegDatabase *database, gint64 study_id, GError **error)
{
  return run_for (database,
                  "UPDATE desk SET (worst, n_findings) = (SELECT coalesce (max (severity), 0), count(*) FROM finding"
                  " WHERE study_id = ?1 AND accepted_us = 0) WHERE study_id = ?1",
                  study_id, error);
}

gboolean
neg_desk_set_findings (NegDatabase *database, gint64 study_id, GPtrArray *findings, gint64 looked_us, gint64 now_us,
                       const char *failure, GError **error)
{
  NegStatement *note = neg_database_prepare (database,
                                             "UPDATE desk SET checked_us = ?2, failure = ?3,"
                                             " due_us = iif (due_us > ?4, due_us, 0) WHERE study_id = ?1",
                                             error);
  gint64 n;

  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, study_id);
  neg_statement_bind_int (note, 2, now_us);
  neg_statement_bind_text (note, 3, failure);
  neg_statement_bind_int (note, 4, looked_us);
  if (!neg_statement_run (note, error) || !count_changes (database, &n, error))
    return FALSE;
  return n == 0 || findings == NULL
         || (replace_findings (database, study_id, findings, error) && sum_up (database, study_id, error));
}

gboolean
neg_desk_note_due (NegDatabase *database, gint64 study_id, gint64 now_us, gint64 *due_us, GError **error)
{
  NegStatement *note = neg_database_prepare (
      database, "UPDATE desk SET due_us = max (due_us + 1, ?2) WHERE study_id = ?1 RETURNING due_us", error);

  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, study_id);
  neg_statement_bind_int (note, 2, now_us);
  if (!_neg_archive_query_int (note, 0, due_us, error))
    return FALSE;
  return *due_us != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "This study is not on the desk");
}

gboolean
neg_desk_note_changed (NegDatabase *database, gint64 study_id, gint64 now_us, GError **error)
{
  NegStatement *note = neg_database_prepare (
      database,
      "INSERT INTO desk (study_id, arrived_us, changed_us, due_us) VALUES (?1, ?2, ?2, ?2) ON CONFLICT DO UPDATE"
      " SET changed_us = max (changed_us, ?2), due_us = max (due_us + 1, ?2), state = iif (state IN (2, 3), 0, state)",
      error);

  G_STATIC_ASSERT (NEG_DESK_NEW == 0 && NEG_DESK_ARRIVED == 2 && NEG_DESK_SETTLED == 3);
  if (note == NULL)
    return FALSE;
  neg_statement_bind_int (note, 1, study_id);
  neg_statement_bind_int (note, 2, now_us);
  return neg_statement_run (note, error);
}

gboolean
neg_desk_accept (NegDatabase *database, gint64 finding, const char *user, const char *words, gint64 now_us, GError **error)
{
  NegStatement *accept = neg_database_prepare (database,
                                               "UPDATE finding SET accepted_by = ?2, accepted_words = ?3, accepted_us = ?4"
                                               " WHERE id = ?1 RETURNING study_id",
                                               error);
  gint64 study_id;

  if (accept == NULL)
    return FALSE;
  neg_statement_bind_int (accept, 1, finding);
  neg_statement_bind_text (accept, 2, user);
  neg_statement_bind_text (accept, 3, words);
  neg_statement_bind_int (accept, 4, now_us);
  if (!_neg_archive_query_int (accept, 0, &study_id, error))
    return FALSE;
  if (study_id == 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "This was checked again meanwhile, and is not found any more");
  return sum_up (database, study_id, error);
}

gboolean
neg_desk_set_state (NegDatabase *database, gint64 study_id, NegDeskState state, const char *user, const char *words,
                    gint64 now_us, GError **error)
{
  NegStatement *set = neg_database_prepare (
      database, "UPDATE desk SET state = ?2, user = ?3, words = ?4, decided_us = ?5 WHERE study_id = ?1", error);
  gint64 n;

  if (set == NULL)
    return FALSE;
  neg_statement_bind_int (set, 1, study_id);
  neg_statement_bind_int (set, 2, state);
  neg_statement_bind_text (set, 3, user);
  neg_statement_bind_text (set, 4, words);
  neg_statement_bind_int (set, 5, now_us);
  if (!neg_statement_run (set, error) || !count_changes (database, &n, error))
    return FALSE;
  return n > 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "This study is not on the desk");
}

/* --- an index that was made anew --- */

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define FOUND_US (3 * DAY_US)    /* who has not released it by then does not wait for it */
#define FOUND_STUDY_US (14 * DAY_US) /* files that were brought back from a copy are all new */

gboolean
neg_desk_bring_found (NegDatabase *database, gint64 now_us, GError **error)
{
  g_autoptr (GDateTime) since = g_date_time_new_from_unix_utc ((now_us - FOUND_STUDY_US) / G_USEC_PER_SEC);
  g_autofree char *date = since != NULL ? g_date_time_format (since, "%Y%m%d") : g_strdup ("");
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE desk SET state = 0, decided_us = 0, due_us = max (due_us + 1, ?1) WHERE state = 3 AND user = '' AND changed_us > ?2"
      " AND study_id IN (SELECT id FROM study WHERE date = '' OR date >= ?3)",
      error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, now_us);
  neg_statement_bind_int (update, 2, now_us - FOUND_US);
  neg_statement_bind_text (update, 3, date);
  return neg_statement_run (update, error);
}
