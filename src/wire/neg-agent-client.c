#include "config.h"

#include "wire/neg-agent-client-private.h"

#include "base/neg-error.h"

#define CONNECT_MS 10000
#define STARTS_MAX 3
#define STARTS_US (60 * G_USEC_PER_SEC)
#define QUIT_MS 5000
#define QUIT_POLL_US 10000

struct _NegAgentClient {
  GObject parent_instance;
  char *home, *config;
  NegBusAgent *proxy; /* NULL: not connected */
  gulong closed_handler;
  GError *failure;
  GCancellable *cancellable; /* of reconnecting */
  gint64 starts_us[STARTS_MAX]; /* of the last ones, oldest first */
  guint retry_source;
};

enum { PROP_CONNECTED = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (NegAgentClient, neg_agent_client, G_TYPE_OBJECT)

static void reconnect (NegAgentClient *client);

static void
forget_connection (NegAgentClient *client)
{
  if (client->proxy == NULL)
    return;
  g_signal_handler_disconnect (g_dbus_proxy_get_connection (G_DBUS_PROXY (client->proxy)), client->closed_handler);
  g_clear_object (&client->proxy);
}

static void
closed_cb (GDBusConnection *connection, gboolean remote, GError *error, gpointer user_data)
{
  NegAgentClient *client = user_data;

  forget_connection (client);
  g_clear_error (&client->failure);
  neg_fail (&client->failure, NEG_ERROR_ABORTED, "agent", "the agent has ended");
  g_object_notify_by_pspec (G_OBJECT (client), props[PROP_CONNECTED]);
  reconnect (client);
}

static gboolean
set_connection (NegAgentClient *client, GDBusConnection *connection, GError **error)
{
  forget_connection (client);
  client->proxy = neg_bus_agent_proxy_new_sync (
      connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL,
      NEG_AGENT_OBJECT_PATH, NULL, error);
  if (client->proxy == NULL)
    return FALSE;
  /* A query at a slow peer takes minutes, and says by itself when it gives up. */
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (client->proxy), G_MAXINT);
  client->closed_handler = g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), client);
  g_clear_error (&client->failure);
  g_object_notify_by_pspec (G_OBJECT (client), props[PROP_CONNECTED]);
  return TRUE;
}

/* --- without waiting --- */

typedef struct {
  char *home, *config;
  gboolean start;
} ConnectTask;

static void
connect_task_free (gpointer data)
{
  ConnectTask *task = data;

  g_free (task->home);
  g_free (task->config);
  g_free (task);
}

static void
connect_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ConnectTask *connect = data;
  GError *error = NULL;
  GDBusConnection *connection
      = _neg_agent_connect (connect->home, connect->config, connect->start, CONNECT_MS, NULL, cancellable, &error);

  if (connection != NULL)
    g_task_return_pointer (task, connection, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
neg_agent_client_connect_async (NegAgentClient *client, gboolean start, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (client, cancellable, callback, user_data);
  ConnectTask *connect = g_new0 (ConnectTask, 1);

  g_task_set_source_tag (task, neg_agent_client_connect_async);
  connect->home = g_strdup (client->home);
  connect->config = g_strdup (client->config);
  connect->start = start;
  g_task_set_task_data (task, connect, connect_task_free);
  g_task_run_in_thread (task, connect_thread);
}

gboolean
neg_agent_client_connect_finish (NegAgentClient *client, GAsyncResult *result, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GDBusConnection) connection = g_task_propagate_pointer (G_TASK (result), &local);

  if (connection != NULL && client->proxy == NULL)
    set_connection (client, connection, &local);
  if (local == NULL)
    return TRUE;
  neg_agent_client_translate_error (&local);
  if (client->proxy == NULL) {
    g_clear_error (&client->failure);
    client->failure = g_error_copy (local);
  }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
reconnected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  NegAgentClient *client = NEG_AGENT_CLIENT (object);
  g_autoptr (GError) error = NULL;

  if (neg_agent_client_connect_finish (client, result, &error))
    return;
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED))
    return;
  g_object_notify_by_pspec (G_OBJECT (client), props[PROP_CONNECTED]);
  reconnect (client);
}

static gboolean
retry_cb (gpointer user_data)
{
  NegAgentClient *client = user_data;

  client->retry_source = 0;
  reconnect (client);
  return G_SOURCE_REMOVE;
}

/* An agent that dies at once is not started over and over. */
static void
reconnect (NegAgentClient *client)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait_us = client->starts_us[0] == 0 ? 0 : client->starts_us[0] + STARTS_US - now;

  if (client->retry_source != 0 || client->proxy != NULL)
    return;
  if (wait_us > 0) {
    client->retry_source = g_timeout_add (wait_us / 1000 + 1, retry_cb, client);
    return;
  }
  for (guint i = 0; i + 1 < STARTS_MAX; i++)
    client->starts_us[i] = client->starts_us[i + 1];
  client->starts_us[STARTS_MAX - 1] = now;
  neg_agent_client_connect_async (client, TRUE, client->cancellable, reconnected_cb, NULL);
}

/* --- for commands --- */

gboolean
neg_agent_client_connect_sync (NegAgentClient *client, guint timeout_ms, gboolean *started, GError **error)
{
  g_autoptr (GDBusConnection) connection
      = _neg_agent_connect (client->home, client->config, TRUE, timeout_ms, started, NULL, error);

  return connection != NULL && set_connection (client, connection, error);
}

void
neg_agent_client_quit (NegAgentClient *client)
{
  gint64 deadline = g_get_monotonic_time () + QUIT_MS * 1000;
  g_autoptr (NegBusAgent) proxy = NULL;

  if (client->proxy == NULL)
    return;
  proxy = g_object_ref (client->proxy);
  forget_connection (client);
  neg_bus_agent_call_quit_sync (proxy, NULL, NULL);
  g_dbus_connection_close_sync (g_dbus_proxy_get_connection (G_DBUS_PROXY (proxy)), NULL, NULL);
  while (_neg_agent_is_running (client->home) && g_get_monotonic_time () < deadline)
    g_usleep (QUIT_POLL_US);
  g_object_notify_by_pspec (G_OBJECT (client), props[PROP_CONNECTED]);
}

NegBusAgent *
neg_agent_client_get_proxy (NegAgentClient *client)
{
  return client->proxy;
}

const GError *
neg_agent_client_get_failure (NegAgentClient *client)
{
  return client->proxy == NULL ? client->failure : NULL;
}

static void
neg_agent_client_dispose (GObject *object)
{
  NegAgentClient *client = NEG_AGENT_CLIENT (object);

  g_cancellable_cancel (client->cancellable);
  g_clear_handle_id (&client->retry_source, g_source_remove);
  forget_connection (client);
  G_OBJECT_CLASS (neg_agent_client_parent_class)->dispose (object);
}

static void
neg_agent_client_finalize (GObject *object)
{
  NegAgentClient *client = NEG_AGENT_CLIENT (object);

  g_free (client->home);
  g_free (client->config);
  g_clear_error (&client->failure);
  g_clear_object (&client->cancellable);
  G_OBJECT_CLASS (neg_agent_client_parent_class)->finalize (object);
}

static void
neg_agent_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CONNECTED)
    g_value_set_boolean (value, NEG_AGENT_CLIENT (object)->proxy != NULL);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
neg_agent_client_class_init (NegAgentClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = neg_agent_client_dispose;
  object_class->finalize = neg_agent_client_finalize;
  object_class->get_property = neg_agent_client_get_property;
  props[PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
neg_agent_client_init (NegAgentClient *client)
{
  client->cancellable = g_cancellable_new ();
}

NegAgentClient *
neg_agent_client_new (const char *home, const char *config)
{
  NegAgentClient *client = g_object_new (NEG_TYPE_AGENT_CLIENT, NULL);

  client->home = home != NULL ? g_canonicalize_filename (home, NULL) : NULL;
  client->config = config != NULL ? g_canonicalize_filename (config, NULL) : NULL;
  return client;
}
