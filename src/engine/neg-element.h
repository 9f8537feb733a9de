/* One data element's tag, VR and length (PS3.5 7.1), as written in one of the four encodings, and the guess which one
 * it is. Internal to the scanner. Thread: any. */
#pragma once

#include "engine/neg-source.h"

G_BEGIN_DECLS

#define NEG_TAG_ITEM 0xFFFEE000u
#define NEG_TAG_ITEM_END 0xFFFEE00Du
#define NEG_TAG_SEQUENCE_END 0xFFFEE0DDu
#define NEG_LENGTH_UNDEFINED 0xFFFFFFFFu

typedef struct {
  gboolean implicit_vr, big_endian;
} NegEncoding;

typedef struct {
  guint32 tag;
  char vr[3]; /* "" where none is written */
  guint32 length;
  guint64 start, value; /* offsets in the source */
} NegElement;

/* The header at @offset. Fails with NEG_ERROR_TRUNCATED when it does not end before @end; the value may reach beyond.
 * A VR that no edition knows has a length of four bytes if it is two capitals, else of two: as DCMTK reads it. */
gboolean neg_element_read (NegSource *source, guint64 offset, guint64 end, NegEncoding encoding,
                           NegElement *element, GError **error);

/* PS3.5 7.1.2: a length of four bytes behind two reserved ones. */
gboolean neg_element_vr_is_long (const char *vr);

gboolean neg_element_fits (const NegElement *element, guint64 end);

/* TRUE for 4 bytes that are an item's tag. */
gboolean neg_element_is_item_tag (const guint8 *bytes, gboolean big_endian);

/* An unsigned number of @length (2, 4 or 8) bytes. */
guint64 neg_element_decode_number (const guint8 *bytes, gsize length, gboolean big_endian);

/* How many of the next @most elements look like the beginning of a data set in @encoding: ascending tags, known VRs,
 * lengths that fit. -1 as soon as one does not. */
int neg_encoding_probe (NegSource *source, guint64 offset, NegEncoding encoding, int most);

/* The best encoding of the data set at @offset that gives at least @least elements (fewer when the object ends
 * earlier). */
gboolean neg_encoding_guess (NegSource *source, guint64 offset, int least, NegEncoding *encoding);

/* Sets *@error and its "where" to "(gggg,eeee) offset N". Returns FALSE. */
gboolean neg_element_fail (GError **error, int code, guint32 tag, guint64 offset, const char *message);

G_END_DECLS
