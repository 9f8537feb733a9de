#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/neg-viewport-private.h"
#include "ui/neg-words.h"

#define MARGIN_PX 8

/* Below this the texts of the two sides meet: only the essential ones are shown, between the letters of the edges. */
#define NARROW_PX 260
#define SHORT_PX 200

static gboolean
is_narrow (NegViewport *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) < NARROW_PX || gtk_widget_get_height (GTK_WIDGET (self)) < SHORT_PX;
}

static gboolean
is_right (NegCorner corner)
{
  return corner == NEG_CORNER_TOP_RIGHT || corner == NEG_CORNER_BOTTOM_RIGHT;
}

/* The overlay has to be looked at again; layouts of texts that stay the same are kept. */
void
_neg_viewport_forget_texts (NegViewport *self)
{
  self->overlay_is_old = TRUE;
  g_clear_object (&self->message);
}

void
_neg_viewport_drop_texts (NegViewport *self)
{
  for (guint i = 0; i < NEG_N_TEXTS; i++)
    g_clear_object (&self->texts[i]);
  _neg_viewport_forget_texts (self);
  _neg_viewport_forget_marks (self);
}

PangoLayout *
_neg_viewport_new_layout (NegViewport *self, int width_px)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
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
set_text (NegViewport *self, guint index, const char *text, int width_px, PangoAlignment alignment)
{
  PangoLayout **layout = &self->texts[index];

  if (*layout == NULL) {
    *layout = _neg_viewport_new_layout (self, width_px);
    pango_layout_set_ellipsize (*layout, width_px >= 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_alignment (*layout, alignment);
  }
  if (width_px >= 0 && pango_layout_get_width (*layout) != width_px * PANGO_SCALE)
    pango_layout_set_width (*layout, width_px * PANGO_SCALE);
  if (g_strcmp0 (pango_layout_get_text (*layout), text != NULL ? text : "") != 0)
    pango_layout_set_text (*layout, text != NULL ? text : "", -1);
}

static void
add_key_mark (NegOverlay *overlay)
{
  char **corner = &overlay->corners[NEG_CORNER_BOTTOM_RIGHT];
  char *marked = **corner != '\0' ? g_strdup_printf ("%s\n%s", _ ("KEY IMAGE"), *corner) : g_strdup (_ ("KEY IMAGE"));

  g_free (*corner);
  *corner = marked;
}

static void
read_overlay (NegViewport *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int whole = MAX (width - 2 * MARGIN_PX, 1), half = MAX (width / 2 - 2 * MARGIN_PX, 1);
  NegCaptionsLevel level = is_narrow (self) ? MAX (self->level, NEG_CAPTIONS_ESSENTIAL) : self->level;
  NegOverlay *overlay = &self->overlay;
  NegDraw draw;
  gboolean has_draw = _neg_viewport_prepare (self, &draw);

  neg_overlay_clear (overlay);
  neg_overlay_init (overlay, self->reading, self->cell, has_draw && self->has_window ? &draw.voi : NULL,
                    neg_viewport_get_width_px (self), neg_viewport_get_height_px (self), level);
  if (has_draw && _neg_viewport_is_key_image (self))
    add_key_mark (overlay);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    set_text (self, NEG_TEXT_CORNERS + corner, overlay->corners[corner],
              corner == NEG_CORNER_TOP_LEFT && *overlay->corners[NEG_CORNER_TOP_RIGHT] == '\0' ? whole : half,
              is_right (corner) ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    set_text (self, NEG_TEXT_LETTERS + edge, has_draw ? overlay->letters[edge] : NULL, -1, PANGO_ALIGN_LEFT);
  set_text (self, NEG_TEXT_SCALE_BAR, overlay->scale_bar_text, -1, PANGO_ALIGN_LEFT);
  set_text (self, NEG_TEXT_BAND, overlay->prior_band, whole, PANGO_ALIGN_CENTER);
  self->overlay_is_old = FALSE;
}

static void
add_paragraph (GString *markup, const char *format, const char *text)
{
  g_autofree char *clean = neg_caption_dup_clean (text);
  g_autofree char *escaped = g_markup_printf_escaped (format, clean);

  if (*clean != '\0')
    g_string_append (markup, escaped);
}

static char *
dup_failure_markup (NegViewport *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));
  guint n = neg_view_state_get_n_frames (_neg_viewport_get_state (self));
  g_autofree char *title = g_strdup_printf (_ ("Image %u of %u cannot be shown"), _neg_viewport_get_state (self)->index + 1, n);
  g_autofree char *file = g_path_get_basename (neg_blob_get_name (frame->blob));
  g_autofree char *file_valid = g_utf8_make_valid (file, -1);
  GString *markup = g_string_new (NULL);

  add_paragraph (markup, "<span size='large' weight='bold' color='#f08a5d'>%s</span>\n\n", title);
  add_paragraph (markup, "%s\n", neg_words_for_error (self->failure));
  add_paragraph (markup, "<span alpha='75%%'>%s</span>\n", self->failure->message);
  add_paragraph (markup, "<span alpha='75%%'>%s</span>\n\n", file_valid);
  add_paragraph (markup, "%s",
                 n > 1 ? _ ("What this image would show is missing here. The other images are not affected.")
                       : _ ("What this image would show is missing here."));
  add_paragraph (markup, "\n%s", neg_words_for_advice (self->failure));
  return g_string_free (markup, FALSE);
}

static char *
dup_message_markup (NegViewport *self)
{
  if (_neg_viewport_get_state (self)->series == NULL)
    return g_markup_escape_text (self->idle_text != NULL ? self->idle_text : "", -1);
  if (self->failure != NULL)
    return dup_failure_markup (self);
  return g_markup_printf_escaped (_ ("image %u — loading…"), _neg_viewport_get_state (self)->index + 1);
}

static void
make_message (NegViewport *self)
{
  g_autofree char *markup = dup_message_markup (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  self->message = _neg_viewport_new_layout (self, MIN (width - 2 * MARGIN_PX, MAX (width * 2 / 3, 320)));
  pango_layout_set_wrap (self->message, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (self->message, PANGO_ALIGN_CENTER);
  pango_layout_set_markup (self->message, markup, -1);
}

static void
append_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

double
_neg_viewport_get_line_px (NegViewport *self)
{
  int height;

  pango_layout_get_pixel_size (self->texts[NEG_TEXT_LETTERS], NULL, &height);
  return MAX (height, 8);
}

/* All round, readable on white too. */
void
_neg_viewport_append_shadowed (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  static const GdkRGBA shadow = { 0, 0, 0, 0.9 };

  if (*pango_layout_get_text (layout) == '\0')
    return;
  for (int i = 0; i < 9; i++)
    if (i != 4)
      append_text (snapshot, layout, x + i % 3 - 1, y + i / 3 - 1, &shadow);
  append_text (snapshot, layout, x, y, color);
}

static void
append_corner (NegViewport *self, GtkSnapshot *snapshot, NegCorner corner, const NegOverlayPlaces *places,
               const GdkRGBA *color)
{
  PangoLayout *layout = self->texts[NEG_TEXT_CORNERS + corner];
  double x = places->corners_px[corner][0], y = places->corners_px[corner][1];
  double inset = is_narrow (self) ? _neg_viewport_get_line_px (self) : 0;
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  y += corner == NEG_CORNER_TOP_LEFT || corner == NEG_CORNER_TOP_RIGHT ? inset : -inset;
  if (is_right (corner))
    x -= pango_layout_get_width (layout) / (double) PANGO_SCALE;
  if (corner == NEG_CORNER_BOTTOM_LEFT || corner == NEG_CORNER_BOTTOM_RIGHT)
    y -= height;
  _neg_viewport_append_shadowed (snapshot, layout, x, y, color);
}

static void
append_letters (NegViewport *self, GtkSnapshot *snapshot, NegEdge edge, const NegOverlayPlaces *places,
                const GdkRGBA *color)
{
  PangoLayout *layout = self->texts[NEG_TEXT_LETTERS + edge];
  double x = places->letters_px[edge][0], y = places->letters_px[edge][1];
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  x -= edge == NEG_EDGE_LEFT ? 0 : edge == NEG_EDGE_RIGHT ? width : width / 2.0;
  y -= edge == NEG_EDGE_TOP ? 0 : edge == NEG_EDGE_BOTTOM ? height : height / 2.0;
  _neg_viewport_append_shadowed (snapshot, layout, round (x), round (y), color);
}

static void
append_box (GtkSnapshot *snapshot, double x, double y, double width, double height, const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/* On whole pixels: boxes between two pixels, one over the other, did not get the same grey levels in every frame. */
static double
snap (NegViewport *self, double value)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return round (value * scale) / scale;
}

static void
append_scale_bar (NegViewport *self, GtkSnapshot *snapshot, const NegOverlayPlaces *places, double line_px,
                  const GdkRGBA *color)
{
  static const GdkRGBA shadow = { 0, 0, 0, 0.7 };
  double x = round (places->scale_bar_px[0]);
  double top = snap (self, places->scale_bar_px[1]), bottom = snap (self, places->scale_bar_px[3]);
  guint parts = MAX (self->overlay.scale_bar_parts, 1);
  int width;

  if (!places->has_scale_bar)
    return;
  append_box (snapshot, x - 2, top - 1, 3, bottom - top + 2, &shadow);
  append_box (snapshot, x - 1, top, 1, bottom - top, color);
  for (guint i = 0; i <= parts; i++) {
    double length = snap (self, i == 0 || i == parts ? line_px / 2 : line_px / 4);

    append_box (snapshot, x - length, snap (self, top + (bottom - top) * i / parts - 0.5), length, 1, color);
  }
  pango_layout_get_pixel_size (self->texts[NEG_TEXT_SCALE_BAR], &width, NULL);
  _neg_viewport_append_shadowed (snapshot, self->texts[NEG_TEXT_SCALE_BAR], round (places->scale_bar_text_px[0] - width),
                   round (places->scale_bar_text_px[1]), color);
}

/* Today's images have none: nobody reads a prior for them. */
static void
append_band (NegViewport *self, GtkSnapshot *snapshot, const NegOverlayPlaces *places)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA ground = { 0, 0, 0, 1 }, text = { 1, 1, 1, 1 };

  if (places->band_px <= 0)
    return;
  gtk_style_context_lookup_color (style, "neg_prior", &ground);
  gtk_style_context_lookup_color (style, "neg_prior_text", &text);
  append_box (snapshot, 0, 0, gtk_widget_get_width (GTK_WIDGET (self)), places->band_px, &ground);
  append_text (snapshot, self->texts[NEG_TEXT_BAND], MARGIN_PX, 2, &text);
}

/* What other viewports have to say about this one. */
static void
append_links (NegViewport *self, GtkSnapshot *snapshot)
{
  static const GdkRGBA color = { 0.36, 0.61, 0.84, 0.95 };
  const NegOverlay *overlay = &self->overlay;
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double x = round (overlay->point[0] / scale), y = round (overlay->point[1] / scale);

  if (overlay->has_line) {
    double dx = overlay->line[2] - overlay->line[0], dy = overlay->line[3] - overlay->line[1];

    gtk_snapshot_save (snapshot);
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (overlay->line[0] / scale, overlay->line[1] / scale));
    gtk_snapshot_rotate (snapshot, atan2 (dy, dx) * 180 / G_PI);
    append_box (snapshot, 0, -0.75, hypot (dx, dy) / scale, 1.5, &color);
    gtk_snapshot_restore (snapshot);
  }
  if (overlay->has_point)
    for (int side = -1; side <= 1; side += 2) {
      append_box (snapshot, x + (side < 0 ? -20 : 5), y, 15, 1, &color);
      append_box (snapshot, x, y + (side < 0 ? -20 : 5), 1, 15, &color);
    }
}

static void
append_message (NegViewport *self, GtkSnapshot *snapshot, const GdkRGBA *color)
{
  int height;

  if (self->message == NULL)
    make_message (self);
  pango_layout_get_pixel_size (self->message, NULL, &height);
  append_text (snapshot, self->message,
               (gtk_widget_get_width (GTK_WIDGET (self)) - pango_layout_get_width (self->message) / PANGO_SCALE) / 2,
               (gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2, color);
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
_neg_viewport_snapshot_texts (NegViewport *self, GtkSnapshot *snapshot)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), line_px;
  NegOverlayPlaces places;
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  if (self->overlay_is_old)
    read_overlay (self);
  line_px = _neg_viewport_get_line_px (self);
  neg_overlay_get_places (&self->overlay, neg_viewport_get_width_px (self), neg_viewport_get_height_px (self),
                          MARGIN_PX * scale, line_px * scale, &places);
  to_logical (&places, scale);
  if (self->pixels != NULL) {
    append_links (self, snapshot);
    append_scale_bar (self, snapshot, &places, line_px, &color);
  }
  append_band (self, snapshot, &places);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    append_corner (self, snapshot, corner, &places, &color);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    append_letters (self, snapshot, edge, &places, &color);
  if (self->pixels == NULL)
    append_message (self, snapshot, &color);
}

static char *
dup_accessible_label (NegViewport *self)
{
  const NegViewState *state = _neg_viewport_get_state (self);
  g_autofree char *title = NULL;

  if (state->series == NULL)
    return g_strdup (_ ("no image"));
  title = neg_caption_dup_clean (neg_series_get_title (state->series));
  return g_strdup_printf (_ ("image %u of %u, %s"), state->index + 1, neg_view_state_get_n_frames (state), title);
}

/* Which side of the patient is where: heard after every turn, as it is seen. */
static char *
dup_sides (const NegViewState *state, const NegDraw *draw)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES];

  neg_letters_init (letters, frame->instance, frame->frame, &draw->output_to_image);
  if (letters[NEG_EDGE_LEFT][0] == '\0' || letters[NEG_EDGE_TOP][0] == '\0')
    return g_strdup ("");
  /* Translators: letters of directions in the patient, such as R, L, A, P */
  return g_strdup_printf (_ ("left %s, right %s, top %s, bottom %s"), letters[NEG_EDGE_LEFT], letters[NEG_EDGE_RIGHT],
                          letters[NEG_EDGE_TOP], letters[NEG_EDGE_BOTTOM]);
}

static char *
dup_accessible_description (NegViewport *self)
{
  g_autofree char *view = NULL, *sides = NULL;
  NegDraw draw;

  if (self->failure != NULL)
    return g_strdup_printf (_ ("cannot be shown: %s"), neg_words_for_error (self->failure));
  /* Of any size: it is heard before the viewport has one. */
  if (self->pixels == NULL || !neg_view_state_prepare (_neg_viewport_get_state (self), &self->own, 1, 1, &draw))
    return g_strdup (_neg_viewport_get_state (self)->series != NULL ? _ ("loading") : "");
  view = neg_caption_dup_corner (NEG_CORNER_BOTTOM_RIGHT, NEG_CAPTIONS_ESSENTIAL, _neg_viewport_get_state (self),
                                 self->has_window ? &draw.voi : NULL, 0);
  sides = dup_sides (_neg_viewport_get_state (self), &draw);
  return g_strjoin (*view != '\0' && *sides != '\0' ? "\n" : "", view, sides, NULL);
}

void
_neg_viewport_update_accessible (NegViewport *self)
{
  g_autofree char *label = dup_accessible_label (self);
  g_autofree char *description = dup_accessible_description (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
