/* One row of the series list, whatever it stands for: a plain object whose content may change while the row stays.
 * Thread: main. */
#pragma once

#include <glib-object.h>

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

typedef enum {
  NEG_LIST_ITEM_PATIENT, /* a header */
  NEG_LIST_ITEM_STUDY,   /* a header */
  NEG_LIST_ITEM_SECTION, /* a header */
  NEG_LIST_ITEM_SERIES,
  NEG_LIST_ITEM_OBJECT,
  NEG_LIST_ITEM_UNREADABLE,
} NegListItemKind;

#define NEG_TYPE_LIST_ITEM (neg_list_item_get_type ())
G_DECLARE_FINAL_TYPE (NegListItem, neg_list_item, NEG, LIST_ITEM, GObject)

/* Signal "changed" (). */

NegListItem *neg_list_item_new (NegListItemKind kind, const char *title, const char *subtitle, const char *details,
                                NegSeries *series);

/* Takes over what @other says; emits "changed" when that is something new. */
void neg_list_item_become (NegListItem *item, NegListItem *other);

NegListItemKind neg_list_item_get_kind (NegListItem *item);
const char *neg_list_item_get_title (NegListItem *item);
const char *neg_list_item_get_subtitle (NegListItem *item); /* nullable */
const char *neg_list_item_get_details (NegListItem *item);  /* warnings of a series, the path of a file; nullable */
NegSeries *neg_list_item_get_series (NegListItem *item);    /* nullable */

G_END_DECLS
