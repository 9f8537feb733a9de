/* What the parts of neg-agent-jobs share. */
#pragma once

#include "agent/neg-agent-jobs.h"
#include "agent/neg-operation.h"

G_BEGIN_DECLS

typedef enum { NEG_STOP_NONE, NEG_STOP_CANCEL, NEG_STOP_PAUSE, NEG_STOP_YIELD, NEG_STOP_AGENT } NegJobStop;

struct _NegAgentJobs {
  NegAgent *agent;
  GThread *scheduler;
  GThreadPool *pool; /* of NegRunningJob */
  GMutex change_lock; /* whoever reads a job to change it; before @lock */
  GMutex lock;        /* of what follows */
  GCond cond;
  gboolean is_kicked, is_ending;
  GHashTable *running; /* id: NegRunningJob, owned */
  GHashTable *results; /* id: GVariant; of jobs that ended since the agent started */
};

typedef struct {
  NegAgentJobs *jobs;
  NegJob *job; /* with @jobs->lock: it is listed while it runs */
  GCancellable *cancellable;
  NegJobStop stop;              /* with the lock */
  NegTransferProgress progress; /* with the lock */
  guint done_before;            /* objects of earlier attempts */
  gint64 started_us, told_us, sampled_us; /* monotonic */
  guint64 sampled_bytes;
  double bytes_per_s;
  gboolean is_paced;      /* its own thread's: what comes is counted by the bandwidth of what is fetched ahead */
  guint64 paced_bytes;
  gboolean is_final; /* what failed does not get better by itself */
  GVariant *result;
} NegRunningJob;

/* --- neg-agent-jobs-run.c --- */

/* Does the work, on a thread of the pool. TRUE: nothing of it failed. */
gboolean _neg_job_run (NegRunningJob *running, NegTransfer *transfer, GError **error);
void _neg_job_progress (const NegTransferProgress *progress, gpointer running);
gboolean _neg_job_is_local (const char *kind);
/* Nobody waits for it: it is fetched ahead. */
gboolean _neg_job_is_ahead (const NegJob *job);

/* --- neg-agent-deliveries-run.c --- */

/* As a kind of job. */
gboolean _neg_delivery_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error);

/* --- neg-agent-corrections.c --- */

/* As a kind of job. */
gboolean _neg_correction_run (NegRunningJob *running, NegTransfer *transfer, GError **error);
/* @job was cancelled before it came to its turn, or while it paused: its correction has failed. */
void _neg_correction_cancelled (NegAgent *agent, const NegJob *job);

/* --- neg-agent-steps-tell.c --- */

/* As a kind of job. */
gboolean _neg_steps_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error);

/* --- neg-agent-pledges.c --- */

/* As a kind of job. */
gboolean _neg_pledge_run (NegRunningJob *running, const NegPeer *peer, NegTransfer *transfer, GError **error);

/* --- neg-agent-jobs-ahead.c --- */

/* What nobody waits for ends, and goes on later with what is not here yet. @peer NULL: at any. */
void _neg_jobs_let_yield (NegAgentJobs *jobs, const char *peer);
/* What runs ahead is wanted by @job now: it has its pace no more, and others make way for it. FALSE: it does not run. */
gboolean _neg_jobs_hasten_running (NegAgentJobs *jobs, gint64 id, const NegJob *job);

/* --- neg-agent-jobs-outgoing.c --- */

/* NegOutgoingObject of the job's study or paths, given. What cannot be read is in @transfer as failed. */
GPtrArray *_neg_job_list_outgoing (NegRunningJob *running, NegTransfer *transfer, GError **error);

/* --- neg-agent-jobs-describe.c --- */

/* @running nullable. Floating. */
GVariant *_neg_job_to_variant (const NegJob *job, const NegRunningJob *running);
/* @objects: NegJobObject that failed; @result nullable. Floating. */
GVariant *_neg_job_to_full_variant (const NegJob *job, const NegRunningJob *running, GPtrArray *objects,
                                    GVariant *result);

G_END_DECLS
