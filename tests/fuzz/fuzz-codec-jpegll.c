#include "neg-fuzz.h"

#include "build-jpegll.h"
#include "engine/neg-codec-private.h"

#define PARAMETER_BYTES 4 /* rows, columns, samples, bytes per cell */
#define SIDE_MAX 24

/* Parameters and codestream. */
static gboolean
decode (const guint8 *data, gsize size)
{
  g_autofree guint8 *target = NULL;
  NegCodestream stream = { .sof = NEG_CODESTREAM_SOF_LOSSLESS };
  NegCells cells;

  if (size < PARAMETER_BYTES || data[0] == 0 || data[1] == 0 || data[2] == 0 || data[3] == 0 || data[3] > 4)
    return FALSE;
  cells = (NegCells){ .rows = data[0], .columns = data[1], .samples = data[2], .bytes_per_cell = data[3] };
  cells.bytes = (gsize) cells.rows * cells.columns * cells.samples * cells.bytes_per_cell;
  cells.cells = target = g_malloc (cells.bytes);
  return neg_codec_jpegll_decode (&stream, data + PARAMETER_BYTES, size - PARAMETER_BYTES, &cells, NULL);
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  const JpegllOptions options = {
    .rows = g_rand_int_range (random, 1, SIDE_MAX),
    .columns = g_rand_int_range (random, 1, SIDE_MAX),
    .components = g_rand_int_range (random, 1, 5),
    .precision = g_rand_int_range (random, 2, 17),
    .predictor = g_rand_int_range (random, 1, 8),
    .point_transform = g_rand_int_range (random, 0, 2),
    .restart_rows = g_rand_int_range (random, 0, 3),
    .is_separate = g_rand_boolean (random),
    .is_flat = g_rand_boolean (random),
  };
  const guint8 parameters[PARAMETER_BYTES] = { options.rows, options.columns, options.components,
                                               options.precision > 8 ? 2 : g_rand_int_range (random, 1, 3) };
  guint16 samples[SIDE_MAX * SIDE_MAX * 4];
  GByteArray *input = g_byte_array_new ();
  g_autoptr (GByteArray) codestream = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = g_rand_int (random) >> (32 - options.precision);
  codestream = build_jpegll (samples, &options);
  g_byte_array_append (input, parameters, sizeof parameters);
  g_byte_array_append (input, codestream->data, codestream->len);
  /* One that does not go deep would make the mutations worthless. */
  g_assert_true (decode (input->data, input->len));
  return input;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  decode (data, size);
  return 0;
}
