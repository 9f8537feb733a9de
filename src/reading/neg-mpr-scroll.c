/* Where the point may go along a plane's normal, and in which steps. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-mpr-private.h"

/* A plane this near to the slices is scrolled from slice to slice (0.08 degrees: a millimetre in 700). */
#define PARALLEL_DOT_MIN (1 - 1e-6)
/* Steps nearer than this to a whole number are one: what was added up is not to pass a slice by. */
#define WHOLE_STEP 1e-6
#define BISECTIONS 60

/* Voxels or mm: on the edge is outside. */
#define EDGE 1e-6

/* --- The slices as steps --- */

void
_neg_mpr_init_steps (NegMpr *self)
{
  const NegVolume *volume = self->volume;

  g_clear_pointer (&self->steps, g_free);
  if (volume == NULL)
    return;
  self->steps = g_new (double, volume->n_slices);
  self->steps[0] = 0;
  for (guint i = 1; i < volume->n_slices; i++) {
    double distance_mm = volume->distances_mm[i] - volume->distances_mm[i - 1];
    double n = volume->gap_after[i - 1] ? round (distance_mm / volume->median_spacing_mm) : 1;

    self->steps[i] = self->steps[i - 1] + MAX (n, 1);
  }
}

/* The place of @value between the ascending @from in the ascending @to; beyond the ends @slope goes on. */
static double
translate (const double *from, const double *to, guint n, double value, double slope)
{
  guint low = 0, high = n - 1;

  if (value <= from[0])
    return to[0] + (value - from[0]) * slope;
  if (value >= from[n - 1])
    return to[n - 1] + (value - from[n - 1]) * slope;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (from[middle] <= value)
      low = middle;
    else
      high = middle;
  }
  return to[low] + (value - from[low]) / (from[high] - from[low]) * (to[high] - to[low]);
}

/* +1 or -1: the slices are parallel to the plane, in its order or against it; 0: they are not. */
static int
get_sense (const NegVolume *volume, const double normal[3])
{
  double along = neg_mpr_dot (volume->normal, normal);

  if (fabs (along) < PARALLEL_DOT_MIN)
    return 0;
  return along > 0 ? 1 : -1;
}

static double
get_distance_mm (const NegVolume *volume, const double point_mm[3])
{
  return neg_mpr_dot (point_mm, volume->normal) - neg_mpr_dot (volume->origins_mm, volume->normal);
}

/* To @step between first and last slice, or where it is beyond them no further out. */
static void
go_to_step (NegMpr *self, const double normal[3], int sense, double step)
{
  const NegVolume *volume = self->volume;
  guint n = volume->n_slices;
  double distance_mm = get_distance_mm (volume, self->point_mm);
  double now = translate (volume->distances_mm, self->steps, n, distance_mm, 1 / volume->median_spacing_mm);

  step = CLAMP (step, MIN (now, 0), MAX (now, self->steps[n - 1]));
  if (fabs (step - round (step)) < WHOLE_STEP)
    step = round (step);
  neg_mpr_go (self->point_mm, normal,
              sense * (translate (self->steps, volume->distances_mm, n, step, volume->median_spacing_mm) - distance_mm));
}

/* --- Across the slices --- */

static double
get_step_mm (const NegVolume *volume, const double normal[3])
{
  double x = neg_mpr_dot (normal, volume->x_unit) / volume->spacing_mm[0];
  double y = neg_mpr_dot (normal, volume->y_unit) / volume->spacing_mm[1];
  double z = neg_mpr_dot (normal, volume->normal) / volume->median_spacing_mm;

  /* Along an axis its spacing, between them on the ellipsoid through the three. */
  return 1 / sqrt (x * x + y * y + z * z);
}

static gboolean
is_inside (const NegVolume *volume, const double point_mm[3], const double direction[3], double t)
{
  double at_mm[3], voxel[3];

  memcpy (at_mm, point_mm, sizeof at_mm);
  neg_mpr_go (at_mm, direction, t);
  return neg_volume_to_voxel (volume, at_mm, voxel);
}

/* How far one can go from the point, which is inside, along @direction: where the centre of the outermost voxel is. */
static double
get_reach_mm (const NegVolume *volume, const double point_mm[3], const double direction[3], double step_mm)
{
  double behind_mm, near_mm = 0, far_mm;

  neg_volume_get_extent (volume, point_mm, direction, &behind_mm, &far_mm);
  for (guint i = 0; i < BISECTIONS; i++) {
    double middle_mm = (near_mm + far_mm) / 2;

    if (is_inside (volume, point_mm, direction, middle_mm))
      near_mm = middle_mm;
    else
      far_mm = middle_mm;
  }
  return MAX (near_mm - step_mm / 2, 0);
}

static void
go_across (NegMpr *self, const double normal[3], double distance_mm)
{
  double step_mm = get_step_mm (self->volume, normal);
  double sense = distance_mm < 0 ? -1 : 1;
  const double direction[3] = { sense * normal[0], sense * normal[1], sense * normal[2] };

  neg_mpr_go (self->point_mm, direction,
              MIN (fabs (distance_mm), get_reach_mm (self->volume, self->point_mm, direction, step_mm)));
}

/* --- What is asked for --- */

void
_neg_mpr_keep_inside (const NegVolume *volume, double point_mm[3])
{
  guint last = volume->n_slices - 1;
  double low_mm = EDGE - volume->halves_mm[0];
  double high_mm = volume->distances_mm[last] + volume->halves_mm[2 * (gsize) last + 1] - EDGE;
  double voxel[3], distance_mm;

  if (neg_volume_to_voxel (volume, point_mm, voxel))
    return;
  distance_mm = get_distance_mm (volume, point_mm);
  neg_mpr_go (point_mm, volume->normal, CLAMP (distance_mm, low_mm, high_mm) - distance_mm);
  neg_volume_to_voxel (volume, point_mm, voxel);
  voxel[0] = CLAMP (voxel[0], EDGE, volume->columns - EDGE);
  voxel[1] = CLAMP (voxel[1], EDGE, volume->rows - EDGE);
  neg_volume_to_patient (volume, voxel, point_mm);
}

static void
tell (NegMpr *self, NegMprPlane plane, const double before_mm[3])
{
  self->last = plane;
  _neg_mpr_keep_inside (self->volume, self->point_mm);
  if (memcmp (before_mm, self->point_mm, sizeof self->point_mm) == 0)
    return;
  _neg_mpr_follow_point (self, before_mm);
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

void
neg_mpr_scroll (NegMpr *self, NegMprPlane plane, double n_steps)
{
  const double *normal;
  double before_mm[3];
  int sense;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL || !isfinite (n_steps))
    return;
  normal = self->state.views[plane].normal;
  memcpy (before_mm, self->point_mm, sizeof before_mm);
  sense = get_sense (self->volume, normal);
  if (sense == 0) {
    go_across (self, normal, n_steps * get_step_mm (self->volume, normal));
  } else {
    double now = translate (self->volume->distances_mm, self->steps, self->volume->n_slices,
                            get_distance_mm (self->volume, self->point_mm), 1 / self->volume->median_spacing_mm);

    go_to_step (self, normal, sense, now + sense * n_steps);
  }
  tell (self, plane, before_mm);
}

double
neg_mpr_get_step_mm (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, 0);

  return self->volume != NULL ? get_step_mm (self->volume, self->state.views[plane].normal) : 0;
}

void
neg_mpr_scroll_to_end (NegMpr *self, NegMprPlane plane, int end)
{
  const double *normal;
  double before_mm[3];
  int sense;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL)
    return;
  normal = self->state.views[plane].normal;
  memcpy (before_mm, self->point_mm, sizeof before_mm);
  sense = get_sense (self->volume, normal);
  if (sense == 0)
    go_across (self, normal, end < 0 ? -G_MAXDOUBLE : G_MAXDOUBLE);
  else
    go_to_step (self, normal, sense, (end < 0) == (sense < 0) ? self->steps[self->volume->n_slices - 1] : 0);
  tell (self, plane, before_mm);
}
