#include "config.h"

#include "wire/neg-engine-pool.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "wire/neg-engine-pool-private.h"

#define ENGINES_MAX 8

/* An engine holds the descriptors of two batches, the kernel those of all engines that have not read them yet, and
 * both have limits (RLIMIT_NOFILE; unix(7), ETOOMANYREFS). */
#define DESCRIPTORS_MAX 256
#define SCAN_ITEMS_MIN 8
#define SCAN_ITEMS_MAX 128
#define DECODE_ITEMS_MAX 32
#define MODIFY_ITEMS_MAX 16 /* two descriptors each */

/* Engines that end without ever having answered: after so many in a row the program is taken for broken. */
#define STARTS_IN_VAIN_MAX 5
#define PAUSE_MS 2000

struct _NegEnginePool {
  gatomicrefcount ref_count;

  /* Constant */
  char *program, **environment;
  guint n_engines, item_timeout_ms;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;

  GMutex lock; /* of the following two */
  gboolean closed;
  NegEnginePoolStats stats;

  /* The dispatcher's */
  GPtrArray *engines;
  GQueue waiting[NEG_POOL_N_PRIORITIES]; /* NegRequest by age, through their links */
  GHashTable *strikes;                   /* blob id -> engines that ended at it */
  guint64 last_batch_id, last_age;
  guint starts_in_vain;
  gint64 pause_until_us; /* 0: none */
  char *last_end;        /* in words; nullable */
  gboolean shutting_down;
};

NegEnginePool *
_neg_engine_pool_ref (NegEnginePool *pool)
{
  g_atomic_ref_count_inc (&pool->ref_count);
  return pool;
}

void
_neg_engine_pool_unref (NegEnginePool *pool)
{
  if (!g_atomic_ref_count_dec (&pool->ref_count))
    return;
  g_free (pool->program);
  g_strfreev (pool->environment);
  g_free (pool->last_end);
  g_main_loop_unref (pool->loop);
  g_main_context_unref (pool->context);
  g_mutex_clear (&pool->lock);
  g_free (pool);
}

const char *
_neg_engine_pool_get_program (NegEnginePool *pool)
{
  return pool->program;
}

char **
_neg_engine_pool_get_environment (NegEnginePool *pool)
{
  return pool->environment;
}

guint
_neg_engine_pool_get_item_timeout_ms (NegEnginePool *pool)
{
  return pool->item_timeout_ms;
}

GMainContext *
_neg_engine_pool_get_context (NegEnginePool *pool)
{
  return pool->context;
}

guint
neg_engine_pool_get_n_engines (NegEnginePool *pool)
{
  return pool->n_engines;
}

void
neg_engine_pool_get_stats (NegEnginePool *pool, NegEnginePoolStats *stats)
{
  g_mutex_lock (&pool->lock);
  *stats = pool->stats;
  g_mutex_unlock (&pool->lock);
}

guint
_neg_engine_pool_strikes (NegEnginePool *pool, NegBlob *blob, gboolean add_one)
{
  guint64 id = neg_blob_get_id (blob);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (pool->strikes, &id));

  if (add_one)
    g_hash_table_insert (pool->strikes, g_memdup2 (&id, sizeof id), GUINT_TO_POINTER (++n));
  return n;
}

/* Commands */

typedef struct {
  NegEnginePool *pool;
  NegPoolCommand run;
  NegRequest *request;
  guint value;
} Command;

static void
command_free (gpointer data)
{
  Command *command = data;

  neg_request_unref (command->request);
  g_free (command);
}

static gboolean
command_cb (gpointer user_data)
{
  Command *command = user_data;

  command->run (command->pool, command->request, command->value);
  return G_SOURCE_REMOVE;
}

static gboolean
post (NegEnginePool *pool, NegPoolCommand run, NegRequest *request, guint value, gboolean is_last)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Command *command = g_new (Command, 1);
  gboolean is_open;

  *command = (Command){ pool, run, request ? neg_request_ref (request) : NULL, value };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, command_cb, command, command_free);
  g_mutex_lock (&pool->lock);
  is_open = !pool->closed;
  pool->closed = pool->closed || is_last;
  if (is_open)
    g_source_attach (source, pool->context);
  g_mutex_unlock (&pool->lock);
  return is_open;
}

gboolean
_neg_engine_pool_post (NegEnginePool *pool, NegPoolCommand run, NegRequest *request, guint value)
{
  return post (pool, run, request, value, FALSE);
}

/* The queue */

static void
enqueue (NegEnginePool *pool, NegRequest *request)
{
  GQueue *queue = &pool->waiting[request->priority];
  GList *before;

  if (request->is_queued || _neg_request_n_waiting (request) == 0)
    return;
  request->is_queued = TRUE;
  for (before = queue->tail; before != NULL; before = before->prev)
    if (((NegRequest *) before->data)->age < request->age)
      break;
  request->link.prev = request->link.next = NULL;
  g_queue_insert_after_link (queue, before, &request->link);
}

static void
dequeue (NegEnginePool *pool, NegRequest *request)
{
  if (request->is_queued)
    g_queue_unlink (&pool->waiting[request->priority], &request->link);
  request->is_queued = FALSE;
}

static NegRequest *
peek_most_urgent (NegEnginePool *pool)
{
  for (guint i = 0; i < NEG_POOL_N_PRIORITIES; i++)
    if (!g_queue_is_empty (&pool->waiting[i]))
      return g_queue_peek_head (&pool->waiting[i]);
  return NULL;
}

void
_neg_engine_pool_requeue (NegEnginePool *pool, NegRequest *request)
{
  enqueue (pool, request);
}

static void
fail_waiting (NegEnginePool *pool, NegRequest *request, NegErrorCode code, const char *message)
{
  g_autoptr (NegRequest) kept G_GNUC_UNUSED = neg_request_ref (request);

  dequeue (pool, request);
  _neg_request_fail_waiting (request, code, message);
  _neg_request_finish_if_answered (request);
}

/* Engines */

static void
count_engines (NegEnginePool *pool, guint started, guint died, guint killed)
{
  g_mutex_lock (&pool->lock);
  pool->stats.started += started;
  pool->stats.died += died;
  pool->stats.killed += killed;
  pool->stats.n_alive = pool->engines->len;
  g_mutex_unlock (&pool->lock);
}

static gboolean
is_paused (NegEnginePool *pool)
{
  return pool->pause_until_us > g_get_monotonic_time ();
}

static void
start_engines (NegEnginePool *pool)
{
  while (pool->engines->len < pool->n_engines && !pool->shutting_down && !is_paused (pool)) {
    g_ptr_array_add (pool->engines, _neg_engine_new (pool));
    count_engines (pool, 1, 0, 0);
  }
}

void
_neg_engine_pool_engine_answered (NegEnginePool *pool)
{
  pool->starts_in_vain = 0;
}

/* A program that cannot run must not be started for ever; what waits for it fails, and says why. */
static void
give_up_for_now (NegEnginePool *pool)
{
  pool->pause_until_us = g_get_monotonic_time () + PAUSE_MS * 1000;
  pool->starts_in_vain = 0;
}

static void
fail_without_engines (NegEnginePool *pool)
{
  NegRequest *request;

  while (pool->engines->len == 0 && (request = peek_most_urgent (pool)) != NULL) {
    g_autofree char *message = g_strdup_printf ("the decoding process does not start: %s", pool->last_end);

    fail_waiting (pool, request, NEG_ERROR_ENGINE_DIED, message);
  }
}

void
_neg_engine_pool_engine_ends (NegEnginePool *pool, NegEngine *engine, gboolean was_killed)
{
  g_ptr_array_remove_fast (pool->engines, engine);
  count_engines (pool, 0, was_killed ? 0 : 1, was_killed ? 1 : 0);
}

void
_neg_engine_pool_engine_ended (NegEnginePool *pool, NegEngine *engine, const NegEngineEnd *end)
{
  g_free (pool->last_end);
  pool->last_end = g_strdup (end->how);
  pool->starts_in_vain = end->in_vain && !end->has_blamed ? pool->starts_in_vain + 1 : 0;
  _neg_engine_free (engine);
  if (pool->shutting_down) {
    if (pool->engines->len == 0)
      g_main_loop_quit (pool->loop);
    return;
  }
  if (pool->starts_in_vain >= STARTS_IN_VAIN_MAX)
    give_up_for_now (pool);
  start_engines (pool);
  fail_without_engines (pool);
  _neg_engine_pool_schedule (pool);
}

/* The order of work */

/* How many of the engine's requests in flight come before one of @priority: those that are not more urgent are made
 * to give way. */
static guint
n_before (NegEngine *engine, NegPriority priority)
{
  guint n = 0;

  for (GList *l = _neg_engine_get_batches (engine)->head; l != NULL; l = l->next) {
    const NegBatch *batch = l->data;

    n += !batch->cancel_sent && batch->request->priority <= priority;
  }
  return n;
}

static NegEngine *
choose_engine (NegEnginePool *pool, NegPriority priority)
{
  NegEngine *best = NULL;
  guint best_n = G_MAXUINT;

  for (guint i = 0; i < pool->engines->len; i++) {
    NegEngine *engine = g_ptr_array_index (pool->engines, i);
    guint before = n_before (engine, priority);
    guint n = before * 16 + _neg_engine_get_batches (engine)->length;

    if (_neg_engine_is_ready (engine) && before < NEG_POOL_IN_FLIGHT_MAX && n < best_n) {
      best = engine;
      best_n = n;
    }
  }
  return best;
}

static void
make_way (NegEngine *engine, NegPriority priority)
{
  for (GList *l = _neg_engine_get_batches (engine)->head; l != NULL; l = l->next) {
    NegBatch *batch = l->data;

    if (batch->request->priority > priority)
      _neg_engine_cancel_batch (engine, batch);
  }
}

/* Small towards the end, so that the engines finish together. */
static guint
get_batch_size (NegEnginePool *pool, const NegRequest *request)
{
  guint share = _neg_request_n_waiting (request) / (NEG_POOL_IN_FLIGHT_MAX * pool->n_engines);

  switch (request->kind) {
  case NEG_REQUEST_SCAN:
  case NEG_REQUEST_INDEX:
  case NEG_REQUEST_TAGS:
    return CLAMP (share, 1, CLAMP (DESCRIPTORS_MAX / pool->n_engines, SCAN_ITEMS_MIN, SCAN_ITEMS_MAX));
  case NEG_REQUEST_DECODE:
    return CLAMP (share, 1, DECODE_ITEMS_MAX);
  case NEG_REQUEST_MODIFY:
    return CLAMP (share, 1, MODIFY_ITEMS_MAX);
  case NEG_REQUEST_COMPOSE:
    return 1;
  case NEG_REQUEST_EXTRACT:
    /* One pass over the archive per batch: as few as there are engines. */
    return CLAMP ((request->n_items + pool->n_engines - 1) / pool->n_engines, 1, NEG_DECODE_BATCH_MAX);
  }
  return 1;
}

void
_neg_engine_pool_schedule (NegEnginePool *pool)
{
  NegRequest *request;
  NegEngine *engine;

  while (!pool->shutting_down && (request = peek_most_urgent (pool)) != NULL
         && (engine = choose_engine (pool, request->priority)) != NULL) {
    g_autoptr (NegRequest) kept G_GNUC_UNUSED = neg_request_ref (request);
    NegOutgoing *message = NULL;
    NegBatch *batch;

    dequeue (pool, request);
    make_way (engine, request->priority);
    batch = _neg_batch_new (request, get_batch_size (pool, request), ++pool->last_batch_id, &message);
    enqueue (pool, request);
    if (batch != NULL)
      _neg_engine_send_batch (engine, batch, message);
  }
}

/* What other threads ask for */

void
_neg_engine_pool_add (NegEnginePool *pool, NegRequest *request, guint unused)
{
  request->age = ++pool->last_age;
  if (request->refusal != NULL)
    _neg_request_fail_waiting (request, request->refusal->code, request->refusal->message);
  enqueue (pool, request);
  start_engines (pool);
  fail_without_engines (pool);
  _neg_engine_pool_schedule (pool);
  _neg_request_finish_if_answered (request);
}

void
_neg_engine_pool_cancel (NegEnginePool *pool, NegRequest *request, guint unused)
{
  if (request->done || request->cancelled)
    return;
  request->cancelled = TRUE;
  fail_waiting (pool, request, NEG_ERROR_CANCELLED, "cancelled");
  for (guint i = 0; i < pool->engines->len; i++) {
    NegEngine *engine = g_ptr_array_index (pool->engines, i);

    for (GList *l = _neg_engine_get_batches (engine)->head; l != NULL; l = l->next) {
      NegBatch *batch = l->data;

      if (batch->request != request)
        continue;
      batch->cancel_time_us = g_get_monotonic_time ();
      _neg_engine_cancel_batch (engine, batch);
    }
  }
}

void
_neg_engine_pool_set_priority (NegEnginePool *pool, NegRequest *request, guint priority)
{
  gboolean was_queued = request->is_queued;

  dequeue (pool, request);
  request->priority = MIN (priority, NEG_PRIORITY_BACKGROUND);
  if (was_queued)
    enqueue (pool, request);
  _neg_engine_pool_schedule (pool);
}

static void
shut_down (NegEnginePool *pool, NegRequest *unused, guint unused_value)
{
  NegRequest *request;

  pool->shutting_down = TRUE;
  while ((request = peek_most_urgent (pool)) != NULL)
    fail_waiting (pool, request, NEG_ERROR_CANCELLED, "cancelled");
  for (guint i = 0; i < pool->engines->len; i++) {
    NegEngine *engine = g_ptr_array_index (pool->engines, i);

    for (GList *l = _neg_engine_get_batches (engine)->head; l != NULL; l = l->next)
      ((NegBatch *) l->data)->request->cancelled = TRUE;
    _neg_engine_kill (engine);
  }
  if (pool->engines->len == 0)
    g_main_loop_quit (pool->loop);
}

static void
start_first (NegEnginePool *pool, NegRequest *unused, guint unused_value)
{
  start_engines (pool);
}

static gpointer
dispatcher_thread (gpointer data)
{
  NegEnginePool *pool = data;

  g_main_loop_run (pool->loop);
  return NULL;
}

static NegEnginePool *
pool_new (char *program, const NegEnginePoolOptions *options)
{
  NegEnginePool *pool = g_new0 (NegEnginePool, 1);

  g_atomic_ref_count_init (&pool->ref_count);
  pool->program = program;
  pool->environment = _neg_engine_make_environment ();
  pool->n_engines = options && options->n_engines > 0 ? options->n_engines
                                                      : CLAMP (g_get_num_processors (), 1, ENGINES_MAX);
  pool->item_timeout_ms = options && options->item_timeout_ms > 0 ? options->item_timeout_ms : NEG_ITEM_TIMEOUT_MS;
  pool->context = g_main_context_new ();
  pool->loop = g_main_loop_new (pool->context, FALSE);
  g_mutex_init (&pool->lock);
  pool->engines = g_ptr_array_new ();
  for (guint i = 0; i < NEG_POOL_N_PRIORITIES; i++)
    g_queue_init (&pool->waiting[i]);
  pool->strikes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return pool;
}

NegEnginePool *
neg_engine_pool_new (const NegEnginePoolOptions *options, GError **error)
{
  g_autofree char *program = options ? g_strdup (options->program) : NULL;
  NegEnginePool *pool;

  if (program == NULL)
    program = neg_paths_find_program ("negatoscope-engine", "NEGATOSCOPE_ENGINE", error);
  if (program == NULL)
    return NULL;
  if (access (program, X_OK) != 0) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, "negatoscope-engine", "the decoding program is not there");
    return NULL;
  }
  pool = pool_new (g_steal_pointer (&program), options);
  _neg_engine_pool_post (pool, start_first, NULL, 0);
  pool->thread = g_thread_new ("engines", dispatcher_thread, pool);
  return pool;
}

void
neg_engine_pool_free (NegEnginePool *pool)
{
  if (pool == NULL)
    return;
  post (pool, shut_down, NULL, 0, TRUE);
  g_thread_join (pool->thread);
  g_ptr_array_unref (pool->engines);
  g_hash_table_unref (pool->strikes);
  _neg_engine_pool_unref (pool);
}
