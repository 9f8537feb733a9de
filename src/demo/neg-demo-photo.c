/* A mole through a dermatoscope: skin with its lines, a net of pigment, hairs. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-image.h"

static void
mix_in (double color[3], const double other[3], double part)
{
  for (guint i = 0; i < 3; i++)
    color[i] += (other[i] - color[i]) * CLAMP (part, 0, 1);
}

/* Walls between cells: where the two nearest centres are equally far. */
static double
get_net (double x, double y, double cell)
{
  double nearest = 1e9, second = 1e9;
  int i = (int) floor (x / cell), j = (int) floor (y / cell);

  for (int v = j - 1; v <= j + 1; v++)
    for (int u = i - 1; u <= i + 1; u++) {
      double at_x = (u + 0.5 + 0.8 * (neg_demo_hash (u, v, 0, 80) / 4294967296.0 - 0.5)) * cell;
      double at_y = (v + 0.5 + 0.8 * (neg_demo_hash (u, v, 1, 80) / 4294967296.0 - 0.5)) * cell;
      double distance = hypot (x - at_x, y - at_y);

      second = MIN (second, MAX (nearest, distance));
      nearest = MIN (nearest, distance);
    }
  return CLAMP (1 - (second - nearest) / (0.3 * cell), 0, 1);
}

static void
get_color (double x, double y, double color[3])
{
  static const double skin[3] = { 226, 178, 158 }, red[3] = { 205, 130, 118 }, brown[3] = { 132, 82, 54 },
                      dark[3] = { 66, 40, 32 }, blue[3] = { 92, 88, 104 };
  const double p[3] = { x, y, 0 };
  double wobble = neg_demo_field (p, 130, 2, 81), distance = hypot ((x - 640) / 1.18, y - 470);
  double mole = CLAMP ((292 + 62 * wobble - distance) / 46, 0, 1), core;

  for (guint i = 0; i < 3; i++)
    color[i] = skin[i];
  mix_in (color, red, 0.22 + 0.35 * neg_demo_field (p, 170, 3, 82));
  mix_in (color, red, 0.22 * MAX (0, 1 - 9 * fabs (neg_demo_field (p, 46, 1, 83))));
  mix_in (color, brown, mole * (0.62 + 0.3 * neg_demo_field (p, 60, 3, 84)));
  mix_in (color, dark, mole * 0.62 * get_net (x + 5 * wobble, y, 21));
  core = CLAMP ((150 + 95 * neg_demo_field (p, 90, 2, 85) - hypot (x - 690, y - 430)) / 70, 0, 1);
  mix_in (color, dark, core * 0.6);
  mix_in (color, blue, 0.55 * CLAMP ((72 + 50 * wobble - hypot (x - 560, y - 540)) / 50, 0, 1));
}

static double
get_hair (double x, double y)
{
  double hair = 0;

  for (guint i = 0; i < 6; i++) {
    double turn = 0.5 + 0.7 * neg_demo_random (86, i), c = cos (turn), s = sin (turn);
    double along = x * c + y * s, across = -x * s + y * c - 640 * (neg_demo_random (87, i) - 0.35);

    across -= 60 * sin (along / (420 + 200 * neg_demo_random (88, i)) + i);
    hair = MAX (hair, CLAMP (2.6 - fabs (across), 0, 1));
  }
  return hair;
}

/* The tube that touches the skin ends in a round edge; light falls off towards it. */
static void
put_photo_pixel (guint column, guint row, guint8 *pixel)
{
  static const double black[3] = { 34, 24, 22 };
  double x = column, y = row, from_middle = hypot (x - 640, y - 480), color[3], light;

  get_color (x, y, color);
  mix_in (color, black, 0.8 * get_hair (x, y));
  light = (1 - 0.32 * pow (from_middle / 640, 2)) * CLAMP ((626 - from_middle) / 5, 0, 1);
  for (guint i = 0; i < 3; i++) {
    double grain = 5 * (neg_demo_hash ((gint32) column, (gint32) row, (gint32) i, 89) / 4294967296.0 - 0.5);

    pixel[i] = neg_demo_byte (color[i] * light + grain);
  }
}

void
neg_demo_render_photo (NegDemoImage *image, const NegDemoSeries *series)
{
  for (guint row = 0; row < image->rows; row++)
    for (guint column = 0; column < image->columns; column++)
      put_photo_pixel (column, row, image->data + ((gsize) row * image->columns + column) * 3);
}
