#include "neg-fuzz.h"

#include <string.h>

#include "engine/neg-multipart.h"

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const parts[] = { "--b", "\r\n--b", "\r\n", "\r\n\r\n", "--b--", "-", "Content-Type: a/b\r\n", "body",
                                       "\r", "\n", "  ", "\r\n--B" };
  GByteArray *input = g_byte_array_new ();
  guint8 step = g_rand_int_range (random, 0, 40);
  guint n = g_rand_int_range (random, 1, 20);

  g_byte_array_append (input, &step, 1);
  g_byte_array_append (input, (const guint8 *) "--b\r\n\r\n", 7);
  for (guint i = 0; i < n; i++) {
    const char *part = parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))];

    g_byte_array_append (input, (const guint8 *) part, strlen (part));
  }
  return input;
}

static gboolean
begin (const char *content_type, gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "[%s|", content_type);
  return TRUE;
}

static gboolean
data (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, (const char *) bytes, length);
  return TRUE;
}

static gboolean
end (gpointer user_data, GError **error)
{
  g_string_append (user_data, "]");
  return TRUE;
}

static GString *
run (const uint8_t *bytes, size_t size, size_t step)
{
  static const NegMultipartHandler handler = { begin, data, end };
  GString *found = g_string_new (NULL);
  g_autoptr (NegMultipart) multipart
      = neg_multipart_new ("multipart/related; boundary=b", &handler, found, NULL);
  gboolean goes_on = TRUE;

  for (size_t at = 0; at < size && goes_on; at += step)
    goes_on = neg_multipart_feed (multipart, bytes + at, MIN (step, size - at), NULL);
  g_string_append (found, goes_on && neg_multipart_finish (multipart, NULL) ? "whole" : "broken");
  return found;
}

/* However it is cut, it is the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  GString *whole;
  GString *pieces;

  if (size < 2)
    return 0;
  whole = run (bytes + 1, size - 1, size);
  pieces = run (bytes + 1, size - 1, bytes[0] + 1u);
  /* A fault may show before or after the bytes before it were handed on. */
  if (g_str_has_suffix (whole->str, "whole"))
    g_assert_true (g_string_equal (whole, pieces));
  else
    g_assert_true (g_str_has_suffix (pieces->str, "broken"));
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);
  return 0;
}
