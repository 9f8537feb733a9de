#include "config.h"

#include "pipeline/neg-volume-load.h"

#include <gio/gio.h>

#include "pipeline/neg-frame-mailbox-private.h"
#include "pipeline/neg-volume-load-private.h"

/* How long what has come may hold the main loop. */
#define NEWS_MAX_US 2000
/* Copied at a time out of the frame store: what is there twice meanwhile. */
#define COPY_BYTES ((gsize) 8 << 20)
/* Copying a volume costs as much as all of it: not oftener while a study arrives. */
#define GROW_INTERVAL_MS 500

struct _NegVolumeLoad {
  GObject parent_instance;

  GMainContext *context;
  NegEnginePool *pool; /* borrowed */
  NegFrameStore *store; /* nullable */
  guint source; /* of the store; 0: none */
  gulong ready_handler;
  NegVolumeFill *fill;
  guint *slices; /* of each frame of the series, G_MAXUINT: none */
  guint n_frames, n_repeated;
  guint8 *told; /* of each slice: its news was heard */
  guint n_told;
  GError *failure;
  gboolean is_copying, is_finished, is_cancelled;

  NegSeries *wish;      /* to grow to; nullable */
  NegVolumeFill *grown; /* what it will be; nullable */
  guint grow_source;
  gint64 grown_us; /* when it last grew */
  gboolean is_growing; /* a thread copies what is taken along */
  GError *grow_failure; /* why it could not grow to the latest wish; nullable */
  char **warnings;
};

G_DEFINE_FINAL_TYPE (NegVolumeLoad, neg_volume_load, G_TYPE_OBJECT)

enum { CHANGED, FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void copy_next (NegVolumeLoad *self);
static void grow_when_time (NegVolumeLoad *self);

/* What a thread copies into slices that are held. */
typedef struct {
  guint slice;
  const void *bytes;
  NegPixels *pixels; /* nullable: keeps them */
} CopyItem;

typedef struct {
  NegVolumeFill *fill;
  NegVolume *from; /* nullable: keeps them */
  GArray *items;   /* CopyItem */
} CopyJob;

static void
copy_item_clear (gpointer data)
{
  CopyItem *item = data;

  neg_pixels_unref (item->pixels);
}

static CopyJob *
copy_job_new (NegVolumeFill *fill, NegVolume *from)
{
  CopyJob *job = g_new (CopyJob, 1);

  *job = (CopyJob){ _neg_volume_fill_ref (fill), from ? neg_volume_ref (from) : NULL,
                    g_array_new (FALSE, FALSE, sizeof (CopyItem)) };
  g_array_set_clear_func (job->items, copy_item_clear);
  return job;
}

static void
copy_job_free (gpointer data)
{
  CopyJob *job = data;

  g_array_unref (job->items);
  g_clear_pointer (&job->from, neg_volume_unref);
  _neg_volume_fill_unref (job->fill);
  g_free (job);
}

static void
copy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CopyJob *job = data;

  for (guint i = 0; i < job->items->len && !_neg_volume_fill_is_stopped (job->fill); i++) {
    const CopyItem *item = &g_array_index (job->items, CopyItem, i);

    _neg_volume_fill_put (job->fill, item->slice, item->bytes);
  }
  g_task_return_boolean (task, TRUE);
}

/* Calls @done with a weak reference to the load, on its context. */
static void
copy_job_run (CopyJob *job, NegVolumeLoad *self, GAsyncReadyCallback done)
{
  GWeakRef *weak = g_new (GWeakRef, 1);
  g_autoptr (GTask) task = NULL;

  g_weak_ref_init (weak, self);
  task = g_task_new (NULL, NULL, done, weak);
  g_task_set_task_data (task, job, copy_job_free);
  g_task_run_in_thread (task, copy_thread);
}

/* Given, nullable; frees the weak reference. */
static NegVolumeLoad *
take_load (gpointer data)
{
  GWeakRef *weak = data;
  NegVolumeLoad *self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  return self;
}

/* The frame store */

static const NegSeriesFrame *
get_frame (NegVolumeLoad *self, guint slice)
{
  return neg_series_get_frame (neg_volume_load_get_series (self), neg_volume_load_get_index (self, slice));
}

static void
hand_over (NegVolumeLoad *self, guint slice)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = NULL;
  NegFrameFormat format;

  if (self->source == 0)
    return;
  error = _neg_volume_fill_dup_error (self->fill, slice);
  if (error == NULL && neg_frame_format_init (&format, get_frame (self, slice)->instance, NEG_FRAME_STORED, &error))
    pixels = _neg_volume_memory_borrow (_neg_volume_fill_get_memory (self->fill), slice, &format);
  neg_frame_store_adopt (self->store, self->source, neg_volume_load_get_index (self, slice), pixels, error);
}

static gboolean
source_cb (guint index, NegPriority priority, gpointer data)
{
  NegVolumeLoad *self = data;
  guint slice = neg_volume_load_get_slice (self, index);

  return slice != G_MAXUINT && _neg_volume_fill_want (self->fill, slice, priority);
}

/* Frames that the store was decoding before: they are there now. */
static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, NegVolumeLoad *self)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  guint own, slice;

  if (self->is_finished
      || !neg_series_find_blob (neg_volume_load_get_series (self), neg_blob_get_id (frame->blob), frame->frame, &own))
    return;
  slice = neg_volume_load_get_slice (self, own);
  if (slice == G_MAXUINT || _neg_volume_fill_get_state (self->fill, slice) != NEG_FILL_LATER)
    return;
  _neg_volume_fill_set_state (self->fill, slice,
                              neg_frame_store_is_ready (store, series, index) ? NEG_FILL_HELD : NEG_FILL_OPEN);
  copy_next (self);
}

/* What of the series the store has, or is about to have. */
static void
look_into_store (NegVolumeLoad *self)
{
  NegSeries *series = neg_volume_load_get_series (self);

  if (self->store == NULL)
    return;
  for (guint slice = 0; slice < neg_volume_load_get_volume (self)->n_slices; slice++) {
    guint index = neg_volume_load_get_index (self, slice);

    if (neg_frame_store_is_ready (self->store, series, index))
      _neg_volume_fill_set_state (self->fill, slice, NEG_FILL_HELD);
    else if (neg_frame_store_is_decoding (self->store, series, index))
      _neg_volume_fill_set_state (self->fill, slice, NEG_FILL_LATER);
  }
}

static gboolean
can_be_copied (NegVolumeLoad *self, NegPixels *pixels)
{
  const NegVolume *volume = neg_volume_load_get_volume (self);
  const NegFrameFormat *format = &neg_pixels_get_frame (pixels)->format;

  return format->rows == volume->rows && format->columns == volume->columns && format->samples == 1
         && format->sample_type == volume->sample_type;
}

static void
copied_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegVolumeLoad) self = take_load (data);

  if (self == NULL)
    return;
  self->is_copying = FALSE;
  copy_next (self);
  grow_when_time (self);
}

/* The next few frames of the store, in a thread; what it has let go meanwhile is decoded. */
static void
copy_next (NegVolumeLoad *self)
{
  NegVolume *volume = neg_volume_load_get_volume (self);
  gsize bytes = 0;
  CopyJob *job;

  if (self->is_copying || self->is_cancelled || self->grown != NULL)
    return;
  job = copy_job_new (self->fill, NULL);
  for (guint slice = 0; slice < volume->n_slices && bytes < COPY_BYTES; slice++) {
    CopyItem item = { .slice = slice };

    if (_neg_volume_fill_get_state (self->fill, slice) != NEG_FILL_HELD)
      continue;
    item.pixels = neg_frame_store_peek (self->store, neg_volume_load_get_series (self),
                                        neg_volume_load_get_index (self, slice));
    if (item.pixels != NULL && can_be_copied (self, item.pixels)) {
      item.bytes = neg_pixels_get_frame (item.pixels)->pixels;
      bytes += volume->slice_bytes;
      g_array_append_val (job->items, item);
    } else {
      neg_pixels_unref (item.pixels);
      _neg_volume_fill_set_state (self->fill, slice, NEG_FILL_OPEN);
    }
  }
  self->is_copying = job->items->len > 0;
  if (self->is_copying)
    copy_job_run (job, self, copied_cb);
  else
    copy_job_free (job);
  _neg_volume_fill_run (self->fill);
}

/* News */

static void
judge_finished (NegVolumeLoad *self)
{
  if (self->is_finished || self->is_cancelled || self->n_told < neg_volume_load_get_volume (self)->n_slices)
    return;
  self->is_finished = TRUE;
  g_signal_emit (self, signals[FINISHED], 0);
}

static void
take_slice (NegVolumeLoad *self, guint slice)
{
  self->n_told += !self->told[slice];
  self->told[slice] = TRUE;
  if (self->failure == NULL)
    self->failure = _neg_volume_fill_dup_error (self->fill, slice);
  hand_over (self, slice);
}

static void
take_news (NegVolumeLoad *self)
{
  g_autoptr (GArray) news = _neg_volume_fill_take_news (self->fill);
  gint64 end_us = g_get_monotonic_time () + NEWS_MAX_US;
  guint n = 0;

  while (n < news->len && (n == 0 || g_get_monotonic_time () < end_us))
    take_slice (self, g_array_index (news, guint, n++));
  g_array_remove_range (news, 0, n);
  if (news->len > 0)
    _neg_volume_fill_give_back (self->fill, news);
}

static void
news_cb (gpointer data)
{
  g_autoptr (NegVolumeLoad) self = g_object_ref (data); /* a handler may drop the last reference */

  take_news (self);
  g_signal_emit (self, signals[CHANGED], 0);
  judge_finished (self);
  grow_when_time (self);
}

/* The fill */

/* A fill for @series, not started. */
static NegVolumeFill *
make_fill (NegVolumeLoad *self, NegSeries *series, GError **error)
{
  NegVolumeLayout layout;
  g_autofree guint *order = NULL;
  g_autofree NegVolumeSlice *slices = NULL;
  g_autoptr (NegVolume) volume = NULL;
  NegVolumeMemory *memory;
  guint64 bytes;
  guint n_slices = _neg_volume_layout_plan (&layout, series, &order, &bytes, error);

  if (n_slices == 0)
    return NULL;
  slices = (NegVolumeSlice *) layout.slices;
  memory = _neg_volume_memory_new (bytes / n_slices, n_slices, neg_series_get_frame (series, 0)->instance, error);
  if (memory == NULL)
    return NULL;
  volume = neg_volume_new (&layout, _neg_volume_memory_get_slot (memory, 0), memory, _neg_volume_memory_leave, error);
  if (volume == NULL) {
    _neg_volume_memory_leave (memory);
    return NULL;
  }
  return _neg_volume_fill_new (self->pool, series, volume, memory);
}

/* Takes @fill for its own. */
static void
set_fill (NegVolumeLoad *self, NegVolumeFill *fill)
{
  NegVolume *volume = _neg_volume_fill_get_volume (fill);

  if (self->fill != NULL)
    _neg_volume_fill_set_owner (self->fill, NULL, NULL);
  g_clear_pointer (&self->fill, _neg_volume_fill_unref);
  self->fill = fill;
  self->n_frames = neg_series_get_n_frames (_neg_volume_fill_get_series (fill));
  self->n_repeated = self->n_frames - volume->n_slices;
  self->slices = g_renew (guint, self->slices, self->n_frames);
  for (guint i = 0; i < self->n_frames; i++)
    self->slices[i] = G_MAXUINT;
  g_free (self->told);
  self->told = g_new0 (guint8, volume->n_slices);
  self->n_told = 0;
  self->is_finished = FALSE;
  for (guint slice = 0; slice < volume->n_slices; slice++)
    self->slices[volume->order[slice]] = slice;
  g_clear_pointer (&self->warnings, g_strfreev);
}

static void
start_fill (NegVolumeLoad *self)
{
  _neg_volume_fill_set_owner (self->fill, news_cb, self);
  _neg_volume_fill_start (self->fill);
}

NegVolumeLoad *
neg_volume_load_new (NegEnginePool *pool, NegFrameStore *store, NegSeries *series, GError **error)
{
  g_autoptr (NegVolumeLoad) self = NULL;
  NegVolumeFill *fill;

  g_return_val_if_fail (pool != NULL && NEG_IS_SERIES (series), NULL);

  self = g_object_new (NEG_TYPE_VOLUME_LOAD, NULL);
  self->pool = pool;
  if ((fill = make_fill (self, series, error)) == NULL)
    return NULL;
  set_fill (self, fill);
  if (store != NULL) {
    self->store = g_object_ref (store);
    look_into_store (self);
    self->source = neg_frame_store_add_source (store, series, source_cb, self);
    self->ready_handler = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
  }
  start_fill (self);
  if (store != NULL)
    copy_next (self);
  return g_steal_pointer (&self);
}

/* Growing */

/* What @to has of the old one: copied later what is there, told at once what failed. */
static CopyJob *
plan_growth (NegVolumeLoad *self, NegVolumeFill *to)
{
  NegVolume *old = neg_volume_load_get_volume (self), *volume = _neg_volume_fill_get_volume (to);
  NegVolumeMemory *memory = _neg_volume_fill_get_memory (self->fill);
  CopyJob *job = copy_job_new (to, old);
  guint index;

  if (old->slice_bytes != volume->slice_bytes || old->sample_type != volume->sample_type)
    return job;
  for (guint slice = 0; slice < volume->n_slices; slice++) {
    const NegSeriesFrame *frame = neg_series_get_frame (_neg_volume_fill_get_series (to), volume->order[slice]);
    CopyItem item = { .slice = slice };
    guint old_slice;

    if (!neg_series_find_blob (neg_volume_load_get_series (self), neg_blob_get_id (frame->blob), frame->frame, &index)
        || (old_slice = neg_volume_load_get_slice (self, index)) == G_MAXUINT
        || _neg_volume_fill_get_state (self->fill, old_slice) != NEG_FILL_DONE)
      continue;
    if (neg_volume_get_state (old, old_slice) == NEG_SLICE_READY) {
      item.bytes = _neg_volume_memory_get_slot (memory, old_slice);
      _neg_volume_fill_set_state (to, slice, NEG_FILL_HELD);
      g_array_append_val (job->items, item);
    } else {
      g_autoptr (GError) failure = _neg_volume_fill_dup_error (self->fill, old_slice);

      _neg_volume_fill_fail (to, slice, failure);
    }
  }
  return job;
}

/* The same image stays in the middle. */
static void
take_center_along (NegVolumeLoad *self, NegVolumeFill *to)
{
  NegVolume *volume = _neg_volume_fill_get_volume (to);
  const NegSeriesFrame *center = get_frame (self, _neg_volume_fill_get_center (self->fill));
  guint index;

  if (!neg_series_find_blob (_neg_volume_fill_get_series (to), neg_blob_get_id (center->blob), center->frame, &index))
    return;
  for (guint slice = 0; slice < volume->n_slices; slice++)
    if (volume->order[slice] == index)
      _neg_volume_fill_set_center (to, slice);
}

static void
grown_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegVolumeLoad) self = take_load (data);

  if (self == NULL || self->is_cancelled)
    return;
  self->is_growing = FALSE;
  self->grown_us = g_get_monotonic_time ();
  take_center_along (self, self->grown);
  set_fill (self, g_steal_pointer (&self->grown));
  if (self->source != 0)
    neg_frame_store_set_source_series (self->store, self->source, neg_volume_load_get_series (self));
  look_into_store (self);
  start_fill (self);
  copy_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
  grow_when_time (self);
}

static gboolean
grow_cb (gpointer data)
{
  NegVolumeLoad *self = data;

  self->grow_source = 0;
  grow_when_time (self);
  return G_SOURCE_REMOVE;
}

/* FALSE: not yet, or not at all. */
static gboolean
begin_growth (NegVolumeLoad *self)
{
  gint64 wait_us = self->grown_us + GROW_INTERVAL_MS * 1000 - g_get_monotonic_time ();
  g_autoptr (NegSeries) series = NULL;
  g_autoptr (GSource) timer = NULL;

  if (self->wish == NULL || self->grow_source != 0)
    return FALSE;
  if (self->grown_us != 0 && wait_us > 0) {
    timer = g_timeout_source_new (wait_us / 1000 + 1);
    g_source_set_callback (timer, grow_cb, self, NULL);
    self->grow_source = g_source_attach (timer, self->context);
    return FALSE;
  }
  series = g_steal_pointer (&self->wish);
  g_clear_error (&self->grow_failure);
  g_clear_pointer (&self->warnings, g_strfreev);
  self->grown = make_fill (self, series, &self->grow_failure);
  if (self->grown == NULL) {
    g_signal_emit (self, signals[CHANGED], 0);
    return FALSE;
  }
  _neg_volume_fill_halt (self->fill);
  return TRUE;
}

/* One after the other, and first what is on its way to the old one. */
static void
grow_when_time (NegVolumeLoad *self)
{
  if (self->is_cancelled || self->is_growing || (self->grown == NULL && !begin_growth (self)))
    return;
  if (self->is_copying || !_neg_volume_fill_is_idle (self->fill))
    return;
  self->is_growing = TRUE;
  copy_job_run (plan_growth (self, self->grown), self, grown_cb);
}

void
neg_volume_load_grow (NegVolumeLoad *self, NegSeries *series)
{
  g_return_if_fail (NEG_IS_VOLUME_LOAD (self) && NEG_IS_SERIES (series));

  if (series == neg_volume_load_get_series (self) && self->grown == NULL)
    g_clear_object (&self->wish);
  else
    g_set_object (&self->wish, series);
  grow_when_time (self);
}

/* What is known of it */

NegVolume *
neg_volume_load_get_volume (NegVolumeLoad *self)
{
  return _neg_volume_fill_get_volume (self->fill);
}

NegSeries *
neg_volume_load_get_series (NegVolumeLoad *self)
{
  return _neg_volume_fill_get_series (self->fill);
}

guint
neg_volume_load_get_index (NegVolumeLoad *self, guint slice)
{
  NegVolume *volume = neg_volume_load_get_volume (self);

  g_return_val_if_fail (slice < volume->n_slices, 0);

  return volume->order[slice];
}

guint
neg_volume_load_get_slice (NegVolumeLoad *self, guint index)
{
  return index < self->n_frames ? self->slices[index] : G_MAXUINT;
}

guint
neg_volume_load_get_n_ready (NegVolumeLoad *self)
{
  return g_atomic_int_get (&neg_volume_load_get_volume (self)->n_ready);
}

guint
neg_volume_load_get_n_failed (NegVolumeLoad *self)
{
  return g_atomic_int_get (&neg_volume_load_get_volume (self)->n_failed);
}

gboolean
neg_volume_load_is_finished (NegVolumeLoad *self)
{
  return self->is_finished;
}

const GError *
neg_volume_load_get_failure (NegVolumeLoad *self)
{
  return self->failure;
}

const char *const *
neg_volume_load_get_warnings (NegVolumeLoad *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self->warnings == NULL) {
    if (self->n_repeated > 0)
      g_strv_builder_add (builder, "Several images lie at one place: the first of them counts");
    if (self->grow_failure != NULL)
      g_strv_builder_add (builder, "More images have come that could not be taken in");
    self->warnings = g_strv_builder_end (builder);
  }
  return (const char *const *) self->warnings;
}

void
neg_volume_load_set_center (NegVolumeLoad *self, guint slice)
{
  g_return_if_fail (NEG_IS_VOLUME_LOAD (self));

  if (!self->is_cancelled)
    _neg_volume_fill_set_center (self->fill, slice);
}

void
neg_volume_load_cancel (NegVolumeLoad *self)
{
  g_return_if_fail (NEG_IS_VOLUME_LOAD (self));

  if (self->is_cancelled)
    return;
  self->is_cancelled = TRUE;
  _neg_volume_fill_stop (self->fill);
  if (self->grown != NULL)
    _neg_volume_fill_stop (self->grown);
  g_clear_object (&self->wish);
  if (self->grow_source != 0)
    g_source_destroy (g_main_context_find_source_by_id (self->context, self->grow_source));
  self->grow_source = 0;
  g_clear_signal_handler (&self->ready_handler, self->store);
  if (self->source != 0)
    neg_frame_store_remove_source (self->store, self->source);
  self->source = 0;
}

void
neg_volume_load_wait (NegVolumeLoad *self)
{
  g_autoptr (NegVolumeLoad) kept G_GNUC_UNUSED = g_object_ref (self);

  while (!self->is_finished && !self->is_cancelled
         && !(_neg_volume_fill_is_stopped (self->fill) && _neg_volume_fill_is_idle (self->fill)))
    g_main_context_iteration (self->context, TRUE);
}

static void
neg_volume_load_dispose (GObject *object)
{
  NegVolumeLoad *self = NEG_VOLUME_LOAD (object);

  if (self->fill != NULL) {
    neg_volume_load_cancel (self);
    _neg_volume_fill_set_owner (self->fill, NULL, NULL);
  }
  G_OBJECT_CLASS (neg_volume_load_parent_class)->dispose (object);
}

static void
neg_volume_load_finalize (GObject *object)
{
  NegVolumeLoad *self = NEG_VOLUME_LOAD (object);

  g_clear_pointer (&self->fill, _neg_volume_fill_unref);
  g_clear_pointer (&self->grown, _neg_volume_fill_unref);
  g_clear_object (&self->store);
  g_free (self->slices);
  g_free (self->told);
  g_clear_error (&self->failure);
  g_clear_error (&self->grow_failure);
  g_strfreev (self->warnings);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (neg_volume_load_parent_class)->finalize (object);
}

static void
neg_volume_load_class_init (NegVolumeLoadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_volume_load_dispose;
  object_class->finalize = neg_volume_load_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_VOLUME_LOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[FINISHED] = g_signal_new ("finished", NEG_TYPE_VOLUME_LOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
neg_volume_load_init (NegVolumeLoad *self)
{
  self->context = g_main_context_ref_thread_default ();
}
