/* Annotations: what a reader measured or marked. */
#include "config.h"

#include "export/neg-marks-cairo.h"

#include <math.h>

#include "export/neg-marks-private.h"
#include "reading/neg-annotation-shape.h"

#define HANDLE_PX 8.0
#define GAP_PART 0.4 /* between a mark and its text, of a line's height */

typedef struct {
  double left, top, right, bottom;
} Box;

static NegPoint
get_point (const NegPen *pen, const NegAnnotation *annotation, guint index)
{
  return _neg_pen_place (pen, annotation->points_px[2 * index], annotation->points_px[2 * index + 1]);
}

static void
move_to (const NegPen *pen, NegPoint point)
{
  cairo_move_to (pen->cr, point.x, point.y);
}

static void
line_to (const NegPen *pen, NegPoint point)
{
  cairo_line_to (pen->cr, point.x, point.y);
}

static void
add_line (const NegPen *pen, NegPoint from, NegPoint to)
{
  move_to (pen, from);
  line_to (pen, to);
}

/* Across the end of a line. */
static void
add_tick (const NegPen *pen, NegPoint at, NegPoint other)
{
  double length = hypot (other.x - at.x, other.y - at.y), half = pen->style->line_px / 3;
  double x = length > 0 ? (other.y - at.y) / length * half : 0;
  double y = length > 0 ? -(other.x - at.x) / length * half : half;

  add_line (pen, (NegPoint){ at.x - x, at.y - y }, (NegPoint){ at.x + x, at.y + y });
}

static void
draw_length (const NegPen *pen, const NegAnnotation *annotation)
{
  NegPoint one = get_point (pen, annotation, 0), other = get_point (pen, annotation, 1);

  add_line (pen, one, other);
  add_tick (pen, one, other);
  add_tick (pen, other, one);
  _neg_pen_stroke (pen);
}

/* The lesser of the two arcs between the legs. */
static void
draw_angle (const NegPen *pen, const NegAnnotation *annotation)
{
  NegPoint one = get_point (pen, annotation, 0), vertex = get_point (pen, annotation, 1);
  NegPoint other = get_point (pen, annotation, 2);
  double first = atan2 (one.y - vertex.y, one.x - vertex.x), last = atan2 (other.y - vertex.y, other.x - vertex.x);
  double legs = MIN (hypot (one.x - vertex.x, one.y - vertex.y), hypot (other.x - vertex.x, other.y - vertex.y));
  double radius = MIN (2 * pen->style->line_px, 0.4 * legs), turn = remainder (last - first, 2 * G_PI);

  add_line (pen, one, vertex);
  line_to (pen, other);
  cairo_new_sub_path (pen->cr);
  if (turn >= 0)
    cairo_arc (pen->cr, vertex.x, vertex.y, radius, first, first + turn);
  else
    cairo_arc_negative (pen->cr, vertex.x, vertex.y, radius, first, first + turn);
  _neg_pen_stroke (pen);
}

/* Dashes between the middles say which two lines belong together. */
static void
draw_cobb (const NegPen *pen, const NegAnnotation *annotation)
{
  NegPoint points[4];
  const double dashes[] = { 4 * pen->width_px, 4 * pen->width_px };

  for (guint i = 0; i < 4; i++)
    points[i] = get_point (pen, annotation, i);
  cairo_set_dash (pen->cr, dashes, 2, 0);
  add_line (pen, (NegPoint){ (points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2 },
            (NegPoint){ (points[2].x + points[3].x) / 2, (points[2].y + points[3].y) / 2 });
  _neg_pen_stroke (pen);
  cairo_set_dash (pen->cr, NULL, 0, 0);
  for (guint i = 0; i < 4; i += 2) {
    add_line (pen, points[i], points[i + 1]);
    add_tick (pen, points[i], points[i + 1]);
    add_tick (pen, points[i + 1], points[i]);
  }
  _neg_pen_stroke (pen);
}

/* Along the axes of the image, whichever way that is turned. */
static void
draw_ellipse (const NegPen *pen, const NegAnnotation *annotation)
{
  const double *p = annotation->points_px;
  double radius_x = (p[2] - p[0]) / 2, radius_y = (p[3] - p[1]) / 2;

  for (guint i = 0; i < 96; i++) {
    double angle = 2 * G_PI * i / 96;

    line_to (pen, _neg_pen_place (pen, p[0] + radius_x * (1 + cos (angle)), p[1] + radius_y * (1 + sin (angle))));
  }
  cairo_close_path (pen->cr);
  _neg_pen_stroke (pen);
}

static void
draw_rectangle (const NegPen *pen, const NegAnnotation *annotation)
{
  const double *p = annotation->points_px;

  move_to (pen, _neg_pen_place (pen, p[0], p[1]));
  line_to (pen, _neg_pen_place (pen, p[2], p[1]));
  line_to (pen, _neg_pen_place (pen, p[2], p[3]));
  line_to (pen, _neg_pen_place (pen, p[0], p[3]));
  cairo_close_path (pen->cr);
  _neg_pen_stroke (pen);
}

static void
draw_freehand (const NegPen *pen, const NegAnnotation *annotation)
{
  for (guint i = 0; i < annotation->n_points; i++)
    line_to (pen, get_point (pen, annotation, i));
  cairo_close_path (pen->cr);
  _neg_pen_stroke (pen);
}

static void
draw_arrow (const NegPen *pen, const NegAnnotation *annotation)
{
  NegPoint tip = get_point (pen, annotation, 0), tail = get_point (pen, annotation, 1);
  double angle = atan2 (tail.y - tip.y, tail.x - tip.x), size = pen->style->line_px * 0.8;

  add_line (pen, tail, tip);
  for (int side = -1; side <= 1; side += 2) {
    double barb = angle + side * 0.45;

    add_line (pen, tip, (NegPoint){ tip.x + size * cos (barb), tip.y + size * sin (barb) });
  }
  _neg_pen_stroke (pen);
}

/* Open in the middle: what is probed is seen. */
static void
draw_probe (const NegPen *pen, const NegAnnotation *annotation)
{
  NegPoint at = get_point (pen, annotation, 0);
  double inner = pen->style->line_px / 4, outer = pen->style->line_px * 0.8;

  for (int side = -1; side <= 1; side += 2) {
    add_line (pen, (NegPoint){ at.x + side * inner, at.y }, (NegPoint){ at.x + side * outer, at.y });
    add_line (pen, (NegPoint){ at.x, at.y + side * inner }, (NegPoint){ at.x, at.y + side * outer });
  }
  _neg_pen_stroke (pen);
}

static void
draw_shape (const NegPen *pen, const NegAnnotation *annotation)
{
  static void (*const draws[NEG_ANNOTATION_N_KINDS]) (const NegPen *, const NegAnnotation *) = {
    [NEG_ANNOTATION_LENGTH] = draw_length,       [NEG_ANNOTATION_ANGLE] = draw_angle,
    [NEG_ANNOTATION_COBB] = draw_cobb,           [NEG_ANNOTATION_ELLIPSE] = draw_ellipse,
    [NEG_ANNOTATION_RECTANGLE] = draw_rectangle, [NEG_ANNOTATION_FREEHAND] = draw_freehand,
    [NEG_ANNOTATION_ARROW] = draw_arrow,         [NEG_ANNOTATION_PROBE] = draw_probe,
  };

  draws[annotation->kind](pen, annotation);
}

/* Where a hand can take hold of it. */
static void
draw_handles (const NegPen *pen, const NegAnnotation *annotation)
{
  double handles_px[2 * NEG_HANDLES_MAX];
  guint n = neg_annotation_get_handles (annotation, handles_px);

  for (guint i = 0; i < n; i++) {
    NegPoint at = _neg_pen_place (pen, handles_px[2 * i], handles_px[2 * i + 1]);

    cairo_rectangle (pen->cr, at.x - HANDLE_PX / 2, at.y - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX);
    _neg_pen_fill (pen);
  }
}

static Box
get_extent (const NegPen *pen, const NegAnnotation *annotation)
{
  Box box = { INFINITY, INFINITY, -INFINITY, -INFINITY };
  guint first = 0, n = annotation->n_points;

  /* The text of an arrow belongs to its tail, that of a line to its right end, all others are beside the whole. */
  if (annotation->kind == NEG_ANNOTATION_ARROW) {
    first = 1;
  } else if (annotation->kind == NEG_ANNOTATION_LENGTH) {
    first = get_point (pen, annotation, 1).x >= get_point (pen, annotation, 0).x;
    n = first + 1;
  }
  for (guint i = first; i < n; i++) {
    NegPoint at = get_point (pen, annotation, i);

    box = (Box){ MIN (box.left, at.x), MIN (box.top, at.y), MAX (box.right, at.x), MAX (box.bottom, at.y) };
  }
  return box;
}

/* Letters are thinner than lines: the same hue, brighter. */
static NegPen
get_text_pen (const NegPen *pen)
{
  NegPen text = *pen;

  for (guint i = 0; i < 3; i++)
    text.color[i] = 0.35 * pen->color[i] + 0.65;
  return text;
}

/* Beside the mark, to the right or where there is no room to the left, and always inside the picture. */
static void
draw_text (const NegPen *pen, const NegAnnotation *annotation, const char *lines)
{
  gboolean has_text = annotation->text != NULL && *annotation->text != '\0' && !pen->style->hides_words;
  gboolean has_lines = lines != NULL && *lines != '\0';
  g_autofree char *words = _neg_pen_dup_words (annotation->text);
  g_autofree char *text = g_strconcat (has_text ? words : "", has_text && has_lines ? "\n" : "",
                                       has_lines ? lines : "", NULL);
  g_autoptr (PangoLayout) layout = NULL;
  NegPen text_pen = get_text_pen (pen);
  Box box = get_extent (pen, annotation);
  double gap = pen->style->line_px * GAP_PART, x, y;
  int width, height;

  if (*text == '\0')
    return;
  layout = _neg_pen_new_layout (pen, text, 0);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > (int) pen->style->width - 2 * gap) {
    pango_layout_set_width (layout, MAX (pen->style->width - 2 * gap, 1) * PANGO_SCALE);
    pango_layout_get_pixel_size (layout, &width, &height);
  }
  x = box.right + gap + width <= pen->style->width - gap ? box.right + gap : box.left - gap - width;
  y = (box.top + box.bottom - height) / 2;
  x = CLAMP (x, gap, MAX (pen->style->width - gap - width, gap));
  y = CLAMP (y, gap, MAX (pen->style->height - gap - height, gap));
  _neg_pen_show_layout (&text_pen, layout, x, y);
}

void
neg_marks_draw_annotation (cairo_t *cr, const NegMarksStyle *style, const NegAnnotation *annotation, const char *lines)
{
  gboolean is_selected = style->selected_uid != NULL && g_strcmp0 (style->selected_uid, annotation->uid) == 0;
  NegPen pen;

  _neg_pen_init (&pen, cr, style);
  /* A key image has no place on it. */
  if (!pen.is_usable || !neg_annotation_is_valid (annotation) || annotation->n_points == 0)
    return;
  if (annotation->is_foreign)
    _neg_pen_set_rgb (&pen, 0xc3, 0x9b, 0xe0);
  else if (is_selected)
    _neg_pen_set_rgb (&pen, 0x9c, 0xcb, 0xf5);
  else
    _neg_pen_set_rgb (&pen, 0x5b, 0x9b, 0xd5);
  cairo_save (cr);
  cairo_new_path (cr);
  draw_shape (&pen, annotation);
  if (is_selected && style->has_handles)
    draw_handles (&pen, annotation);
  /* Letters are thinner than lines: nearly white, or nobody reads them on the grey of an image. */
  if (annotation->is_foreign)
    _neg_pen_set_rgb (&pen, 0xe6, 0xd8, 0xf2);
  else
    _neg_pen_set_rgb (&pen, 0xd6, 0xe8, 0xf9);
  draw_text (&pen, annotation, lines);
  cairo_restore (cr);
}
