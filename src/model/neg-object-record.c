#include "config.h"

#include "model/neg-object-record.h"

#include <string.h>

#include "base/neg-error.h"

typedef struct {
  const char *keyword;
  guint32 tag;
} Field;

static const Field fields[NEG_RECORD_N_FIELDS] = {
  [NEG_RECORD_TRANSFER_SYNTAX_UID] = { "TransferSyntaxUID", 0x00020010 },
  [NEG_RECORD_SOP_CLASS_UID] = { "SOPClassUID", 0x00080016 },
  [NEG_RECORD_SOP_INSTANCE_UID] = { "SOPInstanceUID", 0x00080018 },
  [NEG_RECORD_STUDY_UID] = { "StudyInstanceUID", 0x0020000D },
  [NEG_RECORD_SERIES_UID] = { "SeriesInstanceUID", 0x0020000E },
  [NEG_RECORD_PATIENT_NAME] = { "PatientName", 0x00100010 },
  [NEG_RECORD_PATIENT_ID] = { "PatientID", 0x00100020 },
  [NEG_RECORD_ISSUER] = { "IssuerOfPatientID", 0x00100021 },
  [NEG_RECORD_BIRTH_DATE] = { "PatientBirthDate", 0x00100030 },
  [NEG_RECORD_SEX] = { "PatientSex", 0x00100040 },
  [NEG_RECORD_PATIENT_AGE] = { "PatientAge", 0x00101010 },
  [NEG_RECORD_STUDY_DATE] = { "StudyDate", 0x00080020 },
  [NEG_RECORD_STUDY_TIME] = { "StudyTime", 0x00080030 },
  [NEG_RECORD_TIMEZONE] = { "TimezoneOffsetFromUTC", 0x00080201 },
  [NEG_RECORD_STUDY_ID] = { "StudyID", 0x00200010 },
  [NEG_RECORD_STUDY_DESCRIPTION] = { "StudyDescription", 0x00081030 },
  [NEG_RECORD_ACCESSION] = { "AccessionNumber", 0x00080050 },
  [NEG_RECORD_ACCESSION_ISSUER] = { "LocalNamespaceEntityID", 0x00400031 },
  [NEG_RECORD_REFERRER] = { "ReferringPhysicianName", 0x00080090 },
  [NEG_RECORD_INSTITUTION] = { "InstitutionName", 0x00080080 },
  [NEG_RECORD_STATION] = { "StationName", 0x00081010 },
  [NEG_RECORD_MODALITY] = { "Modality", 0x00080060 },
  [NEG_RECORD_SERIES_NUMBER] = { "SeriesNumber", 0x00200011 },
  [NEG_RECORD_SERIES_DATE] = { "SeriesDate", 0x00080021 },
  [NEG_RECORD_SERIES_TIME] = { "SeriesTime", 0x00080031 },
  [NEG_RECORD_SERIES_DESCRIPTION] = { "SeriesDescription", 0x0008103E },
  [NEG_RECORD_BODY_PART] = { "BodyPartExamined", 0x00180015 },
  [NEG_RECORD_LATERALITY] = { "Laterality", 0x00200060 },
  [NEG_RECORD_INSTANCE_NUMBER] = { "InstanceNumber", 0x00200013 },
  [NEG_RECORD_FRAMES] = { "NumberOfFrames", 0x00280008 },
  [NEG_RECORD_ROWS] = { "Rows", 0x00280010 },
  [NEG_RECORD_COLUMNS] = { "Columns", 0x00280011 },
};

const char *
neg_record_field_get_keyword (NegRecordField field)
{
  return fields[field].keyword;
}

guint32
neg_record_field_get_tag (NegRecordField field)
{
  return fields[field].tag;
}

NegObjectRecord *
neg_object_record_new (void)
{
  return g_new0 (NegObjectRecord, 1);
}

NegObjectRecord *
neg_object_record_copy (const NegObjectRecord *record)
{
  NegObjectRecord *copy = neg_object_record_new ();

  *copy = *record;
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    copy->text[i] = g_strdup (record->text[i]);
  return copy;
}

void
neg_object_record_free (NegObjectRecord *record)
{
  if (record == NULL)
    return;
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    g_free (record->text[i]);
  g_free (record);
}

void
neg_object_record_set (NegObjectRecord *record, NegRecordField field, char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  g_free (record->text[field]);
  record->text[field] = NULL;
  if (length == 0) {
    g_free (text);
    return;
  }
  if (length > NEG_RECORD_TEXT_BYTES_MAX) {
    for (length = NEG_RECORD_TEXT_BYTES_MAX; (text[length] & 0xC0) == 0x80; length--)
      continue;
    text[length] = '\0';
    record->has_warnings = TRUE;
  }
  record->text[field] = text;
}

/* PS3.5 9.1 also forbids leading zeros, which occur; an object is not refused for them. */
static gboolean
is_usable_uid (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  return length > 0 && length <= 64 && strspn (text, "0123456789.") == length;
}

gboolean
neg_object_record_check (NegObjectRecord *record, GError **error)
{
  static const NegRecordField needed[] = { NEG_RECORD_SOP_CLASS_UID, NEG_RECORD_SOP_INSTANCE_UID,
                                           NEG_RECORD_STUDY_UID, NEG_RECORD_SERIES_UID };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (!is_usable_uid (record->text[needed[i]])) {
      const Field *field = &fields[needed[i]];
      g_autofree char *where = g_strdup_printf ("(%04x,%04x)", field->tag >> 16, field->tag & 0xFFFF);

      return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "%s %s", field->keyword,
                       record->text[needed[i]] == NULL ? "is missing" : "is no UID");
    }
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    if (record->text[i] != NULL && strlen (record->text[i]) > NEG_RECORD_TEXT_BYTES_MAX)
      neg_object_record_set (record, i, g_strdup (record->text[i]));
  return TRUE;
}
