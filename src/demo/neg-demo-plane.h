/* A plane through a phantom: shapes in patient coordinates (mm, DICOM's axes) are painted over one another where they
 * meet it, the later one on top, with edges as soft as a pixel is wide. Thread: a plane belongs to one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double origin_mm[3];             /* centre of the first pixel */
  double across_mm[3], down_mm[3]; /* to the next pixel of the row, of the column */
  double normal[3];                /* of length 1 */
  double edge_mm;                  /* width of an edge */
  guint columns, rows;
  float *values; /* rows * columns; borrowed */
} NegDemoPlane;

typedef struct {
  double center_mm[3], radii_mm[3];
  double turn_deg;  /* about the axis to the head: a positive one takes the first axis from the left to the back */
  double pitch_deg; /* then about the axis to the left: the third axis, from the head to the front */
  gboolean boxy;    /* of the fourth power instead of the second: flat sides, round corners */
  float rough_mm;   /* how far the surface strays */
  float rough_scale_mm;
  guint32 seed;
} NegDemoEllipsoid;

/* @depth: 0 in the centre, 1 at the surface. */
typedef float (*NegDemoShader) (const double point_mm[3], double depth, float value, gpointer user_data);

void neg_demo_plane_init (NegDemoPlane *plane, const double origin_mm[3], const double row[3], const double column[3],
                          double across_mm, double down_mm, guint columns, guint rows, float *values);
void neg_demo_plane_clear (NegDemoPlane *plane, float value);
void neg_demo_plane_get_point (const NegDemoPlane *plane, double column, double row, double point_mm[3]);

void neg_demo_paint_ellipsoid (NegDemoPlane *plane, const NegDemoEllipsoid *shape, float value);
void neg_demo_shade_ellipsoid (NegDemoPlane *plane, const NegDemoEllipsoid *shape, NegDemoShader shader,
                               gpointer user_data);

/* Round ends; the radius goes from that at @a to that at @b. */
void neg_demo_paint_tube (NegDemoPlane *plane, const double a_mm[3], const double b_mm[3], double a_radius_mm,
                          double b_radius_mm, float value);

/* Tubes from point to point. */
void neg_demo_paint_path (NegDemoPlane *plane, const double (*points_mm)[3], guint n, double first_radius_mm,
                          double last_radius_mm, float value);

G_END_DECLS
