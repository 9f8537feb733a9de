/* The titles of the columns: a click or Enter sorts, dragging moves, dragging an edge makes wider or narrower; by keys
 * Ctrl+Left and Ctrl+Right move, Shift+Left and Shift+Right narrow and widen. Thread: main. */
#pragma once

#include "ui/neg-worklist-columns.h"

G_BEGIN_DECLS

#define NEG_TYPE_WORKLIST_HEADER (neg_worklist_header_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistHeader, neg_worklist_header, NEG, WORKLIST_HEADER, GtkWidget)

/* Signal "menu-requested" (double x, double y): of the columns. */
GtkWidget *neg_worklist_header_new (NegWorklistColumns *columns);
void neg_worklist_header_set_shift (NegWorklistHeader *header, int shift_px);

G_END_DECLS
