/* The way to the agent of a home: finds its socket, starts it when none runs, says hello. The calls themselves are
 * those of the generated NegBusAgent (org.negatoscope.Agent.xml).
 *
 * Thread: the main one; its signals come in the default main context. */
#pragma once

#include <gio/gio.h>

#include "wire/neg-bus-agent.h"

G_BEGIN_DECLS

#define NEG_AGENT_PROTOCOL 1

/* The socket's path: $XDG_RUNTIME_DIR/negatoscope/HASH.sock (else /run/user or a 0700 folder of the home when short
 * enough), HASH of the home's canonical path. Given. The folder is made, 0700. */
char *neg_agent_dup_socket_path (const char *home, GError **error);

#define NEG_TYPE_AGENT_CLIENT (neg_agent_client_get_type ())
G_DECLARE_FINAL_TYPE (NegAgentClient, neg_agent_client, NEG, AGENT_CLIENT, GObject)

/* @home, @config nullable: handed on to an agent that is started. */
NegAgentClient *neg_agent_client_new (const char *home, const char *config);

/* Connects, starting an agent when none answers (unless @start is FALSE). Asynchronous; again after a failure. Once
 * connected it stays so: when the agent ends unexpectedly it is started again, three times a minute at most, and
 * "notify::connected" tells. */
void neg_agent_client_connect_async (NegAgentClient *client, gboolean start, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean neg_agent_client_connect_finish (NegAgentClient *client, GAsyncResult *result, GError **error);

/* For commands: blocks up to @timeout_ms. *started (nullable): by us, and to be ended by neg_agent_client_quit(). */
gboolean neg_agent_client_connect_sync (NegAgentClient *client, guint timeout_ms, gboolean *started, GError **error);
void neg_agent_client_quit (NegAgentClient *client); /* Quit(), and waits for its end a moment */

/* Property "connected". Borrowed proxy, NULL when not connected. */
NegBusAgent *neg_agent_client_get_proxy (NegAgentClient *client);
/* Why there is no connection, for people; NULL when there is one. */
const GError *neg_agent_client_get_failure (NegAgentClient *client);

/* Makes NEG_ERROR of what came over the bus (code by name, "where" split off); @error is taken and replaced. */
void neg_agent_client_translate_error (GError **error);
/* The agent's side: the D-Bus error name of @error, and its text; given. */
char *neg_agent_error_encode (const GError *error, char **message);

G_END_DECLS
