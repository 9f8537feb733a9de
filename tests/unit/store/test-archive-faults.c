/* What is in the archive after its process was killed, and on a disk that is full. The process that takes objects is
 * this program again (--take, --fill): it tells of every object that it would acknowledge. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive-child.h"
#include "archive-home.h"
#include "base/neg-error.h"

#define N_OBJECTS 40u

static const char *const POINTS[] = { "written",       "hashed",        "synced",   "renamed",
                                      "folder-synced", "before-commit", "committed" };

/* --- the process that is killed --- */

/* Long enough for a kill to come in the middle. Every fourth is another version of the one before. */
static char *
make_bytes (guint series, guint i)
{
  GString *bytes = g_string_new (NULL);

  while (bytes->len < 60000)
    g_string_append_printf (bytes, "object %u of series %u, ", i, series);
  return g_string_free (bytes, FALSE);
}

static NegObjectRecord *
make_record (guint series, guint i)
{
  return archive_record (1, series, i - (i % 4 == 3));
}

typedef struct {
  ArchiveHome *home;
  guint series;
} Taker;

static gpointer
take_series (gpointer data)
{
  const Taker *taker = data;

  for (guint i = 0; i < N_OBJECTS; i++) {
    g_autoptr (NegObjectRecord) record = make_record (taker->series, i);
    g_autofree char *bytes = make_bytes (taker->series, i);
    const guint32 told[2] = { taker->series, i };
    g_autoptr (GError) error = NULL;

    archive_take (taker->home, taker->series == 1 ? NEG_OBJECT_DATA : NEG_OBJECT_CACHE, record, NULL, bytes, NULL,
                  &error);
    g_assert_no_error (error);
    g_assert_cmpint (write (STDOUT_FILENO, told, sizeof told), ==, sizeof told);
  }
  return NULL;
}

static int
take_objects (const char *folder)
{
  ArchiveHome home;
  Taker takers[2] = { { &home, 1 }, { &home, 2 } };
  GThread *other;

  archive_child_open_home (&home, folder);
  other = g_thread_new ("taker", take_series, &takers[1]);
  take_series (&takers[0]);
  g_thread_join (other);
  archive_child_close_home (&home);
  return 0;
}

/* --- the one that looks afterwards --- */

/* @told: what it acknowledged, 1 + the last object by series. */
static void
wait_for_told (int from, guint n, guint told[3])
{
  guint32 object[2];

  for (; n > 0 && read (from, object, sizeof object) == sizeof object; n--) {
    g_assert_cmpuint (object[0], <, 3);
    told[object[0]] = object[1] + 1;
  }
}

/* How it ended. */
static int
wait_for_end (pid_t pid, int from, guint told[3])
{
  int status;

  wait_for_told (from, G_MAXUINT, told);
  close (from);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

static void
assert_is_here (ArchiveHome *home, guint series, guint i)
{
  g_autoptr (NegObjectRecord) record = make_record (series, i);
  g_autofree char *bytes = make_bytes (series, i);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, bytes, -1);
  g_autofree char *query = g_strdup_printf ("SELECT count(*) FROM instance WHERE sop_instance_uid = '%s'"
                                            " AND name = '%s'",
                                            record->text[NEG_RECORD_SOP_INSTANCE_UID], hash);

  g_assert_cmpint (archive_count (home, query), ==, 1);
}

/* Everything that was acknowledged, and nothing that is not whole. */
static void
assert_whole (ArchiveHome *home, const guint told[3])
{
  g_autoptr (GError) error = NULL;
  NegArchiveReport report;

  archive_home_open (home);
  for (guint series = 1; series < 3; series++)
    for (guint i = 0; i < told[series]; i++)
      assert_is_here (home, series, i);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_missing, ==, 0);
  g_assert_cmpuint (report.n_damaged, ==, 0);
  neg_archive_report_clear (&report);
  g_assert_cmpint (archive_count (home, "SELECT coalesce (sum (n_instances), 0) FROM series"), ==,
                   archive_count (home, "SELECT count(*) FROM instance WHERE superseded_by IS NULL"));
  g_assert_cmpint (archive_count (home, "SELECT coalesce (sum (cache_bytes), 0) FROM study"), ==,
                   archive_count (home, "SELECT coalesce (sum (bytes), 0) FROM instance WHERE object_class = 1"));
  g_assert_cmpuint (archive_count_files (home, "data/incoming") + archive_count_files (home, "cache/incoming"), ==, 0);
}

static void
test_killed_at_point (gconstpointer data)
{
  static const guint passes[] = { 1, 2, 23 };

  for (guint i = 0; i < G_N_ELEMENTS (passes); i++) {
    g_autofree char *fault = g_strdup_printf ("%s:%u", (const char *) data, passes[i]);
    guint told[3] = { 0 };
    ArchiveHome home;
    int from, status;
    pid_t pid;

    archive_home_init (&home, NULL);
    archive_home_close (&home);
    pid = archive_child_start ("--take", home.folder, fault, &from);
    status = wait_for_end (pid, from, told);
    g_assert_true (WIFSIGNALED (status));
    g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
    g_assert_cmpuint (told[1] + told[2], <, 2 * N_OBJECTS);
    assert_whole (&home, told);
    archive_home_clear (&home, NULL);
  }
}

static void
test_killed_at_random (void)
{
  const guint n = g_test_slow () ? 200 : 10;
  guint n_told = 0;

  for (guint i = 0; i < n; i++) {
    guint told[3] = { 0 };
    ArchiveHome home;
    int from;
    pid_t pid;

    archive_home_init (&home, NULL);
    archive_home_close (&home);
    pid = archive_child_start ("--take", home.folder, NULL, &from);
    wait_for_told (from, (guint) g_test_rand_int_range (0, 2 * N_OBJECTS), told);
    g_usleep ((gulong) g_test_rand_int_range (0, 10 * 1000));
    kill (pid, SIGKILL);
    wait_for_end (pid, from, told);
    n_told += told[1] + told[2];
    assert_whole (&home, told);
    archive_home_clear (&home, NULL);
  }
  g_test_message ("%u objects acknowledged in %u runs", n_told, n);
}

/* --- a disk that is full --- */

static void
assert_disk_full (ArchiveHome *home, const char *bytes)
{
  gint64 n_before = archive_count (home, "SELECT count(*) FROM instance");
  guint n_files = archive_count_files (home, "data/objects");
  g_autoptr (NegObjectRecord) record = archive_record (9, 1, 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (archive_take (home, NEG_OBJECT_DATA, record, NULL, bytes, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_DISK_FULL);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, n_before);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, n_files);
  g_assert_cmpuint (archive_count_files (home, "data/incoming"), ==, 0);
}

/* The disk is full when the index is written: the object is on it already. */
static int
fill_archive (const char *folder)
{
  g_autofree char *ballast = g_build_filename (folder, "ballast", NULL);
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) refused = archive_record (9, 1, 1);
  ArchiveHome home;

  if (!archive_child_mount_small_disk (folder))
    return ARCHIVE_CHILD_NO_MOUNTS;
  archive_child_open_home (&home, folder);
  archive_take_ok (&home, NEG_OBJECT_DATA, record, "one", NEG_ADDED_NEW);
  for (gsize left = 4096; left <= 16384; left += 4096) {
    archive_child_fill_disk (ballast, left);
    assert_disk_full (&home, "small");
  }
  g_assert_cmpint (unlink (ballast), ==, 0);
  archive_take_ok (&home, NEG_OBJECT_DATA, refused, "small", NEG_ADDED_NEW);
  archive_child_close_home (&home);
  return 0;
}

static void
test_disk_full (void)
{
  guint told[3] = { 0 };
  ArchiveHome home;
  int from, status;
  pid_t pid;

  archive_home_init (&home, NULL);
  archive_home_close (&home);
  pid = archive_child_start ("--fill", home.folder, NULL, &from);
  status = wait_for_end (pid, from, told);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == ARCHIVE_CHILD_NO_MOUNTS)
    g_test_skip ("no file system of our own can be mounted here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  archive_home_clear (&home, NULL);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--take") == 0)
    return take_objects (argv[2]);
  if (argc == 3 && strcmp (argv[1], "--fill") == 0)
    return fill_archive (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (POINTS); i++) {
    g_autofree char *name = g_strdup_printf ("/archive/killed/%s", POINTS[i]);

    g_test_add_data_func (name, POINTS[i], test_killed_at_point);
  }
  g_test_add_func ("/archive/killed-at-random", test_killed_at_random);
  g_test_add_func ("/archive/disk-full", test_disk_full);
  return g_test_run ();
}
