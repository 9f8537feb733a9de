/* The pane on the left: the patients of what is open, and the studies of the one shown. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-loader.h"
#include "pipeline/neg-thumbnails.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_PATIENT_PANE (neg_patient_pane_get_type ())
G_DECLARE_FINAL_TYPE (NegPatientPane, neg_patient_pane, NEG, PATIENT_PANE, GtkWidget)

/* Signals: "done" (): a person has finished with it, the keys belong to the image again;
 *          "prior-activated" (NegEntry *entry): borrowed for the call. */
GtkWidget *neg_patient_pane_new (void);

/* All nullable; references are taken. */
void neg_patient_pane_set_reading (NegPatientPane *pane, NegReading *reading);
void neg_patient_pane_set_loader (NegPatientPane *pane, NegLoader *loader);
void neg_patient_pane_set_store (NegPatientPane *pane, NegFrameStore *store);
void neg_patient_pane_set_thumbnails (NegPatientPane *pane, NegThumbnails *thumbnails);

/* Other studies of the patient that the archives have (NegEntry, nullable), but those of @open_uids (nullable set).
 * @relevant: as of neg_prior_list_set_entries(). */
void neg_patient_pane_set_priors (NegPatientPane *pane, GPtrArray *priors, GHashTable *open_uids, gint64 relevant);

G_END_DECLS
