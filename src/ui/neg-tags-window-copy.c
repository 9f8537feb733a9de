/* What leaves by the clipboard: without patient data, unless a person says so. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-clipboard.h"
#include "ui/neg-privacy.h"
#include "ui/neg-tags-window-private.h"

static GPtrArray *
list_all (NegTagsWindow *self)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; self->rows != NULL && i < neg_tags_rows_get_n (self->rows); i++)
    g_ptr_array_add (rows, neg_tags_rows_get (self->rows, i));
  return rows;
}

static void
copy (NegTagsWindow *self, gboolean all, gboolean with_patient)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));
  g_autoptr (GPtrArray) rows = all ? list_all (self) : neg_tags_view_list_selected (self->view);
  g_autofree char *lines = NULL;
  g_autofree char *words = NULL;

  if (rows->len == 0)
    return;
  if (neg_privacy_get_refusal () != NULL) {
    _neg_tags_window_say (self, neg_privacy_get_refusal ());
    return;
  }
  lines = neg_tags_rows_dup_lines (rows, with_patient);
  if (with_patient)
    neg_clipboard_put_for_a_minute (clipboard, gdk_content_provider_new_typed (G_TYPE_STRING, lines));
  else
    gdk_clipboard_set_text (clipboard, lines);
  words = g_strdup_printf (
      with_patient ? g_dngettext (GETTEXT_PACKAGE, "Copied with patient data, for a minute: %u line.",
                                  "Copied with patient data, for a minute: %u lines.", rows->len)
                   : g_dngettext (GETTEXT_PACKAGE, "Copied without patient data: %u line.",
                                  "Copied without patient data: %u lines.", rows->len),
      rows->len);
  _neg_tags_window_say (self, words);
}

void
_neg_tags_window_copy_selected (NegTagsWindow *self)
{
  copy (self, FALSE, FALSE);
}

static void
copy_all_cb (NegTagsWindow *self)
{
  copy (self, TRUE, FALSE);
}

/* --- the question --- */

static void
ask_cb (NegTagsWindow *self)
{
  gtk_widget_set_visible (self->question, TRUE);
  gtk_widget_grab_focus (self->question_safe);
}

gboolean
_neg_tags_window_withdraw_question (NegTagsWindow *self)
{
  if (!gtk_widget_get_visible (self->question))
    return FALSE;
  gtk_widget_set_visible (self->question, FALSE);
  neg_tags_view_grab_focus (self->view);
  return TRUE;
}

static void
withdraw_cb (NegTagsWindow *self)
{
  _neg_tags_window_withdraw_question (self);
}

static void
with_patient_cb (NegTagsWindow *self)
{
  g_autoptr (GPtrArray) selected = neg_tags_view_list_selected (self->view);

  copy (self, selected->len == 0, TRUE);
  _neg_tags_window_withdraw_question (self);
}

static void
all_with_patient_cb (NegTagsWindow *self)
{
  copy (self, TRUE, TRUE);
  _neg_tags_window_withdraw_question (self);
}

static GtkWidget *
new_button (NegTagsWindow *self, GtkWidget *box, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

GtkWidget *
_neg_tags_window_new_question (NegTagsWindow *self)
{
  GtkWidget *label = gtk_label_new (_ ("The copy would say who the patient is. Whoever has it must be allowed to know."));

  self->question = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (self->question, "tags-line");
  gtk_widget_add_css_class (label, "attention");
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (self->question), label);
  self->question_safe = new_button (self, self->question, _ ("Do not copy"), G_CALLBACK (withdraw_cb));
  new_button (self, self->question, _ ("Copy selected with patient data"), G_CALLBACK (with_patient_cb));
  new_button (self, self->question, _ ("Copy all with patient data"), G_CALLBACK (all_with_patient_cb));
  gtk_widget_set_visible (self->question, FALSE);
  return self->question;
}

GtkWidget *
_neg_tags_window_new_copy (NegTagsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->copy_selected
      = new_button (self, box, _ ("Copy selected without patient data"), G_CALLBACK (_neg_tags_window_copy_selected));
  new_button (self, box, _ ("Copy all without patient data"), G_CALLBACK (copy_all_cb));
  new_button (self, box, _ ("With patient data…"), G_CALLBACK (ask_cb));
  return box;
}

void
_neg_tags_window_update_copy (NegTagsWindow *self)
{
  g_autoptr (GPtrArray) selected = NULL;

  if (self->view == NULL || self->copy_selected == NULL)
    return;
  selected = neg_tags_view_list_selected (self->view);
  gtk_widget_set_sensitive (self->copy_selected, selected->len > 0);
}
