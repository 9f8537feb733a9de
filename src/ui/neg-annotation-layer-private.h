/* What the files of the layer share. */
#pragma once

#include "ui/neg-annotation-layer.h"

G_BEGIN_DECLS

struct _NegAnnotationLayer {
  GObject parent_instance;

  GtkWidget *viewport; /* borrowed; NULL: closed */
  const NegAnnotationLayerFuncs *functions;
  NegAnnotations *annotations;
  NegAnnotationHands *hands;

  GPtrArray *marks;       /* what is drawn, kept from frame to frame */
  NegAffine marks_affine; /* that they were drawn with */
  gboolean marks_are_old;
  char *marks_uid;        /* whose they are; nullable */
  guint64 n_paints;
  double line_px;         /* logical height of a line of text */

  NegTool tool;
  double pointer_x, pointer_y; /* logical pixels */
  gboolean has_pointer, has_drag;
  char *probe_text; /* at the pointer; nullable */

  GtkWidget *text_popover;   /* while a text is written */
  GtkWidget *closed_popover; /* that goes when nobody is in it; nullable */
  guint drop_closed_source;
};

gboolean _neg_annotation_layer_get_image (NegAnnotationLayer *self, gboolean is_needed, NegHandsImage *image);
void _neg_annotation_layer_get_point (NegAnnotationLayer *self, double x, double y, double point[2]);
void _neg_annotation_layer_queue (NegAnnotationLayer *self); /* marks are to be looked at again */

/* The text of an arrow. */
void _neg_annotation_layer_want_text (NegAnnotationLayer *self, const char *uid);
void _neg_annotation_layer_close_text (NegAnnotationLayer *self);
void _neg_annotation_layer_drop_text (NegAnnotationLayer *self); /* for good */

G_END_DECLS
