/* Taking back is an operation like any other: what was there before is put again. So the list of operations only grows,
 * and playing it again ends where the reader ended. */
#include "config.h"

#include "reading/neg-annotations-private.h"
#include "reading/neg-undo.h"

#define STEPS_MAX 500

void
_neg_annotation_step_free (gpointer data)
{
  NegAnnotationStep *step = data;

  neg_annotation_unref (step->before);
  neg_annotation_unref (step->after);
  g_free (step);
}

void
_neg_annotations_push_step (NegAnnotations *self, NegAnnotation *before, NegAnnotation *after)
{
  NegAnnotationStep *step = g_new0 (NegAnnotationStep, 1);

  step->serial = neg_undo_next_serial ();
  step->before = before != NULL ? neg_annotation_ref (before) : NULL;
  step->after = after != NULL ? neg_annotation_ref (after) : NULL;
  g_queue_push_head (&self->undo, step);
  if (self->undo.length > STEPS_MAX)
    _neg_annotation_step_free (g_queue_pop_tail (&self->undo));
  g_queue_clear_full (&self->redo, _neg_annotation_step_free);
}

static void
replace_in (GQueue *steps, const NegAnnotation *old, NegAnnotation *new)
{
  for (GList *link = steps->head; link != NULL; link = link->next) {
    NegAnnotationStep *step = link->data;
    NegAnnotation **sides[] = { &step->before, &step->after };

    for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
      if (*sides[i] == old) {
        neg_annotation_unref (*sides[i]);
        *sides[i] = neg_annotation_ref (new);
      }
  }
}

/* The steps that led to it and from it are the same; who takes one back has the numbers too. Of one that is being moved
 * they are what it had before: it comes back with them when the move is given up. */
gboolean
neg_annotations_put_values (NegAnnotations *self, NegAnnotation *annotation, GError **error)
{
  g_autoptr (NegAnnotation) then = NULL;
  gboolean is_held;

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  is_held = self->gesture != 0 && g_strcmp0 (self->gesture_uid, annotation->uid) == 0;
  then = is_held ? self->gesture_before : g_hash_table_lookup (self->by_uid, annotation->uid);
  if (then != NULL)
    neg_annotation_ref (then);
  if (!_neg_annotation_is_same (then, annotation))
    return TRUE;
  if (!_neg_annotations_keep (self, then, annotation, error))
    return FALSE;
  replace_in (&self->undo, then, annotation);
  replace_in (&self->redo, then, annotation);
  if (!is_held) {
    _neg_annotations_set (self, annotation->uid, annotation);
    return TRUE;
  }
  neg_annotation_unref (self->gesture_before);
  self->gesture_before = neg_annotation_ref (annotation);
  return TRUE;
}

static guint64
get_serial (const GQueue *steps)
{
  return steps->head != NULL ? ((NegAnnotationStep *) steps->head->data)->serial : 0;
}

/* A drag that goes on is a step already, for whoever wants it back. */
guint64
neg_annotations_get_undo_serial (NegAnnotations *self)
{
  return self->gesture != 0 ? G_MAXUINT64 : get_serial (&self->undo);
}

guint64
neg_annotations_get_redo_serial (NegAnnotations *self)
{
  return self->gesture != 0 ? 0 : get_serial (&self->redo);
}

static gboolean
go (NegAnnotations *self, GQueue *from, GQueue *to, gboolean back, GError **error)
{
  NegAnnotationStep *step = from->head != NULL ? from->head->data : NULL;
  NegAnnotation *now, *then;
  guint64 serial;

  if (step == NULL)
    return TRUE;
  now = back ? step->after : step->before;
  then = back ? step->before : step->after;
  if (!_neg_annotations_keep (self, now, then, error))
    return FALSE;
  g_queue_push_head (to, g_queue_pop_head (from));
  serial = step->serial;
  step->serial = back ? neg_undo_next_serial () : step->undo_serial;
  step->undo_serial = serial;
  _neg_annotations_set (self, (then != NULL ? then : now)->uid, then);
  if (then != NULL)
    neg_annotations_select (self, then->uid);
  return TRUE;
}

gboolean
neg_annotations_undo (NegAnnotations *self, GError **error)
{
  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  return neg_annotations_settle (self, error) && go (self, &self->undo, &self->redo, TRUE, error);
}

gboolean
neg_annotations_redo (NegAnnotations *self, GError **error)
{
  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  return neg_annotations_settle (self, error) && go (self, &self->redo, &self->undo, FALSE, error);
}
