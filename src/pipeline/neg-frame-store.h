/* Decoded frames, held up to a budget in bytes and evicted oldest first, decoded through the pool when asked for.
 *
 * Thread: the main context of the thread that made it. Results arrive there in the order in which they were decoded,
 * for at most about 2 ms at a time; then drawing has its turn. A frame handed out stays valid while its reference is
 * held, evicted or not. */
#pragma once

#include "pipeline/neg-pixels.h"
#include "pipeline/neg-series.h"
#include "wire/neg-engine-pool.h"

G_BEGIN_DECLS

#define NEG_TYPE_FRAME_STORE (neg_frame_store_get_type ())
G_DECLARE_FINAL_TYPE (NegFrameStore, neg_frame_store, NEG, FRAME_STORE, GObject)

/* @pool is borrowed. Signal "frame-ready" (NegSeries *series, guint index): a frame that was asked for has pixels or
 * an error now. */
NegFrameStore *neg_frame_store_new (NegEnginePool *pool, guint64 budget_bytes);

/* What is there for frame @index: pixels (given), or NULL with *error set when it failed for good, or NULL without an
 * error while it is on its way. Asking asks for it at the priority given. */
NegPixels *neg_frame_store_get (NegFrameStore *store, NegSeries *series, guint index, NegPriority priority,
                                GError **error);

/* What one viewport shows. */
typedef struct {
  NegSeries *series; /* borrowed for the call, nullable */
  guint index;       /* of the image on screen */
  int step;          /* direction of the last scroll: +1 or -1 */
  gboolean active;   /* the viewport that is being worked in; one of the wishes */
} NegFrameWish;

#define NEG_FRAME_WISHES_MAX 25

/* What all viewports want from now on, in place of what was wanted before: the images on screen (the active one first),
 * then neighbours of the active one in its scroll direction, neighbours of the others, the rest of the active series,
 * the rest of the others in turns, as far as the budget goes. The images on screen are held even beyond it. What none
 * wants is withdrawn, and evicted first when room is needed. No wishes: withdraws everything, keeps what is decoded.
 * To be called for every notch of a wheel: costs the same for long and for short series. */
void neg_frame_store_set_wishes (NegFrameStore *store, const NegFrameWish *wishes, guint n_wishes);

/* The pixels of a frame that is there; given, NULL when it is not. Asks for nothing. */
NegPixels *neg_frame_store_peek (NegFrameStore *store, NegSeries *series, guint index);

/* Somebody who decodes a series on his own account, into memory of his own (a volume), so that no frame is decoded twice
 * and none is in memory twice. Asked for a frame that is not there, and again when it becomes more urgent: TRUE, it will be
 * handed over; FALSE: the store decodes it. */
typedef gboolean (*NegFrameSourceFunc) (guint index, NegPriority priority, gpointer user_data);

/* The number of the source, never 0. Frames that are on their way already go on. */
guint neg_frame_store_add_source (NegFrameStore *store, NegSeries *series, NegFrameSourceFunc func,
                                  gpointer user_data);
/* The same series built anew. */
void neg_frame_store_set_source_series (NegFrameStore *store, guint source, NegSeries *series);

/* Frame @index of the source's series is there: @pixels (borrowed ones count as no bytes and are not evicted while the
 * source is there), or it failed: @error. In place of what the store has of it or is waiting for. */
void neg_frame_store_adopt (NegFrameStore *store, guint source, guint index, NegPixels *pixels, const GError *error);

/* What it was to bring is decoded by the store. What it brought stays, as frames that count and can be evicted. */
void neg_frame_store_remove_source (NegFrameStore *store, guint source);

/* Decoded by the store, and on its way. */
gboolean neg_frame_store_is_decoding (NegFrameStore *store, NegSeries *series, guint index);

guint64 neg_frame_store_get_budget_bytes (NegFrameStore *store);

/* Asked of the engines and not answered yet, withdrawn ones too. */
guint neg_frame_store_get_n_in_flight (NegFrameStore *store);
guint64 neg_frame_store_get_bytes (NegFrameStore *store);
guint neg_frame_store_get_n_ready (NegFrameStore *store, NegSeries *series);
gboolean neg_frame_store_is_ready (NegFrameStore *store, NegSeries *series, guint index);
gboolean neg_frame_store_has_failed (NegFrameStore *store, NegSeries *series, guint index); /* for good */

G_END_DECLS
