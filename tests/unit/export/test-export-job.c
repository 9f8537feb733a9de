/* Exports from real engines to files: whole, or nothing. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <png.h>

#include "base/neg-error.h"
#include "export/neg-export-job.h"
#include "pipeline/neg-loader.h"
#include "support/neg-test-object.h"

#define SIDE 64
#define N 12

typedef struct {
  char *folder, *out;
  NegEnginePool *pool;
  NegLoader *loader;
  NegFrameStore *store;
  NegViewState state;
  GCancellable *cancellable;
  GMainLoop *loop;
  guint cancel_after, n_progress;
  gboolean done;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegSeries) series = NULL;

  fixture->folder = neg_test_folder_new ();
  fixture->out = neg_test_folder_new ();
  for (guint i = 0; i < N; i++) {
    NegTestObject object = { SIDE, SIDE, 1, i + 1, 2.0 * i, NULL };
    g_autofree char *name = g_strdup_printf ("%02u", i);

    g_free (neg_test_object_write (&object, fixture->folder, name));
  }
  fixture->pool = neg_engine_pool_new (NULL, &error);
  g_assert_no_error (error);
  fixture->loader = neg_loader_new (fixture->pool);
  neg_loader_load (fixture->loader, (const char *[]){ fixture->folder, NULL });
  neg_loader_wait (fixture->loader);
  series = g_list_model_get_item (neg_loader_get_series (fixture->loader), 0);
  fixture->store = neg_frame_store_new (fixture->pool, 1 << 24);
  neg_view_state_init (&fixture->state);
  neg_view_state_set_series (&fixture->state, series);
  neg_view_state_set_index (&fixture->state, 3);
  fixture->cancellable = g_cancellable_new ();
  fixture->loop = g_main_loop_new (NULL, FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_view_state_clear (&fixture->state);
  g_clear_object (&fixture->store);
  g_clear_object (&fixture->loader);
  neg_engine_pool_free (fixture->pool);
  neg_test_folder_remove (fixture->folder);
  neg_test_folder_remove (fixture->out);
  g_free (fixture->folder);
  g_free (fixture->out);
  g_clear_object (&fixture->cancellable);
  g_main_loop_unref (fixture->loop);
  g_clear_error (&fixture->error);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
progress_cb (NegExportJob *job, Fixture *fixture)
{
  fixture->n_progress++;
  g_assert_cmpuint (neg_export_job_get_n_done (job), ==, fixture->n_progress);
  if (fixture->n_progress == fixture->cancel_after)
    g_cancellable_cancel (fixture->cancellable);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  fixture->done = neg_export_job_run_finish (NEG_EXPORT_JOB (object), result, &fixture->error);
  g_main_loop_quit (fixture->loop);
}

static guint64
run (Fixture *fixture, NegExportKind kind, guint first, guint last, const char *path)
{
  NegExportOrder order = { .kind = kind, .first = first, .last = last,
                           .look = { .size = NEG_EXPORT_IMAGE, .factor = 1 } };
  g_autoptr (NegExportJob) job = neg_export_job_new (fixture->store, &fixture->state, NULL, NULL, NULL, &order, path);
  guint64 bytes;

  g_clear_error (&fixture->error);
  fixture->n_progress = 0;
  g_signal_connect (job, "progress", G_CALLBACK (progress_cb), fixture);
  neg_export_job_run_async (job, fixture->cancellable, done_cb, fixture);
  g_main_loop_run (fixture->loop);
  bytes = neg_export_job_get_bytes (job);
  g_assert_finalize_object (g_steal_pointer (&job));
  return bytes;
}

/* The middle pixel of a PNG: the image's own, windowed over its values. */
static guint
read_middle (const char *path)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  guint8 pixels[SIDE * SIDE];

  g_assert_true (png_image_begin_read_from_file (&image, path));
  g_assert_cmpuint (image.format, ==, PNG_FORMAT_GRAY);
  g_assert_cmpuint (image.width * image.height, ==, SIDE * SIDE);
  g_assert_true (png_image_finish_read (&image, NULL, pixels, 0, NULL));
  return pixels[SIDE / 2 * SIDE + SIDE / 2];
}

static void
test_picture (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "one.png", NULL);
  guint64 bytes = run (fixture, NEG_EXPORT_PICTURE, 0, 0, path);
  GStatBuf info;

  g_assert_no_error (fixture->error);
  g_assert_true (fixture->done);
  g_assert_cmpuint (fixture->n_progress, ==, 1);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (bytes, ==, info.st_size);
  g_assert_cmpuint (read_middle (path), >, 0);
}

static void
remove_numbered (const char *folder)
{
  for (guint i = 1; i <= N; i++) {
    g_autofree char *name = g_strdup_printf ("%05u.png", i);
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

static void
test_pictures (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "all", NULL), *last = NULL;

  run (fixture, NEG_EXPORT_PICTURES, 2, 8, path);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_progress, ==, 7);
  g_assert_cmpuint (count_files (path), ==, 7);
  g_assert_cmpuint (count_files (fixture->out), ==, 1);
  last = g_build_filename (path, "00007.png", NULL);
  g_assert_true (g_file_test (last, G_FILE_TEST_EXISTS));
  /* A folder that is there already stays as it is. */
  run (fixture, NEG_EXPORT_PICTURES, 0, 1, path);
  g_assert_error (fixture->error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_cmpuint (count_files (path), ==, 7);
  g_assert_cmpuint (count_files (fixture->out), ==, 1);
  remove_numbered (path);
}

/* The PNG of image 3 of the range, as shown and with what @links say. */
static GBytes *
export_with_links (Fixture *fixture, NegExportKind kind, const NegOverlay *links)
{
  NegExportOrder order = { .kind = kind, .first = 3, .last = 3,
                           .look = { .size = NEG_EXPORT_AS_SHOWN, .width = SIDE, .height = SIDE, .annotated = TRUE } };
  g_autofree char *path = g_build_filename (fixture->out, "x", NULL);
  g_autofree char *file = kind == NEG_EXPORT_PICTURES ? g_build_filename (path, "00001.png", NULL) : g_strdup (path);
  g_autoptr (NegExportJob) job = neg_export_job_new (fixture->store, &fixture->state, links, NULL, NULL, &order, path);
  char *bytes;
  gsize length;

  neg_export_job_run_async (job, NULL, done_cb, fixture);
  g_main_loop_run (fixture->loop);
  g_assert_no_error (fixture->error);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_unlink (file);
  g_rmdir (path);
  return g_bytes_new_take (bytes, length);
}

/* The point is on the image on screen and on no other of its series. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  static const NegExportKind kinds[] = { NEG_EXPORT_PICTURE, NEG_EXPORT_PICTURES };
  const NegOverlay links = { .has_point = TRUE, .point = { SIDE / 2, SIDE / 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GBytes) plain = export_with_links (fixture, kinds[i], NULL);
    g_autoptr (GBytes) marked = export_with_links (fixture, kinds[i], &links);

    g_assert_true (g_bytes_equal (plain, marked) == (kinds[i] == NEG_EXPORT_PICTURES));
  }
}

static void
test_film (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "film.webm", NULL);
  guint64 bytes = run (fixture, NEG_EXPORT_FILM, 0, N - 1, path);

  g_assert_no_error (fixture->error);
  g_assert_cmpuint (bytes, >, 500);
  g_assert_cmpuint (count_files (fixture->out), ==, 1);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  static const NegExportKind kinds[] = { NEG_EXPORT_PICTURES, NEG_EXPORT_FILM };
  g_autofree char *path = g_build_filename (fixture->out, "x", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    fixture->cancel_after = GPOINTER_TO_UINT (data);
    g_cancellable_reset (fixture->cancellable);
    if (fixture->cancel_after == 0)
      g_cancellable_cancel (fixture->cancellable);
    run (fixture, kinds[i], 0, N - 1, path);
    g_assert_false (fixture->done);
    g_assert_error (fixture->error, NEG_ERROR, NEG_ERROR_CANCELLED);
    g_assert_cmpuint (count_files (fixture->out), ==, 0);
  }
}

/* Asked for when the last image was reported: the film is whole, or it is not there; never something between. */
static void
test_cancelled_late (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "x.webm", NULL);

  fixture->cancel_after = N;
  run (fixture, NEG_EXPORT_FILM, 0, N - 1, path);
  g_assert_cmpint (fixture->done, ==, g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (fixture->done, ==, fixture->error == NULL);
  g_assert_cmpuint (count_files (fixture->out), ==, fixture->done);
}

/* One image that cannot be decoded: no series with a hole in it, and the reason names the image. */
static void
test_undecodable (Fixture *fixture, gconstpointer data)
{
  const NegSeriesFrame *frame = neg_series_get_frame (fixture->state.series, 7);
  g_autofree char *path = g_build_filename (fixture->out, "x", NULL);

  g_assert_cmpint (truncate (neg_blob_get_name (frame->blob), 900), ==, 0);
  for (NegExportKind kind = NEG_EXPORT_PICTURES; kind <= NEG_EXPORT_FILM; kind++) {
    run (fixture, kind, 0, N - 1, path);
    g_assert_nonnull (fixture->error);
    g_assert_true (g_str_has_prefix (fixture->error->message, "image 8: "));
    g_assert_cmpuint (count_files (fixture->out), ==, 0);
  }
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "no", "x", NULL);

  for (NegExportKind kind = NEG_EXPORT_PICTURE; kind <= NEG_EXPORT_FILM; kind++) {
    run (fixture, kind, 0, N - 1, path);
    g_assert_error (fixture->error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  }
}

/* Viewports that wish for other images take the requests away: it asks again. */
static void
test_wishes_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->out, "one.png", NULL);
  NegExportOrder order = { .kind = NEG_EXPORT_PICTURE, .look = { .size = NEG_EXPORT_IMAGE, .factor = 2 } };
  g_autoptr (NegExportJob) job = neg_export_job_new (fixture->store, &fixture->state, NULL, NULL, NULL, &order, path);

  neg_export_job_run_async (job, NULL, done_cb, fixture);
  neg_frame_store_set_wishes (fixture->store, NULL, 0);
  g_main_loop_run (fixture->loop);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->done);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, number, func) g_test_add (path, Fixture, GUINT_TO_POINTER (number), set_up, func, tear_down)
  ADD ("/export-job/picture", 0, test_picture);
  ADD ("/export-job/pictures", 0, test_pictures);
  ADD ("/export-job/links", 0, test_links);
  ADD ("/export-job/film", 0, test_film);
  ADD ("/export-job/cancelled-at-once", 0, test_cancelled);
  ADD ("/export-job/cancelled", 4, test_cancelled);
  ADD ("/export-job/cancelled-late", 0, test_cancelled_late);
  ADD ("/export-job/undecodable", 0, test_undecodable);
  ADD ("/export-job/no-folder", 0, test_no_folder);
  ADD ("/export-job/wishes-elsewhere", 0, test_wishes_elsewhere);
  return g_test_run ();
}
