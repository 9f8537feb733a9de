/* From paths to series: expands folders, DICOMDIRs and ZIPs, scans through the pool, builds series as the answers come.
 *
 * Signals, on the main context of the thread that made the loader:
 *   "changed": series, objects, unreadable or progress are different from the last time. At once for the first images,
 *              then a dozen times a second at most, and before "finished";
 *   "finished": everything was answered, or cancelled, and the list holds all of it. Once, and once more for each time
 *               that something was added.
 * Symbolic links are followed to regular files but never to a folder twice; sockets, devices and pipes are skipped.
 * A series in the list that did not change stays the same object in its place, whatever comes around it.
 * Thread: the thread that made it; worker threads walk folders and build series. */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-series.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

#define NEG_TYPE_LOADER (neg_loader_get_type ())
G_DECLARE_FINAL_TYPE (NegLoader, neg_loader, NEG, LOADER, GObject)

/* Something that holds no image that a series shows. */
typedef struct {
  NegBlob *blob;
  NegInstance *instance;
} NegLoadedObject;

/* Something that could not be read, and why. */
typedef struct {
  char *path;
  GError *error;
} NegUnreadable;

/* @pool is borrowed and outlives the loader. */
NegLoader *neg_loader_new (NegEnginePool *pool);
void neg_loader_load (NegLoader *loader, const char *const *paths); /* once per loader */
/* More of the same, as it arrives, at any time: series grow in place, "finished" comes again. What was met before is not
 * read again; nothing is added once it was cancelled. */
void neg_loader_add (NegLoader *loader, const char *const *paths);

/* What was found so far stays; "finished" comes when everything has let go. Dropping the loader cancels too. */
void neg_loader_cancel (NegLoader *loader);
gboolean neg_loader_is_cancelled (NegLoader *loader); /* before it was finished: images may be missing */

GListModel *neg_loader_get_series (NegLoader *loader); /* of NegSeries; borrowed; grows, never reorders what is there
                                                          unless the sort order demands it */
GPtrArray *neg_loader_get_objects (NegLoader *loader);    /* NegLoadedObject, borrowed */
GPtrArray *neg_loader_get_unreadable (NegLoader *loader); /* NegUnreadable, borrowed */
gboolean neg_loader_is_finished (NegLoader *loader);
void neg_loader_get_progress (NegLoader *loader, guint *n_found, guint *n_scanned);

/* Runs the calling thread's main context until finished: for commands. */
void neg_loader_wait (NegLoader *loader);

G_END_DECLS
