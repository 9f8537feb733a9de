#include "neg-fuzz.h"

#include <string.h>

#include "hl7/neg-hl7-framer.h"

#define BYTES_MAX 200

/* The first byte is the size of the pieces that the others come in. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const parts[] = { "\x0B", "\x1C\r", "\x1C", "\r\n", "MSH|^~\\&|A\rPID|1", "MSH|^~\\&|B", "\x0B\x0B",
                                       "BHS|", "\xEF\xBB\xBFMSH|", "\x1C\r\x0B", "text", "\x0BMSH|^~\\&|C\x1C\r" };
  GByteArray *input = g_byte_array_new ();
  guint8 step = g_rand_int_range (random, 0, 40);
  guint n = g_rand_int_range (random, 1, 12);

  g_byte_array_append (input, &step, 1);
  g_byte_array_append (input, (const guint8 *) "\x0BMSH|", 5);
  for (guint i = 0; i < n; i++) {
    const char *part = parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))];

    g_byte_array_append (input, (const guint8 *) part, strlen (part));
  }
  return input;
}

static void
take (GBytes *message, GString *found)
{
  if (message == NULL)
    return;
  g_assert_cmpuint (g_bytes_get_size (message), <=, BYTES_MAX);
  g_string_append_len (found, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  g_string_append_c (found, '*');
}

/* All messages of the bytes in pieces of @step, and what went wrong. */
static char *
run (const uint8_t *data, size_t size, size_t step)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (BYTES_MAX);
  g_autoptr (GError) error = NULL;
  GString *found = g_string_new (NULL);
  gboolean going = TRUE;

  for (size_t i = 0; i < size && going; i += step) {
    gsize left = MIN (step, size - i);

    for (const guint8 *p = data + i; left > 0 && going;) {
      g_autoptr (GBytes) message = NULL;

      going = neg_hl7_framer_feed (framer, &p, &left, &message, &error);
      g_assert_true (message == NULL || going);
      take (message, found);
    }
  }
  if (going) {
    g_autoptr (GBytes) last = NULL;

    going = neg_hl7_framer_flush (framer, &last, &error);
    take (last, found);
  }
  g_assert_true (going == (error == NULL));
  for (gsize i = 0; i < found->len; i++)
    if (found->str[i] == '\0')
      found->str[i] = '0';
  if (error != NULL)
    g_string_append (found, error->message);
  return g_string_free (found, FALSE);
}

/* How the network cut it is nothing that anybody may notice. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *whole = NULL, *pieces = NULL, *bytes = NULL;

  if (size < 2 || size > 65536)
    return 0;
  whole = run (data + 1, size - 1, size);
  pieces = run (data + 1, size - 1, data[0] % 40 + 1);
  bytes = run (data + 1, size - 1, 1);
  g_assert_cmpstr (pieces, ==, whole);
  g_assert_cmpstr (bytes, ==, whole);
  return 0;
}
