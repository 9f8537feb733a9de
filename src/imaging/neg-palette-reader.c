#include "config.h"

#include "imaging/neg-draw-private.h"

#include <math.h>

static guint
largest_entry (const NegLut *lut)
{
  guint largest = 0;

  for (guint32 i = 0; i < lut->n_entries; i++)
    largest = MAX (largest, lut->entries[i]);
  return largest;
}

void
_neg_palette_reader_init (NegPaletteReader *reader, const NegLut *luts)
{
  guint largest = 0;

  reader->luts = luts;
  for (guint i = 0; i < 3; i++)
    largest = MAX (largest, largest_entry (&luts[i]));
  /* Entries use their whole declared range; but writers exist that put 8-bit values into 16-bit entries. */
  for (guint i = 0; i < 3; i++)
    reader->shifts[i] = largest > 255 && luts[i].bits > 8 ? MIN (luts[i].bits, 16) - 8 : 0;
}

static guint8
get_channel (const NegPaletteReader *reader, guint channel, double stored)
{
  const NegLut *lut = &reader->luts[channel];
  double index;

  if (lut->n_entries == 0 || isnan (stored))
    return 0;
  index = CLAMP (stored - lut->first_mapped, 0, lut->n_entries - 1.0);
  return MIN (lut->entries[(guint32) index] >> reader->shifts[channel], 255);
}

NegRgb
_neg_palette_reader_get (const NegPaletteReader *reader, double stored)
{
  return (NegRgb){ get_channel (reader, 0, stored), get_channel (reader, 1, stored),
                   get_channel (reader, 2, stored) };
}
