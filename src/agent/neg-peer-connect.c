#include "config.h"

#include "agent/neg-operation-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/neg-error.h"

/* --- the name --- */

typedef struct {
  GMainLoop *loop;
  GList *addresses;
  GError *error;
  gboolean is_done;
} Lookup;

static void
looked_up_cb (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;

  lookup->addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &lookup->error);
  lookup->is_done = TRUE;
  g_main_loop_quit (lookup->loop);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
caller_cancelled_cb (GCancellable *of_caller, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
fail_lookup (const char *name, const char *host, gboolean is_late, const GError *failure, GError **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !is_late)
    return neg_fail (error, NEG_ERROR_CANCELLED, name, "cancelled");
  if (is_late || g_error_matches (failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE))
    return neg_fail (error, NEG_ERROR_TIMEOUT, name, "nobody answered what address the name \"%s\" has", host);
  return neg_fail (error, NEG_ERROR_NOT_FOUND, name, "the name \"%s\" is not known", host);
}

/* A name server that does not answer keeps nobody longer than the limit: the call itself could not be interrupted, so
 * it is made in a context of its own. Given with g_resolver_free_addresses(). */
GList *
_neg_peer_resolve (const NegPeer *peer, guint timeout_ms, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GSource) timer = g_timeout_source_new (timeout_ms);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GSource) watch = NULL;
  Lookup lookup = { .loop = loop };

  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, cancel_cb, stop, NULL);
  g_source_attach (timer, context);
  if (cancellable != NULL) {
    watch = g_cancellable_source_new (cancellable);
    g_source_set_callback (watch, G_SOURCE_FUNC (caller_cancelled_cb), stop, NULL);
    g_source_attach (watch, context);
  }
  g_resolver_lookup_by_name_async (resolver, peer->host, stop, looked_up_cb, &lookup);
  while (!lookup.is_done)
    g_main_loop_run (loop);
  if (watch != NULL)
    g_source_destroy (watch);
  g_source_destroy (timer);
  g_main_context_pop_thread_default (context);
  if (lookup.addresses == NULL)
    fail_lookup (peer->name, peer->host,
                 g_cancellable_is_cancelled (stop) && !g_cancellable_is_cancelled (cancellable), lookup.error, error);
  g_clear_error (&lookup.error);
  return lookup.addresses;
}

/* --- the port --- */

static gboolean
fail_connect (const NegPeer *peer, int code, GError **error)
{
  switch (code) {
  case ECONNREFUSED:
    return neg_fail (error, NEG_ERROR_REFUSED, peer->name, "nothing listens at %s, port %u", peer->host, peer->port);
  case ETIMEDOUT:
    return neg_fail (error, NEG_ERROR_TIMEOUT, peer->name, "%s, port %u, does not answer", peer->host, peer->port);
  case EHOSTUNREACH:
  case ENETUNREACH:
  case ENETDOWN:
    return neg_fail (error, NEG_ERROR_REFUSED, peer->name, "there is no way to %s through the network", peer->host);
  case ECANCELED:
    return neg_fail (error, NEG_ERROR_CANCELLED, peer->name, "cancelled");
  default:
    return neg_fail (error, NEG_ERROR_REFUSED, peer->name, "%s, port %u: %s", peer->host, peer->port,
                     g_strerror (code));
  }
}

/* 0, or what went wrong. */
static int
await_connection (int socket, gint64 deadline_us, GCancellable *cancellable)
{
  struct pollfd entries[2] = { { .fd = socket, .events = POLLOUT }, { .fd = -1, .events = POLLIN } };
  socklen_t length = sizeof (int);
  int code = 0;
  int found;

  if (cancellable != NULL)
    entries[1].fd = g_cancellable_get_fd (cancellable);
  do {
    const gint64 left_us = deadline_us - g_get_monotonic_time ();

    found = poll (entries, 2, left_us > 0 ? (int) (left_us / 1000 + 1) : 0);
  } while (found < 0 && errno == EINTR);
  if (entries[1].fd >= 0)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return ECANCELED;
  if (found == 0)
    return ETIMEDOUT;
  return getsockopt (socket, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno;
}

/* Small messages go at once (45 ms per object otherwise), and a peer that has vanished is noticed. */
void
_neg_socket_prepare (int socket)
{
  const int one = 1;

  setsockopt (socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (socket, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
}

static int
connect_to (GInetAddress *address, guint16 port, gint64 deadline_us, GCancellable *cancellable, int *code)
{
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (address, port);
  struct sockaddr_storage native;
  const gssize length = g_socket_address_get_native_size (target);
  int fd;

  *code = EINVAL;
  if (!g_socket_address_to_native (target, &native, sizeof native, NULL))
    return -1;
  fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  *code = fd < 0 ? errno : 0;
  if (fd >= 0 && connect (fd, (struct sockaddr *) &native, length) != 0)
    *code = errno == EINPROGRESS ? await_connection (fd, deadline_us, cancellable) : errno;
  if (*code == 0 && fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK) == 0) {
    _neg_socket_prepare (fd);
    return fd;
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

int
_neg_peer_connect_addresses (const NegPeer *peer, GList *addresses, guint timeout_ms, GCancellable *cancellable,
                             GError **error)
{
  const gint64 deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  int code = ENOENT;

  for (GList *l = addresses; l != NULL && code != ECANCELED; l = l->next) {
    const gint64 now_us = g_get_monotonic_time ();
    const gint64 share_us = MAX (deadline_us - now_us, 0) / g_list_length (l);
    const int fd = connect_to (l->data, peer->port, now_us + share_us, cancellable, &code);

    if (fd >= 0)
      return fd;
  }
  fail_connect (peer, code, error);
  return -1;
}

int
neg_peer_connect (const NegPeer *peer, guint timeout_ms, GCancellable *cancellable, GError **error)
{
  const gint64 start_us = g_get_monotonic_time ();
  GList *addresses = _neg_peer_resolve (peer, timeout_ms, cancellable, error);
  gint64 left_ms = timeout_ms - (g_get_monotonic_time () - start_us) / 1000;
  int fd;

  if (addresses == NULL)
    return -1;
  fd = _neg_peer_connect_addresses (peer, addresses, MAX (left_ms, 100), cancellable, error);
  g_resolver_free_addresses (addresses);
  return fd;
}
