/* The window in which a person says what of a series is covered while invented people are shown. It is never in the picture
 * of a recording, which is of the main window alone. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

GtkWindow *neg_cover_window_new (GtkWindow *parent, NegFrameStore *store, NegSeries *series, guint index);

G_END_DECLS
