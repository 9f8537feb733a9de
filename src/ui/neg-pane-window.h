/* The window of a detached pane. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_PANE_WINDOW (neg_pane_window_get_type ())
G_DECLARE_FINAL_TYPE (NegPaneWindow, neg_pane_window, NEG, PANE_WINDOW, GtkWindow)

/* Signal "attach" (): a person wants it back in its place. Action of the widget: "pane.detach", which says so. */

/* @title: translated, the pane's; no patient's name: window lists and screen sharing show it. */
NegPaneWindow *neg_pane_window_new (const char *title);

/* The size for later, and how it is shown; each nullable. @connector is given: of the monitor it is on, "" where that
 * is not known. */
void neg_pane_window_get_place (NegPaneWindow *window, int *width, int *height, gboolean *maximized,
                                gboolean *fullscreen, char **connector);
/* On the monitor with @connector, where there is one, when @fullscreen. */
void neg_pane_window_set_place (NegPaneWindow *window, int width, int height, gboolean maximized, gboolean fullscreen,
                                const char *connector);

G_END_DECLS
