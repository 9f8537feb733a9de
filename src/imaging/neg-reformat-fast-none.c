#include "config.h"

#include "imaging/neg-reformat-fast-private.h"

/* Four pixels beside each other, for any processor: compilers make registers of the vectors, whatever it has. */

#define WAY static inline __attribute__ ((always_inline))
#define N_LANES 4
#define ROWS_ARE_CHEAP 0

typedef float Floats __attribute__ ((vector_size (4 * N_LANES)));
typedef gint32 Mask __attribute__ ((vector_size (4 * N_LANES))); /* all bits of a lane, or none */
typedef gint16 Row __attribute__ ((vector_size (2 * NEG_TILE_ROW_VOXELS)));

typedef struct {
  gint32 voxels[N_LANES];
  Floats first_weights, second_weights;
} Lookup;

WAY Floats
floats_set (float value)
{
  return value - (Floats){ 0 };
}

WAY Floats
floats_load (const float *from)
{
  Floats a;

  memcpy (&a, from, sizeof a);
  return a;
}

WAY void
floats_store (Floats a, float *to)
{
  memcpy (to, &a, sizeof a);
}

WAY void
floats_store_rows (Floats a, float *to, gsize stride)
{
  memcpy (to, &a, sizeof a);
}

WAY Floats
floats_fma (Floats a, Floats b, Floats c)
{
  return a * b + c;
}

WAY Floats
floats_choose (Mask mask, Floats if_set, Floats otherwise)
{
  return (Floats) ((mask & (Mask) if_set) | (~mask & (Mask) otherwise));
}

WAY Floats
floats_min (Floats a, Floats b)
{
  return floats_choose (a < b, a, b);
}

WAY Floats
floats_max (Floats a, Floats b)
{
  return floats_choose (a > b, a, b);
}

WAY Floats
floats_abs (Floats a)
{
  return (Floats) ((Mask) a & G_MAXINT32);
}

/* Of what fits 32 bit, as all that is looked up does. */
WAY Floats
floats_floor (Floats a)
{
  Floats whole = __builtin_convertvector (__builtin_convertvector (a, Mask), Floats);

  return whole - floats_choose (whole > a, floats_set (1), floats_set (0));
}

WAY Mask
floats_le (Floats a, Floats b)
{
  return a <= b;
}

WAY Mask
floats_lt (Floats a, Floats b)
{
  return a < b;
}

WAY Mask
mask_none (void)
{
  return (Mask){ 0 };
}

WAY Mask
mask_all (void)
{
  return ~(Mask){ 0 };
}

WAY Mask
mask_if (gboolean condition)
{
  return condition ? mask_all () : mask_none ();
}

WAY Mask
mask_and (Mask a, Mask b)
{
  return a & b;
}

WAY Mask
mask_or (Mask a, Mask b)
{
  return a | b;
}

WAY Mask
mask_not (Mask a)
{
  return ~a;
}

WAY Mask
mask_choose (Mask mask, Mask if_set, Mask otherwise)
{
  return (mask & if_set) | (~mask & otherwise);
}

WAY guint
mask_get_bits (Mask a)
{
  guint bits = 0;

  for (guint i = 0; i < N_LANES; i++)
    bits |= (a[i] & 1u) << i;
  return bits;
}

WAY gboolean
mask_is_none (Mask a)
{
  return mask_get_bits (a) == 0;
}

WAY Row
row_set (gint16 value)
{
  return value - (Row){ 0 };
}

WAY Row
row_load (const guint8 *from, NegVoxels voxels, Row flip)
{
  Row row;

  if (voxels == NEG_VOXELS_8)
    for (guint i = 0; i < NEG_TILE_ROW_VOXELS; i++)
      row[i] = from[i];
  else
    memcpy (&row, from, sizeof row);
  return voxels == NEG_VOXELS_S16 ? row : row ^ flip;
}

WAY Row
row_and (Row a, Row b)
{
  return a & b;
}

WAY Row
row_min (Row a, Row b)
{
  Row less = a < b;

  return (a & less) | (b & ~less);
}

WAY Row
row_max (Row a, Row b)
{
  Row more = a > b;

  return (a & more) | (b & ~more);
}

/* All bits where it is not within. */
WAY Row
row_outside (Row row, Row low, Row high)
{
  return (row < low) | (row > high);
}

WAY gboolean
row_is_none_between (Row lowest, Row highest, Row low, Row high)
{
  Row within = (lowest <= high) & (highest >= low);
  gint16 any = 0;

  for (guint i = 0; i < NEG_TILE_ROW_VOXELS; i++)
    any |= within[i];
  return any == 0;
}

/* @cell: 0..6. */
WAY Lookup
row_lookup_new (Floats cell, Floats fraction)
{
  Lookup lookup = { .first_weights = (fraction - floats_set (1)) * floats_set (32768),
                    .second_weights = fraction * floats_set (-32768) };

  for (guint i = 0; i < N_LANES; i++)
    lookup.voxels[i] = (gint32) cell[i];
  return lookup;
}

WAY Floats
row_weigh (Row row, const Lookup *lookup)
{
  gint16 voxels[NEG_TILE_ROW_VOXELS];
  Floats first, second;

  memcpy (voxels, &row, sizeof voxels);
  for (guint i = 0; i < N_LANES; i++) {
    first[i] = voxels[lookup->voxels[i]];
    second[i] = voxels[lookup->voxels[i] + 1];
  }
  return first * lookup->first_weights + second * lookup->second_weights;
}

#include "imaging/neg-reformat-fast-tile.h"

static void
draw (const NegTilePlan *plan, const NegTileRun *run)
{
  draw_any (plan, run);
}

const NegTileWay _neg_tile_way_none = { N_LANES, draw };
