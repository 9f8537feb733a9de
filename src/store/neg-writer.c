#include "config.h"

#include "store/neg-writer.h"

#include "base/neg-error.h"

#define MAX_JOBS_AT_ONCE 64u /* keeps a transaction short, so that other processes get their turn */

typedef struct {
  char *key; /* nullable */
  guint64 number;
  gsize n_bytes;
  NegDatabaseFunc func;
  gpointer data;
  GDestroyNotify free_data;
  gboolean is_awaited; /* who pushed it hears of its failure there and then */
} Job;

struct _NegWriter {
  gatomicrefcount ref_count;
  NegDatabase *database; /* the thread's */
  gsize limit_bytes;
  gint64 pace_us;
  GMainContext *context;
  NegWriterReport report; /* touched on the context only; NULL once closed */
  gpointer user_data;
  GThread *thread;

  GMutex lock; /* guards all below; nothing is called while it is held */
  GCond changed;
  GQueue jobs; /* Job */
  gsize n_bytes;
  guint64 n_pushed, n_done; /* jobs are numbered from 1; n_done: those up to it are over */
  gboolean hurry, stop, failing;
  GError *failure; /* the first one of the flush under way, or one before it that no success has followed */
  gboolean failed_in_flush;
};

typedef struct {
  NegWriter *writer;
  GError *error; /* nullable */
} Report;

static void
clear_job (Job *job)
{
  if (job->free_data != NULL)
    job->free_data (job->data);
  job->free_data = NULL;
  job->data = NULL;
}

static void
free_job (Job *job)
{
  clear_job (job);
  g_free (job->key);
  g_free (job);
}

static void
unref_writer (NegWriter *writer)
{
  if (!g_atomic_ref_count_dec (&writer->ref_count))
    return;
  g_queue_clear_full (&writer->jobs, (GDestroyNotify) free_job);
  neg_database_free (writer->database);
  g_main_context_unref (writer->context);
  g_clear_error (&writer->failure);
  g_mutex_clear (&writer->lock);
  g_cond_clear (&writer->changed);
  g_free (writer);
}

static NegWriter *
ref_writer (NegWriter *writer)
{
  g_atomic_ref_count_inc (&writer->ref_count);
  return writer;
}

static gboolean
deliver_report (gpointer data)
{
  Report *report = data;

  if (report->writer->report != NULL)
    report->writer->report (report->error, report->writer->user_data);
  return G_SOURCE_REMOVE;
}

static void
free_report (gpointer data)
{
  Report *report = data;

  unref_writer (report->writer);
  g_clear_error (&report->error);
  g_free (report);
}

static void
send_report (NegWriter *writer, const GError *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Report *report = g_new0 (Report, 1);

  report->writer = ref_writer (writer);
  report->error = error != NULL ? g_error_copy (error) : NULL;
  g_source_set_callback (source, deliver_report, report, free_report);
  g_source_attach (source, writer->context);
}

static gboolean
write_jobs (NegDatabase *database, gpointer data, GError **error)
{
  GPtrArray *jobs = data;

  for (guint i = 0; i < jobs->len; i++) {
    Job *job = g_ptr_array_index (jobs, i);

    if (!job->func (database, job->data, error))
      return FALSE;
  }
  return TRUE;
}

/* When they fail together, each for itself: one bad job takes no other along. The last failure; @is_awaited: of jobs
 * that somebody waits for, and of no other. */
static GError *
write_batch (NegWriter *writer, GPtrArray *jobs, gboolean *is_awaited)
{
  g_autoptr (GError) together = NULL;
  GError *last = NULL;

  *is_awaited = TRUE;
  if (neg_database_transact (writer->database, write_jobs, jobs, &together))
    return NULL;
  for (guint i = 0; i < jobs->len; i++) {
    g_autoptr (GPtrArray) one = g_ptr_array_new ();
    g_autoptr (GError) error = NULL;
    Job *job = g_ptr_array_index (jobs, i);

    g_ptr_array_add (one, job);
    if (jobs->len == 1)
      error = g_steal_pointer (&together);
    else if (neg_database_transact (writer->database, write_jobs, one, &error))
      continue;
    *is_awaited &= job->is_awaited;
    g_clear_error (&last);
    last = g_steal_pointer (&error);
  }
  return last;
}

/* With the lock held: what to write next; NULL when the writer stops. */
static GPtrArray *
wait_for_jobs (NegWriter *writer, gint64 not_before_us)
{
  GPtrArray *jobs;

  while (!writer->stop) {
    if (g_queue_is_empty (&writer->jobs))
      g_cond_wait (&writer->changed, &writer->lock);
    else if (writer->hurry || g_get_monotonic_time () >= not_before_us)
      break;
    else
      g_cond_wait_until (&writer->changed, &writer->lock, not_before_us);
  }
  if (writer->stop)
    return NULL;
  jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) free_job);
  while (jobs->len < MAX_JOBS_AT_ONCE && !g_queue_is_empty (&writer->jobs)) {
    Job *job = g_queue_pop_head (&writer->jobs);

    writer->n_bytes -= job->n_bytes;
    g_ptr_array_add (jobs, job);
  }
  return jobs;
}

/* With the lock held. TRUE when the person should hear of it: of every failure, and of the first success after. */
static gboolean
note_result (NegWriter *writer, guint64 n_done, const GError *error, gboolean is_awaited)
{
  gboolean is_answered = error != NULL && is_awaited;
  gboolean is_news = !is_answered && (error != NULL || writer->failing);

  if (!is_answered)
    writer->failing = error != NULL;
  /* A job may be over before the flush that asks for it begins: what failed last is still an answer then. */
  if (error != NULL && writer->failure == NULL)
    writer->failure = g_error_copy (error);
  else if (error == NULL && !writer->failed_in_flush)
    g_clear_error (&writer->failure);
  writer->failed_in_flush |= error != NULL && writer->hurry;
  writer->n_done = n_done;
  g_cond_broadcast (&writer->changed);
  return is_news;
}

static gpointer
run_writer (gpointer data)
{
  NegWriter *writer = data;
  gint64 not_before_us = 0;

  for (;;) {
    g_autoptr (GPtrArray) jobs = NULL;
    g_autoptr (GError) error = NULL;
    gboolean is_news, is_awaited;
    guint64 n_done;

    g_mutex_lock (&writer->lock);
    jobs = wait_for_jobs (writer, not_before_us);
    g_mutex_unlock (&writer->lock);
    if (jobs == NULL)
      break;
    not_before_us = g_get_monotonic_time () + writer->pace_us;
    error = write_batch (writer, jobs, &is_awaited);
    n_done = ((Job *) g_ptr_array_index (jobs, jobs->len - 1))->number;
    g_clear_pointer (&jobs, g_ptr_array_unref); /* whoever waits for a job may count on its data being gone */
    g_mutex_lock (&writer->lock);
    is_news = note_result (writer, n_done, error, is_awaited);
    g_mutex_unlock (&writer->lock);
    if (is_news)
      send_report (writer, error);
  }
  unref_writer (writer);
  return NULL;
}

NegWriter *
neg_writer_new (NegDatabase *database, gsize limit_bytes, guint pace_ms, NegWriterReport report, gpointer user_data)
{
  NegWriter *writer = g_new0 (NegWriter, 1);

  g_atomic_ref_count_init (&writer->ref_count);
  writer->database = database;
  writer->limit_bytes = limit_bytes;
  writer->pace_us = pace_ms * G_TIME_SPAN_MILLISECOND;
  writer->context = g_main_context_ref_thread_default ();
  writer->report = report;
  writer->user_data = user_data;
  g_mutex_init (&writer->lock);
  g_cond_init (&writer->changed);
  g_queue_init (&writer->jobs);
  writer->thread = g_thread_new ("store", run_writer, ref_writer (writer));
  return writer;
}

static Job *
find_job (NegWriter *writer, const char *key)
{
  for (GList *link = writer->jobs.head; key != NULL && link != NULL; link = link->next) {
    Job *job = link->data;

    if (g_strcmp0 (job->key, key) == 0)
      return job;
  }
  return NULL;
}

/* With the lock held: @replaced gets what has to be freed without it. */
static void
enqueue (NegWriter *writer, const Job *wanted, Job *replaced)
{
  Job *job = find_job (writer, wanted->key);

  if (job == NULL) {
    job = g_memdup2 (wanted, sizeof *wanted);
    job->key = g_strdup (wanted->key);
    job->number = ++writer->n_pushed;
    g_queue_push_tail (&writer->jobs, job);
  } else {
    *replaced = *job;
    writer->n_bytes -= job->n_bytes;
    job->n_bytes = wanted->n_bytes;
    job->func = wanted->func;
    job->data = wanted->data;
    job->free_data = wanted->free_data;
  }
  writer->n_bytes += wanted->n_bytes;
  g_cond_broadcast (&writer->changed);
}

/* With the lock held. */
static gboolean
take (NegWriter *writer, const Job *wanted, Job *replaced)
{
  Job *old = find_job (writer, wanted->key);
  gboolean fits = wanted->n_bytes <= writer->limit_bytes
                  && writer->n_bytes - (old != NULL ? old->n_bytes : 0) <= writer->limit_bytes - wanted->n_bytes;

  if (fits)
    enqueue (writer, wanted, replaced);
  return fits;
}

gboolean
neg_writer_push (NegWriter *writer, const char *key, gsize n_bytes, NegDatabaseFunc func, gpointer data,
                 GDestroyNotify free_data)
{
  Job wanted = { .key = (char *) key, .n_bytes = n_bytes, .func = func, .data = data, .free_data = free_data };
  Job replaced = { 0 };
  gboolean fits;

  g_mutex_lock (&writer->lock);
  fits = take (writer, &wanted, &replaced);
  g_mutex_unlock (&writer->lock);
  clear_job (fits ? &replaced : &wanted);
  return fits;
}

/* With the lock held: waits for all that was pushed. FALSE: not in time. */
static gboolean
wait_written (NegWriter *writer, guint limit_ms)
{
  gint64 until_us = g_get_monotonic_time () + limit_ms * G_TIME_SPAN_MILLISECOND;
  guint64 target = writer->n_pushed;
  gboolean in_time = TRUE;

  writer->hurry = TRUE;
  g_cond_broadcast (&writer->changed);
  while (writer->n_done < target && in_time)
    in_time = g_cond_wait_until (&writer->changed, &writer->lock, until_us);
  writer->hurry = writer->failed_in_flush = FALSE;
  return writer->n_done >= target;
}

static gboolean
say_written (gboolean in_time, GError *failure, GError **error)
{
  if (!in_time) {
    g_clear_error (&failure);
    return neg_fail (error, NEG_ERROR_TIMEOUT, NULL, "What was to be kept could not be written in time");
  }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

gboolean
neg_writer_write (NegWriter *writer, gsize n_bytes, NegDatabaseFunc func, gpointer data, GDestroyNotify free_data,
                  guint limit_ms, GError **error)
{
  Job wanted = { .n_bytes = n_bytes, .func = func, .data = data, .free_data = free_data, .is_awaited = TRUE };
  Job replaced = { 0 };
  gboolean fits, in_time = FALSE;
  GError *failure = NULL;

  g_mutex_lock (&writer->lock);
  /* Together: the job may be over before anybody waits for it. */
  g_clear_error (&writer->failure);
  fits = take (writer, &wanted, &replaced);
  if (fits) {
    in_time = wait_written (writer, limit_ms);
    failure = g_steal_pointer (&writer->failure);
  }
  g_mutex_unlock (&writer->lock);
  if (fits)
    return say_written (in_time, failure, error);
  clear_job (&wanted);
  return neg_fail (error, NEG_ERROR_BUSY, NULL, "Too much is waiting to be written");
}

gboolean
neg_writer_flush (NegWriter *writer, guint limit_ms, GError **error)
{
  gboolean in_time;
  GError *failure;

  g_mutex_lock (&writer->lock);
  in_time = wait_written (writer, limit_ms);
  failure = g_steal_pointer (&writer->failure);
  g_mutex_unlock (&writer->lock);
  return say_written (in_time, failure, error);
}

void
neg_writer_close (NegWriter *writer, guint limit_ms)
{
  gboolean is_idle = neg_writer_flush (writer, limit_ms, NULL);

  g_mutex_lock (&writer->lock);
  writer->stop = TRUE;
  is_idle = is_idle || writer->n_done == writer->n_pushed;
  g_cond_broadcast (&writer->changed);
  g_mutex_unlock (&writer->lock);
  writer->report = NULL;
  if (is_idle)
    g_thread_join (writer->thread);
  else
    g_thread_unref (writer->thread);
  unref_writer (writer);
}
