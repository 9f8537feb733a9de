#include "config.h"

#include "pipeline/neg-volume-load-private.h"

/* How long what has come may hold the main loop. */
#define NEWS_MAX_US 2000

G_DEFINE_FINAL_TYPE (NegVolumeLoad, neg_volume_load, G_TYPE_OBJECT)

enum { CHANGED, FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

void
_neg_volume_load_tell (NegVolumeLoad *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

const NegSeriesFrame *
_neg_volume_load_get_frame (NegVolumeLoad *self, guint slice)
{
  return neg_series_get_frame (neg_volume_load_get_series (self), neg_volume_load_get_index (self, slice));
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
  _neg_volume_load_hand_over (self, slice);
}

void
_neg_volume_load_take_news (NegVolumeLoad *self)
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

  _neg_volume_load_take_news (self);
  _neg_volume_load_tell (self);
  judge_finished (self);
  _neg_volume_load_grow_on (self);
}

/* The fill */

NegVolumeFill *
_neg_volume_load_make_fill (NegVolumeLoad *self, NegSeries *series, GError **error)
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

void
_neg_volume_load_set_fill (NegVolumeLoad *self, NegVolumeFill *fill)
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

void
_neg_volume_load_start_fill (NegVolumeLoad *self)
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
  if ((fill = _neg_volume_load_make_fill (self, series, error)) == NULL)
    return NULL;
  _neg_volume_load_set_fill (self, fill);
  if (store != NULL)
    _neg_volume_load_enter_store (self, store);
  _neg_volume_load_start_fill (self);
  if (store != NULL)
    _neg_volume_load_copy_next (self);
  return g_steal_pointer (&self);
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
  _neg_volume_load_stop_growing (self);
  _neg_volume_load_leave_store (self);
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
