/* The screen that comes back after a crash or a restart. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "store/neg-database.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-words.h"

#define SAVE_MS 250

/* Not kept is not lost: one goes on reading, and is told. */
static void
report_failure (NegMainWindow *self, const GError *error)
{
  gboolean damaged = g_error_matches (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  g_autofree char *text = g_strdup_printf (_ ("What is on screen will not come back after a restart: %s"),
                                           damaged ? _ ("its file is damaged") : neg_words_for_error (error));

  neg_main_window_report (self, text);
  self->report_is_of_screens = TRUE;
}

/* On the disk or not: the first failure is told, and that it goes well again. */
static void
written_cb (const GError *error, gpointer data)
{
  NegMainWindow *self = data;

  if (error != NULL) {
    report_failure (self, error);
  } else if (self->report_is_of_screens) {
    g_clear_pointer (&self->report, g_free);
    _neg_main_window_update_status (self);
  }
}

static gboolean
ensure_store (NegMainWindow *self)
{
  g_autofree char *folder = neg_paths_dup_data_folder (self->home);
  g_autoptr (GError) error = NULL;

  if (self->screens != NULL || self->screens_failed || self->screens_opening)
    return self->screens != NULL;
  self->screens = neg_reading_store_open (folder, written_cb, self, &error);
  self->screens_failed = self->screens == NULL;
  self->screens_are_damaged = g_error_matches (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  if (error != NULL)
    report_failure (self, error);
  else
    _neg_main_window_load_annotations (self);
  _neg_main_window_update_learn (self);
  _neg_main_window_update_progress (self);
  return self->screens != NULL;
}

static gboolean
ensure_run (NegMainWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (self->run != NULL || !ensure_store (self))
    return self->run != NULL;
  self->run = neg_reading_store_begin_run (self->screens, &error);
  if (self->run == NULL) {
    self->screens_failed = TRUE;
    _neg_main_window_close_learn (self);
    _neg_main_window_close_progress (self);
    g_clear_pointer (&self->screens, neg_reading_store_free);
    report_failure (self, error);
  }
  return self->run != NULL;
}

static void
save (NegMainWindow *self)
{
  g_autofree char *state = NULL;

  if (self->paths == NULL || self->restoring != NULL || !ensure_run (self))
    return;
  state = neg_reading_save_state (self->reading, (const char *const *) self->paths, self->captions);
  /* What is too much to be kept must not leave an older screen in its place. */
  if (state == NULL || !neg_reading_store_save (self->screens, self->run, state))
    neg_reading_store_save (self->screens, self->run, NULL);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegReadingStore) store = g_task_propagate_pointer (G_TASK (result), &error);

  self->screens_opening = FALSE;
  if (self->grid == NULL) /* the window has gone meanwhile */
    return;
  self->screens = g_steal_pointer (&store);
  self->screens_failed = self->screens == NULL;
  if (error != NULL) {
    report_failure (self, error);
    return;
  }
  _neg_main_window_load_annotations (self);
  _neg_main_window_update_learn (self);
  _neg_main_window_update_progress (self);
  save (self);
}

/* Reports come to the main thread all the same, and none before something is written. */
static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *folder = g_object_get_data (G_OBJECT (task), "folder");
  GError *error = NULL;
  NegReadingStore *store = neg_reading_store_open (folder, written_cb, data, &error);

  if (store != NULL)
    g_task_return_pointer (task, store, (GDestroyNotify) neg_reading_store_free);
  else
    g_task_return_error (task, error);
}

/* A new database is synchronised with the disk half a dozen times: nobody who scrolls waits for that. */
static void
open_store (NegMainWindow *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, opened_cb, g_object_ref (self));

  self->screens_opening = TRUE;
  g_task_set_source_tag (task, open_store);
  g_task_set_task_data (task, self, NULL);
  g_object_set_data_full (G_OBJECT (task), "folder", neg_paths_dup_data_folder (self->home), g_free);
  g_task_run_in_thread (task, open_in_thread);
}

void
_neg_main_window_need_store (NegMainWindow *self)
{
  if (self->screens == NULL && !self->screens_failed && !self->screens_opening)
    open_store (self);
}

static gboolean
save_cb (gpointer data)
{
  NegMainWindow *self = data;

  self->save_source = 0;
  if (self->screens != NULL)
    save (self);
  else
    _neg_main_window_need_store (self);
  return G_SOURCE_REMOVE;
}

void
_neg_main_window_queue_save (NegMainWindow *self)
{
  if (self->save_source == 0 && self->paths != NULL)
    self->save_source = g_timeout_add (SAVE_MS, save_cb, self);
}

void
_neg_main_window_close_state (NegMainWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (self->save_source != 0) {
    g_clear_handle_id (&self->save_source, g_source_remove);
    save (self);
  }
  if (self->run != NULL && !neg_reading_store_close_run (self->screens, self->run, &error))
    g_warning ("the screen could not be kept: %s", error->message);
  self->run = NULL;
  _neg_main_window_close_learn (self);
  _neg_main_window_close_progress (self);
  g_clear_pointer (&self->screens, neg_reading_store_free);
  g_clear_pointer (&self->restoring, neg_reading_state_free);
}

void
_neg_main_window_forget_screen (NegMainWindow *self)
{
  g_clear_handle_id (&self->save_source, g_source_remove);
  g_clear_pointer (&self->restoring, neg_reading_state_free);
  if (self->run != NULL)
    neg_reading_store_save (self->screens, self->run, NULL);
}

void
_neg_main_window_restore (NegMainWindow *self)
{
  gboolean complete = self->loader == NULL || neg_loader_is_finished (self->loader);

  if (self->loader == NULL && self->restoring != NULL)
    return; /* the files of a study of the archive are being listed */
  if (self->restoring == NULL || !neg_reading_restore (self->reading, self->restoring, complete))
    return;
  g_clear_pointer (&self->restoring, neg_reading_state_free);
  _neg_main_window_queue_save (self);
}

/* --- The question --- */

static void
ask (NegMainWindow *self, const char *question, const char *yes, const char *no)
{
  gtk_label_set_text (self->question_label, question);
  gtk_button_set_label (GTK_BUTTON (self->continue_button), yes);
  gtk_button_set_label (GTK_BUTTON (self->dismiss_button), no);
  gtk_widget_set_visible (self->question_bar, TRUE);
  gtk_widget_grab_focus (self->continue_button);
}

/* A damaged file is the person's to put away: nothing of it is lost. */
static void
move_aside (NegMainWindow *self)
{
  g_autofree char *folder = neg_paths_dup_data_folder (self->home);
  g_autofree char *path = g_build_filename (folder, NEG_READING_STORE_FILE, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *moved = neg_database_move_aside (path, &error);
  g_autofree char *text = moved != NULL ? g_strdup_printf (_ ("The damaged file is now %s."), moved) : NULL;

  self->screens_are_damaged = FALSE;
  self->screens_failed = moved == NULL;
  if (moved != NULL)
    neg_main_window_report (self, text);
  else
    report_failure (self, error);
  _neg_main_window_focus (self);
}

static void
continue_cb (NegMainWindow *self)
{
  g_autoptr (NegReadingState) state = g_steal_pointer (&self->offered);

  gtk_widget_set_visible (self->question_bar, FALSE);
  if (self->screens_are_damaged) {
    move_aside (self);
    return;
  }
  if (state == NULL)
    return;
  if (!_neg_main_window_continue_entry (self, neg_reading_state_get_paths (state)))
    neg_main_window_open (self, neg_reading_state_get_paths (state));
  _neg_main_window_set_captions (self, neg_reading_state_get_captions (state));
  self->restoring = g_steal_pointer (&state);
  _neg_main_window_restore (self);
}

static void
dismiss_cb (NegMainWindow *self)
{
  gtk_widget_set_visible (self->question_bar, FALSE);
  g_clear_pointer (&self->offered, neg_reading_state_free);
  if (!self->screens_are_damaged && ensure_store (self))
    neg_reading_store_forget (self->screens);
  _neg_main_window_focus (self);
}

static char *
dup_question (const NegLastScreen *last)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (last->saved_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *when = here != NULL ? g_date_time_format (here, "%Y-%m-%d %H:%M") : g_strdup ("");

  return g_strdup_printf (last->crashed ? _ ("The program ended unexpectedly on %s. Go on where you were?")
                                        : _ ("Go on where you were on %s?"),
                          when);
}

static gboolean
offer_cb (gpointer data)
{
  NegMainWindow *self = data;
  g_autoptr (NegLastScreen) last = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *question = NULL;

  self->offer_source = 0;
  if (self->loader == NULL && !ensure_store (self) && self->screens_are_damaged)
    ask (self, _ ("The file that keeps the last screen is damaged. Put it aside and begin a new one?"),
         _ ("Put it aside"), _ ("Not now"));
  if (self->loader != NULL || self->screens == NULL)
    return G_SOURCE_REMOVE;
  last = neg_reading_store_find_last (self->screens, &error);
  if (last != NULL)
    self->offered = neg_reading_state_parse (last->state, &error);
  if (error != NULL)
    report_failure (self, error);
  if (self->offered == NULL)
    return G_SOURCE_REMOVE;
  question = dup_question (last);
  ask (self, question, _ ("Go on"), _ ("Forget it"));
  return G_SOURCE_REMOVE;
}

/* Asked where nothing else is: whoever opens something has answered. */
void
neg_main_window_offer_last_screen (NegMainWindow *self)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  _neg_main_window_focus (self);
  if (self->offer_source == 0)
    self->offer_source = g_idle_add (offer_cb, self);
}

void
_neg_main_window_withdraw_offer (NegMainWindow *self)
{
  g_clear_handle_id (&self->offer_source, g_source_remove);
  gtk_widget_set_visible (self->question_bar, FALSE);
  g_clear_pointer (&self->offered, neg_reading_state_free);
}

void
_neg_main_window_class_init_state (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_callback (class, continue_cb);
  gtk_widget_class_bind_template_callback (class, dismiss_cb);
}
