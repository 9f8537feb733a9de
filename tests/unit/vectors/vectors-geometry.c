/* Slices in space (imaging-correctness H) and the letters at the edges (D; PS3.3 C.7.6.2.1.1). */
#include "config.h"

#include <string.h>

#include "imaging/neg-geometry.h"
#include "imaging/neg-plane.h"
#include "unit/reading/letter-view.h"
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
  if (!json_object_has_member (expected, "spacings")) {
    g_assert_cmpuint (group->n, ==, 1);
    return;
  }
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (expected, "median_spacing"), group->median_spacing_mm,
                                  1e-4);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (expected, "tilt_degrees"), group->tilt_deg, 1e-4);
  g_assert_true (json_object_get_boolean_member (expected, "uniform") == group->uniform);
  g_assert_true (json_object_get_boolean_member (expected, "straight") == group->straight);
}

static NegPlane
plane_of (const NegSlice *slice)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  NegFrameInfo *info = instance->frame_infos = g_new0 (NegFrameInfo, 1);
  NegPlane plane;

  instance->rows = instance->columns = 30;
  instance->frames = instance->n_frame_infos = 1;
  neg_frame_info_init (info);
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  memcpy (info->position_mm, slice->position_mm, sizeof info->position_mm);
  memcpy (info->orientation, slice->orientation, sizeof info->orientation);
  info->spacing_mm[0] = 0.8;
  info->spacing_mm[1] = 0.6;
  g_assert_true (neg_plane_init (&plane, instance, 0));
  return plane;
}

/* The equation of C.7.6.2.1.1: 20 columns of 0.6 mm along the row, 7 rows of 0.8 mm along the column; and back. The
 * position is the centre of the first pixel, which is 0.5, 0.5 of an image. */
static void
check_plane (const NegSlice *slice)
{
  NegPlane plane = plane_of (slice);
  const double image_px[2] = { 20.5, 7.5 };
  double point_mm[3], back_px[2];

  neg_plane_to_patient (&plane, image_px, point_mm);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (
        point_mm[i], slice->position_mm[i] + 12 * slice->orientation[i] + 5.6 * slice->orientation[i + 3], 1e-6);
  g_assert_cmpfloat_with_epsilon (neg_plane_to_image (&plane, point_mm, back_px), 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (back_px[0], 20.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (back_px[1], 7.5, 1e-6);
}

gboolean
vector_check_geometry (JsonObject *item)
{
  JsonArray *list = json_object_get_array_member (item, "slices");
  JsonArray *expected = json_object_get_array_member (item, "groups");
  guint n = json_array_get_length (list);
  g_autofree NegSlice *slices = g_new (NegSlice, n);
  g_autoptr (GPtrArray) groups = NULL;

  for (guint i = 0; i < n; i++) {
    vector_get_doubles (json_array_get_object_element (list, i), "ipp", slices[i].position_mm, 3);
    vector_get_doubles (json_array_get_object_element (list, i), "iop", slices[i].orientation, 6);
    check_plane (&slices[i]);
  }
  groups = neg_geometry_group (slices, n);
  g_assert_cmpuint (groups->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < groups->len; i++)
    check_group (json_array_get_object_element (expected, i), g_ptr_array_index (groups, i));
  return TRUE;
}

static const char *const edge_names[] = { "top", "right", "bottom", "left" };

static void
assert_edges (const NegViewState *state, JsonObject *item, const char *name)
{
  JsonObject *edges = json_object_get_object_member (item, name);
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];

  letter_view_get (state, letters);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    g_assert_cmpstr (letters[edge], ==, json_object_get_string_member (edges, edge_names[edge]));
}

static void
check_view (JsonObject *item, NegInstance *instance)
{
  NegViewState state;

  letter_view_init (&state, instance);
  assert_edges (&state, item, "edges");
  neg_view_state_turn (&state, 1);
  assert_edges (&state, item, "edges_rotated_90_clockwise");
  neg_view_state_flip_horizontally (&state);
  assert_edges (&state, item, "edges_rotated_90_clockwise_then_flipped");
  neg_view_state_flip_horizontally (&state);
  neg_view_state_turn (&state, -1);
  neg_view_state_flip_horizontally (&state);
  assert_edges (&state, item, "edges_flipped_left_right");
  neg_view_state_clear (&state);
}

/* By Patient Orientation, and by the cosines, which win. */
gboolean
vector_check_orientation (JsonObject *item)
{
  JsonArray *values = json_object_get_array_member (item, "patient_orientation");
  g_autofree char *text = g_strdup_printf (" %s \\%s", json_array_get_string_element (values, 0),
                                           json_array_get_string_element (values, 1));
  g_autoptr (NegInstance) said = letter_view_image_new (NULL, text), placed = NULL;
  double orientation[6];

  check_view (item, said);
  /* The object does not say that its patient goes on four legs; cosines give the letters of two. */
  if (json_object_get_boolean_member (item, "quadruped"))
    return TRUE;
  vector_get_doubles (item, "iop", orientation, 6);
  placed = letter_view_image_new (orientation, "F\\F");
  check_view (item, placed);
  return TRUE;
}
