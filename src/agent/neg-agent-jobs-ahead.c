/* What is fetched ahead, while it runs: it makes way, is hastened or dropped. */
#include "config.h"

#include "agent/neg-agent-jobs-private.h"

#include <string.h>

#define DROP_US (10 * G_USEC_PER_SEC)

void
_neg_jobs_let_yield (NegAgentJobs *jobs, const char *peer)
{
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&jobs->lock);
  g_hash_table_iter_init (&iter, jobs->running);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    NegRunningJob *running = value;

    if (!_neg_job_is_ahead (running->job) || running->stop != NEG_STOP_NONE
        || (peer != NULL && strcmp (running->job->peer, peer) != 0))
      continue;
    running->stop = NEG_STOP_YIELD;
    g_cancellable_cancel (running->cancellable);
  }
  g_mutex_unlock (&jobs->lock);
}

gboolean
_neg_jobs_hasten_running (NegAgentJobs *jobs, gint64 id, const NegJob *job)
{
  NegRunningJob *running;
  gboolean is_running, is_pressed;

  g_mutex_lock (&jobs->lock);
  running = g_hash_table_lookup (jobs->running, &id);
  is_running = running != NULL;
  is_pressed = is_running && _neg_job_is_ahead (running->job) && !_neg_job_is_ahead (job);
  if (is_pressed)
    running->job->priority = job->priority;
  g_mutex_unlock (&jobs->lock);
  if (is_pressed) {
    neg_expected_stop_pacing (neg_agent_get_expected (jobs->agent), job->study_uid);
    _neg_jobs_let_yield (jobs, job->peer);
  }
  return is_running;
}

static void
await_end (NegAgentJobs *jobs, gint64 id)
{
  const gint64 deadline_us = g_get_monotonic_time () + DROP_US;

  g_mutex_lock (&jobs->lock);
  while (g_hash_table_contains (jobs->running, &id) && g_cond_wait_until (&jobs->cond, &jobs->lock, deadline_us))
    ;
  g_mutex_unlock (&jobs->lock);
}

void
neg_agent_jobs_drop_ahead (NegAgentJobs *jobs, const char *study_uid)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (jobs->agent, NULL);
  g_autoptr (GPtrArray) listed = reader != NULL ? neg_jobs_list_study (reader, study_uid, NULL) : NULL;

  for (guint i = 0; listed != NULL && i < listed->len; i++) {
    const NegJob *job = listed->pdata[i];

    if (!_neg_job_is_ahead (job))
      continue;
    neg_agent_jobs_control (jobs, job->id, "cancel", NULL);
    await_end (jobs, job->id);
  }
}
