/* Casts rays through a volume by the processor, in threads: coarse while it turns, fine when it rests. The main loop is
 * never held. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "imaging/neg-raycast.h"

G_BEGIN_DECLS

typedef struct _NegCastCanvas NegCastCanvas;

/* What is to be seen; the volume is borrowed for the call and kept (referenced) while threads work. */
typedef struct {
  NegRaycast raycast; /* its step is that of a fine picture */
  NegVolume *volume;
  guint width, height; /* output pixels */
  guint serial;        /* of what is there of the volume: another where slices have come or failed */
  gboolean is_moving;  /* the next one comes soon: no fine picture */
} NegCastView;

/* @drawn is called when there is a new picture. */
NegCastCanvas *neg_cast_canvas_new (void (*drawn) (gpointer user_data), gpointer user_data);
void neg_cast_canvas_free (NegCastCanvas *canvas);

/* What was wanted before is given up, but for a coarse picture that is being made: hands that move are followed. NULL:
 * nothing. A picture of another volume or of another size is forgotten at once. */
void neg_cast_canvas_want (NegCastCanvas *canvas, const NegCastView *view);

/* The finest picture of what is wanted is there. */
gboolean neg_cast_canvas_is_settled (NegCastCanvas *canvas);

/* Borrowed, nullable: *@cell output pixels of the viewport wide and high are one of its own. */
GdkTexture *neg_cast_canvas_get (NegCastCanvas *canvas, guint *cell);

G_END_DECLS
