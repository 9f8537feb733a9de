#include "config.h"

#include "agent/neg-listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "agent/neg-operation-private.h"
#include "agent/neg-receiver.h"
#include "base/neg-error.h"

#define WORKING_MAX 64
#define WORKING_PER_ADDRESS_MAX 48 /* one that errs or means ill does not keep all others out */
#define SILENT_MAX 1024
#define SILENCE_US (30 * G_USEC_PER_SEC)
#define TURN_US (5 * G_USEC_PER_SEC)
#define WAITING_MAX 256
#define BACKLOG 256
#define PAUSE_MS 500
#define DESCRIPTORS_WANTED 8192

typedef struct {
  NegListener *listener;
  int socket; /* -1: not bound */
  guint16 port;
  gboolean is_tls;
  GSource *source; /* NULL while it pauses */
} Port;

/* A connection before its first byte. */
typedef struct {
  NegListener *listener;
  NegIncomingConnection *connection;
  GSource *source;
  gint64 since_us;
} Silent;

/* One that has spoken and waits for its turn. */
typedef struct {
  NegIncomingConnection *connection;
  gint64 since_us;
} Turn;

struct _NegListener {
  NegAgent *agent;
  NegCallers *callers;
  GCancellable *cancellable; /* of everything that is being received */
  GThreadPool *pool;
  Port ports[2];
  GQueue silent; /* oldest first */
  guint sweep_id, resume_id;

  GMutex lock;         /* guards what follows */
  GQueue turns;        /* oldest first */
  GHashTable *working; /* address: how many of its connections have their turn */
};

/* --- those who have spoken: a thread each --- */

static void
turn_free (Turn *turn)
{
  neg_incoming_connection_free (turn->connection);
  g_free (turn);
}

/* With the lock. FALSE: its address has enough of them. */
static gboolean
begin_turn (NegListener *listener, const char *address)
{
  const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (listener->working, address));

  if (n >= WORKING_PER_ADDRESS_MAX)
    return FALSE;
  g_hash_table_replace (listener->working, g_strdup (address), GUINT_TO_POINTER (n + 1));
  return TRUE;
}

static void
end_turn (NegListener *listener, const char *address)
{
  guint n;

  g_mutex_lock (&listener->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (listener->working, address));
  if (n > 1)
    g_hash_table_replace (listener->working, g_strdup (address), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (listener->working, address);
  g_mutex_unlock (&listener->lock);
}

static void
work (gpointer unused, gpointer user_data)
{
  NegListener *listener = user_data;
  gboolean is_let_in;
  Turn *turn;

  g_mutex_lock (&listener->lock);
  turn = g_queue_pop_head (&listener->turns);
  is_let_in = turn != NULL && begin_turn (listener, turn->connection->address);
  g_mutex_unlock (&listener->lock);
  if (turn == NULL)
    return; /* its time was over before its turn came */
  if (is_let_in && !g_cancellable_is_cancelled (listener->cancellable))
    neg_receiver_run (listener->agent, listener->callers, turn->connection, listener->cancellable);
  if (is_let_in)
    end_turn (listener, turn->connection->address);
  turn_free (turn);
}

static void
take_turn (NegListener *listener, NegIncomingConnection *connection)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->connection = connection;
  turn->since_us = g_get_monotonic_time ();
  g_unix_set_fd_nonblocking (connection->socket, FALSE, NULL);
  g_mutex_lock (&listener->lock);
  g_queue_push_tail (&listener->turns, turn);
  turn = listener->turns.length > WAITING_MAX ? g_queue_pop_head (&listener->turns) : NULL;
  g_mutex_unlock (&listener->lock);
  g_clear_pointer (&turn, turn_free);
  g_thread_pool_push (listener->pool, listener, NULL);
}

/* --- those who have said nothing yet: a descriptor each --- */

static NegIncomingConnection *
silent_free (Silent *silent)
{
  NegIncomingConnection *connection = silent->connection;

  g_source_destroy (silent->source);
  g_source_unref (silent->source);
  g_free (silent);
  return connection;
}

static gboolean
spoke_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Silent *silent = user_data;
  NegListener *listener = silent->listener;
  NegIncomingConnection *connection;
  guint8 byte;

  g_queue_remove (&listener->silent, silent);
  connection = silent_free (silent);
  if (recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
    take_turn (listener, connection);
  else
    neg_incoming_connection_free (connection);
  return G_SOURCE_REMOVE;
}

static gboolean
drop_oldest (NegListener *listener)
{
  Silent *silent = g_queue_pop_head (&listener->silent);

  if (silent == NULL)
    return FALSE;
  neg_incoming_connection_free (silent_free (silent));
  return TRUE;
}

static void
add_silent (NegListener *listener, NegIncomingConnection *connection)
{
  Silent *silent = g_new0 (Silent, 1);

  if (listener->silent.length >= SILENT_MAX)
    drop_oldest (listener);
  silent->listener = listener;
  silent->connection = connection;
  silent->since_us = g_get_monotonic_time ();
  silent->source = g_unix_fd_source_new (connection->socket, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (silent->source, G_SOURCE_FUNC (spoke_cb), silent, NULL);
  g_source_attach (silent->source, g_main_context_get_thread_default ());
  g_queue_push_tail (&listener->silent, silent);
}

/* Once a second: who has been silent for too long, and who has waited for too long. */
static gboolean
sweep_cb (gpointer user_data)
{
  NegListener *listener = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  Silent *silent;

  while ((silent = g_queue_peek_head (&listener->silent)) != NULL && now_us - silent->since_us > SILENCE_US)
    drop_oldest (listener);
  g_mutex_lock (&listener->lock);
  while (listener->turns.length > 0
         && now_us - ((Turn *) g_queue_peek_head (&listener->turns))->since_us > TURN_US)
    turn_free (g_queue_pop_head (&listener->turns));
  g_mutex_unlock (&listener->lock);
  return G_SOURCE_CONTINUE;
}

/* --- the ports --- */

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
accept_one (Port *port)
{
  struct sockaddr_storage native;
  socklen_t length = sizeof native;
  const int fd = accept4 (port->socket, (struct sockaddr *) &native, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  NegIncomingConnection *connection;

  if (fd < 0)
    return FALSE;
  _neg_socket_prepare (fd);
  connection = g_new0 (NegIncomingConnection, 1);
  connection->socket = fd;
  connection->is_tls = port->is_tls;
  connection->address = dup_address (&native, length);
  add_silent (port->listener, connection);
  return TRUE;
}

static void listen_on (Port *port);

static gboolean
resume_cb (gpointer user_data)
{
  NegListener *listener = user_data;

  listener->resume_id = 0;
  for (guint i = 0; i < G_N_ELEMENTS (listener->ports); i++)
    if (listener->ports[i].socket >= 0 && listener->ports[i].source == NULL)
      listen_on (&listener->ports[i]);
  return G_SOURCE_REMOVE;
}

/* Without a descriptor nobody can be let in; the port would stay readable and keep the loop busy. */
static gboolean
make_room (Port *port)
{
  NegListener *listener = port->listener;

  if (drop_oldest (listener))
    return TRUE;
  g_clear_pointer (&port->source, g_source_unref);
  if (listener->resume_id == 0)
    listener->resume_id = g_timeout_add (PAUSE_MS, resume_cb, listener);
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
    if (!make_room (user_data))
      return G_SOURCE_REMOVE;
  }
}

static void
listen_on (Port *port)
{
  port->source = g_unix_fd_source_new (port->socket, G_IO_IN);
  g_source_set_callback (port->source, G_SOURCE_FUNC (knock_cb), port, NULL);
  g_source_attach (port->source, g_main_context_get_thread_default ());
}

static guint16
get_bound_port (int socket)
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
bind_port (Port *port, const char *text, guint16 number, GError **error)
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
  port->port = get_bound_port (port->socket);
  listen_on (port);
  return TRUE;
}

static gboolean
bind_ports (NegListener *listener, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (listener->agent);
  const char *address = neg_site_get_listen_address (site);

  if ((neg_site_get_port (site) != 0 || neg_site_is_port_auto (site))
      && !bind_port (&listener->ports[0], address, neg_site_get_port (site), error))
    return FALSE;
  listener->ports[1].is_tls = TRUE;
  return (neg_site_get_tls_port (site) == 0 && !neg_site_is_tls_port_auto (site))
         || bind_port (&listener->ports[1], address, neg_site_get_tls_port (site), error);
}

/* --- life --- */

/* Silent connections, files and engines: more than the usual 1,024. Failing costs only connections. */
static void
raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, DESCRIPTORS_WANTED);
  setrlimit (RLIMIT_NOFILE, &limit);
}

NegListener *
neg_listener_new (NegAgent *agent, GError **error)
{
  g_autoptr (NegListener) listener = g_new0 (NegListener, 1);

  raise_limit ();
  listener->agent = agent;
  listener->callers = neg_callers_new (neg_agent_get_archive (agent));
  listener->cancellable = g_cancellable_new ();
  g_mutex_init (&listener->lock);
  g_queue_init (&listener->silent);
  g_queue_init (&listener->turns);
  listener->working = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (listener->ports); i++) {
    listener->ports[i].listener = listener;
    listener->ports[i].socket = -1;
  }
  listener->pool = g_thread_pool_new (work, listener, WORKING_MAX, FALSE, error);
  if (listener->pool == NULL || !bind_ports (listener, error))
    return NULL;
  listener->sweep_id = g_timeout_add_seconds (1, sweep_cb, listener);
  return g_steal_pointer (&listener);
}

static void
close_ports (NegListener *listener)
{
  for (guint i = 0; i < G_N_ELEMENTS (listener->ports); i++) {
    Port *port = &listener->ports[i];

    if (port->source != NULL)
      g_source_destroy (port->source);
    g_clear_pointer (&port->source, g_source_unref);
    if (port->socket >= 0)
      close (port->socket);
  }
}

void
neg_listener_free (NegListener *listener)
{
  if (listener == NULL)
    return;
  close_ports (listener);
  g_clear_handle_id (&listener->sweep_id, g_source_remove);
  g_clear_handle_id (&listener->resume_id, g_source_remove);
  while (drop_oldest (listener))
    ;
  g_cancellable_cancel (listener->cancellable);
  if (listener->pool != NULL)
    g_thread_pool_free (listener->pool, FALSE, TRUE);
  g_queue_clear_full (&listener->turns, (GDestroyNotify) turn_free);
  g_hash_table_unref (listener->working);
  neg_callers_free (listener->callers);
  g_object_unref (listener->cancellable);
  g_mutex_clear (&listener->lock);
  g_free (listener);
}

guint16
neg_listener_get_port (const NegListener *listener)
{
  return listener->ports[0].port;
}

guint16
neg_listener_get_tls_port (const NegListener *listener)
{
  return listener->ports[1].port;
}
