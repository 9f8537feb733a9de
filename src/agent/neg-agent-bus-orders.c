#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-hl7-intake.h"
#include "agent/neg-hl7-send.h"
#include "base/neg-error.h"
#include "hl7/neg-hl7-batch.h"
#include "hl7/neg-hl7-message.h"
#include "store/neg-orders.h"

/* The methods by which a person settles what messages left open, and sends one. Each change and its audit are one
 * transaction. */

typedef struct {
  const char *user;
  gint64 first, second; /* as the method's arguments */
  gint64 link;
} Settling;

static gboolean
audit (NegDatabase *database, const Settling *settling, NegAuditEvent event, gint64 entry, const char *detail,
       GError **error)
{
  g_autoptr (NegEntry) found = entry != 0 ? neg_entries_find (database, entry, error) : NULL;

  if (entry != 0 && found == NULL)
    return FALSE;
  return neg_audit_append_within (database,
                                  &(NegAuditEntry) { .event = event,
                                                     .user = settling->user,
                                                     .study_uid = found != NULL ? found->study_uid : NULL,
                                                     .patient_id = found != NULL ? found->patient_id : NULL,
                                                     .issuer = found != NULL ? found->issuer : NULL,
                                                     .detail = detail },
                                  error);
}

static gboolean
match_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Settling *settling = data;
  g_autofree char *detail = g_strdup_printf ("order %" G_GINT64_FORMAT " matched by hand", settling->first);

  return neg_orders_match (database, settling->first, settling->second, settling->user, error)
         && audit (database, settling, NEG_AUDIT_ORDER_RECORD, settling->second, detail, error);
}

static gboolean
unmatch_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Settling *settling = data;
  g_autofree char *detail = g_strdup_printf ("order %" G_GINT64_FORMAT ": match undone", settling->first);

  return neg_orders_unmatch (database, settling->first, settling->user, error)
         && audit (database, settling, NEG_AUDIT_ORDER_RECORD, 0, detail, error);
}

static gboolean
match_report_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Settling *settling = data;
  g_autofree char *detail = g_strdup_printf ("report %" G_GINT64_FORMAT " matched by hand", settling->first);

  return neg_reports_match (database, settling->first, settling->second, settling->user, error)
         && audit (database, settling, NEG_AUDIT_ORDER_RECORD, settling->second, detail, error);
}

static gboolean
join_cb (NegDatabase *database, gpointer data, GError **error)
{
  Settling *settling = data;
  g_autofree char *detail = NULL;

  if (!neg_patients_join (database, settling->first, settling->second, settling->user, &settling->link, error))
    return FALSE;
  detail = g_strdup_printf ("patients joined by hand, link %" G_GINT64_FORMAT, settling->link);
  return audit (database, settling, NEG_AUDIT_PATIENT_RECORD, settling->second, detail, error);
}

static gboolean
undo_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Settling *settling = data;
  g_autofree char *detail = g_strdup_printf ("joining of patients undone, link %" G_GINT64_FORMAT, settling->first);

  return neg_patients_undo (database, settling->first, settling->user, error)
         && audit (database, settling, NEG_AUDIT_PATIENT_RECORD, 0, detail, error);
}

static gboolean
settle (NegAgent *agent, Settling *settling, NegDatabaseFunc func, GError **error)
{
  settling->user = _neg_agent_get_user (agent);
  if (!neg_archive_write (neg_agent_get_archive (agent), func, settling, error))
    return FALSE;
  neg_agent_announce (agent, NULL);
  neg_agent_follow_patients (agent);
  return TRUE;
}

static GVariant *
match_order (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Settling settling = { 0 };

  g_variant_get (parameters, "(xx)", &settling.first, &settling.second);
  return settle (agent, &settling, match_cb, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
unmatch_order (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Settling settling = { 0 };

  g_variant_get (parameters, "(x)", &settling.first);
  return settle (agent, &settling, unmatch_cb, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
match_report (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Settling settling = { 0 };

  g_variant_get (parameters, "(xx)", &settling.first, &settling.second);
  return settle (agent, &settling, match_report_cb, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
join_patients (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Settling settling = { 0 };

  g_variant_get (parameters, "(xx)", &settling.first, &settling.second);
  return settle (agent, &settling, join_cb, error) ? g_variant_new ("(x)", settling.link) : NULL;
}

static GVariant *
undo_join (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Settling settling = { 0 };

  g_variant_get (parameters, "(x)", &settling.first);
  return settle (agent, &settling, undo_cb, error) ? g_variant_new ("()") : NULL;
}

static GVariant *
send_hl7 (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GVariant) array = g_variant_get_child_value (parameters, 1);
  g_autoptr (GBytes) message = g_variant_get_data_as_bytes (array);
  g_auto (NegHl7Sent) sent = { 0 };
  NegAuditEntry entry = { .event = NEG_AUDIT_TRANSFERRED, .user = _neg_agent_get_user (agent),
                          .detail = "HL7 message sent" };

  g_variant_get_child (parameters, 0, "&s", &entry.peer);
  if (g_bytes_get_size (message) > NEG_HL7_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_USAGE, "message", "a message is longer than 32 MiB");
    return NULL;
  }
  entry.failed = !neg_hl7_send (site, entry.peer, message, cancellable, &sent, error);
  if (!neg_audit_append (neg_agent_get_archive (agent), &entry, entry.failed ? NULL : error) || entry.failed)
    return NULL;
  return g_variant_new ("(sssd)", sent.code, sent.control_id, sent.text, sent.ms);
}

/* Was it taken? *text: why not, of the first. */
static gboolean
is_accepted (GBytes *answer, char **text)
{
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (answer, NULL);
  const guint segment = message != NULL ? neg_hl7_message_find (message, "MSA", 0) : NEG_HL7_NO_SEGMENT;
  g_autofree char *code
      = segment != NEG_HL7_NO_SEGMENT ? neg_hl7_message_dup_text (message, (NegHl7Path) { .segment = segment, .field = 1 }) : NULL;

  if (g_strcmp0 (code, "AA") == 0 || g_strcmp0 (code, "CA") == 0)
    return TRUE;
  if (*text == NULL && segment != NEG_HL7_NO_SEGMENT)
    *text = neg_hl7_message_dup_text (message, (NegHl7Path) { .segment = segment, .field = 3 });
  return FALSE;
}

static GVariant *
take_hl7 (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) array = g_variant_get_child_value (parameters, 0);
  g_autoptr (GBytes) body = g_variant_get_data_as_bytes (array);
  g_autoptr (NegHl7Batch) batch = NULL;
  g_autofree char *text = NULL;
  guint n_accepted = 0, n_refused = 0;

  if (g_bytes_get_size (body) > NEG_HL7_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_USAGE, "messages", "the messages are longer than 32 MiB");
    return NULL;
  }
  batch = neg_hl7_batch_split (body, error);
  for (guint i = 0; batch != NULL && i < batch->messages->len; i++) {
    g_autoptr (GPtrArray) answers = neg_hl7_intake_take (agent, batch->messages->pdata[i], "file", cancellable, error);

    if (answers == NULL)
      return NULL;
    if (answers->len == 0 || is_accepted (answers->pdata[answers->len - 1], &text))
      n_accepted++;
    else
      n_refused++;
  }
  return batch != NULL ? g_variant_new ("(uus)", n_accepted, n_refused, text != NULL ? text : "") : NULL;
}

const NegAgentMethod _neg_agent_orders_methods[] = {
  { "MatchOrder", match_order, FALSE },     { "UnmatchOrder", unmatch_order, FALSE },
  { "JoinPatients", join_patients, FALSE }, { "UndoJoin", undo_join, FALSE },
  { "MatchReport", match_report, FALSE },   { "SendHl7", send_hl7, FALSE },
  { "TakeHl7", take_hl7, FALSE },
  { NULL, NULL, FALSE },
};
