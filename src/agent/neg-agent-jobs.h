/* The queue at work: which job runs when, how it ends, when it is tried again. What a job is is in store/neg-jobs.h; what
 * it does is in neg-operation.h and neg-import.h.
 *
 * At once: at a peer 2 (1 commitment), 4 altogether, and 1 for local work, 1 of corrections. By priority, then age.
 * What is fetched ahead (neg-agent-prefetch.h) counts for itself: what somebody waits for never waits for that, and ends it
 * at the same peer; it goes on afterwards.
 * A failure that may pass is tried again after 10 s, 30 s, 2 min, 10 min, 30 min, then every hour for a day, unless the
 * job has the argument "once": then whoever asked for it sees the failure.
 * Thread: any but the main one, for they wait for the disk; where it says so, any. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegAgentJobs NegAgentJobs;

/* What was running when the last agent ended waits again. */
NegAgentJobs *neg_agent_jobs_new (NegAgent *agent, GError **error);
/* What runs is stopped, and will be waiting when the next agent starts. */
void neg_agent_jobs_free (NegAgentJobs *jobs);

/* @kind: retrieve send commit import check deep-check rebuild correct. @arguments is consumed when floating. *id nullable. The same
 * retrieval that waits already is no second job. */
gboolean neg_agent_jobs_add (NegAgentJobs *jobs, const char *kind, const char *peer, const char *study_uid,
                             GVariant *arguments, gint priority, gint64 *id, GError **error);

/* As in org.negatoscope.Agent.xml; floating. */
GVariant *neg_agent_jobs_list (NegAgentJobs *jobs, GError **error);
GVariant *neg_agent_jobs_describe (NegAgentJobs *jobs, gint64 id, GError **error);

/* @action: cancel pause resume retry sooner later. CONFLICT: the job is not in a state for that. */
gboolean neg_agent_jobs_control (NegAgentJobs *jobs, gint64 id, const char *action, GError **error);

/* What of the study is fetched ahead is cancelled, and has ended when this returns (10 s at most). */
void neg_agent_jobs_drop_ahead (NegAgentJobs *jobs, const char *study_uid);

/* What may run may be another one now. */
void neg_agent_jobs_kick (NegAgentJobs *jobs);
guint neg_agent_jobs_count_running (NegAgentJobs *jobs); /* any thread */

G_END_DECLS
