#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "base/neg-error.h"
#include "commands/neg-commands-agent.h"

static void
print_echo (const char *peer, double ms, const GError *error, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!json) {
    if (error == NULL)
      g_print ("%s: %.1f ms\n", peer, ms);
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "peer", peer);
  neg_json_add_boolean (builder, "ok", error == NULL);
  neg_json_add_double (builder, "ms", error == NULL ? ms : NAN);
  if (error != NULL)
    neg_json_add_error (builder, error);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static gboolean
echo (const NegCommandPlace *place, const char *peer, double *ms, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  GError *failure = NULL;

  if (!neg_command_agent_open (&agent, place, error))
    return FALSE;
  return neg_bus_agent_call_echo_sync (neg_command_agent_get_proxy (&agent), peer, ms, NULL, &failure)
         || neg_command_agent_fail (failure, error);
}

int
neg_command_echo (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  double ms = 0;

  if (!neg_command_parse_place (&argc, &argv, NULL, _ ("PEER"),
                                _ ("Asks PEER of the site file whether it answers (C-ECHO, or a request to a web archive)."),
                                0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (g_strv_length (words) != 1)
    return neg_command_usage (_ ("one PEER is needed; see --help"));
  echo (&place, words[0], &ms, &error);
  print_echo (words[0], ms, error, json);
  return error == NULL ? NEG_EXIT_DONE : neg_command_fail (words[0], error);
}

static gboolean
print_steps (GVariant *steps, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *step, *message, *advice;
  gboolean ok, all_ok = TRUE;
  GVariantIter iter;
  double ms;

  json_builder_begin_array (builder);
  g_variant_iter_init (&iter, steps);
  while (g_variant_iter_next (&iter, "(&sbd&s&s)", &step, &ok, &ms, &message, &advice)) {
    all_ok = all_ok && ok;
    json_builder_begin_object (builder);
    neg_json_add_string (builder, "step", step);
    neg_json_add_boolean (builder, "ok", ok);
    neg_json_add_double (builder, "ms", ms);
    neg_json_add_string (builder, "message", message);
    neg_json_add_string (builder, "advice", advice);
    json_builder_end_object (builder);
    if (!json)
      g_print ("%-12s %-7s %8.1f ms  %s\n%s%s%s", step, ok ? _ ("ok") : _ ("FAILED"), ms, message,
               *advice != '\0' ? "             " : "", advice, *advice != '\0' ? "\n" : "");
  }
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  return all_ok;
}

static GVariant *
diagnose (const NegCommandPlace *place, const char *peer, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  GVariant *steps = NULL;
  GError *failure = NULL;

  if (!neg_command_agent_open (&agent, place, error))
    return NULL;
  if (!neg_bus_agent_call_diagnose_sync (neg_command_agent_get_proxy (&agent), peer, &steps, NULL, &failure))
    neg_command_agent_fail (failure, error);
  return steps;
}

int
neg_command_diagnose (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) steps = NULL;
  gboolean json = FALSE;

  if (!neg_command_parse_place (&argc, &argv, NULL, _ ("PEER"),
                                _ ("Tries PEER layer by layer, as far as it gets: name, port, TLS, association, echo, "
                                   "query. Says what failed and what to try next."),
                                0, &words, &json, &place))
    return NEG_EXIT_USAGE;
  if (g_strv_length (words) != 1)
    return neg_command_usage (_ ("one PEER is needed; see --help"));
  steps = diagnose (&place, words[0], &error);
  if (steps == NULL)
    return neg_command_fail (words[0], error);
  if (print_steps (steps, json))
    return NEG_EXIT_DONE;
  g_printerr ("negatoscope: %s: %s\n", words[0], _ ("does not work"));
  return NEG_EXIT_FAILED;
}
