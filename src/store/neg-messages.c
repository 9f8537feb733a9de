#include "config.h"

#include "store/neg-messages.h"

#include "base/neg-error.h"

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "";
}

/* --- the same again --- */

#define HASH_BYTES 32

static void
hash_body (GBytes *body, guint8 *hash)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize n, size = HASH_BYTES;
  const guint8 *bytes = g_bytes_get_data (body, &n);

  g_checksum_update (checksum, bytes, (gssize) n);
  g_checksum_get_digest (checksum, hash, &size);
}

static void
bind_sender (NegStatement *statement, const NegMessageIn *message)
{
  neg_statement_bind_text (statement, 1, text_or_none (message->control_id));
  neg_statement_bind_text (statement, 2, text_or_none (message->application));
  neg_statement_bind_text (statement, 3, text_or_none (message->facility));
}

static gboolean
find_control_id (NegDatabase *database, const NegMessageIn *message, gboolean *is_there, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, "SELECT 1 FROM message WHERE control_id = ?1 AND application = ?2 AND facility = ?3 LIMIT 1", error);

  if (statement == NULL)
    return FALSE;
  bind_sender (statement, message);
  if (!neg_statement_step (statement, is_there, error))
    return FALSE;
  neg_statement_reset (statement);
  return TRUE;
}

gboolean
neg_messages_find_same (NegDatabase *database, const NegMessageIn *message, gint64 *id, GBytes **answer,
                        gboolean *is_control_id_reused, GError **error)
{
  NegStatement *statement = neg_database_prepare (database,
                                                  "SELECT id, answer, outcome FROM message WHERE control_id = ?1 AND "
                                                  "application = ?2 AND facility = ?3 AND time = ?4 AND hash = ?5",
                                                  error);
  guint8 hash[HASH_BYTES];
  gboolean has_row;

  *id = 0;
  *answer = NULL;
  *is_control_id_reused = FALSE;
  if (statement == NULL)
    return FALSE;
  hash_body (message->body, hash);
  bind_sender (statement, message);
  neg_statement_bind_text (statement, 4, text_or_none (message->time));
  neg_statement_bind_blob (statement, 5, hash, sizeof hash);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row) {
    gsize n;
    gconstpointer bytes = neg_statement_get_blob (statement, 1, &n);

    *id = neg_statement_get_int (statement, 0);
    if (neg_statement_get_int (statement, 2) != NEG_MESSAGE_REFUSED)
      *answer = g_bytes_new (bytes, n);
    neg_statement_reset (statement);
    return TRUE;
  }
  return find_control_id (database, message, is_control_id_reused, error);
}

/* --- writing --- */

static gboolean
add_body (NegDatabase *database, gint64 id, GBytes *body, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "INSERT INTO message_body VALUES (?1, ?2)", error);
  gsize n;
  gconstpointer bytes = g_bytes_get_data (body, &n);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, id);
  neg_statement_bind_blob (statement, 2, bytes != NULL ? bytes : "", n); /* SQLite takes no bytes at all for NULL */
  return neg_statement_run (statement, error);
}

/* Refused, until it is answered: a caller that never answers has applied nothing. */
gboolean
neg_messages_add (NegDatabase *database, const NegMessageIn *message, gint64 *id, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO message (control_id, application, facility, time, hash, type, source, received_us, outcome, why) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '')",
      error);
  guint8 hash[HASH_BYTES];

  if (statement == NULL)
    return FALSE;
  hash_body (message->body, hash);
  bind_sender (statement, message);
  neg_statement_bind_text (statement, 4, text_or_none (message->time));
  neg_statement_bind_blob (statement, 5, hash, sizeof hash);
  neg_statement_bind_text (statement, 6, text_or_none (message->type));
  neg_statement_bind_text (statement, 7, text_or_none (message->source));
  neg_statement_bind_int (statement, 8, g_get_real_time ());
  neg_statement_bind_int (statement, 9, NEG_MESSAGE_REFUSED);
  if (!neg_statement_run (statement, error))
    return FALSE;
  *id = neg_database_get_last_id (database);
  return add_body (database, *id, message->body, error);
}

gboolean
neg_messages_set_answer (NegDatabase *database, gint64 id, NegMessageOutcome outcome, const char *why, GBytes *answer,
                         GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, "UPDATE message SET outcome = ?2, why = ?3, answer = ?4 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, id);
  neg_statement_bind_int (statement, 2, outcome);
  neg_statement_bind_text (statement, 3, text_or_none (why));
  if (answer != NULL) {
    gsize n;
    gconstpointer bytes = g_bytes_get_data (answer, &n);

    neg_statement_bind_blob (statement, 4, bytes, n);
  }
  return neg_statement_run (statement, error);
}

gboolean
neg_messages_prune (NegDatabase *database, gint64 before_us, guint limit, guint *n, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE received_us < ?1 ORDER BY received_us LIMIT ?2) "
      "RETURNING id",
      error);
  gboolean has_row;

  *n = 0;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, before_us);
  neg_statement_bind_int (statement, 2, limit);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return TRUE;
    (*n)++;
  }
  return FALSE;
}

/* --- reading --- */

void
neg_message_row_free (NegMessageRow *row)
{
  g_free (row->type);
  g_free (row->control_id);
  g_free (row->application);
  g_free (row->facility);
  g_free (row->source);
  g_free (row->why);
  g_free (row);
}

static NegMessageRow *
read_row (NegStatement *statement)
{
  NegMessageRow *row = g_new0 (NegMessageRow, 1);

  row->id = neg_statement_get_int (statement, 0);
  row->received_us = neg_statement_get_int (statement, 1);
  row->type = g_strdup (neg_statement_get_text (statement, 2));
  row->control_id = g_strdup (neg_statement_get_text (statement, 3));
  row->application = g_strdup (neg_statement_get_text (statement, 4));
  row->facility = g_strdup (neg_statement_get_text (statement, 5));
  row->source = g_strdup (neg_statement_get_text (statement, 6));
  row->why = g_strdup (neg_statement_get_text (statement, 7));
  row->outcome = CLAMP (neg_statement_get_int (statement, 8), 0, NEG_MESSAGE_REFUSED);
  return row;
}

#define ROWS "SELECT id, received_us, type, control_id, application, facility, source, why, outcome FROM message "

GPtrArray *
neg_messages_list (NegDatabase *database, gboolean only_troubled, guint limit, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_message_row_free);
  NegStatement *statement = neg_database_prepare (database,
                                                  only_troubled ? ROWS "WHERE outcome >= 2 ORDER BY id DESC LIMIT ?1"
                                                                : ROWS "ORDER BY id DESC LIMIT ?1",
                                                  error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, limit);
  while (neg_statement_step (statement, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, read_row (statement));
  }
  return NULL;
}

GBytes *
neg_messages_dup_body (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT body FROM message_body WHERE message_id = ?1",
                                                  error);
  gconstpointer bytes;
  gboolean has_row;
  GBytes *body;
  gsize n;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, id);
  if (!neg_statement_step (statement, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, "message", "There is no such message, or it has been removed");
    return NULL;
  }
  bytes = neg_statement_get_blob (statement, 0, &n);
  body = g_bytes_new (bytes, n);
  neg_statement_reset (statement);
  return body;
}
