/* Keys for annotations: moving, removing, giving up, and placing one without a pointer. */
#include "config.h"

#include "ui/neg-annotation-hands-private.h"

#include <gdk/gdkkeysyms.h>
#include <math.h>

#include "reading/neg-annotation-shape.h"

#define NUDGE_PX 1.0 /* image pixels */
#define NUDGE_FAR_PX 10.0
#define PLACED_SHARE 0.25 /* of the viewport */

void
neg_annotation_hands_end_keys (NegAnnotationHands *self)
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  if (self->moves_by_keys)
    _neg_hands_end_move (self);
}

static gboolean
get_way (guint keyval, double way_px[2])
{
  way_px[0] = keyval == GDK_KEY_Right || keyval == GDK_KEY_KP_Right  ? 1
              : keyval == GDK_KEY_Left || keyval == GDK_KEY_KP_Left ? -1
                                                                     : 0;
  way_px[1] = keyval == GDK_KEY_Down || keyval == GDK_KEY_KP_Down ? 1
              : keyval == GDK_KEY_Up || keyval == GDK_KEY_KP_Up  ? -1
                                                                  : 0;
  return way_px[0] != 0 || way_px[1] != 0;
}

/* As the arrow points on the screen, however the image is turned: whole pixels along the image's nearest axis. */
static void
turn_way (const NegHandsImage *image, double way_px[2])
{
  const double *m = image->draw.output_to_image.m;
  double dx = m[0] * way_px[0] + m[1] * way_px[1], dy = m[3] * way_px[0] + m[4] * way_px[1];

  way_px[0] = fabs (dx) >= fabs (dy) ? (dx < 0 ? -1 : 1) : 0;
  way_px[1] = fabs (dx) >= fabs (dy) ? 0 : (dy < 0 ? -1 : 1);
}

/* With Ctrl and Shift the last point alone: the size, where a pointer is not at hand. */
static void
nudge (NegAnnotationHands *self, const NegHandsImage *image, NegAnnotation *selected, double way_px[2],
       GdkModifierType modifiers)
{
  g_autoptr (NegAnnotation) moved = neg_annotation_copy (selected);
  gboolean only_end = (modifiers & GDK_CONTROL_MASK) != 0 && moved->kind != NEG_ANNOTATION_FREEHAND;
  double step_px = (modifiers & GDK_SHIFT_MASK) && !only_end ? NUDGE_FAR_PX : NUDGE_PX;
  const double *last_px = moved->points_px + 2 * (moved->n_points - 1);

  turn_way (image, way_px);
  if (only_end) {
    const double to_px[2] = { last_px[0] + way_px[0] * step_px, last_px[1] + way_px[1] * step_px };

    neg_annotation_move_handle (moved, _neg_hands_is_box (moved->kind) ? 2 : moved->n_points - 1, to_px);
  } else {
    neg_annotation_move (moved, way_px[0] * step_px, way_px[1] * step_px);
  }
  if (!self->moves_by_keys) {
    _neg_hands_begin_move (self, selected, NEG_HOLD_NOTHING);
    self->moves_by_keys = TRUE;
  }
  _neg_hands_put_moved (self, image, moved);
}

static gboolean
try_nudge (NegAnnotationHands *self, const NegHandsImage *image, guint keyval, GdkModifierType modifiers)
{
  NegAnnotation *selected = _neg_hands_get_selected (self, image);
  GdkModifierType held = modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK);
  double way_px[2];

  if (selected == NULL || !(self->was_clicked || self->kind < NEG_ANNOTATION_N_KINDS) || !get_way (keyval, way_px)
      || (held & GDK_ALT_MASK) || held == GDK_CONTROL_MASK || selected->is_foreign)
    return FALSE;
  nudge (self, image, selected, way_px, held);
  return TRUE;
}

void
neg_annotation_hands_remove (NegAnnotationHands *self, const NegHandsImage *image)
{
  NegAnnotation *selected = _neg_hands_get_selected (self, image);
  g_autofree char *uid = selected != NULL ? g_strdup (selected->uid) : NULL;
  g_autoptr (GError) error = NULL;

  if (uid == NULL)
    return;
  neg_annotation_hands_end_keys (self);
  if (!neg_annotations_remove (self->annotations, uid, &error))
    _neg_hands_fail (self, error);
}

/* Whatever is unfinished first, then what is selected; then the key is the tool's. */
static gboolean
give_up (NegAnnotationHands *self)
{
  if (self->draft != NULL) {
    _neg_hands_drop_draft (self);
    return TRUE;
  }
  if (self->gesture != 0) {
    _neg_hands_cancel_move (self);
    return TRUE;
  }
  if (neg_annotations_get_selected (self->annotations) == NULL)
    return FALSE;
  _neg_hands_select (self, NULL);
  return TRUE;
}

void
neg_annotation_hands_place (NegAnnotationHands *self, const NegHandsImage *image)
{
  static const double shapes[NEG_ANNOTATION_N_KINDS][8] = {
    [NEG_ANNOTATION_LENGTH] = { -1, 0, 1, 0 },           [NEG_ANNOTATION_ANGLE] = { 1, 0, 0, 0, 0, -1 },
    [NEG_ANNOTATION_COBB] = { -1, -1, 1, -1, -1, 1, 1, 0.5 }, [NEG_ANNOTATION_ELLIPSE] = { -1, -1, 1, 1 },
    [NEG_ANNOTATION_RECTANGLE] = { -1, -1, 1, 1 },       [NEG_ANNOTATION_FREEHAND] = { -1, 1, 1, 1, 0, -1 },
    [NEG_ANNOTATION_ARROW] = { 0, 0, 1, 1 },             [NEG_ANNOTATION_PROBE] = { 0, 0 },
  };
  double reach = MIN (image->width, image->height) * PLACED_SHARE / 2, points[8];
  guint n;

  if (self->kind >= NEG_ANNOTATION_N_KINDS)
    return;
  n = self->kind == NEG_ANNOTATION_FREEHAND ? 3 : neg_annotation_kind_get_n_points (self->kind);
  for (guint i = 0; i < n; i++) {
    points[2 * i] = image->width / 2.0 + shapes[self->kind][2 * i] * reach;
    points[2 * i + 1] = image->height / 2.0 + shapes[self->kind][2 * i + 1] * reach;
  }
  _neg_hands_place (self, image, points, n);
}

static gboolean
ask_text (NegAnnotationHands *self, const NegHandsImage *image)
{
  NegAnnotation *selected = _neg_hands_get_selected (self, image);

  if (selected == NULL || selected->kind != NEG_ANNOTATION_ARROW || selected->is_foreign || !self->was_clicked)
    return FALSE;
  _neg_hands_want_text (self, selected->uid);
  return TRUE;
}

gboolean
neg_annotation_hands_key (NegAnnotationHands *self, const NegHandsImage *image, guint keyval,
                          GdkModifierType modifiers)
{
  gboolean is_plain = (modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK)) == 0;

  g_return_val_if_fail (NEG_IS_ANNOTATION_HANDS (self), FALSE);

  if (try_nudge (self, image, keyval, modifiers))
    return TRUE;
  if (!is_plain)
    return FALSE;
  switch (keyval) {
  case GDK_KEY_Escape:
    return give_up (self);
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
    return ask_text (self, image);
  default:
    return FALSE;
  }
}

void
neg_annotation_hands_set_text (NegAnnotationHands *self, const char *uid, const char *text)
{
  NegAnnotation *before = neg_annotations_find (self->annotations, uid);
  g_autoptr (NegAnnotation) after = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  if (before == NULL || g_strcmp0 (before->text != NULL ? before->text : "", text) == 0)
    return;
  after = neg_annotation_copy (before);
  g_free (after->text);
  after->text = g_strdup (text);
  after->changed_us = g_get_real_time ();
  if (!neg_annotations_put (self->annotations, after, 0, &error))
    _neg_hands_fail (self, error);
}
