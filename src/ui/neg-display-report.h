/* How a display follows the GSDF: plots, figures, words; as it is and with its curve. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-display.h"

G_BEGIN_DECLS

#define NEG_TYPE_DISPLAY_REPORT (neg_display_report_get_type ())
G_DECLARE_FINAL_TYPE (NegDisplayReport, neg_display_report, NEG, DISPLAY_REPORT, GtkBox)

GtkWidget *neg_display_report_new (void);

/* Both nullable: nothing is known, or no curve can be made. */
void neg_display_report_set (NegDisplayReport *report, const NegLuminanceTable *table, const NegDisplayCurve *curve);

G_END_DECLS
