#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-main-window-private.h"

static void
open_files_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _neg_main_window_choose (NEG_MAIN_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
open_folder_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _neg_main_window_choose (NEG_MAIN_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
cancel_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (widget);

  if (self->loader != NULL)
    neg_loader_cancel (self->loader);
}

static void
close_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_main_window_close_study (NEG_MAIN_WINDOW (widget));
}

static void
fullscreen_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (widget)))
    gtk_window_unfullscreen (GTK_WINDOW (widget));
  else
    gtk_window_fullscreen (GTK_WINDOW (widget));
}

static void
list_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (widget);

  gtk_toggle_button_set_active (self->list_button, !gtk_toggle_button_get_active (self->list_button));
}

void
_neg_main_window_class_install_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "file.open", NULL, open_files_cb);
  gtk_widget_class_install_action (class, "file.open-folder", NULL, open_folder_cb);
  gtk_widget_class_install_action (class, "file.cancel", NULL, cancel_cb);
  gtk_widget_class_install_action (class, "file.close", NULL, close_cb);
  gtk_widget_class_install_action (class, "window.fullscreen", NULL, fullscreen_cb);
  gtk_widget_class_install_action (class, "pane.patient", NULL, list_cb);
}

void
_neg_main_window_update_actions (NegMainWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_action_set_enabled (widget, "file.open", self->pool != NULL);
  gtk_widget_action_set_enabled (widget, "file.open-folder", self->pool != NULL);
  gtk_widget_action_set_enabled (widget, "file.close", self->loader != NULL);
  _neg_main_window_update_view_actions (self);
}
