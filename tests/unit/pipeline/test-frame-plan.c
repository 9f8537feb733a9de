#include "config.h"

#include "pipeline/neg-frame-plan-private.h"
#include "series-scan.h"

#define FRAME_BYTES (64 * 64 * 2)
#define PLENTY G_MAXUINT64

static NegSeries *
build_series (guint n_frames)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = 0; i < n_frames; i++)
    scan_add_slice (scan, i + 1, i);
  scan_build (scan, 1);
  g_assert_cmpuint (neg_series_get_frame_bytes (scan_get (scan, 0)), ==, FRAME_BYTES);
  return g_object_ref (scan_get (scan, 0));
}

/* The first @n_max frames as text: the priority's number when it changes, then the number of the series among the
 * wishes and the index: "0: a5 b3 1: a6". */
static char *
dup_order (NegFramePlan *plan, NegSeries *const *series, guint n_max)
{
  GString *text = g_string_new (NULL);
  NegPriority priority, before = G_MAXINT;
  NegSeries *one;
  guint index;

  for (guint i = 0; i < n_max && _neg_frame_plan_next (plan, &one, &index, &priority); i++) {
    guint letter = 0;

    while (series[letter] != one)
      letter++;
    if (priority != before)
      g_string_append_printf (text, "%s%d:", text->len ? " " : "", priority);
    before = priority;
    g_string_append_printf (text, " %c%u", 'a' + letter, index);
  }
  return g_string_free (text, FALSE);
}

static void
assert_order (const NegFrameWish *wishes, guint n_wishes, NegSeries *const *series, guint64 budget_bytes, guint n_max,
              const char *expected)
{
  NegFramePlan plan = { 0 };
  g_autofree char *order = NULL;

  _neg_frame_plan_set (&plan, wishes, n_wishes, budget_bytes);
  order = dup_order (&plan, series, n_max);
  g_assert_cmpstr (order, ==, expected);
  _neg_frame_plan_clear (&plan);
}

/* Four ahead, one behind, until both sides are used up. */
static void
test_one (void)
{
  g_autoptr (NegSeries) a = build_series (14);
  NegSeries *const series[] = { a, NULL };
  NegFrameWish wish = { a, 5, 1, TRUE };

  assert_order (&wish, 1, series, PLENTY, 100, "0: a5 1: a6 a7 a8 a9 a4 a10 a11 a12 3: a13 a3 a2 a1 a0");
  wish.step = -1;
  assert_order (&wish, 1, series, PLENTY, 100, "0: a5 1: a4 a3 a2 a1 a6 a0 a7 a8 3: a9 a10 a11 a12 a13");
  wish.step = 0; /* not scrolled yet */
  wish.index = 13;
  assert_order (&wish, 1, series, PLENTY, 4, "0: a13 1: a12 a11 a10");
  assert_order (&wish, 1, series, 3 * FRAME_BYTES, 100, "0: a13 1: a12 a11");
  assert_order (&wish, 1, series, 0, 100, "0: a13");
}

/* On screen: all, the active one first. Then near the active one, near the others in turns, the rest of the active one,
 * the rest of the others in turns. */
static void
test_four (void)
{
  g_autoptr (NegSeries) a = build_series (12), b = build_series (12), c = build_series (3), d = build_series (1);
  NegSeries *const series[] = { a, b, c, d, NULL };
  const NegFrameWish wishes[] = { { a, 0, 1, FALSE }, { b, 11, -1, TRUE }, { c, 1, 1, FALSE }, { d, 0, 1, FALSE } };

  assert_order (wishes, 4, series, PLENTY, 100,
                "0: b11 a0 c1 d0 1: b10 b9 b8 b7 b6 b5 b4 b3 a1 c2 a2 c0 a3 a4 a5 a6 a7 a8 3: b2 b1 b0 4: a9 a10 a11");
  /* 4 on screen, 8 near the active one, 1 near the others */
  assert_order (wishes, 4, series, 13 * FRAME_BYTES, 100, "0: b11 a0 c1 d0 1: b10 b9 b8 b7 b6 b5 b4 b3 a1");
}

static void
test_rest_in_turns (void)
{
  g_autoptr (NegSeries) a = build_series (1), b = build_series (40), c = build_series (40);
  NegSeries *const series[] = { a, b, c, NULL };
  const NegFrameWish wishes[] = { { a, 0, 1, TRUE }, { b, 0, 1, FALSE }, { c, 0, 1, FALSE } };
  NegFramePlan plan = { 0 };
  g_autofree char *near = NULL, *rest = NULL;

  /* 19 on screen and near; 7 for the rest: equal shares of what is left */
  _neg_frame_plan_set (&plan, wishes, 3, 26 * FRAME_BYTES);
  near = dup_order (&plan, series, 19);
  rest = dup_order (&plan, series, 100);
  g_assert_cmpstr (rest, ==, "4: b9 c9 b10 c10 b11 c11");
  _neg_frame_plan_clear (&plan);
}

/* A series in two viewports: both surroundings, and the rest counted once. */
static void
test_same_series (void)
{
  g_autoptr (NegSeries) a = build_series (100), b = build_series (20);
  const NegFrameWish wishes[] = { { a, 0, 1, TRUE }, { a, 50, 1, FALSE }, { b, 0, 1, FALSE } };
  NegFramePlan plan = { 0 };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  NegSeries *one;
  NegPriority priority;
  guint index, n_of_b = 0;

  _neg_frame_plan_set (&plan, wishes, 3, 120 * FRAME_BYTES);
  while (_neg_frame_plan_next (&plan, &one, &index, &priority)) {
    n_of_b += one == b;
    if (one == a)
      g_hash_table_add (seen, GUINT_TO_POINTER (index));
  }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 100);
  g_assert_cmpuint (n_of_b, ==, 20);
  _neg_frame_plan_clear (&plan);
}

/* What is said about one frame agrees with the order, whatever the budget. */
static void
test_find (void)
{
  g_autoptr (NegSeries) a = build_series (30), b = build_series (30), c = build_series (5);
  const NegFrameWish wishes[] = { { a, 4, -1, FALSE }, { b, 20, 1, TRUE } };
  NegPriority priorities[2][30], priority;
  NegFramePlan plan = { 0 };
  NegSeries *one;
  guint index;

  for (guint n = 0; n <= 62; n++) {
    for (guint i = 0; i < 60; i++)
      priorities[i / 30][i % 30] = G_MAXINT;
    _neg_frame_plan_set (&plan, wishes, 2, n * FRAME_BYTES);
    while (_neg_frame_plan_next (&plan, &one, &index, &priority))
      priorities[one == b][index] = MIN (priorities[one == b][index], priority);
    for (guint i = 0; i < 60; i++) {
      gboolean is_found;

      one = i < 30 ? a : b;
      index = i % 30;
      is_found = _neg_frame_plan_find (&plan, &one, &index, &priority);
      g_assert_cmpint (is_found, ==, priorities[i / 30][i % 30] != G_MAXINT);
      if (is_found)
        g_assert_cmpint (priority, ==, priorities[i / 30][i % 30]);
    }
    one = c;
    index = 2;
    g_assert_false (_neg_frame_plan_find (&plan, &one, &index, &priority));
  }
  _neg_frame_plan_clear (&plan);
}

/* The series was built anew with more images: what was asked for under the old one is found in the new one. */
static void
test_grown (void)
{
  g_autoptr (Scan) scan = scan_new ();
  g_autoptr (NegSeries) old = NULL;
  NegFramePlan plan = { 0 };
  NegFrameWish wish = { .step = 1 };
  NegPriority priority;
  NegSeries *one;
  guint index = 2;

  for (guint i = 0; i < 6; i++) {
    scan_add_slice (scan, i + 1, -1.0 * i);
    if (i == 2)
      scan_build (scan, 1);
    if (i == 2)
      old = g_object_ref (scan_get (scan, 0));
  }
  scan_build (scan, 1);
  wish.series = scan_get (scan, 0);
  _neg_frame_plan_set (&plan, &wish, 1, PLENTY);
  one = old;
  g_assert_true (_neg_frame_plan_find (&plan, &one, &index, &priority));
  g_assert_true (one == wish.series);
  g_assert_cmpuint (index, ==, 5);
  _neg_frame_plan_clear (&plan);
}

static void
test_wishes (void)
{
  g_autoptr (NegSeries) a = build_series (3), b = build_series (3);
  NegSeries *const series[] = { a, b, NULL };
  NegFrameWish wishes[] = { { NULL, 0, 1, TRUE }, { a, 3, 1, FALSE }, { a, 1, 1, FALSE }, { b, 0, 1, FALSE } };
  NegFramePlan plan = { 0 };

  /* Empty viewports and places that are not there are no wishes; the first of the others is the active one. */
  assert_order (wishes, 4, series, PLENTY, 3, "0: a1 b0 1: a2");
  assert_order (wishes, 2, series, PLENTY, 100, "");
  _neg_frame_plan_set (&plan, wishes, 4, PLENTY);
  g_assert_true (_neg_frame_plan_equals (&plan, wishes, 4));
  g_assert_true (_neg_frame_plan_equals (&plan, wishes + 2, 2));
  wishes[3].active = TRUE;
  g_assert_false (_neg_frame_plan_equals (&plan, wishes, 4));
  wishes[3].active = FALSE;
  wishes[3].step = -1;
  g_assert_false (_neg_frame_plan_equals (&plan, wishes, 4));
  _neg_frame_plan_clear (&plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/frame-plan/" #name, test_##name)
  ADD (one);
  ADD (four);
  ADD (rest_in_turns);
  ADD (same_series);
  ADD (find);
  ADD (grown);
  ADD (wishes);
  return g_test_run ();
}
