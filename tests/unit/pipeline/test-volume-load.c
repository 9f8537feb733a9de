#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "engine-client.h"
#include "slices.h"
#include "volume-files.h"
#include "support/neg-test-object.h"

#define N_SLICES 40

static void
fixture_set_up (Files *files, gconstpointer data)
{
  files_set_up (files, GPOINTER_TO_UINT (data));
  files_add_many (files, 0, N_SLICES);
}

static void
fixture_tear_down (Files *files, gconstpointer data)
{
  files_tear_down (files);
}

static void
test_all (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = files_load (files, NULL, series);
  guint n_changed = 0, n_finished = 0;

  g_assert_true (neg_volume_load_get_series (load) == series);
  g_signal_connect_swapped (load, "changed", G_CALLBACK (g_atomic_int_inc), &n_changed);
  g_signal_connect_swapped (load, "finished", G_CALLBACK (g_atomic_int_inc), &n_finished);
  neg_volume_load_wait (load);
  g_assert_true (neg_volume_load_is_finished (load));
  g_assert_cmpuint (n_changed, >=, 1);
  g_assert_cmpuint (n_finished, ==, 1);
  g_assert_null (neg_volume_load_get_failure (load));
  g_assert_null (neg_volume_load_get_warnings (load)[0]);
  g_assert_cmpuint (neg_volume_load_get_slice (load, N_SLICES), ==, G_MAXUINT);
  files_assert_slices (load, N_SLICES);
}

/* What comes, in its order, as text: "20 21 19 ". */
static void
note_cb (NegFrameStore *store, NegSeries *series, guint index, GString *told)
{
  g_string_append_printf (told, "%u ", index);
}

/* One engine does what it is asked in the order in which it is asked. */
static void
test_nearest_first (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (NegVolumeLoad) load = NULL;

  g_signal_connect (store, "frame-ready", G_CALLBACK (note_cb), told);
  load = files_load (files, store, series);
  neg_volume_load_wait (load);
  g_assert_true (g_str_has_prefix (told->str, "20 21 19 22 18 23 17 24 16 25 15 26 14 "));
  g_assert_true (g_str_has_suffix (told->str, " 39 1 0 "));
}

/* Where one looks now comes before what was asked for earlier. */
static void
test_center (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (NegVolumeLoad) load = NULL;
  g_auto (GStrv) words = NULL;
  guint place = 0;

  g_signal_connect (store, "frame-ready", G_CALLBACK (note_cb), told);
  load = files_load (files, store, series);
  neg_volume_load_set_center (load, 2);
  neg_volume_load_wait (load);
  words = g_strsplit (told->str, " ", 0);
  while (g_strcmp0 (words[place], "2") != 0)
    place++;
  g_test_message ("%s", told->str);
  /* Before it at most what was near before, and what an engine had already. */
  g_assert_cmpuint (place, <, 20);
  files_assert_slices (load, N_SLICES);
}

/* Nobody decodes what the store has: the files are not there any more. */
static void
test_out_of_store (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;

  files_wish_for (store, series, 3);
  SLICES_WAIT (neg_frame_store_get_n_ready (store, series) == N_SLICES);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, N_SLICES * FILES_SLICE_BYTES);
  for (guint i = 0; i < N_SLICES; i++)
    files_remove (files, i);
  load = files_load (files, store, series);
  neg_volume_load_wait (load);
  files_assert_slices (load, N_SLICES);
  files_assert_shared (load, store);
}

/* The store is at it already when the volume begins. */
static void
test_beside_store (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;

  files_wish_for (store, series, 20);
  g_assert_cmpuint (neg_frame_store_get_n_in_flight (store), >, 8);
  load = files_load (files, store, series);
  neg_volume_load_wait (load);
  SLICES_WAIT (neg_frame_store_get_n_in_flight (store) == 0);
  files_assert_slices (load, N_SLICES);
  files_assert_shared (load, store);
}

/* What it asked for is withdrawn: the volume decodes it itself. */
static void
test_store_turns_away (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;

  files_wish_for (store, series, 20);
  load = files_load (files, store, series);
  neg_frame_store_set_wishes (store, NULL, 0);
  neg_volume_load_wait (load);
  files_assert_slices (load, N_SLICES);
  files_assert_shared (load, store);
}

/* The store asks for frames while the volume loads: it waits for them, and they come soon. */
static void
test_store_waits (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = NULL;

  files_signal_engines (SIGSTOP);
  load = files_load (files, store, series);
  files_wish_for (store, series, 0);
  pixels = neg_frame_store_get (store, series, 0, NEG_PRIORITY_ON_SCREEN, &error);
  g_assert_no_error (error);
  g_assert_null (pixels);
  g_assert_cmpuint (neg_frame_store_get_n_in_flight (store), ==, 0);
  files_signal_engines (SIGCONT);
  SLICES_WAIT (neg_frame_store_is_ready (store, series, 0));
  neg_volume_load_wait (load);
  files_assert_slices (load, N_SLICES);
  files_assert_shared (load, store);
}

/* Cancelled while the store waits: it helps itself. */
static void
test_store_left_alone (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;

  files_signal_engines (SIGSTOP);
  load = files_load (files, store, series);
  files_wish_for (store, series, 0);
  neg_volume_load_cancel (load);
  files_signal_engines (SIGCONT);
  SLICES_WAIT (neg_frame_store_get_n_ready (store, series) == N_SLICES);
  for (guint i = 0; i < N_SLICES; i++) {
    g_autoptr (NegPixels) pixels = neg_frame_store_peek (store, series, i);

    g_assert_true (files_is_slice (neg_pixels_get_frame (pixels)->pixels, i));
  }
  g_assert_false (neg_volume_load_is_finished (load));
}

/* Of the memory of volumes that this process holds, as the kernel counts it. */
static guint64
count_volume_bytes (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint64 bytes = 0;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
    g_autofree char *target = g_file_read_link (path, NULL);
    struct stat status;

    if (target != NULL && strstr (target, "negatoscope-volume") != NULL && stat (path, &status) == 0)
      bytes += (guint64) status.st_blocks * 512;
  }
  return bytes;
}

/* The volume goes: its frames stay as frames of the store, count, and each that is evicted gives its memory back. What is
 * held stays whole. */
static void
test_left (Files *files, gconstpointer data)
{
  const guint n_kept = 10;
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, n_kept * FILES_SLICE_BYTES);
  g_autoptr (NegSeries) series = files_build (files);
  NegVolumeLoad *load = files_load (files, store, series);
  g_autoptr (NegPixels) held = NULL;

  neg_volume_load_wait (load);
  files_assert_shared (load, store);
  g_assert_cmpuint (count_volume_bytes (), ==, N_SLICES * FILES_SLICE_BYTES);
  files_wish_for (store, series, 20);
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, series), ==, N_SLICES);
  held = neg_frame_store_peek (store, series, 0);
  g_assert_finalize_object (load);
  g_assert_cmpuint (neg_frame_store_get_n_ready (store, series), ==, n_kept);
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, n_kept * FILES_SLICE_BYTES);
  g_assert_true (neg_frame_store_is_ready (store, series, 20));
  /* Engines have answered; the news on their way keep it for a moment. */
  SLICES_WAIT (count_volume_bytes () == (n_kept + 1) * FILES_SLICE_BYTES);
  g_assert_true (files_is_slice (neg_pixels_get_frame (held)->pixels, 0));
  g_clear_pointer (&held, neg_pixels_unref);
  g_assert_cmpuint (count_volume_bytes (), ==, n_kept * FILES_SLICE_BYTES); /* at once */
  g_clear_object (&store);
  g_assert_cmpuint (count_volume_bytes (), ==, 0);
}

/* Faults */

static void
test_damaged (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;
  NegVolume *volume;

  files_truncate (files, 7);
  load = files_load (files, store, series);
  neg_volume_load_wait (load);
  volume = neg_volume_load_get_volume (load);
  g_assert_true (neg_volume_load_is_finished (load));
  g_assert_cmpuint (neg_volume_load_get_n_failed (load), ==, 1);
  g_assert_cmpuint (neg_volume_load_get_n_ready (load), ==, N_SLICES - 1);
  g_assert_error (neg_volume_load_get_failure (load), NEG_ERROR, NEG_ERROR_TRUNCATED);
  for (guint slice = 0; slice < N_SLICES; slice++)
    if (slice == 7) {
      g_assert_cmpint (neg_volume_get_state (volume, slice), ==, NEG_SLICE_FAILED);
      g_assert_true (neg_frame_store_has_failed (store, series, slice));
    } else {
      g_assert_true (files_is_slice (files_get_voxels (load, slice), slice));
    }
}

/* The engines are there and answer. */
static void
warm_up (Files *files, NegSeries *series)
{
  g_autoptr (NegVolumeLoad) load = files_load (files, NULL, series);

  neg_volume_load_wait (load);
}

/* All engines die once, in the middle of a slice: it is asked for again. */
static void
test_engines_killed (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;
  NegEnginePoolStats stats;

  warm_up (files, series);
  files_signal_engines (SIGSTOP);
  load = files_load (files, NULL, series);
  g_usleep (50000);
  files_signal_engines (SIGKILL);
  neg_volume_load_wait (load);
  neg_engine_pool_get_stats (files->pool, &stats);
  g_assert_cmpuint (stats.died + stats.killed, >=, 1);
  files_assert_slices (load, N_SLICES);
}

static gboolean
kill_cb (gpointer data)
{
  files_signal_engines (SIGKILL);
  return G_SOURCE_CONTINUE;
}

/* They die again and again: every slice has an end all the same. */
static void
test_engines_die (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = files_load (files, NULL, series);
  guint killer = g_timeout_add (40, kill_cb, NULL);

  SLICES_WAIT (neg_volume_load_get_n_ready (load) + neg_volume_load_get_n_failed (load) >= N_SLICES / 2);
  g_source_remove (killer);
  neg_volume_load_wait (load);
  g_test_message ("%u slices failed", neg_volume_load_get_n_failed (load));
  g_assert_true (neg_volume_load_is_finished (load));
  g_assert_cmpuint (neg_volume_load_get_n_ready (load) + neg_volume_load_get_n_failed (load), ==, N_SLICES);
  if (neg_volume_load_get_n_failed (load) > 0)
    g_assert_error (neg_volume_load_get_failure (load), NEG_ERROR, NEG_ERROR_ENGINE_DIED);
  for (guint slice = 0; slice < N_SLICES; slice++)
    if (neg_volume_get_state (neg_volume_load_get_volume (load), slice) == NEG_SLICE_READY)
      g_assert_true (files_is_slice (files_get_voxels (load, slice), slice));
}

/* The pool ends in the middle: nothing comes any more, and nobody waits for ever. */
static void
test_pool_ends (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = files_build (files);
  g_autoptr (NegVolumeLoad) load = NULL;

  files_signal_engines (SIGSTOP);
  load = files_load (files, NULL, series);
  g_clear_pointer (&files->pool, neg_engine_pool_free);
  neg_volume_load_wait (load);
  g_assert_false (neg_volume_load_is_finished (load));
}

/* Cancel */

/* The engines have nothing to do, for a while; whatever they were told has ended by then. A tick is 10 ms. */
static void
assert_engines_rest (void)
{
  const gint64 end_us = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  gboolean is_quiet;

  do {
    g_autoptr (GArray) pids = client_engine_pids ();
    g_autofree guint64 *before = g_new0 (guint64, pids->len + 1);

    for (guint i = 0; i < pids->len; i++)
      before[i] = client_cpu_ticks (g_array_index (pids, pid_t, i));
    for (guint i = 0; i < 300; i++)
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    is_quiet = TRUE;
    for (guint i = 0; i < pids->len; i++)
      is_quiet &= client_cpu_ticks (g_array_index (pids, pid_t, i)) <= before[i] + 1;
  } while (!is_quiet && g_get_monotonic_time () < end_us);
  g_assert_true (is_quiet);
}

#define N_MANY 2000

/* Far more than one could decode while nobody looks: all of them the same few files. */
static NegSeries *
build_many (Files *files)
{
  g_autoptr (Scan) scan = scan_new ();
  g_autoptr (NegSeries) few = files_build (files);

  warm_up (files, few); /* an engine that has not begun would be ended for that */
  for (guint i = 0; i < N_MANY; i++) {
    NegInstance *slice = scan_add_slice (scan, i + 1, i);
    gpointer *blob = &g_ptr_array_index (scan->blobs, i);

    slice->frame_infos[0].has_spacing = TRUE;
    slice->frame_infos[0].spacing_mm[0] = slice->frame_infos[0].spacing_mm[1] = 1;
    neg_blob_unref (*blob);
    *blob = neg_blob_new_for_path (neg_blob_get_name (g_ptr_array_index (files->scan->blobs, i % N_SLICES)));
  }
  scan_build (scan, 1);
  return g_object_ref (scan_get (scan, 0));
}

static guint
count_killed (Files *files)
{
  NegEnginePoolStats stats;

  neg_engine_pool_get_stats (files->pool, &stats);
  return stats.killed;
}

/* The engines stand still with work in their hands, so that nothing can come on its own: what was asked of them is
 * withdrawn, as they do not let go they are ended, and nobody asks anything again. */
static void
test_cancel (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = build_many (files);
  g_autoptr (NegVolumeLoad) load = files_load (files, NULL, series);
  guint n_ready;

  SLICES_WAIT (neg_volume_load_get_n_ready (load) > 0);
  files_signal_engines (SIGSTOP);
  neg_volume_load_cancel (load);
  SLICES_WAIT (count_killed (files) > 0);
  files_signal_engines (SIGCONT);
  assert_engines_rest ();
  n_ready = neg_volume_load_get_n_ready (load);
  g_test_message ("%u of %u", n_ready, N_MANY);
  g_assert_cmpuint (n_ready, <, N_MANY / 2);
  neg_volume_load_set_center (load, 0);
  neg_volume_load_grow (load, series);
  neg_volume_load_wait (load); /* nothing to wait for */
  assert_engines_rest ();
  g_assert_cmpuint (neg_volume_load_get_n_ready (load), ==, n_ready);
  g_assert_false (neg_volume_load_is_finished (load));
}

static void
test_drop (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) series = build_many (files);
  NegVolumeLoad *load = files_load (files, NULL, series);
  g_autoptr (NegVolume) volume = neg_volume_ref (neg_volume_load_get_volume (load));

  SLICES_WAIT (neg_volume_load_get_n_ready (load) > 0);
  files_signal_engines (SIGSTOP);
  g_assert_finalize_object (load);
  SLICES_WAIT (count_killed (files) > 0);
  files_signal_engines (SIGCONT);
  assert_engines_rest ();
  g_assert_cmpint (g_atomic_int_get (&volume->n_ready), <, N_MANY / 2);
}

static void
drop_cb (gpointer unused, NegVolumeLoad **load)
{
  g_clear_object (load);
}

/* Whoever hears of the first slices closes it. */
static void
test_dropped_by_handler (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = build_many (files);
  NegVolumeLoad *load = files_load (files, store, series);

  g_signal_connect (load, "changed", G_CALLBACK (drop_cb), &load);
  SLICES_WAIT (load == NULL);
  assert_engines_rest ();
}

/* What volumes are made of */

/* All frames of one object, in an order of their own and with distances of their own. */
static void
test_multi_frame (void)
{
  const double z_mm[] = { 9, 0, 3.5, 12, 6, 1.5 };
  const guint order[] = { 1, 5, 2, 4, 0, 3 };
  g_autoptr (NegSeries) series = NULL;
  g_autoptr (NegVolumeLoad) load = NULL;
  Files files;

  files_set_up (&files, 0);
  files_add_frames (&files, G_N_ELEMENTS (z_mm), z_mm);
  series = files_build (&files);
  load = files_load (&files, NULL, series);
  neg_volume_load_wait (load);
  g_assert_true (neg_volume_is_complete (neg_volume_load_get_volume (load)));
  for (guint slice = 0; slice < G_N_ELEMENTS (z_mm); slice++) {
    const guint16 *values = files_get_voxels (load, slice);
    const NegSeriesFrame *frame = neg_series_get_frame (series, neg_volume_load_get_index (load, slice));

    g_assert_cmpuint (frame->frame, ==, order[slice]);
    g_assert_cmpuint (values[FILES_SIDE_PX + 2], ==, neg_test_object_value (order[slice], 2, 1));
  }
  g_clear_object (&load);
  files_tear_down (&files);
}

/* Two images at one place: the first counts, and it is said; the store decodes the other itself. */
static void
test_repeated (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) series = NULL;
  g_autoptr (NegVolumeLoad) load = NULL;
  guint index = 0;

  files_add (files, N_SLICES)->frame_infos[0].position_mm[2] = 2.0 * 5;
  series = files_build (files);
  g_assert_cmpuint (neg_series_get_n_frames (series), ==, N_SLICES + 1);
  load = files_load (files, store, series);
  neg_volume_load_wait (load);
  files_assert_slices (load, N_SLICES);
  g_assert_cmpuint (g_strv_length ((char **) neg_volume_load_get_warnings (load)), ==, 1);
  while (neg_volume_load_get_slice (load, index) != G_MAXUINT)
    index++;
  g_assert_cmpint (neg_series_get_frame (series, index)->instance->instance_number, ==, N_SLICES + 1);
  files_wish_for (store, series, index);
  SLICES_WAIT (neg_frame_store_is_ready (store, series, index));
  {
    g_autoptr (NegPixels) pixels = neg_frame_store_peek (store, series, index);

    g_assert_true (files_is_slice (neg_pixels_get_frame (pixels)->pixels, N_SLICES));
  }
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, FILES_SLICE_BYTES);
}

/* Each slice is the frame that the frame store decodes by itself. */
static void
assert_like_store (NegEnginePool *pool, NegSeries *series, NegVolumeLoad *load)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (pool, G_MAXUINT64);
  NegVolume *volume = neg_volume_load_get_volume (load);

  files_wish_for (store, series, 0);
  SLICES_WAIT (neg_frame_store_get_n_ready (store, series) == neg_series_get_n_frames (series));
  for (guint slice = 0; slice < volume->n_slices; slice++) {
    g_autoptr (NegPixels) pixels = neg_frame_store_peek (store, series, neg_volume_load_get_index (load, slice));

    g_assert_cmpmem (neg_pixels_get_frame (pixels)->pixels, neg_pixels_get_bytes (pixels), files_get_voxels (load, slice),
                     volume->slice_bytes);
  }
}

static void
test_corpus (gconstpointer name)
{
  g_autofree char *folder = g_build_filename (client_corpus_folder (), "series", name, NULL);
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegLoader) loader = NULL;
  guint n_volumes = 0;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    g_test_skip ("no corpus");
    return;
  }
  pool = neg_engine_pool_new (NULL, NULL);
  loader = neg_loader_new (pool);
  neg_loader_load (loader, (const char *[]){ folder, NULL });
  neg_loader_wait (loader);
  for (guint i = 0; i < g_list_model_get_n_items (neg_loader_get_series (loader)); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (neg_loader_get_series (loader), i);
    g_autoptr (NegVolumeLoad) load = NULL;
    g_autoptr (GError) error = NULL;

    if (!neg_volume_check (series, &error)) {
      g_test_message ("%s: %s", neg_series_get_title (series), error->message);
      g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
      g_assert_cmpint (neg_series_get_kind (series), !=, NEG_SERIES_VOLUME);
      continue;
    }
    load = neg_volume_load_new (pool, NULL, series, &error);
    g_assert_no_error (error);
    neg_volume_load_wait (load);
    g_test_message ("%s: %u slices", neg_series_get_title (series), neg_volume_load_get_volume (load)->n_slices);
    g_assert_true (neg_volume_is_complete (neg_volume_load_get_volume (load)));
    assert_like_store (pool, series, load);
    n_volumes++;
  }
  g_assert_cmpuint (n_volumes, >=, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD_WITH(n_engines, path, function) \
  g_test_add ("/volume-load/" path, Files, GUINT_TO_POINTER (n_engines), fixture_set_up, function, fixture_tear_down)
#define ADD(path, function) ADD_WITH (0, path, function)
  ADD ("all", test_all);
  ADD_WITH (1, "nearest-first", test_nearest_first);
  ADD_WITH (1, "center", test_center);
  ADD ("out-of-store", test_out_of_store);
  ADD ("beside-store", test_beside_store);
  ADD ("store-turns-away", test_store_turns_away);
  ADD ("store-waits", test_store_waits);
  ADD ("store-left-alone", test_store_left_alone);
  ADD ("left", test_left);
  ADD ("damaged", test_damaged);
  ADD ("engines-killed", test_engines_killed);
  ADD ("engines-die", test_engines_die);
  ADD ("pool-ends", test_pool_ends);
  ADD ("cancel", test_cancel);
  ADD ("drop", test_drop);
  ADD ("dropped-by-handler", test_dropped_by_handler);
  ADD ("repeated", test_repeated);
  g_test_add_func ("/volume-load/multi-frame", test_multi_frame);
  g_test_add_data_func ("/volume-load/corpus/ct", "ct-head-philips-1mm", test_corpus);
  g_test_add_data_func ("/volume-load/corpus/tilt", "ct-tilt-nonuniform-ge", test_corpus);
  g_test_add_data_func ("/volume-load/corpus/fmri", "mr-fmri-2timepoints-ge", test_corpus);
  g_test_add_data_func ("/volume-load/corpus/localizer", "mr-localizer-3planes-philips", test_corpus);
  g_test_add_data_func ("/volume-load/corpus/pet-ct", "petct-sts001", test_corpus);
  return g_test_run ();
}
