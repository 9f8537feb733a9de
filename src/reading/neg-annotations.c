#include "config.h"

#include "reading/neg-annotations-private.h"

#include <string.h>

#include "base/neg-error.h"

#define WHERE "annotation"

G_DEFINE_FINAL_TYPE (NegAnnotations, neg_annotations, G_TYPE_OBJECT)

enum { CHANGED, SELECTION_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  char *sop_instance_uid;
  guint32 frame;
} ImageKey;

static guint
hash_image (gconstpointer data)
{
  const ImageKey *key = data;

  return g_str_hash (key->sop_instance_uid) ^ key->frame * 2654435761u;
}

static gboolean
equal_images (gconstpointer a, gconstpointer b)
{
  const ImageKey *one = a, *other = b;

  return one->frame == other->frame && strcmp (one->sop_instance_uid, other->sop_instance_uid) == 0;
}

static void
free_image (gpointer data)
{
  ImageKey *key = data;

  g_free (key->sop_instance_uid);
  g_free (key);
}

/* --- Where annotations are --- */

static guint64
get_order (NegAnnotations *self, const NegAnnotation *annotation)
{
  return *(guint64 *) g_hash_table_lookup (self->orders, annotation->uid);
}

static int
compare_orders (gconstpointer a, gconstpointer b, gpointer data)
{
  guint64 one = get_order (data, *(NegAnnotation *const *) a), other = get_order (data, *(NegAnnotation *const *) b);

  return one < other ? -1 : one > other;
}

static GPtrArray *
find_image (NegAnnotations *self, const char *sop_instance_uid, guint32 frame)
{
  const ImageKey key = { (char *) sop_instance_uid, frame };

  return g_hash_table_lookup (self->images, &key);
}

static void
leave_image (NegAnnotations *self, NegAnnotation *annotation)
{
  const ImageKey key = { annotation->sop_instance_uid, annotation->frame };
  GPtrArray *there = g_hash_table_lookup (self->images, &key);

  g_ptr_array_remove (there, annotation);
  if (there->len == 0)
    g_hash_table_remove (self->images, &key);
}

static void
enter_image (NegAnnotations *self, NegAnnotation *annotation)
{
  GPtrArray *there = find_image (self, annotation->sop_instance_uid, annotation->frame);
  guint64 order = get_order (self, annotation);
  guint at;

  if (there == NULL) {
    ImageKey *key = g_new0 (ImageKey, 1);

    key->sop_instance_uid = g_strdup (annotation->sop_instance_uid);
    key->frame = annotation->frame;
    there = g_ptr_array_new ();
    g_hash_table_insert (self->images, key, there);
  }
  for (at = there->len; at > 0 && get_order (self, g_ptr_array_index (there, at - 1)) > order;)
    at--;
  g_ptr_array_insert (there, at, annotation);
}

/* One that comes back has its place of before. */
static void
note_order (NegAnnotations *self, const char *uid)
{
  guint64 *order;

  if (g_hash_table_contains (self->orders, uid))
    return;
  order = g_new (guint64, 1);
  *order = g_hash_table_size (self->orders);
  g_hash_table_insert (self->orders, g_strdup (uid), order);
}

void
_neg_annotations_set (NegAnnotations *self, const char *uid, NegAnnotation *annotation)
{
  NegAnnotation *before = g_hash_table_lookup (self->by_uid, uid);
  g_autofree char *image = g_strdup ((annotation != NULL ? annotation : before)->sop_instance_uid);
  g_autofree char *own_uid = g_strdup (uid); /* it may be the annotation's that goes */

  if (before != NULL)
    leave_image (self, before);
  if (annotation == NULL) {
    g_hash_table_remove (self->by_uid, own_uid);
  } else {
    note_order (self, own_uid);
    g_hash_table_remove (self->withdrawn, own_uid);
    g_hash_table_insert (self->by_uid, g_strdup (own_uid), neg_annotation_ref (annotation));
    enter_image (self, annotation);
  }
  if (annotation == NULL && g_strcmp0 (self->selected, own_uid) == 0)
    neg_annotations_select (self, NULL);
  g_signal_emit (self, signals[CHANGED], 0, image);
}

/* --- Studies --- */

static NegAnnotatedStudy *
get_study (NegAnnotations *self, const char *study_uid)
{
  NegAnnotatedStudy *study = g_hash_table_lookup (self->studies, study_uid);

  if (study == NULL) {
    study = g_new0 (NegAnnotatedStudy, 1);
    study->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert (self->studies, g_strdup (study_uid), study);
  }
  return study;
}

static gboolean
has_own (NegAnnotations *self, const char *study_uid)
{
  GHashTableIter iter;
  gpointer annotation;

  g_hash_table_iter_init (&iter, self->by_uid);
  while (g_hash_table_iter_next (&iter, NULL, &annotation))
    if (!((NegAnnotation *) annotation)->is_foreign
        && strcmp (((NegAnnotation *) annotation)->study_uid, study_uid) == 0)
      return TRUE;
  return FALSE;
}

/* What is being moved is of one study alone. */
static gboolean
is_in_hand (NegAnnotations *self, const char *study_uid)
{
  const NegAnnotation *held = self->gesture != 0 ? g_hash_table_lookup (self->by_uid, self->gesture_uid) : NULL;

  return held != NULL && strcmp (held->study_uid, study_uid) == 0;
}

/* Where nothing was saved and nothing is there, nothing is missing anywhere. */
gboolean
neg_annotations_is_unsaved (NegAnnotations *self, const char *study_uid)
{
  const NegAnnotatedStudy *study = g_hash_table_lookup (self->studies, study_uid);

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  if (is_in_hand (self, study_uid))
    return TRUE;
  return study != NULL && study->change != study->saved_change
         && (study->saved_change != 0 || has_own (self, study_uid));
}

guint64
neg_annotations_get_change (NegAnnotations *self, const char *study_uid)
{
  const NegAnnotatedStudy *study = g_hash_table_lookup (self->studies, study_uid);

  return study != NULL ? study->change : 0;
}

static gboolean
sink (NegAnnotations *self, const char *study_uid, NegAnnotationOperation operation, const char *uid,
      const char *text, GError **error)
{
  return self->sink == NULL || self->sink (study_uid, operation, uid, text, error, self->sink_data);
}

static void
study_free (gpointer data)
{
  NegAnnotatedStudy *study = data;

  g_free (study->saved_sop_uid);
  g_free (study->saved_series_uid);
  g_free (study->saved_class_uid);
  g_hash_table_unref (study->objects);
  g_free (study);
}

static void
set_saved (NegAnnotatedStudy *study, const char *sop_instance_uid, const char *series_uid, const char *sop_class_uid,
           guint64 change)
{
  study->saved_change = MAX (study->saved_change, change);
  g_hash_table_add (study->objects, g_strdup (sop_instance_uid));
  if (series_uid == NULL || *series_uid == '\0')
    return;
  g_free (study->saved_sop_uid);
  g_free (study->saved_series_uid);
  g_free (study->saved_class_uid);
  study->saved_sop_uid = g_strdup (sop_instance_uid);
  study->saved_series_uid = g_strdup (series_uid);
  study->saved_class_uid = g_strdup (sop_class_uid);
}

gboolean
neg_annotations_get_saved (NegAnnotations *self, const char *study_uid, const char **sop_instance_uid,
                           const char **series_uid, const char **sop_class_uid)
{
  const NegAnnotatedStudy *study = g_hash_table_lookup (self->studies, study_uid);

  if (study == NULL || study->saved_sop_uid == NULL || study->saved_series_uid == NULL)
    return FALSE;
  *sop_instance_uid = study->saved_sop_uid;
  *series_uid = study->saved_series_uid;
  *sop_class_uid = study->saved_class_uid;
  return TRUE;
}

gboolean
neg_annotations_is_own_object (NegAnnotations *self, const char *study_uid, const char *sop_instance_uid)
{
  const NegAnnotatedStudy *study = g_hash_table_lookup (self->studies, study_uid);

  return study != NULL && g_hash_table_contains (study->objects, sop_instance_uid);
}

/* The text of the operation is "CHANGE SERIES-UID CLASS-UID"; the first ones had no class. */
#define FIRST_CLASS_UID "1.2.840.10008.5.1.4.1.1.88.33"

gboolean
neg_annotations_mark_saved (NegAnnotations *self, const char *study_uid, const char *sop_instance_uid,
                            const char *series_uid, const char *sop_class_uid, guint64 change, GError **error)
{
  NegAnnotatedStudy *study = get_study (self, study_uid);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %s %s", change, series_uid, sop_class_uid);

  g_return_val_if_fail (change <= study->change, FALSE);

  if (!sink (self, study_uid, NEG_ANNOTATION_SAVED, sop_instance_uid, text, error))
    return FALSE;
  set_saved (study, sop_instance_uid, series_uid, sop_class_uid, change);
  g_signal_emit (self, signals[CHANGED], 0, NULL);
  return TRUE;
}

const char *
neg_annotations_find_plane (NegAnnotations *self, const char *series_uid, const NegAnnotationPlane *plane)
{
  GHashTableIter iter;
  const NegAnnotation *annotation;

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), NULL);

  g_hash_table_iter_init (&iter, self->by_uid);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &annotation))
    if (annotation->plane != NULL && g_strcmp0 (annotation->series_uid, series_uid) == 0
        && neg_annotation_plane_is_same (annotation->plane, plane))
      return annotation->sop_instance_uid;
  return NULL;
}

/* --- Changes --- */

/* What is kept can be read again, whatever the file says that it was made on. */
static char *
dup_readable (const NegAnnotation *annotation, GError **error)
{
  g_autofree char *text = neg_annotation_to_text (annotation);
  g_autoptr (NegAnnotation) again = neg_annotation_from_text (text, strlen (text), error);

  return again != NULL ? g_steal_pointer (&text) : NULL;
}

gboolean
_neg_annotations_keep (NegAnnotations *self, NegAnnotation *before, NegAnnotation *after, GError **error)
{
  const NegAnnotation *one = after != NULL ? after : before;
  g_autofree char *text = after != NULL ? dup_readable (after, error) : g_strdup ("");

  if (text == NULL || !sink (self, one->study_uid, after != NULL ? NEG_ANNOTATION_PUT : NEG_ANNOTATION_REMOVE, one->uid, text,
                             error))
    return FALSE;
  get_study (self, one->study_uid)->change++;
  return TRUE;
}

gboolean
_neg_annotation_is_same (const NegAnnotation *a, const NegAnnotation *b)
{
  return a != NULL && b != NULL && a->n_points == b->n_points && g_strcmp0 (a->text, b->text) == 0
         && memcmp (a->points_px, b->points_px, a->n_points * 2 * sizeof (double)) == 0;
}

/* The step is on the disk, or everything is as it was before. */
static gboolean
commit (NegAnnotations *self, NegAnnotation *before, NegAnnotation *after, const char *uid, GError **error)
{
  if (_neg_annotations_keep (self, before, after, error)) {
    _neg_annotations_push_step (self, before, after);
    return TRUE;
  }
  _neg_annotations_set (self, uid, before);
  return FALSE;
}

gboolean
neg_annotations_end_gesture (NegAnnotations *self, guint gesture, GError **error)
{
  g_autoptr (NegAnnotation) before = NULL, after = NULL;
  g_autofree char *uid = NULL;

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  if (gesture == 0 || self->gesture != gesture)
    return TRUE;
  self->gesture = 0;
  uid = g_steal_pointer (&self->gesture_uid);
  before = g_steal_pointer (&self->gesture_before);
  after = neg_annotation_ref (g_hash_table_lookup (self->by_uid, uid));
  if (_neg_annotation_is_same (before, after)) {
    _neg_annotations_set (self, uid, before);
    return TRUE;
  }
  if (!commit (self, before, after, uid, error))
    return FALSE;
  g_signal_emit (self, signals[CHANGED], 0, after->sop_instance_uid); /* it is a step now */
  return TRUE;
}

void
neg_annotations_cancel_gesture (NegAnnotations *self, guint gesture)
{
  g_autoptr (NegAnnotation) before = NULL;
  g_autofree char *uid = NULL;

  g_return_if_fail (NEG_IS_ANNOTATIONS (self));

  if (gesture == 0 || self->gesture != gesture)
    return;
  self->gesture = 0;
  uid = g_steal_pointer (&self->gesture_uid);
  before = g_steal_pointer (&self->gesture_before);
  _neg_annotations_set (self, uid, before);
}

gboolean
neg_annotations_settle (NegAnnotations *self, GError **error)
{
  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  return neg_annotations_end_gesture (self, self->gesture, error);
}

static gboolean
check_own (const NegAnnotation *before, GError **error)
{
  return before == NULL || !before->is_foreign
         || neg_fail (error, NEG_ERROR_REFUSED, WHERE, "The annotation belongs to a report and is not changed");
}

gboolean
_neg_annotation_is_whole (const NegAnnotation *annotation)
{
  return annotation->uid != NULL && annotation->study_uid != NULL && annotation->sop_instance_uid != NULL
         && neg_annotation_is_valid (annotation);
}

static gboolean
check_whole (const NegAnnotation *annotation, GError **error)
{
  return _neg_annotation_is_whole (annotation)
         || neg_fail (error, NEG_ERROR_USAGE, WHERE, "The annotation is not complete");
}

static void
begin_gesture (NegAnnotations *self, guint gesture, const char *uid, NegAnnotation *before)
{
  self->gesture = gesture;
  self->gesture_uid = g_strdup (uid);
  self->gesture_before = before != NULL ? neg_annotation_ref (before) : NULL;
}

gboolean
neg_annotations_put (NegAnnotations *self, NegAnnotation *annotation, guint gesture, GError **error)
{
  gboolean goes_on = gesture != 0 && gesture == self->gesture && g_strcmp0 (self->gesture_uid, annotation->uid) == 0;
  g_autoptr (NegAnnotation) before = NULL;

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  if (!check_whole (annotation, error) || (!goes_on && !neg_annotations_settle (self, error)))
    return FALSE;
  before = g_hash_table_lookup (self->by_uid, annotation->uid);
  if (before != NULL)
    neg_annotation_ref (before);
  if (!check_own (before, error))
    return FALSE;
  if (gesture != 0 && !goes_on)
    begin_gesture (self, gesture, annotation->uid, before);
  _neg_annotations_set (self, annotation->uid, annotation);
  return gesture != 0 || commit (self, before, annotation, annotation->uid, error);
}

gboolean
neg_annotations_remove (NegAnnotations *self, const char *uid, GError **error)
{
  g_autoptr (NegAnnotation) before = NULL;

  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  if (!neg_annotations_settle (self, error))
    return FALSE;
  before = g_hash_table_lookup (self->by_uid, uid);
  if (before == NULL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, WHERE, "There is no such annotation");
  neg_annotation_ref (before);
  if (!check_own (before, error) || !_neg_annotations_keep (self, before, NULL, error))
    return FALSE;
  _neg_annotations_push_step (self, before, NULL);
  _neg_annotations_set (self, before->uid, NULL);
  return TRUE;
}

/* --- The past --- */

static gboolean
replay_put (NegAnnotations *self, const char *study_uid, const char *uid, const char *text, GError **error)
{
  g_autoptr (NegAnnotation) annotation = neg_annotation_from_text (text, strlen (text), error);

  if (annotation == NULL)
    return FALSE;
  if (g_strcmp0 (annotation->uid, uid) != 0 || g_strcmp0 (annotation->study_uid, study_uid) != 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, WHERE, "An annotation that was kept belongs elsewhere");
  _neg_annotations_set (self, annotation->uid, annotation);
  get_study (self, study_uid)->change++;
  return TRUE;
}

static gboolean
replay_saved (NegAnnotations *self, const char *study_uid, const char *uid, const char *text, GError **error)
{
  NegAnnotatedStudy *study = get_study (self, study_uid);
  g_auto (GStrv) parts = g_strsplit (text, " ", 3);
  const guint n = g_strv_length (parts);
  guint64 change;

  if (n == 0 || !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT64, &change, NULL))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, WHERE, "What was saved of the annotations cannot be read");
  set_saved (study, uid, n > 1 ? parts[1] : NULL, n > 2 ? parts[2] : FIRST_CLASS_UID, MIN (change, study->change));
  return TRUE;
}

gboolean
neg_annotations_replay (NegAnnotations *self, const char *study_uid, NegAnnotationOperation operation,
                        const char *uid, const char *text, GError **error)
{
  g_return_val_if_fail (NEG_IS_ANNOTATIONS (self), FALSE);

  switch (operation) {
  case NEG_ANNOTATION_PUT:
    return replay_put (self, study_uid, uid, text, error);
  case NEG_ANNOTATION_REMOVE:
    if (g_hash_table_contains (self->by_uid, uid))
      _neg_annotations_set (self, uid, NULL);
    note_order (self, uid); /* known, though gone: a report does not bring it back */
    g_hash_table_remove (self->withdrawn, uid);
    get_study (self, study_uid)->change++;
    return TRUE;
  case NEG_ANNOTATION_SAVED:
    return replay_saved (self, study_uid, uid, text, error);
  default:
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, WHERE, "The annotations were changed by a newer version");
  }
}

void
neg_annotations_clear (NegAnnotations *self)
{
  g_return_if_fail (NEG_IS_ANNOTATIONS (self));

  self->gesture = 0;
  g_clear_pointer (&self->gesture_uid, g_free);
  g_clear_pointer (&self->gesture_before, neg_annotation_unref);
  g_queue_clear_full (&self->undo, _neg_annotation_step_free);
  g_queue_clear_full (&self->redo, _neg_annotation_step_free);
  g_hash_table_remove_all (self->images);
  g_hash_table_remove_all (self->by_uid);
  g_hash_table_remove_all (self->orders);
  g_hash_table_remove_all (self->withdrawn);
  g_hash_table_remove_all (self->reports_by_key);
  g_ptr_array_set_size (self->reports, 0);
  g_hash_table_remove_all (self->studies);
  neg_annotations_select (self, NULL);
  g_signal_emit (self, signals[CHANGED], 0, NULL);
}

/* --- Looking --- */

guint
neg_annotations_get_n_of_image (NegAnnotations *self, const char *sop_instance_uid, guint32 frame)
{
  GPtrArray *there = sop_instance_uid != NULL ? find_image (self, sop_instance_uid, frame) : NULL;

  return there != NULL ? there->len : 0;
}

NegAnnotation *
neg_annotations_get_of_image (NegAnnotations *self, const char *sop_instance_uid, guint32 frame, guint position)
{
  return g_ptr_array_index (find_image (self, sop_instance_uid, frame), position);
}

GPtrArray *
neg_annotations_list_study (NegAnnotations *self, const char *study_uid)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  GHashTableIter iter;
  gpointer annotation;

  g_hash_table_iter_init (&iter, self->by_uid);
  while (g_hash_table_iter_next (&iter, NULL, &annotation))
    if (strcmp (((NegAnnotation *) annotation)->study_uid, study_uid) == 0)
      g_ptr_array_add (list, neg_annotation_ref (annotation));
  g_ptr_array_sort_with_data (list, compare_orders, self);
  return list;
}

NegAnnotation *
neg_annotations_find (NegAnnotations *self, const char *uid)
{
  return uid != NULL ? g_hash_table_lookup (self->by_uid, uid) : NULL;
}

const char *
neg_annotations_get_selected (NegAnnotations *self)
{
  return self->selected;
}

void
neg_annotations_select (NegAnnotations *self, const char *uid)
{
  char *selected;

  g_return_if_fail (NEG_IS_ANNOTATIONS (self));

  if (g_strcmp0 (uid, self->selected) == 0)
    return;
  selected = g_strdup (uid);
  g_free (self->selected);
  self->selected = selected;
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* --- The object --- */

void
neg_annotations_set_sink (NegAnnotations *self, NegAnnotationSink new_sink, gpointer user_data)
{
  self->sink = new_sink;
  self->sink_data = user_data;
}

static void
neg_annotations_finalize (GObject *object)
{
  NegAnnotations *self = NEG_ANNOTATIONS (object);

  g_queue_clear_full (&self->undo, _neg_annotation_step_free);
  g_queue_clear_full (&self->redo, _neg_annotation_step_free);
  g_clear_pointer (&self->gesture_before, neg_annotation_unref);
  g_free (self->gesture_uid);
  g_free (self->selected);
  g_hash_table_unref (self->images);
  g_hash_table_unref (self->by_uid);
  g_hash_table_unref (self->orders);
  g_hash_table_unref (self->withdrawn);
  g_hash_table_unref (self->reports_by_key);
  g_ptr_array_unref (self->reports);
  g_hash_table_unref (self->studies);
  G_OBJECT_CLASS (neg_annotations_parent_class)->finalize (object);
}

static void
neg_annotations_class_init (NegAnnotationsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_annotations_finalize;
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_ANNOTATIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", NEG_TYPE_ANNOTATIONS, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_annotations_init (NegAnnotations *self)
{
  self->by_uid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) neg_annotation_unref);
  self->orders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->withdrawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reports = g_ptr_array_new_with_free_func (_neg_annotation_report_free);
  self->reports_by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->images = g_hash_table_new_full (hash_image, equal_images, free_image, (GDestroyNotify) g_ptr_array_unref);
  self->studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, study_free);
  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
}

NegAnnotations *
neg_annotations_new (void)
{
  return g_object_new (NEG_TYPE_ANNOTATIONS, NULL);
}
