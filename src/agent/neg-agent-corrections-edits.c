/* Which values change in an object. */
#include "config.h"

#include "agent/neg-agent-corrections-private.h"

#include <string.h>

/* Present in every object, if need be without a value (PS3.3, type 2 of C.7.1.1 and C.7.2.1). */
static const char *const empty_keywords[] = {
  "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
  "ReferringPhysicianName", NULL,
};

/* What else an object says of a patient who is another one (PS3.3 C.2.2 to C.2.4, C.7.1.1, C.7.2.2). Retired attributes have numbers:
 * Other Patient IDs, Medical Record Locator. */
static const char *const other_keywords[] = {
  "00101000", "00101090", "OtherPatientIDsSequence", "OtherPatientNames", "IssuerOfPatientIDQualifiersSequence", "PatientBirthName",
  "PatientMotherBirthName", "PatientBirthTime", "PatientAge", "PatientAddress", "PatientTelephoneNumbers", "MilitaryRank",
  "BranchOfService", "MedicalAlerts", "Allergies", "CountryOfResidence", "RegionOfResidence",
  "EthnicGroup", "PatientReligiousPreference", "AdditionalPatientHistory", "PatientComments", "AdmissionID",
  "ReferencedPatientSequence",
};

typedef struct {
  NegModify *modify;
  GString *text; /* what is edited, for comparing */
} Edits;

static void
edit (Edits *edits, NegEditKind kind, const char *path, const char *value)
{
  neg_modify_add (edits->modify, kind, path, value);
  g_string_append_printf (edits->text, "%u %s=%s\n", kind, path, value);
}

static void
set (Edits *edits, const char *path, const char *value)
{
  const gboolean is_empty = value == NULL || *value == '\0';

  if (is_empty && !g_strv_contains (empty_keywords, path))
    edit (edits, NEG_EDIT_REMOVE, path, "");
  else
    edit (edits, NEG_EDIT_SET, path, is_empty ? "" : value);
}

/* What is not said changes nothing. */
static void
set_said (Edits *edits, const char *path, const char *value)
{
  if (value != NULL && *value != '\0')
    set (edits, path, value);
}

static void
set_accession (Edits *edits, const char *accession, const char *issuer)
{
  set (edits, "AccessionNumber", accession);
  if (*issuer != '\0')
    set (edits, "IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID", issuer);
  else
    set (edits, "IssuerOfAccessionNumberSequence", "");
}

static void
forget_other (Edits *edits)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_keywords); i++)
    set (edits, other_keywords[i], "");
}

/* Of another patient nothing is left, be it that the order does not say it. */
static void
edit_match (Edits *edits, const NegPlan *plan)
{
  const NegOrder *order = plan->order;
  void (*const take) (Edits *, const char *, const char *) = plan->changes_patient ? set : set_said;

  set (edits, "PatientName", order->patient_name);
  set (edits, "PatientID", order->patient_id);
  take (edits, "IssuerOfPatientID", order->issuer);
  take (edits, "PatientBirthDate", order->birth_date);
  take (edits, "PatientSex", order->sex);
  if (plan->changes_patient)
    forget_other (edits);
  if (*order->accession != '\0' || plan->changes_patient)
    set_accession (edits, order->accession, order->accession_issuer);
  set_said (edits, "ReferringPhysicianName", order->referrer);
  set_said (edits, "RequestedProcedureDescription", order->procedure);
  set_said (edits, "RequestAttributesSequence[0].RequestedProcedureID", order->procedure_id);
  set_said (edits, "RequestAttributesSequence[0].ScheduledProcedureStepID", order->step_id);
  set_said (edits, "RequestAttributesSequence[0].RequestedProcedureDescription", order->procedure);
  if (*plan->study->description == '\0')
    set_said (edits, "StudyDescription", order->procedure);
}

static const char *
text_of (const NegObjectRecord *record, NegRecordField field)
{
  return record->text[field] != NULL ? record->text[field] : "";
}

/* The study that it becomes part of is one, with one patient. */
static void
edit_target (Edits *edits, const NegPlan *plan)
{
  static const NegRecordField fields[] = {
    NEG_RECORD_PATIENT_NAME, NEG_RECORD_PATIENT_ID, NEG_RECORD_ISSUER,     NEG_RECORD_BIRTH_DATE,        NEG_RECORD_SEX,
    NEG_RECORD_STUDY_ID,     NEG_RECORD_STUDY_DATE, NEG_RECORD_STUDY_TIME, NEG_RECORD_STUDY_DESCRIPTION, NEG_RECORD_REFERRER,
  };
  const NegObjectRecord *record = plan->target->record;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    set (edits, neg_record_field_get_keyword (fields[i]), text_of (record, fields[i]));
  set_accession (edits, text_of (record, NEG_RECORD_ACCESSION), text_of (record, NEG_RECORD_ACCESSION_ISSUER));
  if (plan->changes_patient)
    forget_other (edits);
}

/* "VALUE\SCHEME\MEANING" of a sequence is a code. */
static gboolean
is_code (const char *path, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, "\\", -1);

  return g_str_has_suffix (path, "Sequence") && g_strv_length (parts) == 3;
}

/* A side is said where the object says one: of its series, of the image, or both (C.7.3.1, C.8.11.1). */
static void
edit_side (Edits *edits, const NegObjectRecord *record, const char *side)
{
  const gboolean of_image = record->text[NEG_RECORD_IMAGE_LATERALITY] != NULL;

  if (of_image)
    set (edits, "ImageLaterality", side);
  if (!of_image || record->text[NEG_RECORD_LATERALITY] != NULL)
    set (edits, "Laterality", side);
}

static void
edit_values (Edits *edits, const NegPlan *plan, const NegSubject *subject)
{
  const GPtrArray *values = plan->spec->values;
  const char *side = _neg_spec_get_value (plan->spec, "Laterality");

  if (side == NULL)
    side = _neg_spec_get_value (plan->spec, "ImageLaterality");
  for (guint i = 0; i < values->len; i += 2) {
    const char *path = values->pdata[i], *value = values->pdata[i + 1];

    if (strcmp (path, "Laterality") == 0 || strcmp (path, "ImageLaterality") == 0)
      continue;
    if (is_code (path, value))
      edit (edits, NEG_EDIT_CODE, path, value);
    else
      set (edits, path, value);
  }
  if (side != NULL)
    edit_side (edits, subject->record, side);
}

static void
edit_move (Edits *edits, const NegPlan *plan)
{
  static const NegRecordField fields[] = {
    NEG_RECORD_SERIES_NUMBER, NEG_RECORD_SERIES_DATE, NEG_RECORD_SERIES_TIME, NEG_RECORD_SERIES_DESCRIPTION,
    NEG_RECORD_PROTOCOL,
  };

  for (guint i = 0; *plan->spec->into != '\0' && i < G_N_ELEMENTS (fields); i++)
    set (edits, neg_record_field_get_keyword (fields[i]), text_of (plan->study->record, fields[i]));
  set_said (edits, "SeriesDescription", plan->spec->description);
}

char *
_neg_plan_make_edits (const NegPlan *plan, const NegSubject *subject, NegModify *modify)
{
  Edits edits = { modify, g_string_new (NULL) };

  if (plan->study_uid != NULL)
    set (&edits, "StudyInstanceUID", plan->study_uid);
  if (plan->series_uid != NULL)
    set (&edits, "SeriesInstanceUID", plan->series_uid);
  if (plan->spec->kind == NEG_SPEC_MATCH)
    edit_match (&edits, plan);
  if (plan->target != NULL)
    edit_target (&edits, plan);
  if (plan->spec->kind == NEG_SPEC_SET)
    edit_values (&edits, plan, subject);
  if (plan->spec->kind == NEG_SPEC_MOVE)
    edit_move (&edits, plan);
  if (plan->spec->kind == NEG_SPEC_SPLIT && plan->target == NULL)
    set_said (&edits, "StudyDescription", plan->spec->description);
  return g_string_free (edits.text, FALSE);
}
