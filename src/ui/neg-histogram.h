/* A histogram as bars, with the least and the largest value below. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-annotation-values.h"

G_BEGIN_DECLS

#define NEG_TYPE_HISTOGRAM (neg_histogram_get_type ())
G_DECLARE_FINAL_TYPE (NegHistogramView, neg_histogram, NEG, HISTOGRAM_VIEW, GtkWidget)

GtkWidget *neg_histogram_new (void);
/* @unit as in NegAnnotationValue. */
void neg_histogram_set (NegHistogramView *view, const NegHistogram *histogram, const char *unit);

G_END_DECLS
