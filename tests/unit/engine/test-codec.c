/* Uncompressed frames and the arithmetic that all frames share, against the formulas written out once more. */
#include "build-frame.h"

#include <math.h>
#include <string.h>

#define N 1024

/* PS3.5 8.1.1, bit by bit. */
static gint64
reference_stored (guint64 word, guint bits_stored, guint high_bit, gboolean is_signed)
{
  gint64 value = 0;

  for (guint bit = 0; bit < bits_stored; bit++)
    if (word >> (high_bit + 1 - bits_stored + bit) & 1)
      value += (gint64) 1 << bit;
  if (is_signed && value >= (gint64) 1 << (bits_stored - 1))
    value -= (gint64) 1 << bits_stored;
  return value;
}

static gint64
get_cell (const guint8 *cells, guint bytes, gboolean is_signed, gsize i)
{
  switch (bytes) {
  case 1:
    return is_signed ? ((const gint8 *) cells)[i] : ((const guint8 *) cells)[i];
  case 2:
    return is_signed ? ((const gint16 *) cells)[i] : ((const guint16 *) cells)[i];
  default:
    return is_signed ? (gint64) ((const gint32 *) cells)[i] : (gint64) ((const guint32 *) cells)[i];
  }
}

static guint64
get_little_endian (const guint8 *bytes, guint n)
{
  guint64 value = 0;

  for (guint i = 0; i < n; i++)
    value |= (guint64) bytes[i] << 8 * i;
  return value;
}

static void
check_stored_bits (guint bits_allocated, guint bits_stored, guint high_bit, gboolean is_signed)
{
  const guint width = bits_allocated / 8;
  guint8 words[64 * 4];
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *raw = NULL, *stored = NULL;
  Frame frame;

  fill_random (words, sizeof words, bits_stored * 100 + high_bit);
  frame_init (&frame, 8, 8, 1, bits_allocated, "MONOCHROME2");
  frame_set_stored (&frame, bits_stored, high_bit, is_signed);
  frame_set_native (&frame, words, 64 * width);
  raw = frame_decode (&frame, 0, NEG_FRAME_RAW, &error);
  g_assert_no_error (error);
  stored = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 64; i++) {
    guint64 word = get_little_endian (words + i * width, width);

    g_assert_cmpint (get_cell (raw, width, FALSE, i), ==, word);
    g_assert_cmpint (get_cell (stored, width, is_signed, i), ==,
                     reference_stored (word, bits_stored, high_bit, is_signed));
  }
}

static void
test_stored_bits (void)
{
  static const guint sizes[] = { 8, 16, 32 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint stored = 1; stored <= sizes[s]; stored++)
      for (guint high_bit = stored - 1; high_bit < sizes[s]; high_bit++) {
        check_stored_bits (sizes[s], stored, high_bit, FALSE);
        check_stored_bits (sizes[s], stored, high_bit, TRUE);
      }
}

static void
test_bits_that_cannot_be (void)
{
  static const guint8 words[32] = { 0 };
  static const guint cases[][2] = { { 0, 15 }, { 17, 15 }, { 12, 16 }, { 12, 10 }, { 12, G_MAXUINT } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Frame frame;

    frame_init (&frame, 4, 4, 1, 16, "MONOCHROME2");
    frame_set_stored (&frame, cases[i][0], cases[i][1], FALSE);
    frame_set_native (&frame, words, sizeof words);
    frame_expect_error (&frame, 0, NEG_ERROR_INCONSISTENT);
  }
}

static void
swap_bytes (guint8 *bytes, gsize length, guint width)
{
  for (gsize i = 0; i + width <= length; i += width)
    for (guint b = 0; b < width / 2; b++) {
      guint8 byte = bytes[i + b];

      bytes[i + b] = bytes[i + width - 1 - b];
      bytes[i + width - 1 - b] = byte;
    }
}

/* A big-endian value with the header that says its VR. Given. */
static guint8 *
put_behind_header (const char *vr, const guint8 *value, gsize length)
{
  guint8 *bytes = g_malloc0 (12 + length);

  memcpy (bytes, "\x7F\xE0\x00\x10", 4);
  memcpy (bytes + 4, vr, 2);
  memcpy (bytes + 12, value, length);
  return bytes;
}

static void
set_big_endian (Frame *frame, const guint8 *bytes, gsize length)
{
  frame_set_native (frame, bytes, length + 12);
  frame->layout.pixels = (NegStretch){ 12, length };
  frame->layout.big_endian = TRUE;
  g_strlcpy (frame->layout.transfer_syntax_uid, "1.2.840.10008.1.2.2", sizeof frame->layout.transfer_syntax_uid);
}

/* Frames of @bits bits per pixel that begin anywhere in a byte, of both byte orders: against bit @bits * i of all. */
static void
check_packed (guint bits, const char *big_endian_vr)
{
  const guint n = 7 * 5, n_frames = 5, n_bytes = (n * n_frames * bits + 7) / 8;
  const guint padded = n_bytes + n_bytes % 2;
  guint8 packed[512];
  g_autofree guint8 *with_header = NULL;
  Frame frame;

  fill_random (packed, sizeof packed, bits);
  frame_init (&frame, 7, 5, 1, bits, "MONOCHROME2");
  frame_set_native (&frame, packed, padded);
  if (big_endian_vr != NULL) {
    guint8 swapped[512];

    memcpy (swapped, packed, padded);
    if (strcmp (big_endian_vr, "OW") == 0)
      swap_bytes (swapped, padded, 2);
    with_header = put_behind_header (big_endian_vr, swapped, padded);
    set_big_endian (&frame, with_header, padded);
  }
  frame.layout.frames = n_frames;
  for (guint f = 0; f < n_frames; f++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *cells = frame_decode (&frame, f, NEG_FRAME_STORED, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < n; i++) {
      guint expected = 0;

      for (guint bit = 0; bit < bits; bit++) {
        guint at = (f * n + i) * bits + bit;

        expected |= (packed[at / 8] >> at % 8 & 1u) << bit;
      }
      g_assert_cmpuint (bits <= 8 ? cells[i] : ((guint16 *) cells)[i], ==, expected);
    }
  }
}

static void
test_packed (void)
{
  static const guint sizes[] = { 1, 8, 12 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    check_packed (sizes[i], NULL);
    check_packed (sizes[i], "OW");
    check_packed (sizes[i], "OB");
  }
}

/* Every width, interleaved and in planes, of both byte orders: the same cells come out. */
static void
check_order (guint bits, gboolean is_float, guint samples, gboolean planar, gboolean big_endian)
{
  const guint width = bits / 8, n = 6 * 3;
  const gsize length = (gsize) n * samples * width;
  guint8 cells[18 * 4 * 8], file[sizeof cells];
  g_autofree guint8 *with_header = NULL, *decoded = NULL;
  g_autoptr (GError) error = NULL;
  Frame frame;

  fill_random (cells, length, bits + samples);
  memcpy (file, cells, length);
  if (planar)
    for (guint s = 0; s < samples; s++)
      for (guint i = 0; i < n; i++)
        memcpy (file + (s * n + i) * width, cells + (i * samples + s) * width, width);
  if (big_endian != (G_BYTE_ORDER == G_BIG_ENDIAN))
    swap_bytes (file, length, width);
  with_header = put_behind_header ("OB", file, length);
  frame_init (&frame, 6, 3, samples, bits, samples == 3 ? "RGB" : "MONOCHROME2");
  set_big_endian (&frame, with_header, length);
  frame.layout.big_endian = big_endian;
  frame.layout.planar = planar;
  frame.layout.is_float = is_float;
  decoded = frame_decode (&frame, 0, NEG_FRAME_RAW, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (decoded, length, cells, length);
}

static void
test_order (void)
{
  for (guint planar = 0; planar < 2; planar++)
    for (guint big_endian = 0; big_endian < 2; big_endian++)
      for (guint samples = 1; samples <= 4; samples++) {
        check_order (8, FALSE, samples, planar, big_endian);
        check_order (16, FALSE, samples, planar, big_endian);
        check_order (32, FALSE, samples, planar, big_endian);
        check_order (32, TRUE, samples, planar, big_endian);
        check_order (64, TRUE, samples, planar, big_endian);
      }
}

/* Nearest, but for the last digit of a tie. */
static void
assert_rounded (guint value, double reference)
{
  g_assert_cmpfloat (fabs (value - reference), <=, 0.502);
}

static void
check_ybr_full (guint bits, const guint8 *samples)
{
  const guint width = bits / 8;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *raw = NULL, *rgb = NULL;
  Frame frame;

  frame_init (&frame, 1, N, 3, bits, "YBR_FULL");
  frame_set_native (&frame, samples, 3 * N * width);
  raw = frame_decode (&frame, 0, NEG_FRAME_RAW, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (raw, 3 * N * width, samples, 3 * N * width);
  g_assert_cmpint (frame.result.color, ==, NEG_COLOR_YBR_FULL);
  rgb = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
  g_assert_no_error (error);
  g_assert_cmpint (frame.result.color, ==, NEG_COLOR_RGB);
  for (guint i = 0; i < N; i++) {
    double expected[3];

    reference_ybr_to_rgb (get_cell (samples, width, FALSE, 3 * i), get_cell (samples, width, FALSE, 3 * i + 1),
                          get_cell (samples, width, FALSE, 3 * i + 2), bits, expected);
    for (guint s = 0; s < 3; s++)
      assert_rounded (get_cell (rgb, width, FALSE, 3 * i + s), expected[s]);
  }
}

static void
test_ybr_full (void)
{
  guint16 samples[3 * N];

  fill_random (samples, sizeof samples, 7);
  check_ybr_full (8, (const guint8 *) samples);
  check_ybr_full (16, (const guint8 *) samples);
}

static void
test_ybr_422 (void)
{
  guint8 file[2 * N];
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *raw = NULL, *rgb = NULL;
  Frame frame;

  fill_random (file, sizeof file, 8);
  frame_init (&frame, 4, N / 4, 3, 8, "YBR_FULL_422");
  frame_set_native (&frame, file, sizeof file);
  raw = frame_decode (&frame, 0, NEG_FRAME_RAW, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (raw, sizeof file, file, sizeof file);
  g_assert_cmpint (frame.result.color, ==, NEG_COLOR_YBR_FULL_422);
  rgb = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N; i++) {
    const guint8 *pair = file + i / 2 * 4;
    double expected[3];

    reference_ybr_to_rgb (pair[i % 2], pair[2], pair[3], 8, expected);
    for (guint s = 0; s < 3; s++)
      assert_rounded (rgb[3 * i + s], expected[s]);
  }
}

/* Decompressing programs leave "YBR_FULL_422" on three samples per pixel. */
static void
test_ybr_422_of_three_samples (void)
{
  guint8 file[3 * 64];
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *named = NULL, *meant = NULL;
  Frame frame;

  fill_random (file, sizeof file, 9);
  frame_init (&frame, 8, 8, 3, 8, "YBR_FULL");
  frame_set_native (&frame, file, sizeof file);
  meant = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
  g_assert_no_error (error);
  g_strlcpy (frame.layout.photometric, "YBR_FULL_422", sizeof frame.layout.photometric);
  named = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (named, sizeof file, meant, sizeof file);
}

static void
test_ybr_that_cannot_be (void)
{
  static const guint8 file[600] = { 0 };
  Frame frame;
  g_autoptr (GError) error = NULL;

  frame_init (&frame, 3, 3, 3, 8, "YBR_FULL_422");
  frame_set_native (&frame, file, 18);
  g_assert_null (frame_decode (&frame, 0, NEG_FRAME_STORED, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  frame_init (&frame, 4, 4, 3, 8, "YBR_FULL_422");
  frame.layout.planar = TRUE;
  frame_set_native (&frame, file, 32);
  frame_expect_error (&frame, 0, NEG_ERROR_INCONSISTENT);
  frame_init (&frame, 4, 4, 3, 8, "HSV");
  frame_set_native (&frame, file, 48);
  frame_expect_error (&frame, 0, NEG_ERROR_UNSUPPORTED);
}

static void
test_short (void)
{
  static const guint8 file[64] = { 0 };
  g_autofree guint8 *first = NULL;
  Frame frame;

  frame_init (&frame, 4, 4, 1, 16, "MONOCHROME2");
  frame_set_native (&frame, file, 63);
  frame.layout.frames = 2;
  first = frame_decode (&frame, 0, NEG_FRAME_RAW, NULL);
  g_assert_nonnull (first);
  frame_expect_error (&frame, 1, NEG_ERROR_TRUNCATED);
  frame_expect_error (&frame, 2, NEG_ERROR_NOT_FOUND);
  frame_expect_error (&frame, G_MAXUINT32, NEG_ERROR_NOT_FOUND);
  frame.layout.frames = G_MAXUINT32;
  frame_expect_error (&frame, G_MAXUINT32 - 1, NEG_ERROR_TRUNCATED);
}

static void
test_not_decoded (void)
{
  static const guint8 file[64] = { 0 };
  Frame frame;

  frame_init (&frame, 4, 4, 1, 16, "MONOCHROME2");
  frame_set_codestream (&frame, "1.2.840.10008.1.2.4.102", NEG_CODEC_VIDEO, file, sizeof file);
  frame_expect_error (&frame, 0, NEG_ERROR_UNSUPPORTED);
  frame_set_codestream (&frame, "1.2.3", NEG_CODEC_UNKNOWN, file, sizeof file);
  frame_expect_error (&frame, 0, NEG_ERROR_UNSUPPORTED);
}

/* The requester computes the format; one that is about other pixels must not be written to. */
static void
test_other_format (void)
{
  static const guint8 file[64] = { 0 };
  const NegFrameFormat format = { 4, 4, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 };
  Frame frame;

  frame_init (&frame, 4, 4, 1, 16, "MONOCHROME2");
  frame_set_native (&frame, file, sizeof file);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (GError) error = NULL;
    NegFrameFormat other = format;
    guint8 target[1] = { 0x5A };

    other.rows += i == 0;
    other.columns += i == 1;
    other.samples += i == 2;
    other.sample_type = i == 3 ? NEG_SAMPLE_U8 : NEG_SAMPLE_U16;
    other.color = i == 4 ? NEG_COLOR_YBR_FULL_422 : NEG_COLOR_MONOCHROME2;
    g_assert_false (neg_codec_decode_frame (&frame.layout, &frame.source, 0, NEG_FRAME_RAW, &other, target,
                                            &frame.result, &error));
    g_assert_nonnull (error);
    g_assert_cmpuint (target[0], ==, 0x5A);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/stored-bits", test_stored_bits);
  g_test_add_func ("/codec/bits-that-cannot-be", test_bits_that_cannot_be);
  g_test_add_func ("/codec/packed", test_packed);
  g_test_add_func ("/codec/order", test_order);
  g_test_add_func ("/codec/ybr-full", test_ybr_full);
  g_test_add_func ("/codec/ybr-422", test_ybr_422);
  g_test_add_func ("/codec/ybr-422-of-three-samples", test_ybr_422_of_three_samples);
  g_test_add_func ("/codec/ybr-that-cannot-be", test_ybr_that_cannot_be);
  g_test_add_func ("/codec/short", test_short);
  g_test_add_func ("/codec/not-decoded", test_not_decoded);
  g_test_add_func ("/codec/other-format", test_other_format);
  return g_test_run ();
}
