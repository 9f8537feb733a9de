#include <string.h>

#include "base/neg-error.h"
#include "pipeline/neg-thumbnails-private.h"
#include "series-scan.h"
#include "slices.h"

#define SIZE_PX 32
#define BUDGET_BYTES (1 << 20)

static void
set_up (Slices *slices, gconstpointer data)
{
  slices_set_up (slices, 3, 9);
}

static void
tear_down (Slices *slices, gconstpointer data)
{
  slices_tear_down (slices);
}

static void
ready_cb (NegThumbnails *thumbnails, NegSeries *series, guint *n_ready)
{
  (*n_ready)++;
}

static const NegThumbnail *
wait_thumbnail (NegThumbnails *thumbnails, NegSeries *series)
{
  const NegThumbnail *thumbnail = NULL;

  SLICES_WAIT ((thumbnail = neg_thumbnails_get (thumbnails, series, SIZE_PX)) != NULL);
  return thumbnail;
}

/* A picture of the right size that is not all one grey, with no hole. */
static void
assert_grey_picture (const NegThumbnail *thumbnail)
{
  const guint8 *pixels;
  gsize bytes;
  guint lowest = 255, highest = 0;

  g_assert_no_error (thumbnail->error);
  g_assert_cmpuint (thumbnail->width, ==, SIZE_PX);
  pixels = g_bytes_get_data (thumbnail->pixels, &bytes);
  g_assert_cmpuint (bytes, ==, SIZE_PX * SIZE_PX * 4);
  for (gsize i = 0; i < bytes; i += 4) {
    g_assert_cmpuint (pixels[i], ==, pixels[i + 1]);
    g_assert_cmpuint (pixels[i], ==, pixels[i + 2]);
    g_assert_cmpuint (pixels[i + 3], ==, 255);
    lowest = MIN (lowest, pixels[i]);
    highest = MAX (highest, pixels[i]);
  }
  g_assert_cmpuint (lowest, <, 20);
  g_assert_cmpuint (highest, >, 235);
}

static void
test_mono (Slices *slices, gconstpointer data)
{
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);
  guint n_ready = 0;

  g_signal_connect (thumbnails, "ready", G_CALLBACK (ready_cb), &n_ready);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (NegSeries) series = slices_get_series (slices, i);

    g_assert_null (neg_thumbnails_get (thumbnails, series, SIZE_PX));
    g_assert_null (neg_thumbnails_get (thumbnails, series, SIZE_PX));
  }
  SLICES_WAIT (n_ready == 3);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (NegSeries) series = slices_get_series (slices, i);

    assert_grey_picture (neg_thumbnails_get (thumbnails, series, SIZE_PX));
  }
  g_assert_cmpuint (n_ready, ==, 3);
}

static void
test_failed (Slices *slices, gconstpointer data)
{
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);
  g_autoptr (NegSeries) series = slices_get_series (slices, 1);
  const NegThumbnail *thumbnail;

  slices_truncate (series, 4);
  thumbnail = wait_thumbnail (thumbnails, series);
  g_assert_null (thumbnail->pixels);
  g_assert_error (thumbnail->error, NEG_ERROR, NEG_ERROR_TRUNCATED);
}

/* A frame that the store has is not read again: here its file is broken by then. */
static void
test_from_store (Slices *slices, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (slices->pool, 1 << 30);
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);
  g_autoptr (NegSeries) series = slices_get_series (slices, 0);
  const NegFrameWish wish = { series, 4, 1, TRUE };

  neg_thumbnails_set_store (thumbnails, store);
  neg_frame_store_set_wishes (store, &wish, 1);
  SLICES_WAIT (neg_frame_store_is_ready (store, series, 4));
  slices_truncate (series, 4);
  assert_grey_picture (wait_thumbnail (thumbnails, series));
}

/* Asked for first, overtaken by what the viewport wants: one answer, the right one. */
static void
test_overtaken (Slices *slices, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (slices->pool, 1 << 30);
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);
  g_autoptr (NegSeries) series = slices_get_series (slices, 0);
  const NegFrameWish wish = { series, 4, 1, TRUE };

  neg_thumbnails_set_store (thumbnails, store);
  g_assert_null (neg_thumbnails_get (thumbnails, series, 64));
  neg_frame_store_set_wishes (store, &wish, 1);
  assert_grey_picture (wait_thumbnail (thumbnails, series));
  SLICES_WAIT (neg_frame_store_get_n_in_flight (store) == 0);
  assert_grey_picture (wait_thumbnail (thumbnails, series));
}

static void
test_budget (Slices *slices, gconstpointer data)
{
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, 2 * SIZE_PX * SIZE_PX * 4);

  for (guint i = 0; i < 3; i++) {
    g_autoptr (NegSeries) series = slices_get_series (slices, i);

    wait_thumbnail (thumbnails, series);
    g_assert_cmpuint (neg_thumbnails_get_bytes (thumbnails), <=, 2 * SIZE_PX * SIZE_PX * 4);
  }
}

/* A series that grows keeps its picture: the file of the one that was chosen is broken, and is not read again. */
static void
test_growing (Slices *slices, gconstpointer data)
{
  g_autoptr (NegThumbnails) thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);
  g_autoptr (NegSeries) series = slices_get_series (slices, 0);
  g_autoptr (Scan) scan = scan_new ();
  const NegThumbnail *thumbnail;
  g_autoptr (GBytes) pixels = NULL;

  for (guint i = 0; i < 9; i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, i);

    g_ptr_array_add (scan->instances, neg_instance_ref (frame->instance));
    g_ptr_array_add (scan->blobs, neg_blob_ref (frame->blob));
    if (i + 1 != 5)
      continue;
    scan_build (scan, 1);
    pixels = g_bytes_ref (wait_thumbnail (thumbnails, scan_get (scan, 0))->pixels);
  }
  scan_build (scan, 1);
  thumbnail = neg_thumbnails_get (thumbnails, scan_get (scan, 0), SIZE_PX);
  g_assert_nonnull (thumbnail);
  g_assert_true (thumbnail->pixels == pixels);
}

/* Dropped while everything is on its way: nothing is delivered to what is gone. */
static void
test_drop (Slices *slices, gconstpointer data)
{
  guint n_ready = 0;

  for (guint round = 0; round < 2; round++) {
    NegThumbnails *thumbnails = neg_thumbnails_new (slices->pool, BUDGET_BYTES);

    g_signal_connect (thumbnails, "ready", G_CALLBACK (ready_cb), &n_ready);
    for (guint i = 0; i < 3; i++) {
      g_autoptr (NegSeries) series = slices_get_series (slices, i);

      neg_thumbnails_get (thumbnails, series, SIZE_PX);
    }
    neg_thumbnails_clear (thumbnails);
    g_assert_cmpuint (neg_thumbnails_get_bytes (thumbnails), ==, 0);
    if (round == 1) {
      g_autoptr (NegSeries) series = slices_get_series (slices, 2);

      assert_grey_picture (wait_thumbnail (thumbnails, series)); /* goes on after it */
    }
    g_assert_finalize_object (thumbnails);
  }
  for (gint64 end_us = g_get_monotonic_time () + 100000; g_get_monotonic_time () < end_us;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_ready, ==, 1);
}

/* Left half red, right half green, twice as wide as high: bands of black above and below. */
static void
test_color (void)
{
  enum { COLUMNS = 64, ROWS = 32 };
  g_autoptr (Scan) scan = scan_new ();
  NegInstance *instance = scan_add_image (scan, 1);
  guint8 values[ROWS][COLUMNS][3] = { 0 };
  const NegFrame frame = { { ROWS, COLUMNS, 3, 8, NEG_SAMPLE_U8, NEG_COLOR_RGB }, values };
  const guint32 black = 0xff000000, red = 0xffff0000, green = 0xff00ff00;
  g_autoptr (GBytes) bytes = NULL;
  const guint32 *pixels;

  instance->rows = ROWS;
  instance->columns = COLUMNS;
  instance->samples = 3;
  instance->bits_allocated = instance->bits_stored = 8;
  for (guint y = 0; y < ROWS; y++)
    for (guint x = 0; x < COLUMNS; x++)
      values[y][x][x < COLUMNS / 2 ? 0 : 1] = 255;
  bytes = _neg_thumbnail_draw (instance, 0, &frame, SIZE_PX, NULL);
  pixels = g_bytes_get_data (bytes, NULL);
  g_assert_cmphex (GUINT32_FROM_LE (pixels[2 * SIZE_PX + 16]), ==, black);
  g_assert_cmphex (GUINT32_FROM_LE (pixels[29 * SIZE_PX + 16]), ==, black);
  g_assert_cmphex (GUINT32_FROM_LE (pixels[16 * SIZE_PX + 2]), ==, red);
  g_assert_cmphex (GUINT32_FROM_LE (pixels[16 * SIZE_PX + 29]), ==, green);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/thumbnails/" #name, Slices, NULL, set_up, test_##name, tear_down)
  ADD (mono);
  ADD (failed);
  ADD (from_store);
  ADD (overtaken);
  ADD (budget);
  ADD (growing);
  ADD (drop);
  g_test_add_func ("/thumbnails/color", test_color);
  return g_test_run ();
}
