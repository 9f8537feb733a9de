/* Annotations, and the graphics of a presentation state, drawn by cairo: the viewport, an export and `render` draw the
 * same. Thread: any (Pango layouts are made here). */
#pragma once

#include <cairo.h>

#include "imaging/neg-draw.h"
#include "model/neg-annotation.h"
#include "model/neg-presentation.h"

G_BEGIN_DECLS

typedef struct {
  NegAffine output_to_image;
  guint width, height;      /* of the picture, output pixels */
  double line_px;           /* height of a line of text */
  gboolean has_handles;     /* on screen: the selected one shows its handles */
  gboolean hides_words;     /* what a person or a file wrote may be a name; numbers stay */
  const char *selected_uid; /* nullable */
  double area_px[4];        /* x, y, x, y of the displayed area in the picture, for DISPLAY units */
} NegMarksStyle;

/* @lines: what neg_annotation_dup_lines() says, NULL: none. */
void neg_marks_draw_annotation (cairo_t *cr, const NegMarksStyle *style, const NegAnnotation *annotation,
                                const char *lines);

/* What @presentation draws on this frame (from 0), in the order of its layers. */
void neg_marks_draw_presentation (cairo_t *cr, const NegMarksStyle *style, const NegPresentation *presentation,
                                  const char *sop_instance_uid, guint32 frame);

G_END_DECLS
