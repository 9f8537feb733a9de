/* The agent's end of a network engine, against engines that misbehave. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "wire/neg-net-session.h"

typedef struct {
  char *folder, *program;
  NegNetEngines *engines;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("fake-net-engine.%s", (const char *) mode);

  fixture->folder = g_dir_make_tmp ("neg-net-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->program = g_build_filename (fixture->folder, name, NULL);
  g_assert_no_errno (symlink (g_getenv ("NEGATOSCOPE_FAKE_NET_ENGINE"), fixture->program));
  fixture->engines = neg_net_engines_new (fixture->program, 2, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer mode)
{
  neg_net_engines_free (fixture->engines);
  g_unlink (fixture->program);
  g_rmdir (fixture->folder);
  g_free (fixture->program);
  g_free (fixture->folder);
}

static void
begin (NegNetSession *session)
{
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  neg_net_session_send (session, NEG_NET_BEGIN, g_variant_new ("a{sv}", NULL), pair, 1, &error);
  g_assert_no_error (error);
  close (pair[0]);
  close (pair[1]);
}

static void
assert_gone (int pid)
{
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
}

static void
test_exchange (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  NegNetSession *session = neg_net_session_new (fixture->engines, &error);
  g_auto (NegNetMessage) message = { 0 };
  guint64 bytes;
  int pid;

  g_assert_no_error (error);
  begin (session);
  g_assert_true (neg_net_session_receive (session, 5000, NULL, &message, &error));
  g_assert_cmpuint (message.type, ==, NEG_NET_PROGRESS);
  g_variant_get (message.body, "(t)", &bytes);
  g_assert_cmpuint (bytes, ==, 5);
  neg_net_session_send (session, NEG_NET_FINISH, g_variant_new_tuple (NULL, 0), NULL, 0, &error);
  g_assert_no_error (error);
  g_assert_true (neg_net_session_receive (session, 5000, NULL, &message, &error));
  g_assert_cmpuint (message.type, ==, NEG_NET_END);
  pid = neg_net_session_get_pid (session);
  neg_net_session_free (session);
  assert_gone (pid);
}

/* Sessions outlive what made them, and its spare engines do not. */
static void
test_outlives (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (fixture->engines, &error);
  g_auto (NegNetMessage) message = { 0 };

  g_assert_no_error (error);
  neg_net_engines_free (g_steal_pointer (&fixture->engines));
  g_usleep (200000);
  begin (session);
  g_assert_true (neg_net_session_receive (session, 5000, NULL, &message, &error));
}

static void
expect_failure (Fixture *fixture, NegErrorCode code, guint timeout_ms)
{
  g_autoptr (GError) error = NULL;
  NegNetSession *session = neg_net_session_new (fixture->engines, &error);
  g_auto (NegNetMessage) message = { 0 };
  int pid;

  g_assert_no_error (error);
  pid = neg_net_session_get_pid (session);
  begin (session);
  g_assert_false (neg_net_session_receive (session, timeout_ms, NULL, &message, &error));
  g_assert_error (error, NEG_ERROR, code);
  neg_net_session_free (session);
  assert_gone (pid);
}

static void
test_dies (Fixture *fixture, gconstpointer mode)
{
  expect_failure (fixture, NEG_ERROR_ENGINE_DIED, 5000);
}

static void
test_protocol (Fixture *fixture, gconstpointer mode)
{
  expect_failure (fixture, NEG_ERROR_PROTOCOL, 5000);
}

static void
test_refused (Fixture *fixture, gconstpointer mode)
{
  expect_failure (fixture, NEG_ERROR_REFUSED, 5000);
}

static void
test_deaf (Fixture *fixture, gconstpointer mode)
{
  expect_failure (fixture, NEG_ERROR_TIMEOUT, 200);
}

static void
test_no_start (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_net_session_new (fixture->engines, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
}

static void
test_not_there (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetEngines) engines = neg_net_engines_new ("/nowhere/engine", 1, &error);

  g_assert_no_error (error);
  g_assert_null (neg_net_session_new (engines, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED);
  g_clear_error (&error);
  g_assert_null (neg_net_session_new (engines, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED);
}

/* An engine that ends behind its greeting: its end is seen at the start or at the first message, whichever comes later. */
static void
test_stale (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (fixture->engines, &error);
  g_auto (NegNetMessage) message = { 0 };

  if (session != NULL)
    g_assert_false (neg_net_session_receive (session, 5000, NULL, &message, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED);
}

/* Telling something to one that does not hear any more gives the reason of its end. */
static void
test_last_words (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (fixture->engines, &error);

  g_assert_no_error (error);
  while (neg_net_session_send (session, NEG_NET_FINISH, g_variant_new_tuple (NULL, 0), NULL, 0, &error))
    g_usleep (1000);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100000);
  g_cancellable_cancel (data);
  return NULL;
}

static double
receive_cancelled (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (fixture->engines, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (NegNetMessage) message = { 0 };
  const gint64 start_us = g_get_monotonic_time ();
  GThread *thread;

  g_assert_no_error (error);
  begin (session);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  while (neg_net_session_receive (session, 10000, cancellable, &message, &error))
    ;
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  g_thread_join (thread);
  return (g_get_monotonic_time () - start_us) / 1e3;
}

static void
test_cancel (Fixture *fixture, gconstpointer mode)
{
  double ms = NEG_NET_GRACE_MS;

  /* On a busy machine it may be late, but not each time. */
  for (guint i = 0; i < 5 && ms >= NEG_NET_GRACE_MS; i++)
    ms = receive_cancelled (fixture);
  g_assert_cmpfloat (ms, <, NEG_NET_GRACE_MS);
}

static void
test_cancel_deaf (Fixture *fixture, gconstpointer mode)
{
  const double ms = receive_cancelled (fixture);

  g_assert_cmpfloat (ms, >=, NEG_NET_GRACE_MS);
  g_assert_cmpfloat (ms, <, NEG_NET_GRACE_MS + 20000);
}

static gpointer
kill_soon (gpointer data)
{
  g_usleep (100000);
  neg_net_session_kill (data);
  return NULL;
}

/* Also in the middle of a message that never ends. */
static void
test_kill (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (fixture->engines, &error);
  g_auto (NegNetMessage) message = { 0 };
  GThread *thread;

  g_assert_no_error (error);
  begin (session);
  thread = g_thread_new ("kill", kill_soon, session);
  while (neg_net_session_receive (session, 10000, NULL, &message, &error))
    ;
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* Many at once, two spare: everybody gets his own. */
static gpointer
use_one (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegNetSession) session = neg_net_session_new (data, &error);
  g_auto (NegNetMessage) message = { 0 };

  g_assert_no_error (error);
  begin (session);
  g_assert_true (neg_net_session_receive (session, 20000, NULL, &message, &error));
  return NULL;
}

static void
test_many (Fixture *fixture, gconstpointer mode)
{
  GThread *threads[40];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("one", use_one, fixture->engines);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define ADD(path, mode, func) g_test_add (path, Fixture, mode, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/net-session/exchange", "good", test_exchange);
  ADD ("/net-session/outlives", "good", test_outlives);
  ADD ("/net-session/dies", "dies", test_dies);
  ADD ("/net-session/exits", "exits", test_dies);
  ADD ("/net-session/request", "request", test_protocol);
  ADD ("/net-session/descriptor", "descriptor", test_protocol);
  ADD ("/net-session/refused", "refused", test_refused);
  ADD ("/net-session/deaf", "deaf", test_deaf);
  ADD ("/net-session/old", "old", test_no_start);
  g_test_add_func ("/net-session/not-there", test_not_there);
  ADD ("/net-session/stale", "stale", test_stale);
  ADD ("/net-session/last-words", "words", test_last_words);
  ADD ("/net-session/cancel", "good", test_cancel);
  ADD ("/net-session/cancel-deaf", "deaf", test_cancel_deaf);
  ADD ("/net-session/kill", "deaf", test_kill);
  ADD ("/net-session/kill-half", "half", test_kill);
  ADD ("/net-session/many", "good", test_many);
  return g_test_run ();
}
