#include "config.h"

#include <math.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-raycast-private.h"
#include "imaging/neg-reformat-private.h"

#define HIDDEN 0.995f
#define AMBIENT 0.3f

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* How voxels are read: known when a loop is compiled. */
typedef enum {
  FETCH_U8,
  FETCH_U16,
  FETCH_S16,
  FETCH_GENERAL, /* other types, LUT */
} Fetch;

/* Voxels whose centres are at whole numbers. */
typedef struct {
  float x, y, z;
  float fraction;       /* of the way from lower to upper */
  guint lower, upper;   /* slices; one alone twice */
  guint cell[3];        /* the voxel at or before it */
} Place;

/* One slice alone: between two that are not interpolated, before the first, after the last. */
static gboolean
snap (const NegRayInterval *interval, float along_mm, float fraction, guint below, Place *place)
{
  gboolean is_above = fraction >= 0.5f;
  float distance_mm = is_above ? 1 / interval->inverse_mm - along_mm : along_mm;

  if (!(is_above ? interval->has_above : interval->has_below)
      || distance_mm > (is_above ? interval->reach_above_mm : interval->reach_below_mm))
    return FALSE;
  place->lower = place->upper = below + is_above;
  place->fraction = 0;
  return TRUE;
}

ALWAYS_INLINE guint
find_interval (const NegRayScene *scene, float distance_mm)
{
  guint below = scene->bins[(guint) (int) CLAMP (distance_mm * scene->bins_per_mm, 0, scene->n_bins - 1)];

  while (below + 1 < scene->n_intervals && distance_mm >= scene->intervals[below + 1].start_mm)
    below++;
  return below;
}

/* FALSE where no voxel is: outside, in a gap. */
ALWAYS_INLINE gboolean
locate (const NegRayScene *scene, const float at[3], Place *place)
{
  const NegRayInterval *interval;
  float along_mm, fraction;
  guint below;

  if (!(at[2] >= scene->first_mm && at[2] < scene->end_mm))
    return FALSE;
  below = find_interval (scene, at[2]);
  interval = &scene->intervals[below];
  along_mm = at[2] - interval->start_mm;
  fraction = along_mm * interval->inverse_mm;
  place->x = at[0] - interval->x - along_mm * interval->x_per_mm;
  place->y = at[1] - interval->y - along_mm * interval->y_per_mm;
  place->z = below + fraction;
  if (!(place->x >= -0.5f && place->x < scene->columns && place->y >= -0.5f && place->y < scene->rows))
    return FALSE;
  place->cell[0] = (guint) (int) MAX (place->x, 0);
  place->cell[1] = (guint) (int) MAX (place->y, 0);
  place->cell[2] = below;
  place->lower = below;
  place->upper = below + 1;
  place->fraction = fraction;
  return (interval->is_joined && fraction >= 0 && fraction <= 1) || snap (interval, along_mm, fraction, below, place);
}

typedef struct {
  gsize offsets[4];
  float fx, fy;
} Taps;

ALWAYS_INLINE void
init_taps (const NegRayScene *scene, const Place *place, Taps *taps)
{
  const NegVolume *volume = scene->volume;
  guint right = MIN (place->cell[0] + 1, volume->columns - 1), below = MIN (place->cell[1] + 1, volume->rows - 1);
  gsize row = (gsize) place->cell[1] * volume->columns, next = (gsize) below * volume->columns;

  taps->fx = MAX (place->x - place->cell[0], 0);
  taps->fy = MAX (place->y - place->cell[1], 0);
  taps->offsets[0] = row + place->cell[0];
  taps->offsets[1] = row + right;
  taps->offsets[2] = next + place->cell[0];
  taps->offsets[3] = next + right;
}

#define BILINEAR(type) \
  ({ \
    const type *samples = voxels; \
    float above = samples[taps->offsets[0]], below = samples[taps->offsets[2]]; \
\
    above += taps->fx * (samples[taps->offsets[1]] - above); \
    below += taps->fx * (samples[taps->offsets[3]] - below); \
    above + taps->fy *(below - above); \
  })

/* In one slice, as a modality value. */
ALWAYS_INLINE float
fetch_slice (const NegRayScene *scene, Fetch fetch, guint slice, const Taps *taps)
{
  const void *voxels = scene->volume->voxels + slice * scene->volume->slice_bytes;
  float stored = fetch == FETCH_U8 ? BILINEAR (guint8) : fetch == FETCH_U16 ? BILINEAR (guint16) : BILINEAR (gint16);

  return stored * scene->slopes[slice] + scene->intercepts[slice];
}

/* Of any type, without padding: where the nearest voxel is, NaN; else the weights of the others are renormalised. */
static float
fetch_general (const NegRayScene *scene, const Place *place)
{
  const NegVolume *volume = scene->volume;
  double sum = 0, weights = 0, largest = -1;
  gboolean is_nearest_there = FALSE;
  Taps taps;

  init_taps (scene, place, &taps);
  for (guint i = 0; i < 8; i++) {
    guint slice = i & 4 ? place->upper : place->lower;
    double weight = (i & 1 ? taps.fx : 1 - taps.fx) * (i & 2 ? taps.fy : 1 - taps.fy)
                    * (i & 4 ? place->fraction : 1 - place->fraction), value;
    gsize offset = taps.offsets[i & 3];
    gboolean is_there = _neg_volume_get_voxel (volume, offset % volume->columns, offset / volume->columns, slice, &value);

    if (weight > largest) {
      largest = weight;
      is_nearest_there = is_there;
    }
    if (is_there) {
      sum += weight * value;
      weights += weight;
    }
  }
  return is_nearest_there ? sum / weights : NAN;
}

ALWAYS_INLINE gboolean
may_be_padding (const NegRayScene *scene, const Place *place)
{
  if (!scene->volume->padding.active)
    return FALSE;
  return scene->blocks == NULL || scene->blocks->has_padding[_neg_ray_get_block (scene->blocks, place->cell)];
}

/* NaN: padding. */
ALWAYS_INLINE float
sample (const NegRayScene *scene, Fetch fetch, const Place *place)
{
  float lower, upper;
  Taps taps;

  if (fetch == FETCH_GENERAL || G_UNLIKELY (may_be_padding (scene, place)))
    return fetch_general (scene, place);
  init_taps (scene, place, &taps);
  lower = fetch_slice (scene, fetch, place->lower, &taps);
  if (place->fraction == 0)
    return lower;
  upper = fetch_slice (scene, fetch, place->upper, &taps);
  return lower + place->fraction * (upper - lower);
}

/* One voxel away; @value where nothing is. */
ALWAYS_INLINE float
sample_beside (const NegRayScene *scene, Fetch fetch, const float at[3], guint axis, float distance, float value)
{
  float beside[3] = { at[0], at[1], at[2] };
  Place place;
  float found;

  beside[axis] += distance;
  if (!locate (scene, beside, &place))
    return value;
  found = sample (scene, fetch, &place);
  return isnan (found) ? value : found;
}

ALWAYS_INLINE float
get_light (const NegRayScene *scene, Fetch fetch, const float at[3], float value)
{
  const NegVolume *volume = scene->volume;
  const float mm[3] = { volume->spacing_mm[0], volume->spacing_mm[1], volume->median_spacing_mm };
  float square = 0, towards = 0, length;

  for (guint i = 0; i < 3; i++) {
    float distance = i < 2 ? 1 : mm[2];
    float difference = (sample_beside (scene, fetch, at, i, distance, value)
                        - sample_beside (scene, fetch, at, i, -distance, value)) / (2 * mm[i]);

    square += difference * difference;
    towards += difference * scene->view[i];
  }
  length = sqrtf (square);
  return AMBIENT + (1 - AMBIENT) * (fabsf (towards) + scene->flat) / (length + scene->flat);
}

ALWAYS_INLINE guint
count_skipped (const NegRayScene *scene, const Place *place)
{
  const float at[3] = { place->x, place->y, place->z };

  return scene->is_straight ? _neg_ray_count_skipped (scene, at, place->cell) : 1;
}

ALWAYS_INLINE guint
get_color_index (const NegRayScene *scene, float value)
{
  float index = (value - scene->color_first) * scene->colors_per_value + 0.5f;

  return (guint) (int) CLAMP (index, 0, NEG_RAY_COLORS - 1);
}

ALWAYS_INLINE gboolean
is_clear (const NegRayScene *scene, const Place *place)
{
  const NegBlock *block = &scene->blocks->blocks[_neg_ray_get_block (scene->blocks, place->cell)];

  return block->low > block->high
         || scene->n_opaque[get_color_index (scene, block->high) + 1]
                == scene->n_opaque[get_color_index (scene, block->low)];
}

ALWAYS_INLINE void
add (NegRayResult *result, const NegRayColor *color, float light, guint step)
{
  float share = (1 - result->alpha) * color->alpha;

  result->red += share * color->red * light;
  result->green += share * color->green * light;
  result->blue += share * color->blue * light;
  result->alpha += share;
  if (result->half_step < 0 && result->alpha >= 0.5f)
    result->half_step = step;
}

ALWAYS_INLINE void
go_to (const NegRayScene *scene, const NegRay *ray, guint step, float at[3])
{
  for (guint i = 0; i < 3; i++)
    at[i] = ray->start[i] + step * scene->step[i];
}

ALWAYS_INLINE void
march_shaded (const NegRayScene *scene, Fetch fetch, const NegRay *ray, NegRayResult *result)
{
  for (guint step = ray->first; step < ray->end && result->alpha < HIDDEN; step++) {
    const NegRayColor *color;
    float at[3], value;
    Place place;

    go_to (scene, ray, step, at);
    if (!locate (scene, at, &place))
      continue;
    if (scene->blocks != NULL && is_clear (scene, &place)) {
      step += count_skipped (scene, &place) - 1;
      continue;
    }
    value = sample (scene, fetch, &place);
    if (isnan (value))
      continue;
    color = &scene->colors[get_color_index (scene, value)];
    if (color->alpha > 0)
      add (result, color, step == 0 && ray->clip_light >= 0 ? ray->clip_light : get_light (scene, fetch, at, value),
           step);
  }
}

ALWAYS_INLINE void
march_mip (const NegRayScene *scene, Fetch fetch, const NegRay *ray, NegRayResult *result)
{
  for (guint step = ray->first; step < ray->end && result->value < scene->enough; step++) {
    float at[3], value;
    Place place;

    go_to (scene, ray, step, at);
    if (!locate (scene, at, &place))
      continue;
    if (scene->blocks != NULL
        && !(scene->blocks->blocks[_neg_ray_get_block (scene->blocks, place.cell)].high > result->value)) {
      step += count_skipped (scene, &place) - 1;
      continue;
    }
    value = sample (scene, fetch, &place);
    if (value > result->value) {
      result->value = value;
      result->half_step = step;
    }
  }
}

#define MARCH(fetch) \
  if (scene->raycast->is_mip) \
    march_mip (scene, fetch, ray, result); \
  else \
    march_shaded (scene, fetch, ray, result);

NEG_CLONES static void
march_u8 (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  MARCH (FETCH_U8)
}

NEG_CLONES static void
march_u16 (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  MARCH (FETCH_U16)
}

NEG_CLONES static void
march_s16 (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  MARCH (FETCH_S16)
}

static void
march_general (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  MARCH (FETCH_GENERAL)
}

void
_neg_ray_march (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  *result = (NegRayResult){ .value = -INFINITY, .half_step = -1 };
  if (scene->is_plain && scene->raycast->is_mip)
    _neg_ray_march_plain (scene, ray, result);
  else if (scene->volume->modality_lut != NULL)
    march_general (scene, ray, result);
  else if (scene->volume->sample_type == NEG_SAMPLE_S16)
    march_s16 (scene, ray, result);
  else if (scene->volume->sample_type == NEG_SAMPLE_U16)
    march_u16 (scene, ray, result);
  else if (scene->volume->sample_type == NEG_SAMPLE_U8)
    march_u8 (scene, ray, result);
  else
    march_general (scene, ray, result);
}
