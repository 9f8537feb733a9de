/* The Grayscale Standard Display Function, PS3.14 7.1. */
#include "config.h"

#include "imaging/neg-display.h"

#include <math.h>

#define LUMINANCE_MIN 0.05 /* the range of the standard's inverse polynomial */
#define LUMINANCE_MAX 4000.0

double
neg_gsdf_get_luminance (double jnd)
{
  static const double a = -1.3011877, b = -2.5840191e-2, c = 8.0242636e-2, d = -1.0320229e-1, e = 1.3646699e-1,
                      f = 2.8745620e-2, g = -2.5468404e-2, h = -3.1978977e-3, k = 1.2992634e-4, m = 1.3635334e-3;
  double x = log (jnd >= NEG_JND_MIN ? MIN (jnd, NEG_JND_MAX) : NEG_JND_MIN); /* NaN is the limit as well */
  double numerator = a + x * (c + x * (e + x * (g + x * m)));
  double denominator = 1 + x * (b + x * (d + x * (f + x * (h + x * k))));

  return pow (10, numerator / denominator);
}

/* The function rises everywhere, so that halving cannot miss: 60 halves of 1022 are below the last digit of a double. */
double
neg_gsdf_get_jnd (double luminance)
{
  double low = NEG_JND_MIN, high = NEG_JND_MAX;

  if (!(luminance > neg_gsdf_get_luminance (low)))
    return low;
  if (luminance >= neg_gsdf_get_luminance (high))
    return high;
  for (guint i = 0; i < 60; i++) {
    double middle = low + (high - low) / 2;

    if (neg_gsdf_get_luminance (middle) < luminance)
      low = middle;
    else
      high = middle;
  }
  return high;
}

double
neg_gsdf_get_jnd_approximate (double luminance)
{
  static const double coefficients[] = { 71.498068,  94.593053,   41.912053,  9.8247004,   0.28175407,
                                         -1.1878455, -0.18014349, 0.14710899, -0.017046845 };
  double y = log10 (luminance >= LUMINANCE_MIN ? MIN (luminance, LUMINANCE_MAX) : LUMINANCE_MIN);
  double jnd = 0;

  for (guint i = G_N_ELEMENTS (coefficients); i-- > 0;)
    jnd = jnd * y + coefficients[i];
  return jnd;
}
