#include <stdlib.h>

#include "engine-client.h"
#include "pipeline/neg-frame-store.h"
#include "pipeline/neg-loader.h"
#include "series-scan.h"
#include "slices.h"
#include "support/neg-test-object.h"

/* How long it takes from leaving until nobody works for it any more. */
#define ROUNDS 5
#define LIMIT_MS 100

static int
compare_times (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

/* What is promised holds for a machine that has nothing else to do, and without a sanitizer's weight; what would be waited
 * for without a cancel takes seconds. */
static gint64
get_limit_us (void)
{
  double load = 0;
  gboolean is_slow = NEG_TEST_SANITIZED || getloadavg (&load, 1) != 1 || load > g_get_num_processors ();

  return LIMIT_MS * 1000 * (is_slow ? 10 : 5);
}

static void
judge (const char *what, gint64 times_us[ROUNDS])
{
  qsort (times_us, ROUNDS, sizeof *times_us, compare_times);
  g_test_message ("%s: nothing on its way after %.1f ms (median of %d, longest %.1f ms)", what,
                  times_us[ROUNDS / 2] / 1000.0, ROUNDS, times_us[ROUNDS - 1] / 1000.0);
  g_assert_cmpint (times_us[ROUNDS / 2], <=, get_limit_us ());
}

/* The engines that were at work do nothing now; one that had to be ended may be replaced meanwhile, to be ready for
 * what comes. A tick is 10 ms. */
static void
assert_quiet (const GArray *pids)
{
  const gint64 end_us = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  g_autofree guint64 *before = g_new (guint64, pids->len);
  gboolean is_quiet;

  /* Its last word may be out before the processor is taken from it: only rest counts, whenever it comes. */
  do {
    for (guint i = 0; i < pids->len; i++)
      before[i] = client_cpu_ticks (g_array_index (pids, pid_t, i));
    g_usleep (200000);
    is_quiet = TRUE;
    for (guint i = 0; i < pids->len; i++)
      is_quiet &= client_cpu_ticks (g_array_index (pids, pid_t, i)) <= before[i] + 1;
  } while (!is_quiet && g_get_monotonic_time () < end_us);
  g_assert_true (is_quiet);
}

static void
run_for (gint64 time_us)
{
  gint64 end_us = g_get_monotonic_time () + time_us;

  while (g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (200);
}

static NegInstance *
scan_file (NegEnginePool *pool, const char *path)
{
  g_autoptr (NegLoader) loader = neg_loader_new (pool);
  g_autoptr (NegSeries) series = NULL;

  neg_loader_load (loader, (const char *[]){ path, NULL });
  neg_loader_wait (loader);
  series = g_list_model_get_item (neg_loader_get_series (loader), 0);
  return neg_instance_ref (neg_series_get_frame (series, 0)->instance);
}

/* A series of @n images that all lie in one file. */
static NegSeries *
build_series (NegEnginePool *pool, const char *path, guint n)
{
  g_autoptr (NegInstance) instance = scan_file (pool, path);
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < n; i++) {
    NegInstance *slice = scan_add_slice (scan, i + 1, i);
    gpointer *blob = &g_ptr_array_index (scan->blobs, i);

    slice->transfer_syntax_uid = g_strdup (instance->transfer_syntax_uid);
    slice->rows = instance->rows;
    slice->columns = instance->columns;
    slice->bits_allocated = instance->bits_allocated;
    slice->bits_stored = instance->bits_stored;
    slice->high_bit = instance->high_bit;
    slice->is_signed = instance->is_signed;
    g_free (slice->photometric);
    slice->photometric = g_strdup (instance->photometric);
    neg_blob_unref (*blob);
    *blob = neg_blob_new_for_path (path);
  }
  scan_build (scan, 1);
  return g_object_ref (scan_get (scan, 0));
}

static void
test_leave_series (gconstpointer name)
{
  g_autofree char *path = g_build_filename (client_corpus_folder (), name, NULL);
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegSeries) series = NULL;
  gint64 times_us[ROUNDS];

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_test_skip ("no corpus");
    return;
  }
  pool = neg_engine_pool_new (NULL, NULL);
  series = build_series (pool, path, 400);
  for (guint i = 0; i < ROUNDS; i++) {
    g_autoptr (NegFrameStore) store = neg_frame_store_new (pool, G_MAXUINT64);
    const NegFrameWish wish = { series, 0, 1, TRUE };
    g_autoptr (GArray) pids = NULL;

    neg_frame_store_set_wishes (store, &wish, 1);
    SLICES_WAIT (neg_frame_store_is_ready (store, series, 0));
    run_for (i * 7000);
    g_assert_cmpuint (neg_frame_store_get_n_in_flight (store), >, 0);
    pids = client_engine_pids ();
    times_us[i] = g_get_monotonic_time ();
    neg_frame_store_set_wishes (store, NULL, 0);
    SLICES_WAIT (neg_frame_store_get_n_in_flight (store) == 0);
    times_us[i] = g_get_monotonic_time () - times_us[i];
    assert_quiet (pids);
  }
  judge (name, times_us);
}

static void
test_leave_folder (void)
{
  enum { FILES = 3000 };
  g_autofree char *folder = neg_test_folder_new ();
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, NULL);
  gint64 times_us[ROUNDS];

  for (guint i = 0; i < FILES; i++) {
    NegTestObject object = { 8, 8, 1, i + 1, i, NULL };
    g_autofree char *name = g_strdup_printf ("%u", i);

    g_free (neg_test_object_write (&object, folder, name));
  }
  for (guint i = 0; i < ROUNDS; i++) {
    g_autoptr (NegLoader) loader = neg_loader_new (pool);
    GListModel *list = neg_loader_get_series (loader);
    g_autoptr (NegSeries) series = NULL;
    g_autoptr (GArray) pids = NULL;
    guint n_found, n_scanned;

    neg_loader_load (loader, (const char *[]){ folder, NULL });
    SLICES_WAIT (g_list_model_get_n_items (list) > 0);
    run_for (i * 5000);
    pids = client_engine_pids ();
    times_us[i] = g_get_monotonic_time ();
    g_assert_false (neg_loader_is_cancelled (loader));
    neg_loader_cancel (loader);
    SLICES_WAIT (neg_loader_is_finished (loader));
    g_assert_true (neg_loader_is_cancelled (loader));
    times_us[i] = g_get_monotonic_time () - times_us[i];
    assert_quiet (pids);
    /* What was scanned by then is in the list, what was not is no fault. */
    neg_loader_get_progress (loader, &n_found, &n_scanned);
    g_assert_cmpuint (n_scanned, ==, n_found);
    series = g_list_model_get_item (list, 0);
    g_assert_cmpuint (neg_series_get_n_frames (series), <, FILES);
    g_assert_cmpuint (neg_loader_get_unreadable (loader)->len, ==, 0);
  }
  judge ("a folder", times_us);
  neg_test_folder_remove (folder);
}

/* Not even cancelled, just dropped. */
static void
test_drop_loader (void)
{
  g_autofree char *folder = neg_test_folder_new ();
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, NULL);
  NegLoader *loader = neg_loader_new (pool);
  g_autoptr (GArray) pids = NULL;

  for (guint i = 0; i < 2000; i++) {
    NegTestObject object = { 8, 8, 1, i + 1, i, NULL };
    g_autofree char *name = g_strdup_printf ("%u", i);

    g_free (neg_test_object_write (&object, folder, name));
  }
  neg_loader_load (loader, (const char *[]){ folder, NULL });
  SLICES_WAIT (g_list_model_get_n_items (neg_loader_get_series (loader)) > 0);
  pids = client_engine_pids ();
  g_assert_finalize_object (loader);
  run_for (get_limit_us ());
  assert_quiet (pids);
  run_for (10000);
  neg_test_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/cancel/series/j2k", "transfer-syntax/j2k-lossless_nema-mr1.dcm", test_leave_series);
  g_test_add_data_func ("/cancel/series/large", "modality/cr_rg3-jpegls.dcm", test_leave_series);
  g_test_add_func ("/cancel/folder", test_leave_folder);
  g_test_add_func ("/cancel/drop-loader", test_drop_loader);
  return g_test_run ();
}
