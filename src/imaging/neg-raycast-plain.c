/* The largest value along a ray, several samples at once: written so that compilers vectorise it. A ray is straight in
 * voxels here, and where a block has larger values all of it is looked at. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-raycast-private.h"

#define N 8 /* samples at once */

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* A ray in voxels: centres are at whole numbers. */
typedef struct {
  float start[3], step[3];
  float last[3]; /* the outermost centres: beyond them the border voxel continues */
  gint32 row, plane; /* samples */
  const guint8 *voxels;
  guint first, end; /* steps that lie in the volume */
} Line;

/* Steps at which start + step * slope is in low..high. */
static void
cut (double start, double slope, double low, double high, double *from, double *to)
{
  double a = (low - start) / slope, b = (high - start) / slope;

  if (fabs (slope) < 1e-9) {
    *to = start >= low && start < high ? *to : -1;
    return;
  }
  *from = MAX (*from, MIN (a, b));
  *to = MIN (*to, MAX (a, b));
}

static gboolean
init_line (Line *line, const NegRayScene *scene, const NegRay *ray)
{
  const NegVolume *volume = scene->volume;
  const guint n[3] = { volume->columns, volume->rows, volume->n_slices };
  double per_mm = (volume->n_slices - 1) / volume->distances_mm[volume->n_slices - 1];
  const double start[3] = { ray->start[0] - scene->shear[0] * ray->start[2],
                            ray->start[1] - scene->shear[1] * ray->start[2], ray->start[2] * per_mm };
  double from = ray->first, to = (double) ray->end - 1;

  for (guint i = 0; i < 3; i++) {
    line->start[i] = start[i];
    line->step[i] = scene->step_voxels[i];
    line->last[i] = n[i] - 1;
  }
  cut (start[0], scene->step_voxels[0], -0.5, n[0] - 0.5, &from, &to);
  cut (start[1], scene->step_voxels[1], -0.5, n[1] - 0.5, &from, &to);
  cut (ray->start[2], scene->step[2], scene->first_mm, scene->end_mm, &from, &to);
  line->row = volume->columns;
  line->plane = volume->columns * volume->rows;
  line->voxels = volume->voxels;
  if (!(ceil (from) <= to))
    return FALSE;
  line->first = (guint) ceil (from);
  line->end = (guint) floor (to) + 1;
  return TRUE;
}

typedef struct {
  gint32 offsets[N];
  float fx[N], fy[N], fz[N];
} Places;

ALWAYS_INLINE float
clamp (float value, float last)
{
  value = value > 0 ? value : 0;
  return value < last ? value : last;
}

ALWAYS_INLINE gint32
get_cell (float value, float last)
{
  gint32 cell = (gint32) value, end = (gint32) last - 1;

  return cell < end ? cell : end;
}

ALWAYS_INLINE void
find_places (const Line *line, guint step, Places *places)
{
  for (guint i = 0; i < N; i++) {
    float along = (float) (gint32) (step + i < line->end ? step + i : line->end - 1);
    float x = clamp (line->start[0] + along * line->step[0], line->last[0]);
    float y = clamp (line->start[1] + along * line->step[1], line->last[1]);
    float z = clamp (line->start[2] + along * line->step[2], line->last[2]);
    gint32 column = get_cell (x, line->last[0]), row = get_cell (y, line->last[1]), slice = get_cell (z, line->last[2]);

    places->offsets[i] = slice * line->plane + row * line->row + column;
    places->fx[i] = x - (float) column;
    places->fy[i] = y - (float) row;
    places->fz[i] = z - (float) slice;
  }
}

/* Two voxels side by side. */
ALWAYS_INLINE guint32
load_pair (const guint8 *voxels)
{
  guint32 pair;

  memcpy (&pair, voxels, sizeof pair);
  return pair;
}

ALWAYS_INLINE float
mix_pair (guint32 pair, float fraction, gboolean is_signed)
{
  /* The first is the lower half where the lower byte comes first. */
  guint32 first = G_BYTE_ORDER == G_LITTLE_ENDIAN ? pair << 16 : pair & 0xffff0000;
  guint32 second = G_BYTE_ORDER == G_LITTLE_ENDIAN ? pair & 0xffff0000 : pair << 16;
  float a = is_signed ? (float) ((gint32) first >> 16) : (float) (gint32) (first >> 16);
  float b = is_signed ? (float) ((gint32) second >> 16) : (float) (gint32) (second >> 16);

  return a + fraction * (b - a);
}

ALWAYS_INLINE void
sample (const Line *line, const Places *places, gboolean is_signed, float values[N])
{
  guint32 pairs[4][N];

  for (guint i = 0; i < N; i++) {
    const guint8 *voxels = line->voxels + (gsize) places->offsets[i] * 2;
    const guint8 *above = voxels + (gsize) line->plane * 2;

    pairs[0][i] = load_pair (voxels);
    pairs[1][i] = load_pair (voxels + (gsize) line->row * 2);
    pairs[2][i] = load_pair (above);
    pairs[3][i] = load_pair (above + (gsize) line->row * 2);
  }
  for (guint i = 0; i < N; i++) {
    float a = mix_pair (pairs[0][i], places->fx[i], is_signed), b = mix_pair (pairs[1][i], places->fx[i], is_signed);
    float c = mix_pair (pairs[2][i], places->fx[i], is_signed), d = mix_pair (pairs[3][i], places->fx[i], is_signed);

    a += places->fy[i] * (b - a);
    c += places->fy[i] * (d - c);
    values[i] = a + places->fz[i] * (c - a);
  }
}

ALWAYS_INLINE void
take_largest (const NegRayScene *scene, const Line *line, const float stored[N], guint step, NegRayResult *result)
{
  float slope = scene->slopes[0], intercept = scene->intercepts[0], values[N], largest;

  for (guint i = 0; i < N; i++)
    values[i] = stored[i] * slope + intercept;
  largest = values[0];
  for (guint i = 1; i < N; i++)
    largest = values[i] > largest ? values[i] : largest;
  if (!(largest > result->value))
    return;
  result->value = largest;
  for (guint i = 0; i < N; i++)
    if (values[i] == largest) {
      result->half_step = (gint) MIN (step + i, line->end - 1);
      break;
    }
}

/* Steps that cannot have a larger value. */
ALWAYS_INLINE guint
count_skipped (const NegRayScene *scene, const Line *line, guint step, float value)
{
  const NegRaycastBlocks *blocks = scene->blocks;
  float at[3];
  guint voxel[3];

  for (guint i = 0; i < 3; i++) {
    at[i] = line->start[i] + step * line->step[i];
    voxel[i] = (guint) get_cell (clamp (at[i], line->last[i]), line->last[i]);
  }
  if (blocks->blocks[_neg_ray_get_block (blocks, voxel)].high > value)
    return 0;
  return _neg_ray_count_skipped (scene, at, voxel);
}

ALWAYS_INLINE void
march (const NegRayScene *scene, const Line *line, gboolean is_signed, NegRayResult *result)
{
  guint step = line->first;

  while (step < line->end && result->value < scene->enough) {
    guint n_skipped = scene->blocks != NULL ? count_skipped (scene, line, step, result->value) : 0;
    Places places;
    float values[N];

    if (n_skipped > 0) {
      step += n_skipped;
      continue;
    }
    find_places (line, step, &places);
    sample (line, &places, is_signed, values);
    take_largest (scene, line, values, step, result);
    step += N;
  }
}

NEG_CLONES static void
march_signed (const NegRayScene *scene, const Line *line, NegRayResult *result)
{
  march (scene, line, TRUE, result);
}

NEG_CLONES static void
march_unsigned (const NegRayScene *scene, const Line *line, NegRayResult *result)
{
  march (scene, line, FALSE, result);
}

void
_neg_ray_march_plain (const NegRayScene *scene, const NegRay *ray, NegRayResult *result)
{
  Line line;

  if (!init_line (&line, scene, ray))
    return;
  if (scene->volume->sample_type == NEG_SAMPLE_S16)
    march_signed (scene, &line, result);
  else
    march_unsigned (scene, &line, result);
}
