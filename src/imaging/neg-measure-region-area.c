#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "imaging/neg-measure-region-private.h"

/* More than a hand that slips: an outline that means nothing, and would take long. */
#define CROSSINGS_MAX 4096

/* By the shoelace rule, from the first point, so that an outline far from the corner loses no digits. */
static double
shoelace (const NegRegion *region)
{
  const double *p = region->points_px;
  double sum = 0;

  for (guint i = 1; i + 1 < region->n_points; i++)
    sum += (p[2 * i] - p[0]) * (p[2 * i + 3] - p[1]) - (p[2 * i + 2] - p[0]) * (p[2 * i + 1] - p[1]);
  return fabs (sum) / 2;
}

/* On which side of @edge a point lies: the sign. */
static double
side (const NegOutlineEdge *edge, double x, double y)
{
  return (edge->x1 - edge->x0) * (y - edge->y0) - (edge->y1 - edge->y0) * (x - edge->x0);
}

static gboolean
are_apart (double one, double other)
{
  return (one > 0 && other > 0) || (one < 0 && other < 0);
}

typedef enum { APART, TOUCHING, CROSSING } Meeting;

/* @y: where two edges cross at a point that is no corner of either. */
static Meeting
meet (const NegOutlineEdge *a, const NegOutlineEdge *b, double *y)
{
  double b0 = side (a, b->x0, b->y0), b1 = side (a, b->x1, b->y1);
  double a0 = side (b, a->x0, a->y0), a1 = side (b, a->x1, a->y1);

  if (MAX (a->x0, a->x1) < MIN (b->x0, b->x1) || MAX (b->x0, b->x1) < MIN (a->x0, a->x1) || a->y1 < b->y0
      || b->y1 < a->y0 || are_apart (a0, a1) || are_apart (b0, b1))
    return APART;
  if (a0 == 0 || a1 == 0 || b0 == 0 || b1 == 0)
    return TOUCHING;
  *y = a->y0 + (a->y1 - a->y0) * (a0 / (a0 - a1));
  return CROSSING;
}

static gboolean
are_neighbours (const NegOutlineEdge *a, const NegOutlineEdge *b, guint n_edges)
{
  guint distance = a->index > b->index ? a->index - b->index : b->index - a->index;

  return distance == 1 || distance == n_edges - 1;
}

/* Adds the heights of all crossings to @levels; FALSE where there are too many. Neighbours share a corner and no more,
 * or lie upon each other and enclose nothing. */
static gboolean
find_crossings (const NegOutlineEdge *edges, guint n_edges, GArray *levels, gboolean *crosses)
{
  double y;

  for (guint i = 0; i < n_edges; i++)
    for (guint j = i + 1; j < n_edges && edges[j].y0 <= edges[i].y1; j++) {
      Meeting meeting = are_neighbours (&edges[i], &edges[j], n_edges) ? APART : meet (&edges[i], &edges[j], &y);

      *crosses |= meeting != APART;
      if (meeting == CROSSING && levels->len == CROSSINGS_MAX)
        return FALSE;
      if (meeting == CROSSING)
        g_array_append_val (levels, y);
    }
  return TRUE;
}

/* What is inside of a level line. */
static double
inside_length (const NegOutlineEdge *edges, guint n_edges, double y, double *crossings)
{
  guint n = 0;
  double length = 0;

  for (guint i = 0; i < n_edges && edges[i].y0 <= y; i++)
    if (_neg_edge_crosses (&edges[i], y))
      crossings[n++] = _neg_edge_x_at (&edges[i], y);
  qsort (crossings, n, sizeof *crossings, _neg_compare_doubles);
  for (guint i = 0; i + 1 < n; i += 2)
    length += crossings[i + 1] - crossings[i];
  return length;
}

/* Between two neighbouring heights of corners or crossings the inside is made of trapezia: its length half way, times
 * the distance. */
static double
even_odd_area (const NegOutlineEdge *edges, guint n_edges, GArray *levels)
{
  g_autofree double *crossings = g_new (double, n_edges);
  double area = 0;

  for (guint i = 0; i < n_edges; i++) {
    g_array_append_val (levels, edges[i].y0);
    g_array_append_val (levels, edges[i].y1);
  }
  g_array_sort (levels, _neg_compare_doubles);
  for (guint i = 1; i < levels->len; i++) {
    double above = g_array_index (levels, double, i - 1), below = g_array_index (levels, double, i);

    if (above < below)
      area += (below - above) * inside_length (edges, n_edges, above + (below - above) / 2, crossings);
  }
  return area;
}

double
_neg_polygon_area_px2 (const NegRegion *region, gboolean *crosses)
{
  guint n_edges;
  g_autofree NegOutlineEdge *edges = _neg_region_dup_edges (region, &n_edges);
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (double));

  *crosses = FALSE;
  if (!find_crossings (edges, n_edges, levels, crosses))
    return NAN;
  return *crosses ? even_odd_area (edges, n_edges, levels) : shoelace (region);
}
