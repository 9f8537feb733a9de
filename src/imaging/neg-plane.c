#include "config.h"

#include "imaging/neg-plane.h"

#include <math.h>

#include "imaging/neg-geometry.h"

/* Beyond these a number is a slip of the writer, and squares of it would leave the range of a double. */
#define SPACING_MIN_MM 1e-6
#define SPACING_MAX_MM 1e4
#define POSITION_MAX_MM 1e8

#define PARALLEL_DEG 1.0

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Written so that NaN fails. */
static gboolean
is_sane (const NegFrameInfo *info)
{
  for (guint i = 0; i < 3; i++)
    if (!(fabs (info->position_mm[i]) <= POSITION_MAX_MM))
      return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!(info->spacing_mm[i] >= SPACING_MIN_MM && info->spacing_mm[i] <= SPACING_MAX_MM))
      return FALSE;
  return TRUE;
}

gboolean
neg_plane_init (NegPlane *plane, const NegInstance *instance, guint32 frame)
{
  const NegFrameInfo *info = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame) : NULL;

  *plane = (NegPlane){ .width_px = instance->columns, .height_px = instance->rows };
  if (info == NULL || !info->has_position || !info->has_orientation || !info->has_spacing || instance->rows == 0
      || instance->columns == 0 || !is_sane (info) || !neg_geometry_normal (info->orientation, plane->normal))
    return FALSE;
  for (guint i = 0; i < 3; i++) {
    /* Row spacing, the vertical distance, comes first (10.7.1.3). */
    plane->x_mm[i] = info->orientation[i] * info->spacing_mm[1];
    plane->y_mm[i] = info->orientation[i + 3] * info->spacing_mm[0];
    /* Image Position is the centre of the first pixel (C.7.6.2.1.1). */
    plane->origin_mm[i] = info->position_mm[i] - (plane->x_mm[i] + plane->y_mm[i]) / 2;
  }
  return TRUE;
}

void
neg_plane_to_patient (const NegPlane *plane, const double image_px[2], double point_mm[3])
{
  for (guint i = 0; i < 3; i++)
    point_mm[i] = plane->origin_mm[i] + plane->x_mm[i] * image_px[0] + plane->y_mm[i] * image_px[1];
}

double
neg_plane_to_image (const NegPlane *plane, const double point_mm[3], double image_px[2])
{
  double xx = dot (plane->x_mm, plane->x_mm), yy = dot (plane->y_mm, plane->y_mm);
  double xy = dot (plane->x_mm, plane->y_mm), determinant = xx * yy - xy * xy;
  double from_origin[3], along_x, along_y;

  for (guint i = 0; i < 3; i++)
    from_origin[i] = point_mm[i] - plane->origin_mm[i];
  /* Cosines are decimal text and not quite perpendicular: solved for both steps at once, or a round trip drifts. */
  along_x = dot (from_origin, plane->x_mm);
  along_y = dot (from_origin, plane->y_mm);
  image_px[0] = (along_x * yy - along_y * xy) / determinant;
  image_px[1] = (along_y * xx - along_x * xy) / determinant;
  return dot (from_origin, plane->normal);
}

/* What of start + t step, t in [range[0], range[1]], lies in the rectangle of @plane, into @range. FALSE when no more
 * than a point does. */
static gboolean
clip (const NegPlane *plane, const double start[2], const double step[2], double range[2])
{
  const double size[2] = { plane->width_px, plane->height_px };

  for (guint i = 0; i < 2; i++) {
    double one, other;

    if (step[i] == 0) {
      if (!(start[i] >= 0 && start[i] <= size[i]))
        return FALSE;
      continue;
    }
    one = -start[i] / step[i];
    other = (size[i] - start[i]) / step[i];
    range[0] = MAX (range[0], MIN (one, other));
    range[1] = MIN (range[1], MAX (one, other));
  }
  return range[0] < range[1];
}

/* The line where the endless planes meet, in image coordinates of @other. */
static gboolean
meet (const NegPlane *plane, const NegPlane *other, double start[2], double step[2])
{
  double cosine = dot (plane->normal, other->normal), between[3], x, y, distance;

  if (!(fabs (cosine) <= cos (PARALLEL_DEG * G_PI / 180)))
    return FALSE;
  for (guint i = 0; i < 3; i++)
    between[i] = other->origin_mm[i] - plane->origin_mm[i];
  /* The distance from @plane of the point (u, v) of @other is x u + y v + distance. */
  x = dot (plane->normal, other->x_mm);
  y = dot (plane->normal, other->y_mm);
  distance = dot (plane->normal, between);
  start[0] = -distance * x / (x * x + y * y);
  start[1] = -distance * y / (x * x + y * y);
  step[0] = -y;
  step[1] = x;
  return TRUE;
}

static void
go (const NegPlane *other, const double start[2], const double step[2], double t, const NegPlane *plane, double px[2])
{
  const double at[2] = { start[0] + t * step[0], start[1] + t * step[1] };
  double point_mm[3];

  neg_plane_to_patient (other, at, point_mm);
  neg_plane_to_image (plane, point_mm, px);
}

gboolean
neg_plane_intersect (const NegPlane *plane, const NegPlane *other, double from_px[2], double to_px[2])
{
  double start[2], step[2], range[2] = { -G_MAXDOUBLE, G_MAXDOUBLE };

  if (!meet (plane, other, start, step) || !clip (other, start, step, range))
    return FALSE;
  go (other, start, step, range[0], plane, from_px);
  go (other, start, step, range[1], plane, to_px);
  for (guint i = 0; i < 2; i++) {
    start[i] = from_px[i];
    step[i] = to_px[i] - from_px[i];
  }
  range[0] = 0;
  range[1] = 1;
  if (!clip (plane, start, step, range))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    from_px[i] = start[i] + range[0] * step[i];
    to_px[i] = start[i] + range[1] * step[i];
  }
  return TRUE;
}
