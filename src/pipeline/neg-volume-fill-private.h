/* What fills a volume, in two files: neg-volume-load-fill.c has the states of slices and what the main context asks,
 * neg-volume-load-ask.c the order of slices, requests to the engines and their answers. */
#pragma once

#include "pipeline/neg-volume-load-private.h"

G_BEGIN_DECLS

/* Frames of one object in one request: it is opened and parsed once. */
#define NEG_VOLUME_ASK_MAX 16

struct _NegVolumeFill {
  gatomicrefcount ref_count;

  /* Constant */
  NegEnginePool *pool; /* borrowed */
  NegSeries *series;
  NegVolume *volume;
  NegVolumeMemory *memory;
  guint n_slices;
  GMainContext *context;

  NegVolumeFillFunc func; /* the main context's, with the owner */
  gpointer owner;

  GMutex lock; /* of all that follows */
  guint8 *states;    /* NegFillState */
  guint8 *retried;   /* after an engine died over it: the engine may have been the innocent victim */
  GError **errors;
  guint center, next; /* place in the order about the center: all before are no more open */
  guint n_later, n_in_flight;
  GArray *wanted;     /* guint: slices that somebody waits for, the last first */
  GPtrArray *asks;    /* NegVolumeAsk */
  GArray *news;       /* guint */
  gboolean is_running, is_stopped, news_pending;
  gint64 last_news_us;
};

/* One request, from being chosen to its last callback. */
typedef struct {
  gatomicrefcount ref_count;
  NegVolumeFill *fill;
  NegRequest *request; /* NULL: on its way to the pool; under the lock */
  NegPriority priority;
  gboolean is_done;
  guint n_slices;
  guint slices[NEG_VOLUME_ASK_MAX];
} NegVolumeAsk;

/* All under the lock */

/* Takes @error. */
void _neg_volume_fill_finish_slice (NegVolumeFill *fill, guint slice, GError *error);
/* The owner is to hear that there is news. */
void _neg_volume_fill_announce (NegVolumeFill *fill);
/* What is on its way goes by what is near now. */
void _neg_volume_fill_review_asks (NegVolumeFill *fill);
/* Where the slice is on its way it comes sooner. */
void _neg_volume_fill_hurry (NegVolumeFill *fill, guint slice, NegPriority priority);

G_END_DECLS
