/* What is known of the monitor on which a widget is: how large its pixels are, for true size (as a person measured it,
 * else as the monitor says), and its luminances, for grey levels (PS3.14). Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-display.h"

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

/* Borrowed; NULL while the widget is on none. */
GdkMonitor *neg_monitor_get (GtkWidget *widget);

/* What its luminances are kept under: maker, model and connector, as another monitor may come to the same connector.
 * Given. */
char *neg_monitor_dup_key (GdkMonitor *monitor);

/* As a person tells it from others: "DP-2, EIZO RX560, 2048 × 2560". Given. */
char *neg_monitor_dup_title (GdkMonitor *monitor);

/* The table that is kept under @key; NULL without an error where there is none. @settings nullable. */
NegLuminanceTable *neg_monitor_load_table (GSettings *settings, const char *key, GError **error);

/* NULL forgets it. FALSE where settings cannot be kept. */
gboolean neg_monitor_save_table (GSettings *settings, const char *key, const NegLuminanceTable *table);

/* What images need on @monitor (nullable); NULL where nobody has measured it, or with an error. Given, for g_free(). */
NegDisplayCurve *neg_monitor_dup_curve (GSettings *settings, GdkMonitor *monitor, GError **error);

G_END_DECLS
