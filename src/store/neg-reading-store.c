#include "config.h"

#include "store/neg-reading-store-private.h"

#include "base/neg-error.h"
#include "store/neg-run-lock.h"
#include "store/neg-store-resources.h"

#define PACE_MS 250
#define EXIT_LIMIT_MS 1000
#define QUEUE_LIMIT_BYTES (8u << 20)
#define RUNS_MAX 1000 /* rows looked at; there is one for each window that is open, and few others */

typedef struct {
  NegRunLock *lock;
  char **before; /* ids of dead runs whose screens this one takes the place of */
} Run;

/* What a job writes; its own copy. */
typedef struct {
  char *run;
  char *state;   /* nullable */
  char **others; /* to delete; nullable */
  gint64 now_us;
} Change;

void
neg_last_screen_free (NegLastScreen *screen)
{
  g_free (screen->run);
  g_free (screen->state);
  g_free (screen);
}

static void
free_run (Run *run)
{
  neg_run_lock_free (run->lock);
  g_strfreev (run->before);
  g_free (run);
}

static void
free_change (gpointer data)
{
  Change *change = data;

  g_free (change->run);
  g_free (change->state);
  g_strfreev (change->others);
  g_free (change);
}

/* --- On the writer's thread --- */

static gboolean
run_for (NegDatabase *database, const char *sql, const char *run, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, run);
  return neg_statement_run (statement, error);
}

static gboolean
delete_runs (NegDatabase *database, char **runs, GError **error)
{
  for (guint i = 0; runs != NULL && runs[i] != NULL; i++)
    if (!run_for (database, "DELETE FROM screen WHERE run = ?1", runs[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
write_state (NegDatabase *database, const Change *change, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO screen (run, sequence, saved_us, state)"
      " VALUES (?1, (SELECT ifnull (max (sequence), 0) + 1 FROM screen), ?2, ?3)"
      " ON CONFLICT (run) DO UPDATE SET sequence = excluded.sequence, saved_us = excluded.saved_us,"
      " clean = 0, state = excluded.state",
      error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, change->run);
  neg_statement_bind_int (statement, 2, change->now_us);
  neg_statement_bind_text (statement, 3, change->state);
  return neg_statement_run (statement, error);
}

static gboolean
save_job (NegDatabase *database, gpointer data, GError **error)
{
  const Change *change = data;

  if (change->state == NULL)
    return run_for (database, "DELETE FROM screen WHERE run = ?1", change->run, error);
  return write_state (database, change, error) && delete_runs (database, change->others, error);
}

static gboolean
close_job (NegDatabase *database, gpointer data, GError **error)
{
  const Change *change = data;

  return run_for (database, "UPDATE screen SET clean = 1 WHERE run = ?1", change->run, error);
}

static gboolean
forget_job (NegDatabase *database, gpointer data, GError **error)
{
  const Change *change = data;

  return delete_runs (database, change->others, error);
}

/* --- The store --- */

static NegDatabase *
open_file (const char *path, gboolean for_writing, GError **error)
{
  const NegSchema schema = { .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/reading" };

  return for_writing ? neg_database_open (path, &schema, error) : neg_database_open_reader (path, &schema, error);
}

NegReadingStore *
neg_reading_store_open (const char *folder, NegWriterReport report, gpointer user_data, GError **error)
{
  g_autofree char *path = g_build_filename (folder, NEG_READING_STORE_FILE, NULL);
  g_autoptr (NegDatabase) writing = open_file (path, TRUE, error);
  g_autoptr (NegDatabase) reading = writing != NULL ? open_file (path, FALSE, error) : NULL;
  NegReadingStore *store;

  if (reading == NULL || !neg_database_check (reading, error))
    return NULL;
  store = g_new0 (NegReadingStore, 1);
  store->folder = g_strdup (folder);
  store->reader = g_steal_pointer (&reading);
  store->writer
      = neg_writer_new (g_steal_pointer (&writing), QUEUE_LIMIT_BYTES, PACE_MS, report, user_data);
  store->runs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) free_run);
  neg_run_lock_sweep (folder);
  return store;
}

void
neg_reading_store_free (NegReadingStore *store)
{
  if (store == NULL)
    return;
  /* The writer last: who closes last folds the log into the file, and one that only reads cannot. */
  neg_database_free (store->reader);
  neg_writer_close (store->writer, EXIT_LIMIT_MS);
  g_hash_table_unref (store->runs);
  g_free (store->folder);
  g_free (store);
}

static gboolean
next_dead (NegReadingStore *store, NegStatement *rows, gboolean *has_row, GError **error)
{
  do {
    if (!neg_statement_step (rows, has_row, error))
      return FALSE;
  } while (*has_row && neg_run_lock_is_held (store->folder, neg_statement_get_text (rows, 0)));
  return TRUE;
}

static NegStatement *
select_newest_first (NegReadingStore *store, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      store->reader, "SELECT run, state, clean, saved_us FROM screen ORDER BY sequence DESC LIMIT ?1", error);

  if (rows != NULL)
    neg_statement_bind_int (rows, 1, RUNS_MAX);
  return rows;
}

NegLastScreen *
neg_reading_store_find_last (NegReadingStore *store, GError **error)
{
  NegStatement *rows = select_newest_first (store, error);
  NegLastScreen *screen = NULL;
  gboolean has_row;

  if (rows == NULL || !next_dead (store, rows, &has_row, error))
    return NULL;
  if (has_row) {
    screen = g_new0 (NegLastScreen, 1);
    screen->run = g_strdup (neg_statement_get_text (rows, 0));
    screen->state = g_strdup (neg_statement_get_text (rows, 1));
    screen->crashed = neg_statement_get_int (rows, 2) == 0;
    screen->saved_us = neg_statement_get_int (rows, 3);
  }
  neg_statement_reset (rows);
  return screen;
}

/* The ids of all runs that are no more, and left a screen. */
static char **
list_dead (NegReadingStore *store, GError **error)
{
  g_autoptr (GStrvBuilder) dead = g_strv_builder_new ();
  NegStatement *rows = select_newest_first (store, error);
  gboolean has_row;

  if (rows == NULL || !next_dead (store, rows, &has_row, error))
    return NULL;
  while (has_row) {
    g_strv_builder_add (dead, neg_statement_get_text (rows, 0));
    if (!next_dead (store, rows, &has_row, error))
      return NULL;
  }
  return g_strv_builder_end (dead);
}

const char *
neg_reading_store_begin_run (NegReadingStore *store, GError **error)
{
  g_auto (GStrv) before = list_dead (store, error);
  NegRunLock *lock = before != NULL ? neg_run_lock_new (store->folder, error) : NULL;
  Run *run;

  if (lock == NULL)
    return NULL;
  run = g_new0 (Run, 1);
  run->lock = lock;
  run->before = g_steal_pointer (&before);
  g_hash_table_insert (store->runs, (gpointer) neg_run_lock_get_id (lock), run);
  return neg_run_lock_get_id (lock);
}

static gboolean
push (NegReadingStore *store, const char *verb, NegDatabaseFunc func, const char *run, const char *state,
      char **others)
{
  g_autofree char *key = g_strconcat (verb, " ", run, NULL);
  Change *change = g_new0 (Change, 1);

  change->run = g_strdup (run);
  change->state = g_strdup (state);
  change->others = g_strdupv (others);
  change->now_us = g_get_real_time ();
  return neg_writer_push (store->writer, key, state != NULL ? strlen (state) : 0, func, change, free_change);
}

gboolean
neg_reading_store_save (NegReadingStore *store, const char *run, const char *state)
{
  Run *known = g_hash_table_lookup (store->runs, run);

  g_return_val_if_fail (known != NULL, FALSE);

  if (state != NULL && strlen (state) > NEG_SCREEN_TEXT_MAX)
    return FALSE;
  return push (store, "save", save_job, run, state, known->before);
}

gboolean
neg_reading_store_close_run (NegReadingStore *store, const char *run, GError **error)
{
  gboolean done;

  g_return_val_if_fail (g_hash_table_contains (store->runs, run), FALSE);

  done = push (store, "close", close_job, run, NULL, NULL);
  done = neg_writer_flush (store->writer, EXIT_LIMIT_MS, error) && done;
  g_hash_table_remove (store->runs, run);
  return done;
}

void
neg_reading_store_forget (NegReadingStore *store)
{
  g_auto (GStrv) dead = list_dead (store, NULL);

  if (dead != NULL && dead[0] != NULL)
    push (store, "forget", forget_job, "", NULL, dead);
}

gboolean
neg_reading_store_flush (NegReadingStore *store, guint limit_ms, GError **error)
{
  return neg_writer_flush (store->writer, limit_ms, error);
}
