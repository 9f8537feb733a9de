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
  GMutex issuers_lock; /* of what follows, and of the file */
  GHashTable *noted;   /* lines that are in it */
};

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

/* What only the objects' sources say of them is on the disk; before the commit. */
gboolean _neg_archive_note_issuers (NegArchive *archive, const NegArchiveObject *objects, guint n, GError **error);

/* What a crash has cut off. TRUE also when the disk is too full for it: what goes is hidden already. */
gboolean _neg_archive_finish_removals (NegArchive *archive, GError **error);

/* Room that only removals take. FALSE: there is none. */
gboolean _neg_archive_release_reserve (NegArchive *archive);
void _neg_archive_keep_reserve (NegArchive *archive);

/* A row of the statement's, and then none: TRUE with *value, or @missing. */
gboolean _neg_archive_query_int (NegStatement *statement, gint64 missing, gint64 *value, GError **error);

G_END_DECLS
