/* The page "Measurements" of the context pane: what was measured and marked in the study of the active viewport, with its
 * numbers; the values of a region as a histogram. Going to a row goes to its image or its plane. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-annotations.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_MEASUREMENTS_PAGE (neg_measurements_page_get_type ())
G_DECLARE_FINAL_TYPE (NegMeasurementsPage, neg_measurements_page, NEG, MEASUREMENTS_PAGE, GtkWidget)

/* Signals: "failed" (const GError *error): a change could not be kept;
 *          "hint" (const char *text): what was done, in words;
 *          "image-wanted" (): before the session goes to one;
 *          "plane-wanted" (const char *uid): a row was chosen that was measured on a plane of a volume. */
GtkWidget *neg_measurements_page_new (NegReading *reading, NegAnnotations *annotations);
void neg_measurements_page_set_store (NegMeasurementsPage *page, NegFrameStore *store); /* nullable */
/* While more images may come nothing is measured that needs all of a series (SUV). */
void neg_measurements_page_set_loading (NegMeasurementsPage *page, gboolean is_loading);

G_END_DECLS
