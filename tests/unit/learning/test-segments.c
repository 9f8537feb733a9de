/* The union of what was played, against a map with a mark for each millisecond. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-segments.h"

#define UNIONS 10000
#define DURATION_MS 3000

static void
check_against (const NegSegments *segments, const guchar *map)
{
  gint64 played = 0, last = -1;
  g_autofree guchar *found = g_malloc0 (DURATION_MS);

  for (guint i = 0; i < neg_segments_get_n (segments); i++) {
    const NegSegment *segment = neg_segments_get (segments, i);

    g_assert_cmpint (segment->from_ms, >, last); /* in order, and apart */
    g_assert_cmpint (segment->from_ms, <, segment->to_ms);
    g_assert_cmpint (segment->to_ms, <=, DURATION_MS);
    memset (found + segment->from_ms, 1, (gsize) (segment->to_ms - segment->from_ms));
    last = segment->to_ms;
  }
  g_assert_cmpmem (found, DURATION_MS, map, DURATION_MS);
  for (guint i = 0; i < DURATION_MS; i++)
    played += map[i];
  g_assert_cmpint (neg_segments_get_played_ms (segments), ==, played);
}

static void
add_random (NegSegments *segments, guchar *map)
{
  const gint64 from = g_test_rand_int_range (-100, DURATION_MS + 100);
  const gint64 to = from + g_test_rand_int_range (-10, g_test_rand_int_range (1, 4) == 1 ? 2000 : 40);
  const gint64 first = CLAMP (from, 0, DURATION_MS), end = CLAMP (to, first, DURATION_MS);

  neg_segments_add (segments, from, to);
  memset (map + first, 1, (gsize) (end - first));
}

static void
test_unions (void)
{
  guint n = 0;

  while (n < UNIONS) {
    g_autoptr (NegSegments) segments = neg_segments_new (DURATION_MS), other = neg_segments_new (DURATION_MS);
    g_autofree guchar *map = g_malloc0 (DURATION_MS);
    const int steps = g_test_rand_int_range (1, 100);

    for (int i = 0; i < steps; i++, n++) {
      add_random (g_test_rand_bit () ? segments : other, map);
      if (i % 7 == 0) {
        g_autofree char *text = NULL;
        g_autoptr (NegSegments) again = NULL;

        neg_segments_merge (segments, other);
        check_against (segments, map);
        text = neg_segments_dup_text (segments);
        again = neg_segments_parse (text, DURATION_MS, NULL);
        check_against (again, map);
      }
    }
  }
}

static void
test_text (void)
{
  g_autoptr (NegSegments) segments = neg_segments_new (40000);
  g_autoptr (NegSegments) empty = neg_segments_parse ("", 40000, NULL);
  g_autofree char *text = NULL;

  neg_segments_add (segments, 14000, 21000);
  neg_segments_add (segments, 0, 12000);
  text = neg_segments_dup_text (segments);
  g_assert_cmpstr (text, ==, "0.000[.]12.000[,]14.000[.]21.000");
  g_assert_cmpfloat_with_epsilon (neg_segments_get_fraction (segments), 19.0 / 40, 1e-9);
  g_assert_nonnull (empty);
  g_assert_cmpuint (neg_segments_get_n (empty), ==, 0);
}

static void
test_touching (void)
{
  g_autoptr (NegSegments) segments = neg_segments_new (100);

  neg_segments_add (segments, 10, 20);
  neg_segments_add (segments, 30, 40);
  neg_segments_add (segments, 20, 30);
  g_assert_cmpuint (neg_segments_get_n (segments), ==, 1);
  neg_segments_add (segments, 50, 50);
  neg_segments_add (segments, 60, 55);
  g_assert_cmpuint (neg_segments_get_n (segments), ==, 1);
  g_assert_cmpint (neg_segments_get_played_ms (segments), ==, 30);
}

/* More pieces than are kept: less is counted, never more. */
static void
test_many (void)
{
  g_autoptr (NegSegments) segments = neg_segments_new (NEG_VIDEO_MS_MAX);

  for (guint i = 0; i < 2 * NEG_SEGMENTS_MAX; i++)
    neg_segments_add (segments, i * 100, i * 100 + (i == 5 ? 50 : 10));
  g_assert_cmpuint (neg_segments_get_n (segments), ==, NEG_SEGMENTS_MAX);
  g_assert_cmpint (neg_segments_get_played_ms (segments), ==, (NEG_SEGMENTS_MAX - 1) * 10 + 50);
}

static void
test_hostile (void)
{
  static const char *const texts[] = { "x", "1.0", "1[.]", "[.]1", "1[.]2[.]3", "2[.]1", "-1[.]2", "1e3[.]2", "1.0000[.]2", "1.[.]2",
                                       "99999999999999999999[.]1", "1[.]2[,]", "0.000[.]12.000;14", " 1[.]2" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_segments_parse (texts[i], 1000, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learning/segments/unions", test_unions);
  g_test_add_func ("/learning/segments/text", test_text);
  g_test_add_func ("/learning/segments/touching", test_touching);
  g_test_add_func ("/learning/segments/many", test_many);
  g_test_add_func ("/learning/segments/hostile", test_hostile);
  return g_test_run ();
}
