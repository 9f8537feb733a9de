/* The client side of the engines: requests in, results out, and an engine that dies, hangs or talks nonsense costs one
 * object and nothing else.
 *
 * The pool owns one dispatcher thread for all sockets and keeps its engines started ("warm"). Requests wait in a queue
 * ordered by priority, then age; an engine has at most two requests in flight, so that a cancel or a new priority
 * takes effect within an item. A scan of many blobs is cut into batches that spread over the engines; a decode of many
 * frames likewise.
 *
 * When an engine dies (or sends what is not the protocol, or gives no sign for the time limit of an item), the item
 * that it was working on fails with NEG_ERROR_ENGINE_DIED, _PROTOCOL or _TIMEOUT, all others of its requests go to
 * another engine, and a new one is started. A blob at which three engines have ended is refused from then on.
 * A cancelled request in flight ends within NEG_CANCEL_GRACE_MS of its turn: if the engine has not let go by then it is
 * killed. One that stands behind another request's item in the same engine ends when that item does.
 * An item is answered only when nothing can write to its slot any more: after the engine's answer, or its end.
 *
 * Thread: every function from any thread. Callbacks run on the dispatcher thread: they copy or take what they need
 * and return at once; they may submit and cancel. After neg_request_cancel() returned, callbacks may still be running
 * on the dispatcher; DONE comes exactly once for every request, last, also for a cancelled one. */
#pragma once

#include "model/neg-frame.h"
#include "wire/neg-blob.h"
#include "wire/neg-compose.h"
#include "wire/neg-message.h"
#include "wire/neg-modify.h"
#include "wire/neg-tags.h"

G_BEGIN_DECLS

typedef enum {
  NEG_PRIORITY_ON_SCREEN,  /* the image under the eye */
  NEG_PRIORITY_NEIGHBOUR,  /* the next ones in the scroll direction */
  NEG_PRIORITY_SCAN,
  NEG_PRIORITY_SERIES,     /* the rest of the open series */
  NEG_PRIORITY_BACKGROUND, /* thumbnails, prefetch */
} NegPriority;

/* Leaving a series is to stop its work within 100 ms: longer than a common frame takes, and short enough to leave time
 * for an engine's end. */
#define NEG_CANCEL_GRACE_MS 60
#define NEG_ITEM_TIMEOUT_MS 60000

typedef struct _NegEnginePool NegEnginePool;
typedef struct _NegRequest NegRequest;

typedef struct {
  guint n_engines;       /* 0: one per core, at most 8 */
  const char *program;   /* NULL: found by neg_paths_find_program ("negatoscope-engine", "NEGATOSCOPE_ENGINE") */
  guint item_timeout_ms; /* 0: NEG_ITEM_TIMEOUT_MS */
} NegEnginePoolOptions;

/* Starts the engines without waiting for them. Fails only when the program is not there. @options nullable. */
NegEnginePool *neg_engine_pool_new (const NegEnginePoolOptions *options, GError **error);

/* Fails what is queued with NEG_ERROR_CANCELLED, ends the engines and the dispatcher; blocks until they are gone.
 * Not from a callback. */
void neg_engine_pool_free (NegEnginePool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegEnginePool, neg_engine_pool_free)

typedef struct {
  guint started;  /* engines started so far */
  guint died;     /* ended by themselves, by a signal or a limit */
  guint killed;   /* killed for a timeout, nonsense or a cancel */
  guint n_alive;
} NegEnginePoolStats;

void neg_engine_pool_get_stats (NegEnginePool *pool, NegEnginePoolStats *stats);
guint neg_engine_pool_get_n_engines (NegEnginePool *pool);

/* One blob's answer: @result or @error, never both; both borrowed for the call (steal from *result what is to stay). */
typedef void (*NegScanFunc) (guint index, NegScanResult *result, const GError *error, gpointer user_data);

/* One frame's answer. The pixels lie in the memory file at the slot given. */
typedef void (*NegDecodeFunc) (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data);
typedef void (*NegExtractFunc) (guint index, guint64 bytes, const GError *error, gpointer user_data);
typedef void (*NegDoneFunc) (gpointer user_data);

/* One frame to decode: to offset @slot_offset of the request's memory file. @format is what is expected: the answer
 * must equal it, and fits its slot by construction. */
typedef struct {
  guint32 frame; /* from 0 */
  guint64 slot_offset;
  NegFrameFormat format;
} NegDecodeItem;

/* @blobs are referenced. The returned request is given: neg_request_unref() when no longer interested (does not
 * cancel). */
NegRequest *neg_engine_pool_scan (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, NegPriority priority,
                                  NegScanFunc on_item, NegDoneFunc on_done, gpointer user_data);

/* @memory_fd is duplicated; it must be sealed against shrinking and growing (checked: NEG_ERROR_USAGE per item). */
NegRequest *neg_engine_pool_decode (NegEnginePool *pool, NegBlob *blob, NegFrameForm form, int memory_fd,
                                    const NegDecodeItem *items, guint n_items, NegPriority priority,
                                    NegDecodeFunc on_item, NegDoneFunc on_done, gpointer user_data);

/* One blob's record or @error, never both; borrowed for the call (steal *record by setting it to NULL).
 * UNSUPPORTED: a DICOMDIR or an archive, which neg_engine_pool_scan() reads. */
typedef void (*NegIndexFunc) (guint index, NegObjectRecord **record, const GError *error, gpointer user_data);

/* The index records of @blobs, read without a library. @complete: the object is also scanned to its end, and fails like
 * in a scan; what is to be kept. */
NegRequest *neg_engine_pool_index (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, gboolean complete,
                                   NegPriority priority, NegIndexFunc on_item, NegDoneFunc on_done,
                                   gpointer user_data);

/* One object's elements or @error, never both; borrowed for the call (steal *tags by setting it to NULL). */
typedef void (*NegTagsFunc) (guint index, NegTags **tags, const GError *error, gpointer user_data);

/* Every element of @blobs, for a person to look at. */
NegRequest *neg_engine_pool_tags (NegEnginePool *pool, NegBlob *const *blobs, guint n_blobs, NegPriority priority,
                                  NegTagsFunc on_item, NegDoneFunc on_done, gpointer user_data);

typedef struct {
  guint32 entry;
  guint64 target_offset, bytes;
} NegExtractItem;

NegRequest *neg_engine_pool_extract (NegEnginePool *pool, NegBlob *archive, int memory_fd, const NegExtractItem *items,
                                     guint n_items, NegPriority priority, NegExtractFunc on_item, NegDoneFunc on_done,
                                     gpointer user_data);

/* The object that was written, a file with its meta header, or @error; borrowed for the call. */
typedef void (*NegComposeFunc) (guint index, GBytes *object, const GError *error, gpointer user_data);

/* Writes what @compose says about the patient and the study of @source, an object that is one of them. One item. */
NegRequest *neg_engine_pool_compose (NegEnginePool *pool, NegBlob *source, const NegCompose *compose,
                                     NegPriority priority, NegComposeFunc on_item, NegDoneFunc on_done,
                                     gpointer user_data);

/* What became of one object, or @error; borrowed for the call. After an error, and where nothing changes, its file is empty. */
typedef void (*NegModifyFunc) (guint index, const NegModified *modified, const GError *error, gpointer user_data);

/* Each of @blobs as another version of itself, to the file @outputs[i] from its byte 0: a regular file open for reading and
 * writing, which is emptied before; duplicated. The engine may keep what it was handed: what it has written is certain only
 * when it is gone (neg-modify-batch.h). */
NegRequest *neg_engine_pool_modify (NegEnginePool *pool, NegBlob *const *blobs, const int *outputs, guint n_blobs,
                                    const NegModify *modify, NegPriority priority, NegModifyFunc on_item,
                                    NegDoneFunc on_done, gpointer user_data);

NegRequest *neg_request_ref (NegRequest *request);
void neg_request_unref (NegRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegRequest, neg_request_unref)

/* Items not answered yet fail with NEG_ERROR_CANCELLED, then DONE. */
void neg_request_cancel (NegRequest *request);
void neg_request_set_priority (NegRequest *request, NegPriority priority);

/* A memory file of @bytes, sealed (SHRINK, GROW, SEAL), CLOEXEC; -1 on failure. */
int neg_memory_file_new (const char *name, guint64 bytes, GError **error);

G_END_DECLS
