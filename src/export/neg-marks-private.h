/* What annotations and graphics of a state are drawn with: a dark line below each bright one, so that both white and
 * black show it. */
#pragma once

#include <pango/pangocairo.h>

#include "export/neg-marks-cairo.h"

G_BEGIN_DECLS

typedef struct {
  cairo_t *cr;
  const NegMarksStyle *style;
  double image_to_output[6];
  double color[3];
  double width_px; /* of a line */
  gboolean is_usable; /* the picture has a place in the image */
} NegPen;

typedef struct {
  double x, y;
} NegPoint;

void _neg_pen_init (NegPen *pen, cairo_t *cr, const NegMarksStyle *style);
void _neg_pen_set_rgb (NegPen *pen, guint8 red, guint8 green, guint8 blue);

/* Output pixels per image pixel, both ways together. */
double _neg_pen_get_scale (const NegPen *pen);

/* Image coordinates to the picture; kept within what cairo can count. */
NegPoint _neg_pen_place (const NegPen *pen, double x, double y);

/* Strokes or fills the path and forgets it. */
void _neg_pen_stroke (const NegPen *pen);
void _neg_pen_fill (const NegPen *pen);

/* A text in the pen's colour, lines wrapped at @width_px (<= 0: nowhere). */
/* What somebody has written, or the invention in its place. Given. */
char *_neg_pen_dup_words (const char *text);
PangoLayout *_neg_pen_new_layout (const NegPen *pen, const char *text, double width_px);
void _neg_pen_show_layout (const NegPen *pen, PangoLayout *layout, double x, double y);

G_END_DECLS
