/* A child of a viewport that draws a plane of a volume, or the volume itself, by OpenGL. When GL cannot, it says so and
 * draws nothing: the viewport then goes on by the processor. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-color-map.h"
#include "imaging/neg-raycast.h"

G_BEGIN_DECLS

#define NEG_TYPE_GL_VOLUME_CANVAS (neg_gl_volume_canvas_get_type ())
G_DECLARE_FINAL_TYPE (NegGlVolumeCanvas, neg_gl_volume_canvas, NEG, GL_VOLUME_CANVAS, GtkGLArea)

/* Signal "failed" (const char *reason): from realize or render; the receiver must not destroy the canvas at once. */
GtkWidget *neg_gl_volume_canvas_new (void);

/* Shows the plane, of the widget's size in device pixels, as neg_gl_volume_draw() does; @fusion nullable. All is copied,
 * volumes are kept; what @look borrows from must live as long. To be said again when slices have come. */
void neg_gl_volume_canvas_set_plane (NegGlVolumeCanvas *canvas, NegVolume *volume, const NegReformat *reformat,
                                     const NegDraw *look, const NegFusion *fusion);

/* Shows the volume by rays, whose pixels are device pixels. */
void neg_gl_volume_canvas_set_rays (NegGlVolumeCanvas *canvas, NegVolume *volume, const NegRaycast *raycast);

/* Shows nothing, and lets the volumes go. */
void neg_gl_volume_canvas_clear (NegGlVolumeCanvas *canvas);

G_END_DECLS
