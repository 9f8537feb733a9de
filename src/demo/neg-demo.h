/* The demo department: fictitious patients in a folder of DICOM files, made by the program itself.
 *
 * Thread: any; works on as many threads as there are processors and returns when all is done. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint n_patients, n_studies, n_series, n_instances;
  guint64 bytes;
} NegDemoCounts;

/* @done of @n objects are written; from any thread, one at a time. */
typedef void (*NegDemoProgress) (guint done, guint n, gpointer user_data);

/* Fills @folder (made with mode 0700) with the first @n_patients, 0 for all. What is there already, complete and of the
 * same version and size, is left alone; an unfinished or other one is made anew. Only folders of demo patients are
 * ever removed. */
gboolean neg_demo_fill (const char *folder, guint n_patients, NegDemoProgress progress, gpointer user_data,
                        NegDemoCounts *counts, GError **error);

/* What is so in it, for exercises: a CT with a nodule, and an older one of the same patient. */
typedef struct {
  const char *patient_id, *study_date, *prior_date; /* as in the files */
  double nodule_mm[3], nodule_diameter_mm;          /* of the newer CT, in the patient */
} NegDemoTruth;

NegDemoTruth neg_demo_get_truth (void);

G_END_DECLS
