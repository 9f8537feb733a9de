/* A study of the archive in the window: what is here is shown at once, what arrives grows in place. Never another patient
 * than the one of the entry, and what arrives takes neither the screen nor the focus. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/neg-error.h"
#include "store/neg-archive.h"
#include "ui/neg-entry-lookup.h"
#include "ui/neg-main-window-private.h"

#define CALL_MS 30000
#define NAME "worklist-entry:" /* what is kept of a study that was open: its entry */

static void list_files (NegMainWindow *self);

/* --- what is told to the agent --- */

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = answer == NULL ? neg_network_dup_error (error) : NULL;

  if (self->reading_list != NULL && why != NULL)
    neg_worklist_pane_say (self->reading_list, why, TRUE);
}

static void
call (NegMainWindow *self, const char *method, GVariant *parameters)
{
  neg_network_call_async (self->network, method, parameters, CALL_MS, NULL, called_cb, g_object_ref (self));
}

/* For the audit, and so that what is being looked at is not evicted. A window that closes waits for no answer. */
static void
tell_accessed (NegMainWindow *self, const NegEntry *entry, gboolean opened)
{
  if (*entry->study_uid != '\0' && neg_network_get_state (self->network) == NEG_NETWORK_READY)
    neg_network_call_async (self->network, "Accessed", g_variant_new ("(sbx)", entry->study_uid, opened, entry->id),
                            CALL_MS, NULL, NULL, NULL);
}

static void
tell_prior_opened (NegMainWindow *self, const NegEntry *prior)
{
  tell_accessed (self, prior, TRUE);
  if (self->open_priors == NULL)
    self->open_priors = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_free);
  g_ptr_array_add (self->open_priors, neg_entry_copy (prior));
}

static void
tell_all_closed (NegMainWindow *self)
{
  for (guint i = 0; self->open_priors != NULL && i < self->open_priors->len; i++)
    tell_accessed (self, g_ptr_array_index (self->open_priors, i), FALSE);
  g_clear_pointer (&self->open_priors, g_ptr_array_unref);
  tell_accessed (self, self->entry, FALSE);
}

/* --- its files --- */

static void finished_cb (NegMainWindow *self);

/* Those that the loader has not been given yet. */
static GPtrArray *
collect_new (NegMainWindow *self, GPtrArray *files)
{
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++) {
    const NegArchiveFile *file = g_ptr_array_index (files, i);
    char *path;

    if (g_hash_table_contains (self->entry_paths, file->path))
      continue;
    path = g_strdup (file->path);
    g_hash_table_add (self->entry_paths, path);
    g_ptr_array_add (paths, path);
  }
  g_ptr_array_add (paths, NULL);
  return paths;
}

static void
show_files (NegMainWindow *self, GPtrArray *files)
{
  g_autoptr (GPtrArray) paths = collect_new (self, files);
  g_autofree char *name = g_strdup_printf (NAME "%" G_GINT64_FORMAT, self->entry->id);
  const char *const named[] = { name, NULL };

  if (paths->len == 1)
    return;
  if (self->loader != NULL) {
    neg_loader_add (self->loader, (const char *const *) paths->pdata);
    return;
  }
  _neg_main_window_load (self, named, (const char *const *) paths->pdata);
  if (self->loader != NULL)
    g_signal_connect_object (self->loader, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
}

/* What was shown by itself while the study arrived is what came first. */
static void
settle (NegMainWindow *self)
{
  if (!self->is_retrieved || self->listing || self->loader == NULL || !neg_loader_is_finished (self->loader))
    return;
  self->is_retrieved = FALSE;
  neg_reading_update (self->reading);
  neg_reading_settle_images (self->reading);
}

static void
finished_cb (NegMainWindow *self)
{
  settle (self);
  _neg_main_window_go_on_comparing (self);
}

/* A correction has made other versions of what is on the screen, or something was rejected: the same study with its images of now,
 * as far as they are the same in the same place. */
static void
open_again (NegMainWindow *self)
{
  const char *const none[] = { NULL };
  g_autoptr (NegEntry) entry = neg_entry_copy (self->entry);
  g_autofree char *text = neg_reading_save_state (self->reading, self->paths != NULL ? (const char *const *) self->paths : none,
                                                  self->captions);
  NegReadingState *before = text != NULL ? neg_reading_state_parse (text, NULL) : NULL;
  gint64 desk_study = self->desk_study;

  self->is_opening_again = TRUE;
  neg_main_window_close_study (self);
  _neg_main_window_open_entry (self, entry);
  self->is_opening_again = FALSE;
  self->restoring = before;
  self->desk_study = desk_study;
  _neg_main_window_update_quality (self);
}

/* Nothing of it is left here: its images are another patient's or another study's now, or were deleted. They do not stay on the
 * screen under this name. */
static void
close_gone (NegMainWindow *self)
{
  neg_main_window_close_study (self);
  neg_main_window_report (self, _ ("The study was closed: its images were given to another patient or study, or deleted."));
}

/* Whether some that was listed before is not any more. */
static gboolean
lacks_some (NegMainWindow *self, GPtrArray *files)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->own_paths);

  self->own_paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < files->len; i++) {
    const char *path = ((const NegArchiveFile *) g_ptr_array_index (files, i))->path;

    if (before != NULL)
      g_hash_table_remove (before, path);
    g_hash_table_add (self->own_paths, g_strdup (path));
  }
  return before != NULL && g_hash_table_size (before) > 0;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files
      = neg_worklist_model_list_files_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->entry == NULL)
    return;
  self->listing = FALSE;
  if ((files == NULL && g_error_matches (error, NEG_ERROR, NEG_ERROR_NOT_FOUND) && self->own_paths != NULL)
      || (files != NULL && files->len == 0 && self->own_paths != NULL && g_hash_table_size (self->own_paths) > 0)) {
    close_gone (self);
    return;
  }
  if (files != NULL && lacks_some (self, files)) {
    open_again (self);
    _neg_main_window_hint (self, _ ("Images of this study were corrected, moved or deleted: it is shown as it is now."));
    return;
  }
  if (files != NULL)
    show_files (self, files);
  else
    neg_main_window_report (self, error->message);
  if (self->list_again)
    list_files (self);
  settle (self);
}

static void
list_files (NegMainWindow *self)
{
  self->list_again = self->listing;
  if (self->listing)
    return;
  self->listing = TRUE;
  neg_worklist_model_list_files_async (self->worklist, self->entry->id, self->entry_cancellable, listed_cb,
                                       g_object_ref (self));
}

/* --- who he was known as --- */

static void
aliases_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GPtrArray) aliases = neg_worklist_model_list_aliases_finish (NEG_WORKLIST_MODEL (source), result, NULL);

  if (aliases != NULL && self->entry != NULL)
    neg_reading_set_aliases (self->reading, aliases);
}

/* Always before what is listed is shown: the answers come in the order of the questions. */
static void
list_aliases (NegMainWindow *self)
{
  neg_worklist_model_list_aliases_async (self->worklist, self->entry->id, self->entry_cancellable, aliases_cb,
                                         g_object_ref (self));
}

/* --- its priors --- */

static GHashTable *
collect_open_studies (NegMainWindow *self)
{
  GHashTable *uids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++)
    g_hash_table_add (uids, g_strdup (((NegStudy *) g_ptr_array_index (patient->studies, i))->study_uid));
  return uids;
}

void
_neg_main_window_show_priors (NegMainWindow *self)
{
  g_autoptr (GHashTable) open = NULL;

  if (self->priors == NULL)
    return;
  open = collect_open_studies (self);
  neg_patient_pane_set_priors (self->patients, self->priors, open, self->relevant);
}

static void
priors_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) priors
      = neg_worklist_model_list_priors_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (priors == NULL || self->entry == NULL)
    return;
  g_clear_pointer (&self->priors, g_ptr_array_unref);
  self->priors = g_steal_pointer (&priors);
  _neg_main_window_choose_relevant (self);
  _neg_main_window_show_priors (self);
}

static void
list_priors (NegMainWindow *self)
{
  list_aliases (self);
  neg_worklist_model_list_priors_async (self->worklist, self->entry->id, self->entry_cancellable, priors_cb,
                                        g_object_ref (self));
  _neg_main_window_load_case (self);
}

/* A prior of the same patient beside what is open: its files come to the same loader, and the reading tells patients
 * apart once more. */
typedef struct {
  NegMainWindow *self;
  gint64 of_entry;
} PriorCall;

static void
prior_listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree PriorCall *call_data = data;
  g_autoptr (NegMainWindow) self = call_data->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files
      = neg_worklist_model_list_files_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (self->entry == NULL || self->entry->id != call_data->of_entry)
    return;
  if (files != NULL)
    show_files (self, files);
  else
    neg_main_window_report (self, error->message);
  list_priors (self);
}

void
_neg_main_window_open_prior (NegMainWindow *self, const NegEntry *prior)
{
  PriorCall *call_data;

  if (self->entry == NULL)
    return;
  tell_prior_opened (self, prior);
  if (prior->n_here == 0) {
    neg_worklist_pane_retrieve (self->reading_list, prior);
    _neg_main_window_hint (self, _ ("The study is being retrieved. It opens from this list when it is here."));
    return;
  }
  list_aliases (self);
  call_data = g_new0 (PriorCall, 1);
  call_data->self = g_object_ref (self);
  call_data->of_entry = self->entry->id;
  neg_worklist_model_list_files_async (self->worklist, prior->id, self->entry_cancellable, prior_listed_cb, call_data);
}

/* --- opening and leaving --- */

void
_neg_main_window_leave_entry (NegMainWindow *self)
{
  if (self->entry == NULL)
    return;
  tell_all_closed (self);
  _neg_main_window_end_comparing (self);
  g_cancellable_cancel (self->entry_cancellable);
  g_clear_object (&self->entry_cancellable);
  g_clear_pointer (&self->entry_paths, g_hash_table_unref);
  g_clear_pointer (&self->own_paths, g_hash_table_unref);
  g_clear_pointer (&self->entry, neg_entry_free);
  g_clear_pointer (&self->priors, g_ptr_array_unref);
  self->listing = self->list_again = self->is_retrieved = FALSE;
  neg_worklist_pane_set_open (self->reading_list, 0);
  neg_patient_pane_set_priors (self->patients, NULL, NULL, 0);
  _neg_main_window_forget_case (self);
  self->desk_study = 0;
  _neg_main_window_update_quality (self);
}

static void
enter (NegMainWindow *self, NegEntry *entry)
{
  neg_main_window_close_study (self); /* nothing of the one before stays on screen */
  self->entry = entry;
  self->entry_paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->entry_cancellable = g_cancellable_new ();
  list_aliases (self);
  list_files (self);
  list_priors (self);
  _neg_main_window_update_empty_page (self);
}

void
_neg_main_window_open_entry (NegMainWindow *self, const NegEntry *entry)
{
  if (self->pool == NULL || (self->entry != NULL && self->entry->id == entry->id)) {
    _neg_main_window_focus (self);
    return;
  }
  g_clear_pointer (&self->restoring, neg_reading_state_free);
  enter (self, neg_entry_copy (entry));
  neg_worklist_pane_set_open (self->reading_list, entry->id);
  _neg_main_window_update_quality (self);
  tell_accessed (self, self->entry, TRUE);
  if (*entry->peers != '\0' && (entry->n_here == 0 || entry->n_here < entry->n_there))
    neg_worklist_pane_retrieve (self->reading_list, entry);
}

static void
continued_cb (NegEntry *entry, const GError *error, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;

  if (self->reading_list == NULL || self->entry != NULL || self->loader != NULL)
    return; /* something else was opened meanwhile */
  if (entry != NULL) {
    NegReadingState *restoring = g_steal_pointer (&self->restoring);

    _neg_main_window_open_entry (self, entry);
    self->restoring = restoring;
  } else {
    _neg_main_window_hint (self, error->message);
  }
}

gboolean
_neg_main_window_continue_entry (NegMainWindow *self, const char *const *paths)
{
  gint64 id;

  if (paths[0] == NULL || !g_str_has_prefix (paths[0], NAME))
    return FALSE;
  id = g_ascii_strtoll (paths[0] + strlen (NAME), NULL, 10);
  if (id <= 0)
    return FALSE;
  neg_entry_lookup (self->home, id, NULL, continued_cb, g_object_ref (self));
  return TRUE;
}

void
_neg_main_window_archive_changed (NegMainWindow *self, const char *const *study_uids)
{
  if (self->entry == NULL)
    return;
  if (study_uids[0] == NULL || *self->entry->study_uid == '\0'
      || g_strv_contains (study_uids, self->entry->study_uid))
    list_files (self);
  list_priors (self);
}

void
_neg_main_window_job_changed (NegMainWindow *self, GVariant *job)
{
  const char *kind = "", *state = "", *study_uid = "";

  g_variant_lookup (job, "kind", "&s", &kind);
  g_variant_lookup (job, "state", "&s", &state);
  g_variant_lookup (job, "study-uid", "&s", &study_uid);
  if (self->entry == NULL || !g_str_equal (kind, "retrieve") || !g_str_equal (state, "done")
      || *study_uid == '\0' || !g_str_equal (study_uid, self->entry->study_uid))
    return;
  self->is_retrieved = TRUE;
  list_files (self);
}

/* --- on to the next --- */

static void
next_cb (NegEntry *entry, const GError *error, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;

  if (self->reading_list == NULL)
    return;
  if (entry != NULL)
    neg_worklist_pane_open (self->reading_list, entry);
  else
    _neg_main_window_hint (self, error->message);
}

static void
next_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  gint64 id = neg_worklist_model_next_unread_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (self->reading_list == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    _neg_main_window_hint (self, error->message);
  else if (id == 0)
    _neg_main_window_hint (self, _ ("Nothing is left to read in this list."));
  else
    neg_entry_lookup (self->home, id, NULL, next_cb, g_object_ref (self));
}

void
_neg_main_window_next_unread (NegMainWindow *self)
{
  neg_worklist_model_next_unread_async (self->worklist, self->entry != NULL ? self->entry->id : 0,
                                        neg_network_get_user (self->network), NULL, next_found_cb,
                                        g_object_ref (self));
}

void
_neg_main_window_finish_entry (NegMainWindow *self)
{
  if (self->entry == NULL)
    _neg_main_window_hint (self, _ ("What is open is not of the reading list."));
  else
    call (self, "SetStatus", g_variant_new ("(xs)", self->entry->id, "read"));
  _neg_main_window_next_unread (self);
}
