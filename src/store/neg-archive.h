/* archive.db and the objects beside it: what is here. One process, the agent, has it open for writing; everybody else
 * reads (neg_archive_open_reader). Identity as in architecture.md, section 4: a study is its UID AND its patient (issuer,
 * ID, name key): the same UID with another patient is another row, marked as a conflict, never one study.
 *
 * The same SOP instance again: with the same bytes nothing changes; with other bytes it becomes the newest version, the
 * older one stays (superseded_by) and is no longer shown. What a correction has put aside is superseded by itself.
 * An object that a person deleted, or that was rejected, stays
 * known by its UID (tombstone), so that a retrieve does not bring it back unasked.
 * Thread: any for the writer (one caller at a time writes, for all that wait: they share a commit); a reader one at a
 * time. */
#pragma once

#include "model/neg-object-record.h"
#include "store/neg-database.h"
#include "store/neg-object-store.h"

G_BEGIN_DECLS

#define NEG_ARCHIVE_FILE "archive.db"

typedef struct _NegArchive NegArchive;

/* Folders as of neg-paths.h. BUSY when another process has it. */
NegArchive *neg_archive_open (const char *data_folder, const char *cache_folder, const char *default_issuer,
                              GError **error);
void neg_archive_free (NegArchive *archive); /* nobody may be using it any more */
/* Of patient IDs for which neither the object nor its source has an issuer, from now on. Any thread. */
void neg_archive_set_default_issuer (NegArchive *archive, const char *issuer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegArchive, neg_archive_free)
NegObjectStore *neg_archive_get_objects (NegArchive *archive); /* borrowed */

/* Read only, beside the agent. NOT_FOUND when there is no archive yet. */
NegDatabase *neg_archive_open_reader (const char *data_folder, GError **error);

/* Any change, in a transaction together with others'; returns when it is committed and synced, or failed. @func runs on
 * this or on another caller's thread; it does not call this. At most 50 ms of work. */
gboolean neg_archive_write (NegArchive *archive, NegDatabaseFunc func, gpointer data, GError **error);

/* The last time when it was opened, for what may be evicted. @study_rowid 0: of whatever patient. Within
 * neg_archive_write(). */
gboolean neg_archive_note_opened (NegDatabase *database, const char *study_uid, gint64 study_rowid, GError **error);

typedef enum {
  NEG_ADDED_NEW,
  NEG_ADDED_SAME,    /* was here with the same bytes, be it as what a person has corrected since */
  NEG_ADDED_VERSION, /* was here with other bytes: this is the newest now */
  NEG_ADDED_DELETED, /* a person had deleted it, and nobody asked for it: it is not kept */
} NegAdded;

/* Where an object came from, when no peer sent it: what a person brought, what the viewer stored about images, what a correction
 * made. */
#define NEG_ARCHIVE_SOURCE_IMPORT "import"
#define NEG_ARCHIVE_SOURCE_VIEWER "viewer"
#define NEG_ARCHIVE_SOURCE_DESK "desk"
#define NEG_ARCHIVE_SOURCE_REBUILD "rebuild" /* its file was found */

/* One object whose file is sealed. */
typedef struct {
  const NegObjectRecord *record; /* checked (neg_object_record_check) */
  NegObjectClass object_class;
  const char *name; /* of the file; NULL only of one with a path: then its size tells whether it is the same */
  guint64 bytes;
  const char *source; /* peer, or one of the above */
  /* Of the source's patient IDs and accession numbers, for records that do not say; nullable. */
  const char *issuer, *accession_issuer;
  const char *path;   /* NULL; of an object indexed where it lies: its path (not ours to delete) */
  gboolean is_older; /* a version that a correction has replaced, found again: its row is made, and nobody shows it */
  gint64 received_us; /* when it came, of what is found; 0: now */
  gboolean unasked;  /* found, not brought: what was deleted stays so, what a row names already is no news */
} NegArchiveObject;

/* Committed when it returns. The study's row of the worklist is right in the same transaction. *study_rowid nullable. */
gboolean neg_archive_add (NegArchive *archive, const NegArchiveObject *objects, guint n, NegAdded *added,
                          GError **error);

/* Seals, adds and (when the disk is full or the index fails) leaves nothing behind: the way of one received object.
 * Class and name of @object are not looked at, its bytes are what was announced.
 * The order is fdatasync, rename, fsync of the folder, commit: whoever gets TRUE may say Success. */
gboolean neg_archive_take (NegArchive *archive, NegIncoming *incoming, const NegArchiveObject *object, NegAdded *added,
                           GError **error);

typedef struct {
  NegIncoming *incoming;
  NegArchiveObject object; /* its class, name and path are filled in */
  NegAdded added;
  GError *error; /* given; NULL: taken */
} NegTaking;

/* The same for many, with one commit where it can be: for what a peer still holds. */
void neg_archive_take_many (NegArchive *archive, NegTaking *takings, guint n);

/* A study's current objects, files in the order of series and instance number. */
typedef struct {
  char *path;
  char *sop_class_uid, *sop_instance_uid, *transfer_syntax_uid, *series_uid;
  guint64 bytes;
  gint64 dataset_offset;
  gint64 instance_id;
} NegArchiveFile;

void neg_archive_file_free (NegArchiveFile *file);

/* @database: a reader, or the writer's own within neg_archive_write(). @study_uid may have several patients (a
 * conflict): all of @study_rowid when it is not 0. @series_uid nullable. NegArchiveFile, given. Empty: nothing is here. */
GPtrArray *neg_archive_list_files (NegDatabase *database, const char *data_folder, const char *cache_folder,
                                   const char *study_uid, gint64 study_rowid, const char *series_uid, GError **error);
/* *study_rowid: 0: the archive has none. CONFLICT: it has the study of several patients, and the UID names none of them. */
gboolean neg_archive_find_study (NegDatabase *database, const char *study_uid, gint64 *study_rowid, GError **error);
/* As somebody else has written them; NULL or "": not said. */
typedef struct {
  const char *id, *issuer, *name;
} NegArchivePatient;
/* The same of the patient that is meant: whatever is not said, here or there of the issuer, tells nobody apart. */
gboolean neg_archive_find_study_of (NegDatabase *database, const char *study_uid, const NegArchivePatient *patient,
                                    gint64 *study_rowid, GError **error);

/* Rows and files. What a person deletes leaves tombstones; *n_objects is what went. @study_rowid 0: the one that has
 * this UID, CONFLICT as for neg_archive_find_study(). */
gboolean neg_archive_remove_study (NegArchive *archive, const char *study_uid, gint64 study_rowid, guint *n_objects,
                                   GError **error);

/* Evicts studies of the cache class by need (neg-cache.h) until it holds at most @quota_bytes and @keep_free_bytes are
 * free; none that was opened, or that an object came of, at @used_before_us (UTC) or later: it may be on a screen, or not
 * yet complete. @open (nullable; gint64): entries that are on one, however long. What is unread, pinned or waits to be sent
 * stays. SQL forbids any other class (a trigger). */
gboolean neg_archive_evict (NegArchive *archive, guint64 quota_bytes, guint64 keep_free_bytes, gint64 used_before_us,
                            const GArray *open, guint64 *freed_bytes, GError **error);

typedef struct {
  guint n_objects, n_missing, n_damaged, n_without_row;
  guint n_quarantined; /* refused and kept: nothing wrong with the archive */
  GPtrArray *problems; /* char*, sentences without patient data, 1,000 at most */
} NegArchiveReport;

void neg_archive_report_clear (NegArchiveReport *report);
typedef void (*NegArchiveProgress) (guint done, guint total, gpointer user_data);

/* Every row has its file with its bytes (hashed when @deep), every file its row. Changes nothing. */
gboolean neg_archive_check (NegArchive *archive, gboolean deep, NegArchiveProgress progress, gpointer user_data,
                            GCancellable *cancellable, NegArchiveReport *report, GError **error);

G_END_DECLS
