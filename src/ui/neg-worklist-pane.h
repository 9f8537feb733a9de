/* The pane of the reading list: search, chips, list, what the archives answered, the one thing to do next. It claims,
 * releases, retrieves and asks by itself; opening is the window's. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-keymap.h"
#include "ui/neg-network.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_WORKLIST_PANE (neg_worklist_pane_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistPane, neg_worklist_pane, NEG, WORKLIST_PANE, GtkWidget)

/* Signals: "done" (): the keys belong to the image again;
 *          "open-requested" (NegEntry *entry): borrowed for the call; somebody who reads it already was asked about;
 *          "peers-requested" (): a person wants to see or add them. */
GtkWidget *neg_worklist_pane_new (GSettings *settings, NegNetwork *network, NegWorklistModel *model);

void neg_worklist_pane_set_keymap (NegWorklistPane *pane, NegKeymap *keymap);
void neg_worklist_pane_focus_list (NegWorklistPane *pane);
void neg_worklist_pane_focus_search (NegWorklistPane *pane);
/* The entry that the window has open; 0: none. */
void neg_worklist_pane_set_open (NegWorklistPane *pane, gint64 entry_id);

/* As the commands of the list. */
void neg_worklist_pane_open (NegWorklistPane *pane, const NegEntry *entry);
void neg_worklist_pane_retrieve (NegWorklistPane *pane, const NegEntry *entry);
/* Something to say, until the next thing is said or it is dismissed. */
void neg_worklist_pane_say (NegWorklistPane *pane, const char *text, gboolean is_problem);

G_END_DECLS
