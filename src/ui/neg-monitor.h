/* How large the pixels of the monitor are on which a widget is, for true size: as a person measured it, else as the
 * monitor says. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The monitor's connector, as "DP-2"; borrowed, NULL while the widget is on none. */
const char *neg_monitor_get_connector (GtkWidget *widget);

/* The size of one device pixel in mm; 0 where nobody knows. @measured nullable: TRUE when a person measured it.
 * @settings nullable. */
double neg_monitor_get_pixel_mm (GSettings *settings, GtkWidget *widget, gboolean *measured);

/* Keeps what a person has measured on the widget's monitor; 0 forgets it. FALSE where it is no size of a pixel. */
gboolean neg_monitor_set_pixel_mm (GSettings *settings, GtkWidget *widget, double pixel_mm);

/* The part that needs no display: what the setting "monitor-pixels" says of @connector; 0 for nothing or nonsense. */
double neg_monitor_lookup_pixel_mm (GSettings *settings, const char *connector);

G_END_DECLS
