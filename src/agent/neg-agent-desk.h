/* The technologist's desk: what comes is checked in the background, some moments after its last object. What is due is a row that
 * the object brings along (store/neg-desk.h), so nothing is forgotten however the agent ends. Findings that headers give are there at
 * once; those that need pixels follow. DESIGN.md, "The desk".
 * Thread: any, where it says nothing else. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegAgentDesk NegAgentDesk;

/* An error of the site file ([quality]) names file, group and key. */
NegAgentDesk *neg_agent_desk_new (NegAgent *agent, GError **error);
void neg_agent_desk_start (NegAgentDesk *desk);
void neg_agent_desk_free (NegAgentDesk *desk); /* nullable; stops first */

/* Whether what @site says can be used; then it is, and all that is looked at from then on is judged by it. */
gboolean neg_agent_desk_check_site (const NegSite *site, GError **error);
void neg_agent_desk_follow_site (NegAgentDesk *desk, const NegSite *site); /* nullable */

/* Something has changed: what is due is looked at soon. Nullable. */
void neg_agent_desk_kick (NegAgentDesk *desk);

/* Now, pixels and all: until the findings are there. NOT_FOUND: it is not on the desk; CANCELLED; REFUSED: the site has checks=false;
 * else why it could not be checked. */
gboolean neg_agent_desk_check_now (NegAgentDesk *desk, gint64 study_id, GCancellable *cancellable, guint *n_findings,
                                   GError **error);

G_END_DECLS
