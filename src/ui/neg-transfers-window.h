/* All transfers, one line each, with what one can do about it. Its title names no patient. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-transfers.h"

G_BEGIN_DECLS

/* The one of @parent that is open already, or a new one; not shown yet. */
GtkWindow *neg_transfers_window_open (NegTransfers *transfers, GtkWindow *parent);

G_END_DECLS
