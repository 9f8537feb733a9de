/* What stands in one place of the grid: a viewport, the bar of its series, and the controls of a cine. Takes series that are dragged onto it. Thread: main. */
#pragma once

#include "ui/neg-cine-player.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

#define NEG_TYPE_CELL (neg_cell_get_type ())
G_DECLARE_FINAL_TYPE (NegCell, neg_cell, NEG, CELL, GtkWidget)

/* Signal "cine-changed" (): it runs, or stands. */
NegCell *neg_cell_new (NegReading *reading, guint cell);
NegViewport *neg_cell_get_viewport (NegCell *cell); /* borrowed */

void neg_cell_set_store (NegCell *cell, NegFrameStore *store); /* nullable */

/* Runs and stops its series; controls appear below the image and stay until they are closed. @default_hz: where the
 * file names no rate. */
void neg_cell_toggle_cine (NegCell *cell, double default_hz);
NegCinePlayer *neg_cell_get_player (NegCell *cell); /* borrowed; NULL while there are no controls */

G_END_DECLS
