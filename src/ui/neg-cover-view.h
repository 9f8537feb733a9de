/* An image with boxes over it, which a person draws, moves and takes away: what is covered while invented people are shown.
 * Signals: "changed" (): the boxes are others. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-cover.h"

G_BEGIN_DECLS

#define NEG_TYPE_COVER_VIEW (neg_cover_view_get_type ())
G_DECLARE_FINAL_TYPE (NegCoverView, neg_cover_view, NEG, COVER_VIEW, GtkWidget)

GtkWidget *neg_cover_view_new (NegFrameStore *store, NegSeries *series, guint index);

void neg_cover_view_set_index (NegCoverView *view, guint index);
guint neg_cover_view_get_index (NegCoverView *view);
/* Of another size the boxes are others. */
const NegInstance *neg_cover_view_get_instance (NegCoverView *view);

void neg_cover_view_add (NegCoverView *view); /* in the middle, selected */
void neg_cover_view_remove (NegCoverView *view); /* the selected one */
const NegCoverBox *neg_cover_view_get_boxes (NegCoverView *view, guint *n);
void neg_cover_view_set_boxes (NegCoverView *view, const NegCoverBox *boxes, guint n);

G_END_DECLS
