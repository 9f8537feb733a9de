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

/* Parts that flow over as many lines as there are, without a choice among them: each has the focus and the name, not what
 * holds its place, which GtkFlowBox tells of as a table's cell. @name is translated. */
GtkWidget *neg_accessible_new_flow (const char *name);
void neg_accessible_add_to_flow (GtkWidget *flow, GtkWidget *part);

/* Shows the page of that name; the others are not in sight for the screen reader either. */
void neg_accessible_show_page (GtkStack *stack, const char *name);

G_END_DECLS
