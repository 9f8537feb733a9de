/* The studies of the patient shown, newest first, with their series as thumbnails; below them what has no image and what
 * could not be read. Widgets exist only for the rows in sight. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-loader.h"
#include "pipeline/neg-thumbnails.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_TIMELINE (neg_timeline_get_type ())
G_DECLARE_FINAL_TYPE (NegTimeline, neg_timeline, NEG, TIMELINE, GtkWidget)

/* Signal "done" (): a person has finished with it, the keys belong to the image again. */
GtkWidget *neg_timeline_new (void);

/* All nullable; references are taken. */
void neg_timeline_set_reading (NegTimeline *timeline, NegReading *reading);
void neg_timeline_set_loader (NegTimeline *timeline, NegLoader *loader);
void neg_timeline_set_store (NegTimeline *timeline, NegFrameStore *store);
void neg_timeline_set_thumbnails (NegTimeline *timeline, NegThumbnails *thumbnails);

/* The focus on what is shown in the active viewport, else on the first row. */
void neg_timeline_focus (NegTimeline *timeline);

G_END_DECLS
