/* A study of many objects goes in pieces: what a kill in between leaves, what comes back meanwhile, and a full disk. The
 * process that is killed is this program again (--remove, --evict, --full). */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive-child.h"
#include "archive-home.h"
#include "base/neg-error.h"

#define N_OBJECTS 1201u
#define PIECE 500u

static void
take_study (ArchiveHome *home, NegObjectClass object_class, guint study, guint n)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_object_record_free);
  g_autofree NegTaking *takings = g_new0 (NegTaking, n);

  for (guint i = 0; i < n; i++) {
    NegObjectRecord *record = archive_record (study, 1 + i % 3, i);
    g_autofree char *bytes = g_strdup_printf ("object %u of study %u", i, study);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (records, record);
    takings[i].incoming = neg_object_store_begin (neg_archive_get_objects (home->archive), object_class, &error);
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

/* Study 1 is what goes, study 2 stays. */
static void
take_both (ArchiveHome *home, NegObjectClass object_class)
{
  take_study (home, object_class, 1, N_OBJECTS);
  take_study (home, NEG_OBJECT_DATA, 2, 1);
}

static int
remove_objects (const char *folder, gboolean evicts)
{
  g_autoptr (GError) error = NULL;
  ArchiveHome home;

  archive_child_open_home (&home, folder);
  if (evicts)
    neg_archive_evict (home.archive, 0, 0, G_MAXINT64, NULL, NULL, &error);
  else
    neg_archive_remove_study (home.archive, "2.25.1", 0, NULL, &error);
  g_assert_no_error (error);
  archive_child_close_home (&home);
  return 0;
}

static int
wait_for (pid_t pid, int from)
{
  int status;

  close (from);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

static guint
count_all_files (ArchiveHome *home)
{
  return archive_count_files (home, "data/objects") + archive_count_files (home, "cache/objects");
}

/* Of study 1 nothing is left, of study 2 everything. */
static void
assert_gone (ArchiveHome *home, gboolean evicted)
{
  NegArchiveReport report;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM series"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM removal"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM removal_object"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM deletion_leave"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, evicted ? 0 : N_OBJECTS);
  g_assert_cmpuint (count_all_files (home), ==, 1);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_objects, ==, 1);
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
}

/* Before the archive is opened again: no study that is half there is shown, and a piece is no more than it may be. */
static void
assert_hidden (ArchiveHome *home, guint n_left)
{
  g_autoptr (GError) error = NULL;

  home->reader = neg_archive_open_reader (home->data, &error);
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE study_uid = '2.25.1'"), ==,
                   n_left == N_OBJECTS);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study WHERE study_uid = '2.25.1'"), ==,
                   n_left == N_OBJECTS);
  g_assert_cmpint (archive_count (home, "SELECT count(*) - 1 FROM instance"), ==, n_left);
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.2'"), ==, 1);
  g_assert_cmpuint (count_all_files (home), >=, n_left + 1);
  g_clear_pointer (&home->reader, neg_database_free);
}

typedef struct {
  const char *mode, *fault;
  guint n_left;
} Kill;

static const Kill KILLS[] = {
  { "--remove", "before-commit:1", N_OBJECTS }, { "--remove", "committed:1", N_OBJECTS - PIECE },
  { "--remove", "before-commit:2", N_OBJECTS - PIECE }, { "--remove", "committed:2", N_OBJECTS - 2 * PIECE },
  { "--remove", "committed:3", 0 }, { "--remove", "before-commit:4", 0 },
  { "--evict", "before-commit:1", N_OBJECTS }, { "--evict", "committed:1", N_OBJECTS - PIECE },
  { "--evict", "committed:2", N_OBJECTS - 2 * PIECE }, { "--evict", "committed:3", 0 },
};

static void
test_killed (gconstpointer data)
{
  const Kill *kill = data;
  gboolean evicts = strcmp (kill->mode, "--evict") == 0;
  g_autoptr (GError) error = NULL;
  ArchiveHome home;
  int status, from;
  pid_t pid;

  archive_home_init (&home, NULL);
  take_both (&home, evicts ? NEG_OBJECT_CACHE : NEG_OBJECT_DATA);
  archive_home_close (&home);
  pid = archive_child_start (kill->mode, home.folder, kill->fault, &from);
  status = wait_for (pid, from);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  assert_hidden (&home, kill->n_left);
  archive_home_open (&home);
  if (kill->n_left == N_OBJECTS) {
    g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM instance"), ==, N_OBJECTS + 1);
    g_assert_cmpuint (count_all_files (&home), ==, N_OBJECTS + 1);
    if (evicts)
      neg_archive_evict (home.archive, 0, 0, G_MAXINT64, NULL, NULL, &error);
    else
      neg_archive_remove_study (home.archive, "2.25.1", 0, NULL, &error);
    g_assert_no_error (error);
  }
  assert_gone (&home, evicts);
  archive_home_clear (&home, NULL);
}

static void
test_remove (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  take_both (home, NEG_OBJECT_DATA);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.1", 0, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N_OBJECTS);
  assert_gone (home, FALSE);
}

/* Of series that something stays of, what may go goes in pieces as well. */
static void
test_evict_mixed (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 freed = 0;

  take_study (home, NEG_OBJECT_CACHE, 1, N_OBJECTS);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (NegObjectRecord) record = archive_record (1, 1 + i, N_OBJECTS + i);

    archive_record_set (record, NEG_RECORD_PATIENT_ID, "ID1");
    archive_take_ok (home, NEG_OBJECT_DATA, record, i == 0 ? "a" : i == 1 ? "b" : "c", NEG_ADDED_NEW);
  }
  g_assert_true (neg_archive_evict (home->archive, 0, 0, G_MAXINT64, NULL, &freed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (freed, >, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT sum (n_instances) FROM series"), ==, 3);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 3);
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry"), ==, 3);
  g_assert_cmpint (archive_count (home, "SELECT cache_bytes FROM study"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 0);
}

/* An older version elsewhere is shown again, unless the object came back while its newer version was going. */
static void
test_comes_back (gconstpointer data)
{
  gboolean returns = GPOINTER_TO_INT (data);
  g_autoptr (NegObjectRecord) record = archive_record (1, 3, N_OBJECTS - 1);
  ArchiveHome home;
  int from;
  pid_t pid;

  archive_home_init (&home, NULL);
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.3");
  archive_take_ok (&home, NEG_OBJECT_CACHE, record, "older", NEG_ADDED_NEW);
  take_both (&home, NEG_OBJECT_DATA);
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.1");
  archive_take_ok (&home, NEG_OBJECT_DATA, record, "newest", NEG_ADDED_VERSION);
  archive_home_close (&home);
  pid = archive_child_start (returns ? "--remove-and-take" : "--remove", home.folder, returns ? NULL : "committed:2",
                             &from);
  wait_for (pid, from);
  archive_home_open (&home);
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM removal"), ==, 0);
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM instance WHERE superseded_by IS NULL"), ==, 2);
  g_assert_cmpint (archive_count (&home, "SELECT coalesce (sum (n_here), 0) FROM entry WHERE study_uid = '2.25.3'"), ==, !returns);
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM entry WHERE study_uid = '2.25.1' AND n_here = 1"), ==,
                   returns);
  /* What is here is not noted as deleted: it would not be found again if its row were lost. */
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM tombstone WHERE sop_instance_uid IN"
                                         " (SELECT sop_instance_uid FROM instance)"), ==, 0);
  archive_home_clear (&home, NULL);
}

/* The object is there again before the last piece has gone. */
static gpointer
take_when_hidden (gpointer data)
{
  ArchiveHome *home = data;
  g_autoptr (NegObjectRecord) record = archive_record (1, 3, N_OBJECTS - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (home->data, &error);
  gint64 n = 1;

  g_assert_no_error (error);
  while (n > 0) {
    NegStatement *row = neg_database_prepare (reader, "SELECT count(*) FROM study WHERE study_uid = '2.25.1'", &error);
    gboolean has_row;

    neg_statement_step (row, &has_row, &error);
    g_assert_no_error (error);
    n = neg_statement_get_int (row, 0);
    neg_statement_reset (row);
  }
  archive_take_ok (home, NEG_OBJECT_DATA, record, "newest", NEG_ADDED_NEW);
  return NULL;
}

static int
remove_and_take (const char *folder)
{
  g_autoptr (GError) error = NULL;
  ArchiveHome home;
  GThread *taker;

  archive_child_open_home (&home, folder);
  taker = g_thread_new ("taker", take_when_hidden, &home);
  g_assert_true (neg_archive_remove_study (home.archive, "2.25.1", 0, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (taker);
  archive_child_close_home (&home);
  return 0;
}

/* --- a disk that is full --- */

#define N_ON_FULL_DISK 600u

static void
fill_all (ArchiveHome *home)
{
  g_autofree char *ballast = g_build_filename (home->folder, "ballast", NULL);

  archive_child_fill_disk (ballast, 0);
}

static int
remove_on_full_disk (const char *folder)
{
  g_autofree char *reserve = g_build_filename (folder, "data", "archive.reserve", NULL);
  g_autoptr (GError) error = NULL;
  ArchiveHome home;

  if (!archive_child_mount_small_disk (folder))
    return ARCHIVE_CHILD_NO_MOUNTS;
  archive_child_open_home (&home, folder);
  take_study (&home, NEG_OBJECT_DATA, 1, 2);
  take_study (&home, NEG_OBJECT_DATA, 2, N_ON_FULL_DISK / 4);
  fill_all (&home);
  g_assert_true (neg_archive_remove_study (home.archive, "2.25.2", 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM instance"), ==, 2);
  g_assert_cmpuint (archive_count_files (&home, "data/objects"), ==, 2);
  /* Without it there is no way. */
  unlink (reserve);
  fill_all (&home);
  g_assert_false (neg_archive_remove_study (home.archive, "2.25.1", 0, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_DISK_FULL);
  g_assert_cmpint (archive_count (&home, "SELECT count(*) FROM instance"), ==, 2);
  archive_child_close_home (&home);
  return 0;
}

static void
test_full_disk (void)
{
  ArchiveHome home;
  int from, status;
  pid_t pid;

  archive_home_init (&home, NULL);
  archive_home_close (&home);
  pid = archive_child_start ("--full", home.folder, NULL, &from);
  status = wait_for (pid, from);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == ARCHIVE_CHILD_NO_MOUNTS)
    g_test_skip ("no file system of our own can be mounted here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  archive_home_clear (&home, NULL);
}

/* It is there from the beginning, and made again where it is not. */
static void
test_reserve (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *reserve = g_build_filename (home->data, "archive.reserve", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_test (reserve, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (unlink (reserve), ==, 0);
  take_study (home, NEG_OBJECT_DATA, 1, 1);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.1", 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (reserve, G_FILE_TEST_IS_REGULAR));
}

static int
run_child (const char *mode, const char *folder)
{
  if (strcmp (mode, "--full") == 0)
    return remove_on_full_disk (folder);
  if (strcmp (mode, "--remove-and-take") == 0)
    return remove_and_take (folder);
  return remove_objects (folder, strcmp (mode, "--evict") == 0);
}

static void
add_test (const char *name, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_has_prefix (argv[1], "--") && g_file_test (argv[2], G_FILE_TEST_IS_DIR))
    return run_child (argv[1], argv[2]);
  g_test_init (&argc, &argv, NULL);
  add_test ("/removal/in-pieces", test_remove);
  add_test ("/removal/evict-mixed", test_evict_mixed);
  add_test ("/removal/reserve", test_reserve);
  for (guint i = 0; i < G_N_ELEMENTS (KILLS); i++) {
    g_autofree char *name = g_strdup_printf ("/removal/killed/%s/%s", KILLS[i].mode + 2, KILLS[i].fault);

    g_test_add_data_func (name, &KILLS[i], test_killed);
  }
  g_test_add_data_func ("/removal/older-version-shown", GINT_TO_POINTER (FALSE), test_comes_back);
  g_test_add_data_func ("/removal/comes-back", GINT_TO_POINTER (TRUE), test_comes_back);
  g_test_add_func ("/removal/full-disk", test_full_disk);
  return g_test_run ();
}
