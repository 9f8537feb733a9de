#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-commands-agent.h"
#include "store/neg-archive.h"
#include "store/neg-entries.h"

#define PAGE 500

static const char *const urgency_names[] = {
  [NEG_URGENCY_STAT] = "stat", [NEG_URGENCY_HIGH] = "high", [NEG_URGENCY_MEDIUM] = "medium",
  [NEG_URGENCY_ROUTINE] = "routine",
};

/* Accession number and its issuer, where an order has one (architecture: the key of an order). */
static char *
make_order_key (const NegEntry *entry)
{
  if (*entry->accession == '\0')
    return NULL;
  return *entry->accession_issuer == '\0' ? g_strdup (entry->accession)
                                          : g_strconcat (entry->accession, "^", entry->accession_issuer, NULL);
}

static void
add_json (JsonBuilder *builder, const NegEntry *entry)
{
  g_autofree char *order_key = make_order_key (entry);
  g_autofree char *scheduled = g_strconcat (entry->study_date, entry->study_time, NULL);

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "entry", entry->id);
  neg_json_add_string (builder, "order_key", order_key);
  neg_json_add_string (builder, "study_uid", entry->study_uid);
  neg_json_add_string (builder, "patient_id", entry->patient_id);
  neg_json_add_string (builder, "issuer", entry->issuer);
  neg_json_add_string (builder, "patient_name", entry->patient_name);
  neg_json_add_string (builder, "accession", entry->accession);
  neg_json_add_string (builder, "procedure", entry->description);
  neg_json_add_string (builder, "modality", entry->modalities);
  neg_json_add_string (builder, "priority", urgency_names[MIN (entry->urgency, NEG_URGENCY_ROUTINE)]);
  neg_json_add_string (builder, "scheduled", scheduled);
  neg_json_add_string (builder, "status", neg_entry_status_get_name (entry->status));
  neg_json_add_string (builder, "claimed_by", *entry->claimed_by != '\0' ? entry->claimed_by : NULL);
  neg_json_add_int (builder, "instances_here", entry->n_here);
  neg_json_add_int (builder, "instances_there", entry->n_there);
  neg_json_add_int (builder, "priors", entry->n_priors);
  neg_json_add_int (builder, "priors_here", entry->n_priors_here);
  neg_json_add_boolean (builder, "conflict", entry->is_conflict);
  json_builder_end_object (builder);
}

static void
add_text (NegCommandTable *table, const NegEntry *entry)
{
  g_autofree char *images = g_strdup_printf ("%u/%u", entry->n_here, entry->n_there);
  g_autofree char *priors = g_strdup_printf ("%u/%u", entry->n_priors_here, entry->n_priors);
  const char *const cells[] = {
    urgency_names[MIN (entry->urgency, NEG_URGENCY_ROUTINE)],
    neg_entry_status_get_name (entry->status),
    entry->patient_name,
    entry->patient_id,
    entry->accession,
    entry->modalities,
    entry->description,
    entry->study_date,
    entry->claimed_by,
    images,
    priors,
  };

  neg_command_table_add (table, cells);
}

static gboolean
list_page (NegDatabase *database, guint first, JsonBuilder *builder, NegCommandTable *table, guint *n, GError **error)
{
  const NegEntryQuery all = { .order = NEG_COLUMN_TIME, .descending = TRUE };
  g_autoptr (GPtrArray) entries = neg_entries_list (database, &all, first, PAGE, error);

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    add_json (builder, entries->pdata[i]);
    add_text (table, entries->pdata[i]);
  }
  *n = entries->len;
  return TRUE;
}

typedef struct {
  JsonBuilder *builder;
  NegCommandTable *table;
  gboolean is_cut;
} Listing;

static gboolean
list_pages (NegDatabase *database, gpointer data, GError **error)
{
  Listing *listing = data;
  guint n = PAGE;

  for (guint first = 0; n == PAGE && first + PAGE <= NEG_ENTRIES_REACH; first += PAGE)
    if (!list_page (database, first, listing->builder, listing->table, &n, error))
      return FALSE;
  listing->is_cut = n == PAGE;
  return TRUE;
}

static gboolean
list_entries (const NegCommandPlace *place, JsonBuilder *builder, NegCommandTable *table, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (GError) local = NULL;
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, &local);
  Listing listing = { builder, table, FALSE };

  if (database == NULL) {
    /* Nothing has ever been kept here. */
    if (g_error_matches (local, NEG_ERROR, NEG_ERROR_NOT_FOUND))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  /* One state of the list: what arrives meanwhile would move an entry to the next page, or past it. */
  if (!neg_database_read (database, list_pages, &listing, error))
    return FALSE;
  if (listing.is_cut)
    g_printerr ("negatoscope: %s: %s\n", NEG_ARCHIVE_FILE, _ ("only the newest are listed: there are more than 10000"));
  return TRUE;
}

int
neg_command_worklist (int argc, char **argv)
{
  const char *const headings[]
      = { _ ("Priority"), _ ("Status"), _ ("Patient"), _ ("ID"), _ ("Accession"), _ ("Modality"), _ ("Description"),
          _ ("Date"), _ ("Claimed by"), _ ("Images"), _ ("Priors"), NULL };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, NULL, NULL,
                                _ ("Lists what there is to read, newest first: what is here, what peers told, what is "
                                   "scheduled."),
                                0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (words[0] != NULL)
    return neg_command_usage (_ ("there is nothing to name; see --help"));
  json_builder_begin_array (builder);
  if (!list_entries (&place, builder, table, &error))
    return neg_command_fail (NEG_ARCHIVE_FILE, error);
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return NEG_EXIT_DONE;
}
