/* Person names of every repertoire (imaging-correctness L) and segmented palettes (E). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-palette.h"
#include "engine/neg-text.h"
#include "reading/neg-captions.h"
#include "vectors.h"

static char *
join_charset (JsonArray *values)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (values); i++)
    g_ptr_array_add (parts, (char *) json_array_get_string_element (values, i));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("\\", (char **) parts->pdata);
}

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  g_assert_cmpuint (strlen (hex) % 2, ==, 0);
  for (; *hex != '\0'; hex += 2) {
    guint8 byte = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);

    g_byte_array_append (bytes, &byte, 1);
  }
  return bytes;
}

/* Each group as a person reads it; together, the ideographic one stands behind the alphabetic one. */
static void
check_display (const char *name, JsonArray *groups, JsonArray *displays)
{
  g_autofree char *together = neg_caption_dup_person (name);
  const char *second = NULL;
  g_autofree char *expected = NULL;

  g_assert_cmpuint (json_array_get_length (groups), ==, json_array_get_length (displays));
  for (guint i = 0; i < json_array_get_length (groups); i++) {
    g_autofree char *one = neg_caption_dup_person (json_array_get_string_element (groups, i));

    g_assert_cmpstr (one, ==, json_array_get_string_element (displays, i));
    if (i == 1)
      second = json_array_get_string_element (displays, i);
  }
  expected = second != NULL ? g_strdup_printf ("%s (%s)", json_array_get_string_element (displays, 0), second)
                            : g_strdup (json_array_get_string_element (displays, 0));
  g_assert_cmpstr (together, ==, expected);
}

gboolean
vector_check_person_name (JsonObject *item)
{
  g_autofree char *charset = join_charset (json_object_get_array_member (item, "specific_character_set"));
  g_autoptr (GByteArray) bytes = from_hex (json_object_get_string_member (item, "bytes_hex"));
  g_autoptr (NegText) text = neg_text_new (charset);
  g_autofree char *name = neg_text_decode (text, bytes->data, bytes->len, TRUE);
  g_auto (GStrv) groups = g_strsplit (name, "=", -1);
  JsonArray *expected = json_object_get_array_member (item, "groups");

  g_assert_cmpstr (name, ==, json_object_get_string_member (item, "text"));
  g_assert_cmpuint (g_strv_length (groups), ==, json_array_get_length (expected));
  for (guint i = 0; groups[i] != NULL; i++)
    g_assert_cmpstr (groups[i], ==, json_array_get_string_element (expected, i));
  check_display (name, expected, json_object_get_array_member (item, "display"));
  return TRUE;
}

static guint16 *
get_numbers (JsonObject *item, const char *name, guint *count)
{
  JsonArray *array = json_object_get_array_member (item, name);
  guint16 *numbers;

  *count = json_array_get_length (array);
  numbers = g_new0 (guint16, MAX (*count, 1));
  for (guint i = 0; i < *count; i++)
    numbers[i] = json_array_get_int_element (array, i);
  return numbers;
}

/* Each of a ramp to within 1: the clause does not say how to round. */
gboolean
vector_check_palette (JsonObject *item)
{
  guint n_words, n_expected;
  g_autofree guint16 *words = get_numbers (item, "words", &n_words);
  g_autofree guint16 *expanded = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;
  guint n_entries = json_object_get_int_member (item, "entries");

  expanded = neg_palette_expand (words, n_words, json_object_get_int_member (item, "bits") / 8, n_entries, &error);
  if (!json_object_get_boolean_member (item, "valid")) {
    g_assert_null (expanded);
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
    return TRUE;
  }
  g_assert_no_error (error);
  expected = get_numbers (item, "expect", &n_expected);
  g_assert_cmpuint (n_expected, ==, n_entries);
  for (guint i = 0; i < n_expected; i++)
    g_assert_cmpint (abs (expanded[i] - expected[i]), <=, 1);
  return TRUE;
}
