#include "config.h"

#include "ui/neg-close-keys.h"

gboolean
neg_close_keys_take (GtkWindow *window, guint keyval, GdkModifierType modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (keyval != GDK_KEY_Escape && !(keyval == GDK_KEY_w && modifiers == GDK_CONTROL_MASK))
    return FALSE;
  gtk_window_close (window);
  return TRUE;
}

static gboolean
key_cb (GtkWindow *window, guint keyval, guint keycode, GdkModifierType modifiers)
{
  return neg_close_keys_take (window, keyval, modifiers);
}

void
neg_close_keys_attach (GtkWindow *window)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), window, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
}
