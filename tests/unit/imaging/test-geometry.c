#include "config.h"

#include <math.h>

#include "imaging/neg-geometry.h"
#include "vectors.h"

static void
assert_doubles (JsonObject *object, const char *name, const double *values, guint n)
{
  JsonArray *array;

  /* A group of one slice says nothing of its spacings. */
  if (!json_object_has_member (object, name))
    return;
  array = json_object_get_array_member (object, name);
  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (json_array_get_double_element (array, i), values[i], 1e-4);
}

static void
assert_indices (JsonObject *object, const char *name, const guint *values, guint n)
{
  JsonArray *array;

  if (!json_object_has_member (object, name))
    return;
  array = json_object_get_array_member (object, name);
  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (json_array_get_int_element (array, i), ==, values[i]);
}

static void
check_group (JsonObject *expected, const NegSliceGroup *group)
{
  assert_doubles (expected, "normal", group->normal, 3);
  assert_indices (expected, "order", group->order, group->n);
  assert_doubles (expected, "distances", group->distances_mm, group->n);
  assert_doubles (expected, "spacings", group->spacings_mm, group->n - 1);
  assert_indices (expected, "duplicates_after", (guint *) (gpointer) group->duplicates_after->data,
                  group->duplicates_after->len);
  assert_indices (expected, "gaps_after", (guint *) (gpointer) group->gaps_after->data, group->gaps_after->len);
  assert_doubles (expected, "shear_per_mm", group->shear_per_mm, 2);
  if (!json_object_has_member (expected, "spacings"))
    return;
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (expected, "median_spacing"), group->median_spacing_mm,
                                  1e-4);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (expected, "tilt_degrees"), group->tilt_deg, 1e-4);
  g_assert_cmpint (json_object_get_boolean_member (expected, "uniform"), ==, group->uniform);
  g_assert_cmpint (json_object_get_boolean_member (expected, "straight"), ==, group->straight);
}

static void
check_case (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *object = json_node_get_object (node);
  JsonArray *list = json_object_get_array_member (object, "slices");
  JsonArray *expected = json_object_get_array_member (object, "groups");
  guint n = json_array_get_length (list);
  g_autofree NegSlice *slices = g_new (NegSlice, n);
  g_autoptr (GPtrArray) groups = NULL;

  g_test_message ("%s: %s", json_object_get_string_member (object, "id"),
                  json_object_get_string_member (object, "note"));
  for (guint i = 0; i < n; i++) {
    JsonObject *slice = json_array_get_object_element (list, i);

    vectors_get_doubles (json_object_get_array_member (slice, "ipp"), slices[i].position_mm, 3);
    vectors_get_doubles (json_object_get_array_member (slice, "iop"), slices[i].orientation, 6);
  }
  groups = neg_geometry_group (slices, n);
  g_assert_cmpuint (groups->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < groups->len; i++)
    check_group (json_array_get_object_element (expected, i), g_ptr_array_index (groups, i));
}

static void
test_vectors (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = vectors_load (parser, "geometry.json");

  if (cases == NULL)
    return;
  g_assert_cmpuint (json_array_get_length (cases), >=, 22);
  json_array_foreach_element (cases, check_case, NULL);
}

static void
assert_edge (JsonObject *edges, const char *edge, const double direction[3], double sign)
{
  double signed_direction[3] = { sign * direction[0], sign * direction[1], sign * direction[2] };
  char letters[4];

  neg_geometry_letters (signed_direction, letters);
  g_assert_cmpstr (letters, ==, json_object_get_string_member (edges, edge));
}

static void
check_letters (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *object = json_node_get_object (node), *edges = json_object_get_object_member (object, "edges");
  double orientation[6];

  if (json_object_get_boolean_member (object, "quadruped"))
    return;
  g_test_message ("%s", json_object_get_string_member (object, "id"));
  vectors_get_doubles (json_object_get_array_member (object, "iop"), orientation, 6);
  assert_edge (edges, "right", orientation, 1);
  assert_edge (edges, "left", orientation, -1);
  assert_edge (edges, "bottom", orientation + 3, 1);
  assert_edge (edges, "top", orientation + 3, -1);
}

static void
test_letters (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const double axis[3] = { 0, 0, -1 }, nothing[3] = { 0, 1e-4, 0 };
  JsonArray *cases;
  char letters[4];

  neg_geometry_letters (axis, letters);
  g_assert_cmpstr (letters, ==, "F");
  neg_geometry_letters (nothing, letters);
  g_assert_cmpstr (letters, ==, "");
  cases = vectors_load (parser, "orientation.json");
  if (cases != NULL)
    json_array_foreach_element (cases, check_letters, NULL);
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
  g_test_add_func ("/geometry/vectors", test_vectors);
  g_test_add_func ("/geometry/letters", test_letters);
  g_test_add_func ("/geometry/normal", test_normal);
  g_test_add_func ("/geometry/classify", test_classify);
  g_test_add_func ("/geometry/hostile", test_hostile);
  return g_test_run ();
}
