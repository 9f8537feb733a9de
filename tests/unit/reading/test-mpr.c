/* The multiplanar view: planes, point, zoom and place, lines, words, the way back. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "fake-volume.h"
#include "reading/neg-mpr.h"

#define N_SLICES 30
#define N_PLANES NEG_MPR_N_PLANES

static void
assert_near (const double *a, const double *b, guint n, double epsilon)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], epsilon);
}

static NegMpr *
new_mpr (void)
{
  g_autoptr (NegVolume) volume = fake_volume_new_even (N_SLICES);
  NegMpr *mpr = neg_mpr_new ();

  neg_mpr_set_volume (mpr, volume);
  return mpr;
}

static double
get_z (NegMpr *mpr)
{
  double point_mm[3];

  neg_mpr_get_point (mpr, point_mm);
  return point_mm[2];
}

static void
get_pixel (NegMpr *mpr, NegMprPlane plane, guint width, guint height, const double point_mm[3], double px[2])
{
  NegReformat reformat;

  g_assert_true (neg_mpr_get_reformat (mpr, plane, width, height, &reformat));
  neg_reformat_to_output (&reformat, point_mm, px);
}

static double
get_pixel_mm (NegMpr *mpr, NegMprPlane plane)
{
  NegReformat reformat;

  g_assert_true (neg_mpr_get_reformat (mpr, plane, 400, 300, &reformat));
  return neg_reformat_get_pixel_mm (&reformat);
}

/* --- Planes --- */

static void
test_rest (void)
{
  static const double normals[3][3] = { { 0, 0, 1 }, { 0, 1, 0 }, { -1, 0, 0 } };
  static const double ups[3][3] = { { 0, -1, 0 }, { 0, 0, 1 }, { 0, 0, 1 } };
  g_autoptr (NegMpr) mpr = new_mpr ();
  double normal[3], up[3], point_mm[3];

  for (guint i = 0; i < 3; i++) {
    neg_mpr_get_normal (mpr, i, normal, up);
    assert_near (normal, normals[i], 3, 1e-15);
    assert_near (up, ups[i], 3, 1e-15);
    g_assert_false (neg_mpr_is_turned (mpr, i));
  }
  /* The centre of voxel 20, 25, 15. */
  neg_mpr_get_point (mpr, point_mm);
  assert_near (point_mm, (double[]){ 0, 0, 35 }, 3, 1e-12);
}

/* By 30 degrees in the axial plane, then by 20 in the coronal one. About z: coronal (0, 1, 0) becomes (-1/2, r, 0) with
 * r = cos 30, sagittal (-1, 0, 0) becomes (-r, -1/2, 0). About c = (-1/2, r, 0): c x z = (r, 1/2, 0), so that axial becomes
 * z cos 20 + (r, 1/2, 0) sin 20; c x s = (0, 0, 1/4 + 3/4), so that sagittal becomes s cos 20 + z sin 20. */
static void
test_double_oblique (void)
{
  static const double normals[3][3]
      = { { 0.2961981, 0.1710101, 0.9396926 }, { -0.5, 0.8660254, 0 }, { -0.8137977, -0.4698463, 0.3420201 } };
  g_autoptr (NegMpr) mpr = new_mpr ();
  double normal[3], up[3];

  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 30 * G_PI / 180);
  neg_mpr_get_normal (mpr, NEG_MPR_CORONAL, normal, up);
  assert_near (normal, normals[1], 3, 1e-7);
  assert_near (up, (double[]){ 0, 0, 1 }, 3, 1e-12);
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_AXIAL));
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_SAGITTAL));
  neg_mpr_turn_lines (mpr, NEG_MPR_CORONAL, 20 * G_PI / 180);
  for (guint i = 0; i < 3; i++) {
    neg_mpr_get_normal (mpr, i, normal, up);
    assert_near (normal, normals[i], 3, 1e-7);
  }
  neg_mpr_get_normal (mpr, NEG_MPR_OBLIQUE, normal, up);
  assert_near (normal, (double[]){ 0, 0, 1 }, 3, 1e-15);
}

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void
test_no_drift (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double normals[N_PLANES][3], ups[N_PLANES][3];

  for (guint i = 0; i < 100000; i++) {
    neg_mpr_turn_lines (mpr, i * 7 % 4, 0.01 * (i % 97) - 0.3);
    neg_mpr_turn_oblique (mpr, i % 31, i % 17 - 9.0);
  }
  for (guint i = 0; i < N_PLANES; i++)
    neg_mpr_get_normal (mpr, i, normals[i], ups[i]);
  for (guint i = 0; i < N_PLANES; i++) {
    g_assert_cmpfloat_with_epsilon (dot (normals[i], normals[i]), 1, 1e-14);
    g_assert_cmpfloat_with_epsilon (dot (ups[i], ups[i]), 1, 1e-14);
    g_assert_cmpfloat_with_epsilon (dot (ups[i], normals[i]), 0, 1e-14);
    if (i < 3)
      g_assert_cmpfloat_with_epsilon (dot (normals[i], normals[(i + 1) % 3]), 0, 1e-15);
  }
}

static void
test_ball (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double normal[3], up[3];

  /* The right is +x. The front, at -z, goes to +x when the patient turns about -y; who looks turns about +y: z becomes
   * (sin, 0, cos). */
  neg_mpr_turn_oblique (mpr, 100, 0);
  neg_mpr_get_normal (mpr, NEG_MPR_OBLIQUE, normal, up);
  assert_near (normal, (double[]){ sin (0.5), 0, cos (0.5) }, 3, 1e-12);
  assert_near (up, (double[]){ 0, -1, 0 }, 3, 1e-12);
  neg_mpr_turn_oblique (mpr, -100, 0);
  neg_mpr_get_normal (mpr, NEG_MPR_OBLIQUE, normal, up);
  assert_near (normal, (double[]){ 0, 0, 1 }, 3, 1e-12);

  /* In itself: the picture turns clockwise, what was above is to the right. */
  neg_mpr_turn_lines (mpr, NEG_MPR_OBLIQUE, G_PI / 2);
  neg_mpr_get_normal (mpr, NEG_MPR_OBLIQUE, normal, up);
  assert_near (up, (double[]){ -1, 0, 0 }, 3, 1e-12);
}

/* --- The point --- */

static void
test_scroll_even (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();

  g_assert_cmpfloat_with_epsilon (neg_mpr_get_step_mm (mpr, NEG_MPR_AXIAL), 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (neg_mpr_get_step_mm (mpr, NEG_MPR_CORONAL), 0.8, 1e-12);
  g_assert_cmpfloat_with_epsilon (neg_mpr_get_step_mm (mpr, NEG_MPR_SAGITTAL), 0.5, 1e-12);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, -1);
  for (guint i = 0; i < N_SLICES; i++) {
    g_assert_cmpfloat (get_z (mpr), ==, 5 + 2.0 * i);
    neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 1);
  }
  g_assert_cmpfloat (get_z (mpr), ==, 5 + 2.0 * (N_SLICES - 1));
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, -1000);
  g_assert_cmpfloat (get_z (mpr), ==, 5);
  for (guint i = 0; i < 10; i++)
    neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 0.3);
  g_assert_cmpfloat (get_z (mpr), ==, 11);
}

/* Along the normal, so the sagittal plane scrolls to -x. */
static void
test_scroll_across (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double point_mm[3];

  neg_mpr_scroll (mpr, NEG_MPR_SAGITTAL, 3);
  neg_mpr_scroll (mpr, NEG_MPR_CORONAL, -2);
  neg_mpr_get_point (mpr, point_mm);
  assert_near (point_mm, (double[]){ -1.5, -1.6, 35 }, 3, 1e-12);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_SAGITTAL, 1);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_CORONAL, 1);
  neg_mpr_get_point (mpr, point_mm);
  /* The centres of the first column and of the last row. */
  assert_near (point_mm, (double[]){ -10, -20 + 49 * 0.8, 35 }, 3, 1e-6);
  neg_mpr_scroll (mpr, NEG_MPR_SAGITTAL, 5);
  neg_mpr_get_point (mpr, point_mm);
  g_assert_cmpfloat_with_epsilon (point_mm[0], -10, 1e-6);
}

/* Slices that were left out are stepped into, so that it is seen that they are not there. */
static void
test_scroll_uneven (void)
{
  static const double places_mm[] = { 0, 2, 4, 5, 7, 13, 15, 17 };
  static const double stops_mm[] = { 0, 2, 4, 5, 7, 9, 11, 13, 15, 17 };
  g_autoptr (NegVolume) volume = fake_volume_new (places_mm, G_N_ELEMENTS (places_mm), 0);
  g_autoptr (NegMpr) mpr = neg_mpr_new ();

  neg_mpr_set_volume (mpr, volume);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, -1);
  for (guint i = 0; i < G_N_ELEMENTS (stops_mm); i++) {
    g_assert_cmpfloat_with_epsilon (get_z (mpr), stops_mm[i], 1e-12);
    neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 1);
  }
  for (guint i = G_N_ELEMENTS (stops_mm); i-- > 0;) {
    g_assert_cmpfloat_with_epsilon (get_z (mpr), stops_mm[i], 1e-12);
    neg_mpr_scroll (mpr, NEG_MPR_AXIAL, -1);
  }
}

/* Turned by half a turn in the coronal plane the axial one goes through the slices the other way round. */
static void
test_scroll_backwards (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();

  neg_mpr_turn_lines (mpr, NEG_MPR_CORONAL, G_PI);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, -1);
  g_assert_cmpfloat_with_epsilon (get_z (mpr), 5 + 2 * 29, 1e-9);
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 2);
  g_assert_cmpfloat_with_epsilon (get_z (mpr), 5 + 2 * 27, 1e-9);
}

static void
test_inside (void)
{
  static const double places_mm[] = { 0, 10, 20, 30 };
  static const double outside_mm[][3] = { { 1e6, 0, 0 }, { 0, -1e6, 0 }, { 0, 0, 1e6 }, { -1e300, 1e300, -1e300 } };
  g_autoptr (NegVolume) volume = fake_volume_new (places_mm, G_N_ELEMENTS (places_mm), 0.5);
  g_autoptr (NegMpr) mpr = neg_mpr_new ();
  double point_mm[3], before_mm[3], voxel[3];

  neg_mpr_set_volume (mpr, volume);
  for (guint i = 0; i < G_N_ELEMENTS (outside_mm); i++) {
    neg_mpr_set_point (mpr, outside_mm[i]);
    neg_mpr_get_point (mpr, point_mm);
    g_assert_true (neg_volume_to_voxel (volume, point_mm, voxel));
  }
  neg_mpr_get_point (mpr, before_mm);
  neg_mpr_set_point (mpr, (double[]){ 0, NAN, 0 });
  neg_mpr_set_point (mpr, (double[]){ INFINITY, 0, 0 });
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, NAN);
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, NAN);
  neg_mpr_turn_oblique (mpr, NAN, 0);
  neg_mpr_get_point (mpr, point_mm);
  assert_near (point_mm, before_mm, 3, 1e-15);
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_OBLIQUE));

  /* Along an oblique line as far as it is inside. */
  neg_mpr_reset (mpr);
  neg_mpr_turn_lines (mpr, NEG_MPR_SAGITTAL, 0.7);
  for (int end = -1; end <= 1; end += 2) {
    neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, end);
    neg_mpr_get_point (mpr, point_mm);
    g_assert_true (neg_volume_to_voxel (volume, point_mm, voxel));
  }
}

/* --- Zoom and place --- */

/* 20 x 40 x 60 mm; the viewport is 400 x 300. The coronal and the sagittal plane need 60 mm in 300 pixels. */
static void
test_fit (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double px[2];

  for (guint i = 0; i < N_PLANES; i++)
    g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, i), 0.2, 1e-12);
  /* The middle of the volume: -10.25 + 10, -20.4 + 20, 4 + 30. */
  for (guint i = 0; i < N_PLANES; i++) {
    get_pixel (mpr, i, 400, 300, (double[]){ -0.25, -0.4, 34 }, px);
    assert_near (px, (double[]){ 200, 150 }, 2, 1e-9);
  }
  neg_mpr_set_zoom_shared (mpr, FALSE);
  neg_mpr_fit (mpr, NEG_MPR_AXIAL);
  /* 20 x 40 mm */
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 40.0 / 300, 1e-12);
  neg_mpr_rotate_view (mpr, NEG_MPR_AXIAL, 1);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 0.1, 1e-12);
}

static void
test_zoom (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double before_px[2], after_px[2], place_mm[3] = { 3, -5, 35 };

  get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, place_mm, before_px);
  neg_mpr_zoom_at (mpr, NEG_MPR_AXIAL, 400, 300, before_px[0], before_px[1], 2.5);
  get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, place_mm, after_px);
  assert_near (after_px, before_px, 2, 1e-9);
  for (guint i = 0; i < N_PLANES; i++)
    g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, i), 0.08, 1e-12);
  neg_mpr_set_zoom_shared (mpr, FALSE);
  neg_mpr_zoom_at (mpr, NEG_MPR_CORONAL, 400, 300, 200, 150, 2);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_CORONAL), 0.04, 1e-12);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 0.08, 1e-12);
  /* The others take over what was changed last. */
  neg_mpr_set_zoom_shared (mpr, TRUE);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 0.04, 1e-12);

  neg_mpr_zoom_at (mpr, NEG_MPR_AXIAL, 400, 300, 200, 150, 1e9);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 0.5 / 64, 1e-12);
  neg_mpr_zoom_at (mpr, NEG_MPR_AXIAL, 400, 300, 200, 150, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_AXIAL), 2, 1e-12);
  g_assert_true (neg_mpr_set_true_size (mpr, NEG_MPR_AXIAL, 400, 300, 0.1875));
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_SAGITTAL), 0.1875, 1e-12);
  g_assert_false (neg_mpr_set_true_size (mpr, NEG_MPR_AXIAL, 400, 300, NAN));
  g_assert_false (neg_mpr_set_true_size (mpr, NEG_MPR_AXIAL, 0, 300, 0.2));
}

static void
test_pan (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double before_px[2], after_px[2], place_mm[3] = { 3, -5, 35 };

  for (guint turns = 0; turns < 4; turns++) {
    get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, place_mm, before_px);
    neg_mpr_pan (mpr, NEG_MPR_AXIAL, 400, 300, 10, -7);
    get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, place_mm, after_px);
    g_assert_cmpfloat_with_epsilon (after_px[0] - before_px[0], 10, 1e-9);
    g_assert_cmpfloat_with_epsilon (after_px[1] - before_px[1], -7, 1e-9);
    neg_mpr_pan (mpr, NEG_MPR_AXIAL, 400, 300, -10, 7);
    neg_mpr_rotate_view (mpr, NEG_MPR_AXIAL, 1);
    if (turns == 1)
      neg_mpr_flip_view (mpr, NEG_MPR_AXIAL, FALSE);
  }
  /* It cannot be lost: its edge stays in the middle. */
  neg_mpr_fit (mpr, NEG_MPR_CORONAL);
  neg_mpr_pan (mpr, NEG_MPR_CORONAL, 400, 300, 1e9, 0);
  get_pixel (mpr, NEG_MPR_CORONAL, 400, 300, (double[]){ -10.25, 0, 34 }, after_px);
  assert_near (after_px, (double[]){ 200, 150 }, 2, 1e-6);
}

/* One output pixel is a voxel, and lies on it: 40 columns in 101 pixels would otherwise begin with half a voxel. */
static void
test_true_pixels (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double px[2];

  neg_mpr_set_true_pixels (mpr, NEG_MPR_CORONAL, 101, 77);
  get_pixel (mpr, NEG_MPR_CORONAL, 101, 77, (double[]){ -10.25, 0, 4 }, px);
  g_assert_cmpfloat_with_epsilon (px[0], round (px[0]), 1e-9);
  g_assert_cmpfloat_with_epsilon (px[1], round (px[1]), 1e-9);
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_CORONAL), 0.5, 1e-12);
}

/* x, y: what of the patient is to the right and downwards on the screen. */
static void
assert_screen (NegMpr *mpr, NegMprPlane plane, const double x[3], const double y[3])
{
  NegReformat reformat;

  g_assert_true (neg_mpr_get_reformat (mpr, plane, 400, 300, &reformat));
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpfloat_with_epsilon (reformat.x_mm[i], x[i] * 0.2, 1e-12);
    g_assert_cmpfloat_with_epsilon (reformat.y_mm[i], y[i] * 0.2, 1e-12);
  }
}

static void
test_turned_view (void)
{
  static const double left[3] = { 1, 0, 0 }, right[3] = { -1, 0, 0 }, posterior[3] = { 0, 1, 0 },
                      anterior[3] = { 0, -1, 0 };
  g_autoptr (NegMpr) mpr = new_mpr ();

  assert_screen (mpr, NEG_MPR_AXIAL, left, posterior);
  neg_mpr_rotate_view (mpr, NEG_MPR_AXIAL, 1);
  /* What was above is to the right now. */
  assert_screen (mpr, NEG_MPR_AXIAL, anterior, left);
  neg_mpr_flip_view (mpr, NEG_MPR_AXIAL, FALSE);
  assert_screen (mpr, NEG_MPR_AXIAL, posterior, left);
  g_assert_true (neg_mpr_is_mirrored (mpr, NEG_MPR_AXIAL));
  neg_mpr_flip_view (mpr, NEG_MPR_AXIAL, TRUE);
  assert_screen (mpr, NEG_MPR_AXIAL, posterior, right);
  g_assert_false (neg_mpr_is_mirrored (mpr, NEG_MPR_AXIAL));
  neg_mpr_rotate_view (mpr, NEG_MPR_AXIAL, -3);
  assert_screen (mpr, NEG_MPR_AXIAL, left, posterior);
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_AXIAL));
}

static void
test_place_stays (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  NegReformat before, after;
  double point_mm[3], before_px[2], after_px[2];

  neg_mpr_zoom_at (mpr, NEG_MPR_AXIAL, 400, 300, 200, 150, 3);
  neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 400, 300, &before);
  neg_mpr_set_point (mpr, (double[]){ 2, 3, 35 });
  neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 400, 300, &after);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);

  /* The lines turn about the point: it stays where it is, in the planes that turn, too. */
  neg_mpr_get_point (mpr, point_mm);
  get_pixel (mpr, NEG_MPR_CORONAL, 400, 300, point_mm, before_px);
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.6);
  get_pixel (mpr, NEG_MPR_CORONAL, 400, 300, point_mm, after_px);
  assert_near (after_px, before_px, 2, 1e-9);

  /* 400 x 300 pixels of 0.2/3 mm: 20 mm high. The view goes after a point that leaves it. */
  neg_mpr_reset (mpr);
  neg_mpr_zoom_at (mpr, NEG_MPR_AXIAL, 400, 300, 200, 150, 3);
  neg_mpr_set_point (mpr, (double[]){ 0, 18, 35 });
  get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, (double[]){ 0, 18, 35 }, after_px);
  g_assert_cmpfloat_with_epsilon (after_px[1], 270, 1e-6);
  /* Where only the other direction changes, what was panned away stays away. */
  neg_mpr_pan (mpr, NEG_MPR_AXIAL, 400, 300, 0, 100);
  neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 400, 300, &before);
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 1);
  neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 400, 300, &after);
  g_assert_cmpfloat_with_epsilon (before.origin_mm[1], after.origin_mm[1], 1e-12);
}

static void
test_measuring (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  NegReformat before, after;
  guint width, height;
  float value;
  double px[2];

  g_assert_true (neg_mpr_get_measuring (mpr, NEG_MPR_SAGITTAL, &before, &width, &height));
  /* 40 x 60 mm at 0.5 mm */
  g_assert_cmpuint (width, ==, 80);
  g_assert_cmpuint (height, ==, 120);
  neg_mpr_set_point (mpr, (double[]){ 0, 9, 50 });
  neg_mpr_zoom_at (mpr, NEG_MPR_SAGITTAL, 400, 300, 3, 4, 5);
  neg_mpr_flip_view (mpr, NEG_MPR_SAGITTAL, FALSE);
  neg_mpr_get_measuring (mpr, NEG_MPR_SAGITTAL, &after, &width, &height);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  neg_mpr_set_point (mpr, (double[]){ 0, -20 + 7 * 0.8, 5 + 2 * 3 });
  neg_mpr_get_measuring (mpr, NEG_MPR_AXIAL, &after, &width, &height);
  g_assert_cmpuint (width, ==, 40);
  g_assert_cmpuint (height, ==, 80);
  /* Pixel 5.5 is the sixth column, row 7 lies at 7.5 of 0.8 mm. */
  px[0] = 5.5;
  px[1] = 7.5 * 0.8 / 0.5;
  value = neg_reformat_get_value (&after, neg_mpr_get_volume (mpr), px, NULL);
  g_assert_cmpfloat_with_epsilon (value, 5 + 100 * 7 + 10000 * 3, 0.01);
}

/* --- Lines --- */

static void
test_lines (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double point_mm[3], through_px[2], expected_px[2], direction[2], half_px;

  neg_mpr_set_slab_shared (mpr, FALSE);
  neg_mpr_set_slab (mpr, NEG_MPR_CORONAL, 8, NEG_PROJECTION_MEAN);
  neg_mpr_get_point (mpr, point_mm);
  get_pixel (mpr, NEG_MPR_AXIAL, 400, 300, point_mm, expected_px);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_CORONAL, 400, 300, through_px, direction, &half_px));
  assert_near (through_px, expected_px, 2, 1e-9);
  g_assert_cmpfloat_with_epsilon (fabs (direction[0]), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (direction[1], 0, 1e-12);
  /* 4 mm of 0.2 mm a pixel */
  g_assert_cmpfloat_with_epsilon (half_px, 20, 1e-9);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_SAGITTAL, 400, 300, through_px, direction, &half_px));
  g_assert_cmpfloat_with_epsilon (direction[0], 0, 1e-12);
  g_assert_cmpfloat (half_px, ==, 0);

  /* Clockwise by 30 degrees: to the right it goes down by half of its length. */
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, G_PI / 6);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_CORONAL, 400, 300, through_px, direction, &half_px));
  g_assert_cmpfloat_with_epsilon (direction[1] / direction[0], tan (G_PI / 6), 1e-12);
  g_assert_cmpfloat_with_epsilon (half_px, 20, 1e-9);
  /* Mirrored, clockwise is the other way round in the patient, and on the screen still clockwise. */
  neg_mpr_flip_view (mpr, NEG_MPR_AXIAL, FALSE);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_CORONAL, 400, 300, through_px, direction, &half_px));
  g_assert_cmpfloat_with_epsilon (direction[1] / direction[0], -tan (G_PI / 6), 1e-12);
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, G_PI / 6);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_CORONAL, 400, 300, through_px, direction, &half_px));
  g_assert_cmpfloat_with_epsilon (direction[1], 0, 1e-12);

  g_assert_false (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_OBLIQUE, 400, 300, through_px, direction, &half_px));
  g_assert_false (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_AXIAL, 400, 300, through_px, direction, &half_px));
  g_assert_false (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_CORONAL, 0, 300, through_px, direction, &half_px));
  /* At 0.5 rad a slab is cut at that angle. */
  neg_mpr_turn_oblique (mpr, 100, 0);
  neg_mpr_set_slab (mpr, NEG_MPR_OBLIQUE, 8, NEG_PROJECTION_MEAN);
  g_assert_true (neg_mpr_get_line (mpr, NEG_MPR_AXIAL, NEG_MPR_OBLIQUE, 400, 300, through_px, direction, &half_px));
  g_assert_cmpfloat_with_epsilon (half_px, 20 / sin (0.5), 1e-9);
}

/* --- Looks --- */

static void
test_slab (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  NegReformat reformat;

  neg_mpr_set_slab (mpr, NEG_MPR_AXIAL, 6, NEG_PROJECTION_MEAN);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_CORONAL), ==, 6);
  g_assert_cmpint (neg_mpr_get_projection (mpr, NEG_MPR_CORONAL), ==, NEG_PROJECTION_MEAN);
  neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 400, 300, &reformat);
  g_assert_cmpuint (reformat.n_samples, ==, 3);
  neg_mpr_set_slab (mpr, NEG_MPR_AXIAL, NAN, NEG_PROJECTION_MIP);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_AXIAL), ==, 6);
  neg_mpr_set_slab (mpr, NEG_MPR_AXIAL, 1e9, NEG_PROJECTION_MIP);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_AXIAL), ==, NEG_MPR_SLAB_MAX_MM);
  neg_mpr_set_slab_shared (mpr, FALSE);
  neg_mpr_set_slab (mpr, NEG_MPR_SAGITTAL, 0, NEG_PROJECTION_MINIP);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_AXIAL), ==, NEG_MPR_SLAB_MAX_MM);
  neg_mpr_set_slab_shared (mpr, TRUE);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_AXIAL), ==, 0);
}

static void
count_planes (NegMpr *mpr, guint planes, guint *seen)
{
  *seen |= planes;
}

static void
test_window (void)
{
  const NegVoi first = { .function = NEG_VOI_LINEAR, .center = 40, .width = 400 };
  const NegVoi own = { .function = NEG_VOI_LINEAR, .center = 50, .width = 80 };
  const NegVoi invalid = { .function = NEG_VOI_LINEAR, .center = NAN, .width = 80 };
  g_autoptr (NegMpr) mpr = new_mpr ();
  guint seen = 0;
  NegVoi voi;

  g_signal_connect (mpr, "changed", G_CALLBACK (count_planes), &seen);
  neg_mpr_set_first_voi (mpr, &first);
  neg_mpr_set_voi (mpr, NEG_MPR_AXIAL, &own);
  neg_mpr_get_voi (mpr, NEG_MPR_CORONAL, &voi);
  g_assert_cmpfloat (voi.center, ==, 50);
  g_assert_cmpuint (seen, ==, 15);
  neg_mpr_set_window_shared (mpr, FALSE);
  seen = 0;
  neg_mpr_set_voi (mpr, NEG_MPR_SAGITTAL, &first);
  neg_mpr_set_inverted (mpr, NEG_MPR_SAGITTAL, TRUE);
  g_assert_cmpuint (seen, ==, 1 << NEG_MPR_SAGITTAL);
  g_assert_false (neg_mpr_is_inverted (mpr, NEG_MPR_AXIAL));
  neg_mpr_set_voi (mpr, NEG_MPR_AXIAL, &invalid);
  neg_mpr_get_voi (mpr, NEG_MPR_AXIAL, &voi);
  g_assert_cmpfloat (voi.center, ==, 50);
  neg_mpr_reset (mpr);
  neg_mpr_get_voi (mpr, NEG_MPR_AXIAL, &voi);
  g_assert_cmpfloat (voi.center, ==, 40);
  g_assert_false (neg_mpr_is_inverted (mpr, NEG_MPR_SAGITTAL));
}

/* --- Back --- */

static void
test_undo (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  guint64 first, second;

  g_assert_false (neg_mpr_undo (mpr));
  g_assert_cmpuint (neg_mpr_get_undo_serial (mpr), ==, 0);
  for (guint i = 0; i < 5; i++) {
    neg_mpr_mark_step (mpr, 7);
    neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.1);
  }
  first = neg_mpr_get_undo_serial (mpr);
  neg_mpr_mark_step (mpr, 0);
  neg_mpr_set_slab (mpr, NEG_MPR_AXIAL, 10, NEG_PROJECTION_MIP);
  second = neg_mpr_get_undo_serial (mpr);
  g_assert_cmpuint (second, >, first);
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 4);
  g_assert_true (neg_mpr_undo (mpr));
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_AXIAL), ==, 0);
  g_assert_cmpfloat (get_z (mpr), ==, 43); /* where one has scrolled to stays */
  g_assert_cmpuint (neg_mpr_get_redo_serial (mpr), >, second);
  g_assert_true (neg_mpr_undo (mpr)); /* the whole gesture */
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_false (neg_mpr_undo (mpr));
  g_assert_true (neg_mpr_redo (mpr));
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_cmpuint (neg_mpr_get_undo_serial (mpr), ==, first);
  g_assert_true (neg_mpr_redo (mpr));
  g_assert_cmpuint (neg_mpr_get_undo_serial (mpr), ==, second);
  g_assert_false (neg_mpr_redo (mpr));

  /* A reset puts the point back, and undo gives it back. */
  neg_mpr_mark_step (mpr, 0);
  neg_mpr_reset (mpr);
  g_assert_cmpfloat (get_z (mpr), ==, 35);
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_true (neg_mpr_undo (mpr));
  g_assert_cmpfloat (get_z (mpr), ==, 43);
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_true (neg_mpr_redo (mpr));
  g_assert_cmpfloat (get_z (mpr), ==, 35);
}

/* --- Other volumes --- */

static void
test_volumes (void)
{
  g_autoptr (NegVolume) grown = fake_volume_new_even (N_SLICES + 30);
  g_autoptr (NegMpr) mpr = neg_mpr_new ();
  g_autoptr (NegVolume) volume = fake_volume_new_even (N_SLICES);
  NegReformat reformat;
  double point_mm[3];

  g_assert_false (neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 10, 10, &reformat));
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 1);
  neg_mpr_set_point (mpr, (double[]){ 1, 1, 1 });
  neg_mpr_fit (mpr, NEG_MPR_AXIAL);
  neg_mpr_reset (mpr);
  neg_mpr_set_volume (mpr, volume);
  g_assert_false (neg_mpr_get_reformat (mpr, NEG_MPR_AXIAL, 10, 0, &reformat));
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.1);
  neg_mpr_scroll (mpr, NEG_MPR_AXIAL, 3);
  neg_mpr_set_volume (mpr, grown);
  g_assert_true (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_cmpfloat (get_z (mpr), ==, 41);
  /* What shows all of it shows all of it: 120 mm in 300 pixels. */
  g_assert_cmpfloat_with_epsilon (get_pixel_mm (mpr, NEG_MPR_SAGITTAL), 0.4, 1e-9);
  neg_mpr_scroll_to_end (mpr, NEG_MPR_AXIAL, 1);
  g_assert_cmpfloat (get_z (mpr), ==, 5 + 2 * 59);
  neg_mpr_set_volume (mpr, volume);
  neg_mpr_get_point (mpr, point_mm);
  g_assert_cmpfloat (point_mm[2], <=, 64);
  neg_mpr_set_volume (mpr, NULL);
  neg_mpr_set_volume (mpr, volume);
  g_assert_false (neg_mpr_is_turned (mpr, NEG_MPR_CORONAL));
  g_assert_cmpfloat (get_z (mpr), ==, 35);
}

/* Turned, with a slab, somewhere; then everything as at first, and back to where that was. */
static void
assert_shown_again (NegMprPlane turned, NegMprPlane expected)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  NegReformat before, after;
  NegMprPlane shown = NEG_MPR_N_PLANES;
  double point_mm[3], up[3];
  guint width, height;

  if (turned != NEG_MPR_OBLIQUE && expected == NEG_MPR_OBLIQUE)
    neg_mpr_turn_lines (mpr, NEG_MPR_CORONAL, 0.3);
  if (turned == NEG_MPR_OBLIQUE)
    neg_mpr_turn_oblique (mpr, 40, -25);
  neg_mpr_set_slab (mpr, turned, 7.5, NEG_PROJECTION_MINIP);
  neg_mpr_set_point (mpr, (double[]){ 3, -4, 21 });
  g_assert_true (neg_mpr_get_measuring (mpr, turned, &before, &width, &height));
  for (guint i = 0; i < 3; i++) {
    up[i] = -before.y_mm[i];
    point_mm[i] = before.origin_mm[i] + 12 * before.x_mm[i] + 9 * before.y_mm[i];
  }
  neg_mpr_reset (mpr);
  neg_mpr_set_slab (mpr, turned, 0, NEG_PROJECTION_MEAN);
  g_assert_true (neg_mpr_show (mpr, before.x_mm, up, point_mm, 7.5, NEG_PROJECTION_MINIP, &shown));
  g_assert_cmpint (shown, ==, expected);
  g_assert_true (neg_mpr_get_measuring (mpr, shown, &after, &width, &height));
  assert_near (after.origin_mm, before.origin_mm, 3, 1e-6);
  assert_near (after.x_mm, before.x_mm, 3, 1e-9);
  assert_near (after.y_mm, before.y_mm, 3, 1e-9);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, shown), ==, 7.5);
  g_assert_cmpint (neg_mpr_get_projection (mpr, shown), ==, NEG_PROJECTION_MINIP);
}

static void
test_show (void)
{
  static const double nothing[3] = { 0 }, some[3] = { 1, 0, 0 };
  g_autoptr (NegMpr) mpr = new_mpr ();
  NegMprPlane shown;

  assert_shown_again (NEG_MPR_AXIAL, NEG_MPR_AXIAL);
  assert_shown_again (NEG_MPR_CORONAL, NEG_MPR_CORONAL);
  assert_shown_again (NEG_MPR_SAGITTAL, NEG_MPR_SAGITTAL);
  assert_shown_again (NEG_MPR_SAGITTAL, NEG_MPR_OBLIQUE);
  assert_shown_again (NEG_MPR_OBLIQUE, NEG_MPR_OBLIQUE);
  g_assert_false (neg_mpr_show (mpr, nothing, some, some, 0, NEG_PROJECTION_MIP, &shown));
  neg_mpr_set_volume (mpr, NULL);
  g_assert_false (neg_mpr_show (mpr, some, some, some, 0, NEG_PROJECTION_MIP, &shown));
}

static void
assert_position (NegMpr *mpr, NegMprPlane plane, const char *expected)
{
  g_autofree char *text = neg_mpr_dup_position (mpr, plane);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();

  neg_mpr_set_point (mpr, (double[]){ -3.04, 12.34, 35 });
  assert_position (mpr, NEG_MPR_AXIAL, "35.0 mm H");
  assert_position (mpr, NEG_MPR_CORONAL, "12.3 mm P");
  assert_position (mpr, NEG_MPR_SAGITTAL, "3.0 mm R");
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.1);
  assert_position (mpr, NEG_MPR_AXIAL, "35.0 mm H");
  assert_position (mpr, NEG_MPR_CORONAL, "R 3.0 P 12.3 H 35.0 mm");
  neg_mpr_reset (mpr);
  neg_mpr_set_point (mpr, (double[]){ -0.04, 5, 35 });
  assert_position (mpr, NEG_MPR_SAGITTAL, "0.0 mm");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mpr/rest", test_rest);
  g_test_add_func ("/mpr/double-oblique", test_double_oblique);
  g_test_add_func ("/mpr/no-drift", test_no_drift);
  g_test_add_func ("/mpr/ball", test_ball);
  g_test_add_func ("/mpr/scroll-even", test_scroll_even);
  g_test_add_func ("/mpr/scroll-across", test_scroll_across);
  g_test_add_func ("/mpr/scroll-uneven", test_scroll_uneven);
  g_test_add_func ("/mpr/scroll-backwards", test_scroll_backwards);
  g_test_add_func ("/mpr/inside", test_inside);
  g_test_add_func ("/mpr/fit", test_fit);
  g_test_add_func ("/mpr/zoom", test_zoom);
  g_test_add_func ("/mpr/pan", test_pan);
  g_test_add_func ("/mpr/true-pixels", test_true_pixels);
  g_test_add_func ("/mpr/turned-view", test_turned_view);
  g_test_add_func ("/mpr/place-stays", test_place_stays);
  g_test_add_func ("/mpr/measuring", test_measuring);
  g_test_add_func ("/mpr/lines", test_lines);
  g_test_add_func ("/mpr/slab", test_slab);
  g_test_add_func ("/mpr/window", test_window);
  g_test_add_func ("/mpr/undo", test_undo);
  g_test_add_func ("/mpr/volumes", test_volumes);
  g_test_add_func ("/mpr/show", test_show);
  g_test_add_func ("/mpr/words", test_words);
  return g_test_run ();
}
