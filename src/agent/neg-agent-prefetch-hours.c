/* When something may be fetched, and how fast: no clock, no database. */
#include "config.h"

#include "agent/neg-agent-prefetch-private.h"

/* A burst and a debt are both bounded: a large object is not paid for over minutes. */
#define BURST_US ((gint64) G_USEC_PER_SEC)
#define DEBT_US (60 * (gint64) G_USEC_PER_SEC)

static const guint back_off_s[] = { 60, 300, 900, 3600 };

static GDateTime *
get_local (GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);

  return utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
}

/* By the clock on the wall: on a day without 02:30 a period from 02:30 begins at 03:00, an hour that comes twice is quiet
 * twice. */
gboolean
_neg_prefetch_is_quiet (const NegSitePrefetch *site, GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GDateTime) now = get_local (zone, now_us);
  guint minute;

  if (now == NULL)
    return FALSE;
  minute = (guint) (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now));
  for (guint i = 0; i < site->quiet->len; i++) {
    const NegSitePeriod *period = &g_array_index (site->quiet, NegSitePeriod, i);

    if (period->from_minute < period->to_minute ? minute >= period->from_minute && minute < period->to_minute
                                                : minute >= period->from_minute || minute < period->to_minute)
      return TRUE;
  }
  return FALSE;
}

/* Midnight, @days after the day of @now. */
static GDateTime *
get_midnight (GDateTime *now, GTimeZone *zone, int days)
{
  GDate date;

  g_date_set_dmy (&date, (GDateDay) g_date_time_get_day_of_month (now), (GDateMonth) g_date_time_get_month (now),
                  (GDateYear) g_date_time_get_year (now));
  g_date_add_days (&date, (guint) days);
  return g_date_time_new (zone, g_date_get_year (&date), (int) g_date_get_month (&date), g_date_get_day (&date), 0, 0, 0);
}

gboolean
_neg_prefetch_find_day (const NegSitePrefetch *site, GTimeZone *zone, gint64 now_us, char **day, gint64 *from_us,
                        gint64 *to_us)
{
  g_autoptr (GDateTime) now = get_local (zone, now_us);
  g_autoptr (GDateTime) from = NULL;
  g_autoptr (GDateTime) to = NULL;

  *day = NULL;
  if (now == NULL || site->daily_minute < 0
      || g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now) < site->daily_minute)
    return FALSE;
  from = get_midnight (now, zone, 1);
  to = get_midnight (now, zone, 2);
  if (from == NULL || to == NULL)
    return FALSE;
  *day = g_date_time_format (from, "%Y%m%d");
  *from_us = g_date_time_to_unix (from) * G_USEC_PER_SEC;
  *to_us = g_date_time_to_unix (to) * G_USEC_PER_SEC;
  return TRUE;
}

gint64
_neg_pace_take (NegPace *pace, guint64 bytes_per_s, guint64 bytes, gint64 now_us)
{
  gint64 wait_us = 0;

  g_mutex_lock (&pace->lock);
  if (bytes_per_s == 0)
    pace->free_us = 0;
  else {
    double cost_us = MIN ((double) bytes / (double) bytes_per_s * G_USEC_PER_SEC, (double) DEBT_US);

    pace->free_us = MIN (MAX (pace->free_us, now_us - BURST_US) + (gint64) cost_us, now_us + DEBT_US);
    wait_us = MAX (pace->free_us - now_us, 0);
  }
  g_mutex_unlock (&pace->lock);
  return wait_us;
}

gint64
_neg_prefetch_back_off_us (guint attempts)
{
  return back_off_s[MIN (attempts, G_N_ELEMENTS (back_off_s) - 1)] * (gint64) G_USEC_PER_SEC;
}
