/* Graphics and texts of a presentation state (PS3.3 C.10.5). */
#include "config.h"

#include <math.h>

#include "export/neg-marks-private.h"
#include "imaging/neg-graphic.h"

/* Of a curve from what is drawn of it. */
#define TOLERANCE_PX 0.25

typedef struct {
  const NegGraphicAnnotation *annotation;
  const NegGraphicLayer *layer; /* nullable */
} Marked;

static NegPoint
place (const NegPen *pen, NegGraphicUnits units, double x, double y)
{
  const double *area = pen->style->area_px;

  if (units != NEG_UNITS_DISPLAY)
    return _neg_pen_place (pen, x, y);
  x = isfinite (x) ? CLAMP (x, -1e3, 1e3) : 0;
  y = isfinite (y) ? CLAMP (y, -1e3, 1e3) : 0;
  return (NegPoint){ area[0] + x * (area[2] - area[0]), area[1] + y * (area[3] - area[1]) };
}

static double
get_tolerance (const NegPen *pen, NegGraphicUnits units)
{
  const double *area = pen->style->area_px;

  if (units == NEG_UNITS_DISPLAY)
    return TOLERANCE_PX / MAX (MAX (fabs (area[2] - area[0]), fabs (area[3] - area[1])), 1);
  return TOLERANCE_PX / _neg_pen_get_scale (pen);
}

static void
draw_point (const NegPen *pen, NegPoint at)
{
  double half = pen->style->line_px / 3;

  cairo_move_to (pen->cr, at.x - half, at.y);
  cairo_line_to (pen->cr, at.x + half, at.y);
  cairo_move_to (pen->cr, at.x, at.y - half);
  cairo_line_to (pen->cr, at.x, at.y + half);
  _neg_pen_stroke (pen);
}

static void
draw_graphic (const NegPen *pen, const NegGraphic *graphic)
{
  guint n;
  g_autofree double *points = neg_graphic_flatten (graphic, get_tolerance (pen, graphic->units), &n);
  gboolean is_closed;

  if (points == NULL || graphic->units == NEG_UNITS_MATRIX)
    return;
  is_closed = n > 2 && points[0] == points[2 * n - 2] && points[1] == points[2 * n - 1];
  if (graphic->type == NEG_GRAPHIC_POINT) {
    draw_point (pen, place (pen, graphic->units, points[0], points[1]));
    return;
  }
  cairo_new_path (pen->cr);
  for (guint i = 0; i < n - is_closed; i++) {
    NegPoint at = place (pen, graphic->units, points[2 * i], points[2 * i + 1]);

    cairo_line_to (pen->cr, at.x, at.y);
  }
  if (is_closed)
    cairo_close_path (pen->cr);
  if (is_closed && graphic->is_filled)
    _neg_pen_fill (pen);
  else
    _neg_pen_stroke (pen);
}

static void
set_justification (PangoLayout *layout, const char *justification)
{
  if (g_strcmp0 (justification, "RIGHT") == 0)
    pango_layout_set_alignment (layout, PANGO_ALIGN_RIGHT);
  else if (g_strcmp0 (justification, "CENTER") == 0)
    pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
}

/* From the nearest point of the text to what it is about. */
static void
draw_anchor_line (const NegPen *pen, const double box[4], NegPoint anchor)
{
  double x = CLAMP (anchor.x, box[0], box[2]), y = CLAMP (anchor.y, box[1], box[3]);

  if (x == anchor.x && y == anchor.y)
    return;
  cairo_new_path (pen->cr);
  cairo_move_to (pen->cr, x, y);
  cairo_line_to (pen->cr, anchor.x, anchor.y);
  _neg_pen_stroke (pen);
}

/* Upright whatever is done to the image, from the upper left corner of the box as it is seen; without a box beside its
 * anchor. */
static void
draw_text (const NegPen *pen, const NegGraphicText *text)
{
  NegPoint anchor = place (pen, text->anchor_units, text->anchor[0], text->anchor[1]);
  NegPoint one = place (pen, text->box_units, text->box[0], text->box[1]);
  NegPoint other = place (pen, text->box_units, text->box[2], text->box[3]);
  double box[4] = { MIN (one.x, other.x), MIN (one.y, other.y), MAX (one.x, other.x), MAX (one.y, other.y) };
  g_autofree char *words = _neg_pen_dup_words (text->text);
  g_autoptr (PangoLayout) layout = NULL;
  int width, height;

  if (text->text == NULL || (!text->has_box && !text->has_anchor) || neg_graphic_text_is_of_matrix (text))
    return;
  if (!text->has_box) {
    box[0] = box[2] = anchor.x + pen->style->line_px / 2;
    box[1] = box[3] = anchor.y - pen->style->line_px / 2;
  }
  layout = _neg_pen_new_layout (pen, words, text->has_box ? MAX (box[2] - box[0], pen->style->line_px) : 0);
  set_justification (layout, text->justification);
  pango_layout_get_pixel_size (layout, &width, &height);
  box[2] = MAX (box[2], box[0] + width);
  box[3] = MAX (box[3], box[1] + height);
  if (text->has_anchor && text->anchor_visible)
    draw_anchor_line (pen, box, anchor);
  _neg_pen_show_layout (pen, layout, box[0], box[1]);
}

static void
set_layer (NegPen *pen, const NegGraphicLayer *layer)
{
  guint8 rgb[3] = { 0xff, 0xd2, 0x3f }, grey; /* as overlays without a colour of their own */

  if (layer != NULL && layer->has_color) {
    neg_lab_to_rgb (layer->color_lab, rgb);
  } else if (layer != NULL && layer->has_gray) {
    grey = layer->gray >> 8;
    rgb[0] = rgb[1] = rgb[2] = grey;
  }
  _neg_pen_set_rgb (pen, rgb[0], rgb[1], rgb[2]);
}

/* By name, the first of each; a state may have as many layers as annotations, and nobody waits for their product. */
static GHashTable *
new_layer_table (const NegPresentation *presentation)
{
  GHashTable *layers = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint32 i = presentation->n_layers; i > 0; i--)
    if (presentation->layers[i - 1].name != NULL)
      g_hash_table_replace (layers, presentation->layers[i - 1].name, &presentation->layers[i - 1]);
  return layers;
}

static int
compare_marked (gconstpointer a, gconstpointer b)
{
  const Marked *one = a, *other = b;
  gint32 order = one->layer != NULL ? one->layer->order : 0;
  gint32 other_order = other->layer != NULL ? other->layer->order : 0;

  if (order != other_order)
    return order < other_order ? -1 : 1;
  /* Both lie in one array: as the state lists them. */
  return one->annotation < other->annotation ? -1 : one->annotation > other->annotation;
}

static void
draw_marked (NegPen *pen, const Marked *marked)
{
  const NegGraphicAnnotation *annotation = marked->annotation;

  set_layer (pen, marked->layer);
  for (guint32 i = 0; i < annotation->n_graphics; i++)
    draw_graphic (pen, &annotation->graphics[i]);
  for (guint32 i = 0; i < annotation->n_texts && !pen->style->hides_words; i++)
    draw_text (pen, &annotation->texts[i]);
}

void
neg_marks_draw_presentation (cairo_t *cr, const NegMarksStyle *style, const NegPresentation *presentation,
                             const char *sop_instance_uid, guint32 frame)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Marked));
  g_autoptr (GHashTable) layers = NULL;
  NegPen pen;

  _neg_pen_init (&pen, cr, style);
  if (!pen.is_usable)
    return;
  layers = new_layer_table (presentation);
  for (guint32 i = 0; i < presentation->n_annotations; i++) {
    const NegGraphicAnnotation *annotation = &presentation->annotations[i];
    const NegGraphicLayer *layer = annotation->layer != NULL ? g_hash_table_lookup (layers, annotation->layer) : NULL;
    Marked marked = { annotation, layer };

    if (neg_image_references_contain (&annotation->references, sop_instance_uid, frame))
      g_array_append_val (all, marked);
  }
  g_array_sort (all, compare_marked);
  cairo_save (cr);
  for (guint i = 0; i < all->len; i++)
    draw_marked (&pen, &g_array_index (all, Marked, i));
  cairo_restore (cr);
}
