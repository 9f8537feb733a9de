#include "config.h"

#include "reading/neg-annotation-shape.h"

#include <math.h>
#include <string.h>

#define ELLIPSE_SIDES 64

void
neg_affine_apply (const NegAffine *affine, const double from[2], double to[2])
{
  const double *m = affine->m;
  double x = from[0], y = from[1];

  to[0] = m[0] * x + m[1] * y + m[2];
  to[1] = m[3] * x + m[4] * y + m[5];
}

gboolean
neg_affine_invert (const NegAffine *affine, NegAffine *inverse)
{
  const double *m = affine->m;
  double determinant = m[0] * m[4] - m[1] * m[3];

  if (!isfinite (determinant) || determinant == 0)
    return FALSE;
  *inverse = (NegAffine){ { m[4] / determinant, -m[1] / determinant, (m[1] * m[5] - m[4] * m[2]) / determinant,
                            -m[3] / determinant, m[0] / determinant, (m[3] * m[2] - m[0] * m[5]) / determinant } };
  return TRUE;
}

void
neg_snap_direction (const double from[2], double to[2])
{
  double dx = to[0] - from[0], dy = to[1] - from[1], length = hypot (dx, dy);
  double angle = round (atan2 (dy, dx) / (G_PI / 4)) * (G_PI / 4);

  to[0] = from[0] + length * cos (angle);
  to[1] = from[1] + length * sin (angle);
}

guint
neg_annotation_kind_get_n_points (NegAnnotationKind kind)
{
  static const guint n[NEG_ANNOTATION_N_KINDS] = {
    [NEG_ANNOTATION_LENGTH] = 2,    [NEG_ANNOTATION_ANGLE] = 3, [NEG_ANNOTATION_COBB] = 4, [NEG_ANNOTATION_ELLIPSE] = 2,
    [NEG_ANNOTATION_RECTANGLE] = 2, [NEG_ANNOTATION_ARROW] = 2, [NEG_ANNOTATION_PROBE] = 1,
  };

  return n[kind];
}

static gboolean
is_box (const NegAnnotation *annotation)
{
  return annotation->kind == NEG_ANNOTATION_ELLIPSE || annotation->kind == NEG_ANNOTATION_RECTANGLE;
}

static void
get_corners (const NegAnnotation *annotation, double corners_px[8])
{
  const double *p = annotation->points_px;
  const double corners[8] = { p[0], p[1], p[2], p[1], p[2], p[3], p[0], p[3] };

  memcpy (corners_px, corners, sizeof corners);
}

guint
neg_annotation_get_handles (const NegAnnotation *annotation, double handles_px[2 * NEG_HANDLES_MAX])
{
  if (annotation->kind == NEG_ANNOTATION_FREEHAND || annotation->n_points > NEG_HANDLES_MAX)
    return 0;
  if (is_box (annotation) && annotation->n_points == 2) {
    get_corners (annotation, handles_px);
    return 4;
  }
  memcpy (handles_px, annotation->points_px, 2 * annotation->n_points * sizeof (double));
  return annotation->n_points;
}

void
neg_annotation_move (NegAnnotation *annotation, double dx_px, double dy_px)
{
  g_autofree double *points_px = g_memdup2 (annotation->points_px, 2 * annotation->n_points * sizeof (double));

  for (guint i = 0; i < annotation->n_points; i++) {
    points_px[2 * i] += dx_px;
    points_px[2 * i + 1] += dy_px;
  }
  neg_annotation_set_points (annotation, points_px, annotation->n_points);
}

void
neg_annotation_move_handle (NegAnnotation *annotation, guint handle, const double to_px[2])
{
  double points_px[2 * NEG_HANDLES_MAX];
  guint x = handle, y = handle;

  if (annotation->n_points > NEG_HANDLES_MAX || handle >= NEG_HANDLES_MAX)
    return;
  memcpy (points_px, annotation->points_px, 2 * annotation->n_points * sizeof (double));
  if (is_box (annotation)) { /* corners 0 to 3 go round: which of the two points gives x, and which y */
    x = handle == 1 || handle == 2;
    y = handle >= 2;
  }
  points_px[2 * x] = to_px[0];
  points_px[2 * y + 1] = to_px[1];
  neg_annotation_set_points (annotation, points_px, annotation->n_points);
}

/* --- How far --- */

static double
distance_to_segment (const double point[2], const double a[2], const double b[2])
{
  double dx = b[0] - a[0], dy = b[1] - a[1], square = dx * dx + dy * dy;
  double t = square > 0 ? CLAMP (((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square, 0, 1) : 0;

  return hypot (point[0] - a[0] - t * dx, point[1] - a[1] - t * dy);
}

static double
distance_to_line (const NegAffine *to_output, const double *points_px, guint n, gboolean is_closed,
                  const double point[2])
{
  double least = INFINITY, before[2], at[2];

  neg_affine_apply (to_output, points_px + (is_closed ? 2 * (n - 1) : 0), before);
  for (guint i = 0; i < n; i++) {
    neg_affine_apply (to_output, points_px + 2 * i, at);
    least = MIN (least, distance_to_segment (point, before, at));
    before[0] = at[0];
    before[1] = at[1];
  }
  return least;
}

static double
distance_to_ellipse (const NegAffine *to_output, const double *p, const double point[2])
{
  double points_px[2 * ELLIPSE_SIDES];

  for (guint i = 0; i < ELLIPSE_SIDES; i++) {
    double angle = 2 * G_PI * i / ELLIPSE_SIDES;

    points_px[2 * i] = (p[0] + p[2]) / 2 + (p[2] - p[0]) / 2 * cos (angle);
    points_px[2 * i + 1] = (p[1] + p[3]) / 2 + (p[3] - p[1]) / 2 * sin (angle);
  }
  return distance_to_line (to_output, points_px, ELLIPSE_SIDES, TRUE, point);
}

double
neg_annotation_get_distance (const NegAnnotation *annotation, const NegAffine *output_to_image, const double point[2])
{
  const double *p = annotation->points_px;
  double corners_px[8];
  NegAffine to_output;

  if (annotation->n_points == 0 || !neg_affine_invert (output_to_image, &to_output))
    return INFINITY;
  switch (annotation->kind) {
  case NEG_ANNOTATION_COBB:
    return MIN (distance_to_line (&to_output, p, 2, FALSE, point),
                distance_to_line (&to_output, p + 4, 2, FALSE, point));
  case NEG_ANNOTATION_ELLIPSE:
    return distance_to_ellipse (&to_output, p, point);
  case NEG_ANNOTATION_RECTANGLE:
    get_corners (annotation, corners_px);
    return distance_to_line (&to_output, corners_px, 4, TRUE, point);
  case NEG_ANNOTATION_LENGTH:
  case NEG_ANNOTATION_ANGLE:
  case NEG_ANNOTATION_FREEHAND:
  case NEG_ANNOTATION_ARROW:
  case NEG_ANNOTATION_PROBE:
  case NEG_ANNOTATION_N_KINDS:
  default:
    return distance_to_line (&to_output, p, annotation->n_points, annotation->kind == NEG_ANNOTATION_FREEHAND, point);
  }
}
