/* What people learned, as rows: kept, read in order, posted once; and a file of the version before it. */
#include "config.h"

#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-annotation-store.h"
#include "store/neg-progress-store.h"

#define FIXTURE "tests/unit/store/fixtures/reading-2.sql"
#define PATIENCE_MS 60000

static NegReadingStore *
open_store (const StoreFolder *files)
{
  g_autoptr (GError) error = NULL;
  NegReadingStore *store = neg_reading_store_open (files->folder, NULL, NULL, &error);

  g_assert_no_error (error);
  return store;
}

static void
save (NegReadingStore *store, const char *id, const char *person, const char *topic, gint64 began_ms, gint64 saved_ms,
      gboolean is_open, const char *line)
{
  const NegProgressRow row = { (char *) id, (char *) person, (char *) topic, (char *) line, began_ms, saved_ms, is_open };

  g_assert_true (neg_progress_store_save (store, &row));
  g_assert_true (neg_reading_store_flush (store, PATIENCE_MS, NULL));
}

static char *
join (GPtrArray *lines)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) lines->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
assert_list (NegReadingStore *store, const char *person, const char *topic, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = neg_progress_store_list (store, person, topic, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = join (lines);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_list (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *text = NULL;

  save (store, "b", "anna", "mpr", 20, 21, FALSE, "B");
  save (store, "a", "anna", "window", 10, 11, FALSE, "A");
  save (store, "c", "ben", "mpr", 30, 31, FALSE, "C");
  save (store, "b", "anna", "mpr", 20, 25, FALSE, "B2");
  assert_list (store, NULL, NULL, "A B2 C");
  assert_list (store, "anna", NULL, "A B2");
  assert_list (store, "anna", "mpr", "B2");
  assert_list (store, "nobody", NULL, "");
  all = neg_progress_store_list_file (files->folder, NULL);
  text = join (all);
  g_assert_cmpstr (text, ==, "A B2 C");
  neg_reading_store_free (store);
}

static void
assert_waiting (NegReadingStore *store, gint64 open_before_ms, guint n, const char *id, const char *line)
{
  g_autoptr (GHashTable) waiting = neg_progress_store_list_waiting (store, open_before_ms, NULL);

  g_assert_cmpuint (g_hash_table_size (waiting), ==, n);
  if (id != NULL)
    g_assert_cmpstr (g_hash_table_lookup (waiting, id), ==, line);
}

/* A line that went on while it was being posted waits again; one that is open waits until it is old. */
static void
test_posted (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);

  save (store, "a", "anna", "mpr", 10, 100, TRUE, "A");
  assert_waiting (store, 100, 0, NULL, NULL);
  assert_waiting (store, 101, 1, "a", "A");
  save (store, "a", "anna", "mpr", 10, 200, FALSE, "A2");
  g_assert_true (neg_progress_store_set_posted (store, "a", "A"));
  g_assert_true (neg_reading_store_flush (store, PATIENCE_MS, NULL));
  assert_waiting (store, 0, 1, "a", "A2");
  g_assert_true (neg_progress_store_set_posted (store, "a", "A2"));
  g_assert_true (neg_reading_store_flush (store, PATIENCE_MS, NULL));
  assert_waiting (store, 0, 0, NULL, NULL);
  save (store, "a", "anna", "mpr", 10, 300, FALSE, "A3");
  assert_waiting (store, 0, 1, "a", "A3");
  neg_reading_store_free (store);
}

static void
test_none (StoreFolder *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_progress_store_list_file (files->folder, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

static void
test_version_2 (StoreFolder *files, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  g_autofree char *copy = g_build_filename (files->folder, "reading.db.version-2", NULL);
  g_autoptr (GPtrArray) operations = NULL;
  g_autofree char *sql = NULL;
  NegReadingStore *store;

  g_assert_true (g_file_get_contents (from, &sql, NULL, NULL));
  store_execute (path, sql);
  store = open_store (files);
  save (store, "a", "anna", "mpr", 10, 11, FALSE, "A");
  assert_list (store, NULL, NULL, "A");
  operations = neg_annotation_store_load (store, "2.25.9", NULL);
  g_assert_cmpuint (operations->len, ==, 1);
  neg_reading_store_free (store);
  g_assert_cmpint (store_query_int (path, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (store_query_int (copy, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (store_query_int (copy, "SELECT count(*) FROM annotation_operation"), ==, 1);
}

static void
set_up (StoreFolder *files, gconstpointer data)
{
  store_folder_init (files);
}

static void
tear_down (StoreFolder *files, gconstpointer data)
{
  store_folder_clear (files);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/progress/list", StoreFolder, NULL, set_up, test_list, tear_down);
  g_test_add ("/store/progress/posted", StoreFolder, NULL, set_up, test_posted, tear_down);
  g_test_add ("/store/progress/none", StoreFolder, NULL, set_up, test_none, tear_down);
  g_test_add ("/store/progress/version-2", StoreFolder, NULL, set_up, test_version_2, tear_down);
  return g_test_run ();
}
