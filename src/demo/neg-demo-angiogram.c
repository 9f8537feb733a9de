/* A left coronary artery: contrast runs in and out while the heart beats. The detector's plane is x, y in mm. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-image.h"

#define BEAT_FRAMES 13.0
#define FIRST_FRAME 5
#define TREE_DEPTH 6

typedef struct {
  NegDemoPlane *plane;
  double frame;
} Angiogram;

/* How much contrast a vessel holds that begins this far from the catheter. */
static float
get_fill (const Angiogram *angiogram, double way_mm)
{
  double arrives = FIRST_FRAME + way_mm / 14, leaves = 34 + way_mm / 16;
  double in = CLAMP ((angiogram->frame - arrives) / 2.5, 0, 1), out = CLAMP ((angiogram->frame - leaves) / 6, 0, 1);

  return (float) (in * (1 - 0.92 * out));
}

/* The beat draws everything towards the base. */
static void
move (const Angiogram *angiogram, double p[3])
{
  double beat = 0.5 - 0.5 * cos (2 * G_PI * angiogram->frame / BEAT_FRAMES);

  p[0] += (4 - p[0]) * 0.055 * beat + 1.2 * beat;
  p[1] += (-36 - p[1]) * 0.08 * beat;
}

static void
draw (const Angiogram *angiogram, const double from_mm[3], const double to_mm[3], double radius_mm, double end_mm,
      double way_mm)
{
  double a[3] = { from_mm[0], from_mm[1], 0 }, b[3] = { to_mm[0], to_mm[1], 0 };
  float fill = get_fill (angiogram, way_mm);

  if (fill <= 0.01f)
    return;
  move (angiogram, a);
  move (angiogram, b);
  neg_demo_paint_tube (angiogram->plane, a, b, radius_mm, end_mm, fill * (float) MIN (1, 0.42 + 0.3 * radius_mm));
}

static void
grow (const Angiogram *angiogram, const double from_mm[3], double turn, double radius_mm, guint depth, guint32 name,
      double way_mm)
{
  double at_mm[3] = { from_mm[0], from_mm[1], 0 };
  double curl = 0.5 * (neg_demo_random (91, name) - 0.5), step_mm = 4.2;

  for (guint i = 0; i < 3 + depth; i++) {
    double next_mm[3] = { at_mm[0] + step_mm * cos (turn), at_mm[1] + step_mm * sin (turn), 0 };
    double thinner = radius_mm * 0.95;
    /* The finding: a tight stenosis of the main branch. */
    gboolean tight = name == 2 && i == 3;

    draw (angiogram, at_mm, next_mm, tight ? radius_mm * 0.3 : radius_mm, tight ? radius_mm * 0.35 : thinner, way_mm);
    turn += curl * 0.3 + 0.5 * (neg_demo_random (92 + i, name) - 0.5);
    radius_mm = thinner;
    way_mm += step_mm;
    at_mm[0] = next_mm[0];
    at_mm[1] = next_mm[1];
  }
  if (depth == 0)
    return;
  grow (angiogram, at_mm, turn + 0.16, radius_mm * 0.94, depth - 1, name * 2, way_mm);
  turn -= 0.5 + 0.4 * neg_demo_random (93, name);
  grow (angiogram, at_mm, turn, radius_mm * 0.6, depth - 1, name * 2 + 1, way_mm);
}

static void
paint_vessels (const Angiogram *angiogram)
{
  static const double mouth_mm[3] = { -22, -40, 0 }, fork_mm[3] = { -9, -38, 0 };
  static const double catheter_mm[][3]
      = { { -44, -80, 0 }, { -48, -56, 0 }, { -40, -38, 0 }, { -30, -36, 0 }, { -22, -40, 0 } };

  neg_demo_paint_path (angiogram->plane, catheter_mm, G_N_ELEMENTS (catheter_mm), 0.9, 0.9, 0.4f);
  draw (angiogram, mouth_mm, fork_mm, 2.2, 2.1, 0);
  grow (angiogram, fork_mm, 0.35, 1.9, TREE_DEPTH, 1, 12);
  grow (angiogram, fork_mm, 1.75, 1.7, TREE_DEPTH - 1, 40, 12);
}

/* Lung, diaphragm, spine and ribs: blurred, and darker where they are thick. */
static double
get_background (double x, double y)
{
  const double p[3] = { x, y, 0 };
  double value = 172 + 22 * neg_demo_field (p, 60, 2, 95);
  double heart = hypot ((x - 4) / 66, (y - 2) / 60), spine = (x + 62) / 17, dome_mm = y - 52 + 0.006 * x * x;

  value -= 46 * CLAMP ((1.05 - heart) / 0.25, 0, 1);
  value -= 34 * exp (-spine * spine * spine * spine);
  value -= 52 * CLAMP (dome_mm / 4, 0, 1);
  for (int i = -3; i <= 3; i++) {
    double rib_mm = fabs (y - 0.34 * x - 27 * i - 0.002 * x * x);

    value -= 9 * CLAMP ((6.5 - rib_mm) / 1.6, 0, 1);
  }
  return value;
}

static void
put_frame (NegDemoImage *image, const NegDemoPlane *plane, const float *background, guint frame)
{
  guint8 *data = image->data + frame * image->frame_bytes;

  for (gsize i = 0; i < image->frame_bytes; i++)
    data[i] = neg_demo_byte (plane->values[i] + background[i]);
}

gboolean
neg_demo_render_angiogram (NegDemoImage *image, const NegDemoSeries *series)
{
  gsize n = (gsize) image->columns * image->rows;
  g_autofree float *values = g_try_new (float, n);
  g_autofree float *background = g_try_new (float, n);
  const double origin_mm[3]
      = { -(image->columns / 2.0) * series->spacing_mm, -(image->rows / 2.0) * series->spacing_mm, 0 };
  NegDemoPlane plane;

  if (values == NULL || background == NULL)
    return FALSE;
  neg_demo_plane_init (&plane, origin_mm, (const double[]){ 1, 0, 0 }, (const double[]){ 0, 1, 0 }, series->spacing_mm,
                       series->spacing_mm, image->columns, image->rows, values);
  for (gsize i = 0; i < n; i++)
    background[i] = (float) get_background (origin_mm[0] + i % image->columns * series->spacing_mm,
                                            origin_mm[1] + i / image->columns * series->spacing_mm);
  for (guint frame = 0; frame < image->frames; frame++) {
    const Angiogram angiogram = { &plane, frame };

    neg_demo_plane_clear (&plane, 0);
    paint_vessels (&angiogram);
    for (gsize i = 0; i < n; i++)
      values[i] *= -105;
    if (!neg_demo_add_noise (values, plane.columns, plane.rows, NEG_DEMO_GRAIN_SOFT, series->deviation, frame))
      return FALSE;
    put_frame (image, &plane, background, frame);
  }
  return TRUE;
}
