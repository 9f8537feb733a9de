#include "config.h"

#include "agent/neg-listener.h"

#include <sys/socket.h>

#include <glib-unix.h>

#include "agent/neg-port.h"
#include "agent/neg-receiver.h"

#define WORKING_MAX 64
#define WORKING_PER_ADDRESS_MAX 48 /* one that errs or means ill does not keep all others out */
#define SILENT_MAX 1024
#define SILENCE_US (30 * G_USEC_PER_SEC)
#define TURN_US (5 * G_USEC_PER_SEC)
#define WAITING_MAX 256

typedef struct {
  NegListener *listener;
  NegPort *port; /* NULL: none */
  gboolean is_tls;
} Entrance;

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
  Entrance entrances[2];
  GQueue silent; /* oldest first */
  guint sweep_id;

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

static void
accepted_cb (int socket, const char *address, gpointer user_data)
{
  const Entrance *entrance = user_data;
  NegIncomingConnection *connection = g_new0 (NegIncomingConnection, 1);

  connection->socket = socket;
  connection->is_tls = entrance->is_tls;
  connection->address = g_strdup (address);
  add_silent (entrance->listener, connection);
}

static gboolean
make_room_cb (gpointer user_data)
{
  const Entrance *entrance = user_data;

  return drop_oldest (entrance->listener);
}

static gboolean
open_entrance (NegListener *listener, guint index, guint16 number, gboolean is_auto, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (listener->agent);
  Entrance *entrance = &listener->entrances[index];

  entrance->listener = listener;
  if (number == 0 && !is_auto)
    return TRUE;
  entrance->port = neg_port_new (neg_site_get_listen_address (site), number, accepted_cb, make_room_cb, entrance,
                                 error);
  return entrance->port != NULL;
}

static gboolean
open_entrances (NegListener *listener, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (listener->agent);

  listener->entrances[1].is_tls = TRUE;
  return open_entrance (listener, 0, neg_site_get_port (site), neg_site_is_port_auto (site), error)
         && open_entrance (listener, 1, neg_site_get_tls_port (site), neg_site_is_tls_port_auto (site), error);
}

/* --- life --- */

NegListener *
neg_listener_new (NegAgent *agent, GError **error)
{
  g_autoptr (NegListener) listener = g_new0 (NegListener, 1);

  neg_port_raise_limit ();
  listener->agent = agent;
  listener->callers = neg_callers_new (neg_agent_get_archive (agent));
  listener->cancellable = g_cancellable_new ();
  g_mutex_init (&listener->lock);
  g_queue_init (&listener->silent);
  g_queue_init (&listener->turns);
  listener->working = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listener->pool = g_thread_pool_new (work, listener, WORKING_MAX, FALSE, error);
  if (listener->pool == NULL || !open_entrances (listener, error))
    return NULL;
  listener->sweep_id = g_timeout_add_seconds (1, sweep_cb, listener);
  return g_steal_pointer (&listener);
}

void
neg_listener_free (NegListener *listener)
{
  if (listener == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (listener->entrances); i++)
    neg_port_free (listener->entrances[i].port);
  g_clear_handle_id (&listener->sweep_id, g_source_remove);
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
  return neg_port_get_number (listener->entrances[0].port);
}

guint16
neg_listener_get_tls_port (const NegListener *listener)
{
  return neg_port_get_number (listener->entrances[1].port);
}
