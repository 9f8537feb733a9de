/* Letters at the edges, in all eight orientations, by cosines and by Patient Orientation. */
#include "config.h"

#include <math.h>

#include "letter-view.h"

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
      g_autoptr (NegInstance) instance = letter_view_image_new (cases[i].orientation, NULL);
      const char *const *edges = cases[i].edges;
      char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];
      NegViewState state;

      letter_view_init (&state, instance);
      if (way >= 4)
        neg_view_state_flip_horizontally (&state);
      neg_view_state_turn (&state, way & 3);
      letter_view_get (&state, letters);
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
  g_autoptr (NegInstance) instance = letter_view_image_new (NULL, patient_orientation);
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
  g_autoptr (NegInstance) zero = letter_view_image_new (nothing, "L\\F"), nan = letter_view_image_new (none, NULL);
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
  g_test_add_func ("/reading/letters/pitfall-22-all-eight", test_all_eight);
  g_test_add_func ("/reading/letters/pitfall-22-said", test_said);
  g_test_add_func ("/reading/letters/bad-cosines", test_bad_cosines);
  return g_test_run ();
}
