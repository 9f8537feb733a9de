#include "config.h"

#include "agent/neg-agent-desk-private.h"
#include "quality/neg-quality-tags.h"

typedef struct {
  GPtrArray *objects;
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Reading;

/* On the engines' thread, one at a time: nobody else looks at the objects until all are done. */
static void
item_cb (guint index, NegTags **tags, const GError *error, gpointer user_data)
{
  const Reading *reading = user_data;

  if (error == NULL)
    neg_quality_object_take_tags (reading->objects->pdata[index], *tags);
}

static void
done_cb (gpointer user_data)
{
  Reading *reading = user_data;

  g_mutex_lock (&reading->lock);
  reading->is_done = TRUE;
  g_cond_signal (&reading->cond);
  g_mutex_unlock (&reading->lock);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  neg_request_cancel (user_data);
}

void
_neg_desk_read_tags (NegAgent *agent, GPtrArray *objects, GCancellable *cancellable)
{
  NegEnginePool *pool = neg_agent_get_pool (agent);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegRequest) request = NULL;
  Reading reading = { .objects = objects };
  gulong handler;

  if (pool == NULL || objects->len == 0)
    return;
  for (guint i = 0; i < objects->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const NegQualityObject *) objects->pdata[i])->path));
  g_mutex_init (&reading.lock);
  g_cond_init (&reading.cond);
  request = neg_engine_pool_tags (pool, (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_SCAN, item_cb, done_cb,
                                  &reading);
  handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), neg_request_ref (request),
                                   (GDestroyNotify) neg_request_unref);
  g_mutex_lock (&reading.lock);
  while (!reading.is_done)
    g_cond_wait (&reading.cond, &reading.lock);
  g_mutex_unlock (&reading.lock);
  g_cancellable_disconnect (cancellable, handler);
  g_mutex_clear (&reading.lock);
  g_cond_clear (&reading.cond);
}
