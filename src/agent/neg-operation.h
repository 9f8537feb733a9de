/* What can be asked of a peer, each one blocking call on a thread of the caller's own: connect, an engine for the
 * association, the exchange, the end. Each one audits itself. Nothing here retries: that is the queue's.
 *
 * Errors name the layer: NOT_FOUND (the name does not resolve), REFUSED (the port, or the association with its reason in
 * words), TIMEOUT, ABORTED, TLS, AUTH, PROTOCOL, ENGINE_DIED, CANCELLED; "where" is the peer's name.
 * Thread: any but the main one. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

/* What came, and what is known of how much there is; called on the operation's thread, often: cheap. */
typedef struct {
  guint objects; /* 0: unknown */
  guint done, failed;
  guint64 bytes;
} NegTransferProgress;

typedef void (*NegTransferFunc) (const NegTransferProgress *progress, gpointer user_data);

typedef struct {
  NegTransferProgress progress;
  GPtrArray *objects; /* NegJobObject of what failed, and (sending) of what is done */
} NegTransfer;

void neg_transfer_init (NegTransfer *transfer);
void neg_transfer_clear (NegTransfer *transfer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegTransfer, neg_transfer_clear)

gboolean neg_operation_echo (NegAgent *agent, const NegPeer *peer, GCancellable *cancellable, double *ms,
                             GError **error);

/* @level: patient study series image worklist. Rows: GPtrArray of GHashTable path → value, given. At most @limit, then
 * C-CANCEL; *cut_reason (given) says why the answer is not complete, NULL when it is. Web peers too. */
GPtrArray *neg_operation_query (NegAgent *agent, const NegPeer *peer, const char *level, GHashTable *keys, guint limit,
                                GCancellable *cancellable, char **cut_reason, GError **error);

/* Everything of the study (or series) that the peer has, into the archive, in class CACHE. By C-GET, C-MOVE or WADO-RS as
 * the peer says. TRUE: the peer says that all is sent AND all that it said it has is here. What failed is in @transfer, also
 * when FALSE. */
gboolean neg_operation_retrieve (NegAgent *agent, const NegPeer *peer, const char *study_uid, const char *series_uid,
                                 NegTransferFunc func, gpointer user_data, GCancellable *cancellable,
                                 NegTransfer *transfer, GError **error);

/* One object to send: where its file is, and what it is. */
typedef struct {
  char *path;
  char *sop_class_uid, *sop_instance_uid, *transfer_syntax_uid;
  guint64 dataset_offset;
  char *study_uid, *patient_id, *issuer; /* for the audit; nullable */
} NegOutgoingObject;

void neg_outgoing_object_free (NegOutgoingObject *object);

/* By C-STORE or STOW-RS. TRUE: every one was answered with success or a warning. */
gboolean neg_operation_send (NegAgent *agent, const NegPeer *peer, GPtrArray *objects, NegTransferFunc func,
                             gpointer user_data, GCancellable *cancellable, NegTransfer *transfer, GError **error);

/* Storage commitment: N-ACTION, then up to @wait_s for the answer on this association or on one of the peer's own. */
typedef struct {
  char *transaction_uid;
  guint n_committed, n_pending;
  GPtrArray *failed; /* NegJobObject */
} NegCommitment;

void neg_commitment_clear (NegCommitment *commitment);
/* @transaction_uid nullable: a new one. */
gboolean neg_operation_commit (NegAgent *agent, const NegPeer *peer, GPtrArray *objects, const char *transaction_uid, guint wait_s,
                               GCancellable *cancellable, NegCommitment *commitment, GError **error);
/* What arrived for a transaction, on whatever association of @peer ("": nobody known): for who waits, and for the delivery that asked,
 * be it yesterday. @committed and @failed as in NEG_NET_EVENT. FALSE: nobody knows that transaction, or it could not be kept. */
gboolean neg_commitments_deliver (NegAgent *agent, const char *peer, const char *transaction_uid, GVariant *committed,
                                  GVariant *failed);

typedef struct {
  char *step; /* "name", "port", "tls", "association", "echo", "query", "worklist", "web" */
  gboolean ok;
  double ms;
  char *message, *advice; /* sentences; advice "" when ok */
} NegDiagnosisStep;

void neg_diagnosis_step_free (NegDiagnosisStep *step);
typedef void (*NegDiagnosisFunc) (const NegPeer *peer, const NegDiagnosisStep *step, gpointer user_data);
/* Never fails as such: the first layer that does is the last step. @func (nullable) hears of each when it is done.
 * NegDiagnosisStep, given with its free function. */
GPtrArray *neg_operation_diagnose (NegAgent *agent, const NegPeer *peer, NegDiagnosisFunc func, gpointer user_data,
                                   GCancellable *cancellable);

/* A connected, blocking TCP socket with TCP_NODELAY, or -1: resolves and tries every address within @timeout_ms. */
int neg_peer_connect (const NegPeer *peer, guint timeout_ms, GCancellable *cancellable, GError **error);

G_END_DECLS
