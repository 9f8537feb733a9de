/* Segmented palettes (PS3.3 C.7.9.2): what ends a ramp, and what is refused. */
#include "base/neg-error.h"
#include "engine/neg-palette.h"

static guint16 *
expand (const guint16 *words, gsize n_words, guint32 n_entries)
{
  return neg_palette_expand (words, n_words, 2, n_entries, NULL);
}

static void
test_ends_of_ramps (void)
{
  static const guint16 words[] = { 0, 1, 65535, 1, 3, 0, 1, 65000, 65535 };
  g_autofree guint16 *entries = expand (words, G_N_ELEMENTS (words), 65004);

  g_assert_nonnull (entries);
  g_assert_cmpuint (entries[1], ==, 43690);
  g_assert_cmpuint (entries[3], ==, 0);
  g_assert_cmpuint (entries[65003], ==, 65535);
}

static void
test_refused (void)
{
  static const guint16 linear_first[] = { 1, 4, 9 };
  static const guint16 to_itself[] = { 0, 1, 5, 2, 1, 6, 0 };
  static const guint16 empty_segments[] = { 0, 1, 5, 0, 0, 0, 0, 2, 65535, 6, 0 };
  static const guint16 odd_offset[] = { 0, 1, 5, 2, 1, 1, 0 };
  static const guint16 far_offset[] = { 0, 1, 5, 2, 1, 0xFFFE, 0xFFFF };
  static const guint16 into_values[] = { 0, 3, 1, 2, 3, 2, 1, 4, 0 }; /* where 1, 2, 3 could be a linear segment */
  static const guint16 cut[] = { 0, 9, 5 };
  static const guint16 surplus[] = { 0, 2, 5, 6, 0, 1, 7 };

  g_assert_null (expand (linear_first, G_N_ELEMENTS (linear_first), 4));
  g_assert_null (expand (to_itself, G_N_ELEMENTS (to_itself), 2));
  g_assert_null (expand (empty_segments, G_N_ELEMENTS (empty_segments), 2));
  g_assert_null (expand (odd_offset, G_N_ELEMENTS (odd_offset), 2));
  g_assert_null (expand (far_offset, G_N_ELEMENTS (far_offset), 2));
  g_assert_null (expand (into_values, G_N_ELEMENTS (into_values), 5));
  g_assert_null (expand (cut, G_N_ELEMENTS (cut), 9));
  g_assert_null (expand (surplus, G_N_ELEMENTS (surplus), 2));
  g_assert_null (expand (surplus, 0, 2));
  g_assert_null (expand (surplus, 4, 0));
  g_assert_null (expand (surplus, 4, 65537));
  g_assert_null (neg_palette_expand (surplus, 4, 4, 2, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/palette/ends-of-ramps", test_ends_of_ramps);
  g_test_add_func ("/palette/refused", test_refused);
  return g_test_run ();
}
