/* The phantoms: each paints its cut through a plane, in the values of a contrast. Nothing is measured from anybody:
 * they are made of ellipsoids, tubes and smooth noise. Thread: any; they hold no state. */
#pragma once

#include "demo/neg-demo-tissue.h"

G_BEGIN_DECLS

/* What one person has. */
typedef struct {
  guint32 seed;            /* no two look quite alike */
  double lesion_mm;        /* radius of the main finding; 0: none */
  double liver_lesion_mm;  /* torso only */
  guint n_spots;           /* head only: small lesions of the white matter */
  double bleeding_mm;      /* head only */
} NegDemoFindings;

typedef void (*NegDemoPhantom) (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast);

/* Where the torso's main finding is: the right upper lobe. */
#define NEG_DEMO_NODULE_MM { -88, 14, 32 }

/* Neck to kidneys, on a couch; the carina is at 0, 0, 0. */
void neg_demo_paint_torso (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast);

/* The thalami are at 0, 0, 0. */
void neg_demo_paint_head (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast);

/* Lumbar spine; the disc between the third and the fourth vertebra is at 0, 0, 0. */
void neg_demo_paint_spine (NegDemoPlane *plane, const NegDemoFindings *findings, NegDemoContrast contrast);

/* The bones of the chest, and the vessels and airways of the lungs: parts of the torso. */
void neg_demo_paint_chest_bones (NegDemoPlane *plane, const float *values);
void neg_demo_paint_lung_vessels (NegDemoPlane *plane, guint32 seed, const float *values);

G_END_DECLS
