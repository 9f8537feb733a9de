/* Dates and times (HL7 v2.5.1 chapter 2.A, TS and DTM): YYYYMMDD[HH[MM[SS[.S[S[S[S]]]]]]][+/-ZZZZ]. What is none says
 * nothing: a start that is written wrong is no reason to refuse an order. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

#define TEXT_BYTES_MAX 32
#define DAY_DIGITS 8
#define SECOND_DIGITS 14
#define FRACTION_DIGITS 6

static guint
read_number (const char *digits, guint n)
{
  guint number = 0;

  for (guint i = 0; i < n; i++)
    number = number * 10 + (guint) (digits[i] - '0');
  return number;
}

static guint
count_digits (const char *text)
{
  return strspn (text, "0123456789");
}

/* "+0130"; FALSE where @text is something else, or no zone on earth. */
static gboolean
read_zone (const char *text, NegHl7MapTime *time)
{
  guint hours, minutes;

  if ((*text != '+' && *text != '-') || count_digits (text + 1) != 4 || text[5] != '\0')
    return FALSE;
  hours = read_number (text + 1, 2);
  minutes = read_number (text + 3, 2);
  if (hours > 14 || minutes > 59)
    return FALSE;
  time->offset_s = (int) (hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
  time->has_zone = TRUE;
  return TRUE;
}

/* Behind the seconds: @text at the point. NULL where it is wrong. */
static const char *
read_fraction (const char *text, gboolean to_the_second, char *time, gint64 *us)
{
  guint n = *text == '.' ? count_digits (text + 1) : 0, kept = MIN (n, FRACTION_DIGITS);

  if (*text != '.')
    return text;
  if (n == 0 || !to_the_second)
    return NULL;
  memcpy (time, text, kept + 1);
  time[kept + 1] = '\0';
  *us = read_number (text + 1, kept);
  for (guint i = kept; i < FRACTION_DIGITS; i++)
    *us *= 10;
  return text + 1 + n;
}

/* UTC, and the offset where the time has none of its own. FALSE: no such day or hour. */
static gboolean
place (const NegHl7Map *map, const guint *numbers, gint64 fraction_us, NegHl7MapTime *time)
{
  g_autoptr (GTimeZone) own = time->has_zone ? g_time_zone_new_offset (time->offset_s) : NULL;
  g_autoptr (GDateTime) moment = NULL;
  guint minutes;

  if (numbers[0] == 0 || !g_date_valid_dmy (numbers[2], numbers[1], numbers[0]) || numbers[3] > 23 || numbers[4] > 59
      || numbers[5] > 60)
    return FALSE;
  moment = g_date_time_new (own != NULL ? own : map->zone, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4],
                            MIN (numbers[5], 59));
  if (moment == NULL)
    return FALSE;
  time->offset_s = g_date_time_get_utc_offset (moment) / G_USEC_PER_SEC;
  time->us = g_date_time_to_unix (moment) * G_USEC_PER_SEC + fraction_us;
  minutes = ABS (time->offset_s) / 60;
  g_snprintf (time->zone, sizeof time->zone, "%c%02u%02u", time->offset_s < 0 ? '-' : '+', minutes / 60 % 100,
              minutes % 60);
  return TRUE;
}

static gboolean
parse (const NegHl7Map *map, const char *text, NegHl7MapTime *time)
{
  guint n = count_digits (text), numbers[6] = { 0 };
  gint64 fraction_us = 0;
  const char *end;

  if (n < DAY_DIGITS || n > SECOND_DIGITS || n % 2 != 0)
    return FALSE;
  memcpy (time->date, text, DAY_DIGITS);
  memcpy (time->time, text + DAY_DIGITS, n - DAY_DIGITS);
  end = read_fraction (text + n, n == SECOND_DIGITS, time->time + (n - DAY_DIGITS), &fraction_us);
  if (end == NULL || (*end != '\0' && !read_zone (end, time)))
    return FALSE;
  numbers[0] = read_number (text, 4);
  for (guint i = 1; 2 * i + 2 < n; i++)
    numbers[i] = read_number (text + 2 * i + 2, 2);
  return place (map, numbers, fraction_us, time);
}

gboolean
neg_hl7_map_parse_time (const NegHl7Map *map, NegHl7Value value, NegHl7MapTime *time)
{
  g_autofree char *text = value.length <= TEXT_BYTES_MAX ? neg_hl7_map_dup_value (map, value) : NULL;

  *time = (NegHl7MapTime) { 0 };
  return text != NULL && strlen (text) <= TEXT_BYTES_MAX && parse (map, text, time);
}

gint64
neg_hl7_map_get_moment (const NegHl7Map *map, NegHl7Path path)
{
  NegHl7MapTime time;

  return neg_hl7_map_parse_time (map, neg_hl7_message_get_value (map->message, path), &time) && strlen (time.time) >= 4
             ? time.us
             : 0;
}

char *
neg_hl7_map_dup_day (const NegHl7Map *map, NegHl7Path path)
{
  NegHl7Value value = neg_hl7_message_get_value (map->message, path);
  NegHl7MapTime time;

  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  return neg_hl7_map_parse_time (map, value, &time) ? g_strdup (time.date) : NULL;
}

char *
neg_hl7_map_dup_moment (const NegHl7Map *map, NegHl7Path path)
{
  NegHl7Value value = neg_hl7_message_get_value (map->message, path);
  NegHl7MapTime time;

  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  return neg_hl7_map_parse_time (map, value, &time) ? g_strconcat (time.date, time.time, time.zone, NULL) : NULL;
}

/* Date, time and zone are one statement: a new day without a time takes the old time away. */
void
neg_hl7_map_take_start (const NegHl7Map *map, NegHl7Path path, NegSaidOrder *order)
{
  NegHl7Value value = neg_hl7_message_get_value (map->message, path);
  NegHl7MapTime time;

  if (order->date != NULL)
    return;
  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    time = (NegHl7MapTime) { 0 };
  else if (!neg_hl7_map_parse_time (map, value, &time))
    return;
  order->date = g_strdup (time.date);
  g_free (order->time);
  order->time = g_strdup (time.time);
  g_free (order->timezone);
  order->timezone = g_strdup (time.zone);
}
