/* The window where people say how they want it. Whatever they change holds at once. Thread: main. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_PREFERENCES (neg_preferences_get_type ())
G_DECLARE_FINAL_TYPE (NegPreferences, neg_preferences, NEG, PREFERENCES, GtkWindow)

/* The preferences of @parent (nullable), a new window where none is open; to be presented. @settings nullable: then it
 * says that nothing can be kept. */
GtkWindow *neg_preferences_open (GSettings *settings, NegKeymap *keymap, GtkWindow *parent);

/* Pages of others: they know more than what is here. @title is translated, @page is taken. */
void neg_preferences_add_page (GtkWindow *preferences, GtkWidget *page, const char *name, const char *title);
gboolean neg_preferences_has_page (GtkWindow *preferences, const char *name);
void neg_preferences_show_page (GtkWindow *preferences, const char *name);

G_END_DECLS
