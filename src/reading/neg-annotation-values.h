/* The numbers of an annotation, and how they read. Values are the modality's (SUV where it is known; of one real world
 * value mapping where the modality's have no unit), never the window's. Thread: any. */
#pragma once

#include "imaging/neg-measure-values.h"
#include "imaging/neg-suv.h"
#include "imaging/neg-ultrasound.h"
#include "model/neg-annotation.h"
#include "model/neg-frame.h"
#include "pipeline/neg-series.h"

G_BEGIN_DECLS

#define NEG_HISTOGRAM_BINS 64

/* UCUM of SUV whose reference time had to be assumed: the note stands beside each number. */
#define NEG_UNIT_SUV_ASSUMED "g/ml{assumed time}"

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

/* What is under the pointer: stored and shown value, the modality's, SUV or what the axes of ultrasound mean, real world
 * values; given. */
char *neg_annotation_dup_probe_lines (const NegInstance *instance, guint32 frame_number, const NegDraw *draw,
                                      const NegFrame *frame, const NegSuv *suv, const double point_px[2]);

/* SUV for the values of a series' image: its reference is the earliest acquisition of all that is loaded of the series.
 * FALSE where it is no PET, or the header does not allow it. */
gboolean neg_annotation_init_suv (NegSuv *suv, NegSeries *series, guint index);
/* One factor for all images of the series, or the reason why there is none. */
gboolean neg_annotation_init_series_suv (NegSuv *suv, NegSeries *series, GError **error);

/* "42.3 mm at the detector", "Mean 34.2 HU, SD 12.1 / 120 mm2 ...": lines joined by newlines, translated, numbers with
 * the locale's decimal sign and tabular; not the reader's words. Where @instance (nullable) says how much is magnified at
 * the detector, the length in the object as well. Given. */
char *neg_annotation_dup_lines (const NegAnnotation *annotation, const NegInstance *instance);
/* The same for a clipboard: kind, numbers, units, where lengths come from, series and image number (where @instance,
 * nullable, knows them), no patient's name. Given. */
char *neg_annotation_dup_copy (const NegAnnotation *annotation, const NegInstance *instance);

const char *neg_annotation_kind_get_title (NegAnnotationKind kind);  /* translated */
const char *neg_quantity_get_title (NegQuantity quantity);           /* translated */
/* "42.3 mm", "120 mm²", "-7.5 HU"; given. */
char *neg_annotation_value_dup_text (const NegAnnotationValue *value);

/* A table for other programs (RFC 4180), a line for each number, no patient's name: names of columns in English, numbers
 * with a point. Texts that a spreadsheet would take for a formula begin with an apostrophe. The first is the line of
 * column names; given. */
char *neg_annotation_dup_csv_header (void);
char *neg_annotation_dup_csv (const NegAnnotation *annotation, const NegInstance *instance);

G_END_DECLS
