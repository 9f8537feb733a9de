/* What the files of `measure` share. */
#pragma once

#include "commands/neg-commands-private.h"
#include "imaging/neg-measure-values.h"
#include "imaging/neg-measure.h"

G_BEGIN_DECLS

/* The answer under way. */
typedef struct {
  JsonBuilder *builder;
  GPtrArray *notes; /* borrowed text */
} NegMeasureAnswer;

void neg_measure_note (NegMeasureAnswer *answer, gboolean condition, const char *text);

/* The scale for a measurement through all of @points_px: of the image, or of its ultrasound regions where it has some. */
void neg_measure_answer_init_scale (NegMeasureAnswer *answer, NegMeasureScale *scale, const NegSubject *subject,
                                    const double *points_px, guint n_points);

/* Of a PET image, else nothing: "suv", null where there is none, with the reason among the notes. */
void neg_measure_answer_add_suv (NegMeasureAnswer *answer, const NegSubject *subject, const NegStatistics *statistics,
                                 const NegProbe *probe);

/* "real_world": what the object's real world value maps make of the stored value; nothing where it has none. */
void neg_measure_answer_add_real_world (NegMeasureAnswer *answer, const NegSubject *subject, const NegProbe *probe);

/* "length_object_mm": beside a length at the detector, where the object says how much it is magnified there. */
void neg_measure_answer_add_object_length (NegMeasureAnswer *answer, const NegSubject *subject,
                                           NegCalibration calibration, double length_mm);

/* "region": what the axes of an ultrasound region mean at the point, where they mean something. */
void neg_measure_answer_add_axes (NegMeasureAnswer *answer, const NegSubject *subject, const double point_px[2]);

G_END_DECLS
