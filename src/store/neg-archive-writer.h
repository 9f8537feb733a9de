/* The thread that writes to archive.db, for callers that have to know that their change is on the disk: whatever waits
 * when a transaction begins shares it, and its one fsync, with the others. A function that fails is undone alone.
 * Thread: any but its own. */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

typedef struct _NegArchiveWriter NegArchiveWriter;

NegArchiveWriter *neg_archive_writer_new (NegDatabase *database); /* takes it */
void neg_archive_writer_free (NegArchiveWriter *writer);          /* nobody may be waiting any more */

/* Returns when what @func did is committed, or is not. */
gboolean neg_archive_writer_run (NegArchiveWriter *writer, NegDatabaseFunc func, gpointer data, GError **error);

G_END_DECLS
