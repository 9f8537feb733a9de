#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-measure.h"
#include "imaging/neg-plane.h"

static NegInstance *
instance_new (double row_spacing_mm, double column_spacing_mm)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info;

  instance->rows = instance->columns = 512;
  instance->samples = instance->frames = 1;
  instance->n_frame_infos = 1;
  info = instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (info);
  info->has_spacing = row_spacing_mm != 0;
  info->spacing_mm[0] = row_spacing_mm;
  info->spacing_mm[1] = column_spacing_mm;
  return instance;
}

static NegMeasureScale
scale_of (double x_mm, double y_mm)
{
  return (NegMeasureScale){ NEG_CALIBRATION_PATIENT, x_mm, y_mm, y_mm / x_mm };
}

/* 10.7.1.3: the vertical distance comes first. */
static void
test_scale (void)
{
  g_autoptr (NegInstance) instance = instance_new (0.5, 0.25);
  NegMeasureScale scale;

  neg_measure_scale_init (&scale, instance, 0);
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_UNKNOWN);
  g_assert_cmpfloat (scale.x_step, ==, 0.25);
  g_assert_cmpfloat (scale.y_step, ==, 0.5);
  g_assert_cmpfloat (scale.aspect, ==, 2);
  instance->frame_infos[0].has_position = instance->frame_infos[0].has_orientation = TRUE;
  neg_measure_scale_init (&scale, instance, 0);
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_PATIENT);
}

static void
test_scale_of_detector (void)
{
  g_autoptr (NegInstance) instance = instance_new (0, 0);
  NegMeasureScale scale;

  instance->has_imager_spacing = TRUE;
  instance->imager_spacing_mm[0] = 0.2;
  instance->imager_spacing_mm[1] = 0.1;
  neg_measure_scale_init (&scale, instance, 0);
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_DETECTOR);
  g_assert_cmpfloat (scale.x_step, ==, 0.1);
  g_assert_cmpfloat (scale.y_step, ==, 0.2);
}

/* Pixel Aspect Ratio shapes angles and gives no millimetre (C.7.6.3.1.7). */
static void
test_scale_without_spacing (void)
{
  g_autoptr (NegInstance) instance = instance_new (0, 0);
  const double line_px[] = { 0, 0, 3, 4 }, right_angle_px[] = { 1, 0, 0, 0, 1, 1 };
  NegMeasureScale scale;

  instance->has_aspect_ratio = TRUE;
  instance->aspect_ratio[0] = 2;
  instance->aspect_ratio[1] = 1;
  neg_measure_scale_init (&scale, instance, 0);
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_NONE);
  g_assert_cmpfloat (neg_measure_length (&scale, line_px), ==, 5);
  /* atan (2). */
  g_assert_cmpfloat_with_epsilon (neg_measure_angle_deg (&scale, right_angle_px), 63.43494882292201, 1e-12);
}

static void
test_scale_of_nonsense (void)
{
  const double spacings_mm[] = { NAN, INFINITY, -1, 1e-300, 1e300 };

  for (guint i = 0; i < G_N_ELEMENTS (spacings_mm); i++) {
    g_autoptr (NegInstance) instance = instance_new (spacings_mm[i], 1);
    NegMeasureScale scale;

    neg_measure_scale_init (&scale, instance, 0);
    g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_NONE);
    g_assert_cmpfloat (scale.x_step, ==, 1);
    g_assert_cmpfloat (scale.y_step, ==, 1);
    g_assert_true (isfinite (scale.aspect));
  }
}

/* 4 x 0.25 = 1 mm across, 3 x 0.5 = 1.5 mm down: the root of 3.25. */
static void
test_length (void)
{
  NegMeasureScale scale = scale_of (0.25, 0.5);
  const double line_px[] = { 1, 2, 5, 5 }, back_px[] = { 5, 5, 1, 2 }, point_px[] = { 7, 7, 7, 7 };

  g_assert_cmpfloat_with_epsilon (neg_measure_length (&scale, line_px), 1.8027756377319946, 1e-15);
  g_assert_cmpfloat (neg_measure_length (&scale, back_px), ==, neg_measure_length (&scale, line_px));
  g_assert_cmpfloat (neg_measure_length (&scale, point_px), ==, 0);
}

static void
test_angle (void)
{
  NegMeasureScale square = scale_of (0.3, 0.3), tall = scale_of (1, sqrt (3));
  const double diagonal_px[] = { 1, 0, 0, 0, 1, 1 }, straight_px[] = { -2, 3, 0, 3, 5, 3 };
  const double narrow_px[] = { 1e4, 0, 0, 0, 1e4, 1e-4 }, nothing_px[] = { 1, 1, 1, 1, 2, 2 };

  g_assert_cmpfloat_with_epsilon (neg_measure_angle_deg (&square, diagonal_px), 45, 1e-12);
  g_assert_cmpfloat_with_epsilon (neg_measure_angle_deg (&tall, diagonal_px), 60, 1e-12);
  g_assert_cmpfloat (neg_measure_angle_deg (&square, straight_px), ==, 180);
  /* 1e-8 radian: the cosine of it is 1. */
  g_assert_cmpfloat_with_epsilon (neg_measure_angle_deg (&square, narrow_px), 5.729577951308232e-07, 1e-18);
  g_assert_true (isnan (neg_measure_angle_deg (&square, nothing_px)));
}

/* Two lines of @length about points on a vertical spine, tilted by @one and @other degrees, all turned by @turn. */
static double
cobb_of (double one_deg, double other_deg, double turn_deg, gboolean reversed)
{
  NegMeasureScale scale = scale_of (0.5, 0.25);
  double angles[] = { (one_deg + turn_deg) * G_PI / 180, (other_deg + turn_deg) * G_PI / 180 };
  double spine = (90 + turn_deg) * G_PI / 180, lines_px[8];

  for (guint i = 0; i < 2; i++) {
    double sign = reversed && i ? -1 : 1, away = i ? 100 : 0;

    for (guint end = 0; end < 2; end++) {
      double along = (end ? 20 : -20) * sign;

      lines_px[4 * i + 2 * end] = 200 + (away * cos (spine) + along * cos (angles[i])) / scale.x_step;
      lines_px[4 * i + 2 * end + 1] = 200 + (away * sin (spine) + along * sin (angles[i])) / scale.y_step;
    }
  }
  return neg_measure_cobb_deg (&scale, lines_px);
}

static void
test_cobb (void)
{
  static const double cases[][3] = { { 0, 0, 0 }, { 10, -15, 25 }, { 30, 5, 25 }, { 50, -50, 100 }, { -55, 58, 113 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (double turn_deg = 0; turn_deg < 360; turn_deg += 15) {
      g_assert_cmpfloat_with_epsilon (cobb_of (cases[i][0], cases[i][1], turn_deg, FALSE), cases[i][2], 1e-6);
      g_assert_cmpfloat_with_epsilon (cobb_of (cases[i][0], cases[i][1], turn_deg, TRUE), cases[i][2], 1e-6);
    }
  /* Closer to the spine than that nobody knows. */
  g_assert_cmpfloat_with_epsilon (cobb_of (-55, 62, 0, FALSE), 63, 1e-6);
  /* Lines one behind the other, such as the bones of a toe: the smaller angle. */
  g_assert_cmpfloat_with_epsilon (cobb_of (80, -80, 0, FALSE), 20, 1e-6);
  g_assert_cmpfloat_with_epsilon (cobb_of (80, -80, 0, TRUE), 20, 1e-6);
}

static void
test_cobb_of_nothing (void)
{
  NegMeasureScale scale = scale_of (1, 1);
  const double point_px[] = { 1, 1, 1, 1, 0, 5, 5, 5 }, crossing_px[] = { -1, 0, 1, 0, -1, -1, 1, 1 };

  g_assert_true (isnan (neg_measure_cobb_deg (&scale, point_px)));
  g_assert_cmpfloat_with_epsilon (neg_measure_cobb_deg (&scale, crossing_px), 45, 1e-12);
}

/* C.7.6.2.1.1: what is measured in the image is what lies between the places in the patient, tilted or not. */
static void
test_agrees_with_plane (void)
{
  static const double orientations[][6] = { { 1, 0, 0, 0, 0.9396926207859084, 0.3420201433256687 },
                                            { 0, 1, 0, 0, 0, -1 },
                                            { 0.97304174, 0.18469348, -0.13812343, -0.22852365, 0.85286188,
                                              -0.46947156 } };
  const double line_px[] = { 10.25, 400, 311, 17.5 };

  for (guint i = 0; i < G_N_ELEMENTS (orientations); i++) {
    g_autoptr (NegInstance) instance = instance_new (0.7, 0.4);
    NegFrameInfo *info = &instance->frame_infos[0];
    NegMeasureScale scale;
    NegPlane plane;
    double from_mm[3], to_mm[3], square = 0;

    info->has_position = info->has_orientation = TRUE;
    memcpy (info->orientation, orientations[i], sizeof info->orientation);
    g_assert_true (neg_plane_init (&plane, instance, 0));
    neg_plane_to_patient (&plane, line_px, from_mm);
    neg_plane_to_patient (&plane, line_px + 2, to_mm);
    for (guint j = 0; j < 3; j++)
      square += (to_mm[j] - from_mm[j]) * (to_mm[j] - from_mm[j]);
    neg_measure_scale_init (&scale, instance, 0);
    g_assert_cmpfloat_with_epsilon (neg_measure_length (&scale, line_px), sqrt (square), 1e-5);
  }
}

/* Turns and moves points given in mm, and writes them in pixels. */
static void
place (const NegMeasureScale *scale, const double *points_mm, guint n_points, double turn, const double move_mm[2],
       double *points_px)
{
  for (guint i = 0; i < n_points; i++) {
    double x = points_mm[2 * i], y = points_mm[2 * i + 1];

    points_px[2 * i] = (x * cos (turn) - y * sin (turn) + move_mm[0]) / scale->x_step;
    points_px[2 * i + 1] = (x * sin (turn) + y * cos (turn) + move_mm[1]) / scale->y_step;
  }
}

/* However a shape lies in the image, and whatever its pixels are like, its numbers stay. The fourth and fifth point
 * make the outline cross itself; as an ellipse: half axes of 6 and 2 mm, area 12 pi. */
static void
test_invariance (void)
{
  static const double outline_mm[] = { 0, 0, 40, 5, 35, 30, 10, -8, -3, 20 };
  static const double ellipse_mm[] = { 3, 4, 9, 4, 3, 6 };
  NegMeasureScale unit = scale_of (1, 1);
  NegRegion whole = { NEG_REGION_POLYGON, 5, outline_mm };
  double area = neg_measure_area (&unit, &whole, NULL), angle_deg = neg_measure_angle_deg (&unit, outline_mm);

  for (guint i = 0; i < 200; i++) {
    double move_mm[2] = { g_test_rand_double_range (-300, 300), g_test_rand_double_range (-300, 300) };
    double turn = g_test_rand_double_range (-7, 7), points_px[10], half_axes_px[6];
    NegMeasureScale scale = scale_of (g_test_rand_double_range (0.1, 3), g_test_rand_double_range (0.1, 3));
    NegRegion region = { NEG_REGION_POLYGON, 5, points_px }, ellipse = { NEG_REGION_ELLIPSE, 3, half_axes_px };
    gboolean crosses;

    place (&scale, outline_mm, 5, turn, move_mm, points_px);
    place (&scale, ellipse_mm, 3, turn, move_mm, half_axes_px);
    g_assert_cmpfloat_with_epsilon (neg_measure_length (&scale, points_px), sqrt (1625), 1e-9);
    g_assert_cmpfloat_with_epsilon (neg_measure_angle_deg (&scale, points_px), angle_deg, 1e-9);
    g_assert_cmpfloat_with_epsilon (neg_measure_area (&scale, &region, &crosses), area, 1e-8);
    g_assert_true (crosses);
    g_assert_cmpfloat_with_epsilon (neg_measure_area (&scale, &ellipse, &crosses), 12 * G_PI, 1e-8);
    g_assert_false (crosses);
  }
}

static void
test_refused (void)
{
  const double wrong[] = { NAN, INFINITY, -INFINITY, 2e6, -1e300 };
  NegMeasureScale scale = scale_of (1, 1);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    for (guint j = 0; j < 4; j++) {
      double points_px[] = { 0, 0, 9, 0, 0, 9, 5, 5 };
      NegRegion region = { NEG_REGION_POLYGON, 4, points_px };

      points_px[j] = wrong[i];
      g_assert_true (isnan (neg_measure_length (&scale, points_px)));
      g_assert_true (isnan (neg_measure_angle_deg (&scale, points_px)));
      g_assert_true (isnan (neg_measure_cobb_deg (&scale, points_px)));
      g_assert_true (isnan (neg_measure_area (&scale, &region, NULL)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure-shapes/scale", test_scale);
  g_test_add_func ("/measure-shapes/scale-of-detector", test_scale_of_detector);
  g_test_add_func ("/measure-shapes/scale-without-spacing", test_scale_without_spacing);
  g_test_add_func ("/measure-shapes/scale-of-nonsense", test_scale_of_nonsense);
  g_test_add_func ("/measure-shapes/length", test_length);
  g_test_add_func ("/measure-shapes/angle", test_angle);
  g_test_add_func ("/measure-shapes/cobb", test_cobb);
  g_test_add_func ("/measure-shapes/cobb-of-nothing", test_cobb_of_nothing);
  g_test_add_func ("/measure-shapes/agrees-with-plane", test_agrees_with_plane);
  g_test_add_func ("/measure-shapes/invariance", test_invariance);
  g_test_add_func ("/measure-shapes/refused", test_refused);
  return g_test_run ();
}
