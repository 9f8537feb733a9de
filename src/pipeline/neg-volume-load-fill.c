#include "config.h"

#include "base/neg-error.h"
#include "pipeline/neg-volume-load-private.h"

/* Slices asked for at one time; near ones have room always. */
#define IN_FLIGHT_MAX 32
/* Frames of one object in one request: it is opened and parsed once. */
#define ITEMS_MAX 16
#define NEWS_INTERVAL_US 16000

struct _NegVolumeFill {
  gatomicrefcount ref_count;

  /* Constant */
  NegEnginePool *pool; /* borrowed */
  NegSeries *series;
  NegVolume *volume;
  NegVolumeMemory *memory;
  guint n_slices;
  GMainContext *context;

  NegVolumeFillFunc func; /* the main context's, with the owner */
  gpointer owner;

  GMutex lock; /* of all that follows */
  guint8 *states;    /* NegFillState */
  guint8 *retried;   /* after an engine died over it: the engine may have been the innocent victim */
  GError **errors;
  guint center, next; /* place in the order about the center: all before are no more open */
  guint n_later, n_in_flight;
  GArray *wanted;     /* guint: slices that somebody waits for, the last first */
  GPtrArray *asks;    /* Ask */
  GArray *news;       /* guint */
  gboolean is_running, is_stopped, news_pending;
  gint64 last_news_us;
};

/* One request, from being chosen to its last callback. */
typedef struct {
  gatomicrefcount ref_count;
  NegVolumeFill *fill;
  NegRequest *request; /* NULL: on its way to the pool; under the lock */
  NegPriority priority;
  gboolean is_done;
  guint n_slices;
  guint slices[ITEMS_MAX];
} Ask;

static void
ask_unref (Ask *ask)
{
  if (!g_atomic_ref_count_dec (&ask->ref_count))
    return;
  neg_request_unref (ask->request);
  _neg_volume_fill_unref (ask->fill);
  g_free (ask);
}

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
static void
announce (NegVolumeFill *fill)
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
static void
finish_slice (NegVolumeFill *fill, guint slice, GError *error)
{
  fill->states[slice] = NEG_FILL_DONE;
  fill->errors[slice] = error;
  neg_volume_set_state (fill->volume, slice, error != NULL ? NEG_SLICE_FAILED : NEG_SLICE_READY);
  g_array_append_val (fill->news, slice);
  announce (fill);
}

void
_neg_volume_fill_set_owner (NegVolumeFill *fill, NegVolumeFillFunc func, gpointer owner)
{
  fill->func = func;
  fill->owner = owner;
  g_mutex_lock (&fill->lock);
  if (owner != NULL && fill->news->len > 0)
    announce (fill);
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
  announce (fill);
  g_mutex_unlock (&fill->lock);
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
ask_add (Ask *ask, guint slice)
{
  NegVolumeFill *fill = ask->fill;

  ask->slices[ask->n_slices++] = slice;
  fill->n_later -= fill->states[slice] == NEG_FILL_LATER;
  fill->states[slice] = NEG_FILL_ASKED;
  fill->n_in_flight++;
}

static Ask *
ask_new (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  Ask *ask = g_new0 (Ask, 1);

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
ask_extend (Ask *ask, guint k)
{
  NegVolumeFill *fill = ask->fill;
  NegBlob *blob = get_frame (fill, ask->slices[0])->blob;

  for (; k < fill->n_slices && ask->n_slices < ITEMS_MAX; k++) {
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

static Ask *
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
static Ask *
take_next (NegVolumeFill *fill)
{
  Ask *ask = NULL;

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
    finish_slice (fill, slice, g_error_copy (error));
  }
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Ask *ask = user_data;
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
    finish_slice (fill, slice, NULL);
  }
  g_mutex_unlock (&fill->lock);
}

static void
done_cb (gpointer user_data)
{
  Ask *ask = user_data;
  NegVolumeFill *fill = ask->fill;

  g_mutex_lock (&fill->lock);
  ask->is_done = TRUE;
  g_ptr_array_remove_fast (fill->asks, ask);
  if (fill->asks->len == 0)
    announce (fill); /* whoever waits for rest */
  g_mutex_unlock (&fill->lock);
  _neg_volume_fill_run (fill);
  ask_unref (ask);
}

/* Outside the lock: a pool that goes away answers at once. */
static void
submit (Ask *ask)
{
  NegVolumeFill *fill = ask->fill;
  NegDecodeItem items[ITEMS_MAX];
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

/* What may be asked of it */

void
_neg_volume_fill_run (NegVolumeFill *fill)
{
  Ask *ask;

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
  announce (fill);
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_stop (NegVolumeFill *fill)
{
  g_mutex_lock (&fill->lock);
  fill->is_stopped = TRUE;
  for (guint i = 0; i < fill->asks->len; i++) {
    Ask *ask = g_ptr_array_index (fill->asks, i);

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
  finish_slice (fill, slice, error);
  g_mutex_unlock (&fill->lock);
}

void
_neg_volume_fill_fail (NegVolumeFill *fill, guint slice, const GError *error)
{
  g_mutex_lock (&fill->lock);
  finish_slice (fill, slice, g_error_copy (error));
  g_mutex_unlock (&fill->lock);
}

/* Under the lock: what is on its way goes by what is near now. */
static void
review_asks (NegVolumeFill *fill)
{
  for (guint i = 0; i < fill->asks->len; i++) {
    Ask *ask = g_ptr_array_index (fill->asks, i);
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

void
_neg_volume_fill_set_center (NegVolumeFill *fill, guint slice)
{
  g_mutex_lock (&fill->lock);
  slice = MIN (slice, fill->n_slices - 1);
  if (slice != fill->center) {
    fill->center = slice;
    fill->next = 0;
    review_asks (fill);
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

/* Under the lock. */
static void
hurry (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  for (guint i = 0; i < fill->asks->len; i++) {
    Ask *ask = g_ptr_array_index (fill->asks, i);

    for (guint j = 0; j < ask->n_slices; j++)
      if (ask->slices[j] == slice && ask->request != NULL && priority < ask->priority) {
        ask->priority = priority;
        neg_request_set_priority (ask->request, priority);
      }
  }
}

gboolean
_neg_volume_fill_want (NegVolumeFill *fill, guint slice, NegPriority priority)
{
  gboolean comes;

  g_mutex_lock (&fill->lock);
  comes = !fill->is_stopped || fill->states[slice] == NEG_FILL_DONE;
  if (comes && fill->states[slice] == NEG_FILL_DONE) {
    g_array_append_val (fill->news, slice);
    announce (fill);
  } else if (comes && priority <= NEG_PRIORITY_NEIGHBOUR) {
    if (fill->states[slice] == NEG_FILL_ASKED)
      hurry (fill, slice, priority);
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
