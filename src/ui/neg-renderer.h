/* What this machine draws with, decided once for the process. OpenGL that is computed by the processor is the slowest way
 * there is: it starts for a quarter of a second and copies every picture once more. So where no graphics processor can
 * be reached GTK is told, before it starts, to draw its widgets with cairo, and our images come from imaging/. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Before gtk_init() and before any thread, as it writes to the environment. What the person has put there (GSK_RENDERER,
 * GDK_DEBUG, GDK_DISABLE) stays; @wants_gl: OpenGL was asked for by name. */
void neg_renderer_prepare (gboolean wants_gl);

/* TRUE: GTK starts without OpenGL, and there is nothing to ask about it. */
gboolean neg_renderer_is_without_gl (void);

/* TRUE: the widgets of @widget's window are drawn by cairo, for which a picture is best an image of cairo's own. */
gboolean neg_renderer_is_cairo (GtkWidget *widget);

/* For tests: the same question about another folder than /dev. */
gboolean neg_renderer_has_device (const char *folder);

G_END_DECLS
