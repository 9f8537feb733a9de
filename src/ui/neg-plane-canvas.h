/* Draws a plane or slab out of a volume by the processor. What was sampled is kept: another window, colour or opacity
 * samples nothing anew. Where sampling would hold the main loop threads do it: what they have ready in two frames is waited
 * for, before anything longer a coarse picture is drawn. Thread: main. */
#pragma once

#include "imaging/neg-color-map.h"
#include "ui/neg-cpu-canvas.h"

G_BEGIN_DECLS

typedef struct _NegPlaneCanvas NegPlaneCanvas;

/* What is to be seen; all of it borrowed for the call, volumes are kept (referenced) while threads sample them. */
typedef struct {
  NegVolume *volume;
  NegReformat reformat;
  guint width, height; /* output pixels */
  NegDraw look;        /* of the values, one to one */
  gboolean has_fusion;
  NegFusion fusion;
  guint serial, fused_serial; /* of what is there of the volumes: others where slices have come or failed */
} NegPlaneView;

/* @finer is called when a finer picture can be drawn: what was drawn is to be drawn again. */
NegPlaneCanvas *neg_plane_canvas_new (void (*finer) (gpointer user_data), gpointer user_data);
void neg_plane_canvas_free (NegPlaneCanvas *canvas);

/* The picture, given: *@cell output pixels of the viewport wide and high are one of its own. @budget_us: what it may take
 * now. NULL when there is no memory for it. */
GdkTexture *neg_plane_canvas_draw (NegPlaneCanvas *canvas, const NegPlaneView *view, gint64 budget_us, guint *cell,
                                   GError **error);

/* It will have to be drawn, in place of the fine picture that was drawn last. TRUE: threads are at it, @finer will be called,
 * within NEG_PLANE_CANVAS_WAIT_MS as a rule; until then there need be nothing drawn. One is waited for, not the next ones: what
 * moves on is drawn. */
gboolean neg_plane_canvas_prepare (NegPlaneCanvas *canvas, const NegPlaneView *view, gint64 budget_us);

#define NEG_PLANE_CANVAS_WAIT_MS 33

/* Whether what was drawn last is @view with all of its samples, of all slices that it counts: nothing finer follows. */
gboolean neg_plane_canvas_is_final (NegPlaneCanvas *canvas, const NegPlaneView *view);

/* How often the main thread has sampled a volume so far. */
guint64 neg_plane_canvas_get_n_samplings (NegPlaneCanvas *canvas);

/* A picture of neg_plane_canvas_draw() of such a size. */
void neg_plane_canvas_append (GtkWidget *widget, GtkSnapshot *snapshot, GdkTexture *picture, guint cell);

G_END_DECLS
