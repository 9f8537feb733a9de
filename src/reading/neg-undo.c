#include "config.h"

#include "reading/neg-undo.h"

guint64
neg_undo_next_serial (void)
{
  static guint64 last; /* of the process: windows do not share steps, only numbers */

  return ++last;
}

/* Of views: 0 where there is none. */
static guint64
get_undo (NegReading *reading, NegMpr *mpr)
{
  return mpr != NULL ? neg_mpr_get_undo_serial (mpr) : reading != NULL ? neg_reading_get_undo_serial (reading) : 0;
}

static guint64
get_redo (NegReading *reading, NegMpr *mpr)
{
  return mpr != NULL ? neg_mpr_get_redo_serial (mpr) : reading != NULL ? neg_reading_get_redo_serial (reading) : 0;
}

gboolean
neg_undo_can_undo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations)
{
  return get_undo (reading, mpr) != 0 || neg_annotations_get_undo_serial (annotations) != 0;
}

/* What was taken back before something else was done is not done again over it. */
gboolean
neg_undo_can_redo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations)
{
  guint64 redo = MAX (get_redo (reading, mpr), neg_annotations_get_redo_serial (annotations));
  guint64 undo = MAX (get_undo (reading, mpr), neg_annotations_get_undo_serial (annotations));

  return redo > undo;
}

gboolean
neg_undo_undo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations, GError **error)
{
  if (neg_annotations_get_undo_serial (annotations) > get_undo (reading, mpr))
    return neg_annotations_undo (annotations, error);
  if (mpr != NULL)
    neg_mpr_undo (mpr);
  else if (reading != NULL)
    neg_reading_undo (reading);
  return TRUE;
}

gboolean
neg_undo_redo (NegReading *reading, NegMpr *mpr, NegAnnotations *annotations, GError **error)
{
  if (!neg_undo_can_redo (reading, mpr, annotations))
    return TRUE;
  if (neg_annotations_get_redo_serial (annotations) > get_redo (reading, mpr))
    return neg_annotations_redo (annotations, error);
  if (mpr != NULL)
    neg_mpr_redo (mpr);
  else if (reading != NULL)
    neg_reading_redo (reading);
  return TRUE;
}
