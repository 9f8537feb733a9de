/* What may say who a patient is stays in the clipboard long enough to paste it, and short enough not to be found by the next
 * person at the keyboard: a minute. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @content is taken. */
void neg_clipboard_put_for_a_minute (GdkClipboard *clipboard, GdkContentProvider *content);

G_END_DECLS
