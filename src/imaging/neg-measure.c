#include "config.h"

#include "imaging/neg-measure.h"

#include <math.h>

#include "imaging/neg-draw.h"
#include "imaging/neg-measure-region-private.h"

#define DEG_PER_RADIAN (180 / G_PI)

/* As of neg-plane: beyond these a number is a slip of the writer. */
#define SPACING_MIN_MM 1e-6
#define SPACING_MAX_MM 1e4

static gboolean
is_sane (double spacing_mm)
{
  return spacing_mm >= SPACING_MIN_MM && spacing_mm <= SPACING_MAX_MM;
}

void
neg_measure_scale_init (NegMeasureScale *scale, const NegInstance *instance, guint32 frame)
{
  double spacing_mm[2] = { 0, 0 };

  *scale = (NegMeasureScale){ .calibration = NEG_CALIBRATION_NONE, .x_step = 1, .y_step = 1 };
  if (instance->n_frame_infos > 0)
    scale->calibration = neg_calibration_get (instance, frame, spacing_mm);
  if (scale->calibration == NEG_CALIBRATION_NONE || !is_sane (spacing_mm[0]) || !is_sane (spacing_mm[1])) {
    scale->calibration = NEG_CALIBRATION_NONE;
    scale->aspect = neg_instance_get_pixel_aspect (instance, frame);
    return;
  }
  /* Row spacing, the vertical distance, comes first (10.7.1.3). */
  scale->y_step = spacing_mm[0];
  scale->x_step = spacing_mm[1];
  scale->aspect = scale->y_step / scale->x_step;
}

double
neg_measure_length (const NegMeasureScale *scale, const double line_px[4])
{
  if (!neg_points_are_valid (line_px, 2))
    return NAN;
  return hypot ((line_px[2] - line_px[0]) * scale->x_step, (line_px[3] - line_px[1]) * scale->y_step);
}

/* From one point to another, in units of the pixel's width. */
typedef struct {
  double x, y;
} Vector;

static Vector
vector_between (const NegMeasureScale *scale, const double *from_px, const double *to_px)
{
  return (Vector){ to_px[0] - from_px[0], (to_px[1] - from_px[1]) * scale->aspect };
}

static double
dot (Vector a, Vector b)
{
  return a.x * b.x + a.y * b.y;
}

static double
cross (Vector a, Vector b)
{
  return a.x * b.y - a.y * b.x;
}

static gboolean
is_zero (Vector v)
{
  return v.x == 0 && v.y == 0;
}

/* By the arc tangent: the arc cosine has no digits left near 0 and 180. */
static double
angle_between_deg (Vector a, Vector b)
{
  return is_zero (a) || is_zero (b) ? NAN : atan2 (fabs (cross (a, b)), dot (a, b)) * DEG_PER_RADIAN;
}

double
neg_measure_angle_deg (const NegMeasureScale *scale, const double points_px[6])
{
  if (!neg_points_are_valid (points_px, 3))
    return NAN;
  return angle_between_deg (vector_between (scale, points_px + 2, points_px),
                            vector_between (scale, points_px + 2, points_px + 4));
}

/* Turns @line to the right-hand side of @way; FALSE where it rather lies along it. */
static gboolean
turn_across (Vector *line, Vector way)
{
  const double tan_30_deg = 0.57735026918962576451;
  double across = cross (way, *line);

  if (!(fabs (across) > tan_30_deg * fabs (dot (way, *line))))
    return FALSE;
  if (across < 0)
    *line = (Vector){ -line->x, -line->y };
  return TRUE;
}

double
neg_measure_cobb_deg (const NegMeasureScale *scale, const double lines_px[8])
{
  const double *p = lines_px;
  const double middles_px[4] = { (p[0] + p[2]) / 2, (p[1] + p[3]) / 2, (p[4] + p[6]) / 2, (p[5] + p[7]) / 2 };
  Vector one, other, way;
  double angle_deg;

  if (!neg_points_are_valid (lines_px, 4))
    return NAN;
  one = vector_between (scale, p, p + 2);
  other = vector_between (scale, p + 4, p + 6);
  way = vector_between (scale, middles_px, middles_px + 2);
  if (turn_across (&one, way) && turn_across (&other, way))
    return angle_between_deg (one, other);
  angle_deg = angle_between_deg (one, other);
  return MIN (angle_deg, 180 - angle_deg);
}

static double
ellipse_area_px2 (const double *p)
{
  return G_PI * fabs ((p[2] - p[0]) * (p[5] - p[1]) - (p[3] - p[1]) * (p[4] - p[0]));
}

double
neg_measure_area (const NegMeasureScale *scale, const NegRegion *region, gboolean *crosses)
{
  gboolean crosses_itself = FALSE;
  double area_px2 = NAN;

  if (neg_region_is_valid (region))
    area_px2 = region->kind == NEG_REGION_ELLIPSE ? ellipse_area_px2 (region->points_px)
                                                  : _neg_polygon_area_px2 (region, &crosses_itself);
  if (crosses != NULL)
    *crosses = crosses_itself;
  return area_px2 * scale->x_step * scale->y_step;
}
