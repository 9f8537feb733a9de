#include "config.h"

#include <math.h>

#include "imaging/neg-raycast-private.h"
#include "imaging/neg-volume-private.h"

#define BINS_PER_SLICE 4
#define STEPS_MAX (1 << 20)

/* Slices that lie on one line and at one distance to this part of a voxel are skipped through as if all were exact. */
#define STRAIGHT_VOXELS 0.05
#define PLAIN_VOXELS 1e-3

#define FLAT_SHARE 1e-3
#define AMBIENT 0.3

static gboolean
is_there (const NegRaycast *raycast, const NegVolume *volume, guint slice)
{
  return raycast->blocks != NULL ? raycast->blocks->is_taken[slice] : _neg_volume_has_slice (volume, slice);
}

/* Voxels from the first slice's first one, along its row and its column. */
static void
get_shift (const NegVolume *volume, guint slice, double shift[2])
{
  double offset_mm[3];

  for (guint i = 0; i < 3; i++)
    offset_mm[i] = volume->origins_mm[3 * (gsize) slice + i] - volume->origins_mm[i];
  shift[0] = _neg_dot (volume->x_dual, offset_mm);
  shift[1] = _neg_dot (volume->y_dual, offset_mm);
}

static void
init_interval (NegRayScene *scene, guint below)
{
  const NegVolume *volume = scene->volume;
  NegRayInterval *interval = &scene->intervals[below];
  double distance_mm = volume->distances_mm[below + 1] - volume->distances_mm[below];
  double from[2], to[2];
  gboolean is_gap = volume->gap_after[below];

  get_shift (volume, below, from);
  get_shift (volume, below + 1, to);
  *interval = (NegRayInterval){
    .start_mm = volume->distances_mm[below],
    .inverse_mm = 1 / distance_mm,
    .x = from[0],
    .y = from[1],
    .x_per_mm = (to[0] - from[0]) / distance_mm,
    .y_per_mm = (to[1] - from[1]) / distance_mm,
    .reach_below_mm = is_gap ? volume->halves_mm[2 * below + 1] : INFINITY,
    .reach_above_mm = is_gap ? volume->halves_mm[2 * below + 2] : INFINITY,
    .has_below = is_there (scene->raycast, volume, below),
    .has_above = is_there (scene->raycast, volume, below + 1),
  };
  interval->is_joined = !is_gap && interval->has_below && interval->has_above;
}

/* How far slices lie from where they would be if all distances were the same, in voxels. */
static double
find_deviation (const NegVolume *volume)
{
  guint last = volume->n_slices - 1;
  double end[2], largest = 0;

  get_shift (volume, last, end);
  for (guint slice = 1; slice < last; slice++) {
    double part = (double) slice / last, shift[2];
    double along = volume->distances_mm[slice] / volume->distances_mm[last] * last - slice;

    get_shift (volume, slice, shift);
    largest = MAX (largest, fabs (along));
    largest = MAX (largest, MAX (fabs (shift[0] - part * end[0]), fabs (shift[1] - part * end[1])));
  }
  return largest;
}

static gboolean
is_plain (const NegRayScene *scene, double deviation)
{
  const NegVolume *volume = scene->volume;

  if (deviation > PLAIN_VOXELS || !volume->same_rescale || volume->padding.active || volume->columns < 2
      || volume->rows < 2
      || (volume->sample_type != NEG_SAMPLE_S16 && volume->sample_type != NEG_SAMPLE_U16)
      || (guint64) volume->columns * volume->rows > G_MAXINT32 / volume->n_slices)
    return FALSE;
  for (guint i = 0; i < scene->n_intervals; i++)
    if (!scene->intervals[i].is_joined)
      return FALSE;
  return TRUE;
}

static gboolean
init_slices (NegRayScene *scene)
{
  const NegVolume *volume = scene->volume;
  double length_mm = volume->distances_mm[volume->n_slices - 1], deviation;

  scene->n_intervals = volume->n_slices - 1;
  scene->n_bins = volume->n_slices * BINS_PER_SLICE;
  scene->intervals = g_try_new (NegRayInterval, scene->n_intervals);
  scene->slopes = g_try_new (float, volume->n_slices);
  scene->intercepts = g_try_new (float, volume->n_slices);
  scene->bins = g_try_new (guint, scene->n_bins);
  if (scene->intervals == NULL || scene->slopes == NULL || scene->intercepts == NULL || scene->bins == NULL)
    return FALSE;
  for (guint i = 0; i < scene->n_intervals; i++)
    init_interval (scene, i);
  for (guint i = 0; i < volume->n_slices; i++) {
    scene->slopes[i] = volume->slopes[i];
    scene->intercepts[i] = volume->intercepts[i];
  }
  for (guint i = 0, below = 0; i < scene->n_bins; i++) {
    while (below + 1 < scene->n_intervals && volume->distances_mm[below + 1] <= length_mm * i / scene->n_bins)
      below++;
    scene->bins[i] = below;
  }
  scene->bins_per_mm = scene->n_bins / length_mm;
  deviation = find_deviation (volume);
  scene->is_straight = deviation <= STRAIGHT_VOXELS;
  scene->is_plain = is_plain (scene, deviation);
  return TRUE;
}

static void
init_directions (NegRayScene *scene, guint width, guint height)
{
  const NegVolume *volume = scene->volume;
  const NegRaycast *raycast = scene->raycast;
  const double *n = raycast->normal, *up = raycast->up;
  double right[3] = { n[1] * up[2] - n[2] * up[1], n[2] * up[0] - n[0] * up[2], n[0] * up[1] - n[1] * up[0] };

  for (guint i = 0; i < 3; i++) {
    scene->right_mm[i] = right[i] * raycast->pixel_mm;
    scene->down_mm[i] = -up[i] * raycast->pixel_mm;
    scene->start_mm[i]
        = raycast->middle_mm[i] - (scene->right_mm[i] * width + scene->down_mm[i] * height) / 2;
    scene->to_place[0][i] = volume->x_dual[i];
    scene->to_place[1][i] = volume->y_dual[i];
    scene->to_place[2][i] = volume->normal[i];
  }
  for (guint i = 0; i < 3; i++)
    scene->step[i] = _neg_dot (scene->to_place[i], n) * raycast->step_mm;
  scene->view[0] = _neg_dot (volume->x_unit, n);
  scene->view[1] = _neg_dot (volume->y_unit, n);
  scene->view[2] = _neg_dot (volume->normal, n);
}

/* Through voxels, along the line from the first slice to the last. */
static void
init_steps (NegRayScene *scene)
{
  const NegVolume *volume = scene->volume;
  double length_mm = volume->distances_mm[volume->n_slices - 1], end[2];

  get_shift (volume, volume->n_slices - 1, end);
  scene->shear[0] = end[0] / length_mm;
  scene->shear[1] = end[1] / length_mm;
  scene->step_voxels[0] = scene->step[0] - scene->shear[0] * scene->step[2];
  scene->step_voxels[1] = scene->step[1] - scene->shear[1] * scene->step[2];
  scene->step_voxels[2] = scene->step[2] * (volume->n_slices - 1) / length_mm;
  for (guint i = 0; i < 3; i++)
    scene->steps_per_voxel[i] = fabsf (scene->step_voxels[i]) > 1e-6f ? 1 / scene->step_voxels[i] : 1e6f;
}

static NegRayColor
get_color (const NegRaycast *raycast, double value)
{
  const NegRaycastStop *stops = raycast->stops;
  guint i = 0;
  double part;

  while (i + 2 < raycast->n_stops && value > stops[i + 1].value)
    i++;
  part = value > stops[i].value ? MIN ((value - stops[i].value) / (stops[i + 1].value - stops[i].value), 1) : 0;
  return (NegRayColor){
    .red = stops[i].red + part * (stops[i + 1].red - stops[i].red),
    .green = stops[i].green + part * (stops[i + 1].green - stops[i].green),
    .blue = stops[i].blue + part * (stops[i + 1].blue - stops[i].blue),
    .alpha = stops[i].opacity_per_mm + part * (stops[i + 1].opacity_per_mm - stops[i].opacity_per_mm),
  };
}

static gboolean
init_colors (NegRayScene *scene)
{
  const NegRaycast *raycast = scene->raycast;
  guint n = MIN (raycast->n_stops, NEG_RAYCAST_STOPS_MAX);
  double first, range;

  if (n < 2 || !((range = raycast->stops[n - 1].value - (first = raycast->stops[0].value)) > 0))
    return FALSE;
  scene->color_first = first;
  scene->colors_per_value = (NEG_RAY_COLORS - 1) / range;
  scene->flat = range * FLAT_SHARE;
  for (guint i = 0; i < NEG_RAY_COLORS; i++) {
    NegRayColor *color = &scene->colors[i];

    *color = get_color (raycast, first + range * i / (NEG_RAY_COLORS - 1));
    color->alpha = 1 - pow (1 - CLAMP (color->alpha, 0, 1), raycast->step_mm);
    scene->n_opaque[i + 1] = scene->n_opaque[i] + (color->alpha > 0);
  }
  return TRUE;
}

/* Where a window is at its end. */
static float
get_enough (const NegRaycast *raycast)
{
  const NegVoi *voi = &raycast->voi;

  if (voi->lut != NULL || voi->function == NEG_VOI_SIGMOID || !(raycast->scale > 0))
    return INFINITY;
  return (voi->center + voi->width / 2) / raycast->scale;
}

gboolean
_neg_ray_scene_init (NegRayScene *scene, const NegRaycast *raycast, const NegVolume *volume, guint width,
                     guint height)
{
  guint last = volume->n_slices - 1;

  *scene = (NegRayScene){
    .volume = volume,
    .raycast = raycast,
    .blocks = raycast->blocks,
    .columns = volume->columns - 0.5f,
    .rows = volume->rows - 0.5f,
    .first_mm = -volume->halves_mm[0],
    .end_mm = volume->distances_mm[last] + volume->halves_mm[2 * last + 1],
    .enough = get_enough (raycast),
  };
  if (!(raycast->step_mm > 0) || !(raycast->pixel_mm > 0) || !init_slices (scene))
    return FALSE;
  neg_volume_get_box (volume, scene->box_mm);
  init_directions (scene, width, height);
  init_steps (scene);
  return raycast->is_mip || init_colors (scene);
}

void
_neg_ray_scene_clear (NegRayScene *scene)
{
  g_clear_pointer (&scene->intervals, g_free);
  g_clear_pointer (&scene->slopes, g_free);
  g_clear_pointer (&scene->intercepts, g_free);
  g_clear_pointer (&scene->bins, g_free);
}

/* Part of a line. */
typedef struct {
  double from, to;
} Span;

/* Keeps low <= start + t slope <= high. */
static void
cut (Span *span, double start, double slope, double low, double high)
{
  if (fabs (slope) < 1e-12) {
    if (!(start >= low && start <= high))
      span->to = -INFINITY;
    return;
  }
  span->from = MAX (span->from, ((slope > 0 ? low : high) - start) / slope);
  span->to = MIN (span->to, ((slope > 0 ? high : low) - start) / slope);
}

static void
cut_by_clips (NegRay *ray, const NegRaycast *raycast, Span *span)
{
  for (guint i = 0; i < MIN (raycast->n_clips, NEG_RAYCAST_CLIPS_MAX); i++) {
    const NegClip *clip = &raycast->clips[i];
    double slope = _neg_dot (clip->normal, raycast->normal), from = span->from;

    cut (span, _neg_dot (clip->normal, ray->point_mm), slope, -INFINITY, clip->distance_mm);
    if (span->from > from)
      ray->clip_light = AMBIENT + (1 - AMBIENT) * fabs (slope);
  }
}

/* Steps that may lie in the volume, with one more on each side for what is rounded. */
static gboolean
choose_steps (NegRay *ray, const NegRayScene *scene, guint n_steps)
{
  Span span = { 0, n_steps };

  cut (&span, ray->start[2], scene->step[2], scene->first_mm, scene->end_mm);
  if (!(span.from <= span.to))
    return FALSE;
  ray->first = MAX (span.from - 1, 0);
  ray->end = MIN (span.to + 2, n_steps);
  return TRUE;
}

gboolean
_neg_ray_init (NegRay *ray, const NegRayScene *scene, double x_px, double y_px)
{
  const NegRaycast *raycast = scene->raycast;
  Span span = { -INFINITY, INFINITY };
  double offset_mm[3], first_mm;

  *ray = (NegRay){ .clip_light = -1 };
  for (guint i = 0; i < 3; i++) {
    ray->point_mm[i] = scene->start_mm[i] + x_px * scene->right_mm[i] + y_px * scene->down_mm[i];
    cut (&span, ray->point_mm[i], raycast->normal[i], scene->box_mm[i], scene->box_mm[3 + i]);
  }
  cut_by_clips (ray, raycast, &span);
  if (!(span.from < span.to) || !isfinite (span.from) || !isfinite (span.to))
    return FALSE;
  ray->t0_mm = span.from;
  first_mm = span.from + raycast->step_mm / 2;
  for (guint i = 0; i < 3; i++)
    offset_mm[i] = ray->point_mm[i] + first_mm * raycast->normal[i] - scene->volume->origins_mm[i];
  for (guint i = 0; i < 3; i++)
    ray->start[i] = _neg_dot (scene->to_place[i], offset_mm);
  return choose_steps (ray, scene, MIN (ceil ((span.to - first_mm) / raycast->step_mm), STEPS_MAX));
}
