/* The lines of the tag inspector as a tree with columns: moving by keys, opening and closing, going to a hit. It knows lines
 * (neg-tags-row.h) and no object. Thread: main.
 *
 * Signal: "selection-changed" (): other lines are selected. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-tags-row.h"

G_BEGIN_DECLS

#define NEG_TYPE_TAGS_VIEW (neg_tags_view_get_type ())
G_DECLARE_FINAL_TYPE (NegTagsView, neg_tags_view, NEG, TAGS_VIEW, GtkWidget)

GtkWidget *neg_tags_view_new (void);

/* @rows is borrowed and outlives what is shown of it; NULL: nothing. What was opened by its tag and what was selected stays. */
void neg_tags_view_set_rows (NegTagsView *view, NegTagsRows *rows);

/* Selects @row alone and shows it, opening what it is inside of. */
void neg_tags_view_go_to (NegTagsView *view, NegTagsRow *row);

/* The one that the hand was at last; borrowed, nullable. */
NegTagsRow *neg_tags_view_get_selected (NegTagsView *view);
/* All selected ones in order: NegTagsRow, given. */
GPtrArray *neg_tags_view_list_selected (NegTagsView *view);
void neg_tags_view_open_all (NegTagsView *view, gboolean open);
void neg_tags_view_grab_focus (NegTagsView *view);

G_END_DECLS
