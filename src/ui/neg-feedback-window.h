/* Feedback: what kind, how bad, words, a picture of the page if the person ticks it; shows exactly what is sent, and below it what was
 * sent before and what came of it. Thread: main. */
#pragma once

#include "ui/neg-support-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of the page @page ([a-z0-9-]) of @parent: made once for each window, to be presented. What was written stays until it is sent. */
GtkWindow *neg_feedback_window_open (NegSupportModel *model, const char *page, GtkWindow *parent);

G_END_DECLS
