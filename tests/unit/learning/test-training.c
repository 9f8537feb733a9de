/* What is required, what was watched when, and what the report says of it. The clock is given. */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "learning/neg-progress.h"
#include "learning/neg-training-report.h"

#define ZONE "Europe/Berlin"
#define VIDEO_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define VIDEO_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define VIDEO_OLD "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define SITE \
  "[site]\ntimezone=" ZONE "\n[roles]\nradiologist=user:anna;user:ben\nsuperuser=user:sue\n" \
  "[training]\nrequired.radiologist=measuring;mpr by 2026-12-15\nrequired.superuser.2=measuring\n"

typedef struct {
  char *folder;
  NegLibrary *library;
  GPtrArray *lines;
} Case;

static gint64
at (const char *text)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (ZONE);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, zone);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static NegSite *
load_site (const Case *test, const char *text)
{
  g_autofree char *path = g_build_filename (test->folder, "site.conf", NULL);
  g_autoptr (GError) error = NULL;
  NegSite *site;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  site = neg_site_load (test->folder, NULL, NULL, &error);
  g_assert_no_error (error);
  return site;
}

static NegTrainingRules *
load_rules (const Case *test, const char *text)
{
  g_autoptr (NegSite) site = load_site (test, text);
  g_autoptr (GError) error = NULL;
  NegTrainingRules *rules = neg_training_rules_read (site, &error);

  g_assert_no_error (error);
  return rules;
}

/* A sitting of one or two stretches of a video of 40 s, in percent; to2 0: one. */
static void
watch (Case *test, const char *person, const char *topic, const char *video, const char *when, int from, int to, int from2, int to2)
{
  const gint64 began_ms = at (when) / 1000;
  NegProgressLine *line = neg_progress_line_new (NEG_PROGRESS_WATCHED, person, topic, began_ms);
  const NegPlayed first = { from * 400, to * 400, 0, (to - from) * 400, 100 };
  const NegPlayed second = { from2 * 400, to2 * 400, (to - from) * 400, (to - from + to2 - from2) * 400, 100 };

  g_free (line->video);
  line->video = g_strdup (video);
  line->revision = strcmp (video, VIDEO_OLD) == 0 ? 1 : 2;
  line->duration_ms = 40000;
  g_array_append_val (line->played, first);
  if (to2 > 0)
    g_array_append_val (line->played, second);
  line->ended_ms = began_ms + 60000;
  g_ptr_array_add (test->lines, line);
}

static NegTraining *
build (const Case *test, const NegTrainingRules *rules)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (ZONE);

  return neg_training_new (test->lines, rules, test->library, zone);
}

/* --- completion --- */

static void
test_skipping (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (NegTraining) training = NULL;
  const NegTrainingRecord *record;

  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 5, 95, 100);
  training = build (test, rules);
  record = neg_training_find (training, "anna", "measuring");
  g_assert_false (neg_training_record_is_done (record));
  g_assert_cmpfloat_with_epsilon (record->fraction, 0.1, 1e-9);
  g_assert_cmpuint (record->n_views, ==, 0);
}

static void
test_three_pieces (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (NegTraining) before = NULL, training = NULL;
  const NegTrainingRecord *record;

  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 60, 92, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T16:00:00", 0, 31, 0, 0);
  before = build (test, rules);
  g_assert_false (neg_training_record_is_done (neg_training_find (before, "anna", "measuring")));
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-24T09:00:00", 30, 60, 0, 0);
  training = build (test, rules);
  record = neg_training_find (training, "anna", "measuring");
  g_assert_true (neg_training_record_is_done (record));
  g_assert_cmpint (record->done_us, ==, at ("2026-11-24T09:01:00"));
  g_assert_cmpuint (record->n_views, ==, 2);
}

/* The same tenth ten times is a tenth. */
static void
test_repeated (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (NegTraining) training = NULL;

  for (guint i = 0; i < 10; i++)
    watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 10, 0, 0);
  training = build (test, rules);
  g_assert_false (neg_training_record_is_done (neg_training_find (training, "anna", "measuring")));
}

/* What was done of the old video holds, unless the site says renew; halves of two videos are no whole. */
static void
test_replaced (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE), renew = load_rules (test, SITE "renew=measuring\n");
  g_autoptr (NegTraining) holds = NULL, again = NULL, done = NULL;
  const NegTrainingRecord *record;

  watch (test, "anna", "measuring", VIDEO_OLD, "2026-11-01T10:00:00", 0, 100, 0, 0);
  watch (test, "ben", "measuring", VIDEO_OLD, "2026-11-01T10:00:00", 0, 50, 0, 0);
  watch (test, "ben", "measuring", VIDEO_A, "2026-11-02T10:00:00", 50, 100, 0, 0);
  holds = build (test, rules);
  record = neg_training_find (holds, "anna", "measuring");
  g_assert_true (neg_training_record_is_done (record));
  g_assert_cmpuint (record->done_revision, ==, 1);
  g_assert_cmpfloat (record->fraction, ==, 0);
  g_assert_false (neg_training_record_is_done (neg_training_find (holds, "ben", "measuring")));
  again = build (test, renew);
  record = neg_training_find (again, "anna", "measuring");
  g_assert_true (record->is_renewed);
  g_assert_false (neg_training_record_is_done (record));
  g_assert_cmpstr (neg_training_get_state (record, NULL, at ("2026-11-03T10:00:00")), ==, "done-before");
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-05T10:00:00", 0, 95, 0, 0);
  done = build (test, renew);
  record = neg_training_find (done, "anna", "measuring");
  g_assert_true (neg_training_record_is_done (record));
  g_assert_cmpuint (record->done_revision, ==, 2);
}

/* A line cannot make the video shorter than the library knows it to be. */
static void
test_wrong_length (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (NegTraining) training = NULL;
  NegProgressLine *line;

  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 5, 0, 0);
  line = test->lines->pdata[0];
  line->duration_ms = 2000;
  training = build (test, rules);
  g_assert_false (neg_training_record_is_done (neg_training_find (training, "anna", "measuring")));
}

/* --- views --- */

static guint
count_views (const Case *test)
{
  g_autoptr (NegTrainingRules) rules = load_rules ((Case *) test, SITE);
  g_autoptr (NegTraining) training = build (test, rules);

  return training->views->len;
}

static void
test_views (Case *test, gconstpointer data)
{
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 20, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T11:00:00", 50, 60, 0, 0); /* together 30 % of that day */
  g_assert_cmpuint (count_views (test), ==, 1);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T23:59:30", 0, 100, 0, 0); /* ends on the next day */
  g_assert_cmpuint (count_views (test), ==, 1);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-24T00:00:10", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 2);
  watch (test, "ben", "measuring", VIDEO_A, "2026-11-24T08:00:00", 0, 100, 0, 0);
  watch (test, "ben", "mpr", VIDEO_B, "2026-11-24T08:00:00", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 4);
}

/* A sitting that ends after another one of the next day does not count its own day twice. */
static void
test_views_overlap (Case *test, gconstpointer data)
{
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T09:00:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-24T09:00:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 2);
}

/* 23 and 25 hours long: 2026-03-29 and 2026-10-25 in Berlin. */
static void
test_views_daylight (Case *test, gconstpointer data)
{
  watch (test, "anna", "measuring", VIDEO_A, "2026-03-29T00:10:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-03-29T23:50:00", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 1);
  watch (test, "anna", "measuring", VIDEO_A, "2026-03-30T00:10:00", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 2);
  watch (test, "anna", "measuring", VIDEO_A, "2026-10-25T00:10:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-10-25T02:30:00+02:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-10-25T02:30:00+01:00", 0, 100, 0, 0);
  watch (test, "anna", "measuring", VIDEO_A, "2026-10-25T23:50:00", 0, 100, 0, 0);
  g_assert_cmpuint (count_views (test), ==, 3);
}

/* --- rules --- */

static void
test_rules (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (GPtrArray) all = neg_training_list_required (rules, NEG_ROLE_ALL);
  g_autoptr (GPtrArray) none = neg_training_list_required (rules, NEG_ROLE_TECHNOLOGIST);
  const NegRequirement *first = rules->requirements->pdata[0];

  g_assert_cmpuint (rules->requirements->len, ==, 3);
  g_assert_cmpstr (first->due, ==, "2026-12-15");
  g_assert_cmpint (first->due_us, ==, at ("2026-12-16T00:00:00"));
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_wrong_rules (Case *test, gconstpointer data)
{
  static const char *const wrong[]
      = { "required.chief=mpr", "required.radiologist=mpr by soon", "required.radiologist=mpr by 2026-02-30",
          "required.radiologist=", "required.radiologist=../mpr", "requird.radiologist=mpr", "renew=M P R", "home-page=http://a.example" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *text = g_strdup_printf ("[training]\n%s\n", wrong[i]);
    g_autoptr (NegSite) site = load_site (test, text);
    g_autoptr (GError) error = NULL;

    g_assert_null (neg_training_rules_read (site, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "[training]"));
  }
}

/* --- the report --- */

static GPtrArray *
list_people (void)
{
  GPtrArray *people = neg_training_people_new ();

  neg_training_people_add (people, "anna", NEG_ROLE_RADIOLOGIST);
  neg_training_people_add (people, "ben", NEG_ROLE_RADIOLOGIST);
  neg_training_people_add (people, "sue", NEG_ROLE_SUPERUSER);
  return people;
}

static void
test_compliance (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (GPtrArray) people = list_people ();
  g_autoptr (NegTraining) training = NULL;
  g_autoptr (GArray) list = NULL, late = NULL, use = NULL, days = NULL;
  const NegCompliance *row;

  watch (test, "anna", "measuring", VIDEO_A, "2026-11-23T10:00:00", 0, 100, 0, 0);
  watch (test, "anna", "mpr", VIDEO_B, "2026-11-25T10:00:00", 0, 100, 0, 0);
  watch (test, "ben", "mpr", VIDEO_B, "2026-11-25T10:00:00", 0, 40, 0, 0);
  training = build (test, rules);
  list = neg_training_list_compliance (training, rules, people, at ("2026-12-15T23:59:59"));
  late = neg_training_list_compliance (training, rules, people, at ("2026-12-16T00:00:00"));
  row = &g_array_index (list, NegCompliance, 0);
  g_assert_cmpuint (row->n_persons, ==, 2);
  g_assert_cmpuint (row->n_done, ==, 1);
  g_assert_cmpuint (row->n_late, ==, 0);
  g_assert_cmpuint (g_array_index (late, NegCompliance, 0).n_late, ==, 1);
  g_assert_cmpuint (g_array_index (late, NegCompliance, 2).n_late, ==, 0); /* no day is said */
  use = neg_training_list_use (training, test->library);
  g_assert_cmpstr (g_array_index (use, NegTopicUse, 0).topic, ==, "mpr");
  g_assert_cmpuint (g_array_index (use, NegTopicUse, 0).n_views, ==, 2);
  g_assert_cmpuint (g_array_index (use, NegTopicUse, 0).n_done, ==, 1);
  days = neg_training_list_days (training, rules, people, NEG_ROLE_RADIOLOGIST, NULL, "2026-11-25", 4);
  g_assert_cmpuint (days->len, ==, 4);
  g_assert_cmpstr (g_array_index (days, NegTrainingDay, 0).day, ==, "2026-11-22");
  g_assert_cmpfloat (g_array_index (days, NegTrainingDay, 0).done, ==, 0);
  g_assert_cmpfloat (g_array_index (days, NegTrainingDay, 1).done, ==, 0.25);
  g_assert_cmpuint (g_array_index (days, NegTrainingDay, 1).n_views, ==, 1);
  g_assert_cmpfloat (g_array_index (days, NegTrainingDay, 3).done, ==, 0.5);
}

static void
test_csv (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (GPtrArray) people = neg_training_people_new ();
  g_autoptr (NegTraining) training = NULL;
  g_autofree char *csv = NULL;

  neg_training_people_add (people, "=cmd|\"x\"", NEG_ROLE_SUPERUSER);
  neg_training_people_add (people, "anna", NEG_ROLE_RADIOLOGIST);
  watch (test, "anna", "mpr", VIDEO_B, "2026-11-25T10:00:00", 0, 95, 0, 0);
  watch (test, "anna", "other", VIDEO_OLD, "2026-11-25T10:00:00", 0, 10, 0, 0);
  training = build (test, rules);
  csv = neg_training_dup_csv (training, rules, people, at ("2026-12-24T00:00:00"));
  g_assert_cmpstr (csv, ==,
                   "person,roles,topic,required,due,state,percent,views,done,last\r\n"
                   "\"'=cmd|\"\"x\"\"\",\"superuser\",\"measuring\",\"yes\",\"\",\"open\",\"0\",\"0\",\"\",\"\"\r\n"
                   "\"anna\",\"radiologist\",\"measuring\",\"yes\",\"2026-12-15\",\"late\",\"0\",\"0\",\"\",\"\"\r\n"
                   "\"anna\",\"radiologist\",\"mpr\",\"yes\",\"2026-12-15\",\"done\",\"95\",\"1\",\"2026-11-25 10:01\",\"2026-11-25 10:01\"\r\n"
                   "\"anna\",\"radiologist\",\"other\",\"no\",\"\",\"begun\",\"10\",\"0\",\"\",\"2026-11-25 10:01\"\r\n");
}

static void
test_practice (Case *test, gconstpointer data)
{
  g_autoptr (NegTrainingRules) rules = load_rules (test, SITE);
  g_autoptr (NegTraining) training = NULL;
  const NegPracticeRecord *record;
  static const struct {
    gboolean is_done;
    guint n_hints;
    int seconds;
  } tries[] = { { FALSE, 2, 90 }, { TRUE, 1, 60 }, { TRUE, 0, 80 }, { TRUE, 0, 40 } };

  for (guint i = 0; i < G_N_ELEMENTS (tries); i++) {
    NegProgressLine *line
        = neg_progress_line_new (NEG_PROGRESS_PRACTISED, "anna", "practice-window", at ("2026-11-23T10:00:00") / 1000 + i * 100000);

    line->is_done = tries[i].is_done;
    line->n_hints = tries[i].n_hints;
    line->ended_ms += tries[i].seconds * 1000;
    g_ptr_array_add (test->lines, line);
  }
  training = build (test, rules);
  record = neg_training_find_practice (training, "anna", "practice-window");
  g_assert_cmpuint (record->n_tried, ==, 4);
  g_assert_cmpuint (record->n_done, ==, 3);
  g_assert_cmpuint (record->n_hints, ==, 0);
  g_assert_cmpint (record->best_ms, ==, 40000);
  g_assert_cmpint (record->first_done_us, ==, at ("2026-11-23T10:02:40"));
  g_assert_null (neg_training_find (training, "anna", "practice-window"));
}

/* --- the site file of the test, its folder --- */

static void
set_up (Case *test, gconstpointer data)
{
  static const char manifest[]
      = "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":1,\"published\":\"2026-11-01T00:00:00Z\",\"topics\":["
        "{\"id\":\"measuring\",\"revision\":2,\"title\":{\"en\":\"Measuring\"},"
        "\"video\":{\"file\":\"a.webm\",\"sha256\":\"" VIDEO_A "\",\"bytes\":1,\"duration_ms\":40000}},"
        "{\"id\":\"mpr\",\"revision\":2,\"title\":{\"en\":\"Planes\"},"
        "\"video\":{\"file\":\"b.webm\",\"sha256\":\"" VIDEO_B "\",\"bytes\":1,\"duration_ms\":40000}}]}";
  g_autoptr (GError) error = NULL;

  test->folder = g_dir_make_tmp ("training-XXXXXX", NULL);
  test->library = neg_library_parse (manifest, strlen (manifest), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test->library->topics->len, ==, 2);
  test->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_progress_line_free);
}

static void
tear_down (Case *test, gconstpointer data)
{
  g_autofree char *path = g_build_filename (test->folder, "site.conf", NULL);

  g_unlink (path);
  g_rmdir (test->folder);
  g_free (test->folder);
  neg_library_unref (test->library);
  g_ptr_array_unref (test->lines);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (Case *, gconstpointer);
  } tests[] = {
    { "skipping", test_skipping },
    { "three-pieces", test_three_pieces },
    { "repeated", test_repeated },
    { "replaced", test_replaced },
    { "wrong-length", test_wrong_length },
    { "views", test_views },
    { "views-overlap", test_views_overlap },
    { "views-daylight", test_views_daylight },
    { "rules", test_rules },
    { "wrong-rules", test_wrong_rules },
    { "compliance", test_compliance },
    { "csv", test_csv },
    { "practice", test_practice },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/learning/training/", tests[i].name, NULL);

    g_test_add (path, Case, NULL, set_up, tests[i].func, tear_down);
  }
  return g_test_run ();
}
