#include "config.h"

#include "export/neg-overlay-cairo.h"

#include <pango/pangocairo.h>

#include "export/neg-picture-cairo.h"

#define FONT_FAMILY "DejaVu Sans"

/* A line of text is this part of the shorter side, within limits: what a viewport of usual size shows. */
#define FONT_PART (1.0 / 46)
#define FONT_MIN_PX 8.0
#define FONT_MAX_PX 72.0

#define TEXT_GREY (0xe3 / 255.0)
#define BAND_GREY (0x3a / 255.0)

typedef struct {
  const NegOverlay *overlay;
  cairo_t *cr;
  guint width, height;
  double font_px, margin_px, line_px;
  NegOverlayPlaces places;
} Canvas;

/* Where the text lies from the point that is given for it: 0 left or top, 0.5 middle, 1 right or bottom. */
typedef struct {
  double x, y;
} Anchor;

static PangoLayout *
new_layout (const Canvas *canvas, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (canvas->cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string (FONT_FAMILY);

  pango_font_description_set_absolute_size (font, canvas->font_px * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_auto_dir (layout, FALSE); /* a name from right to left stays in its corner */
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static void
show_text (const Canvas *canvas, const char *text, const double at_px[2], Anchor anchor, double width_max_px)
{
  g_autoptr (PangoLayout) layout = new_layout (canvas, text);
  double x, y, shadow_px = MAX (canvas->font_px / 12, 1);
  int width, height;

  if (*text == '\0')
    return;
  pango_layout_set_width (layout, MAX (width_max_px, 1) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment (layout, anchor.x == 1 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_get_pixel_size (layout, &width, &height);
  /* A right-aligned layout is as wide as it may be; the others are measured by their text. */
  x = at_px[0] - (anchor.x == 1 ? MAX (width_max_px, 1) : anchor.x * width);
  y = at_px[1] - anchor.y * height;
  for (guint i = 0; i < 4; i++) {
    cairo_move_to (canvas->cr, x + (i & 1 ? shadow_px : -shadow_px), y + (i & 2 ? shadow_px : -shadow_px));
    cairo_set_source_rgba (canvas->cr, 0, 0, 0, 0.9);
    pango_cairo_show_layout (canvas->cr, layout);
  }
  cairo_move_to (canvas->cr, x, y);
  cairo_set_source_rgb (canvas->cr, TEXT_GREY, TEXT_GREY, TEXT_GREY);
  pango_cairo_show_layout (canvas->cr, layout);
}

/* Black below, so that it is seen on white too. */
static void
stroke (const Canvas *canvas, double line_width_px)
{
  cairo_set_source_rgba (canvas->cr, 0, 0, 0, 0.9);
  cairo_set_line_width (canvas->cr, 3 * line_width_px);
  cairo_stroke_preserve (canvas->cr);
  cairo_set_source_rgb (canvas->cr, TEXT_GREY, TEXT_GREY, TEXT_GREY);
  cairo_set_line_width (canvas->cr, line_width_px);
  cairo_stroke (canvas->cr);
}

static double
get_line_width (const Canvas *canvas)
{
  return MAX (canvas->font_px / 12, 1);
}

static void
draw_band (const Canvas *canvas)
{
  const double middle_px[2] = { canvas->width / 2.0, canvas->places.band_px / 2 };

  if (canvas->overlay->prior_band == NULL)
    return;
  cairo_set_source_rgb (canvas->cr, BAND_GREY, BAND_GREY, BAND_GREY);
  cairo_rectangle (canvas->cr, 0, 0, canvas->width, canvas->places.band_px);
  cairo_fill (canvas->cr);
  show_text (canvas, canvas->overlay->prior_band, middle_px, (Anchor){ 0.5, 0.5 }, canvas->width);
}

static void
draw_corners (const Canvas *canvas)
{
  static const Anchor anchors[NEG_N_CORNERS] = { [NEG_CORNER_TOP_LEFT] = { 0, 0 },
                                                 [NEG_CORNER_TOP_RIGHT] = { 1, 0 },
                                                 [NEG_CORNER_BOTTOM_LEFT] = { 0, 1 },
                                                 [NEG_CORNER_BOTTOM_RIGHT] = { 1, 1 } };

  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    show_text (canvas, canvas->overlay->corners[corner], canvas->places.corners_px[corner], anchors[corner],
               canvas->width / 2.0 - 2 * canvas->margin_px);
}

static void
draw_letters (const Canvas *canvas)
{
  static const Anchor anchors[NEG_N_EDGES] = { [NEG_EDGE_TOP] = { 0.5, 0 },
                                               [NEG_EDGE_RIGHT] = { 1, 0.5 },
                                               [NEG_EDGE_BOTTOM] = { 0.5, 1 },
                                               [NEG_EDGE_LEFT] = { 0, 0.5 } };

  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    show_text (canvas, canvas->overlay->letters[edge], canvas->places.letters_px[edge], anchors[edge],
               canvas->width / 4.0);
}

static void
draw_scale_bar (const Canvas *canvas)
{
  const double *bar = canvas->places.scale_bar_px;
  guint parts = MAX (canvas->overlay->scale_bar_parts, 1);
  const double text_px[2] = { canvas->places.scale_bar_text_px[0], canvas->places.scale_bar_text_px[1] };

  if (!canvas->places.has_scale_bar)
    return;
  cairo_move_to (canvas->cr, bar[0], bar[1]);
  cairo_line_to (canvas->cr, bar[2], bar[3]);
  for (guint i = 0; i <= parts; i++) {
    double y = bar[1] + (bar[3] - bar[1]) * i / parts;

    cairo_move_to (canvas->cr, bar[0], y);
    cairo_line_to (canvas->cr, bar[0] - canvas->line_px / (i == 0 || i == parts ? 2 : 4), y);
  }
  stroke (canvas, get_line_width (canvas));
  show_text (canvas, canvas->overlay->scale_bar_text, text_px, (Anchor){ 1, 0 }, canvas->width / 2.0);
}

static void
draw_links (const Canvas *canvas)
{
  const double *line = canvas->overlay->line, *point = canvas->overlay->point;

  if (canvas->overlay->has_line) {
    cairo_move_to (canvas->cr, line[0], line[1]);
    cairo_line_to (canvas->cr, line[2], line[3]);
    stroke (canvas, get_line_width (canvas));
  }
  if (canvas->overlay->has_point) {
    for (int side = -1; side <= 1; side += 2) {
      cairo_move_to (canvas->cr, point[0] + side * canvas->line_px / 3, point[1]);
      cairo_line_to (canvas->cr, point[0] + side * canvas->line_px, point[1]);
      cairo_move_to (canvas->cr, point[0], point[1] + side * canvas->line_px / 3);
      cairo_line_to (canvas->cr, point[0], point[1] + side * canvas->line_px);
    }
    stroke (canvas, get_line_width (canvas));
  }
}

/* No hinting to the grid of a screen and no subpixel colours: the letters come out the same everywhere. */
static void
set_font_options (cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options (cr, options);
  cairo_font_options_destroy (options);
}

static void
draw (const NegOverlay *overlay, cairo_t *cr, guint width, guint height)
{
  Canvas canvas = { .overlay = overlay, .cr = cr, .width = width, .height = height };
  g_autoptr (PangoLayout) layout = NULL;
  int line_px;

  set_font_options (cr);
  canvas.font_px = CLAMP (MIN (width, height) * FONT_PART, FONT_MIN_PX, FONT_MAX_PX);
  canvas.margin_px = canvas.font_px * 2 / 3;
  layout = new_layout (&canvas, "Ay");
  pango_layout_get_pixel_size (layout, NULL, &line_px);
  canvas.line_px = line_px;
  neg_overlay_get_places (overlay, width, height, canvas.margin_px, canvas.line_px, &canvas.places);
  draw_links (&canvas);
  draw_band (&canvas);
  draw_scale_bar (&canvas);
  draw_letters (&canvas);
  draw_corners (&canvas);
}

static gboolean
is_empty (const NegOverlay *overlay)
{
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    if (*overlay->corners[corner] != '\0')
      return FALSE;
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    if (*overlay->letters[edge] != '\0')
      return FALSE;
  return !overlay->has_line && !overlay->has_point && !overlay->has_scale_bar && overlay->prior_band == NULL;
}

typedef struct {
  const NegOverlay *overlay;
  guint width, height;
} Painting;

static void
paint (cairo_t *cr, gpointer user_data)
{
  const Painting *painting = user_data;

  draw (painting->overlay, cr, painting->width, painting->height);
}

gboolean
neg_overlay_draw (const NegOverlay *overlay, const NegPicture *picture, GError **error)
{
  Painting painting = { overlay, picture->width, picture->height };

  return is_empty (overlay) || neg_picture_paint (picture, paint, &painting, error);
}
