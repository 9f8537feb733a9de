/* The way back of a multiplanar view. As in a session, where one has scrolled to stays; only what put the point back into
 * the middle gives it back. */
#include "config.h"

#include <string.h>

#include "reading/neg-mpr-private.h"
#include "reading/neg-undo.h"

/* About a kilobyte each. */
#define STEPS_MAX 200

static NegMprStep *
new_step (NegMpr *self)
{
  NegMprStep *step = g_new0 (NegMprStep, 1);

  step->state = self->state;
  memcpy (step->point_mm, self->point_mm, sizeof step->point_mm);
  step->serial = neg_undo_next_serial ();
  return step;
}

void
neg_mpr_mark_step (NegMpr *self, guint gesture)
{
  g_return_if_fail (NEG_IS_MPR (self));

  if (gesture != 0 && gesture == self->last_gesture)
    return;
  self->last_gesture = gesture;
  g_queue_push_head (&self->undo, new_step (self));
  if (self->undo.length > STEPS_MAX)
    g_free (g_queue_pop_tail (&self->undo));
  g_queue_clear_full (&self->redo, g_free);
}

void
_neg_mpr_clear_undo (NegMpr *self)
{
  g_queue_clear_full (&self->undo, g_free);
  g_queue_clear_full (&self->redo, g_free);
  self->last_gesture = 0;
}

static gboolean
go (NegMpr *self, GQueue *from, GQueue *to)
{
  g_autofree NegMprStep *step = g_queue_pop_head (from);
  NegMprStep *now;

  if (step == NULL)
    return FALSE;
  now = new_step (self);
  now->moves_point = step->moves_point;
  if (to == &self->undo)
    now->serial = step->undo_serial;
  now->undo_serial = step->serial;
  g_queue_push_head (to, now);
  self->state = step->state;
  if (step->moves_point && self->volume != NULL) {
    memcpy (self->point_mm, step->point_mm, sizeof self->point_mm);
    _neg_mpr_keep_inside (self->volume, self->point_mm);
  }
  self->last_gesture = 0;
  _neg_mpr_emit (self, NEG_MPR_ALL_PLANES);
  return TRUE;
}

gboolean
neg_mpr_undo (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), FALSE);

  return go (self, &self->undo, &self->redo);
}

gboolean
neg_mpr_redo (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), FALSE);

  return go (self, &self->redo, &self->undo);
}

static guint64
get_serial (const GQueue *steps)
{
  return steps->head != NULL ? ((const NegMprStep *) steps->head->data)->serial : 0;
}

guint64
neg_mpr_get_undo_serial (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), 0);

  return get_serial (&self->undo);
}

guint64
neg_mpr_get_redo_serial (NegMpr *self)
{
  g_return_val_if_fail (NEG_IS_MPR (self), 0);

  return get_serial (&self->redo);
}
