/* Whose the loaded series are: patients, their studies, their series. Identity after architecture.md, section 4: the
 * same issuer, ID and name is one patient; the same ID with another name is shown apart and marked; images that name
 * nobody belong together only within a study. Thread: any, no state. */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef struct {
  char *study_uid;       /* "" where there is none */
  NegInstance *instance; /* one of the study's, for date and description */
  GPtrArray *series;     /* NegSeries, in the order of the list */
} NegStudy;

typedef struct {
  char *key; /* compares as text; not for display */
  NegInstance *instance; /* of the newest study, for name, ID, birth date, age */
  gboolean shares_id;    /* another patient here has the same ID and issuer, and another name */
  GPtrArray *studies;    /* NegStudy, the newest first, those without a date last */
} NegPatient;

/* The patient that @instance is of; given. */
char *neg_patient_dup_key (const NegInstance *instance);

/* The patients of @series (GListModel of NegSeries) in the order of their names: NegPatient, given, with its free function. */
GPtrArray *neg_patients_build (GListModel *series);

/* The entry with @key, borrowed; NULL where there is none. */
NegPatient *neg_patients_find (GPtrArray *patients, const char *key);

G_END_DECLS
