/* What archive.db knows around a study that is to be checked: what was ordered, which other studies are near, what was announced, what
 * the peers that it goes to have refused. Reads only. Thread: as the database's. */
#pragma once

#include "quality/neg-quality.h"
#include "store/neg-database.h"

G_BEGIN_DECLS

/* Of which study; texts never NULL. */
typedef struct {
  gint64 study_id, entry; /* of the archive and of its reading list; 0: not there */
  char *study_uid, *patient_id, *issuer, *name_key, *birth_date, *accession, *date;
  gint64 time_us; /* 0: not known: then only its numbers find what is near */
} NegQualitySubject;

void neg_quality_subject_free (NegQualitySubject *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegQualitySubject, neg_quality_subject_free)

/* A row of the archive; NOT_FOUND. */
NegQualitySubject *neg_quality_subject_new (NegDatabase *database, gint64 study_id, GError **error);
/* Of files that the archive may have nothing of. */
NegQualitySubject *neg_quality_subject_new_for_record (const NegObjectRecord *record, GTimeZone *zone);

/* Adds what is known to @study. @peers (nullable): where it goes to, beside those that it is on its way to. */
gboolean neg_quality_gather (NegDatabase *database, const NegQualitySubject *subject, const char *const *peers,
                             NegQualityStudy *study, GError **error);

G_END_DECLS
