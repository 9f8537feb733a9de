/* Which elements of DICOM tell who somebody is, and how (PS3.15 Table E.1-1 names them; here it is enough to know what each
 * has to be replaced by). */
#include "config.h"

#include <string.h>

#include "model/neg-fiction.h"

static const struct {
  guint32 tag;
  NegTextKind kind;
} elements[] = {
  { 0x00080050, NEG_TEXT_ACCESSION }, { 0x00080080, NEG_TEXT_PLACE },     { 0x00080081, NEG_TEXT_PLACE },
  { 0x00081010, NEG_TEXT_PLACE },     { 0x00081040, NEG_TEXT_PLACE },     { 0x00100020, NEG_TEXT_ID },
  { 0x00100021, NEG_TEXT_ID },        { 0x00100030, NEG_TEXT_BIRTH_DATE }, { 0x00101000, NEG_TEXT_ID },
  { 0x00181000, NEG_TEXT_ID },        { 0x00200010, NEG_TEXT_ID },        { 0x00380010, NEG_TEXT_ID },
  { 0x00380300, NEG_TEXT_PLACE },     { 0x00380400, NEG_TEXT_PLACE },     { 0x00400009, NEG_TEXT_ID },
  { 0x00400010, NEG_TEXT_PLACE },     { 0x00400011, NEG_TEXT_PLACE },     { 0x00400241, NEG_TEXT_PLACE },
  { 0x00400242, NEG_TEXT_PLACE },     { 0x00400243, NEG_TEXT_PLACE },     { 0x00400253, NEG_TEXT_ID },
  { 0x00401001, NEG_TEXT_ID },        { 0x00402016, NEG_TEXT_ACCESSION }, { 0x00402017, NEG_TEXT_ACCESSION },
  { 0x00400031, NEG_TEXT_ID },        { 0x00400032, NEG_TEXT_ID },        { 0x00080054, NEG_TEXT_SITE },
};

static NegTextKind
kind_of_vr (const char *vr)
{
  /* Times, ages and names of applications say nothing of a person; codes, numbers and all else go by their words. */
  static const char *const plain[] = { "TM", "AS", "AE", "FL", "FD", "DS", "AT", "OF", "OD" };

  if (g_str_equal (vr, "PN"))
    return NEG_TEXT_NAME;
  if (g_str_equal (vr, "UI"))
    return NEG_TEXT_UID;
  if (g_str_equal (vr, "DA") || g_str_equal (vr, "DT"))
    return NEG_TEXT_DATE;
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (vr, plain[i]))
      return NEG_TEXT_SITE;
  return NEG_TEXT_FREE;
}

NegTextKind
neg_text_kind_of_element (guint32 tag, const char *vr)
{
  NegTextKind kind = kind_of_vr (vr);

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    if (elements[i].tag == tag)
      return elements[i].kind;
  /* Private elements have what they like, also in numbers; groups of the file and its directory name files. */
  if ((tag >> 16) % 2 == 1)
    return kind == NEG_TEXT_SITE ? NEG_TEXT_FREE : kind;
  return tag == 0x00041500 ? NEG_TEXT_PATH : kind;
}

NegTextKind
neg_text_kind_of_field (NegRecordField field)
{
  switch (field) {
  case NEG_RECORD_PATIENT_NAME:
  case NEG_RECORD_REFERRER:
  case NEG_RECORD_OPERATOR:
    return NEG_TEXT_NAME;
  case NEG_RECORD_TRANSFER_SYNTAX_UID:
  case NEG_RECORD_SOP_CLASS_UID:
  case NEG_RECORD_SOP_INSTANCE_UID:
  case NEG_RECORD_STUDY_UID:
  case NEG_RECORD_SERIES_UID:
  case NEG_RECORD_PERFORMED_STEP_UID:
  case NEG_RECORD_FRAME_OF_REFERENCE_UID:
    return NEG_TEXT_UID;
  case NEG_RECORD_BIRTH_DATE:
    return NEG_TEXT_BIRTH_DATE;
  case NEG_RECORD_STUDY_DATE:
  case NEG_RECORD_SERIES_DATE:
  case NEG_RECORD_ACQUISITION_DATE:
  case NEG_RECORD_CONTENT_DATE:
  case NEG_RECORD_ACQUISITION_DATETIME:
    return NEG_TEXT_DATE;
  case NEG_RECORD_REQUEST_STEP_ID:
  case NEG_RECORD_REQUEST_PROCEDURE_ID:
    return NEG_TEXT_ID;
  case NEG_RECORD_ACCESSION_ISSUER:
    return NEG_TEXT_ID;
  default:
    return neg_text_kind_of_element (neg_record_field_get_tag (field), "LO");
  }
}

NegTextKind
neg_text_kind_of_keyword (const char *path)
{
  const char *point = strrchr (path, '.'), *keyword = point != NULL ? point + 1 : path;

  for (NegRecordField field = 0; field < NEG_RECORD_N_FIELDS; field++)
    if (g_strcmp0 (neg_record_field_get_keyword (field), keyword) == 0)
      return neg_text_kind_of_field (field);
  return NEG_TEXT_FREE;
}
