/* What phantoms are made of, and what each way of imaging makes of that. Thread: any (constants). */
#pragma once

#include "demo/neg-demo-plane.h"

G_BEGIN_DECLS

typedef enum {
  NEG_DEMO_AIR,
  NEG_DEMO_LUNG,
  NEG_DEMO_FAT,
  NEG_DEMO_MUSCLE,
  NEG_DEMO_CORTEX,
  NEG_DEMO_MARROW,
  NEG_DEMO_DISC,
  NEG_DEMO_CORD,
  NEG_DEMO_FLUID,
  NEG_DEMO_ARTERY,
  NEG_DEMO_VEIN,
  NEG_DEMO_HEART,
  NEG_DEMO_LIVER,
  NEG_DEMO_SPLEEN,
  NEG_DEMO_KIDNEY,
  NEG_DEMO_BOWEL,
  NEG_DEMO_GREY,
  NEG_DEMO_WHITE,
  NEG_DEMO_BLEEDING,
  NEG_DEMO_OEDEMA,
  NEG_DEMO_LESION,
  NEG_DEMO_COUCH,
  NEG_DEMO_N_TISSUES,
} NegDemoTissue;

typedef enum {
  NEG_DEMO_CT_PLAIN, /* Hounsfield units */
  NEG_DEMO_CT_ARTERIAL,
  NEG_DEMO_CT_VENOUS,
  NEG_DEMO_CT_LATE,
  NEG_DEMO_PET, /* SUV by body weight, in thousandths */
  NEG_DEMO_T1,  /* of no unit */
  NEG_DEMO_T2,
  NEG_DEMO_FLAIR,
  NEG_DEMO_DIFFUSION_0,
  NEG_DEMO_DIFFUSION_1000,
  NEG_DEMO_N_CONTRASTS,
} NegDemoContrast;

/* NEG_DEMO_N_TISSUES values. */
const float *neg_demo_contrast_get_values (NegDemoContrast contrast);

typedef struct {
  NegDemoTissue tissue;
  NegDemoEllipsoid shape;
} NegDemoOrgan;

void neg_demo_paint_organs (NegDemoPlane *plane, const NegDemoOrgan *organs, guint n, const float *values);

/* On both sides of the body: the organ, and its mirror image. */
void neg_demo_paint_pairs (NegDemoPlane *plane, const NegDemoOrgan *organs, guint n, const float *values);

G_END_DECLS
