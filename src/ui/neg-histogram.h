/* The values of a region as bars, with the least and the largest value below; counted by a thread where they are many.
 * Seen only while it shows those of what is selected now. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-annotation-task.h"

G_BEGIN_DECLS

#define NEG_TYPE_HISTOGRAM (neg_histogram_get_type ())
G_DECLARE_FINAL_TYPE (NegHistogramView, neg_histogram, NEG, HISTOGRAM_VIEW, GtkWidget)

/* Signal "counted" (const char *remark): what there is to say of the measurement; empty while it is being made. */
GtkWidget *neg_histogram_new (void);
/* @annotation nullable: nothing is selected. @pixels nullable: they are not there. @suv nullable. */
void neg_histogram_count (NegHistogramView *view, NegAnnotation *annotation, NegInstance *instance, guint32 frame,
                          NegPixels *pixels, const NegSuv *suv);

G_END_DECLS
