/* The side pane's list: series grouped by patient and study, below them what holds no image and what could not be
 * read, with the reason. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-loader.h"

G_BEGIN_DECLS

#define NEG_TYPE_SERIES_LIST (neg_series_list_get_type ())
G_DECLARE_FINAL_TYPE (NegSeriesList, neg_series_list, NEG, SERIES_LIST, GtkWidget)

/* Signals: "series-selected" (NegSeries *series): a person chose it;
 *          "done" (): a person has finished with the list, the keys belong to the image again. */

void neg_series_list_clear (NegSeriesList *list);

/* Shows what @loader has now, @current (nullable) being the series that is marked. Rows stay where they are as far as
 * their order allows; nothing is emitted. */
void neg_series_list_update (NegSeriesList *list, NegLoader *loader, NegSeries *current);

/* The first series of the list, the one that a person reads first; borrowed, nullable. */
NegSeries *neg_series_list_get_first (NegSeriesList *list);

/* Chooses the next (+1) or previous (-1) series as a person would. */
void neg_series_list_step (NegSeriesList *list, int step);

G_END_DECLS
