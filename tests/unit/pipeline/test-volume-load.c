#include <signal.h>
#include <string.h>

#include "base/neg-error.h"
#include "engine-client.h"
#include "pipeline/neg-volume-load.h"
#include "series-scan.h"
#include "slices.h"
#include "support/neg-test-object.h"

#define N_SLICES 40

typedef struct {
  Slices slices;
  NegEnginePool *pool;
  NegSeries *series;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  slices_set_up (&fixture->slices, 1, N_SLICES);
  fixture->pool = fixture->slices.pool;
  fixture->series = slices_get_series (&fixture->slices, 0);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->series);
  slices_tear_down (&fixture->slices);
}

static NegVolumeLoad *
load_new (Fixture *fixture, NegFrameStore *store)
{
  g_autoptr (GError) error = NULL;
  NegVolumeLoad *load = neg_volume_load_new (fixture->pool, store, fixture->series, &error);

  g_assert_no_error (error);
  return load;
}

/* Every slice is the frame that it is to be. */
static void
assert_slices (NegVolumeLoad *load, guint n)
{
  NegVolume *volume = neg_volume_load_get_volume (load);

  g_assert_cmpuint (volume->n_slices, ==, n);
  g_assert_true (neg_volume_is_complete (volume));
  for (guint slice = 0; slice < n; slice++) {
    const guint16 *values = (const guint16 *) (volume->voxels + slice * volume->slice_bytes);

    g_assert_cmpuint (neg_volume_load_get_slice (load, neg_volume_load_get_index (load, slice)), ==, slice);
    for (guint y = 0; y < SLICES_SIDE_PX; y++)
      for (guint x = 0; x < SLICES_SIDE_PX; x++)
        g_assert_cmpuint (values[y * SLICES_SIDE_PX + x], ==, neg_test_object_value (0, x, y));
  }
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegVolumeLoad) load = load_new (fixture, NULL);

  neg_volume_load_wait (load);
  g_assert_true (neg_volume_load_is_finished (load));
  g_assert_cmpuint (neg_volume_load_get_n_ready (load), ==, N_SLICES);
  assert_slices (load, N_SLICES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) \
  g_test_add ("/volume-load/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("all", test_all);
  return g_test_run ();
}
