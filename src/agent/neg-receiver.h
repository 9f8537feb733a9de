/* One association that a peer has opened to us: who it is, what it sends, what it is told.
 * Thread: one of its own for each. */
#pragma once

#include "agent/neg-callers.h"

G_BEGIN_DECLS

typedef struct {
  int socket;    /* owned */
  gboolean is_tls;
  char *address; /* of the peer, numeric */
} NegIncomingConnection;

void neg_incoming_connection_free (NegIncomingConnection *connection);

/* Blocks until the association has ended. */
void neg_receiver_run (NegAgent *agent, NegCallers *callers, const NegIncomingConnection *connection,
                       GCancellable *cancellable);

G_END_DECLS
