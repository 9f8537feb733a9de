#include "config.h"

#include "agent/neg-limit.h"

static gboolean
over_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *other, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

void
neg_limit_begin (NegLimit *limit, guint seconds, GCancellable *other)
{
  limit->cancellable = g_cancellable_new ();
  limit->other = other != NULL ? g_object_ref (other) : NULL;
  limit->timer = g_timeout_source_new_seconds (seconds);
  limit->handler = 0;
  g_source_set_callback (limit->timer, over_cb, g_object_ref (limit->cancellable), g_object_unref);
  g_source_attach (limit->timer, NULL);
  if (other != NULL)
    limit->handler = g_cancellable_connect (other, G_CALLBACK (cancelled_cb), g_object_ref (limit->cancellable),
                                            g_object_unref);
}

void
neg_limit_end (NegLimit *limit)
{
  g_source_destroy (limit->timer);
  g_clear_pointer (&limit->timer, g_source_unref);
  if (limit->other != NULL)
    g_cancellable_disconnect (limit->other, limit->handler);
  g_clear_object (&limit->other);
  g_clear_object (&limit->cancellable);
}
