/* A part of an image, and which pixels belong to it: those whose centre lies inside or on the edge. Points are image
 * coordinates, x and y one after the other. Thread: any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_REGION_POINTS_MAX 8192

/* Farther from the image than any outline that is meant. */
#define NEG_MEASURE_REACH_PX 1e6

typedef enum {
  /* Three points: the centre and the ends of two conjugate half axes (perpendicular, where pixels are square). */
  NEG_REGION_ELLIPSE,
  /* Closed by itself, whether or not the last point repeats the first; inside by the even-odd rule. */
  NEG_REGION_POLYGON,
} NegRegionKind;

typedef struct {
  NegRegionKind kind;
  guint n_points;
  const double *points_px; /* borrowed */
} NegRegion;

gboolean neg_points_are_valid (const double *points_px, guint n_points);

/* Three points for an ellipse, three or more for a polygon, all of them valid. */
gboolean neg_region_is_valid (const NegRegion *region);

/* Upright in the image, from two opposite corners; @points_px is filled and borrowed by @region. */
void neg_region_init_ellipse (NegRegion *region, double points_px[6], const double corners_px[4]);
void neg_region_init_rectangle (NegRegion *region, double points_px[8], const double corners_px[4]);

/* FALSE where some of the outline lies outside of the image. */
gboolean neg_region_is_within (const NegRegion *region, guint32 columns, guint32 rows);

/* Calls @func for each run of pixels of an image of @columns x @rows that belong to @region, row by row, each pixel
 * once. Nothing for a region that is not valid. It takes the time of the pixels, and of edges times rows they span. */
typedef void (*NegSpanFunc) (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data);
void neg_region_foreach_span (const NegRegion *region, guint32 columns, guint32 rows, NegSpanFunc func,
                              gpointer user_data);

G_END_DECLS
