#include "config.h"

#include "pipeline/neg-frame-store-private.h"

gboolean
_neg_frame_store_ask_sources (NegFrameStore *self, NegFrameEntry *entry)
{
  entry->source = 0;
  for (guint i = 0; i < self->sources->len; i++) {
    NegFrameSource *source = g_ptr_array_index (self->sources, i);
    guint index;

    if (neg_series_find_blob (source->series, entry->key.blob_id, entry->key.frame, &index)
        && source->func (index, entry->priority, source->user_data)) {
      entry->source = source->id;
      return TRUE;
    }
  }
  return FALSE;
}

void
_neg_frame_source_free (gpointer data)
{
  NegFrameSource *source = data;

  g_object_unref (source->series);
  g_free (source);
}

static NegFrameSource *
find_source (NegFrameStore *self, guint id)
{
  for (guint i = 0; i < self->sources->len; i++)
    if (((NegFrameSource *) g_ptr_array_index (self->sources, i))->id == id)
      return g_ptr_array_index (self->sources, i);
  return NULL;
}

guint
neg_frame_store_add_source (NegFrameStore *self, NegSeries *series, NegFrameSourceFunc func, gpointer user_data)
{
  NegFrameSource *source = g_new (NegFrameSource, 1);

  *source = (NegFrameSource){ ++self->last_source, g_object_ref (series), func, user_data };
  g_ptr_array_add (self->sources, source);
  return source->id;
}

/* Entries that wait for the source, or show what is its. */
static GPtrArray *
list_entries_of (NegFrameStore *self, guint source, NegFrameEntryState state)
{
  GPtrArray *found = g_ptr_array_new ();
  GHashTableIter iter;
  NegFrameEntry *entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, (gpointer *) &entry, NULL))
    if (entry->source == source && entry->state == state)
      g_ptr_array_add (found, entry);
  return found;
}

static void
ask_again (NegFrameStore *self, guint source)
{
  g_autoptr (GPtrArray) waiting = list_entries_of (self, source, NEG_FRAME_ENTRY_REQUESTED);

  for (guint i = 0; i < waiting->len; i++)
    _neg_frame_store_ask (self, g_ptr_array_index (waiting, i));
}

void
neg_frame_store_set_source_series (NegFrameStore *self, guint id, NegSeries *series)
{
  NegFrameSource *source = find_source (self, id);

  g_return_if_fail (source != NULL);

  g_set_object (&source->series, series);
  ask_again (self, id);
}

void
neg_frame_store_remove_source (NegFrameStore *self, guint id)
{
  NegFrameSource *source = find_source (self, id);
  g_autoptr (GPtrArray) shown = NULL;

  g_return_if_fail (source != NULL);

  g_ptr_array_remove (self->sources, source);
  ask_again (self, id);
  shown = list_entries_of (self, id, NEG_FRAME_ENTRY_READY);
  for (guint i = 0; i < shown->len; i++) {
    NegFrameEntry *entry = g_ptr_array_index (shown, i);

    entry->source = 0;
    _neg_frame_store_set_ready (self, entry);
  }
  self->newest = NULL;
  _neg_frame_store_evict (self);
}

/* Lets go of what the entry has or waits for: it is in no queue then. */
static void
entry_empty (NegFrameStore *self, NegFrameEntry *entry)
{
  if (entry->state == NEG_FRAME_ENTRY_REQUESTED) {
    if (entry->request != NULL)
      neg_request_cancel (entry->request);
    g_clear_pointer (&entry->request, neg_request_unref);
    g_queue_unlink (&self->requested, &entry->link);
  } else if (entry->state == NEG_FRAME_ENTRY_READY && entry->source == 0) {
    g_queue_unlink (&self->ready, &entry->link);
    self->ready_bytes -= neg_pixels_get_bytes (entry->pixels);
    if (self->newest == entry)
      self->newest = NULL;
  }
  g_clear_pointer (&entry->pixels, neg_pixels_unref);
  g_clear_error (&entry->error);
  entry->source = 0;
}

void
neg_frame_store_adopt (NegFrameStore *self, guint id, guint index, NegPixels *pixels, const GError *error)
{
  NegFrameSource *source = find_source (self, id);
  g_autoptr (NegSeries) series = NULL;
  gboolean was_ready;
  NegFrameEntry *entry;

  g_return_if_fail (source != NULL && (pixels == NULL) == (error != NULL));

  entry = _neg_frame_store_find (self, source->series, index);
  was_ready = entry != NULL && entry->state == NEG_FRAME_ENTRY_READY;
  if (entry == NULL)
    entry = _neg_frame_store_add (self, source->series, index, NEG_PRIORITY_SERIES);
  else
    entry_empty (self, entry);
  if (error != NULL) {
    entry->state = NEG_FRAME_ENTRY_FAILED;
    entry->error = g_error_copy (error);
  } else {
    entry->pixels = neg_pixels_ref (pixels);
    entry->source = id;
    _neg_frame_store_set_ready (self, entry);
  }
  series = g_object_ref (entry->series);
  index = entry->index;
  if (!was_ready)
    _neg_frame_store_tell (self, series, index);
}

gboolean
neg_frame_store_is_decoding (NegFrameStore *self, NegSeries *series, guint index)
{
  NegFrameEntry *entry = _neg_frame_store_find (self, series, index);

  return entry != NULL && entry->state == NEG_FRAME_ENTRY_REQUESTED && entry->request != NULL;
}
