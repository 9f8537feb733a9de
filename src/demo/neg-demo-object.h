/* One DICOM object of the demo, made anew whenever it is asked for, each time the same bytes. Thread: any. */
#pragma once

#include "demo/neg-demo-department.h"
#include "demo/neg-demo-image.h"
#include "demo/neg-dicom-writer.h"

G_BEGIN_DECLS

/* Changes with every change of what is made: it is part of every UID. */
#define NEG_DEMO_VERSION "1"

typedef struct {
  const NegDemoPatient *patient;
  const NegDemoStudy *study;
  const NegDemoSeries *series;
  guint index; /* from 0 */
} NegDemoObject;

/* "DEMO-0001/DEMO-26-0101/002/0001.dcm"; given. */
char *neg_demo_object_get_path (const NegDemoObject *object);

/* The file; given. */
GByteArray *neg_demo_object_make (const NegDemoObject *object, GError **error);

/* Every object of the first @n_patients; array of NegDemoObject, given. */
GArray *neg_demo_list_objects (guint n_patients);

/* The parts of a header. */
void neg_demo_write_general (NegDicomWriter *writer, const NegDemoObject *object);
void neg_demo_write_pixel_module (NegDicomWriter *writer, const NegDemoObject *object, const NegDemoImage *image);
void neg_demo_write_modality (NegDicomWriter *writer, const NegDemoObject *object);
const char *neg_demo_object_get_sop_class (const NegDemoObject *object);

/* Seconds after midnight as TM; given. Series follow one another. */
double neg_demo_object_get_series_time_s (const NegDemoObject *object);
char *neg_demo_format_time (double seconds);

G_END_DECLS
