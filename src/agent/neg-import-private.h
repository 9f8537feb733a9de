/* The parts of an import. Thread: the import's.
 *
 *   neg-import.c            groups of objects: read, copied, scanned, sealed, indexed
 *   neg-import-walk.c       paths to files
 *   neg-import-container.c  what a DICOMDIR or a ZIP holds */
#pragma once

#include "agent/neg-import.h"

G_BEGIN_DECLS

typedef struct {
  NegAgent *agent;
  NegArchive *archive;
  NegEnginePool *pool;
  NegTransferFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  NegTransfer *transfer;
  GPtrArray *containers; /* NegBlob: read after everything else */
  GHashTable *seen;      /* device and file number as text */
  GHashTable *named;     /* paths that the person named; borrowed */
  GHashTable *studies;   /* study and patient -> a record of theirs */
  const char *source;    /* of what is taken */
} NegImport;

/* One that could not be taken; @name is what a person calls it. */
void _neg_import_fail (NegImport *import, const char *name, const GError *error);
void _neg_import_tell (NegImport *import);

/* NegBlob of every file in @paths and below them, given; counted in the progress. What cannot be read has failed. */
GPtrArray *_neg_import_walk (NegImport *import, const char *const *paths);
/* Likewise of the File IDs in @references below the folder of the DICOMDIR. */
GPtrArray *_neg_import_walk_references (NegImport *import, const char *folder, const char *const *references);

/* @blobs are taken in, group by group; containers among them are put aside when @may_hold, else they fail. */
gboolean _neg_import_take (NegImport *import, GPtrArray *blobs, gboolean may_hold, GError **error);
gboolean _neg_import_open_container (NegImport *import, NegBlob *container, GError **error);

/* neg-rebuild-notes.c: rejections by their notes that no row knows. @unread: SOP instance UIDs (char *) of those that could not be read. */
gboolean _neg_rebuild_rejections (NegAgent *agent, GPtrArray *unread, GCancellable *cancellable, GError **error);

G_END_DECLS
