#include "base/neg-error.h"
#include "slices.h"
#include "volume-files.h"

/* What is there at first: more comes before and behind. */
#define FIRST 10
#define END 50

static void
fixture_set_up (Files *files, gconstpointer data)
{
  files_set_up (files, 0);
  files_add_many (files, FIRST, END);
}

static void
fixture_tear_down (Files *files, gconstpointer data)
{
  files_tear_down (files);
}

static void
wait_for_slices (NegVolumeLoad *load, guint n)
{
  SLICES_WAIT (neg_volume_load_get_volume (load)->n_slices == n && neg_volume_load_is_finished (load));
}

/* What is there is taken along: it could not be decoded again. */
static void
test_grow (Files *files, gconstpointer data)
{
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) few = files_build (files);
  g_autoptr (NegSeries) more = NULL;
  g_autoptr (NegVolumeLoad) load = files_load (files, store, few);
  g_autoptr (NegVolume) old = neg_volume_ref (neg_volume_load_get_volume (load));

  neg_volume_load_wait (load);
  for (guint i = FIRST; i < END; i++)
    files_remove (files, i);
  files_add_many (files, 0, FIRST);
  files_add_many (files, END, END + 20);
  more = files_build (files);
  neg_volume_load_grow (load, more);
  g_assert_true (neg_volume_load_get_volume (load) == old);
  wait_for_slices (load, END + 20);
  g_assert_true (neg_volume_load_get_series (load) == more);
  files_assert_slices (load, END + 20);
  files_assert_shared (load, store);
  /* Who still draws the old one is not disturbed. */
  for (guint slice = 0; slice < END - FIRST; slice++)
    g_assert_true (files_is_slice (old->voxels + slice * old->slice_bytes, FIRST + slice));
}

/* While it loads, and in the middle: slices come before, between and after. Of several wishes the last counts. */
static void
test_grow_while_loading (Files *files, gconstpointer data)
{
  const guint more_slices[][2] = { { END, 60 }, { 60, 70 }, { 0, FIRST }, { 70, 80 }, { 80, 90 } };
  g_autoptr (NegFrameStore) store = neg_frame_store_new (files->pool, 1 << 30);
  g_autoptr (NegSeries) few = files_build (files);
  g_autoptr (NegVolumeLoad) load = files_load (files, store, few);
  guint n_changed = 0;

  g_signal_connect_swapped (load, "changed", G_CALLBACK (g_atomic_int_inc), &n_changed);
  files_wish_for (store, few, 0);
  for (guint n = 0; n < G_N_ELEMENTS (more_slices); n++) {
    g_autoptr (NegSeries) more = NULL;

    files_add_many (files, more_slices[n][0], more_slices[n][1]);
    more = files_build (files);
    neg_volume_load_grow (load, more);
    for (guint i = 0; i < 20; i++)
      g_main_context_iteration (NULL, FALSE);
  }
  wait_for_slices (load, 90);
  files_assert_slices (load, 90);
  files_assert_shared (load, store);
}

static void
test_grow_failed_slice (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) few = files_build (files);
  g_autoptr (NegSeries) more = NULL;
  g_autoptr (NegVolumeLoad) load = NULL;

  files_truncate (files, FIRST + 7);
  load = files_load (files, NULL, few);
  neg_volume_load_wait (load);
  files_add (files, END);
  files_add (files, FIRST - 1);
  more = files_build (files);
  neg_volume_load_grow (load, more);
  wait_for_slices (load, END - FIRST + 2);
  g_assert_cmpuint (neg_volume_load_get_n_failed (load), ==, 1);
  g_assert_cmpint (neg_volume_get_state (neg_volume_load_get_volume (load), 8), ==, NEG_SLICE_FAILED);
}

/* What has come makes no volume any more: the one that is there stays, and it is said. */
static void
test_grow_in_vain (Files *files, gconstpointer data)
{
  g_autoptr (NegSeries) few = files_build (files);
  g_autoptr (NegSeries) more = NULL;
  g_autoptr (NegVolumeLoad) load = files_load (files, NULL, few);

  neg_volume_load_wait (load);
  files_add (files, END)->is_signed = TRUE;
  more = files_build (files);
  neg_volume_load_grow (load, more);
  SLICES_WAIT (neg_volume_load_get_warnings (load)[0] != NULL);
  g_assert_true (neg_volume_load_get_series (load) == few);
  g_assert_cmpuint (neg_volume_load_get_volume (load)->n_slices, ==, END - FIRST);
  g_assert_true (neg_volume_is_complete (neg_volume_load_get_volume (load)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) \
  g_test_add ("/volume-grow/" path, Files, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("finished", test_grow);
  ADD ("while-loading", test_grow_while_loading);
  ADD ("failed-slice", test_grow_failed_slice);
  ADD ("in-vain", test_grow_in_vain);
  return g_test_run ();
}
