/* News: what is new in this version, and what the site tells: what changes, when, for whom, whom to ask. Thread: main. */
#pragma once

#include "ui/neg-library-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The window of @parent, to be presented; what it shows counts as read ("news-seen" of @settings, nullable). */
GtkWindow *neg_news_window_open (NegLibraryModel *model, GSettings *settings, GtkWindow *parent);

/* Announcements that have begun, have not ended, and were not read. */
guint neg_news_count_unread (NegLibraryModel *model, GSettings *settings);

/* This version was not here before ("version-seen"). FALSE on the very first start: everything is new. */
gboolean neg_news_is_version_new (GSettings *settings);
void neg_news_set_version_seen (GSettings *settings);

G_END_DECLS
