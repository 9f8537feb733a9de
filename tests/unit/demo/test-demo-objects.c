#include "config.h"

#include <math.h>
#include <string.h>

#include "demo/neg-demo-object.h"

static GArray *objects;

static const NegDemoObject *
find (const char *modality, guint nth)
{
  for (guint i = 0; i < objects->len; i++) {
    const NegDemoObject *object = &g_array_index (objects, NegDemoObject, i);

    if (strcmp (object->series->modality, modality) == 0 && nth-- == 0)
      return object;
  }
  g_assert_not_reached ();
}

static void
test_same_again (void)
{
  const NegDemoObject *slices[] = { find ("CT", 30), find ("MR", 40), find ("PT", 20) };

  for (guint i = 0; i < G_N_ELEMENTS (slices); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GByteArray) one = neg_demo_object_make (slices[i], &error);
    g_autoptr (GByteArray) other = neg_demo_object_make (slices[i], &error);

    g_assert_no_error (error);
    g_assert_cmpmem (one->data, one->len, other->data, other->len);
  }
}

/* No slice is another one's, nor without anything to see. */
static void
test_slices_differ (void)
{
  g_auto (NegDemoImage) one = { 0 }, other = { 0 };
  const NegDemoObject *a = find ("CT", 30), *b = find ("CT", 31);
  guint differing = 0;

  g_assert_true (neg_demo_render (&one, a->patient, a->series, a->index, NULL));
  g_assert_true (neg_demo_render (&other, b->patient, b->series, b->index, NULL));
  g_assert_cmpuint (one.frame_bytes, ==, other.frame_bytes);
  for (gsize i = 0; i < one.frame_bytes; i++)
    differing += one.data[i] != other.data[i];
  g_assert_cmpuint (differing, >, one.frame_bytes / 8);
}

static void
test_uids (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < objects->len; i++) {
    char *path = neg_demo_object_get_path (&g_array_index (objects, NegDemoObject, i));

    g_assert_true (g_hash_table_add (seen, path));
    g_assert_true (g_hash_table_add (seen, neg_dicom_uid_from_name (path)));
  }
}

static void
test_department (void)
{
  guint n, with_prior = 0;
  const NegDemoPatient *patients = neg_demo_department_get_patients (&n);

  g_assert_cmpuint (n, >=, 10);
  for (guint i = 0; i < n; i++) {
    g_assert_true (g_utf8_validate (patients[i].name, -1, NULL));
    g_assert_true (g_str_has_prefix (patients[i].id, "DEMO-"));
    g_assert_cmpuint (strlen (patients[i].birth_date), ==, 8);
    for (guint j = i + 1; j < n; j++)
      g_assert_cmpstr (patients[i].id, !=, patients[j].id);
    with_prior += patients[i].n_studies > 1;
  }
  g_assert_cmpuint (with_prior, >=, 3);
  g_assert_cmpuint (objects->len, >, 1000);
}

/* Three parts of the chest have the values that a CT would measure: air, heart with contrast, the nodule. */
static void
test_torso_values (void)
{
  const NegDemoFindings findings = { 3, 9, 0 };
  const double points_mm[3][3] = { { -60, -40, 0 }, { 38, -24, -74 }, { -88, 14, 32 } };
  const float low[3] = { -1000, 100, 20 }, high[3] = { -700, 250, 130 };

  for (guint i = 0; i < 3; i++) {
    float value;
    NegDemoPlane plane;

    neg_demo_plane_init (&plane, points_mm[i], (const double[]){ 1, 0, 0 }, (const double[]){ 0, 1, 0 }, 0.7, 0.7, 1, 1,
                         &value);
    neg_demo_paint_torso (&plane, &findings, NEG_DEMO_CT_VENOUS);
    g_assert_cmpfloat (value, >, low[i]);
    g_assert_cmpfloat (value, <, high[i]);
  }
}

/* An ellipsoid covers its area, turned or not, smooth or not. */
static void
test_ellipsoid_area (void)
{
  g_autofree float *values = g_new (float, 200 * 200);
  const NegDemoEllipsoid shapes[] = {
    { { 0, 0, 0 }, { 60, 30, 20 } },
    { { 0, 0, 0 }, { 60, 30, 20 }, .turn_deg = 33 },
    { { 0, 0, 0 }, { 60, 30, 20 }, .boxy = TRUE, .turn_deg = -70 },
  };
  /* Of the fourth power an oval of radii 1 covers 3.7081 (the gamma function's 4 G(5/4)^2 / G(3/2)). */
  const double areas_mm2[] = { G_PI * 1800, G_PI * 1800, 3.70815 * 1800 };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    NegDemoPlane plane;
    double sum = 0;

    neg_demo_plane_init (&plane, (const double[]){ -99.5, -99.5, 0 }, (const double[]){ 1, 0, 0 },
                         (const double[]){ 0, 1, 0 }, 1, 1, 200, 200, values);
    neg_demo_plane_clear (&plane, 0);
    neg_demo_paint_ellipsoid (&plane, &shapes[i], 1);
    for (guint j = 0; j < 200 * 200; j++)
      sum += values[j];
    g_assert_cmpfloat (fabs (sum / areas_mm2[i] - 1), <, 0.01);
  }
}

static void
test_noise (void)
{
  const guint n = 256;
  g_autofree float *values = g_new0 (float, n * n);
  double sum = 0, squares = 0;

  g_assert_true (neg_demo_add_noise (values, n, n, NEG_DEMO_GRAIN_SOFT, 10, 3));
  for (guint i = 0; i < n * n; i++) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  g_assert_cmpfloat (fabs (sum / (n * n)), <, 0.3);
  g_assert_cmpfloat (fabs (sqrt (squares / (n * n)) - 10), <, 0.3);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  objects = neg_demo_list_objects (G_MAXUINT);
  g_test_add_func ("/demo/same-again", test_same_again);
  g_test_add_func ("/demo/slices-differ", test_slices_differ);
  g_test_add_func ("/demo/uids", test_uids);
  g_test_add_func ("/demo/department", test_department);
  g_test_add_func ("/demo/torso-values", test_torso_values);
  g_test_add_func ("/demo/ellipsoid-area", test_ellipsoid_area);
  g_test_add_func ("/demo/noise", test_noise);
  status = g_test_run ();
  g_array_unref (objects);
  return status;
}
