/* The agent's end of one network engine: a process of its own for one association, started before it is needed.
 *
 * Blocking, for a thread of its own per association. Thread: one at a time for a session, but neg_net_session_kill()
 * from any. Engines are started by a thread that outlives them (they die with the thread that starts them). */
#pragma once

#include <gio/gio.h>

#include "wire/neg-net-message.h"

G_BEGIN_DECLS

typedef struct _NegNetEngines NegNetEngines;
typedef struct _NegNetSession NegNetSession;

/* Keeps @n_spare engines started. @program as in NegEnginePoolOptions. Ends when the last reference to it is gone. */
NegNetEngines *neg_net_engines_new (const char *program, guint n_spare, GError **error);
void neg_net_engines_free (NegNetEngines *engines); /* sessions may outlive it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegNetEngines, neg_net_engines_free)

/* An engine that has said READY; waits for its start when no spare one is left. ENGINE_DIED, TIMEOUT. */
NegNetSession *neg_net_session_new (NegNetEngines *engines, GError **error);
/* Ends the engine (kills it when it does not end by itself at once) and reaps it. */
void neg_net_session_free (NegNetSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegNetSession, neg_net_session_free)

void neg_net_session_kill (NegNetSession *session); /* whoever waits gets NEG_ERROR_CANCELLED */
int neg_net_session_get_pid (const NegNetSession *session);

/* To one that has ended: the error that it ended with, or ABORTED when the association was over in good order. */
gboolean neg_net_session_send (NegNetSession *session, NegNetMessageType type, GVariant *body, const int *fds,
                               guint n_fds, GError **error);
gboolean neg_net_session_cancel (NegNetSession *session, GError **error); /* CANCEL; any thread */

typedef struct {
  guint16 type;
  GVariant *body; /* of its type */
} NegNetMessage;

void neg_net_message_clear (NegNetMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegNetMessage, neg_net_message_clear)

/* The next message; TIMEOUT after @timeout_ms without one (0: none), CANCELLED when @cancellable (nullable) was
 * cancelled: CANCEL is sent, and NEG_NET_GRACE_MS later the engine is killed. NET_END with an error is that error. */
#define NEG_NET_GRACE_MS 1500
gboolean neg_net_session_receive (NegNetSession *session, guint timeout_ms, GCancellable *cancellable,
                                  NegNetMessage *message, GError **error);

G_END_DECLS
