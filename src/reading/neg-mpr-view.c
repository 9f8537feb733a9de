/* How the planes are looked at: zoom and place, and what is drawn of them. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-mpr-private.h"
#include "reading/neg-view-state.h"

/* The point is never nearer to the edge than this part of the viewport after the view has gone after it. */
#define FOLLOW_MARGIN 0.1

/* What is measured on: enough for a volume of half a metre at an eighth of a millimetre. */
#define MEASURING_SIDE_MAX 4096

/* Planes closer than this to each other have no line. */
#define PARALLEL_DEG 1.0

#define TRUE_SIZE_PIXEL_MAX_MM 1e4

/* --- Directions and places --- */

void
_neg_mpr_view_get_right (const NegMprView *view, double right[3])
{
  neg_mpr_cross (view->normal, view->up, right);
}

void
_neg_mpr_view_project (const NegMprView *view, const double point_mm[3], double place_mm[2])
{
  double right[3];

  _neg_mpr_view_get_right (view, right);
  place_mm[0] = neg_mpr_dot (right, point_mm);
  place_mm[1] = neg_mpr_dot (view->up, point_mm);
}

void
_neg_mpr_view_get_screen (const NegMprView *view, double right[2], double down[2])
{
  double from[2];

  right[0] = view->mirrored ? -1 : 1;
  right[1] = down[0] = 0;
  down[1] = -1;
  /* A quarter clockwise: what was up is to the right, what was to the right is below. */
  for (guint i = 0; i < (view->turns & 3); i++) {
    memcpy (from, right, sizeof from);
    right[0] = -down[0];
    right[1] = -down[1];
    memcpy (down, from, sizeof from);
  }
}

/* @place_mm += x, y output pixels */
static void
move_place (const NegMprView *view, double place_mm[2], double x, double y, double pixel_mm)
{
  double right[2], down[2];

  _neg_mpr_view_get_screen (view, right, down);
  for (guint i = 0; i < 2; i++)
    place_mm[i] += (right[i] * x + down[i] * y) * pixel_mm;
}

/* Of the volume along the right and along up. */
static void
get_extents (const NegMpr *self, const NegMprView *view, double low_mm[2], double high_mm[2])
{
  static const double patient_origin_mm[3] = { 0, 0, 0 };
  double right[3];

  _neg_mpr_view_get_right (view, right);
  neg_volume_get_extent (self->volume, patient_origin_mm, right, &low_mm[0], &high_mm[0]);
  neg_volume_get_extent (self->volume, patient_origin_mm, view->up, &low_mm[1], &high_mm[1]);
}

/* --- Zoom --- */

void
_neg_mpr_view_fit (NegMpr *self, NegMprView *view)
{
  double low_mm[2], high_mm[2];

  get_extents (self, view, low_mm, high_mm);
  for (guint i = 0; i < 2; i++) {
    view->middle_mm[i] = (low_mm[i] + high_mm[i]) / 2;
    view->fit_mm[i] = high_mm[i] - low_mm[i];
  }
  view->is_fitted = TRUE;
  view->is_placed = FALSE;
}

static double
get_own_fit_mm (const NegMprView *view, guint width, guint height)
{
  gboolean lies = view->turns & 1;

  return MAX (view->fit_mm[lies ? 1 : 0] / width, view->fit_mm[lies ? 0 : 1] / height);
}

/* Where all have one zoom, the plane that needs most decides for all. */
static double
get_fit_mm (const NegMpr *self, const NegMprView *view, guint width, guint height)
{
  double pixel_mm = get_own_fit_mm (view, width, height);

  for (guint i = 0; self->state.zoom_shared && i < NEG_MPR_N_PLANES; i++)
    pixel_mm = MAX (pixel_mm, get_own_fit_mm (&self->state.views[i], width, height));
  return pixel_mm;
}

static double
get_pixel_mm (const NegMpr *self, const NegMprView *view, guint width, guint height)
{
  return view->is_fitted ? get_fit_mm (self, view, width, height) : view->pixel_mm;
}

static guint
bit (NegMprPlane plane, gboolean shared)
{
  return shared ? NEG_MPR_ALL_PLANES : 1u << plane;
}

static void
set_pixel_mm (NegMpr *self, NegMprPlane plane, double pixel_mm)
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (i == plane || self->state.zoom_shared) {
      self->state.views[i].is_fitted = FALSE;
      self->state.views[i].pixel_mm = pixel_mm;
    }
  self->last = plane;
}

/* Some of the volume stays in the middle of the viewport. */
static void
keep_in_sight (NegMpr *self, NegMprView *view)
{
  double low_mm[2], high_mm[2];

  get_extents (self, view, low_mm, high_mm);
  for (guint i = 0; i < 2; i++)
    view->middle_mm[i] = CLAMP (view->middle_mm[i], low_mm[i], high_mm[i]);
}

void
neg_mpr_zoom_at (NegMpr *self, NegMprPlane plane, guint width, guint height, double x, double y, double factor)
{
  NegMprView *view;
  double before_mm, after_mm, fit_mm;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL || width == 0 || height == 0 || !isfinite (x) || !isfinite (y) || !(factor > 0)
      || !isfinite (factor))
    return;
  view = &self->state.views[plane];
  before_mm = get_pixel_mm (self, view, width, height);
  fit_mm = get_fit_mm (self, view, width, height);
  after_mm = before_mm / factor;
  /* True size may lie beyond the limits: then one can only go back. */
  after_mm = MIN (after_mm, MAX (before_mm, fit_mm / NEG_ZOOM_MIN));
  after_mm = MAX (after_mm, MIN (before_mm, neg_volume_get_finest_mm (self->volume) / NEG_MAGNIFICATION_MAX));
  move_place (view, view->middle_mm, x - width / 2.0, y - height / 2.0, before_mm - after_mm);
  keep_in_sight (self, view);
  view->is_placed = TRUE;
  set_pixel_mm (self, plane, after_mm);
  _neg_mpr_emit (self, bit (plane, self->state.zoom_shared));
}

void
neg_mpr_pan (NegMpr *self, NegMprPlane plane, guint width, guint height, double dx, double dy)
{
  NegMprView *view;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL || width == 0 || height == 0 || !isfinite (dx) || !isfinite (dy))
    return;
  view = &self->state.views[plane];
  move_place (view, view->middle_mm, -dx, -dy, get_pixel_mm (self, view, width, height));
  keep_in_sight (self, view);
  view->is_placed = TRUE;
  self->last = plane;
  _neg_mpr_emit (self, 1u << plane);
}

void
neg_mpr_fit (NegMpr *self, NegMprPlane plane)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL)
    return;
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    if (i == plane || self->state.zoom_shared)
      _neg_mpr_view_fit (self, &self->state.views[i]);
  self->last = plane;
  _neg_mpr_emit (self, bit (plane, self->state.zoom_shared));
}

void
neg_mpr_set_true_pixels (NegMpr *self, NegMprPlane plane, guint width, guint height)
{
  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  if (self->volume == NULL || width == 0 || height == 0)
    return;
  set_pixel_mm (self, plane, neg_volume_get_finest_mm (self->volume));
  _neg_mpr_emit (self, bit (plane, self->state.zoom_shared));
}

gboolean
neg_mpr_set_true_size (NegMpr *self, NegMprPlane plane, guint width, guint height, double glass_mm)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  /* Written so that NaN fails. */
  if (self->volume == NULL || width == 0 || height == 0 || !(glass_mm > 0 && glass_mm < TRUE_SIZE_PIXEL_MAX_MM))
    return FALSE;
  set_pixel_mm (self, plane, glass_mm);
  _neg_mpr_emit (self, bit (plane, self->state.zoom_shared));
  return TRUE;
}

void
neg_mpr_set_zoom_shared (NegMpr *self, gboolean shared)
{
  const NegMprView *last;

  g_return_if_fail (NEG_IS_MPR (self));

  if (shared == self->state.zoom_shared)
    return;
  self->state.zoom_shared = shared;
  last = &self->state.views[self->last];
  for (guint i = 0; shared && i < NEG_MPR_N_PLANES; i++) {
    self->state.views[i].is_fitted = last->is_fitted;
    self->state.views[i].pixel_mm = last->pixel_mm;
  }
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
}

gboolean
neg_mpr_is_zoom_shared (NegMpr *self)
{
  return self->state.zoom_shared;
}

void
neg_mpr_rotate_view (NegMpr *self, NegMprPlane plane, int n_quarters)
{
  NegMprView *view;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  view = &self->state.views[plane];
  view->turns = (view->turns + (guint) (n_quarters & 3)) & 3;
  self->last = plane;
  _neg_mpr_emit (self, 1u << plane);
}

void
neg_mpr_flip_view (NegMpr *self, NegMprPlane plane, gboolean vertically)
{
  NegMprView *view;

  g_return_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES);

  /* As neg_view_state_flip_horizontally(): the mirror comes before the turn. */
  view = &self->state.views[plane];
  view->mirrored = !view->mirrored;
  view->turns = (4 - view->turns + (vertically ? 2 : 0)) & 3;
  self->last = plane;
  _neg_mpr_emit (self, 1u << plane);
}

gboolean
neg_mpr_is_mirrored (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  return self->state.views[plane].mirrored;
}

/* --- The point on the screen --- */

/* Into @at, from the margin on, what lies outside; how far it was moved. */
static double
come_inside (double at, double size)
{
  if (at >= 0 && at <= size)
    return 0;
  return CLAMP (at, size * FOLLOW_MARGIN, size * (1 - FOLLOW_MARGIN)) - at;
}

static void
follow (NegMpr *self, NegMprPlane plane, const double before_mm[3])
{
  NegMprView *view = &self->state.views[plane];
  guint width = self->sizes_px[plane][0], height = self->sizes_px[plane][1];
  double now_mm[2], then_mm[2], right[2], down[2], pixel_mm, x, y;

  _neg_mpr_view_project (view, self->point_mm, now_mm);
  _neg_mpr_view_project (view, before_mm, then_mm);
  if (width == 0 || height == 0 || hypot (now_mm[0] - then_mm[0], now_mm[1] - then_mm[1]) < 1e-6)
    return;
  pixel_mm = get_pixel_mm (self, view, width, height);
  _neg_mpr_view_get_screen (view, right, down);
  for (guint i = 0; i < 2; i++)
    now_mm[i] -= view->middle_mm[i];
  x = width / 2.0 + (right[0] * now_mm[0] + right[1] * now_mm[1]) / pixel_mm;
  y = height / 2.0 + (down[0] * now_mm[0] + down[1] * now_mm[1]) / pixel_mm;
  move_place (view, view->middle_mm, -come_inside (x, width), -come_inside (y, height), pixel_mm);
}

void
_neg_mpr_follow_point (NegMpr *self, const double before_mm[3])
{
  for (guint i = 0; i < NEG_MPR_N_PLANES; i++)
    follow (self, i, before_mm);
}

/* --- What is drawn --- */

/* The outer corner of the first pixel onto one of the voxels', where pixels are as large: the picture is as sharp as the
 * voxels, not moved by a part of one. */
static void
snap (const NegMpr *self, const NegMprView *view, double corner_mm[2], double pixel_mm)
{
  double low_mm[2], high_mm[2];

  if (fabs (pixel_mm / neg_volume_get_finest_mm (self->volume) - 1) > 1e-9)
    return;
  get_extents (self, view, low_mm, high_mm);
  for (guint i = 0; i < 2; i++)
    corner_mm[i] = low_mm[i] + round ((corner_mm[i] - low_mm[i]) / pixel_mm) * pixel_mm;
}

/* @corner_mm: of the output point 0, 0, along the right and along up; the directions of output x and y likewise. */
static void
init_reformat (const NegMpr *self, const NegMprView *view, const double corner_mm[2], const double x[2],
               const double y[2], double pixel_mm, NegReformat *reformat)
{
  double right[3], depth_mm = neg_mpr_dot (self->point_mm, view->normal);

  _neg_mpr_view_get_right (view, right);
  *reformat = (NegReformat){ .n_samples = 1,
                             .projection = view->projection,
                             .interpolation = NEG_INTERPOLATION_LINEAR };
  for (guint i = 0; i < 3; i++) {
    reformat->origin_mm[i] = right[i] * corner_mm[0] + view->up[i] * corner_mm[1] + view->normal[i] * depth_mm;
    reformat->x_mm[i] = (right[i] * x[0] + view->up[i] * x[1]) * pixel_mm;
    reformat->y_mm[i] = (right[i] * y[0] + view->up[i] * y[1]) * pixel_mm;
  }
  if (view->slab_mm > 0)
    neg_reformat_set_slab (reformat, self->volume, view->slab_mm, view->projection);
}

gboolean
neg_mpr_get_reformat (NegMpr *self, NegMprPlane plane, guint width, guint height, NegReformat *reformat)
{
  double right[2], down[2], corner_mm[2], pixel_mm;
  const NegMprView *view;

  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  if (self->volume == NULL || width == 0 || height == 0)
    return FALSE;
  self->sizes_px[plane][0] = width;
  self->sizes_px[plane][1] = height;
  view = &self->state.views[plane];
  pixel_mm = get_pixel_mm (self, view, width, height);
  _neg_mpr_view_get_screen (view, right, down);
  memcpy (corner_mm, view->middle_mm, sizeof corner_mm);
  move_place (view, corner_mm, -(width / 2.0), -(height / 2.0), pixel_mm);
  snap (self, view, corner_mm, pixel_mm);
  init_reformat (self, view, corner_mm, right, down, pixel_mm, reformat);
  return TRUE;
}

gboolean
neg_mpr_get_measuring (NegMpr *self, NegMprPlane plane, NegReformat *reformat, guint *width, guint *height)
{
  static const double right[2] = { 1, 0 }, down[2] = { 0, -1 };
  double low_mm[2], high_mm[2], corner_mm[2], pixel_mm;
  const NegMprView *view;

  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, FALSE);

  if (self->volume == NULL)
    return FALSE;
  view = &self->state.views[plane];
  get_extents (self, view, low_mm, high_mm);
  pixel_mm = neg_volume_get_finest_mm (self->volume);
  pixel_mm = MAX (pixel_mm, MAX (high_mm[0] - low_mm[0], high_mm[1] - low_mm[1]) / MEASURING_SIDE_MAX);
  corner_mm[0] = low_mm[0];
  corner_mm[1] = high_mm[1];
  init_reformat (self, view, corner_mm, right, down, pixel_mm, reformat);
  /* A remainder by rounding is no pixel. */
  *width = (guint) CLAMP (ceil ((high_mm[0] - low_mm[0]) / pixel_mm - 1e-6), 1, MEASURING_SIDE_MAX);
  *height = (guint) CLAMP (ceil ((high_mm[1] - low_mm[1]) / pixel_mm - 1e-6), 1, MEASURING_SIDE_MAX);
  return TRUE;
}

gboolean
neg_mpr_get_line (NegMpr *self, NegMprPlane plane, NegMprPlane other, guint width, guint height,
                  double through_px[2], double direction[2], double *half_slab_px)
{
  const double *normal, *other_normal;
  double line[3], from_corner_mm[3], sine, pixel_mm;
  NegReformat shown;

  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES && other < NEG_MPR_N_PLANES, FALSE);

  normal = self->state.views[plane].normal;
  other_normal = self->state.views[other].normal;
  neg_mpr_cross (normal, other_normal, line);
  sine = sqrt (neg_mpr_dot (line, line));
  if (sine < sin (PARALLEL_DEG * G_PI / 180) || !neg_mpr_get_reformat (self, plane, width, height, &shown))
    return FALSE;
  pixel_mm = sqrt (neg_mpr_dot (shown.x_mm, shown.x_mm));
  for (guint i = 0; i < 3; i++)
    from_corner_mm[i] = self->point_mm[i] - shown.origin_mm[i];
  through_px[0] = neg_mpr_dot (from_corner_mm, shown.x_mm) / (pixel_mm * pixel_mm);
  through_px[1] = neg_mpr_dot (from_corner_mm, shown.y_mm) / (pixel_mm * pixel_mm);
  direction[0] = neg_mpr_dot (line, shown.x_mm) / (pixel_mm * sine);
  direction[1] = neg_mpr_dot (line, shown.y_mm) / (pixel_mm * sine);
  /* What is cut at an angle is wider there. */
  *half_slab_px = self->state.views[other].slab_mm / 2 / sine / pixel_mm;
  return TRUE;
}
