/* NegDatabase: migrations, and files that are newer, damaged, full, not ours or not to be written. */
#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-database.h"
#include "test-schema.h"

static NegSchema
schema (const char *folder)
{
  return (NegSchema){ .resource = test_schema_get_resource (), .folder = folder };
}

static NegDatabase *
open_at (const StoreFolder *folder, const char *version)
{
  const NegSchema wanted = schema (version);
  g_autoptr (GError) error = NULL;
  NegDatabase *database = neg_database_open (folder->path, &wanted, &error);

  g_assert_no_error (error);
  g_assert_nonnull (database);
  return database;
}

static void
assert_refused (const StoreFolder *folder, const char *version, NegErrorCode code)
{
  const NegSchema wanted = schema (version);
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_database_open (folder->path, &wanted, &error));
  g_assert_error (error, NEG_ERROR, code);
  g_assert_cmpstr (neg_error_get_where (error), ==, "test.db");
  g_test_message ("%s", error->message);
}

static gboolean
run (NegDatabase *database, const char *sql, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  return statement != NULL && neg_statement_run (statement, error);
}

static void
run_ok (NegDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;

  run (database, sql, &error);
  g_assert_no_error (error);
}

static gint64
query_int (NegDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (database, sql, &error);
  gboolean has_row;
  gint64 value;

  g_assert_no_error (error);
  neg_statement_step (statement, &has_row, &error);
  g_assert_no_error (error);
  g_assert_true (has_row);
  value = neg_statement_get_int (statement, 0);
  neg_statement_reset (statement);
  return value;
}

static void
test_new (StoreFolder *folder, gconstpointer data)
{
  g_autofree char *deep = g_build_filename (folder->folder, "data", NULL);
  g_autofree char *path = g_build_filename (deep, "test.db", NULL);
  const NegSchema wanted = schema ("/test/v3");
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDatabase) database = neg_database_open (path, &wanted, &error);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct stat status;

  g_assert_no_error (error);
  g_assert_cmpint (query_int (database, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (query_int (database, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (query_int (database, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (query_int (database, "PRAGMA trusted_schema"), ==, 0);
  g_assert_cmpint (query_int (database, "PRAGMA secure_delete"), ==, 1);
  g_assert_cmpint (g_stat (deep, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  run_ok (database, "INSERT INTO person (name, alias) VALUES ('a', 'b')");
  g_assert_cmpint (g_stat (log, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (neg_database_check (database, &error));
  g_clear_pointer (&database, neg_database_free);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (deep), ==, 0); /* nothing else was left in it */
}

static void
test_migrate (StoreFolder *folder, gconstpointer data)
{
  g_autofree char *first_copy = g_strconcat (folder->path, ".version-1", NULL);
  g_autofree char *second_copy = g_strconcat (folder->path, ".version-2", NULL);
  NegDatabase *database = open_at (folder, "/test/v1");
  struct stat status;

  run_ok (database, "INSERT INTO person VALUES (7, 'Adam')");
  neg_database_free (database);
  database = open_at (folder, "/test/v2");
  run_ok (database, "INSERT INTO visit (person, what) VALUES (7, 'CT')");
  neg_database_free (database);
  database = open_at (folder, "/test/v3");
  g_assert_cmpint (query_int (database, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (query_int (database, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (query_int (database, "SELECT id FROM person WHERE name = 'Adam' AND alias = 'none'"), ==, 7);
  g_assert_cmpint (query_int (database, "SELECT count(*) FROM visit WHERE person = 7"), ==, 1);
  neg_database_free (database);

  g_assert_cmpint (store_query_int (first_copy, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (store_query_int (first_copy, "SELECT id FROM person WHERE name = 'Adam'"), ==, 7);
  g_assert_cmpint (store_query_int (second_copy, "SELECT count(*) FROM visit"), ==, 1);
  g_assert_cmpint (g_stat (first_copy, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpuint (store_count_files (folder->folder, ".part"), ==, 0);
}

static void
test_two_steps_at_once (StoreFolder *folder, gconstpointer data)
{
  NegDatabase *database = open_at (folder, "/test/v1");

  run_ok (database, "INSERT INTO person VALUES (7, 'Adam')");
  neg_database_free (database);
  database = open_at (folder, "/test/v3");
  g_assert_cmpint (query_int (database, "SELECT count(*) FROM person WHERE alias = 'none'"), ==, 1);
  neg_database_free (database);
  g_assert_cmpuint (store_count_files (folder->folder, ".version-"), ==, 1);
}

/* A step that fails, or leaves a row that belongs to none, leaves the file as it was. */
static void
test_failed_step (StoreFolder *folder, gconstpointer data)
{
  NegDatabase *database = open_at (folder, "/test/v1");

  run_ok (database, "INSERT INTO person VALUES (7, 'Adam')");
  neg_database_free (database);
  assert_refused (folder, "/test/bad", NEG_ERROR_INCONSISTENT);
  g_assert_cmpint (store_query_int (folder->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (store_query_int (folder->path, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), ==, 0);
  assert_refused (folder, "/test/orphan", NEG_ERROR_CONFLICT);
  g_assert_cmpint (store_query_int (folder->path, "PRAGMA user_version"), ==, 1);
  neg_database_free (open_at (folder, "/test/v3"));
}

static void
test_newer (StoreFolder *folder, gconstpointer data)
{
  const NegSchema older = schema ("/test/v2");
  g_autoptr (GError) error = NULL;

  neg_database_free (open_at (folder, "/test/v3"));
  assert_refused (folder, "/test/v2", NEG_ERROR_UNSUPPORTED);
  g_assert_null (neg_database_open_reader (folder->path, &older, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_cmpint (store_query_int (folder->path, "PRAGMA user_version"), ==, 3);
  g_assert_cmpuint (store_count_files (folder->folder, ".version-"), ==, 0);
}

static void
test_foreign (StoreFolder *folder, gconstpointer data)
{
  store_execute (folder->path, "CREATE TABLE somebody (something INTEGER)");
  assert_refused (folder, "/test/v3", NEG_ERROR_UNREADABLE);
  g_assert_cmpint (store_query_int (folder->path, "SELECT count(*) FROM sqlite_schema"), ==, 1);
}

static void
overwrite (const char *path, gsize offset, gsize length)
{
  g_autofree char *noise = g_malloc (length);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  memset (noise, 0xA5, length);
  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset, <, size);
  memcpy (content + offset, noise, MIN (length, size - offset));
  g_file_set_contents (path, content, (gssize) size, &error);
  g_assert_no_error (error);
}

static void
test_damaged (StoreFolder *folder, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *aside = NULL;
  g_autoptr (GError) error = NULL;
  gsize length, length_after;

  neg_database_free (open_at (folder, "/test/v3"));
  overwrite (folder->path, 0, 100);
  g_file_get_contents (folder->path, &before, &length, NULL);
  assert_refused (folder, "/test/v3", NEG_ERROR_UNREADABLE);
  aside = neg_database_move_aside (folder->path, &error);
  g_assert_no_error (error);
  g_file_get_contents (aside, &after, &length_after, NULL);
  g_assert_cmpmem (before, length, after, length_after);
  neg_database_free (open_at (folder, "/test/v3"));
}

/* Damage further in is found by looking for it. */
static void
test_damaged_inside (StoreFolder *folder, gconstpointer data)
{
  g_autoptr (NegDatabase) database = open_at (folder, "/test/v3");
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&database, neg_database_free);
  overwrite (folder->path, 4096, 4096);
  database = open_at (folder, "/test/v3");
  g_assert_false (neg_database_check (database, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

static void
test_move_aside_keeps_all (StoreFolder *folder, gconstpointer data)
{
  g_autofree char *log = g_strconcat (folder->path, "-wal", NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++) {
    g_autofree char *aside = NULL;

    g_file_set_contents (folder->path, "main", -1, NULL);
    g_file_set_contents (log, "log", -1, NULL);
    aside = neg_database_move_aside (folder->path, &error);
    g_assert_no_error (error);
    g_assert_false (g_file_test (folder->path, G_FILE_TEST_EXISTS));
    g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  }
  g_assert_cmpuint (store_count_files (folder->folder, "test.db.damaged-"), ==, 6);
  g_assert_cmpuint (store_count_files (folder->folder, "-wal"), ==, 3);
}

static gboolean
fill (NegDatabase *database, gpointer data, GError **error)
{
  g_autofree char *name = g_strnfill (3000, 'x');
  guint *n = data;

  for (*n = 0; *n < 1000; (*n)++) {
    NegStatement *statement
        = neg_database_prepare (database, "INSERT INTO person (name, alias) VALUES (?1 || ?2, '')", error);

    if (statement == NULL)
      return FALSE;
    neg_statement_bind_text (statement, 1, name);
    neg_statement_bind_int (statement, 2, *n);
    if (!neg_statement_run (statement, error))
      return FALSE;
  }
  return TRUE;
}

static void
test_disk_full (StoreFolder *folder, gconstpointer data)
{
  g_autoptr (NegDatabase) database = open_at (folder, "/test/v3");
  g_autoptr (GError) error = NULL;
  guint n = 0;

  run_ok (database, "INSERT INTO person (name, alias) VALUES ('first', '')");
  g_assert_cmpint (query_int (database, "PRAGMA max_page_count=20"), ==, 20);
  g_assert_false (neg_database_transact (database, fill, &n, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_DISK_FULL);
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpint (query_int (database, "SELECT count(*) FROM person"), ==, 1);
  g_clear_error (&error);
  g_assert_cmpint (query_int (database, "PRAGMA max_page_count=20000"), ==, 20000);
  g_assert_true (neg_database_transact (database, fill, &n, &error));
  g_assert_no_error (error);
}

static gboolean
write_and_fail (NegDatabase *database, gpointer data, GError **error)
{
  run_ok (database, "INSERT INTO person (name, alias) VALUES ('half', '')");
  return neg_fail (error, NEG_ERROR_CANCELLED, "test", "no reason of the database's");
}

static void
test_all_or_nothing (StoreFolder *folder, gconstpointer data)
{
  g_autoptr (NegDatabase) database = open_at (folder, "/test/v3");

  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (neg_database_transact (database, write_and_fail, NULL, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
    g_assert_cmpint (query_int (database, "SELECT count(*) FROM person"), ==, 0);
  }
}

/* Root may write anywhere, so it becomes somebody else for a moment. */
static void
test_read_only (StoreFolder *folder, gconstpointer data)
{
  gboolean is_root = geteuid () == 0;

  neg_database_free (open_at (folder, "/test/v3"));
  g_assert_cmpint (g_chmod (folder->folder, 0555), ==, 0);
  g_assert_cmpint (g_chmod (folder->path, 0444), ==, 0);
  if (is_root)
    g_assert_cmpint (seteuid (65534), ==, 0);
  assert_refused (folder, "/test/v3", NEG_ERROR_REFUSED);
  g_assert_cmpint (g_chmod (folder->folder, 0755), ==, is_root ? -1 : 0);
  if (is_root)
    g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (g_chmod (folder->folder, 0700), ==, 0);
  neg_database_free (open_at (folder, "/test/v3"));
}

static void
test_reader (StoreFolder *folder, gconstpointer data)
{
  const NegSchema wanted = schema ("/test/v3");
  g_autoptr (NegDatabase) writer = NULL;
  g_autoptr (NegDatabase) reader = NULL;
  g_autoptr (GError) error = NULL;
  NegStatement *rows;
  gboolean has_row;

  g_assert_null (neg_database_open_reader (folder->path, &wanted, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  writer = open_at (folder, "/test/v3");
  run_ok (writer, "INSERT INTO person (name, alias) VALUES ('a', ''), ('b', '')");
  reader = neg_database_open_reader (folder->path, &wanted, &error);
  g_assert_no_error (error);

  /* In the middle of its rows it sees what was; it neither waits nor makes the writer wait. */
  rows = neg_database_prepare (reader, "SELECT name FROM person ORDER BY id", &error);
  g_assert_true (neg_statement_step (rows, &has_row, &error) && has_row);
  run_ok (writer, "INSERT INTO person (name, alias) VALUES ('c', '')");
  g_assert_true (neg_statement_step (rows, &has_row, &error) && has_row);
  g_assert_cmpstr (neg_statement_get_text (rows, 0), ==, "b");
  g_assert_true (neg_statement_step (rows, &has_row, &error));
  g_assert_false (has_row);
  g_assert_cmpint (query_int (reader, "SELECT count(*) FROM person"), ==, 3);
  g_assert_false (run (reader, "DELETE FROM person", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
}

static void
test_statements (StoreFolder *folder, gconstpointer data)
{
  g_autoptr (NegDatabase) database = open_at (folder, "/test/v3");
  g_autoptr (GError) error = NULL;
  NegStatement *statement;
  gboolean has_row;

  g_assert_null (neg_database_prepare (database, "SELECT nothing FROM nowhere", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_clear_error (&error);
  g_assert_null (neg_database_prepare (database, "", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  statement = neg_database_prepare (database, "INSERT INTO person (name, alias) VALUES (?1, 'x')", &error);
  g_assert_false (neg_statement_run (statement, &error)); /* NULL into NOT NULL */
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  neg_statement_bind_text (statement, 2, "there is no second parameter");
  neg_statement_bind_text (statement, 1, "never");
  g_assert_false (neg_statement_run (statement, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
  g_clear_error (&error);
  neg_statement_bind_text (statement, 1, "'); DROP TABLE person; --");
  g_assert_true (neg_statement_run (statement, &error));

  statement = neg_database_prepare (database, "SELECT name, NULL FROM person", &error);
  g_assert_true (neg_statement_step (statement, &has_row, &error) && has_row);
  g_assert_cmpstr (neg_statement_get_text (statement, 0), ==, "'); DROP TABLE person; --");
  g_assert_null (neg_statement_get_text (statement, 1));
  g_assert_true (neg_database_prepare (database, "SELECT name, NULL FROM person", &error) == statement);
  g_assert_false (run (database, "INSERT INTO visit (person) VALUES (999)", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

static gboolean
read_half (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "SELECT name FROM person", error);
  gboolean has_row = FALSE;

  return statement != NULL && run (database, "INSERT INTO person (name, alias) VALUES ('a', 'x')", error)
         && neg_statement_step (statement, &has_row, error) && has_row;
}

/* A transaction leaves nothing behind that keeps the log from beginning anew. */
static void
test_left_open (StoreFolder *folder, gconstpointer data)
{
  g_autoptr (NegDatabase) database = open_at (folder, "/test/v3");
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_database_transact (database, read_half, NULL, &error));
  g_assert_true (run (database, "PRAGMA wal_checkpoint (TRUNCATE)", &error));
  g_assert_no_error (error);
}

static void
set_up (StoreFolder *folder, gconstpointer data)
{
  store_folder_init (folder);
}

static void
tear_down (StoreFolder *folder, gconstpointer data)
{
  store_folder_clear (folder);
}

static gboolean
read_interrupted (NegDatabase *database, gpointer data, GError **error)
{
  g_assert_cmpint (query_int (database, "SELECT count(*) FROM person"), ==, 0);
  neg_database_interrupt (database); /* when no statement of the reader runs */
  return run (database, "SELECT count(*) FROM person", error);
}

static gboolean
read_nested (NegDatabase *database, gpointer data, GError **error)
{
  NegDatabase *writer = data;

  g_assert_cmpint (query_int (database, "SELECT count(*) FROM person"), ==, 0);
  if (writer != NULL)
    run_ok (writer, "INSERT INTO person (name, alias) VALUES ('a', '')");
  g_assert_cmpint (query_int (database, "SELECT count(*) FROM person"), ==, 0);
  return writer == NULL || neg_database_read (database, read_nested, NULL, error);
}

static void
test_read (StoreFolder *folder, gconstpointer data)
{
  const NegSchema wanted = schema ("/test/v3");
  g_autoptr (NegDatabase) writer = open_at (folder, "/test/v3");
  g_autoptr (NegDatabase) reader = NULL;
  g_autoptr (GError) error = NULL;

  reader = neg_database_open_reader (folder->path, &wanted, &error);
  g_assert_no_error (error);
  g_assert_false (neg_database_read (reader, read_interrupted, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (neg_database_read (reader, read_nested, writer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (query_int (reader, "SELECT count(*) FROM person"), ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*func) (StoreFolder *, gconstpointer);
  } tests[] = {
    { "/store/database/new", test_new },
    { "/store/database/migrate", test_migrate },
    { "/store/database/two-steps-at-once", test_two_steps_at_once },
    { "/store/database/failed-step", test_failed_step },
    { "/store/database/newer", test_newer },
    { "/store/database/foreign", test_foreign },
    { "/store/database/damaged", test_damaged },
    { "/store/database/damaged-inside", test_damaged_inside },
    { "/store/database/move-aside-keeps-all", test_move_aside_keeps_all },
    { "/store/database/disk-full", test_disk_full },
    { "/store/database/all-or-nothing", test_all_or_nothing },
    { "/store/database/read-only", test_read_only },
    { "/store/database/reader", test_reader },
    { "/store/database/statements", test_statements },
    { "/store/database/left-open", test_left_open },
    { "/store/database/read", test_read },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, StoreFolder, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
