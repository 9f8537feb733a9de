#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-commands-agent.h"
#include "store/neg-archive.h"

/* A study's modalities in one text, as Modalities in Study has them. */
#define SELECT_STUDIES \
  "SELECT study_uid, patient_id, issuer, patient_name, accession, date, " \
  "(SELECT group_concat (modality, '\\') FROM (SELECT DISTINCT modality FROM series " \
  "WHERE study_id = study.id AND modality <> '' AND n_instances > 0 ORDER BY modality)), description, " \
  "(SELECT count (*) FROM series WHERE study_id = study.id AND n_instances > 0), " \
  "(SELECT total (n_instances) FROM series WHERE study_id = study.id) " \
  "FROM study WHERE study_uid <> '' AND EXISTS (SELECT 1 FROM series WHERE study_id = study.id AND n_instances > 0) " \
  "ORDER BY date DESC, time DESC, id DESC"

static const char *const study_fields[]
    = { "study_uid", "patient_id", "issuer", "patient_name", "accession", "date", "modalities", "description" };

enum { COLUMN_SERIES = G_N_ELEMENTS (study_fields), COLUMN_INSTANCES };

static void
add_study (NegStatement *row, JsonBuilder *builder, NegCommandTable *table)
{
  g_autofree char *series = g_strdup_printf ("%" G_GINT64_FORMAT, neg_statement_get_int (row, COLUMN_SERIES));
  g_autofree char *instances = g_strdup_printf ("%" G_GINT64_FORMAT, neg_statement_get_int (row, COLUMN_INSTANCES));
  const char *cells[G_N_ELEMENTS (study_fields) + 2];

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (study_fields); i++) {
    const char *text = neg_statement_get_text (row, i);

    cells[i] = text != NULL ? text : "";
    neg_json_add_string (builder, study_fields[i], cells[i]);
  }
  neg_json_add_int (builder, "series", neg_statement_get_int (row, COLUMN_SERIES));
  neg_json_add_int (builder, "instances", neg_statement_get_int (row, COLUMN_INSTANCES));
  json_builder_end_object (builder);
  cells[COLUMN_SERIES] = series;
  cells[COLUMN_INSTANCES] = instances;
  neg_command_table_add (table, cells);
}

static gboolean
list_studies (const NegCommandPlace *place, JsonBuilder *builder, NegCommandTable *table, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (GError) local = NULL;
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, &local);
  NegStatement *row;
  gboolean has_row = TRUE;

  if (database == NULL) {
    /* Nothing has ever been kept here. */
    if (g_error_matches (local, NEG_ERROR, NEG_ERROR_NOT_FOUND))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  row = neg_database_prepare (database, SELECT_STUDIES, error);
  while (row != NULL && neg_statement_step (row, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_study (row, builder, table);
  }
  return FALSE;
}

int
neg_command_studies (int argc, char **argv)
{
  const char *const headings[] = { _ ("Study UID"), _ ("ID"), _ ("Issuer"), _ ("Patient"), _ ("Accession"),
                                   _ ("Date"), _ ("Modalities"), _ ("Description"), _ ("Series"), _ ("Images"), NULL };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, NULL, NULL, _ ("Lists what is in the archive of this home."), 0, &words,
                                &json, &place))
    return NEG_EXIT_USAGE;
  if (words[0] != NULL)
    return neg_command_usage (_ ("there is nothing to name; see --help"));
  json_builder_begin_array (builder);
  if (!list_studies (&place, builder, table, &error))
    return neg_command_fail (NEG_ARCHIVE_FILE, error);
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return NEG_EXIT_DONE;
}

static gboolean
remove_study (const NegCommandPlace *place, const char *study_uid, gint64 entry, guint *n_objects, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  GError *failure = NULL;

  if (!neg_command_agent_open (&agent, place, error))
    return FALSE;
  if (!neg_bus_agent_call_remove_sync (neg_command_agent_get_proxy (&agent), study_uid, entry, n_objects, NULL,
                                       &failure))
    return neg_command_agent_fail (failure, error);
  if (*n_objects == 0)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, study_uid, "%s", _ ("there is no such study here"));
  return TRUE;
}

int
neg_command_remove (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gboolean json = FALSE;
  gint64 entry = 0;
  const GOptionEntry entries[] = {
    { "entry", 0, 0, G_OPTION_ARG_INT64, &entry,
      N_ ("whose study it is, as worklist names it, where several patients have its UID"), N_ ("N") },
    { NULL },
  };
  guint n_objects = 0;

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("UID"),
                                _ ("Deletes the study UID with all its objects from the archive, for good. A retrieve "
                                   "brings it back only when a person asks for it."),
                                0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (g_strv_length (words) != 1)
    return neg_command_usage (_ ("one study instance UID is needed; see --help"));
  if (!remove_study (&place, words[0], entry, &n_objects, &error))
    return neg_command_fail (words[0], error);
  if (!json) {
    g_print (g_dngettext (GETTEXT_PACKAGE, "%u object deleted\n", "%u objects deleted\n", n_objects), n_objects);
    return NEG_EXIT_DONE;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "study_uid", words[0]);
  neg_json_add_int (builder, "objects", n_objects);
  json_builder_end_object (builder);
  neg_json_print (builder);
  return NEG_EXIT_DONE;
}
