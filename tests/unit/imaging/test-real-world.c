/* Real world values: of what is stored, within what is mapped, of the frame (C.7.6.16.2.11). */
#include "config.h"

#include <math.h>

#include "imaging/neg-real-world.h"

static void
test_pitfall_04_line (void)
{
  const NegRealWorldMap map = { .first_mapped = -10, .last_mapped = 20, .slope = 0.5, .intercept = 3 };

  g_assert_cmpfloat (neg_real_world_apply (&map, -10), ==, -2);
  g_assert_cmpfloat (neg_real_world_apply (&map, 20), ==, 13);
  g_assert_true (isnan (neg_real_world_apply (&map, -10.5)));
  g_assert_true (isnan (neg_real_world_apply (&map, 21)));
  g_assert_true (isnan (neg_real_world_apply (&map, NAN)));
}

static void
test_pitfall_04_table (void)
{
  double entries[] = { 7, -1, 1e6 };
  const NegRealWorldMap map = { .first_mapped = 100, .last_mapped = 102, .n_entries = 3, .entries = entries };

  g_assert_cmpfloat (neg_real_world_apply (&map, 100), ==, 7);
  g_assert_cmpfloat (neg_real_world_apply (&map, 102), ==, 1e6);
  g_assert_true (isnan (neg_real_world_apply (&map, 103)));
  g_assert_true (isnan (neg_real_world_apply (&map, 100.5)));
}

static void
test_frames (void)
{
  const NegRealWorldMap all = { .frame = 0 }, second = { .frame = 2 };

  g_assert_true (neg_real_world_is_of_frame (&all, 0) && neg_real_world_is_of_frame (&all, 7));
  g_assert_true (neg_real_world_is_of_frame (&second, 1));
  g_assert_false (neg_real_world_is_of_frame (&second, 0) || neg_real_world_is_of_frame (&second, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/real-world/pitfall-04-line", test_pitfall_04_line);
  g_test_add_func ("/real-world/pitfall-04-table", test_pitfall_04_table);
  g_test_add_func ("/real-world/frames", test_frames);
  return g_test_run ();
}
