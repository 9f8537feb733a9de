#include "config.h"

#include "demo/neg-demo-plane.h"

#include <math.h>
#include <string.h>

#include "demo/neg-demo-noise.h"

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void
neg_demo_plane_init (NegDemoPlane *plane, const double origin_mm[3], const double row[3], const double column[3],
                     double across_mm, double down_mm, guint columns, guint rows, float *values)
{
  memcpy (plane->origin_mm, origin_mm, sizeof plane->origin_mm);
  for (guint i = 0; i < 3; i++) {
    guint j = (i + 1) % 3, k = (i + 2) % 3;

    plane->across_mm[i] = row[i] * across_mm;
    plane->down_mm[i] = column[i] * down_mm;
    plane->normal[i] = row[j] * column[k] - row[k] * column[j];
  }
  plane->edge_mm = 1.3 * MAX (across_mm, down_mm);
  plane->columns = columns;
  plane->rows = rows;
  plane->values = values;
}

void
neg_demo_plane_clear (NegDemoPlane *plane, float value)
{
  gsize n = (gsize) plane->columns * plane->rows;

  for (gsize i = 0; i < n; i++)
    plane->values[i] = value;
}

void
neg_demo_plane_get_point (const NegDemoPlane *plane, double column, double row, double point_mm[3])
{
  for (guint i = 0; i < 3; i++)
    point_mm[i] = plane->origin_mm[i] + column * plane->across_mm[i] + row * plane->down_mm[i];
}

/* The shape as a ball of radius 1: its rows take a point there. */
typedef struct {
  double to_ball[3][3];
  double center_mm[3];
  double limit;        /* squared distance from the centre, in the ball's space, where nothing is left of it */
  double core;         /* up to which it covers wholly, in any case */
  double inner, outer; /* powers of the depth: up to which it covers wholly, from which not at all */
  double wide_mm;      /* of the edge */
  const NegDemoEllipsoid *shape;
} Ball;

static void
ball_init (Ball *ball, const NegDemoEllipsoid *shape, double edge_mm)
{
  double c = cos (shape->turn_deg * G_PI / 180), s = sin (shape->turn_deg * G_PI / 180);
  double cp = cos (shape->pitch_deg * G_PI / 180), sp = sin (shape->pitch_deg * G_PI / 180);
  const double axes[3][3] = { { c, s * cp, s * sp }, { -s, c * cp, c * sp }, { 0, -sp, cp } };
  double radius_min_mm = MIN (shape->radii_mm[0], MIN (shape->radii_mm[1], shape->radii_mm[2]));
  double margin = (edge_mm / 2 + shape->rough_mm) / radius_min_mm, inner = MAX (0, 1 - margin), outer = 1 + margin;

  ball->shape = shape;
  ball->wide_mm = edge_mm;
  /* Of the fourth power the corners stand out: there the sum of squares reaches the root of 3. */
  ball->limit = outer * outer * (shape->boxy ? sqrt (3) : 1);
  ball->core = inner * inner;
  ball->inner = shape->boxy ? inner * inner * inner * inner : inner * inner;
  ball->outer = shape->boxy ? outer * outer * outer * outer : outer * outer;
  memcpy (ball->center_mm, shape->center_mm, sizeof ball->center_mm);
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      ball->to_ball[i][j] = axes[i][j] / shape->radii_mm[i];
}

static void
to_ball (const Ball *ball, const double vector_mm[3], double result[3])
{
  for (guint i = 0; i < 3; i++)
    result[i] = dot (ball->to_ball[i], vector_mm);
}

/* The depth, squared or to the fourth. */
static inline double
power_at (const Ball *ball, const double p[3])
{
  double x = p[0] * p[0], y = p[1] * p[1], z = p[2] * p[2];

  return ball->shape->boxy ? x * x + y * y + z * z : x + y + z;
}

/* How much of the pixel is inside. The distance to the surface is the depth over the depth's own slope. */
static float
cover (const Ball *ball, const double p[3], double depth, const double point_mm[3])
{
  const NegDemoEllipsoid *shape = ball->shape;
  double slope[3] = { 0 }, length, distance_mm, covered;

  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      slope[j] += (shape->boxy ? p[i] * p[i] * p[i] : p[i]) * ball->to_ball[i][j];
  length = sqrt (dot (slope, slope)) / (shape->boxy ? depth * depth * depth : depth);
  distance_mm = (depth - 1) / length;
  if (shape->rough_mm > 0 && fabs (distance_mm) < shape->rough_mm + ball->wide_mm / 2)
    distance_mm += shape->rough_mm * neg_demo_field (point_mm, shape->rough_scale_mm, 1, shape->seed);
  covered = 0.5 - distance_mm / ball->wide_mm;
  return (float) CLAMP (covered, 0, 1);
}

/* The pixels of a row that may be inside: where a square of the column number stays below the limit. */
static gboolean
find_span (const double start[3], const double step[3], double limit, guint columns, guint *first, guint *end)
{
  double a = dot (step, step), b = dot (start, step), c = dot (start, start) - limit;
  double root = b * b - a * c, low, high;

  if (root < 0)
    return FALSE;
  root = sqrt (root);
  low = ceil ((-b - root) / a);
  high = floor ((-b + root) / a) + 1;
  if (high <= 0 || low >= columns)
    return FALSE;
  *first = low > 0 ? (guint) low : 0;
  *end = high < columns ? (guint) high : columns;
  return *first < *end;
}

typedef struct {
  NegDemoPlane *plane;
  const Ball *ball;
  float value;
  NegDemoShader shader; /* nullable: the value as it is */
  gpointer user_data;
} Brush;

static void
paint_pixel (const Brush *brush, const double p[3], guint column, guint row)
{
  float *pixel = &brush->plane->values[(gsize) row * brush->plane->columns + column];
  const Ball *ball = brush->ball;
  double power = power_at (ball, p), depth, point_mm[3];
  float covered = 1, wanted = brush->value;

  if (power >= ball->outer)
    return;
  depth = ball->shape->boxy ? sqrt (sqrt (power)) : sqrt (power);
  neg_demo_plane_get_point (brush->plane, column, row, point_mm);
  if (power > ball->inner)
    covered = cover (ball, p, depth, point_mm);
  if (covered == 0)
    return;
  if (brush->shader != NULL)
    wanted = brush->shader (point_mm, depth, *pixel, brush->user_data);
  *pixel += (wanted - *pixel) * covered;
}

static void
paint_row (const Brush *brush, guint row)
{
  NegDemoPlane *plane = brush->plane;
  float *line = plane->values + (gsize) row * plane->columns;
  double point_mm[3], start[3], step[3];
  guint first, end, core_first, core_end;

  neg_demo_plane_get_point (plane, 0, row, point_mm);
  for (guint i = 0; i < 3; i++)
    point_mm[i] -= brush->ball->center_mm[i];
  to_ball (brush->ball, point_mm, start);
  to_ball (brush->ball, plane->across_mm, step);
  if (!find_span (start, step, brush->ball->limit, plane->columns, &first, &end))
    return;
  if (brush->shader != NULL || !find_span (start, step, brush->ball->core, plane->columns, &core_first, &core_end))
    core_first = core_end = end;
  for (guint column = core_first; column < core_end; column++)
    line[column] = brush->value;
  for (guint column = first; column < end; column++) {
    double p[3];

    if (column == core_first)
      column = core_end;
    if (column >= end)
      break;
    for (guint i = 0; i < 3; i++)
      p[i] = start[i] + column * step[i];
    paint_pixel (brush, p, column, row);
  }
}

static void
paint (NegDemoPlane *plane, const NegDemoEllipsoid *shape, float value, NegDemoShader shader, gpointer user_data)
{
  Ball ball;
  const Brush brush = { plane, &ball, value, shader, user_data };

  ball_init (&ball, shape, plane->edge_mm);
  for (guint row = 0; row < plane->rows; row++)
    paint_row (&brush, row);
}

void
neg_demo_paint_ellipsoid (NegDemoPlane *plane, const NegDemoEllipsoid *shape, float value)
{
  paint (plane, shape, value, NULL, NULL);
}

void
neg_demo_shade_ellipsoid (NegDemoPlane *plane, const NegDemoEllipsoid *shape, NegDemoShader shader, gpointer user_data)
{
  paint (plane, shape, 0, shader, user_data);
}

/* The pixels around the tube; FALSE where it is not near. */
static gboolean
find_box (const NegDemoPlane *plane, const double a_mm[3], const double b_mm[3], double reach_mm, guint first[2],
          guint end[2])
{
  const double *axes_mm[2] = { plane->across_mm, plane->down_mm };
  const guint sizes[2] = { plane->columns, plane->rows };
  double a[3], b[3], above_mm, below_mm;

  for (guint i = 0; i < 3; i++) {
    a[i] = a_mm[i] - plane->origin_mm[i];
    b[i] = b_mm[i] - plane->origin_mm[i];
  }
  above_mm = dot (a, plane->normal);
  below_mm = dot (b, plane->normal);
  if (MIN (above_mm, below_mm) > reach_mm || MAX (above_mm, below_mm) < -reach_mm)
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    double square = dot (axes_mm[i], axes_mm[i]), reach = reach_mm / sqrt (square);
    double one = dot (a, axes_mm[i]) / square, other = dot (b, axes_mm[i]) / square;
    double low = floor (MIN (one, other) - reach), high = ceil (MAX (one, other) + reach) + 1;

    if (high <= 0 || low >= sizes[i])
      return FALSE;
    first[i] = low > 0 ? (guint) low : 0;
    end[i] = high < sizes[i] ? (guint) high : sizes[i];
  }
  return TRUE;
}

void
neg_demo_paint_tube (NegDemoPlane *plane, const double a_mm[3], const double b_mm[3], double a_radius_mm,
                     double b_radius_mm, float value)
{
  const double axis[3] = { b_mm[0] - a_mm[0], b_mm[1] - a_mm[1], b_mm[2] - a_mm[2] };
  double square = MAX (dot (axis, axis), 1e-9);
  guint first[2], end[2];

  if (!find_box (plane, a_mm, b_mm, MAX (a_radius_mm, b_radius_mm) + plane->edge_mm, first, end))
    return;
  for (guint row = first[1]; row < end[1]; row++)
    for (guint column = first[0]; column < end[0]; column++) {
      float *pixel = &plane->values[(gsize) row * plane->columns + column];
      double p[3], along, radius_mm, covered;

      neg_demo_plane_get_point (plane, column, row, p);
      for (guint i = 0; i < 3; i++)
        p[i] -= a_mm[i];
      along = CLAMP (dot (p, axis) / square, 0, 1);
      for (guint i = 0; i < 3; i++)
        p[i] -= along * axis[i];
      radius_mm = a_radius_mm + along * (b_radius_mm - a_radius_mm);
      covered = 0.5 - (sqrt (dot (p, p)) - radius_mm) / plane->edge_mm;
      /* Thinner than a pixel: as much of it as its width fills. */
      covered = CLAMP (covered, 0, MIN (1, 0.5 + radius_mm / plane->edge_mm));
      *pixel += (float) ((value - *pixel) * covered);
    }
}

void
neg_demo_paint_path (NegDemoPlane *plane, const double (*points_mm)[3], guint n, double first_radius_mm,
                     double last_radius_mm, float value)
{
  for (guint i = 0; i + 1 < n; i++) {
    double from = (double) i / (n - 1), to = (double) (i + 1) / (n - 1);

    neg_demo_paint_tube (plane, points_mm[i], points_mm[i + 1],
                         first_radius_mm + from * (last_radius_mm - first_radius_mm),
                         first_radius_mm + to * (last_radius_mm - first_radius_mm), value);
  }
}
