/* The reading list itself: rows that are drawn whole, columns with titles where there is room, two lines a row where there
 * is not. Only rows in sight exist as widgets, each of them real for the keyboard and the screen reader. Thread: main. */
#pragma once

#include "ui/neg-worklist-columns.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_WORKLIST_VIEW (neg_worklist_view_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistView, neg_worklist_view, NEG, WORKLIST_VIEW, GtkWidget)

/* Signals: "activate" (NegWorklistItem *item): double click (Enter is a command, see neg-command-table);
 *          "menu-requested" (double x, double y): of the row under the cursor;
 *          "columns-menu-requested" (double x, double y);
 *          "cursor-changed" ();
 *          "leave-upwards" (): Up on the first row. */
GtkWidget *neg_worklist_view_new (NegWorklistColumns *columns);

void neg_worklist_view_set_model (NegWorklistView *view, NegWorklistModel *model); /* nullable */

/* The row that commands mean; nullable, borrowed. */
NegWorklistItem *neg_worklist_view_get_cursor (NegWorklistView *view);
void neg_worklist_view_set_cursor (NegWorklistView *view, guint position); /* and scrolls to it */
/* FALSE: it is not among what was fetched. */
gboolean neg_worklist_view_go_to (NegWorklistView *view, gint64 entry_id);
/* The entry that is open in the window; 0: none. */
void neg_worklist_view_set_open (NegWorklistView *view, gint64 entry_id);
gboolean neg_worklist_view_is_compact (NegWorklistView *view);
/* Where the row under the cursor is; FALSE: out of sight. */
gboolean neg_worklist_view_get_cursor_place (NegWorklistView *view, GdkRectangle *place);

G_END_DECLS
