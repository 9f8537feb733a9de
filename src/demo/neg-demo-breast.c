/* Mammograms: a compressed breast, drawn in its own plane. Chest wall at the left edge; right breasts are mirrored. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-image.h"

#define SIDE_LEFT(view) ((view) % 2 == 1)
#define OBLIQUE(view) ((view) >= 2)

typedef struct {
  const NegDemoSeries *series;
  guint view;
  double width, height; /* of the breast, from chest wall to nipple and half of top to bottom, mm */
  double middle_mm;     /* height of the nipple */
} Breast;

static void
breast_init (Breast *breast, const NegDemoSeries *series, guint view)
{
  breast->series = series;
  breast->view = view;
  breast->width = OBLIQUE (view) ? 112 : 104;
  breast->height = OBLIQUE (view) ? 96 : 84;
  breast->middle_mm = series->rows * series->spacing_mm * (OBLIQUE (view) ? 0.57 : 0.5);
}

/* 0 at the chest wall's middle, 1 at the skin. */
static double
get_depth (const Breast *breast, double x, double y)
{
  double v = (y - breast->middle_mm) / breast->height, u = x / breast->width;

  if (OBLIQUE (breast->view) && v < 0)
    v *= 0.72; /* towards the armpit it goes on */
  return sqrt (u * u + v * v * (0.75 + 0.25 * v * v));
}

static double
get_gland (const Breast *breast, const double p[3], double depth)
{
  double towards_nipple = hypot ((p[0] - breast->width * 0.52) / 46, (p[1] - breast->middle_mm) / 46);
  double lobes = 0.5 + 0.9 * neg_demo_field (p, 17, 3, 40) + 0.35 * neg_demo_field (p, 5, 2, 41);
  double strands = 1 - 5.5 * fabs (neg_demo_field (p, 11, 2, 42));
  double gland = MAX (0, 1.15 - towards_nipple) * MAX (0, lobes) * 1.15;

  return gland + 0.25 * MAX (0, strands) * MAX (0, 1 - depth);
}

/* The muscle behind, from the upper corner. */
static double
get_muscle (const Breast *breast, double x, double y)
{
  double edge_mm = 46 - 0.44 * y;

  if (!OBLIQUE (breast->view))
    return 0;
  return CLAMP ((edge_mm - x) / 2.5, 0, 1);
}

static double
get_finding (const Breast *breast, const double p[3])
{
  double radius_mm = breast->series->findings.lesion_mm;
  double x = p[0] - 64, y = p[1] - breast->middle_mm + (OBLIQUE (breast->view) ? 26 : -17);
  double distance_mm = hypot (x, y), turn = atan2 (y, x), rays, density;

  if (radius_mm <= 0 || !SIDE_LEFT (breast->view) || distance_mm > 4 * radius_mm)
    return 0;
  rays = pow (fabs (sin (turn * 6.5 + 1.5 * neg_demo_field (p, 6, 1, 50))), 9);
  density = CLAMP ((radius_mm * (1 + 0.25 * neg_demo_field (p, 4, 1, 51)) - distance_mm) / 2.5 + 0.5, 0, 1);
  return density + 0.5 * rays * MAX (0, 1 - distance_mm / (2.9 * radius_mm)) * (1 - density);
}

static double
get_calcifications (const Breast *breast, double x, double y)
{
  double bright = 0;

  if (SIDE_LEFT (breast->view))
    return 0;
  for (guint i = 0; i < 15; i++) {
    double at_x = 58 + 9 * (neg_demo_random (60, i) - 0.5);
    double at_y = breast->middle_mm + (OBLIQUE (breast->view) ? -14 : 12) + 9 * (neg_demo_random (61, i) - 0.5);
    double radius_mm = 0.12 + 0.24 * neg_demo_random (62, i);

    bright += CLAMP ((radius_mm - hypot (x - at_x, y - at_y)) / 0.12 + 0.5, 0, 1);
  }
  return MIN (bright, 1);
}

static float
get_value (const Breast *breast, double x, double y)
{
  const double p[3] = { x, y, 300.0 * breast->view };
  double depth = get_depth (breast, x, y), edge, thick, value;

  if (depth > 1)
    return 0;
  edge = (1 - depth) * breast->width;
  thick = 1 - exp (-edge / 7);
  value = 600 + 850 * thick + 1250 * thick * CLAMP (get_gland (breast, p, depth), 0, 1.2);
  value += 130 * neg_demo_field (p, 9, 3, 43);
  value += get_muscle (breast, x, y) * (3050 + 160 * neg_demo_field (p, 6, 2, 44) - value) * 0.85;
  value += 620 * get_finding (breast, p);
  if (edge < 1.7)
    value += 330; /* skin */
  if (hypot (x - breast->width, y - breast->middle_mm) < 5)
    value += 500; /* nipple */
  return (float) (value + 900 * get_calcifications (breast, x, y));
}

gboolean
neg_demo_render_mammogram (NegDemoImage *image, const NegDemoSeries *series, guint view)
{
  g_autofree float *line = g_try_new (float, image->columns);
  Breast breast;

  if (line == NULL)
    return FALSE;
  breast_init (&breast, series, view);
  for (guint row = 0; row < image->rows; row++) {
    for (guint column = 0; column < image->columns; column++)
      line[column] = get_value (&breast, column * series->spacing_mm, row * series->spacing_mm);
    if (!neg_demo_add_noise (line, image->columns, 1, NEG_DEMO_GRAIN_SHARP, series->deviation, 7000 * view + row))
      return FALSE;
    for (guint column = 0; column < image->columns; column++) {
      guint at = SIDE_LEFT (view) ? column : image->columns - 1 - column;
      double depth = get_depth (&breast, column * series->spacing_mm, row * series->spacing_mm);

      /* Beside the breast the detector saw the tube itself: the padding value. */
      neg_demo_image_put (image, (gsize) row * image->columns + at, depth > 1 ? 0 : line[column], depth > 1 ? 0 : 1,
                          4095);
    }
  }
  return TRUE;
}
