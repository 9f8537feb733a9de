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

G_END_DECLS
