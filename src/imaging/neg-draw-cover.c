/* What lies above the image, laid onto rows that are drawn: the same for every way of drawing. */
#include "config.h"

#include <math.h>

#include "imaging/neg-draw-private.h"
#include "imaging/neg-layers.h"

static void
put (const NegPicture *picture, guint8 *out, const NegLayers *layers, guint8 cell)
{
  const guint8 *color = layers->colors[cell];

  if (picture->channels == 1)
    *out = layers->greys[cell];
  else
    _neg_draw_put (out, picture->channels, (NegRgb){ color[0], color[1], color[2] });
}

static void
cover_row (const NegDraw *draw, const NegPicture *picture, guint row)
{
  const NegLayers *layers = draw->layers;
  const double *m = draw->output_to_image.m;
  guint8 *out = picture->pixels + row * picture->stride;

  for (guint column = 0; column < picture->width; column++, out += picture->channels) {
    /* As the general way has it, so that a cell and its pixel have the same edges. */
    double x = m[0] * (column + 0.5) + m[1] * (row + 0.5) + m[2];
    double y = m[3] * (column + 0.5) + m[4] * (row + 0.5) + m[5];
    guint8 cell;

    if (!_neg_draw_is_inside (x, layers->columns) || !_neg_draw_is_inside (y, layers->rows))
      continue;
    cell = layers->cells[(gsize) y * layers->columns + (gsize) x];
    if (cell != 0)
      put (picture, out, layers, cell);
  }
}

void
_neg_draw_cover_rows (const NegDraw *draw, const NegPicture *picture, guint first_row, guint n_rows)
{
  for (guint row = first_row; row < first_row + n_rows; row++)
    cover_row (draw, picture, row);
}
