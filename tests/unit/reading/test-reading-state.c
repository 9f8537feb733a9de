/* A screen as text and back: all of it, while a study loads, with images that are gone, with a person at work. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "base/neg-error.h"
#include "fake-study.h"
#include "reading/neg-reading-state-private.h"

typedef struct {
  FakeStudy files;
  NegReading *reading; /* of the start before */
  NegReading *next;
  NegReadingState *state;
} Fixture;

static const char *const paths[] = { "/data/a study/\xC3\xA4", "/data/b\xFF[{\"%20", NULL };

static const char *
image_of (NegReading *reading, guint cell)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (neg_reading_get_state (reading, cell));

  return frame != NULL ? frame->instance->sop_instance_uid : NULL;
}

static void
assert_image (Fixture *fixture, NegReading *reading, guint cell, guint series, guint image)
{
  g_assert_cmpstr (image_of (reading, cell), ==, fake_study_get_uid (&fixture->files, series, image));
}

/* A 2 x 2 grid with three series of both studies and an empty viewport; each value differs from what it is at first. */
static void
arrange (Fixture *fixture)
{
  NegReading *reading = fixture->reading;
  NegViewState *view;

  neg_reading_set_grid (reading, 2, 2);
  neg_reading_show (reading, 0, fake_study_find (&fixture->files, 2));
  neg_reading_show (reading, 1, fake_study_find (&fixture->files, 0));
  neg_reading_show (reading, 2, fake_study_find (&fixture->files, 1));
  neg_reading_show (reading, 3, NULL);
  neg_reading_set_index (reading, 0, 3);
  neg_reading_set_index (reading, 1, 17);
  neg_reading_set_active (reading, 1);
  view = neg_reading_begin_change (reading, 1, 0);
  view->has_window = TRUE;
  view->function = NEG_VOI_SIGMOID;
  view->center = -1.0 / 3;
  view->width = 0.1;
  view->inverted = view->mirrored = TRUE;
  view->turns = 3;
  view->zoom = 1.7;
  view->offset_px[0] = -12.3;
  view->offset_px[1] = 1e-9;
  neg_reading_end_change (reading, 1);
  view = neg_reading_begin_change (reading, 2, 0);
  view->preset = 4;
  neg_reading_end_change (reading, 2);
}

static NegReadingState *
save_and_parse (NegReading *reading)
{
  g_autofree char *text = neg_reading_save_state (reading, paths, 2);
  g_autoptr (GError) error = NULL;
  NegReadingState *state = neg_reading_state_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (state);
  return state;
}

static void
forget_all (Fixture *fixture)
{
  memset (fixture->files.is_there, 0, sizeof fixture->files.is_there);
  fake_study_publish (&fixture->files);
  neg_reading_set_series (fixture->next, G_LIST_MODEL (fixture->files.store));
}

static gboolean
load (Fixture *fixture, gboolean is_complete)
{
  fake_study_publish (&fixture->files);
  neg_reading_update (fixture->next);
  return neg_reading_restore (fixture->next, fixture->state, is_complete);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_study_init (&fixture->files);
  fake_study_fill (&fixture->files);
  fake_study_publish (&fixture->files);
  fixture->reading = neg_reading_new ();
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->files.store));
  arrange (fixture);
  fixture->state = save_and_parse (fixture->reading);
  fixture->next = neg_reading_new ();
  forget_all (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_reading_state_free (fixture->state);
  g_assert_finalize_object (fixture->reading);
  g_assert_finalize_object (fixture->next);
  fake_study_clear (&fixture->files);
}

static void
assert_same_views (NegReading *a, NegReading *b)
{
  for (guint i = 0; i < neg_reading_get_n_cells (a); i++) {
    NegViewState one = *neg_reading_get_state (a, i);
    NegViewState other = *neg_reading_get_state (b, i);

    g_assert_cmpstr (image_of (a, i), ==, image_of (b, i));
    g_assert_cmpuint (one.index, ==, other.index);
    g_assert_cmpuint (one.preset, ==, other.preset);
    g_assert_cmpint (one.has_window, ==, other.has_window);
    g_assert_cmpint (one.function, ==, other.function);
    g_assert_true (one.center == other.center && one.width == other.width); /* to the last bit */
    g_assert_cmpint (one.inverted, ==, other.inverted);
    g_assert_cmpint (one.mirrored, ==, other.mirrored);
    g_assert_cmpuint (one.turns, ==, other.turns);
    g_assert_true (one.zoom == other.zoom);
    g_assert_true (one.offset_px[0] == other.offset_px[0] && one.offset_px[1] == other.offset_px[1]);
  }
}

static void
assert_same_screen (NegReading *a, NegReading *b)
{
  g_assert_cmpstr (neg_reading_get_patient (a)->key, ==, neg_reading_get_patient (b)->key);
  g_assert_cmpuint (neg_reading_get_rows (a), ==, neg_reading_get_rows (b));
  g_assert_cmpuint (neg_reading_get_columns (a), ==, neg_reading_get_columns (b));
  g_assert_cmpuint (neg_reading_get_active (a), ==, neg_reading_get_active (b));
  g_assert_cmpint (neg_reading_is_maximized (a), ==, neg_reading_is_maximized (b));
  g_assert_cmpint (neg_reading_is_synchronized (a), ==, neg_reading_is_synchronized (b));
  g_assert_cmpint (neg_reading_has_lines (a), ==, neg_reading_has_lines (b));
  assert_same_views (a, b);
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  const char *const *found = neg_reading_state_get_paths (fixture->state);
  guint step = GPOINTER_TO_UINT (data);

  g_assert_true (g_strv_equal (found, paths));
  g_assert_cmpuint (neg_reading_state_get_captions (fixture->state), ==, 2);
  neg_reading_set_maximized (fixture->reading, (step & 1) != 0);
  neg_reading_set_synchronized (fixture->reading, (step & 2) != 0);
  neg_reading_set_lines (fixture->reading, (step & 4) != 0);
  neg_reading_state_free (fixture->state);
  fixture->state = save_and_parse (fixture->reading);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  assert_same_screen (fixture->reading, fixture->next);
  g_assert_false (neg_reading_can_undo (fixture->next));
}

static void
test_other_locale (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL && setlocale (LC_NUMERIC, "de_DE") == NULL) {
    g_test_skip ("no German locale here");
    return;
  }
  text = neg_reading_save_state (fixture->reading, paths, 0);
  g_assert_nonnull (strstr (text, "\"zoom\":1.7"));
  test_round_trip (fixture, GUINT_TO_POINTER (0));
  setlocale (LC_NUMERIC, "C");
}

/* Nobody is named: neither the patient nor the ID. */
static void
test_no_patient (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = neg_reading_save_state (fixture->reading, paths, 0);

  g_assert_null (strstr (text, "Ada"));
  g_assert_null (strstr (text, "ada"));
}

/* Images come one after the other; the viewports fill as theirs do, and the grid is there from the first one on. */
static void
test_partial (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, FAKE_BOB, 0, 5, TRUE);
  g_assert_false (load (fixture, FALSE));
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 1);

  fake_study_set (&fixture->files, 0, 0, 10, TRUE); /* without the image that was shown */
  g_assert_false (load (fixture, FALSE));
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 4);
  g_assert_cmpstr (neg_reading_get_patient (fixture->next)->key, ==,
                   neg_reading_get_patient (fixture->reading)->key);
  for (guint i = 0; i < 4; i++)
    g_assert_null (image_of (fixture->next, i));

  fake_study_set (&fixture->files, 2, 3, 1, TRUE);
  fake_study_set (&fixture->files, 0, 12, 8, TRUE);
  g_assert_false (load (fixture, FALSE));
  assert_image (fixture, fixture->next, 0, 2, 3);
  assert_image (fixture, fixture->next, 1, 0, 17);
  g_assert_cmpfloat (neg_reading_get_state (fixture->next, 1)->zoom, ==, 1.7);
  g_assert_cmpuint (neg_reading_get_state (fixture->next, 1)->index, ==, 15);
  g_assert_null (image_of (fixture->next, 2));

  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  assert_same_screen (fixture->reading, fixture->next);
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  fake_study_fill (&fixture->files);
  fake_study_set (&fixture->files, 0, 17, 1, FALSE); /* its number is another image's now */
  fake_study_set (&fixture->files, 2, 0, 4, FALSE);  /* with the first one, which is in the key */
  fake_study_set (&fixture->files, 1, 0, FAKE_N_IMAGES, FALSE);
  g_assert_false (load (fixture, FALSE));
  g_assert_true (load (fixture, TRUE));
  assert_image (fixture, fixture->next, 0, 2, 7);
  assert_image (fixture, fixture->next, 1, 0, 18);
  g_assert_cmpuint (neg_reading_get_state (fixture->next, 1)->index, ==, 17);
  g_assert_null (image_of (fixture->next, 2));
  g_assert_null (image_of (fixture->next, 3));
}

static void
test_shorter (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, 0, 0, 5, TRUE);
  g_assert_true (load (fixture, TRUE));
  assert_image (fixture, fixture->next, 1, 0, 0);
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 4);
}

/* The patient is there, and no series that was shown. */
static void
test_nothing_left (Fixture *fixture, gconstpointer data)
{
  neg_reading_set_grid (fixture->reading, 1, 2);
  neg_reading_show (fixture->reading, 1, NULL);
  neg_reading_state_free (fixture->state);
  fixture->state = save_and_parse (fixture->reading);
  fake_study_set (&fixture->files, 1, 0, 5, TRUE);
  g_assert_true (load (fixture, TRUE));
  assert_image (fixture, fixture->next, 0, 1, 0);
  g_assert_false (neg_reading_can_undo (fixture->next));
}

static void
test_other_patient (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, FAKE_BOB, 0, FAKE_N_IMAGES, TRUE);
  g_assert_false (load (fixture, FALSE));
  g_assert_true (load (fixture, TRUE));
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 1);
  assert_image (fixture, fixture->next, 0, FAKE_BOB, 0);
  g_assert_cmpfloat (neg_reading_get_state (fixture->next, 0)->zoom, ==, 1);
}

/* Copies with the same UID in two series: the one of that name. */
static void
test_same_uid (Fixture *fixture, gconstpointer data)
{
  NegInstance *copy = fixture->files.instances->pdata[FAKE_N_IMAGES + 5];

  g_free (copy->sop_instance_uid);
  copy->sop_instance_uid = g_strdup (fake_study_get_uid (&fixture->files, 0, 17));
  neg_reading_set_index (fixture->reading, 2, 5);
  neg_reading_state_free (fixture->state);
  fixture->state = save_and_parse (fixture->reading);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  g_assert_cmpuint (neg_reading_get_state (fixture->next, 1)->index, ==, 17);
  g_assert_cmpuint (neg_reading_get_state (fixture->next, 2)->index, ==, 5);
}

/* Frames of one object have its UID; the number tells them apart, and tells that a person scrolled. */
static void
test_frames (Fixture *fixture, gconstpointer data)
{
  NegInstance *film = fixture->files.instances->pdata[0];

  film->frames = 9;
  for (guint i = 1; i < FAKE_N_IMAGES; i++)
    fake_study_set (&fixture->files, 0, i, 1, FALSE);
  fake_study_set (&fixture->files, 0, 0, 1, TRUE);
  fake_study_publish (&fixture->files);
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->files.store));
  neg_reading_set_grid (fixture->reading, 2, 1);
  neg_reading_show (fixture->reading, 0, fake_study_find (&fixture->files, 0));
  neg_reading_show (fixture->reading, 1, fake_study_find (&fixture->files, 0));
  neg_reading_set_index (fixture->reading, 0, 7);
  neg_reading_set_index (fixture->reading, 1, 8);
  neg_reading_state_free (fixture->state);
  fixture->state = save_and_parse (fixture->reading);
  g_assert_true (load (fixture, FALSE));
  g_assert_cmpuint (neg_view_state_get_frame (neg_reading_get_state (fixture->next, 0))->frame, ==, 7);
  g_assert_cmpuint (neg_view_state_get_frame (neg_reading_get_state (fixture->next, 1))->frame, ==, 8);
}

/* --- A person at work meanwhile --- */

static void
test_reads_another (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, FAKE_BOB, 0, 5, TRUE);
  g_assert_false (load (fixture, FALSE));
  neg_reading_scroll (fixture->next, 0, 1);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  assert_image (fixture, fixture->next, 0, FAKE_BOB, 1);
  g_assert_true (load (fixture, TRUE));
  assert_image (fixture, fixture->next, 0, FAKE_BOB, 1);
}

static void
test_goes_to_another (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bob
      = neg_patient_dup_key (fixture->files.instances->pdata[FAKE_BOB * FAKE_N_IMAGES]);

  neg_reading_set_synchronized (fixture->reading, TRUE);
  neg_reading_state_free (fixture->state);
  fixture->state = save_and_parse (fixture->reading);
  fake_study_set (&fixture->files, FAKE_BOB, 0, 5, TRUE);
  fake_study_set (&fixture->files, 0, 0, 5, TRUE);
  g_assert_false (load (fixture, FALSE));
  neg_reading_set_patient (fixture->next, bob);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  g_assert_cmpstr (neg_reading_get_patient (fixture->next)->key, ==, bob);
  g_assert_false (neg_reading_is_synchronized (fixture->next));
}

static void
test_switches_lines (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, FAKE_BOB, 0, 5, TRUE);
  g_assert_false (load (fixture, FALSE));
  neg_reading_set_lines (fixture->next, TRUE);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 4);
  g_assert_true (neg_reading_has_lines (fixture->next));
}

/* One viewport is scrolled, one filled, while both wait or load: they stay so. The others are restored. */
static void
test_changes_cells (Fixture *fixture, gconstpointer data)
{
  NegViewState *view;

  fake_study_fill (&fixture->files);
  fake_study_set (&fixture->files, 2, 3, 1, FALSE);
  fake_study_set (&fixture->files, 1, 0, 1, FALSE);
  g_assert_false (load (fixture, FALSE));
  g_assert_null (image_of (fixture->next, 0));
  assert_image (fixture, fixture->next, 1, 0, 17);
  g_assert_true (neg_reading_show (fixture->next, 0, fake_study_find (&fixture->files, 1)));
  neg_reading_scroll (fixture->next, 1, -2);
  view = neg_reading_begin_change (fixture->next, 1, 0);
  neg_view_state_reset (view);
  neg_reading_end_change (fixture->next, 1);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, FALSE));
  assert_image (fixture, fixture->next, 0, 1, 1);
  assert_image (fixture, fixture->next, 1, 0, 15);
  g_assert_cmpfloat (neg_reading_get_state (fixture->next, 1)->zoom, ==, 1);
  assert_image (fixture, fixture->next, 2, 1, 0);

  /* Their steps go back one by one, and take away nothing that was restored meanwhile. */
  neg_reading_undo (fixture->next);
  g_assert_cmpfloat (neg_reading_get_state (fixture->next, 1)->zoom, ==, 1.7);
  neg_reading_undo (fixture->next);
  assert_image (fixture, fixture->next, 2, 1, 0);
  g_assert_false (neg_reading_can_undo (fixture->next));
}

static void
test_changes_grid (Fixture *fixture, gconstpointer data)
{
  fake_study_set (&fixture->files, 0, 0, FAKE_N_IMAGES, TRUE);
  g_assert_false (load (fixture, FALSE));
  neg_reading_set_grid (fixture->next, 1, 2);
  neg_reading_set_lines (fixture->next, TRUE);
  neg_reading_set_synchronized (fixture->next, TRUE);
  fake_study_fill (&fixture->files);
  g_assert_true (load (fixture, TRUE));
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->next), ==, 2);
  assert_image (fixture, fixture->next, 1, 0, 17);
  g_assert_true (neg_reading_has_lines (fixture->next));
  g_assert_true (neg_reading_is_synchronized (fixture->next));
}

/* Numbers whose shortest form is an exponent without a point. */
static void
test_exponents (Fixture *fixture, gconstpointer data)
{
  static const double numbers[] = { 1e-300, 1e100, 1e20, 5e-324, 1e22, 0.1, 1e5 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autoptr (NegReadingState) state = NULL;
    NegViewState *view = neg_reading_begin_change (fixture->reading, 1, 0);

    view->function = NEG_VOI_SIGMOID;
    view->center = -numbers[i];
    view->width = numbers[i];
    neg_reading_end_change (fixture->reading, 1);
    state = save_and_parse (fixture->reading);
    g_assert_true (state->cells[1].view.center == -numbers[i] && state->cells[1].view.width == numbers[i]);
  }
}

/* --- Text --- */

static void
test_nothing_open (void)
{
  static const char *const none[] = { NULL };
  g_autoptr (NegReading) reading = neg_reading_new ();
  g_autofree char *name = g_strnfill (NEG_READING_STATE_TEXT_MAX + 1, 'x');
  const char *const too_long[] = { name, NULL };
  g_autoptr (NegReadingState) state = NULL;

  g_assert_null (neg_reading_save_state (reading, NULL, 0));
  g_assert_null (neg_reading_save_state (reading, none, 0));
  g_assert_null (neg_reading_save_state (reading, too_long, 0));
  state = save_and_parse (reading); /* opened, and nothing of it is there yet */
  g_assert_true (neg_reading_restore (reading, state, TRUE));
}

static const char good[] = "{\"format\":1,\"paths\":[],\"rows\":1,\"columns\":1,\"cells\":[{}]}";

static const struct {
  const char *text;
  NegErrorCode code;
} bad[] = {
  { "", NEG_ERROR_INCONSISTENT },
  { "{", NEG_ERROR_INCONSISTENT },
  { "[]", NEG_ERROR_INCONSISTENT },
  { "null", NEG_ERROR_INCONSISTENT },
  { "{}", NEG_ERROR_INCONSISTENT },
  { "\xFF", NEG_ERROR_INCONSISTENT },
  { "[[[[[[[[[[[[[[[[[[[[", NEG_ERROR_INCONSISTENT },
  { "{\"format\":3,\"whatever\":{}}", NEG_ERROR_UNSUPPORTED },
  { "{\"format\":0,\"paths\":[],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":\"1\",\"paths\":[],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[7],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[null],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[\"a%00b\"],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[\"a%zz\"],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{},{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[7]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":{}}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"rows\":6,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"rows\":0,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"columns\":1.5,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"active\":1,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"lines\":1,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"captions\":-1,\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"patient\":[],\"cells\":[{}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"turns\":4}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"index\":-1}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"index\":4294967296}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"frame\":4294967296}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"zoom\":0}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"zoom\":1e999}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"zoom\":nan}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"1x\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"1,5\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\" 1\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"nan\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"-inf\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"1e999\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":2,\"paths\":[],\"cells\":[{\"zoom\":\"0\"}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"x\":-1e300}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"window\":7}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"window\":{}}]}", NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"window\":{\"function\":\"linear\",\"center\":1,\"width\":0.5}}]}",
    NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"window\":{\"function\":\"sigmoid\",\"center\":1,\"width\":0}}]}",
    NEG_ERROR_INCONSISTENT },
  { "{\"format\":1,\"paths\":[],\"cells\":[{\"window\":{\"function\":\"cubic\",\"center\":1,\"width\":9}}]}",
    NEG_ERROR_INCONSISTENT },
};

static void
test_garbage (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegReadingState) state = neg_reading_state_parse (good, &error);

  g_assert_no_error (error);
  g_assert_nonnull (state);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) refused = NULL;

    g_test_message ("text %u", i);
    g_assert_null (neg_reading_state_parse (bad[i].text, &refused));
    g_assert_error (refused, NEG_ERROR, bad[i].code);
  }
}

/* The parser calls itself: brackets without end must not reach it, in comments and strings neither. */
static void
test_deep (void)
{
  static const char *const starts[] = { "", "/*\"*/", "//\"\n", "{\"format\":1,\"x\":" };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    g_autofree char *brackets = g_strnfill (500000, '[');
    g_autofree char *text = g_strconcat (starts[i], brackets, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_reading_state_parse (text, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  }
}

/* What closes in a string closes nothing. */
static void
test_deep_behind_strings (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 200000; i++)
    g_string_append (text, "[\"]\",");
  g_assert_null (neg_reading_state_parse (text->str, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_string_free (text, TRUE);
}

/* What the format 1 left behind: numbers, and exponents that no parser reads; in a string they are letters. */
static void
test_format_1 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegReadingState) state = neg_reading_state_parse (
      "{\"format\":1,\"paths\":[\"/1e-300.0/\\\"1e5.0\"],\"cells\":[{\"zoom\":1e-05.0,\"x\":-1.5e+02,\"y\":2E3.0,"
      "\"window\":{\"function\":\"sigmoid\",\"center\":-1e+20.0,\"width\":1e-300.0}}]}",
      &error);

  g_assert_no_error (error);
  g_assert_cmpstr (neg_reading_state_get_paths (state)[0], ==, "/1e-300.0/\"1e5.0");
  g_assert_cmpfloat (state->cells[0].view.center, ==, -1e20);
  g_assert_cmpfloat (state->cells[0].view.width, ==, 1e-300);
  g_assert_cmpfloat (state->cells[0].view.zoom, ==, 1e-5);
  g_assert_cmpfloat (state->cells[0].view.offset_px[0], ==, -150);
  g_assert_cmpfloat (state->cells[0].view.offset_px[1], ==, 2000);
}

static void
test_unknown_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegReadingState) state = neg_reading_state_parse (
      "{\"format\":1,\"new\":{\"a\":[1]},\"paths\":[\"/a\"],\"cells\":[{\"series\":\"s/0\",\"later\":null}]}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (neg_reading_state_get_paths (state)[0], ==, "/a");
}

#define ADD(name, func, data) \
  g_test_add ("/reading-state/" name, Fixture, GUINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("round-trip", test_round_trip, 0);
  ADD ("round-trip/maximized", test_round_trip, 1);
  ADD ("round-trip/links", test_round_trip, 6);
  ADD ("round-trip/all", test_round_trip, 7);
  ADD ("other-locale", test_other_locale, 0);
  ADD ("no-patient", test_no_patient, 0);
  ADD ("partial", test_partial, 0);
  ADD ("gone", test_gone, 0);
  ADD ("shorter", test_shorter, 0);
  ADD ("nothing-left", test_nothing_left, 0);
  ADD ("other-patient", test_other_patient, 0);
  ADD ("same-uid", test_same_uid, 0);
  ADD ("frames", test_frames, 0);
  ADD ("reads-another", test_reads_another, 0);
  ADD ("goes-to-another", test_goes_to_another, 0);
  ADD ("switches-lines", test_switches_lines, 0);
  ADD ("changes-cells", test_changes_cells, 0);
  ADD ("changes-grid", test_changes_grid, 0);
  g_test_add_func ("/reading-state/nothing-open", test_nothing_open);
  g_test_add_func ("/reading-state/garbage", test_garbage);
  g_test_add_func ("/reading-state/deep", test_deep);
  g_test_add_func ("/reading-state/deep-behind-strings", test_deep_behind_strings);
  g_test_add_func ("/reading-state/format-1", test_format_1);
  ADD ("exponents", test_exponents, 0);
  g_test_add_func ("/reading-state/unknown-members", test_unknown_members);
  return g_test_run ();
}
