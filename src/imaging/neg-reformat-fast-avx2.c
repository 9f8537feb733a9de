#include "config.h"

#include "imaging/neg-reformat-fast-private.h"

/* Eight pixels a register, four by two. Only run where the processor has what TARGET names. */
#ifdef __x86_64__

#include <immintrin.h>

#define TARGET "avx2,fma"
#define WAY static inline __attribute__ ((always_inline, target (TARGET)))
#define N_LANES 8
#define ROWS_ARE_CHEAP 1

typedef __m256 Floats;
typedef __m256i Row;
typedef __m256 Mask; /* all bits of a lane, or none */

typedef struct {
  __m256i bytes, weights; /* of a row: four a lane; two of 16 bit a lane */
} Lookup;

WAY Floats
floats_set (float value)
{
  return _mm256_set1_ps (value);
}

WAY Floats
floats_load (const float *from)
{
  return _mm256_loadu_ps (from);
}

WAY void
floats_store (Floats a, float *to)
{
  _mm256_storeu_ps (to, a);
}

WAY void
floats_store_rows (Floats a, float *to, gsize stride)
{
  _mm_storeu_ps (to, _mm256_castps256_ps128 (a));
  _mm_storeu_ps (to + stride, _mm256_extractf128_ps (a, 1));
}

WAY Floats
floats_fma (Floats a, Floats b, Floats c)
{
  return _mm256_fmadd_ps (a, b, c);
}

WAY Floats
floats_min (Floats a, Floats b)
{
  return _mm256_min_ps (a, b);
}

WAY Floats
floats_max (Floats a, Floats b)
{
  return _mm256_max_ps (a, b);
}

WAY Floats
floats_abs (Floats a)
{
  return _mm256_andnot_ps (_mm256_set1_ps (-0.0f), a);
}

WAY Floats
floats_floor (Floats a)
{
  return _mm256_floor_ps (a);
}

WAY Mask
floats_le (Floats a, Floats b)
{
  return _mm256_cmp_ps (a, b, _CMP_LE_OQ);
}

WAY Mask
floats_lt (Floats a, Floats b)
{
  return _mm256_cmp_ps (a, b, _CMP_LT_OQ);
}

WAY Floats
floats_choose (Mask mask, Floats if_set, Floats otherwise)
{
  return _mm256_blendv_ps (otherwise, if_set, mask);
}

WAY Mask
mask_none (void)
{
  return _mm256_setzero_ps ();
}

WAY Mask
mask_all (void)
{
  return _mm256_castsi256_ps (_mm256_set1_epi32 (-1));
}

WAY Mask
mask_if (gboolean condition)
{
  return condition ? mask_all () : mask_none ();
}

WAY Mask
mask_and (Mask a, Mask b)
{
  return _mm256_and_ps (a, b);
}

WAY Mask
mask_or (Mask a, Mask b)
{
  return _mm256_or_ps (a, b);
}

WAY Mask
mask_not (Mask a)
{
  return _mm256_andnot_ps (a, mask_all ());
}

WAY Mask
mask_choose (Mask mask, Mask if_set, Mask otherwise)
{
  return _mm256_blendv_ps (otherwise, if_set, mask);
}

WAY gboolean
mask_is_none (Mask a)
{
  return _mm256_movemask_ps (a) == 0;
}

WAY guint
mask_get_bits (Mask a)
{
  return _mm256_movemask_ps (a);
}

WAY Row
row_set (gint16 value)
{
  return _mm256_set1_epi16 (value);
}

WAY Row
row_load (const guint8 *from, NegVoxels voxels, Row flip)
{
  if (voxels == NEG_VOXELS_8)
    return _mm256_broadcastsi128_si256 (_mm_cvtepu8_epi16 (_mm_loadl_epi64 ((const __m128i *) from))) ^ flip;
  if (voxels == NEG_VOXELS_U16)
    return _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) from)) ^ flip;
  return _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) from));
}

WAY Row
row_and (Row a, Row b)
{
  return _mm256_and_si256 (a, b);
}

WAY Row
row_min (Row a, Row b)
{
  return _mm256_min_epi16 (a, b);
}

WAY Row
row_max (Row a, Row b)
{
  return _mm256_max_epi16 (a, b);
}

/* All bits where it is not within. */
WAY Row
row_outside (Row row, Row low, Row high)
{
  return _mm256_or_si256 (_mm256_cmpgt_epi16 (low, row), _mm256_cmpgt_epi16 (row, high));
}

WAY gboolean
row_is_none_between (Row lowest, Row highest, Row low, Row high)
{
  Row apart = _mm256_or_si256 (_mm256_cmpgt_epi16 (lowest, high), _mm256_cmpgt_epi16 (low, highest));

  return _mm256_movemask_epi8 (apart) == -1;
}

/* @cell: 0..6. */
WAY Lookup
row_lookup_new (Floats cell, Floats fraction)
{
  __m256i first = _mm256_slli_epi32 (_mm256_cvttps_epi32 (cell), 1);
  __m256i of_lanes = _mm256_set_epi32 (0x0c0c0c0c, 0x08080808, 0x04040404, 0, 0x0c0c0c0c, 0x08080808, 0x04040404, 0);
  __m256i second_weight = _mm256_cvtps_epi32 (fraction * floats_set (-32768));
  __m256i first_weight = _mm256_sub_epi32 (_mm256_set1_epi32 (-32768), second_weight);

  return (Lookup){ _mm256_add_epi8 (_mm256_shuffle_epi8 (first, of_lanes), _mm256_set1_epi32 (0x03020100)),
                   _mm256_blend_epi16 (first_weight, _mm256_slli_epi32 (second_weight, 16), 0xaa) };
}

WAY Floats
row_weigh (Row row, const Lookup *lookup)
{
  return _mm256_cvtepi32_ps (_mm256_madd_epi16 (_mm256_shuffle_epi8 (row, lookup->bytes), lookup->weights));
}

#include "imaging/neg-reformat-fast-tile.h"

static __attribute__ ((target (TARGET))) void
draw (const NegTilePlan *plan, const NegTileRun *run)
{
  draw_any (plan, run);
}

const NegTileWay _neg_tile_way_avx2 = { N_LANES, draw };

#endif
