/* Elbow support: one press opens the site's room and tells the support team who asks; hours and people, and for superusers how often
 * it is pressed. Thread: main. */
#pragma once

#include "ui/neg-support-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The window of @parent, to be presented. */
GtkWindow *neg_ask_window_open (NegSupportModel *model, NegNetwork *network, GtkWindow *parent);

/* The press: opens the room (a site has one, its host is allowed), and tells the team that somebody on @page asks. */
void neg_ask_window_ask (GtkWindow *window, const char *page);

G_END_DECLS
