/* Operations on annotations: on the disk when append returns, whoever dies after it. */
#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-annotation-store.h"
#include "store/neg-reading-store-private.h"

#define FIXTURE "tests/unit/store/fixtures/reading-1.sql"
#define STUDY "1.2.3"

static NegReadingStore *
open_store (const StoreFolder *files)
{
  g_autoptr (GError) error = NULL;
  NegReadingStore *store = neg_reading_store_open (files->folder, NULL, NULL, &error);

  g_assert_no_error (error);
  return store;
}

static void
append (NegReadingStore *store, const char *study, guint operation, const char *uid, const char *text)
{
  g_autoptr (GError) error = NULL;

  neg_annotation_store_append (store, study, operation, uid, text, &error);
  g_assert_no_error (error);
}

static GPtrArray *
load (NegReadingStore *store, const char *study)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *operations = neg_annotation_store_load (store, study, &error);

  g_assert_no_error (error);
  return operations;
}

static void
assert_operation (GPtrArray *operations, guint position, guint operation, const char *uid, const char *text)
{
  const NegStoredOperation *found;

  g_assert_cmpuint (position, <, operations->len);
  found = g_ptr_array_index (operations, position);
  g_assert_cmpuint (found->operation, ==, operation);
  g_assert_cmpstr (found->uid, ==, uid);
  g_assert_cmpstr (found->text, ==, text);
  g_assert_cmpstr (found->author, ==, g_get_user_name ());
  g_assert_cmpint (ABS (g_get_real_time () - found->when_us), <, 60 * G_TIME_SPAN_SECOND);
}

static void
test_order (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autoptr (GPtrArray) here = NULL, again = NULL, none = NULL;

  append (store, STUDY, 0, "2.25.1", "{\"a\":\"größer\"}");
  append (store, "1.2.4", 0, "2.25.9", "other");
  append (store, STUDY, 1, "2.25.1", "");
  append (store, STUDY, 0, "2.25.1", "back");
  here = load (store, STUDY);
  g_assert_cmpuint (here->len, ==, 3);
  assert_operation (here, 0, 0, "2.25.1", "{\"a\":\"größer\"}");
  assert_operation (here, 1, 1, "2.25.1", "");
  assert_operation (here, 2, 0, "2.25.1", "back");
  none = load (store, "1.2");
  g_assert_cmpuint (none->len, ==, 0);
  neg_reading_store_free (store);
  store = open_store (files);
  again = load (store, STUDY);
  g_assert_cmpuint (again->len, ==, 3);
  assert_operation (again, 2, 0, "2.25.1", "back");
  neg_reading_store_free (store);
}

/* --- A window that is killed --- */

static void
append_for_ever (const StoreFolder *files, int fd)
{
  NegReadingStore *store = open_store (files);

  for (gint32 number = 1;; number++) {
    g_autofree char *text = g_strdup_printf ("%d", number);

    if (!neg_annotation_store_append (store, STUDY, 0, "2.25.1", text, NULL)
        || write (fd, &number, sizeof number) != sizeof number)
      _exit (1);
  }
}

/* What was reported is there, in order; at most one that was not reported yet comes after it. */
static void
test_killed (StoreFolder *files, gconstpointer data)
{
  g_autoptr (GPtrArray) operations = NULL;
  NegReadingStore *store;
  gint32 number = 0, last = 0;
  int fds[2], status;
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  child = fork ();
  if (child == 0)
    append_for_ever (files, fds[1]);
  close (fds[1]);
  while (last < 20 && read (fds[0], &number, sizeof number) == sizeof number)
    last = number;
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  while (read (fds[0], &number, sizeof number) == sizeof number)
    last = number;
  close (fds[0]);

  store = open_store (files);
  operations = load (store, STUDY);
  g_assert_cmpint (operations->len, >=, last);
  g_assert_cmpint (operations->len, <=, last + 1);
  for (guint i = 0; i < operations->len; i++) {
    g_autofree char *text = g_strdup_printf ("%u", i + 1);

    assert_operation (operations, i, 0, "2.25.1", text);
  }
  neg_reading_store_free (store);
}

/* --- Another process --- */

static int
read_beside (const StoreFolder *files)
{
  NegReadingStore *store = open_store (files);
  g_autoptr (GPtrArray) operations = neg_annotation_store_load (store, STUDY, NULL);

  return operations != NULL ? (int) operations->len : 255;
}

static void
test_other_process (StoreFolder *files, gconstpointer data)
{
  int go[2], status;
  NegReadingStore *store;
  pid_t child;
  char byte = 0;

  g_assert_cmpint (pipe (go), ==, 0);
  child = fork (); /* before this process has a thread */
  if (child == 0)
    _exit (read (go[0], &byte, 1) == 1 ? read_beside (files) : 254);
  store = open_store (files);
  append (store, STUDY, 0, "2.25.1", "one");
  append (store, STUDY, 0, "2.25.2", "two");
  g_assert_cmpint (write (go[1], &byte, 1), ==, 1);
  waitpid (child, &status, 0);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 2);
  append (store, STUDY, 0, "2.25.3", "three");
  neg_reading_store_free (store);
  close (go[0]);
  close (go[1]);
}

/* --- What cannot be kept --- */

static void
test_too_large (StoreFolder *files, gconstpointer data)
{
  g_autofree char *most = g_strnfill (NEG_ANNOTATION_OPERATION_BYTES_MAX, 'x');
  g_autofree char *more = g_strnfill (NEG_ANNOTATION_OPERATION_BYTES_MAX + 1, 'x');
  NegReadingStore *store = open_store (files);
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;

  append (store, STUDY, 0, "2.25.1", most);
  g_assert_false (neg_annotation_store_append (store, STUDY, 0, "2.25.2", more, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  operations = load (store, STUDY);
  g_assert_cmpuint (operations->len, ==, 1);
  neg_reading_store_free (store);
}

static void
test_too_many (StoreFolder *files, gconstpointer data)
{
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  NegReadingStore *store = open_store (files);
  g_autoptr (GError) error = NULL;

  store_execute (path, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 65)"
                       " INSERT INTO annotation_operation (token, study_uid, operation, uid, text, author, when_us)"
                       " SELECT i, '1.2.3', 0, 'u', hex (zeroblob (524288)), 'a', 0 FROM n");
  g_assert_null (neg_annotation_store_load (store, STUDY, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  neg_reading_store_free (store);
}

/* A job that waits as a disk would that does not answer. */
typedef struct {
  GMutex lock;
  GCond changed;
  gboolean is_open;
} Gate;

static gboolean
pass_gate (NegDatabase *database, gpointer data, GError **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  while (!gate->is_open)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return TRUE;
}

static void
open_gate (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->is_open = TRUE;
  g_cond_signal (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/* What was said not to be kept does not come back once the disk answers. */
static void
test_slow_disk (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  Gate gate = { 0 };
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;

  append (store, STUDY, 0, "2.25.1", "kept");
  g_assert_true (neg_writer_push (store->writer, NULL, 0, pass_gate, &gate, NULL));
  g_assert_false (neg_annotation_store_append (store, STUDY, 0, "2.25.2", "too late", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TIMEOUT);
  open_gate (&gate);
  append (store, STUDY, 0, "2.25.3", "kept too");
  operations = load (store, STUDY);
  g_assert_cmpuint (operations->len, ==, 2);
  assert_operation (operations, 1, 0, "2.25.3", "kept too");
  neg_reading_store_free (store);
}

static gboolean
fail_job (NegDatabase *database, gpointer data, GError **error)
{
  return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "another job's failure");
}

static void
test_other_failure (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autoptr (GPtrArray) operations = NULL;
  Gate gate = { 0 };

  g_assert_true (neg_writer_push (store->writer, NULL, 0, fail_job, &gate, NULL));
  append (store, STUDY, 0, "2.25.1", "kept");
  operations = load (store, STUDY);
  g_assert_cmpuint (operations->len, ==, 1);
  neg_reading_store_free (store);
}

static void
count_report (const GError *error, gpointer n_reports)
{
  ++*(guint *) n_reports;
}

/* Told to whoever asked, and not to the one who hears of screens that are not kept. */
static void
test_refused (StoreFolder *files, gconstpointer data)
{
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  guint n_reports = 0;
  NegReadingStore *store = neg_reading_store_open (files->folder, count_report, &n_reports, NULL);
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;

  store_execute (path, "CREATE TRIGGER full BEFORE INSERT ON annotation_operation BEGIN SELECT raise (ABORT, 'no'); END");
  g_assert_false (neg_annotation_store_append (store, STUDY, 0, "2.25.1", "x", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_true (neg_reading_store_flush (store, 20000, NULL)); /* the withdrawal, too, is over */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_reports, ==, 0);
  operations = load (store, STUDY);
  g_assert_cmpuint (operations->len, ==, 0);
  neg_reading_store_free (store);
}

/* A file of version 1: its screens stay, a copy is made, operations have their place. */
static void
test_version_1 (StoreFolder *files, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  g_autofree char *copy = g_build_filename (files->folder, "reading.db.version-1", NULL);
  g_autoptr (GPtrArray) operations = NULL;
  g_autofree char *sql = NULL;
  NegReadingStore *store;

  g_assert_true (g_file_get_contents (from, &sql, NULL, NULL));
  store_execute (path, sql);
  store = open_store (files);
  append (store, STUDY, 0, "2.25.1", "one");
  operations = load (store, STUDY);
  g_assert_cmpuint (operations->len, ==, 1);
  neg_reading_store_free (store);
  g_assert_cmpint (store_query_int (path, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (store_query_int (path, "SELECT count(*) FROM screen"), ==, 2);
  g_assert_cmpint (store_query_int (copy, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (store_query_int (copy, "SELECT count(*) FROM screen"), ==, 2);
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
  static const struct {
    const char *path;
    void (*func) (StoreFolder *, gconstpointer);
  } tests[] = {
    { "killed", test_killed }, /* these two first, while this process has no threads to lose in a fork */
    { "other-process", test_other_process },
    { "order", test_order },
    { "too-large", test_too_large },
    { "too-many", test_too_many },
    { "slow-disk", test_slow_disk },
    { "other-failure", test_other_failure },
    { "refused", test_refused },
    { "version-1", test_version_1 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/store/annotations/", tests[i].path, NULL);

    g_test_add (path, StoreFolder, NULL, set_up, tests[i].func, tear_down);
  }
  return g_test_run ();
}
