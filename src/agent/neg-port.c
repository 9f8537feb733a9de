#include "config.h"

#include "agent/neg-port.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "agent/neg-operation-private.h"
#include "base/neg-error.h"

#define BACKLOG 256
#define PAUSE_MS 500
#define DESCRIPTORS_WANTED 8192

struct _NegPort {
  int socket;
  guint16 number;
  NegPortAccepted accepted;
  NegPortMakeRoom make_room;
  gpointer user_data;
  GSource *source; /* NULL while it pauses */
  guint resume_id;
};

static char *
dup_address (const struct sockaddr_storage *native, socklen_t length)
{
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native ((gpointer) native, length);
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) native;

  if (native->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr)) {
    g_autoptr (GInetAddress) v4 = g_inet_address_new_from_bytes (v6->sin6_addr.s6_addr + 12, G_SOCKET_FAMILY_IPV4);

    return g_inet_address_to_string (v4);
  }
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("");
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
accept_one (NegPort *port)
{
  struct sockaddr_storage native;
  socklen_t length = sizeof native;
  const int fd = accept4 (port->socket, (struct sockaddr *) &native, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_autofree char *address = NULL;

  if (fd < 0)
    return FALSE;
  _neg_socket_prepare (fd);
  address = dup_address (&native, length);
  port->accepted (fd, address, port->user_data);
  return TRUE;
}

static void listen_on (NegPort *port);

static gboolean
resume_cb (gpointer user_data)
{
  NegPort *port = user_data;

  port->resume_id = 0;
  listen_on (port);
  return G_SOURCE_REMOVE;
}

/* Without a descriptor nobody can be let in; the port would stay readable and keep the loop busy. */
static gboolean
go_on (NegPort *port)
{
  if (port->make_room (port->user_data))
    return TRUE;
  g_clear_pointer (&port->source, g_source_unref);
  port->resume_id = g_timeout_add (PAUSE_MS, resume_cb, port);
  return FALSE;
}

static gboolean
knock_cb (int fd, GIOCondition condition, gpointer user_data)
{
  for (;;) {
    if (accept_one (user_data) || errno == EINTR || errno == ECONNABORTED)
      continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return G_SOURCE_CONTINUE;
    if (!go_on (user_data))
      return G_SOURCE_REMOVE;
  }
}

static void
listen_on (NegPort *port)
{
  port->source = g_unix_fd_source_new (port->socket, G_IO_IN);
  g_source_set_callback (port->source, G_SOURCE_FUNC (knock_cb), port, NULL);
  g_source_attach (port->source, g_main_context_get_thread_default ());
}

static guint16
get_bound_number (int socket)
{
  struct sockaddr_storage native;
  socklen_t length = sizeof native;
  g_autoptr (GSocketAddress) address = NULL;

  if (getsockname (socket, (struct sockaddr *) &native, &length) != 0)
    return 0;
  address = g_socket_address_new_from_native (&native, length);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static gboolean
fail_bind (const char *address, guint16 number, GError **error)
{
  const int code = errno;

  if (code == EADDRINUSE)
    return neg_fail (error, NEG_ERROR_BUSY, address, "port %u is in use by another program", number);
  if (code == EACCES)
    return neg_fail (error, NEG_ERROR_REFUSED, address, "port %u needs a right that this account does not have", number);
  if (code == EADDRNOTAVAIL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, address, "this computer does not have this address");
  return neg_fail (error, NEG_ERROR_REFUSED, address, "port %u cannot be opened: %s", number, g_strerror (code));
}

static gboolean
bind_to (NegPort *port, const char *text, guint16 number, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autoptr (GSocketAddress) target = address != NULL ? g_inet_socket_address_new (address, number) : NULL;
  struct sockaddr_storage native;
  const int one = 1;
  gssize length;

  if (target == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, text, "no numeric address to listen at");
  length = g_socket_address_get_native_size (target);
  if (!g_socket_address_to_native (target, &native, sizeof native, error))
    return FALSE;
  port->socket = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (port->socket < 0)
    return fail_bind (text, number, error);
  setsockopt (port->socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (port->socket, (struct sockaddr *) &native, length) != 0 || listen (port->socket, BACKLOG) != 0)
    return fail_bind (text, number, error);
  port->number = get_bound_number (port->socket);
  return TRUE;
}

NegPort *
neg_port_new (const char *address, guint16 number, NegPortAccepted accepted, NegPortMakeRoom make_room,
              gpointer user_data, GError **error)
{
  NegPort *port = g_new0 (NegPort, 1);

  port->socket = -1;
  port->accepted = accepted;
  port->make_room = make_room;
  port->user_data = user_data;
  if (!bind_to (port, address, number, error)) {
    neg_port_free (port);
    return NULL;
  }
  listen_on (port);
  return port;
}

void
neg_port_free (NegPort *port)
{
  if (port == NULL)
    return;
  if (port->source != NULL)
    g_source_destroy (port->source);
  g_clear_pointer (&port->source, g_source_unref);
  g_clear_handle_id (&port->resume_id, g_source_remove);
  if (port->socket >= 0)
    close (port->socket);
  g_free (port);
}

guint16
neg_port_get_number (const NegPort *port)
{
  return port != NULL ? port->number : 0;
}

void
neg_port_raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, DESCRIPTORS_WANTED);
  setrlimit (RLIMIT_NOFILE, &limit);
}
