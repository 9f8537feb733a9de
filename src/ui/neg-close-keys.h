/* Windows beside the main one go by Escape and by Ctrl+W.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Closes @window by these keys, unless what has the focus takes them first. */
void neg_close_keys_attach (GtkWindow *window);

/* For a window that looks at keys itself: whether it was one of these, and @window is closed. */
gboolean neg_close_keys_take (GtkWindow *window, guint keyval, GdkModifierType modifiers);

G_END_DECLS
