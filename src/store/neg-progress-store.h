/* What people learned, in reading.db: rows of text that only their maker reads (learning/neg-progress.h). Saving never waits for the
 * disk; what was saved is read when it is there. Thread: as the reading store. */
#pragma once

#include "store/neg-reading-store.h"

G_BEGIN_DECLS

#define NEG_PROGRESS_STORE_LINES_MAX 200000 /* what is read of one home: newest first are kept */

typedef struct {
  char *id, *person, *topic;
  char *line;
  gint64 began_ms, saved_ms; /* since 1970 */
  gboolean is_open;          /* it may be saved again */
} NegProgressRow;

/* A new line, or the same one further on; it waits to be posted again. FALSE: too much is waiting for the disk. */
gboolean neg_progress_store_save (NegReadingStore *store, const NegProgressRow *row);

/* Of char, oldest first; @person and @topic nullable: of all. Given. */
GPtrArray *neg_progress_store_list (NegReadingStore *store, const char *person, const char *topic, GError **error);
/* All of reading.db in @folder, from any thread. NOT_FOUND: there is none. */
GPtrArray *neg_progress_store_list_file (const char *folder, GError **error);

/* What is complete, or was not saved since @open_before_ms, and not posted: id to line; at most a thousand; given. */
GHashTable *neg_progress_store_list_waiting (NegReadingStore *store, gint64 open_before_ms, GError **error);
/* Unless the line has become another since. */
gboolean neg_progress_store_set_posted (NegReadingStore *store, const char *id, const char *line);

G_END_DECLS
