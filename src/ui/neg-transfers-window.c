#include "config.h"

#include "ui/neg-transfers-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-close-keys.h"
#include "ui/neg-support-button.h"
#include "ui/neg-transfer-row.h"

#define WINDOW_KEY "neg-transfers-window"

static GtkWidget *
new_row (gpointer item, gpointer data)
{
  return neg_transfer_row_new (data, item);
}

static GtkWidget *
new_list (NegTransfers *transfers)
{
  GtkWidget *list = gtk_list_box_new (), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *empty
      = gtk_label_new (_ ("Transfers come here: studies that are retrieved, sent or imported. Nothing is on its way."));

  gtk_label_set_wrap (GTK_LABEL (empty), TRUE);
  gtk_widget_add_css_class (empty, "empty-page");
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), empty);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Transfers"), -1);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (transfers), new_row, transfers, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  return scrolled;
}

GtkWindow *
neg_transfers_window_open (NegTransfers *transfers, GtkWindow *parent)
{
  GtkWindow *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (window != NULL)
    return window;
  window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (window, _ ("Transfers"));
  gtk_window_set_transient_for (window, parent);
  neg_support_button_add (window, "transfers");
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_hide_on_close (window, TRUE);
  gtk_window_set_default_size (window, 720, 360);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (window), "pane-window");
  gtk_window_set_child (window, new_list (transfers));
  neg_close_keys_attach (window);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  return window;
}
