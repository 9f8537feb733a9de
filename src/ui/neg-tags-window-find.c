/* Searching: the lines stay as they are, one goes from hit to hit. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-tags-window-private.h"

static void
show_count (NegTagsWindow *self)
{
  const gboolean is_searching = *gtk_editable_get_text (self->search) != '\0';
  g_autofree char *text = NULL;

  if (is_searching)
    text = self->hits->len == 0 ? g_strdup (_ ("no hit"))
                                : g_strdup_printf (_ ("%u of %u"), self->hit + 1, self->hits->len);
  gtk_label_set_text (self->hits_label, text != NULL ? text : "");
}

static void
collect (NegTagsWindow *self)
{
  const char *query = gtk_editable_get_text (self->search);

  g_ptr_array_set_size (self->hits, 0);
  for (guint i = 0; *query != '\0' && self->rows != NULL && i < neg_tags_rows_get_n (self->rows); i++) {
    NegTagsRow *row = neg_tags_rows_get (self->rows, i);

    if (neg_tags_row_matches (row, query))
      g_ptr_array_add (self->hits, row);
  }
  self->hit = 0;
}

static void
go_to_hit (NegTagsWindow *self)
{
  if (self->hits->len > 0)
    neg_tags_view_go_to (self->view, g_ptr_array_index (self->hits, self->hit));
  show_count (self);
}

static void
step (NegTagsWindow *self, int by)
{
  if (self->hits->len > 0)
    self->hit = (self->hit + self->hits->len + by) % self->hits->len;
  go_to_hit (self);
}

static void
next_cb (NegTagsWindow *self)
{
  step (self, 1);
}

static void
previous_cb (NegTagsWindow *self)
{
  step (self, -1);
}

static void
search_changed_cb (NegTagsWindow *self)
{
  collect (self);
  go_to_hit (self);
}

void
_neg_tags_window_find_again (NegTagsWindow *self)
{
  collect (self);
  show_count (self);
}

static gboolean
key_cb (NegTagsWindow *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && modifiers == GDK_SHIFT_MASK) {
    previous_cb (self);
    return TRUE;
  }
  if (keyval == GDK_KEY_Down && modifiers == 0) {
    neg_tags_view_grab_focus (self->view);
    return TRUE;
  }
  return FALSE;
}

static GtkWidget *
new_button (NegTagsWindow *self, const char *icon, const char *name, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

GtkWidget *
_neg_tags_window_new_search (NegTagsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *entry = gtk_search_entry_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->search = GTK_EDITABLE (entry);
  neg_accessible_set_name (entry, _ ("Search tag, name or value"));
  g_object_set (entry, "placeholder-text", _ ("Tag, name or value"), NULL);
  gtk_widget_set_hexpand (entry, TRUE);
  g_signal_connect_object (entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "activate", G_CALLBACK (next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "next-match", G_CALLBACK (next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "previous-match", G_CALLBACK (previous_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (entry, keys);
  self->hits_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_width_chars (self->hits_label, 9);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->hits_label));
  gtk_box_append (GTK_BOX (box), new_button (self, "go-up-symbolic", _ ("Previous hit"), G_CALLBACK (previous_cb)));
  gtk_box_append (GTK_BOX (box), new_button (self, "go-down-symbolic", _ ("Next hit"), G_CALLBACK (next_cb)));
  return box;
}
