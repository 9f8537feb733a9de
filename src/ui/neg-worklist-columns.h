/* Which columns the reading list has, in which order, how wide, and by which it is sorted; remembered. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "store/neg-entries.h"

G_BEGIN_DECLS

#define NEG_WORKLIST_COLUMN_MIN_PX 32
#define NEG_WORKLIST_COLUMN_MAX_PX 1200

typedef struct {
  NegEntryColumn id;
  int width_px;
  gboolean visible;
} NegWorklistColumn;

#define NEG_TYPE_WORKLIST_COLUMNS (neg_worklist_columns_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistColumns, neg_worklist_columns, NEG, WORKLIST_COLUMNS, GObject)

/* Signals: "changed" (): order, widths, which are seen; "sort-changed" ().
 * @settings nullable. */
NegWorklistColumns *neg_worklist_columns_new (GSettings *settings);

/* All NEG_COLUMN_N of them, in their order; borrowed until "changed". */
const NegWorklistColumn *neg_worklist_columns_get (NegWorklistColumns *columns);
int neg_worklist_columns_get_width_px (NegWorklistColumns *columns); /* of those seen */
guint neg_worklist_columns_get_n_visible (NegWorklistColumns *columns);

void neg_worklist_columns_set_visible (NegWorklistColumns *columns, NegEntryColumn id, gboolean visible);
void neg_worklist_columns_set_width (NegWorklistColumns *columns, NegEntryColumn id, int width_px);
/* Among those that are seen: @step to the right. */
void neg_worklist_columns_move (NegWorklistColumns *columns, NegEntryColumn id, int step);
void neg_worklist_columns_reset (NegWorklistColumns *columns);

NegEntryColumn neg_worklist_columns_get_sort (NegWorklistColumns *columns, gboolean *descending);
void neg_worklist_columns_set_sort (NegWorklistColumns *columns, NegEntryColumn id, gboolean descending);
/* As a click on its header: the other way round where it is the one already. */
void neg_worklist_columns_toggle_sort (NegWorklistColumns *columns, NegEntryColumn id);

const char *neg_worklist_column_get_name (NegEntryColumn id);  /* for settings and actions */
const char *neg_worklist_column_get_title (NegEntryColumn id); /* translated, borrowed */

/* "show-NAME" (boolean state), "sort" (string state NAME), "descending" (boolean state), "reset". Given. */
GActionGroup *neg_worklist_columns_new_actions (NegWorklistColumns *columns);
GMenuModel *neg_worklist_columns_new_menu (void); /* for actions inserted as "columns"; given */

G_END_DECLS
