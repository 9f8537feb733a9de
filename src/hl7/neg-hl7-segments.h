/* Cuts a body into segments, without copies.
 *
 * Where there is a CR anywhere, a CR ends a segment, a line feed behind it is dropped, and a bare line feed is data.
 * Where there is none, a line feed ends a segment only before what begins one (capital letter, two capitals or digits,
 * field separator; or a header with separators of its own), or at the end; and what begins with two slashes, or slash
 * and star, behind a blank line, up to the next header or the end, is a remark of whoever keeps messages in files. Empty
 * segments are left out.
 * Thread: one at a time. */
#pragma once

#include "hl7/neg-hl7-value.h"

G_BEGIN_DECLS

typedef struct {
  const char *data; /* borrowed */
  gsize length;
  gsize position; /* where the next segment is looked for */
  char field;
  gboolean by_cr;
  guint n_remarks; /* that were left out */
} NegHl7Segments;

/* What may stand before the first segment: CR, LF, NUL, and a UTF-8 byte order mark. */
gsize neg_hl7_segments_get_start (const char *data, gsize length, gboolean *has_bom);

/* Text of 16 bits per character, which MLLP cannot carry. */
gboolean neg_hl7_segments_is_utf16 (const char *data, gsize length);

/* Where the first line that is a header begins, @length when there is none. */
gsize neg_hl7_segments_find_header (const char *data, gsize length);

/* @data: what follows that; its fourth byte is the field separator. */
void neg_hl7_segments_init (NegHl7Segments *segments, const char *data, gsize length);
gboolean neg_hl7_segments_next (NegHl7Segments *segments, NegHl7Value *segment);

G_END_DECLS
