#include "config.h"

#include "ui/neg-cache-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-cache-page.h"
#include "ui/neg-support-button.h"

#define WINDOW_KEY "neg-cache-window"

static gboolean
key_cb (GtkWindow *window, guint keyval, guint keycode, GdkModifierType modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (keyval != GDK_KEY_Escape && !(keyval == GDK_KEY_w && modifiers == GDK_CONTROL_MASK))
    return FALSE;
  gtk_window_close (window);
  return TRUE;
}

GtkWindow *
neg_cache_window_open (NegNetwork *network, GtkWindow *parent)
{
  GtkWindow *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);
  GtkEventController *keys;

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
  keys = gtk_event_controller_key_new ();
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), window, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  return window;
}
