#include "config.h"

#include "store/neg-progress-store.h"

#include <string.h>

#include "store/neg-reading-store-private.h"
#include "store/neg-store-resources.h"

#define WAITING_MAX 1000

/* --- On the writer's thread --- */

static void
free_row (gpointer data)
{
  NegProgressRow *row = data;

  g_free (row->id);
  g_free (row->person);
  g_free (row->topic);
  g_free (row->line);
  g_free (row);
}

static gboolean
save_job (NegDatabase *database, gpointer data, GError **error)
{
  const NegProgressRow *row = data;
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO progress (id, person, topic, began_ms, saved_ms, open, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
      " ON CONFLICT (id) DO UPDATE SET saved_ms = excluded.saved_ms, open = excluded.open, line = excluded.line, posted = 0",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, row->id);
  neg_statement_bind_text (statement, 2, row->person);
  neg_statement_bind_text (statement, 3, row->topic);
  neg_statement_bind_int (statement, 4, row->began_ms);
  neg_statement_bind_int (statement, 5, row->saved_ms);
  neg_statement_bind_int (statement, 6, row->is_open);
  neg_statement_bind_text (statement, 7, row->line);
  return neg_statement_run (statement, error);
}

static gboolean
posted_job (NegDatabase *database, gpointer data, GError **error)
{
  const NegProgressRow *row = data;
  NegStatement *statement
      = neg_database_prepare (database, "UPDATE progress SET posted = 1 WHERE id = ?1 AND line = ?2", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, row->id);
  neg_statement_bind_text (statement, 2, row->line);
  return neg_statement_run (statement, error);
}

/* --- The store --- */

gboolean
neg_progress_store_save (NegReadingStore *store, const NegProgressRow *row)
{
  g_autofree char *key = g_strconcat ("progress ", row->id, NULL);
  NegProgressRow *copy = g_new0 (NegProgressRow, 1);

  *copy = *row;
  copy->id = g_strdup (row->id);
  copy->person = g_strdup (row->person);
  copy->topic = g_strdup (row->topic);
  copy->line = g_strdup (row->line);
  return neg_writer_push (store->writer, key, strlen (row->line), save_job, copy, free_row);
}

gboolean
neg_progress_store_set_posted (NegReadingStore *store, const char *id, const char *line)
{
  NegProgressRow *row = g_new0 (NegProgressRow, 1);

  row->id = g_strdup (id);
  row->line = g_strdup (line);
  return neg_writer_push (store->writer, NULL, strlen (line), posted_job, row, free_row);
}

static gboolean
read_lines (NegStatement *rows, GPtrArray *lines, GError **error)
{
  gboolean has_row;

  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return TRUE;
    g_ptr_array_add (lines, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return FALSE;
}

static void
reverse (GPtrArray *lines)
{
  for (guint i = 0; i < lines->len / 2; i++) {
    gpointer other = lines->pdata[lines->len - 1 - i];

    lines->pdata[lines->len - 1 - i] = lines->pdata[i];
    lines->pdata[i] = other;
  }
}

static GPtrArray *
list (NegDatabase *database, const char *person, const char *topic, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  NegStatement *rows = neg_database_prepare (database,
                                             "SELECT line FROM progress WHERE (?1 IS NULL OR person = ?1)"
                                             " AND (?2 IS NULL OR topic = ?2) ORDER BY began_ms DESC, id LIMIT ?3",
                                             error);

  if (rows == NULL)
    return NULL;
  neg_statement_bind_text (rows, 1, person);
  neg_statement_bind_text (rows, 2, topic);
  neg_statement_bind_int (rows, 3, NEG_PROGRESS_STORE_LINES_MAX);
  if (!read_lines (rows, lines, error))
    return NULL;
  reverse (lines);
  return g_steal_pointer (&lines);
}

GPtrArray *
neg_progress_store_list (NegReadingStore *store, const char *person, const char *topic, GError **error)
{
  return list (store->reader, person, topic, error);
}

GPtrArray *
neg_progress_store_list_file (const char *folder, GError **error)
{
  const NegSchema schema = { .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/reading" };
  g_autofree char *path = g_build_filename (folder, NEG_READING_STORE_FILE, NULL);
  g_autoptr (NegDatabase) reader = neg_database_open_reader (path, &schema, error);

  return reader != NULL ? list (reader, NULL, NULL, error) : NULL;
}

GHashTable *
neg_progress_store_list_waiting (NegReadingStore *store, gint64 open_before_ms, GError **error)
{
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  NegStatement *rows
      = neg_database_prepare (store->reader,
                              "SELECT id, line FROM progress WHERE posted = 0 AND (open = 0 OR saved_ms < ?1) LIMIT ?2", error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, open_before_ms);
  neg_statement_bind_int (rows, 2, WAITING_MAX);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&lines);
    g_hash_table_insert (lines, g_strdup (neg_statement_get_text (rows, 0)), g_strdup (neg_statement_get_text (rows, 1)));
  }
  return NULL;
}
