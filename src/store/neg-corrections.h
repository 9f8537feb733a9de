/* Corrections: what a person changed in objects that came wrong. The received object stays as it is, with its row; its new version is
 * another object with another file. One correction is one transaction: all of its objects, or none. Which UIDs are new:
 * quality/DESIGN.md. Thread: as the database's; those that are given the archive: any. */
#pragma once

#include "model/neg-object-record.h"
#include "store/neg-archive.h"

G_BEGIN_DECLS

typedef enum {
  NEG_CORRECTION_WAITING, /* for a second look */
  NEG_CORRECTION_WORKING,
  NEG_CORRECTION_APPLIED,
  NEG_CORRECTION_UNDONE,
  NEG_CORRECTION_FAILED,
  NEG_CORRECTION_DECLINED, /* by whoever looked */
} NegCorrectionState;

/* What is asked for, an a{sv}:
 *   "kind"      s   match set merge split move drop
 *   "objects"   as  SOP instance UIDs that it is about; none: "series"; those none too: the whole study
 *   "series"    as  series instance UIDs
 *   "values"    a(ss) path (neg-modify.h) and value; "" removes
 *   "order"     x   match: the order whose patient, accession, study UID ... are taken over
 *   "studies"   ax  merge: studies (rows) whose series come to this one
 *   "into"      s   split, move: study UID or series UID of this patient; "": a new one
 *   "description" s split, move: of the new study or series
 *   "dry-run"   b   only whether it could be: nothing is changed, its id is 0 */
typedef struct {
  gint64 id, study_id, into_study_id;
  GVariant *spec;
  char *seed;
  NegCorrectionState state;
  char *user, *reason;
  gint64 made_us, applied_us, undone_us, looked_us;
  gboolean needs_second_look;
  char *looked_by, *undone_by, *message;
  guint n_objects, n_aside; /* versions made; put aside */
  gboolean is_sent;         /* some of it has been sent: cannot be undone */
} NegCorrection;

void neg_correction_free (NegCorrection *correction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegCorrection, neg_correction_free)

/* Newest first; of @study_id as it was or became; 0: all that wait or work. NegCorrection, given. */
GPtrArray *neg_corrections_list (NegDatabase *database, gint64 study_id, guint limit, GError **error);
NegCorrection *neg_corrections_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */

/* One object of it, with both files. */
typedef struct {
  gint64 old_id, new_id; /* new_id 0: put aside */
  char *old_sop_uid, *new_sop_uid, *old_path, *new_path; /* paths nullable: gone */
} NegCorrectionObject;

void neg_correction_object_free (NegCorrectionObject *object);
GPtrArray *neg_corrections_list_objects (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 id, guint limit,
                                         GError **error);

/* --- writing, within neg_archive_write() but for _apply() --- */

/* id, seed and state are given to @correction. */
gboolean neg_corrections_add (NegDatabase *database, NegCorrection *correction, GError **error);
gboolean neg_corrections_look (NegDatabase *database, gint64 id, const char *by, gboolean approves, gint64 now_us, GError **error);

/* A version whose file is sealed and lies at its place; name NULL: the old one is put aside. */
typedef struct {
  gint64 old_id;
  const NegObjectRecord *record;
  const char *name;
  guint64 bytes;
  const char *issuer, *accession_issuer; /* as of NegArchiveObject: where the object itself does not say; nullable */
} NegCorrectedObject;

/* Objects of a version that are not named by a row yet, sealed together. What they are the new versions of is noted before
 * (archive.corrections), so that an index that is made anew takes none of a correction that was never applied. Old names are
 * nullable. The caller holds @incomings until _apply() has returned, then gives them to neg_corrections_release(). */
gboolean neg_corrections_seal (NegArchive *archive, const char *seed, const char *const *old_names,
                               NegIncoming *const *incomings, const guint64 *bytes, guint n, GError **error);
/* Takes @incoming; its file goes unless a row names it. @sop_instance_uid: of what is in it. */
void neg_corrections_release (NegArchive *archive, NegIncoming *incoming, const char *sop_instance_uid);

/* All of them in one transaction: rows of new versions, old ones superseded, studies and entries right, desk noted, audit written.
 * CONFLICT: one of the old ones is not current any more (somebody sent a newer version meanwhile), or another object of the patient
 * has a new one's UID; nothing is changed then. */
gboolean neg_corrections_apply (NegArchive *archive, gint64 id, const NegCorrectedObject *objects, guint n, gint64 *into_study_id,
                                GError **error);
/* The old versions are the current ones again; the new ones stay as files that no list shows. CONFLICT: something of it was sent, or
 * corrected again (undo that first). */
gboolean neg_corrections_undo (NegArchive *archive, gint64 id, const char *user, GError **error);
/* One that is WORKING will not be applied. */
gboolean neg_corrections_fail (NegArchive *archive, gint64 id, const char *message, GError **error);

/* SOP instance UIDs (char *) of the study's current objects that somebody sent again after they were corrected, with other bytes than
 * before: nobody knows which of the two is right. The same bytes change nothing. */
GPtrArray *neg_corrections_list_returned (NegDatabase *database, gint64 study_id, GError **error);

/* For an index that is made anew: which of the files that were @found (a set of names) are older versions, or of a correction that
 * does not hold: a set of names, given. @lost: names whose newer version is not there, so that they are shown as they came. */
GHashTable *neg_corrections_list_hidden (const char *data_folder, GHashTable *found, GPtrArray *lost, GError **error);

G_END_DECLS
