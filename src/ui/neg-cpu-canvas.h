/* Draws a frame with the code of imaging/ into a texture, shared among a few threads when it is large.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-draw.h"
#include "pipeline/neg-pixels.h"

G_BEGIN_DECLS

typedef struct _NegCpuCanvas NegCpuCanvas;

NegCpuCanvas *neg_cpu_canvas_new (void);
void neg_cpu_canvas_free (NegCpuCanvas *canvas);

/* The finished picture, given. NULL when there is no memory for it. What is drawn again and again at the same place, as
 * while a window is dragged, is sampled once. */
GdkTexture *neg_cpu_canvas_draw (NegCpuCanvas *canvas, const NegDraw *draw, NegPixels *pixels, guint width,
                                 guint height, GError **error);

/* Lets go of the pixels that were drawn last. */
void neg_cpu_canvas_forget (NegCpuCanvas *canvas);

/* The same for a picture that @function draws: bands of @band_rows rows, on all processors at once. */
typedef void (*NegCanvasFunc) (const NegPicture *picture, guint first_row, guint n_rows, gpointer user_data);
GdkTexture *neg_cpu_canvas_draw_with (NegCpuCanvas *canvas, guint width, guint height, guint band_rows,
                                      NegCanvasFunc function, gpointer user_data, GError **error);

/* Adds a picture of neg_cpu_canvas_draw() to what @widget draws, one texel to one pixel of the screen: as a texture, or
 * as cairo's own image where cairo draws the window, which is twice as fast there. */
void neg_cpu_canvas_append (GtkWidget *widget, GtkSnapshot *snapshot, GdkTexture *picture, const graphene_rect_t *area);

G_END_DECLS
