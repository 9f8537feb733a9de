/* One line of the reading list: draws its cells itself, since a widget for each of them costs more than a frame of the
 * screen when a list of them changes. Thread: main. */
#pragma once

#include "ui/neg-worklist-columns.h"
#include "ui/neg-worklist-texts.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_WORKLIST_ROW_PX 28 /* at least */
#define NEG_WORKLIST_ROW_COMPACT_PX 46 /* two lines */
#define NEG_WORKLIST_ROW_MARGIN_PX 5   /* above and below text that is larger */
#define NEG_WORKLIST_CELL_PADDING_PX 6

#define NEG_TYPE_WORKLIST_ROW (neg_worklist_row_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistRow, neg_worklist_row, NEG, WORKLIST_ROW, GtkWidget)

/* @columns and @texts are borrowed and outlive it. */
GtkWidget *neg_worklist_row_new (NegWorklistColumns *columns, NegWorklistTexts *texts);

/* @item nullable: nothing is shown. @position counts from 0. */
void neg_worklist_row_set_item (NegWorklistRow *row, NegWorklistItem *item, guint position, guint n_rows);
NegWorklistItem *neg_worklist_row_get_item (NegWorklistRow *row); /* borrowed, nullable */
guint neg_worklist_row_get_position (NegWorklistRow *row);
void neg_worklist_row_set_selected (NegWorklistRow *row, gboolean selected);
/* The entry that is open in the window. */
void neg_worklist_row_set_open (NegWorklistRow *row, gboolean open);
/* Two lines instead of columns; @shift_px: how far the columns are scrolled to the left. */
void neg_worklist_row_set_look (NegWorklistRow *row, gboolean compact, int shift_px);
/* Columns are other ones. */
void neg_worklist_row_redraw (NegWorklistRow *row);

G_END_DECLS
