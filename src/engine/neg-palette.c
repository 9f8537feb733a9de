#include "config.h"

#include "engine/neg-palette.h"

#include "base/neg-error.h"

#include <string.h>

#define ENTRIES_MAX 65536

typedef enum {
  SEGMENT_DISCRETE,
  SEGMENT_LINEAR,
  SEGMENT_INDIRECT,
} SegmentKind;

typedef struct {
  SegmentKind kind;
  guint16 count;   /* entries; of an indirect segment the segments to copy */
  gsize arguments; /* index of the first word after the count */
  gsize next;      /* index of the next segment */
} Segment;

typedef struct {
  const guint16 *words;
  gsize n_words;
  guint bytes_per_word;
  guint8 *starts; /* per word: a segment begins here */
  guint16 *entries;
  guint32 n_entries, done;
} Expansion;

static gboolean
fail (GError **error, const char *message)
{
  return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,1221)", "segmented palette: %s", message);
}

/* FALSE at an unknown opcode, an empty segment and one that is cut. */
static gboolean
read_segment (const Expansion *expansion, gsize index, Segment *segment)
{
  gsize n_arguments;

  if (expansion->n_words < 2 || index > expansion->n_words - 2 || expansion->words[index] > SEGMENT_INDIRECT)
    return FALSE;
  *segment = (Segment){ expansion->words[index], expansion->words[index + 1], index + 2, 0 };
  switch (segment->kind) {
  case SEGMENT_DISCRETE:
    n_arguments = segment->count;
    break;
  case SEGMENT_LINEAR:
    n_arguments = 1;
    break;
  default: /* a byte offset of 32 bits, low part first */
    n_arguments = 4 / expansion->bytes_per_word;
  }
  segment->next = segment->arguments + n_arguments;
  return segment->count > 0 && n_arguments <= expansion->n_words - segment->arguments;
}

/* An indirect segment may also name a later one, so the starts are found before anything is expanded. */
static gboolean
mark_starts (Expansion *expansion, GError **error)
{
  Segment segment;

  expansion->starts = g_try_malloc0 (MAX (expansion->n_words, 1));
  if (expansion->starts == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a palette");
  for (gsize index = 0; read_segment (expansion, index, &segment); index = segment.next)
    expansion->starts[index] = 1;
  return TRUE;
}

/* Entry i of 1..n is Y0 + (Y1 - Y0) i / n: the last is Y1. */
static void
expand_linear (Expansion *expansion, const Segment *segment)
{
  gint64 first = expansion->entries[expansion->done - 1];
  gint64 difference = expansion->words[segment->arguments] - first;
  gint64 n = segment->count;

  for (gint64 i = 1; i <= n; i++)
    expansion->entries[expansion->done++] = first + (2 * difference * i + (difference < 0 ? -n : n)) / (2 * n);
}

static gboolean
expand_plain (Expansion *expansion, const Segment *segment, GError **error)
{
  if (segment->count > expansion->n_entries - expansion->done)
    return fail (error, "more entries than announced");
  if (segment->kind == SEGMENT_LINEAR) {
    if (expansion->done == 0)
      return fail (error, "it begins with a linear segment");
    expand_linear (expansion, segment);
    return TRUE;
  }
  memcpy (expansion->entries + expansion->done, expansion->words + segment->arguments,
          segment->count * sizeof (guint16));
  expansion->done += segment->count;
  return TRUE;
}

static guint32
read_offset (const Expansion *expansion, const Segment *segment)
{
  guint bits = 8 * expansion->bytes_per_word;
  guint32 offset = 0;

  for (guint i = 0; i < 32 / bits; i++)
    offset |= (guint32) (expansion->words[segment->arguments + i] & ((1u << bits) - 1)) << (i * bits);
  return offset;
}

static gboolean
expand_indirect (Expansion *expansion, const Segment *segment, GError **error)
{
  guint32 offset = read_offset (expansion, segment);
  gsize index = offset / expansion->bytes_per_word;

  if (expansion->done == 0)
    return fail (error, "it begins with an indirect segment");
  if (offset % expansion->bytes_per_word != 0 || index >= expansion->n_words || !expansion->starts[index])
    return fail (error, "an offset is not that of a segment");
  for (guint i = 0; i < segment->count; i++) {
    Segment copied;

    if (!read_segment (expansion, index, &copied) || copied.kind == SEGMENT_INDIRECT)
      return fail (error, "an indirect segment does not lead to plain ones");
    if (!expand_plain (expansion, &copied, error))
      return FALSE;
    index = copied.next;
  }
  return TRUE;
}

static gboolean
expand_segments (Expansion *expansion, GError **error)
{
  gsize index = 0;

  while (expansion->done < expansion->n_entries) {
    Segment segment;

    if (!read_segment (expansion, index, &segment))
      return fail (error, index == expansion->n_words ? "fewer entries than announced" : "a segment makes no sense");
    if (segment.kind == SEGMENT_INDIRECT ? !expand_indirect (expansion, &segment, error)
                                         : !expand_plain (expansion, &segment, error))
      return FALSE;
    index = segment.next;
  }
  for (; index < expansion->n_words; index++)
    if (expansion->words[index] != 0)
      return fail (error, "more segments than announced");
  return TRUE;
}

guint16 *
neg_palette_expand (const guint16 *words, gsize n_words, guint bytes_per_word, guint32 n_entries, GError **error)
{
  Expansion expansion = { words, n_words, bytes_per_word, NULL, NULL, n_entries, 0 };
  g_autofree guint16 *entries = NULL;
  gboolean ok;

  if ((bytes_per_word != 1 && bytes_per_word != 2) || n_entries == 0 || n_entries > ENTRIES_MAX) {
    fail (error, "its descriptor makes no sense");
    return NULL;
  }
  entries = g_new (guint16, n_entries);
  expansion.entries = entries;
  ok = mark_starts (&expansion, error) && expand_segments (&expansion, error);
  g_free (expansion.starts);
  return ok ? g_steal_pointer (&entries) : NULL;
}
