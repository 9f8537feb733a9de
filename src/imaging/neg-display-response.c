#include "config.h"

#include "imaging/neg-display-private.h"

#include <math.h>

static double
get_secant (const NegResponse *response, guint i)
{
  const double *levels = response->table->levels;

  return (response->jnds[i + 1] - response->jnds[i]) / (levels[i + 1] - levels[i]);
}

/* Mean of the secants on both sides; flat beside a flat part. */
static double
get_first_slope (const NegResponse *response, guint i)
{
  guint last = response->table->n - 1;
  double before = get_secant (response, i > 0 ? i - 1 : 0);
  double after = get_secant (response, i < last ? i : last - 1);

  return before > 0 && after > 0 ? (before + after) / 2 : 0;
}

/* So that no part between two points overshoots: both slopes of a part on a circle of three times its secant. */
static void
limit_slopes (NegResponse *response)
{
  for (guint i = 0; i + 1 < response->table->n; i++) {
    double secant = get_secant (response, i);
    double length = secant > 0 ? hypot (response->slopes[i], response->slopes[i + 1]) / secant : 0;

    if (length > 3) {
      response->slopes[i] *= 3 / length;
      response->slopes[i + 1] *= 3 / length;
    }
  }
}

void
neg_response_init (NegResponse *response, const NegLuminanceTable *table)
{
  *response = (NegResponse){ table, g_new (double, table->n), g_new (double, table->n) };
  for (guint i = 0; i < table->n; i++)
    response->jnds[i] = neg_gsdf_get_jnd (table->luminances[i] + table->ambient);
  for (guint i = 0; i < table->n; i++)
    response->slopes[i] = get_first_slope (response, i);
  limit_slopes (response);
}

void
neg_response_clear (NegResponse *response)
{
  g_clear_pointer (&response->jnds, g_free);
  g_clear_pointer (&response->slopes, g_free);
}

/* The part [i, i + 1] that @level, from 0 to 1, lies in. */
static guint
find_part (const NegLuminanceTable *table, double level)
{
  guint low = 0, high = table->n - 1;

  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (table->levels[middle] <= level)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Hermite's cubic. */
static double
get_in_part (const NegResponse *response, guint i, double level)
{
  const double *levels = response->table->levels, *jnds = response->jnds, *slopes = response->slopes;
  double width = levels[i + 1] - levels[i], t = (level - levels[i]) / width, u = 1 - t;
  double jnd = (1 + 2 * t) * u * u * jnds[i] + t * t * (3 - 2 * t) * jnds[i + 1]
               + width * t * u * (u * slopes[i] - t * slopes[i + 1]);

  return CLAMP (jnd, jnds[i], jnds[i + 1]); /* against rounding */
}

double
neg_response_get_jnd (const NegResponse *response, double level)
{
  level = CLAMP (level, 0, 1);
  return get_in_part (response, find_part (response->table, level), level);
}

double
neg_response_get_luminance (const NegResponse *response, double level)
{
  const NegLuminanceTable *table = response->table;
  guint i = find_part (table, level = CLAMP (level, 0, 1));
  double t = (level - table->levels[i]) / (table->levels[i + 1] - table->levels[i]);

  if (t <= 0 || t >= 1 || response->jnds[i] <= NEG_JND_MIN || response->jnds[i + 1] >= NEG_JND_MAX)
    return table->luminances[i] + t * (table->luminances[i + 1] - table->luminances[i]) + table->ambient;
  return neg_gsdf_get_luminance (get_in_part (response, i, level));
}

double
neg_response_find_level (const NegResponse *response, double jnd)
{
  const NegLuminanceTable *table = response->table;
  guint i = 0;
  double low, high;

  while (i + 2 < table->n && response->jnds[i + 1] < jnd)
    i++;
  if (jnd <= response->jnds[i])
    return table->levels[i];
  if (jnd >= response->jnds[i + 1])
    return table->levels[i + 1];
  low = table->levels[i];
  high = table->levels[i + 1];
  for (guint step = 0; step < 40; step++) {
    double middle = low + (high - low) / 2;

    if (get_in_part (response, i, middle) < jnd)
      low = middle;
    else
      high = middle;
  }
  return high;
}
