/* One study of the technologist's list. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_ROW (neg_quality_row_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityRow, neg_quality_row, NEG, QUALITY_ROW, GtkListBoxRow)

/* It follows the item. */
GtkWidget *neg_quality_row_new (NegQualityItem *item);
gint64 neg_quality_row_get_study (NegQualityRow *row);
void neg_quality_row_set_open (NegQualityRow *row, gboolean is_open); /* its images are on the screen */

G_END_DECLS
