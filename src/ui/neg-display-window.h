/* What was measured of each monitor, and how it follows the Grayscale Standard Display Function. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_DISPLAY_WINDOW (neg_display_window_get_type ())
G_DECLARE_FINAL_TYPE (NegDisplayWindow, neg_display_window, NEG, DISPLAY_WINDOW, GtkWindow)

/* The one of @parent, new where none is open; to be presented. It begins with the monitor that @parent is on. @settings
 * nullable: nothing can be kept then. */
GtkWindow *neg_display_window_open (GSettings *settings, GtkWindow *parent);

G_END_DECLS
