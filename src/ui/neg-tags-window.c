#include "config.h"

#include "ui/neg-tags-window.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-close-keys.h"
#include "ui/neg-privacy.h"
#include "ui/neg-support-button.h"
#include "ui/neg-tags-window-private.h"

#define WINDOW_KEY "neg-tags-window"

G_DEFINE_FINAL_TYPE (NegTagsWindow, neg_tags_window, GTK_TYPE_WINDOW)

void
_neg_tags_window_say (NegTagsWindow *self, const char *words)
{
  gtk_label_set_text (self->words, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->words), words != NULL);
}

void
_neg_tags_window_set_rows (NegTagsWindow *self, NegTagsRows *rows)
{
  NegTagsRows *before = self->rows;

  g_ptr_array_set_size (self->hits, 0);
  self->rows = rows;
  neg_tags_view_set_rows (self->view, rows);
  neg_tags_rows_free (before);
  _neg_tags_window_find_again (self);
  _neg_tags_window_update_remarks (self);
  _neg_tags_window_update_copy (self);
}

static gboolean
key_cb (NegTagsWindow *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (keyval == GDK_KEY_f && modifiers == GDK_CONTROL_MASK) {
    gtk_widget_grab_focus (GTK_WIDGET (self->search));
    return TRUE;
  }
  if (keyval == GDK_KEY_c && modifiers == GDK_CONTROL_MASK && !gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (self->search)))) {
    _neg_tags_window_copy_selected (self);
    return TRUE;
  }
  if (keyval == GDK_KEY_Escape && _neg_tags_window_withdraw_question (self))
    return TRUE;
  return neg_close_keys_take (GTK_WINDOW (self), keyval, modifiers);
}

static void
toggled_cb (NegTagsWindow *self)
{
  _neg_tags_window_load (self);
}

static void
follow_cb (NegTagsWindow *self)
{
  gboolean was_other;

  if (!gtk_toggle_button_get_active (self->follow))
    return;
  was_other = _neg_tags_window_leave_document (self);
  _neg_tags_window_refresh (self);
  if (was_other)
    _neg_tags_window_load (self);
}

static GtkWidget *
new_toggle (NegTagsWindow *self, const char *label, gboolean active, GCallback toggled, GtkToggleButton **toggle)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), active);
  g_signal_connect_object (button, "toggled", toggled, self, G_CONNECT_SWAPPED);
  *toggle = GTK_TOGGLE_BUTTON (button);
  return button;
}

static GtkWidget *
new_box (GtkOrientation orientation, const char *class)
{
  GtkWidget *box = gtk_box_new (orientation, 8);

  gtk_widget_add_css_class (box, class);
  return box;
}

/* What is shown, and how. */
static GtkWidget *
new_objects (NegTagsWindow *self)
{
  GtkWidget *line = new_box (GTK_ORIENTATION_HORIZONTAL, "tags-line");
  GtkWidget *follow = new_toggle (self, _ ("Follow the viewport"), TRUE, G_CALLBACK (follow_cb), &self->follow);

  self->only = GTK_CHECK_BUTTON (gtk_check_button_new_with_label (_ ("Only what differs")));
  gtk_check_button_set_active (self->only, TRUE);
  g_signal_connect_object (self->only, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (line), follow);
  gtk_box_append (GTK_BOX (line), gtk_label_new (_ ("Object")));
  gtk_box_append (GTK_BOX (line), _neg_tags_window_new_documents (self));
  gtk_box_append (GTK_BOX (line), gtk_label_new (_ ("Compare with")));
  gtk_box_append (GTK_BOX (line), _neg_tags_window_new_compare (self));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->only));
  gtk_box_append (GTK_BOX (line), new_toggle (self, _ ("What varies in the series"), FALSE, G_CALLBACK (toggled_cb), &self->varies));
  return line;
}

static void
cancel_cb (NegTagsWindow *self)
{
  gtk_toggle_button_set_active (self->varies, FALSE);
}

static GtkWidget *
new_progress (NegTagsWindow *self)
{
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  self->progress_row = new_box (GTK_ORIENTATION_HORIZONTAL, "tags-line");
  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_progress_bar_set_show_text (self->progress, TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->progress), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->progress), GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Reading the series"), -1);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->progress_row), GTK_WIDGET (self->progress));
  gtk_box_append (GTK_BOX (self->progress_row), cancel);
  gtk_widget_set_visible (self->progress_row, FALSE);
  return self->progress_row;
}

static GtkLabel *
new_line_label (GtkWidget *box, const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "tags-label");
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static GtkWidget *
new_second_line (NegTagsWindow *self)
{
  GtkWidget *line = new_box (GTK_ORIENTATION_HORIZONTAL, "tags-line");

  gtk_box_append (GTK_BOX (line), _neg_tags_window_new_search (self));
  gtk_box_append (GTK_BOX (line), _neg_tags_window_new_copy (self));
  return line;
}

static GtkWidget *
new_body (NegTagsWindow *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);

  self->view = NEG_TAGS_VIEW (neg_tags_view_new ());
  g_signal_connect_object (self->view, "selection-changed", G_CALLBACK (_neg_tags_window_update_copy), self, G_CONNECT_SWAPPED);
  gtk_paned_set_start_child (GTK_PANED (paned), GTK_WIDGET (self->view));
  gtk_paned_set_end_child (GTK_PANED (paned), _neg_tags_window_new_remarks (self));
  gtk_paned_set_resize_end_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  gtk_widget_set_vexpand (paned, TRUE);
  return paned;
}

static void
add_content (NegTagsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), new_objects (self));
  self->object_label = new_line_label (box, "title");
  gtk_box_append (GTK_BOX (box), new_second_line (self));
  gtk_box_append (GTK_BOX (box), _neg_tags_window_new_question (self));
  gtk_box_append (GTK_BOX (box), new_progress (self));
  self->words = new_line_label (box, "attention");
  gtk_label_set_wrap (self->words, TRUE);
  _neg_tags_window_say (self, NULL);
  gtk_box_append (GTK_BOX (box), new_body (self));
  gtk_window_set_child (GTK_WINDOW (self), box);
}

static void
neg_tags_window_dispose (GObject *object)
{
  NegTagsWindow *self = NEG_TAGS_WINDOW (object);

  _neg_tags_window_cancel (self);
  g_clear_handle_id (&self->refresh_source, g_source_remove);
  if (self->view != NULL)
    neg_tags_view_set_rows (self->view, NULL);
  self->view = NULL;
  g_clear_pointer (&self->hits, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->documents, g_ptr_array_unref);
  g_clear_pointer (&self->rows, neg_tags_rows_free);
  g_clear_object (&self->series);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_tags_window_parent_class)->dispose (object);
}

static void
neg_tags_window_class_init (NegTagsWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_tags_window_dispose;
}

static void
neg_tags_window_init (NegTagsWindow *self)
{
  self->hits = g_ptr_array_new ();
}

static void
shown_cb (NegTagsWindow *self)
{
  _neg_tags_window_queue_refresh (self);
}

/* The same lines and labels, made anew. */
static void
privacy_changed_cb (NegTagsWindow *self)
{
  if (self->view == NULL)
    return;
  neg_tags_view_set_rows (self->view, self->rows);
  gtk_label_set_text (self->object_label, "");
  _neg_tags_window_update_remarks (self);
  _neg_tags_window_forget_other_patient (self); /* lists the series to compare with */
  if (self->series != NULL || _neg_tags_window_get_document (self) != NULL)
    _neg_tags_window_load (self);
}

static void
patient_cb (NegTagsWindow *self)
{
  _neg_tags_window_forget_other_patient (self);
  _neg_tags_window_queue_refresh (self);
}

static NegTagsWindow *
new_window (NegReading *reading, NegEnginePool *pool, GtkWindow *parent)
{
  NegTagsWindow *self = g_object_new (NEG_TYPE_TAGS_WINDOW, "title", _ ("Tags"), "transient-for", parent,
                                      "destroy-with-parent", TRUE, "hide-on-close", TRUE, "default-width", 1080,
                                      "default-height", 720, NULL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->reading = g_object_ref (reading);
  self->pool = pool;
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
  neg_support_button_add (GTK_WINDOW (self), "tags");
  add_content (self);
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "active-changed", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "patient-changed", G_CALLBACK (patient_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  return self;
}

GtkWindow *
neg_tags_window_open (NegReading *reading, NegEnginePool *pool, NegTagsPreviousFunc previous, NegTagsObjectsFunc objects,
                      gpointer user_data, GtkWindow *parent)
{
  NegTagsWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self == NULL) {
    self = new_window (reading, pool, parent);
    g_object_set_data (G_OBJECT (parent), WINDOW_KEY, self);
  }
  self->previous = previous; /* before the choices are listed anew */
  self->objects = objects;
  self->user_data = user_data;
  gtk_toggle_button_set_active (self->follow, TRUE);
  _neg_tags_window_refresh (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  return GTK_WINDOW (self);
}

void
neg_tags_window_update_objects (GtkWindow *parent)
{
  NegTagsWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self != NULL)
    _neg_tags_window_forget_other_patient (self);
}
