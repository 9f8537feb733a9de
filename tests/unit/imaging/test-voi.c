#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-voi.h"

static void
test_voi_edges (void)
{
  guint16 entries[] = { 0, 255 };
  NegLut lut = { .n_entries = 2, .first_mapped = 10, .bits = 8, .entries = entries }, empty = { .bits = 8 };
  NegVoi table = { .lut = &lut }, no_table = { .lut = &empty };
  NegVoi window = { .function = NEG_VOI_LINEAR, .center = 40, .width = 400 };
  NegVoi sigmoid = { .function = NEG_VOI_SIGMOID, .center = 0, .width = 1e-300 };

  g_assert_cmpfloat (neg_voi_apply (&table, 10.25), ==, 0.25);
  g_assert_cmpfloat (neg_voi_apply (&table, -INFINITY), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&table, INFINITY), ==, 1);
  g_assert_cmpfloat (neg_voi_apply (&table, NAN), ==, 0);
  g_assert_false (neg_voi_is_valid (&no_table));
  g_assert_cmpfloat (neg_voi_apply (&window, NAN), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&window, INFINITY), ==, 1);
  g_assert_cmpfloat (neg_voi_apply (&sigmoid, -1), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&sigmoid, 1), ==, 1);
  window.center = NAN;
  g_assert_false (neg_voi_is_valid (&window));
}

static void
test_range_window (void)
{
  NegVoi voi;

  neg_voi_init_range (&voi, -1024, 3071, FALSE);
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR);
  g_assert_cmpfloat (voi.width, ==, 4096);
  g_assert_cmpfloat (voi.center, ==, 1024);
  g_assert_cmpfloat (neg_voi_apply (&voi, -1024), ==, 0);
  g_assert_cmpfloat (neg_voi_apply (&voi, 3071), ==, 1);
  neg_voi_init_range (&voi, 0, 0.5, TRUE);
  g_assert_cmpint (voi.function, ==, NEG_VOI_LINEAR_EXACT);
  g_assert_cmpfloat (neg_voi_apply (&voi, 0.25), ==, 0.5);
  neg_voi_init_range (&voi, 7, 7, TRUE);
  g_assert_true (neg_voi_is_valid (&voi));
  neg_voi_init_range (&voi, -G_MAXDOUBLE, G_MAXDOUBLE, TRUE);
  g_assert_true (neg_voi_is_valid (&voi));
}

static void
test_frame_values (void)
{
  const guint8 u8 = 200;
  const gint8 s8 = -100;
  const guint16 u16 = 65535;
  const gint16 s16 = -32768;
  const guint32 u32 = 4294967295u;
  const gint32 s32 = G_MININT32;
  const float f32 = 0.5f;
  const double f64 = 1e300;
  const struct {
    const void *pixels;
    double value;
  } cases[NEG_SAMPLE_N_TYPES] = {
    [NEG_SAMPLE_U8] = { &u8, 200 },         [NEG_SAMPLE_S8] = { &s8, -100 },
    [NEG_SAMPLE_U16] = { &u16, 65535 },     [NEG_SAMPLE_S16] = { &s16, -32768 },
    [NEG_SAMPLE_U32] = { &u32, 4294967295 }, [NEG_SAMPLE_S32] = { &s32, G_MININT32 },
    [NEG_SAMPLE_F32] = { &f32, 0.5 },       [NEG_SAMPLE_F64] = { &f64, 1e300 },
  };

  for (guint type = 0; type < NEG_SAMPLE_N_TYPES; type++) {
    NegFrame frame = { .format = { 1, 1, 1, 8, type, NEG_COLOR_MONOCHROME2 }, .pixels = cases[type].pixels };

    g_assert_cmpfloat (neg_frame_get_value (&frame, 0), ==, cases[type].value);
  }
}

static void
test_padding (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  const gint16 pixels[] = { -2000, -1024, 5, 300, -1990, -2010 };
  NegFrame frame = { .format = { 2, 3, 1, 16, NEG_SAMPLE_S16, NEG_COLOR_MONOCHROME2 }, .pixels = pixels };
  NegPadding padding;
  double low, high;

  instance->samples = 1;
  neg_padding_init (&padding, instance);
  g_assert_false (neg_padding_contains (&padding, -2000));
  instance->has_padding_limit = TRUE; /* alone it says nothing */
  neg_padding_init (&padding, instance);
  g_assert_false (padding.active);
  instance->has_padding = TRUE;
  instance->padding_value = -1990;
  instance->padding_limit = -2010; /* either order */
  neg_padding_init (&padding, instance);
  g_assert_true (neg_padding_contains (&padding, -2010));
  g_assert_true (neg_padding_contains (&padding, -1990));
  g_assert_false (neg_padding_contains (&padding, -1989));
  g_assert_true (neg_frame_get_range (&frame, &padding, &low, &high));
  g_assert_cmpfloat (low, ==, -1024);
  g_assert_cmpfloat (high, ==, 300);
  instance->has_padding_limit = FALSE;
  neg_padding_init (&padding, instance);
  g_assert_false (neg_padding_contains (&padding, -2000));
  padding = (NegPadding){ TRUE, -3000, 3000 };
  g_assert_false (neg_frame_get_range (&frame, &padding, &low, &high));
  instance->photometric = g_strdup ("PALETTE COLOR");
  neg_padding_init (&padding, instance);
  g_assert_false (padding.active);
}

static void
test_float_range (void)
{
  const float pixels[] = { NAN, 0.25f, INFINITY, -0.5f, -INFINITY };
  NegFrame frame = { .format = { 1, 5, 1, 32, NEG_SAMPLE_F32, NEG_COLOR_MONOCHROME2 }, .pixels = pixels };
  NegPadding padding = { 0 };
  double low, high;

  g_assert_true (neg_frame_get_range (&frame, &padding, &low, &high));
  g_assert_cmpfloat (low, ==, -0.5);
  g_assert_cmpfloat (high, ==, 0.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voi/edges", test_voi_edges);
  g_test_add_func ("/voi/range", test_range_window);
  g_test_add_func ("/voi/frame-values", test_frame_values);
  g_test_add_func ("/voi/padding", test_padding);
  g_test_add_func ("/voi/float-range", test_float_range);
  return g_test_run ();
}
