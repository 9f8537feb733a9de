#include "config.h"

#include "engine/neg-record-private.h"

#include <math.h>
#include <string.h>

/* What is longer is cut to NEG_RECORD_TEXT_BYTES_MAX once it is decoded. */
#define VALUE_BYTES_MAX 4096

/* A value of the printable part of ASCII is itself in every character set but one, whose backslash is a yen sign. */
static gboolean
is_plain (const guint8 *bytes, gsize length, gboolean is_code)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] < 0x20 || bytes[i] > 0x7E || (!is_code && (bytes[i] == '\\' || bytes[i] == '~')))
      return FALSE;
  return TRUE;
}

static char *
decode_text (const guint8 *bytes, gsize length, NegText *text, NegRecordKind kind)
{
  char *decoded;

  while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'
                        || (kind == NEG_KIND_NAME && bytes[length - 1] == '=')))
    length--;
  if (!is_plain (bytes, length, kind == NEG_KIND_CODE))
    decoded = neg_text_decode (text, bytes, length, kind == NEG_KIND_NAME);
  else
    decoded = g_strndup ((const char *) bytes, length);
  return g_strstrip (decoded);
}

static char *
decode_integer (const guint8 *bytes, gsize length, gboolean big_endian, gboolean is_signed)
{
  guint64 number;

  if (length != 2 && length != 4)
    return NULL;
  number = neg_element_decode_number (bytes, length, big_endian);
  if (is_signed)
    return g_strdup_printf ("%d", length == 2 ? (gint16) number : (gint32) number);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

/* With as few digits as give the same number again. */
static char *
format_double (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  static const char *const formats[] = { "%.6g", "%.9g", "%.15g", "%.17g" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_ascii_formatd (text, sizeof text, formats[i], number);
    if (g_ascii_strtod (text, NULL) == number)
      break;
  }
  return g_strdup (text);
}

static char *
decode_double (const guint8 *bytes, gsize length, gboolean big_endian)
{
  guint64 bits;
  guint32 half;
  double number;
  float single;

  if (length != 8 && length != 4)
    return NULL;
  bits = neg_element_decode_number (bytes, length, big_endian);
  half = (guint32) bits;
  memcpy (&number, &bits, sizeof number);
  memcpy (&single, &half, sizeof single);
  if (length == 4)
    number = (double) single;
  return isfinite (number) ? format_double (number) : NULL;
}

/* Numbers are written as text, too (a private dialect, or what a gateway made of them). */
static gboolean
is_text (const NegRecordValue *value, NegRecordKind kind)
{
  return kind == NEG_KIND_CODE || kind == NEG_KIND_TEXT || kind == NEG_KIND_NAME || strcmp (value->vr, "IS") == 0
         || strcmp (value->vr, "DS") == 0;
}

char *
neg_record_decode (NegSource *source, NegEncoding encoding, const NegRecordValue *value, NegRecordKind kind,
                   NegText *text, gboolean *has_warnings)
{
  gsize length = MIN (value->length, VALUE_BYTES_MAX);
  const guint8 *bytes = length > 0 ? neg_source_peek (source, value->offset, length, NULL) : NULL;
  char *decoded;

  if (bytes == NULL)
    return NULL;
  *has_warnings |= length < value->length;
  if (is_text (value, kind))
    return decode_text (bytes, length, text, kind);
  if (kind == NEG_KIND_DOUBLE)
    decoded = decode_double (bytes, length, encoding.big_endian);
  else
    decoded = decode_integer (bytes, length, encoding.big_endian, kind == NEG_KIND_SIGNED);
  *has_warnings |= decoded == NULL;
  return decoded;
}
