/* The parts of the frame store:
 *
 *   neg-frame-store.c          entries: asked for, there, failed; wishes and the budget
 *   neg-frame-store-sources.c  entries that somebody else brings
 *   neg-frame-plan.c           the order of what is wanted
 *   neg-frame-mailbox.c        the way of one frame to an engine and back */
#pragma once

#include "pipeline/neg-frame-mailbox-private.h"
#include "pipeline/neg-frame-plan-private.h"

G_BEGIN_DECLS

typedef enum { NEG_FRAME_ENTRY_REQUESTED, NEG_FRAME_ENTRY_READY, NEG_FRAME_ENTRY_FAILED } NegFrameEntryState;

typedef struct {
  NegFrameKey key; /* first: the entry is its own key in the table */
  NegFrameEntryState state;
  NegPixels *pixels; /* also while requested: where the engine writes */
  GError *error;
  NegRequest *request;
  guint source; /* whose pixels it shows or waits for; 0: its own. Its own only are in the LRU queue */
  GList link; /* while requested in the queue of those, while ready in the LRU queue */
  guint generation; /* of the wishes under which it was last asked for */
  NegPriority priority;
  gboolean retried;  /* after an engine died over it: the engine may have been the innocent victim */
  NegSeries *series; /* where it was last asked for */
  guint index;
} NegFrameEntry;

typedef struct {
  guint id;
  NegSeries *series;
  NegFrameSourceFunc func;
  gpointer user_data;
} NegFrameSource;

struct _NegFrameStore {
  GObject parent_instance;

  NegEnginePool *pool;
  NegFrameMailbox *mailbox;
  GHashTable *entries; /* NegFrameEntry */
  GQueue requested;    /* NegFrameEntry links */
  GQueue ready;        /* NegFrameEntry links, oldest first */
  NegFrameEntry *newest;       /* of the ready ones: it is about to be shown */
  guint64 budget_bytes, ready_bytes;
  guint n_in_flight, generation;
  NegFramePlan plan;
  guint pump_source;
  GPtrArray *sources; /* NegFrameSource */
  guint last_source;
};

NegFrameEntry *_neg_frame_store_find (NegFrameStore *self, NegSeries *series, guint index); /* nullable */
/* One that was not there; in no queue yet. */
NegFrameEntry *_neg_frame_store_add (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority);

/* From whoever brings it, else from the engines. Also again, while it waits for somebody: what does not come from there
 * any more has to be decoded, and what is wanted sooner is told so. */
void _neg_frame_store_ask (NegFrameStore *self, NegFrameEntry *entry);

/* Its pixels are there. What is borrowed from a source is nobody's to evict, and counts as nothing. */
void _neg_frame_store_set_ready (NegFrameStore *self, NegFrameEntry *entry);

/* First what no one wants, then the oldest; what is looked at stays, also in a budget that is too small for it. */
void _neg_frame_store_evict (NegFrameStore *self);

void _neg_frame_store_tell (NegFrameStore *self, NegSeries *series, guint index);

/* TRUE: somebody else brings it. */
gboolean _neg_frame_store_ask_sources (NegFrameStore *self, NegFrameEntry *entry);
void _neg_frame_source_free (gpointer source);

G_END_DECLS
