/* An annotation that is being drawn. */
#include "config.h"

#include "ui/neg-annotation-hands-private.h"

#include "base/neg-uid.h"
#include "reading/neg-annotation-shape.h"

#define FREEHAND_PX 2.0 /* logical, from one point of an outline to the next */

void
_neg_hands_drop_draft (NegAnnotationHands *self)
{
  if (self->draft == NULL)
    return;
  g_clear_pointer (&self->draft, neg_annotation_unref);
  g_array_set_size (self->fixed, 0);
  if (self->hold == NEG_HOLD_DRAFT)
    self->hold = NEG_HOLD_NOTHING;
  _neg_hands_emit_changed (self);
}

static char *
dup_author (void)
{
  return g_utf8_make_valid (g_get_user_name (), -1);
}

static NegAnnotation *
new_annotation (NegAnnotationKind kind, const NegHandsImage *image)
{
  const NegInstance *instance = image->instance;
  NegAnnotation *annotation = neg_annotation_new (kind);

  annotation->uid = neg_uid_new ();
  annotation->study_uid = g_strdup (instance->study_uid);
  annotation->series_uid = g_strdup (instance->series_uid);
  annotation->sop_class_uid = g_strdup (instance->sop_class_uid);
  annotation->sop_instance_uid = g_strdup (instance->sop_instance_uid);
  annotation->frame_of_reference_uid = g_strdup (instance->frame_of_reference_uid);
  annotation->plane = g_memdup2 (image->plane, sizeof *image->plane);
  annotation->frame = image->frame + 1;
  annotation->author = dup_author ();
  return annotation;
}

static guint
get_n_fixed (NegAnnotationHands *self)
{
  return self->fixed->len / 2;
}

/* The fixed points, and @live_px (nullable) behind them. Where there are too few for the kind the last one stands for
 * those to come: so it can be drawn and measured from the first moment. */
static void
set_draft_points (NegAnnotationHands *self, const NegHandsImage *image, const double *live_px)
{
  g_autoptr (GArray) points = g_array_copy (self->fixed);
  guint wanted = MAX (neg_annotation_kind_get_n_points (self->draft->kind), 1);

  if (live_px != NULL)
    g_array_append_vals (points, live_px, 2);
  while (points->len / 2 < wanted || (self->draft->kind == NEG_ANNOTATION_FREEHAND && points->len / 2 < 3)) {
    double last_px[2] = { g_array_index (points, double, points->len - 2),
                          g_array_index (points, double, points->len - 1) };

    g_array_append_vals (points, last_px, 2);
  }
  neg_annotation_set_points (self->draft, (const double *) points->data, points->len / 2);
  _neg_hands_measure (self, image, self->draft);
  _neg_hands_emit_changed (self);
}

static void
begin_draft (NegAnnotationHands *self, const NegHandsImage *image)
{
  self->draft = new_annotation (self->kind, image);
  g_array_set_size (self->fixed, 0);
  neg_annotations_select (self->annotations, NULL);
}

/* Nothing as large as a click was meant. */
static gboolean
has_extent (NegAnnotationHands *self, const NegHandsImage *image)
{
  const double *points_px = (const double *) self->fixed->data;
  double first[2], other[2];

  if (self->draft->kind == NEG_ANNOTATION_PROBE)
    return TRUE;
  _neg_hands_to_output (image, points_px, first);
  for (guint i = 1; i < get_n_fixed (self); i++) {
    _neg_hands_to_output (image, points_px + 2 * i, other);
    if (_neg_hands_get_distance (first, other) >= NEG_HANDS_CLICK_PX * image->device_scale)
      return TRUE;
  }
  return FALSE;
}

static void
finish_draft (NegAnnotationHands *self, const NegHandsImage *image)
{
  g_autoptr (NegAnnotation) done = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_extent (self, image) || get_n_fixed (self) < (self->draft->kind == NEG_ANNOTATION_FREEHAND ? 3u : 1u)) {
    _neg_hands_drop_draft (self);
    return;
  }
  done = neg_annotation_copy (self->draft);
  neg_annotation_set_points (done, (const double *) self->fixed->data, get_n_fixed (self));
  _neg_hands_measure (self, image, done);
  _neg_hands_drop_draft (self);
  if (!neg_annotations_put (self->annotations, done, 0, &error)) {
    _neg_hands_fail (self, error);
    return;
  }
  _neg_hands_select (self, done);
  _neg_hands_measure_later (self, done->uid);
  if (done->kind == NEG_ANNOTATION_ARROW)
    _neg_hands_want_text (self, done->uid);
}

static void
fix (NegAnnotationHands *self, const double point_px[2])
{
  g_array_append_vals (self->fixed, point_px, 2);
}

/* Where the pointer would put the next point. */
static void
get_live (NegAnnotationHands *self, const NegHandsImage *image, const double point[2], gboolean constrained,
          double live_px[2])
{
  _neg_hands_to_image (image, point, live_px);
  if (constrained && get_n_fixed (self) > 0 && !(self->draft->kind == NEG_ANNOTATION_COBB && get_n_fixed (self) == 2)
      && self->draft->kind != NEG_ANNOTATION_FREEHAND)
    _neg_hands_constrain (image, (const double *) self->fixed->data + 2 * (get_n_fixed (self) - 1), live_px);
}

/* The first point of a line stands where the button goes down, the others where it goes up: so each can be drawn by
 * dragging as well as by clicking. */
void
_neg_hands_press_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2], gboolean constrained)
{
  double live_px[2];
  gboolean begins;

  if (self->draft == NULL)
    begin_draft (self, image);
  begins = get_n_fixed (self) == 0 || (self->draft->kind == NEG_ANNOTATION_COBB && get_n_fixed (self) == 2);
  self->hold = NEG_HOLD_DRAFT;
  get_live (self, image, point, constrained, live_px);
  self->fixed_by_press = begins && self->draft->kind != NEG_ANNOTATION_PROBE;
  if (self->fixed_by_press)
    fix (self, live_px);
  set_draft_points (self, image, live_px);
}

static void
draw_on (NegAnnotationHands *self, const NegHandsImage *image, const double live_px[2])
{
  const double *points_px = (const double *) self->fixed->data;
  guint n_max = image->plane != NULL ? NEG_ANNOTATION_PLANE_POINTS_MAX : NEG_ANNOTATION_POINTS_MAX;
  double last[2], now[2];

  _neg_hands_to_output (image, points_px + 2 * (get_n_fixed (self) - 1), last);
  _neg_hands_to_output (image, live_px, now);
  if (_neg_hands_get_distance (last, now) >= FREEHAND_PX * image->device_scale && get_n_fixed (self) < n_max)
    fix (self, live_px);
}

/* Nothing is measured for it: the motion that follows does that once. */
void
_neg_hands_pass_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2])
{
  double live_px[2];

  if (self->draft->kind != NEG_ANNOTATION_FREEHAND)
    return;
  get_live (self, image, point, FALSE, live_px);
  draw_on (self, image, live_px);
}

void
_neg_hands_release_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2], gboolean constrained)
{
  guint wanted = neg_annotation_kind_get_n_points (self->draft->kind);
  double live_px[2];

  self->hold = NEG_HOLD_NOTHING;
  get_live (self, image, point, constrained, live_px);
  if (self->draft->kind == NEG_ANNOTATION_FREEHAND) {
    finish_draft (self, image);
    return;
  }
  if (!self->fixed_by_press || self->has_moved)
    fix (self, live_px);
  if (get_n_fixed (self) >= wanted)
    finish_draft (self, image);
  else
    set_draft_points (self, image, live_px);
}

void
_neg_hands_move_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                       gboolean constrained)
{
  gboolean is_freehand = self->draft->kind == NEG_ANNOTATION_FREEHAND;
  double live_px[2];

  get_live (self, image, point, constrained, live_px);
  if (is_freehand && self->hold == NEG_HOLD_DRAFT)
    draw_on (self, image, live_px);
  set_draft_points (self, image, is_freehand ? NULL : live_px);
}

void
_neg_hands_place (NegAnnotationHands *self, const NegHandsImage *image, const double *points, guint n_points)
{
  _neg_hands_drop_draft (self);
  begin_draft (self, image);
  for (guint i = 0; i < n_points; i++) {
    double point_px[2];

    _neg_hands_to_image (image, points + 2 * i, point_px);
    fix (self, point_px);
  }
  set_draft_points (self, image, NULL);
  finish_draft (self, image);
}
