#include "config.h"

#include "ui/neg-cache-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-cache-page.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-support-button.h"

#define WINDOW_KEY "neg-cache-window"

GtkWindow *
neg_cache_window_open (NegNetwork *network, GtkWindow *parent)
{
  GtkWindow *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (window != NULL)
    return window;
  window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (window, _ ("Cache"));
  gtk_window_set_transient_for (window, parent);
  neg_support_button_add (window, "cache");
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_hide_on_close (window, TRUE);
  gtk_window_set_default_size (window, 720, 640);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (window), "pane-window");
  gtk_window_set_child (window, neg_cache_page_new (network));
  neg_close_keys_attach (window);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  return window;
}
