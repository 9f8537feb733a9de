/* The first of many hits by kept places: one look at each hit, none at what lies between them in the order. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <stdlib.h>

/* A heap of @n_max places with their docs below, the last place on top. */
typedef struct {
  guint64 *places;
  guint n, n_max;
} Heap;

static void
sink (Heap *heap, guint64 value)
{
  guint at = 0;

  for (guint below = 1; below < heap->n; below = 2 * at + 1) {
    below += below + 1 < heap->n && heap->places[below + 1] > heap->places[below];
    if (heap->places[below] <= value)
      break;
    heap->places[at] = heap->places[below];
    at = below;
  }
  heap->places[at] = value;
}

static void
rise (Heap *heap, guint64 value)
{
  guint at = heap->n++;

  while (at > 0 && heap->places[(at - 1) / 2] < value) {
    heap->places[at] = heap->places[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap->places[at] = value;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  guint64 left = *(const guint64 *) a, right = *(const guint64 *) b;

  return left < right ? -1 : left > right;
}

static void
add (Heap *heap, guint32 place, guint32 doc)
{
  if (heap->n < heap->n_max)
    rise (heap, (guint64) place << 32 | doc);
  else
    sink (heap, (guint64) place << 32 | doc);
}

#define STRIDE 64u /* words: docs are numbered as they came, and an order may be just the other way round */

static void
look_at (Heap *heap, const NegEntryPlaces *places, gsize i, guint64 word, guint32 floor)
{
  guint32 limit = heap->n == heap->n_max ? (guint32) (heap->places[0] >> 32) : G_MAXUINT32;

  for (; word != 0; word &= word - 1) {
    guint32 doc = (guint32) (i * 64) + (guint32) __builtin_ctzll (word);
    guint32 place = doc < places->n_docs ? places->by_doc[doc] : G_MAXUINT32;

    if (place >= limit || place < floor)
      continue;
    add (heap, place, doc);
    if (heap->n == heap->n_max)
      limit = (guint32) (heap->places[0] >> 32);
  }
}

guint
_neg_places_find_first (const NegEntryPlaces *places, const guint64 *bits, gsize n_bits, guint32 floor, guint64 *first,
                        guint n_max)
{
  Heap heap = { .places = first, .n_max = n_max };

  for (gsize start = 0; start < STRIDE; start++)
    for (gsize i = start; i < n_bits / 64; i += STRIDE)
      if (bits[i] != 0)
        look_at (&heap, places, i, bits[i], floor);
  qsort (first, heap.n, sizeof *first, compare_places);
  return heap.n;
}
