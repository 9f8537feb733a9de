/* Priors ready before somebody opens the case: an order, an arrival, an opened study and a daily look make plans
 * (worklist/neg-prefetch.h says what is chosen); the queue fetches. What is noted, planned and queued is in archive.db, so
 * nothing of it is lost or made twice however the agent ends. DESIGN.md, "Fetched ahead".
 * Thread: any, where it says nothing else. */
#pragma once

#include "agent/neg-agent.h"
#include "store/neg-plans.h"

G_BEGIN_DECLS

/* Jobs with a priority from here on are nobody's who waits, if they have the argument "prefetch". */
#define NEG_PREFETCH_PRIORITY 1000

typedef struct _NegAgentPrefetch NegAgentPrefetch;

NegAgentPrefetch *neg_agent_prefetch_new (NegAgent *agent, GError **error);
/* When there is a queue to put things into. */
void neg_agent_prefetch_start (NegAgentPrefetch *prefetch);
/* Nothing is asked or put into the queue any more; what runs there may still ask for the pace. */
void neg_agent_prefetch_stop (NegAgentPrefetch *prefetch);
void neg_agent_prefetch_free (NegAgentPrefetch *prefetch);

/* Something has changed: what is due is looked at soon. Nullable. */
void neg_agent_prefetch_kick (NegAgentPrefetch *prefetch);
/* Reads the rules anew; an error names file, group and key, and the old ones hold. */
gboolean neg_agent_prefetch_follow_site (NegAgentPrefetch *prefetch, NegSite *site, GError **error);

/* At most so many at once of what nobody waits for. 0: not now. */
guint neg_agent_prefetch_get_limit (NegAgent *agent);
/* Called between objects with what came: waits as the bandwidth says, 5 s at most, and while nobody waits (@goes_on). */
void neg_agent_prefetch_pace (NegAgentPrefetch *prefetch, guint64 bytes, gboolean (*goes_on) (gpointer user_data),
                              gpointer user_data);
/* REFUSED: it has been removed here since it was planned. */
gboolean neg_agent_prefetch_check (NegAgent *agent, const char *study_uid, GError **error);

/* aa{sv} and a{sv} of org.negatoscope.Agent.xml; floating. */
GVariant *neg_agent_prefetch_list (NegAgentPrefetch *prefetch, const char *study_uid, gint64 entry, GError **error);
GVariant *neg_agent_prefetch_describe (NegAgentPrefetch *prefetch, GError **error);

G_END_DECLS
