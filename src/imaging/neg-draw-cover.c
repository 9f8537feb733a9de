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

/* The place of a coordinate among @size pixels, times @step; -1: outside. */
static gint64
get_offset (double position, guint32 size, guint32 step)
{
  return _neg_draw_is_inside (position, size) ? (gint64) position * step : -1;
}

/* Aligned with the axes a cell's place is a part by column plus a part by row. */
static gboolean
cover_aligned (const NegDraw *draw, const NegPicture *picture, guint first_row, guint n_rows)
{
  const NegLayers *layers = draw->layers;
  const double *m = draw->output_to_image.m;
  gboolean is_upright = m[1] == 0 && m[3] == 0;
  guint32 columns = layers->columns, rows = layers->rows;
  g_autofree gint64 *by_column = NULL;

  if (!is_upright && (m[0] != 0 || m[4] != 0))
    return FALSE;
  by_column = g_new (gint64, picture->width);
  for (guint i = 0; i < picture->width; i++)
    by_column[i] = is_upright ? get_offset (m[0] * (i + 0.5) + m[2], columns, 1)
                              : get_offset (m[3] * (i + 0.5) + m[5], rows, columns);
  for (guint row = first_row; row < first_row + n_rows; row++) {
    gint64 by_row = is_upright ? get_offset (m[4] * (row + 0.5) + m[5], rows, columns)
                               : get_offset (m[1] * (row + 0.5) + m[2], columns, 1);
    guint8 *out = picture->pixels + row * picture->stride;

    for (guint i = 0; by_row >= 0 && i < picture->width; i++) {
      guint8 cell = by_column[i] >= 0 ? layers->cells[by_row + by_column[i]] : 0;

      if (cell != 0)
        put (picture, out + (gsize) i * picture->channels, layers, cell);
    }
  }
  return TRUE;
}

void
_neg_draw_cover_rows (const NegDraw *draw, const NegPicture *picture, guint first_row, guint n_rows)
{
  if (cover_aligned (draw, picture, first_row, n_rows))
    return;
  for (guint row = first_row; row < first_row + n_rows; row++)
    cover_row (draw, picture, row);
}
