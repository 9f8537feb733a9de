/* A series as a volume: one sealed memory file that the engines fill slice by slice, in parallel, nearest to the eye
 * first. Drawing works from the first slice on; what has not come is missing until it comes.
 *
 * The pixels are in memory once: frames that the frame store has decoded already are copied to their place and let go,
 * and the frame store shows the volume's own memory for the frames of the series as long as the load lives.
 * Thread: the main context of the thread that made it; the volume itself any. */
#pragma once

#include "imaging/neg-volume.h"
#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

#define NEG_TYPE_VOLUME_LOAD (neg_volume_load_get_type ())
G_DECLARE_FINAL_TYPE (NegVolumeLoad, neg_volume_load, NEG, VOLUME_LOAD, GObject)

/* Why the series cannot be a volume, in words for a person (translated by the caller's table: NEG_ERROR_UNSUPPORTED with a
 * sentence), or that it would not fit into memory; TRUE where it can. Reads headers only. */
gboolean neg_volume_check (NegSeries *series, GError **error);

/* The layout of a series; frees with g_free() what @slices points to. What the layout borrows is the series'. */
gboolean neg_volume_layout_init (NegVolumeLayout *layout, NegSeries *series, GError **error);

/* Starts at once. @pool is borrowed, @store nullable (commands, tests). Signals:
 *   "changed" (): slices have come or failed since the last one; at most once a frame (16 ms);
 *   "finished" (): every slice is ready or has failed. */
NegVolumeLoad *neg_volume_load_new (NegEnginePool *pool, NegFrameStore *store, NegSeries *series, GError **error);

/* The same series with more images (a study that arrives): what is there is taken along, in a thread; until the new
 * volume is complete enough to take its place the old one stays (signal "changed" when it has been exchanged). */
void neg_volume_load_grow (NegVolumeLoad *load, NegSeries *series);

NegVolume *neg_volume_load_get_volume (NegVolumeLoad *load); /* borrowed, until "changed" */
NegSeries *neg_volume_load_get_series (NegVolumeLoad *load);

/* The frame of the series for a slice of the volume, and back (G_MAXUINT: it is in no slice). */
guint neg_volume_load_get_index (NegVolumeLoad *load, guint slice);
guint neg_volume_load_get_slice (NegVolumeLoad *load, guint index);

guint neg_volume_load_get_n_ready (NegVolumeLoad *load);
guint neg_volume_load_get_n_failed (NegVolumeLoad *load);
gboolean neg_volume_load_is_finished (NegVolumeLoad *load);
/* Why the first of those that failed did; borrowed, nullable. */
const GError *neg_volume_load_get_failure (NegVolumeLoad *load);

/* What is to be said about the volume (repeated positions, a growth that was not possible): English sentences,
 * NULL-terminated; borrowed until "changed". */
const char *const *neg_volume_load_get_warnings (NegVolumeLoad *load);

/* The slices nearest to this one come next. */
void neg_volume_load_set_center (NegVolumeLoad *load, guint slice);

/* Nothing more is decoded; takes effect in the engines within 100 ms. What is there stays. Dropping the last reference does
 * the same. */
void neg_volume_load_cancel (NegVolumeLoad *load);

/* Waits until it is finished, turning the main context: commands and tests. */
void neg_volume_load_wait (NegVolumeLoad *load);

G_END_DECLS
