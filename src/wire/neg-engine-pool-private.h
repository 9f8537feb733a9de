/* The parts of the pool. Everything here belongs to the dispatcher thread unless it says otherwise.
 *
 *   neg-engine-pool.c          the pool: commands from other threads, the order of work, engines started again
 *   neg-engine-pool-request.c  a request: its items, what of them waits, callbacks
 *   neg-engine-pool-batch.c    a part of a request as a message, and the answers to it
 *   neg-engine-pool-engine.c   one engine process: socket, time limits, its end
 *   neg-engine-pool-spawn.c    starting the program */
#pragma once

#include <glib-object.h>

#include "wire/neg-engine-pool.h"
#include "wire/neg-shared-fd.h"

G_BEGIN_DECLS

#define NEG_POOL_N_PRIORITIES (NEG_PRIORITY_BACKGROUND + 1)
#define NEG_POOL_IN_FLIGHT_MAX 2
#define NEG_POOL_STRIKES_MAX 3

typedef struct _NegBatch NegBatch;
typedef struct _NegEngine NegEngine;

typedef enum {
  NEG_REQUEST_SCAN,
  NEG_REQUEST_DECODE,
  NEG_REQUEST_EXTRACT,
  NEG_REQUEST_INDEX,
  NEG_REQUEST_COMPOSE,
  NEG_REQUEST_TAGS,
  NEG_REQUEST_MODIFY,
} NegRequestKind;

typedef union {
  NegDecodeItem decode;
  NegExtractItem extract;
} NegRequestItem;

struct _NegRequest {
  gatomicrefcount ref_count;
  NegEnginePool *pool; /* its memory lives as long as the request */

  /* Set before the dispatcher knows the request, then constant */
  NegRequestKind kind;
  NegBlob **blobs; /* SCAN, INDEX, COMPOSE, TAGS, MODIFY: one per item; else one */
  guint n_blobs;
  NegFrameForm form;
  gboolean is_complete; /* INDEX */
  GByteArray *description; /* COMPOSE, MODIFY; NULL for others */
  int *outputs; /* MODIFY: one per item, -1 when it is answered; owned; NULL for others */
  NegSharedFd *memory; /* DECODE, EXTRACT; NULL for others */
  guint n_items;
  NegRequestItem *items; /* likewise */
  GError *refusal;       /* what is wrong with the whole request; nullable */
  GCallback on_item;
  NegDoneFunc on_done;
  gpointer user_data;

  /* The dispatcher's */
  NegPriority priority;
  guint64 age;
  gboolean cancelled, done;
  guint n_answered;
  guint8 *answered; /* one per item */
  guint *order;     /* the items in the order in which they are sent */
  guint next;       /* into order: what was never sent */
  GQueue returned;  /* items that came back from an engine unanswered, as pointers; sent first */
  GList link;       /* in the pool's queue of its priority while anything waits */
  gboolean is_queued;
};

/* Whether each item is an object of its own. */
gboolean _neg_request_has_blobs (const NegRequest *request);

/* NEG_REQUEST_...; the caller's reference is the one returned. */
NegRequest *_neg_request_new (NegEnginePool *pool, NegRequestKind kind, NegBlob *const *blobs, guint n_blobs,
                              int memory_fd, guint n_items, NegPriority priority);
guint _neg_request_n_waiting (const NegRequest *request);
NegBlob *_neg_request_get_blob (const NegRequest *request, guint index);

/* The next waiting item. There must be one. */
guint _neg_request_take (NegRequest *request);
void _neg_request_give_back (NegRequest *request, guint index);

/* Answer item @index. Of @failure or the others exactly one is there. */
void _neg_request_fail_item (NegRequest *request, guint index, const GError *failure);
void _neg_request_fail_waiting (NegRequest *request, NegErrorCode code, const char *message);
void _neg_request_answer_scan (NegRequest *request, guint index, NegScanResult *result);
void _neg_request_answer_decode (NegRequest *request, guint index, const NegFrameFormat *format);
void _neg_request_answer_extract (NegRequest *request, guint index, guint64 bytes);
void _neg_request_answer_index (NegRequest *request, guint index, NegObjectRecord **record);
void _neg_request_answer_compose (NegRequest *request, guint index, GBytes *object);
void _neg_request_answer_tags (NegRequest *request, guint index, NegTags **tags);

void _neg_request_answer_modify (NegRequest *request, guint index, const NegModified *modified);

/* The file of item @index, empty, for an engine: for the caller to close; -1 on failure. */
int _neg_request_open_output (NegRequest *request, guint index, GError **error);
/* What the engine says about it, and whether the file is as long as that. */
gboolean _neg_request_read_modified (NegRequest *request, guint index, NegReader *reader, NegModified *modified,
                                     GError **error);
/* The item is answered: its file is closed here, and empty where there is no object. */
void _neg_request_close_output (NegRequest *request, guint index, gboolean has_failed);
void _neg_request_submit (NegRequest *request, GCallback on_item, NegDoneFunc on_done, gpointer user_data);

/* Calls on_done when the last item has been answered, and drops the dispatcher's reference. */
void _neg_request_finish_if_answered (NegRequest *request);

/* One message's worth of a request, on its way through one engine. */
struct _NegBatch {
  guint64 id;
  NegRequest *request; /* owned reference */
  GArray *indices;     /* guint: the request's items in the message's order */
  guint n_answered;
  guint8 *answered;
  gboolean cancel_sent;  /* the engine was told to let go: for the requester, or for more urgent work */
  gint64 cancel_time_us; /* when the requester cancelled; 0: it did not */
  gint64 turn_time_us;   /* when the engine's earlier work was done */
};

/* A message on its way out. */
typedef struct {
  GByteArray *bytes;
  gsize n_sent;
  int *fds; /* owned, closed once they are sent */
  guint n_fds;
} NegOutgoing;

/* Takes up to @n_max waiting items. Items that cannot be sent (the file does not open, the blob has ended too many
 * engines) are answered at once; NULL when nothing is left to send. */
NegBatch *_neg_batch_new (NegRequest *request, guint n_max, guint64 id, NegOutgoing **message);
void _neg_batch_free (NegBatch *batch);

/* One ITEM's body. FALSE when it is not what was asked for. */
gboolean _neg_batch_take_item (NegBatch *batch, const guint8 *body, gsize length, GError **error);

/* The item that the engine works on: the first without an answer; FALSE when all are answered. */
gboolean _neg_batch_get_current (const NegBatch *batch, guint *index);

/* What is unanswered goes back to the request, or fails when that was cancelled. */
void _neg_batch_return_rest (NegBatch *batch);

NegOutgoing *_neg_outgoing_new (NegMessageType type, guint64 id, const GByteArray *body, int *fds, guint n_fds);
void _neg_outgoing_free (NegOutgoing *outgoing);

/* What an engine gets of this process's environment. Asked once, when the pool is made: its thread starts engines while
 * others may write to the environment. */
char **_neg_engine_make_environment (void);

#define NEG_ENGINE_NETWORK "--network"

/* The program on the other end of @socket; its process id, or -1. @mode is NULL for one that decodes, or
 * NEG_ENGINE_NETWORK: its cage differs. @socket is borrowed. */
int _neg_engine_spawn (const char *program, char **environment, const char *mode, int socket, GError **error);

/* Never NULL; an engine that could not even be started ends by itself. */
NegEngine *_neg_engine_new (NegEnginePool *pool);
gboolean _neg_engine_is_ready (const NegEngine *engine);
GQueue *_neg_engine_get_batches (NegEngine *engine);
void _neg_engine_send_batch (NegEngine *engine, NegBatch *batch, NegOutgoing *message);

/* Tells the engine to let go of @batch, once. */
void _neg_engine_cancel_batch (NegEngine *engine, NegBatch *batch);
void _neg_engine_update_deadline (NegEngine *engine);
void _neg_engine_kill (NegEngine *engine);

/* What an engine tells the pool. */
void _neg_engine_pool_engine_answered (NegEnginePool *pool);
void _neg_engine_pool_schedule (NegEnginePool *pool);

/* @engine is gone: counted before anybody hears of it from his own request. */
void _neg_engine_pool_engine_ends (NegEnginePool *pool, NegEngine *engine, gboolean was_killed);

typedef struct {
  gboolean has_blamed; /* an item failed for it */
  gboolean in_vain;    /* never answered anything */
  const char *how;     /* in words */
} NegEngineEnd;

/* Its requests are answered or back in the queue; the pool frees it. */
void _neg_engine_pool_engine_ended (NegEnginePool *pool, NegEngine *engine, const NegEngineEnd *end);
void _neg_engine_free (NegEngine *engine);

/* What is waiting again goes back into the queue. */
void _neg_engine_pool_requeue (NegEnginePool *pool, NegRequest *request);

const char *_neg_engine_pool_get_program (NegEnginePool *pool);
char **_neg_engine_pool_get_environment (NegEnginePool *pool);
guint _neg_engine_pool_get_item_timeout_ms (NegEnginePool *pool);
GMainContext *_neg_engine_pool_get_context (NegEnginePool *pool);

/* Engines that ended at the blob so far; @add_one counts one more. */
guint _neg_engine_pool_strikes (NegEnginePool *pool, NegBlob *blob, gboolean add_one);

NegEnginePool *_neg_engine_pool_ref (NegEnginePool *pool);   /* its memory, any thread */
void _neg_engine_pool_unref (NegEnginePool *pool);

/* What other threads ask for, run on the dispatcher. */
void _neg_engine_pool_add (NegEnginePool *pool, NegRequest *request, guint unused);
void _neg_engine_pool_cancel (NegEnginePool *pool, NegRequest *request, guint unused);
void _neg_engine_pool_set_priority (NegEnginePool *pool, NegRequest *request, guint priority);

typedef void (*NegPoolCommand) (NegEnginePool *pool, NegRequest *request, guint value);

/* Runs @command on the dispatcher after all commands posted before; FALSE when the pool is gone. Any thread. */
gboolean _neg_engine_pool_post (NegEnginePool *pool, NegPoolCommand command, NegRequest *request, guint value);

G_END_DECLS
