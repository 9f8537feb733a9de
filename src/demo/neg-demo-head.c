/* The head: brain in its layers, ventricles, skull, face. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-noise.h"
#include "demo/neg-demo-phantom.h"

typedef struct {
  const float *values;
  guint32 seed;
} Brain;

static const NegDemoOrgan scalp[] = {
  { NEG_DEMO_MUSCLE, { { 0, 8, 4 }, { 82.5, 104, 92 } } },
  { NEG_DEMO_FAT, { { 0, 8, 4 }, { 81, 102.5, 90.5 } } },
  { NEG_DEMO_MUSCLE, { { 0, -30, -72 }, { 68, 66, 66 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 30 } },
  { NEG_DEMO_FAT, { { 0, -28, -72 }, { 66, 64, 64 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 30 } },
  { NEG_DEMO_MUSCLE, { { 0, -99, -48 }, { 13, 17, 24 }, .pitch_deg = -20 } },
  { NEG_DEMO_MUSCLE, { { 0, 30, -120 }, { 62, 62, 70 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 20 } },
};

static const NegDemoOrgan ears[] = {
  { NEG_DEMO_MUSCLE, { { 83, 10, -42 }, { 4.5, 15, 29 }, .turn_deg = 24, .rough_mm = 1.5, .rough_scale_mm = 9 } },
  { NEG_DEMO_MUSCLE, { { 62, -34, -34 }, { 11, 30, 34 }, .rough_mm = 2, .rough_scale_mm = 12 } },
  { NEG_DEMO_MUSCLE, { { 52, -18, -96 }, { 10, 26, 34 }, .rough_mm = 2, .rough_scale_mm = 12 } },
};

static const NegDemoOrgan vault[] = {
  { NEG_DEMO_CORTEX, { { 0, 8, 4 }, { 77, 98, 86 }, .rough_mm = 1, .rough_scale_mm = 34 } },
  { NEG_DEMO_MARROW, { { 0, 8, 4 }, { 75, 96, 84 }, .rough_mm = 1, .rough_scale_mm = 34 } },
  { NEG_DEMO_CORTEX, { { 0, 8, 4 }, { 72, 93, 81 }, .rough_mm = 1, .rough_scale_mm = 34 } },
  { NEG_DEMO_FLUID, { { 0, 8, 4 }, { 70, 91, 79 }, .rough_mm = 1, .rough_scale_mm = 34 } },
};

/* Bones of the base and the face, over what of the vault reaches down there. */
static const NegDemoOrgan base[] = {
  { NEG_DEMO_MUSCLE, { { 0, -32, -84 }, { 60, 58, 40 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 22 } },
  { NEG_DEMO_CORTEX, { { 0, -2, -46 }, { 24, 24, 9 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 8 } },
  { NEG_DEMO_CORTEX, { { 0, -44, -32 }, { 52, 34, 3.2 }, .rough_mm = 1.5, .rough_scale_mm = 10 } },
  { NEG_DEMO_CORTEX, { { 0, -75, -17 }, { 31, 9, 18 }, .boxy = TRUE } },
  { NEG_DEMO_CORTEX, { { 0, -76, -92 }, { 34, 22, 13 }, .boxy = TRUE, .rough_mm = 2, .rough_scale_mm = 9 } },
  { NEG_DEMO_CORTEX, { { 0, -58, -52 }, { 25, 32, 26 }, .boxy = TRUE } },
  { NEG_DEMO_AIR, { { 0, -60, -54 }, { 22, 30, 25 }, .boxy = TRUE } },
  { NEG_DEMO_CORTEX, { { 0, -60, -54 }, { 1.3, 31, 24 } } },
  { NEG_DEMO_AIR, { { 0, -22, -45 }, { 15, 11, 8 }, .rough_mm = 2, .rough_scale_mm = 9 } },
  { NEG_DEMO_AIR, { { 0, -14, -98 }, { 15, 12, 42 } } },
};

static const NegDemoOrgan base_pairs[] = {
  { NEG_DEMO_CORTEX, { { 46, 10, -44 }, { 34, 10, 11 }, .turn_deg = -32, .rough_mm = 2, .rough_scale_mm = 7 } },
  { NEG_DEMO_AIR, { { 63, 22, -50 }, { 9, 12, 13 }, .rough_mm = 4, .rough_scale_mm = 4 } },
  { NEG_DEMO_AIR, { { 62, 2, -46 }, { 13, 3, 3 } } },
  { NEG_DEMO_CORTEX, { { 32, -60, -40 }, { 26, 33, 25 }, .turn_deg = -20 } },
  { NEG_DEMO_FAT, { { 32, -63, -40 }, { 22, 33, 21.5 }, .turn_deg = -20 } },
  { NEG_DEMO_MUSCLE, { { 42, -52, -40 }, { 2.4, 24, 8 }, .turn_deg = -14 } },
  { NEG_DEMO_MUSCLE, { { 22, -54, -40 }, { 2.4, 24, 8 }, .turn_deg = -26 } },
  { NEG_DEMO_WHITE, { { 30, -48, -39 }, { 2.4, 22, 2.6 }, .turn_deg = -20 } },
  { NEG_DEMO_GREY, { { 33, -77, -40 }, { 13, 13, 13 } } },
  { NEG_DEMO_FLUID, { { 33, -77, -40 }, { 11.8, 11.8, 11.8 } } },
  { NEG_DEMO_GREY, { { 33, -86, -40 }, { 5.5, 2.2, 5.5 } } },
  { NEG_DEMO_CORTEX, { { 33, -56, -72 }, { 20, 24, 18 }, .boxy = TRUE } },
  { NEG_DEMO_AIR, { { 33, -56, -72 }, { 17.5, 21.5, 15.5 }, .boxy = TRUE } },
  { NEG_DEMO_MUSCLE, { { 8, -58, -66 }, { 4, 25, 8 }, .rough_mm = 1, .rough_scale_mm = 6 } },
  { NEG_DEMO_MUSCLE, { { 8, -58, -48 }, { 3, 22, 6 }, .rough_mm = 1, .rough_scale_mm = 6 } },
  { NEG_DEMO_AIR, { { 10, -80, -8 }, { 10, 4.5, 14 }, .rough_mm = 2, .rough_scale_mm = 8 } },
  { NEG_DEMO_CORTEX, { { 62, -44, -52 }, { 4, 36, 5 }, .turn_deg = -14 } },
  { NEG_DEMO_CORTEX, { { 45, -14, -92 }, { 4, 14, 36 } } },
};

static const NegDemoEllipsoid hemispheres
    = { { 0, 6, 8 }, { 67, 88, 73 }, .rough_mm = 1.5, .rough_scale_mm = 14, .seed = 3 };
static const NegDemoEllipsoid cerebellum
    = { { 0, 50, -39 }, { 47, 27, 26 }, .rough_mm = 1.5, .rough_scale_mm = 9, .seed = 4 };

static const NegDemoOrgan stem[] = {
  { NEG_DEMO_FLUID, { { 0, 20, -36 }, { 22, 19, 24 } } },
  { NEG_DEMO_WHITE, { { 0, 20, -22 }, { 19, 14, 16 } } },
  { NEG_DEMO_WHITE, { { 0, 20, -44 }, { 18, 15, 17 } } },
  { NEG_DEMO_WHITE, { { 0, 26, -74 }, { 8.5, 8.5, 32 } } },
};

/* Deep grey matter and what crosses it. */
static const NegDemoOrgan deep_pairs[] = {
  { NEG_DEMO_WHITE, { { 32, 2, 8 }, { 24, 44, 26 } } },
  { NEG_DEMO_GREY, { { 38, -2, 2 }, { 2.4, 26, 20 }, .turn_deg = 4 } },
  { NEG_DEMO_GREY, { { 25, -6, 3 }, { 8, 20, 15 }, .turn_deg = 20, .rough_mm = 1, .rough_scale_mm = 8 } },
  { NEG_DEMO_GREY, { { 12, 14, 4 }, { 10, 16, 12 }, .turn_deg = -24, .rough_mm = 1, .rough_scale_mm = 8 } },
  { NEG_DEMO_GREY, { { 14, -22, 10 }, { 6, 11, 11 }, .turn_deg = 10 } },
};

/* The folds: a band of grey that follows the surface, opened by clefts of fluid. */
static float
shade_hemispheres (const double p[3], double depth, float value, gpointer user_data)
{
  const Brain *brain = user_data;
  const float *v = brain->values;
  double under_mm = (1 - depth) * 74, middle_mm = fabs (p[0]);
  float fold, white, cleft;

  if (middle_mm < 1.2 && p[2] > -12)
    return v[NEG_DEMO_FLUID];
  /* The surface towards the other half is folded as well. */
  if (p[2] > 16 || p[1] < -34 || p[1] > 46)
    under_mm = MIN (under_mm, middle_mm * 1.2);
  if (under_mm > 34)
    return v[NEG_DEMO_WHITE] + 0.012f * v[NEG_DEMO_WHITE] * neg_demo_field (p, 12, 0, 9);
  /* Where the field is 0, there is a cleft; its value is about the distance to it. */
  fold = fabsf (neg_demo_field (p, 14, 1, brain->seed));
  cleft = (0.085f - fold - (float) under_mm * 0.0036f) * 14;
  white = ((float) MIN (under_mm - 3.4, fold * 25 - 3.6 + MAX (0, under_mm - 17))) * 0.8f;
  white = CLAMP (white, 0, 1);
  cleft = CLAMP (cleft, 0, 1);
  value = v[NEG_DEMO_GREY] + white * (v[NEG_DEMO_WHITE] - v[NEG_DEMO_GREY]);
  return value + cleft * (v[NEG_DEMO_FLUID] - value);
}

/* Leaves: thin, nearly level, around a tree of white matter. */
static float
shade_cerebellum (const double p[3], double depth, float value, gpointer user_data)
{
  const Brain *brain = user_data;
  const float *v = brain->values;
  double leaf = sin ((p[2] + 39 + 0.25 * (p[1] - 50) + 2 * neg_demo_field (p, 14, 0, brain->seed)) * 1.55);
  double white = 1.9 - 2.9 * depth + 0.5 * leaf * depth + (fabs (p[0]) < 5 ? -0.7 : 0);
  double cleft = (leaf - 0.75) * 2.2 * depth * depth;

  white = CLAMP (white, 0, 1);
  cleft = CLAMP (cleft, 0, 0.7);
  value = v[NEG_DEMO_GREY] + (float) white * (v[NEG_DEMO_WHITE] - v[NEG_DEMO_GREY]);
  return value + (float) cleft * (v[NEG_DEMO_FLUID] - value);
}

static void
paint_ventricles (NegDemoPlane *plane, double shift_mm, const float *values)
{
  static const NegDemoOrgan middle[] = {
    { NEG_DEMO_FLUID, { { 0, 8, 0 }, { 2.6, 17, 11 } } },
    { NEG_DEMO_FLUID, { { 0, 40, -38 }, { 9, 6, 12 } } },
  };

  neg_demo_paint_organs (plane, middle, G_N_ELEMENTS (middle), values);
  for (int x = -8; x <= 8; x += 4) {
    const double bridge_mm[][3]
        = { { x, -32, 6 }, { x, -40, 14 }, { x, -34, 23 }, { x, -10, 29 },
            { x, 20, 28 }, { x, 38, 20 }, { x, 38, 12 } };

    neg_demo_paint_path (plane, bridge_mm, G_N_ELEMENTS (bridge_mm), 3.6, 4.6, values[NEG_DEMO_WHITE]);
  }
  for (int side = -1; side <= 1; side += 2) {
    double x = shift_mm, narrow = side < 0 && shift_mm > 0 ? 0.6 : 1;
    const double body_mm[][3] = { { x + side * 13, -38, 6 }, { x + side * 8, -24, 15 }, { x + side * 7, 0, 21 },
                                  { x + side * 13, 26, 17 }, { x + side * 24, 40, 4 } };
    const double back_mm[][3] = { { x + side * 24, 40, 4 }, { x + side * 22, 56, 2 }, { x + side * 17, 68, 2 } };
    const double lower_mm[][3] = { { x + side * 24, 40, 4 }, { x + side * 34, 24, -10 }, { x + side * 34, 4, -20 } };
    const double plexus_mm[][3] = { { x + side * 20, 36, 8 }, { x + side * 24, 42, 2 } };

    neg_demo_paint_path (plane, body_mm, G_N_ELEMENTS (body_mm), 4.6 * narrow, 7.4 * narrow, values[NEG_DEMO_FLUID]);
    neg_demo_paint_path (plane, back_mm, G_N_ELEMENTS (back_mm), 7 * narrow, 2, values[NEG_DEMO_FLUID]);
    neg_demo_paint_path (plane, lower_mm, G_N_ELEMENTS (lower_mm), 5 * narrow, 2, values[NEG_DEMO_FLUID]);
    neg_demo_paint_path (plane, plexus_mm, G_N_ELEMENTS (plexus_mm), 2.6, 3.2, values[NEG_DEMO_GREY] + 25);
  }
}

static void
paint_vessels (NegDemoPlane *plane, const float *values)
{
  static const double basilar_mm[][3] = { { 0, 6, -62 }, { 0, 4, -24 } };
  static const double sinus_mm[][3] = { { 0, -72, 30 }, { 0, -40, 74 }, { 0, 8, 83 },
                                        { 0, 60, 68 },  { 0, 88, 30 },  { 0, 94, -6 } };
  static const NegDemoEllipsoid falx = { { 0, 8, 36 }, { 0.9, 90, 46 } };

  neg_demo_paint_ellipsoid (plane, &falx, values[NEG_DEMO_GREY] * 0.3f + values[NEG_DEMO_VEIN] * 0.7f);
  neg_demo_paint_path (plane, basilar_mm, 2, 1.8, 1.8, values[NEG_DEMO_ARTERY]);
  neg_demo_paint_path (plane, sinus_mm, G_N_ELEMENTS (sinus_mm), 2, 4.2, values[NEG_DEMO_VEIN]);
  for (int side = -1; side <= 1; side += 2) {
    const double carotid_mm[][3] = { { side * 20, 6, -90 }, { side * 14, -6, -52 }, { side * 12, -14, -26 },
                                     { side * 30, -12, -20 }, { side * 42, -6, -12 } };
    const double transverse_mm[][3] = { { 0, 94, -6 }, { side * 40, 78, -18 }, { side * 62, 40, -30 } };

    neg_demo_paint_path (plane, carotid_mm, G_N_ELEMENTS (carotid_mm), 2.6, 1.6, values[NEG_DEMO_ARTERY]);
    neg_demo_paint_path (plane, transverse_mm, G_N_ELEMENTS (transverse_mm), 3.6, 3.6, values[NEG_DEMO_VEIN]);
  }
}

static void
paint_head_findings (NegDemoPlane *plane, const NegDemoFindings *findings, const float *values)
{
  double bleeding_mm = findings->bleeding_mm, lesion_mm = findings->lesion_mm;

  if (bleeding_mm > 0) {
    NegDemoEllipsoid shape = { { -29, 0, 6 }, { bleeding_mm * 0.8 + 6, bleeding_mm * 1.15 + 6, bleeding_mm + 6 },
                               .turn_deg = 10, .rough_mm = 3, .rough_scale_mm = 12, .seed = 8 };

    neg_demo_paint_ellipsoid (plane, &shape, values[NEG_DEMO_OEDEMA]);
    for (guint i = 0; i < 3; i++)
      shape.radii_mm[i] -= 6;
    neg_demo_paint_ellipsoid (plane, &shape, values[NEG_DEMO_BLEEDING]);
  }
  if (lesion_mm > 0) {
    const NegDemoEllipsoid shape = { { 40, 34, 24 }, { lesion_mm * 0.7, lesion_mm * 1.2, lesion_mm },
                                     .turn_deg = -30, .rough_mm = 2, .rough_scale_mm = 8, .seed = 6 };

    neg_demo_paint_ellipsoid (plane, &shape, values[NEG_DEMO_LESION]);
  }
  for (guint i = 0; i < findings->n_spots; i++) {
    double x = 18 + 14 * neg_demo_random (findings->seed, i), y = -36 + 80 * neg_demo_random (findings->seed + 1, i);
    double r = 1.8 + 2.6 * neg_demo_random (findings->seed + 2, i);
    const NegDemoEllipsoid spot = { { i % 2 ? x : -x, y, 18 + 16 * neg_demo_random (findings->seed + 3, i) },
                                    { r * 1.9, r, r }, .turn_deg = i % 2 ? 20 : -20, .rough_mm = 0.7f,
                                    .rough_scale_mm = 3 };

    neg_demo_paint_ellipsoid (plane, &spot, values[NEG_DEMO_OEDEMA]);
  }
}

void
neg_demo_paint_head (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast)
{
  const float *values = neg_demo_contrast_get_values (contrast);
  Brain brain = { values, 21 };

  neg_demo_plane_clear (plane, values[NEG_DEMO_AIR]);
  neg_demo_paint_organs (plane, scalp, G_N_ELEMENTS (scalp), values);
  neg_demo_paint_pairs (plane, ears, G_N_ELEMENTS (ears), values);
  neg_demo_paint_organs (plane, vault, G_N_ELEMENTS (vault), values);
  neg_demo_shade_ellipsoid (plane, &hemispheres, shade_hemispheres, &brain);
  neg_demo_paint_organs (plane, base, 4, values);
  neg_demo_paint_pairs (plane, base_pairs, 3, values);
  neg_demo_shade_ellipsoid (plane, &cerebellum, shade_cerebellum, &brain);
  neg_demo_paint_organs (plane, stem, G_N_ELEMENTS (stem), values);
  neg_demo_paint_pairs (plane, deep_pairs, G_N_ELEMENTS (deep_pairs), values);
  neg_demo_paint_organs (plane, base + 4, G_N_ELEMENTS (base) - 4, values);
  neg_demo_paint_pairs (plane, base_pairs + 3, G_N_ELEMENTS (base_pairs) - 3, values);
  paint_vessels (plane, values);
  paint_head_findings (plane, findings, values);
  paint_ventricles (plane, findings->bleeding_mm > 0 ? 3.5 : 0, values);
}
