#include "config.h"

#include "base/neg-file-id.h"

#include <glib/gstdio.h>

typedef struct {
  char *folder, *below, *file, *other;
} Disc;

static void
write_empty (const char *path)
{
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
set_up (Disc *disc, gconstpointer data)
{
  disc->folder = g_dir_make_tmp ("neg-disc-XXXXXX", NULL);
  disc->below = g_build_filename (disc->folder, "dicom", NULL);
  disc->file = g_build_filename (disc->below, "im1;1", NULL);
  disc->other = g_build_filename (disc->folder, "IM2", NULL);
  g_assert_cmpint (g_mkdir (disc->below, 0700), ==, 0);
  write_empty (disc->file);
  write_empty (disc->other);
}

static void
tear_down (Disc *disc, gconstpointer data)
{
  g_unlink (disc->file);
  g_unlink (disc->other);
  g_rmdir (disc->below);
  g_rmdir (disc->folder);
  g_free (disc->file);
  g_free (disc->other);
  g_free (disc->below);
  g_free (disc->folder);
}

static void
test_found (Disc *disc, gconstpointer data)
{
  g_autofree char *kept = neg_file_id_find (disc->folder, "DICOM/IM1");
  g_autofree char *exact = neg_file_id_find (disc->folder, "IM2");

  g_assert_cmpstr (kept, ==, disc->file);
  g_assert_cmpstr (exact, ==, disc->other);
}

static void
test_not_found (Disc *disc, gconstpointer data)
{
  static const char *const wrong[] = { "", "IM", "IM22", "DICOM/IM1/IM1", "IM2/", "/IM2", "DICOM//IM1", "./IM2" };
  g_autofree char *name = g_path_get_basename (disc->folder);
  g_autofree char *out = g_strdup_printf ("../%s/IM2", name);
  g_autofree char *back = neg_file_id_find (disc->below, "../IM2");
  g_autofree char *around = neg_file_id_find (disc->folder, out);
  g_autoptr (GString) deep = g_string_new ("DICOM");

  g_assert_null (back);
  g_assert_null (around);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (neg_file_id_find (disc->folder, wrong[i]));
  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "/..");
  g_assert_null (neg_file_id_find (disc->folder, deep->str));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/file-id/found", Disc, NULL, set_up, test_found, tear_down);
  g_test_add ("/file-id/not-found", Disc, NULL, set_up, test_not_found, tear_down);
  return g_test_run ();
}
