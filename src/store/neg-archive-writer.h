/* Changes to archive.db for callers that have to know that theirs is on the disk: whatever waits when a transaction
 * begins shares it, and its one fsync, with the others. A function that fails is undone alone.
 *
 * There is no thread for it: the first that comes writes for all that wait, the others sleep. Alone, a receiver goes
 * through without a change of threads, which on a busy machine costs more than the commit.
 * Thread: any. A function runs on the thread of any caller. */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

typedef struct _NegArchiveWriter NegArchiveWriter;

NegArchiveWriter *neg_archive_writer_new (NegDatabase *database); /* takes it */
void neg_archive_writer_free (NegArchiveWriter *writer);          /* nobody may be waiting any more */

/* Returns when what @func did is committed, or is not. */
gboolean neg_archive_writer_run (NegArchiveWriter *writer, NegDatabaseFunc func, gpointer data, GError **error);

G_END_DECLS
