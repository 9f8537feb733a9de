#include "neg-fuzz.h"

#include <math.h>
#include <string.h>

#include "fake-study.h"
#include "reading/neg-reading-state.h"

/* One for all inputs: nothing changes it. */
static GListModel *
get_series (void)
{
  static FakeStudy study;

  if (study.store == NULL) {
    fake_study_init (&study);
    fake_study_set (&study, 0, 0, 2, TRUE);
    fake_study_publish (&study);
  }
  return G_LIST_MODEL (study.store);
}

/* What a window with a view of its own saves, for a patient that is there. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const char *const paths[] = { "/a/b c", "/d", NULL };
  g_autoptr (NegReading) reading = neg_reading_new ();
  g_autofree char *text = NULL;
  NegViewState *view;

  neg_reading_set_series (reading, get_series ());
  neg_reading_set_grid (reading, g_rand_int_range (random, 1, 3), g_rand_int_range (random, 1, 3));
  view = neg_reading_begin_change (reading, 0, 0);
  view->has_window = TRUE;
  view->function = NEG_VOI_SIGMOID;
  view->center = g_rand_double_range (random, -2000, 2000);
  view->width = view->zoom = view->offset_px[0] = g_rand_double_range (random, 1, 5);
  view->turns = 1;
  neg_reading_end_change (reading, 0);
  text = neg_reading_save_state (reading, paths, 1);
  return g_byte_array_append (g_byte_array_new (), (const guint8 *) text, (guint) strlen (text));
}

/* Whatever the text said, what is shown can be drawn. */
static void
check_cell (const NegViewState *state)
{
  NegAffine affine;

  if (!neg_view_state_get_affine (state, 640, 480, &affine))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (affine.m); i++)
    g_assert_true (isfinite (affine.m[i]));
  g_assert_true (!state->has_window || (isfinite (state->center) && state->width > 0));
  g_assert_cmpuint (state->turns, <, 4);
  g_assert_nonnull (neg_view_state_get_frame (state));
}

static void
restore (NegReadingState *state)
{
  g_autoptr (NegReading) reading = neg_reading_new ();

  neg_reading_set_series (reading, get_series ());
  g_assert_true (neg_reading_restore (reading, state, TRUE));
  g_assert_cmpuint (neg_reading_get_active (reading), <, neg_reading_get_n_cells (reading));
  for (guint i = 0; i < neg_reading_get_n_cells (reading); i++)
    check_cell (neg_reading_get_state (reading, i));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegReadingState) state = neg_reading_state_parse (text, &error);

  g_assert_true ((state == NULL) == (error != NULL));
  if (state != NULL)
    restore (state);
  return 0;
}
