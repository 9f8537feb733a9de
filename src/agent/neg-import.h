/* Files become objects of the archive, and objects' files become its index again. Each one blocking call, for a job.
 *
 * Import takes files, folders, what a DICOMDIR refers to and what is in a ZIP. A file is copied bit by bit (but for the
 * preamble, which is zeroed), its copy is read and scanned to its end by an engine, and only then sealed and named by the
 * index: what changes or goes away while it is read can do no harm. What cannot be taken is listed with the reason, its
 * path in the place of the SOP instance UID, and nothing stops; what is merely no DICOM counts as failed only when the
 * person named it, as a CD holds a player and a leaflet. Only a full disk and a failing index end the whole.
 * Again after a crash: what is here already is the same object and counts as done.
 *
 * Rebuilding reads every object's file, oldest first, and adds what the index does not name.
 * Thread: any but the main one. */
#pragma once

#include "agent/neg-operation.h"

G_BEGIN_DECLS

/* TRUE when everything was looked at: what failed is in @transfer. */
gboolean neg_import_run (NegAgent *agent, const char *const *paths, NegTransferFunc func, gpointer user_data,
                         GCancellable *cancellable, NegTransfer *transfer, GError **error);

/* One object that somebody here has made: given bytes, no file. Durable when it returns; its Study Instance UID, given. */
char *neg_import_bytes (NegAgent *agent, GBytes *object, GCancellable *cancellable, GError **error);

gboolean neg_rebuild_run (NegAgent *agent, NegTransferFunc func, gpointer user_data, GCancellable *cancellable,
                          NegTransfer *transfer, GError **error);

G_END_DECLS
