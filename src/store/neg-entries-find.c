/* Which entry a study, a peer's answer, a step or an order belongs to. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-patients-private.h"

static gboolean
find_row (NegDatabase *database, const char *sql, const NegEntryIdentity *who, const NegPatient *patient,
          NegEntryRow **row, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);
  gboolean has_row;

  *row = NULL;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, patient->issuer);
  neg_statement_bind_text (statement, 2, patient->id);
  neg_statement_bind_text (statement, 3, patient->name_key);
  neg_statement_bind_text (statement, 4, who->study_uid);
  neg_statement_bind_text (statement, 5, who->accession);
  neg_statement_bind_text (statement, 6, who->accession_issuer);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    *row = _neg_entry_row_read (statement);
  neg_statement_reset (statement);
  return TRUE;
}

#define SAME_PATIENT "issuer = ?1 AND patient_id = ?2 AND name_key = ?3 AND ?6 = ?6 "

#define BY_STUDY                                                                                                       \
  NEG_ENTRY_SELECT "WHERE study_uid <> '' AND study_uid = ?4 AND " SAME_PATIENT "AND ?5 = ?5 "                         \
                   "ORDER BY study_rowid DESC, id LIMIT 1"

/* An issuer that is not said, of the same patient's number, tells nobody apart; one that is said comes first. */
#define BY_ACCESSION                                                                                                   \
  NEG_ENTRY_SELECT "WHERE accession <> '' AND accession = ?5 AND (accession_issuer = ?6 OR accession_issuer = '' OR "  \
                   "?6 = '') AND " SAME_PATIENT
#define BEST "ORDER BY accession_issuer = ?6 DESC, study_uid <> '' AND study_uid = ?4 DESC, "

/* An accession number says nothing of a patient without an ID. */
static gboolean
has_accession (const NegEntryIdentity *who, const NegPatient *patient)
{
  return *who->accession != '\0' && *patient->id != '\0';
}

/* A study's entry: of its UID, or of a step that was announced and has no study yet. The patient must be the same. */
gboolean
_neg_entry_find_for_study (NegDatabase *database, const NegEntryIdentity *who, NegEntryRow **row, GError **error)
{
  g_auto (NegPatient) patient = { 0 };

  if (!_neg_patient_resolve (database, who->issuer, who->patient_id, who->name_key, &patient, error)
      || !find_row (database, BY_STUDY, who, &patient, row, error))
    return FALSE;
  return *row != NULL || !has_accession (who, &patient)
         || find_row (database,
                      BY_ACCESSION "AND study_rowid = 0 AND peers = '' " BEST "id LIMIT 1", who, &patient, row, error);
}

gboolean
_neg_entry_find_for_step (NegDatabase *database, const NegEntryIdentity *who, NegEntryRow **row, GError **error)
{
  g_auto (NegPatient) patient = { 0 };

  if (!_neg_patient_resolve (database, who->issuer, who->patient_id, who->name_key, &patient, error))
    return FALSE;
  *row = NULL;
  if (has_accession (who, &patient)
      && !find_row (database,
                    BY_ACCESSION BEST "study_rowid <> 0 OR peers <> '' DESC, id LIMIT 1", who, &patient, row, error))
    return FALSE;
  return *row != NULL || find_row (database, BY_STUDY, who, &patient, row, error);
}
