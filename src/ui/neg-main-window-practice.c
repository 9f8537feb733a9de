/* Practice: a window of another process on the demo department, and what happens in it. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/neg-error.h"
#include "demo/neg-demo.h"
#include "imaging/neg-plane.h"
#include "learning/neg-progress.h"
#include "learning/neg-training.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-practice-home.h"
#include "ui/neg-practice-page.h"
#include "ui/neg-progress-poster.h"
#include "ui/neg-training-window.h"

#define LOOK_MS 250
#define PRACTICE_KEY "neg-practice"
#define POSTER_KEY "neg-progress-poster"

typedef struct {
  NegMainWindow *window;
  NegPracticePage *page; /* weak */
  NegReadingStore *results; /* of the person's own home; nullable */
  char *results_folder;
  char *topic; /* that is to be practised as soon as the department is there; nullable */
  GCancellable *cancellable;
  guint source;
  GArray *lengths, *keys; /* of the facts */
  GHashTable *done; /* exercise: how often, as GUINT */
} Practice;

static Practice *
get_practice (NegMainWindow *self)
{
  return g_object_get_data (G_OBJECT (self), PRACTICE_KEY);
}

/* --- what there is to be seen --- */

typedef struct {
  NegMainWindow *window;
  NegPracticeFacts *facts;
} Gathering;

static void
gather_cell (NegViewport *viewport, gpointer data)
{
  Gathering *gathering = data;
  NegPracticeFacts *facts = gathering->facts;
  NegReading *reading = gathering->window->reading;
  const guint cell = neg_viewport_get_cell (viewport);
  const NegViewState *state;
  const NegSeriesFrame *frame;
  NegPracticeCell *fact;
  NegPlane plane;
  NegDraw draw;

  if (cell >= neg_reading_get_n_cells (reading) || !neg_reading_is_visible (reading, cell) || facts->n_cells == NEG_PRACTICE_CELLS_MAX)
    return;
  if (cell == neg_reading_get_active (reading))
    facts->active = facts->n_cells;
  fact = &facts->cells[facts->n_cells++];
  *fact = (NegPracticeCell) { .patient_id = "", .study_date = "", .modality = "" };
  state = neg_reading_get_state (reading, cell);
  frame = neg_view_state_get_frame (state);
  if (frame == NULL)
    return;
  fact->patient_id = frame->instance->patient_id != NULL ? frame->instance->patient_id : "";
  fact->study_date = frame->instance->study_date != NULL ? frame->instance->study_date : "";
  fact->modality = frame->instance->modality != NULL ? frame->instance->modality : "";
  fact->is_inverted = state->inverted;
  fact->is_mirrored = state->mirrored;
  fact->turns = state->turns;
  fact->has_place = neg_plane_init (&plane, frame->instance, frame->frame);
  if (fact->has_place) {
    neg_plane_to_patient (&plane, (const double[]) { plane.width_px / 2, plane.height_px / 2 }, fact->middle_mm);
    memcpy (fact->normal, plane.normal, sizeof fact->normal);
  }
  if (neg_viewport_prepare (viewport, 1, 1, &draw) && draw.voi.lut == NULL) {
    fact->window_center = draw.voi.center;
    fact->window_width = draw.voi.width;
  }
}

/* The middle of an image of the study by its name; FALSE where it is nowhere in sight. */
static gboolean
find_middle (NegMainWindow *self, const NegAnnotation *key, double middle_mm[3])
{
  for (guint cell = 0; cell < neg_reading_get_n_cells (self->reading); cell++) {
    NegSeries *series = neg_reading_get_state (self->reading, cell)->series;
    const NegSeriesFrame *frame;
    NegPlane plane;
    guint index;

    if (series == NULL || !neg_series_find_frame (series, key->sop_instance_uid, key->frame - 1, &index))
      continue;
    frame = neg_series_get_frame (series, index);
    if (!neg_plane_init (&plane, frame->instance, frame->frame))
      return FALSE;
    neg_plane_to_patient (&plane, (const double[]) { plane.width_px / 2, plane.height_px / 2 }, middle_mm);
    return TRUE;
  }
  return FALSE;
}

static void
gather_annotation (Practice *practice, const NegAnnotation *annotation)
{
  NegPracticeLength length = { .changed_us = annotation->changed_us };
  NegPracticeKey key = { .changed_us = annotation->changed_us };

  if (annotation->is_foreign)
    return;
  if (annotation->kind == NEG_ANNOTATION_LENGTH && annotation->n_points == 2 && annotation->points_patient_mm != NULL) {
    memcpy (length.from_mm, annotation->points_patient_mm, sizeof length.from_mm);
    memcpy (length.to_mm, annotation->points_patient_mm + 3, sizeof length.to_mm);
    g_array_append_val (practice->lengths, length);
  } else if (annotation->kind == NEG_ANNOTATION_KEY && find_middle (practice->window, annotation, key.middle_mm))
    g_array_append_val (practice->keys, key);
}

static void
gather_annotations (Practice *practice, NegPracticeFacts *facts)
{
  NegMainWindow *self = practice->window;
  const NegSeriesFrame *frame
      = neg_view_state_get_frame (neg_reading_get_state (self->reading, neg_reading_get_active (self->reading)));
  g_autoptr (GPtrArray) annotations = NULL;

  g_array_set_size (practice->lengths, 0);
  g_array_set_size (practice->keys, 0);
  if (frame == NULL || self->annotations == NULL)
    return;
  annotations = neg_annotations_list_study (self->annotations, frame->instance->study_uid);
  for (guint i = 0; i < annotations->len; i++)
    gather_annotation (practice, annotations->pdata[i]);
  facts->is_unsaved = neg_annotations_is_unsaved (self->annotations, frame->instance->study_uid) || self->is_saving;
  facts->lengths = (const NegPracticeLength *) (const void *) practice->lengths->data;
  facts->n_lengths = practice->lengths->len;
  facts->keys = (const NegPracticeKey *) (const void *) practice->keys->data;
  facts->n_keys = practice->keys->len;
}

static void
gather (Practice *practice, NegPracticeFacts *facts)
{
  NegMainWindow *self = practice->window;
  Gathering gathering = { self, facts };
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  facts->rows = neg_reading_get_rows (self->reading);
  facts->columns = neg_reading_get_columns (self->reading);
  facts->is_synchronized = neg_reading_is_synchronized (self->reading);
  facts->has_lines = neg_reading_has_lines (self->reading);
  neg_grid_foreach (self->grid, gather_cell, &gathering);
  facts->has_planes = mpr != NULL;
  if (mpr != NULL)
    neg_mpr_get_point (mpr, facts->point_mm);
  gather_annotations (practice, facts);
  facts->n_claimed = neg_worklist_model_get_counts (self->worklist)->by_status[NEG_STATUS_BEING_READ];
}

static gboolean
look_cb (gpointer data)
{
  Practice *practice = data;
  NegPracticeFacts facts = { 0 };

  if (!neg_practice_page_is_practising (practice->page))
    return G_SOURCE_CONTINUE;
  gather (practice, &facts);
  neg_practice_page_update (practice->page, &facts, g_get_real_time ());
  return G_SOURCE_CONTINUE;
}

/* --- what becomes of it --- */

static void
show_done (Practice *practice, const char *exercise)
{
  neg_practice_page_set_n_done (practice->page, exercise, GPOINTER_TO_UINT (g_hash_table_lookup (practice->done, exercise)));
}

static void
count_done (Practice *practice, const char *exercise)
{
  g_hash_table_replace (practice->done, g_strdup (exercise),
                        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (practice->done, exercise)) + 1));
}

static void
ended_cb (Practice *practice, NegPractice *exercise)
{
  const char *id = neg_practice_get_exercise (exercise)->id;
  const gboolean is_done = neg_practice_is_done (exercise);

  if (practice->results != NULL)
    neg_progress_add_practice (practice->results, NULL, id, neg_practice_get_began_us (exercise),
                               is_done ? neg_practice_get_done_us (exercise) : g_get_real_time (), is_done,
                               neg_practice_get_n_hints (exercise));
  if (is_done)
    count_done (practice, id);
  show_done (practice, id);
}

static void
watch_cb (Practice *practice, const char *topic)
{
  _neg_main_window_show_topic (practice->window, topic);
}

/* A new one beside it; this one, with all that was done to it, is over. */
static void
renew_cb (Practice *practice)
{
  g_autoptr (GError) error = NULL;

  if (neg_practice_home_renew (practice->window->home, practice->results_folder, &error))
    gtk_window_close (GTK_WINDOW (practice->window));
  else
    neg_main_window_report (practice->window, error->message);
}

static void
load_done (Practice *practice)
{
  g_autoptr (GPtrArray) lines = practice->results != NULL ? neg_progress_list (practice->results, NULL) : NULL;

  for (guint i = 0; lines != NULL && i < lines->len; i++) {
    const NegProgressLine *line = lines->pdata[i];

    if (line->kind == NEG_PROGRESS_PRACTISED && line->is_done && g_str_equal (line->person, g_get_user_name ()))
      count_done (practice, line->topic);
  }
  for (guint i = 0; i < neg_exercises_get_n (); i++)
    show_done (practice, neg_exercises_get (i)->id);
}

/* --- the window --- */

static void
practice_free (gpointer data)
{
  Practice *practice = data;

  g_cancellable_cancel (practice->cancellable);
  g_clear_object (&practice->cancellable);
  g_clear_handle_id (&practice->source, g_source_remove);
  g_clear_weak_pointer (&practice->page);
  g_array_unref (practice->lengths);
  g_array_unref (practice->keys);
  g_hash_table_unref (practice->done);
  neg_reading_store_free (practice->results);
  g_free (practice->results_folder);
  g_free (practice->topic);
  g_free (practice);
}

/* What was asked for, if it can be begun by now. */
static void
begin_topic (Practice *practice)
{
  if (practice->source == 0 || practice->topic == NULL)
    return;
  neg_practice_page_begin_topic (practice->page, practice->topic);
  g_clear_pointer (&practice->topic, g_free);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  Practice *practice = get_practice (self);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) && practice != NULL && practice->page != NULL) {
    g_autofree char *text = g_strdup_printf (_ ("The demo department could not be made: %s"), error->message);

    neg_practice_page_set_waiting (practice->page, text);
    return;
  }
  if (practice == NULL || practice->page == NULL)
    return;
  neg_practice_page_set_waiting (practice->page, NULL);
  practice->source = g_timeout_add (LOOK_MS, look_cb, practice);
  begin_topic (practice);
  gtk_widget_grab_focus (GTK_WIDGET (practice->page));
}

static void
make_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (neg_practice_home_make (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
make (NegMainWindow *self, Practice *practice)
{
  g_autoptr (GTask) task = g_task_new (NULL, practice->cancellable, made_cb, g_object_ref (self));

  neg_practice_page_set_waiting (practice->page, _ ("The demo department is being made. That takes about a minute, once."));
  g_task_set_task_data (task, g_strdup (self->home), g_free);
  g_task_run_in_thread (task, make_in_thread);
}

static Practice *
practice_new (NegMainWindow *self, const char *results)
{
  const NegDemoTruth demo = neg_demo_get_truth ();
  NegPracticeTruth truth = { .patient_id = demo.patient_id,
                             .study_date = demo.study_date,
                             .prior_date = demo.prior_date,
                             .nodule_diameter_mm = demo.nodule_diameter_mm };
  Practice *practice = g_new0 (Practice, 1);
  g_autoptr (GError) error = NULL;

  memcpy (truth.nodule_mm, demo.nodule_mm, sizeof truth.nodule_mm);
  practice->window = self;
  practice->cancellable = g_cancellable_new ();
  practice->lengths = g_array_new (FALSE, FALSE, sizeof (NegPracticeLength));
  practice->keys = g_array_new (FALSE, FALSE, sizeof (NegPracticeKey));
  practice->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  practice->results_folder = g_strdup (results);
  practice->results = neg_reading_store_open (results, NULL, NULL, &error);
  if (error != NULL)
    neg_main_window_report (self, error->message);
  g_set_weak_pointer (&practice->page, neg_practice_page_new (self->keymap, &truth));
  g_signal_connect_swapped (practice->page, "ended", G_CALLBACK (ended_cb), practice);
  g_signal_connect_swapped (practice->page, "watch", G_CALLBACK (watch_cb), practice);
  g_signal_connect_swapped (practice->page, "renew", G_CALLBACK (renew_cb), practice);
  neg_practice_page_set_has_videos (practice->page, TRUE);
  return practice;
}

/* What is not done when the window closes is given up, and kept as that. */
static gboolean
close_cb (NegMainWindow *self)
{
  Practice *practice = get_practice (self);

  neg_practice_page_leave (practice->page);
  g_clear_handle_id (&practice->source, g_source_remove);
  return FALSE;
}

void
neg_main_window_set_practice (NegMainWindow *self, const char *results, const char *topic)
{
  Practice *practice;

  g_return_if_fail (NEG_IS_MAIN_WINDOW (self) && get_practice (self) == NULL);

  practice = practice_new (self, results);
  practice->topic = g_strdup (topic);
  g_object_set_data_full (G_OBJECT (self), PRACTICE_KEY, practice, practice_free);
  neg_context_pane_add_page (self->context, "practice", _ ("Practice"), "neg-page-practice-symbolic", GTK_WIDGET (practice->page));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Negatoscope: practice"));
  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_show_page (self->context, "practice");
  g_signal_connect (self, "close-request", G_CALLBACK (close_cb), NULL);
  load_done (practice);
  make (self, practice);
}

/* @topic: nullable. */
static void
open_practice (NegMainWindow *self, const char *topic)
{
  Practice *practice = get_practice (self);
  g_autoptr (GError) error = NULL;

  if (practice != NULL) {
    g_free (practice->topic);
    practice->topic = g_strdup (topic);
    begin_topic (practice);
    neg_pane_set_open (self->context_pane, TRUE);
    neg_context_pane_show_page (self->context, "practice");
    gtk_widget_grab_focus (GTK_WIDGET (practice->page));
  } else if (!neg_practice_home_open (self->home, topic, &error))
    neg_main_window_report (self, error->message);
  else
    _neg_main_window_hint (self, _ ("Practice opens in a window of its own."));
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_practice (data, NULL);
}

/* practice.topic('measuring'): from the page of that topic. */
static void
topic_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_practice (data, g_variant_get_string (parameter, NULL));
}

static void
training_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_training_window_open (self->home, neg_network_get_config (self->network), GTK_WINDOW (self)));
}

void
_neg_main_window_update_progress (NegMainWindow *self)
{
  NegProgressPoster *poster = g_object_get_data (G_OBJECT (self), POSTER_KEY);

  if (poster != NULL)
    neg_progress_poster_set_store (poster, self->screens);
}

void
_neg_main_window_close_progress (NegMainWindow *self)
{
  NegProgressPoster *poster = g_object_get_data (G_OBJECT (self), POSTER_KEY);

  if (poster != NULL)
    neg_progress_poster_set_store (poster, NULL);
}

void
_neg_main_window_add_practice (NegMainWindow *self)
{
  static const GActionEntry entries[] = { { "open", open_cb }, { "topic", topic_cb, "s" }, { "training", training_cb } };

  _neg_main_window_add_group (self, "practice", entries, G_N_ELEMENTS (entries));
  g_object_set_data_full (G_OBJECT (self), POSTER_KEY, neg_progress_poster_new (self->network),
                          (GDestroyNotify) neg_progress_poster_free);
}
