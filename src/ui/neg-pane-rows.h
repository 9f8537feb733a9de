/* What the lists of the patient pane say, as data: wording and order, no widget. Arrays of NegPaneRow, given, with their
 * free function. Thread: main (translated text). */
#pragma once

#include "pipeline/neg-loader.h"
#include "reading/neg-patients.h"
#include "ui/neg-pane-row.h"

G_BEGIN_DECLS

/* Whether something with this id is folded. */
typedef gboolean (*NegPaneRowsFolded) (const char *id, gpointer data);

/* Those of @patients (NegPatient) that match @query (neg-fold.h); the one with @shown_key (nullable) is active. */
GPtrArray *neg_pane_rows_build_patients (GPtrArray *patients, const char *shown_key, const char *query);

/* The studies of @patient (nullable), newest first: a header each, then, where it is not folded, lines of @n_columns
 * series. */
GPtrArray *neg_pane_rows_build_timeline (const NegPatient *patient, guint n_columns, NegPaneRowsFolded is_folded,
                                         gpointer data);

/* Headers of what has no image and of what could not be read, @n of them. */
NegPaneRow *neg_pane_rows_new_objects_header (guint n, gboolean folded);
NegPaneRow *neg_pane_rows_new_unreadable_header (guint n, gboolean folded);

/* Rows for what of @loader (nullable) has no image and is of @study_uid. */
GPtrArray *neg_pane_rows_build_objects (NegLoader *loader, const char *study_uid);

NegPaneRow *neg_pane_rows_new_object (const NegLoadedObject *object);
NegPaneRow *neg_pane_rows_new_unreadable (const NegUnreadable *unreadable, guint number);

const char *neg_pane_rows_get_kind_word (NegSeriesKind kind); /* translated, borrowed */

/* "CT 3", "Thorax 1.0", "axial, 220 images"; the words of a series' title apart, each given, "" where there is none. */
void neg_pane_rows_split_title (NegSeries *series, char **name, char **description, char **about);
/* The warnings of a series in one line; given, NULL where there are none. */
char *neg_pane_rows_dup_warnings (NegSeries *series);

G_END_DECLS
