#include "config.h"

#include "pipeline/neg-volume-load-private.h"

/* Copying a volume costs as much as all of it: not oftener while a study arrives. */
#define GROW_INTERVAL_MS 500

/* What @to has of the old one: copied later what is there, told at once what failed. */
static NegCopyJob *
plan_growth (NegVolumeLoad *self, NegVolumeFill *to)
{
  NegVolume *old = neg_volume_load_get_volume (self), *volume = _neg_volume_fill_get_volume (to);
  NegVolumeMemory *memory = _neg_volume_fill_get_memory (self->fill);
  NegCopyJob *job = _neg_copy_job_new (to, old);
  guint index;

  if (old->slice_bytes != volume->slice_bytes || old->sample_type != volume->sample_type)
    return job;
  for (guint slice = 0; slice < volume->n_slices; slice++) {
    const NegSeriesFrame *frame = neg_series_get_frame (_neg_volume_fill_get_series (to), volume->order[slice]);
    NegCopyItem item = { .slice = slice };
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
  const NegSeriesFrame *center = _neg_volume_load_get_frame (self, _neg_volume_fill_get_center (self->fill));
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
  g_autoptr (NegVolumeLoad) self = _neg_copy_job_take_load (data);

  if (self == NULL || self->is_cancelled)
    return;
  self->is_growing = FALSE;
  self->grown_us = g_get_monotonic_time ();
  take_center_along (self, self->grown);
  _neg_volume_load_set_fill (self, g_steal_pointer (&self->grown));
  if (self->source != 0)
    neg_frame_store_set_source_series (self->store, self->source, neg_volume_load_get_series (self));
  _neg_volume_load_look_into_store (self);
  _neg_volume_load_start_fill (self);
  _neg_volume_load_copy_next (self);
  _neg_volume_load_tell (self);
  _neg_volume_load_grow_on (self);
}

static gboolean
grow_cb (gpointer data)
{
  NegVolumeLoad *self = data;

  self->grow_source = 0;
  _neg_volume_load_grow_on (self);
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
  self->grown = _neg_volume_load_make_fill (self, series, &self->grow_failure);
  if (self->grown == NULL) {
    _neg_volume_load_tell (self);
    return FALSE;
  }
  _neg_volume_fill_halt (self->fill);
  return TRUE;
}

/* One after the other, and first what is on its way to the old one. */
void
_neg_volume_load_grow_on (NegVolumeLoad *self)
{
  if (self->is_cancelled || self->is_growing || (self->grown == NULL && !begin_growth (self)))
    return;
  if (self->is_copying || !_neg_volume_fill_is_idle (self->fill))
    return;
  self->is_growing = TRUE;
  _neg_copy_job_run (plan_growth (self, self->grown), self, grown_cb);
}

void
neg_volume_load_grow (NegVolumeLoad *self, NegSeries *series)
{
  g_return_if_fail (NEG_IS_VOLUME_LOAD (self) && NEG_IS_SERIES (series));

  if (series == neg_volume_load_get_series (self) && self->grown == NULL)
    g_clear_object (&self->wish);
  else
    g_set_object (&self->wish, series);
  _neg_volume_load_grow_on (self);
}

void
_neg_volume_load_stop_growing (NegVolumeLoad *self)
{
  if (self->grown != NULL)
    _neg_volume_fill_stop (self->grown);
  g_clear_object (&self->wish);
  if (self->grow_source != 0)
    g_source_destroy (g_main_context_find_source_by_id (self->context, self->grow_source));
  self->grow_source = 0;
}
