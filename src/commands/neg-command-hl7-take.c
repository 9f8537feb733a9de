/* `hl7 take`: messages out of a file, into the archive of a home. */
#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "commands/neg-command-hl7-private.h"

#define TIMEOUT_MS 600000

gboolean
neg_command_hl7_take_bytes (const NegCommandPlace *place, GBytes *messages, guint *n_accepted, guint *n_refused, char **text,
                            GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (GVariant) answer = NULL;
  GError *failure = NULL;

  if (!neg_command_agent_open (&agent, place, error))
    return FALSE;
  answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (neg_command_agent_get_proxy (&agent)), "TakeHl7",
                                   g_variant_new ("(@ay)", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, messages, TRUE)),
                                   G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL, &failure);
  if (answer == NULL)
    return neg_command_agent_fail (failure, error);
  g_variant_get (answer, "(uus)", n_accepted, n_refused, text);
  return TRUE;
}

static void
print_json (guint n_accepted, guint n_refused, const char *text)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "accepted", n_accepted);
  neg_json_add_int (builder, "refused", n_refused);
  neg_json_add_string (builder, "text", text);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

int
neg_command_hl7_take (const NegCommandPlace *place, const char *path, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) messages = NULL;
  g_autofree char *data = NULL, *text = NULL;
  guint n_accepted, n_refused;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, &error))
    return neg_command_fail (path, error);
  messages = g_bytes_new_take (g_steal_pointer (&data), length);
  if (!neg_command_hl7_take_bytes (place, messages, &n_accepted, &n_refused, &text, &error))
    return neg_command_fail (path, error);
  if (json)
    print_json (n_accepted, n_refused, text);
  else
    g_print (_ ("%u accepted, %u refused\n"), n_accepted, n_refused);
  if (n_refused == 0)
    return NEG_EXIT_DONE;
  neg_fail (&error, NEG_ERROR_REFUSED, path, "%s", text);
  return neg_command_fail (path, error);
}
