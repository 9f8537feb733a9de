/* The reject-rate report: what was rejected beside what was made. */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-command-reject-private.h"
#include "model/neg-site.h"

static const char *const dimensions[NEG_REJECTS_BY_N] = {
  [NEG_REJECTS_BY_TECHNOLOGIST] = "technologist", [NEG_REJECTS_BY_STATION] = "station",
  [NEG_REJECTS_BY_BODY_PART] = "body-part",       [NEG_REJECTS_BY_REASON] = "reason",
  [NEG_REJECTS_BY_MODALITY] = "modality",         [NEG_REJECTS_BY_DAY] = "day",
};

/* YYYY-MM-DD to YYYYMMDD. NULL and an error: no day. Given. */
static char *
parse_day (const char *text, const char *option, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "-", 4);
  guint64 numbers[3] = { 0 };
  gboolean is_day = g_strv_length (parts) == 3 && strlen (parts[0]) == 4 && strlen (parts[1]) == 2 && strlen (parts[2]) == 2;

  for (guint i = 0; is_day && i < 3; i++)
    is_day = g_ascii_string_to_unsigned (parts[i], 10, 1, 9999, &numbers[i], NULL);
  if (is_day && g_date_valid_dmy ((GDateDay) numbers[2], (GDateMonth) numbers[1], (GDateYear) numbers[0]))
    return g_strjoinv ("", parts);
  neg_fail (error, NEG_ERROR_USAGE, option, "%s", _ ("a day is written as YYYY-MM-DD"));
  return NULL;
}

static gboolean
parse_by (const char *text, NegRejectsBy *by, GError **error)
{
  *by = NEG_REJECTS_BY_REASON;
  if (text == NULL)
    return TRUE;
  for (*by = 0; *by < NEG_REJECTS_BY_N; (*by)++)
    if (strcmp (dimensions[*by], text) == 0)
      return TRUE;
  return neg_fail (error, NEG_ERROR_USAGE, "--by", "%s",
                   _ ("it is one of technologist, station, body-part, reason, modality and day"));
}

static void
add_json (JsonBuilder *builder, const NegRejectCount *count)
{
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "key", count->key);
  neg_json_add_int (builder, "made", count->n_made);
  neg_json_add_int (builder, "rejected", count->n_rejected);
  neg_json_add_int (builder, "repeats", count->n_repeats);
  if (count->n_made > 0)
    neg_json_add_double (builder, "rate", (double) count->n_rejected / count->n_made);
  json_builder_end_object (builder);
}

static void
add_row (NegCommandTable *table, const NegRejectCount *count)
{
  g_autofree char *made = g_strdup_printf ("%u", count->n_made);
  g_autofree char *rejected = g_strdup_printf ("%u", count->n_rejected);
  g_autofree char *repeats = g_strdup_printf ("%u", count->n_repeats);
  g_autofree char *rate
      = count->n_made > 0 ? g_strdup_printf ("%.1f %%", 100.0 * count->n_rejected / count->n_made) : g_strdup ("");
  const char *const cells[] = { *count->key != '\0' ? count->key : _ ("(not said)"), made, rejected, rate, repeats };

  neg_command_table_add (table, cells);
}

static void
print (GPtrArray *counts, gboolean json)
{
  const char *const headings[] = { _ ("Of"), _ ("Made"), _ ("Rejected"), _ ("Rate"), _ ("Repeats"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < counts->len; i++) {
    add_json (builder, counts->pdata[i]);
    add_row (table, counts->pdata[i]);
  }
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
}

static gboolean
write_csv (const NegCommandPlace *place, NegDatabase *reader, const char *from, const char *to, const char *path,
           GError **error)
{
  g_autoptr (NegSite) site = neg_site_load (place->home, place->config, NULL, error);
  g_autofree char *csv
      = site != NULL ? neg_rejections_dup_csv (reader, from, to, neg_site_get_timezone (site), error) : NULL;

  if (csv == NULL)
    return FALSE;
  if (strcmp (path, "-") != 0)
    return g_file_set_contents (path, csv, -1, error);
  g_print ("%s", csv);
  return TRUE;
}

int
_neg_command_reject_report (const NegCommandPlace *place, NegDatabase *reader, const NegRejectWish *wish, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *from = parse_day (wish->from, "--from", &error);
  g_autofree char *to = from != NULL ? parse_day (wish->to, "--to", &error) : NULL;
  g_autoptr (GPtrArray) counts = NULL;
  NegRejectsBy by;

  if (to == NULL || !parse_by (wish->by, &by, &error))
    return neg_command_usage ("%s", error->message);
  if (wish->csv != NULL && !write_csv (place, reader, from, to, wish->csv, &error))
    return neg_command_fail (wish->csv, error);
  if (g_strcmp0 (wish->csv, "-") == 0)
    return NEG_EXIT_DONE;
  counts = neg_rejections_count (reader, by, from, to, wish->modality != NULL ? wish->modality : "", &error);
  if (counts == NULL)
    return neg_command_fail ("reject", error);
  print (counts, json);
  return NEG_EXIT_DONE;
}
