/* Reading by position, from memory and from files, inside and beyond the end. */
#include "base/neg-error.h"
#include "engine/neg-source.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 100000

static guint8
get_byte (guint64 position)
{
  return position * 31 ^ position >> 8;
}

/* An unlinked file with bytes that tell their position. */
static int
make_file (void)
{
  g_autofree guint8 *bytes = g_malloc (FILE_BYTES);
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("neg-source-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  for (guint i = 0; i < FILE_BYTES; i++)
    bytes[i] = get_byte (i);
  g_assert_cmpint (write (fd, bytes, FILE_BYTES), ==, FILE_BYTES);
  g_unlink (path);
  return fd;
}

static void
assert_reads (NegSource *source, guint64 base, guint64 offset, gsize length)
{
  g_autofree guint8 *target = g_malloc (length + 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_source_read (source, offset, target, length, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < length; i++)
    g_assert_cmpuint (target[i], ==, get_byte (base + offset + i));
}

static void
assert_ends_before (NegSource *source, guint64 offset, gsize length)
{
  g_autofree guint8 *target = g_malloc (MIN (length, FILE_BYTES) + 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_source_read (source, offset, target, length, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  g_assert_nonnull (neg_error_get_where (error));
}

static void
test_file (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  int fd = make_file ();
  NegSource source;

  neg_source_init_fd (&source, fd, 0, G_MAXUINT64);
  g_assert_cmpuint (source.length, ==, FILE_BYTES);
  assert_reads (&source, 0, 0, FILE_BYTES);
  assert_reads (&source, 0, FILE_BYTES, 0);
  for (guint i = 0; i < 2000; i++) {
    guint64 offset = g_rand_int_range (random, 0, FILE_BYTES);

    assert_reads (&source, 0, offset, g_rand_int_range (random, 0, MIN (40000, FILE_BYTES - offset) + 1));
  }
  assert_ends_before (&source, FILE_BYTES, 1);
  assert_ends_before (&source, FILE_BYTES - 4, 5);
  assert_ends_before (&source, G_MAXUINT64, 2);
  neg_source_clear (&source);
  close (fd);
}

static void
test_stretch (void)
{
  int fd = make_file ();
  NegSource source;

  neg_source_init_fd (&source, fd, 1000, 5000);
  assert_reads (&source, 1000, 0, 5000);
  assert_reads (&source, 1000, 4999, 1);
  assert_ends_before (&source, 4999, 2);
  neg_source_clear (&source);
  neg_source_init_fd (&source, fd, FILE_BYTES - 10, 5000);
  g_assert_cmpuint (source.length, ==, 10);
  neg_source_clear (&source);
  neg_source_init_fd (&source, fd, G_MAXUINT64 - 1, 5000);
  g_assert_cmpuint (source.length, ==, 0);
  neg_source_clear (&source);
  close (fd);
}

/* A file may become shorter while it is read: what the window holds stays, the rest fails. */
static void
test_shrinking_file (void)
{
  int fd = make_file ();
  NegSource source;

  neg_source_init_fd (&source, fd, 0, G_MAXUINT64);
  assert_reads (&source, 0, 0, 16);
  g_assert_cmpint (ftruncate (fd, 20), ==, 0);
  assert_reads (&source, 0, 100, 16);
  assert_ends_before (&source, 50000, 16);
  assert_ends_before (&source, 0, 50000);
  neg_source_clear (&source);
  close (fd);
}

static void
test_bad_descriptor (void)
{
  g_autoptr (GError) error = NULL;
  NegSource source;

  neg_source_init_fd (&source, 9999, 0, 100);
  g_assert_cmpuint (source.length, ==, 0);
  assert_ends_before (&source, 0, 1);
  source.length = 100;
  g_assert_null (neg_source_peek (&source, 0, 4, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  neg_source_clear (&source);
}

static void
test_memory (void)
{
  g_autofree guint8 *bytes = g_malloc (FILE_BYTES);
  g_autoptr (GError) error = NULL;
  NegSource source;

  for (guint i = 0; i < FILE_BYTES; i++)
    bytes[i] = get_byte (i);
  neg_source_init_memory (&source, bytes, FILE_BYTES);
  assert_reads (&source, 0, 0, FILE_BYTES);
  assert_reads (&source, 0, FILE_BYTES - 1, 1);
  assert_ends_before (&source, FILE_BYTES - 1, 2);
  g_assert_true (neg_source_peek (&source, 70, 4, NULL) == bytes + 70);
  g_assert_null (neg_source_peek (&source, 0, NEG_SOURCE_WINDOW_BYTES + 1, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  neg_source_clear (&source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source/file", test_file);
  g_test_add_func ("/source/stretch", test_stretch);
  g_test_add_func ("/source/shrinking-file", test_shrinking_file);
  g_test_add_func ("/source/bad-descriptor", test_bad_descriptor);
  g_test_add_func ("/source/memory", test_memory);
  return g_test_run ();
}
