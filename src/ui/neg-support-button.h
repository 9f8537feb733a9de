/* The button for feedback that every window has, and its key F2. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Feedback about @page of @window is wanted. */
typedef void (*NegFeedbackFunc) (GtkWindow *main_window, GtkWindow *window, const char *page);

/* In the title bar of @window (one is made where there is none), before it is shown. @page: [a-z0-9-], what the feedback names. Who
 * answers is the window at the end of its "transient-for" (neg_support_button_set_handler()). */
void neg_support_button_add (GtkWindow *window, const char *page);

/* That @main_window answers for itself and for those that belong to it. */
void neg_support_button_set_handler (GtkWindow *main_window, NegFeedbackFunc handler);

G_END_DECLS
