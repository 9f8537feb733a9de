/* The checks of a study before it leaves. Pure: everything that is known is handed in (the agent's desk and `check PATH...` do that), and
 * each check is one function over it. Thread: any; rules are immutable, a study belongs to one thread.
 *
 * Names of checks, as stored, printed and written in the site file ([quality] check.NAME[.MODALITY]=off|note|warning|error):
 *   patient-id patient-name birth-date sex          against the order or modality worklist
 *   patient-mixed                                   objects of several patients in one study
 *   accession procedure modality body-part          against the order
 *   laterality                                      tag against order, missing where needed, image against series
 *   laterality-marker                               burned-in marker to be confirmed by eye (projection images with a side)
 *   view-pair                                       both views of a pair (left and right, CC and MLO)
 *   study-split                                     one examination in several studies
 *   study-mixed                                     several orders in one study
 *   images-missing                                  gaps in instance numbers and in geometry
 *   images-announced                                fewer than the modality announced (MPPS, storage commitment)
 *   images-doubled                                  the same place, time and numbers twice; the same pixels twice
 *   orientation                                     patient position or orientation that contradicts itself or is missing
 *   exposure-clipped saturation noise motion        from pixels
 *   exposure-index deviation-index                  IEC 62494-1
 *   dose                                            above the site's limits (header, RDSR)
 *   field-of-view collimation
 *   unreadable character-set private-tags transfer-syntax burned-in future-date uid-reused
 */
#pragma once

#include "model/neg-finding.h"
#include "model/neg-object-record.h"
#include "model/neg-site.h"

G_BEGIN_DECLS

/* What pixels were like, of one frame (the middle one) in stored values after padding is taken away. */
typedef struct {
  double minimum, maximum, mean, sd;
  double clipped_low, clipped_high; /* share of pixels at the ends of what the detector can say, inside the collimation; 0..1 */
  double noise;                     /* robust standard deviation, from second differences between neighbours, in stored values */
  double sharpness_rows, sharpness_columns; /* mean absolute second differences along rows, along columns, over noise: their quotient
                                             * tells motion in one direction */
  double field_share;               /* of the image that is inside the collimation; 1: no edges found */
  gboolean has_text;                /* rows of glyph-like strokes: possible burned-in text */
  char digest[65];                  /* SHA-256 of all stored values of all frames, "" not known */
} NegQualityPixels;

/* One object of the study. Borrowed texts live as long as the study. */
typedef struct {
  NegObjectRecord *record;   /* owned; NULL: it could not be read */
  char *path, *unreadable;   /* owned; unreadable: why, nullable */
  char *replaced_digest;     /* owned, nullable: pixels of an older version with the same SOP instance UID that came from outside */
  gboolean is_returned;      /* it was corrected, and somebody sent it again with other bytes: these are shown */
  NegQualityPixels *pixels;  /* owned, nullable: not looked at */
  GHashTable *dose;          /* owned, nullable: of an RDSR or header: "CTDIvol" ... to a double*; units in neg-quality-dose.h */
  char **oddities;           /* owned, nullable: remarks of the reader, each behind the check that it belongs to:
                              * "character-set: ...", "private-tags: ..." */
} NegQualityObject;

NegQualityObject *neg_quality_object_new (void);
void neg_quality_object_free (NegQualityObject *object);

/* What an order or an item of a modality worklist says; texts never NULL. */
typedef struct {
  gint64 order;              /* id; 0: an item of a modality worklist */
  gboolean is_matched;       /* this study's: by accession and patient, by study UID, or by a person; else a candidate */
  char *patient_id, *issuer, *patient_name, *birth_date, *sex, *accession, *accession_issuer, *study_uid, *procedure, *procedure_code,
      *modality, *body_part, *laterality, *station, *scheduled; /* DICOM date and time */
} NegQualityExpectation;

/* Another study of the same day that may be part of the same examination, or of the same patient for reused UIDs. */
typedef struct {
  gint64 study_id;
  char *study_uid, *patient_id, *issuer, *name_key, *accession, *date, *time, *modality, *station, *body_part, *frame_of_reference_uid,
      *description;
  guint n_objects;
  gboolean has_order;
} NegQualityNeighbour;

/* What a modality has said that there is: a performed procedure step, or what it asked us to keep (storage commitment). */
typedef struct {
  char *sop_instance_uid, *status; /* of the step; of a commitment the transaction's UID and "" */
  gboolean is_commitment;
  guint n_studies;                 /* of a commitment: whose objects it names; several: what is missing may be another one's */
  guint n_come;                    /* that it lists and that are or were here, be it in another study; not among sop_uids */
  GPtrArray *sop_uids;             /* char*, the others that it lists */
} NegQualityAnnounced;

/* A peer that it goes to, and what it is known to refuse. */
typedef struct {
  char *peer;
  GHashTable *refused; /* "SOP class\transfer syntax", a set */
} NegQualityDestination;

typedef struct _NegQualityStudy NegQualityStudy;
NegQualityStudy *neg_quality_study_new (void);
void neg_quality_study_free (NegQualityStudy *study);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegQualityStudy, neg_quality_study_free)

/* All of these are taken. */
void neg_quality_study_add_object (NegQualityStudy *study, NegQualityObject *object);
NegQualityExpectation *neg_quality_study_add_expectation (NegQualityStudy *study); /* texts "" */
NegQualityNeighbour *neg_quality_study_add_neighbour (NegQualityStudy *study);
NegQualityAnnounced *neg_quality_study_add_announced (NegQualityStudy *study);
NegQualityDestination *neg_quality_study_add_destination (NegQualityStudy *study);
/* Texts of the structures above: frees the old one, copies. */
void neg_quality_set (char **text, const char *value);

typedef struct _NegQualityRules NegQualityRules;
/* [quality] of the site; NULL: the defaults. An error names file, group and key. */
NegQualityRules *neg_quality_rules_new (const NegSite *site, GError **error);
NegQualityRules *neg_quality_rules_ref (NegQualityRules *rules);
void neg_quality_rules_unref (NegQualityRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegQualityRules, neg_quality_rules_unref)
/* Keys of [quality] that nobody knows, such as the name of a check that is none; borrowed. */
const char *const *neg_quality_rules_get_unknown (const NegQualityRules *rules);

/* Whether any pixel check holds for objects like @record: only then are they decoded. */
gboolean neg_quality_rules_want_pixels (const NegQualityRules *rules, const NegObjectRecord *record);

/* Worst first. NegFinding, given with its free function. @now_us: UTC; @zone of the site. */
GPtrArray *neg_quality_check (const NegQualityStudy *study, const NegQualityRules *rules, gint64 now_us, GTimeZone *zone);

G_END_DECLS
