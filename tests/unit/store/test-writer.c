/* NegWriter: order, coalescing, limits, failures, and a process that is killed while it writes. */
#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-writer.h"
#include "test-schema.h"

#define PATIENCE_MS 20000 /* a flush that is expected to work */

typedef struct {
  StoreFolder files;
  NegWriter *writer;
  guint n_failures, n_recoveries;
} Fixture;

static NegDatabase *
open_database (const char *path)
{
  const NegSchema schema = { .resource = test_schema_get_resource (), .folder = "/test/v3" };
  g_autoptr (GError) error = NULL;
  NegDatabase *database = neg_database_open (path, &schema, &error);

  g_assert_no_error (error);
  return database;
}

static void
count_report (const GError *error, gpointer data)
{
  Fixture *fixture = data;

  if (error != NULL)
    fixture->n_failures++;
  else
    fixture->n_recoveries++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  store_folder_init (&fixture->files);
  fixture->writer
      = neg_writer_new (open_database (fixture->files.path), 1000, GPOINTER_TO_UINT (data), count_report, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->writer != NULL)
    neg_writer_close (fixture->writer, PATIENCE_MS);
  store_folder_clear (&fixture->files);
}

/* Every job is one row: its name tells in what order they came. */
static gboolean
insert (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database, "INSERT INTO person (name, alias) VALUES (?1, '')", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, data);
  return neg_statement_run (statement, error);
}

static gboolean
push (Fixture *fixture, const char *key, const char *name)
{
  return neg_writer_push (fixture->writer, key, strlen (name), insert, g_strdup (name), g_free);
}

static void
flush_ok (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  neg_writer_flush (fixture->writer, PATIENCE_MS, &error);
  g_assert_no_error (error);
}

static gint64
count (Fixture *fixture, const char *where)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM person WHERE %s", where);

  return store_query_int (fixture->files.path, sql);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 200; i++) {
    g_autofree char *name = g_strdup_printf ("%d", i);

    g_assert_true (push (fixture, NULL, name));
  }
  flush_ok (fixture);
  g_assert_cmpint (count (fixture, "name = id - 1"), ==, 200);
}

/* A job that waits until it may go on: what is pushed meanwhile waits behind it. */
typedef struct {
  GMutex lock;
  GCond changed;
  gboolean has_begun, may_end;
} Gate;

static void
set_flag (Gate *gate, gboolean *flag)
{
  g_mutex_lock (&gate->lock);
  *flag = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static void
wait_for_flag (Gate *gate, const gboolean *flag)
{
  g_mutex_lock (&gate->lock);
  while (!*flag)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static gboolean
pass_gate (NegDatabase *database, gpointer data, GError **error)
{
  Gate *gate = data;

  set_flag (gate, &gate->has_begun);
  wait_for_flag (gate, &gate->may_end);
  return TRUE;
}

static void
block (Fixture *fixture, Gate *gate)
{
  g_assert_true (neg_writer_push (fixture->writer, NULL, 0, pass_gate, gate, NULL));
  wait_for_flag (gate, &gate->has_begun);
}

static void
test_coalesce (Fixture *fixture, gconstpointer data)
{
  Gate gate = { 0 };

  block (fixture, &gate);
  g_assert_true (push (fixture, "a", "a1"));
  g_assert_true (push (fixture, "b", "b1"));
  g_assert_true (push (fixture, NULL, "c1"));
  for (int i = 2; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("a%d", i);

    g_assert_true (push (fixture, "a", name));
  }
  set_flag (&gate, &gate.may_end);
  flush_ok (fixture);
  g_assert_cmpint (count (fixture, "1"), ==, 3);
  g_assert_cmpint (count (fixture, "(id = 1 AND name = 'a99') OR (id = 2 AND name = 'b1')"), ==, 2);
  g_assert_true (push (fixture, "a", "later"));
  flush_ok (fixture);
  g_assert_cmpint (count (fixture, "name = 'later'"), ==, 1);
}

static guint n_freed;

static void
count_free (gpointer data)
{
  g_atomic_int_inc ((gint *) &n_freed);
  g_free (data);
}

static void
test_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Gate gate = { 0 };

  n_freed = 0;
  block (fixture, &gate);
  g_assert_true (neg_writer_push (fixture->writer, "a", 600, insert, g_strdup ("a"), count_free));
  g_assert_false (neg_writer_push (fixture->writer, NULL, 600, insert, g_strdup ("b"), count_free));
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_true (neg_writer_push (fixture->writer, "a", 1000, insert, g_strdup ("c"), count_free));
  g_assert_cmpuint (n_freed, ==, 2);
  g_assert_false (neg_writer_push (fixture->writer, "a", G_MAXSIZE, insert, g_strdup ("d"), count_free));
  g_assert_false (neg_writer_flush (fixture->writer, 30, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TIMEOUT);
  set_flag (&gate, &gate.may_end);
  flush_ok (fixture);
  g_assert_cmpint (count (fixture, "name = 'c'"), ==, 1);
  g_assert_cmpint (count (fixture, "1"), ==, 1);
  g_assert_cmpuint (n_freed, ==, 4);
  g_assert_true (neg_writer_push (fixture->writer, NULL, 1000, insert, g_strdup ("e"), count_free)); /* none waits */
}

/* One bad job among good ones, in one transaction at first. */
static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Gate gate = { 0 };

  block (fixture, &gate);
  g_assert_true (push (fixture, NULL, "same"));
  g_assert_true (push (fixture, NULL, "same"));
  g_assert_true (push (fixture, NULL, "other"));
  set_flag (&gate, &gate.may_end);
  g_assert_false (neg_writer_flush (fixture->writer, PATIENCE_MS, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_cmpint (count (fixture, "1"), ==, 2);
  g_assert_true (push (fixture, NULL, "more"));
  flush_ok (fixture);
  g_assert_cmpuint (fixture->n_failures, ==, 0); /* only ever from the main context */
  while (fixture->n_recoveries == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_failures, ==, 1);
  g_assert_cmpuint (fixture->n_recoveries, ==, 1);
}

static void
fail_unasked (Fixture *fixture)
{
  const guint before = fixture->n_failures;

  g_assert_true (push (fixture, NULL, "same"));
  while (fixture->n_failures == before)
    g_main_context_iteration (NULL, TRUE);
}

/* A flush answers for what was over before it began, unless a success has come since. */
static void
test_failed_before (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (push (fixture, NULL, "same"));
  flush_ok (fixture);
  fail_unasked (fixture);
  g_assert_false (neg_writer_flush (fixture->writer, PATIENCE_MS, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  flush_ok (fixture);
  fail_unasked (fixture);
  g_assert_true (push (fixture, NULL, "more"));
  flush_ok (fixture);
}

/* The first is written at once, the next ones together after the pace; a flush does not wait for it. */
static void
test_pace (Fixture *fixture, gconstpointer data)
{
  gint64 start_us, flush_us = G_MAXINT64;

  start_us = g_get_monotonic_time ();
  g_assert_true (push (fixture, "a", "a1"));
  flush_ok (fixture);
  for (int i = 2; i < 6; i++) {
    g_autofree char *name = g_strdup_printf ("a%d", i);

    g_assert_true (push (fixture, "a", name));
    g_usleep (20000);
  }
  while (count (fixture, "1") == 1)
    g_usleep (5000);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >, 1500000);
  g_assert_cmpint (count (fixture, "name = 'a5'"), ==, 1);
  g_assert_cmpint (count (fixture, "1"), ==, 2);
  /* A slow disk may take as long once, but not each time. */
  for (int i = 0; i < 5 && flush_us > 1500000; i++) {
    start_us = g_get_monotonic_time ();
    g_assert_true (push (fixture, NULL, "hurry"));
    flush_ok (fixture);
    flush_us = MIN (flush_us, g_get_monotonic_time () - start_us);
  }
  g_assert_cmpint (flush_us, <=, 1500000);
}

static void
test_close_gives_up (Fixture *fixture, gconstpointer data)
{
  static Gate gate; /* the thread outlives the writer */
  gint64 start_us = g_get_monotonic_time ();

  block (fixture, &gate);
  g_assert_true (push (fixture, NULL, "lost"));
  neg_writer_close (g_steal_pointer (&fixture->writer), 50);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 30 * G_TIME_SPAN_SECOND);
  set_flag (&gate, &gate.may_end);
  g_usleep (100000);
  g_assert_cmpint (count (fixture, "1"), ==, 0);
}

/* --- Killed while writing --- */

/* Says the number of each row once it is on the disk. */
static void
write_for_ever (const char *path, int fd)
{
  NegWriter *writer = neg_writer_new (open_database (path), 1 << 20, 0, NULL, NULL);

  for (;;) {
    static gint32 number;
    g_autofree char *name = g_strdup_printf ("%d %d", (int) getpid (), ++number);

    if (!neg_writer_push (writer, "state", strlen (name), insert, g_strdup (name), g_free)
        || (number % 3 == 0 && !neg_writer_flush (writer, PATIENCE_MS, NULL)))
      _exit (1);
    if (number % 3 == 0 && write (fd, &number, sizeof number) != sizeof number)
      _exit (1);
  }
}

static void
kill_one (const char *path, guint wait_us)
{
  g_autofree char *sql = NULL;
  gint32 number = 0, last = 0;
  int fds[2], status;
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  child = fork ();
  if (child == 0)
    write_for_ever (path, fds[1]);
  close (fds[1]);
  g_assert_cmpint (read (fds[0], &last, sizeof last), ==, sizeof last);
  g_usleep (wait_us);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  while (read (fds[0], &number, sizeof number) == sizeof number)
    last = number;
  close (fds[0]);
  sql = g_strdup_printf ("SELECT count(*) FROM person WHERE name = '%d %d'", (int) child, last);
  g_assert_cmpint (store_query_int (path, sql), ==, 1);
}

static void
test_killed (StoreFolder *files, gconstpointer data)
{
  neg_database_free (open_database (files->path));
  for (int i = 0; i < 30; i++) {
    g_autoptr (NegDatabase) database = NULL;
    g_autoptr (GError) error = NULL;

    kill_one (files->path, g_test_rand_int_range (0, 20000));
    database = open_database (files->path);
    g_assert_true (neg_database_check (database, &error));
  }
}

static void
set_up_files (StoreFolder *files, gconstpointer data)
{
  store_folder_init (files);
}

static void
tear_down_files (StoreFolder *files, gconstpointer data)
{
  store_folder_clear (files);
}

#define ADD(name, func, pace_ms) \
  g_test_add ("/store/writer/" name, Fixture, GUINT_TO_POINTER (pace_ms), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* First, while this process has no threads to lose in a fork. */
  g_test_add ("/store/writer/killed", StoreFolder, NULL, set_up_files, test_killed, tear_down_files);
  ADD ("order", test_order, 0);
  ADD ("coalesce", test_coalesce, 0);
  ADD ("limit", test_limit, 0);
  ADD ("failure", test_failure, 0);
  ADD ("failed-before", test_failed_before, 0);
  ADD ("pace", test_pace, 2000);
  ADD ("close-gives-up", test_close_gives_up, 0);
  return g_test_run ();
}
