/* What the archive's index keeps of a DICOM object: a few attributes as text, decoded to UTF-8, trimmed, values joined by
 * backslash. Far less than a NegInstance, and read without any library, so that ten thousand objects take a moment.
 * Thread: immutable once built. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the order in which the record travels; add at the end of a group and to the table in neg-object-record.c. */
typedef enum {
  NEG_RECORD_TRANSFER_SYNTAX_UID, /* (0002,0010), or as found */
  NEG_RECORD_SOP_CLASS_UID,
  NEG_RECORD_SOP_INSTANCE_UID,
  NEG_RECORD_STUDY_UID,
  NEG_RECORD_SERIES_UID,
  NEG_RECORD_PATIENT_NAME, /* all component groups */
  NEG_RECORD_PATIENT_ID,
  NEG_RECORD_ISSUER,       /* (0010,0021), else Universal Entity ID of (0010,0024) is NOT looked at */
  NEG_RECORD_BIRTH_DATE,
  NEG_RECORD_SEX,
  NEG_RECORD_PATIENT_AGE,
  NEG_RECORD_STUDY_DATE,
  NEG_RECORD_STUDY_TIME,
  NEG_RECORD_TIMEZONE, /* (0008,0201) */
  NEG_RECORD_STUDY_ID,
  NEG_RECORD_STUDY_DESCRIPTION,
  NEG_RECORD_ACCESSION,
  NEG_RECORD_ACCESSION_ISSUER, /* Local Namespace Entity ID in (0008,0051) */
  NEG_RECORD_REFERRER,
  NEG_RECORD_INSTITUTION,
  NEG_RECORD_STATION,
  NEG_RECORD_MODALITY,
  NEG_RECORD_SERIES_NUMBER,
  NEG_RECORD_SERIES_DATE,
  NEG_RECORD_SERIES_TIME,
  NEG_RECORD_SERIES_DESCRIPTION,
  NEG_RECORD_BODY_PART,
  NEG_RECORD_LATERALITY,
  NEG_RECORD_INSTANCE_NUMBER,
  NEG_RECORD_FRAMES,
  NEG_RECORD_ROWS,
  NEG_RECORD_COLUMNS,
  NEG_RECORD_N_FIELDS,
} NegRecordField;

typedef struct {
  char *text[NEG_RECORD_N_FIELDS]; /* NULL: absent or empty */
  guint64 dataset_offset; /* of the first byte behind preamble and meta header; 0 without them */
  gboolean has_warnings;  /* a character set or an element that was not quite right */
  guint32 doubled;        /* a tag of UIDs, patient ID, name or issuer that is there twice; 0: none. Does not travel */
} NegObjectRecord;

/* The attribute's keyword, such as "StudyInstanceUID". */
const char *neg_record_field_get_keyword (NegRecordField field);
/* Group << 16 | element, as found at the top level; ACCESSION_ISSUER names the item's element. */
guint32 neg_record_field_get_tag (NegRecordField field);

NegObjectRecord *neg_object_record_new (void);
NegObjectRecord *neg_object_record_copy (const NegObjectRecord *record);
void neg_object_record_free (NegObjectRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegObjectRecord, neg_object_record_free)

/* Takes @text (valid UTF-8, nullable; "" is NULL). What is longer than this is cut at a character, and a warning. */
#define NEG_RECORD_TEXT_BYTES_MAX 1024
void neg_object_record_set (NegObjectRecord *record, NegRecordField field, char *text);

/* NEG_ERROR_INCONSISTENT unless SOP class, SOP instance, study and series UID are there and made of digits and dots:
 * without them an object cannot be kept under its name. Text that is too long is cut. */
gboolean neg_object_record_check (NegObjectRecord *record, GError **error);

G_END_DECLS
