#include "tag-builder.h"

#include <string.h>

NegTag *
tag_add_inside (NegTags *tags, guint depth, guint32 number, const char *vr, const char *name, const char *value)
{
  NegTag tag = { .kind = NEG_TAG_KIND_ELEMENT, .depth = depth, .tag = number, .length = (strlen (value) + 1) / 2 * 2,
                 .name = g_strdup (name), .keyword = g_strdup (name), .creator = g_strdup (""), .value = g_strdup (value),
                 .vm_min = 1, .vm_max = 1 };

  g_strlcpy (tag.vr, vr, sizeof tag.vr);
  g_strlcpy (tag.dictionary_vr, vr, sizeof tag.dictionary_vr);
  g_array_append_val (tags->tags, tag);
  return &g_array_index (tags->tags, NegTag, tags->tags->len - 1);
}

NegTag *
tag_add (NegTags *tags, guint32 number, const char *vr, const char *name, const char *value)
{
  return tag_add_inside (tags, 0, number, vr, name, value);
}

void
tag_add_item (NegTags *tags, guint depth, guint number)
{
  NegTag *tag = tag_add_inside (tags, depth, 0xFFFEE000, "", "", "");

  tag->kind = NEG_TAG_KIND_ITEM;
  tag->number = number;
}

void
tag_add_sequence (NegTags *tags, guint depth, guint32 number, const char *name)
{
  tag_add_inside (tags, depth, number, "SQ", name, "")->kind = NEG_TAG_KIND_SEQUENCE;
}

void
tag_set_value (NegTag *tag, const char *value)
{
  g_free (tag->value);
  tag->value = g_strdup (value);
  tag->length = (strlen (value) + 1) / 2 * 2;
}

NegTag *
tag_get (NegTags *tags, guint32 number)
{
  for (guint i = 0; i < tags->tags->len; i++)
    if (g_array_index (tags->tags, NegTag, i).tag == number)
      return &g_array_index (tags->tags, NegTag, i);
  return NULL;
}

void
tag_remove (NegTags *tags, guint32 number)
{
  g_array_remove_index (tags->tags, tag_get (tags, number) - &g_array_index (tags->tags, NegTag, 0));
}

NegTags *
tag_new_ct (void)
{
  static const struct {
    guint32 number;
    const char *vr, *name, *value;
    guint n_values;
  } elements[] = {
    { 0x00080005, "CS", "SpecificCharacterSet", "ISO_IR 192", 1 },
    { 0x00080008, "CS", "ImageType", "ORIGINAL\\PRIMARY\\AXIAL", 3 },
    { 0x00080016, "UI", "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2", 1 },
    { 0x00080018, "UI", "SOPInstanceUID", "1.2.3.4", 1 },
    { 0x00080020, "DA", "StudyDate", "20240229", 1 },
    { 0x00080030, "TM", "StudyTime", "101500.250", 1 },
    { 0x00080050, "SH", "AccessionNumber", "", 1 },
    { 0x00080060, "CS", "Modality", "CT", 1 },
    { 0x00080070, "LO", "Manufacturer", "Nobody", 1 },
    { 0x00080090, "PN", "ReferringPhysicianName", "", 1 },
    { 0x00100010, "PN", "PatientName", "Lamp^Ada", 1 },
    { 0x00100020, "LO", "PatientID", "T-1", 1 },
    { 0x00100030, "DA", "PatientBirthDate", "", 1 },
    { 0x00100040, "CS", "PatientSex", "F", 1 },
    { 0x00180050, "DS", "SliceThickness", "2.5", 1 },
    { 0x00180060, "DS", "KVP", "120", 1 },
    { 0x0020000D, "UI", "StudyInstanceUID", "1.2.3", 1 },
    { 0x0020000E, "UI", "SeriesInstanceUID", "1.2.3.1", 1 },
    { 0x00200010, "SH", "StudyID", "1", 1 },
    { 0x00200011, "IS", "SeriesNumber", "1", 1 },
    { 0x00200012, "IS", "AcquisitionNumber", "1", 1 },
    { 0x00200013, "IS", "InstanceNumber", "1", 1 },
    { 0x00200032, "DS", "ImagePositionPatient", "0\\0\\-2.5", 3 },
    { 0x00200037, "DS", "ImageOrientationPatient", "1\\0\\0\\0\\1\\0", 6 },
    { 0x00200052, "UI", "FrameOfReferenceUID", "1.2.3.9", 1 },
    { 0x00201040, "LO", "PositionReferenceIndicator", "", 1 },
    { 0x00280002, "US", "SamplesPerPixel", "1", 1 },
    { 0x00280004, "CS", "PhotometricInterpretation", "MONOCHROME2", 1 },
    { 0x00280010, "US", "Rows", "512", 1 },
    { 0x00280011, "US", "Columns", "512", 1 },
    { 0x00280030, "DS", "PixelSpacing", "0.5\\0.5", 2 },
    { 0x00280100, "US", "BitsAllocated", "16", 1 },
    { 0x00280101, "US", "BitsStored", "12", 1 },
    { 0x00280102, "US", "HighBit", "11", 1 },
    { 0x00280103, "US", "PixelRepresentation", "0", 1 },
    { 0x00281052, "DS", "RescaleIntercept", "-1024", 1 },
    { 0x00281053, "DS", "RescaleSlope", "1", 1 },
  };
  NegTags *tags = neg_tags_new ();

  tags->transfer_syntax_uid = g_strdup ("1.2.840.10008.1.2.1");
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    NegTag *tag = tag_add (tags, elements[i].number, elements[i].vr, elements[i].name, elements[i].value);

    tag->vm_min = tag->vm_max = elements[i].n_values;
  }
  tag_get (tags, 0x00080008)->vm_min = 2;
  tag_get (tags, 0x00080008)->vm_max = G_MAXUINT32;
  tag_add (tags, 0x7FE00010, "OW", "PixelData", "")->length = 524288;
  return tags;
}
