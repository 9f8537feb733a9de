/* What a person has to settle, in a window of its own: orders without images, images without an order, reports of nothing
 * known, one ID with two names; and what was joined, to be taken apart again. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

/* The one window of @parent, made when it is first asked for; to be presented. It lists anew when it is opened and when the
 * archive changes. */
GtkWindow *neg_settle_window_open (NegNetwork *network, NegWorklistModel *model, GtkWindow *parent);

G_END_DECLS
