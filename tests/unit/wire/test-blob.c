/* Blobs: only regular files, by path or by region. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "wire/neg-blob.h"
#include "wire/neg-engine-pool.h"

static void
test_path (void)
{
  g_autofree char *path = NULL;
  g_autoptr (NegBlob) blob = NULL;
  g_autoptr (GError) error = NULL;
  guint64 offset = 7;
  guint64 length = 0;
  int fd = g_file_open_tmp ("neg-blob-XXXXXX", &path, NULL);

  g_assert_cmpint (write (fd, "12345", 5), ==, 5);
  close (fd);
  blob = neg_blob_new_for_path (path);
  g_assert_false (neg_blob_is_region (blob));
  g_assert_cmpstr (neg_blob_get_name (blob), ==, path);
  fd = neg_blob_open (blob, &offset, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset, ==, 0);
  g_assert_cmpuint (length, ==, 5);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_ACCMODE, ==, O_RDONLY);
  close (fd);
  g_unlink (path);
  g_assert_cmpint (neg_blob_open (blob, &offset, &length, &error), ==, -1);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

/* A FIFO without a writer must neither block nor be taken. */
static void
test_not_a_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("neg-blob-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  const char *const paths[] = { fifo, folder, "/dev/null" };

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (NegBlob) blob = neg_blob_new_for_path (paths[i]);
    g_autoptr (GError) error = NULL;
    guint64 offset;
    guint64 length;

    g_assert_cmpint (neg_blob_open (blob, &offset, &length, &error), ==, -1);
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  }
  g_unlink (fifo);
  g_rmdir (folder);
}

static void
test_region (void)
{
  g_autoptr (NegBlob) blob = NULL;
  g_autoptr (NegBlob) other = neg_blob_new_for_path ("x");
  g_autoptr (GError) error = NULL;
  guint64 offset = 0;
  guint64 length = 0;
  int memory = neg_memory_file_new ("test", 100, &error);
  int fd;

  blob = neg_blob_new_for_region (memory, 10, 20, "archive.zip: IM1");
  close (memory);
  fd = neg_blob_open (blob, &offset, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset, ==, 10);
  g_assert_cmpuint (length, ==, 20);
  g_assert_true (neg_blob_is_region (blob));
  g_assert_cmpuint (neg_blob_get_id (blob), !=, neg_blob_get_id (other));
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blob/path", test_path);
  g_test_add_func ("/blob/not-a-file", test_not_a_file);
  g_test_add_func ("/blob/region", test_region);
  return g_test_run ();
}
