#include "neg-fuzz.h"

#include "engine/neg-rle.h"

#include <string.h>

#define PARAMETER_BYTES 4 /* rows, columns, samples, bytes per cell */
#define TARGET_BYTES_MAX (1u << 20)

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  GByteArray *input = g_byte_array_new ();
  guint8 parameters[PARAMETER_BYTES] = { g_rand_int_range (random, 1, 40), g_rand_int_range (random, 1, 40),
                                         g_rand_int_range (random, 1, 5), 1u << g_rand_int_range (random, 0, 3) };
  guint n_segments = parameters[2] * parameters[3];
  guint32 header[16] = { GUINT32_TO_LE (MIN (n_segments, 15)) };

  for (guint i = 1; i < 16; i++)
    header[i] = GUINT32_TO_LE (64 + (i - 1) * 200);
  g_byte_array_append (input, parameters, sizeof parameters);
  g_byte_array_append (input, (const guint8 *) header, sizeof header);
  for (guint i = 0; i < n_segments * 100; i++) {
    guint8 run[2] = { 150 + g_rand_int_range (random, 0, 100), i };

    g_byte_array_append (input, run, sizeof run);
  }
  return input;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint8 *target = NULL;
  gsize bytes;

  if (size < PARAMETER_BYTES)
    return 0;
  bytes = (gsize) data[0] * data[1] * data[2] * data[3];
  if (bytes > TARGET_BYTES_MAX)
    return 0;
  target = g_malloc (MAX (bytes, 1));
  neg_rle_decode (data + PARAMETER_BYTES, size - PARAMETER_BYTES, data[0], data[1], data[2], data[3], target, bytes,
                  NULL);
  return 0;
}
