/* A film that is read back by GStreamer: how many pictures, when, how large, and what is in them. */
#include "config.h"

#include <signal.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "export/neg-webm.h"

#define WIDTH 162u
#define HEIGHT 98u
#define FRAMES 40u

typedef struct {
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("negatoscope-test-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "film.webm", NULL);
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

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

/* A flat grey that says which frame it is. */
static guint8
level_of (guint frame)
{
  return 20 + 5 * frame;
}

static gint64
duration_of (guint frame)
{
  return frame % 2 ? 20000 : 60000;
}

static void
paint (NegPicture *picture, guint frame)
{
  for (guint y = 0; y < HEIGHT; y++)
    memset (picture->pixels + y * picture->stride, level_of (frame), picture->stride);
}

static gboolean
write_film (const char *path, guint channels, GCancellable *cancellable, guint cancel_at, guint64 *bytes,
            GError **error)
{
  g_autoptr (NegFilm) film = neg_film_new (path, WIDTH, HEIGHT, error);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * channels);
  NegPicture picture = { WIDTH, HEIGHT, WIDTH * channels, channels, pixels };

  if (film == NULL)
    return FALSE;
  for (guint i = 0; i < FRAMES; i++) {
    paint (&picture, i);
    if (i == cancel_at)
      g_cancellable_cancel (cancellable);
    if (!neg_film_add (film, &picture, duration_of (i), cancellable, error))
      return FALSE;
  }
  if (cancel_at == FRAMES)
    g_cancellable_cancel (cancellable);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  return neg_film_finish (film, cancellable, bytes, error);
}

static guint
check_sample (GstSample *sample, guint frame, GstClockTime expected)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstStructure *caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  GstMapInfo map;
  int width = 0, height = 0, middle;

  g_assert_true (gst_structure_get_int (caps, "width", &width) && gst_structure_get_int (caps, "height", &height));
  g_assert_cmpint (width, ==, WIDTH);
  g_assert_cmpint (height, ==, HEIGHT);
  g_assert_cmpint (ABS (GST_CLOCK_DIFF (expected, GST_BUFFER_PTS (buffer))), <=, 2 * GST_MSECOND);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  middle = map.data[(HEIGHT / 2) * ((WIDTH * 3 + 3) & ~3u) + WIDTH / 2 * 3];
  g_assert_cmpint (ABS (middle - (int) level_of (frame)), <=, 4);
  gst_buffer_unmap (buffer, &map);
  return 1;
}

static void
read_film (const char *path)
{
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! matroskademux ! vp8dec ! videoconvert ! video/x-raw,format=RGB ! "
      "appsink name=sink sync=false",
      path);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstElement *sink;
  GstSample *sample;
  GstClockTime time = 0;
  gint64 duration;
  guint n = 0;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))) != NULL) {
    n += check_sample (sample, n, time);
    time += duration_of (n - 1) * GST_USECOND;
    gst_sample_unref (sample);
  }
  g_assert_cmpuint (n, ==, FRAMES);
  g_assert_true (gst_element_query_duration (pipeline, GST_FORMAT_TIME, &duration));
  g_assert_cmpint (ABS (duration - (gint64) time), <=, 60 * GST_MSECOND);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

static void
test_film (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 bytes = 0;
  GStatBuf info;

  g_assert_true (write_film (fixture->path, GPOINTER_TO_UINT (data), NULL, G_MAXUINT, &bytes, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
  g_stat (fixture->path, &info);
  g_assert_cmpuint (bytes, ==, info.st_size);
  read_film (fixture->path);
}

/* An older file of that name stays until the new one is whole. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint64 bytes = 0;

  g_assert_false (write_film (fixture->path, 1, cancellable, GPOINTER_TO_UINT (data), &bytes, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

/* A file that may not grow is what a full disk looks like to the encoder. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  struct rlimit old, small;
  g_autoptr (GError) error = NULL;
  guint64 bytes = 0;

  getrlimit (RLIMIT_FSIZE, &old);
  small = old;
  small.rlim_cur = 600;
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &small);
  g_assert_false (write_film (fixture->path, 1, NULL, G_MAXUINT, &bytes, &error));
  setrlimit (RLIMIT_FSIZE, &old);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_null (strstr (error->message, fixture->folder));
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "nowhere", "film.webm", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_film_new (path, WIDTH, HEIGHT, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

static void
test_no_module (Fixture *fixture, gconstpointer data)
{
  g_autofree char *module = g_strdup (g_getenv ("NEGATOSCOPE_WEBM"));
  g_autoptr (GError) error = NULL;

  g_setenv ("NEGATOSCOPE_WEBM", fixture->folder, TRUE);
  g_assert_null (neg_film_new (fixture->path, WIDTH, HEIGHT, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  if (module != NULL)
    g_setenv ("NEGATOSCOPE_WEBM", module, TRUE);
  else
    g_unsetenv ("NEGATOSCOPE_WEBM");
}

static void
test_size (void)
{
  static const guint cases[][4] = { { 512, 512, 512, 512 },   { 511, 333, 510, 332 }, { 1, 1, 2, 2 },
                                    { 4000, 2000, 1920, 960 }, { 1000, 5000, 384, 1920 }, { 16000, 2, 1920, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint width, height;

    neg_film_get_size (cases[i][0], cases[i][1], &width, &height);
    g_assert_cmpuint (width, ==, cases[i][2]);
    g_assert_cmpuint (height, ==, cases[i][3]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
#define ADD(path, number, func) g_test_add (path, Fixture, GUINT_TO_POINTER (number), set_up, func, tear_down)
  ADD ("/webm/grey", 1, test_film);
  ADD ("/webm/colour", 3, test_film);
  ADD ("/webm/cancelled-early", 2, test_cancelled);
  ADD ("/webm/cancelled-late", FRAMES, test_cancelled);
  ADD ("/webm/full", 0, test_full);
  ADD ("/webm/no-folder", 0, test_no_folder);
  ADD ("/webm/no-module", 0, test_no_module);
  g_test_add_func ("/webm/size", test_size);
  return g_test_run ();
}
