/* Small pictures of series, decoded and drawn in the background, held up to a budget in bytes.
 *
 * A series is shown by its middle frame, as its object says it is to be seen, fitted into a square with black around
 * it. Which frame that is is chosen when the series is first asked for and stays while its key (neg_series_get_key())
 * stays and it has that frame, so that a series that grows while it loads is drawn once. Two at a time are on their
 * way, behind everything else that the engines have to do.
 *
 * Thread: the main context of the thread that made it. */
#pragma once

#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

#define NEG_TYPE_THUMBNAILS (neg_thumbnails_get_type ())
G_DECLARE_FINAL_TYPE (NegThumbnails, neg_thumbnails, NEG, THUMBNAILS, GObject)

#define NEG_THUMBNAIL_SIZE_MAX_PX 1024

/* Either pixels (blue, green, red, alpha 255; a GdkMemoryTexture of B8G8R8A8_PREMULTIPLIED), or why there are none. */
typedef struct {
  GBytes *pixels;
  guint width, height;
  gsize stride;
  GError *error;
} NegThumbnail;

/* @pool is borrowed and outlives the thumbnails. Signal "ready" (NegSeries *series): asking again gives an answer. */
NegThumbnails *neg_thumbnails_new (NegEnginePool *pool, guint64 budget_bytes);

/* Where frames may lie decoded already; nullable. */
void neg_thumbnails_set_store (NegThumbnails *thumbnails, NegFrameStore *store);

/* NULL while it is on its way. Borrowed until the main loop goes on: take a reference of the pixels to keep them. */
const NegThumbnail *neg_thumbnails_get (NegThumbnails *thumbnails, NegSeries *series, guint size_px);

/* Forgets all, and withdraws what is on its way: the study is left. */
void neg_thumbnails_clear (NegThumbnails *thumbnails);

guint64 neg_thumbnails_get_bytes (NegThumbnails *thumbnails);

G_END_DECLS
