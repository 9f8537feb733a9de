#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-viewport-private.h"
#include "ui/neg-words.h"

#define MARGIN_PX 8

void
_neg_viewport_forget_texts (NegViewport *self)
{
  for (guint i = 0; i < NEG_N_CORNERS; i++)
    g_clear_object (&self->corners[i]);
  g_clear_object (&self->message);
}

static PangoLayout *
new_layout (NegViewport *self, int width_px)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  PangoAttrList *attributes = pango_attr_list_new ();

  /* Digits of one width: numbers that change do not dance. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_width (layout, MAX (width_px, 1) * PANGO_SCALE);
  return layout;
}

static void
make_corners (NegViewport *self)
{
  NegDraw draw;
  gboolean has_draw = _neg_viewport_prepare (self, &draw);
  double magnification = neg_view_state_get_magnification (_neg_viewport_get_state (self), neg_viewport_get_width_px (self),
                                                           neg_viewport_get_height_px (self));

  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++) {
    g_autofree char *text = neg_caption_dup_corner (corner, self->level, _neg_viewport_get_state (self),
                                                    has_draw && self->has_window ? &draw.voi : NULL, magnification);
    gboolean right = corner == NEG_CORNER_TOP_RIGHT || corner == NEG_CORNER_BOTTOM_RIGHT;
    PangoLayout *layout = new_layout (self, gtk_widget_get_width (GTK_WIDGET (self)) / 2 - 2 * MARGIN_PX);

    pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment (layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_text (layout, text, -1);
    self->corners[corner] = layout;
  }
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

  self->message = new_layout (self, MIN (width - 2 * MARGIN_PX, MAX (width * 2 / 3, 320)));
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

static void
append_corner (NegViewport *self, GtkSnapshot *snapshot, NegCorner corner, const GdkRGBA *color)
{
  static const GdkRGBA shadow = { 0, 0, 0, 0.9 };
  PangoLayout *layout = self->corners[corner];
  double x = MARGIN_PX, y = MARGIN_PX;
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  if (corner == NEG_CORNER_TOP_RIGHT || corner == NEG_CORNER_BOTTOM_RIGHT)
    x = gtk_widget_get_width (GTK_WIDGET (self)) - MARGIN_PX - pango_layout_get_width (layout) / PANGO_SCALE;
  if (corner == NEG_CORNER_BOTTOM_LEFT || corner == NEG_CORNER_BOTTOM_RIGHT)
    y = gtk_widget_get_height (GTK_WIDGET (self)) - MARGIN_PX - height;
  /* All round, readable on white too. */
  for (guint i = 0; i < 4; i++)
    append_text (snapshot, layout, x + (i & 1 ? 1 : -1), y + (i & 2 ? 1 : -1), &shadow);
  append_text (snapshot, layout, x, y, color);
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

void
_neg_viewport_snapshot_texts (NegViewport *self, GtkSnapshot *snapshot)
{
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  if (self->corners[0] == NULL)
    make_corners (self);
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    append_corner (self, snapshot, corner, &color);
  if (self->pixels == NULL)
    append_message (self, snapshot, &color);
}

static char *
dup_accessible_label (NegViewport *self)
{
  g_autofree char *title = NULL;

  if (_neg_viewport_get_state (self)->series == NULL)
    return g_strdup (_ ("no image"));
  title = neg_caption_dup_clean (neg_series_get_title (_neg_viewport_get_state (self)->series));
  return g_strdup_printf (_ ("image %u of %u, %s"), _neg_viewport_get_state (self)->index + 1, neg_view_state_get_n_frames (_neg_viewport_get_state (self)),
                          title);
}

static char *
dup_accessible_description (NegViewport *self)
{
  NegDraw draw;

  if (self->failure != NULL)
    return g_strdup_printf (_ ("cannot be shown: %s"), neg_words_for_error (self->failure));
  /* Of any size: it is heard before the viewport has one. */
  if (self->pixels == NULL || !neg_view_state_prepare (_neg_viewport_get_state (self), &self->own, 1, 1, &draw))
    return g_strdup (_neg_viewport_get_state (self)->series != NULL ? _ ("loading") : "");
  return neg_caption_dup_corner (NEG_CORNER_BOTTOM_RIGHT, NEG_CAPTIONS_ESSENTIAL, _neg_viewport_get_state (self),
                                 self->has_window ? &draw.voi : NULL, 0);
}

void
_neg_viewport_update_accessible (NegViewport *self)
{
  g_autofree char *label = dup_accessible_label (self);
  g_autofree char *description = dup_accessible_description (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}
