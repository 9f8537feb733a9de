/* Bones of the chest, and the trees in the lungs. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "demo/neg-demo-noise.h"
#include "demo/neg-demo-phantom.h"

#define RIB_PAIRS 12
#define RIB_POINTS 17
#define VERTEBRAE 24
#define VERTEBRA_PITCH_MM 23.5
#define TREE_DEPTH 7

/* How wide the cage is at each pair, and how far the pair reaches round it. */
static const struct {
  double wide, reach_deg;
} ribs[RIB_PAIRS] = {
  { 0.46, 150 }, { 0.66, 158 }, { 0.80, 160 }, { 0.90, 160 }, { 0.96, 158 }, { 1.00, 155 },
  { 1.02, 150 }, { 1.03, 143 }, { 1.03, 135 }, { 1.01, 124 }, { 0.97, 95 },  { 0.90, 65 },
};

static void
fill_rib (double (*points_mm)[3], guint pair, int side)
{
  double top_mm = 118 - pair * 23.5;

  for (guint i = 0; i < RIB_POINTS; i++) {
    double along = (double) i / (RIB_POINTS - 1), angle = (14 + along * (ribs[pair].reach_deg - 14)) * G_PI / 180;
    double wide = ribs[pair].wide * 136;

    points_mm[i][0] = side * wide * pow (sin (angle), 0.85);
    points_mm[i][1] = 4 + 97 * (0.25 + 0.75 * ribs[pair].wide) * cos (angle) - 20 * pow (1 - ribs[pair].wide, 1);
    points_mm[i][2] = top_mm + 6 * sin (angle * 2) - (pair == 0 ? 26 : 62) * along * along * (2 - along);
  }
}

static void
paint_ribs (NegDemoPlane *plane, const float *values)
{
  for (guint pair = 0; pair < RIB_PAIRS; pair++)
    for (int side = -1; side <= 1; side += 2) {
      double points_mm[RIB_POINTS][3];
      guint bony = pair < 10 ? RIB_POINTS - 3 : RIB_POINTS;

      fill_rib (points_mm, pair, side);
      /* In front a rib goes on as cartilage. */
      if (bony < RIB_POINTS)
        neg_demo_paint_path (plane, (const double (*)[3]) points_mm + bony - 1, RIB_POINTS - bony + 1, 5.4, 5,
                             values[NEG_DEMO_DISC] + 20);
      neg_demo_paint_path (plane, (const double (*)[3]) points_mm, bony, 5.2, 6.2, values[NEG_DEMO_CORTEX] * 0.72f);
      neg_demo_paint_path (plane, (const double (*)[3]) points_mm, bony, 3.4, 4.4, values[NEG_DEMO_MARROW]);
    }
}

/* The arch behind the canal: pedicles, laminae, transverse and spinous process. */
static void
paint_arch (NegDemoPlane *plane, const double center_mm[3], double size, const float *values)
{
  float bone = values[NEG_DEMO_CORTEX] * 0.62f;
  double z = center_mm[2];

  for (int side = -1; side <= 1; side += 2) {
    const double pedicle_mm[3] = { side * 13 * size, center_mm[1] + 12 * size, z + 3 };
    const double corner_mm[3] = { side * 13.5 * size, center_mm[1] + 27 * size, z - 2 };
    const double transverse_mm[3] = { side * 33 * size, center_mm[1] + 34 * size, z + 1 };
    const double lamina_mm[3] = { 0, center_mm[1] + 37 * size, z - 6 };

    neg_demo_paint_tube (plane, pedicle_mm, corner_mm, 4.2 * size, 4.5 * size, bone);
    neg_demo_paint_tube (plane, corner_mm, transverse_mm, 4.6 * size, 3.4 * size, bone);
    neg_demo_paint_tube (plane, corner_mm, lamina_mm, 4 * size, 3.2 * size, bone);
  }
  neg_demo_paint_tube (plane, (const double[]){ 0, center_mm[1] + 38 * size, z - 6 },
                       (const double[]){ 0, center_mm[1] + 50 * size, z - 22 }, 3.4 * size, 3.2 * size, bone);
}

static void
paint_vertebra (NegDemoPlane *plane, const double center_mm[3], double size, const float *values)
{
  NegDemoEllipsoid body = { .center_mm = { center_mm[0], center_mm[1], center_mm[2] },
                            .radii_mm = { 17.5 * size, 14 * size, 10.2 },
                            .boxy = TRUE,
                            .rough_mm = 0.8f,
                            .rough_scale_mm = 9,
                            .seed = 5 };

  paint_arch (plane, center_mm, size, values);
  neg_demo_paint_ellipsoid (plane, &body, values[NEG_DEMO_CORTEX] * 0.66f);
  for (guint i = 0; i < 3; i++)
    body.radii_mm[i] -= 1.7;
  neg_demo_paint_ellipsoid (plane, &body, values[NEG_DEMO_MARROW]);
}

static void
paint_vertebrae (NegDemoPlane *plane, const float *values)
{
  for (guint i = 0; i < VERTEBRAE; i++) {
    double z = 190 - i * VERTEBRA_PITCH_MM;
    double size = 0.78 + 0.02 * i, bend_mm = 8 * sin ((z + 60) / 120);
    const double center_mm[3] = { 0, 58 + bend_mm, z };
    const NegDemoEllipsoid disc = { .center_mm = { 0, 58 + bend_mm, z - VERTEBRA_PITCH_MM / 2 },
                                    .radii_mm = { 17 * size, 13.5 * size, 4.5 },
                                    .boxy = TRUE };
    const NegDemoEllipsoid canal = { .center_mm = { 0, 58 + bend_mm + 22 * size, z },
                                     .radii_mm = { 10 * size, 9 * size, 16 } };

    neg_demo_paint_ellipsoid (plane, &disc, values[NEG_DEMO_DISC]);
    paint_vertebra (plane, center_mm, size, values);
    neg_demo_paint_ellipsoid (plane, &canal, values[NEG_DEMO_FLUID] + 8);
    neg_demo_paint_tube (plane, (const double[]){ 0, 58 + bend_mm + 22 * size, z - 13 },
                         (const double[]){ 0, 58 + bend_mm + 22 * size, z + 13 }, 5, 5, values[NEG_DEMO_CORD]);
  }
}

static const NegDemoOrgan breastbone[] = {
  { NEG_DEMO_CORTEX, { { 0, -93, 55 }, { 26, 6.5, 24 }, .pitch_deg = -12, .boxy = TRUE } },
  { NEG_DEMO_MARROW, { { 0, -93, 55 }, { 24, 4.6, 22 }, .pitch_deg = -12, .boxy = TRUE } },
  { NEG_DEMO_CORTEX, { { 0, -100, -15 }, { 16, 6, 52 }, .boxy = TRUE } },
  { NEG_DEMO_MARROW, { { 0, -100, -15 }, { 14.2, 4.2, 50 }, .boxy = TRUE } },
};

static const NegDemoOrgan shoulder_blades[] = {
  { NEG_DEMO_CORTEX, { { 100, 84, 44 }, { 52, 3.6, 76 }, .turn_deg = -48 } },
  { NEG_DEMO_CORTEX, { { 122, 74, 98 }, { 44, 6, 9 }, .turn_deg = -28 } },
  { NEG_DEMO_CORTEX, { { 150, 34, 118 }, { 23, 23, 25 } } },
  { NEG_DEMO_MARROW, { { 150, 34, 118 }, { 21, 21, 23 } } },
};

static void
paint_collarbones (NegDemoPlane *plane, const float *values)
{
  for (int side = -1; side <= 1; side += 2) {
    const double points_mm[][3] = {
      { side * 20, -82, 84 },   { side * 50, -84, 96 },  { side * 85, -62, 110 },
      { side * 118, -30, 122 }, { side * 148, -4, 132 },
    };

    neg_demo_paint_path (plane, points_mm, G_N_ELEMENTS (points_mm), 7.5, 6.5, values[NEG_DEMO_CORTEX] * 0.8f);
    neg_demo_paint_path (plane, points_mm, G_N_ELEMENTS (points_mm), 5, 4, values[NEG_DEMO_MARROW]);
  }
}

void
neg_demo_paint_chest_bones (NegDemoPlane *plane, const float *values)
{
  neg_demo_paint_pairs (plane, shoulder_blades, G_N_ELEMENTS (shoulder_blades), values);
  paint_collarbones (plane, values);
  paint_ribs (plane, values);
  neg_demo_paint_organs (plane, breastbone, G_N_ELEMENTS (breastbone), values);
  paint_vertebrae (plane, values);
}

/* Where a vessel may grow: in a lung, off the heart, above the diaphragm. */
static gboolean
in_lung (const double p[3], int side)
{
  double x = (p[0] - side * 72) / 55, y = (p[1] - 6) / 82, z = (p[2] + 20) / (p[2] > -20 ? 124 : 138);
  double heart_x = (p[0] - 22) / 56, heart_y = (p[1] + 32) / 50, heart_z = (p[2] + 70) / 62;
  double dome_x = (p[0] - side * 66) / 84, dome_y = (p[1] - 5) / 88, dome_z = (p[2] + 168) / 78;

  return x * x + y * y + z * z < 0.97 && heart_x * heart_x + heart_y * heart_y + heart_z * heart_z > 1
         && dome_x * dome_x + dome_y * dome_y + dome_z * dome_z > 1;
}

typedef struct {
  NegDemoPlane *plane;
  guint32 seed;
  int side;
  float value;
} Tree;

/* Every branch forks in two, thinner ones, away from where it came from. */
static void
grow (const Tree *tree, const double from_mm[3], const double direction[3], double radius_mm, double length_mm,
      guint depth, guint32 name)
{
  double to_mm[3], length = 0;

  for (guint i = 0; i < 3; i++)
    to_mm[i] = from_mm[i] + direction[i] * length_mm;
  neg_demo_paint_tube (tree->plane, from_mm, to_mm, radius_mm, radius_mm * 0.86, tree->value);
  if (depth == 0 || (depth < TREE_DEPTH - 1 && !in_lung (to_mm, tree->side)))
    return;
  for (guint fork = 0; fork < 2; fork++) {
    guint32 child = name * 2 + fork;
    double next[3];

    length = 0;
    for (guint i = 0; i < 3; i++) {
      double stray = 2 * neg_demo_random (tree->seed + i, name) - 1;

      next[i] = direction[i] + (fork ? -1 : 1) * (0.35 * stray + (stray > 0 ? 0.3 : -0.3))
                + 0.25 * (neg_demo_random (tree->seed + 7 + i, child) - 0.5);
      length += next[i] * next[i];
    }
    for (guint i = 0; i < 3; i++)
      next[i] /= sqrt (length);
    grow (tree, to_mm, next, radius_mm * (fork ? 0.72 : 0.84),
          length_mm * (0.78 + 0.25 * neg_demo_random (tree->seed + 11, child)), depth - 1, child);
  }
}

void
neg_demo_paint_lung_vessels (NegDemoPlane *plane, guint32 seed, const float *values)
{
  static const double ways[][3] = {
    { 0.55, -0.35, 0.75 }, { 0.6, 0.5, 0.6 },    { 0.8, -0.6, 0.1 },   { 0.8, 0.55, -0.1 },
    { 0.6, -0.6, -0.5 },   { 0.6, 0.45, -0.65 }, { 0.35, 0.55, -0.75 }, { 0.3, 0.1, 0.95 },
  };

  for (int side = -1; side <= 1; side += 2)
    for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
      const Tree tree = { plane, seed + 100 * i + (side > 0 ? 50 : 0), side, values[NEG_DEMO_ARTERY] };
      const double from_mm[3] = { side * 34, 4 + 6 * ways[i][1], -22 + 16 * ways[i][2] };
      const double direction[3] = { side * ways[i][0], ways[i][1], ways[i][2] };

      grow (&tree, from_mm, direction, 4.6, 27, TREE_DEPTH, 1);
    }
}
