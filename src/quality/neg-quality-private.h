/* What the checks share: the study that is being checked, its series, how a finding is made. Thread: one study, one thread. */
#pragma once

#include "quality/neg-quality.h"

G_BEGIN_DECLS

/* In the order in which findings of the same severity are listed. */
typedef enum {
  NEG_CHECK_UNREADABLE,
  NEG_CHECK_PATIENT_MIXED,
  NEG_CHECK_PATIENT_ID,
  NEG_CHECK_PATIENT_NAME,
  NEG_CHECK_BIRTH_DATE,
  NEG_CHECK_SEX,
  NEG_CHECK_ACCESSION,
  NEG_CHECK_PROCEDURE,
  NEG_CHECK_MODALITY,
  NEG_CHECK_BODY_PART,
  NEG_CHECK_LATERALITY,
  NEG_CHECK_LATERALITY_MARKER,
  NEG_CHECK_VIEW_PAIR,
  NEG_CHECK_STUDY_SPLIT,
  NEG_CHECK_STUDY_MIXED,
  NEG_CHECK_UID_REUSED,
  NEG_CHECK_IMAGES_MISSING,
  NEG_CHECK_IMAGES_ANNOUNCED,
  NEG_CHECK_IMAGES_DOUBLED,
  NEG_CHECK_ORIENTATION,
  NEG_CHECK_EXPOSURE_CLIPPED,
  NEG_CHECK_SATURATION,
  NEG_CHECK_NOISE,
  NEG_CHECK_MOTION,
  NEG_CHECK_EXPOSURE_INDEX,
  NEG_CHECK_DEVIATION_INDEX,
  NEG_CHECK_DOSE,
  NEG_CHECK_FIELD_OF_VIEW,
  NEG_CHECK_COLLIMATION,
  NEG_CHECK_CHARACTER_SET,
  NEG_CHECK_PRIVATE_TAGS,
  NEG_CHECK_TRANSFER_SYNTAX,
  NEG_CHECK_BURNED_IN,
  NEG_CHECK_FUTURE_DATE,
  NEG_CHECK_N,
} NegQualityCheck;

typedef enum {
  NEG_LIMIT_CLIPPED,         /* share of pixels at the end of little exposure */
  NEG_LIMIT_SATURATED,       /* share of pixels at the end of much exposure */
  NEG_LIMIT_NOISE,           /* noise over standard deviation of the image */
  NEG_LIMIT_MOTION,          /* sharpness in one direction over the other */
  NEG_LIMIT_EXPOSURE_LOW,    /* exposure index */
  NEG_LIMIT_EXPOSURE_HIGH,
  NEG_LIMIT_DEVIATION,       /* deviation index, either way */
  NEG_LIMIT_CTDI_MGY,
  NEG_LIMIT_DLP_MGYCM,
  NEG_LIMIT_DAP_GYCM2,
  NEG_LIMIT_ENTRANCE_MGY,
  NEG_LIMIT_ORGAN_MGY,
  NEG_LIMIT_FIELD_MIN_MM,    /* the shorter side of the field of view */
  NEG_LIMIT_FIELD_MAX_MM,    /* the longer side */
  NEG_LIMIT_OPEN_FIELD,      /* share of the image that is inside the collimation */
  NEG_LIMIT_SPLIT_MINUTES,   /* studies nearer than this may be one examination */
  NEG_LIMIT_N,
} NegQualityLimit;

/* Of one image, or (@modality "") of a study; never NULL. */
NegSeverity neg_quality_rules_get_severity (const NegQualityRules *rules, NegQualityCheck check, const char *modality);
/* FALSE: nobody has set one. @body_part: as in the image, nullable. */
gboolean neg_quality_rules_get_limit (const NegQualityRules *rules, NegQualityLimit limit, const char *modality,
                                      const char *body_part, double *value);
const char *neg_quality_check_get_name (NegQualityCheck check);

struct _NegQualityStudy {
  GPtrArray *objects;      /* NegQualityObject */
  GPtrArray *expectations, *neighbours, *announced, *destinations;
};

/* Objects of one series, by instance number. */
typedef struct {
  const char *uid, *modality; /* borrowed, never NULL */
  GPtrArray *objects;         /* NegQualityObject, borrowed; each has a record */
  gboolean has_images;
} NegQualitySeries;

typedef struct {
  const NegQualityStudy *study;
  const NegQualityRules *rules;
  gint64 now_us;
  GTimeZone *zone;
  GPtrArray *findings;
  GPtrArray *objects; /* with a record, borrowed */
  GPtrArray *series;  /* NegQualitySeries */
  const char *modality; /* of most images; "" of none */
} NegQualityRun;

/* "" where it is not there. */
const char *neg_quality_get (const NegQualityObject *object, NegRecordField field);
/* FALSE: it is not there or no number. Of several values number @index, from 0. */
gboolean neg_quality_get_number (const NegQualityObject *object, NegRecordField field, guint index, double *value);
gboolean neg_quality_is_image (const NegQualityObject *object);
/* Made by a detector from one direction: CR, DX, MG, ... */
gboolean neg_quality_is_projection (const char *modality);
/* Slices of a body: CT, MR, PT, NM. */
gboolean neg_quality_is_section (const char *modality);
gboolean neg_quality_is_localizer (const NegQualityObject *object);
/* The n-th value of a text with backslashes; given, "" where there are fewer. */
char *neg_quality_dup_value (const char *text, guint index);

/* A finding about @objects (nullable: the whole study), at most @most, as the rules say for their modality; it is in the list. NULL:
 * the check is off. @found, @expected are taken. */
NegFinding *neg_quality_report (NegQualityRun *run, NegQualityCheck check, NegSeverity most, GPtrArray *objects, char *found,
                                char *expected, const char *why);
/* About one image: with what was found before of the same kind in its series it is one finding. REJECT names the images. */
void neg_quality_report_image (NegQualityRun *run, NegQualityCheck check, NegSeverity most, NegQualityObject *object, char *found,
                               char *expected, const char *why, NegFindingAction action);
/* @argument is taken. @finding nullable. */
void neg_quality_mend (NegFinding *finding, NegFindingAction action, char *argument);
/* SOP instance UIDs of @objects, or their series UIDs, each once, joined by backslash, 200 at most; given. */
char *neg_quality_join_sop_uids (GPtrArray *objects);
char *neg_quality_join_series_uids (GPtrArray *objects);
/* Names of the series that @objects are of, for people: "3 Chest 1.5 soft, 4 ...", given. */
char *neg_quality_dup_series_names (GPtrArray *objects);

/* The values of @field that @objects have, "" left out unless @with_empty: a table of text to a GPtrArray of objects. Given. */
GHashTable *neg_quality_group (GPtrArray *objects, NegRecordField field, gboolean with_empty);
/* Text of the largest group (of two, the one that sorts first); NULL: there is none. */
const char *neg_quality_get_largest (GHashTable *groups);

/* The order that the study is of: matched, by accession number, or by study UID; NULL: nobody knows. */
const NegQualityExpectation *neg_quality_find_order (const NegQualityRun *run);
/* The one order that may be meant, of those that are not this study's yet; NULL: none, or several. */
const NegQualityExpectation *neg_quality_find_likely_order (const NegQualityRun *run);
/* --- how two names are alike: neg-quality-likeness.c --- */

typedef enum {
  NEG_LIKE_EQUAL,
  NEG_LIKE_WRITING, /* accents, ae for ä, hyphens, spaces, a middle name or title that one leaves out */
  NEG_LIKE_SWAPPED_NAMES, /* family name and given name */
  NEG_LIKE_SWAPPED, /* two neighbouring characters */
  NEG_LIKE_ONE,     /* one character other, too many, or missing */
  NEG_LIKE_PART,    /* family name or given name is equal, the other is not */
  NEG_LIKE_NOT,
} NegLikeness;

NegLikeness neg_quality_compare_names (const char *a, const char *b);
NegLikeness neg_quality_compare_ids (const char *a, const char *b);
/* What differs, in words; NULL for EQUAL and NOT. */
const char *neg_likeness_describe (NegLikeness likeness);

/* --- one function per family --- */

void neg_quality_check_identity (NegQualityRun *run);
void neg_quality_check_order (NegQualityRun *run);
void neg_quality_check_laterality (NegQualityRun *run);
void neg_quality_check_split (NegQualityRun *run);
void neg_quality_check_missing (NegQualityRun *run);
void neg_quality_check_doubled (NegQualityRun *run);
void neg_quality_check_geometry (NegQualityRun *run);
void neg_quality_check_exposure (NegQualityRun *run);
void neg_quality_check_dose (NegQualityRun *run);
void neg_quality_check_pixels (NegQualityRun *run);
void neg_quality_check_syntax (NegQualityRun *run);
void neg_quality_check_values (NegQualityRun *run);

G_END_DECLS
