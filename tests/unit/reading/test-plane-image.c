/* A plane out of a volume, measured as an image: places, lengths, values and units. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "fake-volume.h"
#include "imaging/neg-calibration.h"
#include "imaging/neg-plane.h"
#include "imaging/neg-real-world.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-mpr.h"
#include "reading/neg-plane-image.h"

#define N_SLICES 6 /* more would not fit into the values */

static NegInstance *
new_like (void)
{
  NegInstance *like = neg_instance_new ();

  like->kind = NEG_OBJECT_IMAGE;
  like->sop_instance_uid = g_strdup ("1.2.3");
  like->series_uid = g_strdup ("1.2");
  like->frame_of_reference_uid = g_strdup ("1.9");
  like->patient_name = g_strdup ("Ada^A");
  like->modality = g_strdup ("CT");
  like->image_type = g_strdup ("ORIGINAL\\PRIMARY\\AXIAL");
  like->photometric = g_strdup ("MONOCHROME2");
  like->rows = FAKE_VOLUME_ROWS;
  like->columns = FAKE_VOLUME_COLUMNS;
  like->samples = like->frames = 1;
  like->bits_allocated = like->bits_stored = 16;
  like->has_padding = TRUE;
  like->padding_value = 5;
  like->n_windows = 2;
  like->windows = g_new0 (NegWindow, 2);
  like->windows[1] = (NegWindow){ 40, 400, g_strdup ("soft") };
  like->windows[0] = (NegWindow){ 10, 20, NULL };
  like->n_frame_infos = 1;
  like->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (like->frame_infos);
  like->frame_infos->has_rescale = TRUE;
  like->frame_infos->rescale_slope = 3;
  like->frame_infos->rescale_intercept = -7;
  like->frame_infos->first_window = 1;
  like->frame_infos->n_windows = 1;
  return like;
}

typedef struct {
  NegVolume *volume;
  NegMpr *mpr;
  NegInstance *like;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->volume = fake_volume_new_even (N_SLICES);
  fixture->mpr = neg_mpr_new ();
  fixture->like = new_like ();
  neg_mpr_set_volume (fixture->mpr, fixture->volume);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_volume_unref (fixture->volume);
  g_object_unref (fixture->mpr);
  neg_instance_unref (fixture->like);
}

static NegPlaneImage *
new_image (Fixture *fixture, NegMprPlane plane, const char *name)
{
  g_autoptr (GError) error = NULL;
  NegReformat measuring;
  NegPlaneImage *image;
  guint width, height;

  g_assert_true (neg_mpr_get_measuring (fixture->mpr, plane, &measuring, &width, &height));
  image = neg_plane_image_new (&measuring, neg_mpr_get_slab_mm (fixture->mpr, plane), width, height, fixture->volume,
                               fixture->like, name, &error);
  g_assert_no_error (error);
  return image;
}

/* Straight between voxels, as values are column + 100 row + 10000 slice. */
static double
get_expected (const double point_mm[3])
{
  return (point_mm[0] + 10) / 0.5 + 100 * (point_mm[1] + 20) / 0.8 + 10000 * (point_mm[2] - 5) / 2;
}

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

static NegAnnotation *
measure (NegPlaneImage *image, NegAnnotationKind kind, const double *points_px, guint n_points)
{
  NegAnnotation *annotation = neg_annotation_new (kind);
  const NegFrame *frame = neg_pixels_get_frame (neg_plane_image_get_pixels (image));
  NegInstance *instance = neg_plane_image_get_instance (image);
  g_autofree char *remark = NULL;
  NegDraw draw;

  neg_annotation_set_points (annotation, points_px, n_points);
  neg_draw_init (&draw, instance, 0, frame, 0);
  neg_annotation_measure (annotation, instance, 0, &draw, frame, NULL, NULL, &remark);
  g_assert_null (remark);
  return annotation;
}

/* Turned by 30 and by 20 degrees, 40 x 30 pixels of 0.5 mm are 25 mm, and lie in the plane. */
static void
test_oblique (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) image = NULL;
  g_autoptr (NegAnnotation) line = NULL, probe = NULL;
  double points_px[4] = { 10, 12, 50, 42 }, point_mm[3], normal[3], up[3], middle_px[2], off_mm, length_mm = 0;
  NegPlane plane;

  neg_mpr_turn_lines (fixture->mpr, NEG_MPR_AXIAL, 30 * G_PI / 180);
  neg_mpr_turn_lines (fixture->mpr, NEG_MPR_CORONAL, 20 * G_PI / 180);
  image = new_image (fixture, NEG_MPR_AXIAL, NULL);
  line = measure (image, NEG_ANNOTATION_LENGTH, points_px, 2);
  g_assert_cmpfloat_with_epsilon (find_value (line, NEG_QUANTITY_LENGTH, "mm"), 25, 1e-9);
  neg_mpr_get_point (fixture->mpr, point_mm);
  neg_mpr_get_normal (fixture->mpr, NEG_MPR_AXIAL, normal, up);
  for (guint i = 0; i < 2; i++) {
    off_mm = 0;
    for (guint j = 0; j < 3; j++)
      off_mm += (line->points_patient_mm[3 * i + j] - point_mm[j]) * normal[j];
    g_assert_cmpfloat_with_epsilon (off_mm, 0, 1e-9);
  }
  for (guint j = 0; j < 3; j++)
    length_mm += pow (line->points_patient_mm[3 + j] - line->points_patient_mm[j], 2);
  g_assert_cmpfloat_with_epsilon (sqrt (length_mm), 25, 1e-9);

  /* The value of the pixel that the point lies in: at its centre. */
  g_assert_true (neg_plane_init (&plane, neg_plane_image_get_instance (image), 0));
  neg_plane_to_image (&plane, point_mm, middle_px);
  probe = measure (image, NEG_ANNOTATION_PROBE, middle_px, 1);
  for (guint i = 0; i < 2; i++)
    middle_px[i] = floor (middle_px[i]) + 0.5;
  neg_plane_to_patient (&plane, middle_px, point_mm);
  g_assert_cmpfloat_with_epsilon (find_value (probe, NEG_QUANTITY_VALUE, "[hnsf'U]"), get_expected (point_mm), 0.05);
}

static void
test_instance (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) image = new_image (fixture, NEG_MPR_SAGITTAL, "2.25.7");
  const NegInstance *instance = neg_plane_image_get_instance (image);
  const NegFrame *frame = neg_pixels_get_frame (neg_plane_image_get_pixels (image));
  double spacing_mm[2];
  NegDraw draw;

  g_assert_cmpstr (instance->sop_instance_uid, ==, "2.25.7");
  g_assert_cmpstr (instance->patient_name, ==, "Ada^A");
  g_assert_cmpstr (instance->frame_of_reference_uid, ==, "1.9");
  g_assert_cmpint (neg_calibration_get (instance, 0, spacing_mm), ==, NEG_CALIBRATION_PATIENT);
  neg_draw_init (&draw, instance, 0, frame, 0);
  /* The frame's own window is the second one. */
  g_assert_cmpfloat (draw.voi.center, ==, 40);
  g_assert_cmpfloat (draw.modality.slope, ==, 1);
  g_assert_cmpfloat (draw.modality.intercept, ==, 0);
  /* A modality value of 5 is no padding. */
  g_assert_false (draw.padding.active);
  g_assert_cmpstr (neg_measure_get_units (instance, 0, &draw), ==, "HU");
  g_assert_cmpstr (fixture->like->sop_instance_uid, ==, "1.2.3");
  g_assert_cmpuint (frame->format.columns, ==, 80);
  g_assert_cmpuint (frame->format.rows, ==, 24);
}

static void
test_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) one = new_image (fixture, NEG_MPR_AXIAL, NULL);
  g_autoptr (NegPlaneImage) other = new_image (fixture, NEG_MPR_AXIAL, NULL);

  g_assert_cmpstr (neg_plane_image_get_instance (one)->sop_instance_uid, !=,
                   neg_plane_image_get_instance (other)->sop_instance_uid);
  g_assert_true (neg_annotation_plane_is_same (neg_plane_image_get_plane (one), neg_plane_image_get_plane (other)));
}

static gboolean
is_plane (Fixture *fixture, NegPlaneImage *image, NegMprPlane plane)
{
  NegReformat measuring;
  guint width, height;

  g_assert_true (neg_mpr_get_measuring (fixture->mpr, plane, &measuring, &width, &height));
  return neg_plane_image_is_plane (image, &measuring);
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) image = NULL, slab = NULL;

  image = new_image (fixture, NEG_MPR_AXIAL, NULL);
  neg_mpr_zoom_at (fixture->mpr, NEG_MPR_AXIAL, 400, 300, 10, 20, 3);
  neg_mpr_scroll (fixture->mpr, NEG_MPR_CORONAL, 3);
  g_assert_true (is_plane (fixture, image, NEG_MPR_AXIAL));
  g_assert_false (is_plane (fixture, image, NEG_MPR_CORONAL));
  neg_mpr_set_slab (fixture->mpr, NEG_MPR_AXIAL, 4, NEG_PROJECTION_MIP);
  g_assert_false (is_plane (fixture, image, NEG_MPR_AXIAL));
  slab = new_image (fixture, NEG_MPR_AXIAL, NULL);
  g_assert_true (is_plane (fixture, slab, NEG_MPR_AXIAL));
  neg_mpr_set_slab (fixture->mpr, NEG_MPR_AXIAL, 4, NEG_PROJECTION_MEAN);
  g_assert_false (is_plane (fixture, slab, NEG_MPR_AXIAL));
  neg_mpr_set_slab (fixture->mpr, NEG_MPR_AXIAL, 0, NEG_PROJECTION_MEAN);
  neg_mpr_scroll (fixture->mpr, NEG_MPR_AXIAL, 1);
  g_assert_false (is_plane (fixture, image, NEG_MPR_AXIAL));
}

static void
test_affine (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) image = NULL;
  const double output_px[2] = { 37, 205 };
  double point_mm[3], image_px[2];
  NegReformat shown;
  NegAffine affine;
  NegPlane plane;

  neg_mpr_turn_lines (fixture->mpr, NEG_MPR_SAGITTAL, 0.4);
  neg_mpr_flip_view (fixture->mpr, NEG_MPR_AXIAL, FALSE);
  neg_mpr_rotate_view (fixture->mpr, NEG_MPR_AXIAL, 1);
  neg_mpr_zoom_at (fixture->mpr, NEG_MPR_AXIAL, 400, 300, 10, 20, 3);
  image = new_image (fixture, NEG_MPR_AXIAL, NULL);
  neg_mpr_get_reformat (fixture->mpr, NEG_MPR_AXIAL, 400, 300, &shown);
  neg_plane_image_get_affine (image, &shown, &affine);
  g_assert_true (neg_plane_init (&plane, neg_plane_image_get_instance (image), 0));
  neg_reformat_to_patient (&shown, output_px, point_mm);
  g_assert_cmpfloat_with_epsilon (neg_plane_to_image (&plane, point_mm, image_px), 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (affine.m[0] * 37 + affine.m[1] * 205 + affine.m[2], image_px[0], 1e-9);
  g_assert_cmpfloat_with_epsilon (affine.m[3] * 37 + affine.m[4] * 205 + affine.m[5], image_px[1], 1e-9);
}

/* 0.001 a stored value, -2 at 0: with modality = 3 stored - 7 in all slices that is of modality values 0.001 / 3, and -2 +
 * 0.007 / 3 at 0. */
static void
test_real_world (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPlaneImage) image = NULL;
  const NegRealWorldMap *map;

  fixture->like->n_real_world_maps = 2;
  fixture->like->real_world_maps = g_new0 (NegRealWorldMap, 2);
  fixture->like->real_world_maps[0] = (NegRealWorldMap){ .n_entries = 1, .entries = g_new0 (double, 1) };
  fixture->like->real_world_maps[1] = (NegRealWorldMap){ .first_mapped = 0, .last_mapped = 1000, .slope = 0.001,
                                                         .intercept = -2, .units_code = g_strdup ("mm2/s") };
  for (guint i = 0; i < N_SLICES; i++) {
    fixture->volume->slopes[i] = 3;
    fixture->volume->intercepts[i] = -7;
  }
  image = new_image (fixture, NEG_MPR_AXIAL, NULL);
  g_assert_cmpuint (neg_plane_image_get_instance (image)->n_real_world_maps, ==, 1);
  map = &neg_plane_image_get_instance (image)->real_world_maps[0];
  g_assert_cmpstr (map->units_code, ==, "mm2/s");
  /* Stored 500 is modality 1493. */
  g_assert_cmpfloat_with_epsilon (neg_real_world_apply (map, 1493), 500 * 0.001 - 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (map->last_mapped, 2993, 1e-9);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL, empty = NULL;
  NegReformat measuring;
  guint width, height;

  neg_mpr_get_measuring (fixture->mpr, NEG_MPR_AXIAL, &measuring, &width, &height);
  g_assert_null (neg_plane_image_new (&measuring, 0, 0, height, fixture->volume, fixture->like, NULL, &empty));
  g_assert_nonnull (empty);
  g_assert_null (neg_plane_image_new (&measuring, 0, G_MAXUINT, G_MAXUINT, fixture->volume, fixture->like, NULL, &error));
  g_assert_nonnull (error);
}

/* As a hand draws it on the plane: whether pixels gave a number. */
static gboolean
has_value (NegPlaneImage *image, NegAnnotationKind kind, const double *points_px, guint n_points)
{
  g_autoptr (NegAnnotation) annotation = neg_annotation_new (kind);
  const NegFrame *frame = neg_pixels_get_frame (neg_plane_image_get_pixels (image));
  NegInstance *instance = neg_plane_image_get_instance (image);
  NegQuantity quantity = kind == NEG_ANNOTATION_PROBE ? NEG_QUANTITY_VALUE : NEG_QUANTITY_MEAN;
  g_autofree char *remark = NULL;
  gboolean found;
  NegDraw draw;

  annotation->plane = g_memdup2 (neg_plane_image_get_plane (image), sizeof *annotation->plane);
  neg_annotation_set_points (annotation, points_px, n_points);
  neg_draw_init (&draw, instance, 0, frame, 0);
  neg_annotation_measure (annotation, instance, 0, &draw, frame, NULL, NULL, &remark);
  found = isfinite (find_value (annotation, quantity, "[hnsf'U]"));
  g_assert_cmpint (remark != NULL, ==, !found);
  if (quantity == NEG_QUANTITY_MEAN)
    g_assert_cmpfloat (find_value (annotation, NEG_QUANTITY_AREA, "mm2"), >, 0);
  return found;
}

/* Slices that are not there: no number across them, as it would be another one when they come. */
static void
test_missing (Fixture *fixture, gconstpointer data)
{
  /* Rows of half a millimetre from 16 mm downwards; the slice is from 12 to 10. */
  const double above_px[4] = { 2, 1, 10, 7 }, across_px[4] = { 2, 1, 10, 9 }, there_px[2] = { 5, 7.5 };
  const double gap_px[2] = { 5, 8.5 };
  g_autoptr (NegPlaneImage) coronal = NULL, slab = NULL, whole = NULL;

  neg_volume_set_state (fixture->volume, 3, NEG_SLICE_FAILED);
  coronal = new_image (fixture, NEG_MPR_CORONAL, NULL);
  g_assert_true (has_value (coronal, NEG_ANNOTATION_RECTANGLE, above_px, 2));
  g_assert_false (has_value (coronal, NEG_ANNOTATION_RECTANGLE, across_px, 2));
  g_assert_true (has_value (coronal, NEG_ANNOTATION_PROBE, there_px, 1));
  g_assert_false (has_value (coronal, NEG_ANNOTATION_PROBE, gap_px, 1));
  /* A slab that others are in. */
  neg_mpr_set_slab (fixture->mpr, NEG_MPR_AXIAL, 6, NEG_PROJECTION_MIP);
  slab = new_image (fixture, NEG_MPR_AXIAL, NULL);
  g_assert_false (has_value (slab, NEG_ANNOTATION_PROBE, there_px, 1));
  g_assert_false (has_value (slab, NEG_ANNOTATION_RECTANGLE, above_px, 2));
  neg_volume_set_state (fixture->volume, 3, NEG_SLICE_READY);
  whole = new_image (fixture, NEG_MPR_AXIAL, NULL);
  g_assert_true (has_value (whole, NEG_ANNOTATION_RECTANGLE, above_px, 2));
}

#define ADD(name, test) g_test_add ("/plane-image/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  ADD ("oblique", test_oblique);
  ADD ("instance", test_instance);
  ADD ("name", test_name);
  ADD ("same", test_same);
  ADD ("affine", test_affine);
  ADD ("real-world", test_real_world);
  ADD ("refused", test_refused);
  ADD ("missing", test_missing);
  return g_test_run ();
}
