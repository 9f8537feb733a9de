/* The parts of a correction. Thread: one for each NegPlan.
 *
 *   neg-agent-corrections.c        asked for, looked at, undone; the job; what a crash has cut off
 *   neg-agent-corrections-spec.c   what is asked for, read and checked
 *   neg-agent-corrections-plan.c   which objects it is about, which UIDs are new
 *   neg-agent-corrections-edits.c  which values change
 *   neg-agent-corrections-make.c   new versions: written, read again, sealed */
#pragma once

#include "agent/neg-agent-corrections.h"
#include "agent/neg-agent-jobs-private.h"
#include "store/neg-corrections.h"
#include "store/neg-orders.h"
#include "wire/neg-modify.h"

G_BEGIN_DECLS

typedef enum {
  NEG_SPEC_MATCH,
  NEG_SPEC_SET,
  NEG_SPEC_MERGE,
  NEG_SPEC_SPLIT,
  NEG_SPEC_MOVE,
  NEG_SPEC_DROP,
} NegSpecKind;

/* Texts and lists are never NULL. */
typedef struct {
  NegSpecKind kind;
  char **objects, **series;
  GPtrArray *values; /* char *: path, value, path, value ... */
  gint64 order;
  GArray *studies; /* gint64 */
  char *into, *description;
  gboolean is_dry; /* only whether it could be */
} NegSpec;

NegSpec *_neg_spec_read (GVariant *variant, GError **error); /* NEG_ERROR_USAGE */
void _neg_spec_free (NegSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSpec, _neg_spec_free)

const char *_neg_spec_get_value (const NegSpec *spec, const char *path); /* NULL: not set */
gboolean _neg_spec_is_of_part (const NegSpec *spec);       /* objects or series are named */
gboolean _neg_spec_has_patient_values (const NegSpec *spec);
/* Values after which an image says something else of the patient: its side, how he lay, from where he was seen. */
gboolean _neg_spec_changes_meaning (const NegSpec *spec);

/* One object that is concerned. */
typedef struct {
  gint64 id, study_id;
  char *sop_uid, *series_uid, *name /* nullable */, *path;
  gboolean is_elsewhere; /* somebody else may have it: at a peer, or sent */
  gboolean is_follower;  /* only its references change, if it has any */
  NegObjectRecord *record; /* of its file */
} NegSubject;

/* What a study says of itself: its row, and its first object's record. */
typedef struct {
  gint64 id;
  char *study_uid, *issuer, *patient_id, *name_key, *patient_name, *birth_date, *sex, *description, *accession_issuer;
  NegObjectRecord *record; /* nullable: nothing of it is here */
} NegPlanStudy;

typedef struct {
  NegAgent *agent;
  const NegCorrection *correction;
  const NegSpec *spec;
  NegDatabase *reader;
  NegPlanStudy *study;
  NegPlanStudy *target;    /* merge: the study itself; split, move: where they go; else NULL */
  NegOrder *order;         /* match */
  gboolean is_whole;       /* nothing of the study is left behind */
  gboolean changes_patient;
  gboolean is_any_elsewhere;
  GPtrArray *subjects;     /* NegSubject; primary ones first */
  GHashTable *sources;     /* gint64 to NegPlanStudy: of the subjects */
  GHashTable *uids;        /* char *: old to new, of references too */
  char *study_uid, *series_uid; /* that primary ones get, whatever they had; NULL: as the map says */
} NegPlan;

/* Without a look at any file: what it would be about, whether it can be. */
NegPlan *_neg_plan_new (NegAgent *agent, const NegCorrection *correction, const NegSpec *spec, GError **error);
void _neg_plan_free (NegPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPlan, _neg_plan_free)
guint _neg_plan_count_primary (const NegPlan *plan);
/* Records of all files, then UIDs and whatever follows. */
gboolean _neg_plan_read (NegPlan *plan, GCancellable *cancellable, GError **error);

/* Edits of the primary subject, in one of a few ways: equal texts are equal edits. Given. */
char *_neg_plan_make_edits (const NegPlan *plan, const NegSubject *subject, NegModify *modify);

/* All of it to the end, or nothing. */
gboolean _neg_plan_carry_out (NegPlan *plan, NegRunningJob *running, NegTransfer *transfer, gint64 *into_study_id,
                              GError **error);

/* --- neg-agent-reject-follow.c --- */

/* What @correction, which holds, has moved into other studies and is rejected is named by a note there; again: nothing new. */
gboolean _neg_rejections_move (NegAgent *agent, gint64 correction, GError **error);

G_END_DECLS
