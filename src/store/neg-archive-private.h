/* What the files of the archive share. */
#pragma once

#include "store/neg-archive-writer.h"
#include "store/neg-archive.h"

G_BEGIN_DECLS

struct _NegArchive {
  NegObjectStore *objects;
  NegArchiveWriter *writer;
  NegDatabase *reader; /* what is committed; used with the object store locked only */
  char *data_folder;
  const char *default_issuer; /* interned, atomic */
  int lock_fd;
  GMutex removal_lock; /* one removal at a time, and what it does with the reserve */
  gint64 looked_us;    /* with it: when all that the cache is needed for was looked at; monotonic */
  GMutex issuers_lock; /* of what follows, and of the files of lines */
  GHashTable *noted;   /* lines that are in it */
};

/* A study (its table's name or alias) that corrections have left nothing of, but older versions, is as one that is not here. */
#define NEG_ARCHIVE_IS_SHOWN(study)                                                                                    \
  "(EXISTS (SELECT 1 FROM series x WHERE x.study_id = " study ".id AND x.n_instances > 0)"                             \
  " OR NOT EXISTS (SELECT 1 FROM series x WHERE x.study_id = " study ".id))"

/* The file of a row that is no more, or that never came to be. */
typedef struct {
  NegObjectClass object_class;
  char *name;
  char *sop_instance_uid;
} NegArchiveLeftover;

NegArchiveLeftover *_neg_archive_leftover_new (NegObjectClass object_class, const char *name,
                                               const char *sop_instance_uid);
void _neg_archive_leftover_free (NegArchiveLeftover *leftover);

/* Deletes the files that no committed row names and that nobody is about to name. What cannot be deleted is found by
 * neg_archive_check(). */
void _neg_archive_drop_files (NegArchive *archive, GPtrArray *leftovers);

/* Within a transaction. @leftovers: emptied, then filled with the files that rows do not name any more. */
gboolean _neg_archive_add_within (NegDatabase *database, const char *default_issuer, const NegArchiveObject *objects,
                                  guint n, NegAdded *added, GPtrArray *leftovers, GError **error);

/* neg_archive_take(), with @beside (nullable) in the transaction that names the object, after it: both or neither. */
gboolean _neg_archive_take_with (NegArchive *archive, NegIncoming *incoming, const NegArchiveObject *object,
                                 NegDatabaseFunc beside, gpointer beside_data, NegAdded *added, GError **error);

/* What only the objects' sources say of them is on the disk; before the commit. */
gboolean _neg_archive_note_issuers (NegArchive *archive, const NegArchiveObject *objects, guint n, GError **error);

/* What a crash has cut off. TRUE also when the disk is too full for it: what goes is hidden already. */
gboolean _neg_archive_finish_removals (NegArchive *archive, GError **error);

/* Lines at the end of a file beside the database, on the disk when it returns; with the issuers' lock. */
gboolean _neg_archive_append_lines (NegArchive *archive, const char *file, const GString *text, GError **error);
/* Without the file there are none; one that a crash has cut off is none. */
typedef void (*NegArchiveLineFunc) (const char *line, gpointer user_data);
gboolean _neg_archive_read_lines (const char *data_folder, const char *file, NegArchiveLineFunc func, gpointer user_data,
                                  GError **error);

/* Room that only removals take. FALSE: there is none. */
gboolean _neg_archive_release_reserve (NegArchive *archive);
void _neg_archive_keep_reserve (NegArchive *archive);

/* Where the file of a row lies; @path nullable. Given. */
char *_neg_archive_dup_path (const char *data_folder, const char *cache_folder, gint64 object_class, const char *name,
                             const char *path);

/* A row of the statement's, and then none: TRUE with *value, or @missing. */
gboolean _neg_archive_query_int (NegStatement *statement, gint64 missing, gint64 *value, GError **error);

G_END_DECLS
