/* Measurements on phantoms whose sizes are known: each number within 0.1 %. */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "imaging/neg-layers.h"
#include "imaging/neg-plane.h"
#include "reading/neg-annotation-values.h"

#define N_COLUMNS 256
#define N_ROWS 200

typedef struct {
  NegInstance *instance;
  NegFrame frame;
  gint16 *pixels;
  NegDraw draw;
} Phantom;

static void
phantom_init (Phantom *phantom, double row_spacing_mm, double column_spacing_mm)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info = g_new (NegFrameInfo, 1);

  instance->rows = N_ROWS;
  instance->columns = N_COLUMNS;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->is_signed = TRUE;
  instance->n_frame_infos = 1;
  instance->frame_infos = info;
  neg_frame_info_init (info);
  info->has_spacing = row_spacing_mm != 0;
  info->spacing_mm[0] = row_spacing_mm;
  info->spacing_mm[1] = column_spacing_mm;
  phantom->instance = instance;
  phantom->pixels = g_new0 (gint16, N_ROWS * N_COLUMNS);
  phantom->frame = (NegFrame){ { N_ROWS, N_COLUMNS, 1, 16, NEG_SAMPLE_S16, NEG_COLOR_MONOCHROME2 }, phantom->pixels };
}

static void
phantom_clear (Phantom *phantom)
{
  neg_instance_unref (phantom->instance);
  g_free (phantom->pixels);
}

static NegAnnotation *
new_annotation (NegAnnotationKind kind, const double *points_px, guint n_points)
{
  NegAnnotation *annotation = neg_annotation_new (kind);

  neg_annotation_set_points (annotation, points_px, n_points);
  return annotation;
}

/* NaN where it was not measured. */
static double
find_value (const NegAnnotation *annotation, NegQuantity quantity, const char *unit)
{
  for (guint i = 0; i < annotation->n_values; i++)
    if (annotation->values[i].quantity == quantity) {
      g_assert_cmpstr (annotation->values[i].unit, ==, unit);
      return annotation->values[i].value;
    }
  return NAN;
}

static void
assert_near (double value, double expected)
{
  g_assert_cmpfloat_with_epsilon (value, expected, fabs (expected) * 0.001);
}

static void
measure (NegAnnotation *annotation, Phantom *phantom)
{
  g_autofree char *remark = NULL;

  neg_draw_init (&phantom->draw, phantom->instance, 0, &phantom->frame, 0);
  neg_annotation_measure (annotation, phantom->instance, 0, &phantom->draw, &phantom->frame, NULL, NULL, &remark);
  g_assert_null (remark);
}

static double
measure_one (Phantom *phantom, NegAnnotationKind kind, const double *points_px, guint n_points, NegQuantity quantity,
             const char *unit)
{
  g_autoptr (NegAnnotation) annotation = new_annotation (kind, points_px, n_points);

  measure (annotation, phantom);
  return find_value (annotation, quantity, unit);
}

/* Pixels 0.5 mm high and 0.25 mm wide. A 3-4-5 triangle in mm is 12 pixels wide and 8 high. */
static void
test_not_square (void)
{
  const double line_px[] = { 10, 10, 22, 18 }, right_px[] = { 22, 10, 10, 10, 10, 18 },
               corner_px[] = { 22, 10, 10, 10, 22, 18 }, box_px[] = { 110, 150, 30, 50 };
  double circle_px[2 * 360];
  Phantom phantom;

  phantom_init (&phantom, 0.5, 0.25);
  assert_near (measure_one (&phantom, NEG_ANNOTATION_LENGTH, line_px, 2, NEG_QUANTITY_LENGTH, "mm"), 5);
  assert_near (measure_one (&phantom, NEG_ANNOTATION_ANGLE, right_px, 3, NEG_QUANTITY_ANGLE, "deg"), 90);
  /* atan (4 / 3), at the corner between the leg of 3 mm and the hypotenuse. */
  assert_near (measure_one (&phantom, NEG_ANNOTATION_ANGLE, corner_px, 3, NEG_QUANTITY_ANGLE, "deg"),
               53.13010235415598);
  /* 80 x 100 pixels are 20 x 50 mm. */
  assert_near (measure_one (&phantom, NEG_ANNOTATION_RECTANGLE, box_px, 2, NEG_QUANTITY_AREA, "mm2"), 1000);
  assert_near (measure_one (&phantom, NEG_ANNOTATION_ELLIPSE, box_px, 2, NEG_QUANTITY_AREA, "mm2"), G_PI * 10 * 25);
  /* A circle of 10 mm: half axes of 40 and 20 pixels. */
  for (guint i = 0; i < 360; i++) {
    circle_px[2 * i] = 100 + 40 * cos (i * G_PI / 180);
    circle_px[2 * i + 1] = 100 + 20 * sin (i * G_PI / 180);
  }
  assert_near (measure_one (&phantom, NEG_ANNOTATION_FREEHAND, circle_px, 360, NEG_QUANTITY_AREA, "mm2"),
               G_PI * 100);
  phantom_clear (&phantom);
}

/* End plates 25 degrees apart, drawn in either direction, on pixels that are not square. */
static void
test_cobb (void)
{
  double tilt = tan (25 * G_PI / 180) * 40 * 0.25 / 0.5; /* rows for 40 columns */
  const double lines_px[] = { 60, 50, 100, 50, 100, 120 - tilt, 60, 120 };
  Phantom phantom;

  phantom_init (&phantom, 0.5, 0.25);
  assert_near (measure_one (&phantom, NEG_ANNOTATION_COBB, lines_px, 4, NEG_QUANTITY_ANGLE, "deg"), 25);
  phantom_clear (&phantom);
}

/* Two points of the patient, 47.5 mm from each other, on a plane that is turned about two axes. */
static void
test_oblique (void)
{
  double a = 33 * G_PI / 180, b = 21 * G_PI / 180, points_px[4], distance_mm = 0;
  const double row[] = { cos (a), sin (a), 0 }, column[] = { -sin (a) * cos (b), cos (a) * cos (b), sin (b) };
  double points_mm[2][3];
  g_autoptr (NegAnnotation) annotation = NULL;
  NegFrameInfo *info;
  NegPlane plane;
  Phantom phantom;

  phantom_init (&phantom, 0.8, 0.6);
  info = phantom.instance->frame_infos;
  info->has_position = info->has_orientation = TRUE;
  for (guint i = 0; i < 3; i++) {
    info->position_mm[i] = 100.0 * i - 120.5;
    info->orientation[i] = row[i];
    info->orientation[3 + i] = column[i];
    points_mm[0][i] = info->position_mm[i] + 20 * row[i] + 30 * column[i];
    points_mm[1][i] = points_mm[0][i] + 47.5 * (0.6 * row[i] + 0.8 * column[i]);
    distance_mm += pow (points_mm[1][i] - points_mm[0][i], 2);
  }
  g_assert_cmpfloat_with_epsilon (sqrt (distance_mm), 47.5, 1e-9);
  g_assert_true (neg_plane_init (&plane, phantom.instance, 0));
  neg_plane_to_image (&plane, points_mm[0], points_px);
  neg_plane_to_image (&plane, points_mm[1], points_px + 2);
  annotation = new_annotation (NEG_ANNOTATION_LENGTH, points_px, 2);
  measure (annotation, &phantom);
  assert_near (find_value (annotation, NEG_QUANTITY_LENGTH, "mm"), 47.5);
  g_assert_cmpstr (annotation->calibration, ==, "patient");
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (annotation->points_patient_mm[i], points_mm[i / 3][i % 3], 1e-9);
  phantom_clear (&phantom);
}

static void
assert_calibrated (Phantom *phantom, double expected, const char *unit, const char *calibration, const char *words)
{
  const double line_px[] = { 10, 10, 110, 10 };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_LENGTH, line_px, 2);
  g_autofree char *lines = NULL;

  measure (annotation, phantom);
  assert_near (find_value (annotation, NEG_QUANTITY_LENGTH, unit), expected);
  g_assert_cmpstr (annotation->calibration, ==, calibration);
  lines = neg_annotation_dup_lines (annotation, phantom->instance);
  g_assert_cmpstr (lines, ==, words);
}

/* 100 columns of 0.2 mm each; the detector's are 0.25 mm. */
static void
test_projections (void)
{
  NegInstance *instance;
  Phantom phantom;

  phantom_init (&phantom, 0, 0);
  instance = phantom.instance;
  assert_calibrated (&phantom, 100, "{pixels}", "none", "100.0 px");
  instance->has_imager_spacing = TRUE;
  instance->imager_spacing_mm[0] = instance->imager_spacing_mm[1] = 0.25;
  assert_calibrated (&phantom, 25, "mm", "detector", "25.0 mm at the detector");
  instance->magnification = 1.25; /* by guess: said below, the number above stays */
  assert_calibrated (&phantom, 25, "mm", "detector",
                     "25.0 mm at the detector\n20.0 mm in the object, estimated magnification 1.25");
  instance->magnification = 0;
  assert_calibrated (&phantom, 25, "mm", "detector", "25.0 mm at the detector");
  instance->magnification = 1.25;
  instance->frame_infos[0].has_spacing = TRUE;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.2;
  assert_calibrated (&phantom, 20, "mm", "corrected", "20.0 mm corrected, not said how");
  instance->magnification = NAN;
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.25;
  assert_calibrated (&phantom, 25, "mm", "detector", "25.0 mm at the detector");
  instance->frame_infos[0].spacing_mm[0] = instance->frame_infos[0].spacing_mm[1] = 0.2;
  assert_calibrated (&phantom, 20, "mm", "corrected", "20.0 mm corrected, not said how");
  instance->calibration_type = g_strdup ("GEOMETRY");
  assert_calibrated (&phantom, 20, "mm", "geometry", "20.0 mm corrected for magnification");
  g_free (instance->calibration_type);
  instance->calibration_type = g_strdup ("FIDUCIAL");
  assert_calibrated (&phantom, 20, "mm", "fiducial", "20.0 mm calibrated by an object");
  g_clear_pointer (&instance->calibration_type, g_free);
  instance->has_imager_spacing = FALSE;
  assert_calibrated (&phantom, 20, "mm", "unknown", "20.0 mm of unknown origin");
  phantom_clear (&phantom);
}

/* Two ultrasound pictures beside each other, 0.05 and 0.02 cm a pixel, and a spectrum of 0.5 cm/s a row. */
static void
test_ultrasound (void)
{
  NegUltrasoundRegion *regions = g_new0 (NegUltrasoundRegion, 3);
  const double line_px[] = { 10, 10, 40, 50 }, far_px[] = { 10, 10, 110, 10 }, box_px[] = { 10, 10, 110, 50 },
               probe_px[] = { 20.5, 120.5 };
  g_autoptr (NegAnnotation) across = new_annotation (NEG_ANNOTATION_LENGTH, far_px, 2);
  g_autoptr (NegAnnotation) box = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  g_autoptr (NegAnnotation) probe = new_annotation (NEG_ANNOTATION_PROBE, probe_px, 1);
  g_autofree char *remark = NULL, *box_remark = NULL, *lines = NULL;
  Phantom phantom;

  phantom_init (&phantom, 0, 0);
  regions[0] = (NegUltrasoundRegion){ .x1 = 99, .y1 = 99, .x_units = 3, .y_units = 3, .x_delta = 0.05, .y_delta = 0.05,
                                      .spatial_format = 1 };
  regions[1] = (NegUltrasoundRegion){ .x0 = 100, .x1 = 199, .y1 = 99, .x_units = 3, .y_units = 3, .x_delta = 0.02,
                                      .y_delta = 0.02, .spatial_format = 1 };
  regions[2] = (NegUltrasoundRegion){ .y0 = 100, .x1 = 199, .y1 = 199, .x_units = 4, .y_units = 7, .x_delta = 0.01,
                                      .y_delta = -0.5, .has_reference = TRUE, .reference_y = 60, .spatial_format = 3 };
  phantom.instance->n_ultrasound_regions = 3;
  phantom.instance->ultrasound_regions = regions;
  /* 30 and 40 pixels of 0.5 mm. */
  assert_near (measure_one (&phantom, NEG_ANNOTATION_LENGTH, line_px, 2, NEG_QUANTITY_LENGTH, "mm"), 25);
  neg_annotation_measure (across, phantom.instance, 0, NULL, NULL, NULL, NULL, &remark);
  g_assert_nonnull (remark);
  g_assert_cmpstr (across->calibration, ==, "none");
  assert_near (find_value (across, NEG_QUANTITY_LENGTH, "{pixels}"), 100);
  neg_annotation_measure (box, phantom.instance, 0, NULL, NULL, NULL, NULL, &box_remark);
  g_assert_nonnull (box_remark);
  /* Row 120 is 20 below the region's first, 40 above the reference: 20 cm/s; column 20 is 0.2 s. */
  measure (probe, &phantom);
  assert_near (find_value (probe, NEG_QUANTITY_VALUE, "cm/s"), 20);
  lines = neg_annotation_dup_lines (probe, phantom.instance);
  g_assert_cmpstr (lines, ==, "20.0 cm/s\n0.20 s");
  phantom_clear (&phantom);
}

static void
fill (Phantom *phantom, double slope, double intercept)
{
  NegFrameInfo *info = phantom->instance->frame_infos;

  for (guint row = 0; row < N_ROWS; row++)
    for (guint column = 0; column < N_COLUMNS; column++)
      phantom->pixels[row * N_COLUMNS + column] = (gint16) (column + 2 * row);
  phantom->instance->modality = g_strdup ("CT");
  info->has_rescale = TRUE;
  info->rescale_slope = slope;
  info->rescale_intercept = intercept;
}

/* Columns 10 to 19 and rows 20 to 59 of column + 2 row: mean 14.5 + 2 * 39.5 = 93.5; minimum 50, maximum 137; the
 * variance is that of 10 numbers and four times that of 40: (99 / 12 + 4 * 1599 / 12) * 400 / 399. */
static void
test_statistics (void)
{
  const double box_px[] = { 10, 20, 20, 60 };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  g_autofree char *lines = NULL;
  NegHistogram histogram;
  guint64 n = 0;
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  fill (&phantom, 2, -1000);
  measure (annotation, &phantom);
  assert_near (find_value (annotation, NEG_QUANTITY_MEAN, "[hnsf'U]"), 2 * 93.5 - 1000);
  assert_near (find_value (annotation, NEG_QUANTITY_MINIMUM, "[hnsf'U]"), -900);
  assert_near (find_value (annotation, NEG_QUANTITY_MAXIMUM, "[hnsf'U]"), -726);
  assert_near (find_value (annotation, NEG_QUANTITY_SD, "[hnsf'U]"),
               2 * sqrt ((99 / 12.0 + 4 * 1599 / 12.0) * 400 / 399));
  assert_near (find_value (annotation, NEG_QUANTITY_AREA, "mm2"), 400);
  lines = neg_annotation_dup_lines (annotation, phantom.instance);
  g_assert_cmpstr (lines, ==,
                   "Area 400.0 mm² of unknown origin\nMean −813 HU  SD 46.6 HU\nMin −900 HU  Max −726 HU");
  neg_annotation_measure (annotation, phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, &histogram, NULL);
  g_assert_cmpfloat (histogram.low, ==, -900);
  g_assert_cmpfloat (histogram.high, ==, -726);
  for (guint i = 0; i < NEG_HISTOGRAM_BINS; i++)
    n += histogram.counts[i];
  g_assert_cmpuint (n, ==, 400);
  g_assert_cmpuint (histogram.counts[0], ==, 2); /* -900 and -898 are in the first of 64 bins of 2.72 */
  phantom_clear (&phantom);
}

/* Stored 50 at the point, 31 to 137 in the box of mean 93.5 (test_statistics). ADC of 2e-6 mm2/s a stored value and 1e-4:
 * 0.0002 at the point, 0.000287 on average; the rescale of the file, which has no unit, does not count for it. */
static void
test_real_world (void)
{
  const double box_px[] = { 10, 20, 20, 60 }, point_px[] = { 10.2, 20.9 };
  g_autoptr (NegAnnotation) box = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  g_autoptr (NegAnnotation) probe = new_annotation (NEG_ANNOTATION_PROBE, point_px, 1);
  g_autofree char *lines = NULL, *outside = NULL, *several = NULL;
  NegRealWorldMap maps[] = { { .first_mapped = 0, .last_mapped = 4095, .slope = 2e-6, .intercept = 1e-4,
                               .label = (char *) "ADC", .units_code = (char *) "mm2/s" },
                             { .frame = 2, .first_mapped = 0, .last_mapped = 4095, .slope = 1,
                               .label = (char *) "other", .units_code = (char *) "s" } };
  NegHistogram histogram;
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  fill (&phantom, 3, 0);
  g_free (phantom.instance->modality);
  phantom.instance->modality = g_strdup ("MR");
  phantom.instance->real_world_maps = maps;
  phantom.instance->n_real_world_maps = 2;
  measure (box, &phantom);
  assert_near (find_value (box, NEG_QUANTITY_MEAN, "mm2/s"), 93.5 * 2e-6 + 1e-4);
  assert_near (find_value (box, NEG_QUANTITY_MINIMUM, "mm2/s"), 50 * 2e-6 + 1e-4);
  assert_near (find_value (box, NEG_QUANTITY_MAXIMUM, "mm2/s"), 137 * 2e-6 + 1e-4);
  neg_annotation_measure (box, phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, &histogram, NULL);
  assert_near (histogram.low, 50 * 2e-6 + 1e-4);
  assert_near (histogram.high, 137 * 2e-6 + 1e-4);
  measure (probe, &phantom);
  assert_near (find_value (probe, NEG_QUANTITY_VALUE, "mm2/s"), 2e-4);
  lines = neg_annotation_dup_probe_lines (phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, point_px);
  g_assert_true (g_str_has_prefix (lines, "0.000200 mm2/s\nmodality 150\nstored 50\nshown "));
  /* Of two nobody says which is meant: both are told, neither is kept. */
  maps[1].frame = 1;
  measure (probe, &phantom);
  assert_near (find_value (probe, NEG_QUANTITY_VALUE, "1"), 150);
  several = neg_annotation_dup_probe_lines (phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, point_px);
  g_assert_true (g_str_has_prefix (several, "150\nreal world 0.000200 mm2/s · ADC\nreal world 50.0 s · other\nstored 50"));
  /* A pixel that is not mapped: no average of those that are. */
  phantom.instance->n_real_world_maps = 1;
  maps[0].last_mapped = 100;
  measure (box, &phantom);
  assert_near (find_value (box, NEG_QUANTITY_MEAN, "1"), 3 * 93.5);
  maps[0].last_mapped = 49;
  outside = neg_annotation_dup_probe_lines (phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, point_px);
  g_assert_true (g_str_has_prefix (outside, "150\nstored 50\n"));
  phantom.instance->real_world_maps = NULL;
  phantom.instance->n_real_world_maps = 0;
  phantom_clear (&phantom);
}

/* SUV is a factor on modality values, and says when its time was assumed. */
static void
test_suv (void)
{
  const double box_px[] = { 10, 20, 20, 60 }, point_px[] = { 10.2, 20.9 };
  NegSuv suv = { .factor = 0.5, .unit = "g/ml" };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  g_autoptr (NegAnnotation) probe = new_annotation (NEG_ANNOTATION_PROBE, point_px, 1);
  g_autofree char *lines = NULL, *assumed = NULL;
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  fill (&phantom, 0.1, 0);
  neg_draw_init (&phantom.draw, phantom.instance, 0, &phantom.frame, 0);
  neg_annotation_measure (annotation, phantom.instance, 0, &phantom.draw, &phantom.frame, &suv, NULL, NULL);
  assert_near (find_value (annotation, NEG_QUANTITY_MEAN, "g/ml"), 93.5 * 0.05);
  assert_near (find_value (annotation, NEG_QUANTITY_MAXIMUM, "g/ml"), 137 * 0.05);
  neg_annotation_measure (probe, phantom.instance, 0, &phantom.draw, &phantom.frame, &suv, NULL, NULL);
  assert_near (find_value (probe, NEG_QUANTITY_VALUE, "g/ml"), 50 * 0.05);
  lines = neg_annotation_dup_lines (probe, phantom.instance);
  g_assert_cmpstr (lines, ==, "2.50 SUVbw");
  suv.is_assumed = TRUE;
  neg_annotation_measure (probe, phantom.instance, 0, &phantom.draw, &phantom.frame, &suv, NULL, NULL);
  assumed = neg_annotation_dup_lines (probe, phantom.instance);
  g_assert_cmpstr (assumed, ==, "2.50 SUVbw (time assumed)");
  phantom_clear (&phantom);
}

static void
assert_remark (Phantom *phantom, NegAnnotationKind kind, const double *points_px, guint n_points, guint n_values)
{
  g_autoptr (NegAnnotation) annotation = new_annotation (kind, points_px, n_points);
  g_autofree char *remark = NULL;

  neg_draw_init (&phantom->draw, phantom->instance, 0, &phantom->frame, 0);
  neg_annotation_measure (annotation, phantom->instance, 0, &phantom->draw, &phantom->frame, NULL, NULL, &remark);
  g_assert_nonnull (remark);
  g_assert_cmpuint (annotation->n_values, ==, n_values);
}

static void
test_remarks (void)
{
  const double nowhere_px[] = { 5, 5, 5, 5, 9, 9 }, cross_px[] = { 10, 10, 30, 30, 30, 10, 10, 30 },
               edge_px[] = { -10, 10, 10, 30 }, out_px[] = { -5, 3 }, small_px[] = { 10.6, 10.6, 11.4, 11.4 };
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  fill (&phantom, 1, 0);
  assert_remark (&phantom, NEG_ANNOTATION_ANGLE, nowhere_px, 3, 0);
  assert_remark (&phantom, NEG_ANNOTATION_FREEHAND, cross_px, 4, 5);
  assert_remark (&phantom, NEG_ANNOTATION_RECTANGLE, edge_px, 2, 5);
  assert_remark (&phantom, NEG_ANNOTATION_RECTANGLE, small_px, 2, 1); /* between the centres of pixels */
  assert_remark (&phantom, NEG_ANNOTATION_PROBE, out_px, 1, 0);
  phantom.instance->has_padding = phantom.instance->has_padding_limit = TRUE;
  phantom.instance->padding_limit = 5000;
  assert_remark (&phantom, NEG_ANNOTATION_PROBE, small_px, 1, 0);
  assert_remark (&phantom, NEG_ANNOTATION_ELLIPSE, cross_px, 2, 1);
  phantom_clear (&phantom);
}

/* While the pixels are not there: sizes, no values. */
static void
test_without_pixels (void)
{
  const double box_px[] = { 10, 20, 20, 60 };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  neg_annotation_measure (annotation, phantom.instance, 0, NULL, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (annotation->n_values, ==, 1);
  g_assert_cmpfloat (find_value (annotation, NEG_QUANTITY_AREA, "mm2"), ==, 400);
  phantom_clear (&phantom);
}

static void
test_words (void)
{
  static const struct {
    NegAnnotationValue value;
    const char *words;
  } cases[] = {
    { { NEG_QUANTITY_LENGTH, 42.349, "mm" }, "42.3 mm" },    { { NEG_QUANTITY_LENGTH, 4.239, "mm" }, "4.24 mm" },
    { { NEG_QUANTITY_LENGTH, 1234.5, "mm" }, "1234 mm" },    { { NEG_QUANTITY_ANGLE, 12.34, "deg" }, "12.3°" },
    { { NEG_QUANTITY_AREA, 12.34, "{pixels}" }, "12.3 px²" }, { { NEG_QUANTITY_MEAN, -0.04, "[hnsf'U]" }, "0.0 HU" },
    { { NEG_QUANTITY_MEAN, -7.5, "[hnsf'U]" }, "−7.5 HU" },  { { NEG_QUANTITY_MEAN, 1e30, "1" }, "1e+30" },
    { { NEG_QUANTITY_VALUE, 0.000123, "1" }, "0.000123" },    { { NEG_QUANTITY_VALUE, 4095, "1" }, "4095" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *words = neg_annotation_value_dup_text (&cases[i].value);

    g_assert_cmpstr (words, ==, cases[i].words);
  }
}

/* Screens speak the reader's language, tables that of programs. */
static void
test_comma (void)
{
  const NegAnnotationValue value = { NEG_QUANTITY_LENGTH, 42.349, "mm" };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_PROBE, (double[]){ 1, 2 }, 1);
  g_autofree char *words = NULL, *table = NULL, *before = g_strdup (setlocale (LC_NUMERIC, NULL));

  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL) {
    g_test_skip ("no German locale");
    return;
  }
  neg_annotation_set_values (annotation, &value, 1);
  words = neg_annotation_value_dup_text (&value);
  table = neg_annotation_dup_csv (annotation, NULL);
  setlocale (LC_NUMERIC, before);
  g_assert_cmpstr (words, ==, "42,3 mm");
  g_assert_true (strstr (table, ",42.349,") != NULL);
}

/* No name of a patient, no formula for a spreadsheet. */
static void
test_copies (void)
{
  const double line_px[] = { 10, 10, 110, 10 };
  g_autoptr (NegAnnotation) annotation = new_annotation (NEG_ANNOTATION_ARROW, line_px, 2);
  g_autofree char *copy = NULL, *table = NULL;
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  phantom.instance->patient_name = g_strdup ("Lovelace^Ada");
  phantom.instance->patient_id = g_strdup ("4711");
  phantom.instance->has_series_number = phantom.instance->has_instance_number = TRUE;
  phantom.instance->series_number = 3;
  phantom.instance->instance_number = 12;
  annotation->uid = g_strdup ("2.25.1");
  annotation->text = g_strdup ("=1+1, \"here\"");
  measure (annotation, &phantom);
  copy = neg_annotation_dup_copy (annotation, phantom.instance);
  g_assert_cmpstr (copy, ==, "Arrow (series 3, image 12): =1+1, \"here\"");
  table = neg_annotation_dup_csv (annotation, phantom.instance);
  g_assert_cmpstr (table, ==, "\"arrow\",\"\",,\"\",\"unknown\",3,12,1,\"'=1+1, \"\"here\"\"\",\"\",\"2.25.1\"\r\n");
  phantom_clear (&phantom);
}

/* Stored 1064 with an intercept of -1024 is 40 HU, under a state without a modality stage as well, which shows the
 * stored values. */
static void
test_under_a_state (void)
{
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  const double point_px[] = { 20, 20 }, box_px[] = { 10, 10, 30, 30 };
  g_autoptr (NegAnnotation) probe = new_annotation (NEG_ANNOTATION_PROBE, point_px, 1);
  g_autoptr (NegAnnotation) box = new_annotation (NEG_ANNOTATION_RECTANGLE, box_px, 2);
  NegAnnotation *both[] = { probe, box };
  g_autofree char *lines = NULL;
  Phantom phantom;

  phantom_init (&phantom, 1, 1);
  phantom.instance->frame_infos[0].has_rescale = TRUE;
  phantom.instance->frame_infos[0].rescale_slope = 1;
  phantom.instance->frame_infos[0].rescale_intercept = -1024;
  phantom.instance->modality = g_strdup ("CT");
  phantom.instance->sop_class_uid = g_strdup ("1.2.840.10008.5.1.4.1.1.2");
  for (guint i = 0; i < N_ROWS * N_COLUMNS; i++)
    phantom.pixels[i] = 1064;
  neg_draw_init (&phantom.draw, phantom.instance, 0, &phantom.frame, 0);
  g_assert_true (neg_draw_apply_presentation (&phantom.draw, phantom.instance, 0, &phantom.frame, presentation, 0));
  g_assert_cmpfloat (phantom.draw.modality.intercept, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    neg_annotation_measure (both[i], phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, NULL, NULL);
  g_assert_cmpfloat (find_value (probe, NEG_QUANTITY_VALUE, probe->values[0].unit), ==, 40);
  g_assert_cmpfloat (find_value (box, NEG_QUANTITY_MEAN, probe->values[0].unit), ==, 40);
  lines = neg_annotation_dup_probe_lines (phantom.instance, 0, &phantom.draw, &phantom.frame, NULL, point_px);
  g_assert_nonnull (strstr (lines, "40"));
  g_assert_nonnull (strstr (lines, "1064"));
  phantom_clear (&phantom);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annotation-values/not-square", test_not_square);
  g_test_add_func ("/annotation-values/cobb", test_cobb);
  g_test_add_func ("/annotation-values/oblique", test_oblique);
  g_test_add_func ("/annotation-values/projections", test_projections);
  g_test_add_func ("/annotation-values/ultrasound", test_ultrasound);
  g_test_add_func ("/annotation-values/statistics", test_statistics);
  g_test_add_func ("/annotation-values/real-world", test_real_world);
  g_test_add_func ("/annotation-values/suv", test_suv);
  g_test_add_func ("/annotation-values/under-a-state", test_under_a_state);
  g_test_add_func ("/annotation-values/remarks", test_remarks);
  g_test_add_func ("/annotation-values/without-pixels", test_without_pixels);
  g_test_add_func ("/annotation-values/words", test_words);
  g_test_add_func ("/annotation-values/comma", test_comma);
  g_test_add_func ("/annotation-values/copies", test_copies);
  return g_test_run ();
}
