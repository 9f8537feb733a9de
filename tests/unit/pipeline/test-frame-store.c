#include <string.h>

#include "base/neg-error.h"
#include "pipeline/neg-frame-store.h"
#include "pipeline/neg-loader.h"
#include "support/neg-test-object.h"

#define N_SLICES 30
#define SIDE 64
#define FRAME_BYTES (SIDE * SIDE * 2)

typedef struct {
  char *folder;
  NegEnginePool *pool;
  NegLoader *loader;
  NegSeries *series;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = neg_test_folder_new ();
  for (guint i = 0; i < N_SLICES; i++) {
    NegTestObject object = { SIDE, SIDE, 1, i + 1, 2.0 * i, NULL };
    g_autofree char *name = g_strdup_printf ("slice-%02u", (i * 7) % N_SLICES);
    g_free (neg_test_object_write (&object, fixture->folder, name));
  }
  fixture->pool = neg_engine_pool_new (NULL, &error);
  g_assert_no_error (error);
  const char *paths[] = { fixture->folder, NULL };
  fixture->loader = neg_loader_new (fixture->pool);
  neg_loader_load (fixture->loader, paths);
  neg_loader_wait (fixture->loader);
  g_assert_cmpuint (g_list_model_get_n_items (neg_loader_get_series (fixture->loader)), ==, 1);
  fixture->series = g_list_model_get_item (neg_loader_get_series (fixture->loader), 0);
  g_assert_cmpuint (neg_series_get_n_frames (fixture->series), ==, N_SLICES);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->series);
  g_clear_object (&fixture->loader);
  g_clear_pointer (&fixture->pool, neg_engine_pool_free);
  neg_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static void
wait_ready (NegFrameStore *store, NegSeries *series, guint n)
{
  gint64 limit_us = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (neg_frame_store_get_n_ready (store, series) < n && g_get_monotonic_time () < limit_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, series), >=, n);
}

static void
wait_is_ready (NegFrameStore *store, NegSeries *series, guint index)
{
  gint64 limit_us = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (!neg_frame_store_is_ready (store, series, index) && g_get_monotonic_time () < limit_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (neg_frame_store_is_ready (store, series, index));
}

static NegPixels *
wait_frame (NegFrameStore *store, NegSeries *series, guint index, GError **error)
{
  gint64 limit_us = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_get_monotonic_time () < limit_us) {
    GError *local = NULL;
    NegPixels *pixels = neg_frame_store_get (store, series, index, NEG_PRIORITY_ON_SCREEN, &local);

    if (pixels != NULL)
      return pixels;
    if (local != NULL) {
      g_propagate_error (error, local);
      return NULL;
    }
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_not_reached ();
}

static void
assert_first_frame (NegPixels *pixels)
{
  const NegFrame *frame = neg_pixels_get_frame (pixels);
  const guint16 *values = frame->pixels;

  g_assert_cmpuint (frame->format.rows, ==, SIDE);
  g_assert_cmpint (frame->format.sample_type, ==, NEG_SAMPLE_U16);
  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++)
      g_assert_cmpuint (values[y * SIDE + x], ==, neg_test_object_value (0, x, y));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_SLICES; i++)
    g_assert_cmpint (neg_series_get_frame (fixture->series, i)->instance->instance_number, ==, i + 1);
}

static void
test_values (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = wait_frame (store, fixture->series, 17, &error);

  g_assert_no_error (error);
  assert_first_frame (pixels);
}

static void
test_prefetch_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);

  neg_frame_store_prefetch (store, fixture->series, 10, 1);
  wait_ready (store, fixture->series, N_SLICES);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, N_SLICES * FRAME_BYTES);
}

/* A budget of ten frames holds ten frames, those that lie in the scroll direction, wherever one scrolls. */
static void
test_budget (Fixture *fixture, gconstpointer data)
{
  const guint64 budget_bytes = 10 * FRAME_BYTES;
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, budget_bytes);
  g_autoptr (NegPixels) held = wait_frame (store, fixture->series, 0, NULL);

  for (guint index = 0; index < N_SLICES; index += 3) {
    neg_frame_store_prefetch (store, fixture->series, index, 1);
    while (g_main_context_iteration (NULL, FALSE))
      g_assert_cmpuint (neg_frame_store_get_bytes (store), <=, budget_bytes);
  }
  neg_frame_store_prefetch (store, fixture->series, 20, -1);
  /* 20, four before it, 21, the next four before */
  for (guint index = 12; index <= 21; index++)
    wait_is_ready (store, fixture->series, index);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), <=, budget_bytes);
  g_assert_false (neg_frame_store_is_ready (store, fixture->series, 0));
  assert_first_frame (held); /* evicted long ago, and still there for who holds it */
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  g_autoptr (NegPixels) pixels = NULL;

  neg_frame_store_prefetch (store, fixture->series, 0, 1);
  neg_frame_store_cancel (store);
  pixels = wait_frame (store, fixture->series, 29, NULL);
  assert_first_frame (pixels);
}

static void
test_truncated_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (fixture->pool, 1 << 30);
  const NegSeriesFrame *frame = neg_series_get_frame (fixture->series, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = NULL;
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (neg_blob_get_name (frame->blob), &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (neg_blob_get_name (frame->blob), bytes, length - 100, NULL));
  pixels = wait_frame (store, fixture->series, 3, &error);
  g_assert_null (pixels);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  pixels = wait_frame (store, fixture->series, 4, NULL);
  assert_first_frame (pixels);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) \
  g_test_add ("/pipeline/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("order", test_order);
  ADD ("values", test_values);
  ADD ("prefetch-all", test_prefetch_all);
  ADD ("budget", test_budget);
  ADD ("cancel", test_cancel);
  ADD ("truncated-file", test_truncated_file);
  return g_test_run ();
}
