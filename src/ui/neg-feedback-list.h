/* What somebody sent as feedback, and what came of it: state, why it waits, the answer. Thread: main. */
#pragma once

#include "ui/neg-support-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *neg_feedback_list_new (NegSupportModel *model);

G_END_DECLS
