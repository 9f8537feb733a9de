/* A picture of a window without anybody in it: all patient text is fiction while it is taken (neg-privacy.h), and it is given only
 * when nothing else is seen. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_PAGE_PICTURE_LIMIT_MS 5000

/* PNG. TIMEOUT: the window is not painted (it is out of sight); REFUSED: a text that may be a patient's was left, where is said. */
void neg_page_picture_take_async (GtkWindow *window, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *neg_page_picture_take_finish (GAsyncResult *result, GError **error);

G_END_DECLS
