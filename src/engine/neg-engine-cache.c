#include "config.h"

#include "engine/neg-engine-private.h"

#define ENTRIES_MAX 8
#define BYTES_MAX ((guint64) 512 << 20)

typedef struct {
  guint64 id, offset, length;
  guint64 bytes;
  NegLayout layout;
} Entry;

struct _NegEngineCache {
  GQueue entries; /* the last used first */
  guint64 bytes;
};

NegEngineCache *
_neg_engine_cache_new (void)
{
  NegEngineCache *cache = g_new0 (NegEngineCache, 1);

  g_queue_init (&cache->entries);
  return cache;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  neg_layout_clear (&entry->layout);
  g_free (entry);
}

void
_neg_engine_cache_free (NegEngineCache *cache)
{
  g_queue_clear_full (&cache->entries, entry_free);
  g_free (cache);
}

static guint64
layout_bytes (const NegLayout *layout)
{
  return sizeof (Entry) + layout->inflated_length + (guint64) layout->n_fragments * sizeof (NegStretch)
         + (guint64) layout->n_basic_offsets * sizeof (guint32)
         + (guint64) layout->n_extended_offsets * sizeof (guint64);
}

/* Makes room before the new one is made: two inflated objects at once could be more than the process may have. */
static void
shrink (NegEngineCache *cache, guint n_max, guint64 bytes_max)
{
  while (cache->entries.length > n_max || (cache->bytes > bytes_max && cache->entries.length > 0)) {
    Entry *entry = g_queue_pop_tail (&cache->entries);

    cache->bytes -= entry->bytes;
    entry_free (entry);
  }
}

static Entry *
find (NegEngineCache *cache, guint64 id, guint64 offset, guint64 length)
{
  for (GList *l = cache->entries.head; l != NULL; l = l->next) {
    Entry *entry = l->data;

    if (entry->id == id && entry->offset == offset && entry->length == length) {
      g_queue_unlink (&cache->entries, l);
      g_queue_push_head_link (&cache->entries, l);
      return entry;
    }
  }
  return NULL;
}

const NegLayout *
_neg_engine_cache_get (NegEngineCache *cache, guint64 id, guint64 offset, guint64 length, NegSource *source,
                       GError **error)
{
  Entry *entry = find (cache, id, offset, length);

  if (entry != NULL)
    return &entry->layout;
  shrink (cache, ENTRIES_MAX - 1, BYTES_MAX);
  entry = g_new0 (Entry, 1);
  *entry = (Entry){ .id = id, .offset = offset, .length = length };
  if (!neg_scan (source, &entry->layout, error)) {
    entry_free (entry);
    return NULL;
  }
  entry->bytes = layout_bytes (&entry->layout);
  cache->bytes += entry->bytes;
  g_queue_push_head (&cache->entries, entry);
  return &entry->layout;
}
