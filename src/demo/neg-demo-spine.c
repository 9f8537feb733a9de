/* The lower back. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-noise.h"
#include "demo/neg-demo-phantom.h"

#define LEVELS 8
#define PITCH_MM 36.5
#define HIGHEST_MM 128.0
#define HERNIATED 4 /* the disc under the fourth lumbar vertebra */

/* How far back the bodies are at a height: hollow-backed, and the sacrum turns away. */
static double
back_mm (double z)
{
  double below_mm = MAX (0, -62 - z);

  return 0.0017 * (z + 15) * (z + 15) + 0.0105 * below_mm * below_mm;
}

static double
pitch_deg (double z)
{
  return -atan ((back_mm (z + 1) - back_mm (z - 1)) / 2) * 180 / G_PI;
}

static const NegDemoOrgan outside[] = {
  { NEG_DEMO_MUSCLE, { { 0, -20, 0 }, { 176, 128, 1200 } } },
  { NEG_DEMO_FAT, { { 0, -20, 0 }, { 174, 126, 1200 } } },
  { NEG_DEMO_MUSCLE, { { 0, -24, 0 }, { 150, 98, 1000 }, .rough_mm = 4, .rough_scale_mm = 30 } },
  { NEG_DEMO_FAT, { { 0, -42, 0 }, { 128, 74, 900 }, .rough_mm = 3, .rough_scale_mm = 25 } },
  { NEG_DEMO_BOWEL, { { -40, -72, 20 }, { 40, 26, 34 }, .rough_mm = 7, .rough_scale_mm = 14 } },
  { NEG_DEMO_BOWEL, { { 36, -76, -20 }, { 46, 28, 30 }, .rough_mm = 7, .rough_scale_mm = 14 } },
  { NEG_DEMO_BOWEL, { { -6, -80, -70 }, { 60, 26, 26 }, .rough_mm = 8, .rough_scale_mm = 14 } },
  { NEG_DEMO_BOWEL, { { 0, -74, 90 }, { 60, 28, 30 }, .rough_mm = 8, .rough_scale_mm = 14 } },
};

static const NegDemoOrgan beside[] = {
  { NEG_DEMO_KIDNEY, { { 78, 6, 92 }, { 27, 30, 50 }, .turn_deg = 24 } },
  { NEG_DEMO_FAT, { { 64, 0, 92 }, { 11, 10, 22 }, .turn_deg = 24 } },
  { NEG_DEMO_MUSCLE, { { 42, 6, -30 }, { 21, 25, 130 }, .rough_mm = 2, .rough_scale_mm = 14 } },
  { NEG_DEMO_MUSCLE, { { 36, 62, 20 }, { 33, 27, 210 }, .rough_mm = 4, .rough_scale_mm = 11 } },
  { NEG_DEMO_MUSCLE, { { 11, 58, 20 }, { 9, 17, 210 }, .rough_mm = 3, .rough_scale_mm = 7 } },
  { NEG_DEMO_MUSCLE, { { 78, 38, 0 }, { 24, 17, 140 }, .turn_deg = 30, .rough_mm = 2, .rough_scale_mm = 12 } },
};

static void
paint_body (NegDemoPlane *plane, double z, double size, const float *values)
{
  NegDemoEllipsoid body = { .center_mm = { 0, back_mm (z), z },
                            .radii_mm = { 25 * size, 18 * size, 14 },
                            .pitch_deg = pitch_deg (z),
                            .boxy = TRUE,
                            .rough_mm = 0.8f,
                            .rough_scale_mm = 12,
                            .seed = 4 };

  neg_demo_paint_ellipsoid (plane, &body, values[NEG_DEMO_CORTEX]);
  for (guint i = 0; i < 3; i++)
    body.radii_mm[i] -= 1.3;
  neg_demo_paint_ellipsoid (plane, &body, values[NEG_DEMO_MARROW]);
  /* The vein that enters from behind. */
  neg_demo_paint_tube (plane, (const double[]){ 0, back_mm (z) + 8, z },
                       (const double[]){ 0, back_mm (z) + 18 * size, z }, 0.8, 2, values[NEG_DEMO_FLUID] * 0.6f);
}

static void
paint_disc (NegDemoPlane *plane, guint level, double z, const float *values)
{
  gboolean worn = level == HERNIATED;
  NegDemoEllipsoid disc = { .center_mm = { 0, back_mm (z), z },
                            .radii_mm = { 25, 18.5, worn ? 3.8 : 5.2 },
                            .pitch_deg = pitch_deg (z),
                            .boxy = TRUE };
  NegDemoEllipsoid core = { .center_mm = { 0, back_mm (z) + 1, z },
                            .radii_mm = { 15, 11, 4.2 },
                            .pitch_deg = disc.pitch_deg };
  const NegDemoEllipsoid bulge = { .center_mm = { 4, back_mm (z) + 19.5, z - 1.5 },
                                   .radii_mm = { 8, 7, 5.5 },
                                   .rough_mm = 0.8f,
                                   .rough_scale_mm = 5 };

  neg_demo_paint_ellipsoid (plane, &disc, values[NEG_DEMO_DISC] * (worn ? 0.38f : 0.5f));
  if (worn)
    neg_demo_paint_ellipsoid (plane, &bulge, values[NEG_DEMO_DISC] * 0.42f);
  else
    neg_demo_paint_ellipsoid (plane, &core, 0.35f * values[NEG_DEMO_DISC] + 0.55f * values[NEG_DEMO_FLUID]);
}

static void
paint_arch (NegDemoPlane *plane, double z, const float *values)
{
  double y = back_mm (z);
  const NegDemoOrgan process[] = {
    { NEG_DEMO_CORTEX, { { 0, y + 52, z - 8 }, { 4.6, 17, 11 }, .boxy = TRUE } },
    { NEG_DEMO_MARROW, { { 0, y + 52, z - 8 }, { 3.3, 15.6, 9.6 }, .boxy = TRUE } },
  };

  for (int side = -1; side <= 1; side += 2) {
    const double arch_mm[][3] = {
      { side * 17, y + 13, z + 5 }, { side * 18, y + 27, z + 2 }, { side * 12, y + 33, z - 4 }, { 0, y + 40, z - 7 },
    };
    const double transverse_mm[][3] = { { side * 18, y + 25, z + 4 }, { side * 42, y + 27, z + 4 } };
    const NegDemoEllipsoid facet = { .center_mm = { side * 19, y + 31, z - 15 }, .radii_mm = { 7.5, 8, 9 } };

    neg_demo_paint_path (plane, transverse_mm, 2, 4.6, 3.4, values[NEG_DEMO_CORTEX]);
    neg_demo_paint_path (plane, arch_mm, G_N_ELEMENTS (arch_mm), 5.6, 4.4, values[NEG_DEMO_CORTEX]);
    neg_demo_paint_path (plane, arch_mm, G_N_ELEMENTS (arch_mm), 4, 2.8, values[NEG_DEMO_MARROW]);
    neg_demo_paint_path (plane, transverse_mm, 2, 3, 2, values[NEG_DEMO_MARROW]);
    neg_demo_paint_ellipsoid (plane, &facet, values[NEG_DEMO_CORTEX] * 2);
  }
  neg_demo_paint_organs (plane, process, G_N_ELEMENTS (process), values);
}

/* The sac with the cord down to the first lumbar vertebra, from there its roots, that lie at the back. */
static void
paint_canal (NegDemoPlane *plane, const float *values)
{
  for (double z = 170; z > -120; z -= 8) {
    const double above_mm[3] = { 0, back_mm (z) + 28, z }, below_mm[3] = { 0, back_mm (z - 8) + 28, z - 8 };
    double wide_mm = z > -80 ? 8.6 : 8.6 - (-80 - z) * 0.16;

    neg_demo_paint_tube (plane, (const double[]){ 0, above_mm[1] + 4, z },
                         (const double[]){ 0, below_mm[1] + 4, z - 8 }, 10, 10, values[NEG_DEMO_FAT]);
    neg_demo_paint_tube (plane, above_mm, below_mm, wide_mm, wide_mm, values[NEG_DEMO_FLUID]);
  }
  for (double z = 170; z > -104; z -= 8) {
    double y = back_mm (z) + 29.5, next = back_mm (z - 8) + 29.5, conus_mm = CLAMP ((z - 84) * 0.16, 0, 4.4);

    if (conus_mm > 0)
      neg_demo_paint_tube (plane, (const double[]){ 0, y, z }, (const double[]){ 0, next, z - 8 }, conus_mm + 0.4,
                           conus_mm, values[NEG_DEMO_CORD]);
    for (guint i = 0; i < 11 && z < 100; i++) {
      double turn = i * 0.31, x = 6.2 * cos (turn) * (z > -60 ? 1 : 0.6), behind_mm = 1.5 + 3.6 * sin (turn);

      neg_demo_paint_tube (plane, (const double[]){ x, y + behind_mm, z },
                           (const double[]){ x, next + behind_mm, z - 8 }, 0.75, 0.75, values[NEG_DEMO_CORD]);
    }
  }
}

static void
paint_lumbar_vessels (NegDemoPlane *plane, const float *values)
{
  static const double aorta_mm[][3] = { { 6, -24, 180 }, { 8, -32, 40 }, { 6, -34, -40 } };
  static const double cava_mm[][3] = { { -18, -24, 180 }, { -16, -31, 40 }, { -12, -32, -46 } };

  neg_demo_paint_path (plane, aorta_mm, 3, 9, 8, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, cava_mm, 3, 10, 10, values[NEG_DEMO_VEIN]);
  for (int side = -1; side <= 1; side += 2) {
    const double iliac_mm[][3] = { { side * 4, -33, -42 }, { side * 24, -26, -86 }, { side * 40, -12, -120 } };

    neg_demo_paint_path (plane, iliac_mm, 3, 6, 5.5, values[NEG_DEMO_ARTERY]);
  }
}

void
neg_demo_paint_spine (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast)
{
  const float *values = neg_demo_contrast_get_values (contrast);

  neg_demo_plane_clear (plane, values[NEG_DEMO_AIR]);
  neg_demo_paint_organs (plane, outside, G_N_ELEMENTS (outside), values);
  neg_demo_paint_pairs (plane, beside, G_N_ELEMENTS (beside), values);
  paint_lumbar_vessels (plane, values);
  paint_canal (plane, values);
  for (guint i = 0; i < LEVELS; i++)
    paint_arch (plane, HIGHEST_MM - i * PITCH_MM, values);
  for (guint i = 0; i < LEVELS; i++) {
    double z = HIGHEST_MM - i * PITCH_MM;

    paint_body (plane, z, i > 5 ? 1 - 0.13 * (i - 5) : 0.9 + 0.02 * i, values);
    paint_disc (plane, i, z - PITCH_MM / 2, values);
  }
}
