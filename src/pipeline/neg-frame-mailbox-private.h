/* The way of one frame to an engine and back: what is asked for on the store's context is answered on the dispatcher
 * and delivered on the context again, in the order of the answers and without holding the main loop. */
#pragma once

#include "pipeline/neg-pixels.h"
#include "pipeline/neg-series.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

/* That of drawing in the toolkit: what is left over when time is up takes turns with it, so that neither keeps the other
 * waiting, however slow the renderer is. */
#define NEG_FRAME_PRIORITY_LATER (G_PRIORITY_HIGH_IDLE + 20)

/* A frame of an object; series are built anew while a study loads, objects stay. */
typedef struct {
  guint64 blob_id;
  guint32 frame;
} NegFrameKey;

NegFrameKey _neg_frame_key (const NegSeriesFrame *frame);

typedef struct {
  NegFrameKey key;
  NegPixels *pixels; /* NULL where no frame could be asked for */
  NegFrameFormat format;
  GError *error; /* nullable */
} NegFrameAnswer;

typedef struct _NegFrameMailbox NegFrameMailbox;

/* Takes one answer (borrowed, to be stolen from); NULL after the last one of a turn. The owner may close the mailbox in
 * it. */
typedef void (*NegFrameAnswerFunc) (gpointer owner, NegFrameAnswer *answer);

/* Delivers on the thread's default main context. @owner closes it before it goes; the memory stays until the last answer
 * has come. */
NegFrameMailbox *_neg_frame_mailbox_new (NegFrameAnswerFunc func, gpointer owner);
void _neg_frame_mailbox_close (NegFrameMailbox *mailbox);
GMainContext *_neg_frame_mailbox_get_context (NegFrameMailbox *mailbox);

/* *pixels (given) is where the frame will be. What cannot even be asked for is answered like anything else; the request
 * (given) and *pixels are NULL then. */
NegRequest *_neg_frame_mailbox_ask (NegFrameMailbox *mailbox, NegEnginePool *pool, const NegSeriesFrame *frame,
                                    NegPriority priority, NegPixels **pixels);

G_END_DECLS
