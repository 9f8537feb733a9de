#include "config.h"

#include "agent/neg-hl7-intake.h"

#include <string.h>

#include "agent/neg-hl7-answer.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "hl7/neg-hl7-batch.h"
#include "store/neg-messages.h"
#include "store/neg-orders.h"
#include "worklist/neg-hl7-map.h"

#define HEADER_BYTES_MAX 4096
#define NAMED_BYTES_MAX 100 /* of a field in a line of the log */

/* One message on its way. */
typedef struct {
  NegAgent *agent;
  const NegSite *site;
  const char *source;
  NegHl7Message *message;
  NegMessageIn in;  /* its texts are the next ones */
  char *application, *facility, *control_id, *time, *type;
  GPtrArray *said;  /* NegSaid; NULL: refused */
  NegHl7Refusal refusal;
  GBytes *answer;   /* as neg-hl7-answer.h joins them */
  gint64 same;      /* the message before that this one is; 0: none */
  gboolean is_control_id_reused;
} Taking;

/* --- words --- */

/* What a peer wrote, in a line of ours. */
static void
append_named (GString *line, const char *label, const char *text)
{
  g_string_append_printf (line, " %s", label);
  for (gsize i = 0; text[i] != '\0' && i < NAMED_BYTES_MAX; i++) {
    const guint8 byte = text[i];

    if (byte < 0x20 || byte > 0x7e || byte == '\\')
      g_string_append_printf (line, "\\x%02X", byte);
    else
      g_string_append_c (line, byte);
  }
}

/* MSH-3, 4, 9 and 10, and nothing else of the message. */
static void
tell (const Taking *taking, const char *what)
{
  g_autoptr (GString) line = g_string_new ("HL7");

  append_named (line, "from", taking->source);
  append_named (line, "MSH-3", taking->application);
  append_named (line, "MSH-4", taking->facility);
  append_named (line, "MSH-9", taking->type);
  append_named (line, "MSH-10", taking->control_id);
  g_message ("%s: %s", line->str, what);
}

/* --- what it is --- */

static char *
dup_field (const NegHl7Message *message, guint field)
{
  char *text = neg_hl7_message_dup_text (message, (NegHl7Path) { .field = field });

  return text != NULL ? text : g_strdup ("");
}

static void
read_header (Taking *taking, GBytes *body)
{
  NegHl7Message *message = taking->message;

  taking->application = dup_field (message, 3);
  taking->facility = dup_field (message, 4);
  taking->time = dup_field (message, 7);
  taking->control_id = dup_field (message, 10);
  taking->type = neg_hl7_message_dup_type (message);
  if (taking->type == NULL)
    taking->type = g_strdup ("");
  taking->in = (NegMessageIn) { .application = taking->application, .facility = taking->facility,
                                .control_id = taking->control_id, .time = taking->time, .type = taking->type,
                                .source = taking->source, .body = body };
}

static void
taking_clear (Taking *taking)
{
  g_clear_pointer (&taking->message, neg_hl7_message_unref);
  g_free (taking->application);
  g_free (taking->facility);
  g_free (taking->control_id);
  g_free (taking->time);
  g_free (taking->type);
  g_clear_pointer (&taking->said, g_ptr_array_unref);
  g_clear_pointer (&taking->answer, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taking, taking_clear)

static void
refuse (Taking *taking, NegHl7Refusal refusal)
{
  g_clear_pointer (&taking->said, g_ptr_array_unref);
  taking->refusal = refusal;
}

static void
map (Taking *taking)
{
  const NegSiteHl7 *hl7 = neg_site_get_hl7 (taking->site);
  const NegHl7MapSettings settings = { .default_issuer = hl7->default_issuer, .processing_id = hl7->processing_id,
                                       .primary_authority = hl7->primary_authority,
                                       .timezone = neg_site_get_timezone (taking->site) };
  const gint64 now_us = g_get_real_time () / G_USEC_PER_SEC * G_USEC_PER_SEC; /* most tell whole seconds */

  taking->said = neg_hl7_map (taking->message, &settings, &taking->refusal);
  /* Nothing happens after it is told here: by a clock that is fast a cancellation by somebody else's clock would be old. */
  for (guint i = 0; taking->said != NULL && i < taking->said->len; i++) {
    NegSaid *said = g_ptr_array_index (taking->said, i);

    said->time_us = MIN (said->time_us, now_us);
  }
}

/* --- what becomes of it --- */

/* Table 0357 for what the store does not do. */
static gboolean
accept_applied (Taking *taking, NegApplied applied)
{
  switch (applied) {
  case NEG_REFUSED_SAME:
    refuse (taking, (NegHl7Refusal) { NEG_HL7_DUPLICATE_KEY, FALSE, "MRG", 1, 1, "a merge of an ID with itself" });
    return FALSE;
  case NEG_REFUSED_CIRCLE:
    refuse (taking, (NegHl7Refusal) { NEG_HL7_DUPLICATE_KEY, FALSE, "MRG", 1, 1,
                                      "a merge into an ID that was itself merged into this one" });
    return FALSE;
  case NEG_REFUSED_NO_ID:
    refuse (taking, (NegHl7Refusal) { NEG_HL7_FIELD_MISSING, FALSE, "PID", 1, 3,
                                      "no patient ID, or no number that an order could be known by" });
    return FALSE;
  case NEG_REFUSED_PATIENT:
    refuse (taking, (NegHl7Refusal) { NEG_HL7_DUPLICATE_KEY, FALSE, "PID", 1, 3,
                                      "the order of this number is another patient's" });
    return FALSE;
  default:
    return TRUE;
  }
}

static const char *
get_detail (const NegSaid *said)
{
  switch (said->kind) {
  case NEG_SAID_MERGE:
    return "patient IDs joined";
  case NEG_SAID_ORDER:
    return "order received";
  case NEG_SAID_REPORT:
    return "report received";
  default:
    return "patient's data received";
  }
}

static gboolean
audit (NegDatabase *database, const Taking *taking, const NegSaid *said, gint64 id, GError **error)
{
  const gboolean is_of_patient = said->kind == NEG_SAID_MERGE || said->kind == NEG_SAID_PATIENT;
  const NegSaidId *who = said->patient.ids->len > 0 ? g_ptr_array_index (said->patient.ids, 0) : NULL;
  const NegSaidMerge *merge = said->merges->len > 0 ? g_ptr_array_index (said->merges, 0) : NULL;
  g_autofree char *detail = g_strdup_printf ("%s, message %" G_GINT64_FORMAT, get_detail (said), id);

  if (who == NULL && merge != NULL)
    who = &merge->survivor;
  return neg_audit_append_within (
      database,
      &(NegAuditEntry) { .event = is_of_patient ? NEG_AUDIT_PATIENT_RECORD : NEG_AUDIT_ORDER_RECORD,
                         .peer = taking->source,
                         .patient_id = who != NULL ? who->id : NULL,
                         .issuer = who != NULL ? who->issuer : NULL,
                         .detail = detail },
      error);
}

/* FALSE with *refused: all of the transaction has to be undone. */
static gboolean
apply (NegDatabase *database, Taking *taking, gint64 id, NegMessageOutcome *outcome, gboolean *refused, GError **error)
{
  *outcome = NEG_MESSAGE_IGNORED;
  for (guint i = 0; i < taking->said->len; i++) {
    const NegSaid *said = g_ptr_array_index (taking->said, i);
    NegApplied applied = NEG_APPLIED;

    if (!neg_orders_apply (database, said, id, &applied, error))
      return FALSE;
    *refused = !accept_applied (taking, applied);
    if (*refused)
      return neg_fail (error, NEG_ERROR_CONFLICT, "hl7", "refused");
    if (applied == NEG_APPLIED_UNMATCHED)
      *outcome = NEG_MESSAGE_UNMATCHED;
    else if (applied == NEG_APPLIED && *outcome != NEG_MESSAGE_UNMATCHED)
      *outcome = NEG_MESSAGE_APPLIED;
    if (!audit (database, taking, said, id, error))
      return FALSE;
  }
  return TRUE;
}

typedef struct {
  Taking *taking;
  gboolean refused; /* by the store: to be told instead, in a transaction that applies nothing */
} Commit;

static gboolean
take_cb (NegDatabase *database, gpointer data, GError **error)
{
  Commit *commit = data;
  Taking *taking = commit->taking;
  NegMessageOutcome outcome = NEG_MESSAGE_REFUSED;
  gint64 id;

  commit->refused = FALSE;
  g_clear_pointer (&taking->answer, g_bytes_unref);
  if (!neg_messages_find_same (database, &taking->in, &taking->same, &taking->answer, &taking->is_control_id_reused,
                               error))
    return FALSE;
  if (taking->same != 0 && taking->answer != NULL)
    return TRUE;
  id = taking->same;
  taking->same = 0;
  if ((id == 0 && !neg_messages_add (database, &taking->in, &id, error))
      || (taking->said != NULL && !apply (database, taking, id, &outcome, &commit->refused, error)))
    return FALSE;
  taking->answer = neg_hl7_answer_write (taking->message, taking->said == NULL ? &taking->refusal : NULL,
                                         neg_site_get_timezone (taking->site));
  if (!neg_messages_set_answer (database, id, outcome, taking->said == NULL ? taking->refusal.text : NULL,
                                taking->answer, error))
    return FALSE;
  neg_fault_point ("hl7-before-commit");
  return TRUE;
}

/* What would fail the next time, too, is refused: a sender that gets no answer sends it again for ever, and nothing
 * behind it. */
static gboolean
is_of_content (const GError *error)
{
  return g_error_matches (error, NEG_ERROR, NEG_ERROR_USAGE) || g_error_matches (error, NEG_ERROR, NEG_ERROR_INCONSISTENT)
         || g_error_matches (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW)
         || g_error_matches (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

static gboolean
commit_taking (Taking *taking, GError **error)
{
  NegArchive *archive = neg_agent_get_archive (taking->agent);
  Commit commit = { .taking = taking };
  g_autoptr (GError) failure = NULL;

  if (neg_archive_write (archive, take_cb, &commit, &failure))
    return TRUE;
  if (!commit.refused && taking->said != NULL && is_of_content (failure)) {
    tell (taking, failure->message);
    refuse (taking, (NegHl7Refusal) { NEG_HL7_INTERNAL, FALSE, NULL, 0, 0, "what the message says cannot be kept" });
    commit.refused = TRUE;
  }
  if (commit.refused)
    return neg_archive_write (archive, take_cb, &commit, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
announce (const Taking *taking)
{
  const NegSaid *first = taking->said != NULL && taking->said->len > 0 ? g_ptr_array_index (taking->said, 0) : NULL;

  if (taking->same != 0 || first == NULL)
    return;
  neg_agent_announce (taking->agent, NULL);
  if (first->kind == NEG_SAID_MERGE || first->kind == NEG_SAID_PATIENT)
    neg_agent_follow_patients (taking->agent);
}

static void
tell_result (const Taking *taking)
{
  if (taking->same != 0)
    tell (taking, "the same as before, answered as before");
  else if (taking->is_control_id_reused)
    tell (taking, "a control ID that another message has had");
  if (taking->same == 0 && taking->said == NULL)
    tell (taking, taking->refusal.text);
}

/* --- bodies --- */

/* An acknowledgement of one of ours: whoever answers to it may be answered to without end. */
static gboolean
is_acknowledgement (const char *type)
{
  return g_str_equal (type, "ACK") || g_str_has_prefix (type, "ACK^") || g_str_has_prefix (type, "MCF");
}

static void
add_answers (GPtrArray *answers, GBytes *joined)
{
  g_autoptr (GPtrArray) parts = neg_hl7_answer_split (joined);

  g_ptr_array_extend_and_steal (answers, g_steal_pointer (&parts));
}

/* What is no message has nothing by which it could be known again: it is answered, and not kept. */
static gboolean
refuse_unread (NegAgent *agent, const char *source, const NegHl7Message *message, const GError *why, GPtrArray *answers,
               GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GBytes) answer = NULL;

  if (g_error_matches (why, NEG_ERROR, NEG_ERROR_MEMORY)) {
    g_propagate_error (error, g_error_copy (why));
    return FALSE;
  }
  g_message ("HL7 from %s: no message: %s", source, why->message);
  answer = neg_hl7_answer_write (message,
                                 &(NegHl7Refusal) { NEG_HL7_SEGMENT_SEQUENCE, TRUE, NULL, 0, 0, why->message },
                                 neg_site_get_timezone (site));
  add_answers (answers, answer);
  return TRUE;
}

static gboolean
take_message (NegAgent *agent, const NegSite *site, GBytes *body, const char *source, GPtrArray *answers,
              GError **error)
{
  g_auto (Taking) taking = { .agent = agent, .site = site, .source = source };
  g_autoptr (GError) unread = NULL;

  taking.message = neg_hl7_message_parse (body, &unread);
  if (taking.message == NULL)
    return refuse_unread (agent, source, NULL, unread, answers, error);
  read_header (&taking, body);
  if (is_acknowledgement (taking.type))
    return TRUE;
  map (&taking);
  neg_fault_point ("hl7-parsed");
  if (!commit_taking (&taking, error))
    return FALSE;
  neg_fault_point ("hl7-committed");
  announce (&taking);
  tell_result (&taking);
  add_answers (answers, taking.answer);
  return TRUE;
}

/* Beside segments without a message each of these may be half of one. */
static gboolean
refuse_all (NegAgent *agent, const NegHl7Batch *batch, const char *source, GPtrArray *answers, GError **error)
{
  for (guint i = 0; i < batch->messages->len; i++) {
    g_autoptr (NegHl7Message) message = neg_hl7_message_parse (g_ptr_array_index (batch->messages, i), NULL);
    g_autoptr (GError) why = NULL;

    neg_fail (&why, NEG_ERROR_INCONSISTENT, NULL, "there are segments outside of any message");
    if (!refuse_unread (agent, source, message, why, answers, error))
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
neg_hl7_intake_take (NegAgent *agent, GBytes *body, const char *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) unread = NULL;
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, &unread);

  if (batch == NULL)
    return refuse_unread (agent, source, NULL, unread, answers, error) ? g_steal_pointer (&answers) : NULL;
  if (batch->n_outside > 0)
    return refuse_all (agent, batch, source, answers, error) ? g_steal_pointer (&answers) : NULL;
  for (guint i = 0; i < batch->messages->len; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !take_message (agent, site, g_ptr_array_index (batch->messages, i), source, answers, error))
      return NULL;
  return g_steal_pointer (&answers);
}

/* Of what came only the header is read: enough to say whose message is meant. */
GBytes *
neg_hl7_intake_refuse_long (NegAgent *agent, const guint8 *data, gsize length)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  const guint8 *end = memchr (data, '\r', MIN (length, HEADER_BYTES_MAX));
  g_autoptr (GBytes) header = g_bytes_new (data, end != NULL ? (gsize) (end - data) : 0);
  g_autoptr (NegHl7Message) message = neg_hl7_message_parse (header, NULL);
  const NegHl7Refusal refusal
      = { NEG_HL7_INTERNAL, TRUE, NULL, 0, 0, "a message longer than the 32 MiB that are taken" };

  return neg_hl7_answer_write (message, &refusal, neg_site_get_timezone (site));
}
