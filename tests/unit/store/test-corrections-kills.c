/* What a correction has left when its process was killed. That is this program again (--apply, --undo). */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive-child.h"
#include "corrections-home.h"

static int
child_apply (const char *folder, gboolean undoes)
{
  ArchiveHome home;
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GError) error = NULL;

  archive_child_open_home (&home, folder);
  known = neg_corrections_list (home.reader, 1, 1, &error);
  if (undoes)
    corrections_undo_ok (&home, ((const NegCorrection *) known->pdata[0])->id);
  else
    corrections_apply (&home, known->pdata[0], "2.25.1", corrections_set_patient, &error);
  g_assert_no_error (error);
  archive_child_close_home (&home);
  return 0;
}

static void
run_child (ArchiveHome *home, const char *mode, const char *fault, gboolean *was_killed)
{
  int from, status;
  pid_t pid = archive_child_start (mode, home->folder, fault, &from);

  close (from);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  *was_killed = WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
  g_assert_true (*was_killed || (WIFEXITED (status) && WEXITSTATUS (status) == 0));
}

static void
assert_either (ArchiveHome *home, gboolean *is_corrected)
{
  gint64 wrong = corrections_count (home, WRONG), right = corrections_count (home, RIGHT);

  *is_corrected = right > 0;
  g_assert_cmpint (wrong, ==, *is_corrected ? 0 : CORRECTIONS_N);
  g_assert_cmpint (right, ==, *is_corrected ? CORRECTIONS_N : 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM correction WHERE state = 2"), ==, *is_corrected);
  g_assert_cmpint (corrections_count_desk (home, WRONG), ==, !*is_corrected);
  corrections_assert_consistent (home);
}

/* @data: mode and point. Goes on where it was cut off, and does it again: then it is done, with the same files. */
static void
test_killed (gconstpointer data)
{
  g_auto (GStrv) parts = g_strsplit (data, "/", 2);
  const gboolean undoes = strcmp (parts[0], "--undo") == 0;
  g_autofree char *fault = g_strconcat (parts[1], ":1", NULL);
  g_autoptr (NegCorrection) correction = NULL;
  gboolean was_killed, is_corrected;
  ArchiveHome home;
  guint n_files;

  archive_home_init (&home, NULL);
  corrections_take_study (&home, WRONG);
  correction = corrections_add (&home, FALSE);
  archive_home_close (&home);
  if (undoes) {
    run_child (&home, "--apply", NULL, &was_killed);
    g_assert_false (was_killed);
  }
  run_child (&home, parts[0], fault, &was_killed);
  g_assert_true (was_killed);
  archive_home_open (&home);
  assert_either (&home, &is_corrected);
  g_assert_cmpint (is_corrected, ==, (strcmp (parts[1], "committed") == 0) != undoes);
  archive_home_close (&home);
  if (is_corrected == undoes) {
    run_child (&home, parts[0], NULL, &was_killed);
    g_assert_false (was_killed);
  }
  archive_home_open (&home);
  assert_either (&home, &is_corrected);
  g_assert_cmpint (is_corrected, !=, undoes);
  n_files = archive_count_files (&home, "data/objects");
  g_assert_cmpuint (n_files, ==, 2 * CORRECTIONS_N);
  corrections_assert_hidden (&home);
  archive_home_clear (&home, NULL);
}

static void
test_killed_at_random (void)
{
  const guint n = g_test_slow () ? 200 : 10;
  guint n_corrected = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegCorrection) correction = NULL;
    gboolean is_corrected;
    ArchiveHome home;
    int from, status;
    pid_t pid;

    archive_home_init (&home, NULL);
    corrections_take_study (&home, WRONG);
    correction = corrections_add (&home, FALSE);
    archive_home_close (&home);
    pid = archive_child_start ("--apply", home.folder, NULL, &from);
    g_usleep ((gulong) g_test_rand_int_range (0, 40 * 1000));
    kill (pid, SIGKILL);
    close (from);
    g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    archive_home_open (&home);
    assert_either (&home, &is_corrected);
    n_corrected += is_corrected;
    archive_home_clear (&home, NULL);
  }
  g_test_message ("%u of %u were done before", n_corrected, n);
}

static const char *const POINTS[] = {
  "--apply/written",         "--apply/hashed",        "--apply/renamed",  "--apply/folder-synced", "--apply/correction-rows",
  "--apply/correction-noted", "--apply/before-commit", "--apply/committed", "--undo/undo-rows",      "--undo/undo-noted",
  "--undo/before-commit",    "--undo/committed",
};

int
main (int argc, char **argv)
{
  if (argc == 3 && (strcmp (argv[1], "--apply") == 0 || strcmp (argv[1], "--undo") == 0))
    return child_apply (argv[2], strcmp (argv[1], "--undo") == 0);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (POINTS); i++) {
    g_autofree char *name = g_strdup_printf ("/corrections/killed/%s", POINTS[i] + 2);

    g_test_add_data_func (name, POINTS[i], test_killed);
  }
  g_test_add_func ("/corrections/killed/at-random", test_killed_at_random);
  return g_test_run ();
}
