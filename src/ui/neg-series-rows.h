/* The rows of the series list as data: grouping and wording, no widget. Thread: main (translated text). */
#pragma once

#include "pipeline/neg-loader.h"
#include "ui/neg-list-item.h"

G_BEGIN_DECLS

/* Rows for @series (of NegSeries): a header per patient, a header per study, the series; patients and studies in order
 * of first appearance. Array of NegListItem, given. */
GPtrArray *neg_series_rows_build (GListModel *series);

NegListItem *neg_series_rows_new_object (const NegLoadedObject *object);
NegListItem *neg_series_rows_new_unreadable (const NegUnreadable *unreadable);

const char *neg_series_rows_get_kind_word (NegSeriesKind kind); /* translated, borrowed */

G_END_DECLS
