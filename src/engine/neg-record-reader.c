#include "config.h"

#include "engine/neg-record-reader.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-scanner-private.h"
#include "engine/neg-text.h"

#define TAG_CHARSET 0x00080005u
#define TAG_ACCESSION_ISSUER 0x00080051u
#define TAG_LOCAL_NAMESPACE 0x00400031u
#define TAG_LAST 0x00280011u
#define GROUP_DIRECTORY 0x0004u
#define GROUP_PIXELS 0x7FE0u
#define CHARSET_BYTES_MAX 256
/* What is longer is cut to NEG_RECORD_TEXT_BYTES_MAX once it is decoded. */
#define VALUE_BYTES_MAX 4096

typedef enum {
  VALUE_CODE, /* of the default repertoire: UI, CS, DA, TM, IS, AS */
  VALUE_TEXT, /* in the data set's character set */
  VALUE_NAME,
  VALUE_NUMBER, /* binary */
} ValueKind;

/* Sorted by tag. */
static const struct {
  guint32 tag;
  NegRecordField field;
  ValueKind kind;
} wanted[] = {
  { 0x00080016, NEG_RECORD_SOP_CLASS_UID, VALUE_CODE },
  { 0x00080018, NEG_RECORD_SOP_INSTANCE_UID, VALUE_CODE },
  { 0x00080020, NEG_RECORD_STUDY_DATE, VALUE_CODE },
  { 0x00080021, NEG_RECORD_SERIES_DATE, VALUE_CODE },
  { 0x00080030, NEG_RECORD_STUDY_TIME, VALUE_CODE },
  { 0x00080031, NEG_RECORD_SERIES_TIME, VALUE_CODE },
  { 0x00080050, NEG_RECORD_ACCESSION, VALUE_TEXT },
  { 0x00080060, NEG_RECORD_MODALITY, VALUE_CODE },
  { 0x00080080, NEG_RECORD_INSTITUTION, VALUE_TEXT },
  { 0x00080090, NEG_RECORD_REFERRER, VALUE_NAME },
  { 0x00080201, NEG_RECORD_TIMEZONE, VALUE_CODE },
  { 0x00081010, NEG_RECORD_STATION, VALUE_TEXT },
  { 0x00081030, NEG_RECORD_STUDY_DESCRIPTION, VALUE_TEXT },
  { 0x0008103E, NEG_RECORD_SERIES_DESCRIPTION, VALUE_TEXT },
  { 0x00100010, NEG_RECORD_PATIENT_NAME, VALUE_NAME },
  { 0x00100020, NEG_RECORD_PATIENT_ID, VALUE_TEXT },
  { 0x00100021, NEG_RECORD_ISSUER, VALUE_TEXT },
  { 0x00100030, NEG_RECORD_BIRTH_DATE, VALUE_CODE },
  { 0x00100040, NEG_RECORD_SEX, VALUE_CODE },
  { 0x00101010, NEG_RECORD_PATIENT_AGE, VALUE_CODE },
  { 0x00180015, NEG_RECORD_BODY_PART, VALUE_CODE },
  { 0x0020000D, NEG_RECORD_STUDY_UID, VALUE_CODE },
  { 0x0020000E, NEG_RECORD_SERIES_UID, VALUE_CODE },
  { 0x00200010, NEG_RECORD_STUDY_ID, VALUE_TEXT },
  { 0x00200011, NEG_RECORD_SERIES_NUMBER, VALUE_CODE },
  { 0x00200013, NEG_RECORD_INSTANCE_NUMBER, VALUE_CODE },
  { 0x00200060, NEG_RECORD_LATERALITY, VALUE_CODE },
  { 0x00280008, NEG_RECORD_FRAMES, VALUE_CODE },
  { 0x00280010, NEG_RECORD_ROWS, VALUE_NUMBER },
  { 0x00280011, NEG_RECORD_COLUMNS, VALUE_NUMBER },
};

typedef struct {
  guint64 offset;
  gsize length;
  gboolean is_text; /* a number that was written as text */
  gboolean is_found;
} Value;

/* Where the values lie; they are decoded when all are found, as the character set may come in any place. */
typedef struct {
  NegSource *source;
  NegEncoding encoding;
  guint64 position;
  guint n_elements;
  gboolean has_warnings;
  guint n_identity; /* of the four UIDs */
  guint32 doubled;  /* a tag of the object's identity that is there twice; 0: none */
  Value charset, accession_issuer;
  Value values[G_N_ELEMENTS (wanted)];
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
note_value (Value *value, const NegElement *element)
{
  if (value->is_found)
    return;
  *value = (Value){ element->value, element->length, strcmp (element->vr, "IS") == 0, TRUE };
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

/* The first item of Issuer of Accession Number Sequence. What is wrong in it is found when it is skipped. */
static void
read_accession_issuer (Reading *reading, const NegElement *sequence)
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
    if (!neg_element_read (source, position, end, inside, &element, NULL) || element.tag > TAG_LOCAL_NAMESPACE
        || !skip_element (reading, &element, &position, NULL) || ++reading->n_elements > NEG_SCAN_ELEMENTS_MAX)
      return;
    if (element.tag == TAG_LOCAL_NAMESPACE) {
      note_value (&reading->accession_issuer, &element);
      return;
    }
  }
}

/* Elements come in the order of their tags; where they do not, the walk goes on until the object is named. */
static gboolean
is_behind_all (const Reading *reading, const NegElement *element)
{
  return element->tag >> 16 == GROUP_PIXELS || element->tag == 0
         || (element->tag > TAG_LAST && element->tag >> 16 != 0xFFFE && reading->n_identity == 4);
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
    if (element.tag == TAG_ACCESSION_ISSUER)
      read_accession_issuer (reading, &element);
    if (!skip_element (reading, &element, &reading->position, error))
      return FALSE;
    if (element.length != NEG_LENGTH_UNDEFINED)
      note_element (reading, &element);
  }
  return TRUE;
}

/* A value of the printable part of ASCII is itself in every character set but one, whose backslash is a yen sign. */
static gboolean
is_plain (const guint8 *bytes, gsize length, gboolean is_code)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] < 0x20 || bytes[i] > 0x7E || (!is_code && (bytes[i] == '\\' || bytes[i] == '~')))
      return FALSE;
  return TRUE;
}

static char *
decode_text (const guint8 *bytes, gsize length, NegText *text, ValueKind kind)
{
  char *decoded;

  while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'
                        || (kind == VALUE_NAME && bytes[length - 1] == '=')))
    length--;
  if (!is_plain (bytes, length, kind == VALUE_CODE))
    decoded = neg_text_decode (text, bytes, length, kind == VALUE_NAME);
  else
    decoded = g_strndup ((const char *) bytes, length);
  return g_strstrip (decoded);
}

static char *
decode_number (Reading *reading, const Value *value, const guint8 *bytes)
{
  if (value->length != 2 && value->length != 4) {
    reading->has_warnings = TRUE;
    return NULL;
  }
  return g_strdup_printf ("%" G_GUINT64_FORMAT,
                          neg_element_decode_number (bytes, value->length, reading->encoding.big_endian));
}

static char *
decode_value (Reading *reading, const Value *value, ValueKind kind, NegText *text)
{
  gsize length = MIN (value->length, VALUE_BYTES_MAX);
  const guint8 *bytes = length > 0 ? neg_source_peek (reading->source, value->offset, length, NULL) : NULL;

  if (bytes == NULL)
    return NULL;
  reading->has_warnings |= length < value->length;
  if (kind == VALUE_NUMBER && !value->is_text)
    return decode_number (reading, value, bytes);
  return decode_text (bytes, length, text, kind);
}

static void
fill (Reading *reading, NegObjectRecord *record)
{
  g_autoptr (NegText) plain = neg_text_new (NULL);
  g_autoptr (NegText) text = NULL;
  g_autofree char *charset = NULL;

  reading->charset.length = MIN (reading->charset.length, CHARSET_BYTES_MAX);
  charset = decode_value (reading, &reading->charset, VALUE_CODE, plain);
  text = neg_text_new (charset);
  reading->has_warnings |= neg_text_get_unknown (text) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    neg_object_record_set (record, wanted[i].field,
                           decode_value (reading, &reading->values[i], wanted[i].kind,
                                         wanted[i].kind == VALUE_CODE ? plain : text));
  neg_object_record_set (record, NEG_RECORD_ACCESSION_ISSUER,
                         decode_value (reading, &reading->accession_issuer, VALUE_TEXT, text));
  record->has_warnings |= reading->has_warnings;
}

static gboolean
read_dataset (Reading *reading, NegObjectRecord *record, GError **error)
{
  guint64 start = reading->position;
  g_autoptr (GError) local = NULL;

  if (!walk (reading, &local)) {
    /* Cut off is not nothing: what is whole names it. */
    if (!g_error_matches (local, NEG_ERROR, NEG_ERROR_TRUNCATED) || reading->position == start) {
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
