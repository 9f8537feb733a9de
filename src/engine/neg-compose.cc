#include "config.h"

#include "engine/neg-compose.h"

#include "engine/neg-compose-private.hh"

#include <cstring>

#include "dcmtk/dcmdata/dcostrmb.h"

#include "base/neg-error.h"
#include "engine/neg-net-part10.h"

namespace neg {

static const char *
get_modality (NegComposeKind kind)
{
  return kind == NEG_COMPOSE_PRESENTATION ? "PR" : kind == NEG_COMPOSE_KEY_SELECTION ? "KO" : "SR";
}

/* What makes this somebody else's object may not be written as a guess. */
static bool
copy_identity (const Writer &root, const Item &source, GError **error)
{
  g_autofree char *name = source.person_name (DCM_PatientName);
  g_autofree char *id = source.text (DCM_PatientID);
  g_autofree char *issuer = source.text (DCM_IssuerOfPatientID);
  const char *texts[] = { name, id, issuer };

  for (const char *text : texts)
    if (text != nullptr && strstr (text, "\xEF\xBF\xBD") != nullptr)
      return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0010,0010)",
                       "the patient's name or ID cannot be read in the character set of the object");
  root.text_or_empty (DCM_PatientName, name);
  root.text_or_empty (DCM_PatientID, id);
  root.text (DCM_IssuerOfPatientID, issuer);
  return true;
}

static void
copy (const Writer &root, const Item &source, const DcmTagKey &tag, bool is_required)
{
  g_autofree char *value = source.text (tag);

  if (value != nullptr || is_required)
    root.text_or_empty (tag, value);
}

static bool
write_patient_and_study (const Writer &root, const Item &source, char **study_uid, GError **error)
{
  static const DcmTagKey required[] = { DCM_PatientBirthDate, DCM_PatientSex,      DCM_StudyDate,
                                        DCM_StudyTime,        DCM_StudyID,         DCM_AccessionNumber };
  static const DcmTagKey others[] = { DCM_PatientBirthTime, DCM_PatientAge, DCM_StudyDescription };

  if (!copy_identity (root, source, error))
    return false;
  for (const DcmTagKey &tag : required)
    copy (root, source, tag, true);
  for (const DcmTagKey &tag : others)
    copy (root, source, tag, false);
  g_autofree char *referrer = source.person_name (DCM_ReferringPhysicianName);
  root.text_or_empty (DCM_ReferringPhysicianName, referrer);
  *study_uid = source.code (DCM_StudyInstanceUID);
  if (*study_uid == nullptr)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0020,000D)", "the image names no study");
  root.text (DCM_StudyInstanceUID, *study_uid);
  return true;
}

static void
write_general (const Writer &root, const NegCompose &compose)
{
  root.text (DCM_SpecificCharacterSet, "ISO_IR 192");
  root.text (DCM_InstanceCreationDate, compose.date);
  root.text (DCM_InstanceCreationTime, compose.time);
  root.text (DCM_TimezoneOffsetFromUTC, compose.timezone);
  root.text (DCM_SOPClassUID, neg_compose_get_sop_class_uid (&compose));
  root.text (DCM_SOPInstanceUID, compose.sop_instance_uid);
  root.text (DCM_Modality, get_modality (compose.kind));
  root.text (DCM_SeriesInstanceUID, compose.series_uid);
  root.integer (DCM_SeriesNumber, compose.series_number);
  root.integer (DCM_InstanceNumber, compose.instance_number);
  root.cut (DCM_SeriesDescription, compose.series_description, 64);
  root.text (DCM_SeriesDate, compose.date);
  root.text (DCM_SeriesTime, compose.time);
  root.text (DCM_Manufacturer, "Negatoscope");
  root.text (DCM_ManufacturerModelName, "Negatoscope");
  root.text (DCM_DeviceSerialNumber, "1");
  root.cut (DCM_SoftwareVersions, compose.device_version, 64);
}

static void
write_kind (const Writer &root, const NegCompose &compose, const char *study_uid)
{
  switch (compose.kind) {
  case NEG_COMPOSE_PRESENTATION:
    compose_presentation (root, compose);
    break;
  case NEG_COMPOSE_KEY_SELECTION:
    compose_key_selection (root, compose, study_uid);
    break;
  case NEG_COMPOSE_MEASUREMENTS:
  case NEG_COMPOSE_N_KINDS:
  default:
    compose_measurements (root, compose, study_uid);
    break;
  }
}

static GByteArray *
encode (DcmDataset *dataset, const NegCompose &compose, GError **error)
{
  g_autoptr (GByteArray) file = neg_net_part10_new (neg_compose_get_sop_class_uid (&compose), compose.sop_instance_uid,
                                                    UID_LittleEndianExplicitTransferSyntax, nullptr, error);
  std::vector<guint8> room (NEG_COMPOSE_BYTES_MAX);
  DcmOutputBufferStream stream (room.data (), room.size ());
  void *bytes = nullptr;
  offile_off_t length = 0;

  if (file == nullptr)
    return nullptr;
  dataset->transferInit ();
  OFCondition condition = dataset->write (stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr);
  dataset->transferEnd ();
  stream.flushBuffer (bytes, length);
  if (condition.bad () || length <= 0 || guint64 (length) + file->len > NEG_COMPOSE_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the object becomes too large to be written");
    return nullptr;
  }
  g_byte_array_append (file, static_cast<const guint8 *> (bytes), length);
  return g_steal_pointer (&file);
}

static bool
compose_object (NegSource *source, const NegLayout *layout, const NegCompose &compose, GByteArray **file, GError **error)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  g_autofree char *study_uid = nullptr;
  DcmDataset original, dataset;
  OFCondition condition = EC_Normal;
  Reading reading = new_reading (instance, layout);

  if (!read_dataset (source, reading, &original, error))
    return false;
  const Writer root (&dataset, &condition);
  write_general (root, compose);
  if (!write_patient_and_study (root, Item (&original, &reading, reading.plain), &study_uid, error))
    return false;
  write_kind (root, compose, study_uid);
  if (condition.bad ())
    return neg_fail (error, NEG_ERROR_INCONSISTENT, nullptr, "a value cannot be written (%04x:%04x)",
                     condition.module (), condition.code ());
  *file = encode (&dataset, compose, error);
  return *file != nullptr;
}

} // namespace neg

GByteArray *
neg_compose_object (NegSource *source, const NegLayout *layout, const NegCompose *compose, GError **error)
{
  GByteArray *file = nullptr;

  neg::guard (error, [&] () -> bool { return neg::compose_object (source, layout, *compose, &file, error); });
  return file;
}
