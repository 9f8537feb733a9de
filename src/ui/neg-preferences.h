/* The window where people say how they want it. Whatever they change holds at once. Thread: main. */
#pragma once

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_PREFERENCES (neg_preferences_get_type ())
G_DECLARE_FINAL_TYPE (NegPreferences, neg_preferences, NEG, PREFERENCES, GtkWindow)

/* The preferences of @parent (nullable), a new window where none is open; to be presented. @settings nullable: then it
 * says that nothing can be kept. */
GtkWindow *neg_preferences_open (GSettings *settings, NegKeymap *keymap, GtkWindow *parent);

G_END_DECLS
