#include "config.h"

#include "demo/neg-demo-tissue.h"

#define TISSUES(air, lung, fat, muscle, cortex, marrow, disc, cord, fluid, artery, vein, heart, liver, spleen, kidney, \
                bowel, grey, white, bleeding, oedema, lesion, couch) \
  { \
    [NEG_DEMO_AIR] = air, [NEG_DEMO_LUNG] = lung, [NEG_DEMO_FAT] = fat, [NEG_DEMO_MUSCLE] = muscle, \
    [NEG_DEMO_CORTEX] = cortex, [NEG_DEMO_MARROW] = marrow, [NEG_DEMO_DISC] = disc, [NEG_DEMO_CORD] = cord, \
    [NEG_DEMO_FLUID] = fluid, [NEG_DEMO_ARTERY] = artery, [NEG_DEMO_VEIN] = vein, [NEG_DEMO_HEART] = heart, \
    [NEG_DEMO_LIVER] = liver, [NEG_DEMO_SPLEEN] = spleen, [NEG_DEMO_KIDNEY] = kidney, [NEG_DEMO_BOWEL] = bowel, \
    [NEG_DEMO_GREY] = grey, [NEG_DEMO_WHITE] = white, [NEG_DEMO_BLEEDING] = bleeding, [NEG_DEMO_OEDEMA] = oedema, \
    [NEG_DEMO_LESION] = lesion, [NEG_DEMO_COUCH] = couch \
  }

static const float contrasts[NEG_DEMO_N_CONTRASTS][NEG_DEMO_N_TISSUES] = {
  /* Air, lung, fat, muscle, cortex, marrow, disc, cord, fluid, artery, vein, heart,
   * liver, spleen, kidney, bowel, grey, white, bleeding, oedema, lesion, couch. */
  [NEG_DEMO_CT_PLAIN]
    = TISSUES (-1000, -868, -102, 54, 1050, 190, 82, 38, 5, 42, 41, 44,
               58, 48, 34, 30, 39, 29, 68, 17, 32, -420),
  [NEG_DEMO_CT_ARTERIAL]
    = TISSUES (-1000, -868, -102, 58, 1060, 200, 82, 40, 6, 330, 75, 120,
               70, 135, 170, 45, 44, 31, 68, 17, 118, -420),
  [NEG_DEMO_CT_VENOUS]
    = TISSUES (-1000, -866, -102, 64, 1060, 205, 84, 42, 7, 165, 160, 112,
               116, 122, 190, 60, 46, 33, 68, 17, 72, -420),
  [NEG_DEMO_CT_LATE]
    = TISSUES (-1000, -866, -102, 62, 1060, 200, 84, 42, 9, 105, 108, 88,
               92, 96, 150, 52, 44, 32, 68, 17, 64, -420),
  [NEG_DEMO_PET]
    = TISSUES (0, 420, 280, 700, 900, 1250, 600, 1500, 300, 1600, 1600, 2900,
               2350, 1900, 3600, 1150, 9000, 4200, 800, 900, 9600, 0),
  [NEG_DEMO_T1]
    = TISSUES (0, 8, 900, 330, 25, 610, 300, 380, 150, 90, 120, 330,
               400, 330, 350, 300, 410, 590, 620, 300, 290, 0),
  [NEG_DEMO_T2]
    = TISSUES (0, 8, 560, 190, 22, 360, 330, 330, 1020, 40, 70, 240,
               230, 400, 500, 400, 440, 290, 300, 640, 700, 0),
  [NEG_DEMO_FLAIR]
    = TISSUES (0, 6, 480, 230, 20, 300, 240, 330, 55, 40, 60, 260,
               260, 350, 380, 300, 440, 345, 520, 640, 690, 0),
  [NEG_DEMO_DIFFUSION_0]
    = TISSUES (0, 4, 60, 150, 10, 40, 150, 330, 1000, 30, 50, 200,
               200, 300, 400, 300, 470, 340, 300, 620, 640, 0),
  [NEG_DEMO_DIFFUSION_1000]
    = TISSUES (0, 3, 12, 40, 4, 10, 30, 250, 45, 8, 12, 60,
               80, 200, 150, 80, 240, 225, 180, 260, 640, 0),
};

const float *
neg_demo_contrast_get_values (NegDemoContrast contrast)
{
  g_return_val_if_fail (contrast < NEG_DEMO_N_CONTRASTS, contrasts[0]);

  return contrasts[contrast];
}

void
neg_demo_paint_organs (NegDemoPlane *plane, const NegDemoOrgan *organs, guint n, const float *values)
{
  for (guint i = 0; i < n; i++)
    neg_demo_paint_ellipsoid (plane, &organs[i].shape, values[organs[i].tissue]);
}

void
neg_demo_paint_pairs (NegDemoPlane *plane, const NegDemoOrgan *organs, guint n, const float *values)
{
  for (guint i = 0; i < n; i++) {
    NegDemoEllipsoid mirrored = organs[i].shape;

    mirrored.center_mm[0] = -mirrored.center_mm[0];
    mirrored.turn_deg = -mirrored.turn_deg;
    neg_demo_paint_ellipsoid (plane, &organs[i].shape, values[organs[i].tissue]);
    neg_demo_paint_ellipsoid (plane, &mirrored, values[organs[i].tissue]);
  }
}
