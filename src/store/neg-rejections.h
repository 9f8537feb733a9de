/* Rejection notes (IHE IOCM) and what the reject-rate report counts. Thread: as the database's; writing functions are called within
 * neg_archive_write(). */
#pragma once

#include "store/neg-archive.h"

G_BEGIN_DECLS

typedef struct {
  gint64 id, study_id;
  char *note_sop_uid, *code; /* 113001 113037 113038 113039 of DCM */
  char *reason;              /* of the site's list: "motion", "positioning" ... */
  char *words, *user, *undone_by;
  gboolean repeat;           /* images are to be made again */
  gint64 made_us, undone_us;
  guint n_images;
} NegRejection;

void neg_rejection_free (NegRejection *rejection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegRejection, neg_rejection_free)

GPtrArray *neg_rejections_list (NegDatabase *database, gint64 study_id, guint limit, GError **error); /* newest first */
/* The SOP instance UIDs (char *) that it names. */
GPtrArray *neg_rejections_list_objects (NegDatabase *database, gint64 id, GError **error);

/* id is given. What the images were comes from instance_facts, or from the series. */
gboolean neg_rejections_add (NegDatabase *database, NegRejection *rejection, const char *const *sop_uids, GTimeZone *zone,
                             GError **error);
/* Found again by its note, when the index is made anew: what of @sop_uids is not here is not named by it. */
gboolean neg_rejections_restore (NegDatabase *database, NegRejection *rejection, const char *const *sop_uids, GTimeZone *zone,
                                 GError **error);
gboolean neg_rejections_undo (NegDatabase *database, gint64 id, const char *user, gint64 now_us, GError **error);
/* NOT_FOUND. Given. */
NegRejection *neg_rejections_find (NegDatabase *database, gint64 id, GError **error);
/* Objects of the study that a rejection holds for, and the notes themselves: SOP instance UIDs, a set, given. */
GHashTable *neg_rejections_list_named (NegDatabase *database, gint64 study_id, GError **error);

/* --- with its note, each one transaction (neg-rejections-note.c); any thread, outside of neg_archive_write() --- */

typedef struct {
  NegIncoming *incoming; /* written, of class DATA */
  const NegObjectRecord *record;
  guint64 bytes;
  gboolean with_rejected; /* what is rejected leaves all the same */
  const char *const *takers; /* nullable: peers that may be sent to; those of whom we have fetched something of the study get it, too */
} NegRejectionNote;

/* The note is an object of the study, what it names is rejected, and whoever has something of the study is to get the note; all of
 * it or nothing. What is queued and rejected now does not leave. CONFLICT: one of @sop_uids is rejected already. */
gboolean neg_rejections_make (NegArchive *archive, const NegRejectionNote *note, NegRejection *rejection,
                              const char *const *sop_uids, GTimeZone *zone, GError **error);
/* REFUSED: somebody may have the note; CONFLICT: it does not hold any more. */
gboolean neg_rejections_take_back (NegArchive *archive, gint64 id, const char *user, GError **error);

/* What @correction made of rejected images and their notes (its correction_object rows are there): rejections are of those. @back: it is
 * undone. */
gboolean neg_rejections_follow (NegDatabase *database, gint64 correction, gboolean back, GError **error);

/* What a correction has replaced under another UID or put aside, may be elsewhere (or came from there) and is named by no note. */
typedef struct {
  gint64 study_id; /* where it came */
  char *study_uid;
  gboolean is_deleted; /* put aside, and nothing took their place */
  GPtrArray *objects; /* NegArchiveFile */
} NegReplacedStudy;

/* The words of notes about such objects, without a reason of the site: nobody has rejected them, so they are not counted. */
#define NEG_REJECTION_WORDS_REPLACED "replaced by a corrected object"
#define NEG_REJECTION_WORDS_DOUBLE "there twice: deleted"

void neg_replaced_study_free (NegReplacedStudy *study);
/* Of the study's current objects, and what it was put aside of: NegReplacedStudy, given. neg_rejections_make() takes them. */
GPtrArray *neg_rejections_list_replaced (NegDatabase *database, const char *data_folder, const char *cache_folder, gint64 study_id,
                                         GError **error);

typedef enum {
  NEG_REJECTS_BY_TECHNOLOGIST,
  NEG_REJECTS_BY_STATION, /* the room */
  NEG_REJECTS_BY_BODY_PART,
  NEG_REJECTS_BY_REASON,
  NEG_REJECTS_BY_MODALITY,
  NEG_REJECTS_BY_DAY,     /* YYYYMMDD of the site's zone */
  NEG_REJECTS_BY_N,
} NegRejectsBy;

typedef struct {
  char *key;      /* "" : not said */
  guint n_made;   /* images, rejected ones among them; 0 by reason */
  guint n_rejected, n_repeats;
} NegRejectCount;

void neg_reject_count_free (NegRejectCount *count);

/* What people have rejected, each image once, wherever a correction has put it since.
 * From @from_day to @to_day (YYYYMMDD, both included), @modality "" : all. Most rejected first, days in order. */
GPtrArray *neg_rejections_count (NegDatabase *database, NegRejectsBy by, const char *from_day, const char *to_day, const char *modality,
                                 GError **error);
/* One line for each rejected image: for CSV. UTF-8, RFC 4180, with a header line, no patient in it. Given. */
char *neg_rejections_dup_csv (NegDatabase *database, const char *from_day, const char *to_day, GTimeZone *zone, GError **error);

/* How many images of the study were made (by day of @zone), from instance_facts: a reader's work, given. Then, within
 * neg_archive_write(): it replaces what was noted of the study. */
GHashTable *neg_rejections_count_made (NegDatabase *reader, gint64 study_id, GTimeZone *zone, GError **error);
gboolean neg_rejections_note_made (NegDatabase *database, gint64 study_id, GHashTable *made, GError **error);

G_END_DECLS
