#include "config.h"

#include <math.h>

#include "imaging/neg-voi.h"

static const NegModality identity = { .slope = 1 };
static const NegPadding no_padding = { 0 };

static NegFrame
frame_of (guint rows, guint columns, NegSampleType type, const void *pixels)
{
  return (NegFrame){ { rows, columns, 1, 16, type, NEG_COLOR_MONOCHROME2 }, pixels };
}

static void
assert_ends (const NegVoi *voi, double black, double white, double tolerance)
{
  gboolean exact = voi->function == NEG_VOI_LINEAR_EXACT;
  double low = exact ? voi->center - voi->width / 2 : voi->center - 0.5 - (voi->width - 1) / 2;
  double high = exact ? voi->center + voi->width / 2 : voi->center - 0.5 + (voi->width - 1) / 2;

  g_assert_true (neg_voi_is_valid (voi));
  g_assert_null (voi->lut);
  g_assert_cmpfloat_with_epsilon (low, black, tolerance + 1e-9);
  g_assert_cmpfloat_with_epsilon (high, white, tolerance + 1e-9);
}

/* 0..9999 in a shuffled order: the percentiles are known. */
static void
test_percentiles (void)
{
  gint16 pixels[100 * 100];
  NegFrame frame = frame_of (100, 100, NEG_SAMPLE_S16, pixels);
  NegModality hounsfield = { .slope = 1, .intercept = -1024 };
  NegModality negative = { .slope = -2 }, fraction = { .slope = 0.001 };
  NegVoi voi;

  for (guint i = 0; i < 10000; i++)
    pixels[i] = i * 7919 % 10000;
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR);
  assert_ends (&voi, 50, 9949, 0);
  g_assert_true (neg_voi_init_auto (&voi, &frame, &hounsfield, &no_padding, NULL));
  assert_ends (&voi, 50 - 1024, 9949 - 1024, 0);
  g_assert_true (neg_voi_init_auto (&voi, &frame, &negative, &no_padding, NULL));
  assert_ends (&voi, -2 * 9949, -2 * 50, 0);
  /* Units of uptake: a width of at least 1 would show nothing. */
  g_assert_true (neg_voi_init_auto (&voi, &frame, &fraction, &no_padding, NULL));
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR_EXACT);
  assert_ends (&voi, 0.050, 9.949, 1e-9);
}

static void
test_padding (void)
{
  gint16 pixels[50 * 50];
  NegFrame frame = frame_of (50, 50, NEG_SAMPLE_S16, pixels);
  NegPadding padding = { TRUE, -2000, -1900 };
  NegVoi voi;

  for (guint i = 0; i < 2500; i++)
    pixels[i] = i % 2 ? -2000 + (int) i % 101 : (int) i / 2; /* 0..1249 */
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &padding, NULL));
  assert_ends (&voi, 6, 1243, 0);
  padding.high = 3000;
  g_assert_false (neg_voi_init_auto (&voi, &frame, &identity, &padding, NULL));
}

static void
test_constant (void)
{
  guint8 pixels[64] = { 0 };
  float floats[4] = { 0.25f, 0.25f, 0.25f, 0.25f };
  NegFrame frame = frame_of (8, 8, NEG_SAMPLE_U8, pixels), float_frame = frame_of (2, 2, NEG_SAMPLE_F32, floats);
  NegVoi voi;

  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
  g_assert_true (neg_voi_is_valid (&voi));
  g_assert_cmpfloat (voi.width, ==, 1);
  g_assert_true (neg_voi_init_auto (&voi, &float_frame, &identity, &no_padding, NULL));
  g_assert_true (neg_voi_is_valid (&voi));
}

/* A few bright points on black: both percentiles are black, the points are to be seen. */
static void
test_sparse (void)
{
  guint16 pixels[100 * 100] = { 0 };
  NegFrame frame = frame_of (100, 100, NEG_SAMPLE_U16, pixels);
  NegVoi voi;

  pixels[4321] = 700;
  pixels[4322] = 900;
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
  assert_ends (&voi, 0, 900, 0);
}

static void
test_float (void)
{
  float pixels[40 * 50];
  double doubles[2] = { -1e308, 1e308 };
  NegFrame frame = frame_of (40, 50, NEG_SAMPLE_F32, pixels), wide = frame_of (1, 2, NEG_SAMPLE_F64, doubles);
  NegVoi voi;

  for (guint i = 0; i < 2000; i++)
    pixels[i] = i % 4 == 0 ? NAN : i % 4 == 1 ? INFINITY : i % 4 == 2 ? -INFINITY : i / 2000.0f;
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR_EXACT);
  assert_ends (&voi, 0.0055, 0.9955, 1e-3);
  g_assert_true (neg_voi_init_auto (&voi, &wide, &identity, &no_padding, NULL));
  g_assert_true (neg_voi_is_valid (&voi));
  for (guint i = 0; i < 2000; i++)
    pixels[i] = NAN;
  g_assert_false (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
}

static void
test_modality_lut (void)
{
  guint16 pixels[100], entries[100];
  NegFrame frame = frame_of (10, 10, NEG_SAMPLE_U16, pixels);
  NegLut lut = { .n_entries = 100, .first_mapped = 0, .bits = 16, .entries = entries };
  NegModality modality = { .slope = 0.5, .lut = &lut };
  NegVoi voi;

  for (guint i = 0; i < 100; i++) {
    pixels[i] = i;
    entries[i] = 1000 + i * 37 % 100; /* not monotonic */
  }
  g_assert_true (neg_voi_init_auto (&voi, &frame, &modality, &no_padding, NULL));
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR); /* the slope says nothing beside a table */
  assert_ends (&voi, 1000, 1099, 0);
}

static void
test_region (void)
{
  guint8 pixels[20 * 10];
  NegFrame frame = frame_of (20, 10, NEG_SAMPLE_U8, pixels);
  const double part[4] = { 2.2, 3.9, 4.8, 5.1 }; /* columns 2..4, rows 3..5 */
  const double beyond[4] = { -50, 18, 500, 900 };
  const double outside[4] = { 10, 0, 20, 5 }, reversed[4] = { 5, 0, 2, 5 }, none[4] = { NAN, 0, 5, 5 };
  NegVoi voi;

  for (guint i = 0; i < 200; i++)
    pixels[i] = i;
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, part));
  assert_ends (&voi, 32, 54, 0);
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, beyond));
  assert_ends (&voi, 180, 199, 0);
  g_assert_false (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, outside));
  g_assert_false (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, reversed));
  g_assert_false (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, none));
}

/* The first of several samples; and a size where only some pixels are looked at. */
static void
test_large (void)
{
  guint size = 5000;
  g_autofree guint16 *pixels = g_new (guint16, (gsize) size * size);
  NegFrame frame = frame_of (size, size, NEG_SAMPLE_U16, pixels);
  gint64 best_us = G_MAXINT64;
  NegVoi voi;

  for (gsize i = 0; i < (gsize) size * size; i++)
    pixels[i] = i * 2654435761u >> 16 & 0xfff;
  for (guint i = 0; i < 20; i++) {
    gint64 start_us = g_get_monotonic_time ();

    g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
    best_us = MIN (best_us, g_get_monotonic_time () - start_us);
  }
  g_test_message ("%u x %u: %" G_GINT64_FORMAT " us", size, size, best_us);
  assert_ends (&voi, 0.005 * 4096, 0.995 * 4096, 10);
  g_assert_cmpint (best_us, <, 50000); /* five milliseconds at most on an idle machine */

  frame.format.samples = 3;
  frame.format.columns = frame.format.rows = 10;
  for (guint i = 0; i < 300; i++)
    pixels[i] = i % 3 ? 9999 : i;
  g_assert_true (neg_voi_init_auto (&voi, &frame, &identity, &no_padding, NULL));
  assert_ends (&voi, 0, 297, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voi-auto/percentiles", test_percentiles);
  g_test_add_func ("/voi-auto/padding", test_padding);
  g_test_add_func ("/voi-auto/constant", test_constant);
  g_test_add_func ("/voi-auto/sparse", test_sparse);
  g_test_add_func ("/voi-auto/float", test_float);
  g_test_add_func ("/voi-auto/modality-lut", test_modality_lut);
  g_test_add_func ("/voi-auto/region", test_region);
  g_test_add_func ("/voi-auto/large", test_large);
  return g_test_run ();
}
