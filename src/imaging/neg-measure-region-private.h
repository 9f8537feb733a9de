/* The edges of a polygon, as the scan of its pixels and its area both need them. */
#pragma once

#include "imaging/neg-measure-region.h"

G_BEGIN_DECLS

typedef struct {
  double x0, y0, x1, y1; /* y0 <= y1, so that an edge is the same drawn either way */
  guint index;           /* along the outline */
} NegOutlineEdge;

/* The edges of @region by rising y0, points that repeat the one before left out. Given. */
NegOutlineEdge *_neg_region_dup_edges (const NegRegion *region, guint *n_edges);

/* Where an edge that is not level is at @y. */
static inline double
_neg_edge_x_at (const NegOutlineEdge *edge, double y)
{
  double x = edge->x0 + (edge->x1 - edge->x0) * ((y - edge->y0) / (edge->y1 - edge->y0));

  /* Rounding must not leave the edge. */
  return CLAMP (x, MIN (edge->x0, edge->x1), MAX (edge->x0, edge->x1));
}

/* An outline crosses a level line here; the upper end belongs to an edge and the lower does not, so that each corner is
 * counted once and the crossings of a level line are even in number. */
static inline gboolean
_neg_edge_crosses (const NegOutlineEdge *edge, double y)
{
  return edge->y0 <= y && y < edge->y1;
}

int _neg_compare_doubles (gconstpointer a, gconstpointer b);

/* Area inside by the even-odd rule, in pixels; NaN where it crosses itself too often. */
double _neg_polygon_area_px2 (const NegRegion *region, gboolean *crosses);

G_END_DECLS
