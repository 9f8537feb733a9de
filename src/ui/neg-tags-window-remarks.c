/* What the standard has against the object, below its elements. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "quality/neg-remarks.h"
#include "ui/neg-tags-window-private.h"

#define PLACE_KEY "neg-place"

static const char *
get_word (NegSeverity severity)
{
  switch (severity) {
  case NEG_SEVERITY_ERROR:
    return _ ("Error");
  case NEG_SEVERITY_WARNING:
    return _ ("Warning");
  case NEG_SEVERITY_NOTE:
  case NEG_SEVERITY_NONE:
  default:
    return _ ("Note");
  }
}

static void
add_remark (NegTagsWindow *self, const NegRemark *remark)
{
  g_autofree char *sentence = neg_text_dup_shown (NEG_TEXT_SENTENCE, remark->sentence);
  g_autofree char *text = g_strdup_printf ("%s · %s  %s", get_word (remark->severity), sentence, remark->clause);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "row-content");
  if (remark->severity == NEG_SEVERITY_ERROR)
    gtk_widget_add_css_class (label, "danger");
  else if (remark->severity == NEG_SEVERITY_WARNING)
    gtk_widget_add_css_class (label, "attention");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_object_set_data (G_OBJECT (row), PLACE_KEY, GUINT_TO_POINTER (remark->place));
  gtk_list_box_append (self->remarks, row);
}

static void
show_counts (NegTagsWindow *self, GPtrArray *remarks)
{
  guint n[NEG_SEVERITY_ERROR + 1] = { 0 };
  g_autofree char *text = NULL;

  for (guint i = 0; i < remarks->len; i++)
    n[((NegRemark *) g_ptr_array_index (remarks, i))->severity]++;
  if (remarks->len == 0)
    text = g_strdup (_ ("Remarks by the standard: none. The common modules have what they must have."));
  else
    text = g_strdup_printf (_ ("Remarks by the standard: errors %u, warnings %u, notes %u"), n[NEG_SEVERITY_ERROR],
                            n[NEG_SEVERITY_WARNING], n[NEG_SEVERITY_NOTE]);
  gtk_label_set_text (self->remarks_title, text);
}

void
_neg_tags_window_update_remarks (NegTagsWindow *self)
{
  const NegTags *tags = self->rows != NULL ? neg_tags_rows_get_left (self->rows) : NULL;
  g_autoptr (GPtrArray) remarks = tags != NULL ? neg_remarks_new (tags) : NULL;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->remarks, 0)) != NULL)
    gtk_list_box_remove (self->remarks, GTK_WIDGET (row));
  gtk_widget_set_visible (GTK_WIDGET (self->remarks_title), remarks != NULL);
  gtk_widget_set_visible (self->remarks_scrolled, remarks != NULL && remarks->len > 0);
  if (remarks == NULL)
    return;
  show_counts (self, remarks);
  for (int severity = NEG_SEVERITY_ERROR; severity >= NEG_SEVERITY_NOTE; severity--)
    for (guint i = 0; i < remarks->len; i++)
      if ((int) ((NegRemark *) g_ptr_array_index (remarks, i))->severity == severity)
        add_remark (self, g_ptr_array_index (remarks, i));
}

/* To the element that it is about, where that is listed. */
static void
activated_cb (NegTagsWindow *self, GtkListBoxRow *row)
{
  const guint place = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), PLACE_KEY));
  NegTagsRow *found = self->rows != NULL ? neg_tags_rows_find (self->rows, place) : NULL;

  if (found != NULL)
    neg_tags_view_go_to (self->view, found);
}

GtkWidget *
_neg_tags_window_new_remarks (NegTagsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = gtk_list_box_new ();

  self->remarks_title = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->remarks_title, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->remarks_title), "tags-label");
  self->remarks = GTK_LIST_BOX (list);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Remarks by the standard"), -1);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  self->remarks_scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->remarks_scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (self->remarks_scrolled), 116);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->remarks_scrolled), list);
  gtk_widget_set_vexpand (self->remarks_scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->remarks_title));
  gtk_box_append (GTK_BOX (box), self->remarks_scrolled);
  return box;
}
