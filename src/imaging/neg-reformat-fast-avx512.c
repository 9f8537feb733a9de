#include "config.h"

#include "imaging/neg-reformat-fast-private.h"

/* Sixteen pixels a register, four by four. Only run where the processor has what TARGET names. */
#ifdef __x86_64__

#include <immintrin.h>

#define TARGET "avx512f,avx512bw,avx512dq,avx512vl"
#define WAY static inline __attribute__ ((always_inline, target (TARGET)))
#define N_LANES 16
#define ROWS_ARE_CHEAP 1

typedef __m512 Floats;
typedef __m512i Row;
typedef __mmask16 Mask;

typedef struct {
  __m512i bytes, weights; /* of a row: four a lane; two of 16 bit a lane */
} Lookup;

WAY Floats
floats_set (float value)
{
  return _mm512_set1_ps (value);
}

WAY Floats
floats_load (const float *from)
{
  return _mm512_loadu_ps (from);
}

WAY void
floats_store (Floats a, float *to)
{
  _mm512_storeu_ps (to, a);
}

WAY void
floats_store_rows (Floats a, float *to, gsize stride)
{
  _mm_storeu_ps (to, _mm512_castps512_ps128 (a));
  _mm_storeu_ps (to + stride, _mm512_extractf32x4_ps (a, 1));
  _mm_storeu_ps (to + 2 * stride, _mm512_extractf32x4_ps (a, 2));
  _mm_storeu_ps (to + 3 * stride, _mm512_extractf32x4_ps (a, 3));
}

WAY Floats
floats_fma (Floats a, Floats b, Floats c)
{
  return _mm512_fmadd_ps (a, b, c);
}

WAY Floats
floats_min (Floats a, Floats b)
{
  return _mm512_min_ps (a, b);
}

WAY Floats
floats_max (Floats a, Floats b)
{
  return _mm512_max_ps (a, b);
}

WAY Floats
floats_abs (Floats a)
{
  return _mm512_abs_ps (a);
}

WAY Floats
floats_floor (Floats a)
{
  return _mm512_roundscale_ps (a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

WAY Mask
floats_le (Floats a, Floats b)
{
  return _mm512_cmp_ps_mask (a, b, _CMP_LE_OQ);
}

WAY Mask
floats_lt (Floats a, Floats b)
{
  return _mm512_cmp_ps_mask (a, b, _CMP_LT_OQ);
}

WAY Floats
floats_choose (Mask mask, Floats if_set, Floats otherwise)
{
  return _mm512_mask_blend_ps (mask, otherwise, if_set);
}

WAY Mask
mask_all (void)
{
  return 0xffff;
}

WAY Mask
mask_none (void)
{
  return 0;
}

WAY Mask
mask_if (gboolean condition)
{
  return condition ? 0xffff : 0;
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

WAY gboolean
mask_is_none (Mask a)
{
  return a == 0;
}

WAY guint
mask_get_bits (Mask a)
{
  return a;
}

WAY Row
row_set (gint16 value)
{
  return _mm512_set1_epi16 (value);
}

WAY Row
row_load (const guint8 *from, NegVoxels voxels, Row flip)
{
  if (voxels == NEG_VOXELS_8)
    return _mm512_broadcast_i32x4 (_mm_cvtepu8_epi16 (_mm_loadl_epi64 ((const __m128i *) from))) ^ flip;
  if (voxels == NEG_VOXELS_U16)
    return _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) from)) ^ flip;
  return _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) from));
}

WAY Row
row_and (Row a, Row b)
{
  return _mm512_and_si512 (a, b);
}

WAY Row
row_min (Row a, Row b)
{
  return _mm512_min_epi16 (a, b);
}

WAY Row
row_max (Row a, Row b)
{
  return _mm512_max_epi16 (a, b);
}

/* All bits where it is not within. */
WAY Row
row_outside (Row row, Row low, Row high)
{
  return _mm512_movm_epi16 (_mm512_cmplt_epi16_mask (row, low) | _mm512_cmpgt_epi16_mask (row, high));
}

WAY gboolean
row_is_none_between (Row lowest, Row highest, Row low, Row high)
{
  return (_mm512_cmple_epi16_mask (lowest, high) & _mm512_cmpge_epi16_mask (highest, low)) == 0;
}

/* @cell: 0..6. */
WAY Lookup
row_lookup_new (Floats cell, Floats fraction)
{
  __m512i first = _mm512_slli_epi32 (_mm512_cvttps_epi32 (cell), 1);
  __m512i of_lanes = _mm512_set4_epi32 (0x0c0c0c0c, 0x08080808, 0x04040404, 0);
  __m512i second_weight = _mm512_cvtps_epi32 (fraction * floats_set (-32768));
  __m512i first_weight = _mm512_sub_epi32 (_mm512_set1_epi32 (-32768), second_weight);

  return (Lookup){ _mm512_add_epi8 (_mm512_shuffle_epi8 (first, of_lanes), _mm512_set1_epi32 (0x03020100)),
                   _mm512_mask_blend_epi16 (0xaaaaaaaa, first_weight, _mm512_slli_epi32 (second_weight, 16)) };
}

WAY Floats
row_weigh (Row row, const Lookup *lookup)
{
  return _mm512_cvtepi32_ps (_mm512_madd_epi16 (_mm512_shuffle_epi8 (row, lookup->bytes), lookup->weights));
}

#include "imaging/neg-reformat-fast-tile.h"

static __attribute__ ((target (TARGET))) void
draw (const NegTilePlan *plan, const NegTileRun *run)
{
  draw_any (plan, run);
}

const NegTileWay _neg_tile_way_avx512 = { N_LANES, draw };

#endif
