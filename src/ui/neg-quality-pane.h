/* The technologist's list: studies that came and have not left, worst first. Opening one is the window's. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_PANE (neg_quality_pane_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityPane, neg_quality_pane, NEG, QUALITY_PANE, GtkWidget)

/* Signals: "done" (): the keys belong to the image again;
 *          "open-requested" (gint64 study): of the list. */
GtkWidget *neg_quality_pane_new (NegQualityModel *model);

void neg_quality_pane_focus_list (NegQualityPane *pane);
/* The study that the window has open; 0: none of these. */
void neg_quality_pane_set_open (NegQualityPane *pane, gint64 study_id);

G_END_DECLS
