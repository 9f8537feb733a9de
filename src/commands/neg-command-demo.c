#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "commands/neg-commands-private.h"
#include "demo/neg-demo.h"

#define FOLDER "demo"

/* On a terminal a person waits. */
static void
progress_cb (guint done, guint n, gpointer user_data)
{
  if (done % 16 == 0 || done == n)
    g_printerr ("\r%u / %u%s", done, n, done == n ? "\n" : "");
}

static void
print_json (const NegDemoCounts *counts, const char *folder)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "patients", counts->n_patients);
  neg_json_add_int (builder, "studies", counts->n_studies);
  neg_json_add_int (builder, "series", counts->n_series);
  neg_json_add_int (builder, "instances", counts->n_instances);
  neg_json_add_int (builder, "bytes", (gint64) counts->bytes);
  neg_json_add_string (builder, "folder", folder);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

int
neg_command_demo (int argc, char **argv)
{
  g_autofree char *home = NULL;
  g_autofree char *folder = NULL;
  g_auto (GStrv) rest = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  int n_patients = 0;
  NegDemoCounts counts;
  const GOptionEntry entries[] = {
    { "home", 0, 0, G_OPTION_ARG_FILENAME, &home, N_ ("fill DIR"), N_ ("DIR") },
    { "patients", 0, 0, G_OPTION_ARG_INT, &n_patients, N_ ("only the first N patients"), N_ ("N") },
    { NULL },
  };

  if (!neg_command_parse (&argc, &argv, entries, NULL,
                          _ ("Fills DIR with a fictitious department: patients and studies with priors, made by the "
                             "program itself. What is there already is left alone."),
                          0, &rest, &json))
    return NEG_EXIT_USAGE;
  if (home == NULL || *home == '\0')
    return neg_command_usage (_ ("--home DIR is missing: where to put the demo"));
  if (n_patients < 0 || rest[0] != NULL)
    return neg_command_usage (_ ("only --home, --patients and --json; see --help"));
  folder = g_build_filename (home, FOLDER, NULL);
  if (!neg_demo_fill (folder, n_patients, isatty (STDERR_FILENO) ? progress_cb : NULL, NULL, &counts, &error))
    return neg_command_fail (folder, error);
  if (json)
    print_json (&counts, folder);
  else
    g_print (_ ("%u patients, %u studies, %u series, %u images: %s\n"), counts.n_patients, counts.n_studies,
             counts.n_series, counts.n_instances, folder);
  return NEG_EXIT_DONE;
}
