#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <cstring>

namespace neg {

namespace {

struct TextField {
  char *NegInstance::*field;
  DcmTagKey tag;
};

struct ClassKind {
  const char *uid; /* ends in '.': a family of classes */
  NegObjectKind kind;
};

} // namespace

#define STORAGE "1.2.840.10008.5.1.4.1.1."

/* The first that fits. */
static const ClassKind class_kinds[] = {
  { STORAGE "88.59", NEG_OBJECT_KO },
  { STORAGE "88.", NEG_OBJECT_SR },
  { STORAGE "11.", NEG_OBJECT_PR },
  { STORAGE "66.4", NEG_OBJECT_SEG },
  { STORAGE "66.5", NEG_OBJECT_SEG },
  { STORAGE "66.7", NEG_OBJECT_SEG },
  { STORAGE "481.2", NEG_OBJECT_RTDOSE },
  { STORAGE "481.3", NEG_OBJECT_RTSTRUCT },
  { STORAGE "481.5", NEG_OBJECT_RTPLAN },
  { STORAGE "481.8", NEG_OBJECT_RTPLAN },
  { STORAGE "104.1", NEG_OBJECT_PDF },
  { STORAGE "104.3", NEG_OBJECT_STL },
  { STORAGE "9.", NEG_OBJECT_WAVEFORM },
  { STORAGE "77.1.1.1", NEG_OBJECT_VIDEO },
  { STORAGE "77.1.2.1", NEG_OBJECT_VIDEO },
  { STORAGE "77.1.4.1", NEG_OBJECT_VIDEO },
  { "1.2.840.10008.5.1.4.38.1", NEG_OBJECT_HANGING_PROTOCOL },
};

/* Attributes in the character set of the data set (LO, SH, ...). */
static void
read_texts (NegInstance *instance, const Item &root)
{
  static const TextField fields[] = {
    { &NegInstance::patient_id, DCM_PatientID },
    { &NegInstance::patient_id_issuer, DCM_IssuerOfPatientID },
    { &NegInstance::study_id, DCM_StudyID },
    { &NegInstance::study_description, DCM_StudyDescription },
    { &NegInstance::accession_number, DCM_AccessionNumber },
    { &NegInstance::series_description, DCM_SeriesDescription },
    { &NegInstance::protocol_name, DCM_ProtocolName },
    { &NegInstance::manufacturer, DCM_Manufacturer },
    { &NegInstance::station_name, DCM_StationName },
  };

  for (const TextField &field : fields)
    instance->*field.field = root.text (field.tag);
  instance->patient_name = root.person_name (DCM_PatientName);
}

/* Attributes that know only the default repertoire (UI, CS, DA, TM, IS). */
static void
read_codes (NegInstance *instance, const Item &root)
{
  static const TextField fields[] = {
    { &NegInstance::sop_class_uid, DCM_SOPClassUID },
    { &NegInstance::sop_instance_uid, DCM_SOPInstanceUID },
    { &NegInstance::study_uid, DCM_StudyInstanceUID },
    { &NegInstance::series_uid, DCM_SeriesInstanceUID },
    { &NegInstance::frame_of_reference_uid, DCM_FrameOfReferenceUID },
    { &NegInstance::patient_birth_date, DCM_PatientBirthDate },
    { &NegInstance::patient_sex, DCM_PatientSex },
    { &NegInstance::study_date, DCM_StudyDate },
    { &NegInstance::study_time, DCM_StudyTime },
    { &NegInstance::series_date, DCM_SeriesDate },
    { &NegInstance::series_time, DCM_SeriesTime },
    { &NegInstance::modality, DCM_Modality },
    { &NegInstance::body_part, DCM_BodyPartExamined },
    { &NegInstance::laterality, DCM_Laterality },
    { &NegInstance::image_laterality, DCM_ImageLaterality },
    { &NegInstance::view_position, DCM_ViewPosition },
    { &NegInstance::patient_position, DCM_PatientPosition },
    { &NegInstance::patient_orientation, DCM_PatientOrientation },
    { &NegInstance::image_type, DCM_ImageType },
    { &NegInstance::content_date, DCM_ContentDate },
    { &NegInstance::content_time, DCM_ContentTime },
    { &NegInstance::acquisition_date, DCM_AcquisitionDate },
    { &NegInstance::acquisition_time, DCM_AcquisitionTime },
    { &NegInstance::concatenation_uid, DCM_ConcatenationUID },
    { &NegInstance::echo_numbers, DCM_EchoNumbers },
  };

  for (const TextField &field : fields)
    instance->*field.field = root.code (field.tag);
}

void
read_identity (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;

  instance->transfer_syntax_uid = g_utf8_make_valid (reading.layout->transfer_syntax_uid, -1);
  read_texts (instance, root);
  read_codes (instance, root);
  instance->has_series_number = root.integer (DCM_SeriesNumber, &instance->series_number);
  instance->has_instance_number = root.integer (DCM_InstanceNumber, &instance->instance_number);
  instance->has_acquisition_number = root.integer (DCM_AcquisitionNumber, &instance->acquisition_number);
  instance->in_concatenation_number = root.cardinal (DCM_InConcatenationNumber);
  instance->concatenation_frame_offset = root.cardinal (DCM_ConcatenationFrameOffsetNumber);
  instance->echo_time_ms = root.number (DCM_EchoTime);
  instance->trigger_time_ms = root.number (DCM_TriggerTime);
  instance->temporal_position = root.cardinal (DCM_TemporalPositionIdentifier);
  instance->b_value = root.number (DCM_DiffusionBValue);
  instance->gantry_tilt_deg = root.number (DCM_GantryDetectorTilt);
}

static bool
kind_of_class (const char *uid, NegObjectKind *kind)
{
  for (const ClassKind &known : class_kinds)
    if (g_str_has_suffix (known.uid, ".") ? g_str_has_prefix (uid, known.uid) : strcmp (uid, known.uid) == 0) {
      *kind = known.kind;
      return true;
    }
  return false;
}

/* An object without a class that we know, or without one at all, is what its contents say. */
static NegObjectKind
kind_of_content (const Reading &reading, const Item &root)
{
  if (root.has (DCM_SegmentSequence))
    return NEG_OBJECT_SEG;
  if (root.has (DCM_DoseUnits) && reading.layout->has_pixels)
    return NEG_OBJECT_RTDOSE;
  if (reading.layout->has_pixels)
    return NEG_OBJECT_IMAGE;
  if (root.has (DCM_ContentSequence))
    return root.code_is (DCM_Modality, "KO") ? NEG_OBJECT_KO : NEG_OBJECT_SR;
  if (root.has (DCM_StructureSetROISequence))
    return NEG_OBJECT_RTSTRUCT;
  if (root.has (DCM_BeamSequence) || root.has (DCM_FractionGroupSequence))
    return NEG_OBJECT_RTPLAN;
  if (root.has (DCM_WaveformSequence))
    return NEG_OBJECT_WAVEFORM;
  if (root.code_is (DCM_MIMETypeOfEncapsulatedDocument, "application/pdf"))
    return NEG_OBJECT_PDF;
  if (root.code_is (DCM_MIMETypeOfEncapsulatedDocument, "model/stl"))
    return NEG_OBJECT_STL;
  return root.code_is (DCM_Modality, "PR") ? NEG_OBJECT_PR : NEG_OBJECT_OTHER;
}

/* Storage classes without pixels that hold none of what kind_of_content() looks for, or hold it for other ends. */
static bool
is_known_other (const char *uid)
{
  static const char *const uids[] = {
    STORAGE "66",    STORAGE "66.1",  STORAGE "66.2",  STORAGE "66.3",  STORAGE "67",    STORAGE "66.6",
    STORAGE "481.4", STORAGE "481.6", STORAGE "481.7", STORAGE "481.9", STORAGE "104.2", STORAGE "104.4",
    STORAGE "104.5", STORAGE "91.1",  nullptr,
  };

  return g_strv_contains (uids, uid);
}

/* The meaning of the title that a structured report or a key object note has as its root's name (C.17.3). */
static char *
read_concept_name (const Item &root)
{
  return root.first (DCM_ConceptNameCodeSequence).text (DCM_CodeMeaning);
}

static char *
read_title (NegObjectKind kind, const Item &root)
{
  static const DcmTagKey title_tags[] = {
    DCM_DocumentTitle,  DCM_StructureSetLabel, DCM_StructureSetName,   DCM_RTPlanLabel,         DCM_RTPlanName,
    DCM_DoseComment,    DCM_ContentDescription, DCM_ContentLabel,      DCM_HangingProtocolName,
    DCM_HangingProtocolDescription,
  };
  char *title = nullptr;

  if (kind == NEG_OBJECT_IMAGE)
    return nullptr;
  if (kind == NEG_OBJECT_SR || kind == NEG_OBJECT_KO)
    title = read_concept_name (root);
  for (const DcmTagKey &tag : title_tags)
    if (title == nullptr)
      title = root.text (tag);
  return title != nullptr ? title : read_concept_name (root);
}

void
read_kind (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  const char *uid = instance->sop_class_uid;

  if (uid == nullptr || !kind_of_class (uid, &instance->kind)) {
    if (uid != nullptr && is_known_other (uid))
      instance->kind = NEG_OBJECT_OTHER;
    else
      instance->kind = kind_of_content (reading, root);
  }
  if (reading.layout->codec == NEG_CODEC_VIDEO)
    instance->kind = NEG_OBJECT_VIDEO;
  instance->document_title = read_title (instance->kind, root);
}

} // namespace neg
