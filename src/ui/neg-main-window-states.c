/* Presentation states and key images of what is open: seen, chosen, and written when the reader says so. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-uid.h"
#include "model/neg-fiction.h"
#include "model/neg-presentation.h"
#include "reading/neg-view-presentation.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-monitor.h"
#include "ui/neg-object-saver.h"
#include "ui/neg-words.h"

#define STATES_SERIES_NUMBER 9001
#define MEASUREMENTS_SERIES_NUMBER 9002
#define KEYS_SERIES_NUMBER 9003

static const NegViewState *
get_state (NegMainWindow *self)
{
  return neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
}

static const NegStudy *
find_study (NegMainWindow *self, const char *study_uid)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    if (g_strcmp0 (study->study_uid, study_uid) == 0)
      return study;
  }
  return NULL;
}

/* --- states that there are --- */

static gboolean
means (const NegLoadedObject *object, const NegSeriesFrame *frame)
{
  const NegPresentation *state = object->instance->presentation;

  return state != NULL && state->kind != NEG_STATE_OTHER && state->references.n > 0
         && g_strcmp0 (object->instance->study_uid, frame->instance->study_uid) == 0
         && neg_image_references_contain (&state->references, frame->instance->sop_instance_uid, frame->frame);
}

static char *
dup_label (const NegPresentation *state)
{
  g_autofree char *label = neg_text_dup_shown (NEG_TEXT_FREE, state->description != NULL && *state->description != '\0'
                                                    ? state->description
                                                    : state->label);
  g_autofree char *date = neg_caption_dup_date (state->created_date);
  g_autofree char *time = neg_caption_dup_time (state->created_time);
  g_autofree char *creator = neg_caption_dup_person (state->creator);
  g_autoptr (GString) text = g_string_new (*label != '\0' ? label : _ ("Presentation state"));

  if (date != NULL)
    g_string_append_printf (text, " · %s%s%s", date, time != NULL ? " " : "", time != NULL ? time : "");
  if (creator != NULL && *creator != '\0')
    g_string_append_printf (text, " · %s", creator);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_item (GMenu *menu, const char *label, int target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "state.show", "i", target);
  g_menu_append_item (menu, item);
}

/* The newest first: states have no predecessors, and whoever wrote one again means the last. Dates sort as text. */
static int
compare_states (gconstpointer a, gconstpointer b, gpointer data)
{
  GPtrArray *objects = data;
  const guint one = *(const guint *) a, other = *(const guint *) b;
  const NegPresentation *first = ((NegLoadedObject *) g_ptr_array_index (objects, one))->instance->presentation;
  const NegPresentation *second = ((NegLoadedObject *) g_ptr_array_index (objects, other))->instance->presentation;
  int order = g_strcmp0 (second->created_date, first->created_date);

  if (order == 0)
    order = g_strcmp0 (second->created_time, first->created_time);
  return order != 0 ? order : one < other ? -1 : one > other;
}

/* Their places among @objects (nullable); given. */
static GArray *
list_states (GPtrArray *objects, const NegSeriesFrame *frame)
{
  GArray *states = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; objects != NULL && i < objects->len; i++)
    if (means (g_ptr_array_index (objects, i), frame))
      g_array_append_val (states, i);
  g_array_sort_with_data (states, compare_states, objects);
  return states;
}

void
_neg_main_window_add_states_menu (NegMainWindow *self, GMenu *menu, const NegSeriesFrame *frame)
{
  GPtrArray *objects = self->loader != NULL ? neg_loader_get_objects (self->loader) : NULL;
  g_autoptr (GMenu) section = g_menu_new ();
  g_autoptr (GArray) states = list_states (objects, frame);

  for (guint i = 0; i < states->len; i++) {
    const guint place = g_array_index (states, guint, i);
    const NegLoadedObject *object = g_ptr_array_index (objects, place);
    g_autofree char *label = dup_label (object->instance->presentation);

    add_item (section, label, (int) place);
  }
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) == 0)
    return;
  add_item (section, _ ("None: as the image says"), -1);
  g_menu_append_section (menu, _ ("Presentation states"), G_MENU_MODEL (section));
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const int index = g_variant_get_int32 (parameter);
  GPtrArray *objects = self->loader != NULL ? neg_loader_get_objects (self->loader) : NULL;
  const NegLoadedObject *object
      = index >= 0 && objects != NULL && (guint) index < objects->len ? g_ptr_array_index (objects, index) : NULL;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  const guint cell = neg_reading_get_active (self->reading);
  const double glass_mm = neg_monitor_get_pixel_mm (self->settings, GTK_WIDGET (viewport), NULL);
  g_autoptr (GError) error = NULL;
  NegViewState tried;

  if (get_state (self)->series == NULL)
    return;
  /* What is refused is no step that undo would take back. */
  neg_view_state_init (&tried);
  neg_view_state_copy (&tried, get_state (self));
  if (neg_view_state_set_presentation (&tried, object != NULL ? object->instance->presentation : NULL,
                                       object != NULL ? object->instance->study_uid : NULL,
                                       neg_viewport_get_width_px (viewport), neg_viewport_get_height_px (viewport),
                                       glass_mm, &error)) {
    neg_view_state_copy (neg_reading_begin_change (self->reading, cell, 0), &tried);
    neg_reading_end_change (self->reading, cell);
    if (object != NULL && object->instance->presentation->n_masks > 0)
      _neg_main_window_hint (self, _ ("The state wants a mask to be subtracted: the window shows the image itself."));
  } else {
    _neg_main_window_hint (self, neg_words_for_error (error));
  }
  neg_view_state_clear (&tried);
}

/* --- what is written --- */

typedef struct {
  NegMainWindow *self;
  char *study_uid;
  NegBlob *source; /* an image of the study */
  GPtrArray *composes;
  guint n_states, n_left_out, n_measurements, n_keys;
  guint64 change; /* of the annotations, when they were taken */
  const char *report_class_uid;
  char *report_uid, *report_series_uid; /* what holds the measurements; nullable */
  void (*then) (NegMainWindow *);       /* nullable */
  gint64 entry_id;                      /* that was open; 0: none */
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->self);
  g_free (saving->study_uid);
  g_clear_pointer (&saving->source, neg_blob_unref);
  g_ptr_array_unref (saving->composes);
  g_free (saving->report_uid);
  g_free (saving->report_series_uid);
  g_free (saving);
}

/* One of each series that is on screen: how its viewport shows it. */
static gboolean
add_state (Saving *saving, guint cell, GPtrArray *annotations, GError **error)
{
  NegMainWindow *self = saving->self;
  const NegViewState *state = neg_reading_get_state (self->reading, cell);
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegCell *widget = neg_grid_get_cell (self->grid, cell);
  NegViewport *viewport = widget != NULL ? neg_cell_get_viewport (widget) : NULL;
  NegPixels *pixels = viewport != NULL ? neg_viewport_get_pixels (viewport) : NULL;
  NegCompose *compose;
  NegDraw own;
  guint n_left_out = 0;
  NegPresentation *presentation;

  if (frame == NULL || pixels == NULL || frame->instance->samples > 1
      || g_strcmp0 (frame->instance->study_uid, saving->study_uid) != 0)
    return TRUE;
  neg_view_state_init_own (state, neg_pixels_get_frame (pixels), &own);
  if (own.palette != NULL)
    return TRUE;
  presentation = neg_view_state_to_presentation (state, &own, neg_viewport_get_width_px (viewport),
                                                 neg_viewport_get_height_px (viewport), annotations, &n_left_out, error);
  if (presentation == NULL)
    return FALSE;
  compose = neg_object_saver_describe (NEG_COMPOSE_PRESENTATION, _ ("Presentation states"), STATES_SERIES_NUMBER);
  presentation->label = g_strdup ("READING");
  presentation->description = g_strdup (neg_series_get_title (state->series));
  compose->presentation = presentation;
  compose->instance_number = (gint32) ++saving->n_states;
  saving->n_left_out += n_left_out;
  g_ptr_array_add (saving->composes, compose);
  return TRUE;
}

/* The states of one call are one series. */
static void
join_series (const Saving *saving)
{
  const NegCompose *first = NULL;

  for (guint i = 0; i < saving->composes->len; i++) {
    NegCompose *compose = g_ptr_array_index (saving->composes, i);

    if (compose->kind != NEG_COMPOSE_PRESENTATION)
      continue;
    if (first == NULL) {
      first = compose;
      continue;
    }
    g_free (compose->series_uid);
    compose->series_uid = g_strdup (first->series_uid);
  }
}

static void
add_measurements (Saving *saving, GPtrArray *annotations)
{
  g_autoptr (GPtrArray) measured = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  const char *old_uid, *old_series_uid, *old_class_uid;
  NegCompose *compose;
  gboolean has_old;

  for (guint i = 0; i < annotations->len; i++) {
    NegAnnotation *annotation = g_ptr_array_index (annotations, i);

    if (annotation->kind != NEG_ANNOTATION_KEY && !annotation->is_foreign)
      g_ptr_array_add (measured, neg_annotation_ref (annotation));
  }
  saving->n_measurements = measured->len;
  has_old = neg_annotations_get_saved (saving->self->annotations, saving->study_uid, &old_uid, &old_series_uid,
                                        &old_class_uid);
  /* A report of what is there no more takes the place of the one that says it is. */
  if (measured->len == 0 && !has_old)
    return;
  compose = neg_object_saver_describe (NEG_COMPOSE_MEASUREMENTS, _ ("Measurements"), MEASUREMENTS_SERIES_NUMBER);
  compose->annotations = g_steal_pointer (&measured);
  saving->report_uid = g_strdup (compose->sop_instance_uid);
  saving->report_series_uid = g_strdup (compose->series_uid);
  saving->report_class_uid = neg_compose_get_sop_class_uid (compose);
  if (has_old) {
    compose->predecessor_sop_class_uid = g_strdup (old_class_uid);
    compose->predecessor_sop_instance_uid = g_strdup (old_uid);
    compose->predecessor_series_uid = g_strdup (old_series_uid);
  }
  g_ptr_array_add (saving->composes, compose);
}

static void
add_reference (NegImageReferences *references, const NegAnnotation *annotation)
{
  references->items = g_renew (NegImageReference, references->items, references->n + 1);
  references->items[references->n++] = (NegImageReference){
    .study_uid = g_strdup (annotation->study_uid),
    .series_uid = g_strdup (annotation->series_uid),
    .sop_class_uid = g_strdup (annotation->sop_class_uid),
    .sop_instance_uid = g_strdup (annotation->sop_instance_uid),
    .n_frames = 1,
    .frames = g_memdup2 (&annotation->frame, sizeof annotation->frame),
  };
}

/* Of Interest (CID 7010). */
static void
add_key_images (Saving *saving, GPtrArray *annotations)
{
  g_autoptr (NegKeySelection) selection = neg_key_selection_new ();
  NegCompose *compose;

  for (guint i = 0; i < annotations->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (annotations, i);

    if (annotation->kind == NEG_ANNOTATION_KEY && !annotation->is_foreign)
      add_reference (&selection->references, annotation);
  }
  saving->n_keys = selection->references.n;
  if (selection->references.n == 0)
    return;
  selection->title_scheme = g_strdup ("DCM");
  selection->title_value = g_strdup ("113000");
  selection->title_meaning = g_strdup ("Of Interest");
  compose = neg_object_saver_describe (NEG_COMPOSE_KEY_SELECTION, _ ("Key images"), KEYS_SERIES_NUMBER);
  compose->key_selection = g_steal_pointer (&selection);
  g_ptr_array_add (saving->composes, compose);
}

static char *
dup_done_text (const Saving *saving)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, ngettext ("Saved: %u view", "Saved: %u views", saving->n_states), saving->n_states);
  if (saving->n_measurements > 0)
    g_string_append_printf (text, ngettext (", %u measurement", ", %u measurements", saving->n_measurements),
                            saving->n_measurements);
  if (saving->n_keys > 0)
    g_string_append_printf (text, ngettext (", %u key image", ", %u key images", saving->n_keys), saving->n_keys);
  if (saving->n_left_out > 0)
    g_string_append_printf (text,
                            ngettext (". %u image with another rescale or state is not part of it",
                                      ". %u images with another rescale or state are not part of it", saving->n_left_out),
                            saving->n_left_out);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What was saved belongs to no annotation any more, where the patient has been left meanwhile. */
static gboolean
mark (const Saving *saving, GError **error)
{
  NegAnnotations *annotations = saving->self->annotations;
  const NegCompose *first = saving->composes->len > 0 ? g_ptr_array_index (saving->composes, 0) : NULL;
  const char *uid = saving->report_uid != NULL ? saving->report_uid : first != NULL ? first->sop_instance_uid : "";

  if (annotations == NULL || neg_annotations_get_change (annotations, saving->study_uid) < saving->change)
    return TRUE;
  return neg_annotations_mark_saved (annotations, saving->study_uid, uid,
                                     saving->report_uid != NULL ? saving->report_series_uid : "",
                                     saving->report_uid != NULL ? saving->report_class_uid : "", saving->change, error);
}

/* Selections that are about to be written: whatever becomes of them, they are not somebody else's. */
static gboolean
mark_begun (const Saving *saving, GError **error)
{
  for (guint i = 0; i < saving->composes->len; i++) {
    const NegCompose *compose = g_ptr_array_index (saving->composes, i);

    if (compose->kind == NEG_COMPOSE_KEY_SELECTION
        && !neg_annotations_mark_saved (saving->self->annotations, saving->study_uid, compose->sop_instance_uid, "", "", 0,
                                        error))
      return FALSE;
  }
  return TRUE;
}

static void
report_failure (NegMainWindow *self, const char *why)
{
  g_autofree char *text = g_strdup_printf (_ ("Not saved: %s"), why);

  neg_main_window_report (self, text);
}

static gint64
get_entry_id (NegMainWindow *self)
{
  return self->entry != NULL ? self->entry->id : 0;
}

/* What comes then was meant for what was open, as it was written. */
static void
go_on (const Saving *saving)
{
  NegMainWindow *self = saving->self;

  if (get_entry_id (self) != saving->entry_id || find_study (self, saving->study_uid) == NULL)
    neg_main_window_report (self, _ ("Saved, but not marked as read: another study was opened meanwhile."));
  else if (neg_annotations_is_unsaved (self->annotations, saving->study_uid))
    neg_main_window_report (self, _ ("Saved, but not marked as read: something was changed meanwhile."));
  else
    _neg_main_window_save_then (self, saving->then);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  NegMainWindow *self = saving->self;
  g_autoptr (GError) error = NULL;

  self->is_saving = FALSE;
  if (self->grid == NULL) { /* the window has gone meanwhile: it stays unsaved, and is written again */
    saving_free (saving);
    return;
  }
  if (neg_object_saver_run_finish (result, NULL, &error) && mark (saving, &error)) {
    g_autofree char *text = dup_done_text (saving);

    _neg_main_window_hint (self, text);
  } else {
    g_autofree char *why = neg_network_dup_error (error);

    report_failure (self, why);
  }
  if (saving->then != NULL && error == NULL)
    go_on (saving);
  saving_free (saving);
}

static Saving *
gather (NegMainWindow *self, const NegSeriesFrame *frame, GError **error)
{
  Saving *saving = g_new0 (Saving, 1);
  g_autoptr (GPtrArray) annotations = NULL;
  gboolean is_whole = TRUE;

  saving->self = g_object_ref (self);
  saving->study_uid = g_strdup (frame->instance->study_uid);
  saving->source = neg_blob_ref (frame->blob);
  saving->composes = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_compose_free);
  annotations = neg_annotations_list_study (self->annotations, saving->study_uid);
  saving->change = neg_annotations_get_change (self->annotations, saving->study_uid);
  for (guint i = 0; i < neg_reading_get_n_cells (self->reading) && is_whole; i++)
    if (neg_reading_is_visible (self->reading, i))
      is_whole = add_state (saving, i, annotations, error);
  join_series (saving);
  add_measurements (saving, annotations);
  add_key_images (saving, annotations);
  if (is_whole)
    return saving;
  saving_free (saving);
  return NULL;
}

/* What was marked and taken back again leaves nothing that a selection could say: that is no reason not to finish. */
static void
has_nothing_to_write (NegMainWindow *self, const Saving *saving, const GError *error)
{
  g_autoptr (GError) own_error = NULL;

  if (error == NULL && saving->then != NULL && mark (saving, &own_error))
    go_on (saving);
  else if (error != NULL || own_error != NULL)
    report_failure (self, (error != NULL ? error : own_error)->message);
  else
    report_failure (self, _ ("there is nothing to save"));
}

/* What is being moved is as it is now. */
static gboolean
can_save (NegMainWindow *self, const NegSeriesFrame *frame)
{
  g_autoptr (GError) error = NULL;

  if (frame == NULL || self->pool == NULL)
    return FALSE;
  if (self->is_saving) {
    _neg_main_window_hint (self, _ ("Saving is still going on. Please try again."));
    return FALSE;
  }
  if (frame->instance->study_uid == NULL) {
    report_failure (self, _ ("the image does not say which study it belongs to"));
    return FALSE;
  }
  if (neg_annotations_settle (self->annotations, &error))
    return TRUE;
  _neg_main_window_annotation_failed (self, error);
  return FALSE;
}

/* The study of @frame. @then (nullable) comes when all is in the archive, and not otherwise. */
static void
save (NegMainWindow *self, const NegSeriesFrame *frame, void (*then) (NegMainWindow *))
{
  g_autoptr (GError) error = NULL;
  Saving *saving;

  if (!can_save (self, frame))
    return;
  saving = gather (self, frame, &error);
  if (saving != NULL) {
    saving->then = then;
    saving->entry_id = get_entry_id (self);
  }
  if (saving == NULL || saving->composes->len == 0 || !mark_begun (saving, &error)) {
    has_nothing_to_write (self, saving, error);
    g_clear_pointer (&saving, saving_free);
    return;
  }
  self->is_saving = TRUE;
  _neg_main_window_hint (self, _ ("Saving…"));
  neg_object_saver_run_async (self->pool, self->network, saving->source, saving->composes, NULL, saved_cb, saving);
}

static void
save_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  save (data, neg_view_state_get_frame (get_state (data)), NULL);
}

void
_neg_main_window_save_then (NegMainWindow *self, void (*then) (NegMainWindow *))
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    if (study->series->len > 0 && neg_annotations_is_unsaved (self->annotations, study->study_uid)) {
      save (self, neg_series_get_frame (g_ptr_array_index (study->series, 0), 0), then);
      return;
    }
  }
  then (self);
}

/* --- key images --- */

static NegAnnotation *
find_key (NegMainWindow *self, const NegSeriesFrame *frame, gboolean is_foreign)
{
  const char *uid = frame->instance->sop_instance_uid;
  const guint n = neg_annotations_get_n_of_image (self->annotations, uid, frame->frame + 1);

  for (guint i = 0; i < n; i++) {
    NegAnnotation *annotation = neg_annotations_get_of_image (self->annotations, uid, frame->frame + 1, i);

    if (annotation->kind == NEG_ANNOTATION_KEY && annotation->is_foreign == is_foreign)
      return annotation;
  }
  return NULL;
}

static NegAnnotation *
new_key (const NegSeriesFrame *frame)
{
  NegAnnotation *key = neg_annotation_new (NEG_ANNOTATION_KEY);
  const NegInstance *instance = frame->instance;

  key->uid = neg_uid_new ();
  key->study_uid = g_strdup (instance->study_uid);
  key->series_uid = g_strdup (instance->series_uid);
  key->sop_class_uid = g_strdup (instance->sop_class_uid);
  key->sop_instance_uid = g_strdup (instance->sop_instance_uid);
  key->frame = frame->frame + 1;
  key->author = g_strdup (g_get_user_name ());
  key->changed_us = g_get_real_time ();
  return key;
}

static const char *
get_key_words (NegMainWindow *self, const NegSeriesFrame *frame)
{
  if (find_key (self, frame, FALSE) != NULL)
    return _ ("Key image");
  return find_key (self, frame, TRUE) != NULL ? _ ("Still a key image: somebody else marked it")
                                              : _ ("No key image any more");
}

/* This image is one, or is none any more. */
static void
key_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const NegSeriesFrame *frame = neg_view_state_get_frame (get_state (self));
  NegAnnotation *key = frame != NULL && frame->instance->sop_instance_uid != NULL ? find_key (self, frame, FALSE) : NULL;
  g_autoptr (NegAnnotation) made = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_kept;

  if (frame == NULL || frame->instance->sop_instance_uid == NULL)
    return;
  if (key != NULL) {
    is_kept = neg_annotations_remove (self->annotations, key->uid, &error);
  } else {
    made = new_key (frame);
    is_kept = neg_annotations_put (self->annotations, made, 0, &error);
  }
  if (!is_kept)
    _neg_main_window_annotation_failed (self, error);
  else
    _neg_main_window_hint (self, get_key_words (self, frame));
}

static const GActionEntry entries[] = { { "show", show_cb, "i" }, { "save", save_cb }, { "key-image", key_cb } };

void
_neg_main_window_take_states_actions (NegMainWindow *self)
{
  g_action_map_add_action_entries (g_hash_table_lookup (self->groups, "state"), entries, G_N_ELEMENTS (entries), self);
}

void
_neg_main_window_add_states_actions (NegMainWindow *self)
{
  _neg_main_window_add_group (self, "state", entries, G_N_ELEMENTS (entries));
}
