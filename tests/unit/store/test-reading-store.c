/* NegReadingStore: what the next start is offered, after a window was closed, died, or while others are open. */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-reading-store.h"
#include "store/neg-run-lock.h"

#define PATIENCE_MS 20000
#define FIXTURES_FOLDER "tests/unit/store/fixtures"

static NegReadingStore *
open_store (const StoreFolder *files)
{
  g_autoptr (GError) error = NULL;
  NegReadingStore *store = neg_reading_store_open (files->folder, NULL, NULL, &error);

  g_assert_no_error (error);
  return store;
}

static char *
begin (NegReadingStore *store)
{
  g_autoptr (GError) error = NULL;
  const char *run = neg_reading_store_begin_run (store, &error);

  g_assert_no_error (error);
  return g_strdup (run);
}

static void
flush_ok (NegReadingStore *store)
{
  g_autoptr (GError) error = NULL;

  neg_reading_store_flush (store, PATIENCE_MS, &error);
  g_assert_no_error (error);
}

static void
save (NegReadingStore *store, const char *run, const char *state)
{
  g_assert_true (neg_reading_store_save (store, run, state));
  flush_ok (store);
}

static void
close_ok (NegReadingStore *store, const char *run)
{
  g_autoptr (GError) error = NULL;

  neg_reading_store_close_run (store, run, &error);
  g_assert_no_error (error);
}

static void
assert_last (NegReadingStore *store, const char *state, gboolean crashed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegLastScreen) last = neg_reading_store_find_last (store, &error);

  g_assert_no_error (error);
  if (state == NULL) {
    g_assert_null (last);
    return;
  }
  g_assert_nonnull (last);
  g_assert_cmpstr (last->state, ==, state);
  g_assert_cmpint (last->crashed, ==, crashed);
  g_assert_cmpint (ABS (g_get_real_time () - last->saved_us), <, 60 * G_TIME_SPAN_SECOND);
}

static void
test_closed (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);

  assert_last (store, NULL, FALSE);
  save (store, run, "one");
  g_assert_true (neg_reading_store_save (store, run, "two"));
  assert_last (store, NULL, FALSE); /* it is alive */
  close_ok (store, run);
  assert_last (store, "two", FALSE);
  neg_reading_store_free (store);
  g_assert_cmpuint (store_count_files (files->folder, ".lock"), ==, 0);
  store = open_store (files);
  assert_last (store, "two", FALSE);
  neg_reading_store_free (store);
}

/* The store is let go without closing its run: the window did not end as it should. */
static void
test_not_closed (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);

  save (store, run, "one");
  neg_reading_store_free (store);
  store = open_store (files);
  assert_last (store, "one", TRUE);
  neg_reading_store_free (store);
}

/* What was offered goes with the first save of whoever was offered it, not before. */
static void
test_only_the_last (StoreFolder *files, gconstpointer data)
{
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  NegReadingStore *store = open_store (files);
  g_autofree char *idle = NULL;

  for (int i = 0; i < 5; i++) {
    g_autofree char *run = begin (store);
    g_autofree char *state = g_strdup_printf ("screen %d", i);

    save (store, run, state);
    g_assert_cmpint (store_query_int (path, "SELECT count(*) FROM screen"), ==, 1);
    close_ok (store, run);
    assert_last (store, state, FALSE);
  }
  idle = begin (store);
  close_ok (store, idle); /* a window that showed nothing */
  assert_last (store, "screen 4", FALSE);
  neg_reading_store_free (store);
}

static void
test_two_windows (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *here = open_store (files);
  NegReadingStore *there = open_store (files);
  g_autofree char *one = begin (here);
  g_autofree char *other = begin (there);

  save (here, one, "one");
  save (there, other, "other");
  close_ok (there, other);
  assert_last (here, "other", FALSE);
  save (here, one, "one more"); /* it began before the other ended, and was never offered its screen */
  assert_last (here, "other", FALSE);
  close_ok (here, one);
  assert_last (there, "one more", FALSE);
  neg_reading_store_free (there);
  neg_reading_store_free (here);
}

static void
test_nothing_shown (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);

  save (store, run, "one");
  save (store, run, NULL);
  close_ok (store, run);
  assert_last (store, NULL, FALSE);
  neg_reading_store_free (store);
}

static gboolean
folder_has_text (const char *folder, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *content = NULL;
    gsize length;

    if (g_file_get_contents (path, &content, &length, NULL) && memmem (content, length, text, strlen (text)) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Forgotten is gone from the disk too, not only from the table. */
static void
test_forget (StoreFolder *files, gconstpointer data)
{
  g_autofree char *padding = g_strnfill (20000, '.');
  g_autofree char *secret = g_strconcat ("begin", padding, "vertraulich", padding, NULL);
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);
  g_autofree char *living = begin (store);

  save (store, run, secret);
  save (store, living, "alive");
  close_ok (store, run);
  g_assert_true (folder_has_text (files->folder, "vertraulich"));
  neg_reading_store_forget (store);
  flush_ok (store);
  assert_last (store, NULL, FALSE);
  close_ok (store, living);
  assert_last (store, "alive", FALSE);
  neg_reading_store_free (store);
  g_assert_false (folder_has_text (files->folder, "vertraulich"));
}

static void
test_too_long (StoreFolder *files, gconstpointer data)
{
  g_autofree char *most = g_strnfill (NEG_SCREEN_TEXT_MAX, 'x');
  g_autofree char *more = g_strnfill (NEG_SCREEN_TEXT_MAX + 1, 'x');
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);

  save (store, run, most);
  g_assert_false (neg_reading_store_save (store, run, more));
  close_ok (store, run);
  assert_last (store, most, FALSE);
  neg_reading_store_free (store);
}

static void
test_private (StoreFolder *files, gconstpointer data)
{
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);
  g_autoptr (GDir) dir = g_dir_open (files->folder, 0, NULL);
  guint n = 0;
  const char *name;

  save (store, run, "one");
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (files->folder, name, NULL);
    struct stat status;

    g_assert_cmpint (g_stat (path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    n++;
  }
  g_assert_cmpuint (n, >=, 3); /* the file, its log, the mark of the run */
  neg_reading_store_free (store);
}

static void
test_fixture (StoreFolder *files, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURES_FOLDER, "reading-1.sql", NULL);
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  g_autoptr (NegLastScreen) last = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  NegReadingStore *store;

  g_file_get_contents (from, &sql, NULL, &error);
  g_assert_no_error (error);
  store_execute (path, sql);
  store = open_store (files);
  last = neg_reading_store_find_last (store, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (last->state, ==, "{\"format\":1,\"rows\":2}");
  g_assert_true (last->crashed);
  g_assert_cmpint (last->saved_us, ==, 1700000001000000);
  neg_reading_store_free (store);
}

/* Names in the table are not names of files. */
static void
test_hostile_rows (StoreFolder *files, gconstpointer data)
{
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  NegReadingStore *store = open_store (files);

  store_execute (path, "INSERT INTO screen VALUES ('../../../etc/passwd', 9223372036854775807, 0, 0, 'far away'),"
                       " ('', 5, -1, 1, 'no name')");
  neg_reading_store_free (store);
  store = open_store (files);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (NegLastScreen) last = neg_reading_store_find_last (store, &error);
    g_autofree char *run = begin (store);

    g_assert_cmpstr (last->state, ==, "far away");
    /* No number comes after the last one: it is said, and nothing is lost. */
    g_assert_true (neg_reading_store_save (store, run, "mine"));
    g_assert_false (neg_reading_store_flush (store, PATIENCE_MS, &error));
    g_clear_error (&error);
    neg_reading_store_forget (store);
    flush_ok (store);
    save (store, run, "mine");
    close_ok (store, run);
  }
  assert_last (store, "mine", FALSE);
  neg_reading_store_free (store);
}

static void
test_damaged (StoreFolder *files, gconstpointer data)
{
  g_autofree char *path = g_build_filename (files->folder, "reading.db", NULL);
  g_autofree char *aside = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "not a database, and longer than the hundred bytes of a header so that it is read as "
                             "one; no use at all", -1, NULL);
  g_assert_null (neg_reading_store_open (files->folder, NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  aside = neg_database_move_aside (path, NULL);
  neg_reading_store_free (open_store (files));
}

static void
test_locks (StoreFolder *files, gconstpointer data)
{
  g_autofree char *stale
      = g_build_filename (files->folder, "run-0123456789abcdef0123456789abcdef.lock", NULL);
  g_autofree char *foreign = g_build_filename (files->folder, "run-notes.lock", NULL);
  g_autoptr (GError) error = NULL;
  NegRunLock *lock = neg_run_lock_new (files->folder, &error);
  g_autofree char *way = g_build_filename (files->folder, "run-x", NULL);
  struct rlimit limit, none;
  gboolean is_held;
  g_autofree char *detour = NULL;
  g_autofree char *id = NULL;

  g_assert_no_error (error);
  id = g_strdup (neg_run_lock_get_id (lock));
  g_file_set_contents (stale, "", 0, NULL);
  g_file_set_contents (foreign, "", 0, NULL);
  g_assert_true (neg_run_lock_is_held (files->folder, id));
  g_assert_false (neg_run_lock_is_held (files->folder, "0123456789abcdef0123456789abcdef"));
  detour = g_strconcat ("x/../run-", id, NULL); /* names no run, though the path leads to one */
  g_assert_cmpint (g_mkdir (way, 0700), ==, 0);
  g_assert_false (neg_run_lock_is_held (files->folder, detour));
  neg_run_lock_sweep (files->folder);
  g_assert_true (neg_run_lock_is_held (files->folder, id));
  getrlimit (RLIMIT_NOFILE, &limit);
  none = (struct rlimit){ .rlim_cur = 0, .rlim_max = limit.rlim_max };
  setrlimit (RLIMIT_NOFILE, &none);
  is_held = neg_run_lock_is_held (files->folder, id); /* not to be seen, and not dead for that */
  setrlimit (RLIMIT_NOFILE, &limit);
  g_assert_true (is_held);
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
  neg_run_lock_free (lock);
  g_assert_false (neg_run_lock_is_held (files->folder, id));
}

/* --- A window that is killed --- */

static void
show_for_ever (const StoreFolder *files, int fd)
{
  NegReadingStore *store = open_store (files);
  g_autofree char *run = begin (store);
  gint32 number = 0;

  for (;;) {
    g_autofree char *state = g_strdup_printf ("%d %d", (int) getpid (), ++number);

    if (!neg_reading_store_save (store, run, state) || write (fd, &number, sizeof number) != sizeof number)
      _exit (1);
    g_usleep (1000);
  }
}

/* The state that was on screen seconds before the end, or a later one: half a second is promised, but not for a disk that
 * others use, too. */
static void
kill_one (const StoreFolder *files, guint wait_us)
{
  gint64 durable_us = 3 * G_TIME_SPAN_SECOND;
  gint32 number = 0, last = 0;
  g_autoptr (NegLastScreen) screen = NULL;
  g_autoptr (GError) error = NULL;
  NegReadingStore *store;
  int fds[2], status, pid = 0, shown = 0;
  pid_t child;

  g_assert_cmpint (pipe (fds), ==, 0);
  child = fork ();
  if (child == 0)
    show_for_ever (files, fds[1]);
  close (fds[1]);
  for (gint64 end_us = g_get_monotonic_time () + wait_us; g_get_monotonic_time () < end_us;)
    if (read (fds[0], &last, sizeof last) != sizeof last)
      break;
  for (gint64 end_us = g_get_monotonic_time () + durable_us; g_get_monotonic_time () < end_us;)
    if (read (fds[0], &number, sizeof number) != sizeof number)
      break;
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  close (fds[0]);

  store = open_store (files);
  screen = neg_reading_store_find_last (store, &error);
  g_assert_no_error (error);
  g_assert_nonnull (screen);
  g_assert_true (screen->crashed);
  g_assert_cmpint (sscanf (screen->state, "%d %d", &pid, &shown), ==, 2);
  g_assert_cmpint (pid, ==, child);
  g_assert_cmpint (shown, >=, last);
  neg_reading_store_free (store);
}

static void
test_killed (StoreFolder *files, gconstpointer data)
{
  for (int i = 0; i < 3; i++)
    kill_one (files, g_test_rand_int_range (20000, 300000));
  g_assert_cmpuint (store_count_files (files->folder, ".lock"), ==, 0);
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
    { "killed", test_killed }, /* first, while this process has no threads to lose in a fork */
    { "closed", test_closed },
    { "not-closed", test_not_closed },
    { "only-the-last", test_only_the_last },
    { "two-windows", test_two_windows },
    { "nothing-shown", test_nothing_shown },
    { "forget", test_forget },
    { "too-long", test_too_long },
    { "private", test_private },
    { "fixture", test_fixture },
    { "hostile-rows", test_hostile_rows },
    { "damaged", test_damaged },
    { "locks", test_locks },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/store/reading/", tests[i].path, NULL);

    g_test_add (path, StoreFolder, NULL, set_up, tests[i].func, tear_down);
  }
  return g_test_run ();
}
