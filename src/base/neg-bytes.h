/* Checked reading and writing of little-endian bytes: the one place where a length is compared with what is there.
 *
 * A reader latches its first failure: after it every read gives 0 or NULL, so a parser may read a whole record and
 * ask once. Nothing here aborts on any input. Thread: a reader or writer belongs to one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const guint8 *data; /* borrowed */
  gsize length;
  gsize position;
  gboolean failed;
} NegReader;

void neg_reader_init (NegReader *reader, const void *data, gsize length);
guint8 neg_reader_u8 (NegReader *reader);
guint16 neg_reader_u16 (NegReader *reader);
guint32 neg_reader_u32 (NegReader *reader);
guint64 neg_reader_u64 (NegReader *reader);
double neg_reader_double (NegReader *reader);

/* Borrowed from the reader's data; NULL when fewer than @length bytes remain. */
const guint8 *neg_reader_bytes (NegReader *reader, gsize length);

/* A u32 length and that many bytes of valid UTF-8 without NUL; G_MAXUINT32 is NULL. Given; NULL also on failure. */
char *neg_reader_string (NegReader *reader);

/* A u32 count of records of at least @bytes_each bytes; fails when they cannot all be there. */
guint32 neg_reader_count (NegReader *reader, gsize bytes_each);

gsize neg_reader_remaining (const NegReader *reader);

/* TRUE when nothing failed and every byte was read. */
gboolean neg_reader_finished (const NegReader *reader);

void neg_write_u8 (GByteArray *array, guint8 value);
void neg_write_u16 (GByteArray *array, guint16 value);
void neg_write_u32 (GByteArray *array, guint32 value);
void neg_write_u64 (GByteArray *array, guint64 value);
void neg_write_double (GByteArray *array, double value);
void neg_write_string (GByteArray *array, const char *text); /* nullable */

G_END_DECLS
