/* The elements of objects from an engine. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

/* @blobs (NegBlob) is referenced. @pool, borrowed, outlives it. */
void neg_tags_load_async (NegEnginePool *pool, GPtrArray *blobs, NegPriority priority, GAsyncReadyCallback callback,
                          gpointer user_data);

/* NegTags in the order of the blobs, NULL where one could not be read; NULL when none could. Given. *@error (nullable): of the
 * first that could not, also where others could. */
GPtrArray *neg_tags_load_finish (GAsyncResult *result, GError **error);

/* What varies in @blobs, a few hundred at a time; @progress (nullable) is called after each of them. Ends with
 * G_IO_ERROR_CANCELLED or with an error when none could be read. Given; *@n_failed could not be read. */
typedef void (*NegTagsProgress) (guint n_done, guint n, gpointer user_data);

void neg_tags_load_series_async (NegEnginePool *pool, GPtrArray *blobs, NegTagsProgress progress, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
struct _NegTagsVary *neg_tags_load_series_finish (GAsyncResult *result, guint *n_failed, GError **error);

G_END_DECLS
