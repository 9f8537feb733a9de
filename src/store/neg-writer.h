/* The one thread that writes to a database, so that nobody waits for a disk.
 *
 * Jobs run in the order in which they came, many in one transaction. A job with the key of one that has not begun
 * replaces it, in its place. Thread: one at a time; jobs run on the writer's own. */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

typedef struct _NegWriter NegWriter;

/* @error: what a job or its commit failed with, the job is dropped; NULL: jobs are written again after failures.
 * Runs in what was the default main context of the thread that made the writer, on whose thread it has to be closed:
 * never after neg_writer_close(). */
typedef void (*NegWriterReport) (const GError *error, gpointer user_data);

/* Takes @database. Waiting jobs hold at most @limit_bytes; transactions begin at least @pace_ms apart, the first one
 * at once. @report is nullable. */
NegWriter *neg_writer_new (NegDatabase *database, gsize limit_bytes, guint pace_ms, NegWriterReport report,
                           gpointer user_data);

/* @key is nullable: such a job is never replaced. @data, which @n_bytes stand for, is taken in any case, and freed on
 * any thread. FALSE when too much is waiting. */
gboolean neg_writer_push (NegWriter *writer, const char *key, gsize n_bytes, NegDatabaseFunc func, gpointer data,
                          GDestroyNotify free_data);

/* Waits until what was pushed before is on the disk. TIMEOUT after @limit_ms, else what a job failed with. */
gboolean neg_writer_flush (NegWriter *writer, guint limit_ms, GError **error);

/* Pushes and waits. A failure may be another job's that was written at the same time; after TIMEOUT the job may still be
 * done. BUSY when too much is waiting. Its failure is told here and in no report. */
gboolean neg_writer_write (NegWriter *writer, gsize n_bytes, NegDatabaseFunc func, gpointer data,
                           GDestroyNotify free_data, guint limit_ms, GError **error);

/* Waits for at most @limit_ms; what is not written then is lost. A thread that a disk holds up is left behind. */
void neg_writer_close (NegWriter *writer, guint limit_ms);

G_END_DECLS
