/* Stored value -> modality value -> display value, in floating point, rounded once at the very end.
 * Sources: PS3.3 C.11.1 (modality), C.11.2.1.2.1 LINEAR, C.11.2.1.3.1 SIGMOID, C.11.2.1.3.2 LINEAR_EXACT,
 * C.7.5.1.1.2 (padding), C.7.6.3.1.2 (MONOCHROME1 after VOI). Thread: any, no state. */
#pragma once

#include "model/neg-frame.h"

G_BEGIN_DECLS

typedef struct {
  double slope, intercept;
  const NegLut *lut; /* borrowed, nullable; replaces slope and intercept */
} NegModality;

double neg_modality_apply (const NegModality *modality, double stored);

typedef struct {
  NegVoiFunction function;
  double center, width;
  const NegLut *lut; /* borrowed, nullable; replaces the window */
} NegVoi;

/* FALSE when PS3.3 allows no such width (LINEAR < 1, others <= 0) or a number is not finite: use the next one. */
gboolean neg_voi_is_valid (const NegVoi *voi);

/* Display value 0..1 of a modality value; 0 for NaN. Between two entries of a VOI LUT (values are fractional after a
 * rescale or between pixels) the output is interpolated linearly. */
double neg_voi_apply (const NegVoi *voi, double value);

/* LINEAR over [minimum, maximum]: width max - min + 1, center (min + max + 1) / 2 (C.11.2.1.2); for values of float
 * type LINEAR_EXACT over the range. */
void neg_voi_init_range (NegVoi *voi, double minimum, double maximum, gboolean is_float);

/* Stored value @index (samples counted), exact in a double for every type. */
double neg_frame_get_value (const NegFrame *frame, gsize index);

/* What of the stored values is not image: inclusive, either order (C.7.5.1.1.2). */
typedef struct {
  gboolean active;
  double low, high;
} NegPadding;

void neg_padding_init (NegPadding *padding, const NegInstance *instance);
static inline gboolean
neg_padding_contains (const NegPadding *padding, double stored)
{
  return padding->active && stored >= padding->low && stored <= padding->high;
}

/* A window that shows the contents: from the 0.5th to the 99.5th percentile of the modality values (everything where
 * those are one value) of the first sample, padding left out, in @region_px (left, top, right, bottom in image
 * coordinates; NULL: everywhere). Large regions are sampled on a regular grid, so that it takes about a millisecond for
 * any. FALSE where there is no value. */
gboolean neg_voi_init_auto (NegVoi *voi, const NegFrame *frame, const NegModality *modality,
                            const NegPadding *padding, const double region_px[4]);

/* Smallest and largest stored value, of the first sample, that is not padding; FALSE when there is none. NaN and
 * infinities take no part. */
gboolean neg_frame_get_range (const NegFrame *frame, const NegPadding *padding, double *minimum, double *maximum);

G_END_DECLS
