/* Where an image lies in the patient: image coordinates to millimetres and back, and where two images cut each other
 * (PS3.3 C.7.6.2.1.1). Image coordinates have the centre of the first pixel at 0.5, 0.5. Thread: any, no state. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef struct {
  double origin_mm[3]; /* the image point 0, 0: the outer corner of the first pixel */
  double x_mm[3];      /* the step of one image pixel to the right (along a row) */
  double y_mm[3];      /* and downwards */
  double normal[3];    /* unit, x cross y */
  double width_px, height_px;
} NegPlane;

/* FALSE where the frame has no position, orientation or spacing, or they are no plane. */
gboolean neg_plane_init (NegPlane *plane, const NegInstance *instance, guint32 frame);

void neg_plane_to_patient (const NegPlane *plane, const double image_px[2], double point_mm[3]);

/* The foot of @point_mm on the plane in image coordinates (they may lie outside the image); returns how far the point
 * is from the plane along its normal. */
double neg_plane_to_image (const NegPlane *plane, const double point_mm[3], double image_px[2]);

/* Where the rectangle of @other cuts the rectangle of @plane: the two ends in image coordinates of @plane. FALSE when
 * they do not meet or are parallel (less than 1 degree). */
gboolean neg_plane_intersect (const NegPlane *plane, const NegPlane *other, double from_px[2], double to_px[2]);

G_END_DECLS
