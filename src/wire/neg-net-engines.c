#include "config.h"

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "wire/neg-engine-pool-private.h"
#include "wire/neg-net-session-private.h"

/* Who has just taken one wants the processor himself. */
#define REFILL_US G_USEC_PER_SEC

struct _NegNetEngines {
  char *program;
  char **environment;
  guint n_spare;

  GMutex lock;      /* guards what follows */
  GCond changed;
  GQueue spares;    /* NegNetSession */
  guint n_waiting;  /* who wait for one */
  guint n_sessions; /* that others hold */
  guint n_failures; /* to start one */
  GError *failure;  /* the last of them */
  gint64 taken_us;  /* when one was taken last; monotonic, 0: never */
  gboolean is_stuck; /* since then nobody has asked again */
  gboolean is_closing;
};

static void
destroy (NegNetEngines *engines)
{
  g_clear_error (&engines->failure);
  g_mutex_clear (&engines->lock);
  g_cond_clear (&engines->changed);
  g_strfreev (engines->environment);
  g_free (engines->program);
  g_free (engines);
}

/* Called with the lock held. */
static gboolean
wants_one_more (const NegNetEngines *engines)
{
  return !engines->is_closing && !engines->is_stuck
         && engines->spares.length < engines->n_spare + engines->n_waiting;
}

/* Called with the lock held. The last one that is left is enough for a moment. */
static gboolean
is_in_time (const NegNetEngines *engines)
{
  return engines->spares.length <= engines->n_waiting || engines->taken_us == 0
         || g_get_monotonic_time () >= engines->taken_us + REFILL_US;
}

static void
start_one (NegNetEngines *engines)
{
  g_autoptr (GError) error = NULL;
  NegNetSession *session;

  g_mutex_unlock (&engines->lock);
  session = _neg_net_session_start (engines, engines->program, engines->environment, &error);
  g_mutex_lock (&engines->lock);
  if (session != NULL) {
    g_queue_push_tail (&engines->spares, session);
  } else {
    g_clear_error (&engines->failure);
    engines->failure = g_steal_pointer (&error);
    engines->n_failures++;
    engines->is_stuck = TRUE;
  }
  g_cond_broadcast (&engines->changed);
}

static void
end_spares (NegNetEngines *engines)
{
  NegNetSession *session;

  while ((session = g_queue_pop_head (&engines->spares)) != NULL) {
    g_mutex_unlock (&engines->lock);
    _neg_net_session_end (session, 0);
    g_mutex_lock (&engines->lock);
  }
}

/* The engines die with the thread that starts them (PR_SET_PDEATHSIG), so this one stays until the last is gone. */
static gpointer
run (gpointer data)
{
  NegNetEngines *engines = data;

  g_mutex_lock (&engines->lock);
  while (!engines->is_closing || engines->n_sessions > 0) {
    if (engines->is_closing)
      end_spares (engines);
    if (wants_one_more (engines) && is_in_time (engines))
      start_one (engines);
    else if (wants_one_more (engines))
      g_cond_wait_until (&engines->changed, &engines->lock, engines->taken_us + REFILL_US);
    else if (!engines->is_closing || engines->n_sessions > 0)
      g_cond_wait (&engines->changed, &engines->lock);
  }
  end_spares (engines);
  g_mutex_unlock (&engines->lock);
  destroy (engines);
  return NULL;
}

NegNetEngines *
neg_net_engines_new (const char *program, guint n_spare, GError **error)
{
  g_autofree char *path = program != NULL
                              ? g_strdup (program)
                              : neg_paths_find_program ("negatoscope-engine", "NEGATOSCOPE_ENGINE", error);
  NegNetEngines *engines;
  GThread *thread;

  if (path == NULL)
    return NULL;
  engines = g_new0 (NegNetEngines, 1);
  g_mutex_init (&engines->lock);
  g_cond_init (&engines->changed);
  g_queue_init (&engines->spares);
  engines->program = g_steal_pointer (&path);
  engines->environment = _neg_engine_make_environment ();
  engines->n_spare = n_spare;
  thread = g_thread_try_new ("net-engines", run, engines, error);
  if (thread == NULL) {
    destroy (engines);
    return NULL;
  }
  g_thread_unref (thread);
  return engines;
}

void
neg_net_engines_free (NegNetEngines *engines)
{
  if (engines == NULL)
    return;
  g_mutex_lock (&engines->lock);
  engines->is_closing = TRUE;
  g_cond_broadcast (&engines->changed);
  g_mutex_unlock (&engines->lock);
}

/* Called with the lock held: a spare one, or NULL when a start failed while waiting. */
static NegNetSession *
wait_for_one (NegNetEngines *engines, GError **error)
{
  const guint n_failures = engines->n_failures;

  engines->n_waiting++;
  engines->is_stuck = FALSE;
  g_cond_broadcast (&engines->changed);
  while (engines->spares.length == 0 && engines->n_failures == n_failures)
    g_cond_wait (&engines->changed, &engines->lock);
  engines->n_waiting--;
  if (engines->spares.length > 0)
    return g_queue_pop_head (&engines->spares);
  if (error != NULL)
    *error = g_error_copy (engines->failure);
  return NULL;
}

NegNetSession *
_neg_net_engines_take (NegNetEngines *engines, GError **error)
{
  NegNetSession *session;

  g_mutex_lock (&engines->lock);
  engines->n_sessions++;
  engines->taken_us = g_get_monotonic_time ();
  session = g_queue_pop_head (&engines->spares);
  if (session == NULL)
    session = wait_for_one (engines, error);
  if (session == NULL)
    engines->n_sessions--;
  g_cond_broadcast (&engines->changed);
  g_mutex_unlock (&engines->lock);
  return session;
}

void
_neg_net_engines_release (NegNetEngines *engines)
{
  g_mutex_lock (&engines->lock);
  engines->n_sessions--;
  g_cond_broadcast (&engines->changed);
  g_mutex_unlock (&engines->lock);
}
