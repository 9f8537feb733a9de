/* Letters at the edges, in all eight orientations, by cosines and by Patient Orientation. */
#include "config.h"

#include <math.h>

#include "reading/neg-letters.h"
#include "reading/neg-view-state.h"
#include "unit/imaging/vectors.h"

static const char *const edge_names[] = { "top", "right", "bottom", "left" };

static NegInstance *
new_image (const double *orientation, const char *patient_orientation)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->study_uid = g_strdup ("1.2");
  instance->series_uid = g_strdup ("1.2.3");
  instance->sop_instance_uid = g_strdup ("1.2.3.4");
  instance->rows = 40;
  instance->columns = 30;
  instance->samples = instance->frames = instance->n_frame_infos = 1;
  instance->bits_allocated = instance->bits_stored = 8;
  instance->high_bit = 7;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->patient_orientation = g_strdup (patient_orientation);
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  instance->frame_infos[0].has_orientation = orientation != NULL;
  for (guint i = 0; orientation != NULL && i < 6; i++)
    instance->frame_infos[0].orientation[i] = orientation[i];
  return instance;
}

static void
show (NegViewState *state, NegInstance *instance)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new (), built = NULL;
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  g_ptr_array_add (instances, instance);
  g_ptr_array_add (blobs, neg_blob_new_for_path ("x"));
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  neg_view_state_init (state);
  neg_view_state_set_series (state, g_ptr_array_index (built, 0));
}

static void
get_letters (const NegViewState *state, char letters[NEG_N_EDGES][NEG_LETTERS_BYTES])
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegAffine affine;

  g_assert_true (neg_view_state_get_affine (state, 300, 200, &affine));
  neg_letters_init (letters, frame->instance, frame->frame, &affine);
}

static void
assert_edges (const NegViewState *state, JsonObject *object, const char *member)
{
  JsonObject *edges = json_object_get_object_member (object, member);
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];

  get_letters (state, letters);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    g_assert_cmpstr (letters[edge], ==, json_object_get_string_member (edges, edge_names[edge]));
}

static void
check_view (JsonObject *object, NegInstance *instance)
{
  NegViewState state;

  show (&state, instance);
  assert_edges (&state, object, "edges");
  neg_view_state_turn (&state, 1);
  assert_edges (&state, object, "edges_rotated_90_clockwise");
  neg_view_state_flip_horizontally (&state);
  assert_edges (&state, object, "edges_rotated_90_clockwise_then_flipped");
  neg_view_state_flip_horizontally (&state);
  neg_view_state_turn (&state, -1);
  neg_view_state_flip_horizontally (&state);
  assert_edges (&state, object, "edges_flipped_left_right");
  neg_view_state_clear (&state);
}

static void
check_case (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  JsonObject *object = json_node_get_object (node);
  JsonArray *values = json_object_get_array_member (object, "patient_orientation");
  g_autofree char *text = g_strdup_printf (" %s \\%s", json_array_get_string_element (values, 0),
                                           json_array_get_string_element (values, 1));
  g_autoptr (NegInstance) said = new_image (NULL, text), placed = NULL;
  double orientation[6];

  g_test_message ("%s", json_object_get_string_member (object, "id"));
  check_view (object, said);
  /* The object does not say that its patient goes on four legs; cosines give the letters of two. */
  if (json_object_get_boolean_member (object, "quadruped"))
    return;
  vectors_get_doubles (json_object_get_array_member (object, "iop"), orientation, 6);
  placed = new_image (orientation, "F\\F");
  check_view (object, placed);
}

static void
test_vectors (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = vectors_load (parser, "orientation.json");

  if (cases != NULL)
    json_array_foreach_element (cases, check_case, NULL);
}

/* Every one of the eight, written out: top, right, bottom, left. */
static void
test_all_eight (void)
{
  static const double axial[6] = { 1, 0, 0, 0, 1, 0 }, coronal[6] = { 1, 0, 0, 0, 0, -1 },
                      sagittal[6] = { 0, 1, 0, 0, 0, -1 }, oblique[6] = { 0.8, 0.6, 0, 0, 0, -1 };
  static const struct {
    const double *orientation;
    const char *edges[4];
  } cases[] = {
    { axial, { "A", "L", "P", "R" } },
    { coronal, { "H", "L", "F", "R" } },
    { sagittal, { "H", "P", "F", "A" } },
    { oblique, { "H", "LP", "F", "RA" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint way = 0; way < 8; way++) {
      g_autoptr (NegInstance) instance = new_image (cases[i].orientation, NULL);
      const char *const *edges = cases[i].edges;
      char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];
      NegViewState state;

      show (&state, instance);
      if (way >= 4)
        neg_view_state_flip_horizontally (&state);
      neg_view_state_turn (&state, way & 3);
      get_letters (&state, letters);
      /* Clockwise by one quarter: what was at the top is on the right. A mirror exchanges right and left first. */
      for (guint edge = 0; edge < 4; edge++) {
        guint before = (edge + 4 - (way & 3)) & 3;

        g_assert_cmpstr (letters[edge], ==, edges[way >= 4 ? (4 - before) & 3 : before]);
      }
      neg_view_state_clear (&state);
    }
}

static void
assert_said (const char *patient_orientation, const char *top, const char *right, const char *bottom, const char *left)
{
  g_autoptr (NegInstance) instance = new_image (NULL, patient_orientation);
  const NegAffine upright = { { 0.5, 0, 0, 0, 0.5, 0 } };
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];

  neg_letters_init (letters, instance, 0, &upright);
  g_assert_cmpstr (letters[NEG_EDGE_TOP], ==, top);
  g_assert_cmpstr (letters[NEG_EDGE_RIGHT], ==, right);
  g_assert_cmpstr (letters[NEG_EDGE_BOTTOM], ==, bottom);
  g_assert_cmpstr (letters[NEG_EDGE_LEFT], ==, left);
}

static void
test_said (void)
{
  assert_said ("A\\FR", "HL", "A", "FR", "P"); /* a left breast, oblique from the side */
  assert_said ("LE\\CD", "CR", "LE", "CD", "RT");
  assert_said ("LED\\CD", "CR", "LED", "CD", "RTV");
  assert_said ("L\\", "", "L", "", "R");
  assert_said ("L", "", "", "", "");
  assert_said ("L\\P\\H", "", "", "", "");
  assert_said ("LX\\P", "A", "", "P", "");
  assert_said ("<b>\\\n", "", "", "", "");
  assert_said ("LRAPHFLRAPHF\\P", "A", "", "P", "");
  assert_said ("l\\p", "", "", "", "");
  assert_said ("", "", "", "", "");
  assert_said (NULL, "", "", "", "");
}

/* Cosines that are none say nothing; Patient Orientation may. */
static void
test_bad_cosines (void)
{
  const double nothing[6] = { 0 }, none[6] = { NAN, 0, 0, 0, 1, 0 };
  g_autoptr (NegInstance) zero = new_image (nothing, "L\\F"), nan = new_image (none, NULL);
  const NegAffine upright = { { 0.5, 0, 0, 0, 0.5, 0 } };
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];

  neg_letters_init (letters, zero, 0, &upright);
  g_assert_cmpstr (letters[NEG_EDGE_LEFT], ==, "R");
  neg_letters_init (letters, nan, 0, &upright);
  g_assert_cmpstr (letters[NEG_EDGE_LEFT], ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reading/letters/vectors", test_vectors);
  g_test_add_func ("/reading/letters/all-eight", test_all_eight);
  g_test_add_func ("/reading/letters/said", test_said);
  g_test_add_func ("/reading/letters/bad-cosines", test_bad_cosines);
  return g_test_run ();
}
