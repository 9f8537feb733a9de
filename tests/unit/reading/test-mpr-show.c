/* Back to a plane that something was measured on: the same raster, so that it is found again. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "fake-volume.h"
#include "reading/neg-annotations.h"
#include "reading/neg-mpr.h"
#include "reading/neg-plane-caption.h"

#define N_SLICES 30
#define TILT 0.2

static NegMpr *
new_mpr (void)
{
  double places_mm[N_SLICES];
  g_autoptr (NegVolume) volume = NULL;
  NegMpr *mpr = neg_mpr_new ();

  for (guint i = 0; i < N_SLICES; i++)
    places_mm[i] = 5 + 2.0 * i + (i > 20 ? 0.7 : 0);
  volume = fake_volume_new (places_mm, N_SLICES, TILT);
  neg_mpr_set_volume (mpr, volume);
  return mpr;
}

static NegAnnotationPlane
get_plane (NegMpr *mpr, NegMprPlane plane)
{
  NegReformat measuring;
  NegAnnotationPlane kept;
  guint width, height;

  g_assert_true (neg_mpr_get_measuring (mpr, plane, &measuring, &width, &height));
  kept = (NegAnnotationPlane){ .slab_mm = neg_mpr_get_slab_mm (mpr, plane), .projection = measuring.projection };
  memcpy (kept.origin_mm, measuring.origin_mm, sizeof kept.origin_mm);
  memcpy (kept.x_mm, measuring.x_mm, sizeof kept.x_mm);
  memcpy (kept.y_mm, measuring.y_mm, sizeof kept.y_mm);
  return kept;
}

/* As a hand does it, and as it is read again from the disk. */
static void
measure (NegAnnotations *annotations, NegMpr *mpr, NegMprPlane plane, const double points_px[4])
{
  g_autoptr (NegAnnotation) made = neg_annotation_new (NEG_ANNOTATION_LENGTH), kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NegAnnotationPlane its_plane = get_plane (mpr, plane);

  made->uid = g_strdup ("2.25.1");
  made->study_uid = g_strdup ("1.2");
  made->series_uid = g_strdup ("1.2.3");
  made->sop_class_uid = g_strdup ("1.2.840.10008.5.1.4.1.1.2");
  made->sop_instance_uid = g_strdup ("2.25.7");
  made->frame = 1;
  made->plane = g_memdup2 (&its_plane, sizeof its_plane);
  neg_annotation_set_points (made, points_px, 2);
  text = neg_annotation_to_text (made);
  kept = neg_annotation_from_text (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_true (neg_annotations_put (annotations, kept, 0, &error));
  g_assert_no_error (error);
}

/* As the window does it for a row of the page; the plane that shows it. */
static NegMprPlane
come_back (NegAnnotations *annotations, NegMpr *mpr)
{
  const NegAnnotation *annotation = neg_annotations_find (annotations, "2.25.1");
  const NegAnnotationPlane *kept = annotation->plane;
  double up[3], point_mm[3];
  NegMprPlane plane;

  for (guint i = 0; i < 3; i++)
    up[i] = -kept->y_mm[i];
  neg_annotation_plane_to_patient (kept, annotation->points_px, point_mm);
  g_assert_true (neg_mpr_show (mpr, kept->x_mm, up, point_mm, kept->slab_mm, (NegProjection) kept->projection, &plane));
  return plane;
}

static void
assert_found (NegAnnotations *annotations, NegMpr *mpr, NegMprPlane plane, gboolean is_found)
{
  NegAnnotationPlane now = get_plane (mpr, plane);

  g_assert_cmpstr (neg_annotations_find_plane (annotations, "1.2.3", &now), ==, is_found ? "2.25.7" : NULL);
}

static const double inside_px[4] = { 30, 40, 50, 45 };

static void
go_elsewhere (NegMpr *mpr)
{
  static const double corner_mm[3] = { -9, -3, 9 };

  neg_mpr_turn_lines (mpr, NEG_MPR_SAGITTAL, -0.4);
  neg_mpr_turn_oblique (mpr, -70, 120);
  neg_mpr_set_slab (mpr, NEG_MPR_AXIAL, 3, NEG_PROJECTION_MEAN);
  neg_mpr_set_point (mpr, corner_mm);
}

static void
turn_away_and_back (NegMpr *mpr, NegMprPlane plane)
{
  g_autoptr (NegAnnotations) annotations = neg_annotations_new ();
  NegMprPlane shown;

  measure (annotations, mpr, plane, inside_px);
  assert_found (annotations, mpr, plane, TRUE);
  go_elsewhere (mpr);
  for (NegMprPlane i = 0; i < NEG_MPR_N_PLANES; i++)
    assert_found (annotations, mpr, i, FALSE);
  shown = come_back (annotations, mpr);
  assert_found (annotations, mpr, shown, TRUE);
}

static void
test_oblique_slab (void)
{
  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++) {
    g_autoptr (NegMpr) mpr = new_mpr ();

    neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.5);
    neg_mpr_turn_lines (mpr, NEG_MPR_CORONAL, -0.3);
    neg_mpr_turn_oblique (mpr, 150, 60);
    neg_mpr_set_slab (mpr, plane, 10, NEG_PROJECTION_MIP);
    neg_mpr_scroll (mpr, plane, 2.4);
    turn_away_and_back (mpr, plane);
  }
}

static void
test_plane_alone (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();

  turn_away_and_back (mpr, NEG_MPR_CORONAL);
  g_assert_cmpfloat (neg_mpr_get_slab_mm (mpr, NEG_MPR_CORONAL), ==, 0);
}

/* The plane that lies so already shows it, and nothing turns. */
static void
test_no_turn (void)
{
  g_autoptr (NegAnnotations) annotations = neg_annotations_new ();
  g_autoptr (NegMpr) mpr = new_mpr ();

  measure (annotations, mpr, NEG_MPR_SAGITTAL, inside_px);
  neg_mpr_scroll (mpr, NEG_MPR_SAGITTAL, 7);
  assert_found (annotations, mpr, NEG_MPR_SAGITTAL, FALSE);
  g_assert_cmpint (come_back (annotations, mpr), ==, NEG_MPR_SAGITTAL);
  assert_found (annotations, mpr, NEG_MPR_SAGITTAL, TRUE);
  for (NegMprPlane i = 0; i < NEG_MPR_N_PLANES; i++)
    g_assert_false (neg_mpr_is_turned (mpr, i));
}

/* What was drawn beside the volume, on its plane: the point stays in the volume, and on the plane. */
static void
test_beside (void)
{
  static const double beside_px[][4] = { { -80, -70, 5, 5 }, { 300, 400, 310, 420 }, { 0.01, 0.01, 9, 9 } };

  for (guint i = 0; i < G_N_ELEMENTS (beside_px); i++) {
    g_autoptr (NegAnnotations) annotations = neg_annotations_new ();
    g_autoptr (NegMpr) mpr = new_mpr ();
    double point_mm[3], voxel[3];

    neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.5);
    neg_mpr_turn_lines (mpr, NEG_MPR_CORONAL, -0.3);
    neg_mpr_scroll (mpr, NEG_MPR_CORONAL, 9);
    measure (annotations, mpr, NEG_MPR_CORONAL, beside_px[i]);
    go_elsewhere (mpr);
    assert_found (annotations, mpr, come_back (annotations, mpr), TRUE);
    neg_mpr_get_point (mpr, point_mm);
    g_assert_true (neg_volume_to_voxel (neg_mpr_get_volume (mpr), point_mm, voxel));
  }
}

/* At the very edge, where little of the plane is in the volume. */
static void
test_edge (void)
{
  for (int end = -1; end <= 1; end += 2)
    for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++) {
      g_autoptr (NegAnnotations) annotations = neg_annotations_new ();
      g_autoptr (NegMpr) mpr = new_mpr ();

      neg_mpr_turn_lines (mpr, NEG_MPR_SAGITTAL, 0.7);
      neg_mpr_turn_oblique (mpr, 150, 60);
      neg_mpr_scroll_to_end (mpr, plane, end);
      measure (annotations, mpr, plane, inside_px);
      go_elsewhere (mpr);
      assert_found (annotations, mpr, come_back (annotations, mpr), TRUE);
    }
}

/* The words of the row are those of the plane itself. */
static void
test_words (void)
{
  g_autoptr (NegMpr) mpr = new_mpr ();
  double point_mm[3];

  neg_mpr_set_slab (mpr, NEG_MPR_CORONAL, 10, NEG_PROJECTION_MIP);
  for (NegMprPlane plane = 0; plane < NEG_MPR_OBLIQUE; plane++) {
    NegAnnotationPlane kept = get_plane (mpr, plane);
    g_autofree char *label = neg_plane_caption_dup_label (mpr, plane), *row = NULL;

    neg_annotation_plane_to_patient (&kept, (double[]){ 12, 7 }, point_mm);
    row = neg_plane_caption_dup_kept (&kept, point_mm);
    g_assert_cmpstr (row, ==, label);
    g_assert_true (g_str_has_suffix (row, ", slab 10.0 mm MIP"));
  }
  neg_mpr_set_slab (mpr, NEG_MPR_CORONAL, 0, NEG_PROJECTION_MIP);
  neg_mpr_turn_lines (mpr, NEG_MPR_AXIAL, 0.3);
  {
    NegAnnotationPlane kept = get_plane (mpr, NEG_MPR_CORONAL);
    g_autofree char *row = NULL;

    row = neg_plane_caption_dup_kept (&kept, (double[]){ 1, -2.04, 30 });
    g_assert_cmpstr (row, ==, "Oblique, L 1.0 A 2.0 H 30.0 mm");
  }
}

/* The numbers of a file of somebody else. */
static void
test_refused (void)
{
  static const double x[3] = { 1, 0, 0 }, up[3] = { 0, 0, 1 }, nothing[3] = { 0, 0, 0 }, point_mm[3] = { 0, 0, 20 };
  g_autoptr (NegMpr) mpr = new_mpr (), empty = neg_mpr_new ();
  NegMprPlane plane;

  g_assert_false (neg_mpr_show (empty, x, up, point_mm, 0, NEG_PROJECTION_MIP, &plane));
  g_assert_false (neg_mpr_show (mpr, nothing, up, point_mm, 0, NEG_PROJECTION_MIP, &plane));
  g_assert_false (neg_mpr_show (mpr, x, nothing, point_mm, 0, NEG_PROJECTION_MIP, &plane));
  g_assert_false (neg_mpr_show (mpr, x, x, point_mm, 0, NEG_PROJECTION_MIP, &plane));
  g_assert_true (neg_mpr_show (mpr, x, up, point_mm, 0, NEG_PROJECTION_MIP, &plane));
  g_assert_cmpint (plane, ==, NEG_MPR_CORONAL);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mpr-show/oblique-slab", test_oblique_slab);
  g_test_add_func ("/mpr-show/plane-alone", test_plane_alone);
  g_test_add_func ("/mpr-show/no-turn", test_no_turn);
  g_test_add_func ("/mpr-show/beside", test_beside);
  g_test_add_func ("/mpr-show/edge", test_edge);
  g_test_add_func ("/mpr-show/words", test_words);
  g_test_add_func ("/mpr-show/refused", test_refused);
  return g_test_run ();
}
