#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-command-check-private.h"
#include "commands/neg-commands-agent.h"
#include "store/neg-archive.h"
#include "store/neg-desk.h"

typedef struct {
  JsonBuilder *builder;
  NegCommandTable *table;
} Output;

static void
add_subject (JsonBuilder *builder, const char *subject)
{
  g_auto (GStrv) uids = g_strsplit (subject, "\\", -1);

  neg_json_add_strings (builder, "subject", (const char *const *) uids);
}

static void
add_finding (Output *output, const char *study_uid, const NegFinding *finding)
{
  const char *const cells[] = { neg_severity_get_name (finding->severity), finding->check, finding->found, finding->expected,
                                finding->why, study_uid };
  JsonBuilder *builder = output->builder;

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "study_uid", study_uid);
  neg_json_add_string (builder, "series_uid", finding->series_uid);
  neg_json_add_string (builder, "check", finding->check);
  neg_json_add_string (builder, "severity", neg_severity_get_name (finding->severity));
  neg_json_add_string (builder, "found", finding->found);
  neg_json_add_string (builder, "expected", finding->expected);
  neg_json_add_string (builder, "why", finding->why);
  neg_json_add_string (builder, "action", neg_finding_action_get_name (finding->action));
  neg_json_add_string (builder, "argument", finding->argument);
  neg_json_add_int (builder, "objects", finding->n_objects);
  add_subject (builder, finding->subject);
  neg_json_add_boolean (builder, "accepted", finding->accepted_us != 0);
  json_builder_end_object (builder);
  neg_command_table_add (output->table, cells);
}

static NegQualityRules *
load_rules (const NegCommandPlace *place, NegSite **site, GError **error)
{
  g_auto (GStrv) warnings = NULL;
  NegQualityRules *rules;
  const char *const *unknown;

  *site = neg_site_load (place->home, place->config, &warnings, error);
  if (*site == NULL)
    return NULL;
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    g_printerr ("negatoscope: %s\n", warnings[i]);
  rules = neg_quality_rules_new (*site, error);
  unknown = rules != NULL ? neg_quality_rules_get_unknown (rules) : NULL;
  for (guint i = 0; unknown != NULL && unknown[i] != NULL; i++)
    g_printerr (_ ("negatoscope: nobody knows the key %s of [quality]\n"), unknown[i]);
  return rules;
}

/* --- of paths --- */

static gboolean
check_paths (const NegCommandPlace *place, const char *const *paths, Output *output, int *status, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (NegSite) site = NULL;
  g_autoptr (NegQualityRules) rules = load_rules (place, &site, error);
  g_autoptr (NegEnginePool) pool = rules != NULL ? neg_engine_pool_new (NULL, error) : NULL;
  g_autoptr (GPtrArray) studies = NULL;
  gboolean has_failed = FALSE;

  if (pool == NULL)
    return FALSE;
  studies = neg_check_read (pool, rules, paths, &has_failed);
  neg_check_add_neighbours (studies);
  if (!neg_check_add_archived (studies, folder, neg_site_get_timezone (site), error))
    return FALSE;
  for (guint i = 0; i < studies->len; i++) {
    const NegCheckStudy *study = studies->pdata[i];
    g_autoptr (GPtrArray) findings
        = neg_quality_check (study->study, rules, g_get_real_time (), neg_site_get_timezone (site));

    for (guint j = 0; j < findings->len; j++)
      add_finding (output, study->uid, findings->pdata[j]);
  }
  if (has_failed)
    *status = NEG_EXIT_FAILED;
  return TRUE;
}

/* --- of the archive --- */

typedef struct {
  const char *uid;
  Output *output;
  guint n;
} Archived;

static gboolean
list_study (NegDatabase *database, gint64 study_id, Archived *archived, GError **error)
{
  g_autoptr (GPtrArray) findings = neg_desk_list_findings (database, study_id, error);

  for (guint i = 0; findings != NULL && i < findings->len; i++)
    add_finding (archived->output, archived->uid, findings->pdata[i]);
  return findings != NULL;
}

/* Two patients' studies may have one UID. */
static gboolean
read_desk (NegDatabase *database, gpointer data, GError **error)
{
  Archived *archived = data;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *row = neg_database_prepare (
      database, "SELECT study_id FROM desk JOIN study ON study.id = study_id WHERE study_uid = ? ORDER BY 1", error);
  gboolean has_row = FALSE;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_text (row, 1, archived->uid);
  for (;;) {
    gint64 id;

    if (!neg_statement_step (row, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    id = neg_statement_get_int (row, 0);
    g_array_append_val (ids, id);
  }
  neg_statement_reset (row);
  archived->n = ids->len;
  for (guint i = 0; i < ids->len; i++)
    if (!list_study (database, g_array_index (ids, gint64, i), archived, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_archived (const NegCommandPlace *place, const char *uid, Output *output, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, error);
  Archived archived = { uid, output, 0 };

  if (database == NULL || !neg_database_read (database, read_desk, &archived, error))
    return FALSE;
  return archived.n > 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, _ ("the study is not among those that came to this workstation to be sent on"));
}

int
neg_command_check (int argc, char **argv)
{
  const char *const headings[] = { _ ("Severity"), _ ("Check"), _ ("Found"), _ ("Expected"), _ ("Why"), _ ("Study"), NULL };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) paths = NULL;
  g_autofree char *study = NULL;
  const GOptionEntry entries[] = {
    { "study", 0, 0, G_OPTION_ARG_STRING, &study, N_ ("what the desk found of an archived study"), N_ ("UID") },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  Output output = { builder, table };
  gboolean json = FALSE;
  int status = NEG_EXIT_DONE;

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("PATH... | --study UID"),
                                _ ("Checks studies before they leave: what was found, what was expected, and what mends it. "
                                   "Orders of the archive count as expected. Findings are no failure."),
                                0, &paths, &json, &place))
    return NEG_EXIT_USAGE;
  if ((study != NULL) == (paths[0] != NULL))
    return neg_command_usage (_ ("either paths or a study are needed; see --help"));
  json_builder_begin_array (builder);
  if (study != NULL ? !check_archived (&place, study, &output, &error)
                    : !check_paths (&place, (const char *const *) paths, &output, &status, &error))
    return neg_command_fail (study != NULL ? study : "check", error);
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return status;
}
