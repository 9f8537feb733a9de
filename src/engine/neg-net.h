/* A network engine: one association with a peer on a socket that the agent has connected, or one talk with a web
 * archive; then it ends. Messages: wire/neg-net-message.h. Thread: the main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What libraries read from files, before the seal. */
gboolean neg_net_preload (GError **error);

/* Waits on @socket for what is to be done, does it and tells how it ended. FALSE when the agent broke the protocol. */
gboolean neg_net_serve (int socket, GError **error);

G_END_DECLS
