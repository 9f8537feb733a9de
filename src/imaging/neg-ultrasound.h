/* Calibrated regions of ultrasound images (PS3.3 C.8.5.5): what may be measured where. Thread: any, no state. */
#pragma once

#include "imaging/neg-measure.h"

G_BEGIN_DECLS

gboolean neg_ultrasound_has_regions (const NegInstance *instance, guint32 frame);

/* The innermost region that holds the point (image coordinates) in frame @frame (from 0); borrowed, nullable. */
const NegUltrasoundRegion *neg_ultrasound_find (const NegInstance *instance, guint32 frame, const double point_px[2]);

/* The scale for a measurement through all @points_px: those regions must agree in units (cm both ways) and in steps,
 * and one of that scale must hold all of them: regions within each other are one picture, regions side by side are two.
 * NEG_ERROR_UNSUPPORTED says in words why not (other scales, not a length, outside of every region); the scale is then in
 * pixels. */
gboolean neg_ultrasound_scale_init (NegMeasureScale *scale, const NegInstance *instance, guint32 frame,
                                    const double *points_px, guint n_points, GError **error);

/* What the axes of the point's region mean: "cm/s", "s", "Hz" ... (UCUM); NaN and "" where nothing does. */
typedef struct {
  double x_value, y_value;
  const char *x_unit, *y_unit;
} NegUltrasoundValue;

void neg_ultrasound_get_value (NegUltrasoundValue *value, const NegInstance *instance, guint32 frame,
                               const double point_px[2]);

G_END_DECLS
