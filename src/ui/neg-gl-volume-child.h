/* The canvas of OpenGL inside a viewport of a volume, where a graphics processor draws; once it fails it goes, and the
 * processor draws on. Thread: main. */
#pragma once

#include "ui/neg-gl-volume-canvas.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

typedef struct {
  GtkWidget *viewport; /* borrowed: whose child it is */
  NegGlVolumeCanvas *canvas; /* NULL: the processor draws */
  guint drop_source;
} NegGlVolumeChild;

/* When @viewport is realized: makes the canvas where @renderer and the driver are for it. */
void neg_gl_volume_child_init (NegGlVolumeChild *child, GtkWidget *viewport, NegRenderer renderer);
/* When @viewport is disposed; children are the viewport's to unparent. */
void neg_gl_volume_child_clear (NegGlVolumeChild *child);

/* For the viewport's own functions of the same names; nothing where there is no canvas. GTK wants a child measured before it
 * is given its size. */
void neg_gl_volume_child_measure (NegGlVolumeChild *child, GtkOrientation orientation, int for_size);
void neg_gl_volume_child_allocate (NegGlVolumeChild *child, int width, int height, int baseline);
void neg_gl_volume_child_snapshot (NegGlVolumeChild *child, GtkSnapshot *snapshot);

G_END_DECLS
