#include "config.h"

#include <math.h>

#include "imaging/neg-geometry.h"

static void
test_letters (void)
{
  const double axis[3] = { 0, 0, -1 }, nothing[3] = { 0, 1e-4, 0 };
  char letters[4];

  neg_geometry_letters (axis, letters);
  g_assert_cmpstr (letters, ==, "F");
  neg_geometry_letters (nothing, letters);
  g_assert_cmpstr (letters, ==, "");
}

static void
test_normal (void)
{
  const double right[6] = { 1, 0, 0, 0, 1, 0 }, skewed[6] = { 1, 0, 0, 0.01, 1, 0 };
  const double longer[6] = { 1.01, 0, 0, 0, 1, 0 };
  const double zero[6] = { 0 }, infinite[6] = { INFINITY, 0, 0, 0, 1, 0 }, none[6] = { NAN, 0, 0, 0, 1, 0 };
  double normal[3];

  g_assert_true (neg_geometry_normal (right, normal));
  g_assert_cmpfloat (normal[2], ==, 1);
  g_assert_false (neg_geometry_normal (skewed, normal));
  g_assert_false (neg_geometry_normal (longer, normal));
  g_assert_false (neg_geometry_normal (zero, normal));
  g_assert_false (neg_geometry_normal (infinite, normal));
  g_assert_false (neg_geometry_normal (none, normal));
}

static void
test_classify (void)
{
  const struct {
    double normal[3];
    NegOrientation orientation;
  } cases[] = {
    { { 0, 0, 1 }, NEG_ORIENTATION_AXIAL },
    { { 0, 0, -2 }, NEG_ORIENTATION_AXIAL },
    { { 0, -1, 0 }, NEG_ORIENTATION_CORONAL },
    { { 1, 0, 0 }, NEG_ORIENTATION_SAGITTAL },
    { { 0, 0.48, 0.877 }, NEG_ORIENTATION_AXIAL },     /* 28.7 degrees */
    { { 0, 0.53, 0.848 }, NEG_ORIENTATION_OBLIQUE },   /* 32.0 degrees */
    { { 0.577, 0.577, 0.577 }, NEG_ORIENTATION_OBLIQUE },
    { { 0, 0, 0 }, NEG_ORIENTATION_NONE },
    { { NAN, 0, 1 }, NEG_ORIENTATION_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (neg_geometry_classify (cases[i].normal), ==, cases[i].orientation);
  g_assert_cmpstr (neg_orientation_get_name (NEG_ORIENTATION_SAGITTAL), ==, "sagittal");
  g_assert_cmpstr (neg_orientation_get_name (NEG_ORIENTATION_NONE), ==, "none");
}

/* Positions that no scanner writes, and files do. */
static void
test_hostile (void)
{
  NegSlice slices[] = {
    { { 0, 0, 0 }, { 1, 0, 0, 0, 1, 0 } },
    { { NAN, 0, 0 }, { 1, 0, 0, 0, 1, 0 } },
    { { 0, 0, INFINITY }, { 1, 0, 0, 0, 1, 0 } },
    { { 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 } },
    { { 0, 0, 0 }, { 1, 0, 0, 0, 1, 0 } },
  };
  g_autoptr (GPtrArray) groups = neg_geometry_group (slices, G_N_ELEMENTS (slices));
  g_autoptr (GPtrArray) none = neg_geometry_group (NULL, 0);
  NegSliceGroup *group;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (groups->len, ==, 1);
  group = g_ptr_array_index (groups, 0);
  g_assert_cmpuint (group->n, ==, 2);
  g_assert_cmpuint (group->duplicates_after->len, ==, 1);
  g_assert_false (group->uniform);
  g_assert_true (group->straight);
  g_assert_cmpfloat (group->tilt_deg, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/letters", test_letters);
  g_test_add_func ("/geometry/normal", test_normal);
  g_test_add_func ("/geometry/classify", test_classify);
  g_test_add_func ("/geometry/hostile", test_hostile);
  return g_test_run ();
}
