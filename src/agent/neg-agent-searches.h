/* Questions that are asked again and again, and what they find in the reading list. Saved in searches.conf of the data
 * folder; the one named NEG_SEARCH_WORKLISTS is always there: today's scheduled steps of the peers that have a modality
 * worklist. No peer is asked two things at once by them.
 * Thread: any but the main one, where it says so any. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

#define NEG_SEARCH_WORKLISTS "modality worklists"

typedef struct _NegAgentSearches NegAgentSearches;

/* On the main thread. */
NegAgentSearches *neg_agent_searches_new (NegAgent *agent, GError **error);
void neg_agent_searches_free (NegAgentSearches *searches);

/* @peers: none means all that may be queried. *found: studies that the peers named. The peers that failed and why,
 * a(ss), floating; NULL only when nothing could be asked at all. */
GVariant *neg_agent_searches_ask (NegAgentSearches *searches, const char *name, const char *const *peers,
                                  GHashTable *keys, GCancellable *cancellable, guint *found, GError **error);

/* a(sasa{ss}uxs) of ListSearches, floating; any thread. */
GVariant *neg_agent_searches_list (NegAgentSearches *searches);
/* @every_s 0 removes it and what it had found; of NEG_SEARCH_WORKLISTS only the interval is looked at. */
gboolean neg_agent_searches_set (NegAgentSearches *searches, const char *name, const char *const *peers,
                                 GHashTable *keys, guint every_s, GError **error);
/* What is kept of peers that there are no more, or that a search does not ask any more, goes. */
void neg_agent_searches_forget_stale (NegAgentSearches *searches);
/* The same soon, and the times of the reading list in the site's zone. Any thread. */
void neg_agent_searches_follow_site (NegAgentSearches *searches);

/* "today" and "-7d" as DICOM says it (PS3.4 C.2.2.2.5), in @zone at @now_us UTC; anything else as it is. Given. */
char *neg_search_resolve_date (const char *text, GTimeZone *zone, gint64 now_us);

G_END_DECLS
