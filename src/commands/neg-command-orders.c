#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-commands-agent.h"
#include "commands/neg-commands-order.h"
#include "store/neg-archive.h"
#include "store/neg-entries.h"

#define N_MAX 10000u

static const char *const urgency_names[] = {
  [NEG_URGENCY_STAT] = "stat", [NEG_URGENCY_HIGH] = "high", [NEG_URGENCY_MEDIUM] = "medium",
  [NEG_URGENCY_ROUTINE] = "routine",
};

/* What the order is known by (architecture: accession and issuer, then placer and filler numbers). */
char *
neg_command_make_order_key (const NegOrder *order)
{
  const char *const numbers[][2] = { { order->accession, order->accession_issuer },
                                     { order->placer, order->placer_issuer },
                                     { order->filler, order->filler_issuer } };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (*numbers[i][0] != '\0')
      return *numbers[i][1] == '\0' ? g_strdup (numbers[i][0])
                                    : g_strconcat (numbers[i][0], "^", numbers[i][1], NULL);
  return NULL;
}

/* The row of the reading list that the order is; @entry is nullable: it has none, or no longer. */
static void
add_json (JsonBuilder *builder, const NegOrder *order, const NegEntry *entry)
{
  g_autofree char *order_key = neg_command_make_order_key (order);
  g_autofree char *scheduled = g_strconcat (order->date, order->time, NULL);
  const char *study_uid = entry != NULL && *entry->study_uid != '\0' ? entry->study_uid : order->study_uid;

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "order", order->id);
  neg_json_add_int (builder, "entry", order->entry);
  neg_json_add_string (builder, "order_key", order_key);
  neg_json_add_string (builder, "placer", order->placer);
  neg_json_add_string (builder, "filler", order->filler);
  neg_json_add_string (builder, "study_uid", study_uid);
  neg_json_add_string (builder, "patient_id", order->patient_id);
  neg_json_add_string (builder, "issuer", order->issuer);
  neg_json_add_string (builder, "patient_name", order->patient_name);
  neg_json_add_string (builder, "accession", order->accession);
  neg_json_add_string (builder, "procedure", order->procedure);
  neg_json_add_string (builder, "modality", order->modality);
  neg_json_add_string (builder, "priority", urgency_names[MIN (order->urgency, NEG_URGENCY_ROUTINE)]);
  neg_json_add_string (builder, "scheduled", scheduled);
  neg_json_add_string (builder, "status", neg_order_status_get_name (order->status));
  neg_json_add_string (builder, "claimed_by", entry != NULL && *entry->claimed_by != '\0' ? entry->claimed_by : NULL);
  neg_json_add_int (builder, "instances_here", entry != NULL ? entry->n_here : 0);
  neg_json_add_int (builder, "instances_there", entry != NULL ? entry->n_there : 0);
  neg_json_add_int (builder, "priors", entry != NULL ? entry->n_priors : 0);
  neg_json_add_int (builder, "priors_here", entry != NULL ? entry->n_priors_here : 0);
  json_builder_end_object (builder);
}

static void
add_text (NegCommandTable *table, const NegOrder *order, const NegEntry *entry)
{
  g_autofree char *order_key = neg_command_make_order_key (order);
  g_autofree char *images
      = entry != NULL ? g_strdup_printf ("%u/%u", entry->n_here, entry->n_there) : g_strdup ("");
  const char *const cells[] = {
    urgency_names[MIN (order->urgency, NEG_URGENCY_ROUTINE)],
    neg_order_status_get_name (order->status),
    order->patient_name,
    order->patient_id,
    order_key,
    order->modality,
    order->procedure,
    order->date,
    images,
  };

  neg_command_table_add (table, cells);
}

typedef struct {
  JsonBuilder *builder;
  NegCommandTable *table;
  gboolean is_cut;
} Listing;

static gboolean
add_order (NegDatabase *database, Listing *listing, const NegOrder *order, GError **error)
{
  g_autoptr (NegEntry) entry = NULL;

  if (order->entry != 0) {
    entry = neg_entries_find (database, order->entry, error);
    if (entry == NULL)
      return FALSE;
  }
  add_json (listing->builder, order, entry);
  add_text (listing->table, order, entry);
  return TRUE;
}

static gboolean
list_all (NegDatabase *database, gpointer data, GError **error)
{
  Listing *listing = data;
  g_autoptr (GPtrArray) orders
      = neg_orders_list (database, NEG_ORDERS_ALL, g_get_real_time (), 0, N_MAX + 1, error);

  if (orders == NULL)
    return FALSE;
  listing->is_cut = orders->len > N_MAX;
  for (guint i = 0; i < MIN (orders->len, N_MAX); i++)
    if (!add_order (database, listing, g_ptr_array_index (orders, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
list_orders (const NegCommandPlace *place, Listing *listing, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (GError) local = NULL;
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, &local);

  if (database != NULL) /* one state of orders and entries */
    return neg_database_read (database, list_all, listing, error);
  if (g_error_matches (local, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return TRUE; /* nothing has ever been kept here */
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

int
neg_command_orders (int argc, char **argv)
{
  const char *const headings[] = { _ ("Priority"), _ ("Status"), _ ("Patient"), _ ("ID"), _ ("Order"), _ ("Modality"),
                                   _ ("Procedure"), _ ("Date"), _ ("Images"), NULL };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  Listing listing = { builder, table, FALSE };
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, NULL, NULL,
                                _ ("Lists the orders that HL7 messages brought, newest first, canceled ones too."), 0,
                                &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (words[0] != NULL)
    return neg_command_usage (_ ("there is nothing to name; see --help"));
  json_builder_begin_array (builder);
  if (!list_orders (&place, &listing, &error))
    return neg_command_fail (NEG_ARCHIVE_FILE, error);
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  if (listing.is_cut)
    g_printerr ("negatoscope: %s: %s\n", NEG_ARCHIVE_FILE, _ ("only the newest are listed: there are more than 10000"));
  return NEG_EXIT_DONE;
}
