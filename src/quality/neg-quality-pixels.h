/* What the pixels of a frame were like, for the checks of exposure, noise, motion, collimation and burned-in text. Estimates from the
 * picture alone: hints for a person's eye. Thread: any, no state. */
#pragma once

#include "model/neg-frame.h"
#include "quality/neg-quality.h"

G_BEGIN_DECLS

/* One frame in the STORED form. FALSE: fewer bytes than @format says, smaller than 64 x 64, or nothing but padding. The digest is "". */
gboolean neg_quality_pixels_measure (const NegObjectRecord *record, const NegFrameFormat *format, const void *pixels, gsize bytes,
                                     NegQualityPixels *measured);

/* The digest of an object with one frame, whose stored values these are. */
void neg_quality_pixels_set_digest (NegQualityPixels *measured, const void *pixels, gsize bytes);

G_END_DECLS
