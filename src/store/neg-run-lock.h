/* A mark that a run of the program is alive, which the kernel takes away when it dies, however it dies: a lock on a file
 * of its own (open file description locks, fcntl_locking(2)). A process that starts another hands it no such file.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegRunLock NegRunLock;

/* A new run with a random id; its file is in @folder. */
NegRunLock *neg_run_lock_new (const char *folder, GError **error);
const char *neg_run_lock_get_id (const NegRunLock *lock); /* borrowed */

/* The run has ended. */
void neg_run_lock_free (NegRunLock *lock);

/* Whether run @id is alive, this process's own included. An @id that is none never is. */
gboolean neg_run_lock_is_held (const char *folder, const char *id);

/* Deletes what runs that died have left. */
void neg_run_lock_sweep (const char *folder);

G_END_DECLS
