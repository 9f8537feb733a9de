/* What was rejected, drawn: bars of the largest, or a line of days. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "store/neg-rejections.h"

G_BEGIN_DECLS

#define NEG_TYPE_REJECT_PLOT (neg_reject_plot_get_type ())
G_DECLARE_FINAL_TYPE (NegRejectPlot, neg_reject_plot, NEG, REJECT_PLOT, GtkWidget)

GtkWidget *neg_reject_plot_new (void);

/* @counts: NegRejectCount, referenced; nullable. Parts of what was made, or numbers where nobody knows of what. */
void neg_reject_plot_set (NegRejectPlot *plot, GPtrArray *counts, NegRejectsBy by);

G_END_DECLS
