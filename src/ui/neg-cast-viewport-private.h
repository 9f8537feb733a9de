/* What the files of the viewport of a whole volume share. */
#pragma once

#include "ui/neg-cast-canvas.h"
#include "ui/neg-cast-viewport.h"
#include "ui/neg-gl-volume-child.h"
#include "ui/neg-overlay-painter.h"

G_BEGIN_DECLS

struct _NegCastViewport {
  GtkWidget parent_instance;

  NegReading *reading;
  NegVolumeReading *volumes;

  NegRenderer renderer;
  NegGlVolumeChild gl;
  NegCastCanvas *canvas;
  NegOverlayPainter *painter;
  NegOverlay overlay;
  gboolean overlay_is_old;
  PangoLayout *message; /* in the middle, instead of a picture */
  NegCaptionsLevel level;

  guint turning;       /* the tick callback; 0: it does not turn */
  gint64 turned_us;    /* when it was turned last */

  gboolean wheel_reversed;
  double drag_x, drag_y; /* the offset that was applied already */
};

/* FALSE while there is nothing to be seen. @volume borrowed. */
gboolean _neg_cast_viewport_get_raycast (NegCastViewport *self, NegRaycast *raycast, NegVolume **volume);
guint _neg_cast_viewport_get_width_px (NegCastViewport *self);
guint _neg_cast_viewport_get_height_px (NegCastViewport *self);

void _neg_cast_viewport_class_init_input (GtkWidgetClass *class);
void _neg_cast_viewport_init_input (NegCastViewport *self);

G_END_DECLS
