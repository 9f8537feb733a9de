#include "config.h"

#include "store/neg-annotation-store.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-reading-store-private.h"

#define WAIT_MS 1000
#define WHERE "annotation"

/* What a job writes; its own copy. */
typedef struct {
  gint64 token;
  char *study_uid;
  NegStoredOperation operation;
} Row;

static void
clear_operation (NegStoredOperation *operation)
{
  g_free (operation->uid);
  g_free (operation->text);
  g_free (operation->author);
}

void
neg_stored_operation_free (NegStoredOperation *operation)
{
  clear_operation (operation);
  g_free (operation);
}

static void
free_row (gpointer data)
{
  Row *row = data;

  g_free (row->study_uid);
  clear_operation (&row->operation);
  g_free (row);
}

/* --- On the writer's thread --- */

static gboolean
append_job (NegDatabase *database, gpointer data, GError **error)
{
  const Row *row = data;
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO annotation_operation (token, study_uid, operation, uid, text, author, when_us)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, row->token);
  neg_statement_bind_text (statement, 2, row->study_uid);
  neg_statement_bind_int (statement, 3, row->operation.operation);
  neg_statement_bind_text (statement, 4, row->operation.uid);
  neg_statement_bind_text (statement, 5, row->operation.text);
  neg_statement_bind_text (statement, 6, row->operation.author);
  neg_statement_bind_int (statement, 7, row->operation.when_us);
  return neg_statement_run (statement, error);
}

static gboolean
withdraw_job (NegDatabase *database, gpointer data, GError **error)
{
  const Row *row = data;
  NegStatement *statement = neg_database_prepare (
      database, "DELETE FROM annotation_operation WHERE study_uid = ?1 AND token = ?2", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, row->study_uid);
  neg_statement_bind_int (statement, 2, row->token);
  return neg_statement_run (statement, error);
}

/* --- Appending --- */

static Row *
new_row (gint64 token, const char *study_uid, guint operation, const char *uid, const char *text)
{
  Row *row = g_new0 (Row, 1);

  row->token = token;
  row->study_uid = g_strdup (study_uid);
  row->operation.operation = operation;
  row->operation.uid = g_strdup (uid);
  row->operation.text = g_strdup (text);
  row->operation.author = g_utf8_make_valid (g_get_user_name (), -1);
  row->operation.when_us = g_get_real_time ();
  return row;
}

static gboolean
is_there (NegReadingStore *store, const char *study_uid, gint64 token)
{
  NegStatement *rows = neg_database_prepare (
      store->reader, "SELECT 1 FROM annotation_operation WHERE study_uid = ?1 AND token = ?2", NULL);
  gboolean has_row = FALSE;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, study_uid);
  neg_statement_bind_int (rows, 2, token);
  if (!neg_statement_step (rows, &has_row, NULL))
    return FALSE;
  neg_statement_reset (rows);
  return has_row;
}

/* What was not reported as kept must not come back: jobs run in their order, so this one comes after the row. */
static void
withdraw (NegReadingStore *store, gint64 token, const char *study_uid)
{
  neg_writer_push (store->writer, NULL, 0, withdraw_job, new_row (token, study_uid, 0, "", ""), free_row);
}

gboolean
neg_annotation_store_append (NegReadingStore *store, const char *study_uid, guint operation, const char *uid,
                             const char *text, GError **error)
{
  gint64 token = (gint64) ((guint64) g_random_int () << 32 | g_random_int ());
  g_autoptr (GError) failure = NULL;
  gsize length = strlen (text);

  if (length > NEG_ANNOTATION_OPERATION_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, WHERE, "The annotation is too large to be kept");
  if (neg_writer_write (store->writer, length, append_job, new_row (token, study_uid, operation, uid, text), free_row,
                        WAIT_MS, &failure)
      || is_there (store, study_uid, token))
    return TRUE;
  withdraw (store, token, study_uid);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- Loading --- */

static NegStoredOperation *
read_operation (NegStatement *rows)
{
  NegStoredOperation *operation = g_new0 (NegStoredOperation, 1);

  operation->sequence = neg_statement_get_int (rows, 0);
  operation->operation = (guint) CLAMP (neg_statement_get_int (rows, 1), 0, G_MAXUINT);
  operation->uid = g_strdup (neg_statement_get_text (rows, 2));
  operation->text = g_strdup (neg_statement_get_text (rows, 3));
  operation->author = g_strdup (neg_statement_get_text (rows, 4));
  operation->when_us = neg_statement_get_int (rows, 5);
  return operation;
}

/* Rows that another program wrote may be longer than what is taken here. */
static gboolean
read_all (NegStatement *rows, GPtrArray *operations, GError **error)
{
  gsize total = 0;
  gboolean has_row;

  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    total += strlen (neg_statement_get_text (rows, 2)) + strlen (neg_statement_get_text (rows, 3))
             + sizeof (NegStoredOperation);
    if (total > NEG_ANNOTATION_STUDY_BYTES_MAX) {
      neg_statement_reset (rows);
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, WHERE, "The annotations of this study are too large to be read");
    }
    g_ptr_array_add (operations, read_operation (rows));
  }
  return FALSE;
}

GPtrArray *
neg_annotation_store_load (NegReadingStore *store, const char *study_uid, GError **error)
{
  g_autoptr (GPtrArray) operations
      = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_stored_operation_free);
  NegStatement *rows = neg_database_prepare (
      store->reader,
      "SELECT sequence, operation, uid, text, author, when_us FROM annotation_operation"
      " WHERE study_uid = ?1 ORDER BY sequence",
      error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_text (rows, 1, study_uid);
  return read_all (rows, operations, error) ? g_steal_pointer (&operations) : NULL;
}
