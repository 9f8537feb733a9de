/* A sector of echoes: a heart that beats, with a colour window over its valve; a gallbladder with a stone. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-image.h"

#define APEX_X 320.0
#define APEX_Y 24.0
#define DEPTH_PX 430.0
#define NEAR_PX 10.0
#define HALF_ANGLE 0.68
#define BEAT_FRAMES 20.0

typedef struct {
  double x, y, wide, high, turn;
} Oval;

/* Below 1 inside. */
static double
in_oval (const Oval *oval, double x, double y)
{
  double c = cos (oval->turn), s = sin (oval->turn);
  double u = ((x - oval->x) * c + (y - oval->y) * s) / oval->wide;
  double v = (-(x - oval->x) * s + (y - oval->y) * c) / oval->high;

  return sqrt (u * u + v * v);
}

/* A soft step: 1 inside, 0 outside, over about @soft. */
static double
inside (const Oval *oval, double x, double y, double soft)
{
  return CLAMP ((1 - in_oval (oval, x, y)) / soft + 0.5, 0, 1);
}

/* Brightness of the echoes at a place, 0 to 1, and how the blood there moves, -1 to 1. */
static double
get_heart (double x, double y, double beat, double *flow)
{
  double squeeze = 1 - 0.2 * beat, fill = 0.85 + 0.25 * beat;
  const Oval outer = { 318, 236, 128, 192, 0.06 };
  const Oval left = { 366 - 6 * beat, 186 + 10 * beat, 50 * squeeze, 104 * (1 - 0.1 * beat), -0.1 };
  const Oval right = { 256, 204 + 8 * beat, 34 * squeeze, 92 * (1 - 0.08 * beat), 0.24 };
  const Oval left_room = { 372, 362, 52 * fill, 44 * fill, 0 }, right_room = { 256, 362, 46 * fill, 42 * fill, 0 };
  const Oval valve = { 368, 306, 40, 66, 0 };
  double blood = MAX (MAX (inside (&left, x, y, 0.1), inside (&right, x, y, 0.14)),
                      MAX (inside (&left_room, x, y, 0.1), inside (&right_room, x, y, 0.1)));
  double muscle = inside (&outer, x, y, 0.06);
  double leaf_mm = 20 * (1 - beat) + 3, echo = 0.3 + 0.36 * muscle;

  /* The sac around it shines. */
  echo += 0.4 * exp (-pow ((in_oval (&outer, x, y) - 1) * 26, 2));
  echo = echo * (1 - blood) + 0.05 * blood;
  if (y > 284 && y < 318)
    for (int side = -1; side <= 1; side += 2) {
      double hinge = 368 + side * 42, along = (y - 288) / 30;

      echo = MAX (echo, 0.9 * exp (-pow ((x - (hinge - side * (42 - leaf_mm) * along)) / 3.5, 2)));
    }
  *flow = inside (&valve, x, y, 0.6) * blood * (beat < 0.5 ? 1 : -0.75) * fabs (1 - 2 * beat);
  return echo;
}

static double
get_gallbladder (double x, double y, double *flow)
{
  const Oval sac = { 318, 216, 92, 46, 0.32 }, stone = { 352, 246, 16, 13, 0 }, vein = { 430, 300, 20, 15, 0.3 };
  double echo = 0.46, shine, angle = atan2 (x - APEX_X, y - APEX_Y), stone_angle = atan2 (352 - APEX_X, 246 - APEX_Y);
  double liquid = inside (&sac, x, y, 0.06);

  *flow = 0;
  if (y > 330 + 0.25 * (x - 320))
    echo = 0.68; /* beyond the capsule */
  echo += 0.5 * exp (-pow ((y - 330 - 0.25 * (x - 320)) / 4, 2));
  /* Behind liquid echoes are stronger, behind a stone there are none. */
  if (y > 216 && fabs (angle) < 0.4)
    echo *= 1.25;
  shine = exp (-pow ((in_oval (&sac, x, y) - 1.04) * 22, 2));
  echo = MAX (echo * (1 - liquid) + 0.03 * liquid, 0.85 * shine);
  echo *= 1 - 0.9 * inside (&vein, x, y, 0.2);
  if (y > 252 && fabs (angle - stone_angle) < 0.055)
    echo *= 0.12;
  return MAX (echo, 1.1 * inside (&stone, x, y, 0.3) * (y < 250));
}

/* Waves that add up or cancel: finer along the beam than across. */
static double
get_speckle (double distance, double angle, guint frame)
{
  const double p[3] = { distance / 2.1, angle * 95, frame * 0.35 };
  double grain = neg_demo_field (p, 1, 0, 70);

  return 0.62 + 0.75 * grain;
}

static void
put_flow (guint8 *pixel, double flow)
{
  double fast = fabs (flow);

  pixel[0] = neg_demo_byte (flow > 0 ? 120 + 135 * fast : 20);
  pixel[1] = neg_demo_byte (90 * fast * fast + 20);
  pixel[2] = neg_demo_byte (flow > 0 ? 20 : 120 + 135 * fast);
}

static void
put_sector_pixel (const NegDemoSeries *series, guint frame, double x, double y, guint8 *pixel)
{
  double dx = x - APEX_X, dy = y - APEX_Y, distance = hypot (dx, dy), angle = atan2 (dx, dy);
  double beat = 0.5 - 0.5 * cos (2 * G_PI * frame / BEAT_FRAMES), flow = 0, echo, grey;

  if (distance < NEAR_PX || distance > DEPTH_PX || fabs (angle) > HALF_ANGLE)
    return;
  echo = series->view == 0 ? get_heart (x, y, beat, &flow) : get_gallbladder (x, y, &flow);
  echo *= get_speckle (distance, angle, frame) * (1.1 - 0.45 * distance / DEPTH_PX);
  grey = 255 * pow (CLAMP (echo, 0, 1), 0.8);
  if (fabs (flow) > 0.18) {
    put_flow (pixel, flow);
    return;
  }
  for (guint i = 0; i < 3; i++)
    pixel[i] = neg_demo_byte (grey);
}

/* What belongs to every screen: a scale of colours, marks of depth. No letters. */
static void
put_scales (guint8 *frame_data, guint columns)
{
  for (guint row = 60; row < 200; row++)
    for (guint column = 606; column < 620; column++) {
      guint8 *pixel = frame_data + ((gsize) row * columns + column) * 3;
      double level = (130.0 - row) / 70;

      put_flow (pixel, fabs (level) < 0.05 ? 0 : level);
    }
  for (guint mark = 0; mark < 9; mark++)
    for (guint column = 590; column < 598; column++) {
      guint8 *pixel = frame_data + (((gsize) APEX_Y + mark * 50) * columns + column) * 3;

      pixel[0] = pixel[1] = pixel[2] = 180;
    }
}

void
neg_demo_render_ultrasound (NegDemoImage *image, const NegDemoSeries *series)
{
  for (guint frame = 0; frame < image->frames; frame++) {
    guint8 *data = image->data + frame * image->frame_bytes;

    for (guint row = 0; row < image->rows; row++)
      for (guint column = 0; column < image->columns; column++)
        put_sector_pixel (series, frame, column, row, data + ((gsize) row * image->columns + column) * 3);
    put_scales (data, image->columns);
  }
}
