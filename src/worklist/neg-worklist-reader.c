#include "config.h"

#include "worklist/neg-worklist-reader-private.h"

#include "base/neg-error.h"
#include "store/neg-archive.h"

/* The rows are drawn first: counting all hits may take one of two processors for a while. */
#define COUNT_DELAY_US (40 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  guint question;
  NegWorklistWhat what;
  NegEntryQuery *query;
  GArray *pages; /* nullable */
  gint64 begin_us; /* not before */
  GTask *task; /* nullable; else of the work below */
  NegWorklistWork work;
  gint64 entry_id;
  char *user;
  GDestroyNotify free_result;
  gpointer result;
  GError *error;
} Job;

struct _NegWorklistReader {
  char *data_folder, *cache_folder;
  GMainContext *context;
  NegWorklistReply reply;
  gpointer user_data;
  GThread *thread;
  NegDatabase *database; /* the thread's, but for interrupting under the lock */

  GMutex lock; /* guards all below, and the exchange of the database */
  GCond changed, answered; /* a job is there; a reply is there */
  GQueue jobs;
  NegEntryQuery *query;
  guint question;
  gboolean stop, interruptible; /* what runs answers a question */
  GPtrArray *replies; /* Delivery: not run yet */
};

NegEntryQuery *
_neg_entry_query_copy (const NegEntryQuery *query)
{
  NegEntryQuery *copy = g_memdup2 (query, sizeof *query);

  copy->words = g_strdupv (query->words);
  copy->modalities = g_strdupv (query->modalities);
  copy->claimed_by = g_strdup (query->claimed_by);
  return copy;
}

void
_neg_entry_query_free (NegEntryQuery *query)
{
  neg_entry_query_clear (query);
  g_free (query);
}

static void
free_job (Job *job)
{
  _neg_entry_query_free (job->query);
  g_clear_pointer (&job->pages, g_array_unref);
  g_clear_object (&job->task);
  g_clear_error (&job->error);
  if (job->result != NULL && job->free_result != NULL)
    job->free_result (job->result);
  g_free (job->user);
  g_free (job);
}

static void
free_answer (NegWorklistAnswer *answer)
{
  g_clear_pointer (&answer->pages, g_array_unref);
  g_clear_pointer (&answer->entries, g_ptr_array_unref);
  g_clear_error (&answer->error);
  g_free (answer);
}

/* --- the thread --- */

static void
set_database (NegWorklistReader *reader, NegDatabase *database)
{
  NegDatabase *old;

  g_mutex_lock (&reader->lock);
  old = reader->database;
  reader->database = database;
  g_mutex_unlock (&reader->lock);
  neg_database_free (old);
}

/* TRUE without a database where there is no archive yet. */
static gboolean
need_database (NegWorklistReader *reader, GError **error)
{
  g_autoptr (GError) failure = NULL;
  NegDatabase *database;

  if (reader->database != NULL)
    return TRUE;
  database = neg_archive_open_reader (reader->data_folder, &failure);
  if (database != NULL) {
    neg_entries_tune_reader (database);
    set_database (reader, database);
    return TRUE;
  }
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
add_entries (NegDatabase *database, const NegEntryQuery *query, guint first, guint n, NegWorklistAnswer *answer)
{
  g_autoptr (GPtrArray) entries = neg_entries_list (database, query, first, n, &answer->error);

  if (entries != NULL)
    g_ptr_array_extend_and_steal (answer->entries, g_steal_pointer (&entries));
  return answer->error == NULL;
}

static void
add_page (NegWorklistAnswer *answer, guint page)
{
  g_array_append_val (answer->pages, page);
}

static gboolean
count (NegDatabase *database, const NegEntryQuery *query, NegWorklistAnswer *answer)
{
  return neg_entries_count (database, query, NEG_WORKLIST_COUNT_LIMIT, &answer->n_found, &answer->error);
}

static gboolean
read_all (NegDatabase *database, const NegEntryQuery *query, NegWorklistAnswer *answer)
{
  for (guint page = 0; page * NEG_WORKLIST_PAGE < answer->n_found; page++)
    add_page (answer, page);
  return add_entries (database, query, 0, NEG_WORKLIST_SHORT, answer);
}

static gboolean
read_pages (NegDatabase *database, const Job *job, NegWorklistAnswer *answer)
{
  for (guint i = 0; i < job->pages->len; i++) {
    guint page = g_array_index (job->pages, guint, i);

    add_page (answer, page);
    if (!add_entries (database, job->query, page * NEG_WORKLIST_PAGE, NEG_WORKLIST_PAGE, answer))
      return FALSE;
    if (answer->entries->len % NEG_WORKLIST_PAGE != 0) /* the last one there is */
      break;
  }
  return TRUE;
}

static void
answer_question (NegDatabase *database, const Job *job, NegWorklistAnswer *answer)
{
  switch (job->what) {
  case NEG_WORKLIST_FIRST:
    add_page (answer, 0);
    if (add_entries (database, job->query, 0, NEG_WORKLIST_PAGE, answer))
      neg_entries_get_counts (database, &answer->counts, &answer->error);
    answer->n_found = answer->entries->len;
    break;
  case NEG_WORKLIST_COUNT:
    count (database, job->query, answer);
    break;
  case NEG_WORKLIST_PAGES:
    read_pages (database, job, answer);
    break;
  case NEG_WORKLIST_AGAIN:
    if (!neg_entries_get_counts (database, &answer->counts, &answer->error) || !count (database, job->query, answer))
      break;
    if (answer->n_found <= NEG_WORKLIST_SHORT)
      read_all (database, job->query, answer);
    else
      read_pages (database, job, answer);
    break;
  }
}

typedef struct {
  NegWorklistReader *reader;
  NegWorklistAnswer *answer; /* either this */
  Job *job;                  /* or this */
  GSource *source;
} Delivery;

static void
free_delivery (gpointer data)
{
  Delivery *delivery = data;

  g_clear_pointer (&delivery->answer, free_answer);
  g_clear_pointer (&delivery->job, free_job);
  g_free (delivery);
}

static void
finish_task (Job *job)
{
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->free_result);
}

static gboolean
deliver (gpointer data)
{
  Delivery *delivery = data;
  NegWorklistReader *reader = delivery->reader;
  gboolean is_wanted;

  g_mutex_lock (&reader->lock);
  g_ptr_array_remove_fast (reader->replies, delivery);
  is_wanted = delivery->answer != NULL && delivery->answer->question == reader->question;
  g_mutex_unlock (&reader->lock);
  if (delivery->job != NULL)
    finish_task (delivery->job);
  else if (is_wanted)
    reader->reply (delivery->answer, reader->user_data);
  return G_SOURCE_REMOVE;
}

/* Takes one of both. A task holds the model, whose last reference must not go on this thread. */
static void
send (NegWorklistReader *reader, NegWorklistAnswer *answer, Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->reader = reader;
  delivery->answer = answer;
  delivery->job = job;
  delivery->source = source;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, delivery, free_delivery);
  g_mutex_lock (&reader->lock);
  if (!reader->stop) {
    g_ptr_array_add (reader->replies, delivery);
    g_source_attach (source, reader->context);
    g_cond_signal (&reader->answered);
  }
  g_mutex_unlock (&reader->lock);
}

/* A statement that stands on a row keeps the list as it is now for ever, and is interrupted with the next question. */
static void
end_reading (NegWorklistReader *reader)
{
  if (reader->database != NULL)
    neg_database_end_reading (reader->database);
}

static void
run_question (NegWorklistReader *reader, const Job *job)
{
  NegWorklistAnswer *answer = g_new0 (NegWorklistAnswer, 1);

  answer->what = job->what;
  answer->question = job->question;
  answer->pages = g_array_new (FALSE, FALSE, sizeof (guint));
  answer->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_free);
  if (need_database (reader, &answer->error) && reader->database != NULL)
    answer_question (reader->database, job, answer);
  end_reading (reader);
  if (g_error_matches (answer->error, NEG_ERROR, NEG_ERROR_UNREADABLE))
    set_database (reader, NULL); /* opened anew with the next question */
  if (g_error_matches (answer->error, NEG_ERROR, NEG_ERROR_CANCELLED)) {
    free_answer (answer); /* overtaken */
    return;
  }
  send (reader, answer, NULL);
  if (reader->database != NULL && (job->what == NEG_WORKLIST_FIRST || job->what == NEG_WORKLIST_AGAIN)) {
    /* While the person looks; without it everything is the same, only slower. */
    neg_entries_keep_order (reader->database, job->query->order, job->query->descending, NULL);
    end_reading (reader);
  }
}

/* Takes @job. */
static void
run_task (NegWorklistReader *reader, Job *job)
{
  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error)
      && need_database (reader, &job->error))
    job->result = job->work (reader, reader->database, job->query, job->entry_id, job->user, &job->error);
  end_reading (reader);
  send (reader, NULL, job);
}

/* With the lock held. The first one that may begin; NULL: not before @next_us (G_MAXINT64: there is none). */
static Job *
pop_job (NegWorklistReader *reader, gint64 *next_us)
{
  gint64 now_us = g_get_monotonic_time ();

  *next_us = G_MAXINT64;
  for (GList *link = reader->jobs.head; link != NULL; link = link->next) {
    Job *job = link->data;

    if (job->begin_us <= now_us) {
      g_queue_delete_link (&reader->jobs, link);
      return job;
    }
    *next_us = MIN (*next_us, job->begin_us);
  }
  return NULL;
}

static Job *
wait_for_job (NegWorklistReader *reader)
{
  Job *job = NULL;
  gint64 next_us;

  g_mutex_lock (&reader->lock);
  reader->interruptible = FALSE;
  while (!reader->stop && (job = pop_job (reader, &next_us)) == NULL)
    if (next_us == G_MAXINT64)
      g_cond_wait (&reader->changed, &reader->lock);
    else
      g_cond_wait_until (&reader->changed, &reader->lock, next_us);
  reader->interruptible = job != NULL && job->task == NULL;
  g_mutex_unlock (&reader->lock);
  return job;
}

static gpointer
run_reader (gpointer data)
{
  NegWorklistReader *reader = data;
  Job *job;

  while ((job = wait_for_job (reader)) != NULL) {
    if (job->task != NULL) {
      run_task (reader, job);
    } else {
      run_question (reader, job);
      free_job (job);
    }
  }
  return NULL;
}

/* --- asking --- */

NegWorklistReader *
_neg_worklist_reader_new (const char *data_folder, const char *cache_folder, NegWorklistReply reply, gpointer user_data)
{
  NegWorklistReader *reader = g_new0 (NegWorklistReader, 1);

  reader->data_folder = g_strdup (data_folder);
  reader->cache_folder = g_strdup (cache_folder);
  reader->context = g_main_context_ref_thread_default ();
  reader->reply = reply;
  reader->user_data = user_data;
  g_mutex_init (&reader->lock);
  g_cond_init (&reader->changed);
  g_cond_init (&reader->answered);
  g_queue_init (&reader->jobs);
  reader->query = g_new0 (NegEntryQuery, 1);
  reader->replies = g_ptr_array_new ();
  reader->thread = g_thread_new ("worklist", run_reader, reader);
  return reader;
}

static void
cancel_job (gpointer data)
{
  Job *job = data;

  if (job->task != NULL)
    g_task_return_new_error (job->task, NEG_ERROR, NEG_ERROR_CANCELLED, "The reading list was closed");
  free_job (job);
}

void
_neg_worklist_reader_free (NegWorklistReader *reader)
{
  g_mutex_lock (&reader->lock);
  reader->stop = TRUE;
  if (reader->database != NULL)
    neg_database_interrupt (reader->database);
  g_cond_signal (&reader->changed);
  g_mutex_unlock (&reader->lock);
  g_thread_join (reader->thread);
  for (guint i = 0; i < reader->replies->len; i++)
    g_source_destroy (((Delivery *) g_ptr_array_index (reader->replies, i))->source);
  g_ptr_array_unref (reader->replies);
  g_queue_clear_full (&reader->jobs, cancel_job);
  neg_database_free (reader->database);
  _neg_entry_query_free (reader->query);
  g_main_context_unref (reader->context);
  g_mutex_clear (&reader->lock);
  g_cond_clear (&reader->changed);
  g_cond_clear (&reader->answered);
  g_free (reader->data_folder);
  g_free (reader->cache_folder);
  g_free (reader);
}

/* With the lock held. */
static void
push_question (NegWorklistReader *reader, NegWorklistWhat what, GArray *pages)
{
  Job *job = g_new0 (Job, 1);

  job->question = reader->question;
  job->what = what;
  job->begin_us = what == NEG_WORKLIST_COUNT ? g_get_monotonic_time () + COUNT_DELAY_US : 0;
  job->query = _neg_entry_query_copy (reader->query);
  job->pages = pages != NULL ? g_array_ref (pages) : NULL;
  g_queue_push_tail (&reader->jobs, job);
  g_cond_signal (&reader->changed);
}

/* With the lock held. */
static void
drop_questions (NegWorklistReader *reader)
{
  for (GList *link = reader->jobs.head, *next; link != NULL; link = next) {
    Job *job = link->data;

    next = link->next;
    if (job->task == NULL) {
      g_queue_delete_link (&reader->jobs, link);
      free_job (job);
    }
  }
  if (reader->interruptible && reader->database != NULL)
    neg_database_interrupt (reader->database);
}

guint
_neg_worklist_reader_ask (NegWorklistReader *reader, const NegEntryQuery *query)
{
  guint question;

  g_mutex_lock (&reader->lock);
  question = ++reader->question;
  _neg_entry_query_free (reader->query);
  reader->query = _neg_entry_query_copy (query);
  drop_questions (reader);
  push_question (reader, NEG_WORKLIST_FIRST, NULL);
  push_question (reader, NEG_WORKLIST_COUNT, NULL);
  g_mutex_unlock (&reader->lock);
  return question;
}

/* With the lock held. The reply with the first rows of what was asked last. */
static Delivery *
find_first_rows (NegWorklistReader *reader)
{
  for (guint i = 0; i < reader->replies->len; i++) {
    Delivery *delivery = g_ptr_array_index (reader->replies, i);

    if (delivery->answer != NULL && delivery->answer->question == reader->question
        && delivery->answer->what == NEG_WORKLIST_FIRST)
      return delivery;
  }
  return NULL;
}

void
_neg_worklist_reader_wait (NegWorklistReader *reader, gint64 limit_us)
{
  gint64 end_us = g_get_monotonic_time () + limit_us;
  g_autoptr (GSource) source = NULL;
  Delivery *delivery;

  g_mutex_lock (&reader->lock);
  while ((delivery = find_first_rows (reader)) == NULL
         && g_cond_wait_until (&reader->answered, &reader->lock, end_us))
    ;
  if (delivery != NULL)
    source = g_source_ref (delivery->source);
  g_mutex_unlock (&reader->lock);
  if (delivery == NULL)
    return;
  deliver (delivery);
  g_source_destroy (source);
}

void
_neg_worklist_reader_ask_pages (NegWorklistReader *reader, NegWorklistWhat what, GArray *pages)
{
  g_mutex_lock (&reader->lock);
  push_question (reader, what, pages);
  g_mutex_unlock (&reader->lock);
}

void
_neg_worklist_reader_run_later (NegWorklistReader *reader, GTask *task, NegWorklistWork work, const NegEntryQuery *query)
{
  Job *job = g_new0 (Job, 1);

  job->task = g_object_ref (task);
  job->work = work;
  job->query = _neg_entry_query_copy (query);
  job->begin_us = g_get_monotonic_time () + COUNT_DELAY_US;
  g_mutex_lock (&reader->lock);
  g_queue_push_tail (&reader->jobs, job);
  g_cond_signal (&reader->changed);
  g_mutex_unlock (&reader->lock);
}

void
_neg_worklist_reader_run (NegWorklistReader *reader, GTask *task, NegWorklistWork work, gint64 entry_id,
                          const char *user, GDestroyNotify free_result)
{
  Job *job = g_new0 (Job, 1);

  job->task = g_object_ref (task);
  job->work = work;
  job->entry_id = entry_id;
  job->user = g_strdup (user);
  job->free_result = free_result;
  g_mutex_lock (&reader->lock);
  job->query = _neg_entry_query_copy (reader->query);
  g_queue_push_tail (&reader->jobs, job);
  g_cond_signal (&reader->changed);
  g_mutex_unlock (&reader->lock);
}

const char *
_neg_worklist_reader_get_data_folder (NegWorklistReader *reader)
{
  return reader->data_folder;
}

const char *
_neg_worklist_reader_get_cache_folder (NegWorklistReader *reader)
{
  return reader->cache_folder;
}
