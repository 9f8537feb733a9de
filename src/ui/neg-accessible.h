/* What the screen reader is told where GTK does not: names that its own controls lose on the way to the part that has the
 * focus, what is out of sight.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names @widget, and what it is made of when it is a drop-down, a spin button or an entry. @name is translated. */
void neg_accessible_set_name (GtkWidget *widget, const char *name);

/* A widget that is there but not in sight: GTK tells only of those that are not visible by themselves. */
void neg_accessible_set_hidden (GtkWidget *widget, gboolean hidden);

/* Shows the page of that name; the others are not in sight for the screen reader either. */
void neg_accessible_show_page (GtkStack *stack, const char *name);

G_END_DECLS
