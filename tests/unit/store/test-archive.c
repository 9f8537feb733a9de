/* NegArchive: who is whose study, versions, classes, deletion, eviction. */
#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "archive-home.h"
#include "base/neg-error.h"

static void
test_take (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = archive_record (1, 1, 2);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  const NegArchiveFile *file;
  struct stat status;

  archive_take_ok (home, NEG_OBJECT_DATA, second, "two", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series"), ==, 2);
  g_assert_cmpuint (archive_count_files (home, "data/incoming"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 2);
  files = neg_archive_list_files (home->reader, home->data, home->cache, "2.25.1", 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 2);
  file = g_ptr_array_index (files, 0);
  g_assert_cmpstr (file->sop_instance_uid, ==, "2.25.1.1.1");
  g_assert_cmpint (file->dataset_offset, ==, 300);
  g_assert_true (g_file_get_contents (file->path, &contents, NULL, &error));
  g_assert_cmpstr (contents, ==, "one");
  g_assert_cmpint (g_stat (file->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  /* printf one | sha256sum */
  g_assert_true (g_str_has_suffix (file->path,
                                   "/data/objects/76/"
                                   "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"));
}

static void
add_test (const char *name, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/archive/take", test_take);
  return g_test_run ();
}
