/* Decoded frames, held up to a budget in bytes and evicted oldest first, decoded through the pool when asked for.
 *
 * Thread: the main context of the thread that made it. Results arrive there, coalesced. A frame handed out stays valid
 * while its reference is held, evicted or not. */
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

/* Asks for what is likely next: frames around @index in the direction of @step (+1, -1), then the whole series, as far
 * as the budget goes; withdraws what was asked for before and is not needed now. */
void neg_frame_store_prefetch (NegFrameStore *store, NegSeries *series, guint index, int step);

/* Withdraws every request, keeps what is decoded. */
void neg_frame_store_cancel (NegFrameStore *store);

guint64 neg_frame_store_get_bytes (NegFrameStore *store);
guint neg_frame_store_get_n_ready (NegFrameStore *store, NegSeries *series);
gboolean neg_frame_store_is_ready (NegFrameStore *store, NegSeries *series, guint index);
gboolean neg_frame_store_has_failed (NegFrameStore *store, NegSeries *series, guint index); /* for good */

G_END_DECLS
