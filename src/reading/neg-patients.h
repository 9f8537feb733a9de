/* Whose the loaded series are: patients, their studies, their series. Identity after architecture.md, section 4: the
 * same issuer, ID and name is one patient; the same ID with another name is shown apart and marked; images that name
 * nobody belong together only within a study. What an archive knows to be one patient's by a link of its own (NegAlias)
 * is together too, and says so. Thread: any, no state. */
#pragma once

#include <gio/gio.h>

#include "model/neg-identity.h"
#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef struct {
  char *study_uid;       /* "" where there is none */
  NegInstance *instance; /* one of the study's, for date and description */
  GPtrArray *series;     /* NegSeries, in the order of the list */
  gboolean other_id, other_name; /* its images name the patient as he was known then, before a link made it his */
} NegStudy;

typedef struct {
  char *key; /* compares as text; not for display */
  NegInstance *instance; /* of the newest study, for name, ID, birth date, age */
  gboolean shares_id;    /* another patient here has the same ID and issuer, and another name */
  GPtrArray *studies;    /* NegStudy, the newest first, those without a date last */
} NegPatient;

/* The patient that @instance is of; given. */
char *neg_patient_dup_key (const NegInstance *instance);

/* The same, by what is known of some studies: @aliases (NegAlias) is nullable. */
char *neg_patient_dup_key_of (const NegInstance *instance, GPtrArray *aliases);

/* The patients of @series (GListModel of NegSeries) in the order of their names: NegPatient, given, with its free
 * function. @aliases as above. */
GPtrArray *neg_patients_build (GListModel *series, GPtrArray *aliases);

/* The patient's study with that UID, and the patient with @key; borrowed, NULL where there is none. */
const NegStudy *neg_patient_find_study (const NegPatient *patient, const char *study_uid);
NegPatient *neg_patients_find (GPtrArray *patients, const char *key);

G_END_DECLS
