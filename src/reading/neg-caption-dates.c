/* What dates say beside an image: DA and TM values (PS3.5 6.2), ages, and how long ago a prior was. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

static gboolean
parse_date (const char *text, GDate *date)
{
  guint digits[8];

  g_date_clear (date, 1);
  if (text == NULL || strlen (text) != 8)
    return FALSE;
  for (guint i = 0; i < 8; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    digits[i] = text[i] - '0';
  }
  if (!g_date_valid_dmy (digits[6] * 10 + digits[7], digits[4] * 10 + digits[5],
                         digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]))
    return FALSE;
  g_date_set_dmy (date, digits[6] * 10 + digits[7], digits[4] * 10 + digits[5],
                  digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]);
  return TRUE;
}

char *
neg_caption_dup_date (const char *text)
{
  g_autofree char *shown = NULL;
  GDate date;

  if (text == NULL)
    return NULL;
  shown = neg_text_dup_shown (NEG_TEXT_DATE, text);
  if (!parse_date (shown, &date))
    return g_steal_pointer (&shown);
  return g_strdup_printf ("%04u-%02u-%02u", g_date_get_year (&date), g_date_get_month (&date), g_date_get_day (&date));
}

/* That are over: the 31st of a month is reached on the last day of no shorter one. */
static int
count_months (const GDate *from, const GDate *to)
{
  return (g_date_get_year (to) - g_date_get_year (from)) * 12 + (int) g_date_get_month (to)
         - (int) g_date_get_month (from) - (g_date_get_day (to) < g_date_get_day (from) ? 1 : 0);
}

char *
neg_caption_dup_age (const NegInstance *instance)
{
  GDate birth, study;
  int months;

  if (!parse_date (instance->patient_birth_date, &birth) || !parse_date (instance->study_date, &study)
      || g_date_compare (&birth, &study) > 0)
    return NULL;
  months = count_months (&birth, &study);
  if (months < 24)
    return g_strdup_printf (C_ ("age in months", "%d m"), months);
  return g_strdup_printf (C_ ("age in years", "%d y"), months / 12);
}

char *
neg_caption_dup_time (const char *text)
{
  if (text == NULL || strlen (text) < 4)
    return NULL;
  for (guint i = 0; i < 4; i++)
    if (!g_ascii_isdigit (text[i]))
      return NULL;
  return g_strdup_printf ("%.2s:%.2s", text, text + 2);
}

char *
neg_caption_dup_interval (const char *from_date, const char *to_date)
{
  GDate from, to, anchor;
  int months, days;

  if (!parse_date (from_date, &from) || !parse_date (to_date, &to) || g_date_compare (&from, &to) > 0)
    return NULL;
  months = count_months (&from, &to);
  anchor = from;
  g_date_add_months (&anchor, months);
  days = g_date_days_between (&anchor, &to);
  if (months >= 12 && months % 12 > 0)
    return g_strdup_printf (C_ ("age in years and months", "%d y %d m"), months / 12, months % 12);
  if (months >= 12)
    return g_strdup_printf (C_ ("age in years", "%d y"), months / 12);
  if (months > 0 && days > 0)
    return g_strdup_printf (C_ ("age in months and days", "%d m %d d"), months, days);
  if (months > 0)
    return g_strdup_printf (C_ ("age in months", "%d m"), months);
  return g_strdup_printf (C_ ("age in days", "%d d"), days);
}

char *
neg_caption_dup_prior (const NegInstance *shown, const NegInstance *other)
{
  g_autofree char *date = neg_caption_dup_date (shown->study_date);
  g_autofree char *time = neg_caption_dup_time (shown->study_time);
  g_autofree char *interval = NULL;
  GDate shown_date, other_date;

  if (!parse_date (other->study_date, &other_date))
    return NULL;
  if (!parse_date (shown->study_date, &shown_date))
    return g_strdup (_ ("NO STUDY DATE · may be a prior"));
  if (g_date_compare (&shown_date, &other_date) > 0)
    return NULL;
  if (g_date_compare (&shown_date, &other_date) == 0)
    return time != NULL && g_strcmp0 (shown->study_time, other->study_time) < 0
               ? g_strdup_printf (_ ("PRIOR · %s %s · same day"), date, time)
               : NULL;
  interval = neg_caption_dup_interval (shown->study_date, other->study_date);
  return g_strdup_printf (_ ("PRIOR · %s · %s before"), date, interval);
}
