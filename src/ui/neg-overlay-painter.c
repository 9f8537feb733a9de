#include "config.h"

#include "ui/neg-overlay-painter.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MARGIN_PX 8
#define LETTER_PX 12 /* half of what letters at the upper and the lower edge need */

/* Below this the texts of the two sides meet: only the essential ones are shown, between the letters of the edges. */
#define NARROW_PX 260
#define SHORT_PX 200

enum {
  TEXT_CORNERS,
  TEXT_LETTERS = TEXT_CORNERS + NEG_N_CORNERS,
  TEXT_SCALE_BAR = TEXT_LETTERS + NEG_N_EDGES,
  TEXT_BAND,
  N_TEXTS
};

struct _NegOverlayPainter {
  GtkWidget *widget;
  const NegOverlay *overlay; /* nullable */
  gboolean has_image;
  PangoLayout *texts[N_TEXTS]; /* NULL: to be made */
};

NegOverlayPainter *
neg_overlay_painter_new (GtkWidget *widget)
{
  NegOverlayPainter *self = g_new0 (NegOverlayPainter, 1);

  self->widget = widget;
  return self;
}

void
neg_overlay_painter_free (NegOverlayPainter *self)
{
  if (self == NULL)
    return;
  neg_overlay_painter_forget (self);
  g_free (self);
}

void
neg_overlay_painter_forget (NegOverlayPainter *self)
{
  for (guint i = 0; i < N_TEXTS; i++)
    g_clear_object (&self->texts[i]);
  self->overlay = NULL;
}

static gboolean
is_narrow (NegOverlayPainter *self)
{
  return gtk_widget_get_width (self->widget) < NARROW_PX || gtk_widget_get_height (self->widget) < SHORT_PX;
}

NegCaptionsLevel
neg_overlay_painter_fit_level (NegOverlayPainter *self, NegCaptionsLevel level)
{
  return is_narrow (self) ? MAX (level, NEG_CAPTIONS_ESSENTIAL) : level;
}

static gboolean
is_right (NegCorner corner)
{
  return corner == NEG_CORNER_TOP_RIGHT || corner == NEG_CORNER_BOTTOM_RIGHT;
}

/* --- Laying out --- */

PangoLayout *
neg_overlay_painter_new_layout (GtkWidget *widget, int width_px)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, NULL);
  PangoAttrList *attributes = pango_attr_list_new ();

  /* Digits of one width: numbers that change do not dance. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_auto_dir (layout, FALSE); /* a name from right to left stays in its corner */
  if (width_px >= 0)
    pango_layout_set_width (layout, MAX (width_px, 1) * PANGO_SCALE);
  return layout;
}

static void
set_text (NegOverlayPainter *self, guint index, const char *text, int width_px, PangoAlignment alignment)
{
  PangoLayout **layout = &self->texts[index];

  if (*layout == NULL) {
    *layout = neg_overlay_painter_new_layout (self->widget, width_px);
    pango_layout_set_ellipsize (*layout, width_px >= 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_alignment (*layout, alignment);
  }
  if (width_px >= 0 && pango_layout_get_width (*layout) != width_px * PANGO_SCALE)
    pango_layout_set_width (*layout, width_px * PANGO_SCALE);
  if (g_strcmp0 (pango_layout_get_text (*layout), text != NULL ? text : "") != 0)
    pango_layout_set_text (*layout, text != NULL ? text : "", -1);
}

void
neg_overlay_painter_set (NegOverlayPainter *self, const NegOverlay *overlay, gboolean has_image)
{
  int width = gtk_widget_get_width (self->widget);
  int whole = MAX (width - 2 * MARGIN_PX, 1), half = MAX (width / 2 - 2 * MARGIN_PX - LETTER_PX, 1);

  self->overlay = overlay;
  self->has_image = has_image;
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    set_text (self, TEXT_CORNERS + corner, overlay->corners[corner],
              corner == NEG_CORNER_TOP_LEFT && *overlay->corners[NEG_CORNER_TOP_RIGHT] == '\0' ? whole : half,
              is_right (corner) ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    set_text (self, TEXT_LETTERS + edge, has_image ? overlay->letters[edge] : NULL, -1, PANGO_ALIGN_LEFT);
  set_text (self, TEXT_SCALE_BAR, overlay->scale_bar_text, -1, PANGO_ALIGN_LEFT);
  set_text (self, TEXT_BAND, overlay->prior_band, whole, PANGO_ALIGN_CENTER);
}

/* --- Drawing --- */

double
neg_overlay_painter_get_line_px (NegOverlayPainter *self)
{
  int height;

  if (self->texts[TEXT_LETTERS] == NULL)
    set_text (self, TEXT_LETTERS, NULL, -1, PANGO_ALIGN_LEFT);
  pango_layout_get_pixel_size (self->texts[TEXT_LETTERS], NULL, &height);
  return MAX (height, 8);
}

static void
append_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

void
neg_overlay_painter_append_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  static const GdkRGBA dark = { 0, 0, 0, 0.9 }, bright = { 1, 1, 1, 0.9 };
  const GdkRGBA *rim = MAX (color->red, MAX (color->green, color->blue)) < 0.5 ? &bright : &dark;

  if (*pango_layout_get_text (layout) == '\0')
    return;
  for (int i = 0; i < 9; i++)
    if (i != 4)
      append_text (snapshot, layout, x + i % 3 - 1, y + i / 3 - 1, rim);
  append_text (snapshot, layout, x, y, color);
}

static void
append_corner (NegOverlayPainter *self, GtkSnapshot *snapshot, NegCorner corner, const NegOverlayPlaces *places,
               const GdkRGBA *color)
{
  PangoLayout *layout = self->texts[TEXT_CORNERS + corner];
  double x = places->corners_px[corner][0], y = places->corners_px[corner][1];
  double inset = is_narrow (self) ? neg_overlay_painter_get_line_px (self) : 0;
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  y += corner == NEG_CORNER_TOP_LEFT || corner == NEG_CORNER_TOP_RIGHT ? inset : -inset;
  if (is_right (corner))
    x -= pango_layout_get_width (layout) / (double) PANGO_SCALE;
  if (corner == NEG_CORNER_BOTTOM_LEFT || corner == NEG_CORNER_BOTTOM_RIGHT)
    y -= height;
  neg_overlay_painter_append_text (snapshot, layout, x, y, color);
}

static void
append_letters (NegOverlayPainter *self, GtkSnapshot *snapshot, NegEdge edge, const NegOverlayPlaces *places,
                const GdkRGBA *color)
{
  PangoLayout *layout = self->texts[TEXT_LETTERS + edge];
  double x = places->letters_px[edge][0], y = places->letters_px[edge][1];
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  x -= edge == NEG_EDGE_LEFT ? 0 : edge == NEG_EDGE_RIGHT ? width : width / 2.0;
  y -= edge == NEG_EDGE_TOP ? 0 : edge == NEG_EDGE_BOTTOM ? height : height / 2.0;
  neg_overlay_painter_append_text (snapshot, layout, round (x), round (y), color);
}

static void
append_box (GtkSnapshot *snapshot, double x, double y, double width, double height, const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/* On whole pixels: boxes between two pixels, one over the other, did not get the same grey levels in every frame. */
static double
snap (NegOverlayPainter *self, double value)
{
  double scale = gtk_widget_get_scale_factor (self->widget);

  return round (value * scale) / scale;
}

static void
append_scale_bar (NegOverlayPainter *self, GtkSnapshot *snapshot, const NegOverlayPlaces *places, const GdkRGBA *color)
{
  static const GdkRGBA shadow = { 0, 0, 0, 0.7 };
  double line_px = neg_overlay_painter_get_line_px (self), x = round (places->scale_bar_px[0]);
  double top = snap (self, places->scale_bar_px[1]), bottom = snap (self, places->scale_bar_px[3]);
  guint parts = MAX (self->overlay->scale_bar_parts, 1);
  int width;

  if (!places->has_scale_bar)
    return;
  append_box (snapshot, x - 2, top - 1, 3, bottom - top + 2, &shadow);
  append_box (snapshot, x - 1, top, 1, bottom - top, color);
  for (guint i = 0; i <= parts; i++) {
    double length = snap (self, i == 0 || i == parts ? line_px / 2 : line_px / 4);

    append_box (snapshot, x - length, snap (self, top + (bottom - top) * i / parts - 0.5), length, 1, color);
  }
  pango_layout_get_pixel_size (self->texts[TEXT_SCALE_BAR], &width, NULL);
  neg_overlay_painter_append_text (snapshot, self->texts[TEXT_SCALE_BAR],
                                   round (places->scale_bar_text_px[0] - width),
                                   round (places->scale_bar_text_px[1]), color);
}

/* Today's images have none: nobody reads a prior for them. */
static void
append_band (NegOverlayPainter *self, GtkSnapshot *snapshot, const NegOverlayPlaces *places)
{
  GtkStyleContext *style = gtk_widget_get_style_context (self->widget);
  GdkRGBA ground = { 0, 0, 0, 1 }, text = { 1, 1, 1, 1 };

  if (places->band_px <= 0)
    return;
  gtk_style_context_lookup_color (style, "neg_prior", &ground);
  gtk_style_context_lookup_color (style, "neg_prior_text", &text);
  append_box (snapshot, 0, 0, gtk_widget_get_width (self->widget), places->band_px, &ground);
  append_text (snapshot, self->texts[TEXT_BAND], MARGIN_PX, 2, &text);
}

static void
divide (double *values, guint n, double scale)
{
  for (guint i = 0; i < n; i++)
    values[i] /= scale;
}

static void
to_logical (NegOverlayPlaces *places, double scale)
{
  divide (&places->band_px, 1, scale);
  divide (&places->corners_px[0][0], 2 * NEG_N_CORNERS, scale);
  divide (&places->letters_px[0][0], 2 * NEG_N_EDGES, scale);
  divide (places->scale_bar_px, 4, scale);
  divide (places->scale_bar_text_px, 2, scale);
}

void
neg_overlay_painter_snapshot (NegOverlayPainter *self, GtkSnapshot *snapshot)
{
  int scale = gtk_widget_get_scale_factor (self->widget);
  NegOverlayPlaces places;
  GdkRGBA color;

  if (self->overlay == NULL)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (self->widget), &color);
  neg_overlay_get_places (self->overlay, gtk_widget_get_width (self->widget) * scale,
                          gtk_widget_get_height (self->widget) * scale, MARGIN_PX * scale,
                          neg_overlay_painter_get_line_px (self) * scale, &places);
  to_logical (&places, scale);
  if (self->has_image)
    append_scale_bar (self, snapshot, &places, &color);
  append_band (self, snapshot, &places);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    append_corner (self, snapshot, corner, &places, &color);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    append_letters (self, snapshot, edge, &places, &color);
}

void
neg_overlay_painter_append_cover (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA ground = { 0.16, 0.16, 0.16, 1 };
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  g_autoptr (PangoLayout) layout = neg_overlay_painter_new_layout (widget, MAX (width - 16, 1));
  GdkRGBA color;
  int text_height;

  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_text (layout, _ ("Covered: images of this series may show in their pixels who the patient is."), -1);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  gtk_snapshot_append_color (snapshot, &ground, &GRAPHENE_RECT_INIT (0, 0, width, height));
  neg_overlay_painter_append_text (snapshot, layout, 8, (height - text_height) / 2, &color);
}

char *
neg_overlay_painter_dup_text (const NegOverlay *overlay)
{
  GString *text = g_string_new (overlay->prior_band);

  for (guint i = 0; i < NEG_N_CORNERS; i++)
    if (overlay->corners[i] != NULL)
      g_string_append_printf (text, "\n%s", overlay->corners[i]);
  return g_string_free (text, FALSE);
}
