/* What the files of the list share: rows and their places, and hands on them. */
#pragma once

#include "ui/neg-worklist-header.h"
#include "ui/neg-worklist-row.h"
#include "ui/neg-worklist-view.h"

G_BEGIN_DECLS

struct _NegWorklistView {
  GtkWidget parent_instance;

  NegWorklistColumns *columns;
  NegWorklistTexts *texts;
  NegWorklistModel *model; /* nullable */
  GtkWidget *header, *vertical_bar, *horizontal_bar;
  GtkAdjustment *vertical, *horizontal;
  GPtrArray *rows; /* NegWorklistRow, children; the one of position p is at p modulo their number */
  guint cursor;    /* position; meaningless while the list is empty */
  gint64 cursor_id; /* entry; 0: not known */
  gint64 open_id;
  int top_px, height_px; /* of where rows are */
  int line_px;           /* of text */
  gboolean compact;
  guint grow_tick;
  gboolean placing; /* the bars are being set by us */
};

guint _neg_worklist_view_get_n (NegWorklistView *self);
int _neg_worklist_view_get_row_px (NegWorklistView *self);
/* Rows show what is at their places now. */
void _neg_worklist_view_update_rows (NegWorklistView *self);
/* The focus goes with it when @focus. */
void _neg_worklist_view_move_cursor (NegWorklistView *self, guint position, gboolean focus);

void _neg_worklist_view_add_hands (NegWorklistView *self);
void _neg_worklist_view_class_init_hands (GtkWidgetClass *class);

G_END_DECLS
