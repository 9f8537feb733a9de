#include "config.h"

#include "reading/neg-undo.h"

guint64
neg_undo_next_serial (void)
{
  static guint64 last; /* of the process: windows do not share steps, only numbers */

  return ++last;
}

gboolean
neg_undo_can_undo (NegReading *reading, NegAnnotations *annotations)
{
  return neg_reading_get_undo_serial (reading) != 0 || neg_annotations_get_undo_serial (annotations) != 0;
}

/* What was taken back before something else was done is not done again over it. */
gboolean
neg_undo_can_redo (NegReading *reading, NegAnnotations *annotations)
{
  guint64 redo = MAX (neg_reading_get_redo_serial (reading), neg_annotations_get_redo_serial (annotations));
  guint64 undo = MAX (neg_reading_get_undo_serial (reading), neg_annotations_get_undo_serial (annotations));

  return redo > undo;
}

gboolean
neg_undo_undo (NegReading *reading, NegAnnotations *annotations, GError **error)
{
  if (neg_annotations_get_undo_serial (annotations) > neg_reading_get_undo_serial (reading))
    return neg_annotations_undo (annotations, error);
  neg_reading_undo (reading);
  return TRUE;
}

gboolean
neg_undo_redo (NegReading *reading, NegAnnotations *annotations, GError **error)
{
  if (!neg_undo_can_redo (reading, annotations))
    return TRUE;
  if (neg_annotations_get_redo_serial (annotations) > neg_reading_get_redo_serial (reading))
    return neg_annotations_redo (annotations, error);
  neg_reading_redo (reading);
  return TRUE;
}
