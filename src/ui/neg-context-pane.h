/* The pane on the right: what belongs to the image in the active viewport, in pages. Updated once a frame and only while
 * it can be seen, so that scrolling costs nothing noticeable. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-loader.h"
#include "reading/neg-reading.h"
#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_CONTEXT_PANE (neg_context_pane_get_type ())
G_DECLARE_FINAL_TYPE (NegContextPane, neg_context_pane, NEG, CONTEXT_PANE, GtkWidget)

/* Pages "image" and "objects". Signal "done" (): a person has finished with it, the keys belong to the image again. */
GtkWidget *neg_context_pane_new (void);

void neg_context_pane_set_reading (NegContextPane *pane, NegReading *reading); /* nullable */
/* While planes are shown the image is the one nearest to their point; nullable. */
void neg_context_pane_set_volumes (NegContextPane *pane, NegVolumeReading *volumes);
void neg_context_pane_set_loader (NegContextPane *pane, NegLoader *loader);    /* nullable */

/* One more page behind the others; @title: translated; @page: taken. */
void neg_context_pane_add_page (NegContextPane *pane, const char *name, const char *title, const char *icon_name,
                                GtkWidget *page);

/* A page that is not always there. */
void neg_context_pane_set_page_visible (NegContextPane *pane, const char *name, gboolean visible);

void neg_context_pane_show_page (NegContextPane *pane, const char *name);

G_END_DECLS
