/* Training: one's own record for everybody; for superusers who has done what is required, how often topics were seen, over time, and what
 * can be taken elsewhere (CSV, xAPI). Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The one of @parent, made when it is first asked for and read again each time; not shown yet. */
GtkWindow *neg_training_window_open (const char *home, const char *config, GtkWindow *parent);

G_END_DECLS
