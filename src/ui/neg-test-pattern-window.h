/* The test pattern, full screen on a monitor, device pixel by device pixel. C: the calibration on and off; Escape: away.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_TEST_PATTERN_WINDOW (neg_test_pattern_window_get_type ())
G_DECLARE_FINAL_TYPE (NegTestPatternWindow, neg_test_pattern_window, NEG, TEST_PATTERN_WINDOW, GtkWindow)

/* To be presented. @settings nullable; @monitor nullable: the one that @parent is on. */
GtkWindow *neg_test_pattern_window_new (GSettings *settings, GtkWindow *parent, GdkMonitor *monitor);

G_END_DECLS
