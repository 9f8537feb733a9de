#include "config.h"

#include "ui/neg-cover-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-cover-view.h"
#include "ui/neg-privacy.h"

typedef struct {
  GtkWindow *window;
  NegCoverView *view;
  GtkWidget *remove, *confirm, *place;
} Parts;

static void
update (Parts *parts)
{
  guint n;
  g_autofree char *confirm = NULL, *place = NULL;

  neg_cover_view_get_boxes (parts->view, &n);
  confirm = n == 0 ? g_strdup (_ ("Nothing to Cover: Show It"))
                   : g_strdup_printf (ngettext ("Confirm %u Box", "Confirm %u Boxes", n), n);
  place = g_strdup_printf (_ ("image %u"), neg_cover_view_get_index (parts->view) + 1);
  gtk_button_set_label (GTK_BUTTON (parts->confirm), confirm);
  gtk_accessible_update_property (GTK_ACCESSIBLE (parts->confirm), GTK_ACCESSIBLE_PROPERTY_LABEL, confirm, -1);
  gtk_widget_set_sensitive (parts->remove, n > 0);
  gtk_label_set_text (GTK_LABEL (parts->place), place);
}

static void
confirm_cb (Parts *parts)
{
  guint n;
  const NegCoverBox *boxes = neg_cover_view_get_boxes (parts->view, &n);

  neg_cover_confirm (neg_cover_view_get_instance (parts->view), boxes, n);
  neg_privacy_change ();
  gtk_window_close (parts->window);
}

static void
step (Parts *parts, int by)
{
  const guint index = neg_cover_view_get_index (parts->view);

  neg_cover_view_set_index (parts->view, by < 0 && index == 0 ? 0 : index + by);
  update (parts);
}

static void
before_cb (Parts *parts)
{
  step (parts, -1);
}

static void
next_cb (Parts *parts)
{
  step (parts, 1);
}

static void
add_cb (Parts *parts)
{
  neg_cover_view_add (parts->view);
}

static void
remove_cb (Parts *parts)
{
  neg_cover_view_remove (parts->view);
}

static gboolean
key_cb (Parts *parts, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_window_close (parts->window);
  return TRUE;
}

/* --- putting it together --- */

static GtkWidget *
add_button (Parts *parts, GtkWidget *box, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  g_signal_connect_swapped (button, "clicked", clicked, parts);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
new_buttons (Parts *parts)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *gap = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  add_button (parts, box, _ ("_Previous Image"), G_CALLBACK (before_cb));
  parts->place = gtk_label_new (NULL);
  gtk_box_append (GTK_BOX (box), parts->place);
  add_button (parts, box, _ ("N_ext Image"), G_CALLBACK (next_cb));
  gtk_widget_set_hexpand (gap, TRUE);
  gtk_box_append (GTK_BOX (box), gap);
  add_button (parts, box, _ ("_Add a Box"), G_CALLBACK (add_cb));
  parts->remove = add_button (parts, box, _ ("_Remove the Box"), G_CALLBACK (remove_cb));
  parts->confirm = add_button (parts, box, "", G_CALLBACK (confirm_cb));
  gtk_widget_add_css_class (parts->confirm, "suggested-action");
  gtk_widget_add_css_class (box, "tags-line");
  return box;
}

static GtkWidget *
new_words (void)
{
  GtkWidget *label = gtk_label_new (
      _ ("Draw a box over every text that may tell who the patient is: drag with the mouse, or Insert, arrows, Control and arrows. "
         "All images of this series with the same size get the same boxes: look through them (Page Down) before you confirm. "
         "This window is not in a recording."));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "tags-label");
  return label;
}

static void
set_known (NegCoverView *view)
{
  guint n;
  const NegCoverBox *boxes = neg_cover_get_confirmed (neg_cover_view_get_instance (view), &n);

  if (boxes != NULL)
    neg_cover_view_set_boxes (view, boxes, n);
}

GtkWindow *
neg_cover_window_new (GtkWindow *parent, NegFrameStore *store, NegSeries *series, guint index)
{
  GtkWindow *window = g_object_new (GTK_TYPE_WINDOW, "title", _ ("What is covered"), "transient-for", parent, "modal", TRUE,
                                    "destroy-with-parent", TRUE, "default-width", 900, "default-height", 720, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *view = neg_cover_view_new (store, series, index);
  GtkEventController *keys = gtk_event_controller_key_new ();
  Parts *parts = g_new0 (Parts, 1);

  parts->window = window;
  parts->view = NEG_COVER_VIEW (view);
  gtk_widget_set_vexpand (view, TRUE);
  gtk_box_append (GTK_BOX (box), new_words ());
  gtk_box_append (GTK_BOX (box), view);
  gtk_box_append (GTK_BOX (box), new_buttons (parts));
  gtk_window_set_child (window, box);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (window), "pane-window");
  g_signal_connect_swapped (view, "changed", G_CALLBACK (update), parts);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), parts);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_object_set_data_full (G_OBJECT (window), "neg-parts", parts, g_free);
  set_known (parts->view);
  update (parts);
  gtk_window_set_focus (window, view);
  return window;
}
