/* One row of the patient pane's lists, whatever it stands for: a plain object whose content may change while the row
 * stays. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef enum {
  NEG_PANE_ROW_PATIENT,
  NEG_PANE_ROW_STUDY,   /* a header, that folds */
  NEG_PANE_ROW_SERIES,  /* a line of thumbnails */
  NEG_PANE_ROW_SECTION, /* a header, that folds */
  NEG_PANE_ROW_OBJECT,
  NEG_PANE_ROW_UNREADABLE,
} NegPaneRowKind;

#define NEG_TYPE_PANE_ROW (neg_pane_row_get_type ())
G_DECLARE_FINAL_TYPE (NegPaneRow, neg_pane_row, NEG, PANE_ROW, GObject)

/* What a row says. Strings are nullable but for the id. */
typedef struct {
  NegPaneRowKind kind;
  char *id; /* names the row among those of its list; not for display */
  char *title, *subtitle, *details;
  char *mark;          /* a warning in words, without a sign */
  gboolean active;     /* the patient shown; a header that is unfolded */
  GPtrArray *series;   /* NegSeries of a line; nullable */
} NegPaneRowContent;

void neg_pane_row_content_clear (NegPaneRowContent *content);

/* Signal "changed" (): it says something else. */

NegPaneRow *neg_pane_row_new (NegPaneRowContent *content); /* empties @content */
const NegPaneRowContent *neg_pane_row_get (NegPaneRow *row); /* borrowed, until "changed" */

/* Says from here on what @other says, which is of no use any more. */
void neg_pane_row_become (NegPaneRow *row, NegPaneRow *other);

/* Makes @store (of NegPaneRow) say what @rows (NegPaneRow) say: rows of the same id stay the same object, and change in
 * place; the list never jumps under the eye. */
void neg_pane_row_update_store (GListStore *store, GPtrArray *rows);

/* All that it says, for a screen reader; given. */
char *neg_pane_row_dup_label (NegPaneRow *row);

G_END_DECLS
