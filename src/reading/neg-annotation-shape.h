/* Where an annotation can be taken hold of, and what pulling there makes of it. Points are image coordinates unless they
 * say output. Thread: any, no state. */
#pragma once

#include "imaging/neg-draw.h"
#include "model/neg-annotation.h"

G_BEGIN_DECLS

#define NEG_HANDLES_MAX 4

/* The ends of lines, the four corners of a box; an outline drawn by hand has none, it is only moved. Returns how many. */
guint neg_annotation_get_handles (const NegAnnotation *annotation, double handles_px[2 * NEG_HANDLES_MAX]);

/* @annotation is one that nobody else has seen yet: points in the patient and values are dropped. */
void neg_annotation_move (NegAnnotation *annotation, double dx_px, double dy_px);
void neg_annotation_move_handle (NegAnnotation *annotation, guint handle, const double to_px[2]);

/* From @point (output pixels) to the nearest line of the annotation, to its middle where it is a point. */
double neg_annotation_get_distance (const NegAnnotation *annotation, const NegAffine *output_to_image,
                                    const double point[2]);

/* How many points it takes until it is complete; 0: as many as are drawn. */
guint neg_annotation_kind_get_n_points (NegAnnotationKind kind);

void neg_affine_apply (const NegAffine *affine, const double from[2], double to[2]);
/* FALSE where it has none. */
gboolean neg_affine_invert (const NegAffine *affine, NegAffine *inverse);

/* @to on the nearest of the eight directions from @from, as long as it was. */
void neg_snap_direction (const double from[2], double to[2]);

G_END_DECLS
