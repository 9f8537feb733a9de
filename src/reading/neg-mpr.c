#include "config.h"

#include "reading/neg-mpr.h"

#include <math.h>
#include <string.h>

#include "reading/neg-mpr-private.h"

G_DEFINE_FINAL_TYPE (NegMpr, neg_mpr, G_TYPE_OBJECT)

/* What a plane turned under the hand turns by for each output pixel: a hand's width turns it to the side. */
#define BALL_RAD_PER_PX 0.005

/* At rest the free plane lies as the axial one: it is turned from what is known. */
static const double rest[NEG_MPR_N_PLANES][2][3] = {
  [NEG_MPR_AXIAL] = { { 0, 0, 1 }, { 0, -1, 0 } },
  [NEG_MPR_CORONAL] = { { 0, 1, 0 }, { 0, 0, 1 } },
  [NEG_MPR_SAGITTAL] = { { -1, 0, 0 }, { 0, 0, 1 } },
  [NEG_MPR_OBLIQUE] = { { 0, 0, 1 }, { 0, -1, 0 } },
};

static guint signal_changed;

void
_neg_mpr_emit (NegMpr *self, guint planes)
{
  g_signal_emit (self, signal_changed, 0, planes);
}

static gboolean
is_finite_3 (const double v[3])
{
  return isfinite (v[0]) && isfinite (v[1]) && isfinite (v[2]);
}

/* --- Directions --- */

static void
normalize (double v[3])
{
  double length = sqrt (neg_mpr_dot (v, v));

  for (guint i = 0; i < 3; i++)
    v[i] /= length;
}

/* About the unit @axis, clockwise for who looks along it (Rodrigues). */
static void
rotate (double v[3], const double axis[3], double angle_rad)
{
  double along = neg_mpr_dot (axis, v) * (1 - cos (angle_rad)), side[3];

  neg_mpr_cross (axis, v, side);
  for (guint i = 0; i < 3; i++)
    v[i] = v[i] * cos (angle_rad) + side[i] * sin (angle_rad) + axis[i] * along;
}

/* @v without what of it lies along the unit @axis, unit. */
static void
make_perpendicular (double v[3], const double axis[3])
{
  neg_mpr_go (v, axis, -neg_mpr_dot (v, axis));
  normalize (v);
}

/* After hundreds of turns nothing may have drifted: the normals are perpendicular to each other and to their ups again,
 * starting with the one that they were turned about. */
static void
straighten (NegMprState *state, NegMprPlane axis)
{
  double *first = state->views[axis].normal;
  double *second = state->views[(axis + 1) % 3].normal, *third = state->views[(axis + 2) % 3].normal;

  normalize (first);
  make_perpendicular (second, first);
  make_perpendicular (third, first);
  make_perpendicular (third, second);
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++) {
    NegMprView *view = &state->views[i];

    normalize (view->normal);
    make_perpendicular (view->up, view->normal);
  }
}

/* The plane turns about the point, and with it what is seen of it: the point stays where it is on the screen. */
static void
turn_view (NegMpr *self, NegMprView *view, const double axis[3], double angle_rad)
{
  double before_mm[2], after_mm[2];

  _neg_mpr_view_project (view, self->point_mm, before_mm);
  rotate (view->normal, axis, angle_rad);
  rotate (view->up, axis, angle_rad);
  make_perpendicular (view->up, view->normal);
  _neg_mpr_view_project (view, self->point_mm, after_mm);
  for (guint i = 0; i < 2; i++)
    view->middle_mm[i] += after_mm[i] - before_mm[i];
}

void
neg_mpr_turn_lines (NegMpr *self, NegMprPlane plane, double angle_rad)
{
  double axis[3];

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (!isfinite (angle_rad))
    return;
  memcpy (axis, self->state.views[plane].normal, sizeof axis);
  angle_rad = fmod (angle_rad, 2 * G_PI);
  if (self->state.views[plane].mirrored)
    angle_rad = -angle_rad;
  /* A picture whose up turns to the left turns to the right, and the lines in it. */
  if (plane == NEG_MPR_OBLIQUE)
    turn_view (self, &self->state.views[plane], axis, -angle_rad);
  for (guint i = 0; plane != NEG_MPR_OBLIQUE && i < NEG_MPR_OBLIQUE; i++)
    if (i != plane)
      turn_view (self, &self->state.views[i], axis, angle_rad);
  straighten (&self->state, plane % 3);
  self->last = plane;
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

void
neg_mpr_turn_oblique (NegMpr *self, double dx_px, double dy_px)
{
  NegMprView *view;
  double right[2], down[2], own_right[3], moved[3], axis[3];

  g_return_if_fail (NEG_IS_MPR (self));

  if (!isfinite (dx_px) || !isfinite (dy_px) || (dx_px == 0 && dy_px == 0))
    return;
  view = &self->state.views[NEG_MPR_OBLIQUE];
  _neg_mpr_view_get_screen (view, right, down);
  _neg_mpr_view_get_right (view, own_right);
  for (guint i = 0; i < 3; i++)
    moved[i] = (right[0] * dx_px + down[0] * dy_px) * own_right[i] + (right[1] * dx_px + down[1] * dy_px) * view->up[i];
  /* What is in front goes with the hand, so who looks goes the other way. */
  neg_mpr_cross (view->normal, moved, axis);
  normalize (axis);
  turn_view (self, view, axis, fmod (hypot (dx_px, dy_px) * BALL_RAD_PER_PX, 2 * G_PI));
  straighten (&self->state, NEG_MPR_AXIAL);
  self->last = NEG_MPR_OBLIQUE;
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

void
neg_mpr_get_normal (NegMpr *self, NegMprPlane plane, double normal[3], double up[3])
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  memcpy (normal, self->state.views[plane].normal, 3 * sizeof *normal);
  memcpy (up, self->state.views[plane].up, 3 * sizeof *up);
}

static gboolean
lies_at_rest (NegMprPlane plane, const double normal[3], const double up[3])
{
  double off = 0;

  for (guint i = 0; i < 3; i++)
    off = MAX (off, MAX (fabs (normal[i] - rest[plane][0][i]), fabs (up[i] - rest[plane][1][i])));
  return off <= 1e-6;
}

gboolean
neg_mpr_is_turned (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  return !lies_at_rest (plane, self->state.views[plane].normal, self->state.views[plane].up);
}

NegMprPlane
neg_mpr_find_own_plane (const double normal[3], const double up[3])
{
  NegMprPlane plane = 0;

  while (plane < NEG_MPR_OBLIQUE && !lies_at_rest (plane, normal, up))
    plane++;
  return plane;
}

/* --- The point --- */

void
neg_mpr_get_point (NegMpr *self, double point_mm[3])
{
  g_return_if_fail (NEG_IS_MPR (self));

  memcpy (point_mm, self->point_mm, sizeof self->point_mm);
}

void
neg_mpr_set_point (NegMpr *self, const double point_mm[3])
{
  double before_mm[3];

  g_return_if_fail (NEG_IS_MPR (self));

  if (self->volume == NULL || !is_finite_3 (point_mm))
    return;
  memcpy (before_mm, self->point_mm, sizeof before_mm);
  memcpy (self->point_mm, point_mm, sizeof self->point_mm);
  _neg_mpr_keep_inside (self->volume, self->point_mm);
  if (memcmp (before_mm, self->point_mm, sizeof before_mm) == 0)
    return;
  _neg_mpr_follow_point (self, before_mm);
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

/* The centre of the voxel in the middle: scrolling from there hits each slice, row and column. */
static void
put_point_into_the_middle (NegMpr *self)
{
  const NegVolume *volume = self->volume;
  double voxel[3] = { volume->columns / 2 + 0.5, volume->rows / 2 + 0.5, 0 }, middle_mm[3], middle_voxel[3];

  /* Half of the way, not of the number: slices need not have the same distance. */
  neg_volume_get_middle (volume, middle_mm);
  neg_volume_to_voxel (volume, middle_mm, middle_voxel);
  voxel[2] = CLAMP (floor (middle_voxel[2]), 0, volume->n_slices - 1.0) + 0.5;
  neg_volume_to_patient (volume, voxel, self->point_mm);
}

/* --- The volume, and how it is at first --- */

static void
init_view (NegMprView *view, NegMprPlane plane)
{
  *view = (NegMprView){ .is_fitted = TRUE, .pixel_mm = 1, .fit_mm = { 1, 1 } };
  memcpy (view->normal, rest[plane][0], sizeof view->normal);
  memcpy (view->up, rest[plane][1], sizeof view->up);
}

static void
begin (NegMpr *self)
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    init_view (&self->state.views[i], i);
  self->last = NEG_MPR_AXIAL;
  if (self->volume == NULL)
    return;
  put_point_into_the_middle (self);
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    _neg_mpr_view_fit (self, &self->state.views[i]);
}

/* What shows all of it goes on doing so; what a person has chosen stays. */
static void
go_on (NegMpr *self)
{
  _neg_mpr_keep_inside (self->volume, self->point_mm);
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (self->state.views[i].is_fitted && !self->state.views[i].is_placed)
      _neg_mpr_view_fit (self, &self->state.views[i]);
}

void
neg_mpr_set_volume (NegMpr *self, NegVolume *volume)
{
  gboolean is_first;

  g_return_if_fail (NEG_IS_MPR (self));

  if (volume == self->volume)
    return;
  is_first = self->volume == NULL || volume == NULL;
  if (volume != NULL)
    neg_volume_ref (volume);
  g_clear_pointer (&self->volume, neg_volume_unref);
  self->volume = volume;
  _neg_mpr_init_steps (self);
  if (is_first) {
    _neg_mpr_clear_undo (self);
    self->first_voi = (NegVoi){ .function = NEG_VOI_LINEAR, .center = 0, .width = 1 };
    begin (self);
  } else {
    go_on (self);
  }
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

NegVolume *
neg_mpr_get_volume (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), NULL);

  return self->volume;
}

void
neg_mpr_reset (NegMpr *self)
{
  NegMprStep *step;

  g_return_if_fail (NEG_IS_MPR (self));

  step = g_queue_peek_head (&self->undo);
  if (step != NULL)
    step->moves_point = TRUE;
  begin (self);
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

/* --- Object --- */

static void
neg_mpr_finalize (GObject *object)
{
  NegMpr *self = NEG_MPR (object);

  _neg_mpr_clear_undo (self);
  g_clear_pointer (&self->volume, neg_volume_unref);
  g_free (self->steps);
  G_OBJECT_CLASS (neg_mpr_parent_class)->finalize (object);
}

static void
neg_mpr_class_init (NegMprClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_mpr_finalize;
  signal_changed = g_signal_new ("changed", NEG_TYPE_MPR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_UINT);
}

static void
neg_mpr_init (NegMpr *self)
{
  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
  self->first_voi = (NegVoi){ .function = NEG_VOI_LINEAR, .center = 0, .width = 1 };
  self->state.zoom_shared = self->state.window_shared = self->state.slab_shared = TRUE;
  begin (self);
}

NegMpr *
neg_mpr_new (void)
{
  return g_object_new (NEG_TYPE_MPR, NULL);
}
