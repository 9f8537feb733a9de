#include "config.h"

#include "imaging/neg-measure-region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/neg-measure-region-private.h"

gboolean
neg_points_are_valid (const double *points_px, guint n_points)
{
  for (guint i = 0; i < 2 * n_points; i++)
    /* Written so that NaN fails. */
    if (!(fabs (points_px[i]) <= NEG_MEASURE_REACH_PX))
      return FALSE;
  return TRUE;
}

gboolean
neg_region_is_valid (const NegRegion *region)
{
  if (region->kind == NEG_REGION_ELLIPSE ? region->n_points != 3
                                         : region->n_points < 3 || region->n_points > NEG_REGION_POINTS_MAX)
    return FALSE;
  return neg_points_are_valid (region->points_px, region->n_points);
}

void
neg_region_init_ellipse (NegRegion *region, double points_px[6], const double corners_px[4])
{
  double x = (corners_px[0] + corners_px[2]) / 2, y = (corners_px[1] + corners_px[3]) / 2;
  const double points[6] = { x, y, MAX (corners_px[0], corners_px[2]), y, x, MAX (corners_px[1], corners_px[3]) };

  memcpy (points_px, points, sizeof points);
  *region = (NegRegion){ NEG_REGION_ELLIPSE, 3, points_px };
}

void
neg_region_init_rectangle (NegRegion *region, double points_px[8], const double corners_px[4])
{
  const double points[8] = { corners_px[0], corners_px[1], corners_px[2], corners_px[1],
                             corners_px[2], corners_px[3], corners_px[0], corners_px[3] };

  memcpy (points_px, points, sizeof points);
  *region = (NegRegion){ NEG_REGION_POLYGON, 4, points_px };
}

/* Half of what an ellipse spans in direction @axis: 0 across, 1 down. */
static double
half_extent (const NegRegion *region, guint axis)
{
  const double *p = region->points_px;

  return hypot (p[2 + axis] - p[axis], p[4 + axis] - p[axis]);
}

static void
get_extent (const NegRegion *region, guint axis, double *low, double *high)
{
  *low = *high = region->points_px[axis];
  if (region->kind == NEG_REGION_ELLIPSE) {
    *low -= half_extent (region, axis);
    *high += half_extent (region, axis);
    return;
  }
  for (guint i = 1; i < region->n_points; i++) {
    *low = MIN (*low, region->points_px[2 * i + axis]);
    *high = MAX (*high, region->points_px[2 * i + axis]);
  }
}

gboolean
neg_region_is_within (const NegRegion *region, guint32 columns, guint32 rows)
{
  double left, right, top, bottom;

  if (!neg_region_is_valid (region))
    return FALSE;
  get_extent (region, 0, &left, &right);
  get_extent (region, 1, &top, &bottom);
  return left >= 0 && top >= 0 && right <= columns && bottom <= rows;
}

/* The pixels of a row or column of @size whose centres lie in [low, high]. */
typedef struct {
  gint64 first, end;
} Range;

static Range
range_of (double low, double high, guint32 size)
{
  return (Range){ CLAMP (ceil (low - 0.5), 0, size), CLAMP (floor (high - 0.5) + 1, 0, size) };
}

static void
scan_ellipse (const NegRegion *region, Range rows, guint32 columns, NegSpanFunc func, gpointer user_data)
{
  const double *p = region->points_px;
  double ux = p[2] - p[0], uy = p[3] - p[1], vx = p[4] - p[0], vy = p[5] - p[1];
  double determinant = fabs (ux * vy - uy * vx), height2 = uy * uy + vy * vy, slant = ux * uy + vx * vy;

  if (determinant == 0)
    return;
  for (gint64 row = rows.first; row < rows.end; row++) {
    /* |a u + b v|, a2 + b2 = 1, solved for its x at this y. */
    double dy = row + 0.5 - p[1], reach = determinant * sqrt (MAX (height2 - dy * dy, 0));
    Range span = range_of (p[0] + (slant * dy - reach) / height2, p[0] + (slant * dy + reach) / height2, columns);

    if (span.first < span.end)
      func (row, span.first, span.end - span.first, user_data);
  }
}

int
_neg_compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const NegOutlineEdge *one = a, *other = b;

  return (one->y0 > other->y0) - (one->y0 < other->y0);
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const Range *one = a, *other = b;

  return (one->first > other->first) - (one->first < other->first);
}

NegOutlineEdge *
_neg_region_dup_edges (const NegRegion *region, guint *n_edges)
{
  NegOutlineEdge *edges = g_new (NegOutlineEdge, region->n_points);
  const double *from = region->points_px + 2 * (region->n_points - 1);
  guint n = 0;

  for (guint i = 0; i < region->n_points; i++) {
    const double *to = region->points_px + 2 * i;

    if (from[0] != to[0] || from[1] != to[1]) {
      const double *upper = from[1] <= to[1] ? from : to, *lower = upper == from ? to : from;

      edges[n] = (NegOutlineEdge){ upper[0], upper[1], lower[0], lower[1], n };
      n++;
    }
    from = to;
  }
  qsort (edges, n, sizeof *edges, compare_edges);
  *n_edges = n;
  return edges;
}

/* A polygon, row by row. */
typedef struct {
  const NegOutlineEdge **active;
  guint n_active;
  double *crossings;
  guint n_crossings;
  Range *ranges;
  guint n_ranges;
  guint32 columns;
} Scan;

static void
add_range (Scan *scan, double left, double right)
{
  Range range = range_of (left, right, scan->columns);

  if (range.first < range.end)
    scan->ranges[scan->n_ranges++] = range;
}

/* What of the inside and of the edges lies on row @y. */
static void
collect (Scan *scan, double y)
{
  guint n_kept = 0;

  scan->n_crossings = scan->n_ranges = 0;
  for (guint i = 0; i < scan->n_active; i++) {
    const NegOutlineEdge *edge = scan->active[i];

    if (edge->y1 < y)
      continue;
    scan->active[n_kept++] = edge;
    if (_neg_edge_crosses (edge, y))
      scan->crossings[scan->n_crossings++] = _neg_edge_x_at (edge, y);
    else if (edge->y0 == edge->y1)
      add_range (scan, MIN (edge->x0, edge->x1), MAX (edge->x0, edge->x1));
    else
      add_range (scan, edge->x1, edge->x1);
  }
  scan->n_active = n_kept;
  qsort (scan->crossings, scan->n_crossings, sizeof *scan->crossings, _neg_compare_doubles);
  for (guint i = 0; i + 1 < scan->n_crossings; i += 2)
    add_range (scan, scan->crossings[i], scan->crossings[i + 1]);
}

static void
emit (Scan *scan, guint32 row, NegSpanFunc func, gpointer user_data)
{
  gint64 done = 0;

  qsort (scan->ranges, scan->n_ranges, sizeof *scan->ranges, compare_ranges);
  for (guint i = 0; i < scan->n_ranges; i++) {
    gint64 first = MAX (scan->ranges[i].first, done);

    if (first < scan->ranges[i].end)
      func (row, first, scan->ranges[i].end - first, user_data);
    done = MAX (done, scan->ranges[i].end);
  }
}

static void
scan_polygon (const NegRegion *region, Range rows, guint32 columns, NegSpanFunc func, gpointer user_data)
{
  guint n_edges, n_begun = 0;
  g_autofree NegOutlineEdge *edges = _neg_region_dup_edges (region, &n_edges);
  g_autofree const NegOutlineEdge **active = g_new (const NegOutlineEdge *, MAX (n_edges, 1));
  g_autofree double *crossings = g_new (double, MAX (n_edges, 1));
  /* An edge is a range of its own, or half of one. */
  g_autofree Range *ranges = g_new (Range, MAX (n_edges, 1));
  Scan scan = { .active = active, .crossings = crossings, .ranges = ranges, .columns = columns };

  for (gint64 row = rows.first; row < rows.end; row++) {
    for (; n_begun < n_edges && edges[n_begun].y0 <= row + 0.5; n_begun++)
      scan.active[scan.n_active++] = &edges[n_begun];
    collect (&scan, row + 0.5);
    emit (&scan, row, func, user_data);
  }
}

void
neg_region_foreach_span (const NegRegion *region, guint32 columns, guint32 rows, NegSpanFunc func,
                         gpointer user_data)
{
  double top, bottom;
  Range range;

  if (!neg_region_is_valid (region))
    return;
  get_extent (region, 1, &top, &bottom);
  range = range_of (top, bottom, rows);
  if (region->kind == NEG_REGION_ELLIPSE)
    scan_ellipse (region, range, columns, func, user_data);
  else
    scan_polygon (region, range, columns, func, user_data);
}
