#include "neg-fuzz.h"

#include "engine/neg-text.h"

#include <string.h>

#define INPUT(literal) { literal, sizeof (literal) - 1 }

/* The first byte says whether it is a person's name, then the charset up to a newline, then the value. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const struct {
    const char *bytes;
    gsize length;
  } inputs[] = {
    INPUT ("\x01\\ISO 2022 IR 87\\ISO 2022 IR 159\nSato=\x1b$B:4F#\x1b(B^\x1b$(D0!\x1b(B"),
    INPUT ("\x01ISO 2022 IR 13\\ISO 2022 IR 87\n\xD4\xCF\xC0\xDE=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"),
    INPUT ("\x01\\ISO 2022 IR 149\\ISO 2022 IR 58\nHong=\x1b$)C\xFB\xF3^\x1b$)A\xD5\xC5"),
    INPUT ("\x00ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144\n\xE9\x1b-F\xC4\x1b-L\xC4\\\xC4\r\n\xE9"),
    INPUT ("\x01GB18030\nLiu^Wei=\x84\x5E^\x83\x5E\x81\x30\x81\x30"),
    INPUT ("\x00ISO_IR 192\ne\xCC\x81\xE2\x82\xAC\xF0\x9F\x98\x80"),
    INPUT ("\x00ISO_IR 166\n\xCA\xC1\xAA\xD2\xC2"),
    INPUT ("\x00ISO_IR 999\nM\xFCller"),
  };
  guint i = g_rand_int_range (random, 0, G_N_ELEMENTS (inputs));

  return g_byte_array_append (g_byte_array_new (), (const guint8 *) inputs[i].bytes, inputs[i].length);
}

/* What neg-text.h promises of every result. */
static void
check_result (const char *result)
{
  g_autofree char *normal = NULL;

  g_assert_true (g_utf8_validate (result, -1, NULL));
  for (const char *p = result; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_assert_true (c >= 0xA0 || (c >= 0x20 && c < 0x7F) || strchr ("\r\n\t\f", c) != NULL);
  }
  normal = g_utf8_normalize (result, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_assert_cmpstr (result, ==, normal);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *newline = size > 0 ? memchr (data + 1, '\n', size - 1) : NULL;
  g_autoptr (NegText) text = NULL;
  g_autofree char *charset = NULL;
  g_autofree char *result = NULL;

  if (newline == NULL)
    return 0;
  charset = g_strndup ((const char *) data + 1, newline - data - 1);
  text = neg_text_new (charset);
  result = neg_text_decode (text, newline + 1, data + size - newline - 1, data[0] & 1);
  check_result (result);
  return 0;
}
