/* Escape sequences, both ways. */
#include "config.h"

#include <string.h>

#include "hl7/neg-hl7-charset.h"
#include "hl7/neg-hl7-value.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define N_SPACES_MAX 99

typedef struct {
  GString *text;
  GByteArray *bytes; /* of hexadecimal escapes one behind the other: a character may need several */
  const NegHl7Delimiters *delimiters;
  const char *charset;
} Unescape;

static void
append_bytes (GString *text, const char *data, gsize length)
{
  while (length > 0) {
    const char *nul = memchr (data, '\0', length);
    gsize n = nul != NULL ? (gsize) (nul - data) : length;

    g_string_append_len (text, data, n);
    data += n;
    length -= n;
    if (nul != NULL) {
      g_string_append (text, REPLACEMENT);
      data++;
      length--;
    }
  }
}

static void
flush_hex (Unescape *unescape)
{
  g_autofree char *utf8 = NULL;
  gsize length;

  if (unescape->bytes->len == 0)
    return;
  utf8 = neg_hl7_charset_convert (unescape->charset, (const char *) unescape->bytes->data, unescape->bytes->len,
                                  &length, NULL, NULL);
  if (utf8 != NULL)
    append_bytes (unescape->text, utf8, length);
  else
    g_string_append (unescape->text, REPLACEMENT);
  g_byte_array_set_size (unescape->bytes, 0);
}

static gboolean
all_hex (const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (data[i]))
      return FALSE;
  return TRUE;
}

static gboolean
add_hex (Unescape *unescape, const char *digits, gsize length)
{
  if (length == 0 || length % 2 != 0 || !all_hex (digits, length))
    return FALSE;
  for (gsize i = 0; i < length; i += 2) {
    guint8 byte = g_ascii_xdigit_value (digits[i]) << 4 | g_ascii_xdigit_value (digits[i + 1]);

    g_byte_array_append (unescape->bytes, &byte, 1);
  }
  return TRUE;
}

/* The number of a formatting command, 1 where there is none; -1 where it is something else. */
static int
read_count (const char *data, gsize length)
{
  int n = 0;

  for (; length > 0 && (*data == ' ' || *data == '+' || *data == '-'); length--)
    data++;
  if (length == 0)
    return 1;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (data[i]))
      return -1;
    n = MIN (n * 10 + (data[i] - '0'), N_SPACES_MAX);
  }
  return n;
}

/* .br and its like; what has no place in plain text adds nothing. */
static gboolean
add_format (Unescape *unescape, const char *data, gsize length)
{
  static const struct {
    char name[4];
    const char *text;
  } commands[] = { { ".br", "\n" }, { ".ce", "\n" }, { ".sp", "\n" }, { ".sk", " " },
                   { ".fi", "" },   { ".nf", "" },   { ".in", "" },   { ".ti", "" } };
  int n = length < 3 ? -1 : read_count (data + 3, length - 3);

  for (guint i = 0; n >= 0 && i < G_N_ELEMENTS (commands); i++) {
    if (memcmp (data, commands[i].name, 3) != 0)
      continue;
    flush_hex (unescape);
    for (int j = 0; j < n; j++)
      g_string_append (unescape->text, commands[i].text);
    return TRUE;
  }
  return FALSE;
}

/* What is carried on as it was written, with its escape characters: other character sets, local ones, formats. */
static gboolean
passes_through (const char *data, gsize length)
{
  return (data[0] == 'C' && length == 5 && all_hex (data + 1, 4))
         || (data[0] == 'M' && (length == 5 || length == 7) && all_hex (data + 1, length - 1))
         || (data[0] == 'Z' && length > 1 && memchr (data, ' ', length) == NULL)
         || (data[0] == '.' && length >= 3 && g_ascii_islower (data[1]) && g_ascii_islower (data[2]));
}

static char
get_delimiter (const Unescape *unescape, char letter)
{
  NegHl7Delimiters complete = *unescape->delimiters;

  neg_hl7_delimiters_complete (&complete);
  switch (letter) {
  case 'F':
    return complete.field;
  case 'S':
    return complete.component;
  case 'T':
    return complete.subcomponent;
  case 'R':
    return complete.repetition;
  case 'E':
    return complete.escape;
  case 'P':
    return complete.truncation != '\0' ? complete.truncation : '#';
  default:
    return '\0';
  }
}

/* @data: what is between two escape characters. FALSE when that means nothing. */
static gboolean
add_sequence (Unescape *unescape, const char *data, gsize length)
{
  if (length == 0)
    return FALSE;
  if (data[0] == 'X')
    return add_hex (unescape, data + 1, length - 1);
  if (data[0] == '.' && add_format (unescape, data, length))
    return TRUE;
  if (length == 1 && (data[0] == 'H' || data[0] == 'N'))
    return TRUE;
  if (length == 1 && get_delimiter (unescape, data[0]) != '\0') {
    flush_hex (unescape);
    g_string_append_c (unescape->text, get_delimiter (unescape, data[0]));
    return TRUE;
  }
  if (passes_through (data, length)) {
    flush_hex (unescape);
    append_bytes (unescape->text, data - 1, length + 2);
    return TRUE;
  }
  return FALSE;
}

char *
neg_hl7_value_dup_text (NegHl7Value value, const NegHl7Delimiters *delimiters, const char *charset)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Unescape unescape = { g_string_new (NULL), bytes, delimiters, charset };
  const char *p = value.data;
  const char *end = p != NULL ? p + value.length : NULL;

  while (p < end) {
    const char *escape = delimiters->escape != '\0' ? memchr (p, delimiters->escape, end - p) : NULL;
    const char *close = escape != NULL && escape + 1 < end ? memchr (escape + 1, *escape, end - escape - 1) : NULL;
    const char *plain_end = close != NULL ? escape : end;

    if (plain_end > p) {
      flush_hex (&unescape);
      append_bytes (unescape.text, p, plain_end - p);
    }
    if (close == NULL)
      break;
    if (add_sequence (&unescape, escape + 1, close - escape - 1)) {
      p = close + 1;
    } else {
      flush_hex (&unescape);
      g_string_append_c (unescape.text, *escape);
      p = escape + 1;
    }
  }
  flush_hex (&unescape);
  return g_string_free (unescape.text, FALSE);
}

static char
get_escape_letter (char c, const NegHl7Delimiters *delimiters)
{
  if (c == delimiters->field)
    return 'F';
  if (c == delimiters->component)
    return 'S';
  if (c == delimiters->subcomponent)
    return 'T';
  if (c == delimiters->repetition)
    return 'R';
  if (c == delimiters->escape)
    return 'E';
  return c == delimiters->truncation ? 'P' : '\0';
}

static void
append_hex (GString *target, const char *bytes, gsize length, char escape)
{
  g_string_append_c (target, escape);
  g_string_append_c (target, 'X');
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (target, "%02X", (guint8) bytes[i]);
  g_string_append_c (target, escape);
}

void
neg_hl7_escape (GString *target, const char *text, const NegHl7Delimiters *delimiters)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *next;

  /* Written as it is it would say: delete. */
  if (strcmp (valid, "\"\"") == 0) {
    append_hex (target, "\"\"", 2, delimiters->escape);
    return;
  }
  for (const char *p = valid; *p != '\0'; p = next) {
    gunichar c = g_utf8_get_char (p);
    char letter = c < 0x80 ? get_escape_letter ((char) c, delimiters) : '\0';

    next = g_utf8_next_char (p);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      append_hex (target, p, next - p, delimiters->escape);
    } else if (letter != '\0') {
      g_string_append_c (target, delimiters->escape);
      g_string_append_c (target, letter);
      g_string_append_c (target, delimiters->escape);
    } else {
      g_string_append_len (target, p, next - p);
    }
  }
}
