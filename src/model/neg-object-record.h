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

  /* What only the quality of an object is judged by (quality/neg-quality.h): facts. */
  NEG_RECORD_CHARACTER_SET,
  NEG_RECORD_IMAGE_TYPE,
  NEG_RECORD_ACQUISITION_DATE,
  NEG_RECORD_CONTENT_DATE,
  NEG_RECORD_ACQUISITION_DATETIME,
  NEG_RECORD_ACQUISITION_TIME,
  NEG_RECORD_CONTENT_TIME,
  NEG_RECORD_MANUFACTURER,
  NEG_RECORD_OPERATOR,
  NEG_RECORD_MODEL,
  NEG_RECORD_PERFORMED_STEP_UID, /* of the first item of (0008,1111) */
  NEG_RECORD_REGION_CODE, /* of the first item of (0008,2218) */
  NEG_RECORD_KVP,
  NEG_RECORD_SLICE_THICKNESS,
  NEG_RECORD_SPACING_BETWEEN_SLICES,
  NEG_RECORD_DEVICE_SERIAL,
  NEG_RECORD_PROTOCOL,
  NEG_RECORD_FIELD_OF_VIEW,
  NEG_RECORD_EXPOSURE_TIME,
  NEG_RECORD_TUBE_CURRENT,
  NEG_RECORD_EXPOSURE,
  NEG_RECORD_DOSE_AREA,
  NEG_RECORD_IMAGER_SPACING,
  NEG_RECORD_EXPOSURE_INDEX,
  NEG_RECORD_TARGET_EXPOSURE_INDEX,
  NEG_RECORD_DEVIATION_INDEX,
  NEG_RECORD_COLLIMATOR_SHAPE,
  NEG_RECORD_COLLIMATOR_LEFT,
  NEG_RECORD_COLLIMATOR_RIGHT,
  NEG_RECORD_COLLIMATOR_UPPER,
  NEG_RECORD_COLLIMATOR_LOWER,
  NEG_RECORD_PATIENT_POSITION,
  NEG_RECORD_VIEW_POSITION,
  NEG_RECORD_CTDI_VOL, /* FD, as text */
  NEG_RECORD_ACQUISITION_NUMBER,
  NEG_RECORD_PATIENT_ORIENTATION,
  NEG_RECORD_IMAGE_POSITION,
  NEG_RECORD_IMAGE_ORIENTATION,
  NEG_RECORD_FRAME_OF_REFERENCE_UID,
  NEG_RECORD_IMAGE_LATERALITY,
  NEG_RECORD_TEMPORAL_POSITION,
  NEG_RECORD_SAMPLES,
  NEG_RECORD_PHOTOMETRIC,
  NEG_RECORD_PIXEL_SPACING,
  NEG_RECORD_BITS_ALLOCATED,
  NEG_RECORD_BITS_STORED,
  NEG_RECORD_PIXEL_REPRESENTATION,
  NEG_RECORD_PIXEL_PADDING, /* US or SS, as text */
  NEG_RECORD_BURNED_IN,
  NEG_RECORD_LOSSY,
  NEG_RECORD_REQUESTED_PROCEDURE,
  NEG_RECORD_REQUEST_STEP_ID, /* of the first item of (0040,0275) */
  NEG_RECORD_REQUEST_PROCEDURE_ID, /* likewise */
  NEG_RECORD_ENTRANCE_DOSE,
  NEG_RECORD_ORGAN_DOSE,
  NEG_RECORD_VIEW_CODE, /* of the first item of (0054,0220) */
  NEG_RECORD_N_FIELDS,
} NegRecordField;

#define NEG_RECORD_FIRST_FACT NEG_RECORD_CHARACTER_SET

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
