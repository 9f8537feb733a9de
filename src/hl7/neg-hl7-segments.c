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

gboolean
neg_hl7_segments_is_utf16 (const char *data, gsize length)
{
  static const struct {
    char bytes[6];
    gsize length;
  } starts[] = { { "\xFF\xFE", 2 }, { "\xFE\xFF", 2 }, { "M\0S\0H", 6 }, { "\0M\0S\0H", 6 },
                 { "B\0H\0S", 6 },   { "\0B\0H\0S", 6 }, { "F\0H\0S", 6 }, { "\0F\0H\0S", 6 } };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (length >= starts[i].length && memcmp (data, starts[i].bytes, starts[i].length) == 0)
      return TRUE;
  return FALSE;
}

gsize
neg_hl7_segments_find_header (const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    NegHl7Value rest = { data + i, length - i };

    if ((i == 0 || data[i - 1] == '\r' || data[i - 1] == '\n') && neg_hl7_value_is_header (rest))
      return i;
  }
  return length;
}

void
neg_hl7_segments_init (NegHl7Segments *segments, const char *data, gsize length)
{
  *segments = (NegHl7Segments) { data, length, 0, length > NAME_BYTES ? data[NAME_BYTES] : '\0',
                                 length > 0 && memchr (data, '\r', length) != NULL, 0 };
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

/* The end of the segment without a remark before the header at @next, or at the end. */
static gsize
cut_remark (NegHl7Segments *segments, gsize start, gsize end, gsize next)
{
  static const char *const remarks[] = { "\n\n//", "\n\n/*" };
  NegHl7Value rest = { segments->data + next, segments->length - next };

  if (next < segments->length && !neg_hl7_value_is_header (rest))
    return end;
  for (guint i = 0; i < G_N_ELEMENTS (remarks); i++) {
    const char *found = memmem (segments->data + start, end - start, remarks[i], strlen (remarks[i]));

    if (found != NULL) {
      segments->n_remarks++;
      return found - segments->data;
    }
  }
  return end;
}

static gboolean
next_by_lf (NegHl7Segments *segments, NegHl7Value *segment)
{
  gsize start = skip_line_feeds (segments, segments->position);
  gsize end;

  if (start == segments->length)
    return FALSE;
  end = find_end_by_lf (segments, start, &segments->position);
  end = cut_remark (segments, start, end, segments->position);
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
