#include "config.h"

#include "ui/neg-annotation-hands-private.h"

#include <math.h>

#include "reading/neg-annotation-shape.h"
#include "reading/neg-annotation-task.h"
#include "reading/neg-annotation-values.h"

/* Logical pixels. */
#define HANDLE_PX 10.0
#define BODY_PX 6.0

G_DEFINE_FINAL_TYPE (NegAnnotationHands, neg_annotation_hands, G_TYPE_OBJECT)

enum { CHANGED, FAILED, TEXT_WANTED, N_SIGNALS };
static guint signals[N_SIGNALS];

void
_neg_hands_fail (NegAnnotationHands *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error);
}

void
_neg_hands_emit_changed (NegAnnotationHands *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
_neg_hands_want_text (NegAnnotationHands *self, const char *uid)
{
  g_signal_emit (self, signals[TEXT_WANTED], 0, uid);
}

/* --- What a point of the screen is in the image --- */

double
_neg_hands_get_distance (const double a[2], const double b[2])
{
  return hypot (a[0] - b[0], a[1] - b[1]);
}

void
_neg_hands_to_image (const NegHandsImage *image, const double point[2], double image_px[2])
{
  neg_affine_apply (&image->draw.output_to_image, point, image_px);
}

void
_neg_hands_to_output (const NegHandsImage *image, const double image_px[2], double point[2])
{
  NegAffine inverse = { { 0 } };

  neg_affine_invert (&image->draw.output_to_image, &inverse);
  neg_affine_apply (&inverse, image_px, point);
}

void
_neg_hands_constrain (const NegHandsImage *image, const double from_px[2], double to_px[2])
{
  double from[2], to[2];

  _neg_hands_to_output (image, from_px, from);
  _neg_hands_to_output (image, to_px, to);
  neg_snap_direction (from, to);
  _neg_hands_to_image (image, to, to_px);
}

gboolean
_neg_hands_is_box (NegAnnotationKind kind)
{
  return kind == NEG_ANNOTATION_ELLIPSE || kind == NEG_ANNOTATION_RECTANGLE;
}

static void
forget_later (NegAnnotationHands *self)
{
  g_clear_pointer (&self->later_instance, neg_instance_unref);
  g_clear_pointer (&self->later_pixels, neg_pixels_unref);
}

void
_neg_hands_measure (NegAnnotationHands *self, const NegHandsImage *image, NegAnnotation *annotation)
{
  gboolean is_large = neg_annotation_is_large (annotation);

  neg_annotation_measure (annotation, image->instance, image->frame, is_large ? NULL : &image->draw,
                          is_large ? NULL : image->pixels, image->suv, NULL, NULL);
  annotation->changed_us = g_get_real_time ();
  forget_later (self);
  if (!is_large)
    return;
  self->later_instance = neg_instance_ref (image->instance);
  self->later_pixels = neg_pixels_ref (image->held);
  self->later_frame = image->frame;
  self->later_has_suv = image->suv != NULL;
  if (image->suv != NULL)
    self->later_suv = *image->suv;
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NegAnnotationHands) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegAnnotation) measured = neg_annotation_measure_finish (result, NULL, NULL, &error);

  if (measured != NULL && !neg_annotations_put_values (self->annotations, measured, &error))
    _neg_hands_fail (self, error);
}

void
_neg_hands_measure_later (NegAnnotationHands *self, const char *uid)
{
  const NegAnnotation *annotation = neg_annotations_find (self->annotations, uid);

  if (annotation != NULL && self->later_pixels != NULL)
    neg_annotation_measure_async (annotation, self->later_instance, self->later_frame, self->later_pixels,
                                  self->later_has_suv ? &self->later_suv : NULL, NULL, measured_cb, g_object_ref (self));
  forget_later (self);
}

static gboolean
is_of_image (const NegAnnotation *annotation, const NegHandsImage *image)
{
  return annotation->frame == image->frame + 1
         && g_strcmp0 (annotation->sop_instance_uid, image->instance->sop_instance_uid) == 0;
}

/* --- What is there --- */

NegAnnotation *
_neg_hands_get_selected (NegAnnotationHands *self, const NegHandsImage *image)
{
  NegAnnotation *selected = neg_annotations_find (self->annotations, neg_annotations_get_selected (self->annotations));

  /* A key image is the whole image: there is nothing to take hold of. */
  return selected != NULL && selected->n_points > 0 && is_of_image (selected, image) ? selected : NULL;
}

static gboolean
find_handle (const NegAnnotation *annotation, const NegHandsImage *image, const double point[2], guint *handle)
{
  double handles_px[2 * NEG_HANDLES_MAX], least = HANDLE_PX * image->device_scale;
  guint n = neg_annotation_get_handles (annotation, handles_px);
  gboolean found = FALSE;

  for (guint i = 0; i < n; i++) {
    double at[2];

    _neg_hands_to_output (image, handles_px + 2 * i, at);
    if (_neg_hands_get_distance (at, point) <= least) {
      least = _neg_hands_get_distance (at, point);
      *handle = i;
      found = TRUE;
    }
  }
  return found;
}

static gboolean
is_under (const NegAnnotation *annotation, const NegHandsImage *image, const double point[2])
{
  return neg_annotation_get_distance (annotation, &image->draw.output_to_image, point)
         <= BODY_PX * image->device_scale;
}

/* What was drawn last lies above. */
NegAnnotation *
neg_annotation_hands_find (NegAnnotationHands *self, const NegHandsImage *image, const double point[2])
{
  const char *uid = image->instance->sop_instance_uid;
  guint n = neg_annotations_get_n_of_image (self->annotations, uid, image->frame + 1);
  NegAnnotation *selected = _neg_hands_get_selected (self, image);

  if (selected != NULL && is_under (selected, image, point))
    return selected;
  for (guint i = n; i > 0; i--) {
    NegAnnotation *annotation = neg_annotations_get_of_image (self->annotations, uid, image->frame + 1, i - 1);

    if (is_under (annotation, image, point))
      return annotation;
  }
  return NULL;
}

void
_neg_hands_select (NegAnnotationHands *self, const NegAnnotation *annotation)
{
  neg_annotations_select (self->annotations, annotation != NULL ? annotation->uid : NULL);
  self->was_clicked = annotation != NULL;
}

void
neg_annotation_hands_click (NegAnnotationHands *self, const NegHandsImage *image, const double point[2])
{
  _neg_hands_select (self, neg_annotation_hands_find (self, image, point));
}

/* --- Moving one that is there --- */

void
_neg_hands_put_moved (NegAnnotationHands *self, const NegHandsImage *image, NegAnnotation *moved)
{
  g_autoptr (GError) error = NULL;

  _neg_hands_measure (self, image, moved);
  if (!neg_annotations_put (self->annotations, moved, self->gesture, &error)) {
    _neg_hands_fail (self, error);
    self->hold = NEG_HOLD_NOTHING;
  }
}

void
_neg_hands_begin_move (NegAnnotationHands *self, NegAnnotation *annotation, NegHold hold)
{
  static guint last_gesture; /* of all viewports: none gives up what another one moves */

  forget_later (self); /* of something else */
  self->hold = annotation->is_foreign ? NEG_HOLD_NOTHING : hold;
  g_clear_pointer (&self->base, neg_annotation_unref);
  self->base = neg_annotation_ref (annotation);
  self->gesture = ++last_gesture;
}

void
_neg_hands_end_move (NegAnnotationHands *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegAnnotation) base = g_steal_pointer (&self->base);
  guint gesture = self->gesture;

  self->gesture = 0;
  self->hold = NEG_HOLD_NOTHING;
  self->moves_by_keys = FALSE;
  if (!neg_annotations_end_gesture (self->annotations, gesture, &error))
    _neg_hands_fail (self, error);
  if (base != NULL)
    _neg_hands_measure_later (self, base->uid);
}

void
_neg_hands_cancel_move (NegAnnotationHands *self)
{
  forget_later (self);
  neg_annotations_cancel_gesture (self->annotations, self->gesture);
  self->gesture = 0;
  self->hold = NEG_HOLD_NOTHING;
  self->moves_by_keys = FALSE;
  g_clear_pointer (&self->base, neg_annotation_unref);
}

/* The point that stays where another one is pulled: for boxes the opposite corner. */
static void
get_anchor (const NegAnnotation *annotation, guint handle, double anchor_px[2])
{
  double handles_px[2 * NEG_HANDLES_MAX] = { 0 };
  guint n = neg_annotation_get_handles (annotation, handles_px), other;

  if (_neg_hands_is_box (annotation->kind))
    other = (handle + 2) % 4;
  else if (annotation->kind == NEG_ANNOTATION_COBB)
    other = handle ^ 1;
  else
    other = handle == 0 ? 1 : handle - 1;
  other = MIN (other, n - 1);
  anchor_px[0] = handles_px[2 * other];
  anchor_px[1] = handles_px[2 * other + 1];
}

static void
move_to (NegAnnotationHands *self, const NegHandsImage *image, const double point[2], gboolean constrained)
{
  g_autoptr (NegAnnotation) moved = neg_annotation_copy (self->base);
  double to_px[2], anchor_px[2], way[2] = { point[0], point[1] };

  if (self->hold == NEG_HOLD_BODY && constrained)
    neg_snap_direction (self->press, way);
  _neg_hands_to_image (image, way, to_px);
  if (self->hold == NEG_HOLD_BODY) {
    neg_annotation_move (moved, to_px[0] - self->press_image_px[0], to_px[1] - self->press_image_px[1]);
  } else {
    if (constrained && moved->n_points > 1) {
      get_anchor (self->base, self->handle, anchor_px);
      _neg_hands_constrain (image, anchor_px, to_px);
    }
    neg_annotation_move_handle (moved, self->handle, to_px);
  }
  _neg_hands_put_moved (self, image, moved);
}

/* --- The pointer --- */

/* The selected one first, so that what lies above it does not come between. */
static gboolean
take_hold (NegAnnotationHands *self, const NegHandsImage *image, const double point[2])
{
  NegAnnotation *selected = _neg_hands_get_selected (self, image), *under;
  gboolean has_tool = self->kind < NEG_ANNOTATION_N_KINDS;

  if (selected != NULL && find_handle (selected, image, point, &self->handle)) {
    _neg_hands_begin_move (self, selected, NEG_HOLD_HANDLE);
    return TRUE;
  }
  under = neg_annotation_hands_find (self, image, point);
  /* Another tool goes on being that tool, except on what is in the hand already. */
  if (under == NULL || (!has_tool && under != selected))
    return FALSE;
  _neg_hands_select (self, under);
  _neg_hands_begin_move (self, under, NEG_HOLD_BODY);
  return TRUE;
}

gboolean
neg_annotation_hands_press (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                            gboolean constrained)
{
  g_return_val_if_fail (NEG_IS_ANNOTATION_HANDS (self), FALSE);

  neg_annotation_hands_end_keys (self);
  self->press[0] = point[0];
  self->press[1] = point[1];
  _neg_hands_to_image (image, point, self->press_image_px);
  self->has_moved = FALSE;
  if (self->draft == NULL && take_hold (self, image, point))
    return TRUE;
  if (self->kind >= NEG_ANNOTATION_N_KINDS)
    return FALSE;
  _neg_hands_press_draft (self, image, point, constrained);
  return TRUE;
}

void
neg_annotation_hands_pass (NegAnnotationHands *self, const NegHandsImage *image, const double point[2])
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  if (self->hold == NEG_HOLD_DRAFT && self->draft != NULL)
    _neg_hands_pass_draft (self, image, point);
}

void
neg_annotation_hands_motion (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                             gboolean constrained)
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  self->has_moved |= _neg_hands_get_distance (point, self->press) >= NEG_HANDS_CLICK_PX * image->device_scale;
  if ((self->hold == NEG_HOLD_BODY || self->hold == NEG_HOLD_HANDLE) && self->has_moved) {
    move_to (self, image, point, constrained);
    return;
  }
  if (self->draft != NULL && self->hold != NEG_HOLD_BODY && self->hold != NEG_HOLD_HANDLE)
    _neg_hands_move_draft (self, image, point, constrained);
}

void
neg_annotation_hands_release (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                              gboolean constrained)
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  if (self->hold == NEG_HOLD_DRAFT && self->draft != NULL) {
    _neg_hands_release_draft (self, image, point, constrained);
    return;
  }
  _neg_hands_end_move (self);
}

void
neg_annotation_hands_leave (NegAnnotationHands *self)
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  _neg_hands_drop_draft (self);
  self->was_clicked = FALSE;
  if (self->gesture != 0)
    _neg_hands_end_move (self);
}

void
neg_annotation_hands_set_kind (NegAnnotationHands *self, NegAnnotationKind kind)
{
  g_return_if_fail (NEG_IS_ANNOTATION_HANDS (self));

  if (kind == self->kind)
    return;
  self->kind = kind;
  neg_annotation_hands_leave (self);
}

const NegAnnotation *
neg_annotation_hands_get_draft (NegAnnotationHands *self)
{
  return self->draft;
}

/* --- The object --- */

static void
neg_annotation_hands_finalize (GObject *object)
{
  NegAnnotationHands *self = NEG_ANNOTATION_HANDS (object);

  g_clear_pointer (&self->draft, neg_annotation_unref);
  g_clear_pointer (&self->base, neg_annotation_unref);
  g_array_unref (self->fixed);
  forget_later (self);
  g_clear_object (&self->annotations);
  G_OBJECT_CLASS (neg_annotation_hands_parent_class)->finalize (object);
}

static void
neg_annotation_hands_class_init (NegAnnotationHandsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_annotation_hands_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_ANNOTATION_HANDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_ANNOTATION_HANDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[TEXT_WANTED] = g_signal_new ("text-wanted", NEG_TYPE_ANNOTATION_HANDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
neg_annotation_hands_init (NegAnnotationHands *self)
{
  self->kind = NEG_ANNOTATION_N_KINDS;
  self->fixed = g_array_new (FALSE, FALSE, sizeof (double));
}

NegAnnotationHands *
neg_annotation_hands_new (NegAnnotations *annotations)
{
  NegAnnotationHands *self = g_object_new (NEG_TYPE_ANNOTATION_HANDS, NULL);

  self->annotations = g_object_ref (annotations);
  return self;
}
