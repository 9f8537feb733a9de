#include "config.h"

#include "base/neg-error.h"
#include "pipeline/neg-volume-fill-private.h"

/* Slices asked for at one time; near ones have room always. */
#define IN_FLIGHT_MAX 32

static void
ask_unref (NegVolumeAsk *ask)
{
  if (!g_atomic_ref_count_dec (&ask->ref_count))
    return;
  neg_request_unref (ask->request);
  _neg_volume_fill_unref (ask->fill);
  g_free (ask);
}

/* The order of slices */

static guint
get_distance (const NegVolumeFill *fill, guint slice)
{
  return slice > fill->center ? slice - fill->center : fill->center - slice;
}

/* The k-th slice: the center, one above, one below, ...; when one end is reached the rest of the other side. */
static guint
get_nth (const NegVolumeFill *fill, guint k)
{
  guint below = fill->center, above = fill->n_slices - 1 - fill->center, both = MIN (below, above);
  guint offset = k <= 2 * both ? (k + 1) / 2 : k - both;

  if (k <= 2 * both)
    return k % 2 == 1 ? fill->center + offset : fill->center - offset;
  return above > below ? fill->center + offset : fill->center - offset;
}

static const NegSeriesFrame *
get_frame (const NegVolumeFill *fill, guint slice)
{
  return neg_series_get_frame (fill->series, fill->volume->order[slice]);
}

static void
ask_add (NegVolumeAsk *ask, guint slice)
{
  NegVolumeFill *fill = ask->fill;

  ask->slices[ask->n_slices++] = slice;
  fill->n_later -= fill->states[slice] == NEG_FILL_LATER;
  fill->states[slice] = NEG_FILL_ASKED;
  fill->n_in_flight++;
}

static NegVolumeAsk *
ask_new (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  NegVolumeAsk *ask = g_new0 (NegVolumeAsk, 1);

  g_atomic_ref_count_init (&ask->ref_count);
  g_atomic_ref_count_inc (&ask->ref_count); /* one for the callbacks, one for who asks */
  ask->fill = _neg_volume_fill_ref (fill);
  ask->priority = priority;
  g_ptr_array_add (fill->asks, ask);
  ask_add (ask, slice);
  return ask;
}

/* The next that are open, of the same object and as near. */
static void
ask_extend (NegVolumeAsk *ask, guint k)
{
  NegVolumeFill *fill = ask->fill;
  NegBlob *blob = get_frame (fill, ask->slices[0])->blob;

  for (; k < fill->n_slices && ask->n_slices < NEG_VOLUME_ASK_MAX; k++) {
    guint slice = get_nth (fill, k);

    if (fill->states[slice] != NEG_FILL_OPEN)
      continue;
    if (get_frame (fill, slice)->blob != blob
        || (ask->priority <= NEG_PRIORITY_NEIGHBOUR && get_distance (fill, slice) > NEG_VOLUME_NEAR))
      return;
    ask_add (ask, slice);
  }
}

/* Nothing else is left: what somebody else was to decode is asked for after all. */
static gboolean
open_later_ones (NegVolumeFill *fill)
{
  if (fill->n_later == 0)
    return FALSE;
  for (guint slice = 0; slice < fill->n_slices; slice++)
    if (fill->states[slice] == NEG_FILL_LATER)
      fill->states[slice] = NEG_FILL_OPEN;
  fill->n_later = fill->next = 0;
  return TRUE;
}

static NegVolumeAsk *
take_wanted (NegVolumeFill *fill)
{
  while (fill->wanted->len > 0) {
    guint slice = g_array_index (fill->wanted, guint, fill->wanted->len - 1);

    g_array_set_size (fill->wanted, fill->wanted->len - 1);
    if (fill->states[slice] == NEG_FILL_OPEN || fill->states[slice] == NEG_FILL_LATER)
      return ask_new (fill, slice, NEG_PRIORITY_ON_SCREEN);
  }
  return NULL;
}

/* Under the lock. NULL: nothing is left, or there is no room for more. */
static NegVolumeAsk *
take_next (NegVolumeFill *fill)
{
  NegVolumeAsk *ask = NULL;

  if (!fill->is_running || fill->is_stopped)
    return NULL;
  if ((ask = take_wanted (fill)) != NULL)
    return ask;
  do
    for (; fill->next < fill->n_slices; fill->next++) {
      guint slice = get_nth (fill, fill->next);
      gboolean is_near = get_distance (fill, slice) <= NEG_VOLUME_NEAR;

      if (fill->states[slice] != NEG_FILL_OPEN)
        continue;
      if (!is_near && fill->n_in_flight >= IN_FLIGHT_MAX)
        return NULL;
      ask = ask_new (fill, slice, is_near ? NEG_PRIORITY_NEIGHBOUR : NEG_PRIORITY_SERIES);
      ask_extend (ask, ++fill->next);
      return ask;
    }
  while (open_later_ones (fill));
  return NULL;
}

/* Answers, on the dispatcher */

static gboolean
format_is_right (const NegVolumeFill *fill, const NegFrameFormat *format)
{
  const NegVolume *volume = fill->volume;

  return format->rows == volume->rows && format->columns == volume->columns && format->samples == 1
         && format->sample_type == volume->sample_type;
}

/* Asked for once more, or failed for good. */
static void
take_failure (NegVolumeFill *fill, guint slice, const GError *error)
{
  gboolean is_withdrawn = g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED);

  /* By us, or because the pool goes away. */
  fill->is_stopped |= is_withdrawn;
  if (is_withdrawn || (g_error_matches (error, NEG_ERROR, NEG_ERROR_ENGINE_DIED) && !fill->retried[slice])) {
    fill->retried[slice] = TRUE;
    fill->states[slice] = NEG_FILL_OPEN;
    fill->next = 0;
  } else {
    _neg_volume_fill_finish_slice (fill, slice, g_error_copy (error));
  }
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  NegVolumeAsk *ask = user_data;
  NegVolumeFill *fill = ask->fill;
  guint slice = ask->slices[index];

  g_mutex_lock (&fill->lock);
  fill->n_in_flight--;
  if (error != NULL) {
    take_failure (fill, slice, error);
  } else if (!format_is_right (fill, format)) {
    g_autoptr (GError) wrong = NULL;

    neg_fail (&wrong, NEG_ERROR_INCONSISTENT, NULL, "the decoded image is not what its header says");
    take_failure (fill, slice, wrong);
  } else {
    _neg_volume_fill_finish_slice (fill, slice, NULL);
  }
  g_mutex_unlock (&fill->lock);
}

static void
done_cb (gpointer user_data)
{
  NegVolumeAsk *ask = user_data;
  NegVolumeFill *fill = ask->fill;

  g_mutex_lock (&fill->lock);
  ask->is_done = TRUE;
  g_ptr_array_remove_fast (fill->asks, ask);
  if (fill->asks->len == 0)
    _neg_volume_fill_announce (fill); /* whoever waits for rest */
  g_mutex_unlock (&fill->lock);
  _neg_volume_fill_run (fill);
  ask_unref (ask);
}

/* Outside the lock: a pool that goes away answers at once. */
static void
submit (NegVolumeAsk *ask)
{
  NegVolumeFill *fill = ask->fill;
  NegDecodeItem items[NEG_VOLUME_ASK_MAX];
  NegRequest *request;

  for (guint i = 0; i < ask->n_slices; i++) {
    const NegSeriesFrame *frame = get_frame (fill, ask->slices[i]);

    items[i] = (NegDecodeItem){
      .frame = frame->frame,
      .slot_offset = (guint64) ask->slices[i] * _neg_volume_memory_get_slot_bytes (fill->memory),
    };
    /* Cannot fail: the layout has asked the same of each object. */
    neg_frame_format_init (&items[i].format, frame->instance, NEG_FRAME_STORED, NULL);
  }
  request = neg_engine_pool_decode (fill->pool, get_frame (fill, ask->slices[0])->blob, NEG_FRAME_STORED,
                                    _neg_volume_memory_get_fd (fill->memory), items, ask->n_slices, ask->priority,
                                    decoded_cb, done_cb, ask);
  g_mutex_lock (&fill->lock);
  ask->request = request;
  if (fill->is_stopped && !ask->is_done)
    neg_request_cancel (request);
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_run (NegVolumeFill *fill)
{
  NegVolumeAsk *ask;

  do {
    g_mutex_lock (&fill->lock);
    ask = take_next (fill);
    g_mutex_unlock (&fill->lock);
    if (ask != NULL) {
      submit (ask);
      ask_unref (ask);
    }
  } while (ask != NULL);
}

/* Under the lock: what is on its way goes by what is near now. */
void
_neg_volume_fill_review_asks (NegVolumeFill *fill)
{
  for (guint i = 0; i < fill->asks->len; i++) {
    NegVolumeAsk *ask = g_ptr_array_index (fill->asks, i);
    NegPriority priority = NEG_PRIORITY_SERIES;

    for (guint j = 0; j < ask->n_slices; j++)
      if (get_distance (fill, ask->slices[j]) <= NEG_VOLUME_NEAR)
        priority = NEG_PRIORITY_NEIGHBOUR;
    if (ask->request == NULL || ask->priority == priority || ask->priority == NEG_PRIORITY_ON_SCREEN)
      continue;
    ask->priority = priority;
    neg_request_set_priority (ask->request, priority);
  }
}

/* Under the lock. */
void
_neg_volume_fill_hurry (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  for (guint i = 0; i < fill->asks->len; i++) {
    NegVolumeAsk *ask = g_ptr_array_index (fill->asks, i);

    for (guint j = 0; j < ask->n_slices; j++)
      if (ask->slices[j] == slice && ask->request != NULL && priority < ask->priority) {
        ask->priority = priority;
        neg_request_set_priority (ask->request, priority);
      }
  }
}
