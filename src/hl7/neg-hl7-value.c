#include "config.h"

#include "hl7/neg-hl7-value.h"

#include <string.h>

#include "base/neg-error.h"

#define HEADER_NAME_BYTES 3
#define N_ENCODING_MAX 5
#define N_ENCODING 4

const NegHl7Delimiters neg_hl7_default_delimiters = { '|', '^', '~', '\\', '&', '\0' };

NegHl7Presence
neg_hl7_value_get_presence (NegHl7Value value)
{
  if (value.length == 0)
    return NEG_HL7_ABSENT;
  return neg_hl7_value_equals (value, "\"\"") ? NEG_HL7_NULL : NEG_HL7_PRESENT;
}

gboolean
neg_hl7_value_equals (NegHl7Value value, const char *text)
{
  gsize length = strlen (text);

  return value.length == length && (length == 0 || memcmp (value.data, text, length) == 0);
}

/* A quotation mark would make "" (delete this) unsayable. */
static gboolean
is_delimiter (char c)
{
  return g_ascii_ispunct (c) && c != '"';
}

gboolean
neg_hl7_value_is_header (NegHl7Value value)
{
  static const char names[][HEADER_NAME_BYTES + 1] = { "MSH", "BHS", "FHS" };

  if (value.length < HEADER_NAME_BYTES + 2 || !is_delimiter (value.data[3]) || !is_delimiter (value.data[4]))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (memcmp (value.data, names[i], HEADER_NAME_BYTES) == 0)
      return TRUE;
  return FALSE;
}

gboolean
neg_hl7_delimiters_read (NegHl7Delimiters *delimiters, NegHl7Value header, GError **error)
{
  char all[1 + N_ENCODING_MAX + 1] = { 0 };
  NegHl7Value encoding = { NULL, 0 };
  NegHl7Value rest;

  if (header.length <= HEADER_NAME_BYTES || !is_delimiter (header.data[HEADER_NAME_BYTES]))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "MSH-1, byte 4", "no field separator");
  rest = (NegHl7Value) { header.data + HEADER_NAME_BYTES + 1, header.length - HEADER_NAME_BYTES - 1 };
  neg_hl7_value_split (&rest, header.data[HEADER_NAME_BYTES], &encoding);
  if (encoding.length == 0 || encoding.length > N_ENCODING_MAX)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "MSH-2, byte 5", "%" G_GSIZE_FORMAT " encoding characters",
                     encoding.length);
  all[0] = header.data[HEADER_NAME_BYTES];
  memcpy (all + 1, encoding.data, encoding.length);
  if (encoding.length == N_ENCODING_MAX && all[3] == all[4]) {
    all[4] = all[5];
    all[5] = '\0';
    encoding.length = N_ENCODING;
  }
  for (gsize i = 1; i <= encoding.length; i++) {
    if (!is_delimiter (all[i]) || memchr (all, all[i], i) != NULL)
      return neg_fail (error, NEG_ERROR_INCONSISTENT, "MSH-2, byte 5",
                       "encoding character %" G_GSIZE_FORMAT " cannot be one", i);
  }
  *delimiters = (NegHl7Delimiters) { all[0], all[1], all[2], all[3], all[4], all[5] };
  return TRUE;
}

void
neg_hl7_delimiters_complete (NegHl7Delimiters *delimiters)
{
  char *const members[] = { &delimiters->field,  &delimiters->component,    &delimiters->repetition,
                            &delimiters->escape, &delimiters->subcomponent, &delimiters->truncation };
  /* Each in its own place first, then others: more than are ever taken. */
  static const char usual[] = "|^~\\&";
  static const char spare[] = "|^~\\&$%!@*;";

  for (guint i = 0; i <= N_ENCODING; i++) {
    const char *choice = spare;

    if (*members[i] != '\0')
      continue;
    *members[i] = usual[i];
    for (guint j = 0; j < G_N_ELEMENTS (members); j++) {
      if (j != i && *members[j] == *members[i]) {
        *members[i] = *choice++;
        j = G_MAXUINT; /* from the first again */
      }
    }
  }
}

gboolean
neg_hl7_value_split (NegHl7Value *rest, char delimiter, NegHl7Value *part)
{
  const char *end;

  if (rest->data == NULL)
    return FALSE;
  end = delimiter != '\0' && rest->length > 0 ? memchr (rest->data, delimiter, rest->length) : NULL;
  if (end == NULL) {
    *part = *rest;
    *rest = (NegHl7Value) { NULL, 0 };
  } else {
    *part = (NegHl7Value) { rest->data, end - rest->data };
    rest->length -= part->length + 1;
    rest->data = end + 1;
  }
  return TRUE;
}

NegHl7Value
neg_hl7_value_get_part (NegHl7Value value, char delimiter, guint n)
{
  NegHl7Value part = { NULL, 0 };

  for (guint i = 0; i < n; i++)
    if (!neg_hl7_value_split (&value, delimiter, &part))
      return (NegHl7Value) { NULL, 0 };
  return part;
}
