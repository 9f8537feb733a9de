/* What the cache holds and why, and how well it was guessed: rows of archive.db. What goes is chosen by
 * neg_archive_evict(); the order and what never goes are in DESIGN.md.
 * Thread: as the database's. Writing functions are called within neg_archive_write(). */
#pragma once

#include "store/neg-entries.h"

G_BEGIN_DECLS

typedef enum {
  NEG_CACHE_BY_PERSON, /* a person asked for it: it stays until it is read */
  NEG_CACHE_AHEAD,     /* for a case, before that is opened: needed until the case is read, reported or cancelled */
  NEG_CACHE_BESIDE,    /* opened beside a case: the same, and not unread of its own */
} NegCachePurpose;

/* Study @study_uid, which may not be here yet, is fetched for that. @case_entry: of the reading list; 0 of BY_PERSON.
 * @why: one sentence without a patient's name, "" if there is none. The same purpose again changes its sentence only;
 * what was opened beside a case is that case's, and is fetched for it when a person asks for it. */
gboolean neg_cache_note_purpose (NegDatabase *database, const char *study_uid, NegCachePurpose purpose,
                                 gint64 case_entry, const char *why, GError **error);

/* NOT_FOUND when nothing of it is here; @study_rowid 0: of whatever patient. @user: who wants it to stay. */
gboolean neg_cache_pin (NegDatabase *database, const char *study_uid, gint64 study_rowid, gboolean pinned,
                        const char *user, GError **error);

/* A person opens entry @entry; @beside: the case that he has open already, 0: none. Counts; call it before anything of
 * the entry is fetched. What is opened beside a case is that case's from now on. */
gboolean neg_cache_note_opened (NegDatabase *database, gint64 entry, gint64 beside, GError **error);

/* So much of a study left, or (@is_whole) the last of it. For neg_archive_evict(). */
gboolean neg_cache_note_evicted (NegDatabase *database, gboolean is_whole, guint64 bytes, GError **error);

typedef enum {
  NEG_CACHE_GOES,   /* by age */
  NEG_CACHE_NEEDED, /* of a case: when nothing else is left to go */
  NEG_CACHE_STAYS,
} NegCacheNeed;

/* As it is now. *case_us: 0, or of NEEDED when the first case is, negative. */
gboolean neg_cache_find_need (NegDatabase *database, gint64 study_rowid, gint64 now_us, NegCacheNeed *need,
                              gint64 *case_us, GError **error);

typedef struct {
  guint hits, misses, predicted, missed, evicted;
  guint64 saved_bytes, evicted_bytes;
} NegCacheCounts;

typedef struct {
  guint64 bytes;
  guint n_studies;
  NegCacheCounts today, month; /* of the site's day; of the last 30 of them */
} NegCacheStatus;

gboolean neg_cache_get_status (NegDatabase *database, gint64 now_us, NegCacheStatus *status, GError **error);

typedef enum {
  NEG_CACHE_REASON_AGE, /* opened, or arrived, when it says: goes by that */
  NEG_CACHE_REASON_CASE,
  NEG_CACHE_REASON_PINNED,
  NEG_CACHE_REASON_SENDING, /* a transfer that is not over names it */
  NEG_CACHE_REASON_UNREAD,
} NegCacheReason;

/* A study of which something may be evicted. Texts never NULL. */
typedef struct {
  gint64 study_rowid, entry; /* entry 0: it has none */
  char *study_uid, *patient_name, *patient_id, *description, *modalities, *study_date;
  guint64 bytes;
  guint n_objects;
  gboolean was_ahead; /* brought before anybody opened it */
  NegCacheReason reason;
  char *case_modalities, *case_description; /* of the first case that it is, or was, for; "" */
  gint64 case_time_us;                      /* 0 */
  gint64 opened_us, arrived_us, used_us, pinned_us;
  char *pinned_by, *why;
} NegCacheItem;

void neg_cache_item_free (NegCacheItem *item);
/* is_pinned of @entries (NegEntry). A look at a row each: for those that are shown. */
gboolean neg_cache_mark_pinned (NegDatabase *database, GPtrArray *entries, GError **error);

/* Used last first. NegCacheItem, given with its free function. */
GPtrArray *neg_cache_list (NegDatabase *database, guint limit, gint64 now_us, GError **error);

G_END_DECLS
