#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "commands/neg-commands-private.h"
#include "commands/neg-command-hl7-private.h"
#include "demo/neg-demo-orders.h"
#include "demo/neg-demo.h"

#define FOLDER "demo"
#define ORDERS "demo-orders.hl7"

/* On a terminal a person waits. */
static void
progress_cb (guint done, guint n, gpointer user_data)
{
  if (done % 16 == 0 || done == n)
    g_printerr ("\r%u / %u%s", done, n, done == n ? "\n" : "");
}

static gboolean
add_cb (NegBusAgent *proxy, gint64 *id, gpointer user_data, GError **error)
{
  const char *const paths[] = { user_data, NULL };

  return neg_bus_agent_call_import_sync (proxy, paths, id, NULL, error);
}

static gboolean
import (const NegCommandPlace *place, char *folder, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (GVariant) job = NULL;
  GError *failure;
  double seconds;

  if (!neg_command_agent_open (&agent, place, error))
    return FALSE;
  job = neg_command_agent_run_job (&agent, add_cb, folder, &seconds, error);
  if (job == NULL)
    return FALSE;
  failure = neg_command_job_get_error (job);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* As a department has them: the orders first, then the images that answer some of them. */
static gboolean
fill_archive (const NegCommandPlace *place, char *folder, const char *orders, GError **error)
{
  g_autoptr (GBytes) messages = g_bytes_new_static (orders, strlen (orders));
  g_autofree char *text = NULL;
  guint n_accepted, n_refused;

  if (!neg_command_hl7_take_bytes (place, messages, &n_accepted, &n_refused, &text, error))
    return FALSE;
  if (n_refused > 0)
    return neg_fail (error, NEG_ERROR_REFUSED, ORDERS, "%s", text);
  return import (place, folder, error);
}

static void
print_json (const NegDemoCounts *counts, guint n_orders, const char *folder)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "patients", counts->n_patients);
  neg_json_add_int (builder, "studies", counts->n_studies);
  neg_json_add_int (builder, "series", counts->n_series);
  neg_json_add_int (builder, "instances", counts->n_instances);
  neg_json_add_int (builder, "bytes", (gint64) counts->bytes);
  neg_json_add_int (builder, "orders", n_orders);
  neg_json_add_string (builder, "folder", folder);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

int
neg_command_demo (int argc, char **argv)
{
  g_autofree char *home = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *orders = NULL, *orders_path = NULL;
  g_auto (GStrv) rest = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE, with_archive = FALSE;
  int n_patients = 0;
  guint n_orders;
  NegDemoCounts counts;
  const GOptionEntry entries[] = {
    { "home", 0, 0, G_OPTION_ARG_FILENAME, &home, N_ ("fill DIR"), N_ ("DIR") },
    { "archive", 0, 0, G_OPTION_ARG_NONE, &with_archive, N_ ("into the archive of DIR, too, with the orders"), NULL },
    { "patients", 0, 0, G_OPTION_ARG_INT, &n_patients, N_ ("only the first N patients"), N_ ("N") },
    { NULL },
  };

  if (!neg_command_parse (&argc, &argv, entries, NULL,
                          _ ("Fills DIR with a fictitious department: patients, orders (a file of HL7 messages), and "
                             "studies with priors, made by the program itself. What is there already is left alone."),
                          0, &rest, &json))
    return NEG_EXIT_USAGE;
  if (home == NULL || *home == '\0')
    return neg_command_usage (_ ("--home DIR is missing: where to put the demo"));
  if (n_patients < 0 || rest[0] != NULL)
    return neg_command_usage (_ ("only --home, --archive, --patients and --json; see --help"));
  folder = g_build_filename (home, FOLDER, NULL);
  if (!neg_demo_fill (folder, n_patients, isatty (STDERR_FILENO) ? progress_cb : NULL, NULL, &counts, &error))
    return neg_command_fail (folder, error);
  orders = neg_demo_dup_orders (n_patients, &n_orders);
  orders_path = g_build_filename (home, ORDERS, NULL);
  if (!g_file_set_contents_full (orders_path, orders, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return neg_command_fail (orders_path, error);
  if (with_archive && !fill_archive (&(NegCommandPlace) { .home = home }, folder, orders, &error))
    return neg_command_fail (home, error);
  if (json)
    print_json (&counts, n_orders, folder);
  else
    g_print (_ ("%u patients, %u orders, %u studies, %u series, %u images: %s\n"), counts.n_patients, n_orders,
             counts.n_studies, counts.n_series, counts.n_instances, folder);
  return NEG_EXIT_DONE;
}
