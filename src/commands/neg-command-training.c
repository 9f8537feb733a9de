/* training report: which topics were seen, and who has done what the site asks for. */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-commands-agent.h"
#include "learning/neg-progress.h"
#include "learning/neg-training-report.h"
#include "learning/neg-xapi.h"
#include "store/neg-reading-store.h"

typedef struct {
  gboolean csv, xapi, mine;
} Wish;

/* Everybody's is for superusers and administrators. */
static gboolean
sees_all (const NegTrainingReport *report, GError **error)
{
  guint roles;

  if (!neg_roles_of_user (report->site, NULL, &roles, error))
    return FALSE;
  return (roles & (NEG_ROLE_SUPERUSER | NEG_ROLE_ADMINISTRATOR)) != 0
         || neg_fail (error, NEG_ERROR_AUTH, "[roles]", "%s",
                      _ ("the report of everybody is for superusers and administrators; --mine shows your own"));
}

static void
keep_own (NegTrainingReport *report)
{
  const char *own = g_get_user_name ();

  for (guint i = report->people->len; i > 0; i--)
    if (strcmp (((const NegTrainingPerson *) report->people->pdata[i - 1])->person, own) != 0)
      g_ptr_array_remove_index (report->people, i - 1);
  for (guint i = report->files->lines->len; i > 0; i--)
    if (strcmp (((const NegProgressLine *) report->files->lines->pdata[i - 1])->person, own) != 0)
      g_ptr_array_remove_index (report->files->lines, i - 1);
  neg_training_free (report->training);
  report->training
      = neg_training_new (report->files->lines, report->rules, report->library, neg_site_get_timezone (report->site));
}

/* A file of an older version is brought up to date, as a window would do it. */
static gboolean
migrate (const NegCommandPlace *place, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autofree char *path = g_build_filename (folder, NEG_READING_STORE_FILE, NULL);
  NegReadingStore *store;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  store = neg_reading_store_open (folder, NULL, NULL, error);
  neg_reading_store_free (store);
  return store != NULL;
}

/* --- JSON --- */

static void
add_time (JsonBuilder *builder, const char *name, gint64 time_us)
{
  g_autoptr (GDateTime) time = time_us != 0 ? g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

  neg_json_add_string (builder, name, text);
}

static void
add_topics (JsonBuilder *builder, const NegTrainingReport *report)
{
  g_autoptr (GArray) uses = neg_training_list_use (report->training, report->library);

  json_builder_set_member_name (builder, "topics");
  json_builder_begin_array (builder);
  for (guint i = 0; i < uses->len; i++) {
    const NegTopicUse *use = &g_array_index (uses, NegTopicUse, i);

    json_builder_begin_object (builder);
    neg_json_add_string (builder, "topic", use->topic);
    neg_json_add_int (builder, "views", use->n_views);
    neg_json_add_int (builder, "persons", use->n_persons);
    neg_json_add_int (builder, "done", use->n_done);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_compliance (JsonBuilder *builder, const NegTrainingReport *report, gint64 now_us)
{
  g_autoptr (GArray) rows = neg_training_list_compliance (report->training, report->rules, report->people, now_us);

  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++) {
    const NegCompliance *row = &g_array_index (rows, NegCompliance, i);

    json_builder_begin_object (builder);
    neg_json_add_string (builder, "role", neg_role_get_name (row->requirement->role));
    neg_json_add_string (builder, "topic", row->requirement->topic);
    neg_json_add_string (builder, "due", *row->requirement->due != '\0' ? row->requirement->due : NULL);
    neg_json_add_boolean (builder, "known", neg_library_find_topic (report->library, row->requirement->topic) != NULL);
    neg_json_add_int (builder, "persons", row->n_persons);
    neg_json_add_int (builder, "done", row->n_done);
    neg_json_add_int (builder, "late", row->n_late);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_records (JsonBuilder *builder, const NegTrainingReport *report)
{
  json_builder_set_member_name (builder, "records");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->training->records->len; i++) {
    const NegTrainingRecord *record = report->training->records->pdata[i];

    json_builder_begin_object (builder);
    neg_json_add_string (builder, "person", record->person);
    neg_json_add_string (builder, "topic", record->topic);
    neg_json_add_double (builder, "fraction", record->fraction);
    neg_json_add_boolean (builder, "done", neg_training_record_is_done (record));
    add_time (builder, "done-at", record->done_us);
    neg_json_add_int (builder, "views", record->n_views);
    add_time (builder, "last", record->last_us);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_practices (JsonBuilder *builder, const NegTrainingReport *report)
{
  json_builder_set_member_name (builder, "practices");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->training->practices->len; i++) {
    const NegPracticeRecord *record = report->training->practices->pdata[i];

    json_builder_begin_object (builder);
    neg_json_add_string (builder, "person", record->person);
    neg_json_add_string (builder, "exercise", record->exercise);
    neg_json_add_int (builder, "done", record->n_done);
    neg_json_add_int (builder, "tried", record->n_tried);
    neg_json_add_int (builder, "hints", record->n_hints);
    add_time (builder, "done-at", record->first_done_us);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
print_json (const NegTrainingReport *report, gint64 now_us)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_topics (builder, report);
  add_compliance (builder, report, now_us);
  add_records (builder, report);
  add_practices (builder, report);
  neg_json_add_int (builder, "files", report->files->n_files);
  neg_json_add_int (builder, "damaged", report->files->n_damaged);
  neg_json_add_int (builder, "doubled", report->files->n_doubled);
  neg_json_add_int (builder, "strange", report->files->n_strange);
  neg_json_add_int (builder, "left-out", report->files->n_left_out);
  neg_json_add_string (builder, "remark", *report->remark != '\0' ? report->remark : NULL);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

/* --- tables --- */

static void
print_topics (const NegTrainingReport *report)
{
  const char *const headings[] = { _ ("Topic"), _ ("Views"), _ ("Persons"), C_ ("training", "Done"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (GArray) uses = neg_training_list_use (report->training, report->library);

  for (guint i = 0; i < uses->len; i++) {
    const NegTopicUse *use = &g_array_index (uses, NegTopicUse, i);
    g_autofree char *views = g_strdup_printf ("%u", use->n_views);
    g_autofree char *persons = g_strdup_printf ("%u", use->n_persons);
    g_autofree char *done = g_strdup_printf ("%u", use->n_done);
    const char *const cells[] = { use->topic, views, persons, done };

    neg_command_table_add (table, cells);
  }
  neg_command_table_print (table);
}

static void
print_required (const NegTrainingReport *report, gint64 now_us)
{
  const char *const headings[]
      = { _ ("Role"), _ ("Topic"), _ ("By"), _ ("Persons"), C_ ("training", "Done"), C_ ("training", "Late"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (GArray) rows = neg_training_list_compliance (report->training, report->rules, report->people, now_us);

  for (guint i = 0; i < rows->len; i++) {
    const NegCompliance *row = &g_array_index (rows, NegCompliance, i);
    g_autofree char *persons = g_strdup_printf ("%u", row->n_persons);
    g_autofree char *done = g_strdup_printf ("%u", row->n_done);
    g_autofree char *late = g_strdup_printf ("%u", row->n_late);
    const char *const cells[]
        = { neg_role_get_name (row->requirement->role), row->requirement->topic, row->requirement->due, persons, done, late };

    neg_command_table_add (table, cells);
  }
  if (rows->len > 0)
    g_print ("\n");
  neg_command_table_print (table);
}

static void
print_remarks (const NegTrainingReport *report)
{
  const NegProgressFiles *files = report->files;

  if (strcmp (report->remark, "no-library") == 0 || strcmp (report->remark, "no-folder") == 0)
    g_printerr ("%s\n", _ ("The site has no folder of a library: this is what was learned in this home."));
  else if (*report->remark != '\0')
    g_printerr (_ ("The site's progress cannot be read, this is what was learned in this home: %s\n"), report->remark);
  if (files->n_damaged + files->n_strange + files->n_doubled + files->n_left_out > 0)
    g_printerr (_ ("Lines that do not count: %u damaged, %u of a wrong person or clock, %u doubled; %u left out\n"),
                files->n_damaged, files->n_strange, files->n_doubled, files->n_left_out);
}

static int
print (const NegTrainingReport *report, const Wish *wish, gboolean json, gint64 now_us)
{
  if (wish->csv) {
    g_autofree char *csv = neg_training_dup_csv (report->training, report->rules, report->people, now_us);

    g_print ("%s", csv);
  } else if (wish->xapi) {
    g_autofree char *lines = neg_xapi_dup_lines (report->files->lines, report->rules->home_page);

    g_print ("%s", lines);
  } else if (json)
    print_json (report, now_us);
  else {
    print_topics (report);
    print_required (report, now_us);
  }
  if (!json)
    print_remarks (report);
  return NEG_EXIT_DONE;
}

int
neg_command_training (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  Wish wish = { FALSE };
  const GOptionEntry entries[] = {
    { "csv", 0, 0, G_OPTION_ARG_NONE, &wish.csv, N_ ("print a line for each person and topic"), NULL },
    { "xapi", 0, 0, G_OPTION_ARG_NONE, &wish.xapi, N_ ("print statements of the xAPI Video Profile"), NULL },
    { "mine", 0, 0, G_OPTION_ARG_NONE, &wish.mine, N_ ("my own record alone"), NULL },
    { NULL },
  };
  const gint64 now_us = g_get_real_time ();
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegTrainingReport) report = NULL;
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, entries, "report", _ ("Which topics were seen, and who has done what the site asks for."),
                                1, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (g_strv_length (words) != 1 || strcmp (words[0], "report") != 0 || wish.csv + wish.xapi + json > 1)
    return neg_command_usage ("%s", _ ("it is training report, with one of --json, --csv and --xapi at most"));
  if (migrate (&place, &error))
    report = neg_training_report_read (place.home, place.config, now_us, NULL, &error);
  if (report == NULL || (!wish.mine && !sees_all (report, &error)))
    return neg_command_fail ("training", error);
  if (wish.mine)
    keep_own (report);
  return print (report, &wish, json, now_us);
}
