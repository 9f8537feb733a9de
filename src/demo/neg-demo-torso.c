/* Chest and upper abdomen. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-noise.h"
#include "demo/neg-demo-phantom.h"

static const NegDemoOrgan couch[] = {
  { NEG_DEMO_COUCH, { { 0, 143, 0 }, { 215, 13, 3000 }, .boxy = TRUE } },
  { NEG_DEMO_AIR, { { 0, 142, 0 }, { 209, 9.5, 3000 }, .boxy = TRUE } },
};

/* From the skin inwards. */
static const NegDemoOrgan wall[] = {
  { NEG_DEMO_MUSCLE, { { 0, 0, -40 }, { 180, 126, 2500 } } },
  { NEG_DEMO_MUSCLE, { { 0, 2, -40 }, { 157, 110, 900 }, .boxy = TRUE } },
  { NEG_DEMO_FAT, { { 0, 0, -40 }, { 178, 124, 2500 } } },
  { NEG_DEMO_FAT, { { 0, 2, -40 }, { 155, 108, 900 }, .boxy = TRUE } },
};

static const NegDemoOrgan shoulders[] = {
  { NEG_DEMO_FAT, { { 140, 12, 130 }, { 74, 74, 86 } } },
  { NEG_DEMO_MUSCLE, { { 140, 14, 125 }, { 62, 60, 74 }, .rough_mm = 5, .rough_scale_mm = 16 } },
  { NEG_DEMO_MUSCLE, { { 84, 74, 40 }, { 66, 32, 130 }, .turn_deg = -32, .rough_mm = 4, .rough_scale_mm = 14 } },
  { NEG_DEMO_MUSCLE, { { 74, -86, 35 }, { 62, 15, 66 }, .turn_deg = 20, .rough_mm = 3, .rough_scale_mm = 16 } },
};

static const NegDemoOrgan muscles[] = {
  { NEG_DEMO_MUSCLE, { { 0, 2, -60 }, { 149, 103, 1100 }, .rough_mm = 3, .rough_scale_mm = 22 } },
  { NEG_DEMO_MUSCLE, { { 0, 4, -80 }, { 136, 97, 330 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 20 } },
  { NEG_DEMO_MUSCLE, { { 34, 108, -120 }, { 30, 19, 400 }, .rough_mm = 3, .rough_scale_mm = 12 } },
  { NEG_DEMO_MUSCLE, { { -34, 108, -120 }, { 30, 19, 400 }, .rough_mm = 3, .rough_scale_mm = 12 } },
  { NEG_DEMO_FAT, { { 0, -4, -310 }, { 122, 80, 140 }, .boxy = TRUE, .rough_mm = 3, .rough_scale_mm = 25 } },
};

static const NegDemoOrgan lungs[] = {
  { NEG_DEMO_LUNG, { { -66, 10, -72 }, { 52, 80, 92 }, .boxy = TRUE } },
  { NEG_DEMO_LUNG, { { 66, 10, -74 }, { 52, 80, 92 }, .boxy = TRUE } },
  { NEG_DEMO_LUNG, { { -66, 10, -60 }, { 66, 88, 120 } } },
  { NEG_DEMO_LUNG, { { 66, 10, -62 }, { 66, 88, 120 } } },
  { NEG_DEMO_LUNG, { { -58, 14, -12 }, { 60, 78, 122 } } },
  { NEG_DEMO_LUNG, { { 58, 14, -12 }, { 60, 78, 122 } } },
  { NEG_DEMO_LUNG, { { -60, 14, -10 }, { 50, 68, 84 }, .boxy = TRUE } },
  { NEG_DEMO_LUNG, { { 60, 14, -10 }, { 50, 68, 84 }, .boxy = TRUE } },
};

static const NegDemoEllipsoid lung_space = { { 0, 8, -40 }, { 200, 150, 260 } };

/* What lies between the lungs and under them. */
static const NegDemoOrgan between[] = {
  { NEG_DEMO_FAT, { { 0, -36, 10 }, { 27, 62, 96 }, .rough_mm = 5, .rough_scale_mm = 24 } },
  { NEG_DEMO_FAT, { { 0, 24, 0 }, { 24, 40, 150 }, .rough_mm = 4, .rough_scale_mm = 20 } },
  { NEG_DEMO_MUSCLE, { { 68, 6, -176 }, { 84, 90, 76 }, .rough_mm = 2, .rough_scale_mm = 30 } },
  { NEG_DEMO_FAT, { { 68, 6, -178 }, { 80, 86, 74 }, .rough_mm = 2, .rough_scale_mm = 30 } },
  { NEG_DEMO_MUSCLE, { { -64, 5, -166 }, { 90, 92, 80 }, .rough_mm = 2, .rough_scale_mm = 30 } },
  { NEG_DEMO_FAT, { { 22, -34, -72 }, { 66, 52, 62 }, .turn_deg = 38, .rough_mm = 3, .rough_scale_mm = 22 } },
};

static const NegDemoOrgan heart[] = {
  { NEG_DEMO_HEART, { { 20, -34, -66 }, { 60, 45, 54 }, .turn_deg = 38, .rough_mm = 2, .rough_scale_mm = 18 } },
  { NEG_DEMO_ARTERY, { { 38, -24, -74 }, { 36, 19, 34 }, .turn_deg = 40, .rough_mm = 2, .rough_scale_mm = 9 } },
  { NEG_DEMO_VEIN, { { 8, -56, -72 }, { 42, 17, 36 }, .turn_deg = 36, .rough_mm = 2, .rough_scale_mm = 9 } },
  { NEG_DEMO_VEIN, { { -27, -30, -62 }, { 21, 24, 34 }, .rough_mm = 2, .rough_scale_mm = 12 } },
  { NEG_DEMO_ARTERY, { { 4, 6, -40 }, { 32, 18, 24 }, .rough_mm = 2, .rough_scale_mm = 12 } },
  { NEG_DEMO_HEART, { { 23, -40, -76 }, { 46, 4.5, 36 }, .turn_deg = 38 } },
};

static const NegDemoOrgan abdomen[] = {
  { NEG_DEMO_LIVER, { { -62, 4, -172 }, { 84, 87, 80 }, .rough_mm = 2, .rough_scale_mm = 32 } },
  { NEG_DEMO_LIVER, { { -84, 14, -226 }, { 48, 68, 58 }, .rough_mm = 3, .rough_scale_mm = 30 } },
  { NEG_DEMO_LIVER, { { 12, -46, -164 }, { 56, 34, 36 }, .turn_deg = -10, .rough_mm = 2, .rough_scale_mm = 24 } },
  { NEG_DEMO_FAT, { { -4, 22, -256 }, { 36, 40, 40 }, .rough_mm = 6, .rough_scale_mm = 18 } },
  { NEG_DEMO_FLUID, { { -52, -42, -236 }, { 17, 25, 25 }, .turn_deg = 30 } },
  { NEG_DEMO_BOWEL, { { 62, -22, -182 }, { 58, 48, 56 }, .turn_deg = 40, .rough_mm = 2, .rough_scale_mm = 14 } },
  { NEG_DEMO_FLUID, { { 62, -22, -182 }, { 53, 43, 51 }, .turn_deg = 40, .rough_mm = 3, .rough_scale_mm = 9 } },
  { NEG_DEMO_AIR, { { 54, -50, -170 }, { 34, 14, 34 }, .turn_deg = 12 } },
  { NEG_DEMO_SPLEEN, { { 106, 42, -186 }, { 30, 54, 56 }, .turn_deg = 30, .rough_mm = 2, .rough_scale_mm = 24 } },
  { NEG_DEMO_BOWEL, { { 6, -24, -236 }, { 62, 12, 14 }, .turn_deg = -14, .rough_mm = 4, .rough_scale_mm = 8 } },
  { NEG_DEMO_BOWEL, { { 62, -4, -246 }, { 38, 26, 34 }, .turn_deg = 20, .rough_mm = 7, .rough_scale_mm = 12 } },
  { NEG_DEMO_BOWEL, { { 84, -42, -262 }, { 24, 25, 46 }, .rough_mm = 3, .rough_scale_mm = 10 } },
  { NEG_DEMO_AIR, { { 86, -50, -256 }, { 15, 12, 28 }, .rough_mm = 3, .rough_scale_mm = 8 } },
  { NEG_DEMO_BOWEL, { { 0, -58, -272 }, { 74, 20, 22 }, .rough_mm = 3, .rough_scale_mm = 10 } },
  { NEG_DEMO_AIR, { { -8, -66, -270 }, { 48, 9, 13 }, .rough_mm = 4, .rough_scale_mm = 12 } },
  { NEG_DEMO_BOWEL, { { 30, -24, -290 }, { 30, 25, 24 }, .rough_mm = 5, .rough_scale_mm = 11 } },
  { NEG_DEMO_BOWEL, { { -44, -22, -300 }, { 32, 26, 26 }, .rough_mm = 5, .rough_scale_mm = 11 } },
  { NEG_DEMO_BOWEL, { { -4, -40, -322 }, { 60, 34, 22 }, .rough_mm = 8, .rough_scale_mm = 15 } },
};

static const NegDemoOrgan abdomen_pairs[] = {
  { NEG_DEMO_FAT, { { 62, 46, -268 }, { 42, 44, 66 } } },
  { NEG_DEMO_KIDNEY, { { 62, 46, -264 }, { 28, 31, 52 }, .turn_deg = 28, .rough_mm = 1.5, .rough_scale_mm = 20 } },
  { NEG_DEMO_FAT, { { 49, 38, -258 }, { 13, 11, 24 }, .turn_deg = 28, .rough_mm = 3, .rough_scale_mm = 8 } },
  { NEG_DEMO_FLUID, { { 45, 34, -260 }, { 6, 5, 14 } } },
  { NEG_DEMO_MUSCLE, { { 36, 70, -320 }, { 17, 18, 100 } } },
};

/* Small vessels and bubbles are below what is resolved; what is left of them is a grain, heavier towards the back. Two
 * oblique fissures and a flat one are folds of the pleura. */
static float
shade_lung (const double p[3], double depth, float value, gpointer user_data)
{
  const float *values = user_data;
  double oblique_mm = (p[1] - 12 + 0.75 * (p[2] + 20)) * 0.8 + 3 * sin (p[0] / 21);
  double flat_mm = p[2] + 18 + 4 * sin (p[0] / 19) + 0.06 * p[1];
  float grain, fold = 0;

  if (value != values[NEG_DEMO_LUNG])
    return value;
  grain = 26 * neg_demo_field (p, 5.5, 0, 77);
  if (fabs (oblique_mm) < 1.1)
    fold = 150 * (float) (1.1 - fabs (oblique_mm));
  if (p[0] < 0 && oblique_mm < 0 && fabs (flat_mm) < 0.9)
    fold = 130 * (float) (0.9 - fabs (flat_mm));
  return values[NEG_DEMO_LUNG] + grain + fold + 0.33f * (float) (p[1] - 5);
}

static void
paint_airways (NegDemoPlane *plane, const float *values)
{
  static const double trachea_mm[][3] = { { 0, -12, 190 }, { 0, -4, 90 }, { 0, 4, 0 } };
  float cartilage = values[NEG_DEMO_MUSCLE] - 20;

  for (guint inside = 0; inside < 2; inside++) {
    float value = inside ? values[NEG_DEMO_AIR] : cartilage;
    double thin_mm = inside ? 1.6 : 0;

    neg_demo_paint_path (plane, trachea_mm, G_N_ELEMENTS (trachea_mm), 10.4 - thin_mm, 10.4 - thin_mm, value);
    for (int side = -1; side <= 1; side += 2) {
      const double main_mm[][3] = { { 0, 4, -2 }, { side * 20, 9, side < 0 ? -17 : -22 }, { side * 36, 14, -38 },
                                    { side * 50, 26, -74 } };
      const double upper_mm[][3] = { { side * 24, 9, -18 }, { side * 42, 4, -8 }, { side * 56, -8, 12 } };

      neg_demo_paint_path (plane, main_mm, G_N_ELEMENTS (main_mm), 8.6 - thin_mm, 4.2 - thin_mm, value);
      neg_demo_paint_path (plane, upper_mm, G_N_ELEMENTS (upper_mm), 5.6 - thin_mm, 3.2 - thin_mm, value);
    }
  }
}

static void
paint_great_vessels (NegDemoPlane *plane, const float *values)
{
  static const double aorta_mm[][3] = {
    { -6, -24, -52 }, { -16, -34, -30 }, { -18, -36, -4 }, { -12, -34, 20 }, { 0, -22, 33 }, { 12, -4, 36 },
    { 21, 16, 30 },
    { 25, 34, 14 },   { 26, 42, -20 },  { 22, 44, -90 }, { 12, 44, -170 }, { 8, 42, -250 }, { 6, 44, -340 },
  };
  static const double cava_mm[][3]
      = { { -20, -18, 80 }, { -26, -20, 30 }, { -28, -22, -40 }, { -26, -8, -100 },
          { -24, 16, -160 }, { -22, 34, -240 }, { -22, 38, -340 } };
  static const double innominate_mm[][3] = { { -22, -26, 56 }, { 8, -44, 62 }, { 46, -38, 84 } };
  static const double trunk_mm[][3] = { { 14, -52, -44 }, { 20, -40, -18 }, { 16, -22, -10 } };
  static const double right_mm[][3] = { { 16, -22, -12 }, { -14, -8, -16 }, { -42, 2, -22 } };
  static const double left_mm[][3] = { { 16, -22, -9 }, { 30, -2, -4 }, { 42, 12, -14 } };
  static const double branches_mm[][2][3]
      = { { { -12, -32, 26 }, { -22, -14, 120 } },
          { { 4, -20, 34 }, { 16, -12, 120 } },
          { { 16, 0, 34 }, { 30, 2, 100 } } };
  static const double splenic_mm[][3] = { { -26, -14, -206 }, { 4, -16, -226 }, { 46, 14, -214 }, { 88, 34, -196 } };
  static const double portal_mm[][3] = { { -4, -18, -232 }, { -26, -14, -206 }, { -52, -2, -188 }, { -86, 8, -178 } };
  static const double gullet_mm[][3] = { { 4, 16, 170 }, { 6, 26, 20 }, { 10, 26, -90 }, { 26, 6, -150 } };

  neg_demo_paint_path (plane, gullet_mm, G_N_ELEMENTS (gullet_mm), 7, 8, values[NEG_DEMO_MUSCLE]);
  neg_demo_paint_path (plane, cava_mm, G_N_ELEMENTS (cava_mm), 9.5, 12, values[NEG_DEMO_VEIN]);
  neg_demo_paint_path (plane, innominate_mm, G_N_ELEMENTS (innominate_mm), 7, 6, values[NEG_DEMO_VEIN]);
  neg_demo_paint_path (plane, trunk_mm, G_N_ELEMENTS (trunk_mm), 14, 13.5, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, right_mm, G_N_ELEMENTS (right_mm), 11, 8, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, left_mm, G_N_ELEMENTS (left_mm), 11, 8, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, aorta_mm, G_N_ELEMENTS (aorta_mm), 15.5, 8.5, values[NEG_DEMO_ARTERY]);
  for (guint i = 0; i < G_N_ELEMENTS (branches_mm); i++)
    neg_demo_paint_path (plane, branches_mm[i], 2, 5.5, 4, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, splenic_mm, G_N_ELEMENTS (splenic_mm), 5, 4, values[NEG_DEMO_VEIN]);
  neg_demo_paint_path (plane, portal_mm, G_N_ELEMENTS (portal_mm), 7, 4, values[NEG_DEMO_VEIN]);
}

static void
paint_liver_vessels (NegDemoPlane *plane, const float *values)
{
  static const double veins_mm[][3][3] = {
    { { -26, 16, -140 }, { -64, 22, -156 }, { -112, 34, -184 } },
    { { -26, 12, -140 }, { -52, -18, -154 }, { -84, -46, -182 } },
    { { -22, 8, -140 }, { 0, -30, -150 }, { 26, -58, -166 } },
    { { -60, 0, -186 }, { -96, 30, -214 }, { -112, 42, -240 } },
    { { -60, 0, -186 }, { -88, -26, -206 }, { -108, -34, -226 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (veins_mm); i++)
    neg_demo_paint_path (plane, veins_mm[i], 3, 4.6, 1.8, values[NEG_DEMO_VEIN]);
}

static void
paint_nodule (NegDemoPlane *plane, double radius_mm, guint32 seed, float value)
{
  const NegDemoEllipsoid nodule = { .center_mm = NEG_DEMO_NODULE_MM,
                                    .radii_mm = { radius_mm, radius_mm * 0.9, radius_mm * 1.05 },
                                    .rough_mm = (float) (radius_mm * 0.3),
                                    .rough_scale_mm = (float) (radius_mm * 0.7),
                                    .seed = seed };

  for (guint i = 0; i < 14; i++) {
    double turn = 2 * G_PI * neg_demo_random (seed, i), height = 2 * neg_demo_random (seed, i + 50) - 1;
    double reach_mm = radius_mm * (1.35 + 0.7 * neg_demo_random (seed, i + 90)), flat = sqrt (1 - height * height);
    const double tip_mm[3] = { nodule.center_mm[0] + reach_mm * flat * cos (turn), nodule.center_mm[1] + reach_mm * flat * sin (turn),
                               nodule.center_mm[2] + reach_mm * height };

    neg_demo_paint_tube (plane, nodule.center_mm, tip_mm, radius_mm * 0.22, 0.3, value - 60);
  }
  neg_demo_paint_ellipsoid (plane, &nodule, value);
}

static void
paint_findings (NegDemoPlane *plane, const NegDemoFindings *findings, const float *values)
{
  double radius_mm = findings->liver_lesion_mm;

  if (findings->lesion_mm > 0)
    paint_nodule (plane, findings->lesion_mm, findings->seed, values[NEG_DEMO_LESION]);
  if (radius_mm > 0) {
    const NegDemoEllipsoid lesion = { .center_mm = { -92, 28, -196 },
                                      .radii_mm = { radius_mm, radius_mm * 0.92, radius_mm },
                                      .rough_mm = 1.5f,
                                      .rough_scale_mm = 7,
                                      .seed = findings->seed };
    const NegDemoEllipsoid core = { .center_mm = { -93, 29, -197 },
                                    .radii_mm = { radius_mm * 0.45, radius_mm * 0.4, radius_mm * 0.4 },
                                    .rough_mm = 1.5f,
                                    .rough_scale_mm = 5 };

    neg_demo_paint_ellipsoid (plane, &lesion, values[NEG_DEMO_LESION]);
    neg_demo_paint_ellipsoid (plane, &core, (values[NEG_DEMO_LESION] + 2 * values[NEG_DEMO_FLUID]) / 3);
  }
}

void
neg_demo_paint_torso (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast)
{
  const float *values = neg_demo_contrast_get_values (contrast);

  neg_demo_plane_clear (plane, values[NEG_DEMO_AIR]);
  neg_demo_paint_organs (plane, couch, G_N_ELEMENTS (couch), values);
  neg_demo_paint_organs (plane, wall, G_N_ELEMENTS (wall), values);
  neg_demo_paint_pairs (plane, shoulders, G_N_ELEMENTS (shoulders), values);
  neg_demo_paint_organs (plane, muscles, G_N_ELEMENTS (muscles), values);
  neg_demo_paint_organs (plane, lungs, G_N_ELEMENTS (lungs), values);
  neg_demo_paint_organs (plane, between, G_N_ELEMENTS (between), values);
  if (values[NEG_DEMO_LUNG] < 0)
    neg_demo_shade_ellipsoid (plane, &lung_space, shade_lung, (gpointer) values);
  neg_demo_paint_lung_vessels (plane, findings->seed, values);
  neg_demo_paint_organs (plane, heart, G_N_ELEMENTS (heart), values);
  neg_demo_paint_organs (plane, abdomen, G_N_ELEMENTS (abdomen), values);
  neg_demo_paint_pairs (plane, abdomen_pairs, G_N_ELEMENTS (abdomen_pairs), values);
  neg_demo_paint_chest_bones (plane, values);
  paint_liver_vessels (plane, values);
  paint_great_vessels (plane, values);
  paint_airways (plane, values);
  paint_findings (plane, findings, values);
}
