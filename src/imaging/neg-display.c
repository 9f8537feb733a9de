#include "config.h"

#include "imaging/neg-display.h"

#include <math.h>

#include "base/neg-error.h"
#include "imaging/neg-display-private.h"

#define CONTRAST_MIN_JND 1.0 /* a display that shows less than one just noticeable difference shows nothing */

gboolean
neg_display_curve_init (NegDisplayCurve *curve, const NegLuminanceTable *table, GError **error)
{
  g_auto (NegResponse) response = { 0 };
  double first, last;

  if (!neg_luminance_table_check (table, error))
    return FALSE;
  neg_response_init (&response, table);
  first = response.jnds[0];
  last = response.jnds[table->n - 1];
  if (last - first < CONTRAST_MIN_JND)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "there is no contrast between the darkest and the brightest");
  for (guint i = 0; i <= NEG_CURVE_STEPS; i++) /* PS3.14 7.1: equal steps of P are equal steps of JND */
    curve->levels[i] = neg_response_find_level (&response, first + (last - first) * i / NEG_CURVE_STEPS);
  curve->levels[0] = 0;
  curve->levels[NEG_CURVE_STEPS] = 1;
  return TRUE;
}

float
neg_display_curve_apply (const NegDisplayCurve *curve, float p)
{
  float place = p > 0 ? MIN (p, 1.0f) * NEG_CURVE_STEPS : 0; /* NaN is black */
  guint step = MIN ((guint) place, NEG_CURVE_STEPS - 1);

  return curve->levels[step] + (place - step) * (curve->levels[step + 1] - curve->levels[step]);
}

/* Relative difference of luminances about their mean: the contrast of AAPM TG18 4.3. */
static double
get_contrast (double darker, double brighter)
{
  double sum = brighter + darker;

  return sum > 0 ? 2 * (brighter - darker) / sum : 0;
}

/* A step's contrast beside the one that the standard gives between the same two P-values. */
static double
get_contrast_error (const NegConformance *conformance, guint step)
{
  double first = conformance->jnds[0], range = conformance->jnds[conformance->n_steps] - first;
  double wanted = get_contrast (neg_gsdf_get_luminance (first + range * step / conformance->n_steps),
                                neg_gsdf_get_luminance (first + range * (step + 1) / conformance->n_steps));
  double reached = get_contrast (conformance->luminances[step], conformance->luminances[step + 1]);

  if (wanted > 0)
    return reached / wanted - 1;
  return reached > 0 ? INFINITY : 0;
}

static void
add_up_steps (NegConformance *conformance)
{
  guint n = conformance->n_steps;
  double squares = 0;

  conformance->jnd_mean = (conformance->jnds[n] - conformance->jnds[0]) / n;
  for (guint i = 0; i < n; i++) {
    double difference = conformance->jnds[i + 1] - conformance->jnds[i] - conformance->jnd_mean;

    squares += difference * difference;
    conformance->contrast_errors[i] = get_contrast_error (conformance, i);
    conformance->greatest_error = MAX (conformance->greatest_error, fabs (conformance->contrast_errors[i]));
  }
  conformance->jnd_sd = n > 1 ? sqrt (squares / (n - 1)) : 0;
}

void
neg_conformance_init (NegConformance *conformance, const NegLuminanceTable *table, const NegDisplayCurve *curve,
                      guint n_steps)
{
  g_auto (NegResponse) response = { 0 };

  g_return_if_fail (n_steps > 0);

  *conformance = (NegConformance){ .n_steps = n_steps };
  conformance->jnds = g_new0 (double, n_steps + 1);
  conformance->luminances = g_new0 (double, n_steps + 1);
  conformance->contrast_errors = g_new0 (double, n_steps);
  g_return_if_fail (neg_luminance_table_check (table, NULL));

  neg_response_init (&response, table);
  for (guint i = 0; i <= n_steps; i++) {
    double p = (double) i / n_steps, level = curve != NULL ? neg_display_curve_apply (curve, p) : p;

    conformance->jnds[i] = neg_response_get_jnd (&response, level);
    conformance->luminances[i] = neg_response_get_luminance (&response, level);
  }
  conformance->luminance_min = conformance->luminances[0];
  conformance->luminance_max = conformance->luminances[n_steps];
  conformance->ratio
      = conformance->luminance_min > 0 ? conformance->luminance_max / conformance->luminance_min : INFINITY;
  add_up_steps (conformance);
}

void
neg_conformance_clear (NegConformance *conformance)
{
  g_clear_pointer (&conformance->jnds, g_free);
  g_clear_pointer (&conformance->luminances, g_free);
  g_clear_pointer (&conformance->contrast_errors, g_free);
}
