#include "config.h"

#include "base/neg-bytes.h"

#include <string.h>

void
neg_reader_init (NegReader *reader, const void *data, gsize length)
{
  *reader = (NegReader){ .data = data, .length = length };
}

gsize
neg_reader_remaining (const NegReader *reader)
{
  return reader->failed ? 0 : reader->length - reader->position;
}

gboolean
neg_reader_finished (const NegReader *reader)
{
  return !reader->failed && reader->position == reader->length;
}

const guint8 *
neg_reader_bytes (NegReader *reader, gsize length)
{
  const guint8 *bytes;

  if (reader->failed || length > reader->length - reader->position) {
    reader->failed = TRUE;
    return NULL;
  }
  bytes = reader->data + reader->position;
  reader->position += length;
  return bytes;
}

guint8
neg_reader_u8 (NegReader *reader)
{
  const guint8 *bytes = neg_reader_bytes (reader, 1);

  return bytes ? bytes[0] : 0;
}

guint16
neg_reader_u16 (NegReader *reader)
{
  const guint8 *bytes = neg_reader_bytes (reader, 2);
  guint16 value = 0;

  if (bytes)
    memcpy (&value, bytes, sizeof value);
  return GUINT16_FROM_LE (value);
}

guint32
neg_reader_u32 (NegReader *reader)
{
  const guint8 *bytes = neg_reader_bytes (reader, 4);
  guint32 value = 0;

  if (bytes)
    memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value);
}

guint64
neg_reader_u64 (NegReader *reader)
{
  const guint8 *bytes = neg_reader_bytes (reader, 8);
  guint64 value = 0;

  if (bytes)
    memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_LE (value);
}

double
neg_reader_double (NegReader *reader)
{
  guint64 bits = neg_reader_u64 (reader);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

char *
neg_reader_string (NegReader *reader)
{
  guint32 length = neg_reader_u32 (reader);
  const guint8 *bytes;

  if (length == G_MAXUINT32 || reader->failed)
    return NULL;
  bytes = neg_reader_bytes (reader, length);
  if (bytes == NULL)
    return NULL;
  if (!g_utf8_validate_len ((const char *) bytes, length, NULL)) {
    reader->failed = TRUE;
    return NULL;
  }
  return g_strndup ((const char *) bytes, length);
}

guint32
neg_reader_count (NegReader *reader, gsize bytes_each)
{
  guint32 count = neg_reader_u32 (reader);

  if (count > neg_reader_remaining (reader) / MAX (bytes_each, 1)) {
    reader->failed = TRUE;
    return 0;
  }
  return count;
}

void
neg_write_u8 (GByteArray *array, guint8 value)
{
  g_byte_array_append (array, &value, 1);
}

void
neg_write_u16 (GByteArray *array, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (array, (const guint8 *) &value, sizeof value);
}

void
neg_write_u32 (GByteArray *array, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (array, (const guint8 *) &value, sizeof value);
}

void
neg_write_u64 (GByteArray *array, guint64 value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (array, (const guint8 *) &value, sizeof value);
}

void
neg_write_double (GByteArray *array, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  neg_write_u64 (array, bits);
}

void
neg_write_string (GByteArray *array, const char *text)
{
  gsize length = text ? strlen (text) : 0;

  if (text == NULL) {
    neg_write_u32 (array, G_MAXUINT32);
    return;
  }
  g_return_if_fail (length < G_MAXUINT32);
  neg_write_u32 (array, length);
  g_byte_array_append (array, (const guint8 *) text, length);
}
