/* The cache gives up studies and the process is killed: it is this program again (--evict). */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive-child.h"
#include "cache-home.h"

#define N_MANY 1201u /* objects: three pieces */

static void
take_many (ArchiveHome *home, guint study, guint n)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_object_record_free);
  g_autofree NegTaking *takings = g_new0 (NegTaking, n);

  for (guint i = 0; i < n; i++) {
    NegObjectRecord *record = archive_record (study, 1, i);
    g_autofree char *bytes = g_strdup_printf ("object %u of study %u", i, study);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (records, record);
    takings[i].incoming = neg_object_store_begin (neg_archive_get_objects (home->archive), NEG_OBJECT_CACHE, &error);
    g_assert_no_error (error);
    g_assert_cmpint (write (takings[i].incoming->fd, bytes, strlen (bytes)), ==, strlen (bytes));
    takings[i].object = (NegArchiveObject){ .record = record, .bytes = strlen (bytes), .source = "test" };
  }
  neg_archive_take_many (home->archive, takings, n);
  for (guint i = 0; i < n; i++) {
    g_assert_no_error (takings[i].error);
    neg_incoming_free (takings[i].incoming);
  }
}

static int
evict_child (const char *folder)
{
  g_autoptr (GError) error = NULL;
  ArchiveHome home;

  archive_child_open_home (&home, folder);
  neg_archive_evict (home.archive, 0, 0, g_get_real_time () - DAY_US / 6, NULL, NULL, &error);
  g_assert_no_error (error);
  archive_child_close_home (&home);
  return 0;
}

/* 1 is pinned, 2 unread, 3 of an appointment, 4 large and of nobody, 5 small and of nobody. What stays is whole whenever
 * the process dies, what goes is gone or whole, and sums are right. */
static void
prepare_home (ArchiveHome *home, const char *tomorrow)
{
  g_autoptr (GError) error = NULL;

  cache_home_say (home, TRUE, (NegRemoteStudy[]){ cache_home_step_of (3, tomorrow) }, 1);
  for (guint i = 1; i <= 5; i++)
    if (i != 4)
      cache_home_bring (home, i, 900);
  take_many (home, 4, N_MANY);
  cache_home_write (home, "UPDATE study SET used_us = 1 WHERE study_uid = '2.25.4'");
  cache_home_fetch_for (home, NEG_CACHE_BY_PERSON, 2, 0);
  g_assert_true (cache_home_pin (home, TRUE, &error));
  g_assert_no_error (error);
}

static void
assert_whole (ArchiveHome *home, gboolean all_done)
{
  g_autoptr (GError) error = NULL;
  NegArchiveReport report;

  g_assert_true (cache_home_has (home, 1));
  g_assert_true (cache_home_has (home, 2));
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.1'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.2'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total"), ==,
                   archive_count (home, "SELECT coalesce (sum (cache_bytes), 0) FROM study"));
  g_assert_cmpint (archive_count (home, "SELECT n_studies FROM cache_total"), ==,
                   archive_count (home, "SELECT count (*) FROM study WHERE cache_bytes > 0"));
  if (all_done)
    g_assert_cmpint (archive_count (home, "SELECT count (*) FROM study"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count (*) FROM removal"), ==, 0);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
}

static void
test_killed (gconstpointer data)
{
  const char *fault = data;
  g_autofree char *tomorrow = cache_home_date_in (1);
  ArchiveHome home;
  int from, status;
  pid_t pid;

  archive_home_init (&home, NULL);
  prepare_home (&home, tomorrow);
  archive_home_close (&home);
  pid = archive_child_start ("--evict", home.folder, fault, &from);
  close (from);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  archive_home_open (&home);
  assert_whole (&home, FALSE);
  cache_home_evict_to (&home, 0);
  assert_whole (&home, TRUE);
  archive_home_clear (&home, NULL);
}

int
main (int argc, char **argv)
{
  static const char *const faults[] = { "before-commit:1", "committed:1",     "before-commit:2", "committed:2",
                                        "committed:3",     "before-commit:4", "committed:4",     "committed:5",
                                        "before-commit:6", "committed:6" };

  if (argc == 3 && g_str_equal (argv[1], "--evict") && g_file_test (argv[2], G_FILE_TEST_IS_DIR))
    return evict_child (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autofree char *name = g_strdup_printf ("/cache/killed/%s", faults[i]);

    g_test_add_data_func (name, faults[i], test_killed);
  }
  return g_test_run ();
}
