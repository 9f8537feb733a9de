/* What the files of the object store share. */
#pragma once

#include "store/neg-object-store.h"

G_BEGIN_DECLS

#define NEG_OBJECT_NAME_LENGTH 64 /* SHA-256 in hexadecimal digits */

struct _NegObjectStore {
  char *folders[2]; /* by NegObjectClass */
  char *mark;       /* what the names in incoming/ of this process begin with */
  GMutex lock;      /* of all below */
  GCond sealed_one;
  GThreadPool *sealers; /* NULL: not yet needed */
  GHashTable *sealed[2]; /* by NegObjectClass; name: how many of it are on their way to the index */
  GHashTable *unwanted[2]; /* names among them that somebody wanted to remove meanwhile */
};

/* What errno says, in words and as a code. Always FALSE. */
gboolean _neg_object_store_fail (int saved_errno, const char *what, GError **error);

/* incoming/, objects/00 to ff and quarantine/ of a class, those that are not there, and all on the disk. */
gboolean _neg_object_store_make_folders (NegObjectStore *store, NegObjectClass object_class, GError **error);
gboolean _neg_object_store_sync_folder (const char *folder, GError **error);

/* Until what neg_incoming_begin_sync() began is over, if it was. */
void _neg_incoming_await_sync (NegIncoming *incoming);

/* What was sealed is not on its way to the index any more. TRUE: somebody wanted to remove its file meanwhile, and could
 * not. */
gboolean _neg_incoming_let_go (NegIncoming *incoming);

/* TRUE when nobody holds it any more, and it could not be removed while somebody did. */
gboolean _neg_object_store_hold_name (NegObjectStore *store, NegObjectClass object_class, const char *name, int change);

/* Whether a file's name is one that this store gives. */
gboolean _neg_object_name_is_valid (const char *name);

/* The SHA-256 of what @fd holds from offset 0 to @bytes, no more and no less. Given. */
char *_neg_object_hash_fd (int fd, guint64 bytes, GCancellable *cancellable, GError **error);

/* The SHA-256 of @n bytes in hexadecimal digits; given. */
char *_neg_hash_bytes (gconstpointer bytes, gsize n, GError **error);

G_END_DECLS
