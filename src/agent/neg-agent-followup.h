/* What orders leave to be done behind the answer: links of patients with many entries are followed piece by piece
 * (neg_patients_follow), and messages older than are kept go. Each piece is a short transaction of its own, so that a kill at
 * any moment leaves a queue that the next start goes on with.
 * Thread: main, where it does not say any. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegAgentFollowup NegAgentFollowup;

/* Begins with what was left by the last one. */
NegAgentFollowup *neg_agent_followup_new (NegAgent *agent, GError **error);
void neg_agent_followup_free (NegAgentFollowup *followup); /* nullable; waits for a piece that is under way */

/* A link may have come or gone. Any thread; nullable. */
void neg_agent_followup_kick (NegAgentFollowup *followup);

G_END_DECLS
