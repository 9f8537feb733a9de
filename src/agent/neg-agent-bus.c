#include "config.h"

#include "agent/neg-agent-private.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/neg-agent-opened.h"
#include "base/neg-error.h"
#include "wire/neg-agent-client.h"

#define OBJECT_PATH "/org/negatoscope/Agent"
#define INTERFACE "org.negatoscope.Agent"
#define CALLS_MAX 64 /* at once, of all callers; each may wait for a peer */
#define CONNECTIONS_MAX 64

struct _NegAgentBus {
  NegAgent *agent;
  GDBusServer *server;
  char *path;
  GThreadPool *pool; /* of Call */
  GMutex lock;       /* of what follows */
  GPtrArray *connections; /* Connection */
  GPtrArray *calls;       /* Call, borrowed: at work or waiting for a thread */
  guint last_number;      /* of a connection */
};

/* Somebody who is connected. */
typedef struct {
  NegAgentBus *bus;
  GDBusConnection *connection;
  gulong closed_handler;
  guint number;
} Connection;

typedef struct {
  NegAgentBus *bus;
  const NegAgentMethod *method;
  GDBusMethodInvocation *invocation;
  GDBusConnection *connection; /* whose it is; the invocation holds it */
  guint caller;
  GCancellable *cancellable;
} Call;

static const NegAgentMethod *const tables[] = { _neg_agent_site_methods, _neg_agent_jobs_methods,
                                                _neg_agent_network_methods, _neg_agent_archive_methods,
                                                _neg_agent_cache_methods, _neg_agent_prefetch_methods,
                                                _neg_agent_desk_methods, _neg_agent_deliveries_methods,
                                                _neg_agent_corrections_methods, _neg_agent_orders_methods,
                                                 _neg_agent_reject_methods, _neg_agent_library_methods };

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  g_signal_handler_disconnect (connection->connection, connection->closed_handler);
  g_object_unref (connection->connection);
  g_free (connection);
}

/* --- calls --- */

static void
answer (NegAgent *agent, NegAgentMethodFunc func, GDBusMethodInvocation *invocation, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  g_autofree char *name = NULL;
  GVariant *result = func (agent, g_dbus_method_invocation_get_parameters (invocation), cancellable, &error);

  if (result != NULL) {
    g_dbus_method_invocation_return_value (invocation, result);
    return;
  }
  name = neg_agent_error_encode (error, &message);
  g_dbus_method_invocation_return_dbus_error (invocation, name, message);
}

static GPrivate current_caller;

guint
_neg_agent_bus_get_caller (void)
{
  return GPOINTER_TO_UINT (g_private_get (&current_caller));
}

static GPrivate current_invocation;

const int *
_neg_agent_bus_get_fds (int *n)
{
  GDBusMethodInvocation *invocation = g_private_get (&current_invocation);
  GUnixFDList *list
      = invocation != NULL ? g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation)) : NULL;

  *n = 0;
  return list != NULL ? g_unix_fd_list_peek_fds (list, n) : NULL;
}

/* Nobody can cancel it any more when its invocation goes. */
static void
run_call (gpointer data, gpointer user_data)
{
  Call *call = data;
  NegAgentBus *bus = call->bus;
  GDBusMethodInvocation *invocation = call->invocation;

  g_private_set (&current_caller, GUINT_TO_POINTER (call->caller));
  g_private_set (&current_invocation, invocation);
  answer (bus->agent, call->method->func, g_object_ref (invocation), call->cancellable);
  g_private_set (&current_invocation, NULL);
  g_private_set (&current_caller, NULL);
  g_mutex_lock (&bus->lock);
  g_ptr_array_remove_fast (bus->calls, call);
  g_mutex_unlock (&bus->lock);
  g_object_unref (invocation);
  g_object_unref (call->cancellable);
  g_free (call);
}

static gboolean
is_about (const Call *call, const char *method, const char *about)
{
  GVariant *parameters = g_dbus_method_invocation_get_parameters (call->invocation);
  const char *first;

  if (strcmp (call->method->name, method) != 0 || g_variant_n_children (parameters) == 0)
    return FALSE;
  if (!g_str_has_prefix (g_variant_get_type_string (parameters), "(s"))
    return FALSE;
  g_variant_get_child (parameters, 0, "&s", &first);
  return strcmp (first, about) == 0;
}

/* @connection NULL: everybody's; @method NULL: every one of them. What hears of it may need the lock. */
static void
cancel_calls (NegAgentBus *bus, GDBusConnection *connection, const char *method, const char *about)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&bus->lock);
  for (guint i = 0; i < bus->calls->len; i++) {
    const Call *call = bus->calls->pdata[i];

    if ((connection == NULL || call->connection == connection) && (method == NULL || is_about (call, method, about)))
      g_ptr_array_add (cancellables, g_object_ref (call->cancellable));
  }
  g_mutex_unlock (&bus->lock);
  for (guint i = 0; i < cancellables->len; i++)
    g_cancellable_cancel (cancellables->pdata[i]);
}

static void
cancel_some (NegAgentBus *bus, GDBusConnection *connection, GDBusMethodInvocation *invocation)
{
  const char *method, *about;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&s&s)", &method, &about);
  cancel_calls (bus, connection, method, about);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
start_call (const Connection *connection, const NegAgentMethod *method, GDBusMethodInvocation *invocation)
{
  NegAgentBus *bus = connection->bus;
  Call *call = g_new0 (Call, 1);

  call->bus = bus;
  call->method = method;
  call->invocation = invocation;
  call->connection = connection->connection;
  call->caller = connection->number;
  call->cancellable = g_cancellable_new ();
  g_mutex_lock (&bus->lock);
  g_ptr_array_add (bus->calls, call);
  g_mutex_unlock (&bus->lock);
  g_thread_pool_push (bus->pool, call, NULL);
}

static const NegAgentMethod *
find_method (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const NegAgentMethod *method = tables[i]; method->name != NULL; method++)
      if (strcmp (method->name, name) == 0)
        return method;
  return NULL;
}

static void
method_called (GDBusConnection *bus_connection, const char *sender, const char *path, const char *interface,
               const char *name, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  Connection *connection = user_data;
  NegAgentBus *bus = connection->bus;
  const NegAgentMethod *method = find_method (name);

  if (strcmp (name, "Cancel") == 0) {
    cancel_some (bus, bus_connection, invocation);
    return;
  }
  if (method == NULL) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.negatoscope.Error.Unsupported",
                                                "this agent does not do that");
    return;
  }
  if (method->on_main)
    answer (bus->agent, method->func, invocation, NULL);
  else
    start_call (connection, method, invocation);
}

static const GDBusInterfaceVTable vtable = { .method_call = method_called };

/* --- who is connected --- */

static void
closed_cb (GDBusConnection *bus_connection, gboolean remote, GError *error, gpointer user_data)
{
  Connection *connection = user_data;
  NegAgentBus *bus = connection->bus;

  guint index;

  g_mutex_lock (&bus->lock);
  if (g_ptr_array_find (bus->connections, connection, &index))
    g_ptr_array_steal_index_fast (bus->connections, index);
  g_mutex_unlock (&bus->lock);
  cancel_calls (bus, bus_connection, NULL, NULL);
  _neg_agent_opened_forget (_neg_agent_get_opened (bus->agent), connection->number);
  connection_free (connection);
  _neg_agent_check_idle (bus->agent);
}

static gboolean
new_connection_cb (GDBusServer *server, GDBusConnection *bus_connection, gpointer user_data)
{
  NegAgentBus *bus = user_data;
  Connection *connection;

  if (_neg_agent_bus_count_connections (bus) >= CONNECTIONS_MAX)
    return FALSE;
  connection = g_new0 (Connection, 1);
  connection->bus = bus;
  connection->number = ++bus->last_number;
  connection->connection = g_object_ref (bus_connection);
  connection->closed_handler = g_signal_connect (bus_connection, "closed", G_CALLBACK (closed_cb), connection);
  if (g_dbus_connection_register_object (bus_connection, OBJECT_PATH, neg_bus_agent_interface_info (), &vtable,
                                         connection, NULL, NULL)
      == 0) {
    connection_free (connection);
    return FALSE;
  }
  g_mutex_lock (&bus->lock);
  g_ptr_array_add (bus->connections, connection);
  g_mutex_unlock (&bus->lock);
  return TRUE;
}

/* The kernel says who is at the other end; everything else could be made up. */
static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer, const char *mechanism, gpointer user_data)
{
  return strcmp (mechanism, "EXTERNAL") == 0;
}

static gboolean
authorize_cb (GDBusAuthObserver *observer, GIOStream *stream, GCredentials *credentials, gpointer user_data)
{
  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ();
}

static gboolean
listen_at (NegAgentBus *bus, GError **error)
{
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();
  g_autofree char *escaped = g_dbus_address_escape_value (bus->path);
  g_autofree char *address = g_strconcat ("unix:path=", escaped, NULL);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GError) local = NULL;

  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  g_signal_connect (observer, "authorize-authenticated-peer", G_CALLBACK (authorize_cb), NULL);
  g_unlink (bus->path); /* whoever had it is gone: the lock is ours */
  bus->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, observer,
                                        NULL, &local);
  if (bus->server == NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, bus->path, "nobody can be let in at %s: %s", bus->path, local->message);
  g_signal_connect (bus->server, "new-connection", G_CALLBACK (new_connection_cb), bus);
  g_dbus_server_start (bus->server);
  return TRUE;
}

NegAgentBus *
_neg_agent_bus_new (NegAgent *agent, const char *home, GError **error)
{
  NegAgentBus *bus;
  char *path = neg_agent_dup_socket_path (home, error);

  if (path == NULL)
    return NULL;
  bus = g_new0 (NegAgentBus, 1);
  bus->agent = agent;
  bus->path = path;
  g_mutex_init (&bus->lock);
  bus->connections = g_ptr_array_new_with_free_func (connection_free);
  bus->calls = g_ptr_array_new ();
  bus->pool = g_thread_pool_new (run_call, bus, CALLS_MAX, FALSE, NULL);
  if (listen_at (bus, error))
    return bus;
  _neg_agent_bus_close (bus);
  _neg_agent_bus_free (bus);
  return NULL;
}

void
_neg_agent_bus_close (NegAgentBus *bus)
{
  if (bus->server != NULL)
    g_dbus_server_stop (bus->server);
  g_clear_object (&bus->server);
  cancel_calls (bus, NULL, NULL, NULL);
  g_thread_pool_free (bus->pool, FALSE, TRUE);
}

void
_neg_agent_bus_free (NegAgentBus *bus)
{
  for (guint i = 0; i < bus->connections->len; i++)
    g_dbus_connection_flush_sync (((Connection *) bus->connections->pdata[i])->connection, NULL, NULL);
  g_ptr_array_unref (bus->connections);
  g_ptr_array_unref (bus->calls);
  g_unlink (bus->path);
  g_mutex_clear (&bus->lock);
  g_free (bus->path);
  g_free (bus);
}

void
_neg_agent_bus_emit (NegAgentBus *bus, const char *signal, GVariant *parameters)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);

  g_mutex_lock (&bus->lock);
  for (guint i = 0; i < bus->connections->len; i++)
    g_dbus_connection_emit_signal (((Connection *) bus->connections->pdata[i])->connection, NULL, OBJECT_PATH,
                                   INTERFACE, signal, owned, NULL);
  g_mutex_unlock (&bus->lock);
}

guint
_neg_agent_bus_count_connections (NegAgentBus *bus)
{
  guint n;

  g_mutex_lock (&bus->lock);
  n = bus->connections->len;
  g_mutex_unlock (&bus->lock);
  return n;
}
