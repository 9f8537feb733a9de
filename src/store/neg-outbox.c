#include "config.h"

#include "store/neg-outbox.h"

#include <string.h>

#include "base/neg-error.h"

static const char *const kinds[NEG_POST_N_KINDS] = { "progress", "feedback", "support", "publish", "withdraw" };
static const char *const states[] = { "waiting", "done", "refused" };

#define COLUMNS                                                                                                        \
  "id, uuid, kind, json, state, places, tries, made_us, next_us, done_us, message, answer, answered_us, is_seen"

const char *
neg_post_kind_get_name (NegPostKind kind)
{
  return kinds[kind];
}

gboolean
neg_post_kind_parse (const char *name, NegPostKind *kind)
{
  for (guint i = 0; i < NEG_POST_N_KINDS; i++)
    if (strcmp (name, kinds[i]) == 0) {
      *kind = i;
      return TRUE;
    }
  return FALSE;
}

const char *
neg_post_state_get_name (NegPostState state)
{
  return states[state];
}

static void
post_file_free (gpointer data)
{
  NegPostFile *file = data;

  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

void
neg_post_free (NegPost *post)
{
  g_free (post->uuid);
  g_free (post->json);
  g_free (post->message);
  g_free (post->answer);
  g_clear_pointer (&post->files, g_ptr_array_unref);
  g_free (post);
}

char *
neg_post_dup_file_path (const char *data_folder, const NegPost *post, guint number)
{
  g_autofree char *name = g_strdup_printf ("%s.%u", post->uuid, number);

  return g_build_filename (data_folder, NEG_OUTBOX_FOLDER, name, NULL);
}

/* --- adding --- */

static gboolean
count_waiting (NegDatabase *database, gint64 *n, GError **error)
{
  NegStatement *count = neg_database_prepare (database, "SELECT count(*) FROM post WHERE state = 0", error);
  gboolean has_row;

  if (count == NULL || !neg_statement_step (count, &has_row, error))
    return FALSE;
  *n = neg_statement_get_int (count, 0);
  neg_statement_reset (count);
  return TRUE;
}

static gboolean
add_files (NegDatabase *database, const NegPost *post, GError **error)
{
  for (guint i = 0; post->files != NULL && i < post->files->len; i++) {
    const NegPostFile *file = post->files->pdata[i];
    NegStatement *insert = neg_database_prepare (
        database, "INSERT INTO post_file (post_id, number, name, bytes, sha256) VALUES (?1, ?2, ?3, ?4, ?5)", error);

    if (insert == NULL)
      return FALSE;
    neg_statement_bind_int (insert, 1, post->id);
    neg_statement_bind_int (insert, 2, i);
    neg_statement_bind_text (insert, 3, file->name);
    neg_statement_bind_int (insert, 4, (gint64) file->bytes);
    neg_statement_bind_text (insert, 5, file->sha256);
    if (!neg_statement_run (insert, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
neg_outbox_add (NegDatabase *database, NegPost *post, GError **error)
{
  NegStatement *insert;
  gint64 n_waiting;

  if (!count_waiting (database, &n_waiting, error))
    return FALSE;
  if (n_waiting >= NEG_OUTBOX_WAITING_MAX)
    return neg_fail (error, NEG_ERROR_BUSY, "outbox", "%d messages wait for the site already", NEG_OUTBOX_WAITING_MAX);
  insert = neg_database_prepare (database, "INSERT INTO post (uuid, kind, json, made_us) VALUES (?1, ?2, ?3, ?4)", error);
  if (insert == NULL)
    return FALSE;
  neg_statement_bind_text (insert, 1, post->uuid);
  neg_statement_bind_int (insert, 2, post->kind);
  neg_statement_bind_text (insert, 3, post->json);
  neg_statement_bind_int (insert, 4, post->made_us);
  if (!neg_statement_run (insert, error))
    return FALSE;
  post->id = neg_database_get_last_id (database);
  return add_files (database, post, error);
}

/* --- what becomes of it --- */

gboolean
neg_outbox_note (NegDatabase *database, gint64 id, NegPostState state, guint places, gint64 next_us, const char *message, gint64 now_us,
                 GError **error)
{
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE post SET state = ?2, places = places | ?3, tries = tries + 1, next_us = ?4, message = ?5,"
      " done_us = iif (?2 = 1, ?6, 0) WHERE id = ?1",
      error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, id);
  neg_statement_bind_int (update, 2, state);
  neg_statement_bind_int (update, 3, places);
  neg_statement_bind_int (update, 4, next_us);
  neg_statement_bind_text (update, 5, message);
  neg_statement_bind_int (update, 6, now_us);
  return neg_statement_run (update, error);
}

gboolean
neg_outbox_delay (NegDatabase *database, NegPostKind kind, guint places, gint64 next_us, const char *message, gint64 now_us,
                  GError **error)
{
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE post SET next_us = ?3, message = ?4 WHERE state = 0 AND next_us <= ?5 AND kind = ?1 AND places = ?2", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, kind);
  neg_statement_bind_int (update, 2, places);
  neg_statement_bind_int (update, 3, next_us);
  neg_statement_bind_text (update, 4, message);
  neg_statement_bind_int (update, 5, now_us);
  return neg_statement_run (update, error);
}

/* The same answer again is no news. */
gboolean
neg_outbox_answer (NegDatabase *database, const char *uuid, const char *answer, gint64 at_us, gboolean *is_new, GError **error)
{
  NegStatement *update = neg_database_prepare (
      database,
      "UPDATE post SET answer = ?2, answered_us = ?3, is_seen = 0 WHERE uuid = ?1 AND answer <> ?2 RETURNING id", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_text (update, 1, uuid);
  neg_statement_bind_text (update, 2, answer);
  neg_statement_bind_int (update, 3, at_us);
  if (!neg_statement_step (update, is_new, error))
    return FALSE;
  return !*is_new || neg_statement_run (update, error);
}

static gboolean
run_for (NegDatabase *database, const char *sql, gint64 id, gint64 time_us, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, id);
  neg_statement_bind_int (statement, 2, time_us);
  return neg_statement_run (statement, error);
}

gboolean
neg_outbox_set_seen (NegDatabase *database, gint64 id, GError **error)
{
  return run_for (database, "UPDATE post SET is_seen = 1 WHERE id = ?1 AND answer <> '' AND ?2 = 0", id, 0, error);
}

gboolean
neg_outbox_retry (NegDatabase *database, gint64 id, gint64 now_us, GError **error)
{
  return run_for (database, "UPDATE post SET state = 0, next_us = ?2 WHERE id = ?1 AND state <> 1", id, now_us, error);
}

gboolean
neg_outbox_retry_all (NegDatabase *database, GError **error)
{
  return run_for (database, "UPDATE post SET next_us = ?1 WHERE state = 0 AND next_us > ?2", 0, 0, error);
}

gboolean
neg_outbox_remove (NegDatabase *database, gint64 id, GError **error)
{
  return run_for (database, "DELETE FROM post WHERE id = ?1 AND ?2 = 0", id, 0, error);
}

gboolean
neg_outbox_prune (NegDatabase *database, gint64 before_us, GError **error)
{
  return run_for (database, "DELETE FROM post WHERE state = 1 AND kind <> ?1 AND done_us < ?2", NEG_POST_FEEDBACK, before_us, error);
}

/* --- reading --- */

static NegPost *
read_row (NegStatement *row)
{
  NegPost *post = g_new0 (NegPost, 1);

  post->id = neg_statement_get_int (row, 0);
  post->uuid = g_strdup (neg_statement_get_text (row, 1));
  post->kind = (NegPostKind) neg_statement_get_int (row, 2);
  post->json = g_strdup (neg_statement_get_text (row, 3));
  post->state = (NegPostState) neg_statement_get_int (row, 4);
  post->places = (guint) neg_statement_get_int (row, 5);
  post->tries = (guint) neg_statement_get_int (row, 6);
  post->made_us = neg_statement_get_int (row, 7);
  post->next_us = neg_statement_get_int (row, 8);
  post->done_us = neg_statement_get_int (row, 9);
  post->message = g_strdup (neg_statement_get_text (row, 10));
  post->answer = g_strdup (neg_statement_get_text (row, 11));
  post->answered_us = neg_statement_get_int (row, 12);
  post->is_seen = neg_statement_get_int (row, 13) != 0;
  post->files = g_ptr_array_new_with_free_func (post_file_free);
  return post;
}

static gboolean
read_files (NegDatabase *database, NegPost *post, GError **error)
{
  NegStatement *rows
      = neg_database_prepare (database, "SELECT name, bytes, sha256 FROM post_file WHERE post_id = ?1 ORDER BY number", error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, post->id);
  while (neg_statement_step (rows, &has_row, error)) {
    NegPostFile *file;

    if (!has_row)
      return TRUE;
    file = g_new0 (NegPostFile, 1);
    file->name = g_strdup (neg_statement_get_text (rows, 0));
    file->bytes = (guint64) neg_statement_get_int (rows, 1);
    file->sha256 = g_strdup (neg_statement_get_text (rows, 2));
    g_ptr_array_add (post->files, file);
  }
  return FALSE;
}

/* Consumes the rows of @statement. */
static GPtrArray *
read_posts (NegDatabase *database, NegStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) posts = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_post_free);
  gboolean has_row = TRUE;

  while (has_row) {
    if (!neg_statement_step (statement, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (posts, read_row (statement));
  }
  for (guint i = 0; i < posts->len; i++)
    if (!read_files (database, posts->pdata[i], error))
      return NULL;
  return g_steal_pointer (&posts);
}

GPtrArray *
neg_outbox_list (NegDatabase *database, int kind, guint limit, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT " COLUMNS " FROM (SELECT * FROM post WHERE ?1 < 0 OR kind = ?1 ORDER BY id DESC LIMIT ?2) ORDER BY id", error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, kind);
  neg_statement_bind_int (rows, 2, limit);
  return read_posts (database, rows, error);
}

static gboolean
find_next (NegDatabase *database, gint64 now_us, gint64 *next_us, GError **error)
{
  NegStatement *row
      = neg_database_prepare (database, "SELECT min(next_us) FROM post WHERE state = 0 AND next_us > ?1", error);
  gboolean has_row;

  *next_us = 0;
  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, now_us);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (has_row) {
    *next_us = neg_statement_get_int (row, 0);
    neg_statement_reset (row);
  }
  return TRUE;
}

GPtrArray *
neg_outbox_list_due (NegDatabase *database, gint64 now_us, guint limit, gint64 *next_us, GError **error)
{
  NegStatement *rows;

  if (!find_next (database, now_us, next_us, error))
    return NULL;
  rows = neg_database_prepare (database, "SELECT " COLUMNS " FROM post WHERE state = 0 AND next_us <= ?1 ORDER BY id LIMIT ?2", error);
  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, now_us);
  neg_statement_bind_int (rows, 2, limit);
  return read_posts (database, rows, error);
}

NegPost *
neg_outbox_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT " COLUMNS " FROM post WHERE id = ?1", error);
  g_autoptr (GPtrArray) posts = NULL;

  if (row == NULL)
    return NULL;
  neg_statement_bind_int (row, 1, id);
  posts = read_posts (database, row, error);
  if (posts == NULL)
    return NULL;
  if (posts->len == 1)
    return g_ptr_array_steal_index (posts, 0);
  neg_fail (error, NEG_ERROR_NOT_FOUND, "outbox", "there is no message %" G_GINT64_FORMAT, id);
  return NULL;
}

char **
neg_outbox_list_told (NegDatabase *database, guint limit, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database, "SELECT uuid FROM post WHERE kind = 1 AND places > 0 ORDER BY (answer <> ''), id DESC LIMIT ?1", error);
  g_autoptr (GStrvBuilder) uuids = g_strv_builder_new ();
  gboolean has_row = TRUE;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, limit);
  while (has_row) {
    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (has_row)
      g_strv_builder_add (uuids, neg_statement_get_text (rows, 0));
  }
  return g_strv_builder_end (uuids);
}
