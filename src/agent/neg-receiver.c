#include "config.h"

#include "agent/neg-receiver.h"

#include <unistd.h>

#include "agent/neg-agent-pledges.h"
#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-private.h"
#include "agent/neg-agent-steps.h"
#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

/* PS3.8 9.3.4 */
#define REJECTED_PERMANENT 1
#define REASON_CALLING_AE 3
#define REASON_CALLED_AE 7

/* Of a peer that has an association and says nothing; and from its first byte until it has said what it wants, as it
 * has one of few places meanwhile, whoever it is (PS3.8 9.1.5: ARTIM). */
#define IDLE_S 60
#define SETTLE_MS 5 /* without another object it is looked at what has been committed: somebody waits for that */
#define OPENING_S 15
/* Who has asked us to commit and wants to be told on the same association does not end it at once; who ends it is called. */
#define REPORT_AFTER_US G_USEC_PER_SEC
#define ENGINE_SILENCE_S 30

#define EVENT_UNKNOWN_TRANSACTION 0x0110 /* processing failure (PS3.7 C.5.9) */

typedef struct {
  NegAgent *agent;
  NegCallers *callers;
  const NegIncomingConnection *connection;
  NegSite *site;
  GCancellable *cancellable;
  NegNetSession *session;
  char *calling_ae;
  char *subject; /* of its certificate; "" without */
  const NegPeer *peer; /* of @site; NULL: not known and yet let in */
  GQueue asked;        /* char *: transactions that are to be reported, from report_due_us on */
  gint64 report_due_us;
  char *reported;      /* the one whose answer is waited for; NULL: none */
  gboolean owes;       /* something was asked on this association */
} Receiver;

void
neg_incoming_connection_free (NegIncomingConnection *connection)
{
  if (connection == NULL)
    return;
  close (connection->socket);
  g_free (connection->address);
  g_free (connection);
}

static gboolean
audit_refusal (Receiver *receiver, const char *detail, GError **error)
{
  return neg_refusals_audit (neg_callers_get_refusals (receiver->callers),
                             receiver->calling_ae != NULL ? receiver->calling_ae : "", receiver->connection->address,
                             detail, error);
}

/* --- who it is --- */

/* A site may have given us another name at one of its peers. */
static gboolean
is_our_name (Receiver *receiver, const char *called_ae)
{
  return g_strcmp0 (called_ae, neg_site_get_ae_title (receiver->site)) == 0
         || (receiver->peer != NULL && *receiver->peer->calling_ae != '\0'
             && g_strcmp0 (called_ae, receiver->peer->calling_ae) == 0);
}

/* 0 or the reason of the rejection; *why in words for the audit. */
static guint
judge (Receiver *receiver, const char *called_ae, GCancellable *cancellable, char **why)
{
  const char *address = receiver->connection->address;
  const char *why_not;

  receiver->peer = neg_callers_find (receiver->callers, receiver->site, receiver->calling_ae, address,
                                     receiver->connection->is_tls, cancellable, &why_not);
  if (!is_our_name (receiver, called_ae)) {
    *why = g_strdup_printf ("refused: called us \"%s\", from %s", called_ae, address);
    return REASON_CALLED_AE;
  }
  if (receiver->peer != NULL || (neg_site_get_accept_unknown (receiver->site) && why_not == NULL))
    return 0;
  *why = g_strdup_printf ("refused: %s, from %s", why_not != NULL ? why_not : "an unknown AE title", address);
  return REASON_CALLING_AE;
}

static char *
dup_title (GVariant *opened, const char *name)
{
  const char *title = "";

  g_variant_lookup (opened, name, "&s", &title);
  return g_strstrip (g_strdup (title));
}

static gboolean
give_verdict (Receiver *receiver, GVariant *opened, GCancellable *cancellable, gboolean *is_accepted, GError **error)
{
  g_autofree char *called_ae = dup_title (opened, NEG_NET_CALLED_AE);
  g_autofree char *why = NULL;
  guint reason;

  receiver->calling_ae = dup_title (opened, NEG_NET_CALLING_AE);
  receiver->subject = dup_title (opened, "peer-subject");
  reason = judge (receiver, called_ae, cancellable, &why);
  *is_accepted = reason == 0;
  return (reason == 0 || audit_refusal (receiver, why, error))
         && neg_net_session_send (receiver->session, NEG_NET_VERDICT,
                                  g_variant_new ("(uu)", reason == 0 ? 0 : REJECTED_PERMANENT, reason), NULL, 0,
                                  error);
}

/* --- what it sends --- */

/* What has been committed of what we asked this peer for; @wait: all of it. */
static void
settle (NegReceiveStore *store, gboolean wait)
{
  gboolean goes_on;

  do {
    g_auto (NegReceived) received = { 0 };

    goes_on = neg_receive_store_settle (store, wait, &received);
  } while (goes_on);
}

/* --- what it sends for nobody who waits --- */

typedef struct {
  const Receiver *receiver;
  const char *study_uid;
} Paced;

static gboolean
is_paced (gpointer user_data)
{
  const Paced *paced = user_data;
  const Receiver *receiver = paced->receiver;

  return receiver->peer != NULL && !g_cancellable_is_cancelled (receiver->cancellable)
         && neg_expected_is_paced (neg_agent_get_expected (receiver->agent), paced->study_uid,
                                   receiver->peer->called_ae);
}

static void
pace (const Receiver *receiver, const NegReceived *received)
{
  Paced paced = { receiver, received->study_uid };

  if (is_paced (&paced))
    neg_agent_prefetch_pace (_neg_agent_get_prefetch (receiver->agent), received->bytes, is_paced, &paced);
}

static gboolean
take_object (Receiver *receiver, NegReceiveStore *store, GVariant *body, GError **error)
{
  g_auto (NegReceived) received = { 0 };

  if (!neg_receive_store_take (store, body, &received, error))
    return FALSE;
  if (received.is_pending)
    settle (store, FALSE);
  else if (received.status == NEG_STORE_SUCCESS && receiver->peer != NULL)
    neg_expected_count (neg_agent_get_expected (receiver->agent), received.study_uid,
                        receiver->peer->called_ae, 1, received.bytes);
  pace (receiver, &received);
  return TRUE;
}

static gboolean
take_event (Receiver *receiver, GVariant *body, GError **error)
{
  g_autoptr (GVariant) committed = NULL;
  g_autoptr (GVariant) failed = NULL;
  const char *transaction_uid;
  gboolean is_known;

  g_variant_get (body, "(&s@a(ss)@a(ssu))", &transaction_uid, &committed, &failed);
  is_known = neg_commitments_deliver (receiver->agent, receiver->peer != NULL ? receiver->peer->name : "", transaction_uid,
                                      committed, failed);
  return neg_net_session_send (receiver->session, NEG_NET_STATUS,
                               g_variant_new ("(uus)", 0, is_known ? 0 : EVENT_UNKNOWN_TRANSACTION, ""), NULL, 0,
                               error);
}

static gboolean
take_step (Receiver *receiver, GVariant *body, GError **error)
{
  const char *source = receiver->peer != NULL ? receiver->peer->name : receiver->calling_ae;
  g_autoptr (GVariant) attributes = NULL;
  g_autofree char *instance = NULL;
  const char *uid;
  gboolean is_create;
  guint status;

  g_variant_get (body, "(b&s@a(ss))", &is_create, &uid, &attributes);
  status = neg_agent_steps_take (receiver->agent, source, is_create, uid, attributes, &instance);
  return neg_net_session_send (receiver->session, NEG_NET_STATUS, g_variant_new ("(uus)", 0, status, instance), NULL, 0,
                               error);
}

/* --- what it asks us to commit --- */

static gboolean
take_question (Receiver *receiver, GVariant *body, GError **error)
{
  const char *source = receiver->peer != NULL ? receiver->peer->name : receiver->calling_ae;
  g_autoptr (GVariant) objects = NULL;
  const char *transaction_uid, *step_uid;
  guint status;

  g_variant_get (body, "(&s&s@a(ss))", &transaction_uid, &step_uid, &objects);
  status = neg_agent_pledges_take (receiver->agent, source, receiver->peer != NULL, transaction_uid, step_uid, objects);
  if (status == 0) {
    receiver->owes = TRUE;
    receiver->report_due_us = g_get_monotonic_time () + REPORT_AFTER_US;
    if (g_queue_find_custom (&receiver->asked, transaction_uid, (GCompareFunc) g_strcmp0) == NULL)
      g_queue_push_tail (&receiver->asked, g_strdup (transaction_uid));
  }
  return neg_net_session_send (receiver->session, NEG_NET_STATUS, g_variant_new ("(uus)", 0, status, ""), NULL, 0, error);
}

/* One at a time: until its answer is there the next one waits. */
static gboolean
report_due (Receiver *receiver, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GVariant *answer;

  if (receiver->reported != NULL || g_queue_is_empty (&receiver->asked) || g_get_monotonic_time () < receiver->report_due_us)
    return TRUE;
  receiver->reported = g_queue_pop_head (&receiver->asked);
  answer = neg_agent_pledges_judge (receiver->agent, receiver->reported, &failure);
  if (answer != NULL)
    return neg_net_session_send (receiver->session, NEG_NET_REPORT, answer, NULL, 0, error);
  g_clear_pointer (&receiver->reported, g_free);
  if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) /* it is tried again by a job */
    g_warning ("what is committed cannot be told now: %s", failure->message);
  return TRUE;
}

static gboolean
take_reported (Receiver *receiver, GVariant *body, GError **error)
{
  g_autofree char *transaction_uid = g_steal_pointer (&receiver->reported);
  guint32 number, status;

  g_variant_get (body, "(uuas)", &number, &status, NULL);
  if (transaction_uid == NULL)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer to a report that was not made");
  /* Who does not take it here may take it on an association of ours. */
  return (NEG_RESPONSE_FAILED (status) && receiver->peer != NULL)
         || neg_agent_pledges_note_told (receiver->agent, transaction_uid, status, error);
}

/* The rest is told on an association of our own. */
static void
finish_reports (Receiver *receiver)
{
  g_autoptr (GError) failure = NULL;

  if (receiver->owes && !neg_agent_pledges_resume (receiver->agent, &failure))
    g_warning ("what is committed is told after the next start: %s", failure->message);
  g_clear_pointer (&receiver->reported, g_free);
  g_queue_clear_full (&receiver->asked, g_free);
}

/* --- the next message --- */

static guint
get_wait_ms (const Receiver *receiver, const NegReceiveStore *store, gint64 end_us)
{
  gint64 until_us = end_us;

  if (receiver->reported == NULL && receiver->asked.length > 0)
    until_us = MIN (until_us, receiver->report_due_us);
  if (store->n_pending > 0)
    return SETTLE_MS;
  return (guint) (MAX (until_us - g_get_monotonic_time (), 0) / 1000 + 1);
}

/* While none comes, what has been committed meanwhile is settled, and what is due is reported. */
static gboolean
receive_message (Receiver *receiver, NegReceiveStore *store, GCancellable *cancellable, NegNetMessage *message,
                 GError **error)
{
  const gint64 end_us = g_get_monotonic_time () + (IDLE_S + ENGINE_SILENCE_S) * G_USEC_PER_SEC;

  for (;;) {
    g_autoptr (GError) failure = NULL;

    if (!report_due (receiver, error) || (store->n_pending == 0 && !neg_receive_store_is_heard (store, error)))
      return FALSE;
    if (neg_net_session_receive (receiver->session, get_wait_ms (receiver, store, end_us), cancellable, message, &failure))
      return TRUE;
    if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT)
        || (store->n_pending == 0 && g_get_monotonic_time () >= end_us)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    if (store->n_pending > 0)
      settle (store, FALSE);
  }
}

static gboolean
serve (Receiver *receiver, NegReceiveStore *store, GCancellable *cancellable, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  if (!neg_receive_store_supply (store, error)) {
    /* Who only wanted an echo may have gone by now. */
    if (error == NULL || !g_error_matches (*error, NEG_ERROR, NEG_ERROR_ABORTED))
      return FALSE;
    g_clear_error (error);
    return TRUE;
  }
  for (;;) {
    if (!receive_message (receiver, store, cancellable, &message, error))
      return FALSE;
    if (message.type == NEG_NET_END)
      return TRUE;
    if ((message.type == NEG_NET_PROGRESS && !neg_receive_store_watch (store, error))
        || (message.type == NEG_NET_RECEIVED && !take_object (receiver, store, message.body, error))
        || (message.type == NEG_NET_EVENT && !take_event (receiver, message.body, error))
        || (message.type == NEG_NET_ASKED && !take_question (receiver, message.body, error))
        || (message.type == NEG_NET_DONE && !take_reported (receiver, message.body, error))
        || (message.type == NEG_NET_STEP && !take_step (receiver, message.body, error)))
      return FALSE;
  }
}

/* What was asked for may be evicted, and what was sent to us may not: as long as anything of theirs is asked for, files are
 * made for that, and the store sets right what turns out otherwise. */
static gboolean
receive (Receiver *receiver, GCancellable *cancellable, GError **error)
{
  const gboolean is_expected
      = receiver->peer != NULL
        && neg_expected_has_any (neg_agent_get_expected (receiver->agent), receiver->peer->called_ae);
  NegReceiveStore store;
  gboolean is_over;

  neg_receive_store_init (&store, receiver->agent, receiver->session,
                          receiver->peer != NULL ? receiver->peer->name : receiver->calling_ae,
                          receiver->peer != NULL ? receiver->peer->issuer : "",
                          receiver->peer != NULL ? receiver->peer->accession_issuer : "",
                          is_expected ? NEG_OBJECT_CACHE : NEG_OBJECT_DATA);
  neg_receive_store_set_subject (&store, receiver->subject);
  if (is_expected)
    neg_receive_store_group_moved (&store, receiver->peer->called_ae);
  is_over = serve (receiver, &store, cancellable, error);
  settle (&store, TRUE);
  neg_receive_store_finish (&store);
  return is_over;
}

/* --- the association --- */

static gboolean
add_file (GVariantDict *options, const char *name, const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (*path == '\0')
    return TRUE;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return neg_fail (error, NEG_ERROR_TLS, NULL, "the file %s cannot be read", path);
  g_variant_dict_insert_value (options, name, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1));
  return TRUE;
}

static gboolean
begin (Receiver *receiver, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  const NegSite *site = receiver->site;

  g_variant_dict_insert (&options, NEG_NET_ROLE, "s", "scp");
  g_variant_dict_insert (&options, NEG_NET_CALLED_AE, "s", neg_site_get_ae_title (site));
  g_variant_dict_insert (&options, NEG_NET_TIMEOUT_S, "u", IDLE_S);
  if (receiver->connection->is_tls) {
    g_variant_dict_insert (&options, NEG_NET_TLS, "b", TRUE);
    g_variant_dict_insert (&options, NEG_NET_TLS_NEED_CLIENT, "b", TRUE);
    if (!add_file (&options, NEG_NET_TLS_CA, neg_site_get_tls_ca (site), error)
        || !add_file (&options, NEG_NET_TLS_CERTIFICATE, neg_site_get_tls_certificate (site), error)
        || !add_file (&options, NEG_NET_TLS_KEY, neg_site_get_tls_key (site), error))
      return FALSE;
  }
  return neg_net_session_send (receiver->session, NEG_NET_BEGIN, g_variant_dict_end (&options),
                               &receiver->connection->socket, 1, error);
}

static gboolean
run (Receiver *receiver, GCancellable *cancellable, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };
  gboolean is_accepted;

  receiver->session = neg_net_session_new (neg_agent_get_engines (receiver->agent), error);
  if (receiver->session == NULL || !begin (receiver, error)
      || !neg_net_session_receive (receiver->session, OPENING_S * 1000, cancellable, &message, error))
    return FALSE;
  if (message.type != NEG_NET_OPENED)
    return message.type == NEG_NET_END;
  if (!give_verdict (receiver, message.body, cancellable, &is_accepted, error))
    return FALSE;
  return !is_accepted || receive (receiver, cancellable, error);
}

/* A rejected association is the engine's to end: the peer is to read why. */
static void
await_end (Receiver *receiver)
{
  g_auto (NegNetMessage) message = { 0 };
  const gint64 deadline_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;

  while (message.type != NEG_NET_END && g_get_monotonic_time () < deadline_us
         && neg_net_session_receive (receiver->session, 1000, NULL, &message, NULL))
    ;
}

void
neg_receiver_run (NegAgent *agent, NegCallers *callers, const NegIncomingConnection *connection,
                  GCancellable *cancellable)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  Receiver receiver = { .agent = agent, .callers = callers, .connection = connection, .site = site,
                        .cancellable = cancellable };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unaudited = NULL;

  if (run (&receiver, cancellable, &error))
    await_end (&receiver);
  else if (!g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED))
    g_message ("an association from %s has ended: %s", connection->address, error->message);
  if (error != NULL && connection->is_tls
      && (g_error_matches (error, NEG_ERROR, NEG_ERROR_TLS) || g_error_matches (error, NEG_ERROR, NEG_ERROR_AUTH))
      && !audit_refusal (&receiver, "refused: TLS", &unaudited))
    g_warning ("no audit entry for a refused connection: %s", unaudited->message);
  neg_net_session_free (receiver.session);
  finish_reports (&receiver);
  g_free (receiver.calling_ae);
  g_free (receiver.subject);
}
