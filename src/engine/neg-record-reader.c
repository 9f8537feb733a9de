#include "config.h"

#include "engine/neg-record-reader.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-record-private.h"
#include "engine/neg-scanner-private.h"

#define TAG_CHARSET 0x00080005u
#define TAG_INDEX_LAST 0x00280011u
#define TAG_LAST 0x00540220u
#define TAG_CONTENT 0x0040A730u
#define GROUP_DIRECTORY 0x0004u
#define GROUP_PIXELS 0x7FE0u
#define CHARSET_BYTES_MAX 256

typedef struct {
  guint32 tag;
  NegRecordField field;
  NegRecordKind kind;
} Wanted;

/* Sorted by tag. */
static const Wanted wanted[] = {
  { 0x00080008, NEG_RECORD_IMAGE_TYPE, NEG_KIND_CODE },
  { 0x00080016, NEG_RECORD_SOP_CLASS_UID, NEG_KIND_CODE },
  { 0x00080018, NEG_RECORD_SOP_INSTANCE_UID, NEG_KIND_CODE },
  { 0x00080020, NEG_RECORD_STUDY_DATE, NEG_KIND_CODE },
  { 0x00080021, NEG_RECORD_SERIES_DATE, NEG_KIND_CODE },
  { 0x00080022, NEG_RECORD_ACQUISITION_DATE, NEG_KIND_CODE },
  { 0x00080023, NEG_RECORD_CONTENT_DATE, NEG_KIND_CODE },
  { 0x0008002A, NEG_RECORD_ACQUISITION_DATETIME, NEG_KIND_CODE },
  { 0x00080030, NEG_RECORD_STUDY_TIME, NEG_KIND_CODE },
  { 0x00080031, NEG_RECORD_SERIES_TIME, NEG_KIND_CODE },
  { 0x00080032, NEG_RECORD_ACQUISITION_TIME, NEG_KIND_CODE },
  { 0x00080033, NEG_RECORD_CONTENT_TIME, NEG_KIND_CODE },
  { 0x00080050, NEG_RECORD_ACCESSION, NEG_KIND_TEXT },
  { 0x00080060, NEG_RECORD_MODALITY, NEG_KIND_CODE },
  { 0x00080070, NEG_RECORD_MANUFACTURER, NEG_KIND_TEXT },
  { 0x00080080, NEG_RECORD_INSTITUTION, NEG_KIND_TEXT },
  { 0x00080090, NEG_RECORD_REFERRER, NEG_KIND_NAME },
  { 0x00080201, NEG_RECORD_TIMEZONE, NEG_KIND_CODE },
  { 0x00081010, NEG_RECORD_STATION, NEG_KIND_TEXT },
  { 0x00081030, NEG_RECORD_STUDY_DESCRIPTION, NEG_KIND_TEXT },
  { 0x0008103E, NEG_RECORD_SERIES_DESCRIPTION, NEG_KIND_TEXT },
  { 0x00081070, NEG_RECORD_OPERATOR, NEG_KIND_NAME },
  { 0x00081090, NEG_RECORD_MODEL, NEG_KIND_TEXT },
  { 0x00100010, NEG_RECORD_PATIENT_NAME, NEG_KIND_NAME },
  { 0x00100020, NEG_RECORD_PATIENT_ID, NEG_KIND_TEXT },
  { 0x00100021, NEG_RECORD_ISSUER, NEG_KIND_TEXT },
  { 0x00100030, NEG_RECORD_BIRTH_DATE, NEG_KIND_CODE },
  { 0x00100040, NEG_RECORD_SEX, NEG_KIND_CODE },
  { 0x00101010, NEG_RECORD_PATIENT_AGE, NEG_KIND_CODE },
  { 0x00180015, NEG_RECORD_BODY_PART, NEG_KIND_CODE },
  { 0x00180050, NEG_RECORD_SLICE_THICKNESS, NEG_KIND_CODE },
  { 0x00180060, NEG_RECORD_KVP, NEG_KIND_CODE },
  { 0x00180088, NEG_RECORD_SPACING_BETWEEN_SLICES, NEG_KIND_CODE },
  { 0x00181000, NEG_RECORD_DEVICE_SERIAL, NEG_KIND_TEXT },
  { 0x00181030, NEG_RECORD_PROTOCOL, NEG_KIND_TEXT },
  { 0x00181149, NEG_RECORD_FIELD_OF_VIEW, NEG_KIND_CODE },
  { 0x00181150, NEG_RECORD_EXPOSURE_TIME, NEG_KIND_CODE },
  { 0x00181151, NEG_RECORD_TUBE_CURRENT, NEG_KIND_CODE },
  { 0x00181152, NEG_RECORD_EXPOSURE, NEG_KIND_CODE },
  { 0x0018115E, NEG_RECORD_DOSE_AREA, NEG_KIND_CODE },
  { 0x00181164, NEG_RECORD_IMAGER_SPACING, NEG_KIND_CODE },
  { 0x00181411, NEG_RECORD_EXPOSURE_INDEX, NEG_KIND_CODE },
  { 0x00181412, NEG_RECORD_TARGET_EXPOSURE_INDEX, NEG_KIND_CODE },
  { 0x00181413, NEG_RECORD_DEVIATION_INDEX, NEG_KIND_CODE },
  { 0x00181700, NEG_RECORD_COLLIMATOR_SHAPE, NEG_KIND_CODE },
  { 0x00181702, NEG_RECORD_COLLIMATOR_LEFT, NEG_KIND_CODE },
  { 0x00181704, NEG_RECORD_COLLIMATOR_RIGHT, NEG_KIND_CODE },
  { 0x00181706, NEG_RECORD_COLLIMATOR_UPPER, NEG_KIND_CODE },
  { 0x00181708, NEG_RECORD_COLLIMATOR_LOWER, NEG_KIND_CODE },
  { 0x00185100, NEG_RECORD_PATIENT_POSITION, NEG_KIND_CODE },
  { 0x00185101, NEG_RECORD_VIEW_POSITION, NEG_KIND_CODE },
  { 0x00189345, NEG_RECORD_CTDI_VOL, NEG_KIND_DOUBLE },
  { 0x0020000D, NEG_RECORD_STUDY_UID, NEG_KIND_CODE },
  { 0x0020000E, NEG_RECORD_SERIES_UID, NEG_KIND_CODE },
  { 0x00200010, NEG_RECORD_STUDY_ID, NEG_KIND_TEXT },
  { 0x00200011, NEG_RECORD_SERIES_NUMBER, NEG_KIND_CODE },
  { 0x00200012, NEG_RECORD_ACQUISITION_NUMBER, NEG_KIND_CODE },
  { 0x00200013, NEG_RECORD_INSTANCE_NUMBER, NEG_KIND_CODE },
  { 0x00200020, NEG_RECORD_PATIENT_ORIENTATION, NEG_KIND_CODE },
  { 0x00200032, NEG_RECORD_IMAGE_POSITION, NEG_KIND_CODE },
  { 0x00200037, NEG_RECORD_IMAGE_ORIENTATION, NEG_KIND_CODE },
  { 0x00200052, NEG_RECORD_FRAME_OF_REFERENCE_UID, NEG_KIND_CODE },
  { 0x00200060, NEG_RECORD_LATERALITY, NEG_KIND_CODE },
  { 0x00200062, NEG_RECORD_IMAGE_LATERALITY, NEG_KIND_CODE },
  { 0x00200100, NEG_RECORD_TEMPORAL_POSITION, NEG_KIND_CODE },
  { 0x00280002, NEG_RECORD_SAMPLES, NEG_KIND_UNSIGNED },
  { 0x00280004, NEG_RECORD_PHOTOMETRIC, NEG_KIND_CODE },
  { 0x00280008, NEG_RECORD_FRAMES, NEG_KIND_CODE },
  { 0x00280010, NEG_RECORD_ROWS, NEG_KIND_UNSIGNED },
  { 0x00280011, NEG_RECORD_COLUMNS, NEG_KIND_UNSIGNED },
  { 0x00280030, NEG_RECORD_PIXEL_SPACING, NEG_KIND_CODE },
  { 0x00280100, NEG_RECORD_BITS_ALLOCATED, NEG_KIND_UNSIGNED },
  { 0x00280101, NEG_RECORD_BITS_STORED, NEG_KIND_UNSIGNED },
  { 0x00280103, NEG_RECORD_PIXEL_REPRESENTATION, NEG_KIND_UNSIGNED },
  { 0x00280120, NEG_RECORD_PIXEL_PADDING, NEG_KIND_AS_PIXELS },
  { 0x00280301, NEG_RECORD_BURNED_IN, NEG_KIND_CODE },
  { 0x00282110, NEG_RECORD_LOSSY, NEG_KIND_CODE },
  { 0x00321060, NEG_RECORD_REQUESTED_PROCEDURE, NEG_KIND_TEXT },
  { 0x00400316, NEG_RECORD_ORGAN_DOSE, NEG_KIND_CODE },
  { 0x00408302, NEG_RECORD_ENTRANCE_DOSE, NEG_KIND_CODE },
};

/* Of the first item of a sequence; sorted by both tags. */
static const struct {
  guint32 sequence;
  Wanted item;
} nested[] = {
  { 0x00080051, { 0x00400031, NEG_RECORD_ACCESSION_ISSUER, NEG_KIND_TEXT } },
  { 0x00081111, { 0x00081155, NEG_RECORD_PERFORMED_STEP_UID, NEG_KIND_CODE } },
  { 0x00082218, { 0x00080100, NEG_RECORD_REGION_CODE, NEG_KIND_TEXT } },
  { 0x00400275, { 0x00400009, NEG_RECORD_REQUEST_STEP_ID, NEG_KIND_TEXT } },
  { 0x00400275, { 0x00401001, NEG_RECORD_REQUEST_PROCEDURE_ID, NEG_KIND_TEXT } },
  { 0x00540220, { 0x00080100, NEG_RECORD_VIEW_CODE, NEG_KIND_TEXT } },
};

/* Where the values lie; they are decoded when all are found, as the character set may come in any place. */
typedef struct {
  NegSource *source;
  NegEncoding encoding;
  guint64 position;
  guint n_elements;
  guint32 behind; /* the largest tag so far */
  gboolean has_warnings;
  guint n_identity; /* of the four UIDs */
  guint32 doubled;  /* a tag of the object's identity that is there twice; 0: none */
  guint sequences;  /* those of nested[] that were there, by bit */
  NegRecordValue charset;
  NegRecordValue values[G_N_ELEMENTS (wanted)], nested_values[G_N_ELEMENTS (nested)];
} Reading;

static int
find_wanted (guint32 tag)
{
  int low = 0;
  int high = G_N_ELEMENTS (wanted) - 1;

  while (low <= high) {
    int middle = (low + high) / 2;

    if (wanted[middle].tag == tag)
      return middle;
    if (wanted[middle].tag < tag)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

/* Of several the first counts, also an empty one, as for DCMTK: the image is read by that. */
static void
note_value (NegRecordValue *value, const NegElement *element)
{
  if (value->is_found)
    return;
  *value = (NegRecordValue){ .offset = element->value, .length = element->length, .is_found = TRUE };
  memcpy (value->vr, element->vr, sizeof value->vr);
}

/* What says whose image it is. */
static gboolean
is_identity (NegRecordField field)
{
  return field == NEG_RECORD_SOP_CLASS_UID || field == NEG_RECORD_SOP_INSTANCE_UID || field == NEG_RECORD_STUDY_UID
         || field == NEG_RECORD_SERIES_UID || field == NEG_RECORD_PATIENT_NAME || field == NEG_RECORD_PATIENT_ID
         || field == NEG_RECORD_ISSUER;
}

static void
note_element (Reading *reading, const NegElement *element)
{
  int index = find_wanted (element->tag);

  if (element->tag == TAG_CHARSET)
    note_value (&reading->charset, element);
  if (index < 0)
    return;
  if (reading->values[index].is_found && is_identity (wanted[index].field))
    reading->doubled = element->tag;
  switch (wanted[index].field) {
  case NEG_RECORD_SOP_CLASS_UID:
  case NEG_RECORD_SOP_INSTANCE_UID:
  case NEG_RECORD_STUDY_UID:
  case NEG_RECORD_SERIES_UID:
    reading->n_identity += !reading->values[index].is_found && element->length > 0;
    break;
  default:
    break;
  }
  note_value (&reading->values[index], element);
}

static gboolean
skip_element (Reading *reading, const NegElement *element, guint64 *position, GError **error)
{
  NegEncoding inside;

  if (element->length != NEG_LENGTH_UNDEFINED) {
    if (!neg_element_fits (element, reading->source->length))
      return neg_element_fail (error, NEG_ERROR_TRUNCATED, element->tag, element->start,
                               "the object ends inside this element");
    *position = element->value + element->length;
    return TRUE;
  }
  neg_scan_opens_sequence (reading->source, element, reading->encoding, &inside);
  return neg_scan_skip_sequence (reading->source, element, inside, &reading->n_elements, position, error);
}

/* The element's place in nested[], or -1. */
static int
find_nested (guint first, guint32 sequence, guint32 tag)
{
  for (guint i = first; i < G_N_ELEMENTS (nested) && nested[i].sequence == sequence; i++)
    if (nested[i].item.tag == tag)
      return (int) i;
  return -1;
}

/* The values of @sequence's first item. What is wrong in it is found when it is skipped. */
static void
read_item (Reading *reading, const NegElement *sequence, guint first)
{
  NegSource *source = reading->source;
  guint64 position = sequence->value;
  guint64 end;
  NegEncoding inside;
  NegElement element;

  if (!neg_scan_opens_sequence (source, sequence, reading->encoding, &inside)
      || inside.implicit_vr != reading->encoding.implicit_vr
      || !neg_element_read (source, position, source->length, inside, &element, NULL) || element.tag != NEG_TAG_ITEM)
    return;
  end = neg_element_fits (&element, source->length) ? element.value + element.length : source->length;
  for (position = element.value; position < end;) {
    int index;

    if (!neg_element_read (source, position, end, inside, &element, NULL) || element.tag >> 16 >= GROUP_PIXELS
        || !skip_element (reading, &element, &position, NULL) || ++reading->n_elements > NEG_SCAN_ELEMENTS_MAX)
      return;
    index = find_nested (first, sequence->tag, element.tag);
    if (index >= 0 && element.length != NEG_LENGTH_UNDEFINED)
      note_value (&reading->nested_values[index], &element);
  }
}

static void
note_sequence (Reading *reading, const NegElement *element)
{
  guint first = 0;

  while (first < G_N_ELEMENTS (nested) && nested[first].sequence != element->tag)
    first++;
  if (first == G_N_ELEMENTS (nested) || (reading->sequences & 1u << first) != 0)
    return;
  reading->sequences |= 1u << first;
  read_item (reading, element, first);
}

/* Elements come in the order of their tags; where they do not, the walk goes on until the object is named. What a document
 * says (Content Sequence) may be long, and nothing wanted is behind it. */
static gboolean
is_behind_all (const Reading *reading, const NegElement *element)
{
  return element->tag >> 16 == GROUP_PIXELS || element->tag == 0
         || ((element->tag > TAG_LAST || element->tag == TAG_CONTENT) && element->tag >> 16 != 0xFFFE
             && reading->n_identity == 4);
}

static gboolean
walk (Reading *reading, GError **error)
{
  NegSource *source = reading->source;

  while (source->length - reading->position >= 8) {
    NegElement element;

    if (!neg_element_read (source, reading->position, source->length, reading->encoding, &element, error))
      return FALSE;
    if (is_behind_all (reading, &element))
      return TRUE;
    if (++reading->n_elements > NEG_SCAN_ELEMENTS_MAX)
      return neg_element_fail (error, NEG_ERROR_SIZE_OVERFLOW, element.tag, element.start, "too many elements");
    if (element.tag >> 16 == GROUP_DIRECTORY)
      return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "a directory of objects");
    if (element.tag >> 16 == 0xFFFE) {
      /* A delimiter too many occurs. */
      if (element.tag == NEG_TAG_ITEM || element.length != 0)
        return neg_element_fail (error, NEG_ERROR_INCONSISTENT, element.tag, element.start,
                                 "an item outside a sequence");
      reading->position = element.value;
      continue;
    }
    reading->behind = MAX (reading->behind, element.tag);
    note_sequence (reading, &element);
    if (!skip_element (reading, &element, &reading->position, error))
      return FALSE;
    if (element.length != NEG_LENGTH_UNDEFINED)
      note_element (reading, &element);
  }
  return TRUE;
}

static char *
decode (Reading *reading, const NegRecordValue *value, NegRecordKind kind, NegText *text)
{
  return neg_record_decode (reading->source, reading->encoding, value, kind, text, &reading->has_warnings);
}

/* The padding value is of the pixels' own type (PS3.3 C.7.5.1.1.2), which implicit VR does not say. */
static NegRecordKind
kind_of (const NegRecordValue *value, NegRecordKind kind, const NegObjectRecord *record)
{
  if (kind != NEG_KIND_AS_PIXELS)
    return kind;
  if (value->vr[0] != '\0')
    return strcmp (value->vr, "SS") == 0 ? NEG_KIND_SIGNED : NEG_KIND_UNSIGNED;
  return g_strcmp0 (record->text[NEG_RECORD_PIXEL_REPRESENTATION], "1") == 0 ? NEG_KIND_SIGNED : NEG_KIND_UNSIGNED;
}

static void
fill (Reading *reading, NegObjectRecord *record)
{
  g_autoptr (NegText) plain = neg_text_new (NULL);
  g_autoptr (NegText) text = NULL;

  reading->charset.length = MIN (reading->charset.length, CHARSET_BYTES_MAX);
  neg_object_record_set (record, NEG_RECORD_CHARACTER_SET, decode (reading, &reading->charset, NEG_KIND_CODE, plain));
  text = neg_text_new (record->text[NEG_RECORD_CHARACTER_SET]);
  reading->has_warnings |= neg_text_get_unknown (text) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    const NegRecordValue *value = &reading->values[i];

    if (value->length > 0)
      neg_object_record_set (record, wanted[i].field,
                             decode (reading, value, kind_of (value, wanted[i].kind, record),
                                     wanted[i].kind == NEG_KIND_CODE ? plain : text));
  }
  for (guint i = 0; i < G_N_ELEMENTS (nested); i++)
    neg_object_record_set (record, nested[i].item.field,
                           decode (reading, &reading->nested_values[i], nested[i].item.kind,
                                   nested[i].item.kind == NEG_KIND_CODE ? plain : text));
  record->has_warnings |= reading->has_warnings;
}

/* Cut off is not nothing: what is whole names it. What is broken behind all that the index needs is the pixels' or the
 * scanner's business. */
static gboolean
is_enough (const Reading *reading, guint64 start, const GError *failure)
{
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_TRUNCATED))
    return reading->position > start;
  return reading->behind > TAG_INDEX_LAST && reading->n_identity == 4;
}

static gboolean
read_dataset (Reading *reading, NegObjectRecord *record, GError **error)
{
  guint64 start = reading->position;
  g_autoptr (GError) local = NULL;

  if (!walk (reading, &local)) {
    if (!is_enough (reading, start, local)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
    reading->has_warnings = TRUE;
  }
  fill (reading, record);
  record->doubled = reading->doubled;
  return TRUE;
}

gboolean
neg_record_read (NegSource *source, NegObjectRecord *record, GError **error)
{
  g_auto (NegLayout) layout = { 0 };
  Reading reading = { .source = source };
  NegSource inflated;

  if (source->length < 8)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "not a DICOM object");
  if (!neg_scan_preamble (source, &layout, &reading.encoding, error))
    return FALSE;
  record->dataset_offset = layout.deflated ? layout.deflated_offset : layout.dataset_offset;
  neg_object_record_set (record, NEG_RECORD_TRANSFER_SYNTAX_UID, g_strdup (layout.transfer_syntax_uid));
  reading.position = layout.dataset_offset;
  if (layout.deflated) {
    neg_source_init_memory (&inflated, layout.inflated, layout.inflated_length);
    reading.source = &inflated;
  }
  return read_dataset (&reading, record, error);
}

gboolean
neg_record_check_received (NegObjectRecord *record, GError **error)
{
  g_autofree char *where = NULL;

  if (record->doubled == 0)
    return neg_object_record_check (record, error);
  where = g_strdup_printf ("(%04x,%04x)", record->doubled >> 16, record->doubled & 0xFFFF);
  return neg_fail (error, NEG_ERROR_INCONSISTENT, where, "%s is there twice", where);
}
