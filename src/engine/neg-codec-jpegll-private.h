/* Lossless JPEG, row by row: Huffman codes to differences, differences to samples, all modulo 2^16 (10918-1 H.1.2).
 * Knows of no markers and no end: whoever calls puts zeros behind the bytes, and looks afterwards how far it came.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_JPEGLL_LENGTH_MAX 16      /* of a code, in bits */
#define NEG_JPEGLL_CATEGORY_MAX 16    /* table H.2 */
#define NEG_JPEGLL_LOOKUP_BITS 11     /* a longer code is one sample in thousands */
#define NEG_JPEGLL_SAMPLE_BYTES_MAX 4 /* a code of 16 bits and 15 more */
#define NEG_JPEGLL_REFILL_BYTES 16    /* read beyond what was used */

/* What the first NEG_JPEGLL_LOOKUP_BITS bits mean. @used 0: a longer code, category 16, or none at all. */
typedef struct {
  guint8 used;   /* bits of code and difference together */
  guint8 length; /* of the code */
  gint16 base;   /* added to a difference whose first bit is 0 (F.2.2.1, EXTEND) */
} NegJpegllEntry;

typedef struct {
  NegJpegllEntry entries[1 << NEG_JPEGLL_LOOKUP_BITS];
  gint32 max_code[NEG_JPEGLL_LENGTH_MAX + 1]; /* F.2.2.3; -1 without codes of this length */
  gint32 offset[NEG_JPEGLL_LENGTH_MAX + 1];   /* of a code's category in @categories, less the code */
  guint8 categories[256];
  gboolean is_valid; /* for the owner */
} NegJpegllTable;

/* @bits: @n bits not used yet, from the top; those below are the same as at @next, or 0. */
typedef struct {
  guint64 bits;
  guint n;
  const guint8 *next;
  gboolean is_bad; /* a code that is none */
} NegJpegllReader;

/* From the 16 counts of codes by their length; @categories are there. FALSE when they are no code, or none for
 * differences. */
gboolean neg_jpegll_table_build (NegJpegllTable *table, const guint8 *counts);

/* The next @n differences of one component. @mask 0xFFFF: not they, but their sums from @a on. */
void neg_jpegll_read_row (NegJpegllReader *reader, const NegJpegllTable *table, guint16 *to, guint n, guint a,
                          guint mask);
/* ... of several. */
void neg_jpegll_read_pixels (NegJpegllReader *reader, const NegJpegllTable *const *tables, guint16 *const *to,
                             guint n_components, guint n);

/* @row becomes the one below it, by predictor 1 to 7. */
void neg_jpegll_predict_row (guint predictor, const guint16 *restrict differences, guint16 *restrict row, guint n);
/* ... the first one, which begins after a sample of @initial. */
void neg_jpegll_predict_first_row (guint initial, const guint16 *restrict differences, guint16 *restrict row, guint n);

G_END_DECLS
