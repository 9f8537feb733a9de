/* The crosshair: where the other planes cut this one. Each plane has a colour, a dash and a letter of its own. */
#include "config.h"

#include <math.h>

#include "reading/neg-plane-caption.h"
#include "ui/neg-mpr-viewport-private.h"

/* Logical pixels */
#define GAP_PX 16.0        /* round the point, so that it can be seen */
#define GRIP_POINT_PX 12.0 /* from here on the point is held, */
#define GRIP_LINE_PX 5.0   /* a line */
#define GRIP_HANDLE_PX 10.0
#define HANDLE_PX 4.0      /* half of it */
#define LETTER_PX 14.0     /* from the edge */
#define HANDLE_AT 0.36     /* of the shorter side, from the point */

typedef struct {
  GdkRGBA color;
  double on_px, off_px; /* logical; off 0: solid */
} Style;

static const Style styles[NEG_MPR_N_PLANES] = {
  [NEG_MPR_AXIAL] = { { 0.40, 0.72, 0.95, 1 }, 1, 0 },
  [NEG_MPR_CORONAL] = { { 0.93, 0.84, 0.42, 1 }, 14, 4 },
  [NEG_MPR_SAGITTAL] = { { 0.88, 0.56, 0.80, 1 }, 6, 4 },
  [NEG_MPR_OBLIQUE] = { { 0.80, 0.83, 0.86, 1 }, 2, 4 },
};
static const Style slab_style = { { 0, 0, 0, 0 }, 2, 6 }; /* in the colour of its plane */

typedef struct {
  double through_px[2], direction[2], half_slab_px; /* output pixels */
} Line;

static gboolean
get_line (NegMprViewport *self, NegMprPlane other, Line *line)
{
  NegMpr *mpr = neg_volume_reading_get_mpr (self->volumes);

  if (other == self->plane || (other == NEG_MPR_OBLIQUE
      && (neg_volume_reading_get_fourth (self->volumes) != NEG_FOURTH_OBLIQUE || !neg_mpr_is_turned (mpr, other))))
    return FALSE;
  return neg_mpr_get_line (mpr, self->plane, other, neg_mpr_viewport_get_width_px (self),
                           neg_mpr_viewport_get_height_px (self), line->through_px, line->direction,
                           &line->half_slab_px);
}

gboolean
_neg_mpr_viewport_get_point (NegMprViewport *self, double point_px[2])
{
  NegMpr *mpr = neg_volume_reading_get_mpr (self->volumes);
  double point_mm[3];
  NegReformat reformat;

  if (!neg_mpr_get_reformat (mpr, self->plane, neg_mpr_viewport_get_width_px (self),
                             neg_mpr_viewport_get_height_px (self), &reformat))
    return FALSE;
  neg_mpr_get_point (mpr, point_mm);
  neg_reformat_to_output (&reformat, point_mm, point_px);
  return isfinite (point_px[0]) && isfinite (point_px[1]);
}

/* --- Drawing --- */

/* From @from to @to along the line of which 0, 0 is the beginning and x the direction. */
static void
append_dashes (GtkSnapshot *snapshot, double from, double to, double y, const Style *style, const GdkRGBA *color)
{
  static const GdkRGBA shadow = { 0, 0, 0, 0.45 };
  double period = style->off_px > 0 ? style->on_px + style->off_px : MAX (to - from, 1);
  double on = style->off_px > 0 ? style->on_px : period;

  if (from >= to)
    return;
  for (double at = style->off_px > 0 ? floor (from / period) * period : from; at < to; at += period) {
    double begin = MAX (at, from), end = MIN (at + on, to);

    if (begin >= end)
      continue;
    gtk_snapshot_append_color (snapshot, &shadow, &GRAPHENE_RECT_INIT (begin, y - 1.5, end - begin, 3));
    gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (begin, y - 0.5, end - begin, 1));
  }
}

/* Which part of a line lies in the viewport, from its beginning along its direction. */
static gboolean
clip (const double origin[2], const double direction[2], const double size[2], double *from, double *to)
{
  *from = -1e6;
  *to = 1e6;
  for (guint i = 0; i < 2; i++) {
    double a = -origin[i] / direction[i], b = (size[i] - origin[i]) / direction[i];

    if (fabs (direction[i]) < 1e-9) {
      if (origin[i] < 0 || origin[i] > size[i])
        return FALSE;
      continue;
    }
    *from = MAX (*from, MIN (a, b));
    *to = MIN (*to, MAX (a, b));
  }
  return *from < *to;
}

static void
append_letter (NegMprViewport *self, GtkSnapshot *snapshot, NegMprPlane other, const double place[2])
{
  g_autoptr (PangoLayout) layout = neg_overlay_painter_new_layout (GTK_WIDGET (self), -1);
  int width, height;

  pango_layout_set_text (layout, neg_plane_caption_get_letter (other), -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  neg_overlay_painter_append_text (snapshot, layout, round (place[0] - width / 2.0), round (place[1] - height / 2.0),
                                   &styles[other].color);
}

static void
append_handles (GtkSnapshot *snapshot, double at, const GdkRGBA *color)
{
  GskRoundedRect ring;

  for (int side = -1; side <= 1; side += 2) {
    graphene_rect_t box = GRAPHENE_RECT_INIT (side * at - HANDLE_PX, -HANDLE_PX, 2 * HANDLE_PX, 2 * HANDLE_PX);

    gsk_rounded_rect_init_from_rect (&ring, &box, HANDLE_PX);
    gtk_snapshot_append_border (snapshot, &ring, (float[4]){ 1.5, 1.5, 1.5, 1.5 },
                                (GdkRGBA[4]){ *color, *color, *color, *color });
  }
}

static double
get_handle_at (NegMprViewport *self)
{
  return HANDLE_AT * MIN (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
}

/* Those of the free plane would turn what is seen in itself: it turns like a ball. */
static gboolean
has_handles (NegMprViewport *self, NegMprPlane other)
{
  return self->plane != NEG_MPR_OBLIQUE && other != NEG_MPR_OBLIQUE;
}

static void
append_line (NegMprViewport *self, GtkSnapshot *snapshot, NegMprPlane other, const Line *line)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const double size[2] = { gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)) };
  /* In the middle of a pixel: a line along an axis is one pixel wide. */
  const double origin[2] = { floor (line->through_px[0] / scale) + 0.5, floor (line->through_px[1] / scale) + 0.5 };
  const double inset[2] = { size[0] - 2 * LETTER_PX, size[1] - 2 * LETTER_PX };
  const double inner[2] = { origin[0] - LETTER_PX, origin[1] - LETTER_PX };
  const GdkRGBA *color = &styles[other].color;
  double from, to, letter_from, letter_to, half_slab = line->half_slab_px / scale;

  if (!clip (origin, line->direction, size, &from, &to))
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (origin[0], origin[1]));
  gtk_snapshot_rotate (snapshot, atan2 (line->direction[1], line->direction[0]) * 180 / G_PI);
  append_dashes (snapshot, from, MIN (to, -GAP_PX), 0, &styles[other], color);
  append_dashes (snapshot, MAX (from, GAP_PX), to, 0, &styles[other], color);
  for (int side = -1; half_slab >= 1 && side <= 1; side += 2)
    append_dashes (snapshot, from - half_slab, to + half_slab, round (side * half_slab), &slab_style, color);
  if (has_handles (self, other))
    append_handles (snapshot, get_handle_at (self), color);
  gtk_snapshot_restore (snapshot);
  if (clip (inner, line->direction, inset, &letter_from, &letter_to)) {
    /* Beside its handle to the right or at the bottom, where neither letters of directions nor a scale bar are. */
    double sense = line->direction[0] + line->direction[1] >= 0 ? 1 : -1;
    double end = CLAMP (sense * (get_handle_at (self) - LETTER_PX), letter_from, letter_to);

    append_letter (self, snapshot, other,
                   (const double[]){ origin[0] + end * line->direction[0] - LETTER_PX * fabs (line->direction[1]),
                                     origin[1] + end * line->direction[1] - LETTER_PX * fabs (line->direction[0]) });
  }
}

/* Which plane this one is, as its line looks in the others: at the lower edge, out of the way. */
static void
append_own_mark (NegMprViewport *self, GtkSnapshot *snapshot)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  append_dashes (snapshot, 8, MIN (56, width), height - 3, &styles[self->plane], &styles[self->plane].color);
}

void
_neg_mpr_viewport_snapshot_lines (NegMprViewport *self, GtkSnapshot *snapshot)
{
  Line line;

  append_own_mark (self, snapshot);
  for (NegMprPlane other = 0; self->has_lines && _neg_mpr_viewport_has_picture (self) && other < NEG_MPR_N_PLANES; other++)
    if (get_line (self, other, &line))
      append_line (self, snapshot, other, &line);
}

/* --- Under the hand --- */

static NegGrip
find_on_line (NegMprViewport *self, NegMprPlane other, const Line *line, const double place_px[2])
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double x = (place_px[0] - line->through_px[0]) / scale, y = (place_px[1] - line->through_px[1]) / scale;
  double along = x * line->direction[0] + y * line->direction[1];
  double aside = y * line->direction[0] - x * line->direction[1];

  if (has_handles (self, other) && hypot (fabs (along) - get_handle_at (self), aside) <= GRIP_HANDLE_PX)
    return NEG_GRIP_HANDLE;
  return fabs (aside) <= GRIP_LINE_PX && fabs (along) >= GAP_PX ? NEG_GRIP_LINE : NEG_GRIP_NOTHING;
}

NegGrip
_neg_mpr_viewport_find_grip (NegMprViewport *self, const double place_px[2], NegMprPlane *other)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), point_px[2];
  Line line;

  if (!self->has_lines || !_neg_mpr_viewport_get_point (self, point_px))
    return NEG_GRIP_NOTHING;
  if (hypot (place_px[0] - point_px[0], place_px[1] - point_px[1]) <= GRIP_POINT_PX * scale)
    return NEG_GRIP_POINT;
  for (*other = 0; *other < NEG_MPR_N_PLANES; (*other)++) {
    NegGrip grip = get_line (self, *other, &line) ? find_on_line (self, *other, &line, place_px) : NEG_GRIP_NOTHING;

    if (grip != NEG_GRIP_NOTHING)
      return grip;
  }
  return NEG_GRIP_NOTHING;
}
