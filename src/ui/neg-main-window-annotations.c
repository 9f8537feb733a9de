/* Annotations of what is open: loaded with their study, on the disk as they are made. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "model/neg-presentation.h"
#include "reading/neg-undo.h"
#include "store/neg-annotation-store.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-words.h"

/* Each is a row of the page of measurements: what many selections mark is no selection any more. */
#define REPORTED_KEYS_MAX 2000

/* What cannot be kept is not made: nobody reports from a number that a crash would take away. */
static gboolean
keep (const char *study_uid, NegAnnotationOperation operation, const char *uid, const char *text, GError **error,
      gpointer user_data)
{
  NegMainWindow *self = user_data;

  if (self->screens == NULL && self->screens_failed)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "The file of what is kept cannot be opened");
  if (g_hash_table_contains (self->unreadable, study_uid))
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "The annotations of this study cannot be read");
  if (self->screens == NULL || !g_hash_table_contains (self->annotated, study_uid))
    return neg_fail (error, NEG_ERROR_BUSY, NULL, "The annotations of this study are still being read");
  return neg_annotation_store_append (self->screens, study_uid, operation, uid, text, error);
}

void
_neg_main_window_annotation_failed (NegMainWindow *self, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_REFUSED))
    text = g_strdup (_ ("This belongs to a report of somebody else: it is shown, not changed."));
  else if (g_error_matches (error, NEG_ERROR, NEG_ERROR_BUSY))
    text = g_strdup (_ ("The annotations of this study are still being read. Please try again."));
  else
    text = g_strdup_printf (_ ("The annotation could not be kept and was taken back: %s"), neg_words_for_error (error));
  neg_main_window_report (self, text);
}

/* --- Loading --- */

static void
report_unreadable (NegMainWindow *self, guint n)
{
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u change of annotations of this study cannot be read.",
                "%u changes of annotations of this study cannot be read.", n), n);

  neg_main_window_report (self, text);
}

/* One that is damaged takes no other along. */
static void
replay (NegMainWindow *self, const char *study_uid, GPtrArray *operations)
{
  guint n_wrong = 0;

  for (guint i = 0; i < operations->len; i++) {
    const NegStoredOperation *one = g_ptr_array_index (operations, i);

    n_wrong += !neg_annotations_replay (self->annotations, study_uid, one->operation, one->uid, one->text, NULL);
  }
  if (n_wrong > 0)
    report_unreadable (self, n_wrong);
}

/* A study that cannot be read is not written to either: what is there would be overridden unseen. It is tried again when
 * its patient is opened again, not with each file that comes. */
static void
load_study (NegMainWindow *self, const char *study_uid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  g_autofree char *text = NULL;

  if (study_uid == NULL || g_hash_table_contains (self->annotated, study_uid)
      || g_hash_table_contains (self->unreadable, study_uid))
    return;
  operations = neg_annotation_store_load (self->screens, study_uid, &error);
  if (operations != NULL) {
    replay (self, study_uid, operations);
    g_hash_table_add (self->annotated, g_strdup (study_uid));
    return;
  }
  g_hash_table_add (self->unreadable, g_strdup (study_uid));
  text = g_strdup_printf (_ ("The annotations of this study cannot be read: %s"), neg_words_for_error (error));
  neg_main_window_report (self, text);
}

static gboolean
is_of_patient (const NegPatient *patient, const char *study_uid)
{
  for (guint i = 0; i < patient->studies->len; i++)
    if (g_strcmp0 (((NegStudy *) g_ptr_array_index (patient->studies, i))->study_uid, study_uid) == 0)
      return TRUE;
  return FALSE;
}

static NegAnnotation *
new_key (const NegInstance *instance, const NegImageReference *reference, guint32 frame, guint number)
{
  NegAnnotation *key = neg_annotation_new (NEG_ANNOTATION_KEY);

  key->uid = g_strdup_printf ("%s.%u", instance->sop_instance_uid, number);
  key->study_uid = g_strdup (reference->study_uid != NULL ? reference->study_uid : instance->study_uid);
  key->series_uid = g_strdup (reference->series_uid);
  key->sop_class_uid = g_strdup (reference->sop_class_uid);
  key->sop_instance_uid = g_strdup (reference->sop_instance_uid);
  key->frame = frame;
  key->text = g_strdup (instance->key_selection->title_meaning);
  key->author = g_strdup (instance->key_selection->observer);
  return key;
}

/* No frame named is the whole object, which its first frame stands for. */
static void
add_reference (NegMainWindow *self, const NegPatient *patient, const NegInstance *instance,
               const NegImageReference *reference, GPtrArray *keys)
{
  const guint n_frames = MAX (reference->n_frames, 1);

  if (reference->sop_instance_uid == NULL
      || !is_of_patient (patient, reference->study_uid != NULL ? reference->study_uid : instance->study_uid))
    return;
  for (guint i = 0; i < n_frames && self->n_reported_keys < REPORTED_KEYS_MAX; i++) {
    self->n_reported_keys++;
    g_ptr_array_add (keys,
                     new_key (instance, reference, reference->n_frames > 0 ? reference->frames[i] : 1, keys->len + 1));
  }
}

/* A selection that we wrote says nothing new: what became of its marks since, our operations know. */
static void
add_selection (NegMainWindow *self, const NegPatient *patient, NegInstance *instance)
{
  const NegImageReferences *references = &instance->key_selection->references;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);

  if (neg_key_selection_is_rejection (instance->key_selection)
      || neg_annotations_is_own_object (self->annotations, instance->study_uid, instance->sop_instance_uid))
    return;
  for (guint i = 0; i < references->n && self->n_reported_keys < REPORTED_KEYS_MAX; i++)
    add_reference (self, patient, instance, &references->items[i], keys);
  neg_annotations_add_report (self->annotations, instance, keys);
}

/* What reports and key object selections say; after our own operations, which know better what has become of it. */
static void
add_reports (NegMainWindow *self, const NegPatient *patient)
{
  GPtrArray *objects = self->loader != NULL ? neg_loader_get_objects (self->loader) : NULL;
  gboolean is_new = FALSE;

  for (guint i = 0; objects != NULL && i < objects->len; i++) {
    NegInstance *instance = ((NegLoadedObject *) g_ptr_array_index (objects, i))->instance;

    if ((instance->annotations == NULL && instance->key_selection == NULL) || instance->sop_instance_uid == NULL
        || !g_hash_table_contains (self->annotated, instance->study_uid != NULL ? instance->study_uid : "")
        || g_hash_table_contains (self->reports, instance->sop_instance_uid)
        || !is_of_patient (patient, instance->study_uid))
      continue;
    if (instance->annotations != NULL)
      neg_annotations_add_report (self->annotations, instance, instance->annotations);
    if (instance->key_selection != NULL)
      add_selection (self, patient, instance);
    g_hash_table_add (self->reports, g_strdup (instance->sop_instance_uid));
    is_new = TRUE;
  }
  if (is_new)
    neg_annotations_show_reports (self->annotations);
}

void
_neg_main_window_load_annotations (NegMainWindow *self)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  if (patient == NULL || self->screens == NULL)
    return;
  for (guint i = 0; i < patient->studies->len; i++)
    load_study (self, ((NegStudy *) g_ptr_array_index (patient->studies, i))->study_uid);
  add_reports (self, patient);
}

/* Of the patient that is shown alone: what would be taken back is seen. */
static void
patient_changed_cb (NegMainWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (!neg_annotations_settle (self->annotations, &error)) /* what keys were moving is not lost */
    _neg_main_window_annotation_failed (self, error);
  neg_annotations_clear (self->annotations);
  g_hash_table_remove_all (self->annotated);
  g_hash_table_remove_all (self->unreadable);
  g_hash_table_remove_all (self->reports);
  self->n_reported_keys = 0;
  _neg_main_window_load_annotations (self);
}

/* --- Commands --- */

/* What is out of sight is not taken back: of views those that are shown. */
void
_neg_main_window_update_undo (NegMainWindow *self)
{
  NegMpr *mpr = _neg_main_window_get_mpr (self);
  NegReading *reading = mpr == NULL ? self->reading : NULL;

  _neg_main_window_enable (self, "view", "undo", neg_undo_can_undo (reading, mpr, self->annotations));
  _neg_main_window_enable (self, "view", "redo", neg_undo_can_redo (reading, mpr, self->annotations));
}

void
_neg_main_window_undo (NegMainWindow *self, gboolean back)
{
  NegMpr *mpr = _neg_main_window_get_mpr (self);
  NegReading *reading = mpr == NULL ? self->reading : NULL;
  g_autoptr (GError) error = NULL;

  if (!(back ? neg_undo_undo : neg_undo_redo) (reading, mpr, self->annotations, &error))
    _neg_main_window_annotation_failed (self, error);
  _neg_main_window_update_undo (self);
}

static void
remove_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (!_neg_main_window_has_volume (self))
    neg_viewport_remove_annotation (neg_grid_get_active (self->grid));
  else if (_neg_main_window_has_active_plane (self))
    neg_mpr_viewport_remove_annotation (_neg_main_window_get_plane (self));
}

static void
place_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (self->tool < NEG_TOOL_LENGTH)
    _neg_main_window_hint (self, _ ("Take a tool first: L length, A angle, B Cobb, E ellipse, R rectangle, D freehand, "
                                    "T arrow, P probe."));
  if (!_neg_main_window_has_volume (self))
    neg_viewport_place_annotation (neg_grid_get_active (self->grid));
  else if (_neg_main_window_has_active_plane (self))
    neg_mpr_viewport_place_annotation (_neg_main_window_get_plane (self));
  _neg_main_window_focus (self);
}

void
_neg_main_window_add_annotations (NegMainWindow *self)
{
  static const GActionEntry entries[] = { { "remove", remove_cb }, { "place", place_cb } };

  self->annotations = neg_annotations_new ();
  self->annotated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->unreadable = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  neg_annotations_set_sink (self->annotations, keep, self);
  _neg_main_window_add_group (self, "annotation", entries, G_N_ELEMENTS (entries));
  g_signal_connect_object (self->annotations, "changed", G_CALLBACK (_neg_main_window_update_undo), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "patient-changed", G_CALLBACK (patient_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "patients-changed", G_CALLBACK (_neg_main_window_load_annotations), self,
                           G_CONNECT_SWAPPED);
}

void
_neg_main_window_set_up_annotations (NegMainWindow *self, NegViewport *viewport)
{
  neg_viewport_set_annotations (viewport, self->annotations);
  g_signal_connect_object (viewport, "annotation-failed", G_CALLBACK (_neg_main_window_annotation_failed), self, G_CONNECT_SWAPPED);
}

void
_neg_main_window_add_measurements (NegMainWindow *self)
{
  self->measurements = NEG_MEASUREMENTS_PAGE (neg_measurements_page_new (self->reading, self->annotations));
  g_signal_connect_object (self->measurements, "failed", G_CALLBACK (_neg_main_window_annotation_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurements, "hint", G_CALLBACK (_neg_main_window_hint), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurements, "image-wanted", G_CALLBACK (_neg_main_window_close_volume), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->measurements, "plane-wanted", G_CALLBACK (_neg_main_window_show_measured), self, G_CONNECT_SWAPPED);
  neg_context_pane_add_page (self->context, "measurements", _ ("Measurements"), "neg-page-measurements-symbolic",
                             GTK_WIDGET (self->measurements));
}

void
_neg_main_window_close_annotations (NegMainWindow *self)
{
  if (self->annotations == NULL)
    return;
  neg_annotations_set_sink (self->annotations, NULL, NULL);
  g_clear_object (&self->annotations);
  g_clear_pointer (&self->annotated, g_hash_table_unref);
  g_clear_pointer (&self->unreadable, g_hash_table_unref);
  g_clear_pointer (&self->reports, g_hash_table_unref);
}
