/* What the files of the timeline share: the widgets of its rows, and moving among them by keys. */
#pragma once

#include "ui/neg-pane-row.h"
#include "ui/neg-thumbnail-view.h"
#include "ui/neg-timeline.h"

G_BEGIN_DECLS

/* One row's widgets, kept with the list item. */
typedef struct {
  NegTimeline *timeline;  /* borrowed */
  GtkListItem *list_item; /* borrowed */
  gulong changed_handler;
  GtkWidget *box;    /* the row */
  GtkWidget *header; /* text; focusable; made for the first one that is shown */
  GtkWidget *arrow, *title, *subtitle, *details;
  GtkWidget *line;   /* thumbnails */
  GPtrArray *thumbnails; /* NegThumbnailView, borrowed; only the first ones may show something */
  gboolean is_filled;    /* the thumbnails show the series of the row */
} NegTimelineRow;

struct _NegTimeline {
  GtkWidget parent_instance;

  NegReading *reading;
  NegLoader *loader;
  NegFrameStore *store;
  NegThumbnails *thumbnails;
  GSignalGroup *reading_signals, *loader_signals, *store_signals, *thumbnails_signals;

  GtkWidget *scrolled, *empty;
  GtkListView *view;
  GListStore *studies, *objects, *unreadable; /* of NegPaneRow */
  GListModel *rows;    /* all of them; owned by the view */
  GPtrArray *live;     /* NegTimelineRow, borrowed: those with widgets */
  GHashTable *folded;  /* ids */
  guint n_columns;
  NegSeries *shown[NEG_CELLS_MAX]; /* compared only, never followed */
  guint n_shown;
  gboolean rows_pending, marks_pending, progress_pending, fill_pending;
  gboolean to_top; /* with the next rows */
  guint tick, progress_timeout;
};

GtkListItemFactory *_neg_timeline_make_factory (NegTimeline *self);
void _neg_timeline_toggle (NegTimeline *self, const char *id);
void _neg_timeline_show (NegTimeline *self, NegSeries *series, gboolean in_new_viewport);

/* The list keeps many more rows than can be seen; only those near what is seen get thumbnails. */
void _neg_timeline_fill_row (NegTimeline *self, NegTimelineRow *row);
gboolean _neg_timeline_fill_near (NegTimeline *self); /* a few at a time; FALSE: no more to do */

/* Everything about the thumbnails of @row that is not of its series alone. */
void _neg_timeline_update_marks (NegTimeline *self, NegTimelineRow *row);
void _neg_timeline_update_progress (NegTimeline *self, NegTimelineRow *row);
void _neg_timeline_update_pictures (NegTimeline *self, NegTimelineRow *row, NegSeries *only);

void _neg_timeline_add_keys (NegTimeline *self);
gboolean _neg_timeline_focus_at (NegTimeline *self, guint position, guint column);

G_END_DECLS
