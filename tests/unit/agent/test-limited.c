/* Work on a disk that does not answer is left to its fate, and nothing else is begun until it comes to an end. */
#include "agent/neg-limited.h"
#include "base/neg-error.h"

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean may_end, has_ended;
  guint n_beats;
} Gate;

typedef struct {
  Gate *gate;
  char *text;
} Work;

static Gate gate;
static gint n_cleared;

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_free (work->text);
  g_atomic_int_inc (&n_cleared);
}

static Work *
work_new (void)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->gate = &gate;
  return work;
}

static gboolean
quick (gpointer data, GError **error)
{
  ((Work *) data)->text = g_strdup ("done");
  return TRUE;
}

static gboolean
failing (gpointer data, GError **error)
{
  return neg_fail (error, NEG_ERROR_DISK_FULL, "disk", "full");
}

/* Until the gate opens. */
static gboolean
stuck (gpointer data, GError **error)
{
  Gate *at = ((Work *) data)->gate;

  g_mutex_lock (&at->lock);
  while (!at->may_end)
    g_cond_wait (&at->changed, &at->lock);
  at->has_ended = TRUE;
  g_cond_broadcast (&at->changed);
  g_mutex_unlock (&at->lock);
  return TRUE;
}

/* Longer than the limit, and heard of all the time. */
static gboolean
slow (gpointer data, GError **error)
{
  for (guint i = 0; i < 40; i++) {
    g_usleep (20000);
    neg_limited_beat ();
  }
  return TRUE;
}

static gboolean
run (NegLimited *limited, NegLimitedFunc func, guint silence_ms, GCancellable *cancellable, char **text, GError **error)
{
  Work *work = work_new ();
  const gboolean is_good = neg_limited_run (limited, func, work, work_clear, silence_ms, cancellable, error);

  if (is_good && text != NULL)
    *text = g_strdup (work->text);
  g_atomic_rc_box_release_full (work, work_clear);
  return is_good;
}

static void
test_answers (void)
{
  NegLimited *limited = neg_limited_new ("share");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (run (limited, quick, 60000, NULL, &text, &error));
  g_assert_cmpstr (text, ==, "done");
  g_assert_false (run (limited, failing, 60000, NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_DISK_FULL);
  g_clear_error (&error);
  g_assert_true (run (limited, slow, 600, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (neg_limited_get_stuck_us (limited), ==, 0);
  neg_limited_free (limited);
}

static void
open_gate (void)
{
  g_mutex_lock (&gate.lock);
  gate.may_end = TRUE;
  g_cond_broadcast (&gate.changed);
  while (!gate.has_ended)
    g_cond_wait (&gate.changed, &gate.lock);
  g_mutex_unlock (&gate.lock);
}

static void
test_stuck (void)
{
  NegLimited *limited = neg_limited_new ("share");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  gate.may_end = gate.has_ended = FALSE;
  g_assert_false (run (limited, stuck, 50, NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TIMEOUT);
  g_clear_error (&error);
  g_assert_cmpint (neg_limited_get_stuck_us (limited), >, 0);
  g_assert_false (run (limited, quick, 60000, NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TIMEOUT);
  g_clear_error (&error);
  open_gate ();
  while (neg_limited_get_stuck_us (limited) != 0)
    g_usleep (1000);
  g_assert_true (run (limited, quick, 60000, NULL, NULL, &error));
  g_assert_no_error (error);
  /* Whoever ends does not wait for it; what it works with is its own until it comes back. */
  gate.may_end = gate.has_ended = FALSE;
  g_cancellable_cancel (cancellable);
  g_atomic_int_set (&n_cleared, 0);
  g_assert_false (run (limited, stuck, 60000, cancellable, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  neg_limited_free (limited);
  g_assert_cmpint (g_atomic_int_get (&n_cleared), ==, 0);
  open_gate ();
  while (g_atomic_int_get (&n_cleared) == 0)
    g_usleep (1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limited/answers", test_answers);
  g_test_add_func ("/limited/stuck", test_stuck);
  return g_test_run ();
}
