/* A child of the viewport that draws the frame by OpenGL. When GL cannot, it says so once and draws nothing: the
 * viewport then goes on by the CPU. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-draw.h"
#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

#define NEG_TYPE_GL_CANVAS (neg_gl_canvas_get_type ())
G_DECLARE_FINAL_TYPE (NegGlCanvas, neg_gl_canvas, NEG, GL_CANVAS, GtkGLArea)

/* Signal "failed" (const char *reason): from realize or render; the receiver must not destroy the canvas at once. */
GtkWidget *neg_gl_canvas_new (void);

/* Shows @pixels (nullable: black) as @draw says; both are kept. What @draw borrows from must live as long. */
void neg_gl_canvas_set_picture (NegGlCanvas *canvas, NegPixels *pixels, const NegDraw *draw);

/* How many textures it has filled, see neg_gl_device_get_n_uploads(). */
guint64 neg_gl_canvas_get_n_uploads (NegGlCanvas *canvas);

/* The renderer of @surface, given; NULL and an error without OpenGL. Asked of the driver once. */
char *neg_gl_canvas_probe (GdkSurface *surface, gboolean *is_software, GError **error);

G_END_DECLS
