/* When something may be fetched ahead, and how fast: quiet hours and the daily look, over changes of the clock. */
#include "agent/neg-agent-prefetch-private.h"

#define S ((gint64) G_USEC_PER_SEC)

static gint64
at (const char *iso)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * S;
}

static gboolean
is_quiet (guint from, guint to, const char *iso)
{
  g_autoptr (GArray) periods = g_array_new (FALSE, FALSE, sizeof (NegSitePeriod));
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  const NegSitePeriod period = { from, to };
  const NegSitePrefetch site = { .quiet = periods };

  g_assert_nonnull (zone);
  g_array_append_val (periods, period);
  return _neg_prefetch_is_quiet (&site, zone, at (iso));
}

static void
test_quiet (void)
{
  g_assert_false (is_quiet (420, 540, "2026-01-15T05:59:59Z"));
  g_assert_true (is_quiet (420, 540, "2026-01-15T06:00:00Z"));
  g_assert_true (is_quiet (420, 540, "2026-01-15T07:59:59Z"));
  g_assert_false (is_quiet (420, 540, "2026-01-15T08:00:00Z"));
  g_assert_true (is_quiet (420, 540, "2026-07-15T05:00:00Z")); /* summer */
  g_assert_false (is_quiet (420, 540, "2026-07-15T07:00:00Z"));
}

static void
test_quiet_over_midnight (void)
{
  g_assert_true (is_quiet (1350, 300, "2026-01-15T21:30:00Z"));
  g_assert_true (is_quiet (1350, 300, "2026-01-15T03:59:00Z"));
  g_assert_false (is_quiet (1350, 300, "2026-01-15T04:00:00Z"));
  g_assert_false (is_quiet (1350, 300, "2026-01-15T21:29:59Z"));
  g_assert_true (is_quiet (0, 1440, "2026-01-15T12:00:00Z"));
}

/* 2026-03-29: 02:00 to 03:00 is not there. 2026-10-25: 02:00 to 03:00 is there twice. */
static void
test_quiet_clock_change (void)
{
  g_assert_false (is_quiet (150, 210, "2026-03-29T00:59:59Z"));
  g_assert_true (is_quiet (150, 210, "2026-03-29T01:00:00Z")); /* 03:00 */
  g_assert_false (is_quiet (150, 210, "2026-03-29T01:30:00Z"));
  g_assert_true (is_quiet (120, 180, "2026-10-25T00:00:00Z"));
  g_assert_true (is_quiet (120, 180, "2026-10-25T01:59:59Z"));
  g_assert_false (is_quiet (120, 180, "2026-10-25T02:00:00Z"));
}

static void
assert_day (const char *iso, const char *expected, int hours)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  const NegSitePrefetch site = { .daily_minute = 19 * 60 };
  g_autofree char *day = NULL;
  gint64 from_us = 0, to_us = 0;

  g_assert_cmpint (_neg_prefetch_find_day (&site, zone, at (iso), &day, &from_us, &to_us), ==, expected != NULL);
  g_assert_cmpstr (day, ==, expected);
  g_assert_cmpint (to_us - from_us, ==, (expected != NULL ? hours : 0) * 3600 * S);
}

static void
test_day (void)
{
  const NegSitePrefetch never = { .daily_minute = -1 };
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *day = NULL;
  gint64 from_us, to_us;

  assert_day ("2026-01-15T17:59:59Z", NULL, 0);
  assert_day ("2026-01-15T18:00:00Z", "20260116", 24);
  assert_day ("2026-01-15T22:59:00Z", "20260116", 24);
  assert_day ("2026-12-31T20:00:00Z", "20270101", 24);
  assert_day ("2026-03-28T20:00:00Z", "20260329", 23);
  assert_day ("2026-10-24T20:00:00Z", "20261025", 25);
  g_assert_false (_neg_prefetch_find_day (&never, utc, at ("2026-01-15T23:00:00Z"), &day, &from_us, &to_us));
}

static void
test_pace (void)
{
  NegPace pace = { 0 };

  g_mutex_init (&pace.lock);
  g_assert_cmpint (_neg_pace_take (&pace, 0, G_MAXUINT64, 100 * S), ==, 0);
  /* A second's worth at once; what is beyond is waited for. */
  g_assert_cmpint (_neg_pace_take (&pace, 1000, 1000, 100 * S), ==, 0);
  g_assert_cmpint (_neg_pace_take (&pace, 1000, 500, 100 * S), ==, S / 2);
  g_assert_cmpint (_neg_pace_take (&pace, 1000, 1000, 101 * S), ==, S / 2);
  /* Ten seconds of 1,000 bytes each: as much as they take, and a second's burst. */
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (_neg_pace_take (&pace, 1000, 1000, (200 + i) * S), ==, 0);
  g_assert_cmpint (_neg_pace_take (&pace, 1000, 1000, 210 * S), ==, 0);
  g_assert_cmpint (_neg_pace_take (&pace, 1000, 1000, 210 * S), ==, S);
  /* The debt has an end. */
  g_assert_cmpint (_neg_pace_take (&pace, 1, G_MAXUINT64, 300 * S), <=, 60 * S);
  g_assert_cmpint (_neg_pace_take (&pace, 1, G_MAXUINT64, 300 * S), ==, 60 * S);
  g_mutex_clear (&pace.lock);
}

static void
test_back_off (void)
{
  g_assert_cmpint (_neg_prefetch_back_off_us (0), ==, 60 * S);
  g_assert_cmpint (_neg_prefetch_back_off_us (3), ==, 3600 * S);
  g_assert_cmpint (_neg_prefetch_back_off_us (G_MAXUINT), ==, 3600 * S);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prefetch/hours/quiet", test_quiet);
  g_test_add_func ("/prefetch/hours/over-midnight", test_quiet_over_midnight);
  g_test_add_func ("/prefetch/hours/clock-change", test_quiet_clock_change);
  g_test_add_func ("/prefetch/hours/day", test_day);
  g_test_add_func ("/prefetch/hours/pace", test_pace);
  g_test_add_func ("/prefetch/hours/back-off", test_back_off);
  return g_test_run ();
}
