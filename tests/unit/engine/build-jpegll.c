#include "build-jpegll.h"

#define N_CATEGORIES 17

typedef struct {
  GByteArray *bytes;
  const guint16 *samples;
  const JpegllOptions *options;
  guint codes[N_CATEGORIES], lengths[N_CATEGORIES];
  guint64 bits;
  guint n_bits;
} Encoder;

void
build_jpegll_segment (GByteArray *bytes, guint8 marker, const guint8 *body, guint length)
{
  const guint8 head[] = { 0xFF, marker, (length + 2) >> 8, (length + 2) & 0xFF };

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, body, length);
}

/* Seventeen codes: three of two bits and one of each length from three to sixteen, or all of five. The longer ones go
 * to the middle categories, so that random samples use them. */
static void
put_table (Encoder *encoder)
{
  guint8 body[1 + 16 + N_CATEGORIES] = { 0 };
  guint code = 0, n = 0;

  for (guint length = 1; length <= 16; length++, code <<= 1) {
    const guint count = encoder->options->is_flat ? (length == 5 ? N_CATEGORIES : 0)
                                                  : (length == 1 ? 0 : length == 2 ? 3 : 1);

    body[length] = count;
    for (guint i = 0; i < count; i++, n++) {
      const guint category = n * 7 % N_CATEGORIES;

      body[17 + n] = category;
      encoder->codes[category] = code++;
      encoder->lengths[category] = length;
    }
  }
  g_assert_cmpuint (n, ==, N_CATEGORIES);
  build_jpegll_segment (encoder->bytes, 0xC4, body, sizeof body);
}

static void
put_bits (Encoder *encoder, guint value, guint n)
{
  encoder->bits = encoder->bits << n | value;
  encoder->n_bits += n;
  while (encoder->n_bits >= 8) {
    const guint8 byte = encoder->bits >> (encoder->n_bits - 8), stuffing = 0;

    g_byte_array_append (encoder->bytes, &byte, 1);
    if (byte == 0xFF)
      g_byte_array_append (encoder->bytes, &stuffing, 1);
    encoder->n_bits -= 8;
  }
}

static void
flush_bits (Encoder *encoder)
{
  const guint n = (8 - encoder->n_bits % 8) % 8;

  put_bits (encoder, (1u << n) - 1, n);
}

/* Table H.2. */
static void
put_difference (Encoder *encoder, gint difference)
{
  guint category = 0;

  while (ABS (difference) >> category != 0)
    category++;
  put_bits (encoder, encoder->codes[category], encoder->lengths[category]);
  if (category < 16)
    put_bits (encoder, difference < 0 ? difference + (1 << category) - 1 : difference, category);
}

static gint
get_sample (const Encoder *encoder, guint x, guint y, guint component)
{
  const JpegllOptions *options = encoder->options;

  return encoder->samples[(y * options->columns + x) * options->components + component] >> options->point_transform;
}

/* Table H.1 and H.1.2.1. */
static gint
predict (const Encoder *encoder, guint x, guint y, guint component)
{
  const JpegllOptions *options = encoder->options;
  const gboolean is_first = options->restart_rows > 0 ? y % options->restart_rows == 0 : y == 0;
  gint a, b, c;

  if (is_first && x == 0)
    return 1 << (options->precision - options->point_transform - 1);
  if (is_first)
    return get_sample (encoder, x - 1, y, component);
  b = get_sample (encoder, x, y - 1, component);
  if (x == 0)
    return b;
  a = get_sample (encoder, x - 1, y, component);
  c = get_sample (encoder, x - 1, y - 1, component);
  switch (options->predictor) {
  case 1:
    return a;
  case 2:
    return b;
  case 3:
    return c;
  case 4:
    return a + b - c;
  case 5:
    return a + ((b - c) >> 1);
  case 6:
    return b + ((a - c) >> 1);
  default:
    return (a + b) >> 1;
  }
}

static void
put_sample (Encoder *encoder, guint x, guint y, guint component)
{
  gint difference = (get_sample (encoder, x, y, component) - predict (encoder, x, y, component)) & 0xFFFF;

  put_difference (encoder, difference > 32768 ? difference - 65536 : difference);
}

static void
put_scan (Encoder *encoder, guint first, guint n)
{
  const JpegllOptions *options = encoder->options;
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const guint8 parameters[] = { options->predictor, 0, options->point_transform };
  guint n_restarts = 0;

  g_byte_array_append (header, (const guint8[]){ n }, 1);
  for (guint i = 0; i < n; i++)
    g_byte_array_append (header, (const guint8[]){ first + i + 1, 0 }, 2);
  g_byte_array_append (header, parameters, sizeof parameters);
  build_jpegll_segment (encoder->bytes, 0xDA, header->data, header->len);
  for (guint y = 0; y < options->rows; y++) {
    if (options->restart_rows > 0 && y > 0 && y % options->restart_rows == 0) {
      flush_bits (encoder);
      g_byte_array_append (encoder->bytes, (const guint8[]){ 0xFF, 0xD0 + n_restarts++ % 8 }, 2);
    }
    for (guint x = 0; x < options->columns; x++)
      for (guint i = 0; i < n; i++)
        put_sample (encoder, x, y, first + i);
  }
  flush_bits (encoder);
}

GByteArray *
build_jpegll (const guint16 *samples, const JpegllOptions *options)
{
  Encoder encoder = { .bytes = g_byte_array_new (), .samples = samples, .options = options };
  const guint interval = options->restart_rows * options->columns;
  guint8 frame[6 + 3 * 4] = { options->precision, options->rows >> 8, options->rows & 0xFF, options->columns >> 8,
                              options->columns & 0xFF, options->components };

  for (guint i = 0; i < options->components; i++) {
    frame[6 + 3 * i] = i + 1;
    frame[7 + 3 * i] = 0x11;
  }
  g_byte_array_append (encoder.bytes, (const guint8[]){ 0xFF, 0xD8 }, 2);
  build_jpegll_segment (encoder.bytes, 0xC3, frame, 6 + 3 * options->components);
  put_table (&encoder);
  if (interval > 0)
    build_jpegll_segment (encoder.bytes, 0xDD, (const guint8[]){ interval >> 8, interval & 0xFF }, 2);
  if (options->is_separate)
    for (guint i = 0; i < options->components; i++)
      put_scan (&encoder, i, 1);
  else
    put_scan (&encoder, 0, options->components);
  return g_byte_array_append (encoder.bytes, (const guint8[]){ 0xFF, 0xD9 }, 2);
}
