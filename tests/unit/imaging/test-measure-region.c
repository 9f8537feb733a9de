#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-measure.h"

#define SIZE 64

static const NegMeasureScale unit = { NEG_CALIBRATION_NONE, 1, 1, 1 };

/* How often each pixel was given. */
typedef struct {
  guint8 counts[SIZE][SIZE];
  guint n;
} Map;

static void
mark (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Map *map = user_data;

  g_assert_cmpuint (n_columns, >, 0);
  g_assert_cmpuint (first_column + n_columns, <=, SIZE);
  for (guint i = 0; i < n_columns; i++)
    map->counts[row][first_column + i]++;
  map->n += n_columns;
}

static void
count (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  *(guint64 *) user_data += n_columns;
}

static guint64
n_pixels (const NegRegion *region, guint32 columns, guint32 rows)
{
  guint64 n = 0;

  neg_region_foreach_span (region, columns, rows, count, &n);
  return n;
}

static guint64
n_in_rectangle (double x0, double y0, double x1, double y1)
{
  const double corners_px[] = { x0, y0, x1, y1 };
  double points_px[8];
  NegRegion region;

  neg_region_init_rectangle (&region, points_px, corners_px);
  return n_pixels (&region, SIZE, SIZE);
}

static void
test_rectangle (void)
{
  g_assert_cmpuint (n_in_rectangle (0, 0, 10, 10), ==, 100);
  g_assert_cmpuint (n_in_rectangle (10, 10, 0, 0), ==, 100);
  g_assert_cmpuint (n_in_rectangle (0.6, 0.4, 2.4, 1.6), ==, 2); /* 1.5 across; 0.5 and 1.5 down */
  g_assert_cmpuint (n_in_rectangle (3.1, 3.1, 3.4, 3.4), ==, 0);
  /* A centre on the edge or the corner belongs to it, on all sides. */
  g_assert_cmpuint (n_in_rectangle (0.5, 0.5, 2.5, 2.5), ==, 9);
  g_assert_cmpuint (n_in_rectangle (2.5, 2.5, 2.5, 2.5), ==, 0); /* no two different points: not an outline */
}

static void
test_partly_outside (void)
{
  const double corners_px[] = { -10, -10, 5, 5 };
  double points_px[8];
  NegRegion region;

  g_assert_cmpuint (n_in_rectangle (-10, -10, 5, 5), ==, 25);
  g_assert_cmpuint (n_in_rectangle (60, 62, 1000, 1e6), ==, 8);
  g_assert_cmpuint (n_in_rectangle (-20, -20, -1, -1), ==, 0);
  g_assert_cmpuint (n_in_rectangle (SIZE, 0, SIZE + 5, SIZE), ==, 0);
  g_assert_cmpuint (n_in_rectangle (-1e6, -1e6, 1e6, 1e6), ==, SIZE * SIZE);
  neg_region_init_rectangle (&region, points_px, corners_px);
  g_assert_false (neg_region_is_within (&region, SIZE, SIZE));
  g_assert_cmpfloat (neg_measure_area (&unit, &region, NULL), ==, 225);
  neg_region_init_ellipse (&region, points_px, (const double[]){ 0, 0, SIZE, SIZE });
  g_assert_true (neg_region_is_within (&region, SIZE, SIZE));
  neg_region_init_ellipse (&region, points_px, (const double[]){ 0, 0, SIZE + 0.1, SIZE });
  g_assert_false (neg_region_is_within (&region, SIZE, SIZE));
}

/* A corner that only touches a row of centres, from above and from below: (2.5, 2.5) and nothing beside it. */
static void
test_touching_corner (void)
{
  const double down_px[] = { 1, 0.9, 4, 0.9, 2.5, 2.5 }, up_px[] = { 1, 4.1, 4, 4.1, 2.5, 2.5 };
  NegRegion down = { NEG_REGION_POLYGON, 3, down_px }, up = { NEG_REGION_POLYGON, 3, up_px };
  Map map = { 0 };

  neg_region_foreach_span (&down, SIZE, SIZE, mark, &map);
  g_assert_cmpuint (map.counts[2][2], ==, 1);
  g_assert_cmpuint (map.counts[2][1] + map.counts[2][3], ==, 0);
  neg_region_foreach_span (&up, SIZE, SIZE, mark, &map);
  g_assert_cmpuint (map.counts[2][2], ==, 2);
  g_assert_cmpuint (map.counts[2][1] + map.counts[2][3], ==, 0);
}

/* The textbook's test of one point. */
static gboolean
is_in_polygon (const double *p, guint n, double x, double y)
{
  gboolean inside = FALSE;

  for (guint i = 0, j = n - 1; i < n; j = i++)
    if ((p[2 * i + 1] > y) != (p[2 * j + 1] > y)
        && x < (p[2 * j] - p[2 * i]) * (y - p[2 * i + 1]) / (p[2 * j + 1] - p[2 * i + 1]) + p[2 * i])
      inside = !inside;
  return inside;
}

/* Random outlines cross themselves as a rule. */
static void
test_polygons_by_points (void)
{
  for (guint i = 0; i < 400; i++) {
    guint n = g_test_rand_int_range (3, 20);
    double points_px[40];
    NegRegion region = { NEG_REGION_POLYGON, n, points_px };
    Map map = { 0 };

    for (guint j = 0; j < 2 * n; j++)
      points_px[j] = g_test_rand_double_range (-20, SIZE + 20);
    neg_region_foreach_span (&region, SIZE, SIZE, mark, &map);
    for (guint row = 0; row < SIZE; row++)
      for (guint column = 0; column < SIZE; column++)
        g_assert_cmpuint (map.counts[row][column], ==, is_in_polygon (points_px, n, column + 0.5, row + 0.5));
  }
}

static void
test_ellipses_by_points (void)
{
  for (guint i = 0; i < 400; i++) {
    double p[6];
    NegRegion region = { NEG_REGION_ELLIPSE, 3, p };
    double ux, uy, vx, vy, determinant;
    Map map = { 0 };

    for (guint j = 0; j < 6; j++)
      p[j] = g_test_rand_double_range (-20, SIZE + 20);
    ux = p[2] - p[0], uy = p[3] - p[1], vx = p[4] - p[0], vy = p[5] - p[1];
    determinant = ux * vy - uy * vx;
    neg_region_foreach_span (&region, SIZE, SIZE, mark, &map);
    for (guint row = 0; row < SIZE; row++)
      for (guint column = 0; column < SIZE; column++) {
        double x = column + 0.5 - p[0], y = row + 0.5 - p[1];
        double a = (x * vy - y * vx) / determinant, b = (y * ux - x * uy) / determinant;

        g_assert_cmpuint (map.counts[row][column], ==, a * a + b * b <= 1);
      }
  }
}

/* A circle of radius 5 about the centre of a pixel: 81 lattice points, 12 of them on the edge (3, 4, 5; the axes). */
static void
test_circle (void)
{
  const double corners_px[] = { 15.5, 5.5, 25.5, 15.5 };
  double points_px[6];
  NegRegion region;

  neg_region_init_ellipse (&region, points_px, corners_px);
  g_assert_cmpuint (n_pixels (&region, SIZE, SIZE), ==, 81);
  g_assert_cmpfloat_with_epsilon (neg_measure_area (&unit, &region, NULL), 25 * G_PI, 1e-12);
  points_px[4] = points_px[2];
  points_px[5] = points_px[3];
  g_assert_cmpuint (n_pixels (&region, SIZE, SIZE), ==, 0);
  g_assert_cmpfloat (neg_measure_area (&unit, &region, NULL), ==, 0);
}

/* The pixels of an ellipse come to its area, and outlines of ever more corners too. */
static void
test_convergence (void)
{
  for (double radius = 32; radius <= 2048; radius *= 2) {
    const double half = radius / 2, middle = 2500.123;
    const double points_px[] = { middle, middle, middle + radius, middle, middle, middle + half };
    NegRegion region = { NEG_REGION_ELLIPSE, 3, points_px };
    double area = neg_measure_area (&unit, &region, NULL);

    g_assert_cmpfloat_with_epsilon (area, G_PI * radius * half, 1e-6);
    g_assert_cmpfloat (fabs (n_pixels (&region, 5000, 5000) / area - 1), <, 1 / radius);
  }
  for (guint n = 3; n <= 8192; n *= 2) {
    g_autofree double *points_px = g_new (double, 2 * n);
    NegRegion region = { NEG_REGION_POLYGON, n, points_px };
    gboolean crosses;

    for (guint i = 0; i < n; i++) {
      points_px[2 * i] = 500 + 100 * cos (2 * G_PI * i / n);
      points_px[2 * i + 1] = 300 + 100 * sin (2 * G_PI * i / n);
    }
    g_assert_cmpfloat_with_epsilon (neg_measure_area (&unit, &region, &crosses),
                                    n / 2.0 * 1e4 * sin (2 * G_PI / n), 1e-7);
    g_assert_false (crosses);
  }
}

static double
area_of (const double *points_px, guint n, gboolean *crosses)
{
  NegRegion region = { NEG_REGION_POLYGON, n, points_px };

  return neg_measure_area (&unit, &region, crosses);
}

static void
test_shoelace (void)
{
  /* An L of 3 x 3 less 2 x 2, far from the corner; closed once more; a corner given three times. */
  const double far = 9e5;
  const double l_px[] = { far, far, far + 3, far, far + 3, far + 1, far + 1, far + 1, far + 1, far + 3, far, far + 3 };
  const double again_px[] = { 0, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 3, 0, 0 };
  const double level_px[] = { 0, 0, 5, 0, 9, 0 }, spike_px[] = { 0, 0, 4, 0, 4, 4, 4, -9, 4, 4, 0, 4 };
  gboolean crosses;

  g_assert_cmpfloat (area_of (l_px, 6, &crosses), ==, 5);
  g_assert_false (crosses);
  g_assert_cmpfloat (area_of (again_px, 7, &crosses), ==, 6);
  g_assert_false (crosses);
  g_assert_cmpfloat (area_of (level_px, 3, &crosses), ==, 0);
  g_assert_cmpfloat (area_of (spike_px, 6, &crosses), ==, 16);
}

/* Five points of a star about a pentagon that is outside by the even-odd rule. With outer radius 1 the inner one is
 * 1 / phi2; each point is a triangle on a side of the pentagon. */
static double
star_area (void)
{
  double inner = 1 / pow ((1 + sqrt (5)) / 2, 2), side = 2 * inner * sin (G_PI / 5);

  return 5 * side * (1 - inner * cos (G_PI / 5)) / 2;
}

static void
test_crossing (void)
{
  const double bow_tie_px[] = { 0, 0, 4, 4, 4, 0, 0, 4 };               /* two triangles of 4 */
  const double touching_px[] = { 0, 0, 2, 2, 4, 4, 4, 0, 2, 2, 0, 4 };  /* the same, with corners where it crosses */
  const double twice_px[] = { 0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 4, 0, 4, 4, 0, 4 }; /* around twice: inside of nothing */
  double star_px[10];
  gboolean crosses = FALSE;

  for (guint i = 0; i < 5; i++) {
    star_px[2 * i] = 100 * cos (4 * G_PI * i / 5);
    star_px[2 * i + 1] = 100 * sin (4 * G_PI * i / 5);
  }
  g_assert_cmpfloat_with_epsilon (area_of (bow_tie_px, 4, &crosses), 8, 1e-12);
  g_assert_true (crosses);
  g_assert_cmpfloat_with_epsilon (area_of (touching_px, 6, &crosses), 8, 1e-12);
  g_assert_true (crosses);
  g_assert_cmpfloat_with_epsilon (area_of (twice_px, 8, &crosses), 0, 1e-12);
  g_assert_true (crosses);
  g_assert_cmpfloat_with_epsilon (area_of (star_px, 5, &crosses), 1e4 * star_area (), 1e-8);
  g_assert_true (crosses);
}

/* The area and the pixels of any outline are of the same inside. */
static void
test_area_by_pixels (void)
{
  for (guint i = 0; i < 30; i++) {
    double points_px[24];
    NegRegion region = { NEG_REGION_POLYGON, 12, points_px };

    for (guint j = 0; j < 24; j++)
      points_px[j] = g_test_rand_double_range (0, 2000);
    g_assert_cmpfloat (fabs (neg_measure_area (&unit, &region, NULL) / n_pixels (&region, 2000, 2000) - 1), <, 0.003);
  }
}

/* A comb of @n points across a large image, closed along its back or right across its teeth. */
static void
check_comb (guint n, gboolean is_closed_across)
{
  g_autofree double *points_px = g_new (double, 2 * n);
  NegRegion region = { NEG_REGION_POLYGON, n, points_px };
  gboolean crosses = FALSE;
  double area;

  for (guint i = 0; i < n; i++) {
    points_px[2 * i] = i / 4.0;
    points_px[2 * i + 1] = i % 2 ? 0 : 3000;
  }
  if (!is_closed_across) {
    points_px[2 * n - 4] = n;
    points_px[2 * n - 2] = -1;
    points_px[2 * n - 3] = points_px[2 * n - 1] = 3500;
  }
  g_test_timer_start ();
  area = neg_measure_area (&unit, &region, &crosses);
  g_assert_cmpint (crosses, ==, is_closed_across);
  g_assert_cmpfloat (area, >, 1000);
  g_assert_cmpuint (n_pixels (&region, 2048, 3000), >, 1000);
  g_test_message ("%u points: %.2f s", n, g_test_timer_elapsed ());
  g_assert_cmpfloat (g_test_timer_last (), <, 20);
}

/* What means nothing ends soon. */
static void
test_bounded (void)
{
  g_autofree double *points_px = g_new (double, 2 * NEG_REGION_POINTS_MAX);
  NegRegion region = { NEG_REGION_POLYGON, NEG_REGION_POINTS_MAX, points_px };
  gboolean crosses = FALSE;

  for (guint i = 0; i < 2 * NEG_REGION_POINTS_MAX; i++)
    points_px[i] = g_test_rand_double_range (0, 4000);
  g_assert_true (isnan (neg_measure_area (&unit, &region, &crosses)));
  g_assert_true (crosses);
  check_comb (NEG_REGION_POINTS_MAX, FALSE);
  check_comb (NEG_REGION_POINTS_MAX / 2, TRUE);
}

static void
test_refused (void)
{
  double points_px[] = { 0, 0, 9, 0, 0, 9, 5, 5 };
  NegRegion ellipse = { NEG_REGION_ELLIPSE, 4, points_px }, few = { NEG_REGION_POLYGON, 2, points_px };
  NegRegion many = { NEG_REGION_POLYGON, NEG_REGION_POINTS_MAX + 1, points_px };
  NegRegion wrong = { NEG_REGION_POLYGON, 3, points_px };

  points_px[3] = NAN;
  g_assert_false (neg_region_is_valid (&ellipse));
  g_assert_false (neg_region_is_valid (&few));
  g_assert_false (neg_region_is_valid (&many));
  g_assert_false (neg_region_is_valid (&wrong));
  g_assert_cmpuint (n_pixels (&wrong, SIZE, SIZE), ==, 0);
  g_assert_cmpuint (n_pixels (&ellipse, SIZE, SIZE), ==, 0);
  g_assert_true (isnan (neg_measure_area (&unit, &few, NULL)));
  g_assert_false (neg_region_is_within (&wrong, SIZE, SIZE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure-region/rectangle", test_rectangle);
  g_test_add_func ("/measure-region/partly-outside", test_partly_outside);
  g_test_add_func ("/measure-region/touching-corner", test_touching_corner);
  g_test_add_func ("/measure-region/polygons-by-points", test_polygons_by_points);
  g_test_add_func ("/measure-region/ellipses-by-points", test_ellipses_by_points);
  g_test_add_func ("/measure-region/circle", test_circle);
  g_test_add_func ("/measure-region/convergence", test_convergence);
  g_test_add_func ("/measure-region/shoelace", test_shoelace);
  g_test_add_func ("/measure-region/crossing", test_crossing);
  g_test_add_func ("/measure-region/area-by-pixels", test_area_by_pixels);
  g_test_add_func ("/measure-region/bounded", test_bounded);
  g_test_add_func ("/measure-region/refused", test_refused);
  return g_test_run ();
}
