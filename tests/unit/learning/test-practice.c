/* The exercises: done by what is so, not by what was pressed; wrong outcomes are not taken. The clock is given. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "learning/neg-library.h"
#include "learning/neg-practice.h"

#define SECOND_US ((gint64) G_USEC_PER_SEC)
#define START_US (1000 * SECOND_US)

static const NegPracticeTruth truth = { .patient_id = "DEMO-0001",
                                        .study_date = "20260914",
                                        .prior_date = "20250908",
                                        .nodule_mm = { -88, 14, 32 },
                                        .nodule_diameter_mm = 18 };

/* The middle image of the CT, as it is opened. */
static void
init (NegPracticeFacts *facts)
{
  memset (facts, 0, sizeof *facts);
  facts->rows = facts->columns = facts->n_cells = 1;
  facts->cells[0] = (NegPracticeCell) { .patient_id = "DEMO-0001", .study_date = "20260914", .modality = "CT", .has_place = TRUE,
                                        .middle_mm = { 0, 6, -50 }, .normal = { 0, 0, 1 }, .window_center = 40, .window_width = 400 };
}

static NegPractice *
begin (const char *id)
{
  const NegExercise *exercise = neg_exercises_find (id);

  g_assert_nonnull (exercise);
  return neg_practice_new (exercise, &truth, START_US);
}

static void
assert_step (NegPractice *practice, const NegPracticeFacts *facts, guint step)
{
  neg_practice_update (practice, facts, START_US + SECOND_US);
  g_assert_cmpuint (neg_practice_get_step (practice), ==, step);
  g_assert_cmpint (neg_practice_is_done (practice), ==, step == neg_practice_get_exercise (practice)->n_steps);
}

static void
test_window (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-window");
  NegPracticeFacts facts;

  init (&facts);
  assert_step (practice, &facts, 1);
  facts.cells[0].window_center = 400; /* bone */
  facts.cells[0].window_width = 1800;
  assert_step (practice, &facts, 1);
  facts.cells[0].window_center = -600;
  facts.cells[0].patient_id = "DEMO-0002"; /* somebody else's lung */
  assert_step (practice, &facts, 1);
  facts.cells[0].patient_id = "DEMO-0001";
  facts.has_planes = TRUE;
  assert_step (practice, &facts, 1);
  facts.has_planes = FALSE;
  assert_step (practice, &facts, 2);
  g_assert_cmpint (neg_practice_get_done_us (practice), ==, START_US + SECOND_US);
}

/* What is so already has to be undone and done again. */
static void
test_already (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-window");
  NegPracticeFacts facts;

  init (&facts);
  facts.cells[0].window_center = -600;
  facts.cells[0].window_width = 1500;
  assert_step (practice, &facts, 1);
  g_assert_true (neg_practice_is_so_already (practice));
  facts.cells[0].window_center = 40;
  assert_step (practice, &facts, 1);
  g_assert_false (neg_practice_is_so_already (practice));
  facts.cells[0].window_center = -600;
  assert_step (practice, &facts, 2);
}

static void
add_length (NegPracticeFacts *facts, NegPracticeLength *length, double x_mm, double z_mm, double long_mm, gint64 changed_us)
{
  *length = (NegPracticeLength) { { x_mm - long_mm / 2, 14, z_mm }, { x_mm + long_mm / 2, 14, z_mm }, changed_us };
  facts->lengths = length;
  facts->n_lengths = 1;
}

static void
test_measure (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-measure");
  NegPracticeLength length;
  NegPracticeFacts facts;

  init (&facts);
  assert_step (practice, &facts, 1);
  facts.cells[0].middle_mm[2] = 36;
  assert_step (practice, &facts, 2);
  add_length (&facts, &length, -88, 36, 18, START_US - 1); /* of another day */
  assert_step (practice, &facts, 2);
  g_assert_null (neg_practice_get_remark (practice));
  add_length (&facts, &length, 0, 36, 18, START_US); /* in the mediastinum */
  assert_step (practice, &facts, 2);
  g_assert_nonnull (strstr (neg_practice_get_remark (practice), "not on the nodule"));
  add_length (&facts, &length, -88, 36, 43, START_US); /* through it, and far beyond */
  assert_step (practice, &facts, 2);
  g_assert_nonnull (strstr (neg_practice_get_remark (practice), "largest diameter"));
  add_length (&facts, &length, -88, 36, 9, START_US);
  assert_step (practice, &facts, 2);
  add_length (&facts, &length, -86, 34, 21, START_US);
  assert_step (practice, &facts, 3);
  g_assert_null (neg_practice_get_remark (practice));
}

static void
test_planes (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-planes");
  NegPracticeFacts facts;

  init (&facts);
  assert_step (practice, &facts, 1);
  facts.has_planes = TRUE;
  assert_step (practice, &facts, 2);
  memcpy (facts.point_mm, truth.nodule_mm, sizeof facts.point_mm);
  facts.point_mm[1] += 10;
  assert_step (practice, &facts, 2);
  facts.point_mm[1] -= 8;
  assert_step (practice, &facts, 3);
}

static void
test_prior (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-prior");
  NegPracticeFacts facts;

  init (&facts);
  facts.n_cells = facts.columns = 2;
  facts.cells[1] = facts.cells[0];
  facts.cells[1].study_date = "20250902"; /* the radiographs */
  facts.cells[1].modality = "CR";
  assert_step (practice, &facts, 1);
  facts.cells[1].study_date = "20250908";
  facts.cells[1].modality = "CT";
  assert_step (practice, &facts, 2);
  facts.cells[0].middle_mm[2] = 32;
  assert_step (practice, &facts, 2);
  facts.cells[1].middle_mm[2] = 31;
  facts.cells[1].has_place = FALSE;
  assert_step (practice, &facts, 2);
  facts.cells[1].has_place = TRUE;
  assert_step (practice, &facts, 3);
}

static void
test_layout (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-layout");
  NegPracticeFacts facts;

  init (&facts);
  assert_step (practice, &facts, 1);
  facts.rows = facts.columns = 2;
  assert_step (practice, &facts, 2);
  facts.has_lines = TRUE; /* not asked for yet, and not forgotten */
  assert_step (practice, &facts, 2);
  facts.is_synchronized = TRUE;
  assert_step (practice, &facts, 4);
  facts.rows = facts.columns = 1;
  assert_step (practice, &facts, 5);
}

static void
test_turn (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-turn");
  NegPracticeFacts facts;

  init (&facts);
  facts.cells[0].is_inverted = TRUE;
  facts.cells[0].is_mirrored = TRUE;
  assert_step (practice, &facts, 1);
  g_assert_true (neg_practice_is_so_already (practice));
  facts.cells[0].is_inverted = facts.cells[0].is_mirrored = FALSE;
  assert_step (practice, &facts, 1);
  facts.cells[0].is_inverted = TRUE;
  assert_step (practice, &facts, 2);
  facts.cells[0].is_mirrored = TRUE;
  facts.cells[0].is_inverted = FALSE;
  assert_step (practice, &facts, 3);
  facts.cells[0].is_mirrored = FALSE;
  facts.cells[0].turns = 1;
  assert_step (practice, &facts, 3);
  facts.cells[0].turns = 0;
  assert_step (practice, &facts, 4);
}

static void
test_key (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-key-image");
  NegPracticeKey key = { { 0, 6, -50 }, START_US };
  NegPracticeFacts facts;

  init (&facts);
  facts.cells[0].middle_mm[2] = 32;
  facts.keys = &key;
  facts.n_keys = 1;
  facts.is_unsaved = TRUE;
  assert_step (practice, &facts, 2); /* another image is marked */
  key.middle_mm[2] = 32;
  key.changed_us = START_US - 1; /* it was marked before */
  assert_step (practice, &facts, 2);
  key.changed_us = START_US;
  assert_step (practice, &facts, 3);
  facts.is_unsaved = FALSE;
  assert_step (practice, &facts, 4);
}

static void
test_claim (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-claim");
  NegPracticeFacts facts;

  init (&facts);
  facts.n_cells = 0; /* nothing is open */
  facts.n_claimed = 1;
  assert_step (practice, &facts, 0);
  facts.n_claimed = 0;
  assert_step (practice, &facts, 1);
  facts.n_claimed = 1;
  assert_step (practice, &facts, 2);
  facts.n_claimed = 0;
  assert_step (practice, &facts, 3);
}

static void
test_hints (void)
{
  g_autoptr (NegPractice) practice = begin ("practice-window");
  NegPracticeFacts facts;

  init (&facts);
  facts.n_cells = 0;
  neg_practice_update (practice, &facts, START_US + (NEG_PRACTICE_HINT_S - 1) * SECOND_US);
  g_assert_false (neg_practice_is_hinted (practice));
  g_assert_true (neg_practice_update (practice, &facts, START_US + NEG_PRACTICE_HINT_S * SECOND_US));
  g_assert_true (neg_practice_is_hinted (practice));
  g_assert_cmpuint (neg_practice_get_n_hints (practice), ==, 1);
  init (&facts); /* the next step has its own time */
  g_assert_true (neg_practice_update (practice, &facts, START_US + 40 * SECOND_US));
  g_assert_false (neg_practice_is_hinted (practice));
  neg_practice_ask_hint (practice);
  neg_practice_ask_hint (practice);
  g_assert_true (neg_practice_is_hinted (practice));
  g_assert_cmpuint (neg_practice_get_n_hints (practice), ==, 2);
}

/* Nothing that is shown or not shown breaks any of them, and none is done by nothing. */
static void
test_all (void)
{
  static const NegPracticeFacts nothing = { .rows = 1, .columns = 1 };

  g_assert_cmpuint (neg_exercises_get_n (), >=, 8);
  g_assert_null (neg_exercises_get (neg_exercises_get_n ()));
  for (guint i = 0; i < neg_exercises_get_n (); i++) {
    const NegExercise *exercise = neg_exercises_get (i);
    g_autoptr (NegPractice) practice = begin (exercise->id);
    NegPracticeFacts facts;

    g_assert_true (neg_library_is_id (exercise->id));
    g_assert_true (neg_library_is_id (exercise->topic));
    neg_practice_update (practice, &nothing, START_US);
    g_assert_false (neg_practice_is_done (practice));
    init (&facts);
    facts.cells[0].has_place = FALSE;
    facts.cells[0].window_width = NAN;
    facts.active = 7;
    neg_practice_update (practice, &facts, START_US);
    g_assert_false (neg_practice_is_done (practice));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learning/practice/window", test_window);
  g_test_add_func ("/learning/practice/already", test_already);
  g_test_add_func ("/learning/practice/measure", test_measure);
  g_test_add_func ("/learning/practice/planes", test_planes);
  g_test_add_func ("/learning/practice/prior", test_prior);
  g_test_add_func ("/learning/practice/layout", test_layout);
  g_test_add_func ("/learning/practice/turn", test_turn);
  g_test_add_func ("/learning/practice/key-image", test_key);
  g_test_add_func ("/learning/practice/claim", test_claim);
  g_test_add_func ("/learning/practice/hints", test_hints);
  g_test_add_func ("/learning/practice/all", test_all);
  return g_test_run ();
}
