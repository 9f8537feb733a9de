/* Where an annotation is taken hold of, and what pulling there makes of it. */
#include "config.h"

#include <math.h>

#include "reading/neg-annotation-shape.h"

/* Twice as large as the image, turned by a quarter, moved: x' = -2 y + 300, y' = 2 x + 10. */
static const NegAffine turned = { { 0, 0.5, -5, -0.5, 0, 150 } };

static NegAnnotation *
new_annotation (NegAnnotationKind kind, const double *points_px, guint n_points)
{
  NegAnnotation *annotation = neg_annotation_new (kind);

  neg_annotation_set_points (annotation, points_px, n_points);
  return annotation;
}

static void
test_affine (void)
{
  const double image_px[] = { 20, 30 };
  double output[2], back_px[2];
  NegAffine inverse;
  const NegAffine flat = { { 1, 1, 0, 1, 1, 0 } };

  g_assert_true (neg_affine_invert (&turned, &inverse));
  neg_affine_apply (&inverse, image_px, output);
  g_assert_cmpfloat (output[0], ==, 240);
  g_assert_cmpfloat (output[1], ==, 50);
  neg_affine_apply (&turned, output, back_px);
  g_assert_cmpfloat (back_px[0], ==, 20);
  g_assert_cmpfloat (back_px[1], ==, 30);
  g_assert_false (neg_affine_invert (&flat, &inverse));
}

/* The corner that is pulled moves, the one across stays, the two others follow. */
static void
test_box (void)
{
  static const double expected[4][4] = { { 7, 8, 30, 40 }, { 10, 8, 7, 40 }, { 10, 20, 7, 8 }, { 7, 20, 30, 8 } };
  const double points_px[] = { 10, 20, 30, 40 }, to_px[] = { 7, 8 };

  for (guint handle = 0; handle < 4; handle++) {
    g_autoptr (NegAnnotation) box = new_annotation (NEG_ANNOTATION_RECTANGLE, points_px, 2);
    double handles_px[2 * NEG_HANDLES_MAX];

    g_assert_cmpuint (neg_annotation_get_handles (box, handles_px), ==, 4);
    neg_annotation_move_handle (box, handle, to_px);
    g_assert_cmpmem (box->points_px, sizeof expected[0], expected[handle], sizeof expected[0]);
    neg_annotation_get_handles (box, handles_px);
    g_assert_cmpfloat (handles_px[2 * handle], ==, 7);
    g_assert_cmpfloat (handles_px[2 * handle + 1], ==, 8);
  }
}

static void
test_move (void)
{
  const double points_px[] = { 1, 2, 3, 4, 5, 6 }, moved_px[] = { 2, 0, 4, 2, 6, 4 };
  g_autoptr (NegAnnotation) outline = new_annotation (NEG_ANNOTATION_FREEHAND, points_px, 3);
  double handles_px[2 * NEG_HANDLES_MAX];

  outline->points_patient_mm = g_new0 (double, 9);
  neg_annotation_move (outline, 1, -2);
  g_assert_cmpmem (outline->points_px, sizeof moved_px, moved_px, sizeof moved_px);
  g_assert_null (outline->points_patient_mm); /* it is elsewhere now */
  g_assert_cmpuint (neg_annotation_get_handles (outline, handles_px), ==, 0);
}

static double
distance (NegAnnotationKind kind, const double *points_px, guint n_points, double x, double y)
{
  g_autoptr (NegAnnotation) annotation = new_annotation (kind, points_px, n_points);
  const double point[] = { x, y };

  return neg_annotation_get_distance (annotation, &turned, point);
}

/* In output pixels: twice those of the image. */
static void
test_distance (void)
{
  const double line_px[] = { 20, 30, 60, 30 }, box_px[] = { 20, 30, 60, 50 }, lines_px[] = { 0, 0, 9, 0, 20, 30, 60, 30 },
               point_px[] = { 20, 30 }, outline_px[] = { 20, 30, 60, 30, 60, 50 };

  /* The line goes from 240, 50 to 240, 130. */
  g_assert_cmpfloat (distance (NEG_ANNOTATION_LENGTH, line_px, 2, 245, 90), ==, 5);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_LENGTH, line_px, 2, 240, 47), ==, 3);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_COBB, lines_px, 4, 245, 90), ==, 5);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_PROBE, point_px, 1, 243, 54), ==, 5);
  /* The box from 240, 50 to 200, 130; its middle is far from its edges. */
  g_assert_cmpfloat (distance (NEG_ANNOTATION_RECTANGLE, box_px, 2, 220, 90), ==, 20);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_RECTANGLE, box_px, 2, 196, 90), ==, 4);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_ELLIPSE, box_px, 2, 200, 90), <, 0.1);
  g_assert_cmpfloat (distance (NEG_ANNOTATION_ELLIPSE, box_px, 2, 200, 130), >, 10);
  /* Closed by itself: its long side runs from 200, 130 back to 240, 50. */
  g_assert_cmpfloat (distance (NEG_ANNOTATION_FREEHAND, outline_px, 3, 220, 90), <, 1e-9);
}

static void
test_directions (void)
{
  const double from[] = { 10, 10 };
  double level[] = { 110, 14 }, slanting[] = { 60, 65 };

  neg_snap_direction (from, level);
  g_assert_cmpfloat_with_epsilon (level[0], 10 + hypot (100, 4), 1e-9);
  g_assert_cmpfloat_with_epsilon (level[1], 10, 1e-9);
  neg_snap_direction (from, slanting);
  g_assert_cmpfloat_with_epsilon (slanting[0], slanting[1], 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annotation-shape/affine", test_affine);
  g_test_add_func ("/annotation-shape/box", test_box);
  g_test_add_func ("/annotation-shape/move", test_move);
  g_test_add_func ("/annotation-shape/distance", test_distance);
  g_test_add_func ("/annotation-shape/directions", test_directions);
  return g_test_run ();
}
