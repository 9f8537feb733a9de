/* Radiographs and localizers: the phantom is added up along the beam. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "demo/neg-demo-image.h"

#define COARSE_MM 0.9
#define STEP_MM 3.6
#define REACH_FRONT_MM 118.0 /* in front of the couch */
#define REACH_SIDE_MM 176.0

/* Planes across the beam, coarser than the detector: what a thick body leaves of an edge is blurred anyway. */
static gboolean
add_up (NegDemoPlane *plane, const NegDemoSeries *series, gboolean from_side, float *sum)
{
  gsize n = (gsize) plane->columns * plane->rows;
  guint axis = from_side ? 0 : 1;
  double reach_mm = from_side ? REACH_SIDE_MM : REACH_FRONT_MM;

  memset (sum, 0, n * sizeof *sum);
  for (double at_mm = -reach_mm; at_mm <= reach_mm; at_mm += STEP_MM) {
    plane->origin_mm[axis] = at_mm;
    series->phantom (plane, &series->findings, series->contrast);
    for (gsize i = 0; i < n; i++)
      sum[i] += MAX (0, 1 + plane->values[i] * (plane->values[i] > 150 ? 0.0019f : 0.001f));
  }
  return TRUE;
}

static float
sample (const float *values, guint columns, guint rows, double x, double y)
{
  double column = CLAMP (x, 0, columns - 1.001), row = CLAMP (y, 0, rows - 1.001);
  guint i = (guint) column, j = (guint) row;
  const float *p = values + (gsize) j * columns + i;
  float u = (float) (column - i), v = (float) (row - j);

  return (p[0] * (1 - u) + p[1] * u) * (1 - v) + (p[columns] * (1 - u) + p[columns + 1] * u) * v;
}

/* Lungs spread, the rest pressed together: what film and processing made of it. */
static double
respond (double water_mm)
{
  return 4000 * (1 - exp (-water_mm / 165));
}

static void
store_radiograph (NegDemoImage *image, const NegDemoSeries *series, const float *fine)
{
  gsize n = (gsize) image->columns * image->rows;

  for (gsize i = 0; i < n; i++)
    neg_demo_image_put (image, i, series->inverse ? 4095 - fine[i] : fine[i], 0, 4095);
}

static void
store_localizer (NegDemoImage *image, const float *fine)
{
  gsize n = (gsize) image->columns * image->rows;

  for (gsize i = 0; i < n; i++)
    neg_demo_image_put (image, i, fine[i] * 0.45, 0, 4095);
}

gboolean
neg_demo_render_projection (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series)
{
  guint columns = (guint) (series->columns * series->spacing_mm / patient->scale / COARSE_MM) + 2;
  guint rows = (guint) (series->rows * series->spacing_mm / patient->scale / COARSE_MM) + 2;
  gboolean from_side = series->view == 1;
  g_autofree float *values = g_try_new (float, (gsize) columns * rows);
  g_autofree float *sum = g_try_new (float, (gsize) columns * rows);
  g_autofree float *fine = g_try_new (float, (gsize) image->columns * image->rows);
  double step = series->spacing_mm / patient->scale / COARSE_MM;
  NegDemoPlane plane, coarse;

  if (values == NULL || sum == NULL || fine == NULL)
    return FALSE;
  neg_demo_slice_init (&plane, series, 0, NULL);
  for (guint i = 0; i < 3; i++)
    plane.origin_mm[i] /= patient->scale;
  neg_demo_plane_init (&coarse, plane.origin_mm, from_side ? (const double[]){ 0, 1, 0 } : (const double[]){ 1, 0, 0 },
                       (const double[]){ 0, 0, -1 }, COARSE_MM, COARSE_MM, columns, rows, values);
  if (!add_up (&coarse, series, from_side, sum))
    return FALSE;
  for (guint row = 0; row < image->rows; row++)
    for (guint column = 0; column < image->columns; column++)
      fine[(gsize) row * image->columns + column]
          = (float) respond (sample (sum, columns, rows, column * step, row * step) * STEP_MM);
  if (!neg_demo_add_noise (fine, image->columns, image->rows, NEG_DEMO_GRAIN_SOFT, series->deviation,
                           series->findings.seed + series->number))
    return FALSE;
  if (series->kind == NEG_DEMO_LOCALIZER)
    store_localizer (image, fine);
  else
    store_radiograph (image, series, fine);
  return TRUE;
}
