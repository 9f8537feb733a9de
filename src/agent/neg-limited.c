#include "config.h"

#include "agent/neg-limited.h"

#include "base/neg-error.h"

#define POLL_MS 200

/* Of the caller and of the thread: whoever is last frees it. */
typedef struct {
  NegLimitedFunc func;
  gpointer data;
  GDestroyNotify clear;
  GMutex lock; /* of what follows */
  GCond changed;
  gint64 beat_us; /* monotonic */
  gboolean is_done, is_good;
  GError *error;
} Work;

struct _NegLimited {
  char *name;
  Work *work; /* the last one that was held up; NULL */
  gint64 stuck_us;
};

static GPrivate current_work;

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_atomic_rc_box_release_full (work->data, work->clear);
  g_mutex_clear (&work->lock);
  g_cond_clear (&work->changed);
  g_clear_error (&work->error);
}

static gpointer
run (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  gboolean is_good;

  g_private_set (&current_work, work);
  is_good = work->func (work->data, &error);
  g_private_set (&current_work, NULL);
  g_mutex_lock (&work->lock);
  work->is_done = TRUE;
  work->is_good = is_good;
  work->error = g_steal_pointer (&error);
  g_cond_broadcast (&work->changed);
  g_mutex_unlock (&work->lock);
  g_atomic_rc_box_release_full (work, work_clear);
  return NULL;
}

void
neg_limited_beat (void)
{
  Work *work = g_private_get (&current_work);

  if (work == NULL)
    return;
  g_mutex_lock (&work->lock);
  work->beat_us = g_get_monotonic_time ();
  g_mutex_unlock (&work->lock);
}

NegLimited *
neg_limited_new (const char *name)
{
  NegLimited *limited = g_new0 (NegLimited, 1);

  limited->name = g_strdup (name);
  return limited;
}

void
neg_limited_free (NegLimited *limited)
{
  if (limited == NULL)
    return;
  if (limited->work != NULL)
    g_atomic_rc_box_release_full (limited->work, work_clear);
  g_free (limited->name);
  g_free (limited);
}

/* What was held up may have come to an end meanwhile. */
static gboolean
is_free (NegLimited *limited)
{
  gboolean is_done;

  if (limited->work == NULL)
    return TRUE;
  g_mutex_lock (&limited->work->lock);
  is_done = limited->work->is_done;
  g_mutex_unlock (&limited->work->lock);
  if (!is_done)
    return FALSE;
  g_atomic_rc_box_release_full (g_steal_pointer (&limited->work), work_clear);
  limited->stuck_us = 0;
  return TRUE;
}

gint64
neg_limited_get_stuck_us (NegLimited *limited)
{
  return is_free (limited) ? 0 : limited->stuck_us;
}

static gboolean
fail_stuck (const NegLimited *limited, GError **error)
{
  return neg_fail (error, NEG_ERROR_TIMEOUT, limited->name, "the %s does not answer", limited->name);
}

/* TRUE: it has come to an end. */
static gboolean
await (Work *work, guint silence_ms, GCancellable *cancellable)
{
  gboolean is_done;

  g_mutex_lock (&work->lock);
  while (!work->is_done && !g_cancellable_is_cancelled (cancellable)
         && g_get_monotonic_time () - work->beat_us < (gint64) silence_ms * 1000)
    g_cond_wait_until (&work->changed, &work->lock, g_get_monotonic_time () + POLL_MS * 1000);
  is_done = work->is_done;
  g_mutex_unlock (&work->lock);
  return is_done;
}

static Work *
work_new (NegLimitedFunc func, gpointer data, GDestroyNotify clear)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->func = func;
  work->data = g_atomic_rc_box_acquire (data);
  work->clear = clear;
  work->beat_us = g_get_monotonic_time ();
  g_mutex_init (&work->lock);
  g_cond_init (&work->changed);
  return work;
}

gboolean
neg_limited_run (NegLimited *limited, NegLimitedFunc func, gpointer data, GDestroyNotify clear, guint silence_ms,
                 GCancellable *cancellable, GError **error)
{
  Work *work;
  GThread *thread;
  gboolean is_good;

  if (!is_free (limited))
    return fail_stuck (limited, error);
  work = work_new (func, data, clear);
  thread = g_thread_try_new ("limited", run, g_atomic_rc_box_acquire (work), error);
  if (thread == NULL) {
    g_atomic_rc_box_release_full (work, work_clear);
    g_atomic_rc_box_release_full (work, work_clear);
    return FALSE;
  }
  g_thread_unref (thread);
  if (!await (work, silence_ms, cancellable)) {
    limited->work = work;
    limited->stuck_us = g_get_real_time ();
    return g_cancellable_is_cancelled (cancellable) ? neg_fail (error, NEG_ERROR_CANCELLED, limited->name, "cancelled")
                                                    : fail_stuck (limited, error);
  }
  is_good = work->is_good;
  if (!is_good)
    g_propagate_error (error, g_steal_pointer (&work->error));
  g_atomic_rc_box_release_full (work, work_clear);
  return is_good;
}
