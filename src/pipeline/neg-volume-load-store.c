#include "config.h"

#include "pipeline/neg-volume-load-private.h"

/* Copied at a time out of the frame store: what is there twice meanwhile. */
#define COPY_BYTES ((gsize) 8 << 20)

void
_neg_volume_load_hand_over (NegVolumeLoad *self, guint slice)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPixels) pixels = NULL;
  NegFrameFormat format;

  if (self->source == 0)
    return;
  error = _neg_volume_fill_dup_error (self->fill, slice);
  if (error == NULL
      && neg_frame_format_init (&format, _neg_volume_load_get_frame (self, slice)->instance, NEG_FRAME_STORED, &error))
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
  _neg_volume_load_copy_next (self);
}

void
_neg_volume_load_look_into_store (NegVolumeLoad *self)
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
  g_autoptr (NegVolumeLoad) self = _neg_copy_job_take_load (data);

  if (self == NULL)
    return;
  self->is_copying = FALSE;
  _neg_volume_load_take_news (self); /* what was copied is there twice until the store has let go of its own */
  _neg_volume_load_copy_next (self);
  _neg_volume_load_grow_on (self);
}

void
_neg_volume_load_copy_next (NegVolumeLoad *self)
{
  NegVolume *volume = neg_volume_load_get_volume (self);
  gsize bytes = 0;
  NegCopyJob *job;

  if (self->is_copying || self->is_cancelled || self->grown != NULL)
    return;
  job = _neg_copy_job_new (self->fill, NULL);
  for (guint slice = 0; slice < volume->n_slices && bytes < COPY_BYTES; slice++) {
    NegCopyItem item = { .slice = slice };

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
    _neg_copy_job_run (job, self, copied_cb);
  else
    _neg_copy_job_free (job);
  _neg_volume_fill_run (self->fill);
}

void
_neg_volume_load_enter_store (NegVolumeLoad *self, NegFrameStore *store)
{
  self->store = g_object_ref (store);
  _neg_volume_load_look_into_store (self);
  self->source = neg_frame_store_add_source (store, neg_volume_load_get_series (self), source_cb, self);
  self->ready_handler = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
}

void
_neg_volume_load_leave_store (NegVolumeLoad *self)
{
  g_clear_signal_handler (&self->ready_handler, self->store);
  if (self->source != 0)
    neg_frame_store_remove_source (self->store, self->source);
  self->source = 0;
}
