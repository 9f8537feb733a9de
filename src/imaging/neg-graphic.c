#include "config.h"

#include "imaging/neg-graphic.h"

#include <math.h>
#include <string.h>

/* More than anybody sees; and few enough for a hostile state. */
#define ARC_STEPS_MAX 360
#define SPLINE_STEPS_MAX 24
#define POINTS_MAX (1 << 20)

static gboolean
are_finite (const double *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

/* Round the middle of two half axes, closed. */
static double *
flatten_ellipse (const double middle[2], const double major[2], const double minor[2], double tolerance,
                 guint *n_points)
{
  double radius = MAX (hypot (major[0], major[1]), hypot (minor[0], minor[1]));
  double angle = radius > tolerance && tolerance > 0 ? 2 * acos (1 - tolerance / radius) : G_PI / 4;
  guint n = CLAMP (ceil (2 * G_PI / MAX (angle, 1e-6)), 8, ARC_STEPS_MAX);
  double *points = g_new (double, 2 * (n + 1));

  for (guint i = 0; i <= n; i++) {
    double cosine = cos (2 * G_PI * i / n), sine = sin (2 * G_PI * i / n);

    points[2 * i] = middle[0] + major[0] * cosine + minor[0] * sine;
    points[2 * i + 1] = middle[1] + major[1] * cosine + minor[1] * sine;
  }
  /* Closed for certain, whatever the last cosine rounds to. */
  memcpy (points + 2 * n, points, 2 * sizeof *points);
  *n_points = n + 1;
  return points;
}

static double *
flatten_circle (const double *p, double tolerance, guint *n_points)
{
  double radius = hypot (p[2] - p[0], p[3] - p[1]);

  return flatten_ellipse (p, (double[]){ radius, 0 }, (double[]){ 0, radius }, tolerance, n_points);
}

/* Ends of the major axis, then of the minor. */
static double *
flatten_axes (const double *p, double tolerance, guint *n_points)
{
  const double middle[2] = { (p[0] + p[2]) / 2, (p[1] + p[3]) / 2 };
  const double major[2] = { (p[2] - p[0]) / 2, (p[3] - p[1]) / 2 }, minor[2] = { (p[6] - p[4]) / 2, (p[7] - p[5]) / 2 };

  return flatten_ellipse (middle, major, minor, tolerance, n_points);
}

static double
spline_at (const double *before, const double *from, const double *to, const double *after, double t)
{
  return *from
         + t * 0.5 * (*to - *before
                      + t * (2 * *before - 5 * *from + 4 * *to - *after
                             + t * (3 * (*from - *to) + *after - *before)));
}

/* Through all points; where the first is the last, round without a corner. */
static double *
flatten_spline (const double *p, guint n, double tolerance, guint *n_points)
{
  gboolean is_closed = n > 2 && p[0] == p[2 * n - 2] && p[1] == p[2 * n - 1];
  guint n_steps = MIN (SPLINE_STEPS_MAX, POINTS_MAX / n), last = n - 1, k = 0;
  double *points = g_try_new (double, 2 * ((gsize) last * n_steps + 1));

  if (points == NULL)
    return NULL;
  for (guint i = 0; i < last; i++) {
    const double *from = p + 2 * i, *to = from + 2;
    const double *before = i > 0 ? from - 2 : is_closed ? p + 2 * (n - 2) : from;
    const double *after = i + 1 < last ? to + 2 : is_closed ? p + 2 : to;
    /* A spline leaves its chord by no more than a part of its length. */
    double length = hypot (to[0] - from[0], to[1] - from[1]);
    guint steps = CLAMP (tolerance > 0 ? ceil (sqrt (length / tolerance)) : n_steps, 1, n_steps);

    for (guint step = 0; step < steps; step++, k++)
      for (guint axis = 0; axis < 2; axis++)
        points[2 * k + axis] = spline_at (before + axis, from + axis, to + axis, after + axis, (double) step / steps);
  }
  memcpy (points + 2 * k, p + 2 * last, 2 * sizeof *points);
  *n_points = k + 1;
  return points;
}

double *
neg_graphic_flatten (const NegGraphic *graphic, double tolerance, guint *n_points)
{
  static const guint n_wanted[] = { [NEG_GRAPHIC_POINT] = 1, [NEG_GRAPHIC_CIRCLE] = 2, [NEG_GRAPHIC_ELLIPSE] = 4 };
  gboolean is_line = graphic->type == NEG_GRAPHIC_POLYLINE || graphic->type == NEG_GRAPHIC_INTERPOLATED;
  guint n = graphic->n_points;

  *n_points = 0;
  if ((guint) graphic->type > NEG_GRAPHIC_ELLIPSE || n > POINTS_MAX || (is_line ? n < 2 : n != n_wanted[graphic->type])
      || !are_finite (graphic->points, 2 * (gsize) n))
    return NULL;
  switch (graphic->type) {
  case NEG_GRAPHIC_INTERPOLATED:
    return flatten_spline (graphic->points, n, tolerance, n_points);
  case NEG_GRAPHIC_CIRCLE:
    return flatten_circle (graphic->points, tolerance, n_points);
  case NEG_GRAPHIC_ELLIPSE:
    return flatten_axes (graphic->points, tolerance, n_points);
  case NEG_GRAPHIC_POINT:
  case NEG_GRAPHIC_POLYLINE:
  default:
    *n_points = n;
    return g_memdup2 (graphic->points, 2 * (gsize) n * sizeof *graphic->points);
  }
}

/* The inverse of CIE's f. */
static double
uncompress (double value)
{
  return value > 6.0 / 29 ? value * value * value : 3 * 36.0 / 841 * (value - 4.0 / 29);
}

static guint8
encode_srgb (double linear)
{
  double encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow (linear, 1 / 2.4) - 0.055;

  return CLAMP (encoded, 0, 1) * 255 + 0.5;
}

void
neg_lab_to_rgb (const double lab[3], guint8 rgb[3])
{
  /* XYZ of D50 to linear sRGB, the adaptation to D65 (Bradford) in it. */
  static const double matrix[3][3] = { { 3.1338561, -1.6168667, -0.4906146 },
                                       { -0.9787684, 1.9161415, 0.0334540 },
                                       { 0.0719453, -0.2289914, 1.4052427 } };
  double middle = (lab[0] + 16) / 116;
  const double xyz[3] = { 0.96422 * uncompress (middle + lab[1] / 500), uncompress (middle),
                          0.82521 * uncompress (middle - lab[2] / 200) };

  for (guint i = 0; i < 3; i++) {
    double linear = matrix[i][0] * xyz[0] + matrix[i][1] * xyz[1] + matrix[i][2] * xyz[2];

    rgb[i] = isfinite (linear) ? encode_srgb (linear) : 0;
  }
}
