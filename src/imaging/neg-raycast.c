#include "config.h"

#include "imaging/neg-raycast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-raycast-private.h"
#include "imaging/neg-reformat-private.h"

#define SAMPLES_MAX (1 << 15)
#define RADIANS_PER_PIXEL 0.01
#define STEP_VOXELS 0.5
#define PICK_VOXELS 0.25

/* Of a ray through all of a volume: twice what 2,000 slices of 0.5 mm take. Where positions say that slices lie a hundredth of a
 * millimetre apart and pixels ten metres, a ray of steps for the slices would never end. */
#define STEPS_MAX 8192

static const char *const names[NEG_RAYCAST_N] = {
  [NEG_RAYCAST_BONE] = "bone",
  [NEG_RAYCAST_VESSELS] = "vessels",
  [NEG_RAYCAST_SKIN] = "skin",
  [NEG_RAYCAST_MIP] = "mip",
};

const char *
neg_raycast_preset_get_name (NegRaycastPreset preset)
{
  g_return_val_if_fail (preset < NEG_RAYCAST_N, names[0]);
  return names[preset];
}

gboolean
neg_raycast_preset_from_name (NegRaycastPreset *preset, const char *name)
{
  for (NegRaycastPreset i = 0; i < NEG_RAYCAST_N; i++)
    if (g_strcmp0 (name, names[i]) == 0) {
      *preset = i;
      return TRUE;
    }
  return FALSE;
}

/* Hounsfield units. Vessels are those with contrast; bone is a haze around them. */
#define N_STOPS 6
static const NegRaycastStop ct_stops[NEG_RAYCAST_MIP][N_STOPS] = {
  [NEG_RAYCAST_BONE] = { { 150, 0.75f, 0.45f, 0.35f, 0 },
                         { 250, 0.80f, 0.60f, 0.45f, 0.05f },
                         { 400, 0.90f, 0.80f, 0.65f, 0.45f },
                         { 700, 0.96f, 0.91f, 0.80f, 0.80f },
                         { 1200, 1, 0.98f, 0.94f, 0.95f },
                         { 3000, 1, 1, 1, 0.98f } },
  [NEG_RAYCAST_VESSELS] = { { 120, 0.60f, 0.05f, 0.05f, 0 },
                            { 180, 0.75f, 0.12f, 0.08f, 0.10f },
                            { 300, 0.90f, 0.30f, 0.18f, 0.50f },
                            { 500, 0.95f, 0.65f, 0.45f, 0.50f },
                            { 800, 0.95f, 0.90f, 0.80f, 0.12f },
                            { 3000, 1, 1, 1, 0.20f } },
  [NEG_RAYCAST_SKIN] = { { -550, 0.85f, 0.60f, 0.50f, 0 },
                         { -350, 0.88f, 0.64f, 0.54f, 0.30f },
                         { -150, 0.90f, 0.68f, 0.58f, 0.85f },
                         { 100, 0.92f, 0.70f, 0.60f, 0.95f },
                         { 500, 0.98f, 0.92f, 0.85f, 0.98f },
                         { 3000, 1, 1, 1, 0.98f } },
};

/* The same looks where values have no unit: from the range's start to its end. */
static const struct {
  double from, to;
} shares[NEG_RAYCAST_MIP] = {
  [NEG_RAYCAST_BONE] = { 0.55, 1.1 },
  [NEG_RAYCAST_VESSELS] = { 0.40, 1.0 },
  [NEG_RAYCAST_SKIN] = { 0.08, 0.6 },
};

static int
compare_values (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Voxels on a grid through all slices that are there. */
static guint
collect (const NegVolume *volume, float *values)
{
  guint64 n_voxels = (guint64) volume->columns * volume->rows * volume->n_slices;
  guint64 stride = n_voxels / SAMPLES_MAX | 1, plane = (guint64) volume->columns * volume->rows;
  guint n = 0;

  for (guint64 i = stride / 2; i < n_voxels && n < SAMPLES_MAX; i += stride) {
    guint slice = i / plane;
    double value;

    if (_neg_volume_has_slice (volume, slice)
        && _neg_volume_get_voxel (volume, i % volume->columns, i % plane / volume->columns, slice, &value))
      values[n++] = value;
  }
  return n;
}

/* From what is nearly nothing to what is nearly the brightest. */
static void
get_range (const NegVolume *volume, double *from, double *to)
{
  g_autofree float *values = g_new (float, SAMPLES_MAX);
  guint n = collect (volume, values);

  *from = 0;
  *to = 1;
  if (n == 0)
    return;
  qsort (values, n, sizeof *values, compare_values);
  *from = values[n / 20];
  *to = values[n - 1 - n / 500];
  if (!(*to > *from))
    *to = *from + 1;
}

static void
init_stops (NegRaycast *raycast, const NegVolume *volume, NegRaycastPreset preset, gboolean is_ct)
{
  const NegRaycastStop *stops = ct_stops[preset];
  double from, to, low = stops[0].value, high = stops[4].value;

  raycast->n_stops = N_STOPS;
  for (guint i = 0; i < N_STOPS; i++)
    raycast->stops[i] = stops[i];
  if (is_ct)
    return;
  get_range (volume, &from, &to);
  for (guint i = 0; i < N_STOPS; i++) {
    double share = (stops[i].value - low) / (high - low);

    share = shares[preset].from + share * (shares[preset].to - shares[preset].from);
    raycast->stops[i].value = from + share * (to - from);
  }
}

static void
init_mip (NegRaycast *raycast, const NegVolume *volume, gboolean is_ct)
{
  double from = -100, to = 900;

  raycast->is_mip = TRUE;
  if (!is_ct)
    get_range (volume, &from, &to);
  raycast->voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = (from + to) / 2, .width = to - from };
}

static double
get_step_mm (const NegVolume *volume)
{
  double box_mm[6], diagonal_mm;

  neg_volume_get_box (volume, box_mm);
  diagonal_mm = hypot (hypot (box_mm[3] - box_mm[0], box_mm[4] - box_mm[1]), box_mm[5] - box_mm[2]);
  return MAX (neg_volume_get_finest_mm (volume) * STEP_VOXELS, diagonal_mm / STEPS_MAX);
}

void
neg_raycast_init (NegRaycast *raycast, const NegVolume *volume, NegRaycastPreset preset, gboolean is_ct)
{
  g_return_if_fail (preset < NEG_RAYCAST_N);
  /* From the front, head up. */
  *raycast = (NegRaycast){
    .normal = { 0, 1, 0 },
    .up = { 0, 0, 1 },
    .pixel_mm = neg_volume_get_finest_mm (volume),
    .step_mm = get_step_mm (volume),
    .scale = 1,
  };
  neg_volume_get_middle (volume, raycast->middle_mm);
  if (preset == NEG_RAYCAST_MIP)
    init_mip (raycast, volume, is_ct);
  else
    init_stops (raycast, volume, preset, is_ct);
}

static void
cross (const double a[3], const double b[3], double product[3])
{
  product[0] = a[1] * b[2] - a[2] * b[1];
  product[1] = a[2] * b[0] - a[0] * b[2];
  product[2] = a[0] * b[1] - a[1] * b[0];
}

static void
normalise (double vector[3])
{
  double length = sqrt (_neg_dot (vector, vector));

  for (guint i = 0; i < 3 && length > 0; i++)
    vector[i] /= length;
}

/* About a unit axis (Rodrigues). */
static void
rotate (double vector[3], const double axis[3], double angle_rad)
{
  double along = _neg_dot (axis, vector) * (1 - cos (angle_rad)), across[3];

  cross (axis, vector, across);
  for (guint i = 0; i < 3; i++)
    vector[i] = vector[i] * cos (angle_rad) + across[i] * sin (angle_rad) + axis[i] * along;
}

void
neg_raycast_turn (NegRaycast *raycast, double dx_px, double dy_px)
{
  double right[3], axis[3], distance = hypot (dx_px, dy_px);

  if (!(distance > 0) || !isfinite (distance))
    return;
  cross (raycast->normal, raycast->up, right);
  /* What is in front follows the hand: the viewer goes the other way. */
  for (guint i = 0; i < 3; i++)
    axis[i] = (dx_px * raycast->up[i] + dy_px * right[i]) / distance;
  normalise (axis);
  rotate (raycast->normal, axis, -distance * RADIANS_PER_PIXEL);
  rotate (raycast->up, axis, -distance * RADIANS_PER_PIXEL);
  normalise (raycast->normal);
  cross (raycast->normal, raycast->up, right);
  cross (right, raycast->normal, raycast->up);
  normalise (raycast->up);
}

static NegRgb
get_pixel (const NegRaycast *raycast, const NegRayResult *result)
{
  double level;

  if (!raycast->is_mip)
    return (NegRgb){ _neg_draw_round (result->red * 255, 0.5), _neg_draw_round (result->green * 255, 0.5),
                     _neg_draw_round (result->blue * 255, 0.5) };
  level = isfinite (result->value) ? neg_voi_apply (&raycast->voi, result->value * raycast->scale) : 0;
  level = _neg_draw_round ((raycast->inverted ? 1 - level : level) * 255, 0.5);
  return (NegRgb){ level, level, level };
}

static NegRgb
cast (const NegRayScene *scene, guint column, guint row)
{
  NegRayResult result = { .value = -INFINITY };
  NegRay ray;

  if (_neg_ray_init (&ray, scene, column + 0.5, row + 0.5))
    _neg_ray_march (scene, &ray, &result);
  return get_pixel (scene->raycast, &result);
}

/* A cell's colour is that of the pixel in its middle. */
static void
cast_row (const NegRayScene *scene, const NegPicture *picture, guint cell, guint row)
{
  guint8 *out = picture->pixels + row * picture->stride;

  for (guint first = 0; first < picture->width; first += cell) {
    guint end = MIN (first + cell, picture->width);
    NegRgb rgb = cast (scene, MIN (first + cell / 2, end - 1), MIN (row + cell / 2, picture->height - 1));

    for (guint column = first; column < end; column++)
      _neg_draw_put (out + (gsize) column * picture->channels, picture->channels, rgb);
  }
}

static void
clear_rows (const NegPicture *picture, guint first_row, guint n_rows)
{
  for (guint row = first_row; row < first_row + n_rows; row++)
    for (guint column = 0; column < picture->width; column++)
      _neg_draw_put (picture->pixels + row * picture->stride + (gsize) column * picture->channels, picture->channels,
                     (NegRgb){ 0, 0, 0 });
}

void
neg_raycast_draw_rows (const NegRaycast *raycast, const NegVolume *volume, const NegPicture *picture, guint cell,
                       guint first_row, guint n_rows)
{
  NegRayScene scene;

  cell = MAX (cell, 1);
  if (!_neg_ray_scene_init (&scene, raycast, volume, picture->width, picture->height)) {
    clear_rows (picture, first_row, n_rows);
  } else {
    for (guint row = first_row; row < first_row + n_rows; row += cell) {
      cast_row (&scene, picture, cell, row);
      for (guint i = 1; i < MIN (cell, first_row + n_rows - row); i++)
        memcpy (picture->pixels + (row + i) * picture->stride, picture->pixels + row * picture->stride,
                (gsize) picture->width * picture->channels);
    }
  }
  _neg_ray_scene_clear (&scene);
}

gboolean
neg_raycast_pick (const NegRaycast *raycast, const NegVolume *volume, guint width, guint height,
                  const double output_px[2], double point_mm[3])
{
  NegRaycast fine = *raycast;
  NegRayScene scene;
  NegRayResult result = { .half_step = -1 };
  NegRay ray;

  fine.step_mm = MIN (fine.step_mm, neg_volume_get_finest_mm (volume) * PICK_VOXELS);
  if (_neg_ray_scene_init (&scene, &fine, volume, width, height)) {
    scene.enough = INFINITY; /* not only what looks the same */
    if (_neg_ray_init (&ray, &scene, output_px[0], output_px[1]))
      _neg_ray_march (&scene, &ray, &result);
  }
  _neg_ray_scene_clear (&scene);
  if (result.half_step < 0)
    return FALSE;
  for (guint i = 0; i < 3; i++)
    point_mm[i] = ray.point_mm[i] + (ray.t0_mm + (result.half_step + 0.5) * fine.step_mm) * fine.normal[i];
  return TRUE;
}
