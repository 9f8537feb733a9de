#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-main-window-private.h"

static void
open_files (NegMainWindow *self, GListModel *files)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++) {
    g_autoptr (GFile) file = g_list_model_get_item (files, i);
    char *path = g_file_get_path (file);

    if (path != NULL)
      g_ptr_array_add (paths, path);
    else
      neg_main_window_report (self, _ ("Only local files can be opened."));
  }
  g_ptr_array_add (paths, NULL);
  if (paths->len > 1)
    neg_main_window_open (self, (const char *const *) paths->pdata);
}

static void
response_cb (GtkNativeDialog *dialog, int response, NegMainWindow *self)
{
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT) {
    g_clear_object (&self->last_folder);
    self->last_folder = gtk_file_chooser_get_current_folder (GTK_FILE_CHOOSER (dialog));
    open_files (self, files);
  }
  g_clear_object (&self->chooser);
}

void
_neg_main_window_choose (NegMainWindow *self, GtkFileChooserAction action)
{
  gboolean folder = action == GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER;
  g_autoptr (GFile) folder_to_start
      = self->last_folder != NULL ? g_object_ref (self->last_folder) : g_file_new_for_path (g_get_home_dir ());

  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (folder ? _ ("Open a Folder") : _ ("Open Files"), GTK_WINDOW (self),
                                               action, _ ("_Open"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (self->chooser), folder_to_start, NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, NegMainWindow *self)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST)) {
    for (GSList *at = g_value_get_boxed (value); at != NULL; at = at->next)
      g_list_store_append (files, at->data);
  } else if (G_VALUE_HOLDS (value, G_TYPE_FILE)) {
    g_list_store_append (files, g_value_get_object (value));
  }
  open_files (self, G_LIST_MODEL (files));
  return g_list_model_get_n_items (G_LIST_MODEL (files)) > 0;
}

void
_neg_main_window_accept_drops (NegMainWindow *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
