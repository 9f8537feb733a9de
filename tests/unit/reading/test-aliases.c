/* NegReading: studies of a patient who was known otherwise, by a link that an archive knows. Bob's study is Ada's when it
 * says so, and only then. */
#include "config.h"

#include "fake-study.h"
#include "reading/neg-captions.h"
#include "reading/neg-overlay.h"

typedef struct {
  FakeStudy files;
  NegReading *reading;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_study_init (&fixture->files);
  fake_study_fill (&fixture->files);
  fake_study_publish (&fixture->files);
  fixture->reading = neg_reading_new ();
  neg_reading_set_series (fixture->reading, G_LIST_MODEL (fixture->files.store));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->reading);
  fake_study_clear (&fixture->files);
}

static void
add (GPtrArray *aliases, const char *study_uid, const char *issuer, const char *id, const char *name_key)
{
  const NegAlias alias = { .study_uid = (char *) study_uid,
                           .issuer = (char *) issuer,
                           .id = (char *) id,
                           .name_key = (char *) name_key,
                           .now_issuer = (char *) "H",
                           .now_id = (char *) "1",
                           .now_name_key = (char *) "ada^a" };

  g_ptr_array_add (aliases, neg_alias_copy (&alias));
}

/* As an archive says it whose default issuer is H. */
static GPtrArray *
new_aliases (gboolean with_bob)
{
  GPtrArray *aliases = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_alias_free);

  add (aliases, "1.1", "H", "1", "ada^a");
  add (aliases, "1.2", "H", "1", "ada^a");
  if (with_bob)
    add (aliases, "2.1", "H", "2", "bob^b");
  return aliases;
}

static void
join (Fixture *fixture, gboolean with_bob)
{
  g_autoptr (GPtrArray) aliases = new_aliases (with_bob);

  neg_reading_set_aliases (fixture->reading, aliases);
}

static NegSeries *
shown (Fixture *fixture, guint cell)
{
  return neg_reading_get_state (fixture->reading, cell)->series;
}

static char *
dup_band (Fixture *fixture, guint cell, NegCaptionsLevel level)
{
  NegOverlay overlay;
  char *band;

  neg_overlay_init (&overlay, fixture->reading, cell, NULL, 400, 400, level);
  band = g_strdup (overlay.prior_band);
  neg_overlay_clear (&overlay);
  return band;
}

static void
test_beside (Fixture *fixture, gconstpointer data)
{
  NegSeries *ada = fake_study_find (&fixture->files, 0), *bob = fake_study_find (&fixture->files, FAKE_BOB);
  g_autofree char *band = NULL, *nameless = NULL, *case_band = NULL;
  const NegPatient *patient;

  g_assert_false (neg_reading_compare (fixture->reading, "2.1"));
  neg_reading_set_index (fixture->reading, 0, 5);
  join (fixture, TRUE);
  patient = neg_reading_get_patient (fixture->reading);
  g_assert_nonnull (patient);
  g_assert_cmpuint (neg_reading_get_patients (fixture->reading)->len, ==, 1);
  g_assert_cmpuint (patient->studies->len, ==, 3);
  g_assert_true (shown (fixture, 0) == ada); /* what was looked at stays */
  g_assert_cmpuint (neg_reading_get_state (fixture->reading, 0)->index, ==, 5);
  g_assert_true (neg_reading_compare (fixture->reading, "2.1"));
  g_assert_true (shown (fixture, 1) == bob);
  band = dup_band (fixture, 1, NEG_CAPTIONS_ALL);
  g_assert_cmpstr (band, ==, "PRIOR · 2025-01-01 · 1 y before · known as Bob, B, ID 2, then");
  nameless = dup_band (fixture, 1, NEG_CAPTIONS_NONE);
  g_assert_cmpstr (nameless, ==, "PRIOR · 2025-01-01 · 1 y before · known otherwise then");
  case_band = dup_band (fixture, 0, NEG_CAPTIONS_ALL);
  g_assert_null (case_band);
  g_assert_true (neg_patient_find_study (patient, "2.1")->other_id);
  g_assert_false (neg_patient_find_study (patient, "1.2")->other_id);
}

/* What is open is the case under its old name: it says so although it is no prior. */
static void
test_case_itself (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bob = neg_patient_dup_key (fixture->files.instances->pdata[FAKE_BOB * FAKE_N_IMAGES]), *band = NULL;

  for (guint series = 0; series < FAKE_BOB; series++)
    fake_study_set (&fixture->files, series, 0, FAKE_N_IMAGES, FALSE);
  fake_study_publish (&fixture->files);
  neg_reading_update (fixture->reading);
  neg_reading_set_patient (fixture->reading, bob);
  join (fixture, TRUE);
  g_assert_true (shown (fixture, 0) == fake_study_find (&fixture->files, FAKE_BOB));
  band = dup_band (fixture, 0, NEG_CAPTIONS_ALL);
  g_assert_cmpstr (band, ==, "known as Bob, B, ID 2, then");
}

/* The study UID is Bob's, or another's with the same UID: who is not the one that the link names stays apart. */
static void
test_only_who_is_named (Fixture *fixture, gconstpointer data)
{
  static const char *const no[][4]
      = { { "2.1", "H", "2", "carl^c" }, { "2.1", "H", "3", "bob^b" }, { "2.2", "H", "2", "bob^b" } };
  NegInstance *bob = fixture->files.instances->pdata[FAKE_BOB * FAKE_N_IMAGES];

  for (guint i = 0; i < G_N_ELEMENTS (no); i++) {
    g_autoptr (GPtrArray) aliases = new_aliases (FALSE);

    add (aliases, no[i][0], no[i][1], no[i][2], no[i][3]);
    neg_reading_set_aliases (fixture->reading, aliases);
    g_assert_cmpuint (neg_reading_get_patients (fixture->reading)->len, ==, 2);
    g_assert_false (neg_reading_compare (fixture->reading, "2.1"));
  }
  bob->patient_id_issuer = g_strdup ("X"); /* and says whose: not H's */
  join (fixture, TRUE);
  g_assert_cmpuint (neg_reading_get_patients (fixture->reading)->len, ==, 2);
  g_assert_false (neg_reading_compare (fixture->reading, "2.1"));
}

static void
test_apart_again (Fixture *fixture, gconstpointer data)
{
  NegSeries *ada = fake_study_find (&fixture->files, 0), *bob = fake_study_find (&fixture->files, FAKE_BOB);

  join (fixture, TRUE);
  neg_reading_set_grid (fixture->reading, 1, 3);
  g_assert_true (neg_reading_show (fixture->reading, 1, bob));
  g_assert_true (neg_reading_show (fixture->reading, 2, bob));
  neg_reading_set_grid (fixture->reading, 1, 2);
  neg_reading_set_active (fixture->reading, 0);
  join (fixture, FALSE);
  g_assert_cmpuint (neg_reading_get_patients (fixture->reading)->len, ==, 2);
  g_assert_true (shown (fixture, 0) == ada);
  g_assert_null (shown (fixture, 1));
  g_assert_false (neg_reading_can_undo (fixture->reading)); /* a step would bring him back */
  g_assert_false (neg_reading_show (fixture->reading, 1, bob));
  /* And with the hand on him, he stays and she goes. */
  join (fixture, TRUE);
  g_assert_true (neg_reading_show (fixture->reading, 1, bob));
  neg_reading_set_active (fixture->reading, 1);
  neg_reading_set_aliases (fixture->reading, NULL);
  g_assert_null (shown (fixture, 0));
  g_assert_true (shown (fixture, 1) == bob);
  g_assert_false (neg_reading_show (fixture->reading, 0, ada));
}

/* One more prior that is known of takes no step of undo, and the same again tells nobody. */
static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_goes_on (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  join (fixture, FALSE);
  neg_reading_set_grid (fixture->reading, 1, 2);
  join (fixture, TRUE);
  g_assert_true (neg_reading_can_undo (fixture->reading));
  g_signal_connect_swapped (fixture->reading, "cell-changed", G_CALLBACK (count_cb), &n);
  join (fixture, TRUE);
  g_assert_cmpuint (n, ==, 0);
  neg_reading_undo (fixture->reading);
  g_assert_cmpuint (neg_reading_get_n_cells (fixture->reading), ==, 1);
}

static void
test_words (void)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  g_autofree char *id = NULL, *name = NULL, *nothing = NULL;

  instance->patient_name = g_strdup ("Mayer^Jane");
  instance->patient_id = g_strdup ("4711");
  id = neg_caption_dup_known_as (instance, TRUE, FALSE, TRUE);
  g_assert_cmpstr (id, ==, "known as ID 4711 then");
  name = neg_caption_dup_known_as (instance, FALSE, TRUE, TRUE);
  g_assert_cmpstr (name, ==, "known as Mayer, Jane then");
  nothing = neg_caption_dup_known_as (instance, TRUE, TRUE, FALSE);
  g_assert_cmpstr (nothing, ==, "known otherwise then");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/aliases/beside", test_beside);
  ADD ("/aliases/case-itself", test_case_itself);
  ADD ("/aliases/only-who-is-named", test_only_who_is_named);
  ADD ("/aliases/apart-again", test_apart_again);
  ADD ("/aliases/goes-on", test_goes_on);
  g_test_add_func ("/aliases/words", test_words);
  return g_test_run ();
}
