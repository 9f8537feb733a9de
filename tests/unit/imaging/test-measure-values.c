#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-measure-values.h"

/* One row of pixels, and how they are drawn. */
typedef struct {
  NegFrame frame;
  NegDraw draw;
} Row;

static Row
row_of (NegSampleType type, const void *pixels, guint n)
{
  return (Row){
    .frame = { { .rows = 1, .columns = n, .samples = 1, .bits_stored = 8 * neg_sample_type_get_bytes (type),
                 .sample_type = type, .color = NEG_COLOR_MONOCHROME2 }, pixels },
    .draw = { .modality = { .slope = 1 }, .voi = { NEG_VOI_LINEAR, 128, 256, NULL } },
  };
}

static NegStatistics
measure (const Row *row)
{
  double right = row->frame.format.columns, points_px[] = { 0, 0, right, 0, right, 1, 0, 1 };
  const NegRegion region = { NEG_REGION_POLYGON, 4, points_px };
  g_autoptr (GError) error = NULL;
  NegStatistics statistics;

  neg_measure_statistics (&statistics, &row->draw, &row->frame, &region, &error);
  g_assert_no_error (error);
  return statistics;
}

static void
check (const Row *row, guint64 n, double mean, double sd, double minimum, double maximum)
{
  NegStatistics statistics = measure (row);

  g_assert_cmpuint (statistics.n_pixels, ==, n);
  g_assert_cmpuint (statistics.n_pixels + statistics.n_left_out, ==, row->frame.format.columns);
  g_assert_cmpfloat_with_epsilon (statistics.mean, mean, 1e-13 * fabs (mean));
  g_assert_cmpfloat_with_epsilon (statistics.sd, sd, 1e-13 * sd);
  g_assert_cmpfloat (statistics.minimum, ==, minimum);
  g_assert_cmpfloat (statistics.maximum, ==, maximum);
}

/* 1 to 4: mean 10 / 4, squares of the deviations 2.25 + 0.25 + 0.25 + 2.25 = 5, by n - 1 = 3. */
static void
test_by_hand (void)
{
  const guint16 values[] = { 4, 1, 3, 2 };
  Row row = row_of (NEG_SAMPLE_U16, values, 4);

  check (&row, 4, 2.5, sqrt (5.0 / 3), 1, 4);
  row.draw.modality = (NegModality){ .slope = -2, .intercept = 10 };
  check (&row, 4, 5, 2 * sqrt (5.0 / 3), 2, 8);
}

/* The extremes of each type: mean of both, sd their distance by the root of 2. */
static void
test_types (void)
{
  static const guint8 u8[] = { 0, 255 };
  static const gint8 s8[] = { -128, 127 };
  static const guint16 u16[] = { 0, 65535 };
  static const gint16 s16[] = { -32768, 32767 };
  static const guint32 u32[] = { 0, G_MAXUINT32 };
  static const gint32 s32[] = { G_MININT32, G_MAXINT32 };
  static const float f32[] = { -0.5f, 1.25f };
  static const double f64[] = { -1e100, 3e100 };
  static const struct {
    NegSampleType type;
    const void *values;
    double low, high;
  } cases[] = {
    { NEG_SAMPLE_U8, u8, 0, 255 },         { NEG_SAMPLE_S8, s8, -128, 127 },
    { NEG_SAMPLE_U16, u16, 0, 65535 },     { NEG_SAMPLE_S16, s16, -32768, 32767 },
    { NEG_SAMPLE_U32, u32, 0, 4294967295 }, { NEG_SAMPLE_S32, s32, -2147483648.0, 2147483647 },
    { NEG_SAMPLE_F32, f32, -0.5, 1.25 },   { NEG_SAMPLE_F64, f64, -1e100, 3e100 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Row row = row_of (cases[i].type, cases[i].values, 2);

    check (&row, 2, cases[i].low / 2 + cases[i].high / 2, (cases[i].high - cases[i].low) / sqrt (2), cases[i].low,
           cases[i].high);
  }
}

/* Deviations of -6, -3, 3 and 6 on a large number: their squares are 90, by 3 is 30. A sum of squares in double
 * loses them. */
static void
test_large_offset (void)
{
  const double values[] = { 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16 }, cancels[] = { 1e16, 1, -1e16, 1 };
  const guint32 integers[] = { 4000000004, 4000000007, 4000000013, 4000000016 };
  Row row = row_of (NEG_SAMPLE_F64, values, 4);

  check (&row, 4, 1e9 + 10, sqrt (30), 1e9 + 4, 1e9 + 16);
  row = row_of (NEG_SAMPLE_U32, integers, 4);
  check (&row, 4, 4000000010.0, sqrt (30), 4000000004, 4000000016);
  row = row_of (NEG_SAMPLE_F64, cancels, 4);
  g_assert_cmpfloat (measure (&row).mean, ==, 0.5);
}

/* All the same: exactly 0, however many. Then one of them differs by 1: sd is the root of 1 / n. */
static void
test_many (void)
{
  const guint side = 2000, n = side * side;
  const double points_px[] = { 0, 0, side, 0, side, side, 0, side };
  const NegRegion region = { NEG_REGION_POLYGON, 4, points_px };
  g_autofree guint16 *values = g_new (guint16, n);
  g_autofree float *floats = g_new (float, n);
  Row row = row_of (NEG_SAMPLE_U16, values, side);
  NegStatistics statistics;

  row.frame.format.rows = side;
  for (guint i = 0; i < n; i++) {
    values[i] = 65535;
    floats[i] = 0.1f;
  }
  g_assert_true (neg_measure_statistics (&statistics, &row.draw, &row.frame, &region, NULL));
  g_assert_cmpuint (statistics.n_pixels, ==, n);
  g_assert_cmpfloat (statistics.mean, ==, 65535);
  g_assert_cmpfloat (statistics.sd, ==, 0);
  values[1234567]--;
  g_assert_true (neg_measure_statistics (&statistics, &row.draw, &row.frame, &region, NULL));
  g_assert_cmpfloat_with_epsilon (statistics.mean, 65535 - 1.0 / n, 1e-10);
  g_assert_cmpfloat_with_epsilon (statistics.sd, sqrt (1.0 / n), 1e-15);
  for (guint i = 0; i < n; i += 2)
    values[i] = 0;
  values[1234567]++;
  /* Half of them 0: the sums no longer cancel within 64 bits. */
  g_assert_true (neg_measure_statistics (&statistics, &row.draw, &row.frame, &region, NULL));
  g_assert_cmpfloat (statistics.mean, ==, 32767.5);
  g_assert_cmpfloat_with_epsilon (statistics.sd, 32767.5 * sqrt (n / (n - 1.0)), 1e-9);
  row.frame.format.sample_type = NEG_SAMPLE_F32;
  row.frame.pixels = floats;
  g_assert_true (neg_measure_statistics (&statistics, &row.draw, &row.frame, &region, NULL));
  g_assert_cmpfloat (statistics.mean, ==, 0.1f);
  g_assert_cmpfloat (statistics.sd, ==, 0);
}

static void
test_padding (void)
{
  const gint16 values[] = { -2000, 5, -1900, 7, -2001, 0 };
  Row row = row_of (NEG_SAMPLE_S16, values, 6);
  NegStatistics statistics;

  row.draw.padding = (NegPadding){ TRUE, -2000, -1900 };
  row.draw.modality.intercept = 1;
  check (&row, 4, -1989.0 / 4 + 1, sqrt ((25 + 49 + 2001.0 * 2001 - 1989.0 * 1989 / 4) / 3), -2000, 8);
  row.draw.padding.low = -3000;
  row.draw.padding.high = 3000;
  statistics = measure (&row);
  g_assert_cmpuint (statistics.n_pixels, ==, 0);
  g_assert_cmpuint (statistics.n_left_out, ==, 6);
  g_assert_true (isnan (statistics.mean) && isnan (statistics.sd) && isnan (statistics.minimum)
                 && isnan (statistics.maximum));
}

static void
test_not_a_number (void)
{
  const float values[] = { NAN, 1, INFINITY, 3, -INFINITY }, one[] = { 7.5f, NAN };
  Row row = row_of (NEG_SAMPLE_F32, values, 5);
  NegStatistics statistics;

  check (&row, 2, 2, sqrt (2), 1, 3);
  row = row_of (NEG_SAMPLE_F32, one, 2);
  statistics = measure (&row);
  g_assert_cmpfloat (statistics.mean, ==, 7.5);
  g_assert_true (isnan (statistics.sd));
}

/* Entries 10, 20 and 60 and what lies beyond both ends (C.11.1.1.1). */
static void
test_modality_lut (void)
{
  guint16 entries[] = { 10, 20, 60 };
  const NegLut lut = { .n_entries = 3, .first_mapped = -1, .bits = 16, .entries = entries };
  const gint16 values[] = { -500, 0, 1, 700 };
  const double floats[] = { -500, 0, 1, 700 };
  Row row = row_of (NEG_SAMPLE_S16, values, 4);

  row.draw.modality.lut = &lut;
  check (&row, 4, 37.5, sqrt ((27.5 * 27.5 + 17.5 * 17.5 + 2 * 22.5 * 22.5) / 3), 10, 60);
  row.frame.pixels = floats;
  row.frame.format.sample_type = NEG_SAMPLE_F64;
  check (&row, 4, 37.5, sqrt ((27.5 * 27.5 + 17.5 * 17.5 + 2 * 22.5 * 22.5) / 3), 10, 60);
}

static void
expect_refused (const Row *row, const NegRegion *region, NegErrorCode code)
{
  NegStatistics statistics;
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_measure_statistics (&statistics, &row->draw, &row->frame, region, &error));
  g_assert_error (error, NEG_ERROR, code);
  g_assert_true (isnan (statistics.mean));
}

static void
test_colors (void)
{
  const guint8 values[] = { 1, 2, 3, 4, 5, 6 };
  guint16 entries[] = { 0, 128, 255 };
  const NegLut palette[] = { { 3, 3, 8, entries, NULL }, { 3, 3, 8, entries, NULL }, { 3, 3, 8, entries, NULL } };
  double points_px[] = { 0, 0, 2, 0, 2, 1 };
  const NegRegion region = { NEG_REGION_POLYGON, 3, points_px };
  Row row = row_of (NEG_SAMPLE_U8, values, 6);
  NegProbe probe;

  /* Supplemental: from 3 on there are colours (C.7.6.19). */
  row.draw.palette = palette;
  row.draw.palette_supplemental = TRUE;
  check (&row, 2, 1.5, sqrt (0.5), 1, 2);
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 3.5, 0.5 });
  g_assert_true (probe.is_left_out);
  g_assert_cmpfloat (probe.stored[0], ==, 4);
  g_assert_cmpuint (probe.display[2], ==, 128);
  row.draw.palette_supplemental = FALSE;
  expect_refused (&row, &region, NEG_ERROR_UNSUPPORTED);
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 5.5, 0.5 });
  g_assert_cmpfloat (probe.stored[0], ==, 6);
  g_assert_true (isnan (probe.modality));
  g_assert_cmpuint (probe.n_display, ==, 3);
  g_assert_cmpuint (probe.display[0], ==, 255);
  row = row_of (NEG_SAMPLE_U8, values, 2);
  row.frame.format.samples = 3;
  row.frame.format.color = NEG_COLOR_RGB;
  expect_refused (&row, &region, NEG_ERROR_UNSUPPORTED);
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 1, 0 });
  g_assert_cmpuint (probe.n_stored, ==, 3);
  g_assert_cmpfloat (probe.stored[2], ==, 6);
  g_assert_cmpuint (probe.display[0], ==, 4);
  row = row_of (NEG_SAMPLE_U8, values, 6);
  points_px[3] = NAN;
  expect_refused (&row, &region, NEG_ERROR_USAGE);
}

/* LINEAR at 128, 256: (x - 127.5) / 255 + 0.5 is x / 255. */
static void
test_probe (void)
{
  static const double outside_px[][2] = { { -0.001, 0 }, { 0, -0.001 }, { 3, 0 }, { 0, 1 }, { NAN, 0 }, { 0, NAN },
                                          { INFINITY, 0 }, { -1e300, 0 } };
  const gint16 values[] = { -20, 50, 30 };
  Row row = row_of (NEG_SAMPLE_S16, values, 3);
  NegProbe probe;

  row.draw.modality = (NegModality){ .slope = 2, .intercept = 40 };
  row.draw.padding = (NegPadding){ TRUE, 30, 30 };
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 1.999, 0.999 });
  g_assert_true (probe.is_inside && !probe.is_left_out);
  g_assert_cmpuint (probe.n_stored, ==, 1);
  g_assert_cmpfloat (probe.stored[0], ==, 50);
  g_assert_cmpfloat (probe.modality, ==, 140);
  g_assert_cmpuint (probe.n_display, ==, 1);
  g_assert_cmpuint (probe.display[0], ==, 140);
  row.draw.inverted = TRUE;
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 0, 0 });
  g_assert_cmpfloat (probe.modality, ==, 0);
  g_assert_cmpuint (probe.display[0], ==, 255);
  neg_measure_probe (&probe, &row.draw, &row.frame, (const double[]){ 2, 0 });
  g_assert_true (probe.is_inside && probe.is_left_out && isnan (probe.modality));
  g_assert_cmpfloat (probe.stored[0], ==, 30);
  g_assert_cmpuint (probe.display[0], ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (outside_px); i++) {
    neg_measure_probe (&probe, &row.draw, &row.frame, outside_px[i]);
    g_assert_false (probe.is_inside);
  }
}

/* Pitfall 4: HU of nothing but a CT that is no localizer. */
static void
test_units (void)
{
  static const struct {
    const char *modality, *image_type, *frame_type, *rescale_type, *unit;
  } cases[] = {
    { "CT", "ORIGINAL\\PRIMARY\\AXIAL", NULL, NULL, "HU" },
    { "CT", "ORIGINAL\\PRIMARY\\AXIAL", NULL, "HU", "HU" },
    { "CT", "DERIVED\\SECONDARY\\MPR", NULL, "HU", "HU" },
    { "CT", NULL, NULL, "", "HU" },
    { "CT", "ORIGINAL\\PRIMARY\\LOCALIZER", NULL, "HU", NULL },
    { "CT", "ORIGINAL\\PRIMARY\\LOCALIZER", NULL, NULL, NULL },
    { "CT", "ORIGINAL\\PRIMARY\\AXIAL", NULL, "US", NULL },
    { "CT", NULL, "ORIGINAL\\PRIMARY\\VOLUME\\NONE", "HU", "HU" },
    { "CT", NULL, "ORIGINAL\\PRIMARY\\LOCALIZER\\NONE", "HU", NULL },
    { "CT", NULL, "DERIVED\\PRIMARY\\VOLUME\\NONE", "HU", NULL },
    { "CT", NULL, "DERIVED\\PRIMARY\\VOLUME\\NONE", "MGML", "mg/ml" },
    { "MR", NULL, NULL, "HU", NULL },
    { "MR", NULL, NULL, NULL, NULL },
    { "PT", NULL, NULL, "US", NULL },
    { "MG", NULL, NULL, "OD", "10^-3 OD" },
    { "OT", NULL, NULL, "Z_EFF", "Z_EFF" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = neg_instance_new ();
    NegDraw draw = { .modality = { .slope = 1 } };
    NegFrameInfo *info = instance->frame_infos = g_new (NegFrameInfo, 1);

    instance->n_frame_infos = instance->frames = 1;
    neg_frame_info_init (info);
    instance->modality = g_strdup (cases[i].modality);
    instance->image_type = g_strdup (cases[i].image_type);
    info->frame_type = g_strdup (cases[i].frame_type);
    info->rescale_type = g_strdup (cases[i].rescale_type);
    info->rescale_slope = 1;
    g_assert_null (neg_measure_get_units (instance, 0, &draw));
    info->has_rescale = TRUE;
    g_assert_cmpstr (neg_measure_get_units (instance, 0, &draw), ==, cases[i].unit);
    info->rescale_slope = 0;
    g_assert_null (neg_measure_get_units (instance, 0, &draw));
  }
}

/* A table says its own unit; the rescale that stands beside it is not used. */
static void
test_units_of_lut (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  const NegLut lut = { .n_entries = 1 };
  NegDraw draw = { .modality = { .slope = 1, .lut = &lut } };

  instance->n_frame_infos = instance->frames = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->modality = g_strdup ("CT");
  g_assert_null (neg_measure_get_units (instance, 0, &draw));
  instance->modality_lut_type = g_strdup ("OD");
  g_assert_cmpstr (neg_measure_get_units (instance, 0, &draw), ==, "10^-3 OD");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure-values/by-hand", test_by_hand);
  g_test_add_func ("/measure-values/types", test_types);
  g_test_add_func ("/measure-values/large-offset", test_large_offset);
  g_test_add_func ("/measure-values/many", test_many);
  g_test_add_func ("/measure-values/padding", test_padding);
  g_test_add_func ("/measure-values/not-a-number", test_not_a_number);
  g_test_add_func ("/measure-values/modality-lut", test_modality_lut);
  g_test_add_func ("/measure-values/colors", test_colors);
  g_test_add_func ("/measure-values/probe", test_probe);
  g_test_add_func ("/measure-values/units", test_units);
  g_test_add_func ("/measure-values/units-of-lut", test_units_of_lut);
  return g_test_run ();
}
