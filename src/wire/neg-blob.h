/* The bytes of one object wherever they lie: a file named by its path, or a stretch of a sealed memory file (an entry
 * of a ZIP). The requester opens it and hands the descriptor to an engine; no program of ours maps or parses it here.
 *
 * Thread: immutable; references on any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegBlob NegBlob;

NegBlob *neg_blob_new_for_path (const char *path);

/* @fd is duplicated. @name is what a person calls it ("archive.zip: IM1"). */
NegBlob *neg_blob_new_for_region (int fd, guint64 offset, guint64 length, const char *name);
NegBlob *neg_blob_ref (NegBlob *blob);
void neg_blob_unref (NegBlob *blob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegBlob, neg_blob_unref)

const char *neg_blob_get_name (NegBlob *blob); /* the path, or the name given */
gboolean neg_blob_is_region (NegBlob *blob);   /* else a path */
guint64 neg_blob_get_id (NegBlob *blob);       /* unique in this process */

/* A descriptor opened O_RDONLY|O_CLOEXEC|O_NOCTTY|O_NONBLOCK for the caller to close, and the stretch of it that is
 * the object. Only regular files: anything else is NEG_ERROR_UNREADABLE. -1 on failure. */
int neg_blob_open (NegBlob *blob, guint64 *offset, guint64 *length, GError **error);

G_END_DECLS
