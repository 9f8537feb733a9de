/* Whether rows and files agree. Rows are read in pages, so that the writer's log does not grow behind a long look. */
#include "config.h"

#include "store/neg-archive-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"

#define PAGE 500
#define MAX_PROBLEMS 1000u

typedef struct {
  gint64 id;
  NegObjectClass object_class;
  char *name, *path; /* either may be NULL */
  guint64 bytes;
} Row;

typedef struct {
  NegArchive *archive;
  NegDatabase *database;
  gboolean deep;
  NegArchiveProgress progress;
  gpointer user_data;
  GCancellable *cancellable;
  NegArchiveReport *report;
  guint total;
  gint64 began_us;
  GArray *named[2]; /* guint64, sorted: the beginnings of the names of files that rows name, by class */
} Check;

void
neg_archive_report_clear (NegArchiveReport *report)
{
  g_clear_pointer (&report->problems, g_ptr_array_unref);
  *report = (NegArchiveReport){ 0 };
}

static void G_GNUC_PRINTF (2, 3)
add_problem (Check *check, const char *format, ...)
{
  va_list arguments;

  if (check->report->problems->len >= MAX_PROBLEMS)
    return;
  va_start (arguments, format);
  g_ptr_array_add (check->report->problems, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
free_row (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->path);
  g_free (row);
}

static GPtrArray *
read_page (Check *check, gint64 after, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  NegStatement *statement = neg_database_prepare (check->database,
                                                  "SELECT id, object_class, name, path, bytes FROM instance"
                                                  " WHERE id > ?1 ORDER BY id LIMIT ?2",
                                                  error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, after);
  neg_statement_bind_int (statement, 2, PAGE);
  do {
    Row *row;

    if (!neg_statement_step (statement, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    row = g_new0 (Row, 1);
    row->id = neg_statement_get_int (statement, 0);
    row->object_class = (NegObjectClass) neg_statement_get_int (statement, 1);
    row->name = g_strdup (neg_statement_get_text (statement, 2));
    row->path = g_strdup (neg_statement_get_text (statement, 3));
    row->bytes = (guint64) neg_statement_get_int (statement, 4);
    g_ptr_array_add (rows, row);
  } while (has_row);
  return g_steal_pointer (&rows);
}

/* Evicted or deleted since the page was read: no problem. */
static gboolean
is_still_there (Check *check, gint64 id, gboolean *is_there, GError **error)
{
  NegStatement *statement = neg_database_prepare (check->database, "SELECT 1 FROM instance WHERE id = ?1", error);
  gint64 found;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, id);
  if (!_neg_archive_query_int (statement, 0, &found, error))
    return FALSE;
  *is_there = found != 0;
  return TRUE;
}

/* What cannot be read is damaged; only being cancelled ends the check. */
static gboolean
has_its_bytes (Check *check, const Row *row, const char *path, gboolean *is_whole, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *hash = NULL;

  *is_whole = TRUE;
  if (!check->deep || row->name == NULL)
    return TRUE;
  hash = neg_object_store_hash_file (path, check->cancellable, &failure);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *is_whole = g_strcmp0 (hash, row->name) == 0;
  return TRUE;
}

/* 64 bits of a hash are one file's alone, and a million of them are 8 MB. */
static guint64
beginning_of (const char *name)
{
  char digits[17];

  g_strlcpy (digits, name, sizeof digits);
  return g_ascii_strtoull (digits, NULL, 16);
}

static gboolean
check_row (Check *check, const Row *row, GError **error)
{
  g_autofree char *path = row->path != NULL ? g_strdup (row->path)
                                            : neg_object_store_dup_path (check->archive->objects, row->object_class,
                                                                         row->name);
  gboolean is_there, is_whole = FALSE;
  struct stat status;

  check->report->n_objects++;
  if (row->path == NULL) {
    guint64 beginning = beginning_of (row->name);

    g_array_append_val (check->named[row->object_class], beginning);
  }
  if (g_stat (path, &status) != 0) {
    if (!is_still_there (check, row->id, &is_there, error))
      return FALSE;
    if (is_there) {
      check->report->n_missing++;
      add_problem (check, "Object %" G_GINT64_FORMAT " has no file", row->id);
    }
    return TRUE;
  }
  if ((guint64) status.st_size == row->bytes && !has_its_bytes (check, row, path, &is_whole, error))
    return FALSE;
  if (!is_whole) {
    check->report->n_damaged++;
    add_problem (check, "The file of object %" G_GINT64_FORMAT " has other bytes than it had", row->id);
  }
  return TRUE;
}

static gboolean
check_rows (Check *check, GError **error)
{
  gint64 after = 0;

  for (;;) {
    g_autoptr (GPtrArray) rows = read_page (check, after, error);

    if (rows == NULL)
      return FALSE;
    if (rows->len == 0)
      return TRUE;
    for (guint i = 0; i < rows->len; i++) {
      const Row *row = g_ptr_array_index (rows, i);

      if (g_cancellable_set_error_if_cancelled (check->cancellable, error) || !check_row (check, row, error))
        return FALSE;
      after = row->id;
    }
    if (check->progress != NULL)
      check->progress (check->report->n_objects, MAX (check->total, check->report->n_objects), check->user_data);
  }
}

static int
compare_beginnings (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

/* A file that is younger than the check may be on its way to its row. */
static gboolean
check_file (const char *name, NegObjectClass object_class, guint64 bytes, gint64 changed_us, gpointer user_data)
{
  Check *check = user_data;
  guint64 beginning = beginning_of (name);

  if (changed_us < check->began_us
      && !g_array_binary_search (check->named[object_class], &beginning, compare_beginnings, NULL)) {
    check->report->n_without_row++;
    add_problem (check, "The file %s is in no list", name);
  }
  return !g_cancellable_is_cancelled (check->cancellable);
}

static gboolean
check_files (Check *check, GError **error)
{
  for (int i = 0; i < 2; i++)
    g_array_sort (check->named[i], compare_beginnings);
  return neg_object_store_walk (check->archive->objects, check_file, check, error)
         && !g_cancellable_set_error_if_cancelled (check->cancellable, error);
}

static gboolean
note_quarantined (const char *name, const char *reason, gpointer user_data)
{
  Check *check = user_data;

  check->report->n_quarantined++;
  add_problem (check, "The file %s is in quarantine: %s", name, *reason != '\0' ? reason : "nobody noted why");
  return !g_cancellable_is_cancelled (check->cancellable);
}

static gboolean
check_quarantine (Check *check, GError **error)
{
  neg_object_store_walk_quarantine (check->archive->objects, note_quarantined, check);
  if (neg_object_store_quarantine_is_full (check->archive->objects))
    add_problem (check, "The quarantine is full: what else is refused is not kept");
  return !g_cancellable_set_error_if_cancelled (check->cancellable, error);
}

static gboolean
count_rows (Check *check, GError **error)
{
  NegStatement *statement = neg_database_prepare (check->database, "SELECT count(*) FROM instance", error);
  gint64 total = 0;

  if (statement == NULL || !_neg_archive_query_int (statement, 0, &total, error))
    return FALSE;
  check->total = (guint) MIN (total, (gint64) G_MAXUINT);
  return TRUE;
}

gboolean
neg_archive_check (NegArchive *archive, gboolean deep, NegArchiveProgress progress, gpointer user_data,
                   GCancellable *cancellable, NegArchiveReport *report, GError **error)
{
  g_autoptr (NegDatabase) database = neg_archive_open_reader (archive->data_folder, error);
  g_autoptr (GArray) data = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) cache = g_array_new (FALSE, FALSE, sizeof (guint64));
  Check check = { archive, database, deep, progress, user_data, cancellable, report };

  *report = (NegArchiveReport){ .problems = g_ptr_array_new_with_free_func (g_free) };
  /* Clocks of files are as coarse as the kernel's tick. */
  check.began_us = g_get_real_time () - 100 * G_TIME_SPAN_MILLISECOND;
  check.named[NEG_OBJECT_DATA] = data;
  check.named[NEG_OBJECT_CACHE] = cache;
  return database != NULL && (!deep || neg_database_check (database, error)) && count_rows (&check, error)
         && check_rows (&check, error) && check_files (&check, error) && check_quarantine (&check, error);
}
