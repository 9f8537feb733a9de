#include "config.h"

#include "ui/neg-network.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "model/neg-site.h"
#include "wire/neg-agent-client.h"

#define HELLO_MS 10000

struct _NegNetwork {
  GObject parent_instance;

  char *home, *config; /* nullable */
  NegAgentClient *client;
  GDBusProxy *proxy; /* the one whose signals are heard; nullable */
  NegNetworkState state;
  char *failure; /* while the state is failed */
  GVariant *info, *peers; /* nullable */
  GTimeZone *zone;        /* NULL until it is asked for */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (NegNetwork, neg_network, G_TYPE_OBJECT)

enum { CHANGED, ARCHIVE_CHANGED, JOB_CHANGED, PEERS_CHANGED, DIAGNOSE_STEP, LIBRARY_CHANGED, POSTS_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

NegNetworkState
neg_network_get_state (NegNetwork *self)
{
  return self->state;
}

const char *
neg_network_get_home (NegNetwork *self)
{
  return self->home;
}

const char *
neg_network_get_config (NegNetwork *self)
{
  return self->config;
}

GVariant *
neg_network_get_info (NegNetwork *self)
{
  return self->info;
}

GVariant *
neg_network_get_peers (NegNetwork *self)
{
  return self->peers;
}

gboolean
neg_network_may (NegNetwork *self, const char *peer, const char *use)
{
  GVariantIter iter;
  const char *name;
  GVariant *keys;
  gboolean may = FALSE;

  if (self->peers == NULL || !g_variant_is_of_type (self->peers, G_VARIANT_TYPE ("a(sa{ss}b)")))
    return FALSE;
  g_variant_iter_init (&iter, self->peers);
  while (g_variant_iter_next (&iter, "(&s@a{ss}b)", &name, &keys, NULL)) {
    const char *words = "";

    g_variant_lookup (keys, "use", "&s", &words);
    if (g_str_equal (name, peer)) {
      g_auto (GStrv) uses = g_strsplit (words, ";", -1);

      may = *words == '\0' || g_strv_contains ((const char *const *) uses, use);
    }
    g_variant_unref (keys);
  }
  return may;
}

const char *
neg_network_get_user (NegNetwork *self)
{
  const char *user;

  if (self->info != NULL && g_variant_lookup (self->info, "user", "&s", &user))
    return user;
  return g_get_user_name ();
}

GTimeZone *
neg_network_get_timezone (NegNetwork *self)
{
  g_autoptr (NegSite) site = NULL;

  if (self->zone == NULL) {
    site = neg_site_load (self->home, self->config, NULL, NULL); /* the agent says what is wrong with it */
    self->zone = site != NULL ? g_time_zone_ref (neg_site_get_timezone (site)) : g_time_zone_new_local ();
  }
  return self->zone;
}

static char *
dup_ready_text (NegNetwork *self)
{
  const char *title = "", *problem = "";
  guint32 port = 0;

  if (self->info == NULL)
    return g_strdup (_ ("Network: ready"));
  g_variant_lookup (self->info, "ae-title", "&s", &title);
  g_variant_lookup (self->info, "port", "u", &port);
  g_variant_lookup (self->info, "listen-error", "&s", &problem);
  if (*problem != '\0')
    return g_strdup_printf (_ ("Network: nothing can be received: %s"), problem);
  if (port == 0)
    return g_strdup (_ ("Network: ready"));
  return g_strdup_printf (_ ("Network: ready, %s receives on port %u"), title, port);
}

char *
neg_network_dup_text (NegNetwork *self)
{
  switch (self->state) {
  case NEG_NETWORK_CONNECTING:
    return g_strdup (_ ("Network: starting…"));
  case NEG_NETWORK_READY:
    return dup_ready_text (self);
  case NEG_NETWORK_FAILED:
    return g_strdup_printf (_ ("Network: the background service does not run: %s"), self->failure);
  case NEG_NETWORK_OFF:
  default:
    return g_strdup (_ ("Network: off"));
  }
}

/* --- calls --- */

typedef struct {
  char *method;
  GVariant *parameters; /* nullable */
  GUnixFDList *files;   /* nullable */
  int timeout_ms;
  GDBusProxy *proxy;    /* from when it is called */
  gulong cancelled_handler;
} Call;

static void
free_call (gpointer data)
{
  Call *call = data;

  g_free (call->method);
  g_clear_pointer (&call->parameters, g_variant_unref);
  g_clear_object (&call->files);
  g_clear_object (&call->proxy);
  g_free (call);
}

/* Nobody waits for the answer: the agent need not go on. It knows a call by its method and its first argument, so it is
 * told before anything else can be asked. */
static void
cancelled_cb (GCancellable *cancellable, Call *call)
{
  g_autoptr (GVariant) about = call->parameters != NULL && g_variant_n_children (call->parameters) > 0
                                   ? g_variant_get_child_value (call->parameters, 0)
                                   : NULL;

  if (about != NULL && g_variant_is_of_type (about, G_VARIANT_TYPE_STRING))
    g_dbus_proxy_call (call->proxy, "Cancel", g_variant_new ("(s@s)", call->method, about), G_DBUS_CALL_FLAGS_NONE, -1,
                       NULL, NULL, NULL);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GVariant *answer = g_dbus_proxy_call_with_unix_fd_list_finish (G_DBUS_PROXY (source), NULL, result, &error);
  const Call *call = g_task_get_task_data (task);

  g_cancellable_disconnect (g_task_get_cancellable (task), call->cancelled_handler);
  if (answer != NULL) {
    g_task_return_pointer (task, answer, (GDestroyNotify) g_variant_unref);
    return;
  }
  neg_agent_client_translate_error (&error);
  g_task_return_error (task, error);
}

static void
call_now (GTask *task, NegBusAgent *proxy)
{
  Call *call = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  call->proxy = g_object_ref (G_DBUS_PROXY (proxy));
  if (cancellable != NULL && !g_cancellable_is_cancelled (cancellable))
    call->cancelled_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), call, NULL);
  g_dbus_proxy_call_with_unix_fd_list (call->proxy, call->method, call->parameters, G_DBUS_CALL_FLAGS_NONE,
                                       call->timeout_ms < 0 ? G_MAXINT : call->timeout_ms, call->files,
                                       g_task_get_cancellable (task), called_cb, g_object_ref (task));
}

static void
connected_for_call_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (neg_agent_client_connect_finish (NEG_AGENT_CLIENT (source), result, &error))
    call_now (task, neg_agent_client_get_proxy (NEG_AGENT_CLIENT (source)));
  else
    g_task_return_error (task, error);
}

void
neg_network_call_async (NegNetwork *self, const char *method, GVariant *parameters, int timeout_ms,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  neg_network_call_with_files_async (self, method, parameters, NULL, timeout_ms, cancellable, callback, user_data);
}

void
neg_network_call_with_files_async (NegNetwork *self, const char *method, GVariant *parameters, GUnixFDList *files,
                                   int timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);
  NegBusAgent *proxy;

  call->method = g_strdup (method);
  call->parameters = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_set_object (&call->files, files);
  call->timeout_ms = timeout_ms;
  g_task_set_task_data (task, call, free_call);
  proxy = neg_agent_client_get_proxy (self->client);
  if (proxy != NULL)
    call_now (task, proxy);
  else
    neg_agent_client_connect_async (self->client, TRUE, cancellable, connected_for_call_cb, g_object_ref (task));
}

GVariant *
neg_network_call_finish (NegNetwork *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- what the agent tells --- */

static void
peers_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegNetwork *self = NEG_NETWORK (source);
  g_autoptr (GVariant) answer = neg_network_call_finish (self, result, NULL);

  if (answer == NULL || g_variant_n_children (answer) != 1)
    return;
  g_clear_pointer (&self->peers, g_variant_unref);
  self->peers = g_variant_get_child_value (answer, 0);
  g_signal_emit (self, signals[PEERS_CHANGED], 0);
}

static void
hello_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegNetwork *self = NEG_NETWORK (source);
  g_autoptr (GVariant) answer = neg_network_call_finish (self, result, NULL);

  if (answer == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_clear_pointer (&self->info, g_variant_unref);
  self->info = g_variant_get_child_value (answer, 1);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
ask_about (NegNetwork *self)
{
  neg_network_call_async (self, "Hello", g_variant_new ("(u)", NEG_AGENT_PROTOCOL), HELLO_MS, self->cancellable,
                          hello_cb, NULL);
  neg_network_call_async (self, "ListPeers", NULL, HELLO_MS, self->cancellable, peers_cb, NULL);
}

static void
signal_cb (NegNetwork *self, const char *sender, const char *name, GVariant *parameters)
{
  if (g_str_equal (name, "Changed") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(as)"))) {
    g_auto (GStrv) uids = NULL;

    g_variant_get (parameters, "(^as)", &uids);
    g_signal_emit (self, signals[ARCHIVE_CHANGED], 0, uids);
  } else if (g_str_equal (name, "JobChanged") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})"))) {
    g_autoptr (GVariant) job = g_variant_get_child_value (parameters, 0);

    g_signal_emit (self, signals[JOB_CHANGED], 0, job);
  } else if (g_str_equal (name, "DiagnoseStep") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s(sbdss))"))) {
    g_signal_emit (self, signals[DIAGNOSE_STEP], 0, parameters);
  } else if (g_str_equal (name, "PeersChanged")) {
    ask_about (self);
  } else if (g_str_equal (name, "LibraryChanged")) {
    g_signal_emit (self, signals[LIBRARY_CHANGED], 0);
  } else if (g_str_equal (name, "PostsChanged") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sx)"))) {
    const char *kind;
    gint64 post;

    g_variant_get (parameters, "(&sx)", &kind, &post);
    g_signal_emit (self, signals[POSTS_CHANGED], 0, kind, post);
  }
}

static void
hear (NegNetwork *self, GDBusProxy *proxy)
{
  if (proxy == self->proxy)
    return;
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_set_object (&self->proxy, proxy);
  if (proxy != NULL)
    g_signal_connect_swapped (proxy, "g-signal", G_CALLBACK (signal_cb), self);
}

static void
set_state (NegNetwork *self, NegNetworkState state, const GError *failure)
{
  self->state = state;
  g_free (self->failure);
  self->failure = g_strdup (failure != NULL ? failure->message : "");
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
connected_changed_cb (NegNetwork *self)
{
  NegBusAgent *proxy = neg_agent_client_get_proxy (self->client);

  hear (self, proxy != NULL ? G_DBUS_PROXY (proxy) : NULL);
  if (proxy != NULL) {
    set_state (self, NEG_NETWORK_READY, NULL);
    ask_about (self);
    g_signal_emit (self, signals[ARCHIVE_CHANGED], 0, (const char *const[]){ NULL }); /* what was missed meanwhile */
    g_signal_emit (self, signals[LIBRARY_CHANGED], 0);
    g_signal_emit (self, signals[POSTS_CHANGED], 0, "", (gint64) 0);
  } else if (self->state == NEG_NETWORK_READY) {
    set_state (self, NEG_NETWORK_FAILED, neg_agent_client_get_failure (self->client));
  }
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegNetwork) self = data;
  g_autoptr (GError) error = NULL;

  if (neg_agent_client_connect_finish (NEG_AGENT_CLIENT (source), result, &error)) {
    if (self->state != NEG_NETWORK_READY)
      connected_changed_cb (self);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    set_state (self, NEG_NETWORK_FAILED, error);
  }
}

void
neg_network_start (NegNetwork *self)
{
  g_return_if_fail (NEG_IS_NETWORK (self));

  if (self->state == NEG_NETWORK_CONNECTING || self->state == NEG_NETWORK_READY)
    return;
  set_state (self, NEG_NETWORK_CONNECTING, NULL);
  neg_agent_client_connect_async (self->client, TRUE, self->cancellable, connected_cb, g_object_ref (self));
}

/* --- words --- */

static const char *
get_advice (const GError *error)
{
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_TIMEOUT))
    return _ ("Try again; test the peer in the preferences.");
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_DISK_FULL))
    return _ ("Make room on the disk, then try again.");
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_AUTH) || g_error_matches (error, NEG_ERROR, NEG_ERROR_TLS))
    return _ ("Check certificates and password in the preferences.");
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return _ ("Check name and address in the preferences.");
  return NULL;
}

char *
neg_network_dup_error (const GError *error)
{
  const char *advice;
  g_autofree char *message = NULL;

  if (error == NULL)
    return g_strdup (_ ("nobody knows why"));
  advice = get_advice (error);
  message = g_utf8_make_valid (error->message, -1);
  return advice != NULL ? g_strdup_printf ("%s. %s", message, advice) : g_steal_pointer (&message);
}

/* --- the object --- */

static void
neg_network_dispose (GObject *object)
{
  NegNetwork *self = NEG_NETWORK (object);

  g_cancellable_cancel (self->cancellable);
  hear (self, NULL);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (neg_network_parent_class)->dispose (object);
}

static void
neg_network_finalize (GObject *object)
{
  NegNetwork *self = NEG_NETWORK (object);

  g_free (self->home);
  g_free (self->config);
  g_free (self->failure);
  g_clear_pointer (&self->info, g_variant_unref);
  g_clear_pointer (&self->peers, g_variant_unref);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_network_parent_class)->finalize (object);
}

static void
neg_network_class_init (NegNetworkClass *class)
{
  GType type = NEG_TYPE_NETWORK;

  G_OBJECT_CLASS (class)->dispose = neg_network_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_network_finalize;
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ARCHIVE_CHANGED] = g_signal_new ("archive-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_STRV);
  signals[JOB_CHANGED]
      = g_signal_new ("job-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[DIAGNOSE_STEP]
      = g_signal_new ("diagnose-step", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[LIBRARY_CHANGED]
      = g_signal_new ("library-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[POSTS_CHANGED] = g_signal_new ("posts-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                         G_TYPE_STRING, G_TYPE_INT64);
  signals[PEERS_CHANGED]
      = g_signal_new ("peers-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_network_init (NegNetwork *self)
{
  self->cancellable = g_cancellable_new ();
  self->failure = g_strdup ("");
}

NegNetwork *
neg_network_new (const char *home, const char *config)
{
  NegNetwork *self = g_object_new (NEG_TYPE_NETWORK, NULL);

  self->home = g_strdup (home);
  self->config = g_strdup (config);
  self->client = neg_agent_client_new (home, config);
  g_signal_connect_swapped (self->client, "notify::connected", G_CALLBACK (connected_changed_cb), self);
  return self;
}
