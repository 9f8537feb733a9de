/* Names for the screen reader where GTK's own controls lose them on the way to the part that has the focus.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names @widget, and what it is made of when it is a drop-down, a spin button or an entry. @name is translated. */
void neg_accessible_set_name (GtkWidget *widget, const char *name);

G_END_DECLS
