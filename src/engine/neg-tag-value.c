#include "config.h"

#include "engine/neg-tag-value.h"

#include <string.h>

#include "base/neg-utf8.h"
#include "engine/neg-element.h"
#include "wire/neg-tags.h"

#define NUMBER_BYTES_MAX 40

typedef enum {
  FORM_BULK,
  FORM_CODE, /* of the default repertoire */
  FORM_TEXT,
  FORM_NAME,
  FORM_UNKNOWN,
  FORM_UNSIGNED,
  FORM_SIGNED,
  FORM_FLOAT,
  FORM_DOUBLE,
  FORM_TAG,
} Form;

static const struct {
  char vr[3];
  Form form;
  guint bytes; /* of a number */
} forms[] = {
  { "AE", FORM_CODE },        { "AS", FORM_CODE },        { "AT", FORM_TAG, 4 },      { "CS", FORM_CODE },
  { "DA", FORM_CODE },        { "DS", FORM_CODE },        { "DT", FORM_CODE },        { "FD", FORM_DOUBLE, 8 },
  { "FL", FORM_FLOAT, 4 },    { "IS", FORM_CODE },        { "LO", FORM_TEXT },        { "LT", FORM_TEXT },
  { "PN", FORM_NAME },        { "SH", FORM_TEXT },        { "SL", FORM_SIGNED, 4 },   { "SS", FORM_SIGNED, 2 },
  { "ST", FORM_TEXT },        { "SV", FORM_SIGNED, 8 },   { "TM", FORM_CODE },        { "UC", FORM_TEXT },
  { "UI", FORM_CODE },        { "UL", FORM_UNSIGNED, 4 }, { "UN", FORM_UNKNOWN },     { "UR", FORM_CODE },
  { "US", FORM_UNSIGNED, 2 }, { "UT", FORM_TEXT },        { "UV", FORM_UNSIGNED, 8 }, { "??", FORM_UNKNOWN },
};

/* What says nothing of itself is text when all of it can be printed. */
static gboolean
is_printable (const NegTagBytes *value)
{
  gsize length = value->length;

  while (length > 0 && (value->bytes[length - 1] == ' ' || value->bytes[length - 1] == '\0'))
    length--;
  for (gsize i = 0; i < length; i++)
    if ((value->bytes[i] < 0x20 || value->bytes[i] > 0x7E) && !strchr ("\t\n\f\r", value->bytes[i]))
      return FALSE;
  return length > 0 && memchr (value->bytes, '\0', length) == NULL;
}

/* The shortest decimal that gives the same number again. */
static void
print_real (double number, gboolean is_single, char *text)
{
  for (int digits = is_single ? 6 : 15; digits <= (is_single ? 9 : 17); digits++) {
    char format[8];
    double back;

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (text, NUMBER_BYTES_MAX, format, number);
    back = g_ascii_strtod (text, NULL);
    if (is_single ? (float) back == (float) number : back == number)
      return;
  }
}

static gint64
sign_extend (guint64 bits, guint bytes)
{
  const guint shift = 64 - 8 * bytes;

  return (gint64) (bits << shift) >> shift;
}

static void
print_number (const guint8 *bytes, Form form, guint n_bytes, gboolean big_endian, char *text)
{
  const guint64 bits = neg_element_decode_number (bytes, n_bytes, big_endian);
  const guint32 low_bits = bits;
  float single;
  double number;

  switch (form) {
  case FORM_SIGNED:
    g_snprintf (text, NUMBER_BYTES_MAX, "%" G_GINT64_FORMAT, sign_extend (bits, n_bytes));
    break;
  case FORM_FLOAT:
    memcpy (&single, &low_bits, sizeof single);
    print_real (single, TRUE, text);
    break;
  case FORM_DOUBLE:
    memcpy (&number, &bits, sizeof number);
    print_real (number, FALSE, text);
    break;
  case FORM_TAG:
    g_snprintf (text, NUMBER_BYTES_MAX, "(%04X,%04X)", (guint) neg_element_decode_number (bytes, 2, big_endian),
                (guint) neg_element_decode_number (bytes + 2, 2, big_endian));
    break;
  default:
    g_snprintf (text, NUMBER_BYTES_MAX, "%" G_GUINT64_FORMAT, bits);
  }
}

static char *
numbers_to_text (const NegTagBytes *value, Form form, guint n_bytes, gboolean *has_more)
{
  GString *joined = g_string_new (NULL);

  *has_more = value->is_cut;
  for (gsize i = 0; n_bytes > 0 && value->length - i >= n_bytes; i += n_bytes) {
    char text[NUMBER_BYTES_MAX] = "";

    print_number (value->bytes + i, form, n_bytes, value->big_endian, text);
    if (joined->len + strlen (text) + 1 > NEG_TAGS_VALUE_BYTES_MAX) {
      *has_more = TRUE;
      break;
    }
    if (i > 0)
      g_string_append_c (joined, '\\');
    g_string_append (joined, text);
  }
  return g_string_free (joined, FALSE);
}

static char *
decode (const NegTagBytes *value, NegText *text, gboolean is_name, gboolean *has_more)
{
  char *decoded = neg_text_decode (text, value->bytes, value->length, is_name);

  *has_more = neg_utf8_cut (decoded, NEG_TAGS_VALUE_BYTES_MAX) || value->is_cut;
  return decoded;
}

char *
neg_tag_value_to_text (const NegTagBytes *value, const char *vr, NegText *text, NegText *plain, gboolean *has_more)
{
  Form form = FORM_BULK;
  guint n_bytes = 0;

  *has_more = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (forms[i].vr, vr) == 0) {
      form = forms[i].form;
      n_bytes = forms[i].bytes;
    }
  switch (form) {
  case FORM_BULK:
    return g_strdup ("");
  case FORM_UNKNOWN:
    return is_printable (value) ? decode (value, plain, FALSE, has_more) : g_strdup ("");
  case FORM_CODE:
    return decode (value, plain, FALSE, has_more);
  case FORM_TEXT:
  case FORM_NAME:
    return decode (value, text, form == FORM_NAME, has_more);
  default:
    return numbers_to_text (value, form, n_bytes, has_more);
  }
}

/* A word begins at a capital behind a small letter or digit, and at the last of several capitals before a small one. */
static gboolean
begins_word (const char *keyword, gsize i)
{
  if (i == 0 || !g_ascii_isupper (keyword[i]))
    return FALSE;
  return !g_ascii_isupper (keyword[i - 1])
         || (g_ascii_islower (keyword[i + 1]) && !(keyword[i + 1] == 's' && !g_ascii_islower (keyword[i + 2])));
}

char *
neg_tag_name_from_keyword (const char *keyword)
{
  GString *name = g_string_new (NULL);

  if (strcmp (keyword, "CTDIvol") == 0)
    return g_string_free (g_string_assign (name, keyword), FALSE);
  if (g_str_has_prefix (keyword, "VOILUT")) {
    g_string_append (name, "VOI ");
    keyword += 3;
  }
  for (gsize i = 0; keyword[i] != '\0'; i++) {
    if (begins_word (keyword, i))
      g_string_append_c (name, ' ');
    g_string_append_c (name, keyword[i]);
  }
  return g_string_free (name, FALSE);
}
