/* What is in an exported PNG or JPEG: the pixels, and nothing about anyone. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <jpeglib.h>
#include <png.h>

#include "base/neg-error.h"
#include "export/neg-image-file.h"

#define WIDTH 37u
#define HEIGHT 23u

/* Rows that are longer than the picture: what lies behind them must not be seen. */
static NegPicture
new_picture (guint channels)
{
  NegPicture picture = { .width = WIDTH, .height = HEIGHT, .stride = WIDTH * channels + 5, .channels = channels };

  picture.pixels = g_malloc (picture.stride * HEIGHT);
  memset (picture.pixels, 0xee, picture.stride * HEIGHT);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint i = 0; i < WIDTH * channels; i++)
      picture.pixels[y * picture.stride + i] = (7 * i + 13 * y) & 0xff;
  return picture;
}

static void
test_png_pixels (gconstpointer data)
{
  guint channels = GPOINTER_TO_UINT (data);
  NegPicture picture = new_picture (channels);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = neg_image_encode (&picture, NEG_IMAGE_PNG, 0, &error);
  png_image image = { .version = PNG_IMAGE_VERSION };
  g_autofree guint8 *read = g_malloc (WIDTH * HEIGHT * channels);

  g_assert_no_error (error);
  g_assert_true (png_image_begin_read_from_memory (&image, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
  g_assert_cmpuint (image.format, ==, channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB);
  g_assert_cmpuint (image.width, ==, WIDTH);
  g_assert_cmpuint (image.height, ==, HEIGHT);
  g_assert_true (png_image_finish_read (&image, NULL, read, 0, NULL));
  for (guint y = 0; y < HEIGHT; y++)
    g_assert_cmpmem (read + y * WIDTH * channels, WIDTH * channels, picture.pixels + y * picture.stride,
                     WIDTH * channels);
  g_free (picture.pixels);
}

/* The names of the chunks in order, and the text of those that hold text. */
static char *
list_chunks (GBytes *bytes)
{
  gsize length, at = 8;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  GString *list = g_string_new (NULL);

  while (at + 12 <= length) {
    guint32 n = GUINT32_FROM_BE (*(const guint32 *) memcpy (&(guint32){ 0 }, data + at, 4));
    g_autofree char *name = g_strndup ((const char *) data + at + 4, 4);

    g_assert_cmpuint (n, <=, length - at - 12);
    if (strcmp (name, "IDAT") != 0 || !g_str_has_suffix (list->str, "IDAT "))
      g_string_append_printf (list, "%s ", name);
    if (strcmp (name, "tEXt") == 0)
      g_string_append_printf (list, "(%s=%.*s) ", data + at + 8, (int) (n - strlen ((const char *) data + at + 8) - 1),
                              data + at + 8 + strlen ((const char *) data + at + 8) + 1);
    at += 12 + n;
  }
  return g_string_free (list, FALSE);
}

static void
test_png_text (void)
{
  NegPicture picture = new_picture (1);
  g_autoptr (GBytes) bytes = neg_image_encode (&picture, NEG_IMAGE_PNG, 0, NULL);
  g_autofree char *chunks = list_chunks (bytes);

  g_assert_cmpstr (chunks, ==,
                   "IHDR tEXt (Software=Negatoscope " NEG_VERSION ") tEXt (Disclaimer=Not for diagnosis) IDAT IEND ");
  g_free (picture.pixels);
}

static void
test_jpeg (gconstpointer data)
{
  guint channels = GPOINTER_TO_UINT (data);
  NegPicture picture = new_picture (channels);
  g_autoptr (GBytes) bytes = NULL;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  guint8 row[WIDTH * 3];
  JSAMPROW rows[] = { row };
  double sum = 0;
  guint n_markers = 0;

  for (guint y = 0; y < HEIGHT; y++)
    for (guint i = 0; i < WIDTH * channels; i++)
      picture.pixels[y * picture.stride + i] = 60 + 3 * y + (channels == 3 ? 20 * (i % 3) : 0);
  bytes = neg_image_encode (&picture, NEG_IMAGE_JPEG, NEG_JPEG_QUALITY, NULL);
  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_decompress (&jpeg);
  for (int marker = 0; marker < 16; marker++)
    jpeg_save_markers (&jpeg, JPEG_APP0 + marker, 0xffff);
  jpeg_save_markers (&jpeg, JPEG_COM, 0xffff);
  jpeg_mem_src (&jpeg, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpint (jpeg_read_header (&jpeg, TRUE), ==, JPEG_HEADER_OK);
  g_assert_cmpint (jpeg.num_components, ==, channels);
  for (guint i = 0; i < channels; i++) {
    g_assert_cmpint (jpeg.comp_info[i].h_samp_factor, ==, 1);
    g_assert_cmpint (jpeg.comp_info[i].v_samp_factor, ==, 1);
  }
  for (jpeg_saved_marker_ptr marker = jpeg.marker_list; marker != NULL; marker = marker->next, n_markers++) {
    if (marker->marker == JPEG_COM)
      g_assert_cmpmem (marker->data, marker->data_length, "Negatoscope " NEG_VERSION ", Not for diagnosis",
                       strlen ("Negatoscope " NEG_VERSION ", Not for diagnosis"));
    else
      g_assert_cmpint (marker->marker, ==, JPEG_APP0); /* JFIF: the size of a pixel, not EXIF */
  }
  g_assert_cmpuint (n_markers, ==, 2);
  jpeg_start_decompress (&jpeg);
  for (guint y = 0; y < HEIGHT; y++) {
    jpeg_read_scanlines (&jpeg, rows, 1);
    for (guint i = 0; i < WIDTH * channels; i++)
      sum += ABS ((int) row[i] - (int) picture.pixels[y * picture.stride + i]);
  }
  g_assert_cmpfloat (sum / (WIDTH * HEIGHT * channels), <, 1.5);
  jpeg_finish_decompress (&jpeg);
  jpeg_destroy_decompress (&jpeg);
  g_free (picture.pixels);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Where it cannot be written there is an error in words without the file's name, and nothing else. */
static void
test_refused (void)
{
  g_autofree char *folder = g_dir_make_tmp ("negatoscope-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "DOE^JANE.png", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", "DOE^JANE.png", NULL);
  NegPicture picture = new_picture (1);
  g_autoptr (GError) error = NULL;
  guint64 bytes = 0;

  g_assert_false (neg_image_file_write (&picture, NEG_IMAGE_PNG, 0, missing, &bytes, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "DOE"));
  g_clear_error (&error);
  g_chmod (folder, 0500);
  if (g_access (folder, W_OK) != 0) {
    g_assert_false (neg_image_file_write (&picture, NEG_IMAGE_JPEG, 90, path, &bytes, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
    g_clear_error (&error);
  }
  g_chmod (folder, 0700);
  if (g_file_test ("/dev/full", G_FILE_TEST_EXISTS)) {
    g_assert_false (neg_image_file_write (&picture, NEG_IMAGE_PNG, 0, folder, &bytes, &error));
    g_assert_nonnull (error);
    g_assert_null (strstr (error->message, folder));
  }
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_assert_cmpuint (bytes, ==, 0);
  g_rmdir (folder);
  g_free (picture.pixels);
}

static void
test_written (void)
{
  g_autofree char *folder = g_dir_make_tmp ("negatoscope-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  NegPicture picture = new_picture (3);
  g_autoptr (GError) error = NULL;
  mode_t mask = umask (027);
  guint64 bytes = 100;
  GStatBuf info;

  g_assert_true (neg_image_file_write (&picture, NEG_IMAGE_PNG, 0, path, &bytes, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpuint (bytes, ==, 100 + info.st_size);
  g_assert_cmpuint (count_files (folder), ==, 1);
  umask (mask);
  g_unlink (path);
  g_rmdir (folder);
  g_free (picture.pixels);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/image-file/png-grey", GUINT_TO_POINTER (1), test_png_pixels);
  g_test_add_data_func ("/image-file/png-colour", GUINT_TO_POINTER (3), test_png_pixels);
  g_test_add_func ("/image-file/png-text", test_png_text);
  g_test_add_data_func ("/image-file/jpeg-grey", GUINT_TO_POINTER (1), test_jpeg);
  g_test_add_data_func ("/image-file/jpeg-colour", GUINT_TO_POINTER (3), test_jpeg);
  g_test_add_func ("/image-file/written", test_written);
  g_test_add_func ("/image-file/refused", test_refused);
  return g_test_run ();
}
