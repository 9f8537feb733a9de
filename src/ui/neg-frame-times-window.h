/* The hidden page: how long the frames of a window take, how long its main loop is held, what decoded frames hold in
 * memory. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "ui/neg-grid.h"

G_BEGIN_DECLS

/* Watches @parent from now on, in a window beside it that is refreshed twice a second; ends with it. */
GtkWindow *neg_frame_times_window_new (GtkWindow *parent);

/* Whose bytes it tells; nullable, kept. */
void neg_frame_times_window_set_store (GtkWindow *window, NegFrameStore *store);

/* Whose uploads it counts; no reference. */
void neg_frame_times_window_set_grid (GtkWindow *window, NegGrid *grid);

G_END_DECLS
