/* One thing that a person has to settle: why, its facts, and beside them those of what could be meant; what differs is
 * marked, by a sign and a colour. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "worklist/neg-worklist-unsettled.h"

G_BEGIN_DECLS

#define NEG_TYPE_SETTLE_ROW (neg_settle_row_get_type ())
G_DECLARE_FINAL_TYPE (NegSettleRow, neg_settle_row, NEG, SETTLE_ROW, GtkListBoxRow)

/* Takes @item. Signals "chosen" (guint candidate): a button, or its number as a key, or Enter for the first where nothing
 * of the patient differs; "joined" (guint candidate): they are one person. */
GtkWidget *neg_settle_row_new (NegSettleItem *item);
const NegSettleItem *neg_settle_row_get_item (NegSettleRow *row);
/* TRUE: it was a key of the row. Enter is one only where @with_enter. */
gboolean neg_settle_row_press (NegSettleRow *row, guint keyval, gboolean with_enter);
/* While the agent is asked; then what it said (NULL: nothing to say). */
void neg_settle_row_set_busy (NegSettleRow *row, gboolean busy, const char *words);

G_END_DECLS
