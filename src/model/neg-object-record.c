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
  [NEG_RECORD_CHARACTER_SET] = { "SpecificCharacterSet", 0x00080005 },
  [NEG_RECORD_IMAGE_TYPE] = { "ImageType", 0x00080008 },
  [NEG_RECORD_ACQUISITION_DATE] = { "AcquisitionDate", 0x00080022 },
  [NEG_RECORD_CONTENT_DATE] = { "ContentDate", 0x00080023 },
  [NEG_RECORD_ACQUISITION_DATETIME] = { "AcquisitionDateTime", 0x0008002A },
  [NEG_RECORD_ACQUISITION_TIME] = { "AcquisitionTime", 0x00080032 },
  [NEG_RECORD_CONTENT_TIME] = { "ContentTime", 0x00080033 },
  [NEG_RECORD_MANUFACTURER] = { "Manufacturer", 0x00080070 },
  [NEG_RECORD_OPERATOR] = { "OperatorsName", 0x00081070 },
  [NEG_RECORD_MODEL] = { "ManufacturerModelName", 0x00081090 },
  [NEG_RECORD_PERFORMED_STEP_UID] = { "ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID", 0x00081111 },
  [NEG_RECORD_REGION_CODE] = { "AnatomicRegionSequence[0].CodeValue", 0x00082218 },
  [NEG_RECORD_KVP] = { "KVP", 0x00180060 },
  [NEG_RECORD_SLICE_THICKNESS] = { "SliceThickness", 0x00180050 },
  [NEG_RECORD_SPACING_BETWEEN_SLICES] = { "SpacingBetweenSlices", 0x00180088 },
  [NEG_RECORD_DEVICE_SERIAL] = { "DeviceSerialNumber", 0x00181000 },
  [NEG_RECORD_PROTOCOL] = { "ProtocolName", 0x00181030 },
  [NEG_RECORD_FIELD_OF_VIEW] = { "FieldOfViewDimensions", 0x00181149 },
  [NEG_RECORD_EXPOSURE_TIME] = { "ExposureTime", 0x00181150 },
  [NEG_RECORD_TUBE_CURRENT] = { "XRayTubeCurrent", 0x00181151 },
  [NEG_RECORD_EXPOSURE] = { "Exposure", 0x00181152 },
  [NEG_RECORD_DOSE_AREA] = { "ImageAndFluoroscopyAreaDoseProduct", 0x0018115E },
  [NEG_RECORD_IMAGER_SPACING] = { "ImagerPixelSpacing", 0x00181164 },
  [NEG_RECORD_EXPOSURE_INDEX] = { "ExposureIndex", 0x00181411 },
  [NEG_RECORD_TARGET_EXPOSURE_INDEX] = { "TargetExposureIndex", 0x00181412 },
  [NEG_RECORD_DEVIATION_INDEX] = { "DeviationIndex", 0x00181413 },
  [NEG_RECORD_COLLIMATOR_SHAPE] = { "CollimatorShape", 0x00181700 },
  [NEG_RECORD_COLLIMATOR_LEFT] = { "CollimatorLeftVerticalEdge", 0x00181702 },
  [NEG_RECORD_COLLIMATOR_RIGHT] = { "CollimatorRightVerticalEdge", 0x00181704 },
  [NEG_RECORD_COLLIMATOR_UPPER] = { "CollimatorUpperHorizontalEdge", 0x00181706 },
  [NEG_RECORD_COLLIMATOR_LOWER] = { "CollimatorLowerHorizontalEdge", 0x00181708 },
  [NEG_RECORD_PATIENT_POSITION] = { "PatientPosition", 0x00185100 },
  [NEG_RECORD_VIEW_POSITION] = { "ViewPosition", 0x00185101 },
  [NEG_RECORD_CTDI_VOL] = { "CTDIvol", 0x00189345 },
  [NEG_RECORD_ACQUISITION_NUMBER] = { "AcquisitionNumber", 0x00200012 },
  [NEG_RECORD_PATIENT_ORIENTATION] = { "PatientOrientation", 0x00200020 },
  [NEG_RECORD_IMAGE_POSITION] = { "ImagePositionPatient", 0x00200032 },
  [NEG_RECORD_IMAGE_ORIENTATION] = { "ImageOrientationPatient", 0x00200037 },
  [NEG_RECORD_FRAME_OF_REFERENCE_UID] = { "FrameOfReferenceUID", 0x00200052 },
  [NEG_RECORD_IMAGE_LATERALITY] = { "ImageLaterality", 0x00200062 },
  [NEG_RECORD_TEMPORAL_POSITION] = { "TemporalPositionIdentifier", 0x00200100 },
  [NEG_RECORD_SAMPLES] = { "SamplesPerPixel", 0x00280002 },
  [NEG_RECORD_PHOTOMETRIC] = { "PhotometricInterpretation", 0x00280004 },
  [NEG_RECORD_PIXEL_SPACING] = { "PixelSpacing", 0x00280030 },
  [NEG_RECORD_BITS_ALLOCATED] = { "BitsAllocated", 0x00280100 },
  [NEG_RECORD_BITS_STORED] = { "BitsStored", 0x00280101 },
  [NEG_RECORD_PIXEL_REPRESENTATION] = { "PixelRepresentation", 0x00280103 },
  [NEG_RECORD_PIXEL_PADDING] = { "PixelPaddingValue", 0x00280120 },
  [NEG_RECORD_BURNED_IN] = { "BurnedInAnnotation", 0x00280301 },
  [NEG_RECORD_LOSSY] = { "LossyImageCompression", 0x00282110 },
  [NEG_RECORD_REQUESTED_PROCEDURE] = { "RequestedProcedureDescription", 0x00321060 },
  [NEG_RECORD_REQUEST_STEP_ID] = { "RequestAttributesSequence[0].ScheduledProcedureStepID", 0x00400009 },
  [NEG_RECORD_REQUEST_PROCEDURE_ID] = { "RequestAttributesSequence[0].RequestedProcedureID", 0x00401001 },
  [NEG_RECORD_ENTRANCE_DOSE] = { "EntranceDoseInmGy", 0x00408302 },
  [NEG_RECORD_ORGAN_DOSE] = { "OrganDose", 0x00400316 },
  [NEG_RECORD_VIEW_CODE] = { "ViewCodeSequence[0].CodeValue", 0x00540220 },
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
