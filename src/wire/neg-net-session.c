#include "config.h"

#include "wire/neg-net-session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"
#include "wire/neg-net-session-private.h"

/* An engine that has begun a message ends it, one that works takes its messages: else it hangs. */
#define STALL_S 20
#define END_GRACE_MS 300
#define SPARES_TRIED_MAX 3

/* --- the process --- */

static void
limit_stalls (int socket)
{
  const struct timeval limit = { .tv_sec = STALL_S };

  setsockopt (socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt (socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

NegNetSession *
_neg_net_session_start (NegNetEngines *engines, const char *program, char **environment, GError **error)
{
  NegNetSession *session;
  int pair[2];
  int pid;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "cannot be started: %s", g_strerror (errno));
    return NULL;
  }
  pid = _neg_engine_spawn (program, environment, "--network", pair[1], error);
  close (pair[1]);
  if (pid <= 0) {
    close (pair[0]);
    return NULL;
  }
  limit_stalls (pair[0]);
  session = g_new0 (NegNetSession, 1);
  session->engines = engines;
  session->socket = pair[0];
  session->started_us = g_get_monotonic_time ();
  session->pid = pid;
  g_mutex_init (&session->lock);
  g_mutex_init (&session->send_lock);
  return session;
}

/* Waits for the end, not longer than @grace_ms. */
static void
await_end (int pid, guint grace_ms)
{
  struct pollfd entry = { .fd = pidfd_open (pid, 0), .events = POLLIN };

  if (entry.fd < 0)
    return;
  while (poll (&entry, 1, grace_ms) < 0 && errno == EINTR)
    ;
  close (entry.fd);
}

/* Only one thread uses a session, so only one reaps; the lock is for those who kill. */
static void
reap (NegNetSession *session, guint grace_ms)
{
  if (session->pid == 0)
    return;
  if (grace_ms > 0)
    await_end (session->pid, grace_ms);
  g_mutex_lock (&session->lock);
  kill (session->pid, SIGKILL); /* without effect on one that has ended and waits to be reaped */
  while (waitpid (session->pid, &session->status, 0) < 0 && errno == EINTR)
    ;
  session->pid = 0;
  g_mutex_unlock (&session->lock);
}

void
_neg_net_session_end (NegNetSession *session, guint grace_ms)
{
  shutdown (session->socket, SHUT_RDWR);
  reap (session, grace_ms);
  close (session->socket);
  g_mutex_clear (&session->lock);
  g_mutex_clear (&session->send_lock);
  g_free (session);
}

void
neg_net_session_free (NegNetSession *session)
{
  NegNetEngines *engines;

  if (session == NULL)
    return;
  engines = session->engines;
  _neg_net_session_end (session, END_GRACE_MS);
  _neg_net_engines_release (engines);
}

void
neg_net_session_kill (NegNetSession *session)
{
  g_mutex_lock (&session->lock);
  session->is_killed = TRUE;
  if (session->pid > 0)
    kill (session->pid, SIGKILL);
  g_mutex_unlock (&session->lock);
}

int
neg_net_session_get_pid (const NegNetSession *session)
{
  return session->pid;
}

/* The line to the engine has failed: why, by how the process ended. Always FALSE. */
static gboolean
fail_by_end (NegNetSession *session, GError **error)
{
  reap (session, END_GRACE_MS);
  if (session->is_killed)
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  if (WIFSIGNALED (session->status))
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the network process ended (signal %d, %s)",
                     WTERMSIG (session->status), g_strsignal (WTERMSIG (session->status)));
  return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the network process ended (exit status %d)",
                   WEXITSTATUS (session->status));
}

/* --- messages --- */

void
neg_net_message_clear (NegNetMessage *message)
{
  g_clear_pointer (&message->body, g_variant_unref);
  message->type = 0;
}

static gboolean
send_locked (NegNetSession *session, guint16 type, GVariant *body, const int *fds, guint n_fds, GError **error)
{
  gboolean is_sent;

  g_mutex_lock (&session->send_lock);
  is_sent = neg_net_message_send (session->socket, type, body, fds, n_fds, error);
  g_mutex_unlock (&session->send_lock);
  return is_sent;
}

gboolean
neg_net_session_cancel (NegNetSession *session, GError **error)
{
  return send_locked (session, NEG_MESSAGE_CANCEL, g_variant_new_tuple (NULL, 0), NULL, 0, error);
}

/* Until the engine says something or @deadline_us (0: none) has come; > 0: a message, 0: time out, < 0: @cancellable. */
static int
wait_for_message (NegNetSession *session, gint64 deadline_us, GCancellable *cancellable)
{
  struct pollfd entries[2] = { { .fd = session->socket, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
  int found;

  /* A cancellable makes its descriptor anew each time: not for what is there already. */
  if (!g_cancellable_is_cancelled (cancellable) && poll (entries, 1, 0) > 0)
    return 1;
  if (cancellable != NULL)
    entries[1].fd = g_cancellable_get_fd (cancellable);
  do {
    const gint64 left_us = deadline_us - g_get_monotonic_time ();

    found = poll (entries, 2, deadline_us == 0 ? -1 : left_us <= 0 ? 0 : (int) (left_us / 1000 + 1));
  } while (found < 0 && errno == EINTR);
  if (entries[1].fd >= 0)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return -1;
  return found > 0 ? 1 : 0;
}

/* Whether the end is a good one. */
static gboolean
check_end (const NegNetMessage *message, GError **error)
{
  const char *text, *where;
  guint32 code;

  g_variant_get (message->body, "(u&s&s)", &code, &text, &where);
  if (code == 0)
    return TRUE;
  if (code > NEG_ERROR_N_CODES)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the network process names an error that there is not");
  return neg_fail (error, code - 1, *where != '\0' ? where : NULL, "%s", text);
}

/* A message is there, or the end of the line. */
static gboolean
read_message (NegNetSession *session, NegNetMessage *message, GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) failure = NULL;

  message->body = neg_net_message_receive (session->socket, &message->type, fds, &failure);
  if (message->body == NULL && g_error_matches (failure, NEG_ERROR, NEG_ERROR_ABORTED))
    return fail_by_end (session, error);
  if (message->body == NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  if (message->type < NEG_NET_OPENED || fds->len > 0) {
    neg_net_message_clear (message);
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message that an engine does not send");
  }
  return TRUE;
}

/* The engine has ended while it was told something: what it said last is the reason. Always FALSE. */
static gboolean
fail_by_last_words (NegNetSession *session, GError **error)
{
  const gint64 deadline_us = g_get_monotonic_time () + END_GRACE_MS * 1000;
  g_auto (NegNetMessage) message = { 0 };

  while (wait_for_message (session, deadline_us, NULL) > 0) {
    neg_net_message_clear (&message);
    if (!read_message (session, &message, error))
      return FALSE;
    if (message.type == NEG_NET_END)
      return check_end (&message, error) && neg_fail (error, NEG_ERROR_ABORTED, NULL, "the association is over");
  }
  return fail_by_end (session, error);
}

gboolean
neg_net_session_send (NegNetSession *session, NegNetMessageType type, GVariant *body, const int *fds, guint n_fds,
                      GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (send_locked (session, type, body, fds, n_fds, &failure))
    return TRUE;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_ABORTED))
    return fail_by_last_words (session, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* CANCEL, then what the engine still says is not heard any more; then its end. */
static gboolean
end_cancelled (NegNetSession *session, GError **error)
{
  const gint64 deadline_us = g_get_monotonic_time () + NEG_NET_GRACE_MS * 1000;
  NegNetMessage message = { 0 };
  gboolean goes_on = TRUE;

  if (!session->is_cancel_sent)
    goes_on = neg_net_session_cancel (session, NULL);
  session->is_cancel_sent = TRUE;
  while (goes_on && wait_for_message (session, deadline_us, NULL) > 0) {
    goes_on = read_message (session, &message, NULL) && message.type != NEG_NET_END;
    neg_net_message_clear (&message);
  }
  neg_net_session_kill (session);
  return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
}

gboolean
neg_net_session_receive (NegNetSession *session, guint timeout_ms, GCancellable *cancellable, NegNetMessage *message,
                         GError **error)
{
  const gint64 deadline_us = timeout_ms == 0 ? 0 : g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  const int found = wait_for_message (session, deadline_us, cancellable);

  neg_net_message_clear (message);
  if (found < 0)
    return end_cancelled (session, error);
  if (found == 0)
    return neg_fail (error, NEG_ERROR_TIMEOUT, NULL, "no answer for %u s", timeout_ms / 1000);
  if (!read_message (session, message, error))
    return FALSE;
  if (message->type == NEG_NET_END && !check_end (message, error)) {
    neg_net_message_clear (message);
    return FALSE;
  }
  return TRUE;
}

/* --- the start --- */

static gboolean
await_ready (NegNetSession *session, GError **error)
{
  const gint64 deadline_us = session->started_us + NEG_NET_START_MS * G_GINT64_CONSTANT (1000);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  NegMessageHeader header;
  NegReader reader;
  siginfo_t ended = { 0 };

  if (wait_for_message (session, deadline_us, NULL) <= 0)
    return neg_fail (error, NEG_ERROR_TIMEOUT, NULL, "the network process does not start");
  if (!neg_message_receive (session->socket, &header, body, fds, NULL))
    return fail_by_end (session, error);
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  neg_reader_init (&reader, body->data, body->len);
  if (header.type != NEG_MESSAGE_READY || fds->len > 0 || neg_reader_u32 (&reader) != NEG_PROTOCOL_VERSION
      || !neg_reader_finished (&reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a wrong greeting of the network process");
  /* It may have greeted long ago. */
  if (waitid (P_PID, session->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0)
    return fail_by_end (session, error);
  return TRUE;
}

/* A spare one may have ended while nobody looked. */
NegNetSession *
neg_net_session_new (NegNetEngines *engines, GError **error)
{
  for (guint tried = 1;; tried++) {
    g_autoptr (GError) failure = NULL;
    NegNetSession *session = _neg_net_engines_take (engines, error);

    if (session == NULL)
      return NULL;
    if (await_ready (session, &failure))
      return session;
    neg_net_session_free (session);
    if (tried == SPARES_TRIED_MAX || !g_error_matches (failure, NEG_ERROR, NEG_ERROR_ENGINE_DIED)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  }
}
