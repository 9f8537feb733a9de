/* The page of neg-cache-window. Thread: main. */
#pragma once

#include "ui/neg-network.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_CACHE_PAGE (neg_cache_page_get_type ())
G_DECLARE_FINAL_TYPE (NegCachePage, neg_cache_page, NEG, CACHE_PAGE, GtkWidget)

/* Asks the agent when it is shown, and again while it is when the archive changes. */
GtkWidget *neg_cache_page_new (NegNetwork *network);

G_END_DECLS
