#include "config.h"

#include "commands/neg-commands-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"

static const struct {
  const char *name;
  NegCommandFunc run;
  const char *summary;
} commands[] = {
  { "info", neg_command_info, N_ ("what files, folders, DICOMDIRs and ZIPs hold") },
  { "decode", neg_command_decode, N_ ("stored values of a frame, as a hash or a file") },
  { "render", neg_command_render, N_ ("one image as the window draws it, as a PNG") },
  { "measure", neg_command_measure, N_ ("lengths, angles, areas and values on an image") },
  { "demo", neg_command_demo, N_ ("fills a folder with a fictitious department") },
  { "import", neg_command_import, N_ ("copies files into the archive") },
  { "studies", neg_command_studies, N_ ("what is in the archive") },
  { "remove", neg_command_remove, N_ ("deletes a study from the archive") },
  { "orders", neg_command_orders, N_ ("the orders that HL7 messages brought") },
  { "check", neg_command_check, N_ ("what is wrong with studies before they leave") },
  { "correct", neg_command_correct, N_ ("new versions of objects that came wrong, with a trace") },
  { "reject", neg_command_reject, N_ ("images that are to be seen no more, and how many there were") },
  { "worklist", neg_command_worklist, N_ ("the merged reading list") },
  { "echo", neg_command_echo, N_ ("whether a peer answers") },
  { "query", neg_command_query, N_ ("what a peer has") },
  { "worklist-query", neg_command_worklist_query, N_ ("what a modality worklist announces") },
  { "retrieve", neg_command_retrieve, N_ ("fetches a study from a peer") },
  { "send", neg_command_send, N_ ("sends objects to a peer") },
  { "commit", neg_command_commit, N_ ("asks a peer to keep objects for good") },
  { "diagnose", neg_command_diagnose, N_ ("finds out why a peer does not answer") },
  { "hl7", neg_command_hl7, N_ ("shows the messages of an HL7 v2 file, or sends them") },
  { "prefetch", neg_command_prefetch, N_ ("what is fetched before somebody opens a case, and why") },
  { "training", neg_command_training, N_ ("which help was seen, and who has done what is required") },
  { "feedback", neg_command_feedback, N_ ("what people of the site have told, and what was answered") },
  { "bench", neg_command_bench, N_ ("measures this machine: open, decode, mpr, slab, scroll, index") },
};

static NegCommandFunc
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}

gboolean
neg_commands_has (const char *name)
{
  return find_command (name) != NULL;
}

int
neg_commands_run (int argc, char **argv)
{
  NegCommandFunc run = argc > 1 ? find_command (argv[1]) : NULL;

  g_return_val_if_fail (run != NULL, NEG_EXIT_USAGE);

  return run (argc - 1, argv + 1);
}

char *
neg_commands_describe (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "  %-14s %s\n", commands[i].name, _ (commands[i].summary));
  return g_string_free (text, FALSE);
}

static gboolean
has_option (const GOptionEntry *entries, const char *name)
{
  for (; entries != NULL && entries->long_name != NULL; entries++)
    if (strcmp (entries->long_name, name) == 0)
      return TRUE;
  return FALSE;
}

void
neg_command_place_clear (NegCommandPlace *place)
{
  g_clear_pointer (&place->home, g_free);
  g_clear_pointer (&place->config, g_free);
}

gboolean
neg_command_parse (int *argc, char ***argv, const GOptionEntry *entries, const char *parameters, const char *help,
                   guint n_paths_min, char ***paths, gboolean *json)
{
  g_auto (NegCommandPlace) place = { 0 };

  return neg_command_parse_place (argc, argv, entries, parameters, help, n_paths_min, paths, json, &place);
}

gboolean
neg_command_parse_place (int *argc, char ***argv, const GOptionEntry *entries, const char *parameters,
                         const char *help, guint n_paths_min, char ***paths, gboolean *json, NegCommandPlace *place)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry common[] = {
    { "home", 0, 0, G_OPTION_ARG_FILENAME, &place->home, N_ ("keep database, cache and settings under DIR"), N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, json, N_ ("print JSON"), NULL },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &place->config, N_ ("site file"), N_ ("FILE") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autofree char *name = g_strdup_printf ("negatoscope %s", (*argv)[0]);

  g_option_context_set_summary (context, help);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, has_option (entries, "home") ? common + 1 : common, GETTEXT_PACKAGE);
  g_set_prgname (name);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    neg_command_usage ("%s", error->message);
    return FALSE;
  }
  if ((rest ? g_strv_length (rest) : 0) < n_paths_min) {
    neg_command_usage (_ ("what to read is missing; see --help"));
    return FALSE;
  }
  *paths = rest ? g_steal_pointer (&rest) : g_new0 (char *, 1);
  return TRUE;
}

int
neg_command_fail (const char *path, const GError *error)
{
  g_printerr ("negatoscope: %s: %s (%s)\n", path, error->message, neg_error_get_name (error));
  return NEG_EXIT_FAILED;
}

int
neg_command_usage (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("%s: %s\n", g_get_prgname (), message);
  return NEG_EXIT_USAGE;
}
