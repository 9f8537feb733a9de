/* `hl7 send`: the agent has the socket, one message after the other. */
#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "commands/neg-command-hl7-private.h"
#include "hl7/neg-hl7-batch.h"

#define TIMEOUT_MS 60000

typedef struct {
  const char *address;
  gboolean json;
} Run;

static void
print_answer (const Run *run, const char *ack, const char *control_id, const char *text, double ms)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!run->json) {
    g_print ("%s %s %s(%.0f ms)\n", ack, control_id, *text != '\0' ? text : "", ms);
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "ack", ack);
  neg_json_add_string (builder, "control_id", control_id);
  neg_json_add_string (builder, "text", text);
  neg_json_add_double (builder, "ms", ms);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

/* *accepted: the receiver has it for good (AA or CA). */
static gboolean
send_one (const NegCommandAgent *agent, const Run *run, GBytes *message, gboolean *accepted, GError **error)
{
  GVariant *bytes = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, message, TRUE);
  GError *failure = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_proxy_call_sync (G_DBUS_PROXY (neg_command_agent_get_proxy (agent)), "SendHl7",
                                g_variant_new ("(s@ay)", run->address, bytes), G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS,
                                NULL, &failure);
  const char *ack, *control_id, *text;
  double ms;

  if (answer == NULL)
    return neg_command_agent_fail (failure, error);
  g_variant_get (answer, "(&s&s&sd)", &ack, &control_id, &text, &ms);
  print_answer (run, ack, control_id, text, ms);
  *accepted = g_str_equal (ack, "AA") || g_str_equal (ack, "CA");
  return TRUE;
}

/* Stops at the first that is not accepted: those behind it may rest on it. */
static gboolean
send_all (const NegCommandPlace *place, const Run *run, GBytes *body, gboolean *accepted, GError **error)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, error);

  *accepted = TRUE;
  if (batch == NULL || !neg_command_agent_open (&agent, place, error))
    return FALSE;
  for (guint i = 0; i < batch->messages->len && *accepted; i++)
    if (!send_one (&agent, run, g_ptr_array_index (batch->messages, i), accepted, error))
      return FALSE;
  return TRUE;
}

int
neg_command_hl7_send (const NegCommandPlace *place, const char *address, const char *path, gboolean json)
{
  const Run run = { address, json };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *data = NULL;
  gboolean accepted = FALSE;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, &error))
    return neg_command_fail (path, error);
  body = g_bytes_new_take (g_steal_pointer (&data), length);
  if (!send_all (place, &run, body, &accepted, &error))
    return neg_command_fail (address, error);
  return accepted ? NEG_EXIT_DONE : NEG_EXIT_FAILED;
}
