#include "config.h"

#include "hl7/neg-hl7-segments.h"

#include <string.h>

#define NAME_BYTES 3
#define BOM "\xEF\xBB\xBF"
#define BOM_BYTES 3

gsize
neg_hl7_segments_get_start (const char *data, gsize length, gboolean *has_bom)
{
  gsize i = 0;

  *has_bom = FALSE;
  for (;;) {
    if (i < length && (data[i] == '\r' || data[i] == '\n' || data[i] == '\0')) {
      i++;
    } else if (!*has_bom && length - i >= BOM_BYTES && memcmp (data + i, BOM, BOM_BYTES) == 0) {
      *has_bom = TRUE;
      i += BOM_BYTES;
    } else {
      return i;
    }
  }
}

void
neg_hl7_segments_init (NegHl7Segments *segments, const char *data, gsize length)
{
  *segments = (NegHl7Segments) { data, length, 0, length > NAME_BYTES ? data[NAME_BYTES] : '\0',
                                 length > 0 && memchr (data, '\r', length) != NULL };
}

static gboolean
begins_segment (const NegHl7Segments *segments, gsize position)
{
  NegHl7Value rest = { segments->data + position, segments->length - position };

  if (rest.length <= NAME_BYTES)
    return FALSE;
  if (rest.data[NAME_BYTES] == segments->field && g_ascii_isupper (rest.data[0])
      && (g_ascii_isupper (rest.data[1]) || g_ascii_isdigit (rest.data[1]))
      && (g_ascii_isupper (rest.data[2]) || g_ascii_isdigit (rest.data[2])))
    return TRUE;
  return neg_hl7_value_is_header (rest);
}

static gsize
skip_line_feeds (const NegHl7Segments *segments, gsize position)
{
  while (position < segments->length && segments->data[position] == '\n')
    position++;
  return position;
}

/* Where the segment that begins at @start ends, and *next: where to look for the one after it. */
static gsize
find_end_by_lf (const NegHl7Segments *segments, gsize start, gsize *next)
{
  gsize from = start;

  while (from < segments->length) {
    const char *lf = memchr (segments->data + from, '\n', segments->length - from);
    gsize end;

    if (lf == NULL)
      break;
    end = lf - segments->data;
    *next = skip_line_feeds (segments, end);
    if (*next == segments->length || begins_segment (segments, *next))
      return end;
    from = *next;
  }
  *next = segments->length;
  return segments->length;
}

static gboolean
next_by_lf (NegHl7Segments *segments, NegHl7Value *segment)
{
  gsize start = skip_line_feeds (segments, segments->position);
  gsize end;

  if (start == segments->length)
    return FALSE;
  end = find_end_by_lf (segments, start, &segments->position);
  *segment = (NegHl7Value) { segments->data + start, end - start };
  return TRUE;
}

static gboolean
next_by_cr (NegHl7Segments *segments, NegHl7Value *segment)
{
  while (segments->position < segments->length) {
    const char *start = segments->data + segments->position;
    const char *cr = memchr (start, '\r', segments->length - segments->position);
    const char *end = cr != NULL ? cr : segments->data + segments->length;

    segments->position = end - segments->data + (cr != NULL ? 1 : 0);
    if (start < end && *start == '\n')
      start++;
    if (start < end) {
      *segment = (NegHl7Value) { start, end - start };
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
neg_hl7_segments_next (NegHl7Segments *segments, NegHl7Value *segment)
{
  return segments->by_cr ? next_by_cr (segments, segment) : next_by_lf (segments, segment);
}
