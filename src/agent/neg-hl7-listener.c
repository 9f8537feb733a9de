#include "config.h"

#include "agent/neg-hl7-listener.h"

#include <glib-unix.h>

#include "agent/neg-hl7-connection.h"
#include "agent/neg-port.h"
#include "base/neg-error.h"
#include "hl7/neg-hl7-framer.h"

#define WORKING_MAX 256
#define SILENT_MAX 1024

typedef struct {
  NegHl7Listener *listener;
  NegHl7Connection *connection;
  gboolean is_refused;
  gboolean is_over;   /* the time of what it waits for */
  NegHl7Wait wait;
  GSource *source, *timer; /* while it is silent; the latter may be NULL */
  GQueue *silent;          /* that it is in */
  GList link;
} Client;

struct _NegHl7Listener {
  NegHl7Service service;
  NegPort *port; /* NULL: none */
  GThreadPool *pool;
  GQueue new_ones, known; /* silent ones, oldest first: nothing has come by them, messages have */

  GMutex lock;     /* guards what follows */
  GQueue returned; /* done with for now, by their threads */
  GSource *return_source;
};

static void
client_free (Client *client)
{
  neg_hl7_connection_free (client->connection);
  g_free (client);
}

/* --- at work --- */

static gboolean returned_cb (gpointer user_data);

static void
give_back (NegHl7Listener *listener, Client *client)
{
  g_mutex_lock (&listener->lock);
  g_queue_push_tail_link (&listener->returned, &client->link);
  if (listener->return_source == NULL) {
    listener->return_source = g_idle_source_new ();
    g_source_set_priority (listener->return_source, G_PRIORITY_DEFAULT);
    g_source_set_callback (listener->return_source, returned_cb, listener, NULL);
    g_source_attach (listener->return_source, NULL);
  }
  g_mutex_unlock (&listener->lock);
}

static void
work (gpointer data, gpointer user_data)
{
  NegHl7Listener *listener = user_data;
  Client *client = data;

  if (client->is_refused) {
    neg_hl7_connection_refuse (client->connection);
    client->wait = NEG_HL7_WAIT_CLOSED;
  } else {
    client->wait = client->is_over ? neg_hl7_connection_give_up (client->connection, client->wait)
                                   : neg_hl7_connection_run (client->connection);
  }
  client->is_over = FALSE;
  if (client->wait == NEG_HL7_WAIT_CLOSED)
    client_free (client);
  else
    give_back (listener, client);
}

/* --- silent ones --- */

static void
wake (Client *client)
{
  g_queue_unlink (client->silent, &client->link);
  client->silent = NULL;
  g_source_destroy (client->source);
  g_clear_pointer (&client->source, g_source_unref);
  if (client->timer != NULL)
    g_source_destroy (client->timer);
  g_clear_pointer (&client->timer, g_source_unref);
}

static gboolean
spoke_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;

  wake (client);
  g_thread_pool_push (client->listener->pool, client, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
over_cb (gpointer user_data)
{
  Client *client = user_data;

  client->is_over = TRUE;
  return spoke_cb (-1, 0, client);
}

static gboolean
drop_oldest (NegHl7Listener *listener)
{
  GList *oldest = listener->new_ones.head != NULL ? listener->new_ones.head : listener->known.head;
  Client *client = oldest != NULL ? oldest->data : NULL;

  if (client == NULL)
    return FALSE;
  wake (client);
  client_free (client);
  return TRUE;
}

static void
watch (Client *client)
{
  const int fd = neg_hl7_connection_get_fd (client->connection);

  client->source = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (client->source, G_SOURCE_FUNC (spoke_cb), client, NULL);
  g_source_attach (client->source, NULL);
  if (client->wait == NEG_HL7_WAIT_IDLE)
    return;
  client->timer = client->wait == NEG_HL7_WAIT_END ? g_timeout_source_new (NEG_HL7_FRAMER_PATIENCE_MS)
                                                   : g_timeout_source_new_seconds (NEG_HL7_STALLED_S);
  g_source_set_callback (client->timer, over_cb, client, NULL);
  g_source_attach (client->timer, NULL);
}

static void
park (Client *client)
{
  NegHl7Listener *listener = client->listener;

  if (listener->new_ones.length + listener->known.length >= SILENT_MAX)
    drop_oldest (listener);
  client->silent = neg_hl7_connection_has_spoken (client->connection) ? &listener->known : &listener->new_ones;
  g_queue_push_tail_link (client->silent, &client->link);
  watch (client);
}

static gboolean
returned_cb (gpointer user_data)
{
  NegHl7Listener *listener = user_data;
  GQueue returned;
  GList *link;

  g_mutex_lock (&listener->lock);
  returned = listener->returned;
  g_queue_init (&listener->returned);
  g_clear_pointer (&listener->return_source, g_source_unref);
  g_mutex_unlock (&listener->lock);
  while ((link = g_queue_pop_head_link (&returned)) != NULL)
    park (link->data);
  return G_SOURCE_REMOVE;
}

/* --- the port --- */

static void
accepted_cb (int socket, const char *address, gpointer user_data)
{
  NegHl7Listener *listener = user_data;
  g_autoptr (NegSite) site = neg_agent_dup_site (listener->service.agent);
  NegHl7Connection *connection = neg_hl7_connection_new (&listener->service, socket, address, NULL);
  Client *client;

  if (connection == NULL)
    return; /* gone already */
  client = g_new0 (Client, 1);
  client->listener = listener;
  client->connection = connection;
  client->link.data = client;
  client->wait = NEG_HL7_WAIT_IDLE;
  client->is_refused = !neg_site_hl7_allows (neg_site_get_hl7 (site), address);
  if (client->is_refused)
    g_thread_pool_push (listener->pool, client, NULL);
  else
    park (client);
}

static gboolean
make_room_cb (gpointer user_data)
{
  return drop_oldest (user_data);
}

static gboolean
load_tls (NegHl7Service *service, const NegSiteHl7 *hl7, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (*hl7->tls_certificate == '\0')
    return TRUE;
  service->certificate = g_tls_certificate_new_from_files (hl7->tls_certificate, hl7->tls_key, &local);
  if (service->certificate == NULL)
    return neg_fail (error, NEG_ERROR_TLS, "hl7", "the certificate %s with its key cannot be used: %s",
                     hl7->tls_certificate, local->message);
  if (*hl7->tls_client_ca == '\0')
    return TRUE;
  service->client_ca = g_tls_file_database_new (hl7->tls_client_ca, &local);
  return service->client_ca != NULL
         || neg_fail (error, NEG_ERROR_TLS, "hl7", "the certificates of %s cannot be used: %s", hl7->tls_client_ca,
                      local->message);
}

static gboolean
listen_at (NegHl7Listener *listener, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (listener->service.agent);
  const NegSiteHl7 *hl7 = neg_site_get_hl7 (site);

  if (hl7->port == 0 && !hl7->is_port_auto)
    return TRUE;
  if (!load_tls (&listener->service, hl7, error))
    return FALSE;
  listener->port = neg_port_new (hl7->listen_address, hl7->port, accepted_cb, make_room_cb, listener, error);
  return listener->port != NULL;
}

/* --- life --- */

NegHl7Listener *
neg_hl7_listener_new (NegAgent *agent, GError **error)
{
  g_autoptr (NegHl7Listener) listener = g_new0 (NegHl7Listener, 1);

  neg_port_raise_limit ();
  neg_hl7_service_init (&listener->service, agent);
  g_mutex_init (&listener->lock);
  listener->pool = g_thread_pool_new (work, listener, WORKING_MAX, FALSE, error);
  if (listener->pool == NULL || !listen_at (listener, error))
    return NULL;
  return g_steal_pointer (&listener);
}

void
neg_hl7_listener_free (NegHl7Listener *listener)
{
  GList *link;

  if (listener == NULL)
    return;
  g_clear_pointer (&listener->port, neg_port_free);
  while (drop_oldest (listener))
    ;
  g_cancellable_cancel (listener->service.cancellable);
  if (listener->pool != NULL)
    g_thread_pool_free (listener->pool, FALSE, TRUE);
  if (listener->return_source != NULL)
    g_source_destroy (listener->return_source);
  g_clear_pointer (&listener->return_source, g_source_unref);
  while ((link = g_queue_pop_head_link (&listener->returned)) != NULL)
    client_free (link->data);
  neg_hl7_service_clear (&listener->service);
  g_mutex_clear (&listener->lock);
  g_free (listener);
}

guint16
neg_hl7_listener_get_port (const NegHl7Listener *listener)
{
  return neg_port_get_number (listener->port);
}
