/* How a display follows the GSDF, drawn: as it is and, where there is a curve, with it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-display.h"

G_BEGIN_DECLS

typedef enum {
  NEG_DISPLAY_PLOT_LUMINANCE, /* measured luminance over the standard's */
  NEG_DISPLAY_PLOT_CONTRAST,  /* deviation of the contrast of each step, with the bands of 10 and 20 % */
} NegDisplayPlotKind;

#define NEG_TYPE_DISPLAY_PLOT (neg_display_plot_get_type ())
G_DECLARE_FINAL_TYPE (NegDisplayPlot, neg_display_plot, NEG, DISPLAY_PLOT, GtkWidget)

GtkWidget *neg_display_plot_new (NegDisplayPlotKind kind);

/* Both nullable, of the same number of steps, copied. */
void neg_display_plot_set (NegDisplayPlot *plot, const NegConformance *bare, const NegConformance *corrected);

G_END_DECLS
