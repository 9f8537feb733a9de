/* Objects that a reader makes, from their description to the archive: an engine writes each, the agent keeps it. One after
 * the other; the first failure ends it, what was kept before stays. Thread: main. */
#pragma once

#include "ui/neg-network.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

/* @source: an object of the patient and the study that all of @composes (of NegCompose, each referenced until it is
 * kept) are about. @pool, borrowed, outlives it. */
void neg_object_saver_run_async (NegEnginePool *pool, NegNetwork *network, NegBlob *source, GPtrArray *composes,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* *@n_kept (nullable): how many are durably in the archive, the first of @composes. */
gboolean neg_object_saver_run_finish (GAsyncResult *result, guint *n_kept, GError **error);

/* A new object of @kind now, by the user of this account: UIDs, date, time, time zone, creator; given. */
NegCompose *neg_object_saver_describe (NegComposeKind kind, const char *series_description, gint32 series_number);

G_END_DECLS
