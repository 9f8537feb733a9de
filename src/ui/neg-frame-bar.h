/* A vertical bar beside the viewport: where in the series the image is, and which images are decoded already or cannot
 * be. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

#define NEG_TYPE_FRAME_BAR (neg_frame_bar_get_type ())
G_DECLARE_FINAL_TYPE (NegFrameBar, neg_frame_bar, NEG, FRAME_BAR, GtkWidget)

/* Signal "index-requested" (guint index). */

void neg_frame_bar_set_store (NegFrameBar *bar, NegFrameStore *store);                /* nullable */
void neg_frame_bar_set_position (NegFrameBar *bar, NegSeries *series, guint index);   /* series nullable */

G_END_DECLS
