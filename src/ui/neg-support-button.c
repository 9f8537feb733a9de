#include "config.h"

#include "ui/neg-support-button.h"

#include <glib/gi18n-lib.h>

#define HANDLER_KEY "neg-support-handler"
#define PAGE_KEY "neg-support-page"

typedef struct {
  NegFeedbackFunc func;
} Handler;

static void
feedback_cb (GtkWindow *window)
{
  GtkWindow *top = window;
  const Handler *handler;

  while (gtk_window_get_transient_for (top) != NULL)
    top = gtk_window_get_transient_for (top);
  handler = g_object_get_data (G_OBJECT (top), HANDLER_KEY);
  if (handler != NULL)
    handler->func (top, window, g_object_get_data (G_OBJECT (window), PAGE_KEY));
}

static gboolean
key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  feedback_cb (GTK_WINDOW (widget));
  return TRUE;
}

void
neg_support_button_add (GtkWindow *window, const char *page)
{
  GtkWidget *bar = gtk_window_get_titlebar (window), *button = gtk_button_new_from_icon_name ("neg-feedback-symbolic");
  GtkEventController *keys = gtk_shortcut_controller_new ();

  if (!GTK_IS_HEADER_BAR (bar)) {
    bar = gtk_header_bar_new ();
    gtk_window_set_titlebar (window, bar);
  }
  gtk_button_set_has_frame (GTK_BUTTON (button), FALSE);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_set_tooltip_text (button, _ ("Feedback (F2)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Feedback"), -1);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), button);
  g_object_set_data_full (G_OBJECT (window), PAGE_KEY, g_strdup (page), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (feedback_cb), window, G_CONNECT_SWAPPED);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_F2, 0), gtk_callback_action_new (key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
}

void
neg_support_button_set_handler (GtkWindow *main_window, NegFeedbackFunc func)
{
  Handler *handler = g_new0 (Handler, 1);

  handler->func = func;
  g_object_set_data_full (G_OBJECT (main_window), HANDLER_KEY, handler, g_free);
}
