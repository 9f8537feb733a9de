/* The index records of a batch of objects, for whoever can wait: started on one thread and waited for there, so that the
 * engines read the next batch while this one is written.
 * Thread: one. */
#pragma once

#include <gio/gio.h>

#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *blobs;          /* NegBlob */
  NegObjectRecord **records; /* one per blob, NULL where there is an error; filled by waiting; owned */
  GError **errors;

  NegRequest *request;
  GMutex lock;
  GCond cond;
  gboolean is_done;
} NegIndexBatch;

/* @blobs is taken. As neg_engine_pool_index(). */
NegIndexBatch *neg_index_batch_new (NegEnginePool *pool, GPtrArray *blobs, gboolean complete, NegPriority priority);

/* Until every record or error is there. Cancelling makes errors of what is not. */
void neg_index_batch_wait (NegIndexBatch *batch, GCancellable *cancellable);
void neg_index_batch_free (NegIndexBatch *batch); /* waits */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegIndexBatch, neg_index_batch_free)

G_END_DECLS
