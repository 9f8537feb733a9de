/* The page "Demos" of the context pane: what to record, drafts, what was published from here; one draft is worked on in its place.
 * Signal "record" (char *topic, gboolean with_sound). Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_DEMO_PAGE (neg_demo_page_get_type ())
G_DECLARE_FINAL_TYPE (NegDemoPage, neg_demo_page, NEG, DEMO_PAGE, GtkWidget)

GtkWidget *neg_demo_page_new (NegNetwork *network, const char *drafts_folder);

/* Drafts may be others; @id (nullable): this one is opened. */
void neg_demo_page_refresh (NegDemoPage *page, const char *id);

/* Topic and sound as they are chosen. Given. */
char *neg_demo_page_dup_topic (NegDemoPage *page);
gboolean neg_demo_page_get_with_sound (NegDemoPage *page);

G_END_DECLS
