#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "model/neg-fiction.h"
#include "ui/neg-viewport-private.h"
#include "ui/neg-words.h"

#define MARGIN_PX 8

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
  neg_overlay_painter_forget (self->painter);
  _neg_viewport_forget_texts (self);
  _neg_viewport_forget_marks (self);
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
  NegOverlay *overlay = &self->overlay;
  NegDraw draw;
  gboolean has_draw = _neg_viewport_prepare (self, &draw);

  neg_overlay_clear (overlay);
  neg_overlay_init (overlay, self->reading, self->cell, has_draw && self->has_window ? &draw.voi : NULL,
                    neg_viewport_get_width_px (self), neg_viewport_get_height_px (self),
                    neg_overlay_painter_fit_level (self->painter, self->level));
  if (has_draw && _neg_viewport_is_key_image (self))
    add_key_mark (overlay);
  neg_overlay_painter_set (self->painter, overlay, has_draw);
  self->overlay_is_old = FALSE;
}

static void
add_paragraph (GString *markup, NegTextKind kind, const char *format, const char *text)
{
  g_autofree char *shown = neg_text_dup_shown (kind, text);
  g_autofree char *escaped = g_markup_printf_escaped (format, shown);

  if (*shown != '\0')
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

  add_paragraph (markup, NEG_TEXT_SITE, "<span size='large' weight='bold' color='#f08a5d'>%s</span>\n\n", title);
  add_paragraph (markup, NEG_TEXT_SITE, "%s\n", neg_words_for_error (self->failure));
  add_paragraph (markup, NEG_TEXT_SENTENCE, "<span alpha='75%%'>%s</span>\n", self->failure->message);
  add_paragraph (markup, NEG_TEXT_PATH, "<span alpha='75%%'>%s</span>\n\n", file_valid);
  add_paragraph (markup, NEG_TEXT_SITE, "%s",
                 n > 1 ? _ ("What this image would show is missing here. The other images are not affected.")
                       : _ ("What this image would show is missing here."));
  add_paragraph (markup, NEG_TEXT_SITE, "\n%s", neg_words_for_advice (self->failure));
  return g_string_free (markup, FALSE);
}

static char *
dup_cover_markup (void)
{
  return g_markup_printf_escaped ("<span size='large' weight='bold'>%s</span>\n\n%s\n<span alpha='75%%'>%s</span>",
                                  _ ("Covered"), _ ("This image may show in its pixels who the patient is."),
                                  _ ("Shift+K: say what has to be covered, or that nothing has to be."));
}

static char *
dup_message_markup (NegViewport *self)
{
  if (_neg_viewport_get_state (self)->series == NULL)
    return g_markup_escape_text (self->idle_text != NULL ? self->idle_text : "", -1);
  if (self->is_covered)
    return dup_cover_markup ();
  if (self->failure != NULL)
    return dup_failure_markup (self);
  return g_markup_printf_escaped (_ ("image %u — loading…"), _neg_viewport_get_state (self)->index + 1);
}

static void
make_message (NegViewport *self)
{
  g_autofree char *markup = dup_message_markup (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  self->message = neg_overlay_painter_new_layout (GTK_WIDGET (self), MIN (width - 2 * MARGIN_PX, MAX (width * 2 / 3, 320)));
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
append_box (GtkSnapshot *snapshot, double x, double y, double width, double height, const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
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

void
_neg_viewport_snapshot_texts (NegViewport *self, GtkSnapshot *snapshot)
{
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  if (self->overlay_is_old)
    read_overlay (self);
  if (self->pixels != NULL)
    append_links (self, snapshot);
  neg_overlay_painter_snapshot (self->painter, snapshot);
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
  title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (state->series));
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

  if (self->is_covered)
    return g_strdup (_ ("covered"));
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
