/* The colours of every window of the program: dark, light, or as the desktop prefers, as the settings say and as soon
 * as they say it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_TYPE_THEME (neg_theme_get_type ())
G_DECLARE_FINAL_TYPE (NegTheme, neg_theme, NEG, THEME, GObject)

/* Style, colours and icons of the default display, as long as the object lives. @settings nullable: dark.
 * Property "dark": which of the two is shown. */
NegTheme *neg_theme_new (GSettings *settings);


G_END_DECLS
