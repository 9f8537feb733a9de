/* From the player to the report: sittings in reading.db, lines at the site, statements of xAPI. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "learning/neg-progress-files.h"
#include "learning/neg-progress.h"
#include "learning/neg-training-report.h"
#include "learning/neg-xapi.h"

#define VIDEO "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NOW_US (G_GINT64_CONSTANT (1795429200) * G_USEC_PER_SEC) /* 2026-11-23 10:20 UTC */
#define DAY_US ((gint64) 24 * 3600 * G_USEC_PER_SEC)
#define SECOND_US ((gint64) G_USEC_PER_SEC)
#define PATIENCE_MS 60000

static const NegProgressVideo video = { .topic = "measuring", .revision = 3, .video = VIDEO, .duration_ms = 40000 };

typedef struct {
  char *folder, *library, *progress;
  NegReadingStore *store;
} Case;

static void
flush (const Case *test)
{
  g_assert_true (neg_reading_store_flush (test->store, PATIENCE_MS, NULL));
}

/* Plays from @from_s to @to_s as a player tells it: a piece of a second at a time. */
static gint64
play (NegWatch *watch, int from_s, int to_s, double speed, gint64 now_us)
{
  for (int s = from_s; s < to_s; s++) {
    now_us += (gint64) ((double) SECOND_US / speed);
    neg_watch_played (watch, s * SECOND_US, (s + 1) * SECOND_US, speed, now_us);
  }
  return now_us;
}

static void
test_sitting (Case *test, gconstpointer data)
{
  NegWatch *watch = neg_watch_begin (test->store, "anna", &video, NOW_US);
  g_autoptr (GPtrArray) lines = NULL;
  const NegProgressLine *line;
  const NegPlayed *second;
  gint64 now_us;

  now_us = play (watch, 0, 12, 1, NOW_US);
  now_us = play (watch, 14, 21, 1.5, now_us + 5 * SECOND_US);
  neg_watch_set_captions (watch, "de");
  neg_watch_end (watch, now_us + SECOND_US);
  flush (test);
  lines = neg_progress_list (test->store, NULL);
  g_assert_cmpuint (lines->len, ==, 1);
  line = lines->pdata[0];
  g_assert_cmpuint (line->played->len, ==, 2); /* pieces of a second are one stretch */
  second = &g_array_index (line->played, NegPlayed, 1);
  g_assert_cmpint (second->from_ms, ==, 14000);
  g_assert_cmpint (second->to_ms, ==, 21000);
  g_assert_cmpuint (second->speed_percent, ==, 150);
  g_assert_cmpint (second->began_after_ms, ==, 17000);
  g_assert_cmpint (ABS (second->ended_after_ms - 21666), <=, 10);
  g_assert_cmpstr (line->captions, ==, "de");
  g_assert_cmpint (neg_progress_get_place_us (test->store, "anna", &video), ==, 21 * SECOND_US);
  g_assert_cmpint (neg_progress_get_place_us (test->store, "ben", &video), ==, 0);
  g_assert_cmpfloat_with_epsilon (neg_progress_get_fraction (test->store, "anna", &video), 19.0 / 40, 1e-6);
}

/* Opened and closed again: nothing to tell. What was left at its end begins anew. */
static void
test_nothing (Case *test, gconstpointer data)
{
  NegWatch *watch = neg_watch_begin (test->store, NULL, &video, NOW_US);
  g_autoptr (GPtrArray) lines = NULL;

  neg_watch_played (watch, 5 * SECOND_US, 5 * SECOND_US, 1, NOW_US);
  neg_watch_end (watch, NOW_US);
  flush (test);
  lines = neg_progress_list (test->store, NULL);
  g_assert_cmpuint (lines->len, ==, 0);
  watch = neg_watch_begin (test->store, NULL, &video, NOW_US);
  play (watch, 30, 40, 1, NOW_US);
  neg_watch_end (watch, NOW_US + 20 * SECOND_US);
  flush (test);
  g_assert_cmpint (neg_progress_get_place_us (test->store, NULL, &video), ==, 0);
}

/* A crash before the end: what was played is there, and is posted when nobody can be before it any more. */
static void
test_crash (Case *test, gconstpointer data)
{
  NegWatch *watch = neg_watch_begin (test->store, "anna", &video, NOW_US);
  g_autoptr (GHashTable) now = NULL, later = NULL, after = NULL;
  GHashTableIter iter;
  gpointer id, line;

  play (watch, 0, 30, 1, NOW_US);
  flush (test);
  now = neg_progress_list_waiting (test->store, NOW_US + 60 * SECOND_US, NULL);
  g_assert_cmpuint (g_hash_table_size (now), ==, 0);
  later = neg_progress_list_waiting (test->store, NOW_US + DAY_US, NULL);
  g_assert_cmpuint (g_hash_table_size (later), ==, 1);
  g_hash_table_iter_init (&iter, later);
  while (g_hash_table_iter_next (&iter, &id, &line))
    neg_progress_set_posted (test->store, id, line);
  flush (test);
  after = neg_progress_list_waiting (test->store, NOW_US + DAY_US, NULL);
  g_assert_cmpuint (g_hash_table_size (after), ==, 0);
  neg_watch_end (watch, NOW_US + 2 * DAY_US);
}

/* --- the site's files --- */

static char *
make_line (const char *person, gint64 began_us, int from_s, int to_s)
{
  g_autoptr (NegProgressLine) line = neg_progress_line_new (NEG_PROGRESS_WATCHED, person, video.topic, began_us / 1000);
  const NegPlayed played = { from_s * 1000, to_s * 1000, 0, (to_s - from_s) * 1000, 100 };

  g_free (line->video);
  line->video = g_strdup (VIDEO);
  line->duration_ms = video.duration_ms;
  line->ended_ms = line->began_ms + played.ended_after_ms;
  g_array_append_val (line->played, played);
  return neg_progress_line_dup_text (line);
}

static void
put (const Case *test, const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (test->progress, name, NULL);

  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

static void
test_hostile (Case *test, gconstpointer data)
{
  g_autoptr (NegProgressFiles) files = neg_progress_files_new ();
  g_autofree char *good = make_line ("anna", NOW_US, 0, 10), *other = make_line ("ben", NOW_US, 0, 40);
  g_autofree char *future = make_line ("anna", NOW_US + 30 * DAY_US, 0, 40), *past = make_line ("anna", SECOND_US, 0, 40);
  g_autofree char *long_line = g_strnfill (NEG_PROGRESS_LINE_BYTES_MAX + 10, 'x');
  g_autofree char *torn = g_strndup (good, 60);
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *pipe = g_build_filename (test->progress, "pipe.jsonl", NULL);
  g_autofree char *link = g_build_filename (test->progress, "link.jsonl", NULL);
  g_autofree char *text = g_strjoin ("\n", good, "", good, other, future, past, long_line, torn, deep, "{}", "null", "\xff\xfe", good, NULL);

  put (test, "anna.jsonl", text, -1);
  put (test, "zero.jsonl", "a\0b\n", 4);
  put (test, "notes.txt", good, -1);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_true (neg_progress_files_read (files, test->library, NOW_US / 1000, NULL, NULL));
  neg_progress_files_sort (files);
  g_assert_cmpuint (files->lines->len, ==, 1);
  g_assert_cmpuint (files->n_doubled, ==, 2);
  g_assert_cmpuint (files->n_strange, ==, 3); /* ben in anna's file, next month, 1970 */
  g_assert_cmpuint (files->n_damaged, ==, 7);
  g_assert_cmpuint (files->n_left_out, ==, 2); /* the pipe and the link */
  g_unlink (pipe);
  g_unlink (link);
}

/* Later words of one sitting count; another's line with the same id does not replace it. */
static void
test_doubled (Case *test, gconstpointer data)
{
  g_autoptr (NegProgressFiles) files = neg_progress_files_new ();
  g_autofree char *first = make_line ("anna", NOW_US, 0, 10);
  g_autoptr (NegProgressLine) longer = neg_progress_line_parse (first, strlen (first), NULL);
  g_autoptr (NegProgressLine) foreign = neg_progress_line_parse (first, strlen (first), NULL);
  g_autofree char *second = NULL, *third = NULL, *text = NULL;
  const NegProgressLine *kept;

  g_array_index (longer->played, NegPlayed, 0).to_ms = 30000;
  longer->ended_ms += 20000;
  second = neg_progress_line_dup_text (longer);
  g_free (foreign->topic);
  foreign->topic = g_strdup ("mpr");
  foreign->ended_ms += 90000;
  third = neg_progress_line_dup_text (foreign);
  text = g_strjoin ("\n", second, third, first, NULL);
  put (test, "anna.jsonl", text, -1);
  g_assert_true (neg_progress_files_read (files, test->library, NOW_US / 1000, NULL, NULL));
  neg_progress_files_sort (files);
  g_assert_cmpuint (files->lines->len, ==, 1);
  kept = files->lines->pdata[0];
  g_assert_cmpstr (kept->topic, ==, "measuring");
  g_assert_cmpint (g_array_index (kept->played, NegPlayed, 0).to_ms, ==, 30000);
  g_assert_cmpuint (files->n_doubled, ==, 2);
}

static void
test_names (void)
{
  static const struct {
    const char *person, *name;
  } names[] = { { "anna", "anna.jsonl" },
                { "../../x", "%2E.%2F..%2Fx.jsonl" },
                { "DOM\\user name", "DOM%5Cuser%20name.jsonl" },
                { "ä", "%C3%A4.jsonl" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = neg_progress_dup_file_name (names[i].person);

    g_assert_cmpstr (name, ==, names[i].name);
  }
}

static void
test_no_folder (Case *test, gconstpointer data)
{
  g_autoptr (NegProgressFiles) files = neg_progress_files_new ();
  g_autofree char *away = g_build_filename (test->folder, "unplugged", NULL);
  g_autoptr (GError) error = NULL;

  g_rmdir (test->progress);
  g_assert_true (neg_progress_files_read (files, test->library, NOW_US / 1000, NULL, NULL));
  g_assert_false (neg_progress_files_read (files, away, NOW_US / 1000, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

/* --- end to end --- */

/* Skipping to the end does not complete; three pieces on two days, on two computers, do; the report says so. */
static void
test_report (Case *test, gconstpointer data)
{
  g_autofree char *site = g_build_filename (test->folder, "site.conf", NULL);
  g_autofree char *conf = g_strdup_printf ("[site]\ntimezone=Europe/Berlin\n[library]\nfolder=%s\n[roles]\nradiologist=user:anna;user:ben\n"
                                           "[training]\nrequired.radiologist=measuring by 2026-12-15\n",
                                           test->library);
  g_autofree char *elsewhere = make_line ("anna", NOW_US + DAY_US, 12, 40);
  g_autofree char *again = NULL;
  g_autoptr (NegTrainingReport) report = NULL;
  g_autoptr (GArray) compliance = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) waiting = NULL;
  const NegTrainingRecord *record;
  GHashTableIter iter;
  gpointer line;
  NegWatch *watch;

  g_assert_true (g_file_set_contents (site, conf, -1, NULL));
  watch = neg_watch_begin (test->store, "anna", &video, NOW_US);
  play (watch, 0, 6, 1, NOW_US);
  neg_watch_end (watch, NOW_US + 10 * SECOND_US);
  watch = neg_watch_begin (test->store, "anna", &video, NOW_US + 3600 * SECOND_US);
  play (watch, 6, 12, 1, NOW_US + 3600 * SECOND_US);
  neg_watch_end (watch, NOW_US + 3610 * SECOND_US);
  watch = neg_watch_begin (test->store, "ben", &video, NOW_US);
  play (watch, 0, 2, 1, NOW_US);
  play (watch, 38, 40, 1, NOW_US + 3 * SECOND_US);
  neg_watch_end (watch, NOW_US + 9 * SECOND_US);
  flush (test);
  waiting = neg_progress_list_waiting (test->store, NOW_US, NULL);
  g_assert_cmpuint (g_hash_table_size (waiting), ==, 3);
  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, NULL, &line)) /* our own lines are at the site, too */
    if (strstr (line, "anna") != NULL) {
      char *all = g_strconcat (again != NULL ? again : "", line, "\n", NULL);

      g_free (again);
      again = all;
    }
  {
    g_autofree char *text = g_strconcat (again, elsewhere, "\n", NULL);

    put (test, "anna.jsonl", text, -1);
  }
  report = neg_training_report_read (test->folder, NULL, NOW_US + 2 * DAY_US, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (report->remark, ==, "");
  g_assert_cmpuint (report->files->n_doubled, ==, 0);
  record = neg_training_find (report->training, "anna", "measuring");
  g_assert_true (neg_training_record_is_done (record));
  g_assert_cmpuint (record->n_views, ==, 2);
  g_assert_false (neg_training_record_is_done (neg_training_find (report->training, "ben", "measuring")));
  compliance = neg_training_list_compliance (report->training, report->rules, report->people, NOW_US + 2 * DAY_US);
  g_assert_cmpuint (g_array_index (compliance, NegCompliance, 0).n_persons, ==, 2);
  g_assert_cmpuint (g_array_index (compliance, NegCompliance, 0).n_done, ==, 1);
  g_unlink (site);
}

/* --- xAPI --- */

#define ADL "http://adlnet.gov/expapi/verbs/"
#define PROFILE "https://w3id.org/xapi/video"

/* What the profile's templates say is included, by the path of members. */
static const struct {
  const char *verb;
  const char *needed[8];
} templates[] = {
  { ADL "initialized", { "context.extensions." PROFILE "/extensions/length" } },
  { PROFILE "/verbs/played", { "result.extensions." PROFILE "/extensions/time" } },
  { PROFILE "/verbs/paused",
    { "context.extensions." PROFILE "/extensions/length", "result.extensions." PROFILE "/extensions/time",
      "result.extensions." PROFILE "/extensions/progress", "result.extensions." PROFILE "/extensions/played-segments" } },
  { PROFILE "/verbs/seeked",
    { "result.extensions." PROFILE "/extensions/time-from", "result.extensions." PROFILE "/extensions/time-to" } },
  { ADL "completed",
    { "result.duration", "result.completion", "context.extensions." PROFILE "/extensions/length",
      "result.extensions." PROFILE "/extensions/time", "result.extensions." PROFILE "/extensions/progress",
      "result.extensions." PROFILE "/extensions/played-segments" } },
  { ADL "terminated",
    { "context.extensions." PROFILE "/extensions/length", "result.extensions." PROFILE "/extensions/time",
      "result.extensions." PROFILE "/extensions/progress", "result.extensions." PROFILE "/extensions/played-segments" } },
};

/* "a.b.NAME": NAME may have points of its own. */
static JsonNode *
find_member (JsonObject *object, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", g_str_has_prefix (path, "result.ext") || g_str_has_prefix (path, "context.ext") ? 3 : 2);

  for (guint i = 0; parts[i] != NULL; i++) {
    JsonNode *node = json_object_get_member (object, parts[i]);

    if (node == NULL || parts[i + 1] == NULL)
      return node;
    g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
    object = json_node_get_object (node);
  }
  return NULL;
}

static const char *
get_text (JsonObject *object, const char *path)
{
  JsonNode *node = find_member (object, path);

  g_assert_nonnull (node);
  return json_node_get_string (node);
}

static void
check_statement (JsonObject *statement)
{
  const char *verb = json_object_get_string_member (json_object_get_object_member (statement, "verb"), "id");
  JsonObject *actor = json_object_get_object_member (statement, "actor");
  JsonObject *account = json_object_get_object_member (actor, "account");
  JsonObject *activity = json_object_get_object_member (statement, "object");
  JsonObject *context = json_object_get_object_member (statement, "context");
  JsonArray *category = json_object_get_array_member (json_object_get_object_member (context, "contextActivities"), "category");
  guint i = 0;

  g_assert_true (g_uuid_string_is_valid (json_object_get_string_member (statement, "id")));
  g_assert_nonnull (json_object_get_string_member (statement, "timestamp"));
  g_assert_true (g_str_has_prefix (json_object_get_string_member (account, "homePage"), "https://"));
  g_assert_cmpstr (json_object_get_string_member (account, "name"), ==, "anna");
  g_assert_false (json_object_has_member (actor, "mbox"));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (activity, "definition"), "type"), ==,
                   PROFILE "/activity-type/video");
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (category, 0), "id"), ==, PROFILE);
  g_assert_true (g_regex_match_simple ("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
                                       get_text (statement, "context.extensions." PROFILE "/extensions/session-id"), 0, 0));
  while (i < G_N_ELEMENTS (templates) && strcmp (templates[i].verb, verb) != 0)
    i++;
  g_assert_cmpuint (i, <, G_N_ELEMENTS (templates));
  for (guint j = 0; templates[i].needed[j] != NULL; j++)
    g_assert_nonnull (find_member (statement, templates[i].needed[j]));
}

/* The last parts of the verbs; statements are checked and their ids collected. */
static char *
check_lines (const char *text, GHashTable *ids)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *verbs = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_autoptr (JsonParser) parser = json_parser_new ();
    JsonObject *statement;

    g_assert_true (json_parser_load_from_data (parser, lines[i], -1, NULL));
    statement = json_node_get_object (json_parser_get_root (parser));
    check_statement (statement);
    g_hash_table_add (ids, g_strdup (json_object_get_string_member (statement, "id")));
    g_string_append_printf (verbs, "%s ",
                            strrchr (json_object_get_string_member (json_object_get_object_member (statement, "verb"), "id"), '/') + 1);
  }
  return g_string_free (verbs, FALSE);
}

static void
test_xapi (Case *test, gconstpointer data)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *text = NULL, *verbs = NULL, *again = NULL;
  NegWatch *watch = neg_watch_begin (test->store, "anna", &video, NOW_US);
  gint64 now_us = play (watch, 0, 12, 1, NOW_US);

  neg_watch_set_captions (watch, "en");
  now_us = play (watch, 14, 21, 1, now_us + SECOND_US);
  neg_watch_end (watch, now_us);
  watch = neg_watch_begin (test->store, "anna", &video, now_us + DAY_US);
  neg_watch_end ((play (watch, 12, 14, 1, now_us + DAY_US), play (watch, 21, 39, 2, now_us + DAY_US + 60 * SECOND_US), watch),
                 now_us + DAY_US + 90 * SECOND_US);
  neg_progress_add_practice (test->store, "anna", "practice-window", NOW_US, NOW_US, TRUE, 0);
  flush (test);
  lines = neg_progress_list (test->store, NULL);
  text = neg_xapi_dup_lines (lines, "https://intranet.example");
  verbs = check_lines (text, ids);
  g_assert_cmpstr (verbs, ==,
                   "initialized played paused seeked played paused terminated "
                   "initialized seeked played paused seeked played paused completed terminated ");
  g_assert_cmpuint (g_hash_table_size (ids), ==, 16);
  g_assert_nonnull (strstr (text, "\"0.000[.]12.000[,]14.000[.]21.000[,]12.000[.]14.000[,]21.000[.]39.000\""));
  g_assert_nonnull (strstr (text, "/length\":40.000"));
  g_assert_nonnull (strstr (text, "/progress\":0.975"));
  g_assert_nonnull (strstr (text, "/completion-threshold\":0.900"));
  g_assert_nonnull (strstr (text, "/cc-subtitle-lang\":\"en\""));
  again = neg_xapi_dup_lines (lines, "https://intranet.example");
  g_assert_cmpstr (text, ==, again);
}

static void
set_up (Case *test, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("progress-XXXXXX", NULL);
  g_autofree char *data_folder = g_build_filename (folder, "data", NULL);
  g_autoptr (GError) error = NULL;

  test->folder = g_steal_pointer (&folder);
  test->library = g_build_filename (test->folder, "library", NULL);
  test->progress = g_build_filename (test->library, "progress", NULL);
  g_assert_cmpint (g_mkdir_with_parents (test->progress, 0700), ==, 0);
  test->store = neg_reading_store_open (data_folder, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_all (path);
    g_remove (path);
  }
}

static void
tear_down (Case *test, gconstpointer data)
{
  neg_reading_store_free (test->store);
  remove_all (test->folder);
  g_rmdir (test->folder);
  g_free (test->folder);
  g_free (test->library);
  g_free (test->progress);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (Case *, gconstpointer);
  } tests[] = {
    { "sitting", test_sitting }, { "nothing", test_nothing },     { "crash", test_crash },   { "hostile", test_hostile },
    { "doubled", test_doubled }, { "no-folder", test_no_folder }, { "report", test_report }, { "xapi", test_xapi },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learning/progress/names", test_names);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/learning/progress/", tests[i].name, NULL);

    g_test_add (path, Case, NULL, set_up, tests[i].func, tear_down);
  }
  return g_test_run ();
}
