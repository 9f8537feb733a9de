/* The shapes of a display shutter (PS3.3 C.7.6.11). Each leaves a run or more in each row; what no shape leaves is
 * covered, so that the least image remains. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-layers-private.h"
#include "imaging/neg-measure-region.h"

/* Pixels [first, end) of a row, of whatever the numbers are. */
static void
cover (NegLayers *layers, guint32 row, gint64 first, gint64 end, guint8 cell)
{
  first = CLAMP (first, 0, (gint64) layers->columns);
  end = CLAMP (end, 0, (gint64) layers->columns);
  if (first < end)
    memset (layers->cells + (gsize) row * layers->columns + first, cell, end - first);
}

/* Edges are numbers of rows and columns from 1 and belong to the image. */
static void
put_rectangle (NegLayers *layers, const NegShutter *shutter, guint8 cell)
{
  for (guint32 row = 0; row < layers->rows; row++) {
    gboolean is_seen = (gint64) row + 1 >= shutter->top && (gint64) row + 1 <= shutter->bottom
                       && shutter->left <= shutter->right;

    cover (layers, row, 0, is_seen ? (gint64) shutter->left - 1 : layers->columns, cell);
    if (is_seen)
      cover (layers, row, shutter->right, layers->columns, cell);
  }
}

/* The radius counts pixels along a row; down a column it is as long, in pixels that may be of another height. */
static void
put_circle (NegLayers *layers, const NegShutter *shutter, double aspect, guint8 cell)
{
  double radius = shutter->circle_radius_px;

  for (guint32 row = 0; row < layers->rows; row++) {
    double down = ((double) row + 1 - shutter->circle_row) * aspect, rest = radius * radius - down * down;
    double across = rest >= 0 ? floor (sqrt (rest)) : -1;

    if (radius < 0 || across < 0) {
      cover (layers, row, 0, layers->columns, cell);
      continue;
    }
    cover (layers, row, 0, (gint64) shutter->circle_column - 1 - (gint64) across, cell);
    cover (layers, row, (gint64) shutter->circle_column + (gint64) across, layers->columns, cell);
  }
}

typedef struct {
  NegLayers *layers;
  guint8 cell;
  guint32 row, column; /* everything before is done */
} Outside;

/* All from where the scan is to pixel (@row, @column). */
static void
cover_up_to (Outside *outside, guint32 row, guint32 column)
{
  for (; outside->row < row; outside->row++, outside->column = 0)
    cover (outside->layers, outside->row, outside->column, outside->layers->columns, outside->cell);
  cover (outside->layers, row, outside->column, column, outside->cell);
}

static void
add_span (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Outside *outside = user_data;

  cover_up_to (outside, row, first_column);
  outside->column = first_column + n_columns;
}

/* Corners are centres of pixels; what lies on the edge belongs to the image. Too many corners: nothing is covered, as
 * by a shape that is not known. */
static void
put_polygon (NegLayers *layers, const NegShutter *shutter, guint8 cell)
{
  g_autofree double *points_px = NULL;
  Outside outside = { layers, cell, 0, 0 };
  NegRegion region = { NEG_REGION_POLYGON, shutter->n_vertices, NULL };

  if (shutter->n_vertices < 3 || shutter->n_vertices > NEG_REGION_POINTS_MAX)
    return;
  points_px = g_new (double, 2 * (gsize) shutter->n_vertices);
  for (guint32 i = 0; i < shutter->n_vertices; i++) {
    points_px[2 * i] = shutter->vertices[2 * i + 1] - 0.5;
    points_px[2 * i + 1] = shutter->vertices[2 * i] - 0.5;
  }
  region.points_px = points_px;
  if (!neg_region_is_valid (&region))
    return;
  neg_region_foreach_span (&region, layers->columns, layers->rows, add_span, &outside);
  for (; outside.row < layers->rows; outside.row++, outside.column = 0)
    cover (layers, outside.row, outside.column, layers->columns, cell);
}

void
_neg_layers_put_shapes (NegLayers *layers, const NegShutter *shutter, double aspect, guint8 cell)
{
  if (shutter->has_rectangle)
    put_rectangle (layers, shutter, cell);
  if (shutter->has_circle)
    put_circle (layers, shutter, aspect, cell);
  if (shutter->n_vertices > 0)
    put_polygon (layers, shutter, cell);
}
