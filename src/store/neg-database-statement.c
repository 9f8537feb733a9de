#include "config.h"

#include "store/neg-database-private.h"

#include "base/neg-error.h"

struct _NegStatement {
  NegDatabase *database; /* borrowed: it owns this */
  sqlite3_stmt *handle;
  int failure; /* the first one of the binds */
};

void
_neg_statement_free (NegStatement *statement)
{
  sqlite3_finalize (statement->handle);
  g_free (statement);
}

NegStatement *
neg_database_prepare (NegDatabase *database, const char *sql, GError **error)
{
  NegStatement *statement = g_hash_table_lookup (database->statements, sql);
  sqlite3_stmt *handle = NULL;
  int code;

  if (statement != NULL) {
    neg_statement_reset (statement);
    return statement;
  }
  code = sqlite3_prepare_v3 (database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
  if (code != SQLITE_OK || handle == NULL) {
    _neg_database_fail (database, code != SQLITE_OK ? code : SQLITE_MISUSE, error);
    return NULL;
  }
  statement = g_new0 (NegStatement, 1);
  statement->database = database;
  statement->handle = handle;
  g_hash_table_insert (database->statements, g_strdup (sql), statement);
  return statement;
}

void
neg_statement_reset (NegStatement *statement)
{
  sqlite3_reset (statement->handle);
  sqlite3_clear_bindings (statement->handle);
  statement->failure = SQLITE_OK;
}

void
neg_database_end_reading (NegDatabase *database)
{
  GHashTableIter iter;
  gpointer statement;

  g_hash_table_iter_init (&iter, database->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    neg_statement_reset (statement);
}

static void
keep_failure (NegStatement *statement, int code)
{
  if (statement->failure == SQLITE_OK)
    statement->failure = code;
}

void
neg_statement_bind_int (NegStatement *statement, int parameter, gint64 value)
{
  keep_failure (statement, sqlite3_bind_int64 (statement->handle, parameter, value));
}

void
neg_statement_bind_text (NegStatement *statement, int parameter, const char *text)
{
  keep_failure (statement, text != NULL
                               ? sqlite3_bind_text (statement->handle, parameter, text, -1, SQLITE_TRANSIENT)
                               : sqlite3_bind_null (statement->handle, parameter));
}

void
neg_statement_bind_blob (NegStatement *statement, int parameter, gconstpointer bytes, gsize n)
{
  keep_failure (statement, sqlite3_bind_blob64 (statement->handle, parameter, bytes, n, SQLITE_TRANSIENT));
}

gboolean
neg_statement_step (NegStatement *statement, gboolean *has_row, GError **error)
{
  NegDatabase *database = statement->database;
  int code = statement->failure;

  *has_row = FALSE;
  if (code != SQLITE_OK) {
    neg_statement_reset (statement);
    return neg_fail (error, NEG_ERROR_USAGE, database->name, "%s: %s", database->name, sqlite3_errstr (code));
  }
  code = sqlite3_step (statement->handle);
  *has_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    _neg_database_fail (database, code, error); /* before the reset, which may replace the words */
  neg_statement_reset (statement);
  return code == SQLITE_DONE;
}

gboolean
neg_statement_run (NegStatement *statement, GError **error)
{
  gboolean has_row;

  do {
    if (!neg_statement_step (statement, &has_row, error))
      return FALSE;
  } while (has_row);
  return TRUE;
}

gint64
neg_database_get_last_id (NegDatabase *database)
{
  return sqlite3_last_insert_rowid (database->handle);
}

gint64
neg_statement_get_int (NegStatement *statement, int column)
{
  return sqlite3_column_int64 (statement->handle, column);
}

const char *
neg_statement_get_text (NegStatement *statement, int column)
{
  return (const char *) sqlite3_column_text (statement->handle, column);
}

gconstpointer
neg_statement_get_blob (NegStatement *statement, int column, gsize *n)
{
  gconstpointer bytes = sqlite3_column_blob (statement->handle, column);

  *n = (gsize) sqlite3_column_bytes (statement->handle, column);
  return bytes;
}
