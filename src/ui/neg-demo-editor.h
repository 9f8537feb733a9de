/* One draft of a demo: seen, cut, written upon, tried as others will see it, published. Everything is kept at once.
 * Signals: "done" (): back to the list; "removed" (): the draft is gone. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-draft.h"
#include "ui/neg-library-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_DEMO_EDITOR (neg_demo_editor_get_type ())
G_DECLARE_FINAL_TYPE (NegDemoEditor, neg_demo_editor, NEG, DEMO_EDITOR, GtkWidget)

GtkWidget *neg_demo_editor_new (NegNetwork *network);

/* Takes @draft; NULL: none. What the one before is worked on in a thread is given up. */
void neg_demo_editor_set_draft (NegDemoEditor *editor, NegDraft *draft);

G_END_DECLS
