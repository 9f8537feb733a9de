/* Other versions of many objects, for whoever can wait: from files to files, a few dozen descriptors at a time.
 *
 * An engine that a hostile object has taken over could still write to a file that it was handed, after it was looked at. So
 * who keeps what was written takes engines of his own for it (@pool NULL): they have ended when the call returns, and only then
 * the files are looked at (neg_modified_check_pixels(), INDEX by other engines).
 * Thread: any; blocks. */
#pragma once

#include <gio/gio.h>

#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

typedef struct {
  NegModified modified;
  GError *error; /* then there is no file */
} NegModifyResult;

void neg_modify_results_free (NegModifyResult *results, guint n);

/* Each of @blobs to the new file of the same index in @targets (paths; NEG_ERROR_CONFLICT where there is one already), which is
 * there afterwards if the object is another. Given: one result each; NULL when not even an engine can be had. Cancelling makes
 * errors of what is not done yet. */
NegModifyResult *neg_modify_batch_run (NegEnginePool *pool, NegBlob *const *blobs, const char *const *targets, guint n,
                                       const NegModify *modify, NegPriority priority, GCancellable *cancellable,
                                       GError **error);

/* One object in Explicit VR Little Endian, for a peer that takes no other, into the file @target_fd (open for reading and
 * writing), from its byte 0; nothing is written for one that is so already: modified->is_changed. */
gboolean neg_modify_convert_file (NegEnginePool *pool, NegBlob *blob, int target_fd, GCancellable *cancellable,
                                  NegModified *modified, GError **error);

G_END_DECLS
