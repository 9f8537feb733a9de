/* RLE Lossless: byte streams written by hand from PS3.5 Annex G, and an encoder that goes the other way. */
#include "base/neg-error.h"
#include "engine/neg-rle.h"

#include <string.h>

#define HEADER_BYTES 64

static GByteArray *
begin_frame (guint n_segments)
{
  GByteArray *frame = g_byte_array_new ();

  g_byte_array_set_size (frame, HEADER_BYTES);
  memset (frame->data, 0, HEADER_BYTES);
  frame->data[0] = n_segments;
  return frame;
}

static void
begin_segment (GByteArray *frame, guint segment)
{
  guint32 offset = GUINT32_TO_LE (frame->len);

  memcpy (frame->data + 4 + 4 * segment, &offset, 4);
}

/* Runs of two and more as runs, all else as literals of at most 128. */
static void
append_packed (GByteArray *frame, const guint8 *values, gsize count)
{
  for (gsize i = 0; i < count;) {
    gsize run = 1;
    guint8 code;

    while (i + run < count && run < 128 && values[i + run] == values[i])
      run++;
    if (run > 1) {
      code = 257 - run;
      g_byte_array_append (frame, &code, 1);
      g_byte_array_append (frame, values + i, 1);
      i += run;
      continue;
    }
    while (i + run < count && run < 128 && (i + run + 1 >= count || values[i + run] != values[i + run + 1]))
      run++;
    code = run - 1;
    g_byte_array_append (frame, &code, 1);
    g_byte_array_append (frame, values + i, run);
    i += run;
  }
}

/* Segments as PS3.5 G.2 orders them: by sample, most significant byte first. */
static GByteArray *
encode (const guint8 *cells, gsize n_pixels, guint samples, guint bytes_per_cell)
{
  guint stride = samples * bytes_per_cell;
  GByteArray *frame = begin_frame (stride);
  g_autofree guint8 *plane = g_malloc (n_pixels);

  for (guint sample = 0; sample < samples; sample++)
    for (guint byte = 0; byte < bytes_per_cell; byte++) {
      guint place = G_BYTE_ORDER == G_LITTLE_ENDIAN ? bytes_per_cell - 1 - byte : byte;

      for (gsize i = 0; i < n_pixels; i++)
        plane[i] = cells[i * stride + sample * bytes_per_cell + place];
      begin_segment (frame, sample * bytes_per_cell + byte);
      append_packed (frame, plane, n_pixels);
    }
  return frame;
}

static void
test_annex_g (void)
{
  static const guint8 packed[] = { 2, 10, 11, 12, 0x80, 0xFD, 7, 0, 9, 0xFF, 3, 0, 0, 0 };
  static const guint8 expected[] = { 10, 11, 12, 7, 7, 7, 7, 9, 3, 3 };
  g_autoptr (GByteArray) frame = begin_frame (1);
  g_autoptr (GError) error = NULL;
  guint8 target[10];

  begin_segment (frame, 0);
  g_byte_array_append (frame, packed, sizeof packed);
  g_assert_true (neg_rle_decode (frame->data, frame->len, 2, 5, 1, 1, target, sizeof target, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (target, sizeof target, expected, sizeof expected);
}

static void
test_byte_order (void)
{
  static const guint16 expected[] = { 0x0102, 0x0304, 0x0304 };
  static const guint8 high[] = { 0, 1, 0xFF, 3 };
  static const guint8 low[] = { 2, 2, 4, 4 };
  g_autoptr (GByteArray) frame = begin_frame (2);
  guint16 target[3];

  begin_segment (frame, 0);
  g_byte_array_append (frame, high, sizeof high);
  begin_segment (frame, 1);
  g_byte_array_append (frame, low, sizeof low);
  g_assert_true (neg_rle_decode (frame->data, frame->len, 1, 3, 1, 2, (guint8 *) target, sizeof target, NULL));
  g_assert_cmpmem (target, sizeof target, expected, sizeof expected);
}

static void
test_round_trips (void)
{
  static const guint layouts[][2] = { { 1, 1 }, { 3, 1 }, { 1, 2 }, { 3, 2 }, { 1, 4 }, { 3, 4 }, { 4, 1 }, { 15, 1 } };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    const guint32 rows = 61, columns = 67;
    gsize n_bytes = (gsize) rows * columns * layouts[i][0] * layouts[i][1];
    g_autofree guint8 *cells = g_malloc (n_bytes);
    g_autofree guint8 *target = g_malloc (n_bytes);
    g_autoptr (GByteArray) frame = NULL;
    g_autoptr (GError) error = NULL;

    for (gsize j = 0; j < n_bytes; j++)
      cells[j] = g_rand_int_range (random, 0, 10) ? j / 700 : g_rand_int_range (random, 0, 256);
    frame = encode (cells, (gsize) rows * columns, layouts[i][0], layouts[i][1]);
    g_assert_true (neg_rle_decode (frame->data, frame->len, rows, columns, layouts[i][0], layouts[i][1], target,
                                   n_bytes, &error));
    g_assert_no_error (error);
    g_assert_cmpmem (target, n_bytes, cells, n_bytes);
  }
}

static void
assert_fails (GByteArray *frame, guint32 rows, guint samples, gsize target_bytes, int code)
{
  g_autofree guint8 *target = g_malloc (MAX (target_bytes, 1));
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_rle_decode (frame->data, frame->len, rows, 4, samples, 1, target, target_bytes, &error));
  g_assert_error (error, NEG_ERROR, code);
}

static void
test_refused (void)
{
  static const guint8 cells[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9 };
  g_autoptr (GByteArray) frame = encode (cells, 12, 1, 1);

  assert_fails (frame, 4, 1, 16, NEG_ERROR_TRUNCATED);    /* holds 12 values */
  assert_fails (frame, 3, 2, 24, NEG_ERROR_INCONSISTENT); /* one segment */
  assert_fails (frame, 3, 1, 13, NEG_ERROR_SIZE_OVERFLOW);
  assert_fails (frame, 0, 1, 0, NEG_ERROR_SIZE_OVERFLOW);
  frame->data[4] = 60; /* into the header */
  assert_fails (frame, 3, 1, 12, NEG_ERROR_INCONSISTENT);
  frame->data[5] = 1; /* beyond the end */
  assert_fails (frame, 3, 1, 12, NEG_ERROR_INCONSISTENT);
  g_byte_array_set_size (frame, 63);
  assert_fails (frame, 3, 1, 12, NEG_ERROR_TRUNCATED);
}

static void
test_every_truncation (void)
{
  guint8 cells[256 * 3];
  guint8 target[sizeof cells];
  g_autoptr (GByteArray) frame = NULL;

  for (gsize i = 0; i < sizeof cells; i++)
    cells[i] = i % 7 < 4 ? 200 : i;
  frame = encode (cells, 256, 3, 1);
  for (guint length = 0; length < frame->len; length++) {
    g_autofree guint8 *cut = g_memdup2 (frame->data, length);

    g_assert_false (neg_rle_decode (cut, length, 16, 16, 3, 1, target, sizeof target, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rle/annex-g", test_annex_g);
  g_test_add_func ("/rle/byte-order", test_byte_order);
  g_test_add_func ("/rle/round-trips", test_round_trips);
  g_test_add_func ("/rle/refused", test_refused);
  g_test_add_func ("/rle/every-truncation", test_every_truncation);
  return g_test_run ();
}
