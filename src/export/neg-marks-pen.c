#include "config.h"

#include <math.h>
#include <string.h>

#include "export/neg-marks-private.h"
#include "model/neg-fiction.h"

#define FONT_FAMILY "DejaVu Sans"
#define FONT_PART 0.86 /* of the height of a line */
#define TEXT_BYTES_MAX 4096
#define REACH_PX 1e6
#define SHADOW_ALPHA 0.85

void
_neg_pen_init (NegPen *pen, cairo_t *cr, const NegMarksStyle *style)
{
  const double *m = style->output_to_image.m;
  double determinant = m[0] * m[4] - m[1] * m[3];

  *pen = (NegPen){ .cr = cr, .style = style, .width_px = MAX (style->line_px / 10, 1) };
  pen->is_usable = isfinite (1 / determinant) && isfinite (m[2]) && isfinite (m[5]);
  if (!pen->is_usable)
    return;
  pen->image_to_output[0] = m[4] / determinant;
  pen->image_to_output[1] = -m[1] / determinant;
  pen->image_to_output[2] = (m[1] * m[5] - m[4] * m[2]) / determinant;
  pen->image_to_output[3] = -m[3] / determinant;
  pen->image_to_output[4] = m[0] / determinant;
  pen->image_to_output[5] = (m[3] * m[2] - m[0] * m[5]) / determinant;
}

void
_neg_pen_set_rgb (NegPen *pen, guint8 red, guint8 green, guint8 blue)
{
  pen->color[0] = red / 255.0;
  pen->color[1] = green / 255.0;
  pen->color[2] = blue / 255.0;
}

double
_neg_pen_get_scale (const NegPen *pen)
{
  const double *t = pen->image_to_output;

  return MAX (sqrt (fabs (t[0] * t[4] - t[1] * t[3])), 1e-6);
}

static double
keep (double value)
{
  return isnan (value) ? 0 : CLAMP (value, -REACH_PX, REACH_PX);
}

NegPoint
_neg_pen_place (const NegPen *pen, double x, double y)
{
  const double *t = pen->image_to_output;

  return (NegPoint){ keep (t[0] * x + t[1] * y + t[2]), keep (t[3] * x + t[4] * y + t[5]) };
}

/* A dark colour has a bright edge. */
static void
set_shadow (const NegPen *pen)
{
  double luminance = 0.299 * pen->color[0] + 0.587 * pen->color[1] + 0.114 * pen->color[2];
  double grey = luminance < 0.3 ? 1 : 0;

  cairo_set_source_rgba (pen->cr, grey, grey, grey, SHADOW_ALPHA);
}

static void
set_color (const NegPen *pen)
{
  cairo_set_source_rgb (pen->cr, pen->color[0], pen->color[1], pen->color[2]);
}

void
_neg_pen_stroke (const NegPen *pen)
{
  cairo_set_line_cap (pen->cr, CAIRO_LINE_CAP_BUTT);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  set_shadow (pen);
  cairo_set_line_width (pen->cr, pen->width_px + 2);
  cairo_stroke_preserve (pen->cr);
  set_color (pen);
  cairo_set_line_width (pen->cr, pen->width_px);
  cairo_stroke (pen->cr);
}

void
_neg_pen_fill (const NegPen *pen)
{
  set_shadow (pen);
  cairo_set_line_width (pen->cr, 2);
  cairo_stroke_preserve (pen->cr);
  set_color (pen);
  cairo_fill (pen->cr);
}

/* No hinting to the grid of a screen and no subpixel colours: the letters come out the same everywhere. */
static void
set_font_options (PangoLayout *layout)
{
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  cairo_font_options_destroy (options);
}

char *
_neg_pen_dup_words (const char *text)
{
  return neg_fiction_is_on () ? neg_text_dup_shown (NEG_TEXT_PROSE, text) : g_strdup (text != NULL ? text : "");
}

PangoLayout *
_neg_pen_new_layout (const NegPen *pen, const char *text, double width_px)
{
  PangoLayout *layout = pango_cairo_create_layout (pen->cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (FONT_FAMILY);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *end = valid + MIN (strlen (valid), TEXT_BYTES_MAX);

  if (*end != '\0')
    end = g_utf8_find_prev_char (valid, end + 1);
  pango_font_description_set_absolute_size (font, MAX (pen->style->line_px * FONT_PART, 1) * PANGO_SCALE);
  set_font_options (layout);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_auto_dir (layout, FALSE);
  pango_layout_set_text (layout, valid, end - valid);
  if (width_px > 0) {
    pango_layout_set_width (layout, MIN (width_px, REACH_PX) * PANGO_SCALE);
    pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  }
  return layout;
}

void
_neg_pen_show_layout (const NegPen *pen, PangoLayout *layout, double x, double y)
{
  double shadow_px = MAX (pen->style->line_px / 14, 1);

  set_shadow (pen);
  for (guint i = 0; i < 4; i++) {
    cairo_move_to (pen->cr, x + (i & 1 ? shadow_px : -shadow_px), y + (i & 2 ? shadow_px : -shadow_px));
    pango_cairo_show_layout (pen->cr, layout);
  }
  set_color (pen);
  cairo_move_to (pen->cr, x, y);
  pango_cairo_show_layout (pen->cr, layout);
  cairo_new_path (pen->cr);
}
