/* The agent's port for HL7 messages (MLLP, plain or TLS). A connection has a thread while it has something to say;
 * between messages, which may be days, it costs a descriptor. Limits: 256 at work, 1,024 silent ones, of which the oldest
 * goes first, and before those by which messages have come, those by which none has.
 * Thread: the main one. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegHl7Listener NegHl7Listener;

/* On the site's address and port; without one it listens nowhere. Fails in words: the agent goes on without. */
NegHl7Listener *neg_hl7_listener_new (NegAgent *agent, GError **error);
/* Waits for what is being committed; what was not answered is sent again by its sender. */
void neg_hl7_listener_free (NegHl7Listener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegHl7Listener, neg_hl7_listener_free)

guint16 neg_hl7_listener_get_port (const NegHl7Listener *listener); /* the bound one; 0: none */

G_END_DECLS
