/* Which objects are shown: the one in the active viewport, what it is compared with, or its whole series. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-tags-load.h"
#include "ui/neg-tags-window-private.h"
#include "ui/neg-words.h"

#define REFRESH_MS 120 /* who scrolls wants the image; the list comes when the hand rests */

typedef enum {
  CHOICE_NOTHING,
  CHOICE_PREVIOUS_VERSION,
  CHOICE_BEFORE, /* the image before it */
  CHOICE_BEHIND,
  CHOICE_SERIES, /* the image of the same number in another series */
  CHOICE_DOCUMENT, /* an object without images */
} ChoiceKind;

typedef struct {
  ChoiceKind kind;
  NegSeries *series; /* CHOICE_SERIES; owned */
  NegBlob *blob;     /* CHOICE_DOCUMENT; owned */
} Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_clear_object (&choice->series);
  g_clear_pointer (&choice->blob, neg_blob_unref);
  g_free (choice);
}

/* --- what it can be compared with --- */

static Choice *
add_choice (NegTagsWindow *self, GtkStringList *names, ChoiceKind kind, NegSeries *series, const char *name)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->kind = kind;
  choice->series = series != NULL ? g_object_ref (series) : NULL;
  g_ptr_array_add (self->choices, choice);
  gtk_string_list_append (names, name);
  return choice;
}

static void
add_series (NegTagsWindow *self, GtkStringList *names, const NegStudy *study, NegSeries *series)
{
  g_autofree char *date = neg_caption_dup_date (study->instance->study_date);
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (series));
  g_autofree char *name = g_strdup_printf ("%s · %s", title, date != NULL ? date : "");

  if (series != self->series && neg_series_get_n_frames (series) > 0)
    add_choice (self, names, CHOICE_SERIES, series, name);
}

static void
list_choices (NegTagsWindow *self)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  self->is_choosing = TRUE;
  g_ptr_array_set_size (self->choices, 0);
  add_choice (self, names, CHOICE_NOTHING, NULL, C_ ("to compare with", "Nothing"));
  if (self->previous != NULL)
    add_choice (self, names, CHOICE_PREVIOUS_VERSION, NULL, _ ("Previous version"));
  add_choice (self, names, CHOICE_BEFORE, NULL, _ ("The image before it"));
  add_choice (self, names, CHOICE_BEHIND, NULL, _ ("The image after it"));
  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint k = 0; k < study->series->len; k++)
      add_series (self, names, study, g_ptr_array_index (study->series, k));
  }
  for (guint i = 0; i < self->documents->len; i++) {
    const NegTagsDocument *document = g_ptr_array_index (self->documents, i);

    add_choice (self, names, CHOICE_DOCUMENT, NULL, document->name)->blob = neg_blob_ref (document->blob);
  }
  gtk_drop_down_set_model (self->compare, G_LIST_MODEL (names));
  self->is_choosing = FALSE;
}

/* A series that grew is another object with the same key. */
static gboolean
choice_is (const Choice *a, const Choice *b)
{
  if (a->kind != b->kind || a->blob != b->blob)
    return FALSE;
  if (a->series == b->series)
    return TRUE;
  return a->series != NULL && b->series != NULL && strcmp (neg_series_get_key (a->series), neg_series_get_key (b->series)) == 0;
}

/* The list anew, with what was chosen before where it is still there. */
static void
update_choices (NegTagsWindow *self)
{
  const guint selected = gtk_drop_down_get_selected (self->compare);
  Choice before = { CHOICE_NOTHING, NULL, NULL };
  g_autoptr (NegSeries) kept = NULL;
  g_autoptr (NegBlob) kept_blob = NULL;

  if (selected < self->choices->len)
    before = *(Choice *) g_ptr_array_index (self->choices, selected);
  kept = before.series != NULL ? g_object_ref (before.series) : NULL;
  kept_blob = before.blob != NULL ? neg_blob_ref (before.blob) : NULL;
  list_choices (self);
  self->is_choosing = TRUE;
  for (guint i = 0; i < self->choices->len; i++)
    if (choice_is (g_ptr_array_index (self->choices, i), &before))
      gtk_drop_down_set_selected (self->compare, i);
  self->is_choosing = FALSE;
}

static void
chosen_cb (NegTagsWindow *self)
{
  if (!self->is_choosing)
    _neg_tags_window_load (self);
}

void
neg_tags_window_compare_previous (GtkWindow *window)
{
  NegTagsWindow *self = NEG_TAGS_WINDOW (window);

  for (guint i = 0; i < self->choices->len; i++)
    if (((const Choice *) g_ptr_array_index (self->choices, i))->kind == CHOICE_PREVIOUS_VERSION)
      gtk_drop_down_set_selected (self->compare, i);
}

GtkWidget *
_neg_tags_window_new_compare (NegTagsWindow *self)
{
  self->choices = g_ptr_array_new_with_free_func (choice_free);
  self->compare = _neg_tags_window_new_list (_ ("Compare with"));
  list_choices (self);
  g_signal_connect_object (self->compare, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self->compare);
}

static NegBlob *
get_frame_blob (NegSeries *series, gint64 index)
{
  const gint64 n = neg_series_get_n_frames (series);

  return index >= 0 && index < n ? neg_blob_ref (neg_series_get_frame (series, index)->blob) : NULL;
}

/* The next one in direction @step that is another object: several frames may be one. */
static NegBlob *
get_neighbour (NegTagsWindow *self, int step)
{
  if (_neg_tags_window_get_document (self) != NULL)
    return NULL;
  for (gint64 i = (gint64) self->index + step;; i += step) {
    NegBlob *blob = get_frame_blob (self->series, i);

    if (blob == NULL || neg_blob_get_id (blob) != self->blob_id)
      return blob;
    neg_blob_unref (blob);
  }
}

static NegBlob *
get_previous_version (NegTagsWindow *self)
{
  const NegTagsDocument *document = _neg_tags_window_get_document (self);
  const NegInstance *instance
      = document != NULL ? document->instance : neg_series_get_frame (self->series, self->index)->instance;
  g_autofree char *path
      = self->previous != NULL && instance->sop_instance_uid != NULL ? self->previous (instance, self->user_data) : NULL;

  return path != NULL ? neg_blob_new_for_path (path) : NULL;
}

/* What is compared with; NULL: nothing, or there is none, which is said. */
static NegBlob *
get_other (NegTagsWindow *self)
{
  const guint selected = gtk_drop_down_get_selected (self->compare);
  const Choice *choice = selected < self->choices->len ? g_ptr_array_index (self->choices, selected) : NULL;
  NegBlob *blob = NULL;

  if (choice == NULL || choice->kind == CHOICE_NOTHING)
    return NULL;
  if (choice->kind == CHOICE_PREVIOUS_VERSION)
    blob = get_previous_version (self);
  else if (choice->kind == CHOICE_DOCUMENT)
    blob = neg_blob_ref (choice->blob);
  else if (choice->kind == CHOICE_SERIES)
    blob = get_frame_blob (choice->series, MIN (self->index, neg_series_get_n_frames (choice->series) - 1));
  else
    blob = get_neighbour (self, choice->kind == CHOICE_BEFORE ? -1 : 1);
  if (blob == NULL)
    _neg_tags_window_say (self, choice->kind == CHOICE_PREVIOUS_VERSION ? _ ("This object has no previous version here.")
                                                                        : _ ("There is no such image to compare with."));
  return blob;
}

/* --- reading --- */

typedef struct {
  NegTagsWindow *self; /* owned */
  guint generation;
  guint n; /* objects asked for */
} Asked;

static Asked *
new_asked (NegTagsWindow *self, guint n)
{
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){ g_object_ref (self), ++self->generation, n };
  return asked;
}

static gboolean
is_wanted (const Asked *asked)
{
  return asked->self->view != NULL && asked->self->generation == asked->generation;
}

static void
say_error (NegTagsWindow *self, const GError *error)
{
  g_autofree char *words = g_strdup_printf (_ ("The object cannot be read: %s"), neg_words_for_error (error));

  _neg_tags_window_say (self, words);
}

static void
show_document_label (NegTagsWindow *self, const NegTagsDocument *document, const NegTags *tags)
{
  g_autofree char *syntax = neg_text_dup_shown (NEG_TEXT_UID, tags->transfer_syntax_uid);
  g_autofree char *text = g_strdup_printf (_ ("%s · %u elements · transfer syntax %s"), document->name, tags->tags->len, syntax);

  gtk_label_set_text (self->object_label, text);
}

static void
show_image_label (NegTagsWindow *self, const NegTags *tags)
{
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (self->series));
  g_autofree char *syntax = neg_text_dup_shown (NEG_TEXT_UID, tags->transfer_syntax_uid);
  g_autofree char *text
      = g_strdup_printf (_ ("%s · image %u of %u · %u elements · transfer syntax %s"), title, self->index + 1,
                         neg_series_get_n_frames (self->series), tags->tags->len, syntax);

  gtk_label_set_text (self->object_label, text);
}

static void
show_label (NegTagsWindow *self, const NegTags *tags)
{
  const NegTagsDocument *document = _neg_tags_window_get_document (self);

  if (document != NULL)
    show_document_label (self, document, tags);
  else
    show_image_label (self, tags);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (NegTagsWindow) self = asked->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tags = neg_tags_load_finish (result, &error);
  NegTags *left, *right;
  NegTagsRows *rows;

  if (!is_wanted (asked))
    return;
  if (error != NULL)
    say_error (self, error);
  if (tags == NULL || tags->pdata[0] == NULL) {
    _neg_tags_window_set_rows (self, NULL);
    return;
  }
  left = g_steal_pointer (&tags->pdata[0]);
  right = asked->n > 1 ? g_steal_pointer (&tags->pdata[1]) : NULL;
  show_label (self, left);
  rows = neg_tags_rows_new_for_pairs (left, right, gtk_check_button_get_active (self->only));
  _neg_tags_window_set_rows (self, rows);
  if (right != NULL && neg_tags_rows_get_n (rows) == 0)
    _neg_tags_window_say (self, _ ("Nothing differs."));
}

static void
load_object (NegTagsWindow *self)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  const NegTagsDocument *document = _neg_tags_window_get_document (self);
  NegBlob *other;

  g_ptr_array_add (blobs, document != NULL ? neg_blob_ref (document->blob) : get_frame_blob (self->series, self->index));
  other = get_other (self);
  if (other != NULL)
    g_ptr_array_add (blobs, other);
  neg_tags_load_async (self->pool, blobs, NEG_PRIORITY_NEIGHBOUR, loaded_cb, new_asked (self, blobs->len));
}

/* --- the series --- */

static void
progress_cb (guint n_done, guint n, gpointer data)
{
  NegTagsWindow *self = ((Asked *) data)->self;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u of %u object", "%u of %u objects", n), n_done, n);

  if (!is_wanted (data))
    return;
  gtk_progress_bar_set_fraction (self->progress, (double) n_done / MAX (n, 1));
  gtk_progress_bar_set_text (self->progress, text);
}

static void
show_series_label (NegTagsWindow *self, guint n, guint n_failed)
{
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (self->series));
  g_autofree char *text = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%s · %u object compared", "%s · %u objects compared", n), title, n);

  gtk_label_set_text (self->object_label, text);
  if (n_failed > 0) {
    g_autofree char *words = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u object could not be read.", "%u objects could not be read.", n_failed), n_failed);

    _neg_tags_window_say (self, words);
  }
}

static void
series_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (NegTagsWindow) self = asked->self;
  g_autoptr (GError) error = NULL;
  guint n_failed = 0;
  NegTagsVary *vary = neg_tags_load_series_finish (result, &n_failed, &error);

  if (!is_wanted (asked)) {
    neg_tags_vary_free (vary);
    return;
  }
  gtk_widget_set_visible (self->progress_row, FALSE);
  if (vary == NULL) {
    say_error (self, error);
    return;
  }
  show_series_label (self, neg_tags_vary_get_n_objects (vary), n_failed);
  _neg_tags_window_set_rows (self, neg_tags_rows_new_for_series (vary, !gtk_check_button_get_active (self->only)));
}

static GPtrArray *
list_blobs (NegSeries *series)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    NegBlob *blob = neg_series_get_frame (series, i)->blob;

    if (g_hash_table_add (seen, blob))
      g_ptr_array_add (blobs, neg_blob_ref (blob));
  }
  return blobs;
}

static void
load_series (NegTagsWindow *self)
{
  g_autoptr (GPtrArray) blobs = list_blobs (self->series);
  Asked *asked = new_asked (self, blobs->len);

  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (self->progress_row, TRUE);
  progress_cb (0, blobs->len, asked);
  _neg_tags_window_set_rows (self, NULL);
  neg_tags_load_series_async (self->pool, blobs, progress_cb, self->cancellable, series_cb, asked);
}

void
_neg_tags_window_cancel (NegTagsWindow *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->generation++;
  if (self->view != NULL)
    gtk_widget_set_visible (self->progress_row, FALSE);
}

void
_neg_tags_window_load (NegTagsWindow *self)
{
  const gboolean is_series = gtk_toggle_button_get_active (self->varies);

  _neg_tags_window_cancel (self);
  _neg_tags_window_say (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare), !is_series);
  gtk_widget_set_sensitive (GTK_WIDGET (self->document), !is_series);
  if (self->series == NULL && (is_series || _neg_tags_window_get_document (self) == NULL)) {
    gtk_label_set_text (self->object_label, _ ("No image is shown. Open one: its elements come here."));
    _neg_tags_window_set_rows (self, NULL);
  } else if (is_series) {
    load_series (self);
  } else {
    load_object (self);
  }
}

/* --- following --- */

static gboolean
takes (NegTagsWindow *self, NegSeries *series, guint index, guint64 blob_id)
{
  const gboolean other_series = series != self->series;
  const gboolean other = other_series || blob_id != self->blob_id;

  g_set_object (&self->series, series);
  self->index = index;
  self->blob_id = blob_id;
  _neg_tags_window_update_documents (self);
  update_choices (self);
  if (gtk_toggle_button_get_active (self->varies))
    return other_series;
  return other && _neg_tags_window_get_document (self) == NULL;
}

void
_neg_tags_window_refresh (NegTagsWindow *self)
{
  const NegViewState *state = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  const gboolean is_first = self->rows == NULL;

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  if (takes (self, frame != NULL ? state->series : NULL, state->index, frame != NULL ? neg_blob_get_id (frame->blob) : 0)
      || is_first)
    _neg_tags_window_load (self);
}

static gboolean
refresh_cb (gpointer data)
{
  NegTagsWindow *self = data;

  self->refresh_source = 0;
  _neg_tags_window_refresh (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_of_patient (NegTagsWindow *self)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++)
    if (g_ptr_array_find (((NegStudy *) g_ptr_array_index (patient->studies, i))->series, self->series, NULL))
      return TRUE;
  return FALSE;
}

void
_neg_tags_window_forget_other_patient (NegTagsWindow *self)
{
  gboolean gone = FALSE;

  if (self->view == NULL)
    return;
  _neg_tags_window_update_documents (self);
  if (_neg_tags_window_get_document (self) == NULL)
    gone = _neg_tags_window_leave_document (self);
  if (self->series != NULL && !is_of_patient (self)) {
    g_clear_object (&self->series);
    self->blob_id = 0;
    gone = TRUE;
  }
  update_choices (self);
  if (gone)
    _neg_tags_window_load (self);
}

void
_neg_tags_window_queue_refresh (NegTagsWindow *self)
{
  if (self->view == NULL || !gtk_widget_get_visible (GTK_WIDGET (self)) || self->refresh_source != 0)
    return;
  if (gtk_toggle_button_get_active (self->follow) || self->series == NULL)
    self->refresh_source = g_timeout_add (REFRESH_MS, refresh_cb, self);
}
