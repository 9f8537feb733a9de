/* What stands in one place of the grid: a viewport, the bar of its series, and room for controls below. Takes series that are dragged onto it. Thread: main. */
#pragma once

#include "ui/neg-viewport.h"

G_BEGIN_DECLS

#define NEG_TYPE_CELL (neg_cell_get_type ())
G_DECLARE_FINAL_TYPE (NegCell, neg_cell, NEG, CELL, GtkWidget)

NegCell *neg_cell_new (NegReading *reading, guint cell);
NegViewport *neg_cell_get_viewport (NegCell *cell); /* borrowed */

void neg_cell_set_store (NegCell *cell, NegFrameStore *store); /* nullable */

/* Below the image; nullable. */
void neg_cell_set_controls (NegCell *cell, GtkWidget *controls);

G_END_DECLS
