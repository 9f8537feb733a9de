#include "neg-fuzz.h"

#include "engine/neg-palette.h"

#include <string.h>

#define PARAMETER_BYTES 4 /* bytes per word, 0, entries as 16 bits */

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const guint16 words[] = { 2, 12, 0, 2, 100, 200, 0, 1, 300, 1, 4, 700, 2, 2, 8, 0 };
  static const guint16 narrow[] = { 1, 8, 0, 1, 10, 1, 3, 40, 2, 2, 0, 0, 0, 0 };
  GByteArray *input = g_byte_array_new ();

  if (g_rand_boolean (random))
    g_byte_array_append (input, (const guint8 *) words, sizeof words);
  else
    g_byte_array_append (input, (const guint8 *) narrow, sizeof narrow);
  return input;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint16 *words = NULL;
  g_autofree guint16 *entries = NULL;
  guint16 parameters[2];

  if (size < PARAMETER_BYTES)
    return 0;
  memcpy (parameters, data, PARAMETER_BYTES);
  size -= PARAMETER_BYTES;
  words = g_memdup2 (data + PARAMETER_BYTES, size & ~(gsize) 1);
  entries = neg_palette_expand (words, size / 2, parameters[0], parameters[1] == 0 ? 65536 : parameters[1], NULL);
  return 0;
}
