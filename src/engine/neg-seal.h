/* The engine's own cage: resource limits and a seccomp allow-list, for good. Thread: the main thread, before any
 * other exists. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* After this: no open, no socket, no exec, no new program or thread, no executable memory, no growing of what is
 * sealed; a call outside the list kills the process, the ones that a library makes in good faith answer ENOSYS or
 * EPERM. */
gboolean neg_seal (GError **error);

/* The same for an engine that holds an association: besides, it may read and write on sockets that it was handed, and
 * ask and set the few options of theirs that a connection needs. It makes, connects, binds and accepts none. */
gboolean neg_seal_network (GError **error);

/* The same for an engine that plays a video through: besides, it may make threads, which libraries of pipelines cannot do without, and
 * read and write what they wake each other with. A thread is no process: it shares everything, and its end is the engine's. Half of
 * the memory. */
gboolean neg_seal_video (GError **error);

/* Renews the processor-time limit for the item that begins now. */
void neg_seal_renew_cpu_limit (guint seconds);

G_END_DECLS
