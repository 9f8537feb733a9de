#include "config.h"

#include <math.h>

#include "imaging/neg-plane.h"

static const double axial[6] = { 1, 0, 0, 0, 1, 0 };
static const double coronal[6] = { 1, 0, 0, 0, 0, -1 };
static const double sagittal[6] = { 0, 1, 0, 0, 0, -1 };

typedef struct {
  double position_mm[3];
  const double *orientation;
  double spacing_mm[2]; /* row, column */
  guint rows, columns;
} Place;

static NegInstance *
image_at (const Place *place)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info;

  instance->rows = place->rows;
  instance->columns = place->columns;
  instance->frames = instance->n_frame_infos = 1;
  info = instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (info);
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  memcpy (info->position_mm, place->position_mm, sizeof info->position_mm);
  memcpy (info->orientation, place->orientation, sizeof info->orientation);
  memcpy (info->spacing_mm, place->spacing_mm, sizeof info->spacing_mm);
  return instance;
}

static NegPlane
plane_at (Place place)
{
  g_autoptr (NegInstance) instance = image_at (&place);
  NegPlane plane;

  g_assert_true (neg_plane_init (&plane, instance, 0));
  return plane;
}

static void
assert_point (const double *point, const double *expected, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (point[i], expected[i], 1e-6);
}

/* The equation of C.7.6.2.1.1, which counts from the centre of the first pixel, against image coordinates. */
static void
assert_standard (const Place *place)
{
  NegPlane plane = plane_at (*place);
  const double *o = place->orientation;

  for (guint row = 0; row < place->rows; row += 7)
    for (guint column = 0; column < place->columns; column += 5) {
      const double image_px[2] = { column + 0.5, row + 0.5 };
      double point_mm[3], expected_mm[3], back_px[2], beside_mm[3];

      for (guint i = 0; i < 3; i++)
        expected_mm[i] = place->position_mm[i] + o[i] * place->spacing_mm[1] * column
                         + o[i + 3] * place->spacing_mm[0] * row;
      neg_plane_to_patient (&plane, image_px, point_mm);
      assert_point (point_mm, expected_mm, 3);
      g_assert_cmpfloat_with_epsilon (neg_plane_to_image (&plane, point_mm, back_px), 0, 1e-9);
      assert_point (back_px, image_px, 2);
      for (guint i = 0; i < 3; i++)
        beside_mm[i] = point_mm[i] - 3.5 * plane.normal[i];
      g_assert_cmpfloat_with_epsilon (neg_plane_to_image (&plane, beside_mm, back_px), -3.5, 1e-6);
    }
}

static void
test_round_trip (void)
{
  const double tilted[6] = { 1, 0, 0, 0, 0.93969262, 0.34202014 };
  /* As skewed as cosines may be: a round trip has to come back all the same. */
  const double skewed[6] = { 1, 0, 0, 0.0009, 0.99999, 0 };
  const Place places[] = {
    { { -125, -130, 40 }, axial, { 0.7, 0.7 }, 64, 64 },
    { { 10, 20, 300 }, coronal, { 1.5, 0.5 }, 40, 80 }, /* anisotropic */
    { { 10, 20, 300 }, sagittal, { 0.5, 1.5 }, 80, 40 },
    { { 5, -7, 11 }, tilted, { 0.9, 1.1 }, 64, 32 },
    { { 5, -7, 11 }, skewed, { 1, 1 }, 64, 64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    assert_standard (&places[i]);
}

static void
test_distance_of_tilted_slices (void)
{
  const double angle = 23.5 * G_PI / 180, tilted[6] = { 1, 0, 0, 0, cos (angle), sin (angle) };
  NegPlane one = plane_at ((Place){ { 0, 0, 0 }, tilted, { 1, 1 }, 100, 100 });
  NegPlane next = plane_at ((Place){ { 0, 0, 5 }, tilted, { 1, 1 }, 100, 100 });
  double px[2];

  /* The table moves 5 mm along z; the slices are 4.585 mm apart. */
  g_assert_cmpfloat_with_epsilon (neg_plane_to_image (&one, next.origin_mm, px), 4.585, 1e-3);
  g_assert_cmpfloat_with_epsilon (px[1], 5 * sin (angle), 1e-6);
}

static void
assert_refused (Place place)
{
  g_autoptr (NegInstance) instance = image_at (&place);
  NegPlane plane;

  g_assert_false (neg_plane_init (&plane, instance, 0));
}

static void
test_refused (void)
{
  const double nothing[6] = { 0 }, skewed[6] = { 1, 0, 0, 0.01, 1, 0 }, none[6] = { NAN, 0, 0, 0, 1, 0 };
  const Place good = { { 0, 0, 0 }, axial, { 1, 1 }, 10, 10 };
  g_autoptr (NegInstance) instance = image_at (&good), empty = neg_instance_new ();
  NegPlane plane;

  g_assert_true (neg_plane_init (&plane, instance, 0));
  instance->frame_infos[0].has_position = FALSE;
  g_assert_false (neg_plane_init (&plane, instance, 0));
  instance->frame_infos[0].has_position = TRUE;
  instance->frame_infos[0].has_orientation = FALSE;
  g_assert_false (neg_plane_init (&plane, instance, 0));
  instance->frame_infos[0].has_orientation = TRUE;
  instance->frame_infos[0].has_spacing = FALSE;
  g_assert_false (neg_plane_init (&plane, instance, 0));
  g_assert_false (neg_plane_init (&plane, empty, 0));

  assert_refused ((Place){ { 0, 0, 0 }, nothing, { 1, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, skewed, { 1, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, none, { 1, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, NAN, 0 }, axial, { 1, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 1e300 }, axial, { 1, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, axial, { 0, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, axial, { 1, -1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, axial, { 1e-200, 1 }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, axial, { 1, INFINITY }, 10, 10 });
  assert_refused ((Place){ { 0, 0, 0 }, axial, { 1, 1 }, 0, 10 });
}

/* Either end may come first. */
static void
assert_line (const NegPlane *plane, const NegPlane *other, double x1, double y1, double x2, double y2)
{
  const double one[2] = { x1, y1 }, two[2] = { x2, y2 };
  double from[2], to[2];
  gboolean turned;

  g_assert_true (neg_plane_intersect (plane, other, from, to));
  turned = hypot (from[0] - x1, from[1] - y1) > hypot (to[0] - x1, to[1] - y1);
  assert_point (turned ? to : from, one, 2);
  assert_point (turned ? from : to, two, 2);
}

static void
assert_no_line (const NegPlane *plane, const NegPlane *other)
{
  double from[2], to[2];

  g_assert_false (neg_plane_intersect (plane, other, from, to));
  g_assert_false (neg_plane_intersect (other, plane, from, to));
}

/* An axial image of 100 x 100 pixels of 1 mm whose corner is at 0, 0, z = 0, and what crosses it. */
static void
test_intersect (void)
{
  NegPlane plane = plane_at ((Place){ { 0.5, 0.5, 0 }, axial, { 1, 1 }, 100, 100 });
  /* y = 30.5, x from 0, z from 50 down; 0.5 mm across, 2 mm down */
  NegPlane across = plane_at ((Place){ { 0.25, 30.5, 49 }, coronal, { 2, 0.5 }, 50, 200 });
  NegPlane narrow = plane_at ((Place){ { 20.25, 30.5, 49 }, coronal, { 2, 0.5 }, 50, 100 });
  NegPlane wide = plane_at ((Place){ { -99.5, 30.5, 49 }, coronal, { 2, 1 }, 50, 300 });
  NegPlane down = plane_at ((Place){ { 72, -10, 49 }, sagittal, { 2, 1 }, 50, 300 });
  NegPlane above = plane_at ((Place){ { 0.25, 30.5, 249 }, coronal, { 2, 0.5 }, 50, 200 });
  NegPlane beside = plane_at ((Place){ { 0.25, 130.5, 49 }, coronal, { 2, 0.5 }, 50, 200 });

  assert_line (&plane, &across, 0, 30.5, 100, 30.5);
  assert_line (&across, &plane, 0, 25, 200, 25); /* z = 0 is 25 rows of 2 mm below the top */
  assert_line (&plane, &narrow, 20, 30.5, 70, 30.5);
  assert_line (&narrow, &plane, 0, 25, 100, 25);
  assert_line (&plane, &wide, 0, 30.5, 100, 30.5); /* clipped to the image it is drawn in */
  assert_line (&wide, &plane, 100, 25, 200, 25);
  assert_line (&plane, &down, 72, 0, 72, 100);
  assert_no_line (&plane, &above);
  assert_no_line (&plane, &beside);
}

static void
test_intersect_oblique (void)
{
  const double half = sqrt (0.5), diagonal[6] = { half, half, 0, 0, 0, -1 };
  NegPlane plane = plane_at ((Place){ { 1, 0.5, 0 }, axial, { 1, 2 }, 100, 50 }); /* 2 mm across, 1 mm down */
  NegPlane other = plane_at ((Place){ { 0, 0, 50.5 }, diagonal, { 1, 1 }, 100, 400 });
  NegPlane corner = plane_at ((Place){ { 90, 0, 50.5 }, diagonal, { 1, 1 }, 100, 400 });

  /* From the outer edge of the first pixel, clipped at 0, 0, to the far corner. */
  assert_line (&plane, &other, 0, 0, 50, 100);
  assert_line (&plane, &corner, 45, 0, 50, 10);
}

static void
test_intersect_parallel (void)
{
  const double nearly[6] = { 1, 0, 0, 0, cos (0.99 * G_PI / 180), sin (0.99 * G_PI / 180) };
  const double hardly[6] = { 1, 0, 0, 0, cos (1.01 * G_PI / 180), sin (1.01 * G_PI / 180) };
  const double behind[6] = { -1, 0, 0, 0, 1, 0 };
  NegPlane plane = plane_at ((Place){ { 0.5, 0.5, 0 }, axial, { 1, 1 }, 100, 100 });
  NegPlane one = plane_at ((Place){ { 0.5, 0.5, -0.5 }, nearly, { 1, 1 }, 100, 100 });
  NegPlane other = plane_at ((Place){ { 0.5, 0.5, -0.5 }, hardly, { 1, 1 }, 100, 100 });
  NegPlane back = plane_at ((Place){ { 99.5, 0.5, 0 }, behind, { 1, 1 }, 100, 100 });
  double from[2], to[2];

  assert_no_line (&plane, &plane);
  assert_no_line (&plane, &back);
  assert_no_line (&plane, &one);
  g_assert_true (neg_plane_intersect (&plane, &other, from, to));
  g_assert_cmpfloat_with_epsilon (from[1], to[1], 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plane/round-trip", test_round_trip);
  g_test_add_func ("/plane/distance-of-tilted-slices", test_distance_of_tilted_slices);
  g_test_add_func ("/plane/refused", test_refused);
  g_test_add_func ("/plane/intersect", test_intersect);
  g_test_add_func ("/plane/intersect-oblique", test_intersect_oblique);
  g_test_add_func ("/plane/intersect-parallel", test_intersect_parallel);
  return g_test_run ();
}
