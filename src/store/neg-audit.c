#include "config.h"

#include "store/neg-audit.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store/neg-object-store-private.h"

#define N_TEXTS 6

/* A row as it is hashed. */
typedef struct {
  gint64 id, time_us, event, failed;
  const char *texts[N_TEXTS]; /* user, peer, study, patient, issuer, detail; nullable but for the first */
} Row;

/* Not what the environment says (g_get_user_name() looks at LOGNAME first). */
static char *
dup_user (void)
{
  char buffer[4096];
  struct passwd entry, *found = NULL;

  if (getpwuid_r (getuid (), &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
    return g_strdup (entry.pw_name);
  return g_strdup_printf ("uid %u", (guint) getuid ());
}

/* With the length before each text, so that no two rows have the same form; "-" where there is none. */
static char *
hash_row (const Row *row, const char *before, GError **error)
{
  g_autoptr (GString) form = g_string_new (before);

  g_string_append_printf (form, "\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                          row->id, row->time_us, row->event, row->failed);
  for (int i = 0; i < N_TEXTS; i++)
    if (row->texts[i] == NULL)
      g_string_append (form, "\n-");
    else
      g_string_append_printf (form, "\n%zu %s", strlen (row->texts[i]), row->texts[i]);
  return _neg_hash_bytes (form->str, form->len, error);
}

/* The last row's number (also of one that was taken away) and hash. */
static gboolean
read_end (NegDatabase *database, gint64 *id, char **hash, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "SELECT coalesce ((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0),"
      " (SELECT hash FROM audit ORDER BY id DESC LIMIT 1)",
      error);
  gboolean has_row;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  *id = neg_statement_get_int (statement, 0);
  *hash = g_strdup (neg_statement_get_text (statement, 1));
  neg_statement_reset (statement);
  return TRUE;
}

static gboolean
insert_row (NegDatabase *database, const Row *row, const char *hash, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO audit (id, time_us, event, failed, user, peer, study_uid, patient_id, issuer, detail, hash)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
      error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, row->id);
  neg_statement_bind_int (insert, 2, row->time_us);
  neg_statement_bind_int (insert, 3, row->event);
  neg_statement_bind_int (insert, 4, row->failed);
  for (int i = 0; i < N_TEXTS; i++)
    neg_statement_bind_text (insert, 5 + i, row->texts[i]);
  neg_statement_bind_text (insert, 11, hash);
  return neg_statement_run (insert, error);
}

gboolean
neg_audit_append_within (NegDatabase *database, const NegAuditEntry *entry, GError **error)
{
  g_autofree char *own_user = entry->user == NULL ? dup_user () : NULL;
  g_autofree char *before = NULL;
  g_autofree char *hash = NULL;
  Row row = { .time_us = g_get_real_time (),
              .event = entry->event,
              .failed = entry->failed != FALSE,
              .texts = { entry->user != NULL ? entry->user : own_user, entry->peer, entry->study_uid,
                         entry->patient_id, entry->issuer, entry->detail } };

  if (!read_end (database, &row.id, &before, error))
    return FALSE;
  row.id++;
  hash = hash_row (&row, before, error);
  return hash != NULL && insert_row (database, &row, hash, error);
}

static gboolean
append (NegDatabase *database, gpointer data, GError **error)
{
  return neg_audit_append_within (database, data, error);
}

gboolean
neg_audit_append (NegArchive *archive, const NegAuditEntry *entry, GError **error)
{
  return neg_archive_write (archive, append, (gpointer) entry, error);
}

static gboolean
fail_at (NegDatabase *database, gint64 id, GError **error)
{
  g_autofree char *where = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  return neg_fail (error, NEG_ERROR_INCONSISTENT, where,
                   "Row %s of the audit trail is missing, or is not as it was written", where);
}

static gboolean
verify_row (NegDatabase *database, NegStatement *statement, gint64 expected_id, char **before, GError **error)
{
  Row row = { .id = neg_statement_get_int (statement, 0),
              .time_us = neg_statement_get_int (statement, 1),
              .event = neg_statement_get_int (statement, 2),
              .failed = neg_statement_get_int (statement, 3) };
  g_autofree char *hash = NULL;

  for (int i = 0; i < N_TEXTS; i++)
    row.texts[i] = neg_statement_get_text (statement, 4 + i);
  hash = hash_row (&row, *before, error);
  if (hash == NULL)
    return FALSE;
  if (row.id != expected_id || g_strcmp0 (hash, neg_statement_get_text (statement, 4 + N_TEXTS)) != 0)
    return fail_at (database, expected_id, error);
  g_free (*before);
  *before = g_steal_pointer (&hash);
  return TRUE;
}

static gboolean
verify_rows (NegDatabase *database, gint64 *n_rows, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT id, time_us, event, failed, user, peer, study_uid,"
                                                  " patient_id, issuer, detail, hash FROM audit ORDER BY id",
                                                  error);
  g_autofree char *before = NULL;
  gboolean has_row = FALSE;

  *n_rows = 0;
  if (statement == NULL)
    return FALSE;
  for (;;) {
    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    if (!verify_row (database, statement, *n_rows + 1, &before, error)) {
      neg_statement_reset (statement);
      return FALSE;
    }
    ++*n_rows;
  }
}

gboolean
neg_audit_verify (NegDatabase *database, guint64 *n_rows, GError **error)
{
  g_autofree char *hash = NULL;
  gint64 found = 0, last = 0;

  /* In this order: rows that are added meanwhile are no gap. */
  if (!read_end (database, &last, &hash, error) || !verify_rows (database, &found, error))
    return FALSE;
  if (n_rows != NULL)
    *n_rows = (guint64) found;
  return found >= last || fail_at (database, found + 1, error);
}
