#include "config.h"

#include "agent/neg-agent-jobs-private.h"

#include <string.h>

#include "agent/neg-agent-prefetch.h"
#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"

#define AT_PEER_MAX 2
#define COMMITS_AT_PEER_MAX 1
#define NETWORK_MAX 4
#define LOCAL_MAX 1
#define AHEAD_MAX 8 /* threads; how many of them work the site says */
#define DUE_MAX 1000
#define LISTED_MAX 500
#define FAILURES_MAX 1000
#define LOOK_AGAIN_US (60 * G_USEC_PER_SEC)
#define SAVE_AGAIN_US (5 * G_USEC_PER_SEC)
#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define KEPT_US (30 * DAY_US)
#define OBJECTS_AT_ONCE 1000 /* in one transaction */
#define STEP 10 /* of a priority */

/* The last one is repeated: for a day. */
static const guint back_off_s[] = { 10, 30, 120, 600, 1800, 3600 };
#define ATTEMPTS_MAX 28

static void
running_free (gpointer data)
{
  NegRunningJob *running = data;

  neg_job_free (running->job);
  g_object_unref (running->cancellable);
  g_clear_pointer (&running->result, g_variant_unref);
  g_free (running);
}

static void
tell (NegAgentJobs *jobs, GVariant *job)
{
  _neg_agent_bus_emit (_neg_agent_get_bus (jobs->agent), "JobChanged", g_variant_new ("(@a{sv})", job));
}

void
neg_agent_jobs_kick (NegAgentJobs *jobs)
{
  g_mutex_lock (&jobs->lock);
  jobs->is_kicked = TRUE;
  g_cond_broadcast (&jobs->cond);
  g_mutex_unlock (&jobs->lock);
}

/* --- how a job ends --- */

/* Failures that waiting may cure; the others are for a person. */
static gboolean
may_pass (const GError *error)
{
  static const NegErrorCode codes[] = { NEG_ERROR_TIMEOUT, NEG_ERROR_REFUSED, NEG_ERROR_ABORTED, NEG_ERROR_BUSY,
                                        NEG_ERROR_ENGINE_DIED, NEG_ERROR_NOT_FOUND, NEG_ERROR_DISK_FULL };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, NEG_ERROR, (int) codes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_tried_again (const NegRunningJob *running, const GError *error)
{
  gboolean once = FALSE;

  g_variant_lookup (running->job->arguments, "once", "b", &once);
  return !once && !running->is_final && !_neg_job_is_local (running->job->kind)
         && running->job->attempts < ATTEMPTS_MAX && may_pass (error);
}

static void
set_failure (NegRunningJob *running, NegJob *job, const GError *error)
{
  g_free (job->message);
  g_free (job->error_code);
  job->message = g_strdup (error->message);
  job->error_code = g_strdup (neg_error_get_name (error));
  if (is_tried_again (running, error)) {
    guint step = MIN (MAX (job->attempts, 1) - 1, G_N_ELEMENTS (back_off_s) - 1);

    job->state = NEG_JOB_WAITING;
    job->next_us = g_get_real_time () + back_off_s[step] * (gint64) G_USEC_PER_SEC;
  } else
    job->state = NEG_JOB_FAILED;
}

static void
set_stopped (NegJob *job, NegJobStop stop)
{
  job->state = stop == NEG_STOP_CANCEL ? NEG_JOB_CANCELLED : stop == NEG_STOP_PAUSE ? NEG_JOB_PAUSED : NEG_JOB_WAITING;
}

/* What the job will be. What is asked for while the last object arrives comes too late: what is complete is done. */
static NegJob *
make_end (NegRunningJob *running, const NegTransfer *transfer, const GError *error)
{
  NegJob *job = neg_job_copy (running->job);

  running->progress = transfer->progress;
  job->objects = MAX (transfer->progress.objects, transfer->progress.done + transfer->progress.failed)
                 + running->done_before;
  job->done = transfer->progress.done + running->done_before;
  job->n_failed = transfer->progress.failed;
  job->bytes = transfer->progress.bytes;
  if (error == NULL) {
    job->state = NEG_JOB_DONE;
    g_clear_pointer (&job->message, g_free);
    g_clear_pointer (&job->error_code, g_free);
  } else if (running->stop != NEG_STOP_NONE) {
    set_stopped (job, running->stop);
    job->attempts -= running->stop == NEG_STOP_YIELD && job->attempts > 0 ? 1 : 0;
  } else
    set_failure (running, job, error);
  if (job->state > NEG_JOB_PAUSED)
    job->finished_us = g_get_real_time ();
  return job;
}

static gboolean
save_objects (NegRunningJob *running, GPtrArray *objects, GError **error)
{
  g_autoptr (GArray) plain = g_array_new (FALSE, FALSE, sizeof (NegJobObject));

  for (guint i = 0; i < objects->len; i++)
    g_array_append_vals (plain, objects->pdata[i], 1);
  for (guint i = 0; i < plain->len; i += OBJECTS_AT_ONCE)
    if (!neg_jobs_set_object (neg_agent_get_archive (running->jobs->agent), running->job->id,
                              &g_array_index (plain, NegJobObject, i), MIN (OBJECTS_AT_ONCE, plain->len - i), error))
      return FALSE;
  neg_fault_point ("job-objects-saved");
  return TRUE;
}

/* On a full disk the job stays as it is, running and at its end, until that can be written. */
static void
save_end (NegRunningJob *running, const NegJob *job, GPtrArray *objects)
{
  NegAgentJobs *jobs = running->jobs;
  gboolean is_ending = FALSE;

  while (!is_ending
         && !(save_objects (running, objects, NULL)
              && neg_jobs_update (neg_agent_get_archive (jobs->agent), job, NULL))) {
    g_mutex_lock (&jobs->lock);
    if (!jobs->is_ending)
      g_cond_wait_until (&jobs->cond, &jobs->lock, g_get_monotonic_time () + SAVE_AGAIN_US);
    is_ending = jobs->is_ending;
    g_mutex_unlock (&jobs->lock);
  }
}

/* FALSE: while @end was written somebody has come who waits for it; that is written, too. */
static gboolean
forget_running (NegRunningJob *running, NegJob *end)
{
  NegAgentJobs *jobs = running->jobs;
  gboolean is_pressed;

  g_mutex_lock (&jobs->lock);
  is_pressed = running->job->priority != end->priority;
  end->priority = running->job->priority;
  if (running->result != NULL && !is_pressed)
    g_hash_table_insert (jobs->results, g_memdup2 (&running->job->id, sizeof running->job->id),
                         g_variant_ref (running->result));
  if (!is_pressed)
    g_hash_table_remove (jobs->running, &running->job->id);
  g_mutex_unlock (&jobs->lock);
  return !is_pressed;
}

static void
run_cb (gpointer data, gpointer user_data)
{
  NegRunningJob *running = data;
  NegAgentJobs *jobs = user_data;
  g_auto (NegTransfer) transfer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegJob) end = NULL;

  neg_transfer_init (&transfer);
  if (!_neg_job_run (running, &transfer, &error) && error == NULL)
    neg_fail (&error, NEG_ERROR_UNREADABLE, NULL, "not everything is done");
  g_mutex_lock (&jobs->lock);
  end = make_end (running, &transfer, error);
  g_mutex_unlock (&jobs->lock);
  neg_fault_point ("job-ran");
  do {
    save_end (running, end, transfer.objects);
    neg_fault_point ("job-saved");
  } while (!forget_running (running, end));
  tell (jobs, _neg_job_to_variant (end, NULL));
  neg_agent_jobs_kick (jobs);
  neg_agent_prefetch_kick (_neg_agent_get_prefetch (jobs->agent));
  _neg_agent_check_idle (jobs->agent);
}

/* --- which job begins --- */

typedef struct {
  guint network, local, corrections, at_peer, commits_at_peer, retrieves_at_peer;
  guint ahead; /* not among the others */
} Load;

static void
count_load (NegAgentJobs *jobs, const char *peer, Load *load)
{
  GHashTableIter iter;
  gpointer value;

  *load = (Load){ 0 };
  g_mutex_lock (&jobs->lock);
  g_hash_table_iter_init (&iter, jobs->running);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const NegJob *job = ((const NegRunningJob *) value)->job;
    gboolean is_local = _neg_job_is_local (job->kind);
    gboolean is_there = !is_local && strcmp (job->peer, peer) == 0;
    gboolean is_correction = strcmp (job->kind, "correct") == 0;

    if (_neg_job_is_ahead (job)) {
      load->ahead++;
      continue;
    }
    load->corrections += is_correction;
    load->local += is_local && !is_correction;
    load->network += !is_local;
    load->at_peer += is_there;
    load->commits_at_peer += is_there && strcmp (job->kind, "commit") == 0;
    load->retrieves_at_peer += is_there && strcmp (job->kind, "retrieve") == 0;
  }
  g_mutex_unlock (&jobs->lock);
}

static gboolean
may_begin (NegAgentJobs *jobs, const NegJob *job)
{
  Load load;

  count_load (jobs, job->peer, &load);
  if (_neg_job_is_ahead (job))
    return load.retrieves_at_peer == 0 && load.ahead < MIN (neg_agent_prefetch_get_limit (jobs->agent), AHEAD_MAX);
  if (strcmp (job->kind, "correct") == 0) /* a person waits, be it beside an import of thousands */
    return load.corrections < LOCAL_MAX;
  if (_neg_job_is_local (job->kind))
    return load.local < LOCAL_MAX;
  return load.network < NETWORK_MAX && load.at_peer < AT_PEER_MAX
         && (strcmp (job->kind, "commit") != 0 || load.commits_at_peer < COMMITS_AT_PEER_MAX);
}

/* @job is taken. */
static void
begin (NegAgentJobs *jobs, NegJob *job)
{
  NegRunningJob *running = g_new0 (NegRunningJob, 1);
  GVariant *described;

  job->state = NEG_JOB_RUNNING;
  job->attempts++;
  running->jobs = jobs;
  running->job = job;
  running->cancellable = g_cancellable_new ();
  running->started_us = running->sampled_us = g_get_monotonic_time ();
  if (!neg_jobs_update (neg_agent_get_archive (jobs->agent), job, NULL)) {
    running_free (running); /* a full disk: it waits on */
    return;
  }
  neg_fault_point ("job-begun");
  if (strcmp (job->kind, "retrieve") == 0 && !_neg_job_is_ahead (job))
    _neg_jobs_let_yield (jobs, job->peer);
  described = _neg_job_to_variant (job, NULL);
  g_mutex_lock (&jobs->lock);
  g_hash_table_insert (jobs->running, &running->job->id, running);
  g_mutex_unlock (&jobs->lock);
  tell (jobs, described);
  g_thread_pool_push (jobs->pool, running, NULL);
}

/* Its end is in its row a moment before it leaves the running ones. */
static gboolean
is_running (NegAgentJobs *jobs, gint64 id)
{
  gboolean found;

  g_mutex_lock (&jobs->lock);
  found = g_hash_table_contains (jobs->running, &id);
  g_mutex_unlock (&jobs->lock);
  return found;
}

/* One that cannot be read; on a full disk the next time. */
static void
refuse (NegAgentJobs *jobs, NegJob *job)
{
  job->finished_us = g_get_real_time ();
  if (neg_jobs_update (neg_agent_get_archive (jobs->agent), job, NULL))
    tell (jobs, _neg_job_to_variant (job, NULL));
}

static void
begin_due (NegAgentJobs *jobs, NegDatabase *reader)
{
  g_autoptr (GPtrArray) due = NULL;

  g_mutex_lock (&jobs->change_lock);
  due = neg_jobs_list_due (reader, g_get_real_time (), DUE_MAX, NULL);
  for (guint i = 0; due != NULL && i < due->len; i++)
    if (((const NegJob *) due->pdata[i])->state == NEG_JOB_FAILED)
      refuse (jobs, due->pdata[i]);
    else if (may_begin (jobs, due->pdata[i]) && !is_running (jobs, ((const NegJob *) due->pdata[i])->id))
      begin (jobs, neg_job_copy (due->pdata[i]));
  g_mutex_unlock (&jobs->change_lock);
}

/* A job that could begin but for the limits begins when another one ends, which kicks. */
static gint64
find_next_look (NegDatabase *reader)
{
  gint64 now = g_get_real_time ();
  gint64 next_us = 0;

  if (!neg_jobs_get_next_due (reader, &next_us, NULL) || next_us <= now)
    return LOOK_AGAIN_US;
  return MIN (next_us - now, LOOK_AGAIN_US);
}

/* What an agent that runs for months would keep for ever. */
static void
prune (NegAgentJobs *jobs, gint64 *next_us)
{
  if (g_get_monotonic_time () < *next_us)
    return;
  neg_jobs_prune (neg_agent_get_archive (jobs->agent), g_get_real_time () - KEPT_US, NULL);
  *next_us = g_get_monotonic_time () + DAY_US;
}

static gpointer
schedule (gpointer data)
{
  NegAgentJobs *jobs = data;
  gint64 prune_us = g_get_monotonic_time () + DAY_US;
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (jobs->agent, NULL);
  gboolean is_ending = FALSE;

  while (!is_ending) {
    gint64 wait_us = SAVE_AGAIN_US;

    if (reader == NULL)
      reader = neg_agent_open_reader (jobs->agent, NULL);
    if (neg_agent_prefetch_get_limit (jobs->agent) == 0)
      _neg_jobs_let_yield (jobs, NULL);
    if (reader != NULL) {
      begin_due (jobs, reader);
      wait_us = find_next_look (reader);
    }
    prune (jobs, &prune_us);
    g_mutex_lock (&jobs->lock);
    if (!jobs->is_kicked && !jobs->is_ending)
      g_cond_wait_until (&jobs->cond, &jobs->lock, g_get_monotonic_time () + wait_us);
    jobs->is_kicked = FALSE;
    is_ending = jobs->is_ending;
    g_mutex_unlock (&jobs->lock);
  }
  return NULL;
}

NegAgentJobs *
neg_agent_jobs_new (NegAgent *agent, GError **error)
{
  NegArchive *archive = neg_agent_get_archive (agent);
  NegAgentJobs *jobs;

  if (!neg_jobs_recover (archive, error) || !neg_jobs_prune (archive, g_get_real_time () - KEPT_US, error))
    return NULL;
  jobs = g_new0 (NegAgentJobs, 1);
  jobs->agent = agent;
  g_mutex_init (&jobs->change_lock);
  g_mutex_init (&jobs->lock);
  g_cond_init (&jobs->cond);
  jobs->running = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, running_free);
  jobs->results = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_variant_unref);
  jobs->pool = g_thread_pool_new (run_cb, jobs, NETWORK_MAX + 2 * LOCAL_MAX + AHEAD_MAX, FALSE, NULL);
  jobs->scheduler = g_thread_new ("jobs", schedule, jobs);
  return jobs;
}

void
neg_agent_jobs_free (NegAgentJobs *jobs)
{
  GHashTableIter iter;
  gpointer value;

  if (jobs == NULL)
    return;
  g_mutex_lock (&jobs->lock);
  jobs->is_ending = TRUE;
  g_cond_broadcast (&jobs->cond);
  g_mutex_unlock (&jobs->lock);
  g_thread_join (jobs->scheduler);
  g_mutex_lock (&jobs->lock);
  g_hash_table_iter_init (&iter, jobs->running);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    NegRunningJob *running = value;

    if (running->stop == NEG_STOP_NONE)
      running->stop = NEG_STOP_AGENT;
    g_cancellable_cancel (running->cancellable);
  }
  g_mutex_unlock (&jobs->lock);
  g_thread_pool_free (jobs->pool, FALSE, TRUE);
  g_hash_table_unref (jobs->running);
  g_hash_table_unref (jobs->results);
  g_mutex_clear (&jobs->change_lock);
  g_mutex_clear (&jobs->lock);
  g_cond_clear (&jobs->cond);
  g_free (jobs);
}

guint
neg_agent_jobs_count_running (NegAgentJobs *jobs)
{
  guint n;

  g_mutex_lock (&jobs->lock);
  n = g_hash_table_size (jobs->running);
  g_mutex_unlock (&jobs->lock);
  return n;
}

/* --- what people ask for --- */

static const char *
get_text (GVariant *arguments, const char *key)
{
  const char *text = "";

  g_variant_lookup (arguments, key, "&s", &text);
  return text;
}

static gboolean
is_same_retrieve (const NegJob *job, const NegJob *other)
{
  gboolean once = FALSE;

  g_variant_lookup (job->arguments, "once", "b", &once);
  return !once && job->state <= NEG_JOB_RUNNING && strcmp (job->kind, "retrieve") == 0
         && strcmp (other->kind, "retrieve") == 0 && strcmp (job->peer, other->peer) == 0
         && strcmp (job->study_uid, other->study_uid) == 0
         && strcmp (get_text (job->arguments, "series"), get_text (other->arguments, "series")) == 0;
}

/* With the change lock. NULL: there is none. */
static NegJob *
find_same (const NegJob *job, NegDatabase *reader)
{
  g_autoptr (GPtrArray) listed = neg_jobs_list_study (reader, job->study_uid, NULL);
  gboolean once = FALSE;

  g_variant_lookup (job->arguments, "once", "b", &once);
  for (guint i = 0; !once && listed != NULL && i < listed->len; i++)
    if (is_same_retrieve (listed->pdata[i], job))
      return neg_job_copy (listed->pdata[i]);
  return NULL;
}

/* With the change lock. What waited for better times, or behind others, is wanted now. */
static gboolean
hasten (NegAgentJobs *jobs, NegJob *same, const NegJob *job, GError **error)
{
  if (same->state != NEG_JOB_WAITING)
    return TRUE;
  same->priority = MIN (same->priority, job->priority);
  same->next_us = MIN (same->next_us, job->next_us);
  return neg_jobs_update (neg_agent_get_archive (jobs->agent), same, error);
}

/* With the change lock. The same that is there already; NULL: none, or (error) it cannot be hastened. One whose row said
 * that it runs, and that runs no more, has an end by now, which is read again. */
static NegJob *
join_same (NegAgentJobs *jobs, const NegJob *job, NegDatabase *reader, GError **error)
{
  g_autoptr (NegJob) same = find_same (job, reader);

  if (same == NULL || _neg_jobs_hasten_running (jobs, same->id, job))
    return g_steal_pointer (&same);
  if (same->state == NEG_JOB_RUNNING) {
    neg_job_free (same);
    same = find_same (job, reader);
  }
  return same == NULL || hasten (jobs, same, job, error) ? g_steal_pointer (&same) : NULL;
}

gboolean
neg_agent_jobs_add (NegAgentJobs *jobs, const char *kind, const char *peer, const char *study_uid, GVariant *arguments,
                    gint priority, gint64 *id, GError **error)
{
  g_autoptr (NegDatabase) reader = NULL;
  g_autoptr (NegJob) job = g_new0 (NegJob, 1);
  g_autoptr (NegJob) same = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean done;

  job->kind = g_strdup (kind);
  job->peer = g_strdup (peer);
  job->study_uid = g_strdup (study_uid);
  job->arguments = g_variant_ref_sink (arguments);
  job->priority = priority;
  job->created_us = job->next_us = g_get_real_time ();
  reader = neg_agent_open_reader (jobs->agent, error);
  if (reader == NULL)
    return FALSE;
  g_mutex_lock (&jobs->change_lock);
  same = join_same (jobs, job, reader, &failure);
  done = failure == NULL && (same != NULL || neg_jobs_add (neg_agent_get_archive (jobs->agent), job, &failure));
  if (same != NULL)
    job->id = same->id;
  else if (done)
    tell (jobs, _neg_job_to_variant (job, NULL));
  g_mutex_unlock (&jobs->change_lock);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&failure));
  if (done && id != NULL)
    *id = job->id;
  neg_fault_point ("job-added");
  neg_agent_jobs_kick (jobs);
  return done;
}

/* With the lock: the one that runs knows more than its row. */
static GVariant *
describe_listed (NegAgentJobs *jobs, const NegJob *job)
{
  const NegRunningJob *running = g_hash_table_lookup (jobs->running, &job->id);

  return running != NULL ? _neg_job_to_variant (running->job, running) : _neg_job_to_variant (job, NULL);
}

/* Rows are read with the lock: a job leaves the running ones after its row is right. */
GVariant *
neg_agent_jobs_list (NegAgentJobs *jobs, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (jobs->agent, error);
  g_autoptr (GPtrArray) listed = NULL;
  GVariantBuilder builder;

  if (reader == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&jobs->lock);
  listed = neg_jobs_list (reader, LISTED_MAX, error);
  for (guint i = 0; listed != NULL && i < listed->len; i++)
    g_variant_builder_add_value (&builder, describe_listed (jobs, listed->pdata[i]));
  g_mutex_unlock (&jobs->lock);
  if (listed != NULL)
    return g_variant_builder_end (&builder);
  g_variant_builder_clear (&builder);
  return NULL;
}

static GVariant *
describe (NegAgentJobs *jobs, NegDatabase *reader, gint64 id, GError **error)
{
  const NegRunningJob *running = g_hash_table_lookup (jobs->running, &id);
  g_autoptr (NegJob) job = neg_jobs_find (reader, id, error);
  g_autoptr (GPtrArray) objects = job != NULL ? neg_jobs_list_objects (reader, id, TRUE, FAILURES_MAX, error) : NULL;

  if (objects == NULL)
    return NULL;
  return _neg_job_to_full_variant (running != NULL ? running->job : job, running, objects,
                                   g_hash_table_lookup (jobs->results, &id));
}

GVariant *
neg_agent_jobs_describe (NegAgentJobs *jobs, gint64 id, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (jobs->agent, error);
  GVariant *described = NULL;

  if (reader == NULL)
    return NULL;
  g_mutex_lock (&jobs->lock);
  described = describe (jobs, reader, id, error);
  g_mutex_unlock (&jobs->lock);
  return described;
}

/* TRUE: it runs, and its end will be what was asked for. */
static gboolean
stop_running (NegAgentJobs *jobs, gint64 id, NegJobStop stop)
{
  NegRunningJob *running;

  g_mutex_lock (&jobs->lock);
  running = g_hash_table_lookup (jobs->running, &id);
  if (running != NULL && stop != NEG_STOP_NONE) {
    running->stop = stop;
    g_cancellable_cancel (running->cancellable);
  }
  g_mutex_unlock (&jobs->lock);
  return running != NULL;
}

static void
let_wait (NegJob *job)
{
  job->state = NEG_JOB_WAITING;
  job->next_us = g_get_real_time ();
  job->finished_us = 0;
  job->attempts = 0;
}

/* FALSE: not in this state. */
static gboolean
apply (NegJob *job, const char *action)
{
  if (strcmp (action, "cancel") == 0 && (job->state == NEG_JOB_WAITING || job->state == NEG_JOB_PAUSED)) {
    job->state = NEG_JOB_CANCELLED;
    job->finished_us = g_get_real_time ();
  } else if (strcmp (action, "pause") == 0 && job->state == NEG_JOB_WAITING)
    job->state = NEG_JOB_PAUSED;
  else if (strcmp (action, "resume") == 0 && job->state == NEG_JOB_PAUSED)
    let_wait (job);
  else if (strcmp (action, "retry") == 0
           && (job->state == NEG_JOB_FAILED || job->state == NEG_JOB_CANCELLED || job->state == NEG_JOB_WAITING))
    let_wait (job);
  else if (strcmp (action, "sooner") == 0 && job->state <= NEG_JOB_PAUSED)
    job->priority = MAX (job->priority - STEP, 0);
  else if (strcmp (action, "later") == 0 && job->state <= NEG_JOB_PAUSED)
    job->priority = MIN (job->priority, G_MAXINT - STEP) + STEP;
  else
    return FALSE;
  return TRUE;
}

static gboolean
change (NegAgentJobs *jobs, NegDatabase *reader, gint64 id, const char *action, GError **error)
{
  NegJobStop stop = strcmp (action, "cancel") == 0  ? NEG_STOP_CANCEL
                    : strcmp (action, "pause") == 0 ? NEG_STOP_PAUSE
                                                    : NEG_STOP_NONE;
  g_autoptr (NegJob) job = NULL;

  if (stop_running (jobs, id, stop)) {
    if (stop != NEG_STOP_NONE)
      return TRUE;
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "the job is running");
  }
  job = neg_jobs_find (reader, id, error);
  if (job == NULL)
    return FALSE;
  if (!apply (job, action))
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "the job is %s", neg_job_state_get_name (job->state));
  if (!neg_jobs_update (neg_agent_get_archive (jobs->agent), job, error))
    return FALSE;
  if (job->state == NEG_JOB_CANCELLED && strcmp (job->kind, "correct") == 0)
    _neg_correction_cancelled (jobs->agent, job); /* nobody runs it who could tell */
  tell (jobs, _neg_job_to_variant (job, NULL));
  return TRUE;
}

gboolean
neg_agent_jobs_control (NegAgentJobs *jobs, gint64 id, const char *action, GError **error)
{
  static const char *const actions[] = { "cancel", "pause", "resume", "retry", "sooner", "later", NULL };
  g_autoptr (NegDatabase) reader = NULL;
  gboolean done;

  if (!g_strv_contains (actions, action))
    return neg_fail (error, NEG_ERROR_USAGE, "action", "a job cannot be told to “%s”", action);
  reader = neg_agent_open_reader (jobs->agent, error);
  if (reader == NULL)
    return FALSE;
  g_mutex_lock (&jobs->change_lock);
  done = change (jobs, reader, id, action, error);
  g_mutex_unlock (&jobs->change_lock);
  neg_agent_jobs_kick (jobs);
  return done;
}
