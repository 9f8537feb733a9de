#include "config.h"

#include "agent/neg-agent-deliveries.h"
#include "agent/neg-operation-private.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"

/* The answer may come on the association that asked, while it is open, or on one of the peer's own (PS3.4 J.3.3). */
#define SAME_ASSOCIATION_MS 5000
#define TICK_MS 100

typedef struct {
  NegAgent *agent;
  const NegPeer *peer;
  GCancellable *cancellable;
  const char *transaction_uid;
  gint64 deadline_us;
  GVariant *committed, *failed; /* once the answer is there */
} Commit;

void
neg_commitment_clear (NegCommitment *commitment)
{
  g_clear_pointer (&commitment->transaction_uid, g_free);
  g_clear_pointer (&commitment->failed, g_ptr_array_unref);
}

gboolean
neg_commitments_deliver (NegAgent *agent, const char *peer, const char *transaction_uid, GVariant *committed,
                         GVariant *failed)
{
  const gboolean is_kept = neg_agent_deliveries_take_answer (agent, peer, transaction_uid, committed, failed);

  return neg_expected_answer (neg_agent_get_expected (agent), transaction_uid, committed, failed) || is_kept;
}

/* --- asking --- */

static GVariant *
make_references (GPtrArray *objects)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < objects->len; i++) {
    const NegOutgoingObject *object = g_ptr_array_index (objects, i);

    g_variant_builder_add (&builder, "(ss)", object->sop_class_uid, object->sop_instance_uid);
  }
  return g_variant_builder_end (&builder);
}

static gboolean
take_event (Commit *commit, NegAssociation *association, GVariant *body, GError **error)
{
  g_autoptr (GVariant) committed = NULL;
  g_autoptr (GVariant) failed = NULL;
  const char *uid;
  gboolean is_known;

  g_variant_get (body, "(&s@a(ss)@a(ssu))", &uid, &committed, &failed);
  is_known = neg_commitments_deliver (commit->agent, commit->peer->name, uid, committed, failed);
  return _neg_association_send (association, NEG_NET_STATUS,
                                g_variant_new ("(uus)", 0, is_known ? 0 : 0x0110, ""), error);
}

static gboolean
check_response (Commit *commit, GVariant *body, GError **error)
{
  g_autofree const char **comments = NULL;
  g_autofree char *words = NULL;
  guint32 number, status;

  g_variant_get (body, "(uu^a&s)", &number, &status, &comments);
  if (!NEG_RESPONSE_FAILED (status))
    return TRUE;
  words = _neg_status_describe (status, comments[0]);
  return neg_fail (error, _neg_status_get_code (status), commit->peer->name, "%s", words);
}

static gboolean
ask (Commit *commit, NegAssociation *association, GPtrArray *objects, GError **error)
{
  g_auto (NegNetMessage) message = { 0 };

  if (!_neg_association_send (association, NEG_NET_ACTION,
                              g_variant_new ("(s@a(ss))", commit->transaction_uid, make_references (objects)), error))
    return FALSE;
  for (;;) {
    if (!_neg_association_receive (association, &message, error))
      return FALSE;
    if (message.type == NEG_NET_EVENT && !take_event (commit, association, message.body, error))
      return FALSE;
    if (message.type == NEG_NET_DONE)
      return check_response (commit, message.body, error);
  }
}

/* --- the answer --- */

static gboolean
has_answer (Commit *commit, guint timeout_ms)
{
  return commit->committed != NULL
         || neg_expected_wait_for_answer (neg_agent_get_expected (commit->agent), commit->transaction_uid, timeout_ms,
                                          &commit->committed, &commit->failed);
}

/* That the peer ends the association before it has answered is its right. */
static void
listen_on (Commit *commit, NegAssociation *association)
{
  const gint64 until_us = MIN (commit->deadline_us, g_get_monotonic_time () + SAME_ASSOCIATION_MS * 1000);

  while (!has_answer (commit, 0) && g_get_monotonic_time () < until_us) {
    g_auto (NegNetMessage) message = { 0 };
    g_autoptr (GError) failure = NULL;

    if (neg_net_session_receive (association->session, TICK_MS, commit->cancellable, &message, &failure)) {
      if (message.type == NEG_NET_END
          || (message.type == NEG_NET_EVENT && !take_event (commit, association, message.body, NULL)))
        return;
    } else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_TIMEOUT)) {
      return;
    }
  }
  _neg_association_finish (association, NULL);
}

static gboolean
exchange (Commit *commit, GPtrArray *objects, GError **error)
{
  g_auto (NegAssociation) association = { 0 };

  if (!_neg_association_open (&association, commit->agent, commit->peer, "commit", NULL, commit->cancellable, error)
      || !ask (commit, &association, objects, error))
    return FALSE;
  listen_on (commit, &association);
  while (!has_answer (commit, TICK_MS) && g_get_monotonic_time () < commit->deadline_us)
    if (g_cancellable_is_cancelled (commit->cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, commit->peer->name, "cancelled");
  return TRUE;
}

static void
add_failure (GPtrArray *failures, const char *sop_uid, guint status)
{
  NegJobObject *failure = g_new0 (NegJobObject, 1);

  failure->sop_uid = g_strdup (sop_uid);
  failure->failed = TRUE;
  failure->status = status;
  failure->message = _neg_status_describe (status, NULL);
  g_ptr_array_add (failures, failure);
}

/* Only what was asked counts, each once, and a failure more than a success. */
static void
read_answer (Commit *commit, GPtrArray *objects, NegCommitment *result)
{
  g_autoptr (GHashTable) open = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *sop_class, *sop_uid;
  guint32 reason;

  for (guint i = 0; i < objects->len; i++)
    g_hash_table_add (open, ((NegOutgoingObject *) g_ptr_array_index (objects, i))->sop_instance_uid);
  if (commit->committed != NULL) {
    g_variant_iter_init (&iter, commit->failed);
    while (g_variant_iter_next (&iter, "(&s&su)", &sop_class, &sop_uid, &reason))
      if (g_hash_table_remove (open, sop_uid))
        add_failure (result->failed, sop_uid, reason);
    g_variant_iter_init (&iter, commit->committed);
    while (g_variant_iter_next (&iter, "(&s&s)", &sop_class, &sop_uid))
      result->n_committed += g_hash_table_remove (open, sop_uid) ? 1 : 0;
  }
  result->n_pending = g_hash_table_size (open);
}

gboolean
neg_operation_commit (NegAgent *agent, const NegPeer *peer, GPtrArray *objects, const char *transaction_uid, guint wait_s,
                      GCancellable *cancellable, NegCommitment *commitment, GError **error)
{
  NegExpected *expected = neg_agent_get_expected (agent);
  g_autofree char *uid = transaction_uid != NULL ? g_strdup (transaction_uid) : neg_uid_new ();
  Commit commit = {
    .agent = agent,
    .peer = peer,
    .cancellable = cancellable,
    .transaction_uid = uid,
    .deadline_us = g_get_monotonic_time () + wait_s * G_USEC_PER_SEC,
  };
  gboolean is_asked;

  *commitment = (NegCommitment) {
    .transaction_uid = g_strdup (uid),
    .failed = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_job_object_free),
  };
  if (peer->kind == NEG_PEER_WEB)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, peer->name, "storage commitment is not asked over DICOMweb");
  neg_expected_begin_transaction (expected, uid);
  is_asked = exchange (&commit, objects, error);
  neg_expected_end_transaction (expected, uid);
  read_answer (&commit, objects, commitment);
  g_clear_pointer (&commit.committed, g_variant_unref);
  g_clear_pointer (&commit.failed, g_variant_unref);
  return _neg_operation_audit_objects (agent, peer, NEG_AUDIT_TRANSFERRED, !is_asked, objects, commitment->failed,
                                       commitment->n_pending > 0 ? "storage commitment, not all answered:"
                                                                 : "storage commitment:",
                                       is_asked ? error : NULL)
         && is_asked;
}
