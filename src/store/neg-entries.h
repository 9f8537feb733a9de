/* The reading list: one row ("entry") per study to read, merged from what is in the archive, what peers answered to
 * queries, and what modality worklists announce; orders join later. Everything that a column shows, sorts or a search
 * finds is in the entry itself, so that no list ever joins or counts.
 *
 * Merging: a peer's study is the archive's when study UID and patient (issuer, ID, name key) are the same. A scheduled
 * step is a study's by study UID, or by accession number and issuer, AND patient. The same study UID with another patient
 * stays apart, with the conflict flag: never two patients in one entry. Never by name alone.
 *
 * An entry's id stays the same for its life. Dates without a zone of their own are the site's.
 * Thread: as the database's. Writing functions are called within neg_archive_write(). */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

typedef enum {
  NEG_STATUS_SCHEDULED, /* announced, no image anywhere */
  NEG_STATUS_ARRIVED,   /* unread: images are here or at a peer */
  NEG_STATUS_BEING_READ,
  NEG_STATUS_READ,
  NEG_STATUS_REPORTED,
  NEG_STATUS_N,
} NegEntryStatus;

const char *neg_entry_status_get_name (NegEntryStatus status); /* "scheduled", "arrived", "being-read", ... */

typedef enum { NEG_URGENCY_STAT, NEG_URGENCY_HIGH, NEG_URGENCY_MEDIUM, NEG_URGENCY_ROUTINE, NEG_URGENCY_N } NegUrgency;

typedef struct {
  gint64 id;
  char *study_uid;    /* "" of a scheduled step whose study has no UID yet */
  gint64 study_rowid; /* in the archive; 0: not here */
  char *patient_name, *patient_id, *issuer, *birth_date, *sex;
  char *accession, *accession_issuer, *modalities /* backslash */, *description, *body_part, *location, *referrer;
  char *study_date, *study_time; /* as DICOM says; of the schedule while nothing has arrived */
  gint64 time_us;      /* the same as UTC; 0: unknown */
  gint64 arrived_us;   /* the first object here; 0 */
  NegUrgency urgency;
  NegEntryStatus status;
  char *claimed_by;    /* "" or the user */
  char *claimed_at;    /* "" or the workstation's name */
  gint64 claimed_us;
  guint n_here, n_there;        /* images in the archive; at the peer that has most (0: not told) */
  guint n_series_here;
  guint n_priors, n_priors_here; /* older studies of the same patient: known, and here */
  char *peers;         /* names of those that have it, backslash; "" */
  gboolean is_conflict;
  gboolean is_pinned;  /* a person keeps it here (neg-cache.h); of neg_entries_list() only */
} NegEntry;

NegEntry *neg_entry_copy (const NegEntry *entry);
void neg_entry_free (NegEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegEntry, neg_entry_free)

/* The site's zone, for all that is written from now on; until then it is the process's. Any thread. */
void neg_entries_set_timezone (GTimeZone *zone);

/* --- writing, within a transaction --- */

/* The archive's study @study_rowid has changed or gone. Cheap when only counts changed. */
gboolean neg_entries_refresh_study (NegDatabase *database, gint64 study_rowid, GError **error);

/* Another zone: times of dates that have none of their own anew, of @limit entries at most; *n of them: fewer, and all
 * are right. Goes on where it stopped, also after a restart. @zone: what neg_entries_set_timezone() was given, by name. */
gboolean neg_entries_follow_zone (NegDatabase *database, const char *zone, guint limit, guint *n, GError **error);

/* What a peer said of one study, or what a modality worklist announced. Text as received, decoded; "" absent. */
typedef struct {
  const char *peer;
  const char *study_uid, *patient_name, *patient_id, *issuer, *birth_date, *sex, *accession, *accession_issuer, *date,
      *time, *modalities, *description, *body_part, *referrer, *location;
  const char *step_id;  /* of a worklist: Scheduled Procedure Step ID; else "" */
  NegUrgency urgency;
  guint n_instances; /* 0: not told */
} NegRemoteStudy;

/* The complete answer of search @search at @peer: what it said before and does not say now is gone, unless !@complete. */
gboolean neg_entries_set_remote (NegDatabase *database, const char *search, const char *peer,
                                 const NegRemoteStudy *studies, guint n, gboolean complete, GError **error);
gboolean neg_entries_set_scheduled (NegDatabase *database, const char *peer, const NegRemoteStudy *steps, guint n,
                                    gboolean complete, GError **error);

/* Of what is kept: one search at one peer, or one worklist (search NULL). */
typedef struct {
  char *search, *peer;
} NegEntrySpeaker;

void neg_entry_speaker_free (NegEntrySpeaker *speaker);
/* NegEntrySpeaker, given with its free function. Also of a reader. */
GPtrArray *neg_entries_list_speakers (NegDatabase *database, GError **error);
/* What was said is gone, @limit answers at most; *n of them went: fewer than @limit, nothing is left. */
gboolean neg_entries_forget (NegDatabase *database, const NegEntrySpeaker *speaker, guint limit, guint *n,
                             GError **error);

/* CONFLICT names who has it, unless @by_force. Claiming makes ARRIVED BEING_READ; releasing makes BEING_READ ARRIVED. */
gboolean neg_entries_claim (NegDatabase *database, gint64 id, const char *user, const char *workstation,
                            gboolean by_force, GError **error);
gboolean neg_entries_release (NegDatabase *database, gint64 id, const char *user, GError **error);
gboolean neg_entries_set_status (NegDatabase *database, gint64 id, NegEntryStatus status, const char *user,
                                 GError **error);

/* The orders and the search anew from the entries, which themselves stay: after entries were written by other means, or
 * when an order is found damaged. Takes seconds for a million. */
gboolean neg_entries_rebuild (NegDatabase *database, GError **error);

/* --- reading --- */

typedef enum {
  NEG_COLUMN_PRIORITY,
  NEG_COLUMN_STATUS,
  NEG_COLUMN_PATIENT,
  NEG_COLUMN_ID,
  NEG_COLUMN_BIRTH_DATE,
  NEG_COLUMN_SEX,
  NEG_COLUMN_ACCESSION,
  NEG_COLUMN_MODALITY,
  NEG_COLUMN_DESCRIPTION,
  NEG_COLUMN_BODY_PART,
  NEG_COLUMN_TIME,
  NEG_COLUMN_LOCATION,
  NEG_COLUMN_REFERRER,
  NEG_COLUMN_IMAGES,
  NEG_COLUMN_PRIORS,
  NEG_COLUMN_N,
} NegEntryColumn;

/* Everything must hold. Made from what a person types by worklist/neg-worklist-language. */
typedef struct {
  char **words;       /* each a prefix of a word of name, ID, accession number or description (folded); a word of 3
                         letters and more also inside one; NULL-terminated, nullable */
  char **modalities;  /* any of; nullable */
  guint status_mask;  /* bits of NegEntryStatus; 0: all */
  guint urgency_mask; /* bits of NegUrgency; 0: all */
  gint64 from_us, to_us; /* time_us in [from, to); 0: open */
  gboolean here_only; /* some image is in the archive */
  gboolean unclaimed_only;
  const char *claimed_by; /* nullable */
  NegEntryColumn order;
  gboolean descending;
} NegEntryQuery;

void neg_entry_query_clear (NegEntryQuery *query);

/* Entries @first to @first + @n of the answer, in its order (ties by time, newest first, then id). NegEntry, given with
 * its free function. @first + @n at most NEG_ENTRIES_REACH. */
#define NEG_ENTRIES_REACH 10000
/* For a connection that lists while a person types: keeps some MiB of the file in memory, and what the next search needs
 * again (neg_entries_keep_order()), at most 8 MiB. */
void neg_entries_tune_reader (NegDatabase *database);
/* To be called when a page is shown and there is time: the next searches in this order are quick wherever their hits
 * are. Does nothing for connections that are not tuned. */
gboolean neg_entries_keep_order (NegDatabase *database, NegEntryColumn column, gboolean descending, GError **error);
GPtrArray *neg_entries_list (NegDatabase *database, const NegEntryQuery *query, guint first, guint n, GError **error);
/* How many there are, at most @limit: may take longer than the first page. */
gboolean neg_entries_count (NegDatabase *database, const NegEntryQuery *query, guint limit, guint *count,
                            GError **error);
/* Of all entries: by status, and whether stat and unread. For the chips. */
typedef struct {
  guint by_status[NEG_STATUS_N], n_stat_unread, n_all;
} NegEntryCounts;
gboolean neg_entries_get_counts (NegDatabase *database, NegEntryCounts *counts, GError **error);

NegEntry *neg_entries_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */
NegEntry *neg_entries_find_study (NegDatabase *database, const char *study_uid, GError **error); /* NULL: none */
/* The other entries of the same patient (issuer, ID, name key; none without an ID), newest first. */
GPtrArray *neg_entries_list_priors (NegDatabase *database, const NegEntry *entry, guint limit, GError **error);

G_END_DECLS
