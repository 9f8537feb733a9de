/* Graphics of a presentation state as lines (PS3.3 C.10.5). Thread: any, no state. */
#pragma once

#include "model/neg-presentation.h"

G_BEGIN_DECLS

/* The graphic as a polyline in its own units, curves flattened to within @tolerance of those units; given, *@n_points of
 * x, y. NULL for a graphic whose number of points its type does not have. INTERPOLATED: a Catmull-Rom spline through
 * the points (the standard leaves it open). */
double *neg_graphic_flatten (const NegGraphic *graphic, double tolerance, guint *n_points);

/* L*, a*, b* of a graphic layer (C.10.7.1.1: ICC's PCS, white of D50) as sRGB; what a display cannot show is clipped. */
void neg_lab_to_rgb (const double lab[3], guint8 rgb[3]);

G_END_DECLS
