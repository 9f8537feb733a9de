#include "config.h"

#include "engine/neg-codec-jpegll-private.h"

#include <string.h>

static void
table_enter (NegJpegllTable *table, guint code, guint length, guint category)
{
  const guint shift = NEG_JPEGLL_LOOKUP_BITS - length;
  const NegJpegllEntry entry = { length + category, length, 1 - (1 << category) };

  for (guint i = 0; i < 1u << shift; i++)
    table->entries[(code << shift) + i] = entry;
}

/* Codes are given out in ascending order, and none is all ones (annex C). */
gboolean
neg_jpegll_table_build (NegJpegllTable *table, const guint8 *counts)
{
  guint code = 0, n = 0;

  memset (table->entries, 0, sizeof table->entries);
  for (guint length = 1; length <= NEG_JPEGLL_LENGTH_MAX; length++, code <<= 1) {
    table->offset[length] = (gint32) n - (gint32) code;
    for (guint i = 0; i < counts[length - 1]; i++, n++, code++) {
      if (code + 1 >= 1u << length || table->categories[n] > NEG_JPEGLL_CATEGORY_MAX)
        return FALSE;
      if (length <= NEG_JPEGLL_LOOKUP_BITS && table->categories[n] < NEG_JPEGLL_CATEGORY_MAX)
        table_enter (table, code, length, table->categories[n]);
    }
    table->max_code[length] = counts[length - 1] > 0 ? (gint32) code - 1 : -1;
  }
  return n > 0;
}

/* --- bits --- */

/* 56 bits or more. */
static inline void
refill (NegJpegllReader *reader)
{
  guint64 word;

  memcpy (&word, reader->next, sizeof word);
  reader->bits |= GUINT64_FROM_BE (word) >> reader->n;
  reader->next += (63 - reader->n) >> 3;
  reader->n |= 56;
}

static inline void
skip (NegJpegllReader *reader, guint n)
{
  reader->bits <<= n;
  reader->n -= n;
}

/* The difference that @entry is for (F.2.2.1; H.1.2.2): without a branch, as its sign is anybody's guess. */
static inline guint16
extend (guint64 bits, NegJpegllEntry entry)
{
  const guint64 extra = bits << entry.length;
  const guint category = entry.used - entry.length;
  const gint base = entry.base & ~(gint) ((gint64) extra >> 63);

  return (guint16) ((gint) (extra >> 1 >> (63 - category)) + base);
}

/* Any code; leaves as many bits as a refill. */
static guint16
read_long (NegJpegllReader *reader, const NegJpegllTable *table)
{
  refill (reader);
  for (guint length = 1; length <= NEG_JPEGLL_LENGTH_MAX; length++) {
    const gint32 code = (gint32) (reader->bits >> (64 - length));
    guint category;
    guint16 difference;

    if (code > table->max_code[length])
      continue;
    category = table->categories[code + table->offset[length]];
    if (category == NEG_JPEGLL_CATEGORY_MAX) { /* no bits follow (table H.2) */
      skip (reader, length);
      refill (reader);
      return 32768;
    }
    difference = extend (reader->bits, (NegJpegllEntry){ length + category, length, 1 - (1 << category) });
    skip (reader, length + category);
    refill (reader);
    return difference;
  }
  reader->is_bad = TRUE;
  return 0;
}

/* Needs NEG_JPEGLL_LOOKUP_BITS + 15 bits: there are enough for two after a refill. */
static inline guint16
read_difference (NegJpegllReader *reader, const NegJpegllTable *table)
{
  const NegJpegllEntry entry = table->entries[reader->bits >> (64 - NEG_JPEGLL_LOOKUP_BITS)];
  guint16 difference;

  if (G_UNLIKELY (entry.used == 0)) {
    NegJpegllReader copy = *reader; /* so that the reader itself can stay in registers */

    difference = read_long (&copy, table);
    *reader = copy;
    return difference;
  }
  difference = extend (reader->bits, entry);
  skip (reader, entry.used);
  return difference;
}

void
neg_jpegll_read_row (NegJpegllReader *shared, const NegJpegllTable *table, guint16 *to, guint n, guint a, guint mask)
{
  NegJpegllReader reader = *shared;
  guint i = 0;

  for (; i + 1 < n; i += 2) {
    refill (&reader);
    to[i] = (guint16) (a = (a & mask) + read_difference (&reader, table));
    to[i + 1] = (guint16) (a = (a & mask) + read_difference (&reader, table));
  }
  refill (&reader);
  if (i < n)
    to[i] = (guint16) ((a & mask) + read_difference (&reader, table));
  *shared = reader;
}

/* One sample of each component in turn (A.2.3). */
void
neg_jpegll_read_pixels (NegJpegllReader *shared, const NegJpegllTable *const *tables, guint16 *const *to,
                        guint n_components, guint n)
{
  NegJpegllReader reader = *shared;

  for (guint x = 0; x < n; x++)
    for (guint i = 0; i < n_components; i++) {
      refill (&reader);
      to[i][x] = read_difference (&reader, tables[i]);
    }
  *shared = reader;
}

/* --- prediction (H.1.2.1) --- */

/* @a is left of the sample, @b above, @c above left; outside the first column. */
#define PREDICT(prediction)                                                                                            \
  for (guint x = 1; x < n; x++) {                                                                                      \
    const gint b = row[x];                                                                                             \
                                                                                                                       \
    a = (guint16) ((prediction) + differences[x]);                                                                     \
    c = b;                                                                                                             \
    row[x] = (guint16) a;                                                                                              \
  }

void
neg_jpegll_predict_row (guint predictor, const guint16 *restrict differences, guint16 *restrict row, guint n)
{
  gint c = row[0], a = (guint16) (c + differences[0]); /* the first column is predicted from above */

  row[0] = (guint16) a;
  switch (predictor) {
  case 1:
    for (guint x = 1; x < n; x++)
      row[x] = (guint16) (a += differences[x]);
    break;
  case 2:
    for (guint x = 1; x < n; x++)
      row[x] = (guint16) (row[x] + differences[x]);
    break;
  case 3:
    PREDICT (c)
    break;
  case 4:
    PREDICT (a + b - c)
    break;
  case 5:
    PREDICT (a + ((b - c) >> 1))
    break;
  case 6:
    PREDICT (b + ((a - c) >> 1))
    break;
  default:
    PREDICT ((a + b) >> 1)
    break;
  }
}

void
neg_jpegll_predict_first_row (guint initial, const guint16 *restrict differences, guint16 *restrict row, guint n)
{
  guint a = initial;

  for (guint x = 0; x < n; x++)
    row[x] = (guint16) (a += differences[x]);
}
