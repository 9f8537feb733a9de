/* Choosing rows and columns by pointing at them: a square of cells, of which those that the grid would have are marked.
 * Arrows, Enter, or the hand. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_GRID_CHOOSER (neg_grid_chooser_get_type ())
G_DECLARE_FINAL_TYPE (NegGridChooser, neg_grid_chooser, NEG, GRID_CHOOSER, GtkWidget)

/* Signal "chosen" (guint rows, guint columns): a person has chosen. */
GtkWidget *neg_grid_chooser_new (void);

/* What is marked before anybody points; 1 .. NEG_GRID_MAX each. */
void neg_grid_chooser_set (NegGridChooser *chooser, guint rows, guint columns);

G_END_DECLS
