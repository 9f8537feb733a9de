#include "config.h"

#include "pipeline/neg-volume-fill-private.h"

#define NEWS_INTERVAL_US 16000

NegVolumeFill *
_neg_volume_fill_new (NegEnginePool *pool, NegSeries *series, NegVolume *volume, NegVolumeMemory *memory)
{
  NegVolumeFill *fill = g_new0 (NegVolumeFill, 1);

  g_atomic_ref_count_init (&fill->ref_count);
  fill->pool = pool;
  fill->series = g_object_ref (series);
  fill->volume = neg_volume_ref (volume);
  fill->memory = _neg_volume_memory_ref (memory);
  fill->n_slices = volume->n_slices;
  fill->context = g_main_context_ref_thread_default ();
  g_mutex_init (&fill->lock);
  fill->states = g_new0 (guint8, fill->n_slices);
  fill->retried = g_new0 (guint8, fill->n_slices);
  fill->errors = g_new0 (GError *, fill->n_slices);
  fill->center = fill->n_slices / 2;
  fill->wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  fill->asks = g_ptr_array_new ();
  fill->news = g_array_new (FALSE, FALSE, sizeof (guint));
  return fill;
}

NegVolumeFill *
_neg_volume_fill_ref (NegVolumeFill *fill)
{
  g_atomic_ref_count_inc (&fill->ref_count);
  return fill;
}

void
_neg_volume_fill_unref (NegVolumeFill *fill)
{
  if (!g_atomic_ref_count_dec (&fill->ref_count))
    return;
  for (guint i = 0; i < fill->n_slices; i++)
    g_clear_error (&fill->errors[i]);
  g_free (fill->errors);
  g_free (fill->states);
  g_free (fill->retried);
  g_array_unref (fill->wanted);
  g_ptr_array_unref (fill->asks);
  g_array_unref (fill->news);
  neg_volume_unref (fill->volume);
  _neg_volume_memory_unref (fill->memory);
  g_object_unref (fill->series);
  g_main_context_unref (fill->context);
  g_mutex_clear (&fill->lock);
  g_free (fill);
}

/* News */

static gboolean
news_cb (gpointer data)
{
  NegVolumeFill *fill = data;

  g_mutex_lock (&fill->lock);
  fill->news_pending = FALSE;
  fill->last_news_us = g_get_monotonic_time ();
  g_mutex_unlock (&fill->lock);
  if (fill->owner != NULL)
    fill->func (fill->owner);
  return G_SOURCE_REMOVE;
}

/* Under the lock. */
void
_neg_volume_fill_announce (NegVolumeFill *fill)
{
  gint64 wait_us = fill->last_news_us + NEWS_INTERVAL_US - g_get_monotonic_time ();
  g_autoptr (GSource) source = NULL;

  if (fill->news_pending)
    return;
  fill->news_pending = TRUE;
  source = g_timeout_source_new (wait_us > 0 ? (wait_us + 999) / 1000 : 0);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, news_cb, _neg_volume_fill_ref (fill), (GDestroyNotify) _neg_volume_fill_unref);
  g_source_attach (source, fill->context);
}

/* Under the lock; takes @error. */
void
_neg_volume_fill_finish_slice (NegVolumeFill *fill, guint slice, GError *error)
{
  fill->states[slice] = NEG_FILL_DONE;
  fill->errors[slice] = error;
  neg_volume_set_state (fill->volume, slice, error != NULL ? NEG_SLICE_FAILED : NEG_SLICE_READY);
  g_array_append_val (fill->news, slice);
  _neg_volume_fill_announce (fill);
}

void
_neg_volume_fill_set_owner (NegVolumeFill *fill, NegVolumeFillFunc func, gpointer owner)
{
  fill->func = func;
  fill->owner = owner;
  g_mutex_lock (&fill->lock);
  if (owner != NULL && fill->news->len > 0)
    _neg_volume_fill_announce (fill);
  g_mutex_unlock (&fill->lock);
}

GArray *
_neg_volume_fill_take_news (NegVolumeFill *fill)
{
  GArray *news;

  g_mutex_lock (&fill->lock);
  news = fill->news;
  fill->news = g_array_new (FALSE, FALSE, sizeof (guint));
  g_mutex_unlock (&fill->lock);
  return news;
}

void
_neg_volume_fill_give_back (NegVolumeFill *fill, GArray *slices)
{
  g_mutex_lock (&fill->lock);
  g_array_prepend_vals (fill->news, slices->data, slices->len);
  _neg_volume_fill_announce (fill);
  g_mutex_unlock (&fill->lock);
}

/* What may be asked of it */

void
_neg_volume_fill_start (NegVolumeFill *fill)
{
  g_mutex_lock (&fill->lock);
  fill->is_running = TRUE;
  g_mutex_unlock (&fill->lock);
  _neg_volume_fill_run (fill);
}

void
_neg_volume_fill_halt (NegVolumeFill *fill)
{
  g_mutex_lock (&fill->lock);
  fill->is_running = FALSE;
  _neg_volume_fill_announce (fill);
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_stop (NegVolumeFill *fill)
{
  g_mutex_lock (&fill->lock);
  fill->is_stopped = TRUE;
  for (guint i = 0; i < fill->asks->len; i++) {
    NegVolumeAsk *ask = g_ptr_array_index (fill->asks, i);

    if (ask->request != NULL)
      neg_request_cancel (ask->request);
  }
  g_mutex_unlock (&fill->lock);
}

gboolean
_neg_volume_fill_is_stopped (NegVolumeFill *fill)
{
  gboolean is_stopped;

  g_mutex_lock (&fill->lock);
  is_stopped = fill->is_stopped;
  g_mutex_unlock (&fill->lock);
  return is_stopped;
}

gboolean
_neg_volume_fill_is_idle (NegVolumeFill *fill)
{
  gboolean is_idle;

  g_mutex_lock (&fill->lock);
  is_idle = fill->asks->len == 0;
  g_mutex_unlock (&fill->lock);
  return is_idle;
}

NegFillState
_neg_volume_fill_get_state (NegVolumeFill *fill, guint slice)
{
  NegFillState state;

  g_mutex_lock (&fill->lock);
  state = fill->states[slice];
  g_mutex_unlock (&fill->lock);
  return state;
}

void
_neg_volume_fill_set_state (NegVolumeFill *fill, guint slice, NegFillState state)
{
  g_mutex_lock (&fill->lock);
  if (fill->states[slice] < NEG_FILL_ASKED && state < NEG_FILL_ASKED) {
    fill->n_later += (state == NEG_FILL_LATER) - (fill->states[slice] == NEG_FILL_LATER);
    fill->states[slice] = state;
    if (state == NEG_FILL_OPEN)
      fill->next = 0;
  }
  g_mutex_unlock (&fill->lock);
}

/* The lock is not held while copying: a slice that is held is touched by nobody else. */
void
_neg_volume_fill_put (NegVolumeFill *fill, guint slice, const void *bytes)
{
  GError *error = NULL;

  _neg_volume_memory_write (fill->memory, slice, bytes, &error);
  g_mutex_lock (&fill->lock);
  _neg_volume_fill_finish_slice (fill, slice, error);
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_fail (NegVolumeFill *fill, guint slice, const GError *error)
{
  g_mutex_lock (&fill->lock);
  _neg_volume_fill_finish_slice (fill, slice, g_error_copy (error));
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_set_center (NegVolumeFill *fill, guint slice)
{
  g_mutex_lock (&fill->lock);
  slice = MIN (slice, fill->n_slices - 1);
  if (slice != fill->center) {
    fill->center = slice;
    fill->next = 0;
    _neg_volume_fill_review_asks (fill);
  }
  g_mutex_unlock (&fill->lock);
  _neg_volume_fill_run (fill);
}

guint
_neg_volume_fill_get_center (NegVolumeFill *fill)
{
  guint center;

  g_mutex_lock (&fill->lock);
  center = fill->center;
  g_mutex_unlock (&fill->lock);
  return center;
}

gboolean
_neg_volume_fill_want (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  gboolean comes;

  g_mutex_lock (&fill->lock);
  comes = !fill->is_stopped || fill->states[slice] == NEG_FILL_DONE;
  if (comes && fill->states[slice] == NEG_FILL_DONE) {
    g_array_append_val (fill->news, slice);
    _neg_volume_fill_announce (fill);
  } else if (comes && priority <= NEG_PRIORITY_NEIGHBOUR) {
    if (fill->states[slice] == NEG_FILL_ASKED)
      _neg_volume_fill_hurry (fill, slice, priority);
    else
      g_array_append_val (fill->wanted, slice);
  }
  g_mutex_unlock (&fill->lock);
  if (comes && priority <= NEG_PRIORITY_NEIGHBOUR)
    _neg_volume_fill_run (fill);
  return comes;
}

GError *
_neg_volume_fill_dup_error (NegVolumeFill *fill, guint slice)
{
  GError *error;

  g_mutex_lock (&fill->lock);
  error = fill->errors[slice] ? g_error_copy (fill->errors[slice]) : NULL;
  g_mutex_unlock (&fill->lock);
  return error;
}

NegVolume *
_neg_volume_fill_get_volume (NegVolumeFill *fill)
{
  return fill->volume;
}

NegVolumeMemory *
_neg_volume_fill_get_memory (NegVolumeFill *fill)
{
  return fill->memory;
}

NegSeries *
_neg_volume_fill_get_series (NegVolumeFill *fill)
{
  return fill->series;
}
