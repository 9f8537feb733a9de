/* What a person types while invented people are shown: a name to search for is a true one. */
#include "config.h"

#include "ui/neg-privacy-private.h"

#define WATCHED "neg-privacy-watched" /* a text that was drawn as it is, with the handler that looks at it */

static gulong hook;
static guint map_signal;

static void
look_at (GtkWidget *text)
{
  const char *typed = gtk_editable_get_text (GTK_EDITABLE (text));
  g_autofree char *clean = neg_text_dup_clean (typed), *shown = neg_text_dup_shown (NEG_TEXT_SENTENCE, typed);

  gtk_text_set_visibility (GTK_TEXT (text), g_str_equal (clean, shown));
}

static void
watch (GtkWidget *text)
{
  gulong handler = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (text), WATCHED));

  if (handler != 0 || !gtk_text_get_visibility (GTK_TEXT (text)))
    return; /* a password is hidden already */
  handler = g_signal_connect (text, "changed", G_CALLBACK (look_at), NULL);
  g_object_set_data (G_OBJECT (text), WATCHED, GSIZE_TO_POINTER (handler));
  look_at (text);
}

static void
let_be (GtkWidget *text)
{
  gulong handler = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (text), WATCHED));

  if (handler == 0)
    return;
  g_signal_handler_disconnect (text, handler);
  g_object_set_data (G_OBJECT (text), WATCHED, NULL);
  gtk_text_set_visibility (GTK_TEXT (text), TRUE);
}

static void
for_all (GtkWidget *widget, void (*function) (GtkWidget *text))
{
  if (GTK_IS_TEXT (widget))
    function (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    for_all (child, function);
}

static void
for_all_windows (void (*function) (GtkWidget *text))
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

    for_all (window, function);
  }
}

/* One that comes later. */
static gboolean
mapped_cb (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  GtkWidget *widget = g_value_get_object (&values[0]);

  if (GTK_IS_TEXT (widget))
    watch (widget);
  return TRUE;
}

void
_neg_privacy_hide_typed (void)
{
  for_all_windows (watch);
  map_signal = g_signal_lookup ("map", GTK_TYPE_WIDGET);
  hook = g_signal_add_emission_hook (map_signal, 0, mapped_cb, NULL, NULL);
}

void
_neg_privacy_show_typed (void)
{
  if (hook != 0)
    g_signal_remove_emission_hook (map_signal, hook);
  hook = 0;
  for_all_windows (let_be);
}
