#include "config.h"

#include "demo/neg-demo-noise.h"

#include <math.h>

static inline guint64
mix (guint64 value)
{
  value = (value ^ (value >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ (value >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ (value >> 31);
}

static inline guint32
hash (gint32 x, gint32 y, gint32 z, guint32 seed)
{
  guint32 value
      = (guint32) x * 0x9e3779b1u ^ (guint32) y * 0x85ebca77u ^ (guint32) z * 0xc2b2ae3du ^ seed * 0x27d4eb2fu;

  value = (value ^ (value >> 15)) * 0x2c1b3c6du;
  value = (value ^ (value >> 12)) * 0x297a2d39u;
  return value ^ (value >> 15);
}

guint32
neg_demo_hash (gint32 x, gint32 y, gint32 z, guint32 seed)
{
  return hash (x, y, z, seed);
}

double
neg_demo_random (guint32 seed, guint32 index)
{
  return hash ((gint32) index, 17, 29, seed) / 4294967296.0;
}

static inline float
corner (gint32 x, gint32 y, gint32 z, guint32 seed)
{
  return (float) (gint32) hash (x, y, z, seed) * (1.0f / 2147483648.0f);
}

static inline float
blend (float a, float b, float t)
{
  return a + (b - a) * t;
}

static inline float
edge (gint32 x, gint32 y, gint32 z, float t, guint32 seed)
{
  return blend (corner (x, y, z, seed), corner (x + 1, y, z, seed), t);
}

static float
octave (double x, double y, double z, guint32 seed)
{
  double x0 = floor (x), y0 = floor (y), z0 = floor (z);
  gint32 i = (gint32) x0, j = (gint32) y0, k = (gint32) z0;
  float u = (float) (x - x0), v = (float) (y - y0), w = (float) (z - z0);

  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  w = w * w * (3 - 2 * w);
  return blend (blend (edge (i, j, k, u, seed), edge (i, j + 1, k, u, seed), v),
                blend (edge (i, j, k + 1, u, seed), edge (i, j + 1, k + 1, u, seed), v), w);
}

float
neg_demo_field (const double point_mm[3], double scale_mm, guint octaves, guint32 seed)
{
  double frequency = 1 / scale_mm;
  float sum = 0, weight = 1, total = 0;

  for (guint i = 0; i <= octaves; i++) {
    sum += weight * octave (point_mm[0] * frequency, point_mm[1] * frequency, point_mm[2] * frequency, seed + i);
    total += weight;
    weight *= 0.5f;
    frequency *= 2.03;
  }
  return sum / total;
}

/* Four uniform numbers make a bell that is good enough: standard deviation 1, ends at 3.5. */
static inline float
bell (guint64 bits)
{
  gint32 sum = (gint32) (bits & 0xffff) + (gint32) (bits >> 16 & 0xffff) + (gint32) (bits >> 32 & 0xffff)
               + (gint32) (bits >> 48);

  return (float) (sum - 131070) * (1.7320508f / 65536);
}

static inline guint64
place (guint column, guint row, guint32 seed)
{
  return mix (((guint64) seed << 40) ^ ((guint64) row << 20) ^ column);
}

static void
add_sharp (float *values, guint columns, guint rows, float deviation, guint32 seed)
{
  for (guint row = 0; row < rows; row++)
    for (guint column = 0; column < columns; column++)
      values[(gsize) row * columns + column] += deviation * bell (place (column, row, seed));
}

/* The three rows that a row of soft noise is made of, as their sums along the row. */
static void
fill_line (float *line, guint columns, guint row, guint32 seed)
{
  float before = bell (place (0, row, seed)), here = before;

  for (guint column = 0; column < columns; column++) {
    float after = bell (place (column + 1, row, seed));

    line[column] = before + 2 * here + after;
    before = here;
    here = after;
  }
}

static gboolean
add_soft (float *values, guint columns, guint rows, float deviation, guint32 seed)
{
  g_autofree float *lines = g_try_new (float, (gsize) columns * 3);
  const float scale = deviation / 6; /* the weights' squares: 6 along a row, 6 across */

  if (lines == NULL)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    fill_line (lines + (gsize) i * columns, columns, i, seed);
  for (guint row = 0; row < rows; row++) {
    const float *above = lines + (gsize) (row % 3) * columns, *here = lines + (gsize) ((row + 1) % 3) * columns;
    float *below = lines + (gsize) ((row + 2) % 3) * columns;

    fill_line (below, columns, row + 2, seed);
    for (guint column = 0; column < columns; column++)
      values[(gsize) row * columns + column] += scale * (above[column] + 2 * here[column] + below[column]);
  }
  return TRUE;
}

gboolean
neg_demo_add_noise (float *values, guint columns, guint rows, NegDemoGrain grain, float deviation, guint32 seed)
{
  if (grain == NEG_DEMO_GRAIN_SOFT)
    return add_soft (values, columns, rows, deviation, seed);
  add_sharp (values, columns, rows, deviation, seed);
  return TRUE;
}

void
neg_demo_add_rician (float *values, guint columns, guint rows, float deviation, guint32 seed)
{
  for (guint row = 0; row < rows; row++)
    for (guint column = 0; column < columns; column++) {
      gsize at = (gsize) row * columns + column;
      guint64 bits = place (column, row, seed);
      float real = values[at] + deviation * bell (bits), imaginary = deviation * bell (mix (bits));

      values[at] = sqrtf (real * real + imaginary * imaginary);
    }
}
