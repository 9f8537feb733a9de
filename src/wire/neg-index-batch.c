#include "config.h"

#include "wire/neg-index-batch.h"

static void
item_cb (guint index, NegObjectRecord **record, const GError *error, gpointer user_data)
{
  NegIndexBatch *batch = user_data;

  if (error != NULL)
    batch->errors[index] = g_error_copy (error);
  else
    batch->records[index] = g_steal_pointer (record);
}

static void
done_cb (gpointer user_data)
{
  NegIndexBatch *batch = user_data;

  g_mutex_lock (&batch->lock);
  batch->is_done = TRUE;
  g_cond_signal (&batch->cond);
  g_mutex_unlock (&batch->lock);
}

NegIndexBatch *
neg_index_batch_new (NegEnginePool *pool, GPtrArray *blobs, gboolean complete, NegPriority priority)
{
  NegIndexBatch *batch = g_new0 (NegIndexBatch, 1);

  batch->blobs = blobs;
  batch->records = g_new0 (NegObjectRecord *, blobs->len);
  batch->errors = g_new0 (GError *, blobs->len);
  g_mutex_init (&batch->lock);
  g_cond_init (&batch->cond);
  batch->request = neg_engine_pool_index (pool, (NegBlob *const *) blobs->pdata, blobs->len, complete, priority,
                                          item_cb, done_cb, batch);
  return batch;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  neg_request_cancel (user_data);
}

void
neg_index_batch_wait (NegIndexBatch *batch, GCancellable *cancellable)
{
  gulong handler = cancellable != NULL
                       ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                neg_request_ref (batch->request), (GDestroyNotify) neg_request_unref)
                       : 0;

  g_mutex_lock (&batch->lock);
  while (!batch->is_done)
    g_cond_wait (&batch->cond, &batch->lock);
  g_mutex_unlock (&batch->lock);
  g_cancellable_disconnect (cancellable, handler);
}

void
neg_index_batch_free (NegIndexBatch *batch)
{
  if (batch == NULL)
    return;
  neg_index_batch_wait (batch, NULL);
  for (guint i = 0; i < batch->blobs->len; i++) {
    neg_object_record_free (batch->records[i]);
    g_clear_error (&batch->errors[i]);
  }
  g_free (batch->records);
  g_free (batch->errors);
  g_ptr_array_unref (batch->blobs);
  neg_request_unref (batch->request);
  g_mutex_clear (&batch->lock);
  g_cond_clear (&batch->cond);
  g_free (batch);
}
