/* The engine's work: messages in, answers out, one after another on one thread. Thread: the main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Serves @socket until the requester closes it. FALSE when it broke the protocol or cannot be written to. */
gboolean neg_engine_serve (int socket, GError **error);

G_END_DECLS
