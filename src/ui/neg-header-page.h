/* The page "Image" of the context pane: what the header says, in groups, with a filter; what to mind first. Values can be
 * marked and copied. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-series.h"

G_BEGIN_DECLS

#define NEG_TYPE_HEADER_PAGE (neg_header_page_get_type ())
G_DECLARE_FINAL_TYPE (NegHeaderPage, neg_header_page, NEG, HEADER_PAGE, GtkWidget)

/* Signal "done" (): Escape in an empty filter. */
GtkWidget *neg_header_page_new (void);

/* @instance nullable: there is no image. Only what is different from before is touched. */
void neg_header_page_set_image (NegHeaderPage *page, NegInstance *instance, guint32 frame);

G_END_DECLS
