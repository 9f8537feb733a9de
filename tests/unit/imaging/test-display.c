/* The GSDF there and back, the curve of a display, how well a display conforms (imaging-correctness B; PS3.14). */
#include "config.h"

#include <math.h>

#include "base/neg-error.h"
#include "imaging/neg-display.h"

static void
assert_near (double value, double expected, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (value, expected, tolerance);
}

/* The standard's own inverse is up to 0.1 % off (B); ours comes back to the same place. */
static void
test_exact_inverse (void)
{
  double greatest = 0;

  for (double jnd = NEG_JND_MIN; jnd <= NEG_JND_MAX; jnd += 0.25)
    greatest = MAX (greatest, fabs (neg_gsdf_get_jnd (neg_gsdf_get_luminance (jnd)) - jnd));
  g_assert_cmpfloat (greatest, <, 1e-9);
}

static void
test_limits (void)
{
  double last = neg_gsdf_get_luminance (NEG_JND_MAX);

  g_assert_cmpfloat (neg_gsdf_get_luminance (0), ==, neg_gsdf_get_luminance (1));
  g_assert_cmpfloat (neg_gsdf_get_luminance (NAN), ==, neg_gsdf_get_luminance (1));
  g_assert_cmpfloat (neg_gsdf_get_luminance (5000), ==, last);
  g_assert_cmpfloat (neg_gsdf_get_jnd (0), ==, NEG_JND_MIN);
  g_assert_cmpfloat (neg_gsdf_get_jnd (NAN), ==, NEG_JND_MIN);
  g_assert_cmpfloat (neg_gsdf_get_jnd (1e9), ==, NEG_JND_MAX);
  g_assert_true (isfinite (neg_gsdf_get_jnd_approximate (0)));
  g_assert_true (isfinite (neg_gsdf_get_jnd_approximate (INFINITY)));
}

/* A display that the standard would be proud of, from 1 to 350 cd/m2, in @n levels. */
static NegLuminanceTable *
perfect_new (guint n, double ambient)
{
  NegLuminanceTable *table = g_new0 (NegLuminanceTable, 1);
  double first = neg_gsdf_get_jnd (1 + ambient), last = neg_gsdf_get_jnd (350 + ambient);

  table->n = n;
  table->ambient = ambient;
  table->levels = g_new (double, n);
  table->luminances = g_new (double, n);
  for (guint i = 0; i < n; i++) {
    table->levels[i] = (double) i / (n - 1);
    table->luminances[i] = neg_gsdf_get_luminance (first + (last - first) * table->levels[i]) - ambient;
  }
  return table;
}

/* An ordinary monitor: Lmin + (Lmax - Lmin) level ^ 2.2. */
static NegLuminanceTable *
gamma_new (guint n, double minimum, double maximum)
{
  NegLuminanceTable *table = perfect_new (n, 0.1);

  for (guint i = 0; i < n; i++)
    table->luminances[i] = minimum + (maximum - minimum) * pow (table->levels[i], 2.2);
  return table;
}

static void
test_perfect_display (void)
{
  g_autoptr (NegLuminanceTable) table = perfect_new (256, 0.3);
  g_autoptr (GError) error = NULL;
  NegDisplayCurve curve;
  NegConformance conformance;

  g_assert_true (neg_display_curve_init (&curve, table, &error));
  g_assert_no_error (error);
  for (guint i = 0; i <= 1000; i++)
    assert_near (neg_display_curve_apply (&curve, i / 1000.0), i / 1000.0, 1e-5);
  neg_conformance_init (&conformance, table, NULL, 17);
  g_assert_cmpfloat (conformance.greatest_error, <, 1e-6);
  g_assert_cmpfloat (conformance.jnd_sd, <, 1e-6);
  /* (j(350.3) - j(1.3)) / 17 by the standard's inverse: (653.24 - 82.73) / 17 */
  assert_near (conformance.jnd_mean, 33.56, 0.05);
  assert_near (conformance.luminance_min, 1.3, 1e-9);
  assert_near (conformance.luminance_max, 350.3, 1e-9);
  assert_near (conformance.ratio, 350.3 / 1.3, 1e-9);
  neg_conformance_clear (&conformance);
}

/* What the glass of a display with @table gives for P = @p, by the display's own formula and not by our response. */
static double
gamma_through (const NegDisplayCurve *curve, double minimum, double maximum, double p)
{
  return minimum + (maximum - minimum) * pow (neg_display_curve_apply (curve, p), 2.2) + 0.1;
}

/* 18 points are measured in practice (TG18-LN): what lies between them has to come out right as well. */
static void
test_gamma_display (void)
{
  g_autoptr (NegLuminanceTable) table = gamma_new (18, 0.5, 400);
  double first = neg_gsdf_get_jnd (0.6), last = neg_gsdf_get_jnd (400.1), worst = 0;
  NegDisplayCurve curve;
  NegConformance bare, corrected;

  g_assert_true (neg_display_curve_init (&curve, table, NULL));
  for (guint i = 0; i <= 255; i++) {
    double jnd = neg_gsdf_get_jnd (gamma_through (&curve, 0.5, 400, i / 255.0));

    worst = MAX (worst, fabs (jnd - (first + (last - first) * i / 255)));
  }
  g_test_message ("worst %f JND", worst);
  g_assert_cmpfloat (worst, <, 8);
  neg_conformance_init (&bare, table, NULL, 17);
  neg_conformance_init (&corrected, table, &curve, 17);
  g_assert_cmpfloat (bare.greatest_error, >, 0.2);
  g_assert_cmpfloat (corrected.greatest_error, <, 0.01);
  g_assert_cmpfloat (bare.jnd_sd, >, 5);
  g_assert_cmpfloat (corrected.jnd_sd, <, 0.1);
  assert_near (bare.jnd_mean, corrected.jnd_mean, 1e-6);
  neg_conformance_clear (&bare);
  neg_conformance_clear (&corrected);
}

/* By hand: levels 0, 1/2, 1 of 10, 30 and 100 cd/m2. Contrasts 2 * 20 / 40 = 1 and 2 * 70 / 130 = 1.0769. In between
 * the standard has j = (j(10) + j(100)) / 2 = (216.87 + 476.36) / 2 = 346.62, L = 35.52; so 2 * 25.52 / 45.52 = 1.1212
 * and 2 * 64.48 / 135.52 = 0.9517: errors 1 / 1.1212 - 1 = -0.1081 and 1.0769 / 0.9517 - 1 = 0.1316. */
static void
test_errors_by_hand (void)
{
  double levels[] = { 0, 0.5, 1 }, luminances[] = { 10, 30, 100 };
  NegLuminanceTable table = { .n = 3, .levels = levels, .luminances = luminances };
  NegConformance conformance;

  neg_conformance_init (&conformance, &table, NULL, 2);
  assert_near (conformance.contrast_errors[0], -0.1081, 0.001);
  assert_near (conformance.contrast_errors[1], 0.1316, 0.001);
  assert_near (conformance.greatest_error, 0.1316, 0.001);
  /* j(30) = 327.32: steps of 110.45 and 149.04, mean 129.75, SD 38.59 / sqrt (2) = 27.29 */
  assert_near (conformance.jnd_mean, 129.75, 0.1);
  assert_near (conformance.jnd_sd, 27.29, 0.1);
  neg_conformance_clear (&conformance);
}

/* Flat parts, below and above what the standard knows: the curve rises, from 0 to 1. */
static void
test_strange_displays (void)
{
  double levels[] = { 0, 0.25, 0.5, 0.75, 1 };
  double luminances[][5] = { { 0, 0, 0.01, 50, 100 }, { 1, 1, 1, 1, 9000 }, { 0, 0, 0, 0, 99999 }, { 1, 50, 50, 50, 90 } };

  for (guint i = 0; i < G_N_ELEMENTS (luminances); i++) {
    NegLuminanceTable table = { .n = 5, .levels = levels, .luminances = luminances[i] };
    NegDisplayCurve curve;
    NegConformance conformance;

    g_assert_true (neg_display_curve_init (&curve, &table, NULL));
    for (guint k = 1; k <= NEG_CURVE_STEPS; k++)
      g_assert_cmpfloat (curve.levels[k], >=, curve.levels[k - 1]);
    g_assert_cmpfloat (neg_display_curve_apply (&curve, 0), ==, 0);
    g_assert_cmpfloat (neg_display_curve_apply (&curve, 1), ==, 1);
    g_assert_cmpfloat (neg_display_curve_apply (&curve, NAN), ==, 0);
    g_assert_cmpfloat (neg_display_curve_apply (&curve, 7), ==, 1);
    neg_conformance_init (&conformance, &table, &curve, 17);
    for (guint k = 1; k <= 17; k++)
      g_assert_cmpfloat (conformance.luminances[k], >=, conformance.luminances[k - 1]);
    neg_conformance_clear (&conformance);
  }
}

static void
test_refused (void)
{
  double levels[] = { 0, 0.5, 1 }, backwards[] = { 0, 1, 0.5 }, late[] = { 0.1, 0.5, 1 };
  double good[] = { 1, 30, 100 }, falling[] = { 1, 30, 20 }, flat[] = { 5, 5, 5 }, unknown[] = { 1, NAN, 100 };
  NegLuminanceTable tables[] = {
    { .n = 3, .levels = levels, .luminances = falling },   { .n = 3, .levels = levels, .luminances = flat },
    { .n = 3, .levels = backwards, .luminances = good },   { .n = 3, .levels = late, .luminances = good },
    { .n = 1, .levels = levels, .luminances = good },      { .n = 0 },
    { .n = 3, .levels = levels, .luminances = unknown },
    { .n = 3, .levels = levels, .luminances = good, .ambient = NAN },
    { .n = 3, .levels = levels, .luminances = good, .ambient = -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++) {
    g_autoptr (GError) error = NULL;
    NegDisplayCurve curve;

    g_assert_false (neg_display_curve_init (&curve, &tables[i], &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/display/exact-inverse", test_exact_inverse);
  g_test_add_func ("/display/limits", test_limits);
  g_test_add_func ("/display/perfect", test_perfect_display);
  g_test_add_func ("/display/gamma", test_gamma_display);
  g_test_add_func ("/display/errors-by-hand", test_errors_by_hand);
  g_test_add_func ("/display/strange", test_strange_displays);
  g_test_add_func ("/display/refused", test_refused);
  return g_test_run ();
}
