/* Looks through what a window shows for what should not be there. */
#include "config.h"

#include "ui/neg-privacy.h"

#define DRAWN_TEXT "neg-drawn-text"

void
neg_privacy_set_drawn_text (GtkWidget *widget, NegPrivacyTextFunc dup_text)
{
  g_object_set_data (G_OBJECT (widget), DRAWN_TEXT, dup_text);
}

static gboolean
drawn_text_gives_away (GtkWidget *widget)
{
  NegPrivacyTextFunc dup_text = (NegPrivacyTextFunc) g_object_get_data (G_OBJECT (widget), DRAWN_TEXT);
  g_autofree char *text = dup_text != NULL ? dup_text (widget) : NULL;

  return neg_fiction_gives_away (text);
}

static gboolean
shown_text_gives_away (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return neg_fiction_gives_away (gtk_label_get_text (GTK_LABEL (widget)));
  if (GTK_IS_INSCRIPTION (widget))
    return neg_fiction_gives_away (gtk_inscription_get_text (GTK_INSCRIPTION (widget)));
  /* Dots are all that is seen of what is typed. */
  if (GTK_IS_TEXT (widget))
    return gtk_text_get_visibility (GTK_TEXT (widget))
           && neg_fiction_gives_away (gtk_editable_get_text (GTK_EDITABLE (widget)));
  if (GTK_IS_TEXT_VIEW (widget)) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget));
    g_autofree char *text = NULL;

    g_object_get (buffer, "text", &text, NULL);
    return neg_fiction_gives_away (text);
  }
  return GTK_IS_WINDOW (widget) && neg_fiction_gives_away (gtk_window_get_title (GTK_WINDOW (widget)));
}

static gboolean
gives_away (GtkWidget *widget)
{
  /* A tooltip that is asked for later holds what labels hold. */
  return shown_text_gives_away (widget) || drawn_text_gives_away (widget)
         || neg_fiction_gives_away (gtk_widget_get_tooltip_text (widget));
}

char *
neg_privacy_find_leak (GtkWidget *window)
{
  char *found = NULL;

  if (!gtk_widget_get_mapped (window))
    return NULL;
  if (gives_away (window))
    return g_strdup_printf ("%s (%s)", G_OBJECT_TYPE_NAME (window), gtk_widget_get_name (window));
  for (GtkWidget *child = gtk_widget_get_first_child (window); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = neg_privacy_find_leak (child);
  return found;
}
