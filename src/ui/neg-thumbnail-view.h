/* One series in the timeline: its picture, what it is, how much of it is there, where it is shown. It shows what it is
 * told and asks for what a person wants; a drag carries the series (a value of NEG_TYPE_SERIES). Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

#define NEG_THUMBNAIL_VIEW_PX 104 /* the square of the picture, logical pixels */

#define NEG_TYPE_THUMBNAIL_VIEW (neg_thumbnail_view_get_type ())
G_DECLARE_FINAL_TYPE (NegThumbnailView, neg_thumbnail_view, NEG, THUMBNAIL_VIEW, GtkWidget)

/* Signals: "show-requested" (gboolean in_new_viewport): Enter, double click, menu. */
GtkWidget *neg_thumbnail_view_new (void);

/* Nullable: nothing, and invisible. */
void neg_thumbnail_view_set_series (NegThumbnailView *view, NegSeries *series);
NegSeries *neg_thumbnail_view_get_series (NegThumbnailView *view); /* borrowed, nullable */

/* @picture nullable: on its way; @problem nullable: why there is none, in words. */
void neg_thumbnail_view_set_picture (NegThumbnailView *view, GdkPaintable *picture, const char *problem);
gboolean neg_thumbnail_view_has_picture (NegThumbnailView *view);

/* Of the images of the series. */
void neg_thumbnail_view_set_progress (NegThumbnailView *view, guint n_ready, guint n_failed);

/* The viewports that show it, "1, 3"; "" for none. */
void neg_thumbnail_view_set_viewports (NegThumbnailView *view, const char *viewports);

G_END_DECLS
