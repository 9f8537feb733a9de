/* The viewports of a session in their grid; what they want is what the frame store fetches. Thread: main. */
#pragma once

#include "ui/neg-cell.h"

G_BEGIN_DECLS

#define NEG_TYPE_GRID (neg_grid_get_type ())
G_DECLARE_FINAL_TYPE (NegGrid, neg_grid, NEG, GRID, GtkWidget)

/* Signals: "viewport-added" (NegViewport *viewport): a viewport that was not there before, to be set up;
 *          "changed" (): the active viewport's picture, or another one is active. */
NegGrid *neg_grid_new (NegReading *reading);

void neg_grid_set_store (NegGrid *grid, NegFrameStore *store); /* nullable */

NegCell *neg_grid_get_cell (NegGrid *grid, guint cell); /* borrowed; NULL where none was made yet */
NegViewport *neg_grid_get_active (NegGrid *grid);       /* borrowed */

typedef void (*NegGridFunc) (NegViewport *viewport, gpointer user_data);
void neg_grid_foreach (NegGrid *grid, NegGridFunc function, gpointer user_data);

/* The keys go to the active viewport. */
void neg_grid_focus (NegGrid *grid);

G_END_DECLS
