#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-commands-agent.h"

#define LIMIT_DEFAULT 10000
#define STEP "ScheduledProcedureStepSequence[0]."

/* What is asked for (besides what the person names), and the name of each in the answer; NULL: under "attributes". */
typedef struct {
  const char *keyword, *name;
  gboolean is_number;
} Attribute;

static const Attribute study_attributes[] = {
  { "StudyInstanceUID", "study_uid", FALSE },
  { "PatientID", "patient_id", FALSE },
  { "IssuerOfPatientID", "issuer", FALSE },
  { "PatientName", "patient_name", FALSE },
  { "PatientBirthDate", "birth_date", FALSE },
  { "PatientSex", "sex", FALSE },
  { "AccessionNumber", "accession", FALSE },
  { "StudyDate", "date", FALSE },
  { "StudyTime", "time", FALSE },
  { "ModalitiesInStudy", "modalities", FALSE },
  { "StudyDescription", "description", FALSE },
  { "NumberOfStudyRelatedSeries", "series", TRUE },
  { "NumberOfStudyRelatedInstances", "instances", TRUE },
  { "ReferringPhysicianName", NULL, FALSE },
  { "StudyID", NULL, FALSE },
  { NULL },
};

static const Attribute patient_attributes[] = {
  { "PatientID", "patient_id", FALSE },
  { "IssuerOfPatientID", "issuer", FALSE },
  { "PatientName", "patient_name", FALSE },
  { "PatientBirthDate", "birth_date", FALSE },
  { "PatientSex", "sex", FALSE },
  { NULL },
};

static const Attribute series_attributes[] = {
  { "StudyInstanceUID", "study_uid", FALSE },
  { "SeriesInstanceUID", "series_uid", FALSE },
  { "Modality", "modalities", FALSE },
  { "SeriesDescription", "description", FALSE },
  { "NumberOfSeriesRelatedInstances", "instances", TRUE },
  { "SeriesNumber", NULL, FALSE },
  { NULL },
};

static const Attribute image_attributes[] = {
  { "StudyInstanceUID", "study_uid", FALSE },
  { "SeriesInstanceUID", "series_uid", FALSE },
  { "SOPInstanceUID", "sop_uid", FALSE },
  { "SOPClassUID", NULL, FALSE },
  { "InstanceNumber", NULL, FALSE },
  { NULL },
};

/* PS3.4 K.6.1.2.2; a step tells its own time and modality. */
static const Attribute worklist_attributes[] = {
  { "StudyInstanceUID", "study_uid", FALSE },
  { "PatientID", "patient_id", FALSE },
  { "IssuerOfPatientID", "issuer", FALSE },
  { "PatientName", "patient_name", FALSE },
  { "PatientBirthDate", "birth_date", FALSE },
  { "PatientSex", "sex", FALSE },
  { "AccessionNumber", "accession", FALSE },
  { STEP "ScheduledProcedureStepStartDate", "date", FALSE },
  { STEP "ScheduledProcedureStepStartTime", "time", FALSE },
  { STEP "Modality", "modalities", FALSE },
  { "RequestedProcedureDescription", "description", FALSE },
  { "RequestedProcedureID", NULL, FALSE },
  { "RequestedProcedurePriority", NULL, FALSE },
  { "ReferringPhysicianName", NULL, FALSE },
  { STEP "ScheduledProcedureStepID", NULL, FALSE },
  { STEP "ScheduledProcedureStepDescription", NULL, FALSE },
  { STEP "ScheduledStationAETitle", NULL, FALSE },
  { STEP "ScheduledProcedureStepLocation", NULL, FALSE },
  { NULL },
};

static const struct {
  const char *level;
  const Attribute *attributes;
} levels[] = {
  { "study", study_attributes },   { "patient", patient_attributes },   { "series", series_attributes },
  { "image", image_attributes },   { "worklist", worklist_attributes },
};

typedef struct {
  const char *peer, *level;
  const Attribute *attributes;
  char **keys; /* NAME=VALUE */
  int limit;
} Query;

static const Attribute *
find_level (const char *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (strcmp (levels[i].level, level) == 0)
      return levels[i].attributes;
  return NULL;
}

static const Attribute *
find_attribute (const Attribute *attributes, const char *keyword)
{
  for (; attributes->keyword != NULL; attributes++)
    if (strcmp (attributes->keyword, keyword) == 0)
      return attributes;
  return NULL;
}

/* What the person names is asked for as it is; the rest of the level is asked for without a condition. */
static GVariant *
make_keys (const Query *query)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GHashTableIter iter;
  gpointer name, value;

  for (const Attribute *attribute = query->attributes; attribute->keyword != NULL; attribute++)
    g_hash_table_insert (all, g_strdup (attribute->keyword), (gpointer) "");
  for (char **key = query->keys; key != NULL && *key != NULL; key++) {
    const char *equals = strchr (*key, '=');

    g_hash_table_replace (all, g_strndup (*key, equals - *key), (gpointer) (equals + 1));
  }
  g_hash_table_iter_init (&iter, all);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  return g_variant_builder_end (&builder);
}

static void
add_value (JsonBuilder *builder, const char *name, const char *value, gboolean is_number)
{
  gint64 number;

  if (is_number && g_ascii_string_to_signed (value, 10, 0, G_MAXINT32, &number, NULL))
    neg_json_add_int (builder, name, number);
  else
    neg_json_add_string (builder, name, value);
}

static void
add_row (JsonBuilder *builder, const Query *query, GVariant *row, const char *cut_reason)
{
  const char *keyword, *value;
  GVariantIter iter;

  json_builder_begin_object (builder);
  for (const Attribute *attribute = query->attributes; attribute->keyword != NULL; attribute++)
    if (attribute->name != NULL && g_variant_lookup (row, attribute->keyword, "&s", &value) && *value != '\0')
      add_value (builder, attribute->name, value, attribute->is_number);
  json_builder_set_member_name (builder, "attributes");
  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, row);
  while (g_variant_iter_next (&iter, "{&s&s}", &keyword, &value)) {
    const Attribute *known = find_attribute (query->attributes, keyword);

    if ((known == NULL || known->name == NULL) && *value != '\0')
      neg_json_add_string (builder, keyword, value);
  }
  json_builder_end_object (builder);
  neg_json_add_boolean (builder, "complete", *cut_reason == '\0');
  if (*cut_reason != '\0')
    neg_json_add_string (builder, "reason", cut_reason);
  json_builder_end_object (builder);
}

static void
print_json (const Query *query, GVariant *rows, const char *cut_reason)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

    add_row (builder, query, row, cut_reason);
  }
  json_builder_end_array (builder);
  neg_json_print (builder);
}

static void
print_text (const Query *query, GVariant *rows)
{
  g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
  g_autoptr (GPtrArray) headings = g_ptr_array_new ();
  g_autoptr (NegCommandTable) table = NULL;

  for (const Attribute *attribute = query->attributes; attribute->keyword != NULL; attribute++)
    if (attribute->name != NULL) {
      g_ptr_array_add (keywords, (gpointer) attribute->keyword);
      g_ptr_array_add (headings, (gpointer) attribute->name);
    }
  g_ptr_array_add (headings, NULL);
  table = neg_command_table_new ((const char *const *) headings->pdata);
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree const char **cells = g_new0 (const char *, keywords->len);

    for (guint k = 0; k < keywords->len; k++)
      g_variant_lookup (row, keywords->pdata[k], "&s", &cells[k]);
    neg_command_table_add (table, cells);
  }
  neg_command_table_print (table);
}

static GVariant *
ask (const Query *query, const NegCommandPlace *place, char **cut_reason, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  GVariant *rows = NULL;
  GError *failure = NULL;

  if (!neg_command_agent_open (&agent, place, error))
    return NULL;
  if (!neg_bus_agent_call_query_sync (neg_command_agent_get_proxy (&agent), query->peer, query->level,
                                      make_keys (query), query->limit, &rows, cut_reason, NULL, &failure))
    neg_command_agent_fail (failure, error);
  return rows;
}

static int
check_query (const Query *query, char **words)
{
  if (g_strv_length (words) != 1)
    return neg_command_usage (_ ("one PEER is needed; see --help"));
  if (query->attributes == NULL)
    return neg_command_usage (_ ("--level is one of patient, study, series, image"));
  if (query->limit < 1)
    return neg_command_usage (_ ("--limit is a positive number"));
  for (char **key = query->keys; key != NULL && *key != NULL; key++)
    if (strchr (*key, '=') == NULL || **key == '=')
      return neg_command_usage (_ ("--key is NAME=VALUE, such as PatientName=SATO*"));
  return NEG_EXIT_DONE;
}

static int
run (Query *query, char **words, const NegCommandPlace *place, gboolean json)
{
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *cut_reason = NULL;

  if (check_query (query, words) != NEG_EXIT_DONE)
    return NEG_EXIT_USAGE;
  query->peer = words[0];
  rows = ask (query, place, &cut_reason, &error);
  if (rows == NULL) {
    int status = neg_command_fail (query->peer, error);

    /* A keyword that the dictionary does not know is the person's mistake. */
    return g_error_matches (error, NEG_ERROR, NEG_ERROR_USAGE) ? NEG_EXIT_USAGE : status;
  }
  if (json)
    print_json (query, rows, cut_reason);
  else
    print_text (query, rows);
  if (*cut_reason != '\0')
    g_printerr ("negatoscope: %s: %s: %s\n", query->peer, _ ("not complete"), cut_reason);
  return NEG_EXIT_DONE;
}

int
neg_command_query (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) keys = NULL;
  g_autofree char *level = NULL;
  gboolean json = FALSE;
  Query query = { .limit = LIMIT_DEFAULT };
  const GOptionEntry entries[] = {
    { "level", 0, 0, G_OPTION_ARG_STRING, &level, N_ ("patient, study (default), series or image"), N_ ("LEVEL") },
    { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &keys, N_ ("an attribute by keyword, and what it must match"),
      N_ ("NAME=VALUE") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &query.limit, N_ ("stop after N answers (10000)"), N_ ("N") },
    { NULL },
  };

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("PEER"),
                                _ ("Asks PEER what it has (C-FIND or QIDO-RS)."), 0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  query.level = level != NULL ? level : "study";
  query.attributes = strcmp (query.level, "worklist") != 0 ? find_level (query.level) : NULL;
  query.keys = keys;
  return run (&query, words, &place, json);
}

int
neg_command_worklist_query (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) keys = NULL;
  gboolean json = FALSE;
  Query query = { .level = "worklist", .attributes = worklist_attributes, .limit = LIMIT_DEFAULT };
  const GOptionEntry entries[] = {
    { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &keys, N_ ("an attribute by keyword, and what it must match"),
      N_ ("NAME=VALUE") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &query.limit, N_ ("stop after N answers (10000)"), N_ ("N") },
    { NULL },
  };

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("PEER"),
                                _ ("Asks PEER which procedures are scheduled (modality worklist)."), 0, &words, &json,
                                &place))
    return NEG_EXIT_USAGE;
  query.keys = keys;
  return run (&query, words, &place, json);
}
