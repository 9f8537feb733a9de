/* The agent's own DICOM port: an association is accepted, waits for its first byte without costing more than a
 * descriptor, and then has an engine and a thread of its own (neg-receiver). Limits: 64 associations at work, 1,024
 * silent connections, 30 s for the first byte.
 * Thread: the main one. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegListener NegListener;

/* On the site's address and ports (TLS too). Binding fails in words: the agent goes on without. */
NegListener *neg_listener_new (NegAgent *agent, GError **error);
/* Ends what is being received: what was not answered is not kept. */
void neg_listener_free (NegListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegListener, neg_listener_free)

/* The bound ones; 0: none. */
guint16 neg_listener_get_port (const NegListener *listener);
guint16 neg_listener_get_tls_port (const NegListener *listener);

G_END_DECLS
