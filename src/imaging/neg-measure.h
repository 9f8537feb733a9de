/* Lengths, angles and areas of what is drawn on one image. Points are image coordinates (x to the right, y down, the
 * centre of the first pixel at 0.5, 0.5), x and y one after the other.
 * Numbers are true on the patient, as far as the calibration says: steps of both directions are applied before anything
 * is measured, so that pixels need not be square (PS3.3 10.7.1.3). Every function gives NaN for points that are not
 * finite or beyond NEG_MEASURE_REACH_PX. Thread: any, no state. */
#pragma once

#include "imaging/neg-calibration.h"
#include "imaging/neg-measure-region.h"

G_BEGIN_DECLS

typedef struct {
  NegCalibration calibration; /* NONE: lengths and areas are in pixels of the image, whatever their shape */
  double x_step, y_step;      /* mm from one pixel to the next; 1 with NONE */
  double aspect;              /* height by width of a pixel, for angles: known to some images without a spacing */
} NegMeasureScale;

/* Of frame @frame (from 0). A spacing that no scanner has is none. */
void neg_measure_scale_init (NegMeasureScale *scale, const NegInstance *instance, guint32 frame);

/* mm, or px. */
double neg_measure_length (const NegMeasureScale *scale, const double line_px[4]);

/* At the second of three points, 0 to 180; NaN where one of the others lies upon it. */
double neg_measure_angle_deg (const NegMeasureScale *scale, const double points_px[6]);

/* Between two lines of two points each, drawn in either direction: Cobb's angle. Lines across the way from one to the
 * other, such as end plates along a spine, are compared as if drawn to the same side, so that a curve of more than 90
 * degrees (up to 120) is not taken for its supplement; where a line lies within 30 degrees of that way it is the
 * smaller of the two angles. NaN where a line is a point. */
double neg_measure_cobb_deg (const NegMeasureScale *scale, const double lines_px[8]);

/* mm2, or px2, of the whole outline, also where it lies outside of the image. @crosses (nullable): a polygon crosses or
 * touches itself, and the area is that of its inside by the even-odd rule, as of its pixels. NaN also where it crosses
 * itself too often to be meant. */
double neg_measure_area (const NegMeasureScale *scale, const NegRegion *region, gboolean *crosses);

G_END_DECLS
