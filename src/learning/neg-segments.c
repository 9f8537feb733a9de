#include "config.h"

#include "learning/neg-segments.h"

#include <string.h>

#include "base/neg-error.h"

#define WHERE "segments"
#define BETWEEN "[,]"
#define INSIDE "[.]"

struct _NegSegments {
  gint64 duration_ms;
  GArray *list; /* NegSegment */
};

NegSegments *
neg_segments_new (gint64 duration_ms)
{
  NegSegments *segments = g_new0 (NegSegments, 1);

  segments->duration_ms = CLAMP (duration_ms, 0, NEG_VIDEO_MS_MAX);
  segments->list = g_array_new (FALSE, FALSE, sizeof (NegSegment));
  return segments;
}

void
neg_segments_free (NegSegments *segments)
{
  if (segments == NULL)
    return;
  g_array_unref (segments->list);
  g_free (segments);
}

static NegSegment *
at (const NegSegments *segments, guint index)
{
  return &g_array_index (segments->list, NegSegment, index);
}

/* The first that ends at or after @ms: what is before it has nothing to do with a segment that begins there. */
static guint
find_first (const NegSegments *segments, gint64 ms)
{
  guint low = 0, high = segments->list->len;

  while (low < high) {
    const guint middle = low + (high - low) / 2;

    if (at (segments, middle)->to_ms < ms)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
forget_shortest (NegSegments *segments)
{
  guint shortest = 0;

  for (guint i = 1; i < segments->list->len; i++)
    if (at (segments, i)->to_ms - at (segments, i)->from_ms < at (segments, shortest)->to_ms - at (segments, shortest)->from_ms)
      shortest = i;
  g_array_remove_index (segments->list, shortest);
}

void
neg_segments_add (NegSegments *segments, gint64 from_ms, gint64 to_ms)
{
  NegSegment added = { MAX (from_ms, 0), MIN (to_ms, segments->duration_ms) };
  guint first, n = 0;

  if (added.from_ms >= added.to_ms)
    return;
  first = find_first (segments, added.from_ms);
  while (first + n < segments->list->len && at (segments, first + n)->from_ms <= added.to_ms) {
    added.from_ms = MIN (added.from_ms, at (segments, first + n)->from_ms);
    added.to_ms = MAX (added.to_ms, at (segments, first + n)->to_ms);
    n++;
  }
  if (n > 0)
    g_array_remove_range (segments->list, first, n);
  g_array_insert_val (segments->list, first, added);
  if (segments->list->len > NEG_SEGMENTS_MAX)
    forget_shortest (segments);
}

void
neg_segments_merge (NegSegments *segments, const NegSegments *other)
{
  for (guint i = 0; i < other->list->len; i++)
    neg_segments_add (segments, at (other, i)->from_ms, at (other, i)->to_ms);
}

guint
neg_segments_get_n (const NegSegments *segments)
{
  return segments->list->len;
}

const NegSegment *
neg_segments_get (const NegSegments *segments, guint index)
{
  g_return_val_if_fail (index < segments->list->len, NULL);

  return at (segments, index);
}

gint64
neg_segments_get_duration_ms (const NegSegments *segments)
{
  return segments->duration_ms;
}

gint64
neg_segments_get_played_ms (const NegSegments *segments)
{
  gint64 played = 0;

  for (guint i = 0; i < segments->list->len; i++)
    played += at (segments, i)->to_ms - at (segments, i)->from_ms;
  return played;
}

double
neg_segments_get_fraction (const NegSegments *segments)
{
  return segments->duration_ms > 0 ? (double) neg_segments_get_played_ms (segments) / (double) segments->duration_ms : 0;
}

/* --- text --- */

char *
neg_segments_dup_seconds (gint64 ms)
{
  const gint64 place = MAX (ms, 0);

  return g_strdup_printf ("%" G_GINT64_FORMAT ".%03d", place / 1000, (int) (place % 1000));
}

char *
neg_segments_dup_text (const NegSegments *segments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < segments->list->len; i++) {
    g_autofree char *from = neg_segments_dup_seconds (at (segments, i)->from_ms);
    g_autofree char *to = neg_segments_dup_seconds (at (segments, i)->to_ms);

    g_string_append_printf (text, "%s%s" INSIDE "%s", i > 0 ? BETWEEN : "", from, to);
  }
  return g_string_free (text, FALSE);
}

/* "12.000" or "12": digits and at most three after the point. */
static gboolean
parse_seconds (const char *text, gint64 *ms)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", 3);
  const gsize n = parts[0] != NULL && parts[1] != NULL ? strlen (parts[1]) : 0;
  guint64 whole, rest = 0;

  if (parts[0] == NULL || (parts[1] != NULL && (parts[2] != NULL || n == 0 || n > 3))
      || !g_ascii_string_to_unsigned (parts[0], 10, 0, NEG_VIDEO_MS_MAX / 1000, &whole, NULL)
      || (n > 0 && !g_ascii_string_to_unsigned (parts[1], 10, 0, 999, &rest, NULL)))
    return FALSE;
  *ms = (gint64) (whole * 1000 + rest * (n == 1 ? 100 : n == 2 ? 10 : 1));
  return TRUE;
}

static gboolean
parse_one (NegSegments *segments, const char *text)
{
  g_auto (GStrv) ends = g_strsplit (text, INSIDE, 3);
  gint64 from, to;

  if (g_strv_length (ends) != 2 || !parse_seconds (ends[0], &from) || !parse_seconds (ends[1], &to) || from > to)
    return FALSE;
  neg_segments_add (segments, from, to);
  return TRUE;
}

NegSegments *
neg_segments_parse (const char *text, gint64 duration_ms, GError **error)
{
  g_autoptr (NegSegments) segments = neg_segments_new (duration_ms);
  g_auto (GStrv) parts = NULL;

  if (strlen (text) > NEG_SEGMENTS_TEXT_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, WHERE, "the text of played segments is too long");
    return NULL;
  }
  parts = g_strsplit (text, BETWEEN, -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_one (segments, parts[i])) {
      neg_fail (error, NEG_ERROR_UNREADABLE, WHERE, "this is not a text of played segments");
      return NULL;
    }
  return g_steal_pointer (&segments);
}
