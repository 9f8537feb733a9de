/* What makes a program a service: one per home, away from the terminal, without traces of what it had in memory.
 * Thread: before there is any other. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No core, no other process may read the memory; as many descriptors as the system allows; files are the owner's
 * alone. */
void neg_process_protect (void);

/* Returns in a new process without a terminal, with what neg_process_tell_ready() needs. The first one ends when the
 * new one is ready, or with its status. -1 and an error: still the first process. */
int neg_process_detach (GError **error);
void neg_process_tell_ready (int ready_fd);

/* Until the process ends; the descriptor is given. BUSY names the process that has it. -1: not ours. */
int neg_process_lock (const char *folder, const char *name, GError **error);

G_END_DECLS
