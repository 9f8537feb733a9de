/* The commands of files and of the window itself. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "ui/neg-display-window.h"
#include "ui/neg-export-dialog.h"
#include "ui/neg-frame-times-window.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-privacy.h"
#include "ui/neg-reject-report-window.h"
#include "ui/neg-shortcuts-window.h"
#include "ui/neg-test-pattern-window.h"
#include "ui/neg-words.h"

static void
open_files_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_choose (data, GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
open_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_choose (data, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (self->volumes != NULL)
    neg_volume_load_cancel (neg_volume_reading_get_load (self->volumes));
  if (self->loader == NULL || neg_loader_is_finished (self->loader))
    return;
  neg_loader_cancel (self->loader);
  _neg_main_window_update_status (self);
}

static void
close_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_main_window_close_study (data);
}

static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  NegCinePlayer *player = neg_cell_get_player (neg_grid_get_cell (self->grid, neg_viewport_get_cell (viewport)));
  GtkWindow *dialog;

  if (neg_privacy_get_refusal () != NULL) {
    _neg_main_window_hint (self, neg_privacy_get_refusal ());
    return;
  }
  if (_neg_main_window_has_volume (self)) {
    _neg_main_window_hint (self, _ ("Images are exported, not planes of a volume: M goes back to them."));
    return;
  }
  dialog = neg_export_dialog_new (
      GTK_WINDOW (self), self->reading, neg_viewport_get_cell (viewport), self->store, self->annotations,
      neg_viewport_get_width_px (viewport), neg_viewport_get_height_px (viewport),
      player != NULL ? neg_cine_player_get_cine (player) : NULL, _neg_main_window_get_cine_rate_hz (self));
  if (dialog != NULL)
    gtk_window_present (dialog);
}

static const char *
why_not_copied (const GError *error)
{
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_REFUSED))
    return _ ("The pixels may show who it is: export the picture, which asks.");
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_BUSY))
    return _ ("The image is not there yet.");
  return neg_words_for_error (error);
}

static void
copy_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  g_autoptr (GError) error = NULL;

  if (neg_privacy_get_refusal () != NULL) {
    _neg_main_window_hint (self, neg_privacy_get_refusal ());
    return;
  }
  if (_neg_main_window_has_volume (self)) {
    _neg_main_window_hint (self, _ ("Images are copied, not planes of a volume: M goes back to them."));
    return;
  }
  if (neg_export_copy (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->reading, neg_viewport_get_cell (viewport),
                       self->store, self->annotations, neg_viewport_get_width_px (viewport),
                       neg_viewport_get_height_px (viewport), &error))
    _neg_main_window_hint (self, _ ("The picture is in the clipboard for a minute, without the patient's name."));
  else
    _neg_main_window_hint (self, why_not_copied (error));
}

static void
tags_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_show_tags (data);
}

static void
fullscreen_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (data)))
    gtk_window_unfullscreen (GTK_WINDOW (data));
  else
    gtk_window_fullscreen (GTK_WINDOW (data));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (_neg_main_window_open_preferences (data));
}

static void
display_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_display_window_open (self->settings, GTK_WINDOW (self)));
}

static void
test_pattern_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_test_pattern_window_new (self->settings, GTK_WINDOW (self), NULL));
}

static void
shortcuts_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_shortcuts_window_new (self->keymap, GTK_WINDOW (self)));
}

static void
frame_times_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (self->frame_times == NULL) {
    self->frame_times = neg_frame_times_window_new (GTK_WINDOW (self));
    g_object_add_weak_pointer (G_OBJECT (self->frame_times), (gpointer *) &self->frame_times);
    neg_frame_times_window_set_store (self->frame_times, self->store);
    neg_frame_times_window_set_grid (self->frame_times, self->grid);
  }
  gtk_window_present (self->frame_times);
}

static void
reject_report_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_reject_report_window_open (self->home, neg_network_get_config (self->network), GTK_WINDOW (self)));
}

/* --- Groups --- */

static const GActionEntry file_entries[] = {
  { "open", open_files_cb }, { "open-folder", open_folder_cb }, { "cancel", cancel_cb }, { "close", close_cb },
  { "export", export_cb },   { "copy", copy_cb },         { "tags", tags_cb },
};
static const GActionEntry window_entries[] = { { "fullscreen", fullscreen_cb } };
static const GActionEntry app_entries[] = {
  { "preferences", preferences_cb },
  { "display", display_cb },
  { "test-pattern", test_pattern_cb },
  { "shortcuts", shortcuts_cb },
  { "frame-times", frame_times_cb },
  { "reject-report", reject_report_cb },
};

GSimpleActionGroup *
_neg_main_window_add_group (NegMainWindow *self, const char *prefix, const GActionEntry *entries, guint n)
{
  GSimpleActionGroup *group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, n, self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), prefix, G_ACTION_GROUP (group));
  g_hash_table_replace (self->groups, g_strdup (prefix), group);
  return group;
}

void
_neg_main_window_share_actions (NegMainWindow *self, GtkWidget *window)
{
  GHashTableIter iter;
  gpointer prefix, group;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, &prefix, &group))
    gtk_widget_insert_action_group (window, prefix, group);
}

void
_neg_main_window_add_actions (NegMainWindow *self)
{
  _neg_main_window_add_group (self, "file", file_entries, G_N_ELEMENTS (file_entries));
  _neg_main_window_add_group (self, "window", window_entries, G_N_ELEMENTS (window_entries));
  _neg_main_window_add_group (self, "app", app_entries, G_N_ELEMENTS (app_entries));
  _neg_main_window_add_view_actions (self);
  _neg_main_window_add_states_actions (self);
  _neg_main_window_add_worklist_actions (self);
  _neg_main_window_add_privacy (self);
}

void
_neg_main_window_enable (NegMainWindow *self, const char *prefix, const char *name, gboolean enabled)
{
  GActionMap *group = g_hash_table_lookup (self->groups, prefix);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (group, name)),
                               enabled && _neg_main_window_is_rolled_out (self, prefix, name));
}

void
_neg_main_window_update_actions (NegMainWindow *self)
{
  const NegViewState *state = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const gboolean has_objects = self->loader != NULL && neg_loader_get_objects (self->loader)->len > 0;

  _neg_main_window_enable (self, "file", "open", self->pool != NULL);
  _neg_main_window_enable (self, "file", "open-folder", self->pool != NULL);
  _neg_main_window_enable (self, "file", "close", self->loader != NULL);
  _neg_main_window_enable (self, "file", "export", neg_viewport_get_pixels (neg_grid_get_active (self->grid)) != NULL);
  _neg_main_window_enable (self, "file", "copy", neg_viewport_get_pixels (neg_grid_get_active (self->grid)) != NULL);
  _neg_main_window_enable (self, "file", "tags", self->pool != NULL && (state->series != NULL || has_objects));
  gtk_widget_set_sensitive (GTK_WIDGET (self->window_button), state->series != NULL);
  _neg_main_window_update_view_actions (self);
}
