/* What the engine's message loop and its kinds of work share. */
#pragma once

#include "engine/neg-engine.h"
#include "engine/neg-scanner.h"
#include "wire/neg-message.h"

G_BEGIN_DECLS

typedef struct _NegEngineCache NegEngineCache;

/* A request that has arrived */
typedef struct {
  NegMessageHeader header;
  GByteArray *body;
  GArray *fds; /* int; owned */
  gboolean cancelled;
} NegPending;

typedef struct {
  int socket;
  GQueue waiting; /* NegPending, behind the one in work */
  NegPending *current;
  GError *broken; /* the socket is of no more use; nullable */
  gint64 looked_us; /* when what had arrived was taken in, monotonic */
  NegEngineCache *cache;
  guint8 *pixels; /* one frame's cells, kept from frame to frame */
  gsize pixels_room;
} NegEngineLoop;

/* Takes in what has arrived, without waiting, and renews the limit of processor time, both at most once a millisecond; TRUE while
 * the current request is still wanted. Before each item. */
gboolean _neg_engine_begin_item (NegEngineLoop *loop);

/* The answer to item @index: @failure, or @answer after its first five bytes, which are filled in here. */
void _neg_engine_send_failure (NegEngineLoop *loop, guint32 index, const GError *failure);
void _neg_engine_send_answer (NegEngineLoop *loop, guint32 index, GByteArray *answer);
GByteArray *_neg_engine_new_answer (void);

/* Writes all of it by position, or fails. */
gboolean _neg_engine_write (int fd, const void *bytes, gsize length, guint64 offset, GError **error);

/* The kinds of work; what is not the message that it should be is a protocol error. */
gboolean _neg_engine_scan (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_decode (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_extract (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_index (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_compose (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_tags (NegEngineLoop *loop, NegReader *reader, GError **error);
gboolean _neg_engine_modify (NegEngineLoop *loop, NegReader *reader, GError **error);

/* Layouts of the objects worked on last, so that a frame does not cost a walk over its object. */
NegEngineCache *_neg_engine_cache_new (void);
void _neg_engine_cache_free (NegEngineCache *cache);

/* The layout of object @id, scanned from @source unless it is there; borrowed until the next call. */
const NegLayout *_neg_engine_cache_get (NegEngineCache *cache, guint64 id, guint64 offset, guint64 length,
                                        NegSource *source, GError **error);

G_END_DECLS
