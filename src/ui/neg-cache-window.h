/* What is kept on this disk of what peers hold, why, and how well it was guessed. One window per parent. Thread: main. */
#pragma once

#include "ui/neg-network.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Borrowed; to be presented. Escape and Ctrl+W hide it. */
GtkWindow *neg_cache_window_open (NegNetwork *network, GtkWindow *parent);

G_END_DECLS
