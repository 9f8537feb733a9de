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

/* What was found is in @found; whether it was whole is returned. */
static gboolean
run (const uint8_t *bytes, size_t size, size_t step, GString *found)
{
  static const NegMultipartHandler handler = { begin, data, end };
  g_autoptr (NegMultipart) multipart
      = neg_multipart_new ("multipart/related; boundary=b", &handler, found, NULL);
  gboolean goes_on = TRUE;

  for (size_t at = 0; at < size && goes_on; at += step)
    goes_on = neg_multipart_feed (multipart, bytes + at, MIN (step, size - at), NULL);
  return goes_on && neg_multipart_finish (multipart, NULL);
}

/* However it is cut, it is the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) pieces = g_string_new (NULL);
  gboolean is_whole;

  if (size < 2)
    return 0;
  is_whole = run (bytes + 1, size - 1, size, whole);
  g_assert_true (run (bytes + 1, size - 1, bytes[0] + 1u, pieces) == is_whole);
  /* A fault may show before or after the bytes before it were handed on. */
  if (is_whole)
    g_assert_true (g_string_equal (whole, pieces));
  return 0;
}
