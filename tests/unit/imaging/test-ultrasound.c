/* Calibrated regions of ultrasound (imaging-correctness F, pitfall 18; PS3.3 C.8.5.5). */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-ultrasound.h"

enum { TISSUE, DETAIL, DOPPLER, BESIDE, OF_SECOND_FRAME, N_REGIONS };

/* A picture of tissue at 0.02 cm a pixel with a detail of the same scale in it, a spectrum below it, the same tissue once
 * more beside it, and in the second frame something larger in the middle of the tissue. */
static NegInstance *
instance_new (void)
{
  static const NegUltrasoundRegion regions[N_REGIONS] = {
    [TISSUE] = { 0, 100, 50, 299, 249, 3, 3, 0.02, 0.02, .spatial_format = 1 },
    [DETAIL] = { 0, 150, 100, 199, 149, 3, 3, -0.02, 0.02, .spatial_format = 1, .flags = 1 },
    [DOPPLER] = { 0, 100, 300, 399, 399, 4, 7, 0.01, -0.5, TRUE, 0, 60, 0, 0, .spatial_format = 3 },
    [BESIDE] = { 0, 300, 50, 499, 249, 3, 3, 0.02, 0.02, .spatial_format = 1 },
    [OF_SECOND_FRAME] = { 2, 120, 60, 249, 199, 3, 3, 0.05, 0.04, .spatial_format = 1 },
  };
  NegInstance *instance = neg_instance_new ();

  instance->frames = 2;
  instance->rows = instance->columns = 512;
  instance->n_ultrasound_regions = N_REGIONS;
  instance->ultrasound_regions = g_memdup2 (regions, sizeof regions);
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  return instance;
}

static NegMeasureScale
get_scale (const NegInstance *instance, guint32 frame, double x0, double y0, double x1, double y1)
{
  const double line_px[] = { x0, y0, x1, y1 };
  g_autoptr (GError) error = NULL;
  NegMeasureScale scale;

  g_assert_true (neg_ultrasound_scale_init (&scale, instance, frame, line_px, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_REGION);
  return scale;
}

static void
assert_refused (const NegInstance *instance, double x0, double y0, double x1, double y1, const char *why)
{
  const double line_px[] = { x0, y0, x1, y1 };
  g_autoptr (GError) error = NULL;
  NegMeasureScale scale;

  g_assert_false (neg_ultrasound_scale_init (&scale, instance, 0, line_px, 2, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_cmpint (scale.calibration, ==, NEG_CALIBRATION_NONE);
  g_assert_cmpfloat (scale.x_step, ==, 1);
  g_assert_cmpfloat (scale.y_step, ==, 1);
}

/* 30 and 40 pixels of 0.2 mm are 6 and 8 mm: 10 mm. */
static void
test_pitfall_18_length (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  NegMeasureScale scale = get_scale (instance, 0, 210, 160, 240, 200);
  const double line_px[] = { 210, 160, 240, 200 };

  g_assert_cmpfloat_with_epsilon (neg_measure_length (&scale, line_px), 10, 1e-9);
}

/* C.8.5.5.1.3: priority is of colours; the detail's delta along x is negative, its length is not. */
static void
test_nested (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  NegMeasureScale scale = get_scale (instance, 0, 160, 120, 260, 120);
  const double line_px[] = { 160, 120, 260, 120 };

  g_assert_cmpfloat_with_epsilon (neg_measure_length (&scale, line_px), 20, 1e-9);
}

/* 20 pixels of 0.5 mm across, 15 of 0.4 mm down: 10 and 6 mm. In the first frame it is 4 and 3 mm. */
static void
test_per_frame (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  const double line_px[] = { 130, 70, 150, 85 };
  NegMeasureScale first = get_scale (instance, 0, 130, 70, 150, 85), second = get_scale (instance, 1, 130, 70, 150, 85);

  g_assert_cmpfloat_with_epsilon (neg_measure_length (&first, line_px), 5, 1e-9);
  g_assert_cmpfloat_with_epsilon (neg_measure_length (&second, line_px), hypot (10, 6), 1e-9);
}

/* The last pixel belongs to the region (C.8.5.5.1.14), the next one does not. */
static void
test_edges (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  const double corners_px[][2] = { { 100, 50 }, { 299.999, 249.999 }, { 99.999, 60 }, { 110, 250 }, { NAN, 60 } };

  g_assert_true (neg_ultrasound_find (instance, 0, corners_px[0]) == &instance->ultrasound_regions[TISSUE]);
  g_assert_true (neg_ultrasound_find (instance, 0, corners_px[1]) == &instance->ultrasound_regions[TISSUE]);
  for (guint i = 2; i < G_N_ELEMENTS (corners_px); i++)
    g_assert_null (neg_ultrasound_find (instance, 0, corners_px[i]));
  g_assert_true (neg_ultrasound_has_regions (instance, 0));
  for (guint i = 0; i < N_REGIONS; i++)
    instance->ultrasound_regions[i].frame = 2;
  g_assert_false (neg_ultrasound_has_regions (instance, 0));
  g_assert_true (neg_ultrasound_has_regions (instance, 1));
}

static void
test_refused (void)
{
  g_autoptr (NegInstance) instance = instance_new ();

  assert_refused (instance, 210, 160, 50, 160, "outside");
  assert_refused (instance, 110, 310, 110, 330, "no lengths");
  assert_refused (instance, 210, 160, 110, 330, "no lengths");
  assert_refused (instance, 290, 60, 310, 60, "side by side");
  instance->ultrasound_regions[BESIDE].x_delta = 0.03;
  assert_refused (instance, 290, 60, 310, 60, "different scales");
  instance->ultrasound_regions[DETAIL].y_delta = 0.021;
  assert_refused (instance, 160, 120, 260, 120, "different scales");
}

static void
test_useless_scale (void)
{
  static const double deltas[] = { 0, NAN, INFINITY, 1e9 };

  for (guint i = 0; i < G_N_ELEMENTS (deltas); i++) {
    g_autoptr (NegInstance) instance = instance_new ();

    instance->ultrasound_regions[TISSUE].y_delta = deltas[i];
    assert_refused (instance, 210, 160, 240, 200, "without a usable scale");
  }
}

/* A region that ends before it begins, or beyond all pixels, is no trap. */
static void
test_strange_regions (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  const double point_px[] = { 210, 160 };

  instance->n_ultrasound_regions = 1;
  instance->ultrasound_regions[0].x1 = 10;
  g_assert_null (neg_ultrasound_find (instance, 0, point_px));
  instance->ultrasound_regions[0].x1 = instance->ultrasound_regions[0].y1 = G_MAXUINT32;
  g_assert_nonnull (neg_ultrasound_find (instance, 0, point_px));
}

/* The base line is row 360; 20 pixels above it, at the centre of row 340: 20 * 0.5 cm/s. Column 150 is 0.5 s. */
static void
test_doppler (void)
{
  g_autoptr (NegInstance) instance = instance_new ();
  const double point_px[] = { 150.5, 340.5 }, tissue_px[] = { 210, 160 };
  NegUltrasoundValue value;

  neg_ultrasound_get_value (&value, instance, 0, point_px);
  g_assert_cmpfloat_with_epsilon (value.x_value, 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (value.y_value, 10, 1e-12);
  g_assert_cmpstr (value.x_unit, ==, "s");
  g_assert_cmpstr (value.y_unit, ==, "cm/s");
  instance->ultrasound_regions[DOPPLER].reference_y = -5;
  instance->ultrasound_regions[DOPPLER].reference_y_value = 3;
  neg_ultrasound_get_value (&value, instance, 0, point_px);
  g_assert_cmpfloat_with_epsilon (value.y_value, 3 - 45 * 0.5, 1e-12);
  neg_ultrasound_get_value (&value, instance, 0, tissue_px);
  g_assert_true (isnan (value.x_value) && isnan (value.y_value));
  g_assert_cmpstr (value.x_unit, ==, "");
  instance->ultrasound_regions[DOPPLER].y_units = 0xffff;
  neg_ultrasound_get_value (&value, instance, 0, point_px);
  g_assert_true (isnan (value.y_value));
  g_assert_cmpstr (value.y_unit, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ultrasound/pitfall-18-length", test_pitfall_18_length);
  g_test_add_func ("/ultrasound/nested", test_nested);
  g_test_add_func ("/ultrasound/per-frame", test_per_frame);
  g_test_add_func ("/ultrasound/edges", test_edges);
  g_test_add_func ("/ultrasound/refused", test_refused);
  g_test_add_func ("/ultrasound/useless-scale", test_useless_scale);
  g_test_add_func ("/ultrasound/strange-regions", test_strange_regions);
  g_test_add_func ("/ultrasound/doppler", test_doppler);
  return g_test_run ();
}
