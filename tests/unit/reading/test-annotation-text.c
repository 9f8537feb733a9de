/* An annotation as text, and back. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-annotations.h"
#include "store/neg-annotation-store.h"

#define STUDY "1.2.3"

static NegAnnotation *
new_line (const char *uid, double x)
{
  const double points_px[] = { x, 1, 5, 5 };
  NegAnnotation *annotation = neg_annotation_new (NEG_ANNOTATION_LENGTH);

  annotation->uid = g_strdup (uid);
  annotation->study_uid = g_strdup (STUDY);
  annotation->sop_instance_uid = g_strdup ("1.2.3.4");
  neg_annotation_set_points (annotation, points_px, 2);
  return annotation;
}

static NegAnnotation *
new_full (void)
{
  NegAnnotation *annotation = new_line ("2.25.1", 1.0 / 3);
  const NegAnnotationValue values[]
      = { { NEG_QUANTITY_LENGTH, 0.1, "mm" }, { NEG_QUANTITY_MEAN, NAN, "1" }, { NEG_QUANTITY_SD, -1e-300, "[hnsf'U]" } };
  const double patient_mm[] = { -1.5, 2, 1e6, 4, 5, 6.25 };

  annotation->kind = NEG_ANNOTATION_ARROW;
  annotation->series_uid = g_strdup ("1.2.03"); /* as some files have it */
  annotation->sop_class_uid = g_strdup ("1.2.840.10008.5.1.4.1.1.2");
  annotation->frame_of_reference_uid = g_strdup ("1.9");
  annotation->frame = 7;
  annotation->points_patient_mm = g_memdup2 (patient_mm, sizeof patient_mm);
  annotation->text = g_strdup ("größer [2 cm], {{\"\\ 100 %\n/* 病変 */");
  annotation->author = g_strdup ("reader");
  annotation->changed_us = 1700000000000000;
  annotation->calibration = g_strdup ("detector");
  neg_annotation_set_values (annotation, values, G_N_ELEMENTS (values));
  return annotation;
}

static void
test_text (void)
{
  g_autoptr (NegAnnotation) annotation = new_full ();
  g_autofree char *text = neg_annotation_to_text (annotation);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegAnnotation) again = neg_annotation_from_text (text, strlen (text), &error);
  g_autofree char *text_again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (again->kind, ==, NEG_ANNOTATION_ARROW);
  g_assert_cmpstr (again->text, ==, annotation->text);
  g_assert_cmpstr (again->series_uid, ==, "1.2.03");
  g_assert_cmpuint (again->frame, ==, 7);
  g_assert_cmpmem (again->points_px, 32, annotation->points_px, 32);
  g_assert_cmpmem (again->points_patient_mm, 48, annotation->points_patient_mm, 48);
  g_assert_cmpuint (again->n_values, ==, 2); /* what is no number is not written */
  g_assert_cmpint (again->values[1].quantity, ==, NEG_QUANTITY_SD);
  g_assert_cmpfloat (again->values[1].value, ==, -1e-300);
  g_assert_cmpstr (again->values[1].unit, ==, "[hnsf'U]");
  text_again = neg_annotation_to_text (again);
  g_assert_cmpstr (text_again, ==, text);
}

/* A plane comes back as it was, to the last bit, and tells what is drawn on it from what is drawn elsewhere. */
static void
test_plane (void)
{
  const NegAnnotationPlane plane = { { -100.1, 1.0 / 3, 250 }, { 0.4, 0, 0 }, { 0, 0.3, -0.4 }, 12.5, 2 };
  g_autoptr (NegAnnotation) annotation = new_full ();
  g_autofree char *text = NULL;
  g_autoptr (NegAnnotation) again = NULL;
  NegAnnotationPlane other = plane;
  double point_mm[3];

  annotation->plane = g_memdup2 (&plane, sizeof plane);
  text = neg_annotation_to_text (annotation);
  again = neg_annotation_from_text (text, strlen (text), NULL);
  g_assert_nonnull (again);
  g_assert_nonnull (again->plane);
  g_assert_cmpmem (again->plane, offsetof (NegAnnotationPlane, projection), &plane,
                   offsetof (NegAnnotationPlane, projection));
  g_assert_cmpuint (again->plane->projection, ==, plane.projection);
  neg_annotation_plane_to_patient (&plane, (double[]){ 10, 20 }, point_mm);
  g_assert_cmpfloat_with_epsilon (point_mm[0], -96.1, 1e-9);
  g_assert_cmpfloat_with_epsilon (point_mm[1], 1.0 / 3 + 6, 1e-9);
  g_assert_cmpfloat_with_epsilon (point_mm[2], 242, 1e-9);
  other.origin_mm[2] += 0.009;
  g_assert_true (neg_annotation_plane_is_same (&plane, &other));
  other.origin_mm[2] += 0.009;
  g_assert_false (neg_annotation_plane_is_same (&plane, &other));
  other = plane;
  other.projection = 0;
  g_assert_false (neg_annotation_plane_is_same (&plane, &other));
  other.slab_mm = 0;
  g_assert_false (neg_annotation_plane_is_same (&plane, &other));
}

static void
assert_refused (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_annotation_from_text (text, length >= 0 ? (gsize) length : strlen (text), &error));
  g_assert_nonnull (error);
}

#define NAMES "\"uid\":\"2.25.1\",\"study\":\"1\",\"image\":\"1\",\"frame\":1,\"changed\":0"

static void
test_hostile_text (void)
{
  static const char *const texts[] = {
    "", "[]", "{", "{}", "null", "\xff",
    "{\"format\":2," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4]}",
    "{\"format\":1," NAMES ",\"kind\":\"circle\",\"points\":[1,2,3,4]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,1e7]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,\"4\"]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,[4]]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"patient\":[1,2,3]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"values\":[1]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"values\":[{\"quantity\":\"mass\",\"value\":1}]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"text\":\"%FF\"}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"frame\":0}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,0,1,0,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,0,0,0,0,1,0,0,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,1,1,0,0,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,0,1,0,-1,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,0,1,0,0,3]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,0,1,0,0,-1]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[1e7,0,0,1,0,0,0,1,0,0,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"key\",\"points\":[],\"plane\":[0,0,0,1,0,0,0,1,0,0,0]}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":1}",
    "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"plane\":[0,0,0,1,0,0,0,1,0,0,0.5]}",
    "{\"format\":1,\"uid\":\"2.25.x\",\"study\":\"1\",\"image\":\"1\",\"frame\":1,\"changed\":0,\"kind\":\"length\",\"points\":[1,2,3,4]}",
  };
  static const char good[] = "{\"format\":1," NAMES ",\"kind\":\"length\",\"points\":[1,2,3,4],\"other\":{}}";
  g_autoptr (NegAnnotation) annotation = neg_annotation_from_text (good, strlen (good), NULL);
  g_autofree char *deep = g_strnfill (100000, '[');

  g_assert_nonnull (annotation);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], -1);
  assert_refused (deep, -1);
  assert_refused (good, sizeof good); /* a NUL inside */
}

/* The longest that there can be fits into what the store takes. */
static void
test_longest (void)
{
  g_autoptr (NegAnnotation) annotation = new_line ("2.25.1", 1);
  g_autofree double *points = g_new (double, 2 * NEG_ANNOTATION_POINTS_MAX);
  g_autofree char *text = NULL;
  g_autoptr (NegAnnotation) again = NULL;

  for (guint i = 0; i < 2 * NEG_ANNOTATION_POINTS_MAX; i++)
    points[i] = g_test_rand_double_range (0, 4000);
  annotation->kind = NEG_ANNOTATION_FREEHAND;
  neg_annotation_set_points (annotation, points, NEG_ANNOTATION_POINTS_MAX);
  annotation->points_patient_mm = g_new (double, 3 * NEG_ANNOTATION_POINTS_MAX);
  for (guint i = 0; i < 3 * NEG_ANNOTATION_POINTS_MAX; i++)
    annotation->points_patient_mm[i] = g_test_rand_double_range (-1000, 1000);
  annotation->text = g_strnfill (NEG_ANNOTATION_TEXT_BYTES_MAX, '[');
  text = neg_annotation_to_text (annotation);
  g_assert_cmpuint (strlen (text), <=, NEG_ANNOTATION_OPERATION_BYTES_MAX);
  again = neg_annotation_from_text (text, strlen (text), NULL);
  g_assert_nonnull (again);
  g_assert_cmpmem (again->points_px, 2 * sizeof (double) * again->n_points, points,
                   2 * sizeof (double) * NEG_ANNOTATION_POINTS_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annotation-text/text", test_text);
  g_test_add_func ("/annotation-text/plane", test_plane);
  g_test_add_func ("/annotation-text/hostile", test_hostile_text);
  g_test_add_func ("/annotation-text/longest", test_longest);
  return g_test_run ();
}
