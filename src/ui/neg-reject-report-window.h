/* The reject-rate report: how many images were rejected of those made, by whom, where, of what, why and when; drawn, as a table, and as
 * CSV. Names no patient. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The one of @parent, to be presented. @home, @config nullable, as of neg-paths.h. */
GtkWindow *neg_reject_report_window_open (const char *home, const char *config, GtkWindow *parent);

G_END_DECLS
