/* The numbers of an annotation, and how they read. Values are the modality's (SUV where it is known), never the
 * window's. Thread: any. */
#pragma once

#include "imaging/neg-measure-values.h"
#include "imaging/neg-suv.h"
#include "imaging/neg-ultrasound.h"
#include "model/neg-annotation.h"
#include "model/neg-frame.h"

G_BEGIN_DECLS

#define NEG_HISTOGRAM_BINS 64

typedef struct {
  double low, high; /* of all bins, in the unit of the mean */
  guint64 counts[NEG_HISTOGRAM_BINS];
} NegHistogram;

/* Sets values, calibration and points in the patient of @annotation, which nobody else has seen yet, from the frame
 * that it is on. @draw and @frame nullable: while pixels are not there lengths, angles and areas are known, nothing
 * else. @suv nullable. @histogram nullable: filled for regions. What cannot be measured (two ultrasound regions, padding
 * only) is a sentence in *@remark (given; NULL when all is well). */
void neg_annotation_measure (NegAnnotation *annotation, const NegInstance *instance, guint32 frame_number,
                             const NegDraw *draw, const NegFrame *frame, const NegSuv *suv, NegHistogram *histogram,
                             char **remark);

/* "42.3 mm at the detector", "Mean 34.2 HU, SD 12.1 / 120 mm2 ...": lines joined by newlines, translated, numbers with
 * the locale's decimal sign and tabular. Given. */
char *neg_annotation_dup_lines (const NegAnnotation *annotation);
/* The same for a clipboard or a file: kind, numbers, units, series and image number, no patient's name. Given. */
char *neg_annotation_dup_copy (const NegAnnotation *annotation);

G_END_DECLS
