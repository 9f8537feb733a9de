/* All keys as they are now, and what the mouse does; with a search. Thread: main. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

/* Not yet presented; @parent nullable. */
GtkWindow *neg_shortcuts_window_new (NegKeymap *keymap, GtkWindow *parent);

G_END_DECLS
