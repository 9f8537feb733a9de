/* Back to a plane that was looked at before. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-mpr-private.h"

/* Directions are kept with all their digits; planes closer than this are one (neg_annotation_plane_is_same()). */
#define SAME 1e-6
#define BISECTIONS 50

static gboolean
lies_so (const NegMprView *view, const double normal[3], const double up[3])
{
  for (guint i = 0; i < 3; i++)
    if (!(fabs (view->normal[i] - normal[i]) < SAME && fabs (view->up[i] - up[i]) < SAME))
      return FALSE;
  return TRUE;
}

static gboolean
normalize (double to[3], const double from[3])
{
  double length = sqrt (neg_mpr_dot (from, from));

  for (guint i = 0; i < 3; i++)
    to[i] = from[i] / length;
  return isfinite (to[0]) && isfinite (to[1]) && isfinite (to[2]); /* also of nothing */
}

/* What shows all of it goes on doing so; else the point is in the middle. */
static void
turn_free_plane (NegMpr *self, const double normal[3], const double up[3], const double point_mm[3])
{
  NegMprView *view = &self->state.views[NEG_MPR_OBLIQUE];

  memcpy (view->normal, normal, sizeof view->normal);
  memcpy (view->up, up, sizeof view->up);
  if (view->is_fitted && !view->is_placed)
    _neg_mpr_view_fit (self, view);
  else
    _neg_mpr_view_project (view, point_mm, view->middle_mm);
}

/* --- The point --- */

static gboolean
is_inside (const NegVolume *volume, const double point_mm[3])
{
  double voxel[3];

  return neg_volume_to_voxel (volume, point_mm, voxel);
}

/* The eight, by the bits of @i: columns, rows, slices. */
static void
get_corner (const NegVolume *volume, guint i, double corner_mm[3])
{
  const guint last = volume->n_slices - 1;
  const double *mm = volume->distances_mm;
  double low = 0.5 - volume->halves_mm[0] / (mm[1] - mm[0]);
  double high = last + 0.5 + volume->halves_mm[2 * (gsize) last + 1] / (mm[last] - mm[last - 1]);
  const double voxel[3] = { i & 1 ? volume->columns : 0, i & 2 ? volume->rows : 0, i & 4 ? high : low };

  neg_volume_to_patient (volume, voxel, corner_mm);
}

/* Amid of what the plane cuts out of the volume: the mean of where it cuts the lines between its corners. */
static gboolean
find_middle (const NegVolume *volume, const double normal[3], double depth_mm, double middle_mm[3])
{
  double corners_mm[8][3], above_mm[8];
  guint n_cuts = 0;

  for (guint i = 0; i < 8; i++) {
    get_corner (volume, i, corners_mm[i]);
    above_mm[i] = neg_mpr_dot (corners_mm[i], normal) - depth_mm;
  }
  middle_mm[0] = middle_mm[1] = middle_mm[2] = 0;
  for (guint i = 0; i < 64; i++) {
    guint from = i / 8, to = i % 8;
    double part = above_mm[from] / (above_mm[from] - above_mm[to]);

    if (above_mm[from] > 0 || !(above_mm[to] > 0))
      continue;
    neg_mpr_go (middle_mm, corners_mm[from], 1 - part);
    neg_mpr_go (middle_mm, corners_mm[to], part);
    n_cuts++;
  }
  for (guint k = 0; k < 3; k++)
    middle_mm[k] /= MAX (n_cuts, 1);
  return n_cuts > 0;
}

/* The point comes into the volume without leaving the plane, or it were another plane: something may have been drawn beside
 * what is there. */
static void
come_inside (const NegVolume *volume, const double normal[3], double point_mm[3])
{
  double middle_mm[3], way_mm[3], near = 0, far = 1;

  if (is_inside (volume, point_mm)
      || !find_middle (volume, normal, neg_mpr_dot (point_mm, normal), middle_mm))
    return;
  for (guint i = 0; i < 3; i++)
    way_mm[i] = point_mm[i] - middle_mm[i];
  for (guint i = 0; i < BISECTIONS; i++) {
    double half = (near + far) / 2;

    memcpy (point_mm, middle_mm, sizeof middle_mm);
    neg_mpr_go (point_mm, way_mm, half);
    if (is_inside (volume, point_mm))
      near = half;
    else
      far = half;
  }
  memcpy (point_mm, middle_mm, sizeof middle_mm);
  neg_mpr_go (point_mm, way_mm, near);
}

/* --- Going --- */

gboolean
neg_mpr_show (NegMpr *self, const double right[3], const double up[3], const double point_mm[3], double slab_mm,
              NegProjection projection, NegMprPlane *plane)
{
  double unit_right[3], unit_up[3], normal[3], inside_mm[3];
  gboolean turns;

  g_return_val_if_fail (NEG_IS_MPR (self) && projection < NEG_PROJECTION_N, FALSE);

  if (self->volume == NULL || !normalize (unit_right, right) || !normalize (unit_up, up))
    return FALSE;
  neg_mpr_cross (unit_up, unit_right, normal);
  if (!normalize (normal, normal))
    return FALSE;
  memcpy (inside_mm, point_mm, sizeof inside_mm);
  come_inside (self->volume, normal, inside_mm);
  for (*plane = 0; *plane < NEG_MPR_OBLIQUE && !lies_so (&self->state.views[*plane], normal, unit_up);)
    (*plane)++;
  turns = *plane == NEG_MPR_OBLIQUE && !lies_so (&self->state.views[*plane], normal, unit_up);
  if (slab_mm <= 0)
    projection = neg_mpr_get_projection (self, *plane);
  /* As scrolling, going is no step of undo; what else changes is one. */
  if (turns || slab_mm != neg_mpr_get_slab_mm (self, *plane) || projection != neg_mpr_get_projection (self, *plane))
    neg_mpr_mark_step (self, 0);
  if (turns)
    turn_free_plane (self, normal, unit_up, inside_mm);
  neg_mpr_set_point (self, inside_mm);
  neg_mpr_set_slab (self, *plane, slab_mm, projection);
  return TRUE;
}
